//! The slots as pcscd has them: what it was told of each, and what it is to be told.
//!
//! A thread of each device hears from the readers which cards are in, and looks for readers where there are none. What
//! pcscd asks about presence is answered from what that thread heard: it never waits.
//!
//! pcscd looks at a slot whenever its polling function returns. A card that went and came back between two looks would
//! have lost its power behind pcscd's back; so it is told once that the slot is empty, and then again that it is not.
//!
//! Readers that are stopped, not ended, keep their connections and say nothing. Those that say again and again which
//! cards are in are lost when they do not: whoever waits for them hears that, and what they answer later to what was
//! asked before goes to nobody.

#[cfg(test)]
#[cfg(not(miri))]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    link::{self, Link},
    place::Place,
    wire::{Inbox, Outcome, Purpose, Reply, Request, State, States},
};

/// How often readers are looked for where there are none.
const LOOK_ROUND: Duration = Duration::from_millis(250);

/// How long pcscd waits, as it begins, to hear which cards are in.
const FIRST_LOOK: Duration = Duration::from_millis(200);

/// How long readers may say nothing that repeat which cards are in. Each beat of theirs may be late on a busy machine.
#[cfg(not(test))]
const SILENCE: Duration = Duration::from_secs(10);

/// What a test has time for.
#[cfg(test)]
const SILENCE: Duration = Duration::from_millis(500);

/// A generation that no card has.
const NO_CARD_OF_OURS: u64 = u64::MAX;

/// The channels that pcscd has opened.
static CHANNELS: Mutex<BTreeMap<u64, Channel>> = Mutex::new(BTreeMap::new());

/// A slot of a device, as pcscd names it.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    device: Arc<Device>,
    slot: u8,
}

/// Readers at one place.
#[derive(Debug)]
struct Device {
    place: Place,
    slots: Vec<Slot>,
    watch: Mutex<Watch>,
    looked: Condvar,
    /// Raised whenever readers are found or lost.
    epoch: AtomicU64,
}

/// The connection on which states come.
#[derive(Debug, Default)]
struct Watch {
    stream: Option<Arc<UnixStream>>,
    /// Whether it was tried once to connect, and if that went well the first states are there.
    has_looked: bool,
    is_connected: bool,
    /// Whether pcscd has let go of all slots.
    is_over: bool,
}

/// One slot.
#[derive(Debug, Default)]
struct Slot {
    seen: Mutex<Seen>,
    changed: Condvar,
    link: Mutex<Option<(u64, Link)>>,
}

/// What is known of a slot, and what pcscd knows.
#[derive(Debug, Default)]
struct Seen {
    state: State,
    atr: Vec<u8>,
    /// How often pcscd was to look at the slot, and how often its polling function returned for that.
    changes: u64,
    polled: u64,
    /// The generation of the card that pcscd takes to be in.
    told: Option<u64>,
    /// Whether it was told that this card is gone, while another one is in.
    told_gone: bool,
}

/// Why the readers gave no reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lost {
    /// None run, or they went away.
    Gone,
    /// They took too long.
    Slow,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Channel {
    /// Opens a channel: the first one to a place begins to look for readers there. `None` for a slot that the place has
    /// not, or if the system has no thread for it.
    pub(crate) fn open(lun: u64, place: Place) -> Option<()> {
        let slot = u8::try_from(lun & 0xFFFF).ok().filter(|&slot| slot < place.slots)?;
        let device = {
            let mut channels = lock(&CHANNELS);
            let known = channels.values().find(|channel| channel.device.place == place);
            let device = match known {
                Some(channel) => Arc::clone(&channel.device),
                None => Device::start(place).ok()?,
            };
            channels.insert(lun, Self { device: Arc::clone(&device), slot });
            device
        };
        device.await_first_look();
        Some(())
    }

    /// The channel of that number.
    pub(crate) fn find(lun: u64) -> Option<Self> {
        lock(&CHANNELS).get(&lun).cloned()
    }

    /// Closes the channel of that number; the last one of a place ends what looks for readers there.
    pub(crate) fn close(lun: u64) -> Option<()> {
        let mut channels = lock(&CHANNELS);
        let closed = channels.remove(&lun)?;
        // Whoever waits for a reply has it; nobody is kept waiting for that here.
        if let Some(mut link) = closed.slot().and_then(|slot| slot.link.try_lock().ok()) {
            *link = None;
        }
        if !channels.values().any(|channel| Arc::ptr_eq(&channel.device, &closed.device)) {
            closed.device.end();
        }
        Some(())
    }

    /// How many slots the place has.
    pub(crate) fn slots(&self) -> u8 {
        self.device.place.slots
    }

    fn slot(&self) -> Option<&Slot> {
        self.device.slots.get(usize::from(self.slot))
    }

    /// Whether a card is in, as pcscd is to be told.
    pub(crate) fn is_present(&self) -> bool {
        self.slot().is_some_and(|slot| lock(&slot.seen).is_present())
    }

    /// Waits until pcscd is to look at the slot, but not longer than that.
    pub(crate) fn poll(&self, patience: Duration) {
        if let Some(slot) = self.slot() {
            slot.poll(patience);
        }
    }

    /// Ends a wait of [`poll`](Self::poll), or the next one.
    pub(crate) fn wake(&self) {
        if let Some(slot) = self.slot() {
            slot.note(|_| true);
        }
    }

    /// The card's last answer to reset.
    pub(crate) fn atr(&self) -> Vec<u8> {
        self.slot().map_or_else(Vec::new, |slot| lock(&slot.seen).atr.clone())
    }

    /// Keeps the card's answer to reset.
    pub(crate) fn keep_atr(&self, atr: &[u8]) {
        if let Some(slot) = self.slot() {
            lock(&slot.seen).atr = atr.to_vec();
        }
    }

    /// Asks the readers, and hands their reply on.
    ///
    /// # Errors
    ///
    /// [`Lost`]; pcscd then finds the card gone.
    pub(crate) fn ask<T>(&self, request: &Request<'_>, take: impl FnOnce(Reply<'_>) -> T) -> Result<T, Lost> {
        let slot = self.slot().ok_or(Lost::Gone)?;
        let Some(epoch) = self.device.running() else { return Err(Lost::Gone) };
        let do_run = || self.device.running() == Some(epoch);
        let mut link = lock(&slot.link);
        // A connection to readers that went away is not one to those that came.
        let (_, mut open) = match link.take().filter(|(of, _)| *of == epoch) {
            Some(open) => open,
            None => (epoch, Link::connect(&self.device.place.socket, self.slot).map_err(|_| Lost::Gone)?),
        };
        match open.ask(request, do_run) {
            Ok(reply) => {
                if reply.outcome == Outcome::POWER_TAKEN {
                    slot.lose();
                }
                let taken = take(reply);
                *link = Some((epoch, open));
                Ok(taken)
            }
            Err(error) => {
                slot.lose();
                Err(if link::is_slow(&error) { Lost::Slow } else { Lost::Gone })
            }
        }
    }
}

impl Slot {
    /// Changes what is known; what `change` says is whether pcscd is to look.
    fn note(&self, change: impl FnOnce(&mut Seen) -> bool) {
        let mut seen = lock(&self.seen);
        if change(&mut seen) {
            seen.changes = seen.changes.wrapping_add(1);
            self.changed.notify_all();
        }
    }

    /// What the readers say of it.
    fn update(&self, state: State) {
        self.note(|seen| std::mem::replace(&mut seen.state, state) != state);
    }

    /// Nothing is known any more of the card that pcscd takes to be in.
    fn lose(&self) {
        self.note(|seen| {
            seen.told = seen.told.map(|_| NO_CARD_OF_OURS);
            true
        });
    }

    fn poll(&self, patience: Duration) {
        let mut seen = lock(&self.seen);
        if std::mem::take(&mut seen.told_gone) {
            // pcscd has had its time to put the card aside; now it looks again.
            seen.told = None;
            return;
        }
        let until = Instant::now().checked_add(patience);
        while seen.changes == seen.polled {
            let left = until.map_or(patience, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            seen = self.changed.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        seen.polled = seen.changes;
    }
}

impl Seen {
    fn is_present(&mut self) -> bool {
        let State { generation, is_present } = self.state;
        if is_present && self.told.is_some_and(|told| told != generation) {
            self.told_gone = true;
            return false;
        }
        self.told = is_present.then_some(generation);
        self.told_gone = false;
        is_present
    }
}

impl Device {
    /// Begins to look for readers at a place.
    fn start(place: Place) -> io::Result<Arc<Self>> {
        let slots = (0..place.slots).map(|_| Slot::default()).collect();
        let (watch, looked, epoch) = (Mutex::default(), Condvar::new(), AtomicU64::new(0));
        let device = Arc::new(Self { place, slots, watch, looked, epoch });
        let looking = Arc::clone(&device);
        thread::Builder::new().name("virtuale readers".into()).spawn(move || looking.look())?;
        Ok(device)
    }

    /// Which readers run, by a number that no others have; `None` if none do.
    fn running(&self) -> Option<u64> {
        lock(&self.watch).is_connected.then(|| self.epoch.load(Ordering::Acquire))
    }

    /// Waits until it was seen whether readers are there.
    fn await_first_look(&self) {
        let watch = lock(&self.watch);
        let waited = self.looked.wait_timeout_while(watch, FIRST_LOOK, |watch| !watch.has_looked);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn end(&self) {
        let mut watch = lock(&self.watch);
        watch.is_over = true;
        if let Some(stream) = watch.stream.take() {
            // Fails only if the readers hung up first.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.looked.notify_all();
    }

    /// Hears from the readers, and looks for them where there are none, until pcscd lets go.
    fn look(&self) {
        loop {
            // How it ended makes no difference.
            let _ = self.listen();
            self.lose();
            let watch = lock(&self.watch);
            let waited = self.looked.wait_timeout_while(watch, LOOK_ROUND, |watch| !watch.is_over);
            if waited.unwrap_or_else(PoisonError::into_inner).0.is_over {
                return;
            }
        }
    }

    /// Hears from readers until they go, or fall silent. For their first word they may take as long as they like: those
    /// that are stopped do.
    fn listen(&self) -> io::Result<()> {
        let stream = Arc::new(link::connect(&self.place.socket, Purpose::States)?);
        {
            let mut watch = lock(&self.watch);
            if watch.is_over {
                return Ok(());
            }
            watch.stream = Some(Arc::clone(&stream));
        }
        let (mut inbox, mut last) = (Inbox::default(), None);
        loop {
            let said =
                States::parse(inbox.frame(&*stream)?).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            if last.as_ref() == Some(&said) {
                // They repeat it, and will go on to.
                stream.set_read_timeout(Some(SILENCE))?;
            }
            let states = said.0.clone();
            last = Some(said);
            let none = std::iter::repeat(State::default());
            if !lock(&self.watch).is_connected {
                self.epoch.fetch_add(1, Ordering::AcqRel);
            }
            self.note_look(true);
            self.slots.iter().zip(states.into_iter().chain(none)).for_each(|(slot, state)| slot.update(state));
            self.looked.notify_all();
        }
    }

    /// There are no readers now.
    fn lose(&self) {
        if lock(&self.watch).is_connected {
            for slot in &self.slots {
                slot.update(State::default());
                slot.lose();
            }
        }
        self.note_look(false);
        self.looked.notify_all();
    }

    fn note_look(&self, is_connected: bool) {
        let mut watch = lock(&self.watch);
        watch.is_connected = is_connected;
        watch.has_looked = true;
        if !is_connected {
            watch.stream = None;
        }
    }
}
