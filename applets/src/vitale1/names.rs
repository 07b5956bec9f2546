//! Instructions in words.

use alloc::{
    format,
    string::{String, ToString},
};

use virtuale_engine::{ins::Ins, instruction::Instruction};

use super::{CLASS, INSTRUCTIONS, instruction};

/// What an instruction asks for, in a few words: `READ 24 bytes at 20F8`. `None` for what is no instruction of a word
/// memory.
#[must_use]
pub fn command_name(command: &[u8]) -> Option<String> {
    let &[CLASS, ins, high, low, ref body @ ..] = command else { return None };
    let address = u16::from_be_bytes([high, low]);
    let length = match body.first() {
        None | Some(0) => 256,
        Some(&length) => u16::from(length),
    };
    let Instruction { ins, name, .. } = INSTRUCTIONS.find(Ins(ins))?.instruction;
    Some(match ins {
        instruction::PRESENT => format!("{name} code {low:02X}"),
        instruction::SEARCH => format!("{name} from {address:04X}"),
        instruction::READ => format!("{name} {length} bytes at {address:04X}"),
        instruction::FETCH => format!("{name} the result"),
        instruction::WRITE => format!("{name} {} bytes at {address:04X}", body.len().saturating_sub(1)),
        _ => name.to_string(),
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
