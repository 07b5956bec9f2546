//! Counts what a chip does, in the time that it would take a real one.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use virtuale_engine::{
    crypto::{
        CipherKey, Crypto, CryptoError, Digest, HashAlgorithm, HashState, P256PrivateKey, RsaNumbers, RsaPrivateKey,
        RsaPublicKey, Zeroizing,
    },
    platform::{Change, CommitError, Sink},
};

use super::chip::{Chip, power, times};

/// Bytes of a block that is hashed.
const HASH_BLOCK: usize = 64;

/// Adds up what the work of one chip would take. Clones are the same meter.
#[derive(Clone, Debug)]
pub struct Meter {
    chip: Arc<Chip>,
    /// In nanoseconds, since it was last taken.
    spent: Arc<AtomicU64>,
}

/// What computes for a chip or keeps its commits, with a meter on it.
pub struct Work<T: ?Sized> {
    meter: Meter,
    inner: Box<T>,
}

impl Meter {
    pub(super) fn new(chip: Chip) -> Self {
        Self { chip: Arc::new(chip), spent: Arc::default() }
    }

    /// Puts the meter on what works for the chip.
    #[must_use]
    pub fn on<T: ?Sized>(&self, inner: Box<T>) -> Work<T> {
        Work { meter: self.clone(), inner }
    }

    pub(super) fn spend(&self, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.spent.fetch_add(time, Ordering::Relaxed);
    }

    /// What was spent since this was last asked.
    pub(super) fn take(&self) -> Duration {
        Duration::from_nanos(self.spent.swap(0, Ordering::Relaxed))
    }

    fn hash(&self, algorithm: HashAlgorithm, bytes: usize) {
        let block = match algorithm {
            HashAlgorithm::Sha1 => self.chip.sha1_block,
            HashAlgorithm::Sha256 => self.chip.sha256_block,
        };
        // With the bytes behind the message that a hash ends with.
        self.spend(times(block, bytes / HASH_BLOCK + 1));
    }

    fn cipher(&self, key: &CipherKey, bytes: usize) {
        let block = match key {
            CipherKey::TripleDes(_) => self.chip.des_block,
            CipherKey::Aes128(_) | CipherKey::Aes256(_) => self.chip.aes_block,
        };
        self.spend(times(block, bytes.div_ceil(key.block())));
    }
}

impl Sink for Work<dyn Sink> {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        self.meter.spend(self.meter.chip.of_changes(changes));
        self.inner.commit(changes)
    }
}

impl Crypto for Work<dyn Crypto> {
    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        self.meter.hash(algorithm, parts.iter().map(|part| part.len()).sum());
        self.inner.hash(algorithm, parts)
    }

    fn finish_hash(&self, algorithm: HashAlgorithm, state: HashState<'_>, tail: &[u8]) -> Result<Digest, CryptoError> {
        self.meter.hash(algorithm, tail.len());
        self.inner.finish_hash(algorithm, state, tail)
    }

    fn rsa_key(&self, numbers: &RsaNumbers) -> Result<Box<dyn RsaPrivateKey>, CryptoError> {
        Ok(Box::new(self.meter.on(self.inner.rsa_key(numbers)?)))
    }

    fn rsa_searched(&self, bits: usize) {
        self.meter.spend(power(&self.meter.chip.rsa_generate, bits));
        self.inner.rsa_searched(bits);
    }

    fn rsa_public(&self, key: &RsaPublicKey, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.meter.spend(power(&self.meter.chip.rsa_public, key.n.len() * 8));
        self.inner.rsa_public(key, block)
    }

    fn ecdsa_sign(&self, key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError> {
        self.meter.spend(self.meter.chip.p256_sign);
        self.inner.ecdsa_sign(key, digest)
    }

    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        self.meter.spend(self.meter.chip.p256_verify);
        self.inner.ecdsa_verify(public, digest, signature)
    }

    fn p256_agree(&self, key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        self.meter.spend(self.meter.chip.p256_multiply);
        self.inner.p256_agree(key, public)
    }

    fn p256_public(&self, key: &P256PrivateKey) -> Result<[u8; 65], CryptoError> {
        self.meter.spend(self.meter.chip.p256_multiply);
        self.inner.p256_public(key)
    }

    fn encrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        self.meter.cipher(key, data.len());
        self.inner.encrypt_cbc(key, iv, data)
    }

    fn decrypt_cbc(&self, key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        self.meter.cipher(key, data.len());
        self.inner.decrypt_cbc(key, iv, data)
    }

    fn mac(&self, key: &CipherKey, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
        self.meter.cipher(key, parts.iter().map(|part| part.len()).sum());
        self.inner.mac(key, parts)
    }
}

impl RsaPrivateKey for Work<dyn RsaPrivateKey> {
    fn public(&self) -> &RsaPublicKey {
        self.inner.public()
    }

    fn raw(&self, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.meter.spend(power(&self.meter.chip.rsa_private, self.public().n.len() * 8));
        self.inner.raw(block)
    }

    fn exponent(&self) -> Zeroizing<Vec<u8>> {
        self.inner.exponent()
    }

    fn chinese_remainders(&self) -> [Zeroizing<Vec<u8>>; 3] {
        self.inner.chinese_remainders()
    }
}

impl<T: ?Sized> fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("meter", &self.meter).finish_non_exhaustive()
    }
}
