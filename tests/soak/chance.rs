//! The chance of a run, from its seed.

use std::{env, time::Duration};

use libtest_mimic::Failed;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// The seed: `VIRTUALE_SOAK_SEED`, else 0.
pub(crate) fn seed() -> Result<u64, Failed> {
    let seed = env::var("VIRTUALE_SOAK_SEED").ok().map_or(Ok(0), |seed| seed.parse());
    Ok(seed.map_err(|_| "VIRTUALE_SOAK_SEED is no number")?)
}

/// Somebody's chance.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// That of one of those who take part.
    pub(crate) fn of(seed: u64, who: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(who);
        Self(chance)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(bound).expect("64 bits")).expect("below a usize")
    }

    /// One of some.
    pub(crate) fn of_these<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.below(these.len())]
    }

    /// A time from nothing to twice `mean`.
    pub(crate) fn around(&mut self, mean: Duration) -> Duration {
        mean * u32::try_from(self.below(2000)).expect("it is small") / 1000
    }
}
