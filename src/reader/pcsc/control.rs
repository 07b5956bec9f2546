//! What a handle may ask of the reader itself.

use std::sync::Arc;

use super::{ReturnCode, Session};
use crate::reader::slot::{CardError, keypad::User, table::Slot};

impl Session {
    /// Sends a control code to the reader, with what belongs to it, and gives the reader's answer. Works without a
    /// card, and whatever happened to it, unless the card has a part in it.
    ///
    /// Some codes have a person type a PIN and the card verify it: that takes as long as the person does. If the card
    /// is removed while it is busy with that, the caller is told through
    /// [`Caller::card_left`](super::Caller::card_left), with this ticket.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_HANDLE`], [`ReturnCode::SHARING_VIOLATION`] if another handle has the
    /// lock, [`ReturnCode::UNSUPPORTED_FEATURE`]; for a code with which a PIN is typed, [`ReturnCode::NOT_TRANSACTED`]
    /// if there is no card, if it has no power, if it is removed meanwhile, or if it is silent.
    pub fn control(&self, ticket: u64, handle: u32, code: u32, input: &[u8]) -> Result<Vec<u8>, ReturnCode> {
        let (slot, device) = self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            table.slots[index].check_lock(handle)?;
            Ok::<_, ReturnCode>((index, Arc::clone(&table.slots[index].device)))
        })?;
        let user = User { caller: &self.caller, ticket, slot, session: Some(self.id) };
        let check = |slot: &Slot| slot.foreign_lock(handle).map_or(Ok(()), |_| Err(CardError::InUse));
        Ok(self.readers.control(&user, device.request(code, input), check)?)
    }

    /// An attribute of the reader ([`attribute`](crate::reader::attribute)).
    ///
    /// # Errors
    ///
    /// The errors of [`status`](Self::status), then [`ReturnCode::UNSUPPORTED_FEATURE`].
    pub fn attribute(&self, handle: u32, attribute: u32) -> Result<Vec<u8>, ReturnCode> {
        self.status(handle)?;
        self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            table.slots[index].attribute(index, attribute).ok_or(ReturnCode::UNSUPPORTED_FEATURE)
        })
    }

    /// Sets an attribute of the reader: there is none to set.
    ///
    /// # Errors
    ///
    /// The errors of [`status`](Self::status), then always [`ReturnCode::UNSUPPORTED_FEATURE`].
    pub fn set_attribute(&self, handle: u32) -> Result<(), ReturnCode> {
        self.status(handle)?;
        Err(ReturnCode::UNSUPPORTED_FEATURE)
    }
}
