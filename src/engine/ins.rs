//! Instruction bytes (ISO 7816-4, 5.5; facts/iso7816.md, "Commands").

use core::fmt;

/// INS. Total: every value is an instruction byte, some have names.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ins(pub u8);

/// Declares the named instructions with the standard's names.
macro_rules! instructions {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        impl Ins {
            $(#[doc = concat!($text, ".")] pub const $name: Self = Self($value);)*

            /// The standard's name of the command, without regard to the class byte.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }
    };
}

instructions! {
    DEACTIVATE_FILE = 0x04, "DEACTIVATE FILE";
    ERASE_BINARY = 0x0E, "ERASE BINARY";
    ERASE_BINARY_ODD = 0x0F, "ERASE BINARY (odd)";
    VERIFY = 0x20, "VERIFY";
    VERIFY_ODD = 0x21, "VERIFY (odd)";
    MANAGE_SECURITY_ENVIRONMENT = 0x22, "MANAGE SECURITY ENVIRONMENT";
    CHANGE_REFERENCE_DATA = 0x24, "CHANGE REFERENCE DATA";
    PERFORM_SECURITY_OPERATION = 0x2A, "PERFORM SECURITY OPERATION";
    RESET_RETRY_COUNTER = 0x2C, "RESET RETRY COUNTER";
    ACTIVATE_FILE = 0x44, "ACTIVATE FILE";
    GENERATE_KEY_PAIR = 0x46, "GENERATE ASYMMETRIC KEY PAIR";
    GENERATE_KEY_PAIR_ODD = 0x47, "GENERATE ASYMMETRIC KEY PAIR (odd)";
    MANAGE_CHANNEL = 0x70, "MANAGE CHANNEL";
    EXTERNAL_AUTHENTICATE = 0x82, "EXTERNAL AUTHENTICATE";
    GET_CHALLENGE = 0x84, "GET CHALLENGE";
    INTERNAL_AUTHENTICATE = 0x88, "INTERNAL AUTHENTICATE";
    SELECT = 0xA4, "SELECT";
    READ_BINARY = 0xB0, "READ BINARY";
    READ_BINARY_ODD = 0xB1, "READ BINARY (odd)";
    READ_RECORD = 0xB2, "READ RECORD";
    READ_RECORD_ODD = 0xB3, "READ RECORD (odd)";
    GET_RESPONSE = 0xC0, "GET RESPONSE";
    GET_DATA = 0xCA, "GET DATA";
    GET_DATA_ODD = 0xCB, "GET DATA (odd)";
    WRITE_BINARY = 0xD0, "WRITE BINARY";
    WRITE_BINARY_ODD = 0xD1, "WRITE BINARY (odd)";
    WRITE_RECORD = 0xD2, "WRITE RECORD";
    UPDATE_BINARY = 0xD6, "UPDATE BINARY";
    UPDATE_BINARY_ODD = 0xD7, "UPDATE BINARY (odd)";
    PUT_DATA = 0xDA, "PUT DATA";
    PUT_DATA_ODD = 0xDB, "PUT DATA (odd)";
    UPDATE_RECORD = 0xDC, "UPDATE RECORD";
    UPDATE_RECORD_ODD = 0xDD, "UPDATE RECORD (odd)";
    CREATE_FILE = 0xE0, "CREATE FILE";
    APPEND_RECORD = 0xE2, "APPEND RECORD";
    DELETE_FILE = 0xE4, "DELETE FILE";
    TERMINATE_DF = 0xE6, "TERMINATE DF";
    TERMINATE_EF = 0xE8, "TERMINATE EF";
    TERMINATE_CARD = 0xFE, "TERMINATE CARD USAGE";
}

impl Ins {
    /// Whether P3 counts the bytes sent rather than the bytes expected.
    ///
    /// T=0 has this one length byte, and only the instruction tells what it counts. `00` is an empty data field for
    /// an instruction that sends, and 256 bytes for one that expects, as do those without a name.
    #[must_use]
    pub fn sends_on_t0(self, p1: u8, p2: u8) -> bool {
        match self {
            Self::READ_BINARY | Self::READ_RECORD | Self::GET_RESPONSE | Self::GET_DATA | Self::GET_CHALLENGE => false,
            // The card names the channel it opens.
            Self::MANAGE_CHANNEL => (p1, p2) != (0, 0),
            _ => self.name().is_some(),
        }
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

    #[test]
    fn on_t0_the_instruction_tells_what_p3_counts() {
        assert!(Ins::VERIFY.sends_on_t0(0x00, 0x81));
        assert!(Ins::PERFORM_SECURITY_OPERATION.sends_on_t0(0x9E, 0x9A));
        assert!(!Ins::READ_BINARY.sends_on_t0(0x00, 0x00));
        assert!(!Ins::MANAGE_CHANNEL.sends_on_t0(0x00, 0x00));
        assert!(Ins::MANAGE_CHANNEL.sends_on_t0(0x80, 0x01));
        assert!(!Ins(0x99).sends_on_t0(0x00, 0x00));
    }
}
