//! Device authentication with key transport: both sides prove an RSA key and agree on session keys
//! (facts/cwa14890.md 2.1).
//!
//! A token is signed with message recovery, made as small as it can be, and enciphered for the other side.

use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{HEADER, TRAILER, hash_for};
use crate::{
    Answer, StatusWord,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{HalfAuthenticated, Messaging},
        proofs::{Partner, Role},
    },
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
    answer: &mut Answer,
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
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    };
    let length = pair.public().n.len();
    let hash = hash_for(length);
    let filling = length.checked_sub(2 + SECRET + hash.length()).ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut filled = alloc::vec![0; filling];
    core.world.random.fill(&mut filled);
    core.world.random.fill(&mut *secret);
    let digest = core.crypto.hash(hash, &[&filled, &*secret, data]);
    let block = Zeroizing::new([&[HEADER], &filled[..], &*secret, digest.as_bytes(), &[TRAILER]].concat());
    let signed = pair.raw(&block).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    let signed = Zeroizing::new(smaller(&pair.public().n, &signed));
    // The terminal's modulus may be too short for what this key signs.
    let token = core.crypto.rsa_public(&other, &signed).map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?;
    answer.extend(&token);
    context.dialogue().half = Some(HalfAuthenticated { challenge: *challenge, secret });
    Ok(StatusWord::SUCCESS)
}

/// The second half: the terminal proves its key, and a session begins.
pub(super) fn external(
    key: ObjectId,
    holder: &[u8],
    half: &HalfAuthenticated,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
) -> Outcome {
    let (other, role) = terminal(holder, context)?;
    let serial_number = context.core.vault.serial_number(context.domain());
    let core = &mut *context.core;
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    };
    let crypto = &*core.crypto;
    let theirs = open(crypto, pair, &other, data, &[challenge, &serial_number]);
    let theirs = theirs.ok_or(StatusWord::AUTHENTICATION_FAILED)?;
    let secret: Zeroizing<Vec<u8>> =
        Zeroizing::new(half.secret.iter().zip(theirs.iter()).map(|(own, their)| own ^ their).collect());
    let halves = [challenge, &half.challenge].into_iter().flat_map(|challenge| challenge.iter().skip(4).take(4));
    let counter = halves.fold(0, |counter, &byte| counter << 8 | u128::from(byte));
    let session = Session::derive(crypto, Suite::TripleDes, hash_for(other.n.len()), &secret, counter);
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
    let hash = hash_for(other.n.len());
    let candidates = [signed.to_vec(), subtract(&other.n, &signed)?];
    candidates.iter().find_map(|signed| {
        let block = Zeroizing::new(crypto.rsa_public(other, signed).ok()?);
        let [HEADER, inside @ .., TRAILER] = block.as_slice() else { return None };
        let (rest, digest) = inside.split_at_checked(inside.len().checked_sub(hash.length())?)?;
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
    let mut difference = alloc::vec![0; from.len()];
    let mut borrow = false;
    for ((digit, &from), &number) in difference.iter_mut().zip(from).zip(number).rev() {
        let (less, first) = from.overflowing_sub(number);
        let (less, second) = less.overflowing_sub(u8::from(borrow));
        (*digit, borrow) = (less, first || second);
    }
    (!borrow).then_some(difference)
}
