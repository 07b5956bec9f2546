//! What one connection may do with the readers, with pcsc-lite's checks in pcsc-lite's order [PCSC-LITE winscard.c].
//!
//! A [`Session`] owns a context and handles; other sessions' handles do not exist for it. All operations take
//! `&self`: a connection is served by one thread at a time, but when a card is removed during a command, another
//! thread takes over from the one that is still busy with it.
//!
//! Where pcsc-lite blocks its client until another handle ends its transaction, and the client's own lock would keep
//! that other handle from ending it, the answer here is [`ReturnCode::SHARING_VIOLATION`]: libpcsclite asks again.

mod checks;
mod connect;
mod control;
mod disconnect;
mod power;
#[cfg(test)]
mod tests;
mod transact;

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

pub use virtuale_winscard::{
    codes::ReturnCode,
    terms::{Disposition, Share},
};

use super::slot::{
    Caller, CardError, Client, ControlError, Readers,
    access::Step,
    caller::nobody,
    observer::Event,
    table::{SessionId, Slot},
};

/// How long a command waits for another handle's transaction before it is refused.
const COURTESY: Duration = Duration::from_millis(20);

/// No context has this number.
const NO_CONTEXT: u32 = 0;

/// One connection's context and handles. Dropping it closes them.
pub struct Session {
    readers: Arc<Readers>,
    caller: Weak<dyn Caller>,
    id: SessionId,
    /// The context, or [`NO_CONTEXT`].
    context: AtomicU32,
}

impl Session {
    /// A session without a context. `caller` is its client, for as long as it lives.
    #[must_use]
    pub fn new(readers: Arc<Readers>, caller: Weak<dyn Caller>) -> Self {
        Self { id: readers.session_id(), readers, caller, context: AtomicU32::new(NO_CONTEXT) }
    }

    /// A session of this program's own, which nobody can hang up on.
    #[must_use]
    pub fn unattended(readers: Arc<Readers>) -> Self {
        Self::new(readers, nobody())
    }

    /// The context, if there is one.
    #[must_use]
    pub fn context(&self) -> Option<u32> {
        Some(self.context.load(Ordering::Relaxed)).filter(|&context| context != NO_CONTEXT)
    }

    /// Opens the context. `scope` is 0 to 3, which all mean the same here.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::INVALID_VALUE`] for another scope.
    pub fn establish(&self, scope: u32) -> Result<u32, ReturnCode> {
        if scope > 3 {
            return Err(ReturnCode::INVALID_VALUE);
        }
        let context = self.readers.identity();
        let before = self.context.swap(context, Ordering::Relaxed);
        if before == NO_CONTEXT && self.readers.is_observed() {
            let client = self.caller.upgrade().map_or_else(Client::default, |caller| caller.client());
            self.readers.with(|table| self.readers.note(table, Event::Opened(self.id, client)));
        }
        Ok(context)
    }

    /// Closes the context and all handles.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::INVALID_HANDLE`] without a context, [`ReturnCode::INVALID_VALUE`] for another one.
    pub fn release(&self, context: u32) -> Result<(), ReturnCode> {
        self.check_context(context)?;
        self.close();
        Ok(())
    }

    /// Closes all handles, as when the client is gone: a card that it held the lock of is reset.
    pub fn close(&self) {
        while let Some((handle, disposition)) = self.last_will() {
            // It can only fail on a handle that is closed already.
            let _ = self.dispose(&nobody(), handle, disposition);
        }
        if self.context.swap(NO_CONTEXT, Ordering::Relaxed) != NO_CONTEXT {
            self.readers.with(|table| self.readers.note(table, Event::Closed(self.id)));
        }
    }

    /// A handle that is still open, and what becomes of its card.
    fn last_will(&self) -> Option<(u32, Disposition)> {
        self.readers.with(|table| {
            let mine = |slot: &Slot| slot.handles.iter().find(|each| each.session == self.id).map(|each| each.id);
            let (slot, handle) = table.slots.iter().find_map(|slot| Some((slot, mine(slot)?)))?;
            let holds_lock = slot.lock.as_ref().is_some_and(|lock| lock.handle == handle);
            let resets = holds_lock && slot.check_event(handle).is_ok();
            Some((handle, if resets { Disposition::RESET } else { Disposition::LEAVE }))
        })
    }

    fn check_context(&self, context: u32) -> Result<(), ReturnCode> {
        match self.context() {
            None => Err(ReturnCode::INVALID_HANDLE),
            Some(own) if own != context => Err(ReturnCode::INVALID_VALUE),
            Some(_) => Ok(()),
        }
    }

    fn client_is_gone(&self) -> bool {
        self.caller.upgrade().is_some_and(|caller| caller.is_gone())
    }
}

/// Patience with another handle's lock: a short one, which begins when it is first needed.
#[derive(Default)]
struct Courtesy {
    until: Option<Instant>,
}

impl Courtesy {
    /// Waits for a lock that another handle may have. A lock of the same connection is not waited for: its client
    /// could not give it back meanwhile.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::SHARING_VIOLATION`] if patience is over.
    fn stand_aside(&mut self, slot: &Slot, handle: u32, session: SessionId) -> Result<Step<()>, ReturnCode> {
        let Some(lock) = slot.foreign_lock(handle) else { return Ok(Step::Done(())) };
        let until = *self.until.get_or_insert_with(|| Instant::now() + COURTESY);
        if lock.session == session || Instant::now() >= until {
            return Err(ReturnCode::SHARING_VIOLATION);
        }
        Ok(Step::Wait(Some(until)))
    }
}

impl From<CardError> for ReturnCode {
    /// The code of what a card does not do. A power-up that an operation needs has a code of its own.
    fn from(error: CardError) -> Self {
        match error {
            CardError::NoCard => Self::NO_SMARTCARD,
            CardError::Mute | CardError::Refused => Self::UNRESPONSIVE_CARD,
            CardError::NotOffered => Self::PROTO_MISMATCH,
            CardError::InUse => Self::SHARING_VIOLATION,
            CardError::ClientGone => Self::COMM_ERROR,
            CardError::Silent(_) => Self::NOT_TRANSACTED,
        }
    }
}

impl From<ControlError> for ReturnCode {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Unsupported => Self::UNSUPPORTED_FEATURE,
            ControlError::Card(CardError::InUse) => Self::SHARING_VIOLATION,
            ControlError::Card(CardError::ClientGone) => Self::COMM_ERROR,
            // pcsc-lite has one code for whatever else a driver does not do.
            ControlError::Card(_) => Self::NOT_TRANSACTED,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("id", &self.id).field("context", &self.context).finish_non_exhaustive()
    }
}
