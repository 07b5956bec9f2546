//! When a copy may be used.

use serde::Serialize;

use super::Copy;
use crate::profile::dates::Date;

/// How many days after the form a copy may be used first [CSS-R161 47].
pub const FIRST_DAY: i32 = 15;

/// How many days after the form it may be used last.
pub const LAST_DAY: i32 = 90;

/// Where a day stands to a copy, and between which days the copy may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Usage {
    /// Whether it may be used.
    pub stage: Stage,
    /// The first day on which it may, if the calendar has it.
    pub from: Option<Date>,
    /// The last one.
    pub until: Option<Date>,
}

/// Where a day stands to a copy.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The form is of a later day.
    ToCome,
    /// Fewer than [`FIRST_DAY`] days have passed: the form may still arrive.
    TooEarly,
    /// It may be used.
    Usable,
    /// More than [`LAST_DAY`] days have passed.
    TooLate,
}

impl Copy {
    /// Whether it may be used in place of a lost form on a day: if 15 days at least and 90 at most have passed since
    /// that of the form.
    #[must_use]
    pub fn usage(&self, today: Date) -> Usage {
        let behind = |days: i32| self.date.checked_add(jiff::Span::new().days(days)).ok();
        let passed = self.date.duration_until(today).as_hours() / 24;
        let stage = match passed {
            ..0 => Stage::ToCome,
            passed if passed < FIRST_DAY.into() => Stage::TooEarly,
            passed if passed <= LAST_DAY.into() => Stage::Usable,
            _ => Stage::TooLate,
        };
        Usage { stage, from: behind(FIRST_DAY), until: behind(LAST_DAY) }
    }
}
