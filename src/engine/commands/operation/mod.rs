//! PERFORM SECURITY OPERATION [ISO-7816-8 PERFORM SECURITY OPERATION] [RUN-OPENSC commands].

mod certificate;
mod cipher;
mod hash;
mod named;
mod proxy;
mod sign;

pub use named::KeyUse;
pub use sign::Encoding;
pub(super) use sign::{ecdsa, power};

use crate::{Response, StatusWord, apdu::Apdu, applet::Outcome, chip::Context, commands::check_answer};

use self::proxy::Cryptogram;

/// P1-P2: COMPUTE DIGITAL SIGNATURE and DECIPHER.
const SIGN: u16 = 0x9E9A;
const DECIPHER: u16 = 0x8086;

/// P1-P2 of what is there for sessions that a card keeps for a terminal: DECIPHER and ENCIPHER without padding
/// indicator, ENCIPHER with it, COMPUTE and VERIFY CRYPTOGRAPHIC CHECKSUM.
const DECIPHER_BARE: u16 = 0x8084;
const ENCIPHER_BARE: u16 = 0x8480;
const ENCIPHER: u16 = 0x8680;
const COMPUTE_CHECKSUM: u16 = 0x8E80;
const VERIFY_CHECKSUM: u16 = 0x00A2;

pub(super) fn perform_security_operation(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let of_session =
        matches!(command.p1_p2(), DECIPHER_BARE | ENCIPHER_BARE | ENCIPHER | COMPUTE_CHECKSUM | VERIFY_CHECKSUM);
    if of_session && !proxy::is_possible(context) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if matches!(command.p1_p2(), SIGN | DECIPHER | DECIPHER_BARE | ENCIPHER_BARE | ENCIPHER | COMPUTE_CHECKSUM) {
        check_answer(command, context)?;
    }
    match command.p1_p2() {
        DECIPHER_BARE => proxy::decipher(Cryptogram::Bare, command, context, response),
        ENCIPHER_BARE => proxy::encipher(Cryptogram::Bare, command, context, response),
        ENCIPHER => proxy::encipher(Cryptogram::Indicated, command, context, response),
        COMPUTE_CHECKSUM => proxy::compute_checksum(command, context, response),
        VERIFY_CHECKSUM => proxy::verify_checksum(command, context),
        DECIPHER if proxy::is_meant(command, context) => {
            proxy::decipher(Cryptogram::Indicated, command, context, response)
        }
        0x9080 => hash::hash(command, context),
        0x90A0 => hash::last_round(command, context),
        SIGN => sign::compute_digital_signature(command, context, response),
        DECIPHER => cipher::decipher(command, context, response),
        0x00AE => certificate::verify_recovered(command, context),
        0x00BE => certificate::verify_descriptive(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}
