//! The billing situation, which a card keeps on its side of class `A0`: files are selected step by step, as on GSM
//! cards [DOPS-CRYPTOLIB CPS2ter].

use virtuale_engine::{Fid, StatusWord, ins::Ins};

use crate::terminal::{
    exchange::{Command, ExchangeError, Reply},
    files::{ClosedFile, Content, FileWalk, Lock, Pointer},
    remark::Remark,
};

/// The class of the side.
pub(super) const CLASS: u8 = 0xA0;

/// The name of the file in layouts.
const NAME: &str = "SIT_FACT";

/// Where it is: the way from the side's own root.
const WAY: [Fid; 3] = [Fid::MF, Fid(0x7F01), FILE];
const FILE: Fid = Fid(0x4000);

/// What the side says of a file that is not there, and of one that the holder's code opens.
const NOT_FOUND: StatusWord = StatusWord(0x9404);
const NOT_PROVED: StatusWord = StatusWord(0x9804);

/// The tag of what SELECT tells of a file, and where the file's length stands in it.
const DESCRIPTION: u8 = 0x85;

/// The step of READ BINARY: as the agency's library reads.
const STEP: u16 = 0xE7;

/// Reads the file if it is there, and keeps what it says or why it does not.
pub(super) fn read(walk: &mut FileWalk<'_>) -> Result<(), ExchangeError> {
    let pointer = Pointer { name: NAME.into(), application: None, fid: FILE };
    match content(walk)? {
        Ok(content) => walk.keep(pointer, Content::Bytes(content)),
        Err(NOT_FOUND) => {}
        Err(status) => {
            let lock = if status == NOT_PROVED { Lock::HolderCode } else { Lock::Unknown };
            if lock == Lock::Unknown {
                walk.found.failures.push(Remark::file_refused(NAME, status));
            }
            walk.found.closed.push(ClosedFile { pointer, status, lock, condition: None });
        }
    }
    Ok(())
}

fn content(walk: &mut FileWalk<'_>) -> Result<Result<Vec<u8>, StatusWord>, ExchangeError> {
    let mut length = 0;
    for fid in WAY {
        let header = [CLASS, Ins::SELECT.0, 0x00, 0x00];
        let select = Command::new(&format!("SELECT {fid}"), header, &fid.0.to_be_bytes(), Some(256));
        let selected = send(walk, &select)?;
        if !selected.status.is_processed() {
            return Ok(Err(selected.status));
        }
        length = match *selected.data {
            [DESCRIPTION, _, high, low, ..] => u16::from_be_bytes([high, low]),
            _ if fid == FILE => {
                walk.found.failures.push(Remark::AnswerNotWhole { command: select.name().to_owned() });
                0
            }
            _ => 0,
        };
    }
    let mut content = Vec::new();
    for offset in (0..length).step_by(usize::from(STEP)) {
        let [high, low] = offset.to_be_bytes();
        let step = usize::from((length - offset).min(STEP));
        let name = if offset == 0 { format!("READ BINARY {NAME}") } else { format!("READ BINARY {NAME}+{offset}") };
        let part = send(walk, &Command::new(&name, [CLASS, Ins::READ_BINARY.0, high, low], &[], Some(step)))?;
        if !part.status.is_processed() {
            return Ok(Err(part.status));
        }
        content.extend_from_slice(part.data.get(..step).unwrap_or(&part.data));
    }
    let (length, size) = (content.len(), usize::from(length));
    if length != size {
        walk.found.failures.push(Remark::FileNotWhole { file: NAME.into(), length, size });
    }
    Ok(Ok(content))
}

fn send(walk: &mut FileWalk<'_>, command: &Command) -> Result<Reply, ExchangeError> {
    let waiting = walk.layout.habits_of(CLASS).waiting;
    walk.dialogue.send_to(command, waiting)
}
