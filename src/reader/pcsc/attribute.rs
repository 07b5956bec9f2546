//! What a handle may ask of the reader itself.

use super::{ReturnCode, Session};

/// Attribute: the card's answer to reset.
pub const ATR_STRING: u32 = 0x0009_0303;
/// Attribute: the reader's name, for people.
pub const DEVICE_FRIENDLY_NAME: u32 = 0x7FFF_0003;
/// Attribute: the reader's name, for the system.
pub const DEVICE_SYSTEM_NAME: u32 = 0x7FFF_0004;
/// Control code: which features the reader has.
pub const GET_FEATURE_REQUEST: u32 = 0x4200_0D48;
/// Control code of our only feature: the reader's properties.
pub const GET_TLV_PROPERTIES: u32 = 0x4233_0012;

/// The features: tag 12, GET_TLV_PROPERTIES, with its control code (PC/SC part 10, 2.2).
const FEATURES: &[u8] = &[0x12, 0x04, 0x42, 0x33, 0x00, 0x12];
/// The properties: tag 0A, the longest APDU, 65536, little-endian (PC/SC part 10, 2.6.14).
const PROPERTIES: &[u8] = &[0x0A, 0x04, 0x00, 0x00, 0x01, 0x00];

impl Session {
    /// Sends a control code to the reader. Works without a card, and whatever happened to it.
    ///
    /// # Errors
    ///
    /// In this order: [`ReturnCode::INVALID_HANDLE`], [`ReturnCode::SHARING_VIOLATION`] if another handle has the
    /// lock, [`ReturnCode::UNSUPPORTED_FEATURE`].
    pub fn control(&self, handle: u32, code: u32) -> Result<&'static [u8], ReturnCode> {
        self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            table.slots[index].check_lock(handle)
        })?;
        match code {
            GET_FEATURE_REQUEST => Ok(FEATURES),
            GET_TLV_PROPERTIES => Ok(PROPERTIES),
            _ => Err(ReturnCode::UNSUPPORTED_FEATURE),
        }
    }

    /// An attribute of the reader. A name ends in a zero; without a card its answer to reset is empty.
    ///
    /// # Errors
    ///
    /// The errors of [`status`](Self::status), then [`ReturnCode::UNSUPPORTED_FEATURE`].
    pub fn attribute(&self, handle: u32, attribute: u32) -> Result<Vec<u8>, ReturnCode> {
        self.status(handle)?;
        let (name, atr) = self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            let slot = &table.slots[index];
            Ok::<_, ReturnCode>((slot.name.clone(), slot.atr))
        })?;
        match attribute {
            ATR_STRING => Ok(atr.map_or_else(Vec::new, |atr| atr.as_bytes().to_vec())),
            DEVICE_FRIENDLY_NAME | DEVICE_SYSTEM_NAME => Ok([name.as_str().as_bytes(), &[0]].concat()),
            _ => Err(ReturnCode::UNSUPPORTED_FEATURE),
        }
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
