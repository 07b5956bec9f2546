//! The ways in which a value may be written: what the last look looks for.
//!
//! A way that is short occurs by chance and is left out: fewer than 4 characters or bytes, or than 6 digits where
//! digits are packed two in a byte.

use std::collections::BTreeSet;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

use super::codes::Presented;
use crate::profile::nir::Nir;

/// The shortest text or run of bytes that is looked for.
pub(super) const SHORTEST: usize = 4;

/// The fewest digits that are looked for in half bytes.
const FEWEST_DIGITS: usize = 6;

/// The fewest digits of a code.
const FEWEST_CODE: usize = 4;

/// The fewest digits of a value that is no code and is looked for in a byte each.
const FEWEST_IN_BYTES: usize = 8;

/// The lowest number that is looked for as such: a lower one has fewer than three bytes.
const LOWEST_NUMBER: u64 = 1 << 16;

/// The upper half of a byte with a digit of EBCDIC, or of a zoned decimal.
const ZONE: u8 = 0xF0;

/// What begins a text in UTF-16, whichever byte of a letter comes first.
const UTF_16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

/// How many different digits a code has at least that is looked for in bytes below ten.
const FEWEST_DIFFERENT: usize = 3;

/// The length of a NIR, and of its key.
const NIR: usize = 13;
const KEY: usize = 2;

/// Letters with what stands in for them where a coding has no accents.
const PLAIN: [(&str, &str); 11] = [
    ("àáâãäå", "a"),
    ("ç", "c"),
    ("èéêë", "e"),
    ("ìíîï", "i"),
    ("ñ", "n"),
    ("òóôõöø", "o"),
    ("ùúûü", "u"),
    ("ýÿ", "y"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ß", "ss"),
];

/// Ways to write a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// As bytes, which are found whatever the case of their ASCII letters is; those are small here.
    pub(super) bytes: BTreeSet<Vec<u8>>,
    /// As bytes that are found just so.
    pub(super) exact: BTreeSet<Vec<u8>>,
    /// As half bytes, in hexadecimal.
    pub(super) digits: BTreeSet<Vec<u8>>,
    /// As letters and digits, between any two of which one sign may stand. Their letters are small here.
    pub(super) parted: BTreeSet<Vec<u8>>,
}

impl Ways {
    /// Of a value as people read it, and as it was coded.
    pub(super) fn of(value: &str, raw: &[u8]) -> Self {
        let mut ways = Self::default();
        ways.add_bytes(raw);
        let dump = hex::decode(value.split("...").next().unwrap_or_default()).unwrap_or_default();
        if !dump.is_empty() && raw.starts_with(&dump) && value.contains(char::is_alphabetic) {
            // Bytes that are shown as such, or the first of them, are no text; packed digits are.
            ways.add_bytes(hex::encode(raw).as_bytes());
            ways.add_base64(raw);
            return ways;
        }
        for text in texts(value) {
            ways.add_text(&text);
        }
        ways
    }

    /// Of what a command presented: a code as it was sent, without what fills it up, and each of two.
    pub(super) fn of_presented(presented: &Presented) -> Self {
        let mut ways = Self::default();
        for presented_code in presented.codes() {
            // A zero may be a packed one.
            for filling in [&[0xFF][..], &[0x00, 0xFF]] {
                let end = presented_code.iter().rposition(|byte| !filling.contains(byte)).map_or(0, |last| last + 1);
                let code = presented_code.get(..end).unwrap_or_default();
                ways.add_coded(code);
                if let Some(narrow) = narrow(code) {
                    ways.add_letters(&narrow);
                    digits_of_code(narrow.as_bytes(), false).iter().for_each(|digits| ways.add_code(digits));
                }
                if let Ok(text) = str::from_utf8(code) {
                    ways.add_letters(text);
                }
                // Two letters that are no part of a longer text may be four packed digits, as in 3031.
                let is_alone = code.len() < FEWEST_CODE
                    && (code.len() < presented_code.len() || presented_code.len() == presented.bytes.len());
                digits_of_code(code, is_alone).iter().for_each(|digits| ways.add_code(digits));
            }
        }
        ways
    }

    /// All that others have as well is left out.
    pub(super) fn without(mut self, others: &Self) -> Self {
        self.bytes.retain(|way| !others.bytes.contains(way));
        self.exact.retain(|way| !others.exact.contains(way));
        self.digits.retain(|way| !others.digits.contains(way));
        self.parted.retain(|way| !others.parted.contains(way));
        self
    }

    /// Adds those of another value.
    pub(super) fn extend(&mut self, other: Self) {
        self.bytes.extend(other.bytes);
        self.exact.extend(other.exact);
        self.digits.extend(other.digits);
        self.parted.extend(other.parted);
    }

    fn add_text(&mut self, text: &str) {
        if text.chars().count() < SHORTEST {
            return;
        }
        let latin_1: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
        let utf_16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let codings =
            [Some(text.as_bytes().to_vec()), latin_1, Some(utf_16(u16::to_le_bytes)), Some(utf_16(u16::to_be_bytes))];
        for bytes in codings.into_iter().flatten() {
            self.add_bytes(&bytes);
            self.add_bytes(hex::encode(&bytes).as_bytes());
            self.add_base64(&bytes);
        }
        self.add_digits(&text.chars().filter(char::is_ascii_alphanumeric).collect::<String>());
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() >= SHORTEST && says_something(bytes) {
            self.bytes.insert(bytes.to_ascii_lowercase());
        }
    }

    /// Digits as half bytes. Letters of hexadecimal may be among them, as in the NIR of a Corsican.
    fn add_digits(&mut self, digits: &str) {
        let are_packed =
            digits.bytes().all(|digit| digit.is_ascii_hexdigit()) && !digits.starts_with(char::is_alphabetic);
        let numbers = digits.bytes().filter(u8::is_ascii_digit).count();
        let says_something = digits.bytes().any(|digit| digit != b'0');
        if are_packed && numbers >= FEWEST_DIGITS && digits.len() - numbers <= 1 && says_something {
            self.digits.insert(digits.to_ascii_uppercase().into_bytes());
        }
        if numbers == digits.len() && numbers >= FEWEST_IN_BYTES && says_something {
            self.add_binary(digits);
            self.add_zoned(digits);
        }
    }

    /// The digits of a code, from the first on and from the last on, and the number that they are.
    fn add_code(&mut self, digits: &str) {
        self.add_number(digits);
        self.add_row(digits);
        self.add_row(&digits.chars().rev().collect::<String>());
    }

    /// A code of letters, or of letters and digits, from the first on and from the last on.
    fn add_letters(&mut self, text: &str) {
        let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
        if text.contains(char::is_control) || !text.contains(char::is_alphabetic) {
            return;
        }
        for text in [text.to_owned(), text.chars().rev().collect()] {
            for text in [text.to_uppercase(), text.to_lowercase(), text] {
                self.add_text(&text);
                self.add_parted(&text);
            }
        }
    }

    /// Bytes as they were sent, and as hexadecimal digits or base64 of them.
    fn add_coded(&mut self, bytes: &[u8]) {
        self.add_bytes(bytes);
        if bytes.len() >= SHORTEST && says_something(bytes) {
            self.add_bytes(hex::encode(bytes).as_bytes());
            self.add_base64(bytes);
        }
    }

    /// A code as letters and digits between which signs may stand, and as hexadecimal digits of those.
    fn add_parted(&mut self, text: &str) {
        let letters = compact(text);
        if letters.chars().count() >= FEWEST_CODE {
            self.parted.insert(hex::encode(&letters).into_bytes());
            self.parted.insert(letters.to_ascii_lowercase().into_bytes());
        }
    }

    /// A row of digits: as text, also with signs between them or with each byte turned round, packed, in bytes below
    /// ten, in zoned decimals. A short one that is packed is looked for with what fills it up.
    fn add_row(&mut self, digits: &str) {
        self.add_bytes(digits.as_bytes());
        self.add_digits(digits);
        self.add_binary(digits);
        let says_something = digits.bytes().any(|digit| digit != b'0');
        if says_something {
            self.add_bytes(&digits.bytes().map(|digit| digit.rotate_left(4)).collect::<Vec<_>>());
            self.add_zoned(digits);
            let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("{digits}F") };
            self.add_base64(&hex::decode(even).unwrap_or_default());
        }
        if says_something && digits.len() >= FEWEST_CODE {
            self.add_text(digits);
            self.add_parted(digits);
        }
        if says_something && (FEWEST_CODE..FEWEST_DIGITS).contains(&digits.len()) {
            let packed = hex::decode(format!("{digits:F<8}")).unwrap_or_default();
            self.add_bytes(&packed);
            self.add_bytes(hex::decode(format!("2{}{digits:F<6}", digits.len())).unwrap_or_default().as_slice());
        }
    }

    /// Digits as bytes below ten. What has few different ones, or counts up as the numbers of records do, occurs by
    /// chance.
    fn add_binary(&mut self, digits: &str) {
        let bytes: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
        let different = bytes.iter().filter(|&&digit| digit != 0).collect::<BTreeSet<_>>().len();
        let counts_up = bytes.is_sorted_by(|one, next| one + 1 == *next);
        if different >= FEWEST_DIFFERENT && !counts_up {
            self.add_bytes(&bytes);
        }
    }

    /// Digits as zoned decimals, which EBCDIC has as well: `F1` is 1.
    fn add_zoned(&mut self, digits: &str) {
        self.add_bytes(&digits.bytes().map(|digit| ZONE | (digit & 0x0F)).collect::<Vec<_>>());
    }

    /// Digits as one number, with its first byte first or last.
    fn add_number(&mut self, digits: &str) {
        let Some(number) = digits.parse::<u64>().ok().filter(|&number| number >= LOWEST_NUMBER) else { return };
        let bytes = number.to_be_bytes();
        let bytes = bytes.get(number.leading_zeros() as usize / 8..).unwrap_or_default();
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        self.digits.extend([bytes, &reversed].map(|bytes| hex::encode_upper(bytes).into_bytes()));
    }

    /// In base64 a value looks otherwise at each of three places, and its ends depend on what stands beside it.
    fn add_base64(&mut self, bytes: &[u8]) {
        for before in 0..3 {
            let padded = [&vec![0; before][..], bytes].concat();
            let (first, last) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            for text in [Base64Unpadded::encode_string(&padded), Base64UrlUnpadded::encode_string(&padded)] {
                let way = text.as_bytes().get(first..last).filter(|way| way.len() >= SHORTEST);
                self.exact.extend(way.map(<[u8]>::to_vec));
            }
        }
    }
}

/// Whether bytes are more than what fills a place up.
fn says_something(bytes: &[u8]) -> bool {
    bytes.iter().any(|&byte| !matches!(byte, 0x00 | 0xFF | b' ' | b'0'))
}

/// A code in UTF-16, with or without a mark and its last zero, in letters of one byte.
fn narrow(code: &[u8]) -> Option<String> {
    let is_marked = UTF_16_MARKS.iter().any(|mark| code.starts_with(mark));
    let letters = code.get(if is_marked { UTF_16_MARKS[0].len() } else { 0 }..)?;
    let narrow = |first: usize| {
        let is_utf_16 = letters.iter().enumerate().all(|(at, &byte)| (at % 2 == first) == (byte != 0));
        is_utf_16.then(|| letters.iter().skip(first).step_by(2).map(|&byte| char::from(byte)).collect())
    };
    narrow(0).or_else(|| narrow(1)).filter(|narrow: &String| narrow.len() >= FEWEST_CODE)
}

/// The digits that a code may be, however it has them: as text, packed, in bytes below ten, in zoned decimals, in a
/// block, or as text among other bytes. Letters of digits that stand beside others are not taken for packed ones.
fn digits_of_code(code: &[u8], is_alone: bool) -> BTreeSet<String> {
    let text = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
    let is_text = code.iter().all(u8::is_ascii_digit);
    let runs = code.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() >= FEWEST_CODE).map(text);
    let binary = code.iter().map(|&digit| (digit <= 9).then_some(char::from(b'0' + digit % 10))).collect();
    let zoned =
        code.iter().map(|&digit| matches!(digit, ZONE..=0xF9).then_some(char::from(b'0' + (digit & 0x0F) % 10)));
    let packed = Some(hex::encode(code)).map(|digits| digits.trim_end_matches('f').to_owned());
    let packed = packed.filter(|digits| (!is_text || is_alone) && digits.bytes().all(|digit| digit.is_ascii_digit()));
    let mut found: BTreeSet<String> =
        [binary, zoned.collect(), packed, digits_of_block(code)].into_iter().flatten().collect();
    found.extend(runs);
    found
}

/// The digits of a PIN block of format 2: `2`, how many there are, then the digits (ISO 9564-1, 9.3.4).
fn digits_of_block(block: &[u8]) -> Option<String> {
    let (&control, packed) = block.split_first().filter(|(control, _)| *control >> 4 == 2)?;
    let digits = hex::encode(packed).get(..usize::from(control & 0x0F))?.to_owned();
    digits.bytes().all(|digit| digit.is_ascii_digit()).then_some(digits)
}

/// A value as people and programs write it. What has neither letters nor digits but zeros says nothing.
fn texts(value: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::from([value.to_owned()]);
    texts.extend(numbers(value));
    texts.extend(dates(value));
    texts.retain(|text| text.chars().any(|letter| letter.is_alphanumeric() && letter != '0'));
    let plain: Vec<String> = texts.iter().map(|text| without_accents(text)).collect();
    texts.extend(plain);
    let parted = |text: &String| [text.replace(['-', '\'', '’'], " "), compact(text)];
    let more: Vec<String> = texts.iter().flat_map(parted).collect();
    texts.extend(more);
    let cases = |text: &String| [text.to_uppercase(), text.to_lowercase(), capitalised(text)];
    let cases: Vec<String> = texts.iter().flat_map(cases).collect();
    texts.extend(cases);
    texts
}

/// A NIR without its key, in one piece and in the groups in which people write it, whether or not the key is right.
fn numbers(value: &str) -> Vec<String> {
    let compact = compact(value);
    let number = compact.get(..NIR).filter(|_| compact.len() == NIR || compact.len() == NIR + KEY);
    let Some(Ok(nir)) = number.map(Nir::read) else { return Vec::new() };
    let mut grouped = nir.to_string();
    grouped.truncate(grouped.len().saturating_sub(1 + KEY));
    vec![nir.number().to_owned(), nir.as_str().to_owned(), grouped]
}

/// `1985-12-19` in the orders and with the signs that are used in France.
fn dates(value: &str) -> Vec<String> {
    let parts: Vec<&str> = value.get(..10).unwrap_or_default().split('-').collect();
    let is_number = |part: &&str| part.bytes().all(|digit| digit.is_ascii_digit());
    let [year, month, day] = parts[..] else { return Vec::new() };
    if ![year, month, day].iter().all(is_number) || [year.len(), month.len(), day.len()] != [4, 2, 2] {
        return Vec::new();
    }
    let signs = ["", "/", "-", ".", " "];
    signs.iter().flat_map(|sign| [[year, month, day].join(sign), [day, month, year].join(sign)]).collect()
}

/// Without blanks and signs between the parts of a name or of a number.
fn compact(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// `Jean-Pierre`.
fn capitalised(text: &str) -> String {
    let mut begins = true;
    let mut capitalised = String::new();
    for letter in text.chars() {
        match begins {
            true => capitalised.extend(letter.to_uppercase()),
            false => capitalised.extend(letter.to_lowercase()),
        }
        begins = !letter.is_alphabetic();
    }
    capitalised
}

/// In small letters, without accents.
fn without_accents(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match PLAIN.iter().find(|(accented, _)| accented.contains(letter)) {
            Some((_, letters)) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Presented, Ways};

    fn of_code(bytes: &[u8]) -> Ways {
        Ways::of_presented(&Presented { bytes: bytes.to_vec(), may_be_two: false })
    }

    fn has(ways: &Ways, way: &[u8]) -> bool {
        let small = way.to_ascii_lowercase();
        let is_text = ways.bytes.contains(&small) || ways.parted.contains(&small);
        is_text || ways.exact.contains(way) || ways.digits.contains(way)
    }

    #[test]
    fn a_name_is_written_in_many_ways() {
        let ways = Ways::of("HÉLÈNE-MARIE", b"H\xC9L\xC8NE-MARIE");
        let written = [
            &b"H\xC9L\xC8NE-MARIE"[..],
            "Hélène-Marie".as_bytes(),
            b"HELENE-MARIE",
            b"helene marie",
            b"H\0E\0L\0E\0N\0E\0-\0M\0A\0R\0I\0E\0",
            b"\0h\0e\0l\0e\0n\0e\0m\0a\0r\0i\0e",
            b"48454c454e45",
        ];
        for way in &written[..6] {
            assert!(has(&ways, way), "{}", way.escape_ascii());
        }
        assert!(ways.bytes.iter().any(|way| way.starts_with(written[6])), "in hexadecimal");
        // HELENE-MARIE behind no, one and two other bytes.
        for base64 in [&b"SEVMRU5FLU1BUklF"[..], b"hFTEVORS1NQVJJR", b"IRUxFTkUtTUFSSU"] {
            assert!(ways.exact.contains(base64), "{}", base64.escape_ascii());
        }
        assert!(has(&Ways::of("Lætitia", b""), b"LAETITIA"));
        assert!(has(&Ways::of("ZOÉ-ÉLÉONORE", b""), "Zoé-Éléonore".as_bytes()), "as people write it");
        assert!(has(&Ways::of("LÉON", b""), b"leon"), "the shortest that is looked for");
    }

    #[test]
    fn a_number_is_written_with_its_key_and_without() {
        for value in ["2 85 19 75 999 002 84", "285197599900284", "2851975999002"] {
            let ways = Ways::of(value, b"");
            for way in [&b"2851975999002"[..], b"2 85 19 75 999 002"] {
                assert!(has(&ways, way), "{value}: {}", way.escape_ascii());
            }
            assert!(ways.digits.contains(&b"2851975999002"[..]), "{value}");
        }
        assert!(Ways::of("1 85 19 2A 999 001 37", b"").digits.contains(&b"185192A999001"[..]), "of a Corsican");
    }

    #[test]
    fn a_date_is_written_in_both_orders() {
        let ways = Ways::of("1985-19-07", b"19851907");
        for way in [&b"19851907"[..], b"07191985", b"07/19/1985", b"1985/19/07", b"1985-19-07"] {
            assert!(has(&ways, way), "{}", way.escape_ascii());
        }
        assert!(ways.digits.contains(&b"07191985"[..]));
        assert!(!has(&Ways::of("ABCD-EF-GH", b""), b"GH-EF-ABCD"), "what is no number is no date");
    }

    #[test]
    fn a_code_is_written_without_what_fills_it_up() {
        for block in [&b"123456\xFF\xFF"[..], b"\x26\x12\x34\x56\xFF\xFF\xFF\xFF", b"123456987654"] {
            let ways = of_code(block);
            assert!(has(&ways, b"123456"), "{}: {ways:?}", block.escape_ascii());
            assert!(ways.digits.contains(&b"123456"[..]), "{}", block.escape_ascii());
        }
        for code in [&b"9876"[..], b"\x09\x08\x07\x06", b"\x24\x98\x76\xFF"] {
            let ways = of_code(code);
            assert!(has(&ways, b"9876") && has(&ways, b"\x09\x08\x07\x06"), "{}", code.escape_ascii());
        }
        assert!(!has(&of_code(b"1234"), b"\x01\x02\x03\x04"), "who counts tells no code");
        assert!(!has(&of_code(b"1000"), b"\x01\0\0\0"), "as lengths are");
        assert!(has(&of_code(b"\x30\x31"), b"3031"), "packed, they look like letters");
        assert!(has(&of_code(b"\x30\x31\xFF\xFF"), b"3031"));
        assert!(!has(&of_code(b"0142"), b"3031"), "letters of a longer text are not packed");
        let short = of_code(b"1234");
        assert!(has(&short, b"1234") && short.digits.is_empty(), "packed, four digits are two bytes");
        for way in [&b"1\x002\x003\x004\0"[..], b"\x001\x002\x003\x004", b"31323334"] {
            assert!(has(&short, way), "{}", way.escape_ascii());
        }
        assert!(short.exact.contains(&b"MTIzN"[..]), "base64");
    }

    #[test]
    fn packed_digits_are_text_and_other_bytes_are_not() {
        assert!(has(&Ways::of("0199009999", b"\x01\x99\x00\x99\x99"), b"0199009999"));
        let bytes = Ways::of("01AB", b"\x01\xAB");
        assert_eq!(bytes.bytes, [b"01ab".to_vec()].into(), "what it is shown as, and no text");
    }

    #[test]
    fn only_digits_are_packed() {
        for text in ["A1234567", "1234567G", "123456AB", "12345"] {
            assert!(Ways::of(text, b"").digits.is_empty(), "{text}");
        }
        assert!(Ways::of("123456A", b"").digits.contains(&b"123456A"[..]));
    }

    #[test]
    fn what_says_nothing_is_not_looked_for() {
        for nothing in [
            Ways::of("", b""),
            Ways::of("0000-00-00", b"00000000"),
            Ways::of("LE", b"\0\0\0\0"),
            Ways::of("ÉVE", b"\xC9VE"),
            of_code(b"0000"),
        ] {
            let empty = nothing.bytes.is_empty() && nothing.exact.is_empty() && nothing.digits.is_empty();
            assert!(empty, "{nothing:?}");
        }
    }
}
