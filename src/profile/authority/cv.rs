//! The root of card-verifiable certificates.

use virtuale_engine::crypto::{P256PrivateKey, RsaNumbers};

use super::{RsaLength, derive_p256, rsa_numbers};

/// Where in the pool the root's key is: the last of its length, since cards begin with the first.
const POOL_NUMBER: u64 = 7;

/// The keys that sign card-verifiable certificates: one for each form.
#[derive(Clone, Debug)]
pub struct CvRoot {
    /// Signs certificates with message recovery.
    pub rsa: RsaNumbers,
    /// Signs self-descriptive certificates.
    pub p256: P256PrivateKey,
}

impl CvRoot {
    /// What certificates call the holder of the RSA key.
    pub const RSA_HOLDER: [u8; 8] = *b"TESTCVR1";
    /// What certificates call the holder of the P-256 key.
    pub const P256_HOLDER: [u8; 8] = *b"TESTCVE1";
    /// What the RSA root may do: the six bytes before every role of this project, and the role of an authority.
    pub const RSA_AUTHORISATION: [u8; 7] = *b"TESTVI\x00";
    /// What the P-256 root may do: all.
    pub const P256_AUTHORISATION: [u8; 7] = [0xFF; 7];

    /// The root of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self {
            rsa: rsa_numbers(RsaLength::Bits2048, POOL_NUMBER.wrapping_add(seed)),
            p256: derive_p256(seed, "CV root"),
        }
    }
}
