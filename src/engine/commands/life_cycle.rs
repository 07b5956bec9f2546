//! ACTIVATE FILE and DEACTIVATE FILE (ISO 7816-9, 5.3.3 and 5.3.4).

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    image::{FileIndex, LifeCycle},
    security::Operation,
};

pub(super) fn activate_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    change(command, Operation::Activate, LifeCycle::Activated, context)
}

pub(super) fn deactivate_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    change(command, Operation::Deactivate, LifeCycle::Deactivated, context)
}

/// Changes the life cycle of the current EF, or else of the current DF, if its rule allows that.
fn change(command: &Apdu<'_>, operation: Operation, to: LifeCycle, context: &mut Context<'_>) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let channel = context.channel();
    let index: FileIndex = channel.ef().unwrap_or(channel.df());
    let file = context.core.files.file(index);
    if file.life_cycle(&context.core.memory) == LifeCycle::Terminated.byte() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    if !context.satisfies(file.rule.condition(operation)) {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    let core = &mut *context.core;
    core.files.file(index).set_life_cycle(to, &mut core.memory);
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}
