//! Amounts in whole cents, of care forms and of their copies.
//!
//! The basic regime's share of an act is its rate, in whole per cent, of the tariff: of what is asked for it without
//! what is beyond the tariff. It is rounded to the cent once for each act, half a cent upwards; sums are of rounded
//! shares.

use std::{fmt, iter::Sum, ops::Add};

use serde::Serialize;

/// So many cents.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Cents(pub u64);

/// A rate in per cent, 0 to 100.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rate(pub u8);

impl Cents {
    /// None.
    pub const ZERO: Self = Self(0);

    /// This without a part of it; `None` if the part is greater.
    #[must_use]
    pub fn without(self, part: Self) -> Option<Self> {
        self.0.checked_sub(part.0).map(Self)
    }

    /// A rate of it, rounded to the cent, half a cent upwards.
    #[must_use]
    pub fn at(self, Rate(rate): Rate) -> Self {
        let hundredths = u128::from(self.0) * u128::from(rate);
        Self(u64::try_from((hundredths + 50) / 100).unwrap_or(u64::MAX))
    }
}

impl Rate {
    /// All of it.
    pub const WHOLE: Self = Self(100);
}

impl Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Cents {
    /// As a form file has it: `26.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_are_rounded_to_the_cent_half_upwards() {
        let rows =
            [(3000, 70, 2100), (2650, 70, 1855), (1, 50, 1), (1, 49, 0), (333, 65, 216), (u64::MAX, 100, u64::MAX)];
        for (amount, rate, share) in rows {
            assert_eq!(Cents(amount).at(Rate(rate)), Cents(share), "{amount} at {rate}");
        }
    }

    #[test]
    fn amounts_are_shown_in_euros() {
        assert_eq!([0, 5, 2650, 100_000].map(|cents| Cents(cents).to_string()), ["0.00", "0.05", "26.50", "1000.00"]);
    }

    proptest! {
        #[test]
        fn a_share_is_within_half_a_cent_and_no_more_than_all(amount in 0..10_000_000_u64, rate in 0..=100_u8) {
            let share = Cents(amount).at(Rate(rate));
            prop_assert!(share <= Cents(amount));
            prop_assert!((share.0 * 100).abs_diff(amount * u64::from(rate)) <= 50);
        }
    }
}
