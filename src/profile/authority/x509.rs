//! X.509 certificates of the test authority.

use std::str::FromStr;

use p256::ecdsa::{
    DerSignature, Signature, VerifyingKey,
    signature::{self, Keypair},
};
use virtuale_engine::crypto::{Crypto, HashAlgorithm, P256PrivateKey, RsaPublicKey};
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, Error as BuilderError, profile::BuilderProfile},
    der::{
        DateTime, Encode,
        asn1::{BitString, Null, PrintableStringRef, UintRef, UtcTime},
        flagset::FlagSet,
    },
    ext::{
        Extension, ToExtension,
        pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{
        self, AlgorithmIdentifier, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, ObjectIdentifier,
        SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef,
    },
    time::{Time, Validity},
};

use super::super::arithmetic::Arithmetic;

/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2 [RFC-5758 3.2].
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

const ROOT_NAME: &str = "CN=TEST Virtuale root,OU=TEST only,O=TEST Virtuale";
const ISSUING_NAME: &str = "CN=TEST Virtuale issuing authority,OU=TEST only,O=TEST Virtuale";

/// The first and the last year of every certificate.
const YEARS: [u16; 2] = [2025, 2045];

/// What a certificate is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The common name, without the word TEST, which every name gets.
    pub name: &'a str,
    /// The number of the card that the key is on, printable ASCII, where the certificate names it: it stands in the
    /// subject as its serialNumber [RFC-5280 4.1.2.4].
    pub card: Option<&'a str>,
    /// The serial number, at least 1.
    pub serial: u64,
    /// The holder's key.
    pub key: SubjectKey<'a>,
    /// What the key is for.
    pub usage: Usage,
}

/// A key to be certified.
#[derive(Clone, Copy, Debug)]
pub enum SubjectKey<'a> {
    /// RSA.
    Rsa(&'a RsaPublicKey),
    /// An uncompressed point of P-256.
    P256(&'a [u8; 65]),
}

/// What a key is for [RFC-5280 4.2.1.3].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Usage {
    /// Authentication: digitalSignature.
    Authentication,
    /// Signature: nonRepudiation.
    Signature,
    /// Decipherment: keyEncipherment with RSA, keyAgreement on a curve.
    Decipherment,
}

/// A certificate that could not be issued.
#[derive(Debug, thiserror::Error)]
#[error("cannot issue the certificate of \"{name}\": {reason}")]
pub struct IssueError {
    name: String,
    reason: String,
}

/// Who signs whom, and which extensions that takes.
struct Form {
    issuer: Name,
    subject: Name,
    usage: FlagSet<KeyUsages>,
    /// How many authorities may stand below; `None` for a holder.
    authority: Option<u8>,
}

impl BuilderProfile for Form {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> Result<Vec<Extension>, BuilderError> {
        let mut extensions = Vec::new();
        let constraints = BasicConstraints { ca: self.authority.is_some(), path_len_constraint: self.authority };
        extensions.push(constraints.to_extension(tbs.subject(), &extensions)?);
        extensions.push(KeyUsage(self.usage).to_extension(tbs.subject(), &extensions)?);
        let subject_key = SubjectKeyIdentifier::try_from(key)?;
        extensions.push(subject_key.to_extension(tbs.subject(), &extensions)?);
        let authority_key = AuthorityKeyIdentifier::try_from(issuer_key)?;
        extensions.push(authority_key.to_extension(tbs.subject(), &extensions)?);
        Ok(extensions)
    }
}

pub(super) fn root(key: &P256PrivateKey) -> Result<Vec<u8>, IssueError> {
    let signer = Signer::new(key);
    let form = authority_form(ROOT_NAME, 1);
    signer.and_then(|signer| signer.issue(form, 1, signer.information()?)).map_err(|reason| named(ROOT_NAME, reason))
}

pub(super) fn issuing(root: &P256PrivateKey, key: &P256PrivateKey) -> Result<Vec<u8>, IssueError> {
    let issue = || {
        let information = Signer::new(key)?.information()?;
        Signer::new(root)?.issue(authority_form(ISSUING_NAME, 0), 2, information)
    };
    issue().map_err(|reason| named(ISSUING_NAME, reason))
}

pub(super) fn holder(issuing: &Signer, request: &Request<'_>) -> Result<Vec<u8>, IssueError> {
    let issue = || {
        let card = request.card.map(serial_number).transpose()?.unwrap_or_default();
        let name = format!("{card}CN=TEST {},OU=TEST only,O=TEST Virtuale", escaped(request.name));
        let usage = match (request.usage, request.key) {
            (Usage::Authentication, _) => KeyUsages::DigitalSignature,
            (Usage::Signature, _) => KeyUsages::NonRepudiation,
            (Usage::Decipherment, SubjectKey::Rsa(_)) => KeyUsages::KeyEncipherment,
            (Usage::Decipherment, SubjectKey::P256(_)) => KeyUsages::KeyAgreement,
        };
        let form = Form {
            issuer: Name::from_str(ISSUING_NAME)?,
            subject: Name::from_str(&name)?,
            usage: usage.into(),
            authority: None,
        };
        let information = match request.key {
            SubjectKey::Rsa(key) => rsa_information(key)?,
            SubjectKey::P256(point) => p256_information(point)?,
        };
        issuing.issue(Ok(form), request.serial, information)
    };
    issue().map_err(|reason| named(request.name, reason))
}

/// The root certifies itself and the issuing authority.
fn authority_form(subject: &str, below: u8) -> Result<Form, BuilderError> {
    Ok(Form {
        issuer: Name::from_str(ROOT_NAME)?,
        subject: Name::from_str(subject)?,
        usage: KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        authority: Some(below),
    })
}

/// A key that signs certificates.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    key: P256PrivateKey,
    public: VerifyingKey,
}

impl Signer {
    pub(super) fn new(key: &P256PrivateKey) -> Result<Self, BuilderError> {
        Self::of(key, &Arithmetic.p256_public(key).map_err(|_| spki::Error::KeyMalformed)?)
    }

    /// A key whose point is known.
    pub(super) fn of(key: &P256PrivateKey, point: &[u8; 65]) -> Result<Self, BuilderError> {
        Ok(Self { key: key.clone(), public: verifying_key(point)? })
    }

    fn information(&self) -> Result<SubjectPublicKeyInfoOwned, BuilderError> {
        Ok(SubjectPublicKeyInfoOwned::from_key(&self.public)?)
    }

    fn issue(
        &self,
        form: Result<Form, BuilderError>,
        serial: u64,
        information: SubjectPublicKeyInfoOwned,
    ) -> Result<Vec<u8>, BuilderError> {
        let [from, until] = YEARS.map(|year| DateTime::new(year, 1, 1, 0, 0, 0).and_then(UtcTime::from_date_time));
        let validity = Validity::new(Time::UtcTime(from?), Time::UtcTime(until?));
        let builder = CertificateBuilder::new(form?, SerialNumber::from(serial), validity, information)?;
        let certificate = builder.build::<_, DerSignature>(self)?;
        Ok(certificate.to_der()?)
    }
}

impl Keypair for Signer {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        self.public
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifier { oid: ECDSA_WITH_SHA256, parameters: None })
    }
}

impl signature::Signer<DerSignature> for Signer {
    fn try_sign(&self, message: &[u8]) -> Result<DerSignature, signature::Error> {
        let digest = Arithmetic.hash(HashAlgorithm::Sha256, &[message]);
        let signed = Arithmetic.ecdsa_sign(&self.key, digest.as_bytes()).map_err(signature::Error::from_source)?;
        Ok(Signature::from_slice(&signed)?.to_der())
    }
}

pub(super) fn rsa_information(key: &RsaPublicKey) -> Result<SubjectPublicKeyInfoOwned, BuilderError> {
    // RSAPublicKey [RFC-8017 A.1.1]: a sequence of the two numbers.
    let numbers = [UintRef::new(&key.n)?, UintRef::new(&key.e)?];
    let bits = BitString::from_bytes(&numbers.to_vec().to_der()?)?;
    let algorithm = AlgorithmIdentifier { oid: RSA_ENCRYPTION, parameters: Some(Null.into()) };
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key: bits })
}

fn p256_information(point: &[u8; 65]) -> Result<SubjectPublicKeyInfoOwned, BuilderError> {
    Ok(SubjectPublicKeyInfoOwned::from_key(&verifying_key(point)?)?)
}

fn verifying_key(point: &[u8; 65]) -> Result<VerifyingKey, spki::Error> {
    VerifyingKey::from_sec1_bytes(point).map_err(|_| spki::Error::KeyMalformed)
}

/// The number of a card as the first part of a name in text: a PrintableString, in hexadecimal [RFC-4514 2.4].
fn serial_number(card: &str) -> Result<String, BuilderError> {
    Ok(format!("2.5.4.5=#{},", hex::encode(PrintableStringRef::new(card)?.to_der()?)))
}

/// A name in text [RFC-4514 2.4]: what has a meaning there gets a backslash.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

pub(super) fn named(name: &str, reason: impl ToString) -> IssueError {
    IssueError { name: name.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use x509_cert::{Certificate, der::Decode};

    use super::*;
    use crate::profile::authority::{Issuer, RsaLength, card_rsa, derive_p256};
    use virtuale_engine::crypto::RustCrypto;

    #[test]
    fn certificates_of_both_kinds_of_key_are_well_formed_and_say_test() {
        let authority = Issuer::usual();
        let rsa = RustCrypto.rsa_key(&card_rsa(RsaLength::Bits2048, 0).0).expect("a key");
        let point = RustCrypto.p256_public(&derive_p256(0, "a card")).expect("a point");
        for key in [SubjectKey::Rsa(rsa.public()), SubjectKey::P256(&point)] {
            let request = Request { name: "D'HÉRON, Anaïs", card: None, serial: 7, key, usage: Usage::Signature };
            let der = authority.issue(&request).expect("a certificate");
            let certificate = Certificate::from_der(&der).expect("X.509");
            let tbs = certificate.tbs_certificate();
            assert_eq!(tbs.subject().to_string(), "CN=TEST D'HÉRON\\, Anaïs,OU=TEST only,O=TEST Virtuale");
            assert_eq!(tbs.issuer().to_string(), ISSUING_NAME);
            assert_eq!(authority.issue(&request).expect("again"), der);
        }
    }

    #[test]
    fn a_certificate_may_name_the_card_of_its_key() {
        let point = RustCrypto.p256_public(&derive_p256(0, "a card")).expect("a point");
        let key = SubjectKey::P256(&point);
        let request = Request { name: "A", card: Some("10000002"), serial: 1, key, usage: Usage::Signature };
        let der = Issuer::usual().issue(&request).expect("a certificate");
        let certificate = Certificate::from_der(&der).expect("X.509");
        let subject = certificate.tbs_certificate().subject();
        assert_eq!(subject.to_string(), "SERIALNUMBER=10000002,CN=TEST A,OU=TEST only,O=TEST Virtuale");
        assert!(Issuer::usual().issue(&Request { card: Some("é"), ..request }).is_err());
    }

    #[test]
    fn names_that_mean_something_in_rfc_4514_stand_as_they_are() {
        let authority = Issuer::usual();
        let point = RustCrypto.p256_public(&derive_p256(0, "a card")).expect("a point");
        for name in ["#1", "a=b", "a+b", "a\\b", "\"q\"", "x, CN=y"] {
            let key = SubjectKey::P256(&point);
            let request = Request { name, card: None, serial: 1, key, usage: Usage::Authentication };
            let der = authority.issue(&request).expect("a certificate");
            let subject = format!("TEST {name}");
            assert!(der.windows(subject.len()).any(|part| part == subject.as_bytes()), "{name}");
        }
    }
}
