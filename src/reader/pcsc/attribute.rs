//! What a handle may ask of the reader itself.

use super::{ReturnCode, Session};
use crate::reader::slot::table::Slot;

/// Attribute: who made the reader, a text: `Virtuale`.
pub const VENDOR_NAME: u32 = 0x0001_0100;
/// Attribute: which reader it is of those that its maker made, four bytes in the byte order of the machine, `MMmmbbbb`:
/// the version of this program in its first two numbers.
pub const VENDOR_IFD_VERSION: u32 = 0x0001_0102;
/// Attribute: the reader's serial number, a text: the number of its slot, in four digits. Invented.
pub const VENDOR_IFD_SERIAL_NO: u32 = 0x0001_0103;
/// Attribute: where the reader is plugged in, four bytes in the byte order of the machine, `DDDDCCCC`: `0020` for USB,
/// then bus and device. The bus is 0, which none has; the device is the number of the slot, from 1.
pub const CHANNEL_ID: u32 = 0x0002_0110;
/// Attribute: whether there is a card, one byte: `02` for one, `00` for none.
pub const ICC_PRESENCE: u32 = 0x0009_0300;
/// Attribute: whether the card has power, one byte: `01` or `00`.
pub const ICC_INTERFACE_STATUS: u32 = 0x0009_0301;
/// Attribute: the card's answer to reset.
pub const ATR_STRING: u32 = 0x0009_0303;
/// Attribute: the longest command that the reader takes, four bytes in the byte order of the machine.
pub const MAXINPUT: u32 = 0x0007_A007;
/// Attribute: the reader's name, for people.
pub const DEVICE_FRIENDLY_NAME: u32 = 0x7FFF_0003;
/// Attribute: the reader's name, for the system.
pub const DEVICE_SYSTEM_NAME: u32 = 0x7FFF_0004;
/// Control code: which features the reader has.
pub const GET_FEATURE_REQUEST: u32 = 0x4200_0D48;
/// Control code of our only feature: the reader's properties.
pub const GET_TLV_PROPERTIES: u32 = 0x4233_0012;

/// Who made the reader.
const VENDOR: &str = "Virtuale";
/// The version of this program as that of a device, `MMmmbbbb`.
const VERSION: u32 =
    u32::from_be_bytes([part(env!("CARGO_PKG_VERSION_MAJOR")), part(env!("CARGO_PKG_VERSION_MINOR")), 0, 0]);
/// The kind of channel in an attribute: USB, with the room for bus and device.
const USB: u32 = 0x0020_0000;
/// The longest command: a header, three bytes of Lc, 65,535 of data, two of Le.
const LONGEST_COMMAND: u32 = 4 + 3 + 65_535 + 2;

/// One number of a version, as far as a byte can say it.
const fn part(number: &str) -> u8 {
    match u8::from_str_radix(number, 10) {
        Ok(number) => number,
        Err(_) => u8::MAX,
    }
}

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

    /// An attribute of the reader, as the driver of a CCID reader gives them [CCID-DRIVER SCARDGETATTRIB.md]. A text
    /// ends in a zero; without a card its answer to reset is empty.
    ///
    /// # Errors
    ///
    /// The errors of [`status`](Self::status), then [`ReturnCode::UNSUPPORTED_FEATURE`].
    pub fn attribute(&self, handle: u32, attribute: u32) -> Result<Vec<u8>, ReturnCode> {
        self.status(handle)?;
        self.readers.with(|table| {
            let index = table.find(self.id, handle)?;
            value(index, &table.slots[index], attribute).ok_or(ReturnCode::UNSUPPORTED_FEATURE)
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

/// What the slot with this number says of an attribute.
fn value(index: usize, slot: &Slot, attribute: u32) -> Option<Vec<u8>> {
    let number = u16::try_from(index).unwrap_or(u16::MAX);
    Some(match attribute {
        VENDOR_NAME => text(VENDOR),
        VENDOR_IFD_VERSION => VERSION.to_ne_bytes().to_vec(),
        VENDOR_IFD_SERIAL_NO => text(&format!("{number:04}")),
        CHANNEL_ID => (USB + u32::from(number.saturating_add(1))).to_ne_bytes().to_vec(),
        ICC_PRESENCE => vec![if slot.state.is_present() { 2 } else { 0 }],
        ICC_INTERFACE_STATUS => vec![u8::from(slot.powered)],
        ATR_STRING => slot.atr.map_or_else(Vec::new, |atr| atr.as_bytes().to_vec()),
        DEVICE_FRIENDLY_NAME | DEVICE_SYSTEM_NAME => text(slot.name.as_str()),
        MAXINPUT => LONGEST_COMMAND.to_ne_bytes().to_vec(),
        _ => return None,
    })
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}
