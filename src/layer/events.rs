//! What happens in the slots of a host, told to any number of listeners.
//!
//! A [`Bus`] carries [`Event`]s to [`Listener`]s. Each listener has a queue of its own with a bound: a listener that is
//! too slow loses events and is told how many, in the place where they would have stood; no card ever waits for it.
//! While nobody listens no event is made, and that is asked once for each command: 5 instructions of the processor.
//!
//! Events carry commands and responses as they are, PINs and keys in them included: whoever listens sees what a reader
//! sees. A listener that shows or keeps them says so to its user. They are in [`What::Command`] and [`What::Response`],
//! whose `bytes` deref to `[u8]`; the `Debug` of an event has headers, status words and lengths in their place.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Fault, Interface, Protocol};

pub use super::bytes::{CommandBytes, ResponseBytes};
use super::fault::Strike;

/// Something that happened. `Debug` shows no secret of it: the bytes of commands and responses are to be asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// When: since the bus was made, by a clock that never goes back.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What happened. Slots are numbered from 0. Bytes are shared: an event is cheap to clone.
///
/// What happens to a card has the slot and the generation of its stay there: the number of times that a card came or
/// went in that slot. A stay ends with [`What::Removed`]; nothing is told of it any more, also if the card is still
/// busy with a command, whose [`What::Response`] then never comes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// A card came into a slot and was powered up, which is told first. It is told at the moment when programs find the
    /// card, before any of them has sent it a command. One that is pulled before is [`What::Removed`] without this.
    Inserted {
        /// The slot.
        slot: usize,
        /// The generation of the stay, which begins.
        generation: u64,
        /// Its answer to reset; `None` if it is mute.
        atr: Option<Atr>,
    },
    /// The card of a slot was taken out.
    Removed {
        /// The slot.
        slot: usize,
        /// The generation of the stay, which ends.
        generation: u64,
    },
    /// A card was powered up (a cold reset).
    Powered {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// On which interface.
        interface: Interface,
        /// That it gave no answer to reset, if so.
        fault: Option<Fault>,
    },
    /// A card was reset with its power kept (a warm reset).
    Reset {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// That it gave no answer to reset, if so.
        fault: Option<Fault>,
    },
    /// The power was taken from a card.
    PowerOff {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
    },
    /// A card lost its power since nobody had used it for a while. It is told when somebody next looks at the slot.
    Rested {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
    },
    /// A protocol was agreed on with a card.
    Protocol {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// Which.
        protocol: Protocol,
        /// That the card refused it, if so.
        fault: Option<Fault>,
    },
    /// The commands to a card are of another program from here on: it is told before the first command of a stay, and
    /// whenever somebody else has the card.
    Turn {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// The session of the program; `None` for the driver of another service.
        session: Option<u64>,
    },
    /// A command is on its way to a card.
    Command {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// The command APDU.
        bytes: CommandBytes,
    },
    /// A card answered the command before.
    Response {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// The response APDU.
        bytes: ResponseBytes,
        /// How long the card took.
        took: Duration,
    },
    /// A card gave no answer to the command before.
    Silence {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// Why.
        fault: Fault,
        /// How long the card took.
        took: Duration,
    },
    /// A fault struck the card: by the command before, by a reset that is told next, or by a commit. A program sees
    /// what it did; nobody else of it than listeners.
    Fault {
        /// The slot.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// What it did, and which fault it was.
        strike: Arc<Strike>,
    },
    /// The chip of a card committed changes of its memory, and its sink kept them.
    Committed {
        /// The slot that the card was made for.
        slot: usize,
        /// The generation of the stay.
        generation: u64,
        /// How many bytes were written.
        bytes: usize,
    },
    /// A program opened a session (a PC/SC context).
    SessionOpened {
        /// Its number, which no other session of the host has.
        session: u64,
        /// The program's process, where it is known.
        process: Option<u32>,
    },
    /// A program closed its session, or is gone.
    SessionClosed {
        /// Its number.
        session: u64,
    },
    /// This listener lost that many events here: its queue was full.
    Lost(u64),
}

/// What carries events to listeners.
#[derive(Debug)]
pub struct Bus {
    start: Instant,
    /// How many listen.
    listening: AtomicUsize,
    queues: Mutex<Vec<Weak<Queue>>>,
}

/// What one listener has not heard yet.
#[derive(Debug)]
struct Queue {
    bound: usize,
    waiting: Mutex<Waiting>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// How many were lost after the last one in the queue.
    lost: u64,
    /// Whether nothing comes any more.
    is_closed: bool,
}

/// Somebody who hears the events from the moment when he came, in their order.
#[derive(Debug)]
pub struct Listener {
    bus: Arc<Bus>,
    queue: Arc<Queue>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { start: Instant::now(), listening: AtomicUsize::new(0), queues: Mutex::default() }
    }
}

impl Bus {
    /// A listener who may be `bound` events behind, one at least.
    #[must_use]
    pub fn listen(self: &Arc<Self>, bound: usize) -> Listener {
        let queue = Queue { bound: bound.max(1), waiting: Mutex::default(), moved: Condvar::new() };
        let queue = Arc::new(queue);
        lock(&self.queues).push(Arc::downgrade(&queue));
        self.listening.fetch_add(1, Ordering::Relaxed);
        Listener { bus: Arc::clone(self), queue }
    }

    /// Whether anybody listens. Who makes an event asks first: an event for nobody is not made.
    #[inline]
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.listening.load(Ordering::Relaxed) != 0
    }

    /// Tells an event to all listeners. Waits for none of them.
    pub fn tell(&self, what: What) {
        if !self.is_heard() {
            return;
        }
        // All queues have the same order, since whoever tells holds this lock.
        let queues = lock(&self.queues);
        let event = Event { at: self.start.elapsed(), what };
        queues.iter().filter_map(Weak::upgrade).for_each(|queue| queue.push(&event));
    }

    /// Says that nothing happens any more: listeners hear what they have not heard yet, then the end.
    pub fn close(&self) {
        for queue in lock(&self.queues).drain(..).filter_map(|queue| queue.upgrade()) {
            lock(&queue.waiting).is_closed = true;
            queue.moved.notify_all();
        }
    }
}

impl Queue {
    fn push(&self, event: &Event) {
        let mut waiting = lock(&self.waiting);
        if waiting.events.len() >= self.bound {
            waiting.lost += 1;
            return;
        }
        if let Some(lost) = waiting.take_lost(event.at) {
            waiting.events.push_back(lost);
        }
        waiting.events.push_back(event.clone());
        drop(waiting);
        self.moved.notify_one();
    }
}

impl Waiting {
    /// The event that stands for the lost ones, if there are any.
    fn take_lost(&mut self, at: Duration) -> Option<Event> {
        match std::mem::take(&mut self.lost) {
            0 => None,
            lost => Some(Event { at, what: What::Lost(lost) }),
        }
    }

    fn next(&mut self, now: Duration) -> Option<Event> {
        self.events.pop_front().or_else(|| self.take_lost(now))
    }
}

impl Listener {
    /// The next event; waits for it. `None` when nothing comes any more.
    #[must_use]
    pub fn wait(&self) -> Option<Event> {
        let mut waiting = lock(&self.queue.waiting);
        loop {
            if let Some(event) = waiting.next(self.bus.start.elapsed()) {
                return Some(event);
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.queue.moved.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next event, if it comes within that time.
    #[must_use]
    pub fn wait_for(&self, time: Duration) -> Option<Event> {
        // A time that no clock can show never comes.
        let until = Instant::now().checked_add(time);
        let mut waiting = lock(&self.queue.waiting);
        loop {
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            let event = waiting.next(self.bus.start.elapsed());
            if event.is_some() || waiting.is_closed || left.is_zero() {
                return event;
            }
            waiting = self.queue.moved.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next event, if it has happened.
    #[must_use]
    pub fn now(&self) -> Option<Event> {
        lock(&self.queue.waiting).next(self.bus.start.elapsed())
    }
}

/// Waits for each event, until nothing comes any more.
impl Iterator for Listener {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.wait()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.bus.listening.fetch_sub(1, Ordering::Relaxed);
        let own = Arc::downgrade(&self.queue);
        lock(&self.bus.queues).retain(|queue| !queue.ptr_eq(&own));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Duration};

    use super::{Bus, Listener, What};

    fn heard(listener: &Listener) -> Vec<What> {
        std::iter::from_fn(|| listener.now()).map(|event| event.what).collect()
    }

    fn removed(slots: std::ops::Range<usize>) -> Vec<What> {
        slots.map(|slot| What::Removed { slot, generation: 1 }).collect()
    }

    #[test]
    fn each_listener_hears_all_from_the_moment_when_he_came() {
        let bus = Arc::new(Bus::default());
        assert!(!bus.is_heard());
        bus.tell(What::Removed { slot: 0, generation: 1 });
        let first = bus.listen(10);
        bus.tell(What::Removed { slot: 1, generation: 1 });
        let second = bus.listen(10);
        bus.tell(What::Removed { slot: 2, generation: 1 });
        assert_eq!((heard(&first), heard(&second)), (removed(1..3), removed(2..3)));
        drop(first);
        assert!(bus.is_heard());
        drop(second);
        assert!(!bus.is_heard());
    }

    #[test]
    fn a_slow_listener_is_told_how_many_he_lost_and_where() {
        let bus = Arc::new(Bus::default());
        let (slow, quick) = (bus.listen(2), bus.listen(100));
        removed(0..5).into_iter().for_each(|what| bus.tell(what));
        assert_eq!(slow.now().map(|event| event.what), Some(What::Removed { slot: 0, generation: 1 }));
        bus.tell(What::Removed { slot: 5, generation: 1 });
        let mut expected = removed(1..2);
        expected.extend([What::Lost(3), What::Removed { slot: 5, generation: 1 }]);
        assert_eq!(heard(&slow), expected);
        removed(6..9).into_iter().for_each(|what| bus.tell(what));
        let mut expected = removed(6..8);
        expected.push(What::Lost(1));
        assert_eq!(heard(&slow), expected);
        assert_eq!(heard(&quick), removed(0..9));
    }

    #[test]
    fn a_listener_waits_until_something_happens_or_nothing_can_any_more() {
        let bus = Arc::new(Bus::default());
        let listener = bus.listen(10);
        assert_eq!(listener.wait_for(Duration::ZERO), None);
        let waiting = thread::spawn(move || listener.map(|event| event.what).collect::<Vec<_>>());
        removed(0..3).into_iter().for_each(|what| bus.tell(what));
        bus.close();
        assert_eq!(waiting.join().expect("no panic"), removed(0..3));
    }

    #[test]
    fn times_never_go_back() {
        let bus = Arc::new(Bus::default());
        let listener = bus.listen(1000);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| removed(0..100).into_iter().for_each(|what| bus.tell(what)));
            }
        });
        let times: Vec<Duration> = std::iter::from_fn(|| listener.now()).map(|event| event.at).collect();
        assert_eq!(times.len(), 400);
        assert!(times.is_sorted());
    }
}
