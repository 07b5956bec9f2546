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
mod verify;

pub use protected::{pass_over_protected, process_protected, read_class_protected};

use crate::{
    Protocol, Response, Sfi, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    class::SecureMessaging,
    image::{FileIndex, LongLe},
    ins::Ins,
};

/// Carries out a command as the standard has it.
///
/// # Errors
///
/// [`Stop`](crate::applet::Stop) says why the command ended early.
pub fn process(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if context.class().secure_messaging != SecureMessaging::None {
        return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED.into());
    }
    match command.ins() {
        Ins::SELECT => select::select(command, context, response),
        Ins::READ_BINARY => binary::read_binary(command, context, response),
        Ins::READ_BINARY_ODD => binary::read_binary_odd(command, context, response),
        Ins::UPDATE_BINARY => binary::update_binary(command, context),
        Ins::UPDATE_BINARY_ODD => binary::update_binary_odd(command, context),
        Ins::READ_RECORD => record::read_record(command, context, response),
        Ins::UPDATE_RECORD => record::update_record(command, context),
        Ins::APPEND_RECORD => record::append_record(command, context),
        Ins::GET_DATA => data::get_data(command, context, response),
        Ins::GET_RESPONSE => response::get_response(command, context, response),
        Ins::MANAGE_CHANNEL => channel::manage_channel(command, context, response),
        _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
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
    match command.ins() {
        Ins::VERIFY => verify::verify(command, context),
        Ins::CHANGE_REFERENCE_DATA => verify::change_reference_data(command, context),
        Ins::RESET_RETRY_COUNTER => verify::reset_retry_counter(command, context),
        Ins::MANAGE_SECURITY_ENVIRONMENT => environment::manage_security_environment(command, context),
        Ins::PERFORM_SECURITY_OPERATION => operation::perform_security_operation(command, context, response),
        Ins::GET_CHALLENGE => authenticate::get_challenge(command, context, response),
        Ins::INTERNAL_AUTHENTICATE => authenticate::internal_authenticate(command, context, response),
        Ins::EXTERNAL_AUTHENTICATE => authenticate::external_authenticate(command, context, response),
        Ins::GET_DATA_ODD => security_object::get_data(command, context, response),
        Ins::PUT_DATA_ODD => security_object::put_data(command, context),
        Ins::GENERATE_KEY_PAIR | Ins::GENERATE_KEY_PAIR_ODD => {
            security_object::generate_key_pair(command, context, response)
        }
        Ins::CREATE_FILE => file::create_file(command, context),
        Ins::DELETE_FILE => file::delete_file(command, context),
        Ins::ACTIVATE_FILE => life_cycle::activate_file(command, context),
        Ins::DEACTIVATE_FILE => life_cycle::deactivate_file(command, context),
        _ => process(command, context, response),
    }
}

/// Whether a command of [`process`] may come in parts: it may if it sends data.
///
/// # Errors
///
/// `6884` for a command that sends none, `6D00` for one that does not exist.
pub fn check_chaining(ins: Ins) -> Result<(), StatusWord> {
    match ins {
        Ins::SELECT
        | Ins::READ_BINARY_ODD
        | Ins::UPDATE_BINARY
        | Ins::UPDATE_BINARY_ODD
        | Ins::UPDATE_RECORD
        | Ins::APPEND_RECORD => Ok(()),
        Ins::READ_BINARY | Ins::READ_RECORD | Ins::GET_DATA | Ins::GET_RESPONSE | Ins::MANAGE_CHANNEL => {
            Err(StatusWord::CHAINING_NOT_SUPPORTED)
        }
        _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
    }
}

/// Whether a command of [`process_with_keys`] may come in parts: where its data may be long.
///
/// # Errors
///
/// As [`check_chaining`].
pub fn check_chaining_with_keys(ins: Ins) -> Result<(), StatusWord> {
    match ins {
        Ins::PERFORM_SECURITY_OPERATION | Ins::EXTERNAL_AUTHENTICATE | Ins::PUT_DATA_ODD => Ok(()),
        Ins::VERIFY
        | Ins::CHANGE_REFERENCE_DATA
        | Ins::RESET_RETRY_COUNTER
        | Ins::MANAGE_SECURITY_ENVIRONMENT
        | Ins::GET_CHALLENGE
        | Ins::INTERNAL_AUTHENTICATE
        | Ins::GET_DATA_ODD
        | Ins::GENERATE_KEY_PAIR
        | Ins::GENERATE_KEY_PAIR_ODD
        | Ins::CREATE_FILE
        | Ins::DELETE_FILE
        | Ins::ACTIVATE_FILE
        | Ins::DEACTIVATE_FILE => Err(StatusWord::CHAINING_NOT_SUPPORTED),
        _ => check_chaining(ins),
    }
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
    let refuses = context.core.habits.long_le == LongLe::Refused;
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
