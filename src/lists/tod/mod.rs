//! The table of destinations (TOD): from the regime, caisse and centre of a card to whom its forms are sent
//! [WIKIPEDIA-VITALE destinations].
//!
//! A body that took the place of others is followed: a card that still has the old one is not without a destination.
//! The rules that it upholds: following ends, since a table that leads in a circle is refused, and every body that
//! took the place of another is in the table.

mod read;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::profile::{
    LoadError,
    diagnostic::{Diagnostics, Source},
    reading,
    written::LONGEST,
};

/// A body of the compulsory insurance, or all of a regime or a caisse that have no row of their own.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Body {
    /// The regime: 2 digits.
    pub regime: String,
    /// The caisse: 3 digits.
    pub caisse: Option<String>,
    /// The centre: 4 digits.
    pub centre: Option<String>,
}

/// What the table says of a body.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Row {
    destination: Option<String>,
    name: Option<String>,
    /// The body that took its place, and since when.
    merged: Option<(Body, Option<Date>)>,
}

/// A table of destinations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tod {
    date: Date,
    rows: BTreeMap<Body, Row>,
}

/// Where the forms of a body go.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Destination {
    /// To whom.
    #[serde(rename = "destinataire")]
    pub to: String,
    /// What the body is called that they are for, if the table says it.
    #[serde(rename = "nom")]
    pub name: Option<String>,
    /// The body that they are for: that of the card, or the last one that took its place.
    #[serde(rename = "organisme")]
    pub body: Body,
    /// Which bodies took the place of which, from that of the card on.
    #[serde(rename = "reprises")]
    pub merged: Vec<Merger>,
}

/// That a body took the place of another.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Merger {
    /// Whose place.
    #[serde(rename = "organisme")]
    pub from: Body,
    /// Which body.
    #[serde(rename = "repris_par")]
    pub into: Body,
    /// Since when, if the table says it.
    #[serde(rename = "depuis", serialize_with = "day_as_text")]
    pub since: Option<Date>,
}

/// A body whose forms go nowhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nowhere {
    /// Which: that of the card, or the last one that took its place.
    pub body: Body,
    /// From which day on another body takes its place, if the table has it, but without a destination until then.
    pub until: Option<Date>,
}

impl Tod {
    /// Reads a table for use on a day.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if it cannot be read, [`LoadError::Invalid`] with all that is wrong with it, also that it is
    /// of a later day.
    pub fn open(path: &Path, today: Date) -> Result<Self, LoadError> {
        Self::parse(&Arc::new(reading::text(path, LONGEST)?), today).map_err(LoadError::Invalid)
    }

    /// Reads a table for use on a day.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, also that it is of a later day.
    pub fn parse(source: &Arc<Source>, today: Date) -> Result<Self, Diagnostics> {
        read::read(source, today)
    }

    /// The day of which it is.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// How many bodies it has a row for.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Where the forms of a body go on a day. A row for its centre comes before one for its caisse, and that before
    /// one for its regime.
    ///
    /// # Errors
    ///
    /// [`Nowhere`] if the table does not have the body, or not on that day.
    pub fn destination(&self, regime: &str, caisse: &str, centre: &str, today: Date) -> Result<Destination, Nowhere> {
        self.destination_of(&Body::new(regime, caisse, centre), today)
    }

    /// The same of a body with its centre.
    ///
    /// # Errors
    ///
    /// Those of [`destination`](Self::destination).
    pub fn destination_of(&self, body: &Body, today: Date) -> Result<Destination, Nowhere> {
        let mut body = body.clone();
        let mut merged = Vec::new();
        // No row is met twice, for no table leads in a circle; so there are at most as many steps as rows.
        for _ in 0..=self.rows.len() {
            let Some((_, row)) = self.row(&body) else { break };
            match &row.merged {
                Some((into, since)) if since.is_none_or(|since| since <= today) => {
                    merged.push(Merger { from: body, into: into.clone(), since: *since });
                    body = into.clone();
                }
                later => {
                    return match &row.destination {
                        Some(to) => Ok(Destination { to: to.clone(), name: row.name.clone(), body, merged }),
                        None => Err(Nowhere { body, until: later.as_ref().and_then(|(_, since)| *since) }),
                    };
                }
            }
        }
        Err(Nowhere { body, until: None })
    }

    /// The row for a body, and the body that it was written for.
    fn row(&self, body: &Body) -> Option<(&Body, &Row)> {
        let of_caisse = Body { centre: None, ..body.clone() };
        let of_regime = Body { caisse: None, ..of_caisse.clone() };
        [body, &of_caisse, &of_regime].into_iter().find_map(|body| self.rows.get_key_value(body))
    }
}

impl Body {
    /// How many digits a regime, a caisse and a centre have.
    const WIDTHS: [usize; 3] = [2, 3, 4];

    /// A body with its centre.
    #[must_use]
    pub fn new(regime: &str, caisse: &str, centre: &str) -> Self {
        Self { regime: regime.into(), caisse: Some(caisse.into()), centre: Some(centre.into()) }
    }

    /// From the nine digits of regime, caisse and centre; `None` of anything else.
    #[must_use]
    pub fn read(digits: &str) -> Option<Self> {
        let is_body =
            digits.len() == Self::WIDTHS.iter().sum::<usize>() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let (regime, rest) = digits.split_at_checked(Self::WIDTHS[0]).filter(|_| is_body)?;
        let (caisse, centre) = rest.split_at_checked(Self::WIDTHS[1])?;
        Some(Self::new(regime, caisse, centre))
    }
}

impl fmt::Display for Body {
    /// `01 349 9881`; `01 349` of all of a caisse that have no row of their own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.regime)?;
        [&self.caisse, &self.centre].into_iter().flatten().try_for_each(|part| write!(f, " {part}"))
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn day_as_text<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => serializer.collect_str(day),
        None => serializer.serialize_none(),
    }
}
