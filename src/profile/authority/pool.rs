//! RSA keys that are ready: finding primes takes seconds, choosing a pair takes none.

use rsa::BoxedUint;
use virtuale_engine::crypto::{RsaNumbers, RsaPublicKey};

/// The pool, one key a line; its head says how it was drawn.
const POOL: &str = include_str!("rsa-pool.txt");

/// The public exponent of every key of the pool: 65537.
const EXPONENT: [u8; 3] = [0x01, 0x00, 0x01];

/// How many RSA keys of one length a card can have.
pub const CARD_KEYS: usize = 8;

/// How many keys GENERATE ASYMMETRIC KEY PAIR can put in the place of one.
const SPARES: usize = 2;

/// How many hierarchies of each kind have RSA keys of their own.
const HIERARCHIES: u64 = 8;

/// Who has a key in such a hierarchy: a professional, an authority, a root.
const CV_PEOPLE: usize = 3;

/// Who has a key in the hierarchy that certifies professionals' cards: the authority, its root.
const FORT_PEOPLE: usize = 2;

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

/// The key for cards with this length and number, and those that GENERATE ASYMMETRIC KEY PAIR puts in its place, one
/// after the other. Numbers from [`CARD_KEYS`] on begin again; below it no two have a key or a spare key in common.
#[must_use]
pub fn card_rsa(length: RsaLength, number: usize) -> (RsaNumbers, Vec<RsaNumbers>) {
    let mut lines = lines("card", length, number % CARD_KEYS).step_by(CARD_KEYS).take(1 + SPARES);
    (numbers(lines.next().unwrap_or_default()), lines.map(numbers).collect())
}

/// The RSA key of one of those in the hierarchy of card-verifiable certificates of a seed; no card gets it. There are
/// [`HIERARCHIES`]; greater seeds begin again.
pub(super) fn cv_rsa(seed: u64, person: usize) -> RsaNumbers {
    of_hierarchy("cv", RsaLength::Bits2048, seed, CV_PEOPLE, person)
}

/// The same in the hierarchy that certifies professionals' cards: the authority's key, the root's.
pub(super) fn fort_rsa(seed: u64, person: usize) -> RsaNumbers {
    of_hierarchy("fort", RsaLength::Bits4096, seed, FORT_PEOPLE, person)
}

/// The RSA key of the test body of a seed. There are [`HIERARCHIES`]; greater seeds begin again.
pub(super) fn body_rsa(seed: u64) -> RsaNumbers {
    of_hierarchy("body", RsaLength::Bits2048, seed, 1, 0)
}

fn of_hierarchy(whose: &str, length: RsaLength, seed: u64, people: usize, person: usize) -> RsaNumbers {
    let hierarchy = usize::try_from(seed % HIERARCHIES).unwrap_or(0);
    numbers(lines(whose, length, hierarchy * people + person).next().unwrap_or_default())
}

/// What the pool has of somebody's keys of a length, from one of them on: `n p q`.
fn lines(whose: &str, length: RsaLength, first: usize) -> impl Iterator<Item = &'static str> {
    let head = format!("{whose} {} ", length.bits());
    POOL.lines().filter_map(move |line| line.strip_prefix(&head)).skip(first)
}

fn numbers(line: &str) -> RsaNumbers {
    let mut primes = line.split(' ').skip(1);
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
    use std::collections::BTreeSet;

    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use rsa::traits::PrivateKeyParts;
    use virtuale_engine::crypto::{Crypto, RustCrypto};

    use super::*;
    #[cfg(feature = "coprocessor")]
    use crate::profile::arithmetic::Arithmetic;

    const LENGTHS: [RsaLength; 3] = [RsaLength::Bits2048, RsaLength::Bits3072, RsaLength::Bits4096];

    /// The keys and spare ones that cards of a length can get.
    fn of_cards(length: RsaLength) -> Vec<RsaNumbers> {
        let sets = (0..CARD_KEYS).map(|number| card_rsa(length, number));
        sets.flat_map(|(key, spare)| [vec![key], spare].concat()).collect()
    }

    fn of_hierarchies(length: RsaLength) -> Vec<RsaNumbers> {
        let keys = |seed| -> Vec<RsaNumbers> {
            match length {
                RsaLength::Bits2048 => {
                    (0..CV_PEOPLE).map(|person| cv_rsa(seed, person)).chain([body_rsa(seed)]).collect()
                }
                RsaLength::Bits3072 => Vec::new(),
                RsaLength::Bits4096 => (0..FORT_PEOPLE).map(|person| fort_rsa(seed, person)).collect(),
            }
        };
        (0..HIERARCHIES).flat_map(keys).collect()
    }

    #[test]
    fn every_length_has_keys_that_work() {
        for length in LENGTHS {
            let keys = of_cards(length);
            assert_eq!(keys.len(), CARD_KEYS * (1 + SPARES), "{length:?}");
            for numbers in keys {
                works(length, &numbers);
            }
            let [last, first] = [CARD_KEYS, 0].map(|number| card_rsa(length, number).0);
            assert_eq!(last.primes, first.primes);
            for numbers in of_hierarchies(length) {
                works(length, &numbers);
            }
        }
    }

    fn works(length: RsaLength, numbers: &RsaNumbers) {
        let key = RustCrypto.rsa_key(numbers).expect("a key");
        #[cfg(feature = "coprocessor")]
        {
            let native = Arithmetic.rsa_key(numbers).expect("a key");
            let block = vec![0x5A; length.bits() / 8];
            assert_eq!(native.raw(&block), key.raw(&block));
            assert!(format!("{native:?}").contains("native"), "the library does not take {:02X?}", numbers.primes[0]);
        }
        assert_eq!(key.public().n.len() * 8, length.bits());
        assert_eq!(*key.public(), rsa_public(numbers));
    }

    #[test]
    fn the_pool_has_no_prime_twice() {
        let mut keys: Vec<_> = LENGTHS.into_iter().flat_map(of_cards).collect();
        keys.extend(LENGTHS.into_iter().flat_map(of_hierarchies));
        let count = keys.len();
        assert_eq!(count, POOL.lines().filter(|line| !line.starts_with('#')).count(), "a key that nobody gets");
        let primes: BTreeSet<_> = keys.into_iter().flat_map(|key| key.primes.clone()).collect();
        assert_eq!(primes.len(), 2 * count);
    }

    #[test]
    fn the_pool_was_drawn_as_its_head_says() {
        for line in ["card 2048 3", "card 2048 26", "cv 2048 5", "cv 2048 47", "body 2048 55", "card 3072 23"] {
            let (head, number) = line.rsplit_once(' ').expect("a number");
            let bits: usize = head.rsplit_once(' ').expect("bits").1.parse().expect("bits");
            let seed = bits as u64 * 1000 + number.parse::<u64>().expect("a number");
            let key = rsa::RsaPrivateKey::new(&mut ChaCha20Rng::seed_from_u64(seed), bits).expect("a key");
            let prefix = format!("{line} ");
            let kept = POOL.lines().find_map(|line| line.strip_prefix(&prefix)).expect("a line");
            let drawn = key.primes().iter().map(|prime| hex::encode_upper(prime.to_be_bytes_trimmed_vartime()));
            assert_eq!(drawn.collect::<Vec<_>>().join(" "), kept, "{line}");
        }
    }
}
