//! How files and applications are named on a card [ISO-7816-4 7.3, 8.2].

use alloc::vec::Vec;
use core::fmt;

/// A two-byte file identifier.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fid(pub u16);

impl Fid {
    /// The master file.
    pub const MF: Self = Self(0x3F00);
    /// The current DF, in a path.
    pub const CURRENT: Self = Self(0x3FFF);
}

impl fmt::Display for Fid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// A short EF identifier, 1 to 30.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Sfi(u8);

impl Sfi {
    /// `None` outside 1 to 30.
    #[must_use]
    pub fn new(value: u8) -> Option<Self> {
        (1..=30).contains(&value).then_some(Self(value))
    }

    /// The value, 1 to 30.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

/// The name of an application or DF: 1 to 16 bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Aid(Vec<u8>);

impl Aid {
    /// `None` unless it has 1 to 16 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=16).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}
