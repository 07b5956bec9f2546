//! What becomes of a command or an answer.

use virtuale_engine::{
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::{Effect, Takes},
};

use super::{
    super::{
        file::{Action, Step, Trace},
        finding::Cell,
        follow::{Asked, Read},
        pattern::{Atom, Pattern},
    },
    image::{Fate, Treated},
    notation,
};

/// Which command a slot is answering.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    /// Class and instruction of the last command that was not GET RESPONSE.
    last: Option<[u8; 2]>,
}

impl Turn {
    /// The instruction that a step's answer belongs to: that of its command or, for GET RESPONSE, of the one before.
    /// None where that is not known: after a reset, or if the one before was of another channel.
    pub(super) fn step(&mut self, trace: &Trace, step: &Step) -> Option<u8> {
        let asked = match &step.action {
            Action::Send(command) => Asked::of(trace, command),
            _ => None,
        };
        let Some([class, ins, ..]) = asked.map(|asked| asked.header) else {
            self.last = None;
            return None;
        };
        if ins != Ins::GET_RESPONSE.0 {
            self.last = Some([class, ins]);
        }
        self.last.filter(|&[last, _]| last == class).map(|[_, ins]| ins)
    }
}

/// Header of a command.
const HEADER: usize = 4;

/// A command: its header stays, and what follows if it says nothing of a person; all else becomes wildcards.
pub(super) fn command_cells(trace: &Trace, pattern: &Pattern) -> String {
    let Some(command) = trace.exact(pattern) else { return holes(pattern, HEADER, 0) };
    let Some((header, body)) = command.split_first_chunk::<HEADER>() else {
        return notation(&vec![Cell::Any; command.len()]);
    };
    let instruction = INSTRUCTIONS.find(Ins(header[1])).map(|row| row.instruction).filter(|_| header[0] < 0x80);
    let names_only = instruction.is_some_and(|instruction| match instruction.effect {
        Effect::Selects => true,
        Effect::Reads => instruction.takes == Takes::Data,
        _ => false,
    });
    let cells: Vec<Cell> = header
        .iter()
        .map(|&byte| Cell::Byte(byte))
        .chain(match names_only {
            true => body.iter().map(|&byte| Cell::Byte(byte)).collect(),
            false => without_data(body),
        })
        .collect();
    notation(&cells)
}

/// What follows a header, with its lengths and without its data.
fn without_data(body: &[u8]) -> Vec<Cell> {
    let data = match *body {
        [] | [_] | [0, _, _] => 0..0,
        [0, high, low, ..] => 3..3 + usize::from(u16::from_be_bytes([high, low])),
        [length, ..] => 1..1 + usize::from(length),
    };
    let is_whole = data.end <= body.len() && body.len() - data.end <= 3;
    let stays = |at: &usize| is_whole && !data.contains(at);
    body.iter().enumerate().map(|(at, &byte)| if stays(&at) { Cell::Byte(byte) } else { Cell::Any }).collect()
}

/// An answer: its status word stays. Of its data stays what a read may keep or, in an answer to SELECT and MANAGE
/// CHANNEL, what the stand-in says as well. `ins` is the instruction that is answered, at once or through GET RESPONSE.
pub(super) fn response_cells(
    trace: &Trace,
    pattern: &Pattern,
    ins: Option<u8>,
    read: Option<(&Treated, Read)>,
    own: &[u8],
) -> String {
    let Some(response) = trace.exact(pattern) else { return holes(pattern, 0, 2) };
    let Some((data, status)) = response.split_last_chunk::<2>() else {
        return notation(&vec![Cell::Any; response.len()]);
    };
    let mut cells: Vec<Cell> = match (read, ins) {
        (Some((treated, read)), _) => read_cells(data, treated, read),
        (None, Some(ins)) if own.len() == response.len() && says_no_content(ins) => same_cells(data, own),
        _ => vec![Cell::Any; data.len()],
    };
    cells.extend(status.iter().map(|&byte| Cell::Byte(byte)));
    notation(&cells)
}

/// Whether an answer to an instruction says something of files or channels, and nothing that stands in a file.
fn says_no_content(ins: u8) -> bool {
    let effect = INSTRUCTIONS.find(Ins(ins)).map(|row| row.instruction.effect);
    matches!(effect, Some(Effect::Selects | Effect::Channels))
}

fn read_cells(data: &[u8], treated: &Treated, read: Read) -> Vec<Cell> {
    let header = read.header(data).min(data.len());
    let (object, bytes) = data.split_at(header);
    let kept = object.iter().map(|&byte| Cell::Byte(byte));
    let fates = (0..bytes.len()).map(|at| match treated.fate(read.offset + at) {
        Fate::Byte(byte) => Cell::Byte(byte),
        Fate::Wild => Cell::Any,
    });
    kept.chain(fates).collect()
}

/// Bytes that another source says as well.
fn same_cells(bytes: &[u8], own: &[u8]) -> Vec<Cell> {
    let same = |(byte, own): (&u8, &u8)| if byte == own { Cell::Byte(*byte) } else { Cell::Any };
    bytes.iter().zip(own).map(same).collect()
}

/// An answer to reset: what the stand-in's has as well.
pub(super) fn atr_cells(trace: &Trace, pattern: &Pattern, own: &[u8]) -> Vec<Cell> {
    match trace.exact(pattern) {
        Some(atr) if atr.len() == own.len() => same_cells(atr, own),
        Some(atr) => vec![Cell::Any; atr.len()],
        None => vec![Cell::Run],
    }
}

/// A pattern that has holes already: bytes stay at its `head` and its `tail` only, names become numbers.
fn holes(pattern: &Pattern, head: usize, tail: usize) -> String {
    let Pattern::Holes(atoms) = pattern else { return String::new() };
    let run = atoms.iter().position(|&atom| atom == Atom::Run).unwrap_or(atoms.len());
    let stays = |at: usize| (at < head && at < run) || at + tail >= atoms.len();
    let words: Vec<String> = atoms
        .iter()
        .enumerate()
        .map(|(at, atom)| match *atom {
            Atom::Byte(byte) if stays(at) => format!("{byte:02X}"),
            Atom::Byte(_) | Atom::Any => "..".to_owned(),
            Atom::Run => "**".to_owned(),
            Atom::Capture(capture) => format!("{{name-{}:{}}}", capture.name + 1, capture.length),
            Atom::Use(used) => format!("{{name-{}}}", used.name + 1),
        })
        .collect();
    words.join(" ")
}
