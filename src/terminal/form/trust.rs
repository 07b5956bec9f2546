//! Whether a certificate goes back to a root that is trusted for the card that it is of: signatures, days, what each
//! may be used for, and what was revoked [RFC-5280 4.2, 5, 6.1]. Public keys are all that it takes.
//!
//! Professionals' cards and Vitale's have a hierarchy each, and neither stands in for the other. The authorities of
//! both are known: a certificate that comes with a signature vouches for nobody.

use p256::ecdsa::Signature as EcdsaSignature;
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RsaPublicKey, RustCrypto};
use x509_cert::{
    Certificate,
    crl::CertificateList,
    der::{Decode, Encode, asn1::ObjectIdentifier, oid::AssociatedOid},
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages},
    name::Name,
    spki::SubjectPublicKeyInfoOwned,
    time::Time,
};

use super::signed::{By, ECDSA_WITH_SHA256, SHA256_WITH_RSA};
use crate::profile::{
    authority::{Authority, FortAuthority, IssueError},
    tree::CardDate,
};

/// The longest way from a signer to a root, in certificates; it has two.
const LONGEST_PATH: usize = 8;

/// DigestInfo of SHA-256 before the digest [RFC-8017 9.2].
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// What a critical extension may be: one that is looked at here [RFC-5280 4.2].
const KNOWN: [ObjectIdentifier; 3] = [BasicConstraints::OID, KeyUsage::OID, ExtendedKeyUsage::OID];

/// What the key of a professional's signature is for, by its certificate [PSC-POC-LEAF certificate].
const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");

/// The agency's extension with the type of the card, table G02, and the types of which cards make forms: CPS and CPE.
const KIND: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.2");
const KINDS: [u8; 2] = [0, 2];

/// The names of keys and of the curve.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The shortest modulus of an RSA key, in bytes.
const SHORTEST_RSA: usize = 256;

/// Whom a terminal trusts.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    professionals: Hierarchy,
    vitales: Hierarchy,
}

/// Who vouches for cards of one kind.
#[derive(Clone, Debug, Default)]
struct Hierarchy {
    roots: Vec<Certificate>,
    /// Authorities below them.
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
    /// It is one of the other kind of card.
    #[error("the certificate of {0} is of the authorities of other cards")]
    Hierarchy(String),
    /// A root issued it, which issues for authorities only.
    #[error("the certificate of {0} is of a root, which issues for authorities only")]
    Root(String),
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
    /// More authorities stand below it than it allows.
    #[error("the certificate of {0} allows fewer authorities below it")]
    PathLength(String),
    /// Who signs is an authority.
    #[error("the certificate of {0} is that of an authority, and not of a card")]
    IsAuthority(String),
    /// Its key is not for signing what its holder wants.
    #[error("the certificate of {0} is not for signing (its key usage is not nonRepudiation)")]
    Usage(String),
    /// Its key is for something else than signing.
    #[error("the certificate of {0} is for something else (its extended key usage)")]
    Purpose(String),
    /// It is of a card that makes no forms: one of somebody in training, or of an agent of a basic regime.
    #[error("the certificate of {0} is not of a card that makes forms (CPS or CPE)")]
    Kind(String),
    /// It asks to be refused by whoever does not know an extension of it.
    #[error("the certificate of {name} has a critical extension that nobody knows here, {extension}")]
    Critical {
        /// Whose.
        name: String,
        /// The identifier of the extension.
        extension: String,
    },
    /// An extension is there twice, or is none.
    #[error("an extension of the certificate of {0} is there twice, or not coded as one")]
    Extension(String),
    /// Its key is none that anybody should trust: RSA of less than 2048 bits, or no point of P-256.
    #[error("the key in the certificate of {0} is neither RSA of 2048 bits or more nor on P-256")]
    Key(String),
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
        let read = |der: &[u8]| Certificate::from_der(der).into_iter().collect();
        let lists = [&fort.root_crl, &fort.persons_crl].into_iter();
        Ok(Self {
            professionals: Hierarchy {
                roots: read(&fort.root),
                authorities: read(&fort.persons),
                lists: lists.filter_map(|der| CertificateList::from_der(der).ok()).collect(),
            },
            vitales: Hierarchy { roots: read(&usual.root), authorities: read(&usual.issuing), lists: Vec::new() },
        })
    }

    /// In these roots and authorities, of which those are roots that issued themselves: of professionals' cards, and of
    /// Vitales. They have no lists.
    #[must_use]
    pub fn of(professionals: Vec<Certificate>, vitales: Vec<Certificate>) -> Self {
        let [professionals, vitales] = [professionals, vitales].map(|certificates| {
            let (roots, authorities) = certificates.into_iter().partition(is_self_issued);
            Hierarchy { roots, authorities, lists: Vec::new() }
        });
        Self { professionals, vitales }
    }

    /// The authorities above a card's certificate that are no root, in DER: what goes with it into a container.
    #[must_use]
    pub fn above(&self, by: By, certificate: &Certificate) -> Vec<Vec<u8>> {
        let mut above = Vec::new();
        let mut issuer = certificate.tbs_certificate().issuer();
        while above.len() < LONGEST_PATH {
            let authorities = &self.hierarchy(by).authorities;
            let Some(authority) = authorities.iter().find(|it| it.tbs_certificate().subject() == issuer) else {
                break;
            };
            above.extend(authority.to_der().ok());
            issuer = authority.tbs_certificate().issuer();
        }
        above
    }

    /// Whether a signer's certificate is one of a card of its kind, and goes back to the root of that kind on a day.
    ///
    /// # Errors
    ///
    /// [`Untrusted`] at the first certificate that is wrong, from the signer's upwards.
    pub fn judge(&self, by: By, signer: &Certificate, day: CardDate) -> Result<(), Untrusted> {
        let other = match by {
            By::Professional => By::Vitale,
            By::Vitale => By::Professional,
        };
        let is_of_other = self.hierarchy(other).issuer_of(signer).is_some();
        if is_of_other && self.hierarchy(by).issuer_of(signer).is_none() {
            return Err(Untrusted::Hierarchy(name_of(signer)));
        }
        check_extensions(signer)?;
        check_signer(by, signer)?;
        self.hierarchy(by).judge(signer, day)
    }

    fn hierarchy(&self, by: By) -> &Hierarchy {
        match by {
            By::Professional => &self.professionals,
            By::Vitale => &self.vitales,
        }
    }
}

impl Hierarchy {
    /// Who issued a certificate, by its name, and whether that is a root.
    fn issuer_of(&self, certificate: &Certificate) -> Option<(&Certificate, bool)> {
        let name = certificate.tbs_certificate().issuer();
        let is_issuer = |issuer: &&Certificate| issuer.tbs_certificate().subject() == name;
        let root = self.roots.iter().find(is_issuer).map(|root| (root, true));
        root.or_else(|| self.authorities.iter().find(is_issuer).map(|authority| (authority, false)))
    }

    /// The way up: at each step the certificate that is signed, and how many authorities are below its issuer.
    fn judge(&self, signer: &Certificate, day: CardDate) -> Result<(), Untrusted> {
        let mut current = signer;
        for below in 0..LONGEST_PATH {
            check_day(current, day)?;
            let (issuer, is_root) = self.issuer_of(current).ok_or_else(|| Untrusted::Issuer(name_of(current)))?;
            if is_root && below == 0 {
                return Err(Untrusted::Root(name_of(current)));
            }
            check_extensions(issuer)?;
            check_issuer(issuer, below)?;
            if !is_signed(current, issuer) {
                return Err(Untrusted::Signature(name_of(current)));
            }
            if self.is_revoked(current, issuer, day) {
                return Err(Untrusted::Revoked(name_of(current)));
            }
            if is_root {
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
    let name = certificate.tbs_certificate().subject();
    in_name(name, COMMON_NAME).unwrap_or_else(|| name.to_string())
}

/// The number of the Vitale that a certificate names: the serialNumber of its subject, which is this project's choice.
#[must_use]
pub fn card_of(certificate: &Certificate) -> Option<String> {
    const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
    in_name(certificate.tbs_certificate().subject(), SERIAL_NUMBER)
}

/// The text of the one attribute of a kind in a name; `None` if there is none, or several.
fn in_name(name: &Name, kind: ObjectIdentifier) -> Option<String> {
    let mut found = name.iter().filter(|attribute| attribute.oid == kind);
    let attribute = found.next().filter(|_| found.next().is_none())?;
    Some(String::from_utf8_lossy(attribute.value.value()).into_owned())
}

fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.tbs_certificate().issuer() == certificate.tbs_certificate().subject()
}

/// Whether an issuer signed a certificate, which says by which algorithm where it was signed too [RFC-5280 4.1.1.2].
fn is_signed(certificate: &Certificate, issuer: &Certificate) -> bool {
    let body = certificate.tbs_certificate();
    let key = issuer.tbs_certificate().subject_public_key_info();
    let algorithm = certificate.signature_algorithm();
    body.signature() == algorithm
        && body.to_der().is_ok_and(|body| is_signature(key, algorithm.oid, &body, certificate.signature().raw_bytes()))
}

/// What every certificate of a way has to be: its key is one, no extension is there twice, and no critical one unknown.
fn check_extensions(certificate: &Certificate) -> Result<(), Untrusted> {
    let name = || name_of(certificate);
    let body = certificate.tbs_certificate();
    if !is_key(body.subject_public_key_info()) {
        return Err(Untrusted::Key(name()));
    }
    let extensions = body.extensions().map(Vec::as_slice).unwrap_or_default();
    for (index, extension) in extensions.iter().enumerate() {
        let is_known = KNOWN.contains(&extension.extn_id);
        if extension.critical && !is_known {
            return Err(Untrusted::Critical { name: name(), extension: extension.extn_id.to_string() });
        }
        if extensions.iter().take(index).any(|before| before.extn_id == extension.extn_id) {
            return Err(Untrusted::Extension(name()));
        }
    }
    Ok(())
}

/// What the certificate of a card has to be, by the kind of the card.
fn check_signer(by: By, signer: &Certificate) -> Result<(), Untrusted> {
    let name = || name_of(signer);
    let body = signer.tbs_certificate();
    let broken = |_| Untrusted::Extension(name());
    let constraints = body.get_extension::<BasicConstraints>().map_err(broken)?;
    if constraints.is_some_and(|(_, constraints)| constraints.ca) {
        return Err(Untrusted::IsAuthority(name()));
    }
    let usage = body.get_extension::<KeyUsage>().map_err(broken)?;
    if !usage.is_some_and(|(_, KeyUsage(usage))| usage.contains(KeyUsages::NonRepudiation)) {
        return Err(Untrusted::Usage(name()));
    }
    // The certificates of professionals' signatures say so; those of Vitale's say nothing of it.
    let purposes = body.get_extension::<ExtendedKeyUsage>().map_err(broken)?;
    let is_right = match by {
        By::Professional => purposes.is_some_and(|(_, ExtendedKeyUsage(all))| all.contains(&EMAIL_PROTECTION)),
        By::Vitale => purposes.is_none(),
    };
    if !is_right {
        return Err(Untrusted::Purpose(name()));
    }
    let kind = || {
        let extension = body.extensions()?.iter().find(|extension| extension.extn_id == KIND)?;
        u8::from_der(extension.extn_value.as_bytes()).ok()
    };
    match by {
        By::Professional if !kind().is_some_and(|kind| KINDS.contains(&kind)) => Err(Untrusted::Kind(name())),
        _ => Ok(()),
    }
}

/// What the certificate of an authority has to be, below which so many others stand.
fn check_issuer(issuer: &Certificate, below: usize) -> Result<(), Untrusted> {
    let name = || name_of(issuer);
    let body = issuer.tbs_certificate();
    let broken = |_| Untrusted::Extension(name());
    let constraints = body.get_extension::<BasicConstraints>().map_err(broken)?;
    let usage = body.get_extension::<KeyUsage>().map_err(broken)?;
    let issues = usage.is_some_and(|(_, KeyUsage(usage))| usage.contains(KeyUsages::KeyCertSign));
    let Some((_, constraints)) = constraints.filter(|(_, constraints)| constraints.ca && issues) else {
        return Err(Untrusted::NotAuthority(name()));
    };
    match constraints.path_len_constraint {
        Some(most) if usize::from(most) < below => Err(Untrusted::PathLength(name())),
        _ => Ok(()),
    }
}

/// Whether a key is one that can be trusted: RSA with a modulus of 2048 bits or more and an exponent, both odd, or a
/// point of P-256.
fn is_key(key: &SubjectPublicKeyInfoOwned) -> bool {
    let bits = key.subject_public_key.raw_bytes();
    match key.algorithm.oid {
        RSA_ENCRYPTION => rsa::pkcs1::RsaPublicKeyRef::try_from(bits).is_ok_and(|key| {
            let (modulus, exponent) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
            let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
            modulus.len() >= SHORTEST_RSA && is_odd(modulus) && is_odd(exponent) && exponent != [1]
        }),
        EC_PUBLIC_KEY => {
            let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
            curve == Some(P256) && p256::PublicKey::from_sec1_bytes(bits).is_ok()
        }
        _ => false,
    }
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
