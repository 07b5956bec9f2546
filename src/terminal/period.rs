//! From one day to another, as cards say it.

use jiff::Span;
use serde::{Serialize, Serializer};

use crate::profile::{dates::calendar, tree::CardDate};

/// "Soon": a month, in which a person can still do something about it.
const SOON_MONTHS: i64 = 1;

/// From one day to another, both included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Period {
    /// The first day; `None` where the card gives none.
    #[serde(rename = "debut", serialize_with = "as_text")]
    pub start: Option<CardDate>,
    /// The last day; `None` for an open end.
    #[serde(rename = "fin", serialize_with = "as_text")]
    pub end: Option<CardDate>,
}

impl Period {
    /// Whether it says anything.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.start.is_some() || self.end.is_some()
    }

    /// Whether the day lies in it. Times of day do not count.
    #[must_use]
    pub fn covers(&self, today: CardDate) -> bool {
        !self.is_over(today) && !self.is_to_come(today)
    }

    /// Whether it ended before the day.
    #[must_use]
    pub fn is_over(&self, today: CardDate) -> bool {
        self.end.is_some_and(|end| day_of(end) < day_of(today))
    }

    /// Whether it begins after the day.
    #[must_use]
    pub fn is_to_come(&self, today: CardDate) -> bool {
        self.start.is_some_and(|start| day_of(start) > day_of(today))
    }
}

/// Whether a last day comes within a month.
pub(in crate::terminal) fn is_soon(end: CardDate, today: CardDate) -> bool {
    let soon = calendar(today).and_then(|today| today.checked_add(Span::new().months(SOON_MONTHS)).ok());
    calendar(end).zip(soon).is_some_and(|(end, soon)| end <= soon)
}

/// The day without the time of day.
fn day_of(date: CardDate) -> (u16, u8, u8) {
    (date.year, date.month, date.day)
}

/// A date as `2026-01-15` or `2026-01-15T12:30`, if there is one.
pub(in crate::terminal) fn as_text<S: Serializer>(date: &Option<CardDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => day_as_text(date, serializer),
        None => serializer.serialize_none(),
    }
}

/// A date as `2026-01-15` or `2026-01-15T12:30`.
pub(in crate::terminal) fn day_as_text<S: Serializer>(date: &CardDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

#[cfg(test)]
mod tests {
    use super::{CardDate, Period};

    fn day(year: u16, month: u8, day: u8) -> CardDate {
        CardDate { year, month, day, hour: 0, minute: 0 }
    }

    #[test]
    fn a_period_has_both_its_days_and_may_be_open() {
        let noon = CardDate { hour: 12, ..day(2026, 3, 31) };
        let period = Period { start: Some(day(2026, 3, 1)), end: Some(day(2026, 3, 31)) };
        assert!(period.covers(day(2026, 3, 1)) && period.covers(noon));
        assert!(period.is_to_come(day(2026, 2, 28)) && period.is_over(day(2026, 4, 1)));
        assert!(Period { end: None, ..period }.covers(day(2099, 1, 1)));
        assert!(!Period::default().is_given());
    }
}
