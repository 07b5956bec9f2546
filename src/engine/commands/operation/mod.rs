//! PERFORM SECURITY OPERATION [ISO-7816-8 PERFORM SECURITY OPERATION] [RUN-OPENSC commands].

mod certificate;
mod cipher;
mod hash;
mod sign;

pub use sign::Encoding;
pub(super) use sign::{ecdsa, power};

use crate::{Response, StatusWord, apdu::Apdu, applet::Outcome, chip::Context};

pub(super) fn perform_security_operation(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    match command.p1_p2() {
        0x9080 => hash::hash(command, context),
        0x90A0 => hash::last_round(command, context),
        0x9E9A => sign::compute_digital_signature(command, context, response),
        0x8086 => cipher::decipher(command, context, response),
        0x00AE => certificate::verify_recovered(command, context),
        0x00BE => certificate::verify_descriptive(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}
