//! A TOML text as it was written: values, their places, and their order.
//!
//! Card files, layouts and the schema are read from this. It knows TOML and nothing of cards. The rule that it upholds:
//! every value has its place in the text, so that whoever finds it wrong can point at it.
//!
//! The texts that are built in were parsed when the program was built; of them, only an index is read.

mod foreign;
mod index;
mod mended;
mod slips;
mod syntax;

use std::{borrow::Cow, ops::Range, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use self::syntax::{plainest, syntax_mistake};
pub(super) use self::{
    mended::Mended,
    syntax::{flag_word, wants_quotes},
};
use super::{
    card_mistake::CardMistake,
    diagnostic::{Diagnostics, Mistakes, Source},
    said::{Bilingual, said},
};

/// How many mistakes of syntax are shown: one often makes the next, and a text that is no TOML has one on each line.
const MOST_SYNTAX: usize = 10;

/// The longest text that is read, in bytes. A long layout has 50,000.
pub const LONGEST: usize = 1 << 20;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The value.
    pub value: Value,
    /// Its place: of a table, that of its header; of what was not written, empty.
    pub span: Range<usize>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(Cow<'static, str>),
    /// An integer, as it was written but for underscores and its base.
    Integer(Cow<'static, str>),
    /// `true` or `false`.
    Flag(bool),
    /// A date, a time or both, in ISO 8601.
    Date(Cow<'static, str>),
    /// A number with a fraction or exponent.
    Float(Cow<'static, str>),
    /// An array, or tables with a header `[[...]]`.
    List(Vec<Written>),
    /// A table.
    Table(Vec<Entry>),
}

/// A key and its value. Those of a table stand in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Cow<'static, str>,
    /// The place of the key.
    pub span: Range<usize>,
    /// The value.
    pub value: Written,
}

impl Written {
    /// Reads a text as TOML; the result is a table.
    ///
    /// # Errors
    ///
    /// All that is not TOML, or a text longer than [`LONGEST`].
    pub fn read(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        if let Some(written) = index::read(&source.text) {
            return Ok(written);
        }
        Self::parse(source)
    }

    /// Reads a text as TOML, whichever it is.
    fn parse(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        let mut mistakes = Mistakes::of(source);
        if source.text.len() > LONGEST {
            let message =
                said!(en: "this file has more than {LONGEST} bytes", fr: "ce fichier a plus de {LONGEST} octets");
            let mistake = CardMistake::new(source, 0..0, message).hint(said!(
                en: "card files and layouts are far shorter: is it the right file?",
                fr: "fichiers de carte et structures sont bien plus courts : est-ce le bon fichier ?",
            ));
            return Err(Diagnostics(vec![mistake.into()]));
        }
        let (document, errors) = DeTable::parse_recoverable(&source.text);
        let told = errors.iter().take(MOST_SYNTAX).map(|error| syntax_mistake(source, error)).collect();
        plainest(told).into_iter().for_each(|mistake| mistakes.add(mistake));
        mistakes.or(Self { value: table(document.get_ref()), span: 0..0 })
    }

    /// The value of a key, if this is a table that has it.
    #[must_use]
    pub fn key(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What is in it, if it is a table; else nothing.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Value {
    /// What it is, with its article.
    #[must_use]
    pub fn kind(&self) -> Bilingual {
        match self {
            Self::Text(_) => said!(en: "a text", fr: "un texte"),
            Self::Integer(_) => said!(en: "an integer", fr: "un nombre entier"),
            Self::Flag(_) => said!(en: "a flag", fr: "true ou false"),
            Self::Date(_) => said!(en: "a date", fr: "une date"),
            Self::Float(_) => said!(en: "a number with a fraction", fr: "un nombre à virgule"),
            Self::List(_) => said!(en: "a list", fr: "une liste"),
            Self::Table(_) => said!(en: "a table", fr: "une table"),
        }
    }
}

/// A table, in the order of the text.
fn table(written: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = written
        .iter()
        .map(|(key, value)| Entry { key: kept(key.get_ref()), span: key.span(), value: located(value) })
        .collect();
    entries.sort_by_key(|entry| entry.span.start);
    Value::Table(entries)
}

/// A part of a text that may not live as long.
fn kept(part: &str) -> Cow<'static, str> {
    Cow::Owned(part.to_owned())
}

fn located(written: &Spanned<DeValue<'_>>) -> Written {
    let value = match written.get_ref() {
        DeValue::String(text) => Value::Text(kept(text)),
        DeValue::Integer(digits) if digits.radix() == 10 => Value::Integer(kept(digits.as_str())),
        DeValue::Integer(digits) => Value::Integer(digits.to_string().into()),
        DeValue::Float(digits) => Value::Float(kept(digits.as_str())),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Date(date.to_string().into()),
        DeValue::Array(members) => Value::List(members.iter().map(located).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Written { value, span: written.span() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{LONGEST, Source, Value, Written};

    fn read(text: impl Into<String>) -> Result<Written, String> {
        let source = Arc::new(Source { name: "t.toml".into(), text: text.into() });
        Written::read(&source).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn values_keep_their_places_and_order() {
        let text = "z = 1_0\na.b = 2024-01-31T08:30\n[[l]]\n[[l]]\nx = 0x1F";
        let document = read(text).expect("TOML");
        let keys: Vec<_> = document.entries().iter().map(|entry| &*entry.key).collect();
        assert_eq!(keys, ["z", "a", "l"]);
        assert_eq!(document.key("z").map(|z| &z.value), Some(&Value::Integer("10".into())));
        let date = document.key("a").and_then(|a| a.key("b")).expect("a.b");
        assert_eq!(date.value, Value::Date("2024-01-31T08:30".into()));
        assert_eq!(&text[date.span.clone()], "2024-01-31T08:30");
        let Some(Value::List(tables)) = document.key("l").map(|l| &l.value) else { panic!("a list") };
        assert_eq!(tables.iter().map(|table| &text[table.span.clone()]).collect::<Vec<_>>(), ["[[l]]", "[[l]]"]);
        assert_eq!(tables[1].key("x").map(|x| &x.value), Some(&Value::Integer("0x1F".into())));
    }

    #[test]
    fn every_syntax_mistake_is_found() {
        let mistakes = read("a = 01\nb = [\nc = 1\n").expect_err("two mistakes");
        for place in ["t.toml:1:5", "t.toml:3:"] {
            assert!(mistakes.contains(place), "{place} is missing in\n{mistakes}");
        }
    }

    #[test]
    fn long_and_deep_texts_are_refused() {
        assert!(read("a".repeat(LONGEST + 1)).is_err_and(|error| error.contains("help: card files")));
        assert!(read(format!("a = {}", "[".repeat(10_000))).is_err());
        assert!(read(format!("a{} = 1", ".a".repeat(10_000))).is_err());
    }
}
