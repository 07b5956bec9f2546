//! What a line that sends bytes sends: a command, or data of the one before.
//!
//! A log that shows T=0 as it goes over the wire has the header first, then the card's procedure byte, then the data
//! [ISO-7816-3 10.3.3]. What follows such a header is no command, whatever it looks like. Neither is a line whose
//! lengths do not fit: the rest may be in the next.

use std::collections::BTreeSet;

use virtuale_engine::{
    Protocol,
    apdu::Apdu,
    class::Class,
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::{Effect, Instruction},
};

use super::{
    super::{
        file::{Action, Expected, Step, Trace},
        parse::LONGEST_COMMAND,
        pattern::{Atom, Capture, Pattern},
    },
    codes::{Codes, Presented},
};
use crate::profile::layout::Layout;

/// The length of the header of a command.
pub(super) const HEADER: usize = 4;

/// The length of a status word.
const STATUS: usize = 2;

/// What a step sends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Turn {
    /// Whether it is a whole command: one that may be followed and shown.
    pub(super) is_command: bool,
    /// What its answer answers: its own instruction or, for GET RESPONSE, that of the command before. None where that
    /// is not known.
    pub(super) answers: Option<Effect>,
}

/// Goes through the steps of a slot.
pub(super) struct Turns<'l> {
    layout: &'l Layout,
    /// The class of the last command that was not GET RESPONSE, and what it does.
    last: Option<(u8, Option<Effect>)>,
    /// What was sent of a command that is not at its end.
    open: Option<Vec<u8>>,
    /// What commands presented that should stay secret.
    codes: Codes,
}

/// What came back, as far as it tells whether the command is at its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Came {
    /// A status word, which ends it.
    Status,
    /// Less: a procedure byte.
    Less,
    /// Nothing that the trace tells.
    Nothing,
}

impl<'l> Turns<'l> {
    /// Begins before the first step. The layout says which classes there are.
    pub(super) fn new(layout: &'l Layout) -> Self {
        Self { layout, last: None, open: None, codes: Codes::new(layout.family()) }
    }

    /// Ends: what commands presented that should stay secret.
    pub(super) fn into_presented(mut self) -> BTreeSet<Presented> {
        self.close();
        self.codes.into_presented()
    }

    /// What the next step of the slot sends; nothing if it is no command.
    pub(super) fn step(&mut self, trace: &Trace, step: &Step) -> Turn {
        let Action::Send(pattern) = &step.action else {
            self.close();
            self.last = None;
            return Turn::default();
        };
        let came = Came::of(&step.expected);
        let bytes = trace.exact(pattern);
        let goes_on = self.open.is_some();
        // Of a command with holes it is known only how it begins.
        let opening = opening(trace, pattern).filter(|_| !goes_on && bytes.is_none_or(is_whole));
        self.send(bytes.unwrap_or_default());
        let Some([class, ins]) = opening else {
            self.last = None;
            if came == Came::Status {
                self.close();
            }
            return Turn::default();
        };
        let instruction = instruction(self.layout, class, Ins(ins));
        let is_open = match came {
            Came::Status => false,
            Came::Less => true,
            Came::Nothing => bytes.is_some_and(|command| awaits_data(command, instruction)),
        };
        if !is_open {
            self.close();
        }
        let effect = instruction.map(|instruction| instruction.effect);
        if effect != Some(Effect::Fetches) {
            self.last = Some((class, effect));
        }
        let answers = self.last.filter(|&(last, _)| last == class).and_then(|(_, effect)| effect);
        Turn { is_command: true, answers }
    }

    /// Goes on with a command, or begins one. What is longer than any command is data in any case.
    fn send(&mut self, bytes: &[u8]) {
        let open = self.open.get_or_insert_default();
        let room = LONGEST_COMMAND.saturating_sub(open.len());
        open.extend(bytes.iter().take(room));
    }

    /// Ends a command.
    fn close(&mut self) {
        if let Some(command) = self.open.take() {
            self.codes.command(&command);
        }
    }
}

impl Came {
    fn of(expected: &Expected) -> Self {
        let Expected::Response(pattern, _) = expected else { return Self::Nothing };
        let is_short = match pattern {
            Pattern::Exact(slice) => slice.range().len() < STATUS,
            Pattern::Holes(atoms) => match **atoms {
                [Atom::Byte(_) | Atom::Any | Atom::Capture(Capture { length: 1, .. })] => true,
                [Atom::Use(used)] => used.length < STATUS,
                _ => false,
            },
        };
        if is_short { Self::Less } else { Self::Status }
    }
}

/// What the table says of an instruction that ISO 7816 defines in this class, or in one with an application of its own.
pub(super) fn instruction(layout: &Layout, class: u8, ins: Ins) -> Option<Instruction> {
    let row = INSTRUCTIONS.find(ins).filter(|_| Class::interindustry(class).is_some() || layout.has_side(class));
    row.map(|row| row.instruction)
}

/// Class and instruction of what has a header.
pub(super) fn opening(trace: &Trace, pattern: &Pattern) -> Option<[u8; 2]> {
    if let Some(command) = trace.exact(pattern) {
        return command.first_chunk::<HEADER>().map(|&[class, ins, ..]| [class, ins]);
    }
    let Pattern::Holes(atoms) = pattern else { return None };
    let has_header = atoms.contains(&Atom::Run) || atoms.iter().map(|atom| atom.length()).sum::<usize>() >= HEADER;
    match **atoms {
        [Atom::Byte(class), Atom::Byte(ins), ..] if has_header => Some([class, ins]),
        _ => None,
    }
}

/// Whether the lengths of a command fit, with one of the protocols.
fn is_whole(command: &[u8]) -> bool {
    [Protocol::T1, Protocol::T0].iter().any(|&protocol| Apdu::parse(command, protocol).is_ok())
}

/// Whether a command that was not answered may be a header on T=0 whose data come next. Of an instruction that nobody
/// knows, they may.
fn awaits_data(command: &[u8], instruction: Option<Instruction>) -> bool {
    let &[_, _, p1, p2, p3] = command else { return false };
    p3 != 0 && instruction.is_none_or(|instruction| instruction.sends_on_t0(p1, p2))
}
