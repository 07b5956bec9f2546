//! RSA, raw: padding is the protocol's business.

use alloc::{vec, vec::Vec};
use core::{convert::Infallible, fmt, ops::RangeInclusive};

use rsa::{
    BoxedUint, RsaPrivateKey as Private, RsaPublicKey as Public,
    hazmat::{rsa_decrypt, rsa_encrypt},
    rand_core::TryCryptoRng,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use zeroize::Zeroizing;

use crate::crypto::{CryptoError, RsaNumbers, RsaPrivateKey, RsaPublicKey};

/// The lengths of a modulus in bytes: 512 to 4096 bits. A longer one would let a command run for minutes.
const LENGTHS: RangeInclusive<usize> = 64..=512;

/// The longest public exponent in bytes; the same reason.
const LONGEST_EXPONENT: usize = 4;

/// A source of chance that is never asked: blinding is left out, since what a card answers must not depend on chance
/// and the only secrets here are test keys.
type NoChance = dyn TryCryptoRng<Error = Infallible>;

/// A private key with what the Chinese remainder theorem needs.
pub(super) struct Key {
    private: Private,
    public: RsaPublicKey,
}

impl Key {
    pub(super) fn new(numbers: &RsaNumbers) -> Result<Self, CryptoError> {
        let [p, q] = &numbers.primes;
        if !LENGTHS.contains(&(p.len() + q.len())) || numbers.e.len() > LONGEST_EXPONENT {
            return Err(CryptoError::Key);
        }
        // The library takes p - 1 and its inverses to exist.
        if ![p, q, &numbers.e].into_iter().all(|number| is_odd_above_1(number)) || p == q {
            return Err(CryptoError::Key);
        }
        let private = Private::from_p_q(number(p)?, number(q)?, number(&numbers.e)?).map_err(|_| CryptoError::Key)?;
        let n = private.n().to_be_bytes_trimmed_vartime().to_vec();
        Ok(Self { private, public: RsaPublicKey { n, e: numbers.e.clone() } })
    }
}

impl RsaPrivateKey for Key {
    fn public(&self) -> &RsaPublicKey {
        &self.public
    }

    fn raw(&self, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let length = self.public.n.len();
        let input = representative(block, length)?;
        let power = rsa_decrypt::<NoChance>(None, &self.private, &input).map_err(|_| CryptoError::Input)?;
        Ok(fixed(&power, length))
    }

    fn exponent(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.private.d().to_be_bytes_trimmed_vartime().to_vec())
    }

    fn chinese_remainders(&self) -> [Zeroizing<Vec<u8>>; 3] {
        let bytes = |number: Option<&BoxedUint>| number.map(|number| number.to_be_bytes_trimmed_vartime().to_vec());
        let inverse = self.private.qinv().map(|inverse| inverse.retrieve());
        let numbers = [self.private.dp(), self.private.dq(), inverse.as_ref()];
        numbers.map(|number| Zeroizing::new(bytes(number).unwrap_or_default()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPrivateKey({} bits)", self.public.n.len() * 8)
    }
}

pub(super) fn public(key: &RsaPublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let length = key.n.len();
    if !LENGTHS.contains(&length) || key.e.len() > LONGEST_EXPONENT {
        return Err(CryptoError::Key);
    }
    let public = Public::new(number(&key.n)?, number(&key.e)?).map_err(|_| CryptoError::Key)?;
    let input = representative(block, length)?;
    if input >= *public.n().as_ref() {
        return Err(CryptoError::Input);
    }
    let power = rsa_encrypt(&public, &input).map_err(|_| CryptoError::Input)?;
    Ok(fixed(&power, length))
}

fn is_odd_above_1(bytes: &[u8]) -> bool {
    bytes
        .split_last()
        .is_some_and(|(last, higher)| last & 1 == 1 && (*last > 1 || higher.iter().any(|&byte| byte != 0)))
}

fn number(bytes: &[u8]) -> Result<BoxedUint, CryptoError> {
    let bits = u32::try_from(bytes.len() * 8).map_err(|_| CryptoError::Key)?;
    BoxedUint::from_be_slice(bytes, bits).map_err(|_| CryptoError::Key)
}

/// The block as a number as wide as a modulus of `length` bytes.
fn representative(block: &[u8], length: usize) -> Result<BoxedUint, CryptoError> {
    if block.len() != length {
        return Err(CryptoError::Input);
    }
    number(block).map_err(|_| CryptoError::Input)
}

/// The number in `length` bytes. The library keeps whole limbs, so there may be zeros to take away or to put in front.
fn fixed(number: &BoxedUint, length: usize) -> Vec<u8> {
    let bytes = number.to_be_bytes_trimmed_vartime();
    let mut block = vec![0; length.saturating_sub(bytes.len())];
    block.extend_from_slice(&bytes);
    block
}
