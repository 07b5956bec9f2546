//! Dates as card files write them.
//!
//! ISO 8601 (`1985-04-12`, `2024-01-31T08:30`), the digits of the reading API (`19850412`, `202401310830`, all zeros
//! for none), and relative to the day of loading (`today`, `today-2y+3m`). Months above 12 exist in the field
//! [MEDINTUX-CARDS months]; the rule that this file upholds is that a date whose month is of the calendar is of the
//! calendar as well.

use jiff::{ToSpan, civil::Date};

use super::tree::CardDate;

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
    /// Month 00, or year 0000 without being all zeros.
    #[error("this date has a {0} of zero")]
    Zero(&'static str),
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
    /// What to write instead.
    #[must_use]
    pub fn hint(self) -> String {
        let hint = match self {
            Self::Form => "write \"2024-01-31\", or \"today-2y\" for two years before the day of loading",
            Self::Step => {
                "write steps in years, months or days: \"today-2y\", \"today+6m\", \"today-10d\", \"today-2y+3m\""
            }
            Self::Range => "years go from 0001 to 9999",
            Self::Zero(_) => "leave the key out if there is no date",
            Self::NoSuchDay { year, month, days } => return format!("its last day is \"{year:04}-{month:02}-{days}\""),
            Self::NoSuchTime => "hours go from 00 to 23, minutes from 00 to 59",
        };
        hint.into()
    }
}

impl From<Date> for CardDate {
    fn from(date: Date) -> Self {
        let year = u16::try_from(date.year()).unwrap_or(0);
        Self { year, month: date.month().unsigned_abs(), day: date.day().unsigned_abs(), hour: 0, minute: 0 }
    }
}

/// Reads a date; `None` if it is all zeros, which is how the field writes that there is none.
///
/// # Errors
///
/// [`DateError`] says what is wrong.
pub fn read(text: &str, today: Date) -> Result<Option<CardDate>, DateError> {
    match text.strip_prefix("today") {
        Some(steps) => relative(steps, today).map(Some),
        None => absolute(text),
    }
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
            return Err(DateError::Zero(name));
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
    fn what_is_wrong_is_named() {
        assert_eq!(read("2025-02-29", TODAY), Err(DateError::NoSuchDay { year: 2025, month: 2, days: 28 }));
        assert_eq!(read("2025-00-29", TODAY), Err(DateError::Zero("month")));
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
