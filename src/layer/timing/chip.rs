//! What work costs inside of a chip.

use std::{collections::BTreeMap, time::Duration};

use virtuale_engine::platform::Change;

/// What work costs a chip. Every duration may be zero, which is the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chip {
    /// Any command, before its work.
    pub command: Duration,
    /// Commands by their INS, beside all else: what a model has no work for.
    pub instructions: BTreeMap<u8, Duration>,
    /// The bytes that memory keeps at once; 0 counts as 1.
    pub page: usize,
    /// What it takes to keep them.
    pub write: Duration,
    /// The power with a private exponent, by the length of the modulus in bits.
    pub rsa_private: BTreeMap<usize, Duration>,
    /// The power with a public exponent, by the same.
    pub rsa_public: BTreeMap<usize, Duration>,
    /// A new key, with the search for its primes, by the same.
    pub rsa_generate: BTreeMap<usize, Duration>,
    /// An ECDSA signature on P-256.
    pub p256_sign: Duration,
    /// Its verification.
    pub p256_verify: Duration,
    /// The product of a point and a scalar: an agreement, or the public half of a new key.
    pub p256_multiply: Duration,
    /// A block of 64 bytes of SHA-1.
    pub sha1_block: Duration,
    /// A block of 64 bytes of SHA-256.
    pub sha256_block: Duration,
    /// A block of 8 bytes of triple DES.
    pub des_block: Duration,
    /// A block of 16 bytes of AES.
    pub aes_block: Duration,
}

impl Chip {
    /// What a command costs, whatever it makes the chip do.
    #[must_use]
    pub fn of_command(&self, command: &[u8]) -> Duration {
        let of_instruction = command.get(1).and_then(|ins| self.instructions.get(ins));
        self.command + of_instruction.copied().unwrap_or_default()
    }

    /// What it takes to keep changes: each page that they touch, once for each change.
    #[must_use]
    pub fn of_changes(&self, changes: &[Change<'_>]) -> Duration {
        let page = self.page.max(1);
        let pages = |change: &Change<'_>| {
            let last = change.offset + change.bytes.len().saturating_sub(1);
            if change.bytes.is_empty() { 0 } else { last / page - change.offset / page + 1 }
        };
        times(self.write, changes.iter().map(pages).sum())
    }
}

/// The cost of so many.
pub(super) fn times(one: Duration, number: usize) -> Duration {
    one.saturating_mul(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The cost of a power with a modulus of so many bits: that of the shortest known one that is not shorter, else that of
/// the longest. Nothing where none is known.
pub(super) fn power(known: &BTreeMap<usize, Duration>, bits: usize) -> Duration {
    let not_shorter = known.range(bits..).next();
    not_shorter.or_else(|| known.last_key_value()).map_or(Duration::ZERO, |(_, &cost)| cost)
}
