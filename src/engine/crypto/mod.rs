//! Cryptography as a chip needs it: hashes, RSA, P-256, block ciphers and their MACs.
//!
//! The handlers ask the [`Crypto`] trait; [`RustCrypto`] answers it, and whoever makes a chip may hand it a faster
//! answerer (the package virtuale-coprocessor). Keys are zeroized when they are dropped, and neither `Debug` nor an
//! error shows one. Nothing here knows an APDU.
//!
//! The padding of a message is its protocol's business: every function works on whole blocks.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

/// What is wiped when it is dropped: the type of the crate `zeroize` in which [`Crypto`] gives what is secret.
pub use zeroize::Zeroizing;
use zeroize::{Zeroize, ZeroizeOnDrop};

mod rustcrypto;
#[cfg(test)]
mod tests;

pub use rustcrypto::RustCrypto;

/// A hash function.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum HashAlgorithm {
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
}

impl HashAlgorithm {
    /// The length of a hash in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// The shortest hash that ECDSA signs, in bytes.
pub const SHORTEST_HASH: usize = 16;

/// A hash value.
#[derive(Clone, Copy, Eq, PartialEq, Zeroize)]
pub struct Digest {
    bytes: [u8; 32],
    length: usize,
}

impl Digest {
    /// A hash value computed elsewhere; `None` unless its length is the algorithm's.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm, value: &[u8]) -> Option<Self> {
        (value.len() == algorithm.length()).then(|| Self::from_slice(value))
    }

    fn from_slice(value: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes[..value.len()].copy_from_slice(value);
        Self { bytes, length: value.len() }
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

/// A hash that was begun outside the card: the state after a whole number of blocks, which PSO
/// HASH gets when the card is to do the last round [ISO-7816-8 HASH] [RUN-OPENSC hash].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashState<'a> {
    /// The chaining value as big-endian words, as long as a hash.
    pub chaining: &'a [u8],
    /// Bits hashed so far, a multiple of 512.
    pub bits: u64,
}

/// The numbers of an RSA private key, big-endian without sign. The rest follows from them.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RsaNumbers {
    /// The two primes, each half as long as the modulus.
    pub primes: [Vec<u8>; 2],
    /// The public exponent.
    pub e: Vec<u8>,
}

impl fmt::Debug for RsaNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaNumbers({} bits)", (self.primes[0].len() + self.primes[1].len()) * 8)
    }
}

/// An RSA private key made ready once, so that a signature does not pay for it.
pub trait RsaPrivateKey: Send + fmt::Debug {
    /// Its public half. The length of `n` is the key's length.
    fn public(&self) -> &RsaPublicKey;

    /// `block` to the power of the private exponent; as long as the modulus.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Input`] unless the block is as long as the modulus and below it.
    fn raw(&self, block: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// The private exponent, big-endian.
    fn exponent(&self) -> Zeroizing<Vec<u8>>;

    /// What the Chinese remainder theorem needs, for primes p and q in the order of [`RsaNumbers::primes`]: the private
    /// exponent modulo p - 1 and modulo q - 1, and the inverse of q modulo p. Big-endian.
    fn chinese_remainders(&self) -> [Zeroizing<Vec<u8>>; 3];
}

/// An RSA public key. Big-endian numbers without sign.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RsaPublicKey {
    /// The modulus.
    pub n: Vec<u8>,
    /// The public exponent.
    pub e: Vec<u8>,
}

/// A P-256 private key: the scalar, big-endian.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct P256PrivateKey(pub [u8; 32]);

impl fmt::Debug for P256PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256PrivateKey")
    }
}

/// A key of a block cipher.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub enum CipherKey {
    /// Two-key triple DES, 16 bytes.
    TripleDes([u8; 16]),
    /// AES-128.
    Aes128([u8; 16]),
    /// AES-256.
    Aes256([u8; 32]),
}

impl CipherKey {
    /// The length of a block in bytes.
    #[must_use]
    pub fn block(&self) -> usize {
        match self {
            Self::TripleDes(_) => 8,
            Self::Aes128(_) | Self::Aes256(_) => 16,
        }
    }
}

impl fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TripleDes(_) => "TripleDes",
            Self::Aes128(_) => "Aes128",
            Self::Aes256(_) => "Aes256",
        })
    }
}

/// Why an operation was not carried out. It says nothing about the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CryptoError {
    /// The key is not one: even modulus, scalar out of range, primes that do not fit.
    #[error("the key cannot be used")]
    Key,
    /// The input is longer than the key or not below its modulus, or not whole blocks.
    #[error("the input does not fit the key")]
    Input,
}

/// What a chip computes. All of it is deterministic: ECDSA draws its nonce from the key and the hash [RFC-6979 3.2].
pub trait Crypto: Send {
    /// Hashes the parts as one message.
    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest;

    /// Ends a hash that was begun outside: pads after `tail` and counts both.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Input`] if the chaining value has the wrong length, `bits` is not a whole number of blocks, or
    /// `tail` is longer than a block.
    fn finish_hash(&self, algorithm: HashAlgorithm, state: HashState<'_>, tail: &[u8]) -> Result<Digest, CryptoError>;

    /// Makes a private key ready.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Key`] if the numbers are no key of 512 to 4096 bits.
    fn rsa_key(&self, numbers: &RsaNumbers) -> Result<Box<dyn RsaPrivateKey>, CryptoError>;

    /// A new key with a modulus of so many bits was taken from those that were made ahead: another chip would have
    /// searched its primes now. Says so to who counts what things take; nothing needs to be done.
    fn rsa_searched(&self, bits: usize) {
        let _ = bits;
    }

    /// `block` to the power of the public exponent; as long as the modulus.
    ///
    /// # Errors
    ///
    /// [`CryptoError`] if the key or the block is of no use.
    fn rsa_public(&self, key: &RsaPublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Signs a hash with ECDSA on P-256; r and s, 32 bytes each.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Key`] for a scalar out of range, [`CryptoError::Input`] for a hash of less than
    /// [`SHORTEST_HASH`].
    fn ecdsa_sign(&self, key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError>;

    /// Whether `signature` (r and s) is one of `digest` by the uncompressed point `public`.
    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool;

    /// What the holder of a private key and that of an uncompressed point agree on: the x coordinate of their product.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Key`] for a scalar out of range, [`CryptoError::Input`] for what is no point of the curve.
    fn p256_agree(&self, key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError>;

    /// The uncompressed point of a private key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Key`] for a scalar out of range.
    fn p256_public(&self, key: &P256PrivateKey) -> Result<[u8; 65], CryptoError>;

    /// Encrypts whole blocks in CBC mode, in place. `iv` is a block long.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Input`] unless `data` is whole blocks and `iv` one.
    fn encrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError>;

    /// Decrypts whole blocks in CBC mode, in place. `iv` is a block long.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Input`] unless `data` is whole blocks and `iv` one.
    fn decrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError>;

    /// The eight-byte MAC of padded data: retail MAC [ISO-9797-1 algorithm 3] for triple DES, the first half of a CMAC
    /// for AES.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Input`] unless the parts together are whole blocks.
    fn mac(&self, key: &CipherKey, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError>;
}
