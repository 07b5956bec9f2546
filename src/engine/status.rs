//! Status words: what a card says about a command [ISO-7816-4 5.6].

use core::fmt;

/// SW1-SW2. Total: every value is a status word, some have names.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StatusWord(pub u16);

/// Declares the named status words with the wording of the standard.
macro_rules! status_words {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        impl StatusWord {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// All that have a name.
            pub const NAMED: &[Self] = &[$(Self::$name),*];

            /// The wording of the standard, where the whole value has one.
            fn exact_meaning(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }
    };
}

status_words! {
    /// Done.
    SUCCESS = 0x9000, "done";
    /// The data given may be corrupt.
    DATA_CORRUPT = 0x6281, "part of the data may be corrupt";
    /// The file or record ended before Le bytes.
    END_OF_FILE = 0x6282, "end of file or record before Le bytes";
    /// The selected file is deactivated.
    FILE_DEACTIVATED = 0x6283, "selected file deactivated";
    /// The file control information is not as the standard has it.
    CONTROL_INFORMATION_WRONG = 0x6284, "file control information wrong";
    /// The selected file is terminated.
    FILE_TERMINATED = 0x6285, "selected file terminated";
    /// The outside world could not prove a key.
    AUTHENTICATION_FAILED = 0x6300, "authentication failed";
    /// Memory failure.
    MEMORY_FAILURE = 0x6581, "memory failure";
    /// A certificate or cryptogram is wrong.
    SECURITY_ISSUE = 0x6688, "certificate or cryptogram wrong";
    /// Wrong length.
    WRONG_LENGTH = 0x6700, "wrong length";
    /// The logical channel is not supported or not open.
    CHANNEL_NOT_SUPPORTED = 0x6881, "logical channel not supported";
    /// Secure messaging is not supported.
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882, "secure messaging not supported";
    /// The last command of the chain was expected.
    LAST_OF_CHAIN_EXPECTED = 0x6883, "last command of the chain expected";
    /// Command chaining is not supported.
    CHAINING_NOT_SUPPORTED = 0x6884, "command chaining not supported";
    /// The command does not fit the file's structure.
    INCOMPATIBLE_WITH_FILE = 0x6981, "command incompatible with file structure";
    /// The security status does not satisfy the access rule.
    SECURITY_NOT_SATISFIED = 0x6982, "security status not satisfied";
    /// The authentication method is blocked.
    METHOD_BLOCKED = 0x6983, "authentication method blocked";
    /// The reference data cannot be used.
    REFERENCE_NOT_USABLE = 0x6984, "reference data not usable";
    /// The conditions of use are not satisfied.
    CONDITIONS_NOT_SATISFIED = 0x6985, "conditions of use not satisfied";
    /// No current elementary file.
    NO_CURRENT_FILE = 0x6986, "no current elementary file";
    /// Expected secure messaging objects are missing.
    SM_OBJECTS_MISSING = 0x6987, "secure messaging objects missing";
    /// Secure messaging objects are wrong.
    SM_OBJECTS_WRONG = 0x6988, "secure messaging objects wrong";
    /// Wrong parameters in the data field.
    WRONG_DATA = 0x6A80, "wrong parameters in the data field";
    /// The function is not supported.
    FUNCTION_NOT_SUPPORTED = 0x6A81, "function not supported";
    /// The file or application was not found.
    FILE_NOT_FOUND = 0x6A82, "file or application not found";
    /// The record was not found.
    RECORD_NOT_FOUND = 0x6A83, "record not found";
    /// There is not enough room in the file.
    NO_ROOM = 0x6A84, "not enough room in the file";
    /// Lc does not fit the TLV structure.
    LENGTH_INCONSISTENT_WITH_TLV = 0x6A85, "Lc inconsistent with TLV structure";
    /// P1-P2 are wrong.
    WRONG_P1_P2 = 0x6A86, "wrong P1-P2";
    /// Lc does not fit P1-P2.
    LENGTH_INCONSISTENT_WITH_P1_P2 = 0x6A87, "Lc inconsistent with P1-P2";
    /// The reference data was not found.
    REFERENCE_NOT_FOUND = 0x6A88, "reference data not found";
    /// The file exists already.
    FILE_EXISTS = 0x6A89, "file already exists";
    /// The DF name exists already.
    NAME_EXISTS = 0x6A8A, "DF name already exists";
    /// The offset is outside the file, or P1-P2 are wrong.
    WRONG_OFFSET = 0x6B00, "offset outside the file, or wrong P1-P2";
    /// The instruction is not supported.
    INSTRUCTION_NOT_SUPPORTED = 0x6D00, "instruction not supported";
    /// The class is not supported.
    CLASS_NOT_SUPPORTED = 0x6E00, "class not supported";
    /// No precise diagnosis.
    NO_DIAGNOSIS = 0x6F00, "no precise diagnosis";
}

impl StatusWord {
    /// `61xx`: more bytes wait for GET RESPONSE; `00` stands for 256 and more.
    #[must_use]
    pub fn bytes_remaining(length: usize) -> Self {
        Self(0x6100 | u16::from(u8::try_from(length).unwrap_or(0)))
    }

    /// `6Cxx`: wrong Le, `xx` is the right one; `00` stands for 256.
    #[must_use]
    pub fn wrong_le(right: usize) -> Self {
        Self(0x6C00 | u16::from(u8::try_from(right).unwrap_or(0)))
    }

    /// The Le that `6Cxx` says is right; `None` for any other status word.
    #[must_use]
    pub fn right_le(self) -> Option<u8> {
        let [sw1, le] = self.0.to_be_bytes();
        (sw1 == 0x6C).then_some(le)
    }

    /// `63Cx`: the verification failed, `x` tries are left (15 where there are more).
    #[must_use]
    pub fn tries_left(tries: u8) -> Self {
        Self(0x63C0 | u16::from(tries.min(15)))
    }

    /// Whether the command was carried out: `9000`, `61xx`, or a warning `62xx` or `63xx`.
    #[must_use]
    pub fn is_processed(self) -> bool {
        matches!(self.0 >> 8, 0x61..=0x63 | 0x90)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)?;
        if let Some(text) = self.exact_meaning() {
            return write!(f, " {text}");
        }
        let low = self.0 & 0xFF;
        match self.0 >> 8 {
            0x61 if low == 0 => write!(f, " 256 bytes or more wait"),
            0x61 if low == 1 => write!(f, " 1 byte waits"),
            0x61 => write!(f, " {low} bytes wait"),
            0x62 => write!(f, " warning, memory unchanged"),
            0x63 if low == 0xC1 => write!(f, " 1 try left"),
            0x63 if low >> 4 == 0xC => write!(f, " {} tries left", low & 0xF),
            0x63 => write!(f, " warning, memory changed"),
            0x64 => write!(f, " execution error, memory unchanged"),
            0x65 => write!(f, " execution error, memory changed"),
            0x66 => write!(f, " security issue"),
            0x68 => write!(f, " function in the class byte not supported"),
            0x69 => write!(f, " command not allowed"),
            0x6A => write!(f, " wrong parameters"),
            0x6C if low == 0 => write!(f, " wrong Le, 256 is right"),
            0x6C => write!(f, " wrong Le, {low} is right"),
            _ => write!(f, " not defined by ISO 7816-4"),
        }
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::StatusWord;
    use crate::image::Waiting;

    #[test]
    fn a_status_word_reads_as_the_standard_words_it() {
        assert_eq!(StatusWord::SECURITY_NOT_SATISFIED.to_string(), "6982 security status not satisfied");
        assert_eq!(StatusWord::tries_left(3).to_string(), "63C3 3 tries left");
        assert_eq!(StatusWord::tries_left(1).to_string(), "63C1 1 try left");
        assert_eq!(StatusWord(0x6101).to_string(), "6101 1 byte waits");
        assert_eq!(StatusWord::bytes_remaining(30).to_string(), "611E 30 bytes wait");
        assert_eq!(StatusWord::bytes_remaining(300), StatusWord(0x6100));
        assert_eq!(StatusWord(0x1234).to_string(), "1234 not defined by ISO 7816-4");
    }

    #[test]
    fn a_status_word_says_how_many_bytes_a_terminal_should_ask_for() {
        assert_eq!(StatusWord::wrong_le(8).right_le(), Some(8));
        assert_eq!(StatusWord::wrong_le(256).right_le(), Some(0));
        assert_eq!(StatusWord::bytes_remaining(8).right_le(), None);
        assert_eq!(Waiting::INTERINDUSTRY.announced(StatusWord::bytes_remaining(8)), Some(8));
        assert_eq!(Waiting::GSM.announced(StatusWord::bytes_remaining(8)), None);
        assert_eq!(Waiting::GSM.announced(Waiting::GSM.status(300)), Some(0));
    }
}
