//! Times of faults: whole milliseconds, fixed or drawn.

use std::{fmt, time::Duration};

use super::dice::Dice;

/// A time in milliseconds, up to an hour. It is written `200ms`, `2s`, `1.5s`.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Millis(u32);

/// How long something takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delay {
    /// That long: `200ms`.
    Fixed(Millis),
    /// Drawn between two times, each as probable as any other: `200ms..2s`.
    Uniform(Millis, Millis),
    /// Drawn so that short times are frequent and long ones are rare, with this mean: `exp:300ms`. It is never longer
    /// than 20 times the mean.
    Exponential(Millis),
}

/// What stands before the mean of an exponential distribution.
const EXPONENTIAL: &str = "exp:";

/// How many times the mean a time of an exponential distribution is at most.
const MOST_MEANS: u32 = 20;

impl Millis {
    /// The longest: an hour.
    pub const LONGEST: Self = Self(3_600_000);

    /// So many milliseconds, if that is no more than an hour.
    #[must_use]
    pub fn new(milliseconds: u32) -> Option<Self> {
        Some(Self(milliseconds)).filter(|time| *time <= Self::LONGEST)
    }

    /// As a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0.into())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 1),
            None => (text.strip_suffix('s')?, 1000),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
            return None;
        }
        let scale = 10_u32.pow(u32::try_from(fraction.len()).ok()?);
        let thousandths = fraction.parse::<u32>().ok()?.checked_mul(unit)?;
        // A part of a millisecond is none.
        if !thousandths.is_multiple_of(scale) {
            return None;
        }
        let milliseconds = whole.parse::<u32>().ok()?.checked_mul(unit)?.checked_add(thousandths / scale)?;
        Self::new(milliseconds)
    }
}

impl Delay {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(mean) = text.strip_prefix(EXPONENTIAL) {
            return Millis::parse(mean).map(Self::Exponential);
        }
        match text.split_once("..") {
            Some((least, most)) => {
                let (least, most) = (Millis::parse(least)?, Millis::parse(most)?);
                (least <= most).then_some(Self::Uniform(least, most))
            }
            None => Millis::parse(text).map(Self::Fixed),
        }
    }

    /// Whether it is drawn.
    #[must_use]
    pub fn is_drawn(self) -> bool {
        !matches!(self, Self::Fixed(_))
    }

    /// The longest that can be drawn.
    pub(super) fn longest(self) -> Millis {
        match self {
            Self::Fixed(time) | Self::Uniform(_, time) => time,
            Self::Exponential(Millis(mean)) => Millis(mean.saturating_mul(MOST_MEANS).min(Millis::LONGEST.0)),
        }
    }

    /// A time of the distribution.
    pub(super) fn draw(self, dice: &mut Dice) -> Millis {
        match self {
            Self::Fixed(time) => time,
            Self::Uniform(Millis(least), Millis(most)) => Millis(least + dice.below(most - least + 1)),
            Self::Exponential(Millis(mean)) => {
                let Millis(most) = self.longest();
                let time = Duration::from_millis(mean.into()).mul_f64(dice.exponential());
                Millis(u32::try_from(time.as_millis()).unwrap_or(most).min(most))
            }
        }
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0ms"),
            time if time.is_multiple_of(1000) => write!(f, "{}s", time / 1000),
            time => write!(f, "{time}ms"),
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(time) => time.fmt(f),
            Self::Uniform(least, most) => write!(f, "{least}..{most}"),
            Self::Exponential(mean) => write!(f, "{EXPONENTIAL}{mean}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Delay, Dice, Millis};

    #[test]
    fn times_are_read_in_both_units() {
        for (text, time) in [("0ms", 0), ("0s", 0), ("200ms", 200), ("2s", 2000), ("1.5s", 1500), ("0.001s", 1)] {
            assert_eq!(Millis::parse(text), Some(Millis(time)), "{text}");
        }
        for text in ["", "s", "2", "2m", "-1s", "1.5ms", ".5s", "1.s", "1.0005s", "3601s", "99999999999s", "2 s"] {
            assert_eq!(Millis::parse(text), None, "{text}");
        }
    }

    #[test]
    fn drawn_times_are_of_their_distribution() {
        let mut dice = Dice::new(7);
        let uniform = Delay::parse("200ms..2s").expect("a time");
        let drawn: Vec<u32> = (0..1000).map(|_| uniform.draw(&mut dice).0).collect();
        assert!(drawn.iter().all(|time| (200..=2000).contains(time)));
        let mean = drawn.iter().sum::<u32>() / 1000;
        assert!((1000..1200).contains(&mean), "{mean}");
        let exponential = Delay::parse("exp:300ms").expect("a time");
        let drawn: Vec<u32> = (0..1000).map(|_| exponential.draw(&mut dice).0).collect();
        let mean = drawn.iter().sum::<u32>() / 1000;
        assert!((260..340).contains(&mean) && drawn.iter().all(|time| *time <= 6000), "{mean}");
        let (mut one, mut other) = (Dice::new(3), Dice::new(3));
        assert_eq!(uniform.draw(&mut one), uniform.draw(&mut other), "a seed says all");
    }
}
