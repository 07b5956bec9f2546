//! The client half of pcsc-lite's socket protocol (facts/pcsc.md, section 1), without its library.

use std::fmt;

/// What the service answers: zero, or why not.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ReturnCode(pub u32);

impl fmt::Display for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl fmt::Debug for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
