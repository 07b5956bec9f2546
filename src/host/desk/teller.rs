//! What only the readers know is told to listeners: programs that come and go, and cards that lose their power.

use std::sync::{Arc, Mutex, MutexGuard};

use super::lock;
use crate::{
    layer::{
        Stay,
        events::{Bus, What},
    },
    reader::{Client, Observer, SessionId},
};

/// Tells a bus what only the readers know: programs that come and go, and cards that lose their power by and by. What
/// else happens to a card is told from where it happens, by its stay.
pub(in crate::host) struct Teller {
    bus: Arc<Bus>,
    /// The stays of the cards that are in, by slot.
    stays: Vec<Mutex<Option<Stay>>>,
}

impl Teller {
    pub(in crate::host) fn new(bus: Arc<Bus>, slots: usize) -> Self {
        Self { bus, stays: (0..slots).map(|_| Mutex::default()).collect() }
    }

    /// The stay of the card that is in a slot.
    pub(super) fn stay(&self, slot: usize) -> MutexGuard<'_, Option<Stay>> {
        lock(&self.stays[slot])
    }
}

impl Observer for Teller {
    fn rested(&self, slot: usize, generation: u64) {
        let stay = self.stay(slot).clone();
        stay.iter().for_each(|stay| stay.tell_of(generation, What::Rested { slot, generation }));
    }

    fn turned(&self, slot: usize, generation: u64, session: Option<SessionId>) {
        let session = session.map(SessionId::number);
        let stay = self.stay(slot).clone();
        stay.iter().for_each(|stay| stay.tell_of(generation, What::Turn { slot, generation, session }));
    }

    fn session_opened(&self, session: SessionId, client: &Client) {
        self.bus.tell(What::SessionOpened { session: session.number(), process: client.process });
    }

    fn session_closed(&self, session: SessionId) {
        self.bus.tell(What::SessionClosed { session: session.number() });
    }
}
