//! ECDSA on P-256 with the nonce of RFC 6979 [RFC-6979 3.2], of which AWS-LC does all but the nonce.

use p256::{NistP256, elliptic_curve::Curve};
use rfc6979::KGenerator;
use sha2::Sha256;
use virtuale_engine::crypto::{P256PrivateKey, SHORTEST_HASH};
use zeroize::Zeroizing;

use crate::library;

/// Signs a hash; r and s. `None` for a key or a hash that is of no use.
pub(super) fn sign(key: &P256PrivateKey, digest: &[u8]) -> Option<[u8; 64]> {
    if digest.len() < SHORTEST_HASH {
        return None;
    }
    let mut nonce = Zeroizing::new([0; 32]);
    KGenerator::<Sha256, _>::new(&key.0, digest, &[], NistP256::ORDER.as_ref()).fill_next_k(&mut *nonce);
    library::ecdsa_p256(&key.0, &nonce, digest)
}
