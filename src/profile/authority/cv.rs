//! Card-verifiable certificates: the root that cards know, an authority below it, and whom that certifies: a
//! professional with keys in files, and the cards of professionals.
//!
//! Everybody has a key of each form, but for a card, whose key has one. How the real ones are called, and what they
//! say, is not public: references, roles and rights here are invented [NOT-FOUND authentication].

use std::sync::{Arc, LazyLock};

use virtuale_engine::{
    crypto::{Crypto, HashAlgorithm, P256PrivateKey, RsaNumbers},
    cvc::{
        self, Certificate, CertificateError,
        descriptive::{self, Body, Validity},
        recovered::{self, ContentProfile},
    },
};

use super::{
    super::{arithmetic::Arithmetic, tree::CardDate},
    derive_p256,
    pending::Pending,
    pool::cv_rsa,
    rsa_public,
};

/// The object identifier of the roles in self-descriptive certificates: Virtuale's own, below the arc for examples
/// 2.999 (`88 37`), then `VI`.
const ROLE: [u8; 4] = [0x88, 0x37, b'V', b'I'];

/// 2025-01-01 to 2045-01-01, a digit a byte.
const VALIDITY: Validity = Validity { from: [2, 5, 0, 1, 0, 1], until: [4, 5, 0, 1, 0, 1] };

/// The hash and the content of certificates with message recovery.
const RECOVERED: (HashAlgorithm, ContentProfile) = (HashAlgorithm::Sha256, ContentProfile::IasEcc);

/// Bytes of an RSA key of the hierarchy.
const RSA_LENGTH: usize = 256;

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

/// The two forms of card-verifiable certificates.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CvForm {
    /// RSA with message recovery.
    Recovered,
    /// Self-descriptive, on P-256.
    Descriptive,
}

/// Whom a card's certificate names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CvBearer {
    /// The number of the card, which is its reference.
    pub number: [u8; 8],
    /// What its holder may do: six bytes and a role, or on P-256 a mask of rights.
    pub authorisation: [u8; 7],
    /// The first and the last day; those of the authority if there are none. Certificates with message recovery have
    /// no place for them.
    pub valid: Option<[CardDate; 2]>,
}

/// The authority of the seed 0, from which the certificates of cards are. It signs them when somebody reads them.
#[derive(Clone, Copy, Debug)]
pub struct CvIssuer;

impl CvIssuer {
    /// The authority's own certificate, which the root signed.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if the library refuses its own certificates.
    pub fn own_certificate(form: CvForm) -> Result<Arc<Pending>, CertificateError> {
        static RECOVERED: LazyLock<Result<Arc<Pending>, CertificateError>> = LazyLock::new(|| {
            let key = cvc::PublicKey::Rsa(rsa_public(&cv_rsa(0, AUTHORITY.pool_place)));
            let certificate = AUTHORITY.recovered(key, &ROOT);
            pending(certificate, VALIDITY, &ROOT)
        });
        static DESCRIPTIVE: LazyLock<Result<Arc<Pending>, CertificateError>> = LazyLock::new(|| {
            let key = Arithmetic.p256_public(&derive_p256(0, AUTHORITY.purpose))?;
            pending(AUTHORITY.descriptive(cvc::PublicKey::P256(key), &ROOT), VALIDITY, &ROOT)
        });
        match form {
            CvForm::Recovered => RECOVERED.clone(),
            CvForm::Descriptive => DESCRIPTIVE.clone(),
        }
    }

    /// A certificate of a card's key, in the form of the key.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if the key does not fit into one.
    pub fn certify(bearer: CvBearer, key: cvc::PublicKey) -> Result<Arc<Pending>, CertificateError> {
        let CvBearer { number, authorisation, valid } = bearer;
        let validity = valid.map_or(VALIDITY, |[from, until]| Validity { from: digits(from), until: digits(until) });
        let (authority, holder) = match key {
            cvc::PublicKey::Rsa(_) => (AUTHORITY.rsa_holder, [&[0; 4][..], &number].concat()),
            cvc::PublicKey::P256(_) => (AUTHORITY.p256_holder, number.to_vec()),
        };
        let authority = authority.to_vec();
        pending(Certificate { authority, holder, authorisation: authorisation.to_vec(), key }, validity, &AUTHORITY)
    }
}

/// A day as certificates have it, a digit a byte.
fn digits(day: CardDate) -> [u8; 6] {
    let year = u8::try_from(day.year % 100).unwrap_or(0);
    [year / 10, year % 10, day.month / 10, day.month % 10, day.day / 10, day.day % 10]
}

/// A certificate that somebody will sign with a key of the seed 0.
fn pending(
    certificate: Certificate,
    validity: Validity,
    by: &'static Person,
) -> Result<Arc<Pending>, CertificateError> {
    Ok(Arc::new(match certificate.key {
        cvc::PublicKey::Rsa(_) => {
            let (hash, profile) = RECOVERED;
            Pending::new(recovered::unsigned(RSA_LENGTH, hash, profile, &certificate)?, move |_| {
                let key = Arithmetic.rsa_key(&cv_rsa(0, by.pool_place)).ok()?;
                recovered::sign(&Arithmetic, &*key, hash, profile, &certificate).ok()
            })
        }
        cvc::PublicKey::P256(_) => {
            let body = Body { certificate, role: ROLE.to_vec(), validity };
            Pending::new(descriptive::unsigned(&body)?, move |_| {
                descriptive::sign(&Arithmetic, &derive_p256(0, by.purpose), &body).ok()
            })
        }
    }))
}

impl Person {
    fn keys(&self, seed: u64) -> CvKeys {
        CvKeys { rsa: cv_rsa(seed, self.pool_place), p256: derive_p256(seed, self.purpose) }
    }

    fn certified(&self, seed: u64, by: &Self, signer: &CvKeys) -> Result<CvHolder, CertificateError> {
        let keys = self.keys(seed);
        let certificate = self.recovered(cvc::PublicKey::Rsa(rsa_public(&keys.rsa)), by);
        let signing = Arithmetic.rsa_key(&signer.rsa)?;
        let (hash, profile) = RECOVERED;
        let rsa = recovered::sign(&Arithmetic, &*signing, hash, profile, &certificate)?;
        let p256 = self.describe(&keys, by, signer)?;
        Ok(CvHolder { keys, rsa, p256 })
    }

    fn describe(&self, keys: &CvKeys, by: &Self, signer: &CvKeys) -> Result<Vec<u8>, CertificateError> {
        let certificate = self.descriptive(cvc::PublicKey::P256(Arithmetic.p256_public(&keys.p256)?), by);
        let body = Body { certificate, role: ROLE.to_vec(), validity: VALIDITY };
        descriptive::sign(&Arithmetic, &signer.p256, &body)
    }

    /// What a certificate with message recovery says of them.
    fn recovered(&self, key: cvc::PublicKey, by: &Self) -> Certificate {
        let (authority, authorisation) = (by.rsa_holder.to_vec(), self.rsa_authorisation.to_vec());
        Certificate { authority, holder: [&[0; 4][..], &self.rsa_holder].concat(), authorisation, key }
    }

    /// What a self-descriptive certificate says of them.
    fn descriptive(&self, key: cvc::PublicKey, by: &Self) -> Certificate {
        let (authority, authorisation) = (by.p256_holder.to_vec(), self.p256_authorisation.to_vec());
        Certificate { authority, holder: self.p256_holder.to_vec(), authorisation, key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_of_cards_is_that_of_the_files() {
        let authority = CvAuthority::from_seed(0).expect("an authority").authority;
        for (form, right) in [(CvForm::Recovered, authority.rsa), (CvForm::Descriptive, authority.p256)] {
            let pending = CvIssuer::own_certificate(form).expect("a certificate");
            assert_eq!(pending.unsigned().len(), right.len());
            assert_eq!(pending.signed(), right);
        }
    }

    #[test]
    fn a_card_is_certified_by_the_authority_in_the_form_of_its_key() {
        let authority = CvAuthority::from_seed(0).expect("an authority").authority.keys;
        let valid = Some([CardDate { year: 2024, month: 5, day: 17, hour: 0, minute: 0 }; 2]);
        let bearer = CvBearer { valid, number: *b"\x00\x00\x01\x99\x00\x00\x01\x0F", authorisation: *b"TESTVI\x02" };
        let other = CvAuthority::from_seed(1).expect("another").professional.keys;
        let rsa = cvc::PublicKey::Rsa(rsa_public(&other.rsa));
        let signed = CvIssuer::certify(bearer, rsa).expect("a certificate");
        let opened = recovered::open(&Arithmetic, &rsa_public(&authority.rsa), RECOVERED.0, signed.signed());
        let opened = opened.expect("the authority's signature");
        assert_eq!((&opened.holder[..4], &opened.holder[4..]), (&[0; 4][..], &bearer.number[..]));
        assert_eq!((&opened.authority[..], &opened.authorisation[..]), (&b"TESTCAR1"[..], &b"TESTVI\x02"[..]));
        let p256 = cvc::PublicKey::P256(Arithmetic.p256_public(&other.p256).expect("a point"));
        let signed = CvIssuer::certify(bearer, p256).expect("a certificate");
        let point = Arithmetic.p256_public(&authority.p256).expect("a point");
        let body = descriptive::open(&Arithmetic, &point, &signed.signed()[4..]).expect("the authority's signature");
        let day = [2, 4, 0, 5, 1, 7];
        assert_eq!(
            (&body.certificate.holder[..], body.validity),
            (&bearer.number[..], Validity { from: day, until: day })
        );
    }
}
