//! RSA certificates with partial message recovery [ISO-9796-2 scheme 1]:
//! `7F21 { 5F37 signature, 5F38 remainder, 42 CAR }`.
//!
//! The signature hides the first part of the content and its hash; the remainder is the rest. The content has no tags:
//! its first byte, the profile identifier (CPI), says how long each field is.

use alloc::{vec, vec::Vec};

use subtle::ConstantTimeEq;

use super::{Certificate, CertificateError, PublicKey};
use crate::{
    crypto::{Crypto, HashAlgorithm, RsaPrivateKey, RsaPublicKey},
    tlv::{self, Tag},
};

/// A certificate.
const CERTIFICATE: Tag = Tag(0x7F21);
/// The signature.
const SIGNATURE: Tag = Tag(0x5F37);
/// What the signature has no room for.
const REMAINDER: Tag = Tag(0x5F38);
/// The authority.
const AUTHORITY: Tag = Tag(0x42);

/// The first byte of a recovered block.
const HEADER: u8 = 0x6A;
/// The last byte of a recovered block.
const TRAILER: u8 = 0xBC;

/// The lengths of CAR, CHR and CHA.
const REFERENCES: [usize; 3] = [8, 12, 7];
/// The length of the exponent, which is the last field.
const EXPONENT: usize = 4;

/// A profile of content [OPENSC-CWA certificates] [CIE-MIDDLEWARE certificates] [REG-2016-799 CSM_017].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ContentProfile {
    /// `03`: an authority, the OID of seven bytes.
    Authority,
    /// `04`: a terminal, the OID of six bytes.
    Terminal,
    /// `8A`: IAS ECC, the OID of nine bytes.
    IasEcc,
}

impl ContentProfile {
    fn from_identifier(identifier: u8) -> Option<Self> {
        [Self::Authority, Self::Terminal, Self::IasEcc].into_iter().find(|profile| profile.identifier() == identifier)
    }

    /// The profile identifier.
    #[must_use]
    pub fn identifier(self) -> u8 {
        match self {
            Self::Authority => 0x03,
            Self::Terminal => 0x04,
            Self::IasEcc => 0x8A,
        }
    }

    /// The algorithm's object identifier, as these profiles carry it.
    #[must_use]
    pub fn algorithm(self) -> &'static [u8] {
        match self {
            Self::Authority => &[0x2B, 0x24, 0x03, 0x04, 0x02, 0x02, 0x01],
            Self::Terminal => &[0x2B, 0x24, 0x07, 0x02, 0x01, 0x01],
            Self::IasEcc => &[0x2A, 0x81, 0x22, 0xF4, 0x2A, 0x02, 0x04, 0x01, 0x04],
        }
    }
}

/// Opens and checks a certificate, tag and length included. Which hash it is signed with is agreed on beforehand: the
/// algorithm's identifier is skipped, since its last byte differs with hashes that the facts do not name.
///
/// # Errors
///
/// [`CertificateError`] if it is none, or not signed with the authority's key.
pub fn open(
    crypto: &dyn Crypto,
    authority: &RsaPublicKey,
    hash: HashAlgorithm,
    certificate: &[u8],
) -> Result<Certificate, CertificateError> {
    let [signature, remainder, reference] = parts(certificate)?;
    let block = crypto.rsa_public(authority, signature)?;
    let [HEADER, inside @ .., TRAILER] = block.as_slice() else { return Err(CertificateError::Signature) };
    let hidden = inside.len().checked_sub(hash.length()).ok_or(CertificateError::Signature)?;
    let (recovered, digest) = inside.split_at(hidden);
    let right = crypto.hash(hash, &[recovered, remainder]);
    if !bool::from(right.as_bytes().ct_eq(digest)) {
        return Err(CertificateError::Signature);
    }
    let content = parse(&[recovered, remainder].concat())?;
    if content.authority != reference {
        return Err(CertificateError::Malformed);
    }
    Ok(content)
}

/// The values of the three objects, which must be there in their order and alone.
fn parts(certificate: &[u8]) -> Result<[&[u8]; 3], CertificateError> {
    let mut outer = tlv::objects(certificate);
    let (Some(Ok(template)), None) = (outer.next(), outer.next()) else { return Err(CertificateError::Malformed) };
    let mut objects = template.objects();
    let mut next = |tag| match objects.next() {
        Some(Ok(object)) if object.tag == tag => Ok(object.value),
        _ => Err(CertificateError::Malformed),
    };
    let parts = [next(SIGNATURE)?, next(REMAINDER)?, next(AUTHORITY)?];
    // Bytes before or behind it are none of a certificate, be they zeros.
    let is_whole = template.position == 0 && template.value_position + template.value.len() == certificate.len();
    if template.tag != CERTIFICATE || objects.next().is_some() || !is_whole {
        return Err(CertificateError::Malformed);
    }
    Ok(parts)
}

/// Takes a content apart: CPI, CAR, CHR, CHA, OID, modulus, exponent.
fn parse(content: &[u8]) -> Result<Certificate, CertificateError> {
    let (&identifier, mut rest) = content.split_first().ok_or(CertificateError::Malformed)?;
    let profile = ContentProfile::from_identifier(identifier).ok_or(CertificateError::Malformed)?;
    let mut take = |length: usize| -> Result<Vec<u8>, CertificateError> {
        let (field, tail) = rest.split_at_checked(length).ok_or(CertificateError::Malformed)?;
        rest = tail;
        Ok(field.to_vec())
    };
    let [authority, holder, authorisation] = REFERENCES.map(&mut take);
    take(profile.algorithm().len())?;
    let modulus = rest.len().checked_sub(EXPONENT).ok_or(CertificateError::Malformed)?;
    let (n, e) = rest.split_at(modulus);
    let key = PublicKey::Rsa(RsaPublicKey { n: n.to_vec(), e: e.to_vec() });
    Ok(Certificate { authority: authority?, holder: holder?, authorisation: authorisation?, key })
}

/// Signs a certificate: the content, and the template around signature, remainder and CAR.
///
/// # Errors
///
/// [`CertificateError::Malformed`] if a reference has the wrong length, the key is not RSA, its exponent has more than
/// four bytes, or everything fits into the signature (the form always has a remainder).
pub fn sign(
    crypto: &dyn Crypto,
    authority: &dyn RsaPrivateKey,
    hash: HashAlgorithm,
    profile: ContentProfile,
    certificate: &Certificate,
) -> Result<Vec<u8>, CertificateError> {
    let content = content(profile, certificate)?;
    let (recovered, remainder) = divide(&content, hash, authority.public().n.len())?;
    let digest = crypto.hash(hash, &[&content]);
    let block = [&[HEADER], recovered, digest.as_bytes(), &[TRAILER]].concat();
    Ok(assemble(&authority.raw(&block)?, remainder, &certificate.authority))
}

/// A certificate with zeros in the place of its signature, by an authority whose key has so many bytes: what stands in
/// it before it is signed, and as long as the signed one.
///
/// # Errors
///
/// As for [`sign`].
pub fn unsigned(
    length: usize,
    hash: HashAlgorithm,
    profile: ContentProfile,
    certificate: &Certificate,
) -> Result<Vec<u8>, CertificateError> {
    let content = content(profile, certificate)?;
    let (_, remainder) = divide(&content, hash, length)?;
    Ok(assemble(&vec![0; length], remainder, &certificate.authority))
}

/// What a signature of so many bytes hides, and the rest.
fn divide(content: &[u8], hash: HashAlgorithm, length: usize) -> Result<(&[u8], &[u8]), CertificateError> {
    let hidden = length.checked_sub(hash.length() + 2).ok_or(CertificateError::Malformed)?;
    content.split_at_checked(hidden).ok_or(CertificateError::Malformed)
}

fn assemble(signature: &[u8], remainder: &[u8], authority: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    tlv::put_with(CERTIFICATE, &mut whole, |value| {
        tlv::put(SIGNATURE, signature, value);
        tlv::put(REMAINDER, remainder, value);
        tlv::put(AUTHORITY, authority, value);
    });
    whole
}

fn content(profile: ContentProfile, certificate: &Certificate) -> Result<Vec<u8>, CertificateError> {
    let PublicKey::Rsa(key) = &certificate.key else { return Err(CertificateError::Malformed) };
    let references = [&certificate.authority, &certificate.holder, &certificate.authorisation];
    let zeros = EXPONENT.checked_sub(key.e.len()).ok_or(CertificateError::Malformed)?;
    if references.map(Vec::len) != REFERENCES {
        return Err(CertificateError::Malformed);
    }
    let mut content = vec![profile.identifier()];
    for field in references {
        content.extend_from_slice(field);
    }
    content.extend_from_slice(profile.algorithm());
    content.extend_from_slice(&key.n);
    content.resize(content.len() + zeros, 0);
    content.extend_from_slice(&key.e);
    Ok(content)
}
