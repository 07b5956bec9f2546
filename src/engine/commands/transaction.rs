//! PERFORM TRANSACTION OPERATION [ISO-7816-7 PERFORM TRANSACTION OPERATION].

use crate::{StatusWord, apdu::Apdu, applet::Outcome, chip::Context};

/// P2: begins a transaction.
const BEGIN: u8 = 0x80;

/// P2: makes all of it stay.
const COMMIT: u8 = 0x81;

/// P2: undoes all of it.
const ROLLBACK: u8 = 0x82;

/// Begins or ends a transaction. Where nobody may begin one, the command does not exist.
pub(super) fn perform_transaction_operation(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if context.core.vault.transactions(context.domain()).is_none() {
        return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
    }
    let is_known = command.p1() == 0 && matches!(command.p2(), BEGIN | COMMIT | ROLLBACK);
    if !is_known {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    match command.p2() {
        BEGIN => context.begin_transaction()?,
        COMMIT => context.commit_transaction()?,
        _ => context.roll_back_transaction()?,
    }
    Ok(StatusWord::SUCCESS)
}
