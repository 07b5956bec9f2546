//! What a reader's operation answers when it does not succeed.

use std::{error, fmt};

/// A return code of the PC/SC interface. Total: every value is one, some have names.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReturnCode(pub u32);

/// Declares the named return codes with a wording for people.
macro_rules! return_codes {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        impl ReturnCode {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// All that have a name.
            pub const NAMED: &[Self] = &[$(Self::$name),*];

            /// What the code means, where it has a name.
            #[must_use]
            pub fn meaning(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }
    };
}

return_codes! {
    /// Done.
    SUCCESS = 0x0000_0000, "done";
    /// The service reached a limit of its own.
    INTERNAL_ERROR = 0x8010_0001, "internal limit reached";
    /// Another thread cancelled the wait.
    CANCELLED = 0x8010_0002, "cancelled";
    /// The context or handle is not this connection's.
    INVALID_HANDLE = 0x8010_0003, "invalid handle";
    /// A parameter cannot be understood.
    INVALID_PARAMETER = 0x8010_0004, "invalid parameter";
    /// The connection holds too many handles.
    NO_MEMORY = 0x8010_0006, "no memory for another handle";
    /// The caller's buffer is too small for the answer.
    INSUFFICIENT_BUFFER = 0x8010_0008, "buffer too small";
    /// There is no reader of that name.
    UNKNOWN_READER = 0x8010_0009, "unknown reader";
    /// The time is over.
    TIMEOUT = 0x8010_000A, "timeout";
    /// Another handle has the card for itself.
    SHARING_VIOLATION = 0x8010_000B, "the card is in use by another handle";
    /// There is no card in the slot.
    NO_SMARTCARD = 0x8010_000C, "no card in the reader";
    /// There is no card of that name.
    UNKNOWN_CARD = 0x8010_000D, "unknown card";
    /// The card does not speak the protocols asked for, or speaks another one already.
    PROTO_MISMATCH = 0x8010_000F, "protocol mismatch";
    /// A parameter has a value that does not exist.
    INVALID_VALUE = 0x8010_0011, "invalid value";
    /// The transport to the service broke.
    COMM_ERROR = 0x8010_0013, "communication error";
    /// The card gave no answer, or there was no transaction to end.
    NOT_TRANSACTED = 0x8010_0016, "not transacted";
    /// The reader is out of order.
    READER_UNAVAILABLE = 0x8010_0017, "reader unavailable";
    /// The service is not running.
    NO_SERVICE = 0x8010_001D, "no service";
    /// The service speaks another version of the protocol.
    SERVICE_STOPPED = 0x8010_001E, "service stopped";
    /// The reader knows no such attribute or control code.
    UNSUPPORTED_FEATURE = 0x8010_001F, "unsupported feature";
    /// There are no readers.
    NO_READERS_AVAILABLE = 0x8010_002E, "no readers available";
    /// The card does not answer a reset, or refuses a protocol it offers.
    UNRESPONSIVE_CARD = 0x8010_0066, "the card does not respond";
    /// The card could not be powered up.
    UNPOWERED_CARD = 0x8010_0067, "the card has no power";
    /// The card was reset: whatever this handle did before is undone.
    RESET_CARD = 0x8010_0068, "the card was reset";
    /// The card that this handle was opened on is gone.
    REMOVED_CARD = 0x8010_0069, "the card was removed";
    /// The caller may not do this.
    SECURITY_VIOLATION = 0x8010_006A, "security violation";
    /// A cache has nothing of that name.
    CACHE_ITEM_NOT_FOUND = 0x8010_0070, "not found in the cache";
}

impl ReturnCode {
    /// The code of an operation's outcome: [`SUCCESS`](Self::SUCCESS) or its error.
    pub fn of<T>(outcome: &Result<T, Self>) -> Self {
        outcome.as_ref().err().copied().unwrap_or(Self::SUCCESS)
    }
}

impl error::Error for ReturnCode {}

impl fmt::Display for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X} {}", self.0, self.meaning().unwrap_or("unknown code"))
    }
}

impl fmt::Debug for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReturnCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::ReturnCode;

    #[test]
    fn codes_are_shown_with_their_meaning() {
        assert_eq!(ReturnCode::SHARING_VIOLATION.to_string(), "8010000B the card is in use by another handle");
        assert_eq!(ReturnCode(0x8010_0FFF).to_string(), "80100FFF unknown code");
        assert_eq!(format!("{:?}", ReturnCode::TIMEOUT), "ReturnCode(8010000A timeout)");
    }

    #[test]
    fn an_outcome_has_a_code() {
        assert_eq!(ReturnCode::of(&Ok(())), ReturnCode::SUCCESS);
        assert_eq!(ReturnCode::of::<()>(&Err(ReturnCode::TIMEOUT)), ReturnCode::TIMEOUT);
    }
}
