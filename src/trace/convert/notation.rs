//! Bytes in the notations in which people and programs write them down.
//!
//! Between bytes may stand blanks, `-`, `,`, `:` and `;`; before them `0x` or `\x`, behind them `h`. Wildcards are
//! `XX`, `..` and `??` for one byte, `[hidden]`, `***` and `...` for any number. A column of text behind the bytes, as
//! dumps have it, is recognised by what it says: the same bytes as characters.

use super::{
    column::Column,
    element::{Bytes, Element},
};
use crate::work;

/// What stands at the beginning of a text.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Reading<'a> {
    /// The bytes.
    pub(super) bytes: Bytes,
    /// What follows them, without blanks around it; the column of text is not part of it.
    pub(super) rest: &'a str,
    /// Whether more than one blank stands before the rest, as before a column.
    pub(super) apart: bool,
    /// Why nothing tells what the bytes are, if so.
    pub(super) doubt: Option<&'static str>,
    /// Whether some bytes below 10 have one digit behind `0x`, and whether others have two: one may have lost a digit.
    digits: (bool, bool),
    /// Whether a hidden byte and a shown one stand together, and whether other bytes have `0x` before them.
    mixed: (bool, bool),
}

/// The end is in the bytes, and could be the column of text.
const TEXT_OR_BYTES: &str = "bytes, or the same bytes as text behind them: nothing tells";

/// Dots far behind the bytes are a column of text, of another number of bytes than stand there.
const TEXT_THAT_FITS_NOT: &str =
    "dots behind the bytes: the same bytes as text, of which one is missing, or hidden bytes";

const DOTS_BETWEEN: &str = "dots between bytes: a hidden byte, or what parts them: nothing tells";

const SIGNED: &str = "a minus before a byte: a negative number, or what parts bytes: nothing tells";

const SIGNS_TWICE: &str = "two signs between bytes where one parts them: a byte may be missing";

const DIGIT_MISSING: &str = "some bytes behind `0x` have one digit and some two: one may be missing";

const SIGN_DAMAGED: &str = "a byte without the `0x` of the others, or one more that is hidden";

/// Words for what a program does not show.
const HIDING: [&str; 9] = ["hidden", "redacted", "removed", "masked", "secret", "snip", "cut", "pin", "..."];

/// Words that say in a remark that something is not shown.
const HIDDEN: [&str; 7] = ["hidden", "redacted", "removed", "masked", "omitted", "censored", "truncated"];

/// How long a remark in brackets is at most.
const LONGEST_REMARK: usize = 40;

/// Whether a remark says that something is not shown: `PIN hidden`.
pub(super) fn tells_of_hidden(remark: &str) -> bool {
    let mut words = remark.split(|character: char| !character.is_alphanumeric());
    words.any(|word| HIDDEN.iter().any(|hidden| word.eq_ignore_ascii_case(hidden)))
}

/// Reads bytes as far as they go.
pub(super) fn read(text: &str) -> Reading<'_> {
    let text = text.trim();
    let mut reading = Reading { rest: text, ..Reading::default() };
    let mut column = Column::of(text);
    let opened = text.trim_start_matches(['[', '{', '"']).trim_start();
    let Some((elements, after)) = word(text).or_else(|| word(opened).filter(|_| !text.starts_with("[]"))) else {
        return reading;
    };
    column.skip(text.len() - after.len(), text);
    reading.take(elements, after, &mut column);
    let mut is_far = false;
    loop {
        let gap = reading.rest;
        let rest = gap.trim_start_matches(is_gap);
        let blanks = gap.len() - gap.trim_start_matches(is_blank).len();
        if blanks > 0 && column.matches(&reading.bytes.0, gap) {
            if blanks > 1 || is_dots(gap.trim_start()) || !plain(gap) {
                reading.rest = "";
                return reading;
            }
            reading.doubt = Some(TEXT_OR_BYTES);
        }
        if blanks > 1 && rest.starts_with('.') {
            reading.doubt = reading.doubt.or(Some(TEXT_THAT_FITS_NOT));
        }
        if gap.len() == rest.len() && is_glued(&reading.bytes, rest) {
            reading.doubt = reading.doubt.or(Some(DOTS_BETWEEN));
        }
        if is_signed(&gap[..gap.len() - rest.len()], rest) {
            reading.doubt = reading.doubt.or(Some(SIGNED));
        }
        // Behind the last byte they part it from what is no byte.
        let signs = gap[..gap.len() - rest.len()].chars().filter(|sign| !is_blank(*sign)).count();
        if signs > 1 && word(rest).is_some() {
            reading.doubt = reading.doubt.or(Some(SIGNS_TWICE));
        }
        let Some((elements, after)) = word(rest) else {
            // A column of text may begin as bytes do.
            if is_far
                && !gap.starts_with(|sign| is_gap(sign) || matches!(sign, ']' | '}' | ')' | '"'))
                && !gap.is_empty()
            {
                reading.doubt = reading.doubt.or(Some(TEXT_THAT_FITS_NOT));
            }
            reading.apart = blanks > 1 || gap.starts_with('\t');
            reading.rest = gap.trim_start();
            if opened.len() < text.len() {
                reading.rest = reading.rest.trim_start_matches([']', '}', '"']).trim_start();
            }
            return reading;
        };
        is_far |= blanks > 1;
        column.skip(gap.len() - after.len(), gap);
        reading.take(elements, after, &mut column);
    }
}

/// Whether a minus stands directly before a byte, and something else before the minus: `A4, -92`.
fn is_signed(gap: &str, rest: &str) -> bool {
    gap.len() > 1 && gap.ends_with('-') && rest.starts_with(|sign: char| sign.is_ascii_hexdigit())
}

/// Whether two dots stand between digits, with nothing else: they may be what parts bytes, as blanks do.
fn is_glued(shown: &Bytes, rest: &str) -> bool {
    let follows = rest.strip_prefix("..").is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_hexdigit()));
    follows && matches!(shown.0.last(), Some(Element::Byte(_)))
}

impl<'a> Reading<'a> {
    fn take(&mut self, elements: Vec<Element>, rest: &'a str, column: &mut Column) {
        let word = &self.rest[..self.rest.len() - rest.len()];
        if let Some((_, digits)) = word.rsplit_once(['x', 'X'])
            && elements.len() == 1
        {
            self.digits.0 |= digits.len() == 1;
            self.digits.1 |= digits.len() == 2 && digits.starts_with('0');
            self.doubt = self.doubt.or((self.digits == (true, true)).then_some(DIGIT_MISSING));
        }
        self.mixed.0 |=
            matches!(elements[..], [Element::Hidden, Element::Byte(_)] | [Element::Byte(_), Element::Hidden]);
        self.mixed.1 |= word.contains(['x', 'X']) && elements.iter().all(|element| matches!(element, Element::Byte(_)));
        self.doubt = self.doubt.or((self.mixed == (true, true)).then_some(SIGN_DAMAGED));
        elements.iter().for_each(|element| column.show(*element));
        self.bytes.0.extend(elements);
        self.rest = rest;
    }
}

/// Bytes and nothing else; at least one.
pub(super) fn only(text: &str) -> Option<Bytes> {
    let Reading { bytes, rest, doubt, .. } = read(text);
    (!bytes.is_empty() && rest.is_empty() && doubt.is_none()).then_some(bytes)
}

/// Bytes and nothing else, all of them shown; at least one.
pub(super) fn shown(text: &str) -> Option<Vec<u8>> {
    only(text).and_then(|bytes| bytes.exact())
}

/// So many bytes, and behind them at most the column of text; `None` if it is anything else.
pub(super) fn counted(text: &str, count: usize) -> Option<Bytes> {
    let mut bytes = Bytes::default();
    let mut rest = text.trim();
    let mut column = Column::of(rest);
    while bytes.0.len() < count {
        let (elements, after) = word(rest.trim_start_matches(is_gap))?;
        column.skip(rest.len() - after.len(), rest);
        elements.iter().for_each(|element| column.show(*element));
        bytes.0.extend(elements);
        rest = after;
    }
    let whole = bytes.0.len() == count && (rest.is_empty() || column.matches(&bytes.0, rest));
    whole.then_some(bytes)
}

/// The bytes of a row that has a column of text behind them, whatever else they could be, or of one that has none; and
/// which of the two it is.
pub(super) fn with_column(text: &str) -> Option<(Bytes, bool)> {
    let mut bytes = Bytes::default();
    let mut rest = text.trim();
    let mut column = Column::of(rest);
    while let Some((elements, after)) = word(rest.trim_start_matches(is_gap)) {
        column.skip(rest.len() - after.len(), rest);
        elements.iter().for_each(|element| column.show(*element));
        bytes.0.extend(elements);
        rest = after;
        if column.matches(&bytes.0, rest) {
            return Some((bytes, true));
        }
    }
    only(text).map(|bytes| (bytes, false))
}

/// Whether a text could be bytes from its beginning to its end.
fn plain(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = word(rest.trim_start_matches(is_gap)) {
        rest = after;
    }
    rest.is_empty()
}

fn is_dots(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'.')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{A0}')
}

fn is_gap(character: char) -> bool {
    is_blank(character) || matches!(character, ':' | ',' | '-' | ';')
}

/// The elements of one word at the very beginning of a text, and what follows it.
fn word(text: &str) -> Option<(Vec<Element>, &str)> {
    if let Some(found) = hiding(text) {
        return Some(found);
    }
    let text = text.strip_prefix("(byte)").map_or(text, str::trim_start);
    let bare = ["0x", "0X", "\\x"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let digits = bare.unwrap_or(text);
    let end = digits.find(|character: char| !character.is_alphanumeric()).unwrap_or(digits.len());
    work::step(end + 1);
    let (word, after) = digits.split_at(end);
    // After `0x` the first digit may be left out.
    if let (Some(_), 1, Ok(digit)) = (bare, word.len(), u8::from_str_radix(word, 16)) {
        return Some((vec![Element::Byte(digit)], after));
    }
    let word = word.strip_suffix(['h', 'H']).filter(|word| word.len() == 2).unwrap_or(word);
    let pairs = word.as_bytes().chunks(2).map(pair).collect::<Option<Vec<Element>>>()?;
    (!pairs.is_empty()).then_some((pairs, after))
}

fn pair(digits: &[u8]) -> Option<Element> {
    match digits {
        [b'x' | b'X', b'x' | b'X'] => Some(Element::Hidden),
        [high, low] => {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some(Element::Byte(digit(*high)? << 4 | digit(*low)?))
        }
        _ => None,
    }
}

/// What stands for bytes that are not shown.
fn hiding(text: &str) -> Option<(Vec<Element>, &str)> {
    let first = text.chars().next()?;
    match first {
        '.' | '?' => {
            let after = text.trim_start_matches(first);
            let count = text.len() - after.len();
            work::step(count);
            match (first, count) {
                ('.', 3) => Some((vec![Element::Gap], after)),
                (_, count) if count % 2 == 0 => Some((vec![Element::Hidden; count / 2], after)),
                _ => None,
            }
        }
        '\u{2026}' => Some((vec![Element::Gap], text.trim_start_matches(first))),
        '*' => Some((vec![Element::Gap], text.trim_start_matches(first))).filter(|_| text.starts_with("**")),
        '[' | '<' | '(' | '{' => {
            let inside = text.get(1..)?;
            let end = inside.bytes().take(LONGEST_REMARK).position(|byte| matches!(byte, b']' | b'>' | b')' | b'}'))?;
            let remark = inside.get(..end)?;
            let is_one = matches!(first, '[' | '<') && HIDING.iter().any(|known| remark.eq_ignore_ascii_case(known));
            (is_one || tells_of_hidden(remark)).then(|| (vec![Element::Gap], inside.get(end + 1..).unwrap_or_default()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{counted, only, read, shown, with_column};
    use crate::work;

    fn said(text: &str) -> (String, &str) {
        let reading = read(text);
        (reading.bytes.notation(), reading.rest)
    }

    #[test]
    fn every_notation() {
        for text in [
            "00A40400",
            "00 a4 04 00 ",
            "00-A4-04-00",
            "00,A4,04,00",
            "00, A4, 04, 00",
            "00:a4:04:00",
            "0x00 0xA4 0x4 0x00",
            "{ 0x00, 0xA4, 0x04, 0x00 }",
            "[0x00,0xA4,0x04,0x0]",
            "(byte)0x00, (byte)0xA4, (byte)0x04, (byte)0x00",
            "\\x00\\xA4\\x04\\x00",
            "00h A4h 04h 00h",
            "0x00A40400",
            "00A4 0400",
            "\"00A40400\"",
        ] {
            assert_eq!(said(text), ("00 A4 04 00".to_owned(), ""), "{text:?}");
        }
    }

    #[test]
    fn bytes_end_where_they_end() {
        assert_eq!(said("00 A4 04 00 : done"), ("00 A4 04 00".to_owned(), ": done"));
        assert_eq!(said("3b:80 \u{E9}"), ("3B 80".to_owned(), "\u{E9}"));
        assert_eq!(said("55 5"), ("55".to_owned(), "5"));
        assert_eq!(said("00-A4-0"), ("00 A4".to_owned(), "-0"));
        assert_eq!(said("9000  datalen=0"), ("90 00".to_owned(), "datalen=0"));
        assert_eq!((shown("90 00 "), shown("90 0x"), shown(" ")), (Some(vec![0x90, 0]), None, None));
        assert_eq!(said("+1"), (String::new(), "+1"));
        assert_eq!(said("[] 90 00"), (String::new(), "[] 90 00"));
    }

    #[test]
    fn what_is_hidden_is_a_wildcard() {
        assert_eq!(said("00 20 00 81 04 XX xx XXXX").0, "00 20 00 81 04 .. .. .. ..");
        assert_eq!(said("00 20 00 81 04 .. .. .. ..").0, "00 20 00 81 04 .. .. .. ..");
        assert_eq!(said("0020008104........").0, "00 20 00 81 04 .. .. .. ..");
        assert_eq!(said("00 20 00 81 04 31??????").0, "00 20 00 81 04 31 .. .. ..");
        assert_eq!(said("00 20 00 81 04 ?? ??").0, "00 20 00 81 04 .. ..");
        let gaps = [
            "[hidden]",
            "<Redacted>",
            "[...]",
            "****",
            "...",
            "\u{2026}",
            "(PIN hidden)",
            "{masked}",
            "<4 bytes removed>",
        ];
        for gap in gaps {
            assert_eq!(said(&format!("00200081 04{gap}")), ("00 20 00 81 04 **".to_owned(), ""), "{gap}");
        }
    }

    #[test]
    fn a_column_of_text_is_no_bytes() {
        for text in [
            "00 B0 00 00 20                                      ....",
            "00 A4 04 00 07 62 76 01 FF 00 00 00 .....bv.....",
            "41 42 43 44  ABCD",
            "41 42 20 43  |AB C|",
            "90 00 ..",
            "6A 82 j.",
            "20 41 42   AB",
            "c3 a9 90 00  \u{FFFD}\u{FFFD}..",
            "00 20 00 81 04 31 32 33 34                        .........",
        ] {
            let reading = read(text);
            assert_eq!((reading.rest, reading.doubt), ("", None), "{text}");
            assert!(text.to_uppercase().starts_with(&reading.bytes.notation()), "{text}: {}", reading.bytes.notation());
        }
        assert_eq!(said("41 42 43 44  AB").0, "41 42 43 44 AB", "that is no text of four bytes");
        assert_eq!(said("00 20 20 81 04 .. ..").0, "00 20 20 81 04 .. ..");
        let doubtful = read("34 31 41");
        assert_eq!((doubtful.bytes.notation().as_str(), doubtful.doubt), ("34 31 41", Some(super::TEXT_OR_BYTES)));
        assert!(only("34 31 41").is_none());
        assert_eq!(read("7F 00 00     ..").doubt, Some(super::TEXT_THAT_FITS_NOT));
        assert_eq!(read("30 30 7F 7B 00 47      00....{..G").doubt, Some(super::TEXT_THAT_FITS_NOT));
        let doubts = ["0x00 0xA 0x14", "0x0 0xA 0x14", "0x00 0x0A 0x14"].map(|text| read(text).doubt);
        assert_eq!(doubts, [Some(super::DIGIT_MISSING), None, None]);
        assert_eq!(read("xx69, 0x85").doubt, Some(super::SIGN_DAMAGED));
        assert_eq!(read("XX69 85").doubt, None);
        let doubts = ["[0, -92, 04]", "00,-92", "00 -A4", "00-A4", "00 - A4", "00 A4 -"].map(|text| read(text).doubt);
        assert_eq!(doubts, [None, Some(super::SIGNED), Some(super::SIGNED), None, None, None]);
        assert_eq!(read("[00, -92, 04]").doubt, Some(super::SIGNED));
    }

    #[test]
    fn a_count_tells_bytes_from_text() {
        let row = |text, count| counted(text, count).map(|bytes| bytes.notation());
        assert_eq!(row("34 31 41", 2).as_deref(), Some("34 31"));
        assert_eq!(row("34 31 41", 3).as_deref(), Some("34 31 41"));
        assert_eq!(row("00 A4 04 00 00 .....", 5).as_deref(), Some("00 A4 04 00 00"));
        assert_eq!(row("00 A4 04 00 00 .....", 4), None, "a byte would be lost");
        assert_eq!(row("00 A4 04 0", 4), None);
    }

    #[test]
    fn a_row_that_always_has_a_column() {
        let row = |text| with_column(text).map(|(bytes, has_column)| (bytes.notation(), has_column));
        assert_eq!(row("34 31 41"), Some(("34 31".to_owned(), true)));
        assert_eq!(row("61 11 4F"), Some(("61 11 4F".to_owned(), false)));
        assert_eq!((row("61 11 4"), row("be careful")), (None, None));
    }

    #[test]
    fn reading_takes_steps_by_the_length_of_the_text_only() {
        for piece in ["33 33 20 ", "33 ", "00", ".. ", "..", "20 ", "* ", "? ", "[hidden", "0x", "00,-"] {
            work::assert_linear(1_000, |size| {
                let text = piece.repeat(size);
                work::step(text.len());
                read(&text);
                read(&format!("{text}{}", "33 ".repeat(size)));
            });
        }
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_notation_are_read_back(
            bytes in proptest::collection::vec(any::<u8>(), 1..60),
            notation in 0usize..8,
            upper: bool,
        ) {
            let (before, between) = [("", " "), ("", "-"), ("", ", "), ("", ":"), ("0x", " "), ("0x", ","), ("", ""), ("\\x", "")][notation];
            let words: Vec<String> = bytes.iter().map(|byte| if upper { format!("{before}{byte:02X}") } else { format!("{before}{byte:02x}") }).collect();
            let text = words.join(between);
            let reading = read(&text);
            prop_assert_eq!(reading.bytes.exact(), Some(bytes));
            prop_assert_eq!(reading.rest, "");
        }

        #[test]
        fn a_column_never_takes_a_byte(bytes in proptest::collection::vec(any::<u8>(), 1..17)) {
            let words: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            let text: String =
                bytes.iter().map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }).collect();
            let row = format!("{:48}  {text}", words.join(" "));
            let reading = read(&row);
            prop_assert_eq!(reading.bytes.exact(), Some(bytes.clone()));
            prop_assert_eq!(reading.rest, "");
            let row = counted(&format!("{} {text}", words.join(" ")), bytes.len()).expect("a row");
            prop_assert_eq!(row.exact(), Some(bytes));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = read(&text);
            let _ = counted(&text, 3);
        }
    }
}
