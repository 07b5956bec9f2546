//! The stays of cards in slots, as listeners hear of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use virtuale_engine::Atr;

use super::events::{Bus, What};

/// One card in one slot, from the moment when it comes in until it is pulled, and again when it comes back or into
/// another slot.
///
/// All that a [`Tap`](super::Tap) and [`Commits`](super::Commits) tell of a card goes through here, under one lock with
/// the end of the stay: once [`What::Removed`] is told, nothing more is told of it, also if the card is still busy.
/// Clones are the same stay.
#[derive(Clone, Debug)]
pub struct Stay(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Arc<Bus>,
    place: Mutex<Place>,
}

/// Where the card is, or was last.
#[derive(Debug)]
struct Place {
    slot: usize,
    /// The generation of the slot while the card is there, or on its way in.
    generation: Option<u64>,
}

impl Stay {
    /// That of a card which is still out of its slot.
    #[must_use]
    pub fn new(bus: Arc<Bus>, slot: usize) -> Self {
        Self(Arc::new(Inner { bus, place: Mutex::new(Place { slot, generation: None }) }))
    }

    /// The card is on its way into its slot, whose generation this will be, and gets its power next.
    pub fn begin(&self, generation: u64) {
        self.place().generation = Some(generation);
    }

    /// As [`Stay::begin`], in another slot than before.
    pub fn begin_in(&self, slot: usize, generation: u64) {
        *self.place() = Place { slot, generation: Some(generation) };
    }

    /// The card has its power and is in its slot, where programs find it from now on; `atr` is its answer to reset, if
    /// it is not mute.
    pub fn arrive(&self, atr: Option<Atr>) {
        self.tell(|slot, generation| What::Inserted { slot, generation, atr });
    }

    /// The card was pulled: says so, and is silent from then on. A stay that is over stays so.
    pub fn end(&self) {
        let mut place = self.place();
        if let Some(generation) = place.generation.take() {
            self.0.bus.tell(What::Removed { slot: place.slot, generation });
        }
    }

    /// The slot that the card is in; `None` if it is out.
    #[must_use]
    pub fn slot(&self) -> Option<usize> {
        let place = self.place();
        place.generation.map(|_| place.slot)
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
        let place = self.place();
        if let Some(generation) = place.generation {
            self.0.bus.tell(what(place.slot, generation));
        }
    }

    /// As [`Stay::tell`], unless it is of another stay of the card.
    pub fn tell_of(&self, generation: u64, what: What) {
        let place = self.place();
        if place.generation == Some(generation) {
            self.0.bus.tell(what);
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.0.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
