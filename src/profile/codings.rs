//! Text from bytes: UTF-8, UTF-16 with or without a mark of byte order, or one behind the other.
//!
//! Shells of Windows write UTF-16, and go on in it behind what another program wrote in UTF-8, or the other way round.
//! The rule that this file upholds: no part of a text is lost because another part is coded otherwise.

use std::borrow::Cow;

use super::{
    reading::NotText,
    said::{Bilingual, said},
};

/// What stands before a text in UTF-8, if anything does.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// What packed files begin with, which no text does; what packs so, and what unpacks it.
const PACKED: [(&[u8], &str, &str); 4] = [
    (b"\x1F\x8B", "gzip", "gunzip"),
    (b"PK\x03\x04", "zip", "unzip"),
    (b"\xFD7zXZ\0", "xz", "unxz"),
    (b"\x28\xB5\x2F\xFD", "zstd", "unzstd"),
];
/// From how many units on letters of ASCII in the midst of a line are no UTF-16. At the beginning of a line two do.
const FEWEST_INSIDE: usize = 4;
const FEWEST_AT_START: usize = 2;

/// Which byte of a unit of UTF-16 comes first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn other(self) -> Self {
        match self {
            Self::Little => Self::Big,
            Self::Big => Self::Little,
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

/// Text from bytes, without marks of byte order.
///
/// # Errors
///
/// [`NotText`] if a part of them is neither UTF-8 nor UTF-16, or all of it is UTF-32 or packed.
pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        let why = said!(en: "this is UTF-32", fr: "c'est de l'UTF-32");
        let hint = said!(en: "save the file as UTF-8", fr: "enregistrer le fichier en UTF-8");
        return Err(NotText { readable: char::REPLACEMENT_CHARACTER.into(), why, hint });
    }
    if let Some((_, name, program)) = PACKED.into_iter().find(|(mark, ..)| bytes.starts_with(mark)) {
        let why = said!(en: "this is no text: {name} packed it", fr: "ce n'est pas du texte : {name} l'a compressé");
        let hint = said!(en: "unpack it first, with {program}", fr: "le décompresser d'abord, avec {program}");
        return Err(NotText { readable: char::REPLACEMENT_CHARACTER.into(), why, hint });
    }
    let plain = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if begin(bytes, 0, Order::Little).is_none_or(|(_, start)| start == bytes.len())
        && let Ok(text) = std::str::from_utf8(plain)
        && !text.contains('\u{FEFF}')
    {
        return Ok(Cow::Borrowed(text));
    }
    let mut reader = Reader { bytes, at: 0, text: String::with_capacity(bytes.len()), wrong: None };
    let mut order = Order::Little;
    while reader.at < bytes.len() {
        let (next, start) = begin(bytes, reader.at, order).unwrap_or((order, bytes.len()));
        reader.utf8(start);
        order = next;
        reader.utf16(&mut order);
    }
    match reader.wrong {
        None => Ok(Cow::Owned(reader.text)),
        Some((why, hint)) => Err(NotText { readable: reader.text, why, hint }),
    }
}

/// Whether bytes begin as UTF-16 does.
pub(super) fn begins_as_utf16(bytes: &[u8]) -> bool {
    begin(bytes, 0, Order::Little).is_some_and(|(_, start)| start == 0)
}

/// Where the next part in UTF-16 begins at or behind a byte, and its order: with its mark, or where every other byte
/// is zero. Without a mark it is in the order of the one before.
fn begin(bytes: &[u8], from: usize, before: Order) -> Option<(Order, usize)> {
    let mut at = from;
    loop {
        let found = bytes.get(at..)?.iter().position(|byte| matches!(byte, 0 | 0xFE | 0xFF))?;
        at += found;
        match bytes.get(at..)? {
            [0xFF, 0xFE, ..] => return Some((Order::Little, at)),
            [0xFE, 0xFF, ..] => return Some((Order::Big, at)),
            // No text has a zero, and one in Latin letters has one in each unit.
            [0, letter, 0, rest @ ..] if *letter != 0 && matches!(rest, [] | [_] | [_, 0, ..]) => {
                let is_big = at == from || before == Order::Big && at > from;
                return Some(if is_big { (Order::Big, at) } else { (Order::Little, at - 1) });
            }
            _ => at += 1,
        }
    }
}

/// Reads bytes part by part.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    text: String,
    /// What is wrong at the first place that is no text, and what to do.
    wrong: Option<(Bilingual, Bilingual)>,
}

impl Reader<'_> {
    /// Reads UTF-8 up to a byte.
    fn utf8(&mut self, end: usize) {
        let part = self.bytes.get(self.at..end).unwrap_or_default();
        self.at = end;
        for chunk in part.utf8_chunks() {
            chunk.valid().chars().for_each(|character| self.push(character));
            if let Some(byte) = chunk.invalid().first() {
                self.text.push(char::REPLACEMENT_CHARACTER);
                let why = || {
                    let why =
                        said!(en: "the byte {byte:02X} is not UTF-8", fr: "l'octet {byte:02X} n'est pas de l'UTF-8");
                    (why, latin())
                };
                self.wrong.get_or_insert_with(why);
            }
        }
    }

    /// Reads UTF-16 up to where it ends.
    fn utf16(&mut self, order: &mut Order) {
        // Without a mark the order is a guess, and the other one has its last byte here.
        let is_marked = matches!(self.bytes.get(self.at..), Some([0xFE, 0xFF, ..] | [0xFF, 0xFE, ..]));
        let mut units: Vec<u16> = Vec::new();
        while let Some(&[first, second]) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            if self.is_utf8_again(units.last().is_none_or(|unit| *unit == u16::from(b'\n'))) {
                break;
            }
            if self.is_other_order(*order) {
                *order = order.other();
            }
            match order.unit([first, second]) {
                // The mark of the other order.
                0xFFFE => *order = order.other(),
                unit => units.push(unit),
            }
            self.at += 2;
        }
        for unit in char::decode_utf16(units) {
            let character = unit.unwrap_or_else(|error| {
                let half = error.unpaired_surrogate();
                let why = || {
                    let why = said!(
                        en: "this is UTF-16, and {half:04X} is half a character",
                        fr: "c'est de l'UTF-16, et {half:04X} n'est que la moitié d'un caractère",
                    );
                    (why, again())
                };
                self.wrong.get_or_insert_with(why);
                char::REPLACEMENT_CHARACTER
            });
            self.push(character);
        }
        match self.bytes.get(self.at..) {
            Some(&[byte]) if is_marked || byte != b'\n' => {
                self.at += 1;
                self.text.push(char::REPLACEMENT_CHARACTER);
                let why = || {
                    let why = said!(
                        en: "this is UTF-16, and it ends in the middle of a character",
                        fr: "c'est de l'UTF-16, et il finit au milieu d'un caractère",
                    );
                    (why, again())
                };
                self.wrong.get_or_insert_with(why);
            }
            _ => {}
        }
    }

    /// Whether UTF-8 begins here, in the midst of UTF-16: with its mark, or because both bytes of several units are
    /// letters of ASCII. Such units are rare signs, of which no line begins with several.
    fn is_utf8_again(&self, is_at_start: bool) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let fewest = if is_at_start { FEWEST_AT_START } else { FEWEST_INSIDE };
        let looked_at = rest.get(..rest.len().min(2 * fewest)).unwrap_or_default();
        let is_last = looked_at.len() == rest.len() && is_at_start;
        rest.starts_with(MARK)
            || looked_at.iter().all(|byte| is_plain(*byte)) && (looked_at.len() == 2 * fewest || is_last)
    }

    /// Whether several units in a row are letters of ASCII in the other order.
    fn is_other_order(&self, order: Order) -> bool {
        let units = self.bytes.get(self.at..).unwrap_or_default().as_chunks::<2>().0;
        let is_letter = |unit: &[u8; 2]| u8::try_from(order.other().unit(*unit)).is_ok_and(is_plain);
        units.get(..FEWEST_INSIDE).is_some_and(|units| units.iter().all(is_letter))
    }

    /// Takes a character; marks of byte order stand before a text, or where another one was put behind it.
    fn push(&mut self, character: char) {
        if character != '\u{FEFF}' || !matches!(self.text.chars().next_back(), None | Some('\n')) {
            self.text.push(character);
        }
    }
}

fn latin() -> Bilingual {
    said!(
        en: "save the file as UTF-8: it may be in Latin-1 now",
        fr: "enregistrer le fichier en UTF-8 : il est peut-être en Latin-1",
    )
}

fn again() -> Bilingual {
    said!(en: "save the file again, as UTF-8", fr: "enregistrer de nouveau le fichier, en UTF-8")
}

/// Whether a byte is a letter of ASCII as lines have them.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decoded;

    /// How a part is coded.
    #[derive(Clone, Copy, Debug)]
    enum Coding {
        Utf8,
        Little,
        Big,
    }

    fn coded(text: &str, coding: Coding, is_marked: bool) -> Vec<u8> {
        let text = if is_marked { format!("\u{FEFF}{text}") } else { text.to_owned() };
        match coding {
            Coding::Utf8 => text.into_bytes(),
            Coding::Little => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Coding::Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    fn coding() -> impl Strategy<Value = (Coding, bool)> {
        let coding = prop_oneof![Just(Coding::Utf8), Just(Coding::Little), Just(Coding::Big)];
        (coding, any::<bool>())
    }

    #[test]
    fn what_a_shell_appends_is_read() {
        let (one, two) = ("=> 00 B0 00 00 01\n<= 41 90 00\n", "=> 00 B0 00 00 02\r\n<= 90 00\r\n");
        let both = [one, two].concat();
        for first in [(Coding::Utf8, false), (Coding::Little, true), (Coding::Little, false), (Coding::Big, true)] {
            for second in [(Coding::Utf8, true), (Coding::Utf8, false), (Coding::Little, true), (Coding::Little, false)]
            {
                let bytes = [coded(one, first.0, first.1), coded(two, second.0, second.1)].concat();
                assert_eq!(decoded(&bytes).expect("text"), both.as_str(), "{first:?} {second:?}");
            }
        }
        let thrice = [coded(one, Coding::Little, true), two.into(), two.into()].concat();
        assert_eq!(decoded(&thrice).expect("text"), [one, two, two].concat());
    }

    #[test]
    fn a_stray_zero_makes_no_utf16() {
        assert_eq!(decoded(b"one\0two\n").expect("UTF-8"), "one\0two\n");
        assert_eq!(decoded(b"one\0\0two\n").expect("UTF-8"), "one\0\0two\n");
    }

    proptest! {
        #[test]
        fn lines_in_any_codings_are_all_read(
            parts in prop::collection::vec(("([<>=]{2}( [0-9A-F]{2}){1,6}\r?\n){1,3}", coding()), 1..5)
        ) {
            let text: String = parts.iter().map(|(text, _)| text.as_str()).collect();
            let mut bytes = Vec::new();
            for (at, (text, (coding, is_marked))) in parts.iter().enumerate() {
                // What begins in the order that nobody writes has a mark.
                let is_marked = *is_marked || matches!(coding, Coding::Big) || at > 0 && !matches!(coding, Coding::Utf8);
                bytes.extend(coded(text, *coding, is_marked));
            }
            prop_assert_eq!(decoded(&bytes).expect("text").into_owned(), text);
        }
    }
}
