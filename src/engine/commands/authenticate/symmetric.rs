//! Authentication with the two keys of a key set: of a role, or mutual with session keys [OPENSC-IASECC sm].
//!
//! What is exchanged is enciphered with a zero initial vector, without padding; the MAC is over the cryptogram, padded.

use alloc::vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    Response, StatusWord,
    applet::{Outcome, Stop},
    chip::{Context, dialogue::Messaging, proofs::Partner},
    commands::algorithm::{Algorithm, Scheme},
    crypto::{CipherKey, Crypto, CryptoError, HashAlgorithm},
    sm::{Session, Suite},
    vault::{Access, ObjectId},
};

/// Bytes of a challenge and of a serial number.
const PART: usize = 8;

/// Bytes of either half of the secret.
const SECRET: usize = 32;

/// Bytes of the MAC at the end.
const MAC: usize = 8;

/// Bytes of data: of a role authentication, and of a mutual one in either direction.
const EXTERNAL: usize = 2 * PART + MAC;
const MUTUAL: usize = 4 * PART + SECRET + MAC;

pub(super) fn authenticate(
    keys: ObjectId,
    algorithm: Algorithm,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let usual = if data.len() == EXTERNAL { Scheme::SymmetricRole } else { Scheme::Mutual };
    let scheme = algorithm.scheme(usual);
    match (scheme, data.len()) {
        (Some(Scheme::SymmetricRole), EXTERNAL) => {
            context.allow(keys, Access::External)?;
            external(keys, challenge, data, context)?;
        }
        (Some(Scheme::Mutual), MUTUAL) => {
            context.allow(keys, Access::Mutual)?;
            let hash = if algorithm == Algorithm(Some(0x8C)) { HashAlgorithm::Sha256 } else { HashAlgorithm::Sha1 };
            if hash.length() < context.core.vault.size(keys) {
                return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
            }
            mutual(keys, hash, challenge, data, context, response)?;
        }
        (Some(Scheme::SymmetricRole | Scheme::Mutual), _) => return Err(StatusWord::WRONG_LENGTH.into()),
        _ => return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
    }
    Ok(StatusWord::SUCCESS)
}

/// The terminal proves the keys: challenge and serial number come back enciphered.
fn external(keys: ObjectId, challenge: &[u8], data: &[u8], context: &mut Context<'_>) -> Result<(), Stop> {
    let right = [challenge, &context.core.vault.serial_number(context.domain())].concat();
    context.count_try(keys)?;
    let opened = open(keys, data, context)?;
    let succeeded = opened.is_some_and(|opened| opened.as_slice().ct_eq(&right).into());
    context.end_try(keys, succeeded)
}

/// Both prove the keys and agree on a secret.
fn mutual(
    keys: ObjectId,
    hash: HashAlgorithm,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
    response: &mut Response,
) -> Result<(), Stop> {
    let serial_number = context.core.vault.serial_number(context.domain());
    context.count_try(keys)?;
    let opened = open(keys, data, context)?;
    let right = [challenge, &serial_number].concat();
    let succeeded = opened.as_ref().is_some_and(|opened| opened[2 * PART..4 * PART].ct_eq(&right).into());
    context.end_try(keys, succeeded)?;
    let opened = opened.ok_or(StatusWord::AUTHENTICATION_FAILED)?;
    let (theirs, their_secret) = (&opened[..2 * PART], &opened[4 * PART..]);
    let mut own_secret = Zeroizing::new([0; SECRET]);
    context.draw(&mut *own_secret);
    let secret: Zeroizing<vec::Vec<u8>> =
        Zeroizing::new(own_secret.iter().zip(their_secret).map(|(own, their)| own ^ their).collect());
    let core = &mut *context.core;
    let [mac, encryption] = core.vault.key_set(keys, &core.memory).ok_or(StatusWord::REFERENCE_NOT_USABLE)?;
    let (suite, counter) = suite(&encryption, challenge, theirs);
    let session = Session::derive(&*core.platform.crypto, suite, hash, &secret, counter);
    let session = session.ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut reply = Zeroizing::new([&right[..], theirs, &*own_secret].concat());
    let sealed = seal(&*core.platform.crypto, &mac, &encryption, &mut reply).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    response.extend(&reply);
    response.extend(&sealed);
    context.dialogue().messaging = Some(Messaging { session, partner: Partner::KeySet(keys) });
    Ok(())
}

/// The suite that goes with a cipher, and the counter that its session begins with.
fn suite(key: &CipherKey, own_challenge: &[u8], theirs: &[u8]) -> (Suite, u128) {
    let suite = match key {
        CipherKey::TripleDes(_) => Suite::TripleDes,
        CipherKey::Aes128(_) => return (Suite::Aes128, 0),
        CipherKey::Aes256(_) => return (Suite::Aes256, 0),
    };
    let halves = [own_challenge, &theirs[..PART]].into_iter().flat_map(|challenge| challenge.iter().skip(4).take(4));
    (suite, halves.fold(0, |counter, &byte| counter << 8 | u128::from(byte)))
}

/// The plain text of a cryptogram whose MAC is right; `None` if it is not.
fn open(keys: ObjectId, data: &[u8], context: &Context<'_>) -> Result<Option<Zeroizing<vec::Vec<u8>>>, StatusWord> {
    let core = &*context.core;
    let [mac, encryption] = core.vault.key_set(keys, &core.memory).ok_or(StatusWord::REFERENCE_NOT_USABLE)?;
    let (cryptogram, given) = data.split_last_chunk::<MAC>().map_or((&[][..], &[0; MAC]), |parts| (parts.0, parts.1));
    let right = mac_of(&*core.platform.crypto, &mac, cryptogram).map_err(|_| StatusWord::WRONG_LENGTH)?;
    let mut plain = Zeroizing::new(cryptogram.to_vec());
    let zero = vec![0; encryption.block()];
    core.platform.crypto.decrypt_cbc(&encryption, &zero, &mut plain).map_err(|_| StatusWord::WRONG_LENGTH)?;
    Ok(bool::from(right.ct_eq(given)).then_some(plain))
}

/// Enciphers in place and gives the MAC.
fn seal(
    crypto: &dyn Crypto,
    mac: &CipherKey,
    encryption: &CipherKey,
    data: &mut [u8],
) -> Result<[u8; MAC], CryptoError> {
    crypto.encrypt_cbc(encryption, &vec![0; encryption.block()], data)?;
    mac_of(crypto, mac, data)
}

fn mac_of(crypto: &dyn Crypto, key: &CipherKey, cryptogram: &[u8]) -> Result<[u8; MAC], CryptoError> {
    let mut padding = vec![0x80];
    padding.resize(key.block(), 0);
    crypto.mac(key, &[cryptogram, &padding])
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use crate::{
        Card, Fault, Interface, Protocol,
        platform::Forgetful,
        testing::{
            Tester, Torn, VITALE,
            keys::{SELECT, card, card_of, domain, environment, keyed_image, secure, template},
            rule,
            terminal::{Terminal, aes_128, aes_256, challenge, prove, request, triple_des},
            text,
        },
    };

    /// Selects key set 1 for the authentication of a role.
    const SET: (&str, &str) = ("00 22 81 A4 06 80 01 1C 83 01 81", "9000");

    /// PUT DATA of PIN 1, which its rule keeps for who proved key set 1.
    const PUT: &str = "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737";

    fn external(card: &mut Tester) -> alloc::string::String {
        let challenge = challenge(card);
        let proof = prove(&triple_des(), &challenge);
        format!("00 82 00 00 18 {}", text(&proof))
    }

    #[test]
    fn a_role_is_proved_and_opens_what_its_environment_guards() {
        let mut card = card(Protocol::T1);
        card.plays(&[(PUT, "6982"), SET]);
        let proof = external(&mut card);
        card.plays(&[(&proof, "9000"), (PUT, "9000"), ("00 20 00 81 04 37373737", "9000")]);
        card.plays(&[("00 A4 00 0C", "9000"), SELECT, (PUT, "6982")]);
    }

    #[test]
    fn a_challenge_is_good_for_the_next_command_only() {
        let mut card = card(Protocol::T1);
        card.plays(&[SET]);
        let proof = external(&mut card);
        card.plays(&[(&proof, "9000"), (&proof, "6985")]);
        let proof = external(&mut card);
        card.plays(&[("00 20 00 81", "63C3"), (&proof, "6985")]);
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000"), ("00 82 00 00 01 00", "6700"), (&proof, "6985")]);
    }

    #[test]
    fn tries_run_out_and_survive_resets() {
        let mut card = card(Protocol::T1);
        let wrong = format!("00 82 00 00 18 {}", "00".repeat(24));
        for left in ["63C2", "63C1", "63C0", "6983"] {
            card.plays(&[SET, ("00 84 00 00 08", "4242424242424242 9000"), (&wrong, left)]);
        }
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, SET]);
        let proof = external(&mut card);
        card.plays(&[(&proof, "6983"), (PUT, "6982")]);
    }

    #[test]
    fn a_try_is_counted_before_the_proof_is_looked_at() {
        let mut card = card_of(keyed_image(), Protocol::T1, Torn::after(1));
        card.plays(&[SET]);
        let proof = external(&mut card);
        assert_eq!(card.try_send(&proof), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, SET]);
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000")]);
        let wrong = format!("00 82 00 00 18 {}", "00".repeat(24));
        card.plays(&[(&wrong, "63C1")]);
    }

    #[test]
    fn both_sides_prove_every_cipher_and_agree_on_keys() {
        let cases = [
            (triple_des(), 0x81, 0x0C),
            (triple_des(), 0x81, 0x8C),
            (aes_128(), 0x82, 0x0C),
            (aes_128(), 0x82, 0x8C),
            (aes_256(), 0x83, 0x8C),
            (aes_128(), 0x01, 0x0C),
        ];
        for (keys, reference, algorithm) in cases {
            let mut card = card(Protocol::T1);
            let mut terminal = Terminal::authenticate(&mut card, &keys, reference, algorithm);
            assert_eq!(terminal.send(&mut card, "0C B0 9E 05", "", Some(2)), "05069000");
        }
    }

    #[test]
    fn a_hash_too_short_for_the_session_keys_proves_nothing() {
        let mut image = keyed_image();
        let mut security = domain();
        security.environments.push(environment(8, vec![template(0xC0, Some(0x83), None)]));
        secure(&mut image, VITALE, security);
        image.files[8].contact = rule(&[0x01, 0x28]);
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[("00 22 C1 A4 06 80 01 0C 83 01 83", "9000")]);
        let challenge = challenge(&mut card);
        let mutual = format!("00 82 00 00 48 {} 00", text(&request(&aes_256(), &challenge)));
        card.plays(&[(&mutual, "6981"), ("00 B0 82 00 01", "6982")]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut card = card(Protocol::T1);
        let mutual = format!("00 82 00 00 48 {} 00", "00".repeat(72));
        let external = format!("00 82 00 00 18 {}", "00".repeat(24));
        let challenge = ("00 84 00 00 08", "4242424242424242 9000");
        card.plays(&[
            ("00 22 C1 A4 06 80 01 0C 83 01 81", "9000"),
            (&mutual, "6985"),
            challenge,
            (&external, "6700"),
            challenge,
            (&mutual, "63C2"),
            // One that is refused for whatever reason was the next command.
            challenge,
            ("00 82 01 00 01 00", "6A86"),
            (&mutual, "6985"),
            ("00 22 C1 A4 06 80 01 02 83 01 81", "9000"),
            challenge,
            (&mutual, "6981"),
            ("00 22 81 A4 06 80 01 1C 83 01 82", "9000"),
            challenge,
            (&external, "63C2"),
        ]);
    }

    #[test]
    fn a_key_set_without_the_right_is_not_meant_for_it() {
        let mut image = keyed_image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        directory.security.objects[3].rule = rule(&[0x28, 0xFF, 0x11]);
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[SET]);
        let proof = external(&mut card);
        card.plays(&[(&proof, "6985"), ("00 22 C1 A4 06 80 01 0C 83 01 81", "9000")]);
        card.plays(&[("00 84 00 00 08", "4242424242424242 9000")]);
        card.plays(&[(&format!("00 82 00 00 48 {} 00", "00".repeat(72)), "6982")]);
    }
}
