//! What a handle may have done to a card's power.

use super::Disposition;
use crate::reader::slot::{
    CardError,
    access::{Loan, Step},
    power::{Cycle, Work},
    table::{Slot, SlotTable},
};

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
}

impl SlotTable {
    /// Takes a card on loan for a reset.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`] if the slot is empty.
    pub(super) fn lend_for_cycle(
        &mut self,
        index: usize,
        disposition: Disposition,
    ) -> Result<Step<(Loan, Work)>, CardError> {
        let slot = &self.slots[index];
        let work = Work::on(slot, Cycle::of(disposition, slot), None);
        Ok(self.lend(index)?.map(|loan| (loan, work)))
    }
}
