//! Dates as card files write them.
//!
//! ISO 8601 (`1985-04-12`, `2024-01-31T08:30`), the digits of the reading API (`19850412`, `202401310830`, all zeros
//! for none), and relative to the day of loading (`today`, `today-2y+3m`). Months above 12 exist in the field
//! [MEDINTUX-CARDS months]; the rule that this file upholds is that a date whose month is of the calendar is of the
//! calendar as well.

use std::{env, fs};

/// A day of the calendar, as all of this library takes it: `"2026-01-15".parse()` is one. It is that of the crate
/// `jiff`, which a caller need not have.
pub use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{
    said::{Bilingual, said},
    tree::CardDate,
};

/// What a relative date begins with.
const RELATIVE: &str = "today";

/// The largest number of years, months or days in one step of a relative date.
const LONGEST_STEP: i32 = 9999;

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DateError {
    /// Not written as a date.
    #[error("this is not a date")]
    Form,
    /// A step of a relative date that cannot be taken.
    #[error("this is not a relative date")]
    Step,
    /// Before year 1 or after year 9999.
    #[error("this date is out of range")]
    Range,
    /// Year 0000, month 00 or day 00 without being all zeros.
    #[error("this date has a {what} of zero")]
    Zero {
        /// Which of the three comes first.
        what: &'static str,
        /// The first date that has what is not zero.
        nearest: CardDate,
    },
    /// A month above 12, where dates are of the calendar.
    #[error("there is no month {0}")]
    NoSuchMonth(u8),
    /// No such day in the month.
    #[error("{year:04}-{month:02} has {days} days")]
    NoSuchDay {
        /// The year.
        year: u16,
        /// The month, 1 to 12.
        month: u8,
        /// How many days it has.
        days: u8,
    },
    /// Hours above 23 or minutes above 59.
    #[error("there is no such time of day")]
    NoSuchTime,
}

impl DateError {
    /// What is wrong, in both languages.
    #[must_use]
    pub fn said(self) -> Bilingual {
        let french = match self {
            Self::Form => "ce n'est pas une date".into(),
            Self::Step => "ce n'est pas une date relative".into(),
            Self::Range => "cette date est hors limites".into(),
            Self::Zero { what: "year", .. } => "l'année de cette date est zéro".into(),
            Self::Zero { what: "month", .. } => "le mois de cette date est zéro".into(),
            Self::Zero { .. } => "le jour de cette date est zéro".into(),
            Self::NoSuchMonth(month) => format!("il n'y a pas de mois {month}"),
            Self::NoSuchDay { year, month, days } => format!("{year:04}-{month:02} n'a que {days} jours"),
            Self::NoSuchTime => "cette heure n'existe pas".into(),
        };
        Bilingual::new(self.to_string(), french)
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(self) -> Bilingual {
        match self {
            Self::Form => said!(
                en: "write \"2024-01-31\", or \"today-2y\" for two years before the day of loading",
                fr: "écrire \"2024-01-31\", ou \"today-2y\" pour deux ans avant le jour du chargement",
            ),
            Self::Step => said!(
                en: "write steps in years, months or days: \"today-2y\", \"today+6m\", \"today-10d\", \"today-2y+3m\"",
                fr: "compter en années (y), mois (m) ou jours (d) : \"today-2y\", \"today+6m\", \"today-10d\", \
                     \"today-2y+3m\"",
            ),
            Self::Range => said!(en: "years go from 0001 to 9999", fr: "les années vont de 0001 à 9999"),
            Self::Zero { nearest, .. } => said!(
                en: "write the whole date, such as \"{nearest}\"",
                fr: "écrire la date entière, par exemple \"{nearest}\"",
            ),
            Self::NoSuchMonth(_) => said!(
                en: "months go from 01 to 12; only a date of birth may have a month above",
                fr: "les mois vont de 01 à 12 ; seule une date de naissance peut avoir un mois au-delà",
            ),
            Self::NoSuchDay { year, month, days } => said!(
                en: "its last day is \"{year:04}-{month:02}-{days}\"",
                fr: "son dernier jour est \"{year:04}-{month:02}-{days}\"",
            ),
            Self::NoSuchTime => said!(
                en: "hours go from 00 to 23, minutes from 00 to 59",
                fr: "les heures vont de 00 à 23, les minutes de 00 à 59",
            ),
        }
    }
}

impl From<Date> for CardDate {
    fn from(date: Date) -> Self {
        let year = u16::try_from(date.year()).unwrap_or(0);
        Self { year, month: date.month().unsigned_abs(), day: date.day().unsigned_abs(), hour: 0, minute: 0 }
    }
}

/// The day of the calendar that a date is; `None` where its month or day is not of the calendar.
#[must_use]
pub fn calendar(date: CardDate) -> Option<Date> {
    let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    Date::new(i16::try_from(date.year).ok()?, month, day).ok()
}

/// Reads a date; `None` if it is all zeros, which is how the field writes that there is none.
///
/// # Errors
///
/// [`DateError`] says what is wrong.
pub fn read(text: &str, today: Date) -> Result<Option<CardDate>, DateError> {
    match text.strip_prefix(RELATIVE) {
        Some(steps) => relative(steps, today).map(Some),
        None => absolute(text),
    }
}

/// The date that somebody meant who wrote it as people do, `12/04/1985`, or without zeros, `1985-4-12`, as card files
/// write it; `None` if it is nothing of that.
#[must_use]
pub fn meant(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['/', '.', '-']).collect();
    let [first, middle, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let is_number =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    if year.len() != 4 || !is_number(year, 4) || !is_number(middle, 2) || !is_number(day, 2) {
        return None;
    }
    let date = format!("{year}-{middle:0>2}-{day:0>2}");
    // With a month above 12 it is not clear which number is the month.
    absolute(&date).ok().flatten().filter(|date| date.month <= 12).map(|_| date)
}

/// The day it is in the time zone that the program is run in: that of `TZ`, else the machine's.
#[must_use]
pub fn today() -> Date {
    // Without `TZ` the machine's file says it all, and the folder of all zones need not be walked for its name.
    let machine = || TimeZone::tzif("", &fs::read("/etc/localtime").ok()?).ok();
    let zone = if env::var_os("TZ").is_none() { machine() } else { None };
    Timestamp::now().to_zoned(zone.unwrap_or_else(TimeZone::system)).date()
}

/// Reads a day of the calendar: an ISO 8601 date, or one relative to today, for which `+10d` is short for `today+10d`.
/// Only then is `today` asked.
///
/// # Errors
///
/// [`DateError`] says what is wrong; a date of zeros, and one with a time of day, is none.
pub fn day(text: &str, today: impl FnOnce() -> Date) -> Result<Date, DateError> {
    let date = match text.strip_prefix(RELATIVE) {
        Some(steps) => Some(relative(steps, today())?),
        None if text.starts_with(['+', '-']) => Some(relative(text, today())?),
        None => absolute(text)?,
    };
    let date = date.filter(|date| (date.hour, date.minute) == (0, 0)).ok_or(DateError::Form)?;
    let of_calendar = || {
        let (year, month, day) =
            (i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
        Date::new(year, month, day).ok()
    };
    of_calendar().ok_or(DateError::NoSuchMonth(date.month))
}

/// `today` and the steps after it, taken one after the other.
fn relative(mut steps: &str, today: Date) -> Result<CardDate, DateError> {
    let mut date = today;
    while !steps.is_empty() {
        let unit = steps.find(|c: char| c.is_ascii_alphabetic()).ok_or(DateError::Step)?;
        let (step, rest) = steps.split_at(unit + 1);
        date = after_step(date, step)?;
        steps = rest;
    }
    if date.year() < 1 { Err(DateError::Range) } else { Ok(date.into()) }
}

/// A day, `+6m` later. A day that the month does not have becomes its last.
fn after_step(date: Date, step: &str) -> Result<Date, DateError> {
    let (count, unit) = step.split_at(step.len() - 1);
    let digits = count.strip_prefix(['+', '-']).ok_or(DateError::Step)?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(DateError::Step);
    }
    let count: i32 = count.parse().map_err(|_| DateError::Range)?;
    if count.abs() > LONGEST_STEP {
        return Err(DateError::Range);
    }
    let span = match unit {
        "y" => count.years(),
        "m" => count.months(),
        "d" => count.days(),
        _ => return Err(DateError::Step),
    };
    date.checked_add(span).map_err(|_| DateError::Range)
}

/// A date of its own.
fn absolute(text: &str) -> Result<Option<CardDate>, DateError> {
    let (day, time) = split(text).ok_or(DateError::Form)?;
    if day.bytes().chain(time.bytes()).all(|digit| digit == b'0') {
        return Ok(None);
    }
    let number = |digits: &str| digits.parse::<u16>().map_err(|_| DateError::Form);
    let small = |digits: &str| digits.parse::<u8>().map_err(|_| DateError::Form);
    let (year, month_day) = day.split_at(4);
    let (month, day) = month_day.split_at(2);
    let (hour, minute) = time.split_at(2);
    let date = CardDate {
        year: number(year)?,
        month: small(month)?,
        day: small(day)?,
        hour: small(hour)?,
        minute: small(minute)?,
    };
    check(date).map(|()| Some(date))
}

/// The 8 digits of the day and the 4 of the time of day, which is midnight if there is none.
fn split(text: &str) -> Option<(String, String)> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let known = matches!(
        shape.as_str(),
        "99999999" | "999999999999" | "9999-99-99" | "9999-99-99T99:99" | "9999-99-99 99:99" | "9999-99-99T99:99:99"
    );
    let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 14 && !digits.ends_with("00") || !known {
        return None;
    }
    digits.truncate(12);
    let mut time = digits.split_off(8);
    if time.is_empty() {
        time.push_str("0000");
    }
    Some((digits, time))
}

/// Whether a date can be.
fn check(date: CardDate) -> Result<(), DateError> {
    let CardDate { year, month, day, hour, minute } = date;
    if hour > 23 || minute > 59 {
        return Err(DateError::NoSuchTime);
    }
    for (value, name) in [(year, "year"), (u16::from(month), "month"), (u16::from(day), "day")] {
        if value == 0 {
            let nearest = CardDate { year: year.max(1), month: month.max(1), day: day.max(1), ..date };
            return Err(DateError::Zero { what: name, nearest });
        }
    }
    let first = i16::try_from(year).ok().zip(i8::try_from(month).ok());
    let first = first.filter(|_| month <= 12).and_then(|(year, month)| Date::new(year, month, 1).ok());
    let days = first.map_or(99, |first| first.days_in_month().unsigned_abs());
    if day > days { Err(DateError::NoSuchDay { year, month, days }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{CardDate, DateError, read};

    const TODAY: Date = date(2026, 1, 31);

    fn day(year: u16, month: u8, day: u8) -> CardDate {
        CardDate { year, month, day, hour: 0, minute: 0 }
    }

    #[test]
    fn dates_are_read_in_each_form() {
        assert_eq!(read("1985-04-12", TODAY), Ok(Some(day(1985, 4, 12))));
        assert_eq!(read("19850412", TODAY), Ok(Some(day(1985, 4, 12))));
        let with_time = CardDate { hour: 8, minute: 30, ..day(2024, 1, 31) };
        for text in ["2024-01-31T08:30", "2024-01-31 08:30", "2024-01-31T08:30:00", "202401310830"] {
            assert_eq!(read(text, TODAY), Ok(Some(with_time)), "{text}");
        }
    }

    #[test]
    fn months_above_twelve_have_any_day() {
        // 38 of 178 birth dates of test cards are in month 19 [MEDINTUX-CARDS months]
        assert_eq!(read("1985-19-01", TODAY), Ok(Some(day(1985, 19, 1))));
        assert_eq!(read("19851399", TODAY), Ok(Some(day(1985, 13, 99))));
    }

    #[test]
    fn all_zeros_are_no_date() {
        for text in ["0000-00-00", "00000000", "000000000000"] {
            assert_eq!(read(text, TODAY), Ok(None), "{text}");
        }
    }

    #[test]
    fn relative_dates_take_their_steps_in_turn() {
        assert_eq!(read("today", TODAY), Ok(Some(day(2026, 1, 31))));
        assert_eq!(read("today-2y", TODAY), Ok(Some(day(2024, 1, 31))));
        assert_eq!(read("today+1m", TODAY), Ok(Some(day(2026, 2, 28))));
        assert_eq!(read("today-10d", TODAY), Ok(Some(day(2026, 1, 21))));
        assert_eq!(read("today-2y+1m", TODAY), Ok(Some(day(2024, 2, 29))));
    }

    #[test]
    fn a_day_is_of_the_calendar_and_may_be_relative() {
        for (text, wanted) in [
            ("2026-01-15", date(2026, 1, 15)),
            ("20260115", date(2026, 1, 15)),
            ("today", TODAY),
            ("today+1y", date(2027, 1, 31)),
            ("today-3m", date(2025, 10, 31)),
            ("+10d", date(2026, 2, 10)),
            ("-1y+1d", date(2025, 2, 1)),
        ] {
            assert_eq!(super::day(text, || TODAY), Ok(wanted), "{text}");
        }
        assert_eq!(super::day("2026-13-01", || TODAY), Err(DateError::NoSuchMonth(13)));
        for text in ["0000-00-00", "2026-01-15T08:30", "10d", "tomorrow"] {
            assert_eq!(super::day(text, || TODAY), Err(DateError::Form), "{text}");
        }
        assert_eq!(super::day("+10", || TODAY), Err(DateError::Step));
    }

    #[test]
    fn what_people_write_is_understood_where_it_is_a_date() {
        for text in ["12/04/1985", "12.04.1985", "12-4-1985", "1985/04/12", "1985-4-12", "1985-04-12"] {
            assert_eq!(super::meant(text).as_deref(), Some("1985-04-12"), "{text}");
        }
        for text in ["12/04/85", "31/02/1985", "12/13/1985", "1985-00-00", "1.2", "a/b/1985", "1/2/3/4", ""] {
            assert_eq!(super::meant(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read("2025-02-29", TODAY), Err(DateError::NoSuchDay { year: 2025, month: 2, days: 28 }));
        assert_eq!(read("2025-00-29", TODAY), Err(DateError::Zero { what: "month", nearest: day(2025, 1, 29) }));
        let born_sometime = read("1950-00-00", TODAY).expect_err("it has zeros");
        assert_eq!(born_sometime.hint().english, "write the whole date, such as \"1950-01-01\"");
        assert_eq!(read("2025-01-01T24:00", TODAY), Err(DateError::NoSuchTime));
        for text in ["", "12/04/1985", "1985-4-12", "2024-01-31T08:30:15", "1985-04-12Z", "１９８５-04-12"] {
            assert_eq!(read(text, TODAY), Err(DateError::Form), "{text}");
        }
        for text in ["today-", "today-2", "today2y", "today-y", "today+-2y", "today-2w", "todayé", "today - 2y"] {
            assert_eq!(read(text, TODAY), Err(DateError::Step), "{text}");
        }
        for text in ["today+9000y", "today-9999y", "today-99999999999d"] {
            assert_eq!(read(text, TODAY), Err(DateError::Range), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(year in 1..=9999_u16, month in 1..=99_u8, number in 1..=28_u8, hour in 0..24_u8) {
            let written = CardDate { year, month, day: number, hour, minute: 0 };
            prop_assert_eq!(read(&written.to_string(), TODAY), Ok(Some(written)));
        }

        #[test]
        fn days_forth_and_back_are_today(days in 0..=9999_u32) {
            prop_assert_eq!(read(&format!("today+{days}d-{days}d"), TODAY), Ok(Some(TODAY.into())));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}|today([+-][0-9]{0,12}[ymdw]){0,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{0,8}") {
            if let Ok(Some(date)) = read(&text, TODAY) {
                prop_assert_eq!(read(&date.to_string(), TODAY), Ok(Some(date)));
            }
        }
    }
}
