//! Commands under secure messaging (ISO 7816-4, 10; facts/cwa14890.md 4.1).
//!
//! A protected command is opened, carried out as if it had come plain, and its answer sealed, with whatever status word
//! it has. A command that cannot be opened is answered in clear, and it ends the session, as does any plain command but
//! GET RESPONSE, which fetches what a sealed answer left.

use alloc::vec::Vec;

use crate::{
    Answer, StatusWord,
    apdu::{Apdu, Le},
    applet::{Outcome, Stop},
    chip::{
        Context,
        dialogue::Messaging,
        proofs::{Partner, Role},
    },
    class::{Class, SecureMessaging},
    commands::check_chaining_with_keys,
    ins::Ins,
    sm::PlainCommand,
    vault::DomainId,
};

/// The bit of a class byte that says: more parts follow.
const CHAINED: u8 = 0x10;

/// The most bytes that a command of several parts may have.
const LONGEST: usize = 65_535;

/// What carries out a command that is not protected any more.
type Process = fn(&Apdu<'_>, &mut Context<'_>, &mut Answer) -> Outcome;

/// Reads a class byte for an applet that leaves protected commands to [`process_protected`]: parts of a protected command
/// are protected one by one, so it is not for the chip to join them.
#[must_use]
pub fn read_class_protected(cla: u8) -> Option<Class> {
    let class = Class::interindustry(cla)?;
    let is_protected = class.secure_messaging != SecureMessaging::None;
    Some(Class { chained: class.chained && !is_protected, ..class })
}

/// Carries out a command that may be protected; `process` gets it as if it were not.
///
/// # Errors
///
/// [`Stop`](crate::applet::Stop) says why the command ended early.
pub fn process_protected(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    answer: &mut Answer,
    process: Process,
) -> Outcome {
    match context.class().secure_messaging {
        SecureMessaging::None => {
            if command.ins() != Ins::GET_RESPONSE {
                end_session(context);
            }
            process(command, context, answer)
        }
        SecureMessaging::HeaderAuthenticated => open_and_seal(command, context, answer, process),
        SecureMessaging::Proprietary | SecureMessaging::HeaderNotAuthenticated => {
            Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED.into())
        }
    }
}

fn end_session(context: &mut Context<'_>) {
    if let Some(messaging) = context.take_messaging() {
        end(messaging.partner, context);
    }
}

/// Forgets what the partner of a session proved when it began.
fn end(partner: Partner, context: &mut Context<'_>) {
    if let Some(dialogue) = context.dialogue_if_any() {
        dialogue.parts = None;
    }
    match partner {
        Partner::KeySet(id) => context.set_proved(id, false),
        Partner::Role(role) => {
            let proved = context.dialogue_if_any().map(|dialogue| &mut dialogue.role);
            if let Some(proved) = proved.filter(|proved: &&mut Option<Role>| proved.as_ref() == Some(&role)) {
                *proved = None;
            }
            context.judge();
        }
    }
}

fn open_and_seal(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer, process: Process) -> Outcome {
    // facts/cwa14890.md 4.1: without session keys.
    let mut messaging = context.take_messaging().ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let header = [command.cla(), command.ins().0, command.p1(), command.p2()];
    let opened = messaging.session.open_command(&*context.core.crypto, header, command.data());
    let plain = match opened {
        Ok(plain) => plain,
        Err(error) => {
            end(messaging.partner, context);
            return Err(StatusWord::from(error).into());
        }
    };
    let status = match run(command, plain, &messaging.partner, context, answer, process) {
        Ok(status) => status,
        Err(Stop::Refused(status)) => {
            answer.clear();
            status
        }
        Err(Stop::PowerLost) => return Err(Stop::PowerLost),
    };
    let sealed = messaging.session.seal_answer(&*context.core.crypto, command.ins().0, answer.as_bytes(), status);
    answer.clear();
    answer.extend(&sealed.map_err(StatusWord::from)?);
    keep(messaging, context);
    Ok(status)
}

/// Keeps a session, unless the command began another one or left the application that its partner belongs to.
fn keep(messaging: Messaging, context: &mut Context<'_>) {
    let home = messaging.partner.domain();
    let stays = home == DomainId::GLOBAL || home == context.domain();
    let began_another = context.dialogue_if_any().is_some_and(|dialogue| dialogue.messaging.is_some());
    if stays && !began_another {
        context.dialogue().messaging = Some(messaging);
    }
}

/// Carries out an opened command, or keeps it if it is a part that others follow.
fn run(
    command: &Apdu<'_>,
    plain: PlainCommand,
    partner: &Partner,
    context: &mut Context<'_>,
    answer: &mut Answer,
    process: Process,
) -> Outcome {
    let header = [command.ins().0, command.p1(), command.p2()];
    let parts = context.dialogue().parts.take().filter(|(begun, _)| *begun == header);
    let mut data: Vec<u8> = parts.map(|(_, data)| data).unwrap_or_default();
    if data.len() + plain.data.len() > LONGEST {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    data.extend_from_slice(&plain.data);
    if command.cla() & CHAINED != 0 {
        check_chaining_with_keys(command.ins())?;
        context.dialogue().parts = Some((header, data));
        return Ok(StatusWord::SUCCESS);
    }
    let whole = command.unprotected(&data, plain.expected.map(Le::of));
    let outcome = {
        let mut inside = context.unprotected(partner.clone());
        inside.judge();
        process(&whole, &mut inside, answer)
    };
    context.judge();
    outcome
}
