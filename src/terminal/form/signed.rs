//! The signed container: CMS without the content [RFC-5652 5, 11] [PSC-POC-FSE container].
//!
//! What a card signs are the signed attributes, one of which is the hash of the form. The professional's signature has
//! three of an arc of the GIE's besides the usual ones; the Vitale's is made in the same way without them, which is
//! this project's choice. Here a container is put together and taken apart; whether it is right, `verify` judges.

use cms::{
    cert::{CertificateChoices, IssuerAndSerialNumber},
    content_info::{CmsVersion, ContentInfo},
    signed_data::{
        CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo,
        SignerInfos,
    },
};
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RustCrypto};
use x509_cert::{
    Certificate,
    attr::Attribute,
    der::{
        Any, DateTime, Decode, Encode,
        asn1::{Ia5String, Null, ObjectIdentifier, OctetString, SetOfVec},
        pem::{LineEnding, encode_string},
    },
    spki::AlgorithmIdentifierOwned,
    time::Time,
};

use crate::profile::tree::CardDate;

/// What a container has as its content.
pub(super) const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(super) const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// The usual attributes.
pub(super) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(super) const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

/// Those of the arc.
pub(super) const FLOW: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.2");
pub(super) const BILLING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.5");
pub(super) const SIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.6");

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(super) const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// ecdsa-with-SHA256 [RFC-5758 3.2].
pub(super) const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// The flow of tests: the only one that is made here. Forms that are paid have `R`.
pub const TEST_FLOW: &str = "T";

/// The longest container, in bytes: a signer and two authorities take less than a tenth.
pub const LONGEST: usize = 65_536;

/// When a signature is said to be made: at noon, since the day is all that a run knows of time.
const HOUR: u8 = 12;

/// Why something is no such container, or why none could be made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SignedError {
    /// It is no CMS.
    #[error("it is no CMS in DER: {0}")]
    Der(#[from] x509_cert::der::Error),
    /// It is one of something else.
    #[error("it is a CMS of something else than signed data")]
    NotSigned,
    /// It has its content in it, or of another type.
    #[error("it has a content of its own, or one of another type")]
    Content,
    /// It has none or several.
    #[error("it has {0} signers")]
    Signers(usize),
    /// It signs no attributes.
    #[error("it has no signed attributes")]
    NoAttributes,
    /// It has no certificate of its signer.
    #[error("it has no certificate of its signer")]
    NoSigner,
}

/// Which card a signature is of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum By {
    /// The professional's.
    Professional,
    /// The Vitale.
    Vitale,
}

/// How a card signs: the professional's by RSA, as the public container has it, the Vitale by ECDSA.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// RSA, PKCS#1 version 1.5.
    Rsa,
    /// ECDSA on P-256.
    Ecdsa,
}

/// Attributes that a card is to sign.
#[derive(Clone, Debug)]
pub struct ToSign {
    attributes: SignedAttributes,
    signer: Certificate,
}

/// A container that was taken apart.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The signer's certificate.
    pub signer: Certificate,
    /// What was signed: the attributes as a SET in DER.
    pub signed: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// By which algorithm, with SHA-256; `None` if it is made in another way than forms are.
    pub algorithm: Option<Algorithm>,
    /// Whether it has attributes besides that nobody signed.
    pub has_unsigned: bool,
    attributes: SignedAttributes,
}

/// What the professional's signature says besides the hash.
#[derive(Clone, Copy, Debug)]
pub struct Billed<'a> {
    /// The billing number, 9 digits.
    pub number: &'a str,
}

impl Algorithm {
    /// Its identifier, with SHA-256.
    pub(super) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Rsa => SHA256_WITH_RSA,
            Self::Ecdsa => ECDSA_WITH_SHA256,
        }
    }
}

impl ToSign {
    /// The attributes for the bytes of a form, made on a day with a certificate in DER; the three of the arc where a
    /// professional signs.
    ///
    /// # Errors
    ///
    /// [`SignedError::Der`] if the certificate is none, or the day cannot stand in a CMS.
    pub fn new(form: &[u8], day: CardDate, signer: &[u8], billed: Option<Billed<'_>>) -> Result<Self, SignedError> {
        let signer = Certificate::from_der(signer)?;
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[form]);
        let mut attributes = SetOfVec::new();
        let mut add = |oid, value: Any| -> Result<(), SignedError> {
            Ok(attributes.insert(Attribute { oid, values: SetOfVec::try_from(vec![value])? })?)
        };
        add(CONTENT_TYPE, Any::encode_from(&ID_DATA)?)?;
        add(SIGNING_TIME, Any::encode_from(&noon(day)?)?)?;
        add(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest.as_bytes())?)?)?;
        if let Some(Billed { number }) = billed {
            let pem = encode_string("CERTIFICATE", LineEnding::LF, &signer.to_der()?)
                .map_err(|_| x509_cert::der::ErrorKind::Failed.to_error())?;
            add(FLOW, Any::encode_from(&Ia5String::new(TEST_FLOW)?)?)?;
            add(BILLING, Any::encode_from(&Ia5String::new(number)?)?)?;
            add(SIGNER, Any::encode_from(&Ia5String::new(&pem)?)?)?;
        }
        Ok(Self { attributes, signer })
    }

    /// The bytes to sign: the attributes as a SET in DER, which is not how they stand in the container.
    ///
    /// # Errors
    ///
    /// [`SignedError::Der`] if they cannot be coded.
    pub fn bytes(&self) -> Result<Vec<u8>, SignedError> {
        Ok(self.attributes.to_der()?)
    }

    /// The container, with the signature that a card made, in the form of its algorithm in certificates, and the
    /// certificates of the authorities above the signer's.
    ///
    /// # Errors
    ///
    /// [`SignedError::Der`] if one of them is no certificate.
    pub fn with_signature(
        self,
        (algorithm, signature): (Algorithm, &[u8]),
        authorities: &[Vec<u8>],
    ) -> Result<Vec<u8>, SignedError> {
        let Self { attributes, signer } = self;
        let body = signer.tbs_certificate();
        let sid = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: body.issuer().clone(),
            serial_number: body.serial_number().clone(),
        });
        let info = SignerInfo {
            version: CmsVersion::V1,
            sid,
            digest_alg: identifier(SHA256, false),
            signed_attrs: Some(attributes),
            signature_algorithm: identifier(algorithm.oid(), algorithm == Algorithm::Rsa),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let above = authorities.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
        let certificates: Vec<_> = std::iter::once(signer).chain(above).map(CertificateChoices::Certificate).collect();
        let data = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![identifier(SHA256, false)])?,
            encap_content_info: EncapsulatedContentInfo { econtent_type: ID_DATA, econtent: None },
            certificates: Some(CertificateSet::try_from(certificates)?),
            crls: None,
            signer_infos: SignerInfos::try_from(vec![info])?,
        };
        Ok(ContentInfo { content_type: ID_SIGNED_DATA, content: Any::encode_from(&data)? }.to_der()?)
    }
}

impl Signed {
    /// Takes a container apart.
    ///
    /// # Errors
    ///
    /// [`SignedError`] if it is none, or not one such as care forms have.
    pub fn read(der: &[u8]) -> Result<Self, SignedError> {
        let info = ContentInfo::from_der(der)?;
        if info.content_type != ID_SIGNED_DATA {
            return Err(SignedError::NotSigned);
        }
        let data: SignedData = info.content.decode_as()?;
        let content = &data.encap_content_info;
        if content.econtent_type != ID_DATA || content.econtent.is_some() {
            return Err(SignedError::Content);
        }
        let infos = data.signer_infos.0.as_slice();
        let [info] = infos else { return Err(SignedError::Signers(infos.len())) };
        let mut certificates = data.certificates.iter().flat_map(|set| set.0.iter()).filter_map(certificate);
        let signer = certificates.find(|certificate| is_named(certificate, &info.sid)).cloned();
        let attributes = info.signed_attrs.clone().ok_or(SignedError::NoAttributes)?;
        let named = [Algorithm::Rsa, Algorithm::Ecdsa].into_iter();
        // Who hashes while reading goes by what stands in front [RFC-5652 5].
        let hashes = |all: &SetOfVec<AlgorithmIdentifierOwned>| all.iter().all(|algorithm| algorithm.oid == SHA256);
        let is_sha256 = info.digest_alg.oid == SHA256 && !data.digest_algorithms.is_empty();
        let is_sha256 = is_sha256 && hashes(&data.digest_algorithms);
        let mut named = named.filter(|it| is_sha256 && info.signature_algorithm.oid == it.oid());
        Ok(Self {
            signer: signer.ok_or(SignedError::NoSigner)?,
            signed: attributes.to_der()?,
            signature: info.signature.as_bytes().to_vec(),
            algorithm: named.next(),
            has_unsigned: info.unsigned_attrs.is_some(),
            attributes,
        })
    }

    /// The one value of an attribute; `None` if it is not there, or has several.
    pub(super) fn attribute(&self, oid: ObjectIdentifier) -> Option<&Any> {
        let mut found = self.attributes.iter().filter(|attribute| attribute.oid == oid);
        let attribute = found.next().filter(|_| found.next().is_none())?;
        match attribute.values.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The attributes that are none of these.
    pub(super) fn others(&self, known: &[ObjectIdentifier]) -> Vec<ObjectIdentifier> {
        let mut others: Vec<_> =
            self.attributes.iter().map(|attribute| attribute.oid).filter(|oid| !known.contains(oid)).collect();
        others.dedup();
        others
    }

    /// The text of an attribute that is an IA5String.
    #[must_use]
    pub(super) fn text(&self, oid: ObjectIdentifier) -> Option<String> {
        let value = self.attribute(oid)?;
        value.decode_as::<Ia5String>().ok().map(|text| text.as_str().to_owned())
    }

    /// The hash of the form that it is about.
    #[must_use]
    pub fn digest(&self) -> Option<Vec<u8>> {
        Some(self.attribute(MESSAGE_DIGEST)?.decode_as::<OctetString>().ok()?.as_bytes().to_vec())
    }

    /// The day on which it says that it was made.
    #[must_use]
    pub fn day(&self) -> Option<CardDate> {
        let time = self.attribute(SIGNING_TIME)?.decode_as::<Time>().ok()?.to_date_time();
        Some(CardDate { year: time.year(), month: time.month(), day: time.day(), hour: 0, minute: 0 })
    }

    /// The billing number, where a professional signed.
    #[must_use]
    pub fn billing(&self) -> Option<String> {
        self.text(BILLING)
    }
}

fn certificate(choice: &CertificateChoices) -> Option<&Certificate> {
    match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    }
}

/// Whether a certificate is the one that a signer names.
fn is_named(certificate: &Certificate, named: &SignerIdentifier) -> bool {
    match named {
        SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber { issuer, serial_number }) => {
            let body = certificate.tbs_certificate();
            body.issuer() == issuer && body.serial_number() == serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(_) => false,
    }
}

fn identifier(oid: ObjectIdentifier, has_null: bool) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: has_null.then(|| Null.into()) }
}

/// The time of a signature on a day.
fn noon(day: CardDate) -> Result<Time, SignedError> {
    Ok(DateTime::new(day.year, day.month, day.day, HOUR, 0, 0)?.into())
}
