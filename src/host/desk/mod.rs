//! What a running host knows and does: the same for its own program and for who asks over the control socket.

mod cards;
mod faults;
mod pad;
mod place;
mod real;
mod requests;
mod teller;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError, Weak},
};

use virtuale_engine::Interface;

use self::place::Followed;
pub(super) use self::{place::Place, teller::Teller};
use super::{
    CardIn, HostError,
    control::{Asks, FaultStatus, SlotStatus},
    drivers::Drivers,
    making::{Making, Origin},
    real::Tie,
    recording::Recording,
    state::State,
};
use crate::{
    layer::events::Listener,
    reader::{Readers, pcsclite::Guests},
};

/// What a running host does when it is asked over its control socket to stop.
pub(super) enum Stop {
    /// It does not: it lives as long as something else, which is said.
    Refuse(String),
    /// It calls this, and its process comes to an end.
    Call(Box<dyn Fn() + Send + Sync>),
}

/// What stands behind a host and its control socket.
pub(super) struct Desk {
    /// Itself, for threads that go when it does.
    pub(super) me: Weak<Self>,
    pub(super) readers: Arc<Readers>,
    /// One for each slot, held for the moment in which a card comes or goes there, so that recordings and listeners
    /// have it in the order in which it happened. No card works meanwhile.
    pub(super) moves: Vec<Mutex<Place>>,
    pub(super) making: Making,
    pub(super) name: String,
    pub(super) socket: PathBuf,
    pub(super) stop: Stop,
    /// Who may use the readers beside this user.
    pub(super) guests: Arc<Guests>,
    pub(super) recording: Option<Recording>,
    /// What is to be said of the recordings, once they are closed.
    pub(super) closed: OnceLock<Vec<String>>,
    pub(super) teller: Arc<Teller>,
    /// Done when the readers tell the teller: from the first listener on.
    pub(super) observed: Once,
    /// Who has the slots as hardware, for as long as the host goes on.
    pub(super) drivers: OnceLock<Weak<Drivers>>,
    /// Where the page is that shows the readers.
    pub(super) page: Mutex<Option<String>>,
}

impl Desk {
    pub(super) fn slots(&self) -> Vec<SlotStatus> {
        let drivers = self.drivers.get().and_then(Weak::upgrade);
        let slots = self.readers.states().into_iter().enumerate().map(|(slot, state)| SlotStatus {
            slot,
            reader: state.name.to_string(),
            card: Origin::of(&state).map(Origin::label),
            atr: state.atr.map(|atr| hex::encode_upper(atr.as_bytes())),
            asks: state.prompt.as_ref().map(Asks::from),
            typed_ahead: state.typed_ahead,
            drivers: drivers.iter().flat_map(|drivers| drivers.of(slot)).collect(),
            unplugged: state.unplugged,
            awaits: self.tie(slot).and_then(|tie| tie.awaits()),
            faults: self.faults(slot).iter().map(FaultStatus::from).collect(),
            kept: self.kept(slot).filter(|_| state.label.is_some()),
        });
        slots.collect()
    }

    /// The kept card that is in a slot, or was last in it.
    fn kept(&self, slot: usize) -> Option<String> {
        lock(&self.moves[slot]).followed.as_ref()?.kept.as_ref().map(|kept| kept.label().to_owned())
    }

    /// The real reader that a slot follows.
    fn tie(&self, slot: usize) -> Option<Arc<Tie>> {
        lock(&self.moves[slot]).tie.clone()
    }

    /// Which recordings are not whole: nobody may see the standard error of this process.
    fn not_whole(&self) -> Vec<String> {
        self.recording.iter().flat_map(Recording::complaints).collect()
    }

    /// The card in a slot.
    pub(super) fn card_in(&self, slot: usize) -> Option<CardIn> {
        let here = lock(self.moves.get(slot)?);
        let state = self.readers.state(slot)?;
        let name = Origin::of(&state)?.label();
        let profile = here.followed.as_ref().and_then(|followed| followed.profile.clone());
        Some(CardIn { generation: state.generation, name, profile })
    }

    /// Notes where the page is that shows the readers.
    pub(super) fn tell_page(&self, url: Option<String>) {
        *lock(&self.page) = url;
    }

    /// A listener who may be `bound` events behind.
    pub(super) fn listen(&self, bound: usize) -> Listener {
        let listener = self.making.bus.listen(bound);
        self.observed.call_once(|| {
            let teller: Weak<Teller> = Arc::downgrade(&self.teller);
            self.readers.observe(teller);
        });
        listener
    }

    /// Ends recordings and events; gives what a person should know of the recordings.
    pub(super) fn close(&self) -> Vec<String> {
        (0..self.moves.len()).filter_map(|slot| self.tie(slot)).for_each(|tie| tie.end());
        // Nobody waits for late answers any more.
        self.moves.iter().for_each(|place| {
            lock(place).faults.clear();
        });
        self.making.bus.close();
        self.making.state.iter().for_each(State::close);
        let close = || self.recording.iter().flat_map(Recording::close).collect();
        self.closed.get_or_init(close).clone()
    }

    /// The reader of a slot.
    pub(super) fn reader(&self, slot: usize) -> Result<String, HostError> {
        let states = self.readers.states();
        let state = states.get(slot).ok_or(HostError::NoSlot { slot, slots: states.len() })?;
        Ok(state.name.to_string())
    }

    /// On which interface a slot that there is powers its cards up.
    fn kind(&self, slot: usize) -> Interface {
        self.readers.states().get(slot).map_or(Interface::Contact, |state| state.kind)
    }

    /// Waits until no card comes or goes in a slot that there is, and keeps others from it.
    fn begin_move(&self, slot: usize) -> MutexGuard<'_, Place> {
        lock(&self.moves[slot])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
