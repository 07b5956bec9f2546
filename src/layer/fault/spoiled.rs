//! The layer that lets the faults of a card strike.

use std::fmt;

use virtuale_engine::{Atr, Card, Fault as Silence, Interface, Response, Snapshot, SnapshotError};

use super::faults::Faults;
use crate::layer::Layer;

/// The part of a snapshot that is the layer's own: what the faults of the card file have counted.
pub const PART: &str = "faults";

/// A layer in which the faults of a card strike. While none is armed, commands pass it.
pub struct Spoiled {
    faults: Faults,
    /// The answer to the last reset, if it was a wrong one.
    atr: Option<Atr>,
}

impl Spoiled {
    /// A layer that asks these faults.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        faults.wear();
        Self { faults, atr: None }
    }

    /// What the faults of the card file have counted, as a snapshot has it; nothing without such.
    pub(crate) fn counted(&self) -> Vec<u8> {
        self.faults.save()
    }

    fn start(
        &mut self,
        card: &mut dyn Card,
        within: bool,
        start: impl FnOnce(&mut dyn Card) -> Result<(), Silence>,
    ) -> Result<(), Silence> {
        self.atr = None;
        let begun = self.faults.start(*card.atr(), within);
        if begun.is_mute {
            card.power_off();
            return Err(Silence::Mute);
        }
        start(card)?;
        self.atr = begun.atr;
        Ok(())
    }
}

impl Layer for Spoiled {
    fn atr<'a>(&'a self, card: &'a dyn Card) -> &'a Atr {
        self.atr.as_ref().unwrap_or_else(|| card.atr())
    }

    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Silence> {
        self.start(card, false, |card| card.power_up(interface))
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Silence> {
        self.start(card, false, |card| card.reset())
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        self.faults.stop();
        card.power_off();
    }

    #[inline]
    fn passes_commands(&self) -> bool {
        !self.faults.is_active()
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Silence> {
        let Some(turn) = self.faults.begin(command, response) else { return Ok(()) };
        response.clear();
        let answered = if turn.is_heard { card.transmit(command, response) } else { Ok(()) };
        let outcome = self.faults.conclude(&turn, command, response, answered.is_err());
        let silence = if outcome.is_torn {
            self.power_off(card);
            Some(Silence::PowerLost)
        } else {
            let is_mute = outcome.is_mute || outcome.taken.is_some();
            answered.err().or(is_mute.then_some(Silence::Mute))
        };
        if !outcome.late.is_zero() {
            self.faults.sleep(outcome.late);
        }
        if let Some(order) = outcome.taken {
            self.faults.take(order);
            self.power_off(card);
        }
        if outcome.is_reset && silence.is_none() {
            // The program has its answer. What comes of the reset is seen by the next command.
            let _ = self.start(card, true, |card| card.reset());
            self.faults.tell_reset();
        }
        match silence {
            Some(silence) => {
                response.clear();
                Err(silence)
            }
            None => Ok(()),
        }
    }

    fn save(&self, card: &dyn Card, snapshot: &mut Snapshot) {
        let counted = self.counted();
        if !counted.is_empty() {
            snapshot.put(PART, &[&counted]);
        }
        card.save(snapshot);
    }

    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        card.restore(snapshot)?;
        self.faults.restore(PART, snapshot.part(PART).unwrap_or_default())
    }
}

impl fmt::Debug for Spoiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spoiled").field("faults", &self.faults).finish_non_exhaustive()
    }
}
