//! GET RESPONSE (ISO 7816-4, 11.7.1).

use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, expected},
};

/// Sends what waits, as much as is expected; the last part comes with the status word of the command it answers.
pub(super) fn get_response(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let le = expected(command)?;
    let number = context.number();
    let waiting = context.core.pending.waiting(number);
    if waiting.is_empty() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let (length, _) = cut_to_le(le, waiting.len(), context)?;
    answer.extend(&waiting[..length]);
    Ok(context.core.pending.take(length))
}
