//! Whether a certificate goes back to a root that is trusted: signatures, days, what each may be used for, and what was
//! revoked [RFC-5280 4.2.1.3, 5]. Public keys are all that it takes.

use p256::ecdsa::Signature as EcdsaSignature;
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RsaPublicKey, RustCrypto};
use x509_cert::{
    Certificate,
    crl::CertificateList,
    der::{Decode, Encode, asn1::ObjectIdentifier},
    ext::pkix::{BasicConstraints, KeyUsage, KeyUsages},
    name::Name,
    spki::SubjectPublicKeyInfoOwned,
    time::Time,
};

use super::signed::{ECDSA_WITH_SHA256, SHA256_WITH_RSA};
use crate::profile::{
    authority::{Authority, FortAuthority, IssueError},
    tree::CardDate,
};

/// How many certificates may be between a signer and a root; two are.
const LONGEST_PATH: usize = 8;

/// DigestInfo of SHA-256 before the digest [RFC-8017 9.2].
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Whom a terminal trusts.
#[derive(Clone, Debug)]
pub struct Trust {
    roots: Vec<Certificate>,
    /// Authorities below them that it knows.
    authorities: Vec<Certificate>,
    /// What authorities have revoked.
    lists: Vec<CertificateList>,
}

/// Why a certificate is not trusted. The name is that of the certificate which is wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Untrusted {
    /// Nobody known issued it.
    #[error("no known authority issued the certificate of {0}")]
    Issuer(String),
    /// Who should have signed it did not.
    #[error("the certificate of {0} is not signed by its issuer")]
    Signature(String),
    /// It is not valid on the day.
    #[error("the certificate of {name} is not valid on {day}")]
    Day {
        /// Whose.
        name: String,
        /// The day.
        day: CardDate,
    },
    /// Its issuer may not issue.
    #[error("the certificate of {0} does not let it issue others")]
    NotAuthority(String),
    /// Its key is not for signing.
    #[error("the certificate of {0} is not for signing")]
    Usage(String),
    /// It was revoked.
    #[error("the certificate of {0} is revoked")]
    Revoked(String),
}

impl Trust {
    /// In both hierarchies of the test authority: the one of professionals' cards and the one of Vitale's keys.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a library refuses what the authority made.
    pub fn test() -> Result<Self, IssueError> {
        let (fort, usual) = (FortAuthority::from_seed(0)?, Authority::from_seed(0)?);
        let read = |all: [&[u8]; 2]| all.into_iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
        let lists = [&fort.root_crl, &fort.persons_crl].into_iter();
        Ok(Self {
            roots: read([&fort.root, &usual.root]),
            authorities: read([&fort.persons, &usual.issuing]),
            lists: lists.filter_map(|der| CertificateList::from_der(der).ok()).collect(),
        })
    }

    /// In these roots and authorities, of which those are roots that issued themselves. They have no lists.
    #[must_use]
    pub fn of(certificates: Vec<Certificate>) -> Self {
        let (roots, authorities) = certificates.into_iter().partition(is_self_issued);
        Self { roots, authorities, lists: Vec::new() }
    }

    /// The authorities above a certificate that are no root, in DER: what goes with it into a container.
    #[must_use]
    pub fn above(&self, certificate: &Certificate) -> Vec<Vec<u8>> {
        let mut above = Vec::new();
        let mut issuer = certificate.tbs_certificate().issuer().clone();
        while above.len() < LONGEST_PATH {
            let Some(authority) = self.authorities.iter().find(|it| *it.tbs_certificate().subject() == issuer) else {
                break;
            };
            above.extend(authority.to_der().ok());
            issuer = authority.tbs_certificate().issuer().clone();
        }
        above
    }

    /// Whether a signer's certificate goes back to a root on a day, by the authorities that are known or came with it.
    ///
    /// # Errors
    ///
    /// [`Untrusted`] at the first certificate that is wrong, from the signer's upwards.
    pub fn judge(&self, signer: &Certificate, others: &[Certificate], day: CardDate) -> Result<(), Untrusted> {
        let usage = signer.tbs_certificate().get_extension::<KeyUsage>().ok().flatten();
        let signs = KeyUsages::NonRepudiation | KeyUsages::DigitalSignature;
        if usage.is_some_and(|(_, KeyUsage(usage))| usage.is_disjoint(signs)) {
            return Err(Untrusted::Usage(name_of(signer)));
        }
        let mut current = signer;
        for _ in 0..LONGEST_PATH {
            check_day(current, day)?;
            let name = current.tbs_certificate().issuer();
            let is_issuer = |issuer: &&Certificate| issuer.tbs_certificate().subject() == name;
            let root = self.roots.iter().find(is_issuer);
            let known = root.or_else(|| self.authorities.iter().chain(others).find(is_issuer));
            let Some(issuer) = known.filter(|issuer| *issuer != current) else {
                return Err(Untrusted::Issuer(name_of(current)));
            };
            if !is_signed(current, issuer) {
                return Err(Untrusted::Signature(name_of(current)));
            }
            if !may_issue(issuer) {
                return Err(Untrusted::NotAuthority(name_of(issuer)));
            }
            if self.is_revoked(current, issuer, day) {
                return Err(Untrusted::Revoked(name_of(current)));
            }
            if root.is_some() {
                return check_day(issuer, day);
            }
            current = issuer;
        }
        Err(Untrusted::Issuer(name_of(signer)))
    }

    /// Whether an authority revoked a certificate before the end of a day.
    fn is_revoked(&self, certificate: &Certificate, issuer: &Certificate, day: CardDate) -> bool {
        let serial = certificate.tbs_certificate().serial_number();
        let lists = self.lists.iter().filter(|list| {
            list.tbs_cert_list.issuer == *issuer.tbs_certificate().subject()
                && list.tbs_cert_list.to_der().is_ok_and(|body| {
                    let key = issuer.tbs_certificate().subject_public_key_info();
                    is_signature(key, list.signature_algorithm.oid, &body, list.signature.raw_bytes())
                })
        });
        let mut revoked = lists.flat_map(|list| list.tbs_cert_list.revoked_certificates.iter().flatten());
        revoked.any(|revoked| revoked.serial_number == *serial && day_of(revoked.revocation_date) <= day)
    }
}

/// Whether a signature of a message was made by the private half of a key. RSA with PKCS#1 version 1.5 and ECDSA on
/// P-256 are known, both with SHA-256.
#[must_use]
pub fn is_signature(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: ObjectIdentifier,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[message]);
    let key = key.subject_public_key.raw_bytes();
    match algorithm {
        SHA256_WITH_RSA => {
            let Ok(rsa::pkcs1::RsaPublicKeyRef { modulus, public_exponent }) =
                rsa::pkcs1::RsaPublicKeyRef::try_from(key)
            else {
                return false;
            };
            let key = RsaPublicKey { n: modulus.as_bytes().to_vec(), e: public_exponent.as_bytes().to_vec() };
            let info = [&SHA256_INFO[..], digest.as_bytes()].concat();
            let padding = vec![0xFF; key.n.len().saturating_sub(3 + info.len())];
            let block = [&[0x00, 0x01][..], &padding, &[0x00], &info].concat();
            RustCrypto.rsa_public(&key, signature).is_ok_and(|found| found == block)
        }
        ECDSA_WITH_SHA256 => EcdsaSignature::from_der(signature)
            .is_ok_and(|signature| RustCrypto.ecdsa_verify(key, digest.as_bytes(), &signature.to_bytes())),
        _ => false,
    }
}

/// The common name of whom a certificate is about, else the whole name.
#[must_use]
pub fn name_of(certificate: &Certificate) -> String {
    const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    let name: &Name = certificate.tbs_certificate().subject();
    let common = name.iter().find(|attribute| attribute.oid == COMMON_NAME);
    common.map_or_else(|| name.to_string(), |it| String::from_utf8_lossy(it.value.value()).into_owned())
}

fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.tbs_certificate().issuer() == certificate.tbs_certificate().subject()
}

fn is_signed(certificate: &Certificate, issuer: &Certificate) -> bool {
    let key = issuer.tbs_certificate().subject_public_key_info();
    let algorithm = certificate.signature_algorithm().oid;
    certificate
        .tbs_certificate()
        .to_der()
        .is_ok_and(|body| is_signature(key, algorithm, &body, certificate.signature().raw_bytes()))
}

fn may_issue(issuer: &Certificate) -> bool {
    let body = issuer.tbs_certificate();
    let constraints = body.get_extension::<BasicConstraints>().ok().flatten();
    let usage = body.get_extension::<KeyUsage>().ok().flatten();
    constraints.is_some_and(|(_, constraints)| constraints.ca)
        && usage.is_none_or(|(_, KeyUsage(usage))| usage.contains(KeyUsages::KeyCertSign))
}

fn check_day(certificate: &Certificate, day: CardDate) -> Result<(), Untrusted> {
    let validity = certificate.tbs_certificate().validity();
    let is_valid = (day_of(validity.not_before)..=day_of(validity.not_after)).contains(&day);
    if is_valid { Ok(()) } else { Err(Untrusted::Day { name: name_of(certificate), day }) }
}

/// The day, without the second of it.
fn day_of(time: Time) -> CardDate {
    let time = time.to_date_time();
    CardDate { year: time.year(), month: time.month(), day: time.day(), hour: 0, minute: 0 }
}
