//! PSO VERIFY CERTIFICATE (ISO 7816-8, 11.10; facts/cwa14890.md 1.4 and 3.2).
//!
//! The key that checks is named by the verification template of signatures: a root of the card, or the authority of a
//! certificate that was verified before. The holder's key is then known by its reference until another application is
//! selected.

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{Certified, CurrentTemplate, Direction, OtherKey},
    },
    commands::algorithm::Algorithm,
    crypto::HashAlgorithm,
    cvc::{Certificate, CertificateError, PublicKey, descriptive, recovered},
    image::TemplateKind,
    vault::{Access, DomainId, Public},
    world::Day,
};

/// Whoever checks.
struct Authority {
    public: Public,
    /// The domain of the root that it goes back to.
    domain: DomainId,
}

/// A complete certificate that is not self-descriptive (P2 = `AE`).
pub(super) fn verify_recovered(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let (authority, template) = authority(may_certify, context)?;
    let PublicKey::Rsa(key) = &authority.public.key else { return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()) };
    // Without an algorithm: SHA-1 for the 1024 bits of old cards.
    let usual = if key.n.len() <= 128 { HashAlgorithm::Sha1 } else { HashAlgorithm::Sha256 };
    let hash = template.algorithm.and_then(|byte| Algorithm(byte).hash()).unwrap_or(usual);
    let opened = recovered::open(&*context.core.crypto, key, hash, command.data());
    let certificate = opened.map_err(refusal)?;
    accept(authority, certificate, false, context)
}

/// The inside of a self-descriptive certificate (P2 = `BE`).
pub(super) fn verify_descriptive(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let (authority, _) = authority(has_right_to_certify, context)?;
    let PublicKey::P256(point) = &authority.public.key else { return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()) };
    let body = descriptive::open(&*context.core.crypto, point, command.data()).map_err(refusal)?;
    let today = digits(context.core.world.clock.today());
    let is_valid = (body.validity.from..=body.validity.until).contains(&today);
    let rights = &body.certificate.authorisation;
    if !is_valid || !is_within(rights, &authority.public.authorisation) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    accept(authority, body.certificate, true, context)
}

/// The key that checks, if its holder may certify: `judge` says so of an authorisation.
fn authority(judge: fn(&[u8]) -> bool, context: &mut Context<'_>) -> Result<(Authority, CurrentTemplate), StatusWord> {
    let template = context.dialogue().environment.template(TemplateKind::Signature, Direction::Verify).clone();
    let authority = match template.other.as_ref().ok_or(StatusWord::REFERENCE_NOT_FOUND)? {
        OtherKey::Own(id) => {
            context.allow(*id, Access::Certify)?;
            let core = &mut *context.core;
            Authority { public: core.vault.public(*id, &core.memory, &*core.crypto)?, domain: id.domain() }
        }
        OtherKey::Certified(holder) => {
            let certified = context.dialogue().certified(holder).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
            if !judge(&certified.public.authorisation) {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
            Authority { public: certified.public.clone(), domain: certified.domain }
        }
    };
    Ok((authority, template))
}

/// Keeps the key of a certificate that names its authority as it is called.
fn accept(authority: Authority, certificate: Certificate, is_mask: bool, context: &mut Context<'_>) -> Outcome {
    let holder = &authority.public.holder;
    if !holder.is_empty() && !holder.ends_with(&certificate.authority) {
        return Err(StatusWord::SECURITY_ISSUE.into());
    }
    let Certificate { holder, authorisation, key, .. } = certificate;
    let public = Public { key, holder, authorisation };
    context.dialogue().certify(Certified { public, is_mask, domain: authority.domain });
    Ok(StatusWord::SUCCESS)
}

/// Whether the role of a recovered certificate is an authority's. What is public: `22` in Spain's identity card, `00` in
/// tachographs; that the whole range belongs to authorities is this project's reading.
fn may_certify(authorisation: &[u8]) -> bool {
    matches!(authorisation.last(), Some(0x00 | 0x20..=0x2F))
}

/// Whether the rights of a self-descriptive certificate are an authority's: either of their first two bits.
fn has_right_to_certify(rights: &[u8]) -> bool {
    rights.first().is_some_and(|first| first & 0xC0 != 0)
}

/// Whether no right goes beyond the authority's. Roots without rights of their own have all of them.
fn is_within(rights: &[u8], authority: &[u8]) -> bool {
    if authority.is_empty() {
        return true;
    }
    // The first two bits are no rights: they tell roots, authorities and terminals apart.
    let beyond = |(at, (&own, &most)): (usize, (&u8, &u8))| own & !most & if at == 0 { 0x3F } else { 0xFF } != 0;
    rights.len() == authority.len() && !rights.iter().zip(authority).enumerate().any(beyond)
}

/// A day as certificates have it: six digits, YYMMDD.
fn digits(day: Day) -> [u8; 6] {
    let year = u8::try_from(day.year % 100).unwrap_or(0);
    [year / 10, year % 10, day.month / 10, day.month % 10, day.day / 10, day.day % 10]
}

fn refusal(error: CertificateError) -> StatusWord {
    match error {
        CertificateError::Malformed => StatusWord::WRONG_DATA,
        CertificateError::Signature => StatusWord::SECURITY_ISSUE,
    }
}
