//! The tokens of device authentication with key transport [OPENSC-CWA device authentication], and the session that two
//! of them agree on. Both sides make and open them alike.
//!
//! A token is signed with message recovery, made as small as it can be, and enciphered for the other side.

use alloc::{vec, vec::Vec};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    StatusWord,
    applet::Stop,
    chip::{Context, dialogue::SECRET, proofs::Role},
    commands::{algorithm::Algorithm, padding},
    crypto::{Crypto, RsaPrivateKey, RsaPublicKey},
    cvc::PublicKey,
    sm::{Session, Suite},
    vault::{KeyPair, ObjectId},
};

/// Bytes of a challenge and of a serial number.
pub(super) const PART: usize = 8;

/// Half of the secret of a session.
pub(super) type Half = Zeroizing<[u8; SECRET]>;

/// What whoever makes a token must tell of the other side: a challenge, and the serial number that its certificate
/// ends with.
///
/// # Errors
///
/// `6700` for another length, `6A88` if the number is not the certificate's.
pub(super) fn addressed<'d>(data: &'d [u8], holder: &[u8]) -> Result<&'d [u8; PART], StatusWord> {
    let (challenge, serial_number) = data.split_first_chunk::<PART>().ok_or(StatusWord::WRONG_LENGTH)?;
    if serial_number.len() != PART {
        return Err(StatusWord::WRONG_LENGTH);
    }
    if holder.ends_with(serial_number) { Ok(challenge) } else { Err(StatusWord::REFERENCE_NOT_FOUND) }
}

/// The key of the other side's certificate, and its role.
///
/// # Errors
///
/// `6A88` if it was not shown, `6981` if the key is not RSA.
pub(super) fn other(holder: &[u8], context: &mut Context<'_>) -> Result<(RsaPublicKey, Role), StatusWord> {
    let certified = context.dialogue().certified(holder).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let PublicKey::Rsa(key) = &certified.public.key else { return Err(StatusWord::INCOMPATIBLE_WITH_FILE) };
    let authorisation = certified.public.authorisation.clone();
    Ok((key.clone(), Role { authorisation, is_mask: certified.is_mask, domain: certified.domain }))
}

/// Makes a token for the other side with a half that is drawn: `data` are its challenge and serial number. It counts a
/// use of the key.
///
/// # Errors
///
/// `6981` if the key is not RSA or too short, `6985` if that of the other side is too short for what this one signs.
pub(super) fn make(
    key: ObjectId,
    other: &RsaPublicKey,
    data: &[u8],
    context: &mut Context<'_>,
) -> Result<(Vec<u8>, Half), Stop> {
    context.count_use(key)?;
    let mut secret = Half::default();
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
    let block = block(&*core.platform.crypto, &filling, &secret, data, length);
    let signed = pair.raw(&block).map_err(|_| StatusWord::NO_DIAGNOSIS)?;
    let signed = Zeroizing::new(smaller(&pair.public().n, &signed));
    let token = core.platform.crypto.rsa_public(other, &signed).map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?;
    Ok((token, secret))
}

/// What is signed: filling and half, recovered, and their hash with what the other side said.
fn block(crypto: &dyn Crypto, filling: &[u8], secret: &Half, data: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let recovered = Zeroizing::new([filling, &**secret].concat());
    let digest = crypto.hash(Algorithm(None).recovery_hash(length), &[&recovered, data]);
    Zeroizing::new(padding::recovery_block(&recovered, digest.as_bytes()))
}

/// The half in a token that the other side made for a key, a challenge and this card's serial number; `None` if it is
/// not right.
///
/// # Errors
///
/// `6981` if the key is not RSA, `6984` if it is not whole.
pub(super) fn open(
    key: ObjectId,
    other: &RsaPublicKey,
    token: &[u8],
    challenge: &[u8],
    context: &mut Context<'_>,
) -> Result<Option<Half>, StatusWord> {
    let serial_number = context.core.vault.serial_number(context.domain());
    let core = &mut *context.core;
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE);
    };
    Ok(opened(&*core.platform.crypto, pair, other, token, &[challenge, &serial_number]))
}

fn opened(
    crypto: &dyn Crypto,
    pair: &dyn RsaPrivateKey,
    other: &RsaPublicKey,
    token: &[u8],
    known: &[&[u8]; 2],
) -> Option<Half> {
    let signed = Zeroizing::new(pair.raw(token).ok()?);
    let hash = Algorithm(None).recovery_hash(other.n.len());
    let candidates = [signed.to_vec(), subtract(&other.n, &signed)?].map(Zeroizing::new);
    candidates.iter().find_map(|signed| {
        let block = Zeroizing::new(crypto.rsa_public(other, signed).ok()?);
        let (rest, digest) = padding::recovered(&block, hash.length())?;
        let (_, secret) = rest.split_last_chunk::<SECRET>()?;
        let right = crypto.hash(hash, &[rest, known[0], known[1]]);
        bool::from(right.as_bytes().ct_eq(digest)).then(|| Zeroizing::new(*secret))
    })
}

/// What both halves agree on: the keys, and a counter that begins with the ends of both challenges, the card's first.
/// `length` is that of the terminal's modulus.
///
/// # Errors
///
/// `6F00` if no keys can be derived.
pub(super) fn agree(
    crypto: &dyn Crypto,
    halves: [&Half; 2],
    [card, terminal]: [&[u8]; 2],
    length: usize,
) -> Result<Session, StatusWord> {
    let [own, their] = halves;
    let secret: Zeroizing<Vec<u8>> = Zeroizing::new(own.iter().zip(their.iter()).map(|(a, b)| a ^ b).collect());
    let ends = [card, terminal].into_iter().flat_map(|challenge| challenge.iter().skip(4).take(4));
    let counter = ends.fold(0, |counter, &byte| counter << 8 | u128::from(byte));
    let hash = Algorithm(None).recovery_hash(length);
    Session::derive(crypto, Suite::TripleDes, hash, &secret, counter).ok_or(StatusWord::NO_DIAGNOSIS)
}

/// The smaller of a number and its difference to the modulus.
pub(super) fn smaller(modulus: &[u8], number: &[u8]) -> Vec<u8> {
    let other = subtract(modulus, number).unwrap_or_else(|| number.to_vec());
    if other.as_slice() < number { other } else { number.to_vec() }
}

/// The difference of two numbers of the same length; `None` if it is negative or the lengths differ.
pub(super) fn subtract(from: &[u8], number: &[u8]) -> Option<Vec<u8>> {
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
    use hex_literal::hex;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::{agree, block, subtract};
    use crate::{
        crypto::{Crypto, HashAlgorithm, RustCrypto},
        sm::PlainCommand,
    };

    /// The numbers of the vector: the challenge and the serial number that go in front, the card's challenge
    /// [OPENSC-CWA device authentication].
    const ADDRESSED: [u8; 16] = hex!("1011121314151617 2000000000000001");
    const OF_CARD: [u8; 8] = hex!("2021222324252627");

    fn half(of: &[u8]) -> super::Half {
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[of]);
        Zeroizing::new(digest.as_bytes().try_into().expect("32 bytes"))
    }

    #[test]
    fn a_block_is_that_of_the_vector() {
        let filling: alloc::vec::Vec<u8> = (0x01..=0x4A).collect();
        let made = block(&RustCrypto, &filling, &half(b"K.ICC"), &ADDRESSED, 128);
        let right = hex!(
            "6A0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F30313233343536"
            "3738393A3B3C3D3E3F404142434445464748494AF807045D983D71F97B9614955090626439A2F8FA305591A00B35534EBFC53CCFB82FC3"
            "DAC150CC3FD4BA6A319D84473FBB0EF5CFBC"
        );
        assert_eq!(made.as_slice(), right);
    }

    #[test]
    fn two_halves_agree_on_the_session_of_the_vector() {
        let (card, terminal) = (half(b"K.ICC"), half(b"K.IFD"));
        let select = PlainCommand { header: hex!("0CA40000"), data: hex!("3F00").to_vec().into(), expected: None };
        let right = hex!("87090185C9BB573941125A8E088978180886D89BF5");
        for halves in [[&card, &terminal], [&terminal, &card]] {
            let mut session = agree(&RustCrypto, halves, [&OF_CARD, &ADDRESSED[..8]], 128).expect("keys");
            assert_eq!(session.seal_command(&RustCrypto, &select).expect("a command"), right);
            let answer = hex!("990290008E08BD026A4EAF889F8B");
            assert_eq!(session.open_response(&RustCrypto, &answer).map(|(_, status)| status.0), Ok(0x9000));
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
