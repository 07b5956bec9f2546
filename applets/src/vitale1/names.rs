//! Instructions in words.

use alloc::{
    format,
    string::{String, ToString},
};

use virtuale_engine::{ins::Ins, instruction::Instruction};

use super::{CLASS, INSTRUCTIONS, instruction};

/// What an instruction is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// Nothing but itself.
    Itself,
    /// A code, by its number.
    Code(u8),
    /// The memory from an address on.
    From(u16),
    /// So many bytes at an address.
    Bytes {
        /// How many.
        length: usize,
        /// Where.
        address: u16,
    },
    /// The result of the instruction before it.
    Result,
}

/// Which instruction a command is, by its name, and what it is about. `None` for what is no instruction of a word
/// memory.
#[must_use]
pub fn instruction_of(command: &[u8]) -> Option<(&'static str, About)> {
    let &[CLASS, ins, high, low, ref body @ ..] = command else { return None };
    let address = u16::from_be_bytes([high, low]);
    let length = match body.first() {
        None | Some(0) => 256,
        Some(&length) => usize::from(length),
    };
    let Instruction { ins, name, .. } = INSTRUCTIONS.find(Ins(ins))?.instruction;
    let about = match ins {
        instruction::PRESENT => About::Code(low),
        instruction::SEARCH => About::From(address),
        instruction::READ => About::Bytes { length, address },
        instruction::FETCH => About::Result,
        instruction::WRITE => About::Bytes { length: body.len().saturating_sub(1), address },
        _ => About::Itself,
    };
    Some((name, about))
}

/// What an instruction asks for, in a few words: `READ 24 bytes at 20F8`. `None` for what is no instruction of a word
/// memory.
#[must_use]
pub fn command_name(command: &[u8]) -> Option<String> {
    let (name, about) = instruction_of(command)?;
    Some(match about {
        About::Itself => name.to_string(),
        About::Code(code) => format!("{name} code {code:02X}"),
        About::From(address) => format!("{name} from {address:04X}"),
        About::Bytes { length, address } => format!("{name} {length} bytes at {address:04X}"),
        About::Result => format!("{name} the result"),
    })
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::command_name;

    #[test]
    fn orders_are_called_what_they_do() {
        let named = [
            (&hex!("BC B0 20 F8 18")[..], Some("READ 24 bytes at 20F8")),
            (&hex!("BC B0 20 F8"), Some("READ 256 bytes at 20F8")),
            (&hex!("BC C0 00 00 08"), Some("FETCH the result")),
            (&hex!("BC 20 00 01 04 03 49 00 01"), Some("PRESENT code 01")),
            (&hex!("BC 40 00 00 00"), Some("RATIFY")),
            (&hex!("BC A0 02 88 04 00 00 00 00"), Some("SEARCH from 0288")),
            (&hex!("BC D0 02 68 04 00 00 00 00"), Some("WRITE 4 bytes at 0268")),
            (&hex!("BC 88 00 00 00"), None),
            (&hex!("00 B0 00 00 00"), None),
            (&hex!("BC B0"), None),
        ];
        for (command, name) in named {
            assert_eq!(command_name(command).as_deref(), name);
        }
    }
}
