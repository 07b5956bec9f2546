//! Whether a handle may: is it the session's, does another one have the lock, did something happen to its card.

use super::ReturnCode;
use crate::reader::slot::table::{HandleEvent, SessionId, Slot, SlotTable};

impl SlotTable {
    /// The slot of a session's handle, with which something begins: it is as [`look_at`](Self::look_at) says.
    pub(super) fn find(&mut self, session: SessionId, handle: u32) -> Result<usize, ReturnCode> {
        let index = self.find_again(session, handle)?;
        // As pcscd answers of a handle whose reader it does not have any more.
        if self.look_at(index).is_of_unplugged(handle) {
            return Err(ReturnCode::INVALID_VALUE);
        }
        Ok(index)
    }

    /// The slot of a session's handle, as it was when something began of which the outcome is noted now. The grace
    /// period may have ended since, while the card was at work.
    pub(super) fn find_again(&self, session: SessionId, handle: u32) -> Result<usize, ReturnCode> {
        let owns = |slot: &Slot| slot.handles.iter().any(|each| each.id == handle && each.session == session);
        self.slots.iter().position(owns).ok_or(ReturnCode::INVALID_HANDLE)
    }
}

impl Slot {
    /// # Errors
    ///
    /// If another handle has the lock.
    pub(super) fn check_lock(&self, handle: u32) -> Result<(), ReturnCode> {
        self.foreign_lock(handle).map_or(Ok(()), |_| Err(ReturnCode::SHARING_VIOLATION))
    }

    /// # Errors
    ///
    /// If something happened to the card that the handle has not taken note of.
    pub(super) fn check_event(&self, handle: u32) -> Result<(), ReturnCode> {
        match self.handles.iter().find(|each| each.id == handle).and_then(|each| each.event) {
            None => Ok(()),
            Some(HandleEvent::Removed) => Err(ReturnCode::REMOVED_CARD),
            Some(HandleEvent::Reset) => Err(ReturnCode::RESET_CARD),
            Some(HandleEvent::Unplugged) => Err(ReturnCode::INVALID_VALUE),
        }
    }

    /// Whether the reader of a handle was unplugged since it was opened.
    pub(super) fn is_of_unplugged(&self, handle: u32) -> bool {
        self.handles.iter().any(|each| each.id == handle && each.event == Some(HandleEvent::Unplugged))
    }

    /// Gives the lock back once.
    ///
    /// # Errors
    ///
    /// If another handle has it, or nobody, or only because the handle is exclusive.
    pub(super) fn release_lock(&mut self, handle: u32) -> Result<(), ReturnCode> {
        self.check_lock(handle)?;
        let standing = u32::from(self.exclusive);
        let lock = self.lock.as_mut().filter(|lock| lock.count > standing).ok_or(ReturnCode::NOT_TRANSACTED)?;
        lock.count -= 1;
        if lock.count == 0 {
            self.lock = None;
        }
        Ok(())
    }
}
