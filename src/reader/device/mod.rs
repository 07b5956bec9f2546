//! What a reader is, apart from its slots and from what happens in them: who made it, what it tells of itself, and what
//! it answers to control codes without asking anybody.
//!
//! A [`Device`] is plain data, which a model of a reader is made into; [`attribute`] is what programs ask of it, and
//! [`feature`] what it does for them besides commands. Nothing here knows cards, waits, or has a lock.

pub mod attribute;
pub mod feature;

use std::collections::BTreeMap;

use super::pad::Pad;

/// A reader as a piece of hardware. [`Device::default`] is the house's own.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Device {
    /// Who made it: 1 to 255 bytes of text.
    pub vendor: String,
    /// What its maker calls the model: 1 to 255 bytes of text.
    pub product: String,
    /// Its version: major, minor and build number.
    pub version: Version,
    /// Its serial number, 1 to 255 bytes of text; the number of the slot, in four digits, if it has none.
    pub serial: Option<String>,
    /// The number of its maker and that of its model at the USB forum, if they are told.
    pub usb: Option<(u16, u16)>,
    /// The longest command that it takes at once, in bytes: 5 or more.
    pub longest_command: u32,
    /// How much data a command or an answer may have, in bytes: 256, or 65,536 with extended length.
    pub longest_data: u32,
    /// Its PIN pad, if it has one.
    pub pad: Option<Pad>,
    /// Attributes that it answers otherwise than [`attribute`] says, or with `None` not at all; values of at most 264
    /// bytes.
    pub attributes: BTreeMap<u32, Option<Vec<u8>>>,
}

/// The version of a device, `MMmmbbbb`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Version {
    /// The major number.
    pub major: u8,
    /// The minor number.
    pub minor: u8,
    /// The build.
    pub build: u16,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            vendor: "Virtuale".into(),
            product: "Virtuale".into(),
            version: Version {
                major: part(env!("CARGO_PKG_VERSION_MAJOR")),
                minor: part(env!("CARGO_PKG_VERSION_MINOR")),
                build: 0,
            },
            serial: None,
            usb: None,
            longest_command: LONGEST_COMMAND,
            longest_data: 65_536,
            pad: None,
            attributes: BTreeMap::new(),
        }
    }
}

impl Version {
    /// The four bytes as one number.
    #[must_use]
    pub fn number(self) -> u32 {
        u32::from(self.major) << 24 | u32::from(self.minor) << 16 | u32::from(self.build)
    }
}

/// The longest command: a header, three bytes of Lc, 65,535 of data, two of Le.
const LONGEST_COMMAND: u32 = 4 + 3 + 65_535 + 2;

/// One number of a version, as far as a byte can say it.
fn part(number: &str) -> u8 {
    number.parse().unwrap_or(u8::MAX)
}
