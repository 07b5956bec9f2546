//! What a handle may have done to a card apart from commands: power, resets, a protocol.

use virtuale_engine::{Atr, Card, Interface, Protocol};

use crate::reader::{
    Disposition, Protocols, ReturnCode,
    access::{Loan, Step},
    slot_table::{HandleEvent, Slot, SlotTable},
};

/// What happens to a card's power.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cycle {
    /// Power comes.
    Up,
    /// A reset with power kept.
    Warm,
    /// Power goes and comes again.
    DownAndUp,
}

/// Work to do on a card on loan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// First the power.
    pub(super) cycle: Option<Cycle>,
    /// Then one of these protocols.
    pub(super) negotiate: Option<Protocols>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Performed {
    /// The answer to reset after a cycle; `None` inside if the card is mute.
    cycled: Option<Option<Atr>>,
    negotiated: Result<Option<Protocol>, ReturnCode>,
}

impl Cycle {
    /// The cycle of a reset that a handle asks for. A card without power gets it first.
    pub(super) fn of(disposition: Disposition, slot: &Slot) -> Option<Self> {
        match disposition {
            Disposition::RESET if slot.powered => Some(Self::Warm),
            Disposition::RESET => Some(Self::Up),
            Disposition::UNPOWER => Some(Self::DownAndUp),
            _ => None,
        }
    }

    fn carry_out(self, card: &mut dyn Card) -> Option<Atr> {
        if self == Self::DownAndUp {
            card.power_off();
        }
        let begun = if self == Self::Warm { card.reset() } else { card.power_up(Interface::Contact) };
        begun.is_ok().then(|| *card.atr())
    }
}

impl Work {
    /// Whether there is anything to do.
    pub(super) fn is_any(self) -> bool {
        self.cycle.is_some() || self.negotiate.is_some()
    }

    /// Does it.
    pub(super) fn carry_out(self, card: &mut dyn Card) -> Performed {
        let cycled = self.cycle.map(|cycle| cycle.carry_out(card));
        let mute = cycled.is_some_and(|atr| atr.is_none());
        let negotiated = match self.negotiate {
            Some(preferred) if !mute => negotiate(card, preferred).map(Some),
            _ => Ok(None),
        };
        Performed { cycled, negotiated }
    }
}

impl SlotTable {
    /// Takes a card on loan for a reset.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::NO_SMARTCARD`] if the slot is empty.
    pub(super) fn lend_for_cycle(
        &mut self,
        index: usize,
        disposition: Disposition,
    ) -> Result<Step<(Loan, Work)>, ReturnCode> {
        let work = Work { cycle: Cycle::of(disposition, &self.slots[index]), negotiate: None };
        Ok(self.lend(index)?.map(|loan| (loan, work)))
    }
}

/// Agrees with a card on one of the protocols.
fn negotiate(card: &mut dyn Card, preferred: Protocols) -> Result<Protocol, ReturnCode> {
    let protocol = preferred.choose(card.atr()).ok_or(ReturnCode::PROTO_MISMATCH)?;
    card.select_protocol(protocol).map_err(|_| ReturnCode::UNRESPONSIVE_CARD)?;
    Ok(protocol)
}

impl Performed {
    /// Notes a power-up that a new handle needed.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::UNPOWERED_CARD`] if the card stayed mute; its published state is left as it was.
    pub(super) fn note_power_up(&self, slot: &mut Slot) -> Result<(), ReturnCode> {
        match self.cycled {
            None => Ok(()),
            Some(None) => Err(ReturnCode::UNPOWERED_CARD),
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
    /// [`ReturnCode::UNRESPONSIVE_CARD`] if the card is mute since.
    pub(super) fn note_reset(&self, table: &mut SlotTable, index: usize) -> Result<(), ReturnCode> {
        let Some(atr) = self.cycled else { return Ok(()) };
        let slot = &mut table.slots[index];
        slot.set_power(atr);
        slot.flag(HandleEvent::Reset);
        table.changed |= atr.is_none();
        atr.map(drop).ok_or(ReturnCode::UNRESPONSIVE_CARD)
    }

    /// Notes the protocol agreed on, if one was to be.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::PROTO_MISMATCH`] if the card has none of them, [`ReturnCode::UNRESPONSIVE_CARD`] if it refuses.
    pub(super) fn note_protocol(&self, slot: &mut Slot) -> Result<(), ReturnCode> {
        if let Some(protocol) = self.negotiated? {
            slot.protocol = protocol.into();
        }
        Ok(())
    }
}
