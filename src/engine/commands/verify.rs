//! VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER (ISO 7816-4, 11.5.6 to 11.5.8; facts/ias.md 4 and 6).

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::{Outcome, Stop},
    chip::Context,
    image::{ControlTemplate, TemplateKind},
    security::SeNumber,
    vault::{Access, Class, ObjectId},
};

/// Compares a code, or without one says whether it must be given.
///
/// Without data any of the cases is a query: terminals on T=0 cannot tell them apart.
pub(super) fn verify(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if command.p1() != 0x00 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let code = find_code(command, context)?;
    if command.data().is_empty() {
        return status(code, context);
    }
    context.allow(code, Access::Verify)?;
    try_code(code, command.data(), context)?;
    Ok(StatusWord::SUCCESS)
}

/// Replaces a code by whom knows it: P1 `00` gives it before the new one, `01` has given it already.
pub(super) fn change_reference_data(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let code = find_code(command, context)?;
    context.allow(code, Access::Change)?;
    let new = match command.p1() {
        0x00 => {
            let (old, new) = split(code, command.data(), context)?;
            check_new(code, new, context)?;
            try_code(code, old, context)?;
            new
        }
        0x01 if !context.is_proved(code) => return Err(StatusWord::SECURITY_NOT_SATISFIED.into()),
        0x01 => command.data(),
        _ => return Err(StatusWord::WRONG_P1_P2.into()),
    };
    check_new(code, new, context)?;
    context.core.vault.set_code(code, &mut context.core.memory, new);
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}

/// Gives a code its tries back, and a new value where there is one. The other code that this takes comes before it
/// (P1 `00`, `01`) or was verified (`02`, `03`); with `01` and `03` the value stays.
pub(super) fn reset_retry_counter(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let code = find_code(command, context)?;
    let condition = context.core.vault.object(code).condition(Access::Reset);
    let condition = condition.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let data = command.data();
    let (resetting, new) = match command.p1() {
        0x00 => {
            let other = resetting_code(code, context)?;
            let (given, new) = split(other, data, context)?;
            (Some((other, given)), Some(new))
        }
        0x01 => (Some((resetting_code(code, context)?, data)), None),
        0x02 => (None, Some(data)),
        0x03 if data.is_empty() => (None, None),
        0x03 => return Err(StatusWord::WRONG_LENGTH.into()),
        _ => return Err(StatusWord::WRONG_P1_P2.into()),
    };
    if let Some(new) = new {
        check_new(code, new, context)?;
    }
    let allowed = match resetting {
        None => context.satisfies(condition),
        Some((other, given)) => {
            let before = context.is_proved(other);
            try_code(other, given, context)?;
            let allowed = context.satisfies(condition);
            context.set_proved(other, before);
            allowed
        }
    };
    if !allowed {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    context.set_proved(code, false);
    let core = &mut *context.core;
    if let Some(new) = new {
        core.vault.set_code(code, &mut core.memory, new);
    }
    core.vault.object(code).counters.restore_tries(&mut core.memory);
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}

fn find_code(command: &Apdu<'_>, context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    context.find(Class::Code, command.p2())
}

/// `9000` if the code was given already, else why it must be.
fn status(code: ObjectId, context: &Context<'_>) -> Outcome {
    let counters = context.core.vault.object(code).counters;
    if context.is_proved(code) {
        return Ok(StatusWord::SUCCESS);
    }
    match context.tries_left(code) {
        0 => Err(StatusWord::METHOD_BLOCKED.into()),
        _ if counters.uses(&context.core.memory).is_some_and(|uses| uses.left == 0) => {
            Err(StatusWord::REFERENCE_NOT_USABLE.into())
        }
        left => Ok(StatusWord::tries_left(left)),
    }
}

/// Compares a code. A length that no code can have costs no try.
fn try_code(code: ObjectId, given: &[u8], context: &mut Context<'_>) -> Result<(), Stop> {
    if !context.core.vault.fits_code(code, given.len()) {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    context.count_try(code)?;
    let right = context.core.vault.is_code(code, &context.core.memory, given);
    context.end_try(code, right)
}

/// The code as long as it is now, and what comes after it.
fn split<'d>(code: ObjectId, data: &'d [u8], context: &Context<'_>) -> Result<(&'d [u8], &'d [u8]), StatusWord> {
    let length = context.core.vault.code_length(code, &context.core.memory);
    data.split_at_checked(length).ok_or(StatusWord::WRONG_LENGTH)
}

/// Whether a code may have a new value, as far as that shows from outside.
fn check_new(code: ObjectId, new: &[u8], context: &Context<'_>) -> Result<(), StatusWord> {
    if context.core.vault.fits_code(code, new.len()) { Ok(()) } else { Err(StatusWord::WRONG_DATA) }
}

/// The code that resets another: the one that the environment of its rule names.
fn resetting_code(code: ObjectId, context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    let vault = &context.core.vault;
    let condition = vault.object(code).condition(Access::Reset).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let number = SeNumber::new(condition.0 & 0x0F).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let (domain, environment) = vault.environment(code.domain(), number).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let is_user = |template: &&ControlTemplate| {
        template.kind == TemplateKind::Authentication && template.usage & ControlTemplate::USER != 0
    };
    let reference = environment.templates.iter().find(is_user).and_then(|template| template.reference);
    let other = reference.and_then(|reference| vault.find(domain, Class::Code, reference));
    Ok(other.ok_or(StatusWord::REFERENCE_NOT_FOUND)?)
}
