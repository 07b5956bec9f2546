//! The opposition list: the cards that no terminal accepts, by their serial numbers [CSS-R161 33-7].
//!
//! A monthly list (LOE) has all cards, and each increment (LOI) what changed since the list before it. [`Opposition`]
//! is what they say together. It does not judge a card: it says that it is listed, why, and how old the list is. The
//! rule that it upholds: increments are taken in their order and without gaps, or not at all.

mod chain;
mod line;
mod parse;
#[cfg(test)]
mod tests;
mod write;

use std::{fmt, path::PathBuf, str::FromStr};

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::profile::said::{Bilingual, said};

pub use self::{
    parse::{Change, Entries, LONGEST, List, entries, parse},
    write::{increment, monthly},
};

/// For how many days behind its date a list is good. After that the cards of nobody are accepted, until there is a
/// newer one [OPPOSITION-LISTS days].
pub const GOOD_FOR: i32 = 7;

/// The serial number of a card. Zeros before it do not count.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Serial(u32);

/// Why a card is opposed [CSS-R161 33-3, 33-7] [OPPOSITION-LISTS reasons].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its holder lost it.
    Lost,
    /// It was stolen.
    Stolen,
    /// It was used by fraud.
    Fraud,
    /// A change of its rights was not loaded within the month.
    RightsNotUpdated,
    /// Its holder went to another body.
    BodyChanged,
    /// Its issuer denounced it.
    Denounced,
    /// Another card took its place, or its holder has no right to it any more, and it was not given back.
    NotReturned,
}

/// A card of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// Its serial number.
    #[serde(rename = "numero_serie", serialize_with = "as_text")]
    pub serial: Serial,
    /// Why it is opposed.
    pub reason: Reason,
    /// When that came to pass, if the list says it.
    #[serde(serialize_with = "day_as_text")]
    pub since: Option<Date>,
}

/// A list that has a part in what an [`Opposition`] says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// Where it was read from.
    pub path: PathBuf,
    /// The day of which it is.
    pub date: Date,
    /// Whether it is a monthly list.
    pub is_monthly: bool,
    /// How many cards it has, or adds or changes.
    pub added: usize,
    /// How many it withdraws.
    pub withdrawn: usize,
}

/// What a monthly list and the increments behind it say together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opposition {
    /// By serial number.
    entries: Vec<Entry>,
    parts: Vec<Part>,
    set_aside: Vec<Part>,
    date: Date,
}

/// Whether a list may still be relied on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// It is not older than [`GOOD_FOR`] days.
    Good,
    /// It is: no card is accepted by it.
    TooOld,
    /// It is of a later day: the clock or the list is wrong.
    OfTheFuture,
}

impl Serial {
    /// The most digits of a serial number [MEDINTUX-SSV groups].
    pub const DIGITS: usize = 9;

    /// From its digits; `None` if they are none, or more than [`Serial::DIGITS`].
    #[must_use]
    pub fn new(digits: &str) -> Option<Self> {
        let is_serial =
            (1..=Self::DIGITS).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_serial.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// From a number; `None` if it has more than [`Serial::DIGITS`] digits.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        (number < 1_000_000_000).then_some(Self(number))
    }

    /// As a number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Serial {
    type Err = NoSerial;

    fn from_str(digits: &str) -> Result<Self, NoSerial> {
        Self::new(digits).ok_or(NoSerial)
    }
}

/// That a text is no serial number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a serial number has 1 to 9 digits, as 10000002 has")]
pub struct NoSerial;

impl fmt::Display for Serial {
    /// With eight digits or more, as card files have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Lost,
        Self::Stolen,
        Self::Fraud,
        Self::RightsNotUpdated,
        Self::BodyChanged,
        Self::Denounced,
        Self::NotReturned,
    ];

    /// The word that lists have for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lost => "perte",
            Self::Stolen => "vol",
            Self::Fraud => "fraude",
            Self::RightsNotUpdated => "droits",
            Self::BodyChanged => "organisme",
            Self::Denounced => "denonciation",
            Self::NotReturned => "non_restitution",
        }
    }

    /// The reason that lists have this word for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// What happened to the card, as one says it of a card.
    #[must_use]
    pub fn said(self) -> Bilingual {
        match self {
            Self::Lost => said!(en: "lost", fr: "perdue"),
            Self::Stolen => said!(en: "stolen", fr: "volée"),
            Self::Fraud => said!(en: "used by fraud", fr: "utilisée frauduleusement"),
            Self::RightsNotUpdated => said!(en: "rights not updated", fr: "droits non mis à jour"),
            Self::BodyChanged => said!(en: "change of body", fr: "changement d'organisme"),
            Self::Denounced => said!(en: "denounced by its issuer", fr: "dénoncée par l'émetteur"),
            Self::NotReturned => said!(en: "not returned", fr: "non restituée"),
        }
    }
}

impl Opposition {
    /// The card of a serial number, if it is opposed.
    #[must_use]
    pub fn look_up(&self, serial: Serial) -> Option<&Entry> {
        let place = self.entries.binary_search_by_key(&serial, |entry| entry.serial).ok()?;
        self.entries.get(place)
    }

    /// All cards, by serial number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lists that it was made of, the monthly list first.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The lists before the monthly list that counts: verified as the others, but nothing of them counts any more.
    #[must_use]
    pub fn set_aside(&self) -> &[Part] {
        &self.set_aside
    }

    /// The day of the last list.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// How many days old it is; negative if it is of a later day.
    #[must_use]
    pub fn age(&self, today: Date) -> i32 {
        (today - self.date).get_days()
    }

    /// Whether it may still be relied on.
    #[must_use]
    pub fn freshness(&self, today: Date) -> Freshness {
        match self.age(today) {
            ..0 => Freshness::OfTheFuture,
            0..=GOOD_FOR => Freshness::Good,
            _ => Freshness::TooOld,
        }
    }
}

fn as_text<S: Serializer>(serial: &Serial, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(serial)
}

fn day_as_text<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => serializer.collect_str(day),
        None => serializer.serialize_none(),
    }
}
