//! Commands in words, as ISO 7816-4 names them.

use std::fmt::Write as _;

use virtuale_applets::vitale1;
use virtuale_engine::ins::Ins;

/// Bytes as traces write them: two digits each, a blank between.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        let blank = if index == 0 { "" } else { " " };
        // A String takes whatever is written to it.
        let _ = write!(text, "{blank}{byte:02X}");
    }
    text
}

/// What a command asks for, in a few words: `SELECT by name VITALE`, `READ BINARY, SFI 2, from 0, Le 256`.
///
/// It reads the command as the interindustry class has it, whatever the class byte says, but for the orders of a Vitale 1.
#[must_use]
pub fn command_name(command: &[u8]) -> String {
    if let Some(order) = vitale1::order_name(command) {
        return order;
    }
    let &[_, ins, p1, p2, ref body @ ..] = command else { return "less than a header".to_owned() };
    let data = data_field(body);
    match ins {
        0xA4 => select_name(p1, data),
        0xB0 => format!("READ BINARY{}{}", binary_place(p1, p2), le_words(body)),
        0xB1 => format!("READ BINARY (odd INS) of {p1:02X}{p2:02X}"),
        0xD6 => format!("UPDATE BINARY{}, {} bytes", binary_place(p1, p2), data.len()),
        0xD7 => format!("UPDATE BINARY (odd INS) of {p1:02X}{p2:02X}"),
        0xB2 | 0xDC => format!("{}{}", plain_name(ins), record_place(p1, p2)),
        0xCA | 0xCB | 0xDA | 0xDB => format!("{} {p1:02X}{p2:02X}", plain_name(ins)),
        0x20 => format!("VERIFY reference {p2:02X}"),
        0x70 => match p1 {
            0x00 if p2 == 0 => "MANAGE CHANNEL open".to_owned(),
            0x00 => format!("MANAGE CHANNEL open {p2}"),
            _ => format!("MANAGE CHANNEL close {p2}"),
        },
        0xC0 => format!("GET RESPONSE{}", le_words(body)),
        _ => plain_name(ins).to_owned(),
    }
}

fn plain_name(ins: u8) -> &'static str {
    Ins(ins).name().unwrap_or("a command without a name in ISO 7816-4")
}

/// The data field after the header, short or extended; whatever is there if its length is wrong.
fn data_field(body: &[u8]) -> &[u8] {
    match *body {
        [] | [_] => &[],
        [0, high, low, ref rest @ ..] if !rest.is_empty() => {
            let length = usize::from(u16::from_be_bytes([high, low]));
            rest.get(..length).unwrap_or(rest)
        }
        [length, ref rest @ ..] => rest.get(..usize::from(length)).unwrap_or(rest),
    }
}

/// Le of a command without data.
fn le_words(body: &[u8]) -> String {
    match *body {
        [0] => ", Le 256".to_owned(),
        [le] => format!(", Le {le}"),
        [0, 0, 0] => ", Le 65536".to_owned(),
        [0, high, low] => format!(", Le {}", u16::from_be_bytes([high, low])),
        _ => String::new(),
    }
}

fn select_name(p1: u8, data: &[u8]) -> String {
    let fid = hex(data).replace(' ', "");
    match p1 {
        0x00 if data.is_empty() => "SELECT the MF".to_owned(),
        0x00 => format!("SELECT {fid}"),
        0x01 => format!("SELECT child DF {fid}"),
        0x02 => format!("SELECT EF {fid}"),
        0x03 => "SELECT the parent DF".to_owned(),
        0x04 if data.is_empty() => "SELECT by name, none given".to_owned(),
        0x04 => format!("SELECT by name {}", readable_name(data)),
        0x08 => format!("SELECT path {fid} from the MF"),
        0x09 => format!("SELECT path {fid} from here"),
        _ => format!("SELECT, P1 {p1:02X}"),
    }
}

/// A DF name, as text where its end is text: `D250000002 "VITALE"`.
fn readable_name(name: &[u8]) -> String {
    let (registered, rest) = name.split_at(name.len().min(5));
    let digits = hex(registered).replace(' ', "");
    match std::str::from_utf8(rest) {
        Ok(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            format!("{digits} \"{text}\"")
        }
        _ => hex(name).replace(' ', ""),
    }
}

fn binary_place(p1: u8, p2: u8) -> String {
    if p1 & 0x80 == 0 {
        return format!(", from {}", u16::from_be_bytes([p1, p2]));
    }
    format!(", SFI {}, from {p2}", p1 & 0x1F)
}

fn record_place(p1: u8, p2: u8) -> String {
    let file = match p2 >> 3 {
        0 => String::new(),
        sfi => format!(", SFI {sfi}"),
    };
    match p2 & 0x07 {
        0 => format!("{file}, first"),
        1 => format!("{file}, last"),
        2 => format!("{file}, next"),
        3 => format!("{file}, previous"),
        4 => format!("{file}, number {p1}"),
        _ => format!("{file}, several from {p1}"),
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::command_name;

    #[test]
    fn commands_read_as_the_standard_names_them() {
        let named: [(&[u8], &str); 9] = [
            (&hex!("00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45"), "SELECT by name D250000002 \"VITALE\""),
            (&hex!("00 A4 00 00 02 3F 00"), "SELECT 3F00"),
            (&hex!("00 A4 02 00 02 D0 01 00"), "SELECT EF D001"),
            (&hex!("00 B0 82 00 00"), "READ BINARY, SFI 2, from 0, Le 256"),
            (&hex!("00 B0 01 00 7C"), "READ BINARY, from 256, Le 124"),
            (&hex!("00 B0 00 00 00 02 00"), "READ BINARY, from 0, Le 512"),
            (&hex!("00 B2 03 14 00"), "READ RECORD, SFI 2, number 3"),
            (&hex!("00 C0 00 00 1E"), "GET RESPONSE, Le 30"),
            (&hex!("00 00"), "less than a header"),
        ];
        for (command, name) in named {
            assert_eq!(command_name(command), name);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_name(command in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(!command_name(&command).is_empty());
        }
    }
}
