//! Device authentication with key transport: both sides prove an RSA key and agree on session keys
//! [OPENSC-CWA device authentication].
//!
//! A token is signed with message recovery, made as small as it can be, and enciphered for the other side.

use alloc::{vec, vec::Vec};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    Response, StatusWord,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{HalfAuthenticated, Messaging},
        proofs::{Partner, Role},
    },
    commands::{algorithm::Algorithm, padding},
    crypto::{Crypto, RsaPrivateKey, RsaPublicKey},
    cvc::PublicKey,
    sm::{Session, Suite},
    vault::{KeyPair, ObjectId},
};

/// Bytes of a challenge and of a serial number.
const PART: usize = 8;

/// Bytes of either half of the secret.
const SECRET: usize = 32;

/// The first half: the card proves its key to the terminal that the certificate names.
pub(super) fn internal(
    key: ObjectId,
    holder: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let (challenge, serial_number) = data.split_first_chunk::<PART>().ok_or(StatusWord::WRONG_LENGTH)?;
    if serial_number.len() != PART {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    if !holder.ends_with(serial_number) {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    let (other, _) = terminal(holder, context)?;
    context.count_use(key)?;
    let mut secret = Zeroizing::new([0; SECRET]);
    let core = &mut *context.core;
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    };
    let length = pair.public().n.len();
    let hash = Algorithm(None).recovery_hash(length);
    let room = padding::recovery_room(length, hash.length() + SECRET).ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut filling = vec![0; room];
    core.platform.random.fill(&mut filling);
    core.platform.random.fill(&mut *secret);
    let recovered = Zeroizing::new([&filling[..], &*secret].concat());
    let digest = core.platform.crypto.hash(hash, &[&recovered, data]);
    let block = Zeroizing::new(padding::recovery_block(&recovered, digest.as_bytes()));
    let signed = pair.raw(&block).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    let signed = Zeroizing::new(smaller(&pair.public().n, &signed));
    // The terminal's modulus may be too short for what this key signs.
    let token = core.platform.crypto.rsa_public(&other, &signed).map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?;
    response.extend(&token);
    context.dialogue().half = Some(HalfAuthenticated { key, other, challenge: *challenge, secret });
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
    let (other, role) = terminal(holder, context)?;
    if (key, &other) != (half.key, &half.other) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let serial_number = context.core.vault.serial_number(context.domain());
    let core = &mut *context.core;
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    };
    let crypto = &*core.platform.crypto;
    let theirs = open(crypto, pair, &other, data, &[challenge, &serial_number]);
    let Some(theirs) = theirs else { return Err(context.lose_role().into()) };
    let secret: Zeroizing<Vec<u8>> =
        Zeroizing::new(half.secret.iter().zip(theirs.iter()).map(|(own, their)| own ^ their).collect());
    let halves = [challenge, &half.challenge].into_iter().flat_map(|challenge| challenge.iter().skip(4).take(4));
    let counter = halves.fold(0, |counter, &byte| counter << 8 | u128::from(byte));
    let session =
        Session::derive(crypto, Suite::TripleDes, Algorithm(None).recovery_hash(other.n.len()), &secret, counter);
    let session = session.ok_or(StatusWord::NO_DIAGNOSIS)?;
    let dialogue = context.dialogue();
    dialogue.messaging = Some(Messaging { session, partner: Partner::Role(role.clone()) });
    dialogue.role = Some(role);
    context.judge();
    Ok(StatusWord::SUCCESS)
}

/// The key of a terminal's certificate, and its role.
fn terminal(holder: &[u8], context: &mut Context<'_>) -> Result<(RsaPublicKey, Role), StatusWord> {
    let certified = context.dialogue().certified(holder).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let PublicKey::Rsa(key) = &certified.public.key else { return Err(StatusWord::INCOMPATIBLE_WITH_FILE) };
    let authorisation = certified.public.authorisation.clone();
    Ok((key.clone(), Role { authorisation, is_mask: certified.is_mask, domain: certified.domain }))
}

/// The half of the secret in a token that is right; `None` if it is not.
fn open(
    crypto: &dyn Crypto,
    pair: &dyn RsaPrivateKey,
    other: &RsaPublicKey,
    token: &[u8],
    known: &[&[u8]; 2],
) -> Option<Zeroizing<[u8; SECRET]>> {
    let signed = Zeroizing::new(pair.raw(token).ok()?);
    let hash = Algorithm(None).recovery_hash(other.n.len());
    let candidates = [signed.to_vec(), subtract(&other.n, &signed)?];
    candidates.iter().find_map(|signed| {
        let block = Zeroizing::new(crypto.rsa_public(other, signed).ok()?);
        let (rest, digest) = padding::recovered(&block, hash.length())?;
        let (_, secret) = rest.split_last_chunk::<SECRET>()?;
        let right = crypto.hash(hash, &[rest, known[0], known[1]]);
        bool::from(right.as_bytes().ct_eq(digest)).then(|| Zeroizing::new(*secret))
    })
}

/// The smaller of a number and its difference to the modulus.
fn smaller(modulus: &[u8], number: &[u8]) -> Vec<u8> {
    let other = subtract(modulus, number).unwrap_or_else(|| number.to_vec());
    if other.as_slice() < number { other } else { number.to_vec() }
}

/// The difference of two numbers of the same length; `None` if it is negative or the lengths differ.
fn subtract(from: &[u8], number: &[u8]) -> Option<Vec<u8>> {
    if from.len() != number.len() {
        return None;
    }
    let mut difference = vec![0; from.len()];
    let mut borrow = false;
    for ((digit, &from), &number) in difference.iter_mut().zip(from).zip(number).rev() {
        let (less, first) = from.overflowing_sub(number);
        let (less, second) = less.overflowing_sub(u8::from(borrow));
        (*digit, borrow) = (less, first || second);
    }
    (!borrow).then_some(difference)
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::ToOwned, format, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{smaller, subtract};
    use crate::{
        Protocol,
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

    proptest! {
        #[test]
        fn differences_are_those_of_numbers(from: u128, number: u128) {
            let difference = subtract(&from.to_be_bytes(), &number.to_be_bytes());
            prop_assert_eq!(difference, from.checked_sub(number).map(|right| right.to_be_bytes().to_vec()));
            prop_assert_eq!(subtract(&from.to_be_bytes(), &[0]), None);
        }
    }
}
