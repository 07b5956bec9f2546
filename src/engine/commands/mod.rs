//! The commands of ISO 7816-4 that cards here need, one file for each family.
//!
//! Handlers are named after the standard. They judge parameters and lengths, find the file, ask its rule, do the work,
//! and say a status word; lengths of answers are the chip's to cut. A command that no card needs does not exist:
//! `6D00`.
//!
//! An applet that knows more commands looks at its own first and leaves the rest to [`process`].

mod algorithm;
mod authenticate;
mod binary;
mod channel;
mod data;
mod environment;
mod file;
mod life_cycle;
mod operation;
mod padding;
mod protected;
mod record;
mod response;
mod security_object;
mod select;
mod table;
mod transaction;
mod verify;

pub use operation::{Encoding, KeyUse};
pub use protected::{pass_over_protected, process_protected, read_class_protected};
pub use table::{Handler, INSTRUCTIONS, Run};

use crate::{
    Protocol, Response, Sfi, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    image::{FileIndex, LongLe},
    ins::Ins,
    instruction::{Instruction, Row},
};

/// Carries out a command on files as the standard has it.
///
/// # Errors
///
/// [`Stop`](crate::applet::Stop) says why the command ended early.
pub fn process(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    match INSTRUCTIONS.find(command.ins()).map(|row| row.run) {
        Some(Run::Files(handler)) => handler(command, context, response),
        Some(Run::Keys(_) | Run::Nobody) | None => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
    }
}

/// Carries out a command on PINs and keys as the standard has it, and any other as [`process`] does. It is for an
/// applet to say that they exist.
///
/// # Errors
///
/// [`Stop`](crate::applet::Stop) says why the command ended early.
pub fn process_with_keys(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if !matches!(command.ins(), Ins::EXTERNAL_AUTHENTICATE | Ins::GET_RESPONSE) {
        forget_challenge(context);
    }
    match INSTRUCTIONS.find(command.ins()).map(|row| row.run) {
        Some(Run::Keys(handler)) => handler(command, context, response),
        Some(Run::Files(_) | Run::Nobody) | None => process(command, context, response),
    }
}

/// The instruction of [`process`] with a byte; `None` if it has none.
#[must_use]
pub fn instruction(ins: Ins) -> Option<&'static Instruction> {
    INSTRUCTIONS.find(ins).filter(|row| matches!(row.run, Run::Files(_))).map(|row| &row.instruction)
}

/// The instruction of [`process_with_keys`] with a byte; `None` if it has none.
#[must_use]
pub fn instruction_with_keys(ins: Ins) -> Option<&'static Instruction> {
    INSTRUCTIONS.find(ins).filter(|row| !matches!(row.run, Run::Nobody)).map(|row| &row.instruction)
}

/// Whether a command of [`process`] may come in parts.
///
/// # Errors
///
/// `6884` for a command that must come whole, `6D00` for one that does not exist.
pub fn check_chaining(ins: Ins) -> Result<(), StatusWord> {
    match INSTRUCTIONS.find(ins) {
        Some(row) if matches!(row.run, Run::Files(_)) => check_row(row),
        _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
    }
}

/// Whether a command of [`process_with_keys`] may come in parts.
///
/// # Errors
///
/// As [`check_chaining`].
pub fn check_chaining_with_keys(ins: Ins) -> Result<(), StatusWord> {
    match INSTRUCTIONS.find(ins) {
        Some(row) if !matches!(row.run, Run::Nobody) => check_row(row),
        _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
    }
}

fn check_row<H>(row: &Row<H>) -> Result<(), StatusWord> {
    if row.instruction.chains { Ok(()) } else { Err(StatusWord::CHAINING_NOT_SUPPORTED) }
}

/// A challenge is good for the very next command: this one was another.
fn forget_challenge(context: &mut Context<'_>) {
    if let Some(dialogue) = context.dialogue_if_any() {
        dialogue.challenge = None;
    }
}

/// What a command that sends nothing expects.
///
/// # Errors
///
/// `6700` if it sends data or expects nothing.
fn expected(command: &Apdu<'_>) -> Result<Le, StatusWord> {
    command.le().filter(|_| command.data().is_empty()).ok_or(StatusWord::WRONG_LENGTH)
}

/// Whether what a command computes can come back. On T=1 a command without Le expects nothing: what is there for its
/// answer alone is not done then, and counts no use of a key. On T=0 and under secure messaging a command with data
/// need not say what it expects.
///
/// # Errors
///
/// `6700` if nothing is expected.
pub fn check_answer(command: &Apdu<'_>, context: &Context<'_>) -> Result<(), StatusWord> {
    let expects = command.le().is_some() || context.protocol() == Protocol::T0 || context.partner.is_some();
    if expects { Ok(()) } else { Err(StatusWord::WRONG_LENGTH) }
}

/// The data that a command must send.
///
/// # Errors
///
/// `6700` if it sends none.
fn sent<'a>(command: &Apdu<'a>) -> Result<&'a [u8], StatusWord> {
    Some(command.data()).filter(|data| !data.is_empty()).ok_or(StatusWord::WRONG_LENGTH)
}

/// The EF that five bits of a parameter mean: the current one for `0`, else one of the current DF, which then becomes
/// the current EF.
///
/// # Errors
///
/// `6986` if there is no current EF, `6A82` if no EF has the short identifier, `6A86` if it is none.
fn ef_by_sfi(bits: u8, context: &mut Context<'_>) -> Result<FileIndex, StatusWord> {
    if bits == 0 {
        return context.channel().ef();
    }
    let sfi = Sfi::new(bits).ok_or(StatusWord::WRONG_P1_P2)?;
    let ef = context.core.files.child_by_sfi(context.channel().df(), sfi).ok_or(StatusWord::FILE_NOT_FOUND)?;
    context.channel_mut().open_ef(ef);
    Ok(ef)
}

/// How many of the bytes that are left are read, and what is said about it: `6282`, or by habit `6Cxx` alone, where
/// more were expected.
///
/// # Errors
///
/// `6Cxx` where that is the chip's habit.
fn cut_to_le(le: Le, left: usize, context: &Context<'_>) -> Result<(usize, StatusWord), StatusWord> {
    let refuses = context.habits().long_le == LongLe::Refused;
    match le {
        Le::All(limit) if refuses && context.protocol() == Protocol::T0 && left < limit => {
            Err(StatusWord::wrong_le(left))
        }
        Le::All(limit) => Ok((left.min(limit), StatusWord::SUCCESS)),
        Le::Exactly(length) if length <= left => Ok((length, StatusWord::SUCCESS)),
        Le::Exactly(_) if refuses => Err(StatusWord::wrong_le(left)),
        Le::Exactly(_) => Ok((left, StatusWord::END_OF_FILE)),
    }
}
