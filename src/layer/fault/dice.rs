//! The chance of a fault: a stream of its own, which its seed says.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// What a fault draws from.
#[derive(Clone, Debug)]
pub(super) struct Dice(ChaCha20Rng);

/// How many equal parts a probability is written in: a million.
pub(super) const PARTS: u32 = 1_000_000;

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// How far it was drawn.
    pub(super) fn position(&self) -> u64 {
        u64::try_from(self.0.get_word_pos()).unwrap_or(u64::MAX)
    }

    /// Draws from there on.
    pub(super) fn seek(&mut self, position: u64) {
        self.0.set_word_pos(position.into());
    }

    /// A number below this one; 0 for 0.
    pub(super) fn below(&mut self, most: u32) -> u32 {
        // 64 bits for 32: the bias is below what anybody can see.
        u32::try_from(self.0.next_u64() % u64::from(most.max(1))).unwrap_or(0)
    }

    /// True in so many of a million cases.
    pub(super) fn falls(&mut self, parts: u32) -> bool {
        self.below(PARTS) < parts
    }

    /// A number of the exponential distribution with the mean 1, by its inverse.
    pub(super) fn exponential(&mut self) -> f64 {
        let uniform = (f64::from(self.below(PARTS)) + 0.5) / f64::from(PARTS);
        -uniform.ln()
    }
}
