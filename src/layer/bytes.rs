//! The bytes of commands and responses in events.
//!
//! They are what passed, PINs and keys in them included, and are there for whoever asks for them. What a program prints
//! of an event without thinking of that, its `Debug`, has none of them: a command shows its header and how long its
//! data are, a response its status word and the same.

use std::{fmt, ops::Deref, sync::Arc};

use virtuale_engine::{
    class::{Class, SecureMessaging},
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::Effect,
    response,
};

use crate::shown::Pairs;

/// The length of the header of a command.
const HEADER: usize = 4;

/// A command APDU as it passed, which this derefs to: `&command[..]` are its bytes. Cheap to clone.
///
/// `Debug` shows all of a SELECT, whose data name files, and of any other its header: `00 20 00 81 + 5 bytes`.
#[derive(Clone, Eq, PartialEq)]
pub struct CommandBytes(Arc<[u8]>);

/// A response APDU as it passed, which this derefs to: `&response[..]` are its bytes. Cheap to clone.
///
/// `Debug` shows its status word: `200 bytes + 90 00`.
#[derive(Clone, Eq, PartialEq)]
pub struct ResponseBytes(Arc<[u8]>);

impl From<&[u8]> for CommandBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for ResponseBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl Deref for CommandBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Deref for ResponseBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CommandBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_at_checked(HEADER) {
            Some((header, rest)) if !rest.is_empty() && !names_files(&self.0) => {
                write!(f, "{} + {}", Pairs(header), Length(rest))
            }
            Some(_) => write!(f, "{}", Pairs(&self.0)),
            None => write!(f, "{}", Length(&self.0)),
        }
    }
}

impl fmt::Debug for ResponseBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_last_chunk::<{ response::SHORTEST }>() {
            Some(([], status)) => write!(f, "{}", Pairs(status)),
            Some((data, status)) => write!(f, "{} + {}", Length(data), Pairs(status)),
            None => write!(f, "{}", Length(&self.0)),
        }
    }
}

/// Whether the data of a command name files or applications, and nothing else, as they stand. What is of a class of
/// its own, or protected, is not known.
fn names_files(command: &[u8]) -> bool {
    let &[class, ins, ..] = command else { return false };
    let is_plain = Class::interindustry(class).is_some_and(|class| class.secure_messaging == SecureMessaging::None);
    is_plain && INSTRUCTIONS.find(Ins(ins)).is_some_and(|row| row.instruction.effect == Effect::Selects)
}

/// How many bytes there are.
struct Length<'b>(&'b [u8]);

impl fmt::Display for Length<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 byte"),
            length => write!(f, "{length} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::events::What, CommandBytes, ResponseBytes};

    #[test]
    fn a_command_shows_no_data_but_names_of_files() {
        for (command, shown) in [
            (&b"\x00\x20\x00\x81\x041234"[..], "00 20 00 81 + 5 bytes"),
            // Without its length, in parts, protected, of a class or an instruction that nobody knows.
            (b"\x00\x20\x00\x811234", "00 20 00 81 + 4 bytes"),
            (b"\x10\x24\x00\x81\x081234", "10 24 00 81 + 5 bytes"),
            (b"\x0C\xA4\x04\x0C\x041234", "0C A4 04 0C + 5 bytes"),
            (b"\xBC\xA4\x04\x0C\x041234", "BC A4 04 0C + 5 bytes"),
            (b"\x00\x15\x04\x0C\x041234", "00 15 04 0C + 5 bytes"),
            (&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0xD0, 0x1A], "00 A4 02 0C 02 D0 1A"),
            (&[0x00, 0xB0, 0x00, 0x00, 0xC8], "00 B0 00 00 + 1 byte"),
            (&[0x00, 0x44, 0x00, 0x00], "00 44 00 00"),
            (b"123", "3 bytes"),
            (b"", "0 bytes"),
        ] {
            let bytes = CommandBytes::from(command);
            assert_eq!((format!("{bytes:?}").as_str(), &bytes[..]), (shown, command));
        }
    }

    #[test]
    fn a_response_shows_its_status_word() {
        for (response, shown) in
            [(&[0x63, 0xC2][..], "63 C2"), (&[1, 2, 3, 0x90, 0x00], "3 bytes + 90 00"), (&[0x90], "1 byte")]
        {
            let bytes = ResponseBytes::from(response);
            assert_eq!((format!("{bytes:?}").as_str(), &bytes[..]), (shown, response));
        }
    }

    #[test]
    fn an_event_shows_no_pin() {
        let verify = b"\x00\x20\x00\x81\x041234";
        let event = What::Command { slot: 0, generation: 1, bytes: verify[..].into() };
        assert_eq!(format!("{event:?}"), "Command { slot: 0, generation: 1, bytes: 00 20 00 81 + 5 bytes }");
    }
}
