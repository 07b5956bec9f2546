//! The coprocessor of a virtual chip: private keys that compute in assembly.
//!
//! What is slow in Rust alone, the power with an RSA private key (signatures, deciphering) and, on P-256, signatures,
//! key agreement and the public keys of private ones, is done by AWS-LC, which has code for each processor; all else,
//! and all that AWS-LC refuses, is done by [`RustCrypto`]. Both give the same bytes: nothing depends on chance, so a
//! dialogue can be replayed.
//!
//! All calls of C functions are in one module, `library`; nothing else here, and nothing else in the program, is
//! unsafe.

use virtuale_engine::crypto::{
    CipherKey, Crypto, CryptoError, Digest, HashAlgorithm, HashState, P256PrivateKey, RsaNumbers, RsaPrivateKey,
    RsaPublicKey, RustCrypto,
};
use zeroize::Zeroizing;

mod elliptic;
#[expect(unsafe_code, reason = "calls functions written in C")]
mod library;
mod rsa;
#[cfg(test)]
mod tests;

/// Cryptography in Rust, but for private keys in assembly. Without state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coprocessor;

impl Crypto for Coprocessor {
    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        RustCrypto.hash(algorithm, parts)
    }

    fn finish_hash(&self, algorithm: HashAlgorithm, state: HashState<'_>, tail: &[u8]) -> Result<Digest, CryptoError> {
        RustCrypto.finish_hash(algorithm, state, tail)
    }

    fn rsa_key(&self, numbers: &RsaNumbers) -> Result<Box<dyn RsaPrivateKey>, CryptoError> {
        RustCrypto.rsa_key(numbers).map(|key| rsa::accelerate(key, numbers))
    }

    fn rsa_public(&self, key: &RsaPublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        RustCrypto.rsa_public(key, block)
    }

    fn ecdsa_sign(&self, key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError> {
        elliptic::sign(key, digest).map_or_else(|| RustCrypto.ecdsa_sign(key, digest), Ok)
    }

    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        RustCrypto.ecdsa_verify(public, digest, signature)
    }

    fn p256_agree(&self, key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        elliptic::agree(key, public).map_or_else(|| RustCrypto.p256_agree(key, public), Ok)
    }

    fn p256_public(&self, key: &P256PrivateKey) -> Result<[u8; 65], CryptoError> {
        elliptic::public(key).map_or_else(|| RustCrypto.p256_public(key), Ok)
    }

    fn encrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        RustCrypto.encrypt_cbc(key, iv, data)
    }

    fn decrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        RustCrypto.decrypt_cbc(key, iv, data)
    }

    fn mac(&self, key: &CipherKey, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
        RustCrypto.mac(key, parts)
    }
}
