//! The provider on the crates of the RustCrypto project.

use alloc::{boxed::Box, vec::Vec};

use zeroize::Zeroizing;

use super::{
    CipherKey, Crypto, CryptoError, Digest, HashAlgorithm, HashState, P256PrivateKey, RsaNumbers, RsaPrivateKey,
    RsaPublicKey,
};

mod elliptic;
mod hash;
mod rsa;
mod symmetric;

/// Cryptography in Rust, without state.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Crypto for RustCrypto {
    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        hash::hash(algorithm, parts)
    }

    fn finish_hash(&self, algorithm: HashAlgorithm, state: HashState<'_>, tail: &[u8]) -> Result<Digest, CryptoError> {
        hash::finish(algorithm, state, tail)
    }

    fn rsa_key(&self, numbers: &RsaNumbers) -> Result<Box<dyn RsaPrivateKey>, CryptoError> {
        rsa::Key::new(numbers).map(|key| Box::new(key) as Box<dyn RsaPrivateKey>)
    }

    fn rsa_public(&self, key: &RsaPublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        rsa::public(key, block)
    }

    fn ecdsa_sign(&self, key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError> {
        elliptic::sign(key, digest)
    }

    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        elliptic::verify(public, digest, signature)
    }

    fn p256_agree(&self, key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        elliptic::agree(key, public)
    }

    fn p256_public(&self, key: &P256PrivateKey) -> Result<[u8; 65], CryptoError> {
        elliptic::public(key)
    }

    fn encrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        symmetric::encrypt_cbc(key, iv, data)
    }

    fn decrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        symmetric::decrypt_cbc(key, iv, data)
    }

    fn mac(&self, key: &CipherKey, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
        symmetric::mac(key, parts)
    }
}
