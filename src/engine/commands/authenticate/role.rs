//! A role, proved with the key of a certificate [OPENSC-CWA certificates] [GEMATIK-G2ICC role].
//!
//! The terminal signs the card's challenge and serial number. On P-256 that is as German health cards have it. With RSA
//! nothing is public but the order of the steps: what is signed here is this project's choice, modelled on device
//! authentication.

use alloc::{vec, vec::Vec};

use subtle::ConstantTimeEq;

use crate::{
    StatusWord,
    applet::Outcome,
    chip::{Context, dialogue::OtherKey, proofs::Role},
    commands::{algorithm::Algorithm, padding},
    crypto::{Crypto, HashAlgorithm, RsaPublicKey},
    cvc::PublicKey,
    platform::Random,
    vault::Access,
};

/// Bytes of the terminal's serial number, which may come before an RSA signature.
const SERIAL_NUMBER: usize = 8;

/// A block that proves an RSA key: `6A`, random bytes, their hash with the message, `BC`.
pub(super) fn block(
    crypto: &dyn Crypto,
    random: &mut dyn Random,
    hash: HashAlgorithm,
    message: &[u8],
    length: usize,
) -> Result<Vec<u8>, StatusWord> {
    let room = padding::recovery_room(length, hash.length()).ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut filling = vec![0; room];
    random.fill(&mut filling);
    let digest = crypto.hash(hash, &[&filling, message]);
    Ok(padding::recovery_block(&filling, digest.as_bytes()))
}

/// Checks a signature of the challenge and notes the role of its key.
pub(super) fn external(
    other: &OtherKey,
    algorithm: Algorithm,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
) -> Outcome {
    let (key, holder, role) = partner(other, context)?;
    let message = [challenge, &context.core.vault.serial_number(context.domain())].concat();
    let crypto = &*context.core.platform.crypto;
    let right = match key {
        PublicKey::Rsa(key) => {
            let own = holder.len().saturating_sub(SERIAL_NUMBER);
            let signature = data.strip_prefix(&holder[own..]).filter(|rest| rest.len() == key.n.len()).unwrap_or(data);
            is_signed(crypto, &key, algorithm.recovery_hash(key.n.len()), &message, signature)
        }
        PublicKey::P256(point) => {
            let digest = crypto.hash(HashAlgorithm::Sha256, &[&message]);
            crypto.ecdsa_verify(&point, digest.as_bytes(), data)
        }
    };
    if !right {
        return Err(context.lose_role().into());
    }
    context.dialogue().role = Some(role);
    context.judge();
    Ok(StatusWord::SUCCESS)
}

/// The key to check with, its holder, and the role that it proves.
fn partner(other: &OtherKey, context: &mut Context<'_>) -> Result<(PublicKey, Vec<u8>, Role), StatusWord> {
    let (public, is_mask, domain) = match other {
        OtherKey::Certified(holder) => {
            let certified = context.dialogue().certified(holder).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
            (certified.public.clone(), certified.is_mask, certified.domain)
        }
        OtherKey::Own(id) => {
            context.allow(*id, Access::External)?;
            let core = &mut *context.core;
            let public = core.vault.public(*id, &core.memory, &*core.platform.crypto)?;
            let is_mask = matches!(public.key, PublicKey::P256(_));
            (public, is_mask, id.domain())
        }
    };
    let role = Role { authorisation: public.authorisation, is_mask, domain };
    Ok((public.key, public.holder, role))
}

fn is_signed(crypto: &dyn Crypto, key: &RsaPublicKey, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    let Ok(block) = crypto.rsa_public(key, signature) else { return false };
    let Some((filling, digest)) = padding::recovered(&block, hash.length()) else { return false };
    crypto.hash(hash, &[filling, message]).as_bytes().ct_eq(digest).into()
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use hex_literal::hex;

    use crate::{
        Protocol,
        crypto::{Crypto, HashAlgorithm, P256PrivateKey, RustCrypto},
        cvc::{
            Certificate, PublicKey,
            descriptive::{self, Body, Validity},
            tests::{AUTHORITY_D, ROOT_D},
        },
        testing::{
            Tester,
            keys::{HOLDER, SERIAL_NUMBER, VERIFY, card, certificate_of, rsa_1024},
            terminal::challenge,
            text,
        },
    };

    const INNER: (&str, &str) = ("00 A4 00 0C 02 0010", "9000");

    /// The key of the P-256 terminal [OPENPACE-EAC P-256 chain].
    const TERMINAL: [u8; 32] = hex!("4E686AF7BDCC5AE005A247624FD8C7283257C2514F6B3AD2FF5D4CB6D95196E6");

    /// The inside of a certificate of a terminal or an authority, signed with this key.
    fn certificate(names: [&[u8]; 2], rights: &[u8; 5], key: [u8; 32], by: [u8; 32]) -> Vec<u8> {
        let key = PublicKey::P256(RustCrypto.p256_public(&P256PrivateKey(key)).expect("a scalar"));
        let [authority, holder] = names.map(<[u8]>::to_vec);
        let certificate = Certificate { authority, holder, authorisation: rights.to_vec(), key };
        let validity = Validity { from: [2, 6, 0, 1, 0, 1], until: [2, 6, 0, 1, 1, 5] };
        let body = Body { certificate, role: hex!("2A8214004C048118").to_vec(), validity };
        let whole = descriptive::sign(&RustCrypto, &P256PrivateKey(by), &body).expect("a P-256 key");
        whole[4..].to_vec()
    }

    /// The card knows a terminal and has selected its key; the authority has these rights, the terminal one.
    fn knowing_p256(rights: [u8; 5]) -> Tester {
        let authority = certificate([b"ZZROOT00001", b"TESTAUTH"], &rights, AUTHORITY_D, ROOT_D);
        let terminal = certificate([b"TESTAUTH", b"TESTTERM"], &hex!("0000000001"), TERMINAL, AUTHORITY_D);
        let mut card = card(Protocol::T1);
        let verify = |inside: &[u8]| format!("00 2A 00 BE {:02X} {}", inside.len(), text(inside));
        card.plays(&[
            ("00 22 81 B6 03 83 01 85", "9000"),
            (&verify(&authority), "9000"),
            (&format!("00 22 81 B6 0A 83 08 {}", text(b"TESTAUTH")), "9000"),
            (&verify(&terminal), "9000"),
            (&format!("00 22 81 A4 0D 83 08 {} 80 01 00", text(b"TESTTERM")), "9000"),
        ]);
        card
    }

    fn signed(challenge: &str) -> String {
        let message = [&crate::testing::bytes(challenge)[..], &SERIAL_NUMBER].concat();
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[&message]);
        let signature = RustCrypto.ecdsa_sign(&P256PrivateKey(TERMINAL), digest.as_bytes()).expect("a key");
        format!("00 82 00 00 40 {}", text(&signature))
    }

    #[test]
    fn rights_of_a_p256_certificate_open_what_asks_for_them() {
        // Challenges of 16 bytes, or of 8 [GEMATIK-G2ICC role].
        for length in [8, 16] {
            let mut card = knowing_p256(hex!("8000000003"));
            let challenge = "42".repeat(length);
            card.plays(&[(&format!("00 84 00 00 {length:02X}"), &(challenge.clone() + "9000"))]);
            card.plays(&[(&signed(&challenge), "9000"), INNER, ("00 B0 81 00 01", "00 9000")]);
            card.plays(&[("00 A4 00 0C", "9000"), ("00 A4 00 0C 02 0001", "9000"), INNER, ("00 B0 81 00 01", "6982")]);
        }
    }

    #[test]
    fn a_right_that_the_authority_has_not_opens_nothing() {
        let mut card = knowing_p256(hex!("8000000002"));
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000"), (&signed("4242424242424242"), "9000")]);
        card.plays(&[INNER, ("00 B0 81 00 01", "6982")]);
    }

    #[test]
    fn a_wrong_signature_proves_nothing() {
        let mut card = knowing_p256(hex!("8000000003"));
        let other = signed("0011223344556677");
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000"), (&other, "6300")]);
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000"), ("00 82 00 00 01 00", "6300")]);
        card.plays(&[INNER, ("00 B0 81 00 01", "6982")]);
    }

    #[test]
    fn a_wrong_signature_takes_back_the_role_in_place_and_a_missing_challenge_does_not() {
        let mut card = knowing_p256(hex!("8000000003"));
        let challenge = ("00 84 00 00 08", "4242424242424242 9000");
        let right = signed("4242424242424242");
        let prove = |card: &mut Tester| card.plays(&[challenge, (&right, "9000")]);
        prove(&mut card);
        card.plays(&[(&right, "6985"), INNER, ("00 B0 81 00 01", "00 9000")]);
        let mut card = knowing_p256(hex!("8000000003"));
        prove(&mut card);
        card.plays(&[challenge, (&signed("0011223344556677"), "6300")]);
        card.plays(&[INNER, ("00 B0 81 00 01", "6982")]);
    }

    #[test]
    fn one_card_proves_its_role_to_another() {
        let (mut professional, mut patient) = (card(Protocol::T1), card(Protocol::T1));
        let certificate = certificate_of(&rsa_1024());
        patient.plays(&[
            ("00 22 81 B6 03 83 01 86", "9000"),
            (&format!("00 2A 00 AE {:02X} {}", certificate.len(), text(&certificate)), "9000"),
            (&format!("00 22 81 A4 11 80 01 11 83 0C {}", text(&HOLDER)), "9000"),
        ]);
        for own_number in ["", &text(&HOLDER[4..])] {
            let challenge = text(&challenge(&mut patient));
            professional.plays(&[VERIFY, ("00 22 41 A4 06 84 01 81 80 01 11", "9000")]);
            let proof = professional.send(&format!("00 88 00 00 10 {challenge} {} 00", text(&SERIAL_NUMBER)));
            let proof = String::from(own_number) + proof.strip_suffix("9000").expect("a signature");
            patient.plays(&[(&format!("00 82 00 00 {:02X} {proof}", proof.len() / 2), "9000")]);
        }
        // The role is proved, but 0011 is for who has secure messaging, too.
        patient.plays(&[INNER, ("00 A4 02 0C 02 0011", "9000"), ("00 B0 00 00 01", "6982")]);
    }
}
