//! Reading one value as its key wants it.

use std::{ops::Range, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::{Atr, AtrError};

use super::{Choice, Kind, Language};
use crate::profile::{
    card_mistake::CardMistake,
    dates,
    diagnostic::Source,
    nir::{Nir, NirError},
    said::{Bilingual, said},
    tree::Data,
    written::{Value, Written, flag_word},
};

/// The characters of a code whose key does not say which.
const CODE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What is wrong with a value.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::profile) struct Wrong {
    message: Bilingual,
    label: Bilingual,
    hint: Option<Bilingual>,
    /// Which bytes of the text are wrong, if not all of them.
    part: Option<Range<usize>>,
}

impl Wrong {
    pub(super) fn new(message: Bilingual) -> Self {
        Self { message, ..Self::default() }
    }

    pub(super) fn label(self, label: Bilingual) -> Self {
        Self { label, ..self }
    }

    pub(super) fn hint(self, hint: Bilingual) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Says what to do, where nothing better is known.
    pub(in crate::profile) fn or_hint(mut self, hint: impl FnOnce() -> Bilingual) -> Self {
        self.hint = self.hint.or_else(|| Some(hint()));
        self
    }

    /// That these bytes of the text are wrong, and not all of them.
    pub(super) fn at_part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    /// What is wrong, in one line.
    pub(in crate::profile) fn message(&self) -> &Bilingual {
        &self.message
    }

    /// What is wrong, with what a mistake would have at its arrow.
    pub(super) fn in_words(self) -> Bilingual {
        let Self { message, label, .. } = self;
        if label.is_empty() {
            return message;
        }
        said!(with message, label; en: "{message}: {label}", fr: "{message} : {label}")
    }

    /// The mistake, where it was written.
    pub(in crate::profile) fn at(self, written: &Written, source: &Arc<Source>) -> CardMistake {
        let span = self.part.as_ref().and_then(|part| part_of(written, part, &source.text));
        let span = span.unwrap_or_else(|| written.span.clone());
        CardMistake::new(source, span, self.message).label(self.label).hint_if(self.hint)
    }
}

/// Where a part of a text stands, if the text stands between quotes as it is.
fn part_of(written: &Written, part: &Range<usize>, source: &str) -> Option<Range<usize>> {
    let text = written.text()?;
    let start = written.span.start.checked_add(1)?;
    let as_it_is = source.get(start..start.checked_add(text.len())?)? == text;
    as_it_is.then(|| start + part.start..start + part.end)
}

/// Reads a value that is neither a table nor a list. `None` is what the field writes for nothing: an empty text, or a
/// date of zeros.
pub(in crate::profile) fn read(kind: &Kind, value: &Value, today: Date) -> Result<Option<Data>, Wrong> {
    if let Kind::Flag = kind {
        return flag(value).map(Some);
    }
    if let (Kind::Number { min, max }, Value::Integer(digits)) = (kind, value) {
        return number(digits, *min, *max).map(Some);
    }
    if let (Kind::Decimal { max }, Value::Integer(digits) | Value::Float(digits)) = (kind, value) {
        return decimal(digits, *max).map(Some);
    }
    let text = text_of(kind, value)?;
    if text.is_empty() {
        return Ok(None);
    }
    let data = match kind {
        Kind::Text { max } => Data::Text(line(text, *max)?),
        Kind::Digits { min, max } => Data::Text(digits(text, *min, *max, value)?),
        Kind::Code { min, max, of } => Data::Text(code(text, *min, *max, of)?),
        Kind::Nir => Data::Text(nir(text)?),
        Kind::Date { time, any_month } => return date(text, (*time, *any_month), today),
        Kind::Enumeration(choices) => Data::Text(choice(text, choices)?),
        Kind::Bytes { min, max } => Data::Bytes(bytes(text, *min, *max)?),
        Kind::Atr { .. } => Data::Bytes(atr(text)?),
        Kind::Short { .. }
        | Kind::Number { .. }
        | Kind::Decimal { .. }
        | Kind::Flag
        | Kind::Table(_)
        | Kind::List { .. } => {
            return Err(wrong_type(kind, value));
        }
    };
    Ok(Some(data))
}

/// The text of a value. Dates and whole numbers may stand without quotes where their digits are all that counts.
fn text_of<'v>(kind: &Kind, value: &'v Value) -> Result<&'v str, Wrong> {
    let bare_digits = matches!(kind, Kind::Digits { .. } | Kind::Nir | Kind::Date { .. } | Kind::Enumeration(_));
    match (kind, value) {
        (_, Value::Text(text)) => Ok(text),
        (Kind::Date { .. }, Value::Date(text)) => Ok(text),
        (_, Value::Integer(text)) if bare_digits => Ok(text),
        _ => Err(wrong_type(kind, value)),
    }
}

/// What should stand there, and what does.
pub(in crate::profile) fn expected(kind: &Kind, value: &Value) -> Bilingual {
    let (wanted, found) = (kind.noun(), value.kind());
    said!(with wanted, found; en: "expected {wanted}, found {found}", fr: "il faut {wanted} ici, et non {found}")
}

/// A value of the wrong type.
pub(in crate::profile) fn wrong_type(kind: &Kind, value: &Value) -> Wrong {
    let wrong = Wrong::new(expected(kind, value));
    match (kind, value) {
        (Kind::Flag, Value::Text(text)) if flag_word(text).is_some() => {
            let word = flag_word(text).unwrap_or_default();
            wrong.hint(said!(en: "write {word}, without quotes", fr: "écrire {word}, sans guillemets"))
        }
        (Kind::Flag, _) => {
            wrong.hint(said!(en: "write true or false, without quotes", fr: "écrire true ou false, sans guillemets"))
        }
        (Kind::Decimal { .. }, Value::Text(text)) => {
            let meant = text.trim().trim_end_matches([' ', '€']).replace(',', ".");
            if meant.is_empty() || decimal(&meant, u64::MAX).is_err() {
                return wrong;
            }
            wrong.hint(said!(en: "write {meant}, without quotes", fr: "écrire {meant}, sans guillemets"))
        }
        (_, Value::Integer(digits)) => {
            let digits = shown(digits);
            wrong.hint(
                said!(en: "write it between quotes: \"{digits}\"", fr: "l'écrire entre guillemets : \"{digits}\""),
            )
        }
        _ => wrong,
    }
}

fn flag(value: &Value) -> Result<Data, Wrong> {
    match value {
        Value::Flag(flag) => Ok(Data::Flag(*flag)),
        _ => Err(wrong_type(&Kind::Flag, value)),
    }
}

fn number(digits: &str, min: u64, max: u64) -> Result<Data, Wrong> {
    let number = digits.parse().ok().filter(|number| (min..=max).contains(number));
    number.map(Data::Number).ok_or_else(|| {
        Wrong::new(said!(en: "this number must be from {min} to {max}", fr: "ce nombre doit aller de {min} à {max}"))
    })
}

/// Hundredths, from a number with at most two decimals.
fn decimal(digits: &str, max: u64) -> Result<Data, Wrong> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(part) || part.len() > 2 {
        let wrong = Wrong::new(said!(
            en: "this is no number with at most two decimals",
            fr: "ce n'est pas un nombre à deux décimales au plus",
        ));
        let hint = said!(en: "write it like 26.50", fr: "l'écrire comme 26.50");
        return Err(wrong.hint(hint));
    }
    let hundredths = format!("{whole}{part:0<2}").parse().ok();
    hundredths.filter(|&number: &u64| number <= max.saturating_mul(100)).map(Data::Number).ok_or_else(|| {
        Wrong::new(said!(en: "this number must be from 0 to {max}", fr: "ce nombre doit aller de 0 à {max}"))
    })
}

/// A text of one line.
fn line(text: &str, max: usize) -> Result<String, Wrong> {
    if let Some((at, control)) = text.char_indices().find(|(_, character)| character.is_control()) {
        let wrong = Wrong::new(said!(
            en: "a text stands on one line, without control characters",
            fr: "un texte tient sur une ligne, sans caractère de contrôle",
        ));
        let wrong = wrong.hint(said!(en: "leave it out", fr: "l'enlever"));
        return Err(Wrong { part: Some(at..at + control.len_utf8()), ..wrong });
    }
    if text.trim().is_empty() {
        let wrong = Wrong::new(said!(en: "this text is blank", fr: "ce texte est vide"));
        return Err(wrong.hint(said!(en: "write it, or leave the key out", fr: "l'écrire, ou enlever la clé")));
    }
    let length = text.chars().count();
    if length <= max {
        return Ok(text.into());
    }
    let start = text.char_indices().nth(max).map_or(0, |(at, _)| at);
    let wrong = Wrong::new(said!(
        en: "this text has {length} characters; at most {max} fit",
        fr: "ce texte a {length} caractères ; il y a place pour {max} au plus",
    ));
    let wrong = wrong.label(said!(en: "too long from here", fr: "trop long à partir d'ici")).hint(said!(
        en: "shorten it: there is no more room",
        fr: "le raccourcir : il n'y a pas plus de place",
    ));
    Err(Wrong { part: Some(start..text.len()), ..wrong })
}

fn digits(text: &str, min: usize, max: usize, value: &Value) -> Result<String, Wrong> {
    let wrong = code(text, min, max, "0123456789");
    let padded = format!("{text:0>min$}");
    match value {
        Value::Integer(_) if text.len() < min => wrong.map_err(|wrong| {
            wrong.hint(said!(
                en: "zeros count: write \"{padded}\" between quotes",
                fr: "les zéros comptent : écrire \"{padded}\" entre guillemets",
            ))
        }),
        _ => wrong,
    }
}

/// Characters of a set, so many of them.
fn code(text: &str, min: usize, max: usize, of: &str) -> Result<String, Wrong> {
    let of = if of.is_empty() { CODE } else { of };
    if let Some((at, character)) = text.char_indices().find(|(_, character)| !of.contains(*character)) {
        let sign = character.escape_debug();
        let wrong = Wrong::new(said!(en: "{character:?} cannot stand here", fr: "« {sign} » n'a pas sa place ici"));
        let wrong = Wrong { part: Some(at..at + character.len_utf8()), ..wrong }.label(set(of));
        let separators = [' ', '\u{A0}', '\u{202F}', '.', '-'];
        let meant = text.to_ascii_uppercase().replace(|sign| separators.contains(&sign) && !of.contains(sign), "");
        let fits = (min..=max).contains(&meant.len()) && meant.chars().all(|character| of.contains(character));
        return Err(if fits { wrong.hint(write(&meant)) } else { wrong });
    }
    if (min..=max).contains(&text.len()) {
        return Ok(text.into());
    }
    let unit = if of.chars().all(|character| character.is_ascii_digit()) { Unit::Digit } else { Unit::Character };
    Err(wrong_length(min, max, unit, text.len()))
}

/// The hint to write this text.
fn write(text: &str) -> Bilingual {
    said!(en: "write \"{text}\"", fr: "écrire \"{text}\"")
}

/// What a set of characters is called.
fn set(of: &str) -> Bilingual {
    match of {
        CODE => said!(en: "capital letters and digits only", fr: "majuscules et chiffres uniquement"),
        "0123456789" => said!(en: "digits only", fr: "chiffres uniquement"),
        _ if of.len() == 26 => said!(en: "capital letters only", fr: "majuscules uniquement"),
        _ => {
            let joined = |or: &str| of.chars().map(String::from).collect::<Vec<_>>().join(or);
            let known = Bilingual::new(joined(" or "), joined(" ou "));
            said!(with known; en: "only {known}", fr: "{known} uniquement")
        }
    }
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::profile) enum Unit {
    /// Digits.
    Digit,
    /// Characters.
    Character,
    /// Bytes.
    Byte,
}

/// So many of them: `1 digit`, `3 digits`, `8 to 9 digits`.
pub(in crate::profile) fn widths(min: usize, max: usize, unit: Unit) -> Bilingual {
    let unit = match unit {
        Unit::Digit => said!(en: "digit", fr: "chiffre"),
        Unit::Character => said!(en: "character", fr: "caractère"),
        Unit::Byte => said!(en: "byte", fr: "octet"),
    };
    match (min, max) {
        (1, 1) => said!(with unit; en: "1 {unit}", fr: "1 {unit}"),
        (0, 1) => said!(with unit; en: "0 to 1 {unit}s", fr: "0 à 1 {unit}"),
        _ if min == max => said!(with unit; en: "{max} {unit}s", fr: "{max} {unit}s"),
        _ => said!(with unit; en: "{min} to {max} {unit}s", fr: "{min} à {max} {unit}s"),
    }
}

fn wrong_length(min: usize, max: usize, unit: Unit, found: usize) -> Wrong {
    let widths = widths(min, max, unit);
    Wrong::new(said!(with widths; en: "expected {widths}, found {found}", fr: "il faut {widths}, et non {found}"))
}

fn nir(text: &str) -> Result<String, Wrong> {
    let error = match Nir::read(text) {
        Ok(nir) => return Ok(nir.as_str().into()),
        Err(error) => error,
    };
    let wrong = Wrong::new(error.said());
    Err(match error {
        NirError::Length(_) => wrong.hint(said!(
            en: "for instance \"1 85 19 75 999 001\", with or without its key of 2 digits",
            fr: "par exemple \"1 85 19 75 999 001\", avec ou sans sa clé de 2 chiffres",
        )),
        NirError::Character { position, .. } => {
            let wrong = Wrong { part: nth_visible(text, position), ..wrong };
            wrong.hint(said!(
                en: "sex, year, month, department (2A and 2B for Corsica), commune, order: \"1 85 19 2A 999 001\"",
                fr: "sexe, année, mois, département (2A et 2B pour la Corse), commune, ordre : \"1 85 19 2A 999 001\"",
            ))
        }
        NirError::Key { right, .. } => {
            let key = nth_visible(text, 14).zip(nth_visible(text, 15)).map(|(first, last)| first.start..last.end);
            let wrong = Wrong { part: key, ..wrong };
            let wrong = wrong.label(said!(en: "the right key is {right}", fr: "la bonne clé est {right}"));
            wrong.hint(said!(
                en: "write {right}, or leave the key out: it is then computed",
                fr: "écrire {right}, ou omettre la clé : elle est alors calculée",
            ))
        }
    })
}

/// Where the nth character that is not a space stands, from 1.
fn nth_visible(text: &str, position: usize) -> Option<Range<usize>> {
    let mut visible = text.char_indices().filter(|(_, character)| *character != ' ');
    visible.nth(position.checked_sub(1)?).map(|(at, character)| at..at + character.len_utf8())
}

fn date(text: &str, (time, any_month): (bool, bool), today: Date) -> Result<Option<Data>, Wrong> {
    let wrong = |error: dates::DateError| Wrong::new(error.said()).hint(error.hint());
    let date = dates::read(text, today).map_err(|error| match dates::meant(text) {
        Some(date) => wrong(error).hint(write(&date)),
        None => wrong(error),
    })?;
    match date {
        Some(date) if !any_month && date.month > 12 => Err(wrong(dates::DateError::NoSuchMonth(date.month))),
        Some(date) if !time && (date.hour, date.minute) != (0, 0) => {
            let wrong = Wrong::new(said!(
                en: "no time of day is kept here",
                fr: "aucune heure n'est gardée à cet endroit",
            ));
            Err(wrong.hint(said!(en: "write the date alone", fr: "écrire la date seule")))
        }
        date => Ok(date.map(Data::Date)),
    }
}

fn choice(text: &str, choices: &[Choice]) -> Result<String, Wrong> {
    if choices.iter().any(|choice| choice.value == text) {
        return Ok(text.into());
    }
    let known = |language| choices.iter().map(|choice| choice.text(language)).collect::<Vec<_>>().join(", ");
    let (known, text) = (Bilingual::new(known(Language::English), known(Language::French)), shown(text));
    let wrong =
        Wrong::new(said!(en: "\"{text}\" is not one of the values", fr: "« {text} » ne fait pas partie des valeurs"));
    Err(wrong.hint(said!(with known; en: "the values are: {known}", fr: "les valeurs sont : {known}")))
}

fn bytes(text: &str, min: usize, max: usize) -> Result<Vec<u8>, Wrong> {
    let compact: String = text.split_whitespace().collect();
    let bytes = hex::decode(compact).map_err(|_| {
        Wrong::new(said!(en: "expected bytes in hexadecimal", fr: "il faut des octets en hexadécimal ici")).hint(said!(
            en: "two digits for each byte, spaces as you like: \"3B 75 13 00\"",
            fr: "deux chiffres par octet, espaces à volonté : \"3B 75 13 00\"",
        ))
    })?;
    if (min..=max).contains(&bytes.len()) {
        return Ok(bytes);
    }
    Err(wrong_length(min, max, Unit::Byte, bytes.len()))
}

/// An answer to reset.
pub(super) fn atr(text: &str) -> Result<Vec<u8>, Wrong> {
    let bytes = bytes(text, 2, 33)?;
    Atr::parse(&bytes).map_err(|error| {
        let why = atr_error(error);
        Wrong::new(said!(with why; en: "this is not an ATR: {why}", fr: "ce n'est pas un ATR : {why}")).hint(said!(
            en: "leave the key out for the ATR of the layout",
            fr: "enlever la clé : l'ATR est alors celui de la structure",
        ))
    })?;
    Ok(bytes)
}

/// Why bytes are no answer to reset, in both languages.
pub(in crate::profile) fn atr_error(error: AtrError) -> Bilingual {
    let french = match error {
        AtrError::Convention(first) => {
            format!("le premier octet est {first:02X} ; il faut 3B (convention directe) ou 3F (convention inverse)")
        }
        AtrError::TooShort { length, announced } => {
            format!("il finit après {length} octets, mais ses octets de format en annoncent au moins {announced}")
        }
        AtrError::TooLong { length, announced } => {
            format!("il a {length} octets, mais ses octets de format en annoncent {announced}")
        }
        AtrError::CheckByte { found, right } => {
            format!("l'octet de contrôle TCK est {found:02X} ; le bon est {right:02X}")
        }
        AtrError::NoProtocol => "il n'offre ni T=0, ni T=1".into(),
    };
    Bilingual::new(error.to_string(), french)
}

/// A text cut to what a message can show.
pub(in crate::profile) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
