//! Commands to the card, alone or in a transaction.

use std::sync::Weak;

use virtuale_engine::Response;

use super::{Courtesy, Disposition, ReturnCode, Session};
use crate::reader::slot::{
    Protocols,
    access::{Loan, Step},
    power::Work,
    table::{Running, SlotTable},
};

impl Session {
    /// Takes the card's lock, once more if the handle has it.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_HANDLE`], [`ReturnCode::RESET_CARD`] and [`ReturnCode::REMOVED_CARD`],
    /// [`ReturnCode::SHARING_VIOLATION`] if another handle has the lock and does not give it back at once.
    pub fn begin(&self, handle: u32) -> Result<(), ReturnCode> {
        let mut courtesy = Courtesy::default();
        self.readers.wait(&self.caller, |table| {
            let index = table.find(self.id, handle)?;
            let slot = &mut table.slots[index];
            slot.check_event(handle)?;
            let step = courtesy.stand_aside(slot, handle, self.id)?;
            if let Step::Done(()) = step {
                if self.client_is_gone() {
                    return Err(ReturnCode::COMM_ERROR);
                }
                slot.take_lock(handle, self.id);
            }
            Ok(step)
        })
    }

    /// Gives the card's lock back once, after doing to the card what is asked for. A reset is made even if there is
    /// no transaction to end. No reader of ours ejects cards: that is refused, and the lock given back all the same, as
    /// pcscd does it [PCSC-LITE run].
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_VALUE`] for an unknown disposition, [`ReturnCode::INVALID_HANDLE`],
    /// [`ReturnCode::RESET_CARD`] and [`ReturnCode::REMOVED_CARD`], [`ReturnCode::SHARING_VIOLATION`] if another
    /// handle has the lock, [`ReturnCode::UNSUPPORTED_FEATURE`] for ejecting, [`ReturnCode::NOT_TRANSACTED`] if no
    /// handle has it, if only the exclusive mode of this one holds it, or if the card is mute.
    pub fn end(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        if !disposition.is_known() {
            return Err(ReturnCode::INVALID_VALUE);
        }
        if !disposition.cycles_power() {
            return self.readers.with(|table| {
                let index = table.find(self.id, handle)?;
                table.slots[index].check_event(handle)?;
                table.moved = true;
                match table.slots[index].release_lock(handle) {
                    Ok(()) | Err(ReturnCode::NOT_TRANSACTED) if disposition == Disposition::EJECT => {
                        Err(ReturnCode::UNSUPPORTED_FEATURE)
                    }
                    released => released,
                }
            });
        }
        let (loan, work) = self.readers.wait(&self.caller, |table| {
            let index = table.find(self.id, handle)?;
            table.slots[index].check_event(handle)?;
            table.slots[index].check_lock(handle)?;
            Ok::<Step<(Loan, Work)>, ReturnCode>(table.lend_for_cycle(index, disposition)?)
        })?;
        self.readers.run(
            loan,
            |card| work.carry_out(card),
            |table, outcome| {
                let index = table.find_again(self.id, handle)?;
                table.moved = true;
                let reset = outcome.note_reset(table, index).map_err(|_| ReturnCode::NOT_TRANSACTED);
                reset.and(table.slots[index].release_lock(handle))
            },
        )?
    }

    /// Sends a command to the card and leaves its answer in `response`. Says which protocol is spoken.
    ///
    /// Other threads wait while the card is busy, except those who only ask for states. If it is removed meanwhile,
    /// the caller is told through [`Caller::card_left`](super::Caller::card_left), with this ticket.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_HANDLE`], [`ReturnCode::SHARING_VIOLATION`] if another handle has the
    /// lock and does not give it back at once, [`ReturnCode::RESET_CARD`] and [`ReturnCode::REMOVED_CARD`],
    /// [`ReturnCode::NO_SMARTCARD`], [`ReturnCode::PROTO_MISMATCH`] if another protocol is spoken,
    /// [`ReturnCode::NOT_TRANSACTED`] if the card is silent.
    pub fn transmit(
        &self,
        ticket: u64,
        handle: u32,
        protocol: Protocols,
        command: &[u8],
        response: &mut Response,
    ) -> Result<Protocols, ReturnCode> {
        response.clear();
        let mut courtesy = Courtesy::default();
        let (loan, active) = self
            .readers
            .wait(&self.caller, |table| self.lend_for_command(table, &mut courtesy, ticket, handle, protocol))?;
        let answered = self.readers.transmit(loan, command, response);
        Ok(answered.map(|()| active)?)
    }

    fn lend_for_command(
        &self,
        table: &mut SlotTable,
        courtesy: &mut Courtesy,
        ticket: u64,
        handle: u32,
        protocol: Protocols,
    ) -> Result<Step<(Loan, Protocols)>, ReturnCode> {
        let index = table.find(self.id, handle)?;
        let slot = &mut table.slots[index];
        if let Step::Wait(until) = courtesy.stand_aside(slot, handle, self.id)? {
            return Ok(Step::Wait(until));
        }
        slot.check_event(handle)?;
        if !slot.state.is_present() {
            return Err(ReturnCode::NO_SMARTCARD);
        }
        if ![Protocols::RAW, Protocols::ANY_OLD, slot.protocol].contains(&protocol) {
            return Err(ReturnCode::PROTO_MISMATCH);
        }
        if !slot.powered {
            return Err(ReturnCode::NOT_TRANSACTED);
        }
        let active = slot.protocol;
        let step = table.lend(index)?;
        if let Step::Done(_) = step {
            table.slots[index].running = Some(Running { caller: Weak::clone(&self.caller), ticket });
            self.readers.note_turn(table, index, Some(self.id));
        }
        Ok(step.map(|loan| (loan, active)))
    }

    /// Whether a handle is still good: nothing happened to its card.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_HANDLE`], [`ReturnCode::SHARING_VIOLATION`] if another handle has the
    /// lock, [`ReturnCode::RESET_CARD`] and [`ReturnCode::REMOVED_CARD`].
    pub fn status(&self, handle: u32) -> Result<(), ReturnCode> {
        self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            table.slots[index].check_lock(handle)?;
            table.slots[index].check_event(handle)
        })
    }
}
