//! ECDSA on P-256, deterministic [RFC-6979 3.2], and key agreement.

use ecdsa::hazmat::sign_prehashed_rfc6979;
use p256::{
    NistP256, NonZeroScalar, PublicKey,
    ecdh::diffie_hellman,
    ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    elliptic_curve::sec1::ToSec1Point,
};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::{CryptoError, P256PrivateKey, SHORTEST_HASH};

/// Signs with the scalar alone. The library's `SigningKey` also holds the public point, and to find it costs as much as
/// to sign.
pub(super) fn sign(key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError> {
    if digest.len() < SHORTEST_HASH {
        return Err(CryptoError::Input);
    }
    let (signature, _) = sign_prehashed_rfc6979::<NistP256, Sha256>(&*scalar(key)?, digest, &[]);
    Ok(signature.to_bytes().into())
}

pub(super) fn verify(public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_sec1_bytes(public) else { return false };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
}

pub(super) fn agree(key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
    let [0x04, ..] = public else { return Err(CryptoError::Input) };
    let other = PublicKey::from_sec1_bytes(public).map_err(|_| CryptoError::Input)?;
    let shared = diffie_hellman(&*scalar(key)?, other.as_affine());
    Ok(Zeroizing::new((*shared.raw_secret_bytes()).into()))
}

pub(super) fn public(key: &P256PrivateKey) -> Result<[u8; 65], CryptoError> {
    let point = PublicKey::from_secret_scalar(&*scalar(key)?).to_sec1_point(false);
    point.as_bytes().try_into().map_err(|_| CryptoError::Key)
}

/// The private key as a number from 1 to the order of the curve less 1.
fn scalar(key: &P256PrivateKey) -> Result<Zeroizing<NonZeroScalar>, CryptoError> {
    NonZeroScalar::try_from(&key.0[..]).map(Zeroizing::new).map_err(|_| CryptoError::Key)
}
