//! When a fault strikes.

use std::fmt;

use virtuale_engine::StatusWord;

use super::{dice::PARTS, follow::SHORT};

/// When a fault strikes. What is not said holds for everything.
///
/// What is counted, in `count`, are the events that all else fits: the commands; for a wrong answer to reset the
/// resets; for the power the commits. Counting begins when the fault is armed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct When {
    /// Commands with this instruction.
    pub ins: Option<u8>,
    /// Commands that select or address this file.
    pub file: Option<FileName>,
    /// Commands that the card answers with such a status word.
    pub answer: Option<StatusPattern>,
    /// In these sessions, from a reset to the next. The one in which the fault is armed is the first.
    pub session: Option<Range>,
    /// Which of the events.
    pub count: Count,
    /// How often it strikes at most.
    pub times: Option<u32>,
    /// With this probability each time.
    pub chance: Option<Probability>,
    /// Where chance starts; 0 if nothing is said.
    pub seed: Option<u64>,
    /// Whether the card carries out the command that is struck; if nothing is said, as
    /// [`Effect::is_done`](super::Effect::is_done) has it.
    pub done: Option<bool>,
}

/// Which of a number of events, counted from 1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Count {
    /// Each.
    #[default]
    Each,
    /// These: `n=3`, `n=3..7`, `n=3..`.
    Nth(Range),
    /// Each one behind so many: `after=5`.
    After(u32),
    /// Every so many: `every=3`.
    Every(u32),
}

/// Numbers from 1 on: `3`, `3..7`, `3..`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Range {
    first: u32,
    last: u32,
}

/// A file, as somebody names it: `D001`, `3F00/D001`, `sfi:2`, or by its name in the layout of the card, `IDENTITE`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileName(String);

/// Status words: `9000`, `61xx`, `63Cx`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StatusPattern {
    bits: u16,
    mask: u16,
}

/// A probability above 0, in millionths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Probability(u32);

impl Range {
    /// From one number on to another, both included; `None` if there is none such.
    #[must_use]
    pub fn new(first: u32, last: u32) -> Option<Self> {
        (first >= 1 && first <= last).then_some(Self { first, last })
    }

    /// One number, from 1 on.
    #[must_use]
    pub fn one(number: u32) -> Option<Self> {
        Self::new(number, number)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_once("..") {
            Some((first, "")) => Self::new(number(first)?, u32::MAX),
            Some((first, last)) => Self::new(number(first)?, number(last)?),
            None => Self::one(number(text)?),
        }
    }

    pub(super) fn has(self, number: u32) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// Whether no number above this one is in it.
    pub(super) fn is_over_after(self, number: u32) -> bool {
        self.last <= number
    }

    fn is_open(self) -> bool {
        self.last == u32::MAX
    }
}

/// A number that is written with digits alone.
pub(super) fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl Count {
    /// Whether the event with this number is meant.
    pub(super) fn has(self, number: u32) -> bool {
        match self {
            Self::Each => true,
            Self::Nth(range) => range.has(number),
            Self::After(number_before) => number > number_before,
            Self::Every(step) => number.is_multiple_of(step),
        }
    }

    /// Whether no event behind the one with this number is meant.
    pub(super) fn is_over_after(self, number: u32) -> bool {
        matches!(self, Self::Nth(range) if range.is_over_after(number))
    }

    /// Behind how many events each one is meant; `None` if not all behind some are.
    pub(super) fn all_after(self) -> Option<u32> {
        match self {
            Self::Each => Some(0),
            Self::After(number) => Some(number),
            Self::Nth(range) => range.is_open().then(|| range.first - 1),
            Self::Every(_) => None,
        }
    }
}

impl FileName {
    /// The longest.
    const LONGEST: usize = 64;

    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | ':' | '_' | '-' | '.');
        let good = (1..=Self::LONGEST).contains(&text.len()) && text.chars().all(is_of_name);
        good.then(|| Self(text.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only a card says which file it is: it is no identifier, short one or path.
    #[must_use]
    pub fn is_of_layout(&self) -> bool {
        let is_identifier = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        !self.0.starts_with(SHORT) && !self.0.split('/').all(is_identifier)
    }
}

impl StatusPattern {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != 4 {
            return None;
        }
        text.chars().try_fold(Self { bits: 0, mask: 0 }, |Self { bits, mask }, digit| match digit {
            'x' | 'X' => Some(Self { bits: bits << 4, mask: mask << 4 }),
            _ => {
                let digit = u16::try_from(digit.to_digit(16)?).ok()?;
                Some(Self { bits: bits << 4 | digit, mask: mask << 4 | 0xF })
            }
        })
    }

    pub(super) fn fits(self, status: StatusWord) -> bool {
        status.0 & self.mask == self.bits
    }
}

impl Probability {
    /// In so many of a million cases, 1 to 1,000,000.
    #[must_use]
    pub fn millionths(parts: u32) -> Option<Self> {
        (1..=PARTS).contains(&parts).then_some(Self(parts))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let whole = number(whole).filter(|whole| *whole <= 1)?;
        if !(1..=6).contains(&fraction.len()) {
            return None;
        }
        let fraction = number(&format!("{fraction:0<6}"))?;
        Self::millionths(whole * PARTS + fraction)
    }

    pub(super) fn parts(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, last) if first == last => write!(f, "{first}"),
            (first, u32::MAX) => write!(f, "{first}.."),
            (first, last) => write!(f, "{first}..{last}"),
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..4).rev().try_for_each(|digit| match self.mask >> (4 * digit) & 0xF {
            0 => f.write_str("x"),
            _ => write!(f, "{:X}", self.bits >> (4 * digit) & 0xF),
        })
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PARTS => f.write_str("1"),
            parts => f.write_str(format!("0.{parts:06}").trim_end_matches('0')),
        }
    }
}
