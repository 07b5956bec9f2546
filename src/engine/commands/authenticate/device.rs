//! Device authentication with key transport, on the card's side: it proves an RSA key to the terminal, which proves its
//! own, and both agree on session keys [OPENSC-CWA device authentication].
//!
//! A card can be in the terminal's place, too: [`proxy`](super::proxy).

use super::token::{self, Half};
use crate::{
    Response, StatusWord,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{HalfAuthenticated, Messaging, Place},
        proofs::Partner,
    },
    vault::ObjectId,
};

/// The first half: the card proves its key to the terminal that the certificate names.
pub(super) fn internal(
    key: ObjectId,
    holder: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    // A chip that takes no secure messaging needs no session.
    if !context.core.vault.has_partners() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let challenge = *token::addressed(data, holder)?;
    let (other, _) = token::other(holder, context)?;
    let (token, secret) = token::make(key, &other, data, context)?;
    response.extend(&token);
    context.dialogue().half = Some(HalfAuthenticated { place: Place::Card, key, other, challenge, secret });
    Ok(StatusWord::SUCCESS)
}

/// The second half: the terminal proves its key, and a session begins. Both keys must be those of the first half.
pub(super) fn external(
    key: ObjectId,
    holder: &[u8],
    half: &HalfAuthenticated,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
) -> Outcome {
    let (other, role) = token::other(holder, context)?;
    if (key, &other) != (half.key, &half.other) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let theirs: Option<Half> = token::open(key, &other, data, challenge, context)?;
    let Some(theirs) = theirs else { return Err(context.lose_role().into()) };
    let challenges = [challenge, &half.challenge];
    let session = token::agree(&*context.core.platform.crypto, [&half.secret, &theirs], challenges, other.n.len())?;
    let dialogue = context.dialogue();
    dialogue.messaging = Some(Messaging { session, partner: Partner::Role(role.clone()) });
    dialogue.role = Some(role);
    context.judge();
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::ToOwned, format, vec::Vec};

    use hex_literal::hex;

    use crate::{
        Protocol,
        commands::authenticate::token::{smaller, subtract},
        crypto::{Crypto, HashAlgorithm, RustCrypto},
        sm::{Session, Suite},
        testing::{
            Tester, bytes,
            keys::{
                HOLDER, SERIAL_NUMBER, VERIFY, card, certificate_for, certificate_of, ready, rsa_1024, terminal_key,
            },
            terminal::{Terminal, challenge},
            text,
        },
    };

    const OWN_CHALLENGE: [u8; 8] = hex!("1011121314151617");
    const OWN_SECRET: [u8; 32] = [0x5E; 32];

    /// The card knows the terminal and has selected both keys.
    fn knowing_terminal() -> Tester {
        let mut card = card(Protocol::T1);
        let certificate = certificate_of(&terminal_key());
        card.plays(&[
            VERIFY,
            ("00 22 81 B6 03 83 01 86", "9000"),
            (&format!("00 2A 00 AE {:02X} {}", certificate.len(), text(&certificate)), "9000"),
            (&format!("00 22 C1 A4 11 83 0C {} 84 01 81", text(&HOLDER)), "9000"),
        ]);
        card
    }

    fn internal() -> alloc::string::String {
        format!("00 88 00 00 10 {} {} 00", text(&OWN_CHALLENGE), text(&HOLDER[4..]))
    }

    /// The card's half of the secret, from a token that must be right.
    fn open_token(token: &[u8]) -> Vec<u8> {
        let (own, card) = (ready(&terminal_key()), ready(&rsa_1024()));
        let signed = own.raw(token).expect("below the modulus");
        assert_eq!(signed, smaller(&card.public().n, &signed));
        let candidates = [signed.clone(), subtract(&card.public().n, &signed).expect("smaller")];
        let blocks = candidates.map(|signed| RustCrypto.rsa_public(card.public(), &signed).expect("below the modulus"));
        let block = blocks.iter().find(|block| block[0] == 0x6A && block[127] == 0xBC).expect("one of them is signed");
        let (inside, digest) = block[1..127].split_at(74 + 32);
        let right = RustCrypto.hash(HashAlgorithm::Sha1, &[inside, &OWN_CHALLENGE, &HOLDER[4..]]);
        assert_eq!(right.as_bytes(), digest);
        inside[74..].to_vec()
    }

    fn token(challenge: &[u8], filling: u8) -> Vec<u8> {
        let (own, card) = (ready(&terminal_key()), ready(&rsa_1024()));
        let inside = [&[filling; 74][..], &OWN_SECRET].concat();
        let digest = RustCrypto.hash(HashAlgorithm::Sha1, &[&inside, challenge, &SERIAL_NUMBER]);
        let block = [&[0x6A], &inside[..], digest.as_bytes(), &[0xBC]].concat();
        let signed = smaller(&own.public().n, &own.raw(&block).expect("below the modulus"));
        RustCrypto.rsa_public(card.public(), &signed).expect("below the modulus")
    }

    fn session(challenge: &[u8], card_secret: &[u8]) -> Session {
        let secret: Vec<u8> = card_secret.iter().zip(OWN_SECRET).map(|(card, own)| card ^ own).collect();
        let counter = [&challenge[4..], &OWN_CHALLENGE[4..]].concat().try_into().expect("eight bytes");
        let counter = u64::from_be_bytes(counter).into();
        Session::derive(&RustCrypto, Suite::TripleDes, HashAlgorithm::Sha1, &secret, counter).expect("keys")
    }

    #[test]
    fn both_sides_prove_their_keys_and_speak_under_secure_messaging() {
        // With many fillings, so that both the signature and its difference to the modulus occur.
        for filling in 0..8 {
            let mut card = knowing_terminal();
            let response = bytes(&card.send(&internal()));
            let card_secret = open_token(response.strip_suffix(&[0x90, 0x00]).expect("a token"));
            let challenge = challenge(&mut card);
            let token = token(&challenge, filling);
            card.plays(&[(&format!("00 82 00 00 80 {}", text(&token)), "9000")]);
            let mut terminal = Terminal { session: session(&challenge, &card_secret) };
            assert_eq!(terminal.send(&mut card, "0C A4 00 0C", "0010", None), "9000");
            assert_eq!(terminal.send(&mut card, "0C A4 02 0C", "0011", None), "9000");
            assert_eq!(terminal.send(&mut card, "0C B0 00 00", "", Some(2)), "00019000");
            card.plays(&[("00 B0 00 00 01", "6982")]);
        }
    }

    #[test]
    fn what_is_not_the_terminals_is_refused() {
        let mut card = knowing_terminal();
        let other_number = format!("00 88 00 00 10 {} 0303030303030303 00", text(&OWN_CHALLENGE));
        card.plays(&[
            (&other_number, "6A88"),
            ("00 88 00 00 0F 101112131415161702020202020202 00", "6700"),
            ("00 88 00 00 07 10111213141516 00", "6700"),
            ("00 84 00 00 08", "4242424242424242 9000"),
            (&format!("00 82 00 00 80 {}", text(&token(&[0x42; 8], 1))), "6985"),
        ]);
        let response = card.send(&internal());
        assert!(response.ends_with("9000"));
        let challenge = challenge(&mut card);
        let wrong = token(&[0x43; 8], 1);
        card.plays(&[(&format!("00 82 00 00 80 {}", text(&wrong)), "6300")]);
        // The half is gone with the failure.
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000")]);
        card.plays(&[(&format!("00 82 00 00 80 {}", text(&token(&challenge, 1))), "6985")]);
    }

    /// Only the key of the first half was asked for its rule, and only its terminal gets the secret.
    #[test]
    fn the_halves_have_the_same_keys() {
        let (other, holder) = (rsa_1024(), hex!("00000000 0303030303030303"));
        let certificate = text(&certificate_for(&other, &holder));
        for change in ["84 01 83".to_owned(), format!("83 0C {}", text(&holder))] {
            let mut card = knowing_terminal();
            let certify = format!("00 2A 00 AE {:02X} {certificate}", certificate.len() / 2);
            assert_eq!(card.send(&certify), "9000");
            assert!(card.send(&internal()).ends_with("9000"));
            let kept =
                if change.starts_with("84") { format!("83 0C {}", text(&HOLDER)) } else { "84 01 81".to_owned() };
            card.plays(&[(&format!("00 22 81 A4 11 {kept} {change}"), "9000")]);
            let token = token(&challenge(&mut card), 1);
            card.plays(&[(&format!("00 82 00 00 80 {}", text(&token)), "6985")]);
        }
    }
}
