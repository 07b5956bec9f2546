//! Opening a handle, and opening it anew.

use super::{Courtesy, Disposition, ReturnCode, Session, Share};
use crate::reader::slot::{
    CardError, CardState, Protocols, Sharing,
    access::{Loan, Step},
    power::{Cycle, Work},
    table::{Handle, MOST_HANDLES, Slot, SlotTable},
};

/// What a caller wants to open.
#[derive(Clone, Copy)]
struct Wish {
    share: Share,
    preferred: Protocols,
}

/// What stands between a caller and its handle.
enum Way<T> {
    /// Nothing.
    Open(T),
    /// The card has to do something first.
    ThroughCard(Loan, Work),
}

impl Session {
    /// Opens a handle on the reader of that name and says which protocol is agreed on.
    ///
    /// Waits until another connection's transaction is over.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::PROTO_MISMATCH`] if no protocol is asked for, [`ReturnCode::INVALID_VALUE`] for
    /// an unknown share mode, [`ReturnCode::UNKNOWN_READER`], [`ReturnCode::SHARING_VIOLATION`] if another handle is
    /// exclusive or this connection has a transaction, [`ReturnCode::NO_SMARTCARD`], [`ReturnCode::UNPOWERED_CARD`],
    /// [`ReturnCode::PROTO_MISMATCH`] and [`ReturnCode::UNRESPONSIVE_CARD`] if no protocol can be agreed on,
    /// [`ReturnCode::SHARING_VIOLATION`] if others prevent exclusive use, [`ReturnCode::INTERNAL_ERROR`] and
    /// [`ReturnCode::NO_MEMORY`] for too many handles of the reader and of the connection,
    /// [`ReturnCode::INVALID_HANDLE`] and [`ReturnCode::INVALID_VALUE`] for no context and a wrong one.
    pub fn connect(
        &self,
        context: u32,
        reader: &[u8],
        share: Share,
        preferred: Protocols,
    ) -> Result<(u32, Protocols), ReturnCode> {
        let wish = Wish { share, preferred };
        wish.check_protocols()?;
        wish.check_share()?;
        let index = self.readers.slot_named(reader).ok_or(ReturnCode::UNKNOWN_READER)?;
        let way = self.readers.wait(&self.caller, |table| self.way_in(table, index, wish, context))?;
        match way {
            Way::Open(opened) => Ok(opened),
            Way::ThroughCard(loan, work) => self.readers.run(
                loan,
                |card| work.carry_out(card),
                |table, outcome| {
                    let slot = &mut table.slots[index];
                    let powered = outcome.note_power_up(slot);
                    slot.rest();
                    powered.map_err(|_| ReturnCode::UNPOWERED_CARD)?;
                    outcome.note_protocol(table, index).map_err(disagreement)?;
                    self.register(table, index, wish, context)
                },
            )?,
        }
    }

    fn way_in(
        &self,
        table: &mut SlotTable,
        index: usize,
        wish: Wish,
        context: u32,
    ) -> Result<Step<Way<(u32, Protocols)>>, ReturnCode> {
        let slot = table.look_at(index);
        match &slot.lock {
            _ if slot.unplugged => return Err(ReturnCode::UNKNOWN_READER),
            _ if slot.exclusive => return Err(ReturnCode::SHARING_VIOLATION),
            Some(lock) if lock.session == self.id => return Err(ReturnCode::SHARING_VIOLATION),
            Some(_) => return Ok(Step::Wait(None)),
            None => {}
        }
        if wish.share != Share::DIRECT {
            if !slot.state.is_present() {
                return Err(ReturnCode::NO_SMARTCARD);
            }
            let cycle = (!slot.powered).then_some(Cycle::Up);
            let work = Work::on(slot, cycle, wish.to_negotiate(slot));
            if work.is_any() {
                return Ok(table.lend(index)?.map(|loan| Way::ThroughCard(loan, work)));
            }
            wish.check_agreed(slot)?;
        }
        self.register(table, index, wish, context).map(|opened| Step::Done(Way::Open(opened)))
    }

    /// Enters a handle that nothing stands against but other handles.
    fn register(
        &self,
        table: &mut SlotTable,
        index: usize,
        wish: Wish,
        context: u32,
    ) -> Result<(u32, Protocols), ReturnCode> {
        let mine = table.handles_of(self.id);
        let slot = &mut table.slots[index];
        if wish.preferred.intersects(Protocols::RAW) {
            slot.protocol = Protocols::RAW;
        }
        let exclusive = wish.share == Share::EXCLUSIVE;
        if slot.exclusive || exclusive && (slot.users() > 0 || self.client_is_gone()) {
            return Err(ReturnCode::SHARING_VIOLATION);
        }
        let is_guests = self.caller.upgrade().is_some_and(|caller| caller.is_guest());
        if slot.handles.iter().filter(|handle| handle.is_guests == is_guests).count() >= MOST_HANDLES {
            return Err(ReturnCode::INTERNAL_ERROR);
        }
        self.check_context(context)?;
        if mine >= MOST_HANDLES {
            return Err(ReturnCode::NO_MEMORY);
        }
        let handle = self.readers.identity();
        slot.handles.push(Handle { id: handle, session: self.id, is_guests, event: None });
        if exclusive {
            slot.exclusive = true;
            slot.take_lock(handle, self.id);
        }
        if wish.share != Share::DIRECT {
            slot.idle_since = None;
        }
        let active = slot.protocol;
        table.changed = true;
        Ok((handle, active))
    }

    /// Opens a handle anew, with another share mode or protocol or after its card was reset or exchanged, and says
    /// which protocol is agreed on. The handle takes note of whatever happened to its card.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_VALUE`] for an unknown disposition (ejecting is none here) or share mode,
    /// [`ReturnCode::PROTO_MISMATCH`] if no protocol is asked for, [`ReturnCode::INVALID_HANDLE`],
    /// [`ReturnCode::SHARING_VIOLATION`] if another handle has the lock, [`ReturnCode::NO_SMARTCARD`],
    /// [`ReturnCode::UNRESPONSIVE_CARD`] for a mute card, the errors of a negotiation as in
    /// [`connect`](Self::connect), [`ReturnCode::SHARING_VIOLATION`] if others prevent exclusive use.
    pub fn reconnect(
        &self,
        handle: u32,
        share: Share,
        preferred: Protocols,
        initialization: Disposition,
    ) -> Result<Protocols, ReturnCode> {
        let wish = Wish { share, preferred };
        if !initialization.is_known() || initialization == Disposition::EJECT {
            return Err(ReturnCode::INVALID_VALUE);
        }
        wish.check_share()?;
        wish.check_protocols()?;
        let mut courtesy = Courtesy::default();
        let way =
            self.readers.wait(&self.caller, |table| self.way_back(table, &mut courtesy, handle, wish, initialization));
        match way? {
            Way::Open(active) => Ok(active),
            Way::ThroughCard(loan, work) => self.readers.run(
                loan,
                |card| work.carry_out(card),
                |table, outcome| {
                    let index = table.find_again(self.id, handle)?;
                    if initialization == Disposition::LEAVE {
                        outcome.note_power_up(&mut table.slots[index])?;
                    } else {
                        outcome.note_reset(table, index)?;
                    }
                    outcome.note_protocol(table, index).map_err(disagreement)?;
                    self.share_anew(table, index, handle, wish)
                },
            )?,
        }
    }

    fn way_back(
        &self,
        table: &mut SlotTable,
        courtesy: &mut Courtesy,
        handle: u32,
        wish: Wish,
        initialization: Disposition,
    ) -> Result<Step<Way<Protocols>>, ReturnCode> {
        let index = table.find(self.id, handle)?;
        let slot = &mut table.slots[index];
        if let Step::Wait(until) = courtesy.stand_aside(slot, handle, self.id)? {
            return Ok(Step::Wait(until));
        }
        if !slot.state.is_present() {
            return Err(ReturnCode::NO_SMARTCARD);
        }
        if initialization == Disposition::LEAVE && slot.state == CardState::MUTE {
            return Err(ReturnCode::UNRESPONSIVE_CARD);
        }
        let mut work = Work::on(slot, Cycle::of(initialization, slot), wish.to_negotiate(slot));
        if work.cycle.is_some() {
            work.negotiate = wish.after_reset();
        } else if work.negotiate.is_some() && !slot.powered {
            work.cycle = Some(Cycle::Up);
        }
        if work.is_any() {
            return Ok(table.lend(index)?.map(|loan| Way::ThroughCard(loan, work)));
        }
        wish.check_agreed(slot)?;
        self.share_anew(table, index, handle, wish).map(|active| Step::Done(Way::Open(active)))
    }

    fn share_anew(
        &self,
        table: &mut SlotTable,
        index: usize,
        handle: u32,
        wish: Wish,
    ) -> Result<Protocols, ReturnCode> {
        let slot = &mut table.slots[index];
        if wish.preferred.intersects(Protocols::RAW) {
            slot.protocol = Protocols::RAW;
        }
        if wish.share != Share::DIRECT {
            slot.idle_since = None;
        }
        match (wish.share, slot.sharing()) {
            (Share::EXCLUSIVE, Sharing::Handles(1)) => {
                slot.exclusive = true;
                slot.take_lock(handle, self.id);
            }
            (Share::EXCLUSIVE, Sharing::Handles(_)) => return Err(ReturnCode::SHARING_VIOLATION),
            (Share::SHARED | Share::DIRECT, Sharing::Exclusive) => {
                slot.exclusive = false;
                // The standing lock is there unless a removal dropped it.
                let _ = slot.release_lock(handle);
                table.moved = true;
            }
            _ => {}
        }
        let slot = &mut table.slots[index];
        slot.clear_event(handle);
        let active = slot.protocol;
        table.changed = true;
        Ok(active)
    }
}

impl Wish {
    fn check_protocols(self) -> Result<(), ReturnCode> {
        let asked = self.share == Share::DIRECT || self.preferred.intersects(Protocols::OPENABLE);
        asked.then_some(()).ok_or(ReturnCode::PROTO_MISMATCH)
    }

    fn check_share(self) -> Result<(), ReturnCode> {
        self.share.is_known().then_some(()).ok_or(ReturnCode::INVALID_VALUE)
    }

    /// The protocols to agree on with a card that was just reset.
    fn after_reset(self) -> Option<Protocols> {
        let raw = self.preferred.intersects(Protocols::RAW);
        (!raw && self.share != Share::DIRECT).then_some(self.preferred)
    }

    /// The protocols to agree on with a card, if none is agreed on.
    fn to_negotiate(self, slot: &Slot) -> Option<Protocols> {
        self.after_reset().filter(|_| slot.protocol == Protocols::UNDEFINED)
    }

    /// # Errors
    ///
    /// [`ReturnCode::PROTO_MISMATCH`] if another protocol is agreed on already.
    fn check_agreed(self, slot: &Slot) -> Result<(), ReturnCode> {
        match self.after_reset() {
            Some(preferred) if !preferred.intersects(slot.protocol) => Err(ReturnCode::PROTO_MISMATCH),
            _ => Ok(()),
        }
    }
}

/// The code of a protocol that was not agreed on: a silent card is told as one that refuses [PCSC-LITE winscard.c].
fn disagreement(error: CardError) -> ReturnCode {
    match error {
        CardError::Silent(_) => ReturnCode::UNRESPONSIVE_CARD,
        other => other.into(),
    }
}
