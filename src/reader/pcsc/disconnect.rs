//! Closing a handle.

use std::sync::Weak;

use super::{Disposition, ReturnCode, Session};
use crate::reader::slot::{
    Caller,
    access::{Loan, Step},
    power::{Performed, Work},
    table::SlotTable,
};

/// What stands between a handle and its end.
enum Way {
    /// Nothing: it is closed.
    Closed,
    /// The card has to do something first.
    ThroughCard { index: usize, loan: Loan, work: Work },
}

impl Session {
    /// Closes a handle; its locks are given back.
    ///
    /// Waits until another connection's transaction is over, unless the card is left as it is.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_VALUE`] for an unknown disposition, [`ReturnCode::INVALID_HANDLE`],
    /// [`ReturnCode::SHARING_VIOLATION`] if this connection has a transaction on another handle of the reader.
    pub fn disconnect(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        if !disposition.is_known() {
            return Err(ReturnCode::INVALID_VALUE);
        }
        self.dispose(&self.caller, handle, disposition)
    }

    /// Does to the card what is asked for, and closes the handle whatever came of it.
    pub(super) fn dispose(
        &self,
        caller: &Weak<dyn Caller>,
        handle: u32,
        disposition: Disposition,
    ) -> Result<(), ReturnCode> {
        let way = self.readers.wait(caller, |table| self.way_out(table, handle, disposition))?;
        let Way::ThroughCard { index, loan, work } = way else { return Ok(()) };
        let done = if disposition == Disposition::UNPOWER {
            let note = |table: &mut SlotTable, ()| {
                table.slots[index].set_unpowered();
                finish(table, index, handle);
            };
            self.readers.run(loan, |card| card.power_off(), note)
        } else {
            let note = |table: &mut SlotTable, outcome: Performed| {
                // A card that is mute since shows it in its state; the handle is closed all the same.
                let _ = outcome.note_reset(table, index);
                finish(table, index, handle);
            };
            self.readers.run(loan, |card| work.carry_out(card), note)
        };
        if done.is_err() {
            self.readers.with(|table| finish(table, index, handle));
        }
        Ok(())
    }

    /// Closes the handle if nothing has to be done to the card, else takes the card on loan.
    fn way_out(&self, table: &mut SlotTable, handle: u32, disposition: Disposition) -> Result<Step<Way>, ReturnCode> {
        let index = table.find_again(self.id, handle)?;
        if table.look_at(index).is_of_unplugged(handle) {
            finish(table, index, handle);
            return Ok(Step::Done(Way::Closed));
        }
        if disposition != Disposition::LEAVE
            && let Some(lock) = table.slots[index].foreign_lock(handle)
        {
            let own = lock.session == self.id;
            return if own { Err(ReturnCode::SHARING_VIOLATION) } else { Ok(Step::Wait(None)) };
        }
        // An empty slot has no card to do anything to.
        if disposition.cycles_power()
            && let Ok(step) = table.lend_for_cycle(index, disposition)
        {
            return Ok(step.map(|(loan, work)| Way::ThroughCard { index, loan, work }));
        }
        finish(table, index, handle);
        Ok(Step::Done(Way::Closed))
    }
}

/// Closes a handle on the table.
fn finish(table: &mut SlotTable, index: usize, handle: u32) {
    table.slots[index].close(handle);
    (table.moved, table.changed) = (true, true);
}
