//! Who wants to know what only the readers know: who uses them, and which card lost its power by and by.

use std::{
    mem,
    sync::{Arc, Weak, atomic::Ordering},
};

use super::{
    Readers,
    table::{SessionId, SlotTable},
};
use crate::reader::sync::lock;

/// Somebody who is told of events. Every method does nothing unless it is written anew.
///
/// The thread that made an event tells it, after the table's lock was let go. A method must return at once, since a
/// card or its client may wait, and must not come back to the readers. Two threads that make events at the same moment
/// may tell them in either order.
///
/// Who puts cards into slots and pulls them knows when they come and go; a driver asks its
/// [`RawSlot`](super::RawSlot). Who cares for what a card does, its power and its commands, wraps the card.
pub trait Observer: Send + Sync {
    /// The card of that generation lost its power, since nobody used it for the grace period. This is noticed, and
    /// told, when somebody next looks at the slot.
    fn rested(&self, slot: usize, generation: u64) {
        let _ = (slot, generation);
    }

    /// Commands to the card of that generation are of this session from now on, or of a driver if it is none. It is
    /// told before the first of them, and when another one has the card.
    fn turned(&self, slot: usize, generation: u64, session: Option<SessionId>) {
        let _ = (slot, generation, session);
    }

    /// A client opened a context.
    fn session_opened(&self, session: SessionId, client: &Client) {
        let _ = (session, client);
    }

    /// A client closed its context, or is gone.
    fn session_closed(&self, session: SessionId) {
        let _ = session;
    }
}

/// What is known of a client.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Client {
    /// The number of its process, where the transport and the system tell it.
    pub process: Option<u32>,
}

/// Something to tell.
#[derive(Debug)]
pub(in crate::reader) enum Event {
    Rested { slot: usize, generation: u64 },
    Turned { slot: usize, generation: u64, session: Option<SessionId> },
    Opened(SessionId, Client),
    Closed(SessionId),
}

impl Event {
    fn tell(&self, observer: &dyn Observer) {
        match self {
            Self::Rested { slot, generation } => observer.rested(*slot, *generation),
            Self::Turned { slot, generation, session } => observer.turned(*slot, *generation, *session),
            Self::Opened(session, client) => observer.session_opened(*session, client),
            Self::Closed(session) => observer.session_closed(*session),
        }
    }
}

impl Readers {
    /// Tells an observer of every event from now on, for as long as it lives. While nobody observes, events cost
    /// nothing.
    pub fn observe(&self, observer: Weak<dyn Observer>) {
        let mut table = lock(&self.table);
        table.slots.iter_mut().for_each(|slot| (slot.has_rested, slot.turn) = (false, None));
        lock(&self.observers).push(observer);
        self.observed.store(true, Ordering::Relaxed);
    }

    /// Whether anybody wants to know.
    pub(in crate::reader) fn is_observed(&self) -> bool {
        self.observed.load(Ordering::Relaxed)
    }

    /// Notes whose command comes next to the card of a slot, if that is somebody else's than the last one's.
    #[inline]
    pub(in crate::reader) fn note_turn(&self, table: &mut SlotTable, slot: usize, session: Option<SessionId>) {
        if self.is_observed() {
            let entry = &mut table.slots[slot];
            let turn = Some((entry.generation, session));
            if entry.turn != turn {
                entry.turn = turn;
                let generation = entry.generation;
                table.events.push(Event::Turned { slot, generation, session });
            }
        }
    }

    /// Notes an event, which is told once the table is let go.
    pub(in crate::reader) fn note(&self, table: &mut SlotTable, event: Event) {
        if self.is_observed() {
            table.events.push(event);
        }
    }

    /// Takes what is to be told from the table.
    pub(super) fn take_events(&self, table: &mut SlotTable) -> Vec<Event> {
        if !self.is_observed() {
            return Vec::new();
        }
        let mut events = mem::take(&mut table.events);
        for (slot, entry) in table.slots.iter_mut().enumerate() {
            if mem::take(&mut entry.has_rested) {
                events.push(Event::Rested { slot, generation: entry.generation });
            }
        }
        events
    }

    /// Tells events, with no lock held.
    pub(super) fn tell(&self, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        let observers: Vec<Arc<dyn Observer>> = {
            let mut observers = lock(&self.observers);
            observers.retain(|each| each.strong_count() > 0);
            self.observed.store(!observers.is_empty(), Ordering::Relaxed);
            observers.iter().filter_map(Weak::upgrade).collect()
        };
        for event in events {
            observers.iter().for_each(|observer| event.tell(&**observer));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex, Weak},
        time::Duration,
    };

    use super::{Client, Observer};
    use crate::reader::{
        Caller, Disposition, Protocols, Readers, Session, SessionId, Share, SlotName, SlotSpec, sync::lock, toys,
    };

    /// Writes everything down.
    #[derive(Default)]
    struct Clerk(Mutex<Vec<String>>);

    impl Clerk {
        fn notes(&self) -> Vec<String> {
            std::mem::take(&mut lock(&self.0))
        }

        fn write(&self, note: String) {
            lock(&self.0).push(note);
        }
    }

    impl Observer for Clerk {
        fn rested(&self, slot: usize, generation: u64) {
            self.write(format!("rested {slot} {generation}"));
        }

        fn session_opened(&self, _: SessionId, client: &Client) {
            self.write(format!("opened {:?}", client.process));
        }

        fn session_closed(&self, _: SessionId) {
            self.write("closed".into());
        }
    }

    /// A client with a process.
    struct Program;

    impl Caller for Program {
        fn is_gone(&self) -> bool {
            false
        }

        fn card_left(&self, _: u64) {}

        fn client(&self) -> Client {
            Client { process: Some(42) }
        }
    }

    fn observed(grace: Duration) -> (Arc<Readers>, Arc<Clerk>) {
        let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
        let readers = Readers::with_grace(slots, grace).expect("two slots");
        let clerk = Arc::<Clerk>::default();
        let observer: Weak<Clerk> = Arc::downgrade(&clerk);
        readers.observe(observer);
        (readers, clerk)
    }

    #[test]
    fn clients_that_come_and_go_are_told_once() {
        let (readers, clerk) = observed(Duration::from_secs(5));
        let program = Arc::new(Program);
        let caller: Weak<Program> = Arc::downgrade(&program);
        let session = Session::new(Arc::clone(&readers), caller);
        assert_eq!(clerk.notes(), [""; 0], "it has no context");
        let context = session.establish(2).expect("a good scope");
        assert_eq!(clerk.notes(), ["opened Some(42)"]);
        session.release(context).expect("its own context");
        assert_eq!(clerk.notes(), ["closed"]);
        session.close();
        drop(session);
        assert_eq!(clerk.notes(), [""; 0], "it was closed already");
        let unattended = Session::unattended(readers);
        unattended.establish(2).expect("a good scope");
        unattended.establish(2).expect("a good scope");
        drop(unattended);
        assert_eq!(clerk.notes(), ["opened None", "closed"]);
    }

    #[test]
    fn a_card_that_lost_its_power_is_told_when_somebody_looks() {
        let (readers, clerk) = observed(Duration::ZERO);
        readers.insert(0, toys::toy(toys::T0).0, None).expect("an empty slot");
        assert_eq!(clerk.notes(), [""; 0], "nobody looked");
        let _ = readers.states();
        let _ = readers.states();
        assert_eq!(clerk.notes(), ["rested 0 1"]);
        let session = Session::unattended(Arc::clone(&readers));
        let context = session.establish(2).expect("a good scope");
        let opened = session.connect(context, b"Virtuale 00 00", Share::SHARED, Protocols::T0);
        session.disconnect(opened.expect("a card").0, Disposition::LEAVE).expect("its own handle");
        assert_eq!(clerk.notes(), ["opened None"]);
        let _ = readers.states();
        assert_eq!(clerk.notes(), ["rested 0 1"]);
    }

    #[test]
    fn who_is_gone_is_told_nothing_and_who_comes_late_not_what_was_before() {
        let (readers, clerk) = observed(Duration::ZERO);
        readers.insert(0, toys::toy(toys::T0).0, None).expect("an empty slot");
        drop(clerk);
        let _ = readers.states();
        assert!(!readers.is_observed());
        readers.remove(0).expect("a card");
        let late = Arc::<Clerk>::default();
        let observer: Weak<Clerk> = Arc::downgrade(&late);
        readers.observe(observer);
        let _ = readers.states();
        assert_eq!(late.notes(), [""; 0]);
    }
}
