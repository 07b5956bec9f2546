//! RSA private keys in memory.

use alloc::{boxed::Box, vec, vec::Vec};
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

/// What the first cell of a follower says once it was put.
const PUT: u8 = 1;

/// An RSA private key: the primes, of one length, and the public exponent. Everything else follows from them, and must
/// fit them if it was put too.
pub(crate) struct RsaCells {
    primes: [Span; 2],
    exponent: Field,
    /// By [`Follower`]: a cell that says whether it was put, and then the number.
    followers: [Span; 4],
    /// Keys that generation takes, one after the other.
    spare: Vec<RsaNumbers>,
    /// One cell: how many of them it took.
    taken: Span,
}

/// A part that follows from the primes and the public exponent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Follower {
    /// Of the second prime modulo the first.
    Inverse,
    /// The private exponent for the first prime.
    ExponentP,
    /// The private exponent for the second prime.
    ExponentQ,
    Modulus,
}

/// A key made ready at its first use.
pub(super) struct Ready {
    /// The cells it was made of.
    made_of: Zeroizing<Vec<u8>>,
    key: Box<dyn RsaPrivateKey>,
}

impl RsaCells {
    pub(super) fn new(numbers: &RsaNumbers, spare: &[RsaNumbers], memory: &mut Memory) -> Self {
        let primes = [0, 1].map(|index: usize| memory.add(&numbers.primes[index]));
        let exponent = Field::new(&numbers.e, LONGEST_EXPONENT, memory);
        let followers = lengths(numbers).map(|length| memory.add_zeroed(1 + length));
        Self { primes, exponent, followers, spare: spare.to_vec(), taken: memory.add(&[0]) }
    }

    /// How many cells such a key takes.
    pub(super) fn cells(numbers: &RsaNumbers) -> usize {
        let primes = numbers.primes.iter().map(Vec::len).sum::<usize>();
        let followers = lengths(numbers).iter().map(|length| 1 + length).sum::<usize>();
        primes + Field::cells(LONGEST_EXPONENT) + followers + 1
    }

    /// Bytes of the modulus.
    pub(super) fn length(&self) -> usize {
        self.primes.iter().map(|prime| prime.length()).sum()
    }

    /// Replaces a prime, and forgets what followed from the old one. `None` if it has another length.
    pub(super) fn set_prime(&self, which: usize, value: &[u8], memory: &mut Memory) -> Option<()> {
        let cells = self.primes[which];
        (value.len() == cells.length()).then(|| {
            memory.write(cells, value);
            self.forget_followers(memory);
        })
    }

    /// Keeps what is to follow from the other parts. `None` if it is too long.
    pub(super) fn set_follower(&self, which: Follower, value: &[u8], memory: &mut Memory) -> Option<()> {
        let cells = self.followers[which as usize];
        let zeros = cells.length().checked_sub(1 + value.len())?;
        memory.write(cells, &Zeroizing::new([&[PUT], &vec![0; zeros][..], value].concat()));
        Some(())
    }

    fn forget_followers(&self, memory: &mut Memory) {
        for cells in self.followers {
            memory.write(cells, &vec![0; cells.length()]);
        }
    }

    /// Replaces the public exponent. `None` if it is too long.
    pub(super) fn set_exponent(&self, value: &[u8], memory: &mut Memory) -> Option<()> {
        self.exponent.set(memory, value)
    }

    /// Takes the next spare key. `None` if there is none left.
    pub(super) fn take_spare(&self, memory: &mut Memory) -> Option<usize> {
        let taken = memory.byte(self.taken);
        let numbers = self.spare.get(usize::from(taken))?;
        for (&cells, prime) in self.primes.iter().zip(&numbers.primes) {
            memory.write(cells, prime);
        }
        self.exponent.set(memory, &numbers.e)?;
        self.forget_followers(memory);
        memory.write(self.taken, &[taken + 1]);
        Some(numbers.primes.iter().map(|prime| prime.len() * 8).sum())
    }

    /// The key, made ready and kept in `kept`.
    ///
    /// # Errors
    ///
    /// `6984` if its parts do not make a key of its length: some were replaced, and others that fit are to come.
    pub(super) fn ready<'k>(
        &self,
        kept: &'k mut Option<Ready>,
        memory: &Memory,
        crypto: &dyn Crypto,
    ) -> Result<&'k dyn RsaPrivateKey, StatusWord> {
        let [p, q] = self.primes.map(|cells| memory.read(cells));
        let exponent = self.exponent.value(memory);
        let followers = self.followers.map(|cells| memory.read(cells));
        let cells = Zeroizing::new([&[p, q, exponent][..], &followers].concat().concat());
        if kept.as_ref().is_none_or(|ready| ready.made_of != cells) {
            let numbers = RsaNumbers { primes: [p.to_vec(), q.to_vec()], e: exponent.to_vec() };
            let fits = |key: &dyn RsaPrivateKey| key.public().n.len() == self.length() && follow(followers, key);
            let key = crypto.rsa_key(&numbers).ok().filter(|key| fits(&**key));
            *kept = key.map(|key| Ready { made_of: cells, key });
        }
        kept.as_ref().map(|ready| &*ready.key).ok_or(StatusWord::REFERENCE_NOT_USABLE)
    }
}

/// The lengths of the followers.
fn lengths(numbers: &RsaNumbers) -> [usize; 4] {
    let [p, q] = numbers.primes.each_ref().map(Vec::len);
    [p, p, q, p + q]
}

/// Whether all that was put follows from a key.
fn follow(put: [&[u8]; 4], key: &dyn RsaPrivateKey) -> bool {
    let [exponent_p, exponent_q, inverse] = key.chinese_remainders();
    let right: [&[u8]; 4] = [&inverse, &exponent_p, &exponent_q, &key.public().n];
    put.iter().zip(right).all(|(put, right)| match put.split_first() {
        Some((&PUT, number)) => trimmed(number) == trimmed(right),
        _ => true,
    })
}

/// A number without zeros in front.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros..]
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

impl fmt::Debug for RsaCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaCells({} bytes)", self.length())
    }
}
