//! Self-descriptive certificates on P-256: `7F21 { 7F4E body, 5F37 signature }` in the profile
//! of TR-03110 [OPENPACE-EAC certificates].
//!
//! The body is signed with its tag and length. A card gets the inside of `7F21` (PSO VERIFY CERTIFICATE, P2 = BE).

use alloc::vec::Vec;

use super::{Certificate, CertificateError, PublicKey};
use crate::{
    crypto::{Crypto, HashAlgorithm, P256PrivateKey},
    tlv::{self, Tag},
};

const CERTIFICATE: Tag = Tag(0x7F21);
const BODY: Tag = Tag(0x7F4E);
const SIGNATURE: Tag = Tag(0x5F37);
const PROFILE: Tag = Tag(0x5F29);
const AUTHORITY: Tag = Tag(0x42);
const KEY: Tag = Tag(0x7F49);
const HOLDER: Tag = Tag(0x5F20);
const AUTHORISATION: Tag = Tag(0x7F4C);
const VALID_FROM: Tag = Tag(0x5F25);
const VALID_UNTIL: Tag = Tag(0x5F24);
const IDENTIFIER: Tag = Tag(0x06);
const POINT: Tag = Tag(0x86);
const RIGHTS: Tag = Tag(0x53);

/// id-TA-ECDSA-SHA-256, 0.4.0.127.0.7.2.2.2.2.3.
const ECDSA_SHA_256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];

/// r and s of ECDSA on P-256.
const SIGNATURE_LENGTH: usize = 64;

/// When a certificate is valid: two dates of six digits YYMMDD, one digit a byte, days of the years 2000 to 2099.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    /// The first day.
    pub from: [u8; 6],
    /// The last day.
    pub until: [u8; 6],
}

/// What is signed: a certificate, for how long, and whose rights its `53` counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// Who, what key, which rights.
    pub certificate: Certificate,
    /// The object identifier of the role that the rights belong to, in its DER value.
    pub role: Vec<u8>,
    /// For how long.
    pub validity: Validity,
}

/// Opens and checks the inside of a certificate.
///
/// # Errors
///
/// [`CertificateError`] if it is none, or not signed with the authority's key.
pub fn open(crypto: &dyn Crypto, authority: &[u8], inside: &[u8]) -> Result<Body, CertificateError> {
    let mut objects = tlv::objects(inside);
    let (Some(Ok(body)), Some(Ok(signature)), None) = (objects.next(), objects.next(), objects.next()) else {
        return Err(CertificateError::Malformed);
    };
    // Bytes before, between or behind them are none of a certificate, be they zeros.
    let end = body.value_position + body.value.len();
    let is_whole = body.position == 0
        && signature.position == end
        && signature.value_position + signature.value.len() == inside.len();
    if body.tag != BODY || signature.tag != SIGNATURE || !is_whole {
        return Err(CertificateError::Malformed);
    }
    let signed = &inside[body.position..body.value_position + body.value.len()];
    let digest = crypto.hash(HashAlgorithm::Sha256, &[signed]);
    if !crypto.ecdsa_verify(authority, digest.as_bytes(), signature.value) {
        return Err(CertificateError::Signature);
    }
    parse(&body)
}

fn parse(body: &tlv::Object<'_>) -> Result<Body, CertificateError> {
    let mut objects = body.objects();
    let mut next = |tag| expect(&mut objects, tag);
    let profile = next(PROFILE)?.value;
    let authority = next(AUTHORITY)?.value.to_vec();
    let key = point(&next(KEY)?)?;
    let holder = next(HOLDER)?.value.to_vec();
    let (role, authorisation) = role_and_rights(&next(AUTHORISATION)?)?;
    let from = date(next(VALID_FROM)?.value)?;
    let until = date(next(VALID_UNTIL)?.value)?;
    let reference = 8..=16;
    if profile != [0] || !reference.contains(&authority.len()) || !reference.contains(&holder.len()) {
        return Err(CertificateError::Malformed);
    }
    let certificate = Certificate { authority, holder, authorisation, key };
    Ok(Body { certificate, role, validity: Validity { from, until } })
}

/// The next object, which must have this tag.
fn expect<'a>(objects: &mut tlv::Objects<'a>, tag: Tag) -> Result<tlv::Object<'a>, CertificateError> {
    match objects.next() {
        Some(Ok(object)) if object.tag == tag => Ok(object),
        _ => Err(CertificateError::Malformed),
    }
}

/// The point of a key template. A root's also carries the curve's parameters; the curve is P-256 all the same.
fn point(key: &tlv::Object<'_>) -> Result<PublicKey, CertificateError> {
    let mut objects = key.objects();
    if expect(&mut objects, IDENTIFIER)?.value != ECDSA_SHA_256 {
        return Err(CertificateError::Malformed);
    }
    let point = objects.find_map(|object| object.ok().filter(|object| object.tag == POINT));
    let point = point.and_then(|point| point.value.try_into().ok()).ok_or(CertificateError::Malformed)?;
    Ok(PublicKey::P256(point))
}

fn role_and_rights(template: &tlv::Object<'_>) -> Result<(Vec<u8>, Vec<u8>), CertificateError> {
    let mut objects = template.objects();
    let role = expect(&mut objects, IDENTIFIER)?.value.to_vec();
    Ok((role, expect(&mut objects, RIGHTS)?.value.to_vec()))
}

fn date(value: &[u8]) -> Result<[u8; 6], CertificateError> {
    let date = <[u8; 6]>::try_from(value).map_err(|_| CertificateError::Malformed)?;
    if date.iter().all(|&digit| digit <= 9) && is_a_day(date) { Ok(date) } else { Err(CertificateError::Malformed) }
}

/// Whether six digits are a day of the calendar, of the years 2000 to 2099.
fn is_a_day([y1, y2, m1, m2, d1, d2]: [u8; 6]) -> bool {
    let [year, month, day] = [[y1, y2], [m1, m2], [d1, d2]].map(|[tens, ones]| tens * 10 + ones);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 => 29,
        2 => 28,
        _ => 0,
    };
    (1..=longest).contains(&day)
}

/// Signs a certificate; the answer has the tag `7F21` around it.
///
/// # Errors
///
/// [`CertificateError::Malformed`] if the key is not on P-256, [`CertificateError::Signature`] if the authority's key
/// cannot sign.
pub fn sign(crypto: &dyn Crypto, authority: &P256PrivateKey, body: &Body) -> Result<Vec<u8>, CertificateError> {
    let signed = signed_part(body)?;
    let digest = crypto.hash(HashAlgorithm::Sha256, &[&signed]);
    Ok(assemble(signed, &crypto.ecdsa_sign(authority, digest.as_bytes())?))
}

/// A certificate with zeros in the place of its signature: what stands in it before it is signed, and as long as the
/// signed one.
///
/// # Errors
///
/// As for [`sign`].
pub fn unsigned(body: &Body) -> Result<Vec<u8>, CertificateError> {
    Ok(assemble(signed_part(body)?, &[0; SIGNATURE_LENGTH]))
}

fn signed_part(body: &Body) -> Result<Vec<u8>, CertificateError> {
    let certificate = &body.certificate;
    let PublicKey::P256(point) = &certificate.key else { return Err(CertificateError::Malformed) };
    let mut signed = Vec::new();
    tlv::put_with(BODY, &mut signed, |value| {
        tlv::put(PROFILE, &[0], value);
        tlv::put(AUTHORITY, &certificate.authority, value);
        tlv::put_with(KEY, value, |key| {
            tlv::put(IDENTIFIER, &ECDSA_SHA_256, key);
            tlv::put(POINT, point, key);
        });
        tlv::put(HOLDER, &certificate.holder, value);
        tlv::put_with(AUTHORISATION, value, |template| {
            tlv::put(IDENTIFIER, &body.role, template);
            tlv::put(RIGHTS, &certificate.authorisation, template);
        });
        tlv::put(VALID_FROM, &body.validity.from, value);
        tlv::put(VALID_UNTIL, &body.validity.until, value);
    });
    Ok(signed)
}

/// The template around the signed part and its signature.
fn assemble(mut signed: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    tlv::put(SIGNATURE, signature, &mut signed);
    let mut whole = Vec::new();
    tlv::put(CERTIFICATE, &signed, &mut whole);
    whole
}
