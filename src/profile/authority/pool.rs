//! RSA keys that are ready: finding primes takes seconds, choosing a pair takes none.

use rsa::BoxedUint;
use virtuale_engine::crypto::{RsaNumbers, RsaPublicKey};

/// The pool, one key a line; its head says how it was drawn.
const POOL: &str = include_str!("../../../fixtures/keys/rsa-pool.txt");

/// The public exponent of every key of the pool: 65537.
const EXPONENT: [u8; 3] = [0x01, 0x00, 0x01];

/// How long a modulus is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RsaLength {
    /// 2048 bits.
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits.
    Bits4096,
}

impl RsaLength {
    /// The length in bits.
    #[must_use]
    pub fn bits(self) -> usize {
        match self {
            Self::Bits2048 => 2048,
            Self::Bits3072 => 3072,
            Self::Bits4096 => 4096,
        }
    }
}

/// The key of the pool with this length and number; numbers above the last begin again.
#[must_use]
pub fn rsa_numbers(length: RsaLength, number: u64) -> RsaNumbers {
    let keys: Vec<&str> = POOL.lines().filter(|line| line.starts_with(&length.bits().to_string())).collect();
    // The pool has a key of every length (a test holds that), so the remainder is below its size.
    let chosen = usize::try_from(number % keys.len().max(1) as u64).unwrap_or(0);
    let mut primes = keys.get(chosen).copied().unwrap_or_default().split(' ').skip(1);
    let mut prime = || hex::decode(primes.next().unwrap_or_default()).unwrap_or_default();
    RsaNumbers { primes: [prime(), prime()], e: EXPONENT.to_vec() }
}

/// The public half of a key whose numbers are sound: one multiplication, without making the private key ready.
#[must_use]
pub fn rsa_public(numbers: &RsaNumbers) -> RsaPublicKey {
    let [p, q] = &numbers.primes;
    // The first factor is as wide as the product, and the product as its first factor.
    let wide = [vec![0; q.len()], p.clone()].concat();
    let n = BoxedUint::from_be_slice_vartime(&wide).wrapping_mul(BoxedUint::from_be_slice_vartime(q));
    RsaPublicKey { n: n.to_be_bytes_trimmed_vartime().to_vec(), e: numbers.e.clone() }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use rsa::traits::PrivateKeyParts;
    use virtuale_coprocessor::Coprocessor;
    use virtuale_engine::crypto::{Crypto, RustCrypto};

    use super::*;

    #[test]
    fn every_length_has_keys_that_work() {
        for (length, count) in [(RsaLength::Bits2048, 8), (RsaLength::Bits3072, 2), (RsaLength::Bits4096, 2)] {
            for number in 0..count {
                let key = RustCrypto.rsa_key(&rsa_numbers(length, number)).expect("a key");
                let native = Coprocessor.rsa_key(&rsa_numbers(length, number)).expect("a key");
                let block = vec![0x5A; length.bits() / 8];
                assert_eq!(native.raw(&block), key.raw(&block));
                assert!(
                    format!("{native:?}").contains("native"),
                    "the library does not take key {number} of {length:?}"
                );
                assert_eq!(key.public().n.len() * 8, length.bits());
                assert_eq!(*key.public(), rsa_public(&rsa_numbers(length, number)));
            }
            assert_eq!(rsa_numbers(length, count).primes, rsa_numbers(length, 0).primes);
        }
    }

    #[test]
    fn the_pool_was_drawn_as_its_head_says() {
        let mut chance = ChaCha20Rng::seed_from_u64(2_048_003);
        let key = rsa::RsaPrivateKey::new(&mut chance, 2048).expect("a key");
        let kept = rsa_numbers(RsaLength::Bits2048, 3);
        for (drawn, kept) in key.primes().iter().zip(&kept.primes) {
            assert_eq!(drawn.to_be_bytes_trimmed_vartime().to_vec(), *kept);
        }
    }
}
