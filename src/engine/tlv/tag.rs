//! Tags as numbers.

use alloc::vec::Vec;
use core::fmt;

/// The tag of a data object: its bytes as one number, `6F` or `7F49`.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tag(pub u32);

impl Tag {
    /// Discretionary data.
    pub const DISCRETIONARY: Self = Self(0x53);
    /// The offset of an odd instruction.
    pub const OFFSET: Self = Self(0x54);
    /// File control parameters.
    pub const FCP: Self = Self(0x62);
    /// File management data.
    pub const FMD: Self = Self(0x64);
    /// File control information.
    pub const FCI: Self = Self(0x6F);
    /// Discretionary data objects.
    pub const DISCRETIONARY_TEMPLATE: Self = Self(0x73);

    /// Whether its value is made of data objects: bit 6 of its first byte.
    #[must_use]
    pub fn is_constructed(self) -> bool {
        self.0.to_be_bytes()[self.leading_zeros()] & 0x20 != 0
    }

    /// Appends its bytes.
    pub(super) fn put(self, output: &mut Vec<u8>) {
        output.extend_from_slice(&self.0.to_be_bytes()[self.leading_zeros()..]);
    }

    fn leading_zeros(self) -> usize {
        self.0.to_be_bytes().iter().take(3).take_while(|&&byte| byte == 0).count()
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_be_bytes()[self.leading_zeros()..].iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Tag;

    #[test]
    fn tags_show_as_their_bytes() {
        assert_eq!(Tag(0x6F).to_string(), "6F");
        assert_eq!(Tag(0x7F49).to_string(), "7F49");
        assert!(Tag(0x7F49).is_constructed() && Tag(0xBF8101).is_constructed());
        assert!(!Tag(0x5F37).is_constructed());
    }
}
