//! Reading one value as its key wants it.

use std::ops::Range;

use jiff::civil::Date;
use virtuale_engine::Atr;

use super::{Choice, Kind};
use crate::profile::{
    dates,
    diagnostic::{Diagnostic, Mistakes},
    nir::{Nir, NirError},
    tree::Data,
    written::{Value, Written, flag_word},
};

/// The characters of a code whose key does not say which.
const CODE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What is wrong with a value.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::profile) struct Wrong {
    message: String,
    label: String,
    hint: Option<String>,
    /// Which bytes of the text are wrong, if not all of them.
    part: Option<Range<usize>>,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what to do, where nothing better is known.
    pub(in crate::profile) fn or_hint(mut self, hint: impl FnOnce() -> String) -> Self {
        self.hint = self.hint.or_else(|| Some(hint()));
        self
    }

    /// That these bytes of the text are wrong, and not all of them.
    pub(super) fn at_part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    /// What is wrong, in one line.
    pub(in crate::profile) fn message(&self) -> &str {
        &self.message
    }

    /// The mistake, where it was written.
    pub(in crate::profile) fn at(self, written: &Written, mistakes: &Mistakes) -> Diagnostic {
        let span = self.part.as_ref().and_then(|part| part_of(written, part, &mistakes.source().text));
        let span = span.unwrap_or_else(|| written.span.clone());
        let diagnostic = Diagnostic::new(mistakes.source(), span, self.message).label(self.label);
        Diagnostic { hint: self.hint, ..diagnostic }
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
        Kind::Atr => Data::Bytes(atr(text)?),
        Kind::Short { .. } | Kind::Number { .. } | Kind::Flag | Kind::Table(_) | Kind::List { .. } => {
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

/// A value of the wrong type.
pub(in crate::profile) fn wrong_type(kind: &Kind, value: &Value) -> Wrong {
    let expected = kind.noun();
    let wrong = Wrong::new(format!("expected {expected}, found {}", value.kind()));
    match (kind, value) {
        (Kind::Flag, Value::Text(text)) if flag_word(text).is_some() => {
            wrong.hint(format!("write {}, without quotes", flag_word(text).unwrap_or_default()))
        }
        (Kind::Flag, _) => wrong.hint("write true or false, without quotes"),
        (_, Value::Integer(digits)) => wrong.hint(format!("write it between quotes: \"{}\"", shown(digits))),
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
    number.map(Data::Number).ok_or_else(|| Wrong::new(format!("this number must be from {min} to {max}")))
}

/// A text of one line.
fn line(text: &str, max: usize) -> Result<String, Wrong> {
    if let Some((at, control)) = text.char_indices().find(|(_, character)| character.is_control()) {
        let wrong = Wrong::new("a text stands on one line, without control characters").hint("leave it out");
        return Err(Wrong { part: Some(at..at + control.len_utf8()), ..wrong });
    }
    if text.trim().is_empty() {
        return Err(Wrong::new("this text is blank").hint("write it, or leave the key out"));
    }
    let length = text.chars().count();
    if length <= max {
        return Ok(text.into());
    }
    let start = text.char_indices().nth(max).map_or(0, |(at, _)| at);
    let wrong = Wrong::new(format!("this text has {length} characters; at most {max} fit"));
    let wrong = wrong.label("too long from here").hint("shorten it: the card has no more room");
    Err(Wrong { part: Some(start..text.len()), ..wrong })
}

fn digits(text: &str, min: usize, max: usize, value: &Value) -> Result<String, Wrong> {
    let wrong = code(text, min, max, "0123456789");
    let padded = format!("{text:0>min$}");
    match value {
        Value::Integer(_) if text.len() < min => {
            wrong.map_err(|wrong| wrong.hint(format!("zeros count: write \"{padded}\" between quotes")))
        }
        _ => wrong,
    }
}

/// Characters of a set, so many of them.
fn code(text: &str, min: usize, max: usize, of: &str) -> Result<String, Wrong> {
    let of = if of.is_empty() { CODE } else { of };
    if let Some((at, character)) = text.char_indices().find(|(_, character)| !of.contains(*character)) {
        let wrong = Wrong::new(format!("{character:?} cannot stand here"));
        let wrong = Wrong { part: Some(at..at + character.len_utf8()), ..wrong }.label(set(of));
        let separators = [' ', '\u{A0}', '\u{202F}', '.', '-'];
        let meant = text.to_ascii_uppercase().replace(|sign| separators.contains(&sign) && !of.contains(sign), "");
        let fits = (min..=max).contains(&meant.len()) && meant.chars().all(|character| of.contains(character));
        return Err(if fits { wrong.hint(format!("write \"{meant}\"")) } else { wrong });
    }
    if (min..=max).contains(&text.len()) {
        return Ok(text.into());
    }
    let noun = if of.chars().all(|character| character.is_ascii_digit()) { "digit" } else { "character" };
    Err(Wrong::new(format!("expected {}, found {}", widths(min, max, noun), text.len())))
}

/// What a set of characters is called.
fn set(of: &str) -> String {
    match of {
        CODE => "capital letters and digits only".into(),
        "0123456789" => "digits only".into(),
        _ if of.len() == 26 => "capital letters only".into(),
        _ => format!("only {}", of.chars().map(String::from).collect::<Vec<_>>().join(" or ")),
    }
}

/// So many of them: `1 digit`, `3 digits`, `8 to 9 digits`.
pub(in crate::profile) fn widths(min: usize, max: usize, noun: &str) -> String {
    match (min, max) {
        (1, 1) => format!("1 {noun}"),
        _ if min == max => format!("{max} {noun}s"),
        _ => format!("{min} to {max} {noun}s"),
    }
}

fn nir(text: &str) -> Result<String, Wrong> {
    let error = match Nir::read(text) {
        Ok(nir) => return Ok(nir.as_str().into()),
        Err(error) => error,
    };
    let wrong = Wrong::new(error.to_string());
    Err(match error {
        NirError::Length(_) => wrong.hint("for instance \"1 85 19 75 999 001\", with or without its key of 2 digits"),
        NirError::Character { position, .. } => {
            let wrong = Wrong { part: nth_visible(text, position), ..wrong };
            wrong.hint("sex, year, month, department (2A and 2B for Corsica), commune, order: \"1 85 19 2A 999 001\"")
        }
        NirError::Key { right, .. } => {
            let key = nth_visible(text, 14).zip(nth_visible(text, 15)).map(|(first, last)| first.start..last.end);
            let wrong = Wrong { part: key, ..wrong }.label(format!("the right key is {right}"));
            wrong.hint(format!("write {right}, or leave the key out: it is then computed"))
        }
    })
}

/// Where the nth character that is not a space stands, from 1.
fn nth_visible(text: &str, position: usize) -> Option<Range<usize>> {
    let mut visible = text.char_indices().filter(|(_, character)| *character != ' ');
    visible.nth(position.checked_sub(1)?).map(|(at, character)| at..at + character.len_utf8())
}

fn date(text: &str, (time, any_month): (bool, bool), today: Date) -> Result<Option<Data>, Wrong> {
    let wrong = |error: dates::DateError| Wrong::new(error.to_string()).hint(error.hint());
    let date = dates::read(text, today).map_err(|error| match dates::meant(text) {
        Some(date) => wrong(error).hint(format!("write \"{date}\"")),
        None => wrong(error),
    })?;
    match date {
        Some(date) if !any_month && date.month > 12 => Err(wrong(dates::DateError::NoSuchMonth(date.month))),
        Some(date) if !time && (date.hour, date.minute) != (0, 0) => {
            Err(Wrong::new("the card keeps no time of day here").hint("write the date alone"))
        }
        date => Ok(date.map(Data::Date)),
    }
}

fn choice(text: &str, choices: &[Choice]) -> Result<String, Wrong> {
    if choices.iter().any(|choice| choice.value == text) {
        return Ok(text.into());
    }
    let known: Vec<_> = choices.iter().map(Choice::to_string).collect();
    let wrong = Wrong::new(format!("\"{}\" is not one of the values", shown(text)));
    Err(wrong.hint(format!("the values are: {}", known.join(", "))))
}

fn bytes(text: &str, min: usize, max: usize) -> Result<Vec<u8>, Wrong> {
    let compact: String = text.split_whitespace().collect();
    let bytes = hex::decode(compact).map_err(|_| {
        Wrong::new("expected bytes in hexadecimal")
            .hint("two digits for each byte, spaces as you like: \"3B 75 13 00\"")
    })?;
    if (min..=max).contains(&bytes.len()) {
        return Ok(bytes);
    }
    Err(Wrong::new(format!("expected {}, found {}", widths(min, max, "byte"), bytes.len())))
}

fn atr(text: &str) -> Result<Vec<u8>, Wrong> {
    let bytes = bytes(text, 2, 33)?;
    Atr::parse(&bytes).map_err(|error| {
        Wrong::new(format!("this is not an ATR: {error}")).hint("leave the key out for the ATR of the layout")
    })?;
    Ok(bytes)
}

/// A text cut to what a message can show.
pub(in crate::profile) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
