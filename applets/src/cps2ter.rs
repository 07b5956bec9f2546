//! The side of a CPS3 that is as the generation before it was: commands of class `A0` as GSM cards have them
//! (3GPP TS 51.011), with the status words that the agency's library knows [DOPS-CRYPTOLIB CPS2ter].
//!
//! It finds files, reads them, and takes the holder's PIN, which is that of the rest of the chip. It writes nothing but
//! what the PIN counts. Which words a real card gives for which mistake is public only as far as their meanings are; the
//! rest follows GSM cards, and is inferred.

use virtuale_engine::{
    Fid, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome, Stop},
    chip::{Context, FileForm, FileHandle},
    class::{Class, SecureMessaging},
    commands,
    ins::Ins,
};

/// What layouts call this applet.
pub const NAME: &str = "cps2ter";

const WRONG_ADDRESS: StatusWord = StatusWord(0x9402);
const NOT_FOUND: StatusWord = StatusWord(0x9404);
const WRONG_FILE: StatusWord = StatusWord(0x9408);
const NO_SUCH_PIN: StatusWord = StatusWord(0x9802);
const NOT_PROVED: StatusWord = StatusWord(0x9804);
const FILE_INVALIDATED: StatusWord = StatusWord(0x9810);
const BLOCKED: StatusWord = StatusWord(0x9840);
/// Nothing waits: none of the words that have a meaning here says so.
const NO_DIAGNOSTIC: StatusWord = StatusWord(0x6F00);

/// The holder's PIN, the only one that this side knows.
const PIN: u8 = 0x01;

/// How long a GSM card's PIN is with its padding.
const PADDED: usize = 8;

/// The CPS2ter side of a chip.
#[derive(Clone, Copy, Debug)]
pub struct Cps2ter;

impl Cps2ter {
    /// By an identifier, one step at a time: `3F00` is where the class begins, any other one is that of a file in the
    /// current DF, of that DF itself, or of the one it is in.
    fn select(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if command.p1_p2() != 0 {
            return Err(StatusWord::WRONG_OFFSET.into());
        }
        let fid = command.data().try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
        let file = Self::find(Fid(u16::from_be_bytes(fid)), context).ok_or(NOT_FOUND)?;
        response.extend(&Self::describe(file, context).ok_or(NOT_FOUND)?);
        context.select(file);
        Ok(StatusWord::SUCCESS)
    }

    fn find(fid: Fid, context: &Context<'_>) -> Option<FileHandle> {
        let (home, df) = (context.home(), context.current_df());
        if fid == Fid::MF {
            return Some(home);
        }
        let up = || [Some(df), context.parent(df)].into_iter().flatten().filter(|_| df != home);
        context.child(df, fid).or_else(|| up().find(|&up| up != home && context.fid(up) == Some(fid)))
    }

    /// Tag and length, the size, the identifier, what it is, and eight bytes that say nothing.
    fn describe(file: FileHandle, context: &Context<'_>) -> Option<[u8; 15]> {
        let (size, kind) = match context.form(file)? {
            FileForm::Directory if file == context.home() => (0, 0x01),
            FileForm::Directory => (0, 0x02),
            FileForm::Transparent { size } => (size, 0x04),
            FileForm::Records { record_length, count, .. } => (usize::from(record_length) * usize::from(count), 0x04),
        };
        let fid = if kind == 0x01 { Fid::MF } else { context.fid(file)? };
        let ([size, less], [high, low]) = (u16::try_from(size).ok()?.to_be_bytes(), fid.0.to_be_bytes());
        Some([0x85, 0x0D, size, less, high, low, kind, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn read_binary(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if !command.data().is_empty() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let length = command.le().ok_or(StatusWord::WRONG_LENGTH)?.limit();
        let content = context.current_ef().and_then(|ef| context.content(ef)).ok_or(WRONG_FILE)?;
        let read = context.read(content, command.p1_p2().into(), length);
        response.extend(read.map_err(|status| match status {
            StatusWord::WRONG_OFFSET => WRONG_ADDRESS,
            StatusWord::CONDITIONS_NOT_SATISFIED => FILE_INVALIDATED,
            _ => NOT_PROVED,
        })?);
        Ok(StatusWord::SUCCESS)
    }

    /// The PIN comes as it is, or with `FF` behind it as on GSM cards.
    fn verify(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        if command.p1() != 0 {
            return Err(StatusWord::WRONG_OFFSET.into());
        }
        if command.p2() != PIN {
            return Err(NO_SUCH_PIN.into());
        }
        match context.verify_pin(PIN, without_padding(command.data())) {
            Ok(()) => Ok(StatusWord::SUCCESS),
            Err(Stop::PowerLost) => Err(Stop::PowerLost),
            Err(Stop::Refused(StatusWord::WRONG_LENGTH)) => Err(StatusWord::WRONG_LENGTH.into()),
            Err(Stop::Refused(StatusWord::REFERENCE_NOT_FOUND)) => Err(NO_SUCH_PIN.into()),
            Err(Stop::Refused(_)) if context.pin_tries_left(PIN)? == 0 => Err(BLOCKED.into()),
            Err(Stop::Refused(_)) => Err(NOT_PROVED.into()),
        }
    }

    fn get_response(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        commands::process(command, context, response).map_err(|stop| match stop {
            Stop::Refused(StatusWord::CONDITIONS_NOT_SATISFIED) => NO_DIAGNOSTIC.into(),
            stop => stop,
        })
    }
}

impl Applet for Cps2ter {
    /// Only `A0` is put to it, in which no bit names a channel or secure messaging.
    fn read_class(&self, _: u8) -> Option<Class> {
        Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None })
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        match command.ins() {
            Ins::SELECT => Self::select(command, context, response),
            Ins::READ_BINARY => Self::read_binary(command, context, response),
            Ins::VERIFY => Self::verify(command, context),
            Ins::GET_RESPONSE => Self::get_response(command, context, response),
            _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
        }
    }
}

/// A PIN without what fills it up to its eight bytes.
fn without_padding(given: &[u8]) -> &[u8] {
    let end = given.iter().rposition(|&byte| byte != 0xFF).map_or(0, |last| last + 1);
    if given.len() == PADDED { &given[..end] } else { given }
}
