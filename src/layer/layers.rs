//! What every card of a run gets around it.

use std::{fmt, sync::Arc};

use virtuale_engine::Card;

use super::{
    Confined, Layer, Layered, Stay, Tap,
    timing::{Meter, Timetable, Timing},
};

/// Makes a layer for the card of a slot.
type MakeLayer = dyn Fn(usize) -> Box<dyn Layer> + Send + Sync;

/// The layers that every card of a run gets, from the inside to the outside.
#[derive(Clone, Default)]
pub struct Layers {
    /// How long cards take.
    timetable: Option<Arc<Timetable>>,
    made: Vec<Arc<MakeLayer>>,
}

/// Who looks on from outside of all layers, and sees what the reader sees.
#[derive(Default)]
pub struct Onlookers {
    /// The stay of which listeners are told.
    pub stay: Option<Stay>,
    /// What else looks on, outside of that, such as a recorder. It changes nothing.
    pub recorder: Option<Box<dyn Layer>>,
}

impl Layers {
    /// One more layer, around those that there are. `make` is told the number of the slot, 0 where there is none.
    #[must_use]
    pub fn with<L: Layer + 'static>(mut self, make: impl Fn(usize) -> L + Send + Sync + 'static) -> Self {
        self.made.push(Arc::new(move |slot| Box::new(make(slot))));
        self
    }

    /// Cards that take their time. It is the innermost layer: what spoils an answer or holds it back comes on top.
    #[must_use]
    pub fn timed(self, timetable: Timetable) -> Self {
        Self { timetable: Some(Arc::new(timetable)), ..self }
    }

    /// A meter for the work of a card to be; `None` if nobody asks how long it takes.
    #[must_use]
    pub fn meter(&self) -> Option<Meter> {
        self.timetable.as_ref().map(|timetable| timetable.meter())
    }

    /// Dresses a card for a slot. This is the one place where that is done. `meter` is that which its work is counted
    /// with ([`Layers::meter`]); of a card without one, the way to it takes its time alone.
    ///
    /// From the inside to the outside: the card with what it is of itself (its wear), the time that it takes
    /// ([`Timing`]), these layers, what confines their code ([`Confined`]), the tap of the events, the recorder. So
    /// events and traces say what the programs see, also of a panic. A tap that nobody hears costs a command 5
    /// instructions of the processor around a card whose kind is known here, and 9 around a boxed one.
    #[must_use]
    pub fn dress_metered<C: Card + 'static>(
        &self,
        slot: usize,
        card: C,
        meter: Option<Meter>,
        onlookers: Onlookers,
    ) -> Box<dyn Card> {
        match &self.timetable {
            None => self.dress_untimed(slot, card, onlookers),
            Some(table) => {
                let meter = meter.unwrap_or_else(|| table.meter());
                self.dress_untimed(slot, Layered::new(Timing::new(Arc::clone(table), meter), card), onlookers)
            }
        }
    }

    /// Dresses a card whose work nobody counts, as [`Layers::dress_metered`] does.
    #[must_use]
    pub fn dress<C: Card + 'static>(&self, slot: usize, card: C, onlookers: Onlookers) -> Box<dyn Card> {
        self.dress_metered(slot, card, None, onlookers)
    }

    /// As [`Layers::dress_metered`], for a card that takes its own time.
    #[must_use]
    pub fn dress_untimed<C: Card + 'static>(&self, slot: usize, card: C, onlookers: Onlookers) -> Box<dyn Card> {
        if self.made.is_empty() {
            return onlookers.around(card);
        }
        let card: Box<dyn Card> = Box::new(card);
        onlookers.around(self.made.iter().fold(card, |card, make| Box::new(Layered::new(make(slot), card))))
    }
}

impl Onlookers {
    fn around<C: Card + 'static>(self, card: C) -> Box<dyn Card> {
        let card = Confined::new(card);
        let tapped: Box<dyn Card> = match self.stay {
            Some(stay) => Box::new(Layered::new(Tap::new(stay), card)),
            None => Box::new(card),
        };
        match self.recorder {
            Some(recorder) => Box::new(Layered::new(recorder, tapped)),
            None => tapped,
        }
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").field("made", &self.made.len()).field("timetable", &self.timetable).finish()
    }
}

impl fmt::Debug for Onlookers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onlookers").field("stay", &self.stay).finish_non_exhaustive()
    }
}
