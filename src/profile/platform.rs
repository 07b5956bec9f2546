//! The platform of a virtual card: a fixed day and seeded chance, so that a run can be repeated.

use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use virtuale_coprocessor::Coprocessor;
use virtuale_engine::platform::{Clock, Day, Forgetful, Platform, Random};

/// A clock that stands still.
struct FixedDay(Day);

/// Random bytes that depend on the seed only.
struct Seeded(ChaCha20Rng);

impl Clock for FixedDay {
    fn today(&self) -> Day {
        self.0
    }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// A platform in which it is always `today`, chance follows `seed`, and commits are not kept.
pub(super) fn fixed(today: Date, seed: u64) -> Platform {
    Platform {
        clock: Box::new(FixedDay(day(today))),
        random: Box::new(Seeded(ChaCha20Rng::seed_from_u64(seed))),
        sink: Box::new(Forgetful),
        crypto: Box::new(Coprocessor),
    }
}

/// A calendar date as the chip has it; the year 0 for dates before Christ.
fn day(date: Date) -> Day {
    let small = |value: i8| u8::try_from(value).unwrap_or(1);
    Day { year: u16::try_from(date.year()).unwrap_or(0), month: small(date.month()), day: small(date.day()) }
}

#[cfg(test)]
mod tests {
    use super::fixed;
    use jiff::civil::date;
    use virtuale_engine::platform::Day;

    #[test]
    fn a_platform_depends_on_its_day_and_seed_only() {
        let draw = |seed| {
            let mut platform = fixed(date(2026, 1, 15), seed);
            let mut bytes = [0; 16];
            platform.random.fill(&mut bytes);
            (platform.clock.today(), bytes)
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(1).0, Day { year: 2026, month: 1, day: 15 });
    }
}
