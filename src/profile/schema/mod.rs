//! Which keys a card file may have: data, not code.
//!
//! `applets/layouts/keys.toml` declares the keys that all layouts share; a layout adds its own in the same form, one
//! table `[data."path"]` per key. The schema says what each is worth to an author: its type, widths, default, the group
//! of the reading API that it comes from (facts/cards.md F.2) and what it means. It does not say where a datum stands on
//! a chip; layouts do. The rule that it upholds: a schema that was read is sound, so whoever uses it need not check again.

use super::written::Value;

/// The keys of a card file.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The keys at the top of the file.
    pub root: Fields,
}

/// The keys of one table, in the order in which they were declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Vec<Key>);

/// A key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its name, without those of the tables that it is in.
    pub name: String,
    /// What may be written.
    pub kind: Kind,
    /// What happens if it is not written.
    pub presence: Presence,
    /// What it means.
    pub doc: Doc,
    /// The group and field of the reading API that it comes from (facts/cards.md F.2), where there is one.
    pub api: Option<String>,
    /// The list of [`codes`](super::codes) that says what its values mean.
    pub codes: Option<String>,
    /// A value for starter files.
    pub example: Option<String>,
    /// What the first of a list has here, and no other: the insured's quality.
    pub first: Option<String>,
    /// The sibling that it cannot stand beside.
    pub excludes: Option<String>,
}

/// What may be written under a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Any text of at most so many characters; an empty one counts as none.
    Text {
        /// The most characters.
        max: usize,
    },
    /// Digits, kept as text since their zeros count.
    Digits {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Capital letters and digits, or some of them.
    Code {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
        /// Which characters; all capital letters and digits if empty.
        of: String,
    },
    /// A NIR, with or without its key; always with it once read.
    Nir,
    /// A date.
    Date {
        /// Whether it may have a time of day.
        time: bool,
    },
    /// A number that is counted with.
    Number {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// `true` or `false`.
    Flag,
    /// One of a closed set.
    Enumeration(Vec<Choice>),
    /// Bytes in hexadecimal.
    Bytes {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// An answer to reset, in hexadecimal.
    Atr,
    /// A short form for several siblings: their digits, one after the other.
    Short {
        /// The names of the siblings, digits of fixed width each.
        of: Vec<String>,
    },
    /// Named values.
    Table(Rules),
    /// Several tables.
    List {
        /// What is in each.
        of: Rules,
        /// The most of them.
        max: usize,
    },
}

/// A value of an enumeration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// What is written.
    pub value: String,
    /// What it means, if that is public.
    pub meaning: Option<Doc>,
}

/// What is in a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Its keys.
    pub fields: Fields,
    /// Its keys that begin and end a period. Periods do not run backwards; those of a list do not overlap.
    pub period: Option<(String, String)>,
    /// The list at the top of the file of which this table is the first, besides being itself.
    pub first_of: Option<String>,
}

/// What happens if a key is not written.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// That is a mistake.
    Required,
    /// There is no value.
    Optional,
    /// There is this value. It is read as if it stood in the card file: dates may be relative.
    Default(Value),
}

/// A text for people, in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Doc {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Fields {
    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.name == name)
    }
}

impl Kind {
    /// The rules of the table or of each table of the list.
    #[must_use]
    pub fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Table(rules) | Self::List { of: rules, .. } => Some(rules),
            _ => None,
        }
    }
}
