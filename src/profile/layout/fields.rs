//! Reads the tables of a layout: typed, with the place of each value, and with every mistake reported.
//!
//! A reader asks for keys by name; what was never asked for is an unknown key, and the nearest name that was asked for
//! is its hint. So the rule for readers is: ask for all keys of a table before you give up over one of them.

use std::{
    cell::{Cell, RefCell},
    fmt,
    ops::Range,
    sync::Arc,
};

use super::{
    super::{
        diagnostic::{Diagnostic, Diagnostics, Mistakes, Source},
        nearest,
        written::{Entry, Value, Written},
    },
    needed,
};

/// How many keys a table is asked for at most, mostly.
const USUALLY_ASKED: usize = 24;

/// Collects the mistakes of one text; shared by all who read it.
#[derive(Debug)]
pub struct Report {
    source: Arc<Source>,
    mistakes: RefCell<Mistakes>,
    count: RefCell<usize>,
}

impl Report {
    pub(super) fn new(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), mistakes: RefCell::new(Mistakes::of(source)), count: RefCell::default() }
    }

    /// Notes a mistake.
    fn add(&self, mistake: Diagnostic) {
        *self.count.borrow_mut() += 1;
        self.mistakes.borrow_mut().add(mistake);
    }

    /// Notes a mistake at a place of the text.
    pub fn mistake(&self, span: Range<usize>, message: impl Into<String>, hint: &str) {
        let mistake = Diagnostic::new(&self.source, span, message.into());
        self.add(if hint.is_empty() { mistake } else { mistake.hint(hint.to_owned()) });
    }

    /// The same where it takes another place of the text to understand it.
    pub(super) fn related(&self, span: Range<usize>, message: &str, other: (Range<usize>, &str), hint: &str) {
        let mistake = Diagnostic::new(&self.source, span, message.to_owned());
        self.add(mistake.related(other.0, other.1.to_owned()).hint(hint.to_owned()));
    }

    /// Notes that a name is none of `known`.
    pub fn unknown<'n>(&self, what: &str, name: &Placed<&str>, known: impl IntoIterator<Item = &'n str>) {
        if self.is_full() {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let listed = || if known.is_empty() { String::new() } else { format!("known: {}", known.join(", ")) };
        let hint = nearest::hint(name.value, known.iter().copied());
        let hint = hint.map_or_else(listed, |hint| hint.to_string());
        self.mistake(name.span.clone(), format!("unknown {what} \"{}\"", name.value), &hint);
    }

    /// Whether further mistakes would not be kept, so that nobody need look for their hints.
    pub(super) fn is_full(&self) -> bool {
        self.count() >= Mistakes::MOST
    }

    /// How many mistakes were noted so far.
    pub(super) fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// What was read, unless mistakes were noted.
    pub(super) fn finish<T>(self, read: T) -> Result<T, Diagnostics> {
        self.mistakes.into_inner().or(read)
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// Its place in the text.
    pub span: Range<usize>,
}

/// One table being read.
#[derive(Debug)]
pub struct Fields<'a> {
    /// Where its mistakes are noted.
    pub report: &'a Report,
    entries: &'a [Entry],
    span: Range<usize>,
    what: &'static str,
    /// The keys that were asked for, some of them several times.
    asked: RefCell<Vec<&'static str>>,
    /// Which of the first entries were found, a bit each: most tables are short, and all in them is asked for.
    found: Cell<u64>,
}

impl<'a> Fields<'a> {
    /// Reads a value that must be a table, whose keys are called `what` in messages: `key of a file`.
    pub(super) fn of(report: &'a Report, written: &'a Written, what: &'static str) -> Option<Self> {
        if let Value::Table(entries) = &written.value {
            let asked = RefCell::new(Vec::with_capacity(USUALLY_ASKED));
            return Some(Self { report, entries, span: written.span.clone(), what, asked, found: Cell::new(0) });
        }
        report.mistake(written.span.clone(), format!("this must be a table, not {}", written.value.kind()), "");
        None
    }

    /// Reads a value that stands in this table and must be a table itself; anything else is a mistake.
    #[must_use]
    pub fn inner(&self, written: &'a Written, what: &'static str) -> Option<Self> {
        Self::of(self.report, written, what)
    }

    /// The place of the table.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Notes a mistake about the table as a whole.
    pub fn mistake(&self, message: impl Into<String>, hint: &str) {
        self.report.mistake(self.span(), message, hint);
    }

    /// The raw value of a key.
    pub fn value(&self, key: &'static str) -> Option<&'a Written> {
        self.pass_over(&[key]);
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        if place < 64 {
            self.found.set(self.found.get() | 1 << place);
        }
        Some(&self.entries[place].value)
    }

    /// Takes keys as known without reading them: a mistake in another one leaves open what they mean.
    pub fn pass_over(&self, keys: &[&'static str]) {
        self.asked.borrow_mut().extend_from_slice(keys);
    }

    /// Whether a key is there; not the same as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Notes the absence of a key that must be there.
    pub fn missing(&self, key: &str) {
        self.mistake(missing(key), needed::hint(key));
    }

    fn typed<T>(&self, key: &'static str, must: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<Placed<T>> {
        self.typed_as(key, || must, read)
    }

    /// As [`Fields::typed`], where what it must be takes some saying.
    fn typed_as<T, M: fmt::Display>(
        &self,
        key: &'static str,
        must: impl Fn() -> M,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Option<Placed<T>> {
        let found = self.value(key)?;
        match read(&found.value) {
            Some(value) => Some(Placed { value, span: found.span.clone() }),
            None => {
                self.report.mistake(found.span.clone(), format!("\"{key}\" must be {}", must()), "");
                None
            }
        }
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<Placed<&'a str>> {
        self.typed(key, "text in quotes", as_text)
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let flag = |value: &Value| if let Value::Flag(flag) = value { Some(*flag) } else { None };
        self.typed(key, "true or false", flag).map(|found| found.value)
    }

    /// A number within `range`.
    pub fn number(&self, key: &'static str, range: Range<usize>) -> Option<Placed<usize>> {
        let must = || format!("a number from {} to {}", range.start, range.end - 1);
        let number = |value: &Value| match value {
            Value::Integer(digits) => digits.parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        self.typed_as(key, must, number)
    }

    /// Bytes written as hexadecimal digits, with blanks where one likes.
    pub fn hex(&self, key: &'static str) -> Option<Placed<Vec<u8>>> {
        self.typed(key, "bytes in hexadecimal, such as \"3F 00\"", |value| unhex(as_text(value)?))
    }

    /// One byte, in hexadecimal.
    pub fn byte(&self, key: &'static str) -> Option<Placed<u8>> {
        let byte = |value| <[u8; 1]>::try_from(unhex(as_text(value)?)?).ok();
        let found = self.typed(key, "one byte in hexadecimal, such as \"FF\"", byte)?;
        Some(Placed { value: u8::from_be_bytes(found.value), span: found.span })
    }

    /// Two bytes, in hexadecimal.
    pub fn word(&self, key: &'static str) -> Option<Placed<u16>> {
        let word = |value| <[u8; 2]>::try_from(unhex(as_text(value)?)?).ok();
        let found = self.typed(key, "two bytes in hexadecimal, such as \"3F00\"", word)?;
        Some(Placed { value: u16::from_be_bytes(found.value), span: found.span })
    }

    /// The members of a list.
    pub fn list(&self, key: &'static str) -> Option<&'a [Written]> {
        let list = |value: &'a Value| if let Value::List(members) = value { Some(members.as_slice()) } else { None };
        self.typed(key, "a list in brackets", list).map(|found| found.value)
    }

    /// The texts of a list; one text stands for a list of one. `None` if the key is not there.
    pub fn texts(&self, key: &'static str) -> Option<Vec<Placed<&'a str>>> {
        let found = self.value(key)?;
        let members = if let Value::List(members) = &found.value { members } else { std::slice::from_ref(found) };
        let text = |member: &'a Written| match as_text(&member.value) {
            Some(value) => Some(Placed { value, span: member.span.clone() }),
            None => {
                self.report.mistake(member.span.clone(), format!("\"{key}\" must be text in quotes"), "");
                None
            }
        };
        Some(members.iter().filter_map(text).collect())
    }

    /// The tables of a table of tables, in the order in which they were written.
    pub fn tables(&self, key: &'static str, what: &'static str) -> Vec<(Placed<&'a str>, Fields<'a>)> {
        let Some(all) = self.value(key).and_then(|found| Fields::of(self.report, found, what)) else {
            return Vec::new();
        };
        let read = |entry: &'a Entry| {
            let name = Placed { value: &*entry.key, span: entry.span.clone() };
            let mut fields = Fields::of(self.report, &entry.value, what)?;
            fields.span = entry.span.clone();
            Some((name, fields))
        };
        all.entries.iter().filter_map(read).collect()
    }

    /// The byte sequences of a table, by their names, in the order in which they were written.
    pub(super) fn named_hex(&self, key: &'static str) -> Option<Vec<(String, Vec<u8>)>> {
        let all = self.value(key).and_then(|found| Fields::of(self.report, found, "name"))?;
        let read = |entry: &Entry| match as_text(&entry.value.value).and_then(unhex) {
            Some(bytes) => Some((entry.key.to_string(), bytes)),
            None => {
                let message = format!("\"{}\" must be bytes in hexadecimal, such as \"3F 00\"", entry.key);
                self.report.mistake(entry.span.clone(), message, "");
                None
            }
        };
        Some(all.entries.iter().filter_map(read).collect())
    }

    /// Reports the keys that were never asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        let was_found = |place: usize| place < 64 && self.found.get() >> place & 1 == 1;
        for (place, entry) in self.entries.iter().enumerate() {
            if was_found(place) || asked.contains(&&*entry.key) {
                continue;
            }
            let name = Placed { value: &*entry.key, span: entry.span.clone() };
            let first = |&(place, key): &(usize, &&'static str)| !asked[..place].contains(key);
            self.report.unknown(self.what, &name, asked.iter().enumerate().filter(first).map(|(_, key)| *key));
            // What somebody meant with it is not missing.
            if let Some(meant) = nearest::nearest(name.value, asked.iter().copied()) {
                self.report.mistakes.borrow_mut().take_back(&self.span, &missing(meant));
            }
        }
    }
}

fn missing(key: &str) -> String {
    format!("\"{key}\" is missing")
}

fn as_text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

/// Bytes from hexadecimal digits; blanks and line ends may stand between them.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    hex::decode(digits).ok()
}
