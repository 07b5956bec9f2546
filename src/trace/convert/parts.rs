//! Fields of a record that hold a part of a command or of an answer: header, Lc, Le, and the two bytes of the status
//! word.
//!
//! A part that stands in a field of its own and not in the message belongs to it. Numbers may be written in hexadecimal
//! or as counts; where they differ, the answer tells, or nothing does.

use super::{element::Bytes, guards::length_by_lc, notation};

/// The Le of a command that has none, as its field says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Le {
    /// This byte belongs behind the command.
    Byte(u8),
    /// It may be one number or another.
    Unclear,
    /// The command has it, or it is none.
    Nothing,
}

/// What the field Le of a command says. `data` is how many bytes of data the answer has.
pub(super) fn le(command: &str, value: &str, data: Option<usize>) -> Le {
    let Some(command) = notation::only(command).filter(|command| command.exact().is_some()) else { return Le::Nothing };
    let length = command.length();
    let has_none = length == Some(4) || length_by_lc(&command).is_some() && length_by_lc(&command) == length;
    let digits = value.trim();
    let bare = digits.strip_prefix("0x").unwrap_or(digits);
    let as_hex = u8::from_str_radix(bare, 16).ok().filter(|_| bare.len() <= 2);
    // 256 bytes are the byte 00.
    let as_count = digits.parse::<u16>().ok().and_then(|count| u8::try_from(count % 256).ok().filter(|_| count <= 256));
    match (as_hex, as_count) {
        _ if !has_none || digits == "0" && data.is_none_or(|data| data == 0) => Le::Nothing,
        (Some(hex), Some(count)) if hex != count => {
            match data.map(|data| (data == usize::from(hex), data == usize::from(count))) {
                Some((true, false)) => Le::Byte(hex),
                Some((false, true)) => Le::Byte(count),
                _ => Le::Unclear,
            }
        }
        (Some(byte), _) | (None, Some(byte)) => Le::Byte(byte),
        (None, None) => Le::Nothing,
    }
}

/// A command without Le of the fields for its header, for Lc and for its data, each byte of two hexadecimal digits; why
/// there is none, where Lc is not the length of the data. `None` where a byte of the header is missing or may be
/// decimal.
pub(super) fn assembled(
    header: &[Option<&str>; 4],
    lc: Option<&str>,
    data: Option<&str>,
) -> Option<Result<String, &'static str>> {
    let byte = |text: &str| {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)
    };
    let header: Vec<u8> = header.iter().map(|part| part.and_then(byte)).collect::<Option<_>>()?;
    let data = match data.map(|data| notation::only(data).and_then(|data| data.exact())) {
        Some(None) => return Some(Err("data of a command that are not only bytes")),
        Some(Some(data)) => data,
        None => Vec::new(),
    };
    let Ok(length) = u8::try_from(data.len()) else { return Some(Err("more data than the Lc of a command counts")) };
    if lc.is_some_and(|lc| byte(lc).or_else(|| lc.trim().parse().ok()) != Some(length)) {
        return Some(Err("an Lc that is not the length of the data"));
    }
    let lc = Some(length).filter(|length| *length > 0);
    let bytes: Vec<u8> = header.into_iter().chain(lc).chain(data).collect();
    Some(Ok(Bytes::from(&bytes[..]).notation()))
}

/// The status word of two fields, `90` and `00` or 144 and 0, if both are written the same way and one way only is a
/// status word.
pub(super) fn status(first: &str, second: &str) -> Option<Bytes> {
    let hex = |text: &str| u8::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok();
    let read = |byte: &dyn Fn(&str) -> Option<u8>| {
        let pair = [byte(first.trim())?, byte(second.trim())?];
        matches!(pair[0], 0x61..=0x6F | 0x90..=0x9F).then_some(pair)
    };
    let ways = (read(&hex), read(&|text| text.parse().ok()));
    match ways {
        (Some(one), Some(other)) if one != other => None,
        (Some(pair), _) | (None, Some(pair)) => Some(Bytes::from(&pair[..])),
        (None, None) => None,
    }
}

/// A status word that is written as a number: 36864 is `9000`. None with four digits has five as a number.
pub(super) fn status_of_number(value: &str) -> Option<Bytes> {
    let number: u16 = value.trim().parse().ok().filter(|_| value.trim().len() == 5)?;
    let pair = number.to_be_bytes();
    matches!(pair[0], 0x61..=0x6F | 0x90..=0x9F).then(|| Bytes::from(&pair[..]))
}

#[cfg(test)]
mod tests {
    use super::{Le, assembled, le, status, status_of_number};

    #[test]
    fn an_le_in_a_field_of_its_own() {
        for (command, value, data, expected) in [
            ("00B00000", "03", Some(3), Le::Byte(3)),
            ("00B00000", "3", None, Le::Byte(3)),
            ("00B00000", "0x10", None, Le::Byte(16)),
            ("00B00000", "10", Some(16), Le::Byte(16)),
            ("00B00000", "10", Some(10), Le::Byte(10)),
            ("00B00000", "10", Some(4), Le::Unclear),
            ("00B00000", "1A", None, Le::Byte(26)),
            ("00B00000", "256", None, Le::Byte(0)),
            ("00B00000", "00", None, Le::Byte(0)),
            ("00A4040002A000", "00", Some(0), Le::Byte(0)),
            ("00B00000", "0", Some(0), Le::Nothing),
            ("00B0000003", "03", Some(3), Le::Nothing),
            ("00A4040002A00000", "00", None, Le::Nothing),
            ("00B00000", "-1", None, Le::Nothing),
            ("00B000", "03", None, Le::Nothing),
        ] {
            assert_eq!(le(command, value, data), expected, "{command} {value}");
        }
    }

    #[test]
    fn a_command_of_its_parts() {
        let header = ["00", "0xA4", "04", "00"].map(Some);
        assert_eq!(assembled(&header, None, None), Some(Ok("00 A4 04 00".to_owned())));
        assert_eq!(assembled(&header, Some("02"), Some("3F00")), Some(Ok("00 A4 04 00 02 3F 00".to_owned())));
        assert!(assembled(&header, Some("03"), Some("3F00")).is_some_and(|command| command.is_err()));
        assert!(assembled(&header, None, Some("3F0")).is_some_and(|command| command.is_err()));
        for header in [["00", "164", "04", "00"], ["0", "A4", "04", "00"]] {
            assert_eq!(assembled(&header.map(Some), None, None), None);
        }
        assert_eq!(assembled(&[Some("00"), None, Some("04"), Some("00")], None, None), None);
    }

    #[test]
    fn a_status_word_in_two_fields_or_as_a_number() {
        let shown = |first, second| status(first, second).map(|status| status.notation());
        for (first, second, expected) in
            [("90", "00", "90 00"), ("144", "0", "90 00"), ("0x6A", "0x82", "6A 82"), ("106", "130", "6A 82")]
        {
            assert_eq!(shown(first, second).as_deref(), Some(expected));
        }
        for (first, second) in [("97", "16"), ("41", "00"), ("", "00"), ("9000", "00")] {
            assert_eq!(shown(first, second), None, "{first} {second}");
        }
        assert_eq!(status_of_number("36864").map(|status| status.notation()).as_deref(), Some("90 00"));
        assert!(["9000", "24576", "65535", "366864"].iter().all(|number| status_of_number(number).is_none()));
    }
}
