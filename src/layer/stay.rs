//! The stays of cards in slots, as listeners hear of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use virtuale_engine::Atr;

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
    /// The generation of the slot while the card is there, or on its way in.
    generation: Mutex<Option<u64>>,
}

impl Stay {
    /// That of a card which is still out of its slot.
    #[must_use]
    pub fn new(bus: Arc<Bus>, slot: usize) -> Self {
        Self(Arc::new(Inner { bus, slot, generation: Mutex::default() }))
    }

    /// The card is on its way into its slot, whose generation this will be, and gets its power next.
    pub fn begin(&self, generation: u64) {
        *self.generation() = Some(generation);
    }

    /// The card has its power and is in its slot, where programs find it from now on; `atr` is its answer to reset, if
    /// it is not mute.
    pub fn arrive(&self, atr: Option<Atr>) {
        self.tell(|slot, generation| What::Inserted { slot, generation, atr });
    }

    /// The card was pulled: says so, and is silent from then on. A stay that is over stays so.
    pub fn end(&self) {
        let mut stay = self.generation();
        if let Some(generation) = stay.take() {
            self.0.bus.tell(What::Removed { slot: self.0.slot, generation });
        }
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
        let stay = self.generation();
        if let Some(generation) = *stay {
            self.0.bus.tell(what(self.0.slot, generation));
        }
    }

    /// As [`Stay::tell`], unless it is of another stay of the card.
    pub fn tell_of(&self, generation: u64, what: What) {
        let stay = self.generation();
        if *stay == Some(generation) {
            self.0.bus.tell(what);
        }
    }

    fn generation(&self) -> MutexGuard<'_, Option<u64>> {
        self.0.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
