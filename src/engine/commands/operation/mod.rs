//! PERFORM SECURITY OPERATION [ISO-7816-8 PERFORM SECURITY OPERATION] [RUN-OPENSC commands].

mod certificate;
mod cipher;
mod hash;
mod named;
mod sign;

pub use named::KeyUse;
pub use sign::Encoding;
pub(super) use sign::{ecdsa, power};

use crate::{Response, StatusWord, apdu::Apdu, applet::Outcome, chip::Context, commands::check_answer};

/// P1-P2: COMPUTE DIGITAL SIGNATURE and DECIPHER.
const SIGN: u16 = 0x9E9A;
const DECIPHER: u16 = 0x8086;

pub(super) fn perform_security_operation(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    if matches!(command.p1_p2(), SIGN | DECIPHER) {
        check_answer(command, context)?;
    }
    match command.p1_p2() {
        0x9080 => hash::hash(command, context),
        0x90A0 => hash::last_round(command, context),
        SIGN => sign::compute_digital_signature(command, context, response),
        DECIPHER => cipher::decipher(command, context, response),
        0x00AE => certificate::verify_recovered(command, context),
        0x00BE => certificate::verify_descriptive(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}
