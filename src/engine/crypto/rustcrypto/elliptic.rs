//! ECDSA on P-256, deterministic (RFC 6979), and key agreement.

use p256::{
    PublicKey, SecretKey,
    ecdh::diffie_hellman,
    ecdsa::{
        Signature, SigningKey, VerifyingKey,
        signature::hazmat::{PrehashSigner, PrehashVerifier},
    },
};
use zeroize::Zeroizing;

use crate::crypto::{CryptoError, P256PrivateKey};

fn signing_key(key: &P256PrivateKey) -> Result<SigningKey, CryptoError> {
    SigningKey::from_slice(&key.0).map_err(|_| CryptoError::Key)
}

/// The shortest hash that is signed: the library takes any.
const SHORTEST: usize = 16;

pub(super) fn sign(key: &P256PrivateKey, digest: &[u8]) -> Result<[u8; 64], CryptoError> {
    if digest.len() < SHORTEST {
        return Err(CryptoError::Input);
    }
    let signature: Signature = signing_key(key)?.sign_prehash(digest).map_err(|_| CryptoError::Input)?;
    Ok(signature.to_bytes().into())
}

pub(super) fn verify(public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_sec1_bytes(public) else { return false };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
}

pub(super) fn agree(key: &P256PrivateKey, public: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
    let own = SecretKey::from_slice(&key.0).map_err(|_| CryptoError::Key)?;
    let [0x04, ..] = public else { return Err(CryptoError::Input) };
    let other = PublicKey::from_sec1_bytes(public).map_err(|_| CryptoError::Input)?;
    let shared = diffie_hellman(own.to_nonzero_scalar(), other.as_affine());
    Ok(Zeroizing::new((*shared.raw_secret_bytes()).into()))
}

pub(super) fn public(key: &P256PrivateKey) -> Result<[u8; 65], CryptoError> {
    let point = signing_key(key)?.verifying_key().to_sec1_point(false);
    point.as_bytes().try_into().map_err(|_| CryptoError::Key)
}
