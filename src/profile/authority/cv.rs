//! Card-verifiable certificates: the root that cards know, an authority below it, and a professional whom it certifies.
//!
//! Everybody has a key of each form. How the real ones are called, and what they say, is not public: references, roles
//! and rights here are invented [NOT-FOUND authentication].

use virtuale_engine::{
    crypto::{Crypto, HashAlgorithm, P256PrivateKey, RsaNumbers},
    cvc::{
        self, Certificate, CertificateError,
        descriptive::{self, Body, Validity},
        recovered::{self, ContentProfile},
    },
};

use super::{super::arithmetic::Arithmetic, derive_p256, pool::cv_rsa, rsa_public};

/// The object identifier of the roles in self-descriptive certificates: Virtuale's own, below the arc for examples
/// 2.999 (`88 37`), then `VI`.
const ROLE: [u8; 4] = [0x88, 0x37, b'V', b'I'];

/// 2025-01-01 to 2045-01-01, a digit a byte.
const VALIDITY: Validity = Validity { from: [2, 5, 0, 1, 0, 1], until: [4, 5, 0, 1, 0, 1] };

/// What there is to know of somebody: names and rights in both forms, and where the keys come from.
struct Person {
    /// The reference in certificates with message recovery, behind four bytes zero.
    rsa_holder: [u8; 8],
    /// Six bytes before every role of this project, and the role.
    rsa_authorisation: [u8; 7],
    p256_holder: [u8; 8],
    /// Two bits that say root, authority or nobody's authority, then rights.
    p256_authorisation: [u8; 7],
    /// Which of the hierarchy's RSA keys in the pool it is.
    pool_place: usize,
    purpose: &'static str,
}

const ROOT: Person = Person {
    rsa_holder: *b"TESTCVR1",
    rsa_authorisation: *b"TESTVI\x00",
    p256_holder: *b"TESTCVE1",
    p256_authorisation: [0xFF; 7],
    pool_place: 2,
    purpose: "CV root",
};

const AUTHORITY: Person = Person {
    rsa_holder: *b"TESTCAR1",
    rsa_authorisation: *b"TESTVI\x20",
    p256_holder: *b"TESTCAE1",
    p256_authorisation: [0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    pool_place: 1,
    purpose: "CV authority",
};

const PROFESSIONAL: Person = Person {
    rsa_holder: *b"TESTPSR1",
    rsa_authorisation: *b"TESTVI\x02",
    p256_holder: *b"TESTPSE1",
    p256_authorisation: [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02],
    pool_place: 0,
    purpose: "CV professional",
};

/// The keys that somebody has: one for each form of certificates.
#[derive(Clone, Debug)]
pub struct CvKeys {
    /// For certificates with message recovery.
    pub rsa: RsaNumbers,
    /// For self-descriptive certificates.
    pub p256: P256PrivateKey,
}

/// Somebody's keys and certificates.
#[derive(Clone, Debug)]
pub struct CvHolder {
    /// The keys.
    pub keys: CvKeys,
    /// The certificate with message recovery, `7F21`.
    pub rsa: Vec<u8>,
    /// The self-descriptive certificate, `7F21`.
    pub p256: Vec<u8>,
}

/// The root and those below it.
#[derive(Clone, Debug)]
pub struct CvAuthority {
    /// Whose keys cards know.
    pub root: CvKeys,
    /// The root's own certificate, self-descriptive.
    pub root_certificate: Vec<u8>,
    /// Whom the root certifies.
    pub authority: CvHolder,
    /// Whom the authority certifies: a health professional, whose role opens what a patient's card keeps for them.
    pub professional: CvHolder,
}

impl CvKeys {
    /// What certificates call the holder of the root's RSA key.
    pub const ROOT_RSA_HOLDER: [u8; 8] = ROOT.rsa_holder;
    /// What certificates call the holder of the root's P-256 key.
    pub const ROOT_P256_HOLDER: [u8; 8] = ROOT.p256_holder;
    /// What the RSA root may do: the role of an authority.
    pub const ROOT_RSA_AUTHORISATION: [u8; 7] = ROOT.rsa_authorisation;
    /// What the P-256 root may do: all.
    pub const ROOT_P256_AUTHORISATION: [u8; 7] = ROOT.p256_authorisation;

    /// The keys of the root of a seed.
    #[must_use]
    pub fn root(seed: u64) -> Self {
        ROOT.keys(seed)
    }
}

impl CvAuthority {
    /// The root of a seed and those below it.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if a certificate cannot be signed.
    pub fn from_seed(seed: u64) -> Result<Self, CertificateError> {
        let (root, authority) = (ROOT.keys(seed), AUTHORITY.keys(seed));
        Ok(Self {
            root_certificate: ROOT.describe(&root, &ROOT, &root)?,
            authority: AUTHORITY.certified(seed, &ROOT, &root)?,
            professional: PROFESSIONAL.certified(seed, &AUTHORITY, &authority)?,
            root,
        })
    }
}

impl Person {
    fn keys(&self, seed: u64) -> CvKeys {
        CvKeys { rsa: cv_rsa(seed, self.pool_place), p256: derive_p256(seed, self.purpose) }
    }

    fn certified(&self, seed: u64, by: &Self, signer: &CvKeys) -> Result<CvHolder, CertificateError> {
        let keys = self.keys(seed);
        let certificate = Certificate {
            authority: by.rsa_holder.to_vec(),
            holder: [&[0; 4][..], &self.rsa_holder].concat(),
            authorisation: self.rsa_authorisation.to_vec(),
            key: cvc::PublicKey::Rsa(rsa_public(&keys.rsa)),
        };
        let signing = Arithmetic.rsa_key(&signer.rsa)?;
        let (hash, profile) = (HashAlgorithm::Sha256, ContentProfile::IasEcc);
        let rsa = recovered::sign(&Arithmetic, &*signing, hash, profile, &certificate)?;
        let p256 = self.describe(&keys, by, signer)?;
        Ok(CvHolder { keys, rsa, p256 })
    }

    fn describe(&self, keys: &CvKeys, by: &Self, signer: &CvKeys) -> Result<Vec<u8>, CertificateError> {
        let certificate = Certificate {
            authority: by.p256_holder.to_vec(),
            holder: self.p256_holder.to_vec(),
            authorisation: self.p256_authorisation.to_vec(),
            key: cvc::PublicKey::P256(Arithmetic.p256_public(&keys.p256)?),
        };
        let body = Body { certificate, role: ROLE.to_vec(), validity: VALIDITY };
        descriptive::sign(&Arithmetic, &signer.p256, &body)
    }
}
