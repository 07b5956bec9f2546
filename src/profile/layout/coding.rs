//! How one value is coded: its bytes from its datum, and back.

use super::{
    super::{
        said::{Bilingual, counted, said},
        tree::{CardDate, Data},
    },
    special::{self, Choice},
};

/// How a value is written as bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Coding {
    /// Printable ASCII.
    Ascii,
    /// Printable ISO 8859-1.
    Latin1,
    /// ASCII digits.
    Digits,
    /// Two digits a byte, the first in the high half; `F` where digits end early.
    Bcd,
    /// `YYYYMMDD`, with `hhmm` if it has a time; in ASCII, or two digits a byte.
    Date { time: bool, packed: bool },
    /// A big-endian number.
    Number,
    /// One of two byte sequences of the same length.
    Flag { on: Vec<u8>, off: Vec<u8> },
    /// Bytes as they are.
    Blob,
    /// As [`Coding::Bcd`], the first digit behind a mark of four bits.
    Marked { mark: u8 },
    /// An address of 14 bits under two flags.
    Address { flags: u8 },
    /// One of several byte sequences of the same length.
    Choice(Choice),
    /// As [`Coding::Bcd`], with a check digit (Luhn) over the digits that stand before these and these.
    Luhn { behind: String },
}

/// Why a datum cannot be written in a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Unfit {
    /// What is wrong, as the end of a sentence that starts with the key.
    pub(super) message: Bilingual,
    /// What to do.
    pub(super) hint: Bilingual,
}

/// Bytes do not fit the coding of their place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Undecodable;

impl Unfit {
    pub(super) fn new(message: Bilingual, hint: Bilingual) -> Self {
        Self { message, hint }
    }
}

/// The codings by name, in the order of the reference.
pub(super) const NAMES: [&str; 15] = [
    "ascii",
    "latin1",
    "digits",
    "bcd",
    "date8",
    "date12",
    "date8-bcd",
    "date12-bcd",
    "number",
    "flag",
    "blob",
    "marked-bcd",
    "address",
    "choice",
    "luhn-bcd",
];

impl Coding {
    /// The coding of that name. A flag is `01` or `00`, a mark is 0, flags of addresses are 0 and there is nothing to
    /// choose from until the layout says otherwise.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ascii" => Self::Ascii,
            "latin1" => Self::Latin1,
            "digits" => Self::Digits,
            "bcd" => Self::Bcd,
            "date8" => Self::Date { time: false, packed: false },
            "date12" => Self::Date { time: true, packed: false },
            "date8-bcd" => Self::Date { time: false, packed: true },
            "date12-bcd" => Self::Date { time: true, packed: true },
            "number" => Self::Number,
            "flag" => Self::Flag { on: vec![0x01], off: vec![0x00] },
            "blob" => Self::Blob,
            "marked-bcd" => Self::Marked { mark: 0 },
            "address" => Self::Address { flags: 0 },
            "choice" => Self::Choice(Choice::default()),
            "luhn-bcd" => Self::Luhn { behind: String::new() },
            _ => return None,
        })
    }

    /// How many bytes every value has, where the coding itself fixes it.
    pub(super) fn natural_length(&self) -> Option<usize> {
        match self {
            Self::Date { time, packed } => Some((if *time { 12 } else { 8 }) / (if *packed { 2 } else { 1 })),
            Self::Flag { on, .. } => Some(on.len()),
            Self::Address { .. } => Some(2),
            Self::Choice(choice) => Some(choice.length()),
            _ => None,
        }
    }

    /// The byte that fills a place up, where the layout names none.
    pub(super) fn usual_pad(&self) -> u8 {
        match self {
            Self::Ascii | Self::Latin1 | Self::Digits => b' ',
            Self::Date { packed: false, .. } => b'0',
            Self::Date { packed: true, .. } => 0x00,
            Self::Bcd | Self::Luhn { .. } | Self::Number | Self::Flag { .. } | Self::Blob => 0xFF,
            Self::Marked { .. } | Self::Address { .. } | Self::Choice(_) => 0xFF,
        }
    }

    /// Whether a value shorter than its place is padded though the layout names no padding.
    pub(super) fn pads_by_itself(&self) -> bool {
        matches!(self, Self::Ascii | Self::Latin1 | Self::Bcd | Self::Marked { .. })
    }

    /// Whether any value, of any length, may stand in a place of this coding.
    pub(super) fn has_any_length(&self) -> bool {
        !matches!(self, Self::Date { .. } | Self::Flag { .. } | Self::Address { .. } | Self::Choice(_))
    }

    /// The bytes of a datum; a number takes `length` bytes, or as few as it needs.
    pub(super) fn encode(&self, data: &Data, length: Option<usize>) -> Result<Vec<u8>, Unfit> {
        match (self, data) {
            (Self::Ascii, Data::Text(text)) => encode_text(text, "ASCII", |c| (' '..='~').contains(&c)),
            (Self::Latin1, Data::Text(text)) => encode_text(text, "Latin-1", is_latin1),
            (Self::Digits, Data::Text(text)) => digits(text).map(|()| text.as_bytes().to_vec()),
            (Self::Digits, Data::Number(number)) => {
                Ok(format!("{number:0width$}", width = length.unwrap_or(1)).into_bytes())
            }
            (Self::Bcd, Data::Text(text)) => digits(text).map(|()| pack(text)),
            (Self::Date { time, packed }, Data::Date(date)) => encode_date(*date, *time, *packed),
            (Self::Number, Data::Number(number)) => encode_number(*number, length),
            (Self::Flag { on, off }, Data::Flag(flag)) => Ok(if *flag { on.clone() } else { off.clone() }),
            (Self::Blob, Data::Bytes(bytes)) => Ok(bytes.clone()),
            (Self::Marked { mark }, Data::Text(text)) => special::encode_marked(text, *mark),
            (Self::Address { flags }, Data::Bytes(address)) => special::encode_address(address, *flags),
            (Self::Choice(choice), Data::Text(text)) => choice.encode(text),
            (Self::Luhn { behind }, Data::Text(text)) => special::encode_luhn(text, behind),
            (Self::Blob, Data::Text(text)) => super::fields::unhex(text).ok_or_else(|| {
                Unfit::new(
                    said!(en: "is not hexadecimal", fr: "n'est pas de l'hexadécimal"),
                    said!(
                        en: "the layout wants bytes, as hexadecimal digits",
                        fr: "la structure veut des octets, en chiffres hexadécimaux",
                    ),
                )
            }),
            _ => {
                let (found, wanted) = (kind(data), self.wants());
                Err(Unfit::new(
                    said!(
                        with found, wanted;
                        en: "is {found}, but the layout codes it as {wanted}",
                        fr: "est {found}, mais la structure y code {wanted}",
                    ),
                    said!(
                        en: "the layout's coding and the kind of this key must agree",
                        fr: "le codage de la structure et le type de cette clé doivent s'accorder",
                    ),
                ))
            }
        }
    }

    /// The datum of bytes from which padding has been taken.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Data, Undecodable> {
        let ascii = || std::str::from_utf8(bytes).map_err(|_| Undecodable);
        match self {
            Self::Ascii if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) => Ok(Data::Text(ascii()?.into())),
            Self::Latin1 if bytes.iter().all(|&byte| is_latin1(char::from(byte))) => {
                Ok(Data::Text(bytes.iter().map(|&byte| char::from(byte)).collect()))
            }
            Self::Digits if bytes.iter().all(u8::is_ascii_digit) => Ok(Data::Text(ascii()?.into())),
            Self::Bcd => unpack(bytes).map(Data::Text).ok_or(Undecodable),
            Self::Date { time, packed: false } if bytes.iter().all(u8::is_ascii_digit) => decode_date(ascii()?, *time),
            Self::Date { time, packed: true } => decode_date(&unpack(bytes).ok_or(Undecodable)?, *time),
            Self::Number if (1..=8).contains(&bytes.len()) => {
                Ok(Data::Number(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))))
            }
            Self::Flag { on, .. } if bytes == on => Ok(Data::Flag(true)),
            Self::Flag { off, .. } if bytes == off => Ok(Data::Flag(false)),
            Self::Blob => Ok(Data::Bytes(bytes.to_vec())),
            Self::Marked { mark } => special::decode_marked(bytes, *mark),
            Self::Address { flags } => special::decode_address(bytes, *flags),
            Self::Choice(choice) => choice.decode(bytes),
            Self::Luhn { behind } => special::decode_luhn(bytes, behind),
            _ => Err(Undecodable),
        }
    }

    /// What a datum must be.
    fn wants(&self) -> Bilingual {
        match self {
            Self::Ascii | Self::Latin1 | Self::Digits | Self::Bcd | Self::Luhn { .. } => text_kind(),
            Self::Marked { .. } | Self::Choice(_) => text_kind(),
            Self::Date { .. } => said!(en: "a date", fr: "une date"),
            Self::Number => said!(en: "a number", fr: "un nombre"),
            Self::Flag { .. } => said!(en: "true or false", fr: "true ou false"),
            Self::Blob | Self::Address { .. } => said!(en: "bytes", fr: "des octets"),
        }
    }
}

/// What a datum is, in words.
fn kind(data: &Data) -> Bilingual {
    match data {
        Data::Text(_) => text_kind(),
        Data::Number(_) => said!(en: "a number", fr: "un nombre"),
        Data::Flag(_) => said!(en: "true or false", fr: "true ou false"),
        Data::Date(_) => said!(en: "a date", fr: "une date"),
        Data::Bytes(_) => said!(en: "bytes", fr: "des octets"),
        Data::List(_) => said!(en: "a list", fr: "une liste"),
        Data::Table(_) => said!(en: "a table", fr: "une table"),
    }
}

fn text_kind() -> Bilingual {
    said!(en: "text", fr: "un texte")
}

/// A datum as a person reads it.
pub(super) fn show(data: &Data) -> String {
    match data {
        Data::Text(text) => text.clone(),
        Data::Number(number) => number.to_string(),
        Data::Flag(flag) => flag.to_string(),
        Data::Date(date) => date.to_string(),
        Data::Bytes(bytes) => show_bytes(bytes),
        Data::List(_) | Data::Table(_) => String::new(),
    }
}

/// Bytes as a person reads them, the first 32 of them.
pub(super) fn show_bytes(bytes: &[u8]) -> String {
    const MOST: usize = 32;
    let shown = hex::encode_upper(bytes.get(..MOST).unwrap_or(bytes));
    if bytes.len() > MOST { format!("{shown}... ({} bytes)", bytes.len()) } else { shown }
}

fn is_latin1(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{A0}'..='\u{FF}')
}

fn encode_text(text: &str, coding: &str, fits: impl Fn(char) -> bool) -> Result<Vec<u8>, Unfit> {
    let byte = |character: char| match u8::try_from(u32::from(character)) {
        Ok(byte) if fits(character) => Ok(byte),
        _ => {
            let sign = character.escape_debug();
            let message = said!(
                en: "holds {character:?}, which this chip cannot: its place is coded in {coding}",
                fr: "contient « {sign} », impossible sur cette puce : sa place est codée en {coding}",
            );
            Err(Unfit::new(message, instead_of(character)))
        }
    };
    text.chars().map(byte).collect()
}

/// What people write where a chip lacks a character.
fn instead_of(character: char) -> Bilingual {
    let instead = match character {
        'Œ' => "OE",
        'œ' => "oe",
        'Æ' => "AE",
        'æ' => "ae",
        '’' | '‘' => "'",
        '–' | '—' => "-",
        'Ÿ' => "Y",
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' => {
            return said!(en: "write the letter without its accent", fr: "écrire la lettre sans accent");
        }
        _ => return said!(en: "write it with letters from A to Z", fr: "l'écrire avec des lettres de A à Z"),
    };
    said!(en: "write {instead}", fr: "écrire {instead}")
}

pub(super) fn digits(text: &str) -> Result<(), Unfit> {
    match text.chars().find(|character| !character.is_ascii_digit()) {
        None => Ok(()),
        Some(other) => {
            let sign = other.escape_debug();
            let message = said!(
                en: "holds {other:?}, but its place on this chip takes digits only",
                fr: "contient « {sign} », mais sa place sur cette puce ne prend que des chiffres",
            );
            Err(Unfit::new(message, said!(en: "write digits only", fr: "n'écrire que des chiffres")))
        }
    }
}

/// Two digits a byte; a last digit alone is followed by `F`.
pub(super) fn pack(digits: &str) -> Vec<u8> {
    let nibble = |byte: &u8| byte & 0x0F;
    let pair = |pair: &[u8]| pair.first().map_or(0xF, nibble) << 4 | pair.get(1).map_or(0xF, nibble);
    digits.as_bytes().chunks(2).map(pair).collect()
}

/// The digits of packed bytes, without the `F` at their end.
pub(super) fn unpack(bytes: &[u8]) -> Option<String> {
    let text = hex::encode_upper(bytes);
    let digits = text.trim_end_matches('F');
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.to_owned())
}

fn encode_number(number: u64, length: Option<usize>) -> Result<Vec<u8>, Unfit> {
    let bytes = number.to_be_bytes();
    let needed = 8 - bytes.iter().take(7).take_while(|&&byte| byte == 0).count();
    let length = length.unwrap_or(needed).min(8);
    if needed > length {
        let bytes = counted(length, "byte", "octet");
        let message = said!(
            with bytes;
            en: "is {number}, too large for {bytes}",
            fr: "vaut {number}, trop grand pour {bytes}",
        );
        return Err(Unfit::new(message, said!(en: "use a smaller number", fr: "prendre un nombre plus petit")));
    }
    Ok(bytes[8 - length..].to_vec())
}

fn encode_date(date: CardDate, time: bool, packed: bool) -> Result<Vec<u8>, Unfit> {
    let CardDate { year, month, day, hour, minute } = date;
    if !(1..=9999).contains(&year) || !(1..=99).contains(&month) || !(1..=99).contains(&day) {
        let message =
            said!(en: "is {date}, which no chip can hold", fr: "vaut {date}, qu'aucune puce ne peut contenir");
        let hint = said!(
            en: "years have 4 digits, months and days 2",
            fr: "les années ont 4 chiffres, les mois et les jours 2",
        );
        return Err(Unfit::new(message, hint));
    }
    if !time && (hour, minute) != (0, 0) {
        let message = said!(
            en: "has a time of day, but its place on this chip keeps none",
            fr: "a une heure, mais sa place sur cette puce n'en garde pas",
        );
        return Err(Unfit::new(message, said!(en: "write the date only", fr: "écrire la date seule")));
    }
    let mut text = format!("{year:04}{month:02}{day:02}");
    if time {
        text += &format!("{hour:02}{minute:02}");
    }
    Ok(if packed { pack(&text) } else { text.into_bytes() })
}

fn decode_date(digits: &str, time: bool) -> Result<Data, Undecodable> {
    if digits.len() != if time { 12 } else { 8 } {
        return Err(Undecodable);
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u8>().ok()).unwrap_or(0);
    let year = u16::from(part(0, 2)) * 100 + u16::from(part(2, 4));
    let date = CardDate { year, month: part(4, 6), day: part(6, 8), hour: part(8, 10), minute: part(10, 12) };
    let sound = date.year > 0 && date.month > 0 && date.day > 0 && date.hour < 24 && date.minute < 60;
    if sound { Ok(Data::Date(date)) } else { Err(Undecodable) }
}

#[cfg(test)]
mod tests {
    use super::{Coding, NAMES};
    use crate::profile::tree::{CardDate, Data};
    use hex_literal::hex;
    use proptest::prelude::*;

    fn coding(name: &str) -> Coding {
        Coding::named(name).expect("a coding's name")
    }

    const DATE: CardDate = CardDate { year: 1962, month: 19, day: 4, hour: 0, minute: 0 };

    #[test]
    fn each_coding_writes_what_its_name_says() {
        let text = |text: &str| Data::Text(text.into());
        for (name, data, length, bytes) in [
            ("ascii", text("DUPONT"), None, &b"DUPONT"[..]),
            ("latin1", text("Zoé"), None, &hex!("5A 6F E9")),
            ("digits", text("0349"), None, b"0349"),
            ("digits", Data::Number(7), Some(3), b"007"),
            ("bcd", text("12345"), None, &hex!("12 34 5F")),
            ("date8", Data::Date(DATE), None, b"19621904"),
            ("date12", Data::Date(DATE), None, b"196219040000"),
            ("date8-bcd", Data::Date(DATE), None, &hex!("19 62 19 04")),
            ("date12-bcd", Data::Date(DATE), None, &hex!("19 62 19 04 00 00")),
            ("number", Data::Number(0x1234), None, &hex!("12 34")),
            ("number", Data::Number(5), Some(3), &hex!("00 00 05")),
            ("flag", Data::Flag(true), None, &hex!("01")),
            ("blob", Data::Bytes(vec![0xAB]), None, &hex!("AB")),
            ("blob", text("AB CD"), None, &hex!("AB CD")),
        ] {
            assert_eq!(coding(name).encode(&data, length).as_deref(), Ok(bytes), "{name}");
        }
    }

    #[test]
    fn what_a_chip_cannot_hold_is_refused_and_says_what_to_write() {
        let refusal = |name, data: Data| coding(name).encode(&data, None).expect_err("a refusal");
        let ligature = refusal("latin1", Data::Text("Œuvrard".into()));
        assert_eq!(ligature.message, "holds 'Œ', which this chip cannot: its place is coded in Latin-1");
        assert_eq!(ligature.hint, "write OE");
        assert_eq!(refusal("ascii", Data::Text("Zoé".into())).hint, "write the letter without its accent");
        assert!(refusal("digits", Data::Text("2A".into())).message.contains("digits only"));
        assert!(refusal("date8", Data::Date(CardDate { hour: 8, ..DATE })).message.contains("time of day"));
        assert!(refusal("date8", Data::Text("19621904".into())).message.contains("is text"));
    }

    #[test]
    fn bytes_that_do_not_fit_are_not_explained_away() {
        for (name, bytes) in [
            ("ascii", &hex!("E9")[..]),
            ("latin1", &hex!("1B")),
            ("digits", b"12A"),
            ("bcd", &hex!("1F 23")),
            ("date8", b"19620004"),
            ("date12", b"196219042460"),
            ("number", &[]),
            ("number", &[0; 9]),
            ("flag", &hex!("02")),
        ] {
            assert!(coding(name).decode(bytes).is_err(), "{name} {bytes:02X?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_decoded_codes_back_to_the_same_bytes(
            name in proptest::sample::select(&NAMES[..]),
            bytes in proptest::collection::vec(any::<u8>(), 0..14),
        ) {
            let coding = coding(name);
            if let Ok(data) = coding.decode(&bytes) {
                let again = coding.encode(&data, Some(bytes.len()));
                let odd_padding = name.ends_with("bcd") && bytes.last() == Some(&0xFF);
                prop_assert!(odd_padding || again.as_deref() == Ok(&bytes[..]), "{data:?} {again:?}");
            }
        }
    }
}
