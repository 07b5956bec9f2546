//! Authentication with the two keys of a key set: of a role, or mutual with session keys (facts/cards.md E.5).
//!
//! What is exchanged is enciphered with a zero initial vector, without padding; the MAC is over the cryptogram, padded.

use alloc::vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    Answer, StatusWord,
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
    algorithm: Option<u8>,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
    answer: &mut Answer,
) -> Outcome {
    let scheme = match (algorithm.map(|byte| Algorithm(byte).scheme()), data.len()) {
        (None, EXTERNAL) => Some(Scheme::SymmetricRole),
        (None, _) => Some(Scheme::Mutual),
        (Some(scheme), _) => scheme,
    };
    match (scheme, data.len()) {
        (Some(Scheme::SymmetricRole), EXTERNAL) => {
            context.allow(keys, Access::External)?;
            external(keys, challenge, data, context)?;
        }
        (Some(Scheme::Mutual), MUTUAL) => {
            context.allow(keys, Access::Mutual)?;
            let hash = if algorithm == Some(0x8C) { HashAlgorithm::Sha256 } else { HashAlgorithm::Sha1 };
            mutual(keys, hash, challenge, data, context, answer)?;
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
    answer: &mut Answer,
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
    let session = Session::derive(&*core.crypto, suite, hash, &secret, counter);
    let session = session.ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut reply = Zeroizing::new([&right[..], theirs, &*own_secret].concat());
    let sealed = seal(&*core.crypto, &mac, &encryption, &mut reply).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    answer.extend(&reply);
    answer.extend(&sealed);
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
    let right = mac_of(&*core.crypto, &mac, cryptogram).map_err(|_| StatusWord::WRONG_LENGTH)?;
    let mut plain = Zeroizing::new(cryptogram.to_vec());
    let zero = vec![0; encryption.block()];
    core.crypto.decrypt_cbc(&encryption, &zero, &mut plain).map_err(|_| StatusWord::WRONG_LENGTH)?;
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
