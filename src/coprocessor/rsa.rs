//! RSA private keys of which AWS-LC does the power.

use virtuale_engine::crypto::{CryptoError, RsaNumbers, RsaPrivateKey, RsaPublicKey};
use zeroize::Zeroizing;

use crate::library::PrivateKey;

/// A key that Rust judged and completed, and the same key for the library.
#[derive(Debug)]
struct Key {
    portable: Box<dyn RsaPrivateKey>,
    native: PrivateKey,
}

/// The same key, with the library's power if the library takes it.
pub(super) fn accelerate(portable: Box<dyn RsaPrivateKey>, numbers: &RsaNumbers) -> Box<dyn RsaPrivateKey> {
    let public = portable.public();
    let [p, q] = &numbers.primes;
    let [d_p, d_q, q_inverse] = portable.chinese_remainders();
    match PrivateKey::new([&public.n, &public.e, &portable.exponent(), p, q, &d_p, &d_q, &q_inverse]) {
        Some(native) => Box::new(Key { portable, native }),
        None => portable,
    }
}

impl RsaPrivateKey for Key {
    fn public(&self) -> &RsaPublicKey {
        self.portable.public()
    }

    /// The library refuses what Rust refuses, the blocks 0, 1 and n - 1, and a power that does not lead back to the
    /// block, as with primes that are none.
    fn raw(&self, block: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.native.raw(block).map_or_else(|| self.portable.raw(block), Ok)
    }

    fn exponent(&self) -> Zeroizing<Vec<u8>> {
        self.portable.exponent()
    }

    fn chinese_remainders(&self) -> [Zeroizing<Vec<u8>>; 3] {
        self.portable.chinese_remainders()
    }
}
