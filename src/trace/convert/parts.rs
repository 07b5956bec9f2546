//! Fields of a record that hold a part of a command or of an answer: header, Lc, Le, and the two bytes of the status
//! word.
//!
//! A part that stands in a field of its own and not in the message belongs to it. Numbers may be written in hexadecimal
//! or as counts; where they differ, the answer tells, or nothing does.

use super::{element::Bytes, guards::length_by_lc, notation};

/// A part as its field has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// Whether it is a number of JSON, which is decimal, and no text.
    pub(super) is_number: bool,
}

impl Part<'_> {
    /// As a decimal number.
    fn count(self) -> Option<u16> {
        let digits = self.text.trim();
        digits.parse().ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_digit()))
    }

    /// As a byte of two hexadecimal digits, which may have `0x` before them or `h` behind.
    fn pair(self) -> Option<u8> {
        let digits = self.text.trim();
        let digits = digits.strip_prefix("0x").or_else(|| digits.strip_suffix(['h', 'H'])).unwrap_or(digits);
        u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2 && !digits.starts_with('+'))
    }

    /// Whether it can be no decimal number as programs print it: it has a letter, or a zero before its digits.
    fn is_plainly_hex(self) -> bool {
        let digits = self.text.trim();
        digits.contains(|sign: char| sign.is_ascii_alphabetic()) || digits.starts_with('0') && digits.len() > 1
    }

    /// Whether it is a number that has other digits in hexadecimal, but could have been such digits too.
    fn could_be_hex(self) -> bool {
        self.is_number && self.count().is_some_and(|count| (10..100).contains(&count))
    }
}

/// The Le of a command that has none, as its field says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Le {
    /// This byte belongs behind the command.
    Byte(u8),
    /// It may be one number or another: why.
    Unclear(&'static str),
    /// The command has it, or it is none.
    Nothing,
}

const HEX_OR_COUNT: &str =
    "an Le in hexadecimal or as a number: nothing tells; write it behind the command in hexadecimal";

const ALL_OR_NONE: &str = "an Le of 0: all that there is, or no Le: nothing tells; write 00, or leave the field empty";

const LONG: &str = "an Le of more than two digits: write it behind the command in hexadecimal";

/// Words for no Le.
const NONE: [&str; 5] = ["none", "null", "n/a", "aucun", "absent"];

const NO_LE: &str = "an Le that is no byte: write it in two hexadecimal digits, or leave the field empty";

/// What the field Le of a command says. `answer` is how many bytes of data the answer has and the first byte of its
/// status word; `is_decimal` whether the other parts of the command are numbers too.
pub(super) fn le(command: &str, part: Part<'_>, answer: Option<(usize, u8)>, is_decimal: bool) -> Le {
    let Some(command) = notation::only(command).filter(|command| command.exact().is_some()) else { return Le::Nothing };
    let length = command.length();
    let has_none = length == Some(4) || length_by_lc(&command).is_some() && length_by_lc(&command) == length;
    let digits = part.text.trim();
    let says_none = NONE.iter().any(|none| digits.eq_ignore_ascii_case(none));
    if !has_none || says_none || !digits.contains(|sign: char| sign.is_ascii_alphanumeric()) {
        return Le::Nothing;
    }
    // A warning, such as that of the end of a file, comes with fewer bytes than were asked for.
    let data = answer.filter(|(_, status)| matches!(status, 0x61 | 0x90..=0x9F)).map(|(data, _)| data);
    // 256 bytes are the byte 00.
    let as_count = part.count().and_then(|count| u8::try_from(count % 256).ok().filter(|_| count <= 256));
    let as_count = as_count.filter(|_| digits != "100" || data != Some(256));
    let is_marked = digits.starts_with("0x") || digits.ends_with(['h', 'H']);
    match (part.pair(), as_count) {
        _ if digits == "0" => match data {
            Some(1..) => Le::Byte(0),
            _ => Le::Unclear(ALL_OR_NONE),
        },
        (_, Some(count)) if part.is_number && is_decimal => Le::Byte(count),
        (Some(hex), _) if is_marked => Le::Byte(hex),
        (Some(hex), Some(count)) if hex != count => {
            match data.map(|data| (data == usize::from(hex), data == usize::from(count))) {
                Some((true, false)) => Le::Byte(hex),
                Some((false, true)) => Le::Byte(count),
                _ => Le::Unclear(HEX_OR_COUNT),
            }
        }
        (Some(byte), _) => Le::Byte(byte),
        (None, Some(count)) if !part.is_plainly_hex() => Le::Byte(count),
        (None, _) => match digits.strip_prefix("0x").map(|digit| u8::from_str_radix(digit, 16)) {
            Some(Ok(byte)) if digits.len() == 3 => Le::Byte(byte),
            _ if digits.len() > 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit() || digit == b'x') => {
                Le::Unclear(LONG)
            }
            // A single letter is a digit.
            _ => match u8::from_str_radix(digits, 16) {
                Ok(byte) if digits.len() == 1 => Le::Byte(byte),
                _ => Le::Unclear(NO_LE),
            },
        },
    }
}

const MIXED: &str = "a number among bytes in hexadecimal: decimal or hexadecimal, nothing tells; write all in one way";

const ANY_BASE: &str = "a header in hexadecimal or decimal: nothing tells; write bytes as 0x10";

/// Whether all bytes of a header are numbers, which are decimal.
pub(super) fn are_numbers(header: &[Option<Part<'_>>; 4]) -> bool {
    header.iter().all(|part| part.is_some_and(|part| part.is_number))
}

/// A command without Le of the fields for its header, for Lc and for its data: each byte a number, or two hexadecimal
/// digits; why there is none, where nothing tells which, or Lc is not the length of the data. A fifth byte of a header
/// is Lc where there are data, and belongs to the command in any case. `None` where a byte of the header is missing or
/// may be decimal.
pub(super) fn assembled(
    header: &[Option<Part<'_>>; 4],
    lc: Option<Part<'_>>,
    p3: Option<Part<'_>>,
    data: Option<&str>,
) -> Option<Result<String, &'static str>> {
    let has_numbers = are_numbers(header);
    let byte = |part: Part<'_>| {
        if part.is_number { part.count().and_then(|count| u8::try_from(count).ok()) } else { part.pair() }
    };
    let header: Vec<Part<'_>> = header.iter().copied().collect::<Option<_>>()?;
    let header: Vec<Part<'_>> = header.into_iter().chain(p3).collect();
    let mut bytes: Vec<u8> = header.iter().map(|part| byte(*part)).collect::<Option<_>>()?;
    if !has_numbers && header.iter().any(|part| part.could_be_hex()) {
        return Some(Err(MIXED));
    }
    if !has_numbers && !header.iter().any(|part| !part.is_number && part.is_plainly_hex()) {
        return Some(Err(ANY_BASE));
    }
    let data = match data.map(|data| notation::only(data).and_then(|data| data.exact())) {
        Some(None) => return Some(Err("data of a command that are not only bytes")),
        Some(Some(data)) => data,
        None => Vec::new(),
    };
    let Ok(length) = u8::try_from(data.len()) else { return Some(Err("more data than the Lc of a command counts")) };
    // Where the header is hexadecimal, two digits are too: an Lc that is true as a number only tells that it is not.
    let is_length = |lc: Part<'_>| match lc.pair().filter(|_| !lc.is_number) {
        Some(byte) => byte == length,
        None => lc.count() == Some(u16::from(length)),
    };
    if lc.or(p3.filter(|_| length > 0)).is_some_and(|lc| !is_length(lc)) {
        return Some(Err("an Lc that is not the length of the data"));
    }
    bytes.truncate(if length > 0 { 4 } else { 5 });
    bytes.extend(Some(length).filter(|length| *length > 0).into_iter().chain(data));
    Some(Ok(Bytes::from(&bytes[..]).notation()))
}

/// The status word of two fields, `90` and `00` or 144 and 0, if both are written the same way and one way only is a
/// status word. A number beside a text is decimal; where its digits could be hexadecimal too, nothing tells.
pub(super) fn status(first: Part<'_>, second: Part<'_>) -> Option<Bytes> {
    let hex = |part: Part<'_>| {
        let text = part.text.trim();
        u8::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
    };
    let count = |part: Part<'_>| part.count().and_then(|count| u8::try_from(count).ok());
    let is_mixed = first.is_number != second.is_number;
    if is_mixed && (first.could_be_hex() || second.could_be_hex()) {
        return None;
    }
    let hex = |part: Part<'_>| if is_mixed && part.is_number { count(part) } else { hex(part) };
    let read = |byte: &dyn Fn(Part<'_>) -> Option<u8>| {
        let pair = [byte(first)?, byte(second)?];
        matches!(pair[0], 0x61..=0x6F | 0x90..=0x9F).then_some(pair)
    };
    let ways = (read(&hex), read(&count));
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
    use super::{
        ALL_OR_NONE, ANY_BASE, HEX_OR_COUNT, LONG, Le, MIXED, NO_LE, Part, assembled, le, status, status_of_number,
    };

    fn text(text: &str) -> Part<'_> {
        Part { text, is_number: false }
    }

    /// A number where digits stand behind `=`.
    fn part(value: &str) -> Part<'_> {
        value.strip_prefix('=').map_or(text(value), |digits| Part { text: digits, is_number: true })
    }

    #[test]
    fn an_le_in_a_field_of_its_own() {
        for (command, value, answer, expected) in [
            ("00B00000", "03", Some((3, 0x90)), Le::Byte(3)),
            ("00B00000", "3", None, Le::Byte(3)),
            ("00B00000", "0x10", None, Le::Byte(16)),
            ("00B00000", "10h", None, Le::Byte(16)),
            ("00B00000", "0x4", None, Le::Byte(4)),
            ("00B00000", "10", Some((16, 0x90)), Le::Byte(16)),
            ("00B00000", "10", Some((10, 0x90)), Le::Byte(10)),
            ("00B00000", "10", Some((10, 0x61)), Le::Byte(10)),
            // The file ended before Le: it was not 10.
            ("00B00000", "10", Some((10, 0x62)), Le::Unclear(HEX_OR_COUNT)),
            ("00B00000", "10", Some((4, 0x90)), Le::Unclear(HEX_OR_COUNT)),
            ("00B00000", "=16", None, Le::Unclear(HEX_OR_COUNT)),
            ("00B00000", "1A", None, Le::Byte(26)),
            ("00B00000", "A", None, Le::Byte(10)),
            ("00B00000", "256", None, Le::Byte(0)),
            ("00B00000", "100", None, Le::Byte(100)),
            ("00B00000", "100", Some((256, 0x90)), Le::Unclear(LONG)),
            ("00B00000", "00", None, Le::Byte(0)),
            ("00A4040002A000", "00", Some((0, 0x90)), Le::Byte(0)),
            ("00B00000", "0", Some((0, 0x6A)), Le::Unclear(ALL_OR_NONE)),
            ("00B00000", "=0", None, Le::Unclear(ALL_OR_NONE)),
            ("00B00000", "0", Some((5, 0x90)), Le::Byte(0)),
            ("00B0000003", "03", Some((3, 0x90)), Le::Nothing),
            ("00A4040002A00000", "00", None, Le::Nothing),
            ("00B00000", "-1", None, Le::Unclear(NO_LE)),
            ("00B00000", "h10", None, Le::Unclear(NO_LE)),
            ("00B00000", "-", None, Le::Nothing),
            ("00B00000", "None", None, Le::Nothing),
            ("00B000", "03", None, Le::Nothing),
        ] {
            assert_eq!(le(command, part(value), answer, false), expected, "{command} {value}");
        }
        for value in ["0100", "0010", "0020", "010", "000100", "0000", "0x0100", "1000", "300"] {
            assert_eq!(le("00B00000", text(value), None, false), Le::Unclear(LONG), "{value}");
        }
        for (value, byte) in [("=16", 16), ("=10", 10), ("=256", 0), ("=4", 4)] {
            assert_eq!(le("00B00000", part(value), Some((16, 0x62)), true), Le::Byte(byte), "{value}");
        }
    }

    #[test]
    fn a_command_of_its_parts() {
        let of = |header: [&str; 4], lc: Option<&str>, p3: Option<&str>, data| {
            assembled(&header.map(|value| Some(part(value))), lc.map(part), p3.map(part), data)
        };
        let select = ["00", "0xA4", "04", "00"];
        let said = |command: &str| Some(Ok(command.to_owned()));
        assert_eq!(of(select, None, None, None), said("00 A4 04 00"));
        assert_eq!(of(select, Some("02"), None, Some("3F00")), said("00 A4 04 00 02 3F 00"));
        assert_eq!(of(select, None, Some("02"), Some("3F00")), said("00 A4 04 00 02 3F 00"));
        assert_eq!(of(["00", "B0", "00", "00"], None, Some("04"), None), said("00 B0 00 00 04"));
        assert_eq!(of(["=0", "=164", "=4", "=0"], Some("=2"), None, Some("3F00")), said("00 A4 04 00 02 3F 00"));
        assert_eq!(of(["00", "B0", "=5", "=0"], None, None, None), said("00 B0 05 00"));
        let ten = "00".repeat(10);
        assert!(of(select, Some("10"), None, Some(&ten)).is_some_and(|command| command.is_err()), "P2 may be decimal");
        assert!(of(select, Some("=10"), None, Some(&ten)).is_some_and(|command| command.is_ok()), "a number of JSON");
        assert!(of(select, Some("03"), None, Some("3F00")).is_some_and(|command| command.is_err()));
        assert!(of(select, None, None, Some("3F0")).is_some_and(|command| command.is_err()));
        assert_eq!(of(["00", "B0", "=10", "00"], None, None, None), Some(Err(MIXED)));
        assert_eq!(of(["00", "B0", "00", "00"], None, Some("=16"), None), Some(Err(MIXED)));
        assert_eq!(of(["16", "32", "48", "64"], None, None, None), Some(Err(ANY_BASE)));
        for header in [["00", "164", "04", "00"], ["0", "A4", "04", "00"], ["=0", "=300", "=4", "=0"]] {
            assert_eq!(of(header, None, None, None), None);
        }
        let header = [Some(text("00")), None, Some(text("04")), Some(text("00"))];
        assert_eq!(assembled(&header, None, None, None), None);
    }

    #[test]
    fn a_status_word_in_two_fields_or_as_a_number() {
        let shown = |first, second| status(part(first), part(second)).map(|status| status.notation());
        for (first, second, expected) in [
            ("90", "00", "90 00"),
            ("144", "0", "90 00"),
            ("0x6A", "0x82", "6A 82"),
            ("106", "130", "6A 82"),
            ("=144", "=0", "90 00"),
            ("0x61", "=5", "61 05"),
            ("6C", "=128", "6C 80"),
        ] {
            assert_eq!(shown(first, second).as_deref(), Some(expected));
        }
        let unclear = [("97", "16"), ("=97", "=16"), ("0x61", "=16"), ("6C", "=16"), ("=97", "0x10"), ("97", "=0")];
        for (first, second) in unclear.into_iter().chain([("41", "00"), ("", "00"), ("9000", "00")]) {
            assert_eq!(shown(first, second), None, "{first} {second}");
        }
        assert_eq!(status_of_number("36864").map(|status| status.notation()).as_deref(), Some("90 00"));
        assert!(["9000", "24576", "65535", "366864"].iter().all(|number| status_of_number(number).is_none()));
    }
}
