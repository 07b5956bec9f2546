//! RSA private keys in memory.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use zeroize::Zeroizing;

use super::field::Field;
use crate::{
    StatusWord,
    crypto::{Crypto, RsaNumbers, RsaPrivateKey},
    memory::{Memory, Span},
};

/// The longest public exponent in bytes.
pub(super) const LONGEST_EXPONENT: usize = 4;

/// An RSA private key: the primes, of one length, and the public exponent. Everything else follows from them.
pub(crate) struct RsaCells {
    primes: [Span; 2],
    exponent: Field,
    /// Keys that generation takes, one after the other.
    spare: Vec<RsaNumbers>,
    /// One cell: how many of them it took.
    taken: Span,
    ready: Option<Ready>,
}

/// A key made ready at its first use.
struct Ready {
    /// The cells it was made of.
    made_of: Zeroizing<Vec<u8>>,
    key: Box<dyn RsaPrivateKey>,
}

impl RsaCells {
    pub(super) fn new(numbers: &RsaNumbers, spare: &[RsaNumbers], memory: &mut Memory) -> Self {
        let primes = [0, 1].map(|index: usize| memory.add(&numbers.primes[index]));
        let exponent = Field::new(&numbers.e, LONGEST_EXPONENT, memory);
        Self { primes, exponent, spare: spare.to_vec(), taken: memory.add(&[0]), ready: None }
    }

    /// How many cells such a key takes.
    pub(super) fn cells(numbers: &RsaNumbers) -> usize {
        numbers.primes.iter().map(Vec::len).sum::<usize>() + Field::cells(LONGEST_EXPONENT) + 1
    }

    /// Bytes of the modulus.
    pub(super) fn length(&self) -> usize {
        self.primes.iter().map(|prime| prime.length()).sum()
    }

    /// Replaces a prime. `None` if it has another length.
    pub(super) fn set_prime(&self, which: usize, value: &[u8], memory: &mut Memory) -> Option<()> {
        let cells = self.primes[which];
        (value.len() == cells.length()).then(|| memory.write(cells, value))
    }

    /// Replaces the public exponent. `None` if it is too long.
    pub(super) fn set_exponent(&self, value: &[u8], memory: &mut Memory) -> Option<()> {
        self.exponent.set(memory, value)
    }

    /// Takes the next spare key. `None` if there is none left.
    pub(super) fn take_spare(&self, memory: &mut Memory) -> Option<()> {
        let taken = memory.byte(self.taken);
        let numbers = self.spare.get(usize::from(taken))?;
        for (&cells, prime) in self.primes.iter().zip(&numbers.primes) {
            memory.write(cells, prime);
        }
        self.exponent.set(memory, &numbers.e)?;
        memory.write(self.taken, &[taken + 1]);
        Some(())
    }

    /// The key, made ready.
    ///
    /// # Errors
    ///
    /// `6984` if its parts are those of no key of its length: some were replaced, and others that fit are to come.
    pub(super) fn ready(&mut self, memory: &Memory, crypto: &dyn Crypto) -> Result<&dyn RsaPrivateKey, StatusWord> {
        let [p, q] = self.primes.map(|cells| memory.read(cells));
        let exponent = self.exponent.value(memory);
        let cells = Zeroizing::new([p, q, exponent].concat());
        if self.ready.as_ref().is_none_or(|ready| ready.made_of != cells) {
            let numbers = RsaNumbers { primes: [p.to_vec(), q.to_vec()], e: exponent.to_vec() };
            let key = crypto.rsa_key(&numbers).ok().filter(|key| key.public().n.len() == self.length());
            self.ready = key.map(|key| Ready { made_of: cells, key });
        }
        self.ready.as_ref().map(|ready| &*ready.key).ok_or(StatusWord::REFERENCE_NOT_USABLE)
    }
}

impl fmt::Debug for RsaCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaCells({} bytes)", self.length())
    }
}
