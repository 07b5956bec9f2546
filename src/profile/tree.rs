//! The data of a card as a tree, before any chip's coding and after it.
//!
//! Reading a card file yields a tree; decoding a chip yields the same tree. Keys are those of card files.

use std::{collections::BTreeMap, fmt, ops::Range};

/// A place in the text of a card file, in bytes. Empty for what was not written there: defaults and decoded data.
pub type Span = Range<usize>;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub data: Data,
    /// Where it was written.
    pub span: Span,
}

/// A value of a card file, checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Text, digits included: a NIR or a code is text, since its zeros count.
    Text(String),
    /// A number that is counted with.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// A date, with a time of day where the chip keeps one.
    Date(CardDate),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several of a kind.
    List(Vec<Node>),
    /// Named values.
    Table(Table),
}

/// Named values, in the order of their names.
pub type Table = BTreeMap<String, Node>;

/// A date as the field writes it: months above 12 exist (19 is the fictitious month of test cards
/// [MEDINTUX-CARDS months]), so it is not always a day of the calendar.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CardDate {
    /// 4 digits.
    pub year: u16,
    /// 1 to 99.
    pub month: u8,
    /// 1 to 31, or more where the month is not of the calendar.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl Node {
    /// A value that was not written in a card file.
    #[must_use]
    pub fn unwritten(data: Data) -> Self {
        Self { data, span: 0..0 }
    }

    /// The value at a dotted path such as `assure.nir`, through tables only.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| match &node.data {
            Data::Table(table) => table.get(key),
            _ => None,
        })
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its date, if it is one.
    #[must_use]
    pub fn date(&self) -> Option<CardDate> {
        match self.data {
            Data::Date(date) => Some(date),
            _ => None,
        }
    }

    /// Its named values, if it is a table.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        match &self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Its members, if it is a list; none otherwise.
    #[must_use]
    pub fn list(&self) -> &[Node] {
        match &self.data {
            Data::List(members) => members,
            _ => &[],
        }
    }
}

impl fmt::Display for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        if (self.hour, self.minute) == (0, 0) {
            return Ok(());
        }
        write!(f, "T{:02}:{:02}", self.hour, self.minute)
    }
}
