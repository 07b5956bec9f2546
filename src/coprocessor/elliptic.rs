//! P-256: public keys, key agreement, and ECDSA with the nonce of RFC 6979 [RFC-6979 3.2]. AWS-LC does all but that.

use p256::{NistP256, elliptic_curve::Curve};
use rfc6979::KGenerator;
use sha2::Sha256;
use virtuale_engine::crypto::{P256PrivateKey, SHORTEST_HASH};
use zeroize::Zeroizing;

use crate::library;

/// How an uncompressed point begins (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

/// Signs a hash; r and s. `None` for a key or a hash that is of no use.
pub(super) fn sign(key: &P256PrivateKey, digest: &[u8]) -> Option<[u8; 64]> {
    if digest.len() < SHORTEST_HASH {
        return None;
    }
    let mut nonce = Zeroizing::new([0; 32]);
    KGenerator::<Sha256, _>::new(&key.0, digest, &[], NistP256::ORDER.as_ref()).fill_next_k(&mut *nonce);
    library::ecdsa_p256(&key.0, &nonce, digest)
}

/// The uncompressed point of a key. `None` for a key that is of no use.
pub(super) fn public(key: &P256PrivateKey) -> Option<[u8; 65]> {
    library::p256_public(&key.0)
}

/// The x coordinate of the product of a key and an uncompressed point. `None` for a key or a point that is of no use.
pub(super) fn agree(key: &P256PrivateKey, public: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let public: &[u8; 65] = public.try_into().ok().filter(|public: &&[u8; 65]| public[0] == UNCOMPRESSED)?;
    let product = library::p256_multiply(&key.0, public)?;
    product.get(1..33)?.try_into().ok().map(Zeroizing::new)
}
