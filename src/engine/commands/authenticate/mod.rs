//! GET CHALLENGE, INTERNAL, EXTERNAL and MUTUAL AUTHENTICATE [ISO-7816-4 11.5.2 to 11.5.5].
//!
//! Which protocol is run follows from the template of MSE: a key set, a certificate, or both a private key and a
//! certificate (device authentication). In whose place the card is in that follows from which command comes first. A
//! challenge is good for the very next command.

mod device;
mod proxy;
mod role;
mod symmetric;
mod token;

use alloc::vec::Vec;

use crate::{
    Response, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::{
        Context,
        dialogue::{CurrentTemplate, Direction, OtherKey, Place},
    },
    commands::{
        algorithm::{Algorithm, Scheme},
        check_answer, expected,
        operation::{ecdsa, power},
        padding,
    },
    crypto::HashAlgorithm,
    image::TemplateKind,
    vault::{Access, Class, KeyPair, ObjectId},
};

/// The lengths that a challenge may have: symmetric and RSA protocols take 8 bytes, those on P-256 also 16.
const CHALLENGES: [usize; 2] = [8, 16];

pub(super) fn get_challenge(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let length = match expected(command)? {
        Le::All(_) => 8,
        Le::Exactly(length) if CHALLENGES.contains(&length) => length,
        Le::Exactly(_) => return Err(StatusWord::WRONG_LENGTH.into()),
    };
    let mut challenge = [0; 16];
    context.draw(&mut challenge[..length]);
    response.extend(&challenge[..length]);
    context.dialogue().challenge = Some(challenge[..length].to_vec());
    Ok(StatusWord::SUCCESS)
}

pub(super) fn internal_authenticate(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    end_proxy(context);
    let template = template(command, Direction::Compute, context)?;
    check_answer(command, context)?;
    let key = template.object.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.allow(key, Access::Internal)?;
    if let Some(OtherKey::Certified(holder)) = &template.other {
        let half = context.dialogue().half.take();
        return match half.filter(|half| half.place == Place::Terminal) {
            Some(half) => proxy::internal(key, holder, &half, command.data(), context, response),
            None => device::internal(key, holder, command.data(), context, response),
        };
    }
    context.count_use(key)?;
    let algorithm = Algorithm(template.algorithm);
    let core = &mut *context.core;
    match core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? {
        KeyPair::Rsa(pair) => {
            let length = pair.public().n.len();
            let block = match algorithm.scheme(Scheme::Pkcs1) {
                Some(Scheme::Pkcs1) => client_block(command.data(), length)?,
                Some(Scheme::Recovery) => {
                    let hash = algorithm.recovery_hash(length);
                    role::block(&*core.platform.crypto, &mut *core.platform.random, hash, command.data(), length)?
                }
                _ => return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
            };
            response.extend(&power(pair, &block)?);
        }
        KeyPair::P256(pair) => {
            let digest = match algorithm.scheme(Scheme::Ecdsa) {
                Some(Scheme::Ecdsa) => command.data().to_vec(),
                Some(Scheme::EllipticRole) => {
                    core.platform.crypto.hash(HashAlgorithm::Sha256, &[command.data()]).as_bytes().to_vec()
                }
                _ => return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
            };
            response.extend(&ecdsa(&*core.platform.crypto, &pair, &digest)?);
        }
    }
    Ok(StatusWord::SUCCESS)
}

/// EXTERNAL or MUTUAL AUTHENTICATE, as the template says.
pub(super) fn external_authenticate(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    end_proxy(context);
    let dialogue = context.dialogue();
    let (challenge, half) = (dialogue.challenge.take(), dialogue.half.take());
    let half = half.filter(|half| half.place == Place::Card);
    let template = template(command, Direction::Verify, context)?;
    let challenge = challenge.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let key_class = |id: ObjectId| context.core.vault.object(id).class;
    match (template.object, &template.other, half) {
        (Some(keys), None, _) if key_class(keys) == Class::KeySet => {
            symmetric::authenticate(keys, Algorithm(template.algorithm), &challenge, command.data(), context, response)
        }
        (Some(key), Some(OtherKey::Certified(holder)), Some(half)) if key_class(key) == Class::PrivateKey => {
            device::external(key, holder, &half, &challenge, command.data(), context)
        }
        (Some(key), Some(OtherKey::Certified(holder)), None) if key_class(key) == Class::PrivateKey => {
            proxy::external(key, holder, &challenge, command.data(), context)
        }
        (None, Some(other), _) => {
            role::external(other, Algorithm(template.algorithm), &challenge, command.data(), context)
        }
        _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()),
    }
}

/// A new authentication ends the session of the one before that the card keeps for a terminal.
fn end_proxy(context: &mut Context<'_>) {
    if let Some(dialogue) = context.dialogue_if_any() {
        dialogue.proxy = None;
    }
}

/// The authentication template; P1 and P2 say nothing, since it says all.
fn template(
    command: &Apdu<'_>,
    direction: Direction,
    context: &mut Context<'_>,
) -> Result<CurrentTemplate, StatusWord> {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2);
    }
    if command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH);
    }
    Ok(context.dialogue().environment.template(TemplateKind::Authentication, direction).clone())
}

/// What client authentication signs: a DigestInfo, at most two fifths of the key [OPENSC-IASECC card-iasecc.c].
fn client_block(digest_info: &[u8], length: usize) -> Result<Vec<u8>, StatusWord> {
    let fits = digest_info.len() <= length * 2 / 5;
    let block = padding::pad_to_sign(digest_info, length).filter(|_| fits);
    block.ok_or(StatusWord::WRONG_LENGTH)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use crate::{
        Protocol,
        testing::keys::{VERIFY, card},
    };

    const INFO: &str =
        "3031300D0609608648016503040201050004205B5CE62002D50BA606ABDAB58B63A280784192811FADD298A81CC93019AE76A7";

    // By private key 1, recomputed with Python's three-argument pow.
    /// Of the DigestInfo.
    const SIGNATURE: &str = "7F8DC53C0DA52BE9B7BB53F135925E946150BC5B0A9997EC45D2A654E718D5F79E258B8FED232E6E69D99923556412576006CA2E\
        EF6D38D123CA29DA17420626A0360CABFB883DA4D98110168FCC3523B6D9FD2949E54F54122440991FB85D9006CB8C540FC3354A\
        442720E652F8319756A78E110B21442A8256EBBD6006E595";

    #[test]
    fn a_digest_info_is_padded_and_signed() {
        // The way of OpenSC on Debian 12 [RUN-OPENSC log]. This key has 1024 bits, so 51 bytes are the most.
        let command = format!("00 88 00 00 33 {INFO} 00");
        let too_long = format!("00 88 00 00 34 {INFO}00 00");
        let right = format!("{SIGNATURE}9000");
        card(Protocol::T1).plays(&[
            (&command, "6985"),
            ("00 22 41 A4 06 84 01 81 80 01 02", "9000"),
            (&command, "6982"),
            VERIFY,
            (&command, &right),
            (&too_long, "6700"),
            ("00 88 00 00", "6700"),
            ("00 88 00 01 01 00 00", "6A86"),
            ("00 22 41 A4 03 84 01 01", "9000"),
            (&command, &right),
            ("00 22 41 A4 06 84 01 81 80 01 54", "9000"),
            (&command, "6981"),
        ]);
        let command = format!("00 88 00 00 33 {INFO}");
        let mut card = card(Protocol::T0);
        card.plays(&[VERIFY, ("00 22 41 A4 06 84 01 81 80 01 02", "9000"), (&command, "6180")]);
    }

    #[test]
    fn a_hash_is_signed_on_p256() {
        // SHA-256 of "sample" [RFC-6979 A.2.5]: as a hash, and hashed here for a role.
        let right = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
            F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8 9000";
        card(Protocol::T1).plays(&[
            VERIFY,
            ("00 22 41 A4 06 84 01 82 80 01 04", "9000"),
            ("00 88 00 00 20 AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF 00", right),
            ("00 88 00 00 01 AF 00", "6A80"),
            ("00 22 41 A4 06 84 01 82 80 01 00", "9000"),
            ("00 88 00 00 06 73616D706C65 00", right),
        ]);
    }

    #[test]
    fn challenges_have_the_lengths_that_protocols_need() {
        let eight = "4242424242424242 9000";
        let mut card = card(Protocol::T0);
        card.plays(&[("00 84 00 00 08", eight), ("00 84 00 00 00", eight), ("00 84 00 00", eight)]);
        card.plays(&[("00 84 00 00 10", "42424242424242424242424242424242 9000"), ("00 84 00 00 09", "6700")]);
        card.plays(&[("00 84 00 01 08", "6A86")]);
    }
}
