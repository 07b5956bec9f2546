//! Instruction bytes [ISO-7816-4 5.5]. Those with a name are the rows of [`INSTRUCTIONS`].

use core::fmt;

use crate::commands::INSTRUCTIONS;

/// INS. Total: every value is an instruction byte, some have names.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ins(pub u8);

impl Ins {
    /// The standard's name of the command, without regard to the class byte.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        INSTRUCTIONS.find(self).map(|row| row.instruction.name)
    }
}

impl fmt::Display for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "INS {:02X}", self.0),
        }
    }
}

impl fmt::Debug for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Ins;

    #[test]
    fn instructions_have_the_names_of_the_standard() {
        assert_eq!(Ins::SELECT.to_string(), "SELECT");
        assert_eq!(Ins(0xB0).to_string(), "READ BINARY");
        assert_eq!(Ins(0x99).to_string(), "INS 99");
    }
}
