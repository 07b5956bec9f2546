//! The stays of cards in slots, as listeners hear of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use virtuale_engine::{Atr, Fault, Interface};

use super::events::{Bus, What};

/// One card in one slot, from the moment when it comes in until it is pulled, and again when it comes back.
///
/// All that a [`Tap`](super::Tap) and [`Commits`](super::Commits) tell of a card goes through here, under one lock with
/// the end of the stay: once [`What::Removed`] is told, nothing more is told of it, also if the card is still busy.
/// Clones are the same stay.
#[derive(Clone, Debug)]
pub struct Stay(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Arc<Bus>,
    slot: usize,
    phase: Mutex<Phase>,
}

/// Where the card is.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Out,
    /// In its slot, and not yet powered up there.
    Coming {
        generation: u64,
    },
    In {
        generation: u64,
    },
}

impl Stay {
    /// That of a card which is still out of its slot.
    #[must_use]
    pub fn new(bus: Arc<Bus>, slot: usize) -> Self {
        Self(Arc::new(Inner { bus, slot, phase: Mutex::new(Phase::Out) }))
    }

    /// The card is in its slot, whose generation is this one, and gets its power next.
    pub fn begin(&self, generation: u64) {
        *self.phase() = Phase::Coming { generation };
    }

    /// The card was pulled: says so, and is silent from then on. A stay that is over stays so.
    pub fn end(&self) {
        let mut phase = self.phase();
        if let Some(generation) = phase.generation() {
            self.0.bus.tell(What::Removed { slot: self.0.slot, generation });
        }
        *phase = Phase::Out;
    }

    /// What is told of it.
    pub(super) fn bus(&self) -> &Arc<Bus> {
        &self.0.bus
    }

    /// Tells of something in this stay, which `what` makes of the slot and the generation, if anybody hears it.
    pub fn tell(&self, what: impl FnOnce(usize, u64) -> What) {
        if !self.0.bus.is_heard() {
            return;
        }
        let phase = self.phase();
        if let Some(generation) = phase.generation() {
            self.0.bus.tell(what(self.0.slot, generation));
        }
    }

    /// As [`Stay::tell`], unless it is of another stay of the card.
    pub fn tell_of(&self, generation: u64, what: What) {
        let phase = self.phase();
        if phase.generation() == Some(generation) {
            self.0.bus.tell(what);
        }
    }

    /// The card was powered up; `atr` is its answer. The first time, the card is in from now on.
    pub(super) fn powered(&self, interface: Interface, atr: Result<&Atr, Fault>) {
        let mut phase = self.phase();
        let Some(generation) = phase.generation() else { return };
        let slot = self.0.slot;
        self.0.bus.tell(What::Powered { slot, generation, interface, fault: atr.err() });
        if matches!(*phase, Phase::Coming { .. }) {
            *phase = Phase::In { generation };
            self.0.bus.tell(What::Inserted { slot, generation, atr: atr.ok().copied() });
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.0.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Phase {
    fn generation(self) -> Option<u64> {
        match self {
            Self::Out => None,
            Self::Coming { generation } | Self::In { generation } => Some(generation),
        }
    }
}
