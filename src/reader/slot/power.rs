//! What a card may have done to it apart from commands: power, resets, a protocol.

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol};

use super::{
    CardError, Protocols, Readers,
    table::{HandleEvent, Slot, SlotTable},
    terms::{choose, only},
};

/// What happens to a card's power.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::reader) enum Cycle {
    /// Power comes.
    Up,
    /// A reset with power kept.
    Warm,
    /// Power goes and comes again.
    DownAndUp,
}

/// Work to do on a card on loan.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::reader) struct Work {
    /// On which interface a power-up takes place.
    kind: Interface,
    /// First the power.
    pub(in crate::reader) cycle: Option<Cycle>,
    /// Then one of these protocols.
    pub(in crate::reader) negotiate: Option<Protocols>,
}

/// What came of it.
#[derive(Debug)]
pub(in crate::reader) struct Performed {
    /// The answer to reset after a cycle; `None` inside if the card is mute.
    cycled: Option<Option<Atr>>,
    negotiated: Result<Option<Protocol>, CardError>,
}

impl Cycle {
    fn carry_out(self, card: &mut dyn Card, kind: Interface) -> Option<Atr> {
        if self == Self::DownAndUp {
            card.power_off();
        }
        let begun = if self == Self::Warm { card.reset() } else { card.power_up(kind) };
        begun.is_ok().then(|| *card.atr())
    }
}

impl Readers {
    /// Tells programs that another one has reset the card of a slot, which has been: each of its handles hears of it
    /// with its next call, and a protocol is to be agreed on anew. A slot without a card is as it was.
    pub fn reset_by_another(&self, slot: usize) {
        self.with(|table| {
            let entry = table.slots.get_mut(slot).filter(|entry| entry.powered);
            if let Some((entry, atr)) = entry.and_then(|entry| entry.atr.map(|atr| (entry, atr))) {
                entry.set_power(Some(atr));
                entry.flag(HandleEvent::Reset);
                table.changed = true;
            }
        });
    }
}

impl Work {
    /// Work on the card of a slot.
    pub(in crate::reader) fn on(slot: &Slot, cycle: Option<Cycle>, negotiate: Option<Protocols>) -> Self {
        Self { kind: slot.kind, cycle, negotiate }
    }

    /// Whether there is anything to do.
    pub(in crate::reader) fn is_any(self) -> bool {
        self.cycle.is_some() || self.negotiate.is_some()
    }

    /// Does it.
    pub(in crate::reader) fn carry_out(self, card: &mut dyn Card) -> Performed {
        let cycled = self.cycle.map(|cycle| cycle.carry_out(card, self.kind));
        let mute = cycled.is_some_and(|atr| atr.is_none());
        let negotiated = match self.negotiate {
            Some(preferred) if !mute => negotiate(card, preferred).map(Some),
            _ => Ok(None),
        };
        Performed { cycled, negotiated }
    }
}

/// Agrees with a card on one of the protocols.
fn negotiate(card: &mut dyn Card, preferred: Protocols) -> Result<Protocol, CardError> {
    let protocol = choose(preferred, card.atr()).ok_or(CardError::NotOffered)?;
    match card.select_protocol(protocol) {
        Ok(()) => Ok(protocol),
        Err(Fault::ProtocolRefused) => Err(CardError::Refused),
        Err(fault) => Err(CardError::Silent(fault)),
    }
}

impl Performed {
    /// Notes a power-up that a new handle needed.
    ///
    /// # Errors
    ///
    /// [`CardError::Mute`] if the card stayed mute; its published state is left as it was.
    pub(in crate::reader) fn note_power_up(&self, slot: &mut Slot) -> Result<(), CardError> {
        match self.cycled {
            None => Ok(()),
            Some(None) => Err(CardError::Mute),
            Some(atr) => {
                slot.set_power(atr);
                Ok(())
            }
        }
    }

    /// Notes a reset: all handles hear of it.
    ///
    /// # Errors
    ///
    /// [`CardError::Mute`] if the card is mute since.
    pub(in crate::reader) fn note_reset(&self, table: &mut SlotTable, index: usize) -> Result<(), CardError> {
        let Some(atr) = self.cycled else { return Ok(()) };
        let slot = &mut table.slots[index];
        slot.set_power(atr);
        slot.flag(HandleEvent::Reset);
        table.changed |= atr.is_none();
        atr.map(drop).ok_or(CardError::Mute)
    }

    /// Notes the protocol agreed on, if one was to be, or that the card lost its power over it.
    ///
    /// # Errors
    ///
    /// [`CardError::NotOffered`] if the card has none of them, [`CardError::Refused`] if it refuses,
    /// [`CardError::Silent`] if it does not answer.
    pub(in crate::reader) fn note_protocol(&self, table: &mut SlotTable, index: usize) -> Result<(), CardError> {
        match self.negotiated {
            Ok(None) => Ok(()),
            Ok(Some(protocol)) => {
                table.slots[index].protocol = only(protocol);
                Ok(())
            }
            Err(CardError::Silent(fault)) => table.note_answer(index, Err(fault)),
            Err(error) => Err(error),
        }
    }
}
