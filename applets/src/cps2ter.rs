//! The side of a CPS3 that is as the generation before it was: commands of class `A0` as GSM cards have them (3GPP TS
//! 51.011), with the status words that the agency's library knows [DOPS-CRYPTOLIB CPS2ter].
//!
//! It finds files, reads them, and takes the holder's PIN, which is that of the rest of the chip. It writes nothing
//! but what the PIN counts. Which words a real card gives for which mistake is public only as far as their meanings
//! are; the rest follows GSM cards, and is inferred.

use alloc::{
    format,
    string::{String, ToString},
};

use virtuale_engine::{
    Fid, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome, Stop},
    chip::{Context, FileForm, FileHandle},
    class::{Class, SecureMessaging},
    commands,
    image::Waiting,
    ins::Ins,
    instruction::Instruction,
};

/// What layouts call this applet.
pub const NAME: &str = "cps2ter";

/// The class of its commands on a CPS3.
pub const CLASS: u8 = 0xA0;

/// Memory that does not take what was written.
const MEMORY_PROBLEM: StatusWord = StatusWord(0x9240);
const WRONG_ADDRESS: StatusWord = StatusWord(0x9402);
const NOT_FOUND: StatusWord = StatusWord(0x9404);
const WRONG_FILE: StatusWord = StatusWord(0x9408);
const NO_SUCH_PIN: StatusWord = StatusWord(0x9802);
const NOT_PROVED: StatusWord = StatusWord(0x9804);
const FILE_INVALIDATED: StatusWord = StatusWord(0x9810);
const BLOCKED: StatusWord = StatusWord(0x9840);

/// What its own status words say [DOPS-CRYPTOLIB CPS2ter].
const MEANINGS: [(StatusWord, &str); 9] = [
    (MEMORY_PROBLEM, "memory failure"),
    (WRONG_ADDRESS, "address outside the file"),
    (NOT_FOUND, "file not found"),
    (WRONG_FILE, "command incompatible with the file, or no file selected"),
    (NO_SUCH_PIN, "PIN not there"),
    (NOT_PROVED, "wrong PIN, or PIN not proved"),
    (StatusWord(0x9808), "PIN invalidated"),
    (FILE_INVALIDATED, "file invalidated"),
    (BLOCKED, "PIN blocked"),
];

/// The holder's PIN, the only one that this side knows.
const PIN: u8 = 0x01;

/// The instructions of this side.
const OWN: [Ins; 4] = [Ins::SELECT, Ins::READ_BINARY, Ins::VERIFY, Ins::GET_RESPONSE];

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
        // The home answers to 3F00 alone, and what it is in is of the other side.
        let above = if df == home { None } else { context.parent(df) };
        let mut around = [Some(df), above].into_iter().flatten().filter(|&around| around != home);
        context.child(df, fid).or_else(|| around.find(|&around| context.fid(around) == Some(fid)))
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
            Err(Stop::Refused(StatusWord::MEMORY_FAILURE)) => Err(MEMORY_PROBLEM.into()),
            Err(Stop::Refused(_)) if context.pin_tries_left(PIN)? == 0 => Err(BLOCKED.into()),
            Err(Stop::Refused(_)) => Err(NOT_PROVED.into()),
        }
    }

    /// Nothing waits, or less than is asked for: this side has no words of its own for it.
    fn get_response(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        commands::process(command, context, response).map_err(|stop| match stop {
            Stop::Refused(StatusWord::CONDITIONS_NOT_SATISFIED) => StatusWord::NO_DIAGNOSIS.into(),
            Stop::Refused(status) if status.right_le().is_some() => StatusWord::WRONG_LENGTH.into(),
            stop => stop,
        })
    }
}

impl Applet for Cps2ter {
    /// In `A0` no bit names a channel or secure messaging. Other classes come where it is the applet of a DF that they
    /// selected: they have the commands on files of any DF.
    fn read_class(&self, cla: u8) -> Option<Class> {
        match cla {
            CLASS => Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None }),
            _ => Class::interindustry(cla),
        }
    }

    fn instruction(&self, cla: u8, ins: Ins) -> Option<&'static Instruction> {
        match cla {
            CLASS => commands::instruction_with_keys(ins).filter(|_| OWN.contains(&ins)),
            _ => commands::instruction(ins),
        }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if command.cla() != CLASS {
            return commands::process(command, context, response);
        }
        match command.ins() {
            Ins::SELECT => Self::select(command, context, response),
            Ins::READ_BINARY => Self::read_binary(command, context, response),
            Ins::VERIFY => Self::verify(command, context),
            Ins::GET_RESPONSE => Self::get_response(command, context, response),
            _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
        }
    }
}

/// What a command is called, in a few words: `SELECT 7F01`. `None` for what is no command of this side.
#[must_use]
pub fn command_name(command: &[u8]) -> Option<String> {
    let &[CLASS, ins, p1, p2, ref body @ ..] = command else { return None };
    let ins = Ins(ins);
    Some(match (ins, body) {
        (Ins::SELECT, &[_, high, low]) => format!("{ins} {:04X}", u16::from_be_bytes([high, low])),
        (Ins::READ_BINARY, _) => format!("{ins} at {}", u16::from_be_bytes([p1, p2])),
        (Ins::SELECT | Ins::VERIFY | Ins::GET_RESPONSE, _) => ins.to_string(),
        _ => return None,
    })
}

/// What a status word says that this side has of its own: `9404`, that a file was not found. `None` for those of
/// ISO 7816-4.
#[must_use]
pub fn status_meaning(status: StatusWord) -> Option<String> {
    if let Some(waiting) = Waiting::GSM.announced(status) {
        return Some(match waiting {
            0 => "256 bytes wait".into(),
            1 => "1 byte waits".into(),
            waiting => format!("{waiting} bytes wait"),
        });
    }
    let (_, words) = MEANINGS.iter().find(|(known, _)| *known == status)?;
    Some((*words).to_string())
}

/// A PIN without what fills it up to its eight bytes.
fn without_padding(given: &[u8]) -> &[u8] {
    let end = given.iter().rposition(|&byte| byte != 0xFF).map_or(0, |last| last + 1);
    if given.len() == PADDED { &given[..end] } else { given }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use virtuale_engine::StatusWord;

    use super::{command_name, status_meaning};

    #[test]
    fn status_words_say_what_they_mean_on_this_side() {
        let meaning = |status| status_meaning(StatusWord(status));
        assert_eq!(meaning(0x9F0F).as_deref(), Some("15 bytes wait"));
        assert_eq!(meaning(0x9F00).as_deref(), Some("256 bytes wait"));
        assert_eq!(meaning(0x9F01).as_deref(), Some("1 byte waits"));
        assert_eq!(meaning(0x9404).as_deref(), Some("file not found"));
        for own in [0x9240, 0x9402, 0x9408, 0x9802, 0x9804, 0x9808, 0x9810, 0x9840] {
            assert!(meaning(own).is_some(), "{own:04X}");
        }
        for standard in [0x9000, 0x610F, 0x6700, 0x6B00, 0x6D00] {
            assert_eq!(meaning(standard), None, "{standard:04X}");
        }
    }

    #[test]
    fn commands_are_called_what_they_do() {
        let names: [(&[u8], Option<&str>); 7] = [
            (&hex!("A0 A4 00 00 02 7F01"), Some("SELECT 7F01")),
            (&hex!("A0 A4 00 00"), Some("SELECT")),
            (&hex!("A0 B0 01 02 10"), Some("READ BINARY at 258")),
            (&hex!("A0 20 00 01 04 31323334"), Some("VERIFY")),
            (&hex!("A0 88 00 00 00"), None),
            (&hex!("00 A4 00 00 02 7F01"), None),
            (&hex!("A0"), None),
        ];
        for (command, name) in names {
            assert_eq!(command_name(command).as_deref(), name, "{command:02X?}");
        }
    }
}
