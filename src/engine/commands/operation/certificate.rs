//! PSO VERIFY CERTIFICATE [ISO-7816-8 VERIFY CERTIFICATE] [OPENSC-CWA chain] [REG-2016-799 TCS_87].
//!
//! The key that checks is named by the verification template of signatures: a root of the card, or the authority of a
//! certificate that was verified before. The holder's key is then known by its reference until another application is
//! selected.

use alloc::vec::Vec;
use core::iter;

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{Certified, CurrentTemplate, Direction, OtherKey},
    },
    commands::algorithm::Algorithm,
    cvc::{Certificate, CertificateError, PublicKey, descriptive, recovered},
    fs::Kind,
    image::TemplateKind,
    platform::Day,
    vault::{Access, DomainId, Public},
};

/// Bytes of a holder's reference that lists of revoked ones have.
const REFERENCE: usize = 8;

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
    let hash = Algorithm(template.algorithm).recovery_hash(key.n.len());
    let opened = recovered::open(&*context.core.platform.crypto, key, hash, command.data());
    let certificate = opened.map_err(refusal)?;
    accept(authority, certificate, false, context)
}

/// The inside of a self-descriptive certificate (P2 = `BE`).
pub(super) fn verify_descriptive(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let (authority, _) = authority(has_right_to_certify, context)?;
    let PublicKey::P256(point) = &authority.public.key else { return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()) };
    let body = descriptive::open(&*context.core.platform.crypto, point, command.data()).map_err(refusal)?;
    let today = digits(context.core.platform.clock.today());
    let is_valid = (body.validity.from..=body.validity.until).contains(&today);
    let rights = effective(&body.certificate.authorisation, &authority.public.authorisation);
    let authorisation = rights.filter(|_| is_valid).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    accept(authority, Certificate { authorisation, ..body.certificate }, true, context)
}

/// The key that checks, if its holder may certify: `judge` says so of an authorisation.
fn authority(judge: fn(&[u8]) -> bool, context: &mut Context<'_>) -> Result<(Authority, CurrentTemplate), StatusWord> {
    let template = context.dialogue().environment.template(TemplateKind::Signature, Direction::Verify).clone();
    let authority = match template.other.as_ref().ok_or(StatusWord::REFERENCE_NOT_FOUND)? {
        OtherKey::Own(id) => {
            context.allow(*id, Access::Certify)?;
            let core = &mut *context.core;
            Authority { public: core.vault.public(*id, &core.memory, &*core.platform.crypto)?, domain: id.domain() }
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
    if is_revoked(&certificate.holder, authority.domain, context) {
        return Err(StatusWord::REFERENCE_NOT_USABLE.into());
    }
    let Certificate { holder, authorisation, key, .. } = certificate;
    let public = Public { key, holder, authorisation };
    context.dialogue().certify(Certified { public, is_mask, domain: authority.domain });
    Ok(StatusWord::SUCCESS)
}

/// Whether a holder is in the list that the root's DF has of those who are revoked.
fn is_revoked(holder: &[u8], root: DomainId, context: &Context<'_>) -> bool {
    let core = &*context.core;
    let list = core.vault.revoked(root).and_then(|(df, fid)| core.files.child_ef(df, fid)).and_then(|place| place.ef);
    let Some(&Kind::Transparent(list)) = list.map(|file| &core.files.file(file).kind) else { return false };
    let Some(reference) = holder.last_chunk::<REFERENCE>().filter(|reference| **reference != [0; REFERENCE]) else {
        return false;
    };
    core.memory.read(list).chunks_exact(REFERENCE).any(|listed| listed == reference)
}

/// Whether the role of a recovered certificate is an authority's. What is public: `22` in Spain's identity card, `00`
/// in tachographs; that the whole range belongs to authorities is this project's reading.
fn may_certify(authorisation: &[u8]) -> bool {
    matches!(authorisation.last(), Some(0x00 | 0x20..=0x2F))
}

/// Whether the rights of a self-descriptive certificate are an authority's: either of their first two bits.
fn has_right_to_certify(rights: &[u8]) -> bool {
    rights.first().is_some_and(|first| first & 0xC0 != 0)
}

/// The rights that are also the authority's; all of them where a root has no rights of its own, `None` where the two
/// are not of one kind. The first two bits are no rights: they tell roots, authorities and terminals apart.
fn effective(rights: &[u8], authority: &[u8]) -> Option<Vec<u8>> {
    if authority.is_empty() {
        return Some(rights.to_vec());
    }
    let kinds = iter::once(0xC0).chain(iter::repeat(0));
    let both = rights.iter().zip(authority).zip(kinds).map(|((own, most), kind)| own & (most | kind));
    (rights.len() == authority.len()).then(|| both.collect())
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

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::effective;
    use crate::{
        ChipImage, Fid, Protocol, Sfi,
        crypto::{Crypto, P256PrivateKey, RustCrypto},
        cvc::{
            Certificate, PublicKey,
            descriptive::{self, Body, Validity},
            tests::{AUTHORITY, AUTHORITY_D, AUTHORITY_P256, ROOT_D, TERMINAL, TERMINAL_P256},
        },
        image::{FileKind, SecurityDomain},
        platform::Forgetful,
        testing::{
            Tester, VITALE, file,
            keys::{card, card_of, domain, keyed_image, secure},
            text,
        },
    };

    /// The published chains: the commands that select the root, and the certificates of authority and terminal.
    const RSA: (&str, &str) = ("00 22 81 B6 04 83 02 0204", "9000");
    const P256: (&str, &str) = ("00 22 81 B6 0D 83 0B 5A5A524F4F543030303031", "9000");

    fn recovered(certificate: &[u8]) -> String {
        format!("00 2A 00 AE {:02X} {}", certificate.len(), text(certificate))
    }

    /// Of a certificate with four bytes around its inside.
    fn descriptive(certificate: &[u8]) -> String {
        format!("00 2A 00 BE {:02X} {}", certificate.len() - 4, text(&certificate[4..]))
    }

    #[test]
    fn the_published_rsa_chain_is_followed() {
        // [OPENSC-CWA chain, vectors]
        let (authority, terminal) = (recovered(&AUTHORITY), recovered(&TERMINAL));
        let mut card = card(Protocol::T0);
        card.plays(&[
            (&authority, "6A88"),
            RSA,
            (&terminal, "6688"),
            (&authority, "9000"),
            ("00 22 81 B6 0A 83 08 6573534449600006", "9000"),
            (&terminal, "9000"),
            ("00 22 C1 A4 12 83 0C 000000002000000000000001 84 02 0201", "9000"),
            ("00 22 81 B6 0A 83 08 2000000000000001", "9000"),
            (&authority, "6985"),
        ]);
    }

    #[test]
    fn the_p256_chain_is_followed() {
        // [REG-2016-799 TCS_87] [OPENPACE-EAC P-256 chain]; the terminal's certificate comes in parts.
        let (authority, terminal) = (descriptive(&AUTHORITY_P256), descriptive(&TERMINAL_P256));
        let inside = text(&TERMINAL_P256[4..]);
        let first = format!("10 2A 00 BE 64 {}", &inside[..200]);
        let last = format!("00 2A 00 BE 7D {}", &inside[200..]);
        card(Protocol::T0).plays(&[
            P256,
            (&terminal, "6688"),
            (&authority, "9000"),
            ("00 22 81 B6 0E 83 0C 5A5A53554243413030303031", "9000"),
            (&first, "9000"),
            (&last, "9000"),
            ("00 22 81 A4 0E 83 0C 5A5A5445524D303030303031", "9000"),
            ("00 22 81 B6 0E 83 0C 5A5A5445524D303030303031", "9000"),
            (&terminal, "6985"),
        ]);
    }

    #[test]
    fn the_two_forms_are_not_mixed() {
        card(Protocol::T0).plays(&[
            RSA,
            (&descriptive(&AUTHORITY_P256), "6981"),
            P256,
            (&recovered(&AUTHORITY), "6981"),
            ("00 2A 00 BF 01 00", "6A86"),
        ]);
    }

    #[test]
    fn keys_of_certificates_are_forgotten_with_the_application() {
        const SELECT: (&str, &str) = ("00 A4 04 0C 0B D250000002564954414C45", "9000");
        card(Protocol::T0).plays(&[
            RSA,
            (&recovered(&AUTHORITY), "9000"),
            ("00 A4 00 0C 00", "9000"),
            SELECT,
            ("00 22 81 B6 0A 83 08 6573534449600006", "6A88"),
        ]);
    }

    /// The card with another root 4 or 5, counted from 0 among its objects, under another rule or with other rights.
    fn with_root(index: usize, rule: &[u8], rights: Option<&[u8]>) -> Tester {
        let mut image: ChipImage = keyed_image();
        let FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        let root = &mut directory.security.objects[index];
        root.rule = crate::testing::rule(rule);
        if let (
            Some(rights),
            crate::image::ObjectKind::PublicKey(crate::image::PublicKey::Other { authorisation, .. }),
        ) = (rights, &mut root.kind)
        {
            *authorisation = rights.to_vec();
        }
        card_of(image, Protocol::T0, Forgetful)
    }

    #[test]
    fn a_root_certifies_by_its_rule() {
        let authority = recovered(&AUTHORITY);
        with_root(12, &[0x01, 0x00], None).plays(&[RSA, (&authority, "6985")]);
        with_root(12, &[0x40, 0x11], None).plays(&[RSA, (&authority, "6982")]);
    }

    #[test]
    fn a_certificate_has_no_rights_that_its_authority_has_not() {
        assert_eq!(effective(&[0x00, 0x07], &[0x80, 0x05]), Some(vec![0x00, 0x05]));
        assert_eq!(effective(&[0xBF, 0xFF], &[0xC1, 0x00]), Some(vec![0x81, 0x00]));
        assert_eq!(effective(&[0x3F], &[]), Some(vec![0x3F]));
        assert_eq!(effective(&[0x3F], &[0xC0, 0x00]), None);
        let authority = descriptive(&AUTHORITY_P256);
        with_root(14, &[0x40, 0x00], Some(&[0xC0, 0, 0, 0])).plays(&[P256, (&authority, "6985")]);
    }

    #[test]
    fn a_listed_holder_is_revoked_until_the_list_says_otherwise() {
        let mut image = keyed_image();
        let mut content = vec![0; 24];
        content[8..16].copy_from_slice(&hex!("2000000000000001"));
        let list = FileKind::Transparent { sfi: Sfi::new(0x1A), content: content.into(), size: 24 };
        image.files.push(file(0x0030, &[VITALE], list));
        secure(&mut image, VITALE, SecurityDomain { revoked: Some(Fid(0x0030)), ..domain() });
        let (authority, terminal) = (recovered(&AUTHORITY), recovered(&TERMINAL));
        let by_authority = ("00 22 81 B6 0A 83 08 6573534449600006", "9000");
        let mut card = card_of(image, Protocol::T0, Forgetful);
        card.plays(&[RSA, (&authority, "9000"), by_authority, (&terminal, "6984")]);
        card.plays(&[("00 22 C1 A4 12 83 0C 000000002000000000000001 84 02 0201", "6A88")]);
        card.plays(&[("00 D6 9A 08 08 6573534449600006", "9000"), (&terminal, "9000"), RSA, (&authority, "6984")]);
        card.plays(&[("00 D6 9A 08 08 0000000000000000", "9000"), (&authority, "9000")]);
    }

    /// The inside of a certificate on P-256, of a holder by an authority with this key.
    fn signed(names: [&[u8]; 2], key: [u8; 32], by: [u8; 32], until: [u8; 6]) -> Vec<u8> {
        let key = PublicKey::P256(RustCrypto.p256_public(&P256PrivateKey(key)).expect("a scalar"));
        let [authority, holder] = names.map(<[u8]>::to_vec);
        let certificate = Certificate { authority, holder, authorisation: hex!("8000000001").to_vec(), key };
        let validity = Validity { from: [2, 6, 0, 1, 0, 1], until };
        let body = Body { certificate, role: hex!("2A8214004C048118").to_vec(), validity };
        let whole = descriptive::sign(&RustCrypto, &P256PrivateKey(by), &body).expect("a P-256 key");
        whole[4..].to_vec()
    }

    fn of_root(holder: &[u8], until: [u8; 6]) -> Vec<u8> {
        signed([b"ZZROOT00001", holder], AUTHORITY_D, ROOT_D, until)
    }

    fn show(inside: &[u8]) -> String {
        format!("00 2A 00 BE {:02X} {}", inside.len(), text(inside))
    }

    #[test]
    fn a_day_that_no_calendar_has_is_no_certificates() {
        let mut card = card(Protocol::T0);
        card.plays(&[P256]);
        for none in [[2, 6, 1, 3, 0, 1], [2, 6, 0, 0, 0, 1], [2, 7, 0, 2, 2, 9], [2, 6, 0, 4, 3, 1], [9, 9, 9, 9, 9, 9]]
        {
            card.plays(&[(&show(&of_root(b"TESTAUTH", none)), "6A80")]);
        }
        for day in [[2, 8, 0, 2, 2, 9], [2, 6, 1, 2, 3, 1], [2, 6, 0, 4, 3, 0]] {
            card.plays(&[(&show(&of_root(b"TESTAUTH", day)), "9000")]);
        }
    }

    #[test]
    fn bytes_around_a_certificate_make_it_none() {
        let (rsa, p256) = (&AUTHORITY[..], &AUTHORITY_P256[4..]);
        let mut card = card(Protocol::T0);
        for more in [&[0][..], &[0; 8], &[0x30, 0x00]] {
            let behind = format!("00 2A 00 AE {:02X} {}{}", rsa.len() + more.len(), text(rsa), text(more));
            let before = format!("00 2A 00 AE {:02X} {}{}", rsa.len() + more.len(), text(more), text(rsa));
            card.plays(&[RSA, (&behind, "6A80"), (&before, "6A80")]);
            card.plays(&[P256, (&show(&[p256, more].concat()), "6A80"), (&show(&[more, p256].concat()), "6A80")]);
        }
    }

    #[test]
    fn a_longer_reference_is_listed_by_its_last_eight_bytes() {
        let mut image = keyed_image();
        let list = FileKind::Transparent { sfi: Sfi::new(0x1A), content: b"LISTED01".to_vec().into(), size: 16 };
        image.files.push(file(0x0030, &[VITALE], list));
        secure(&mut image, VITALE, SecurityDomain { revoked: Some(Fid(0x0030)), ..domain() });
        let mut card = card_of(image, Protocol::T0, Forgetful);
        let day = [2, 6, 0, 2, 0, 1];
        card.plays(&[P256]);
        for (holder, answer) in [
            (&b"LISTED01"[..], "6984"),
            (b"12XYLISTED01", "6984"),
            (b"12345678LISTED01", "6984"),
            (b"LISTED01WXYZ", "9000"),
            (b"LISTED0187654321", "9000"),
            (b"XLISTED02", "9000"),
        ] {
            card.plays(&[(&show(&of_root(holder, day)), answer)]);
        }
    }

    /// Four keys are kept, and the one in use is among them as long as it is.
    #[test]
    fn the_authority_in_use_is_kept_and_the_oldest_other_goes() {
        let day = [2, 6, 0, 2, 0, 1];
        let mut card = card(Protocol::T0);
        card.plays(&[P256, (&show(&of_root(b"TESTAUTH", day)), "9000")]);
        card.plays(&[(&format!("00 22 81 B6 0A 83 08 {}", text(b"TESTAUTH")), "9000")]);
        let names: Vec<Vec<u8>> = (1..=6).map(|number| format!("HOLDER{number:02}").into_bytes()).collect();
        for name in &names {
            let certificate = signed([b"TESTAUTH", name], [7; 32], AUTHORITY_D, day);
            card.plays(&[(&show(&certificate), "9000")]);
        }
        let named = |name: &[u8]| format!("00 22 81 A4 0A 83 08 {}", text(name));
        for (number, name) in names.iter().enumerate() {
            card.plays(&[(&named(name), if number < 3 { "6A88" } else { "9000" })]);
        }
        card.plays(&[(&named(b"TESTAUTH"), "9000")]);
    }

    proptest! {
        #[test]
        fn a_certificate_cut_anywhere_is_refused(length in 1..209_usize) {
            let mut card = card(Protocol::T0);
            card.plays(&[RSA]);
            let response = card.send(&recovered(&AUTHORITY[..length]));
            prop_assert!(response == "6A80" || response == "6688", "{response}");
            card.plays(&[P256]);
            let part = text(&AUTHORITY_P256[4..4 + length]);
            let response = card.send(&format!("00 2A 00 BE {length:02X} {part}"));
            prop_assert!(response == "6A80" || response == "6688", "{response}");
        }
    }
}
