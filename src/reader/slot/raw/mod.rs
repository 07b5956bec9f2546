//! One slot as a driver uses it: presence, power, a protocol, commands, and no PC/SC in between.
//!
//! A driver library of a system's PC/SC service, or a client of vpcd, has the rules of PC/SC on its own far side. Here
//! it has the hardware. Drivers and PC/SC sessions may use one slot at the same time; what they do to the card happens
//! one after the other, since the card is lent to one of them at a time:
//!
//! - What a driver does to the power of a card is to a handle of PC/SC as if another handle had done it: the handle
//!   hears of a reset, and the protocol is to be agreed on anew.
//! - While a handle of PC/SC has the card for itself, in a transaction or by exclusive use, a driver gets
//!   [`CardError::InUse`] at once, and the card stays as it is.
//! - A driver has no lock of its own: between two of its commands a handle may send one.
//! - A card keeps its power for as long as a driver wants it to have it; then for the grace period.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Fault, Protocol, Response};

use super::{
    Caller, CardError, ControlError, Readers, SlotError, SlotState,
    access::{Loan, Step},
    caller::nobody,
    keypad::User,
    power::{Cycle, Work},
    table::{Running, Slot},
    terms::only,
};

/// The generation of no card.
const NONE: u64 = 0;

/// A driver's end of a slot. Dropping it lets go of the card's power.
pub struct RawSlot {
    readers: Arc<Readers>,
    slot: usize,
    caller: Weak<dyn Caller>,
    /// The card that the driver powered up.
    powered: AtomicU64,
}

impl RawSlot {
    /// A driver of a slot. `caller` is its client, for as long as it lives.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`].
    pub fn new(readers: Arc<Readers>, slot: usize, caller: Weak<dyn Caller>) -> Result<Self, SlotError> {
        if slot >= readers.len() {
            return Err(SlotError::Unknown(slot));
        }
        Ok(Self { readers, slot, caller, powered: AtomicU64::new(NONE) })
    }

    /// A driver of this program's own, which nobody can hang up on.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`].
    pub fn unattended(readers: Arc<Readers>, slot: usize) -> Result<Self, SlotError> {
        Self::new(readers, slot, nobody())
    }

    /// What is published of the slot. Never waits behind a card.
    #[must_use]
    pub fn state(&self) -> SlotState {
        self.readers.with(|table| table.look_at(self.slot).publish())
    }

    /// Waits until a card came or went since the slot had that generation, but not longer than `patience`. Gives the
    /// generation that the slot has then.
    #[must_use]
    pub fn await_change(&self, generation: u64, patience: Duration) -> u64 {
        let until = Instant::now().checked_add(patience);
        let waited = self.readers.wait(&self.caller, |table| {
            let now = table.slots[self.slot].generation;
            let is_over = now != generation || until.is_some_and(|until| Instant::now() >= until);
            Ok::<_, CardError>(if is_over { Step::Done(now) } else { Step::Wait(until) })
        });
        waited.unwrap_or(generation)
    }

    /// Waits until no handle of PC/SC has the card for itself, but not longer than `patience`. Says whether that is so;
    /// a handle may take the card again before the driver does.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`], [`CardError::ClientGone`].
    pub fn await_free(&self, patience: Duration) -> Result<bool, CardError> {
        let until = Instant::now().checked_add(patience);
        self.readers.wait(&self.caller, |table| {
            let slot = table.look_at(self.slot);
            if !slot.state.is_present() {
                return Err(CardError::NoCard);
            }
            let is_free = slot.lock.is_none();
            let is_over = is_free || until.is_some_and(|until| Instant::now() >= until);
            Ok(if is_over { Step::Done(is_free) } else { Step::Wait(until) })
        })
    }

    /// Powers the card up on the slot's interface; one that has power is reset by taking it away (a cold reset). Gives
    /// the answer to reset.
    ///
    /// # Errors
    ///
    /// [`CardError::InUse`], [`CardError::NoCard`], [`CardError::Mute`], [`CardError::ClientGone`].
    pub fn power_up(&self) -> Result<Atr, CardError> {
        self.cycle(|_| Cycle::Up)
    }

    /// Resets the card with its power kept (a warm reset); a card without power gets it. Gives the answer to reset.
    ///
    /// # Errors
    ///
    /// Those of [`power_up`](Self::power_up).
    pub fn reset(&self) -> Result<Atr, CardError> {
        self.cycle(|slot| if slot.powered { Cycle::Warm } else { Cycle::Up })
    }

    /// Takes the power from the card.
    ///
    /// # Errors
    ///
    /// [`CardError::InUse`], [`CardError::NoCard`], [`CardError::ClientGone`].
    pub fn power_off(&self) -> Result<(), CardError> {
        let (loan, ()) = self.borrow(None, |_| Ok(()))?;
        self.powered.store(NONE, Ordering::Relaxed);
        self.readers.run(
            loan,
            |card| card.power_off(),
            |table, ()| {
                table.slots[self.slot].set_unpowered();
                table.changed = true;
            },
        )
    }

    /// Agrees on a protocol (PPS) [ISO-7816-3 9]. Comes after a power-up or a reset and before the first command;
    /// without it the first protocol of the answer to reset is spoken.
    ///
    /// # Errors
    ///
    /// [`CardError::InUse`], [`CardError::NoCard`], [`CardError::NotOffered`], [`CardError::Refused`],
    /// [`CardError::Silent`] with [`Fault::Unpowered`] unless the driver powered this card up, and with what the card
    /// says instead of an answer; [`CardError::ClientGone`].
    pub fn select_protocol(&self, protocol: Protocol) -> Result<(), CardError> {
        let (loan, work) = self.borrow(None, |slot| {
            self.check_power(slot)?;
            Ok(Work::on(slot, None, Some(only(protocol))))
        })?;
        self.readers.run(loan, |card| work.carry_out(card), |table, outcome| outcome.note_protocol(table, self.slot))?
    }

    /// Sends a command to the card and leaves its answer in `response`.
    ///
    /// If the card is removed meanwhile, the caller is told through [`Caller::card_left`], with this ticket.
    ///
    /// # Errors
    ///
    /// [`CardError::InUse`], [`CardError::NoCard`], [`CardError::Silent`] with [`Fault::Unpowered`] unless the driver
    /// powered this card up, and with what the card says instead of an answer; [`CardError::ClientGone`]. `response` is
    /// empty then.
    pub fn transmit(&self, ticket: u64, command: &[u8], response: &mut Response) -> Result<(), CardError> {
        response.clear();
        let (loan, ()) = self.borrow(Some(ticket), |slot| self.check_power(slot))?;
        self.readers.transmit(loan, command, response)
    }

    /// An attribute of the reader ([`attribute`](crate::reader::attribute)); `None` if there is none such. Never waits.
    #[must_use]
    pub fn attribute(&self, id: u32) -> Option<Vec<u8>> {
        self.readers.with(|table| table.look_at(self.slot).attribute(self.slot, id))
    }

    /// Sends a control code to the reader ([`feature`](crate::reader::feature)), with what belongs to it, and gives the
    /// reader's answer. The codes are those of pcsc-lite, and of Windows where they differ.
    ///
    /// Some codes have a person type a PIN and the card verify it: that takes as long as the person does, and other
    /// users of this slot wait. If the card is removed while it is busy with that, the caller is told through
    /// [`Caller::card_left`], with this ticket.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] for a code that the reader does not know; for one with which a PIN is typed,
    /// [`ControlError::Card`] with the errors of [`transmit`](Self::transmit).
    pub fn control(&self, ticket: u64, code: u32, input: &[u8]) -> Result<Vec<u8>, ControlError> {
        let device = self.readers.with(|table| Arc::clone(&table.slots[self.slot].device));
        let check = |slot: &Slot| {
            if slot.lock.is_some() {
                return Err(CardError::InUse);
            }
            if slot.state.is_present() { self.check_power(slot) } else { Ok(()) }
        };
        let user = User { caller: &self.caller, ticket, slot: self.slot, session: None };
        self.readers.control(&user, device.request(code, input), check)
    }

    fn cycle(&self, choose: impl Fn(&Slot) -> Cycle) -> Result<Atr, CardError> {
        let (loan, work) = self.borrow(None, |slot| Ok(Work::on(slot, Some(choose(slot)), None)))?;
        self.readers.run(
            loan,
            |card| work.carry_out(card),
            |table, outcome| {
                let mute = outcome.note_reset(table, self.slot);
                let slot = &mut table.slots[self.slot];
                slot.driven = mute.is_ok();
                slot.idle_since = None;
                self.powered.store(if slot.driven { slot.generation } else { NONE }, Ordering::Relaxed);
                table.changed = true;
                mute.and(table.slots[self.slot].atr.ok_or(CardError::Mute))
            },
        )?
    }

    /// Takes the card on loan if `check` has nothing against it, or waits until it is back.
    fn borrow<T>(
        &self,
        ticket: Option<u64>,
        check: impl Fn(&Slot) -> Result<T, CardError>,
    ) -> Result<(Loan, T), CardError> {
        self.readers.wait(&self.caller, |table| {
            let slot = table.look_at(self.slot);
            if !slot.state.is_present() {
                return Err(CardError::NoCard);
            }
            if slot.lock.is_some() {
                return Err(CardError::InUse);
            }
            let checked = check(slot)?;
            let step = table.lend(self.slot)?;
            if let (Step::Done(_), Some(ticket)) = (&step, ticket) {
                table.slots[self.slot].running = Some(Running { caller: Weak::clone(&self.caller), ticket });
                self.readers.note_turn(table, self.slot, None);
            }
            Ok(step.map(|loan| (loan, checked)))
        })
    }

    fn check_power(&self, slot: &Slot) -> Result<(), CardError> {
        let is_mine = slot.powered && slot.generation == self.powered.load(Ordering::Relaxed);
        if is_mine { Ok(()) } else { Err(CardError::Silent(Fault::Unpowered)) }
    }
}

impl Drop for RawSlot {
    fn drop(&mut self) {
        let powered = self.powered.load(Ordering::Relaxed);
        self.readers.with(|table| {
            let slot = &mut table.slots[self.slot];
            if slot.driven && slot.generation == powered {
                slot.driven = false;
                slot.rest();
            }
        });
    }
}

impl fmt::Debug for RawSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawSlot").field("slot", &self.slot).finish_non_exhaustive()
    }
}
