//! What a virtual card is handed when it is made: its slot, what computes for it, where its commits go, and which
//! faults strike it.
//!
//! This is the one place where defaults are chosen. The day and the seed of the run are those that the card file was
//! read with ([`Options`](super::Options)); chance follows from the seed, the card file and the slot
//! (docs/reproducible.md).

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use jiff::civil::Date;
use virtuale_engine::{
    crypto::Crypto,
    platform::{Clock, Day, Forgetful, Platform, Random, Sink},
};

use super::{
    arithmetic::Arithmetic,
    chance::{Birth, Counted},
};
use crate::layer::{
    fault::{Fault, Faults, Files, Spoiled, Torn},
    timing::Meter,
};

/// What a card is handed. By default it is in slot 0, the coprocessor computes for it, and its commits are kept nowhere
/// but in the card.
pub struct Provision {
    slot: u64,
    crypto: Box<dyn Crypto>,
    sink: Box<dyn Sink>,
    faults: Option<Faults>,
    kept: Option<Kept>,
}

/// What a card is handed beside that is kept from run to run.
struct Kept {
    birth: Birth,
    today: Date,
    drawn: Arc<AtomicU64>,
}

/// A clock that stands still.
struct FixedDay(Day);

impl Provision {
    /// The default for a slot of the run, numbered from 0: two cards of one card file in two slots have not the same
    /// chance.
    #[must_use]
    pub fn for_slot(slot: u64) -> Self {
        Self { slot, crypto: Box::new(Arithmetic), sink: Box::new(Forgetful), faults: None, kept: None }
    }

    /// With something else that computes.
    #[must_use]
    pub fn with_crypto(self, crypto: impl Crypto + 'static) -> Self {
        Self { crypto: Box::new(crypto), ..self }
    }

    /// With a place where commits go.
    #[must_use]
    pub fn with_sink(self, sink: impl Sink + 'static) -> Self {
        Self { sink: Box::new(sink), ..self }
    }

    /// With a meter on what computes and on where commits go, as they are now.
    #[must_use]
    pub fn with_meter(self, meter: &Meter) -> Self {
        Self { crypto: Box::new(meter.on(self.crypto)), sink: Box::new(meter.on(self.sink)), ..self }
    }

    /// With faults that somebody arms from outside, beside those of the card file.
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { faults: Some(faults), ..self }
    }

    /// With the faults of a card file, whose files `files` knows; gives the layer in which all of them strike, if there
    /// can be any.
    pub(super) fn spoiled(mut self, own: &[Fault], files: impl FnOnce() -> Files) -> (Self, Option<Spoiled>) {
        let faults = self.faults.take().or_else(|| (!own.is_empty()).then(Faults::default));
        let Some(faults) = faults else { return (self, None) };
        faults.meet(own, Some(files()));
        let sink = Box::new(Torn::new(faults.clone(), self.sink));
        (Self { sink, ..self }, Some(Spoiled::new(faults)))
    }

    /// That of a card which is kept: what its chance follows from, the day of this run, which is not that of its card
    /// file, and where it says how far its random numbers were drawn.
    pub(crate) fn with_kept(self, birth: Birth, today: Date, drawn: Arc<AtomicU64>) -> Self {
        Self { kept: Some(Kept { birth, today, drawn }), ..self }
    }

    /// What the chance of a card of this card file follows from.
    pub(super) fn birth(&self, identity: [u8; 32], seed: u64) -> Birth {
        self.kept.as_ref().map_or(Birth { seed, identity, slot: self.slot }, |kept| kept.birth)
    }

    /// A platform in which it is always `today`, unless a card is kept.
    pub(super) fn platform(self, today: Date, random: impl Random + 'static) -> Platform {
        let (today, random): (_, Box<dyn Random>) = match self.kept {
            Some(Kept { today, drawn, .. }) => (today, Box::new(Counted { random, drawn })),
            None => (today, Box::new(random)),
        };
        Platform { clock: Box::new(FixedDay(day(today))), random, sink: self.sink, crypto: self.crypto }
    }
}

impl Default for Provision {
    fn default() -> Self {
        Self::for_slot(0)
    }
}

impl Clock for FixedDay {
    fn today(&self) -> Day {
        self.0
    }
}

/// A calendar date as the chip has it; the year 0 for dates before Christ.
fn day(date: Date) -> Day {
    let small = |value: i8| u8::try_from(value).unwrap_or(1);
    Day { year: u16::try_from(date.year()).unwrap_or(0), month: small(date.month()), day: small(date.day()) }
}

impl fmt::Debug for Provision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provision").field("slot", &self.slot).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use virtuale_engine::platform::Day;

    use super::Provision;
    use crate::profile::chance::{Identity, Label};

    #[test]
    fn a_platform_has_the_day_and_the_chance_that_it_was_given() {
        let stream = Identity::of("a", "").stream(1, 0, Label::Chip);
        let platform = Provision::default().platform(date(2026, 1, 15), stream);
        assert_eq!(platform.clock.today(), Day { year: 2026, month: 1, day: 15 });
        assert_eq!(platform.random.position(), 0);
    }
}
