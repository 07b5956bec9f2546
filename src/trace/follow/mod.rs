//! Follows a dialogue with a card whose layout is known: which file a command reads, and from which byte on.
//!
//! It looks from outside, as a terminal does, and trusts the status words of the trace. What it cannot follow it does
//! not explain; it never guesses.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use virtuale_engine::{
    StatusWord,
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::{Effect, Instruction, Parameters, Takes},
    tlv::{self, Forms},
};

use super::{
    file::{Action, Expected, Step, Trace},
    names::data_field,
    pattern::{Atom, Capture, Pattern},
};
use crate::profile::{
    families::OwnCommand,
    layout::Layout,
    map::{CardMap, Element, FileMap},
};

/// How many channels a card has.
const CHANNELS: usize = 4;

/// The file identifier of the MF, as paths write it.
const MF: &str = "3F00";

/// What a command reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Read {
    /// Index of the file in the map.
    pub(super) file: usize,
    /// The byte of the file that comes first.
    pub(super) offset: usize,
    /// The first byte that cannot come any more: where the file ends, or the record.
    pub(super) end: usize,
    /// Whether it comes in a data object `53`.
    pub(super) wrapped: bool,
}

/// A command as far as a trace tells it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) header: [u8; 4],
    /// What follows the header; none if the trace does not say it.
    pub(super) body: Option<&'a [u8]>,
}

/// An answer as far as a trace tells it.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) sw1: u8,
    /// The data; none if the trace does not say it.
    pub(super) data: Option<&'a [u8]>,
}

/// What is selected on a channel.
#[derive(Clone, Debug, Default)]
struct Selected {
    /// The path of the DF, such as `3F00/DF01`; none where it was lost.
    df: Option<String>,
    /// Index of the EF in the map.
    ef: Option<usize>,
    /// What GET RESPONSE goes on with.
    waiting: Option<Read>,
}

/// What is selected on the sides of a chip: by the class of each.
#[derive(Clone, Debug, Default)]
struct Sides {
    selected: BTreeMap<u8, Selected>,
    /// Whether what is selected on the others is not known; else it is what their classes begin with.
    are_lost: bool,
}

/// Follows one card.
#[derive(Debug)]
pub(super) struct Follower<'m> {
    layout: &'m Layout,
    map: &'m CardMap,
    at: Position,
}

/// How far a dialogue with a card has come, for who goes on with it later.
#[derive(Clone, Debug, Default)]
pub struct Position {
    channels: [Selected; CHANNELS],
    sides: Sides,
    /// The files to which records were added: there the numbers of the map may be those of other records.
    turned: BTreeSet<usize>,
}

/// What the step of this index reads, told from all steps before it.
pub(super) fn read_by(trace: &Trace, layout: &Layout, map: &CardMap, index: usize) -> Option<Read> {
    let slot = trace.steps.get(index)?.slot;
    let mut follower = Follower::new(layout, map);
    let mut last = None;
    for step in trace.steps.iter().take(index + 1).filter(|step| step.slot == slot) {
        last = follower.step(trace, step);
    }
    last
}

impl Read {
    /// How many bytes of an answer come before the bytes of the file.
    pub(super) fn header(self, data: &[u8]) -> usize {
        if !self.wrapped {
            return 0;
        }
        let length = tlv::read_length(data.get(1..).unwrap_or_default(), Forms::Any);
        1 + length.map_or(1, |length| length.bytes)
    }

    /// What waits once these bytes of it came.
    fn behind(self, data: &[u8]) -> Self {
        let header = if data.is_empty() { 0 } else { self.header(data) };
        let offset = self.offset + data.len().saturating_sub(header);
        Self { offset, wrapped: self.wrapped && data.is_empty(), ..self }
    }

    /// The element that a byte of the file belongs to: where it is, what it is, where that is known from.
    pub(super) fn element_at(self, map: &CardMap, byte: usize) -> Option<String> {
        let at = self.offset.checked_add(byte).filter(|&at| at < self.end)?;
        let file = map.files.get(self.file)?;
        let mut element = file.elements.iter().find(|element| element.range.contains(&at))?;
        let mut names = vec![element.name.as_str()];
        while let Some(child) = element.children.iter().find(|child| child.range.contains(&at)) {
            names.push(&child.name);
            element = child;
        }
        let Element { origin, source, .. } = element;
        let source = if source.is_empty() { String::new() } else { format!(": {source}") };
        Some(format!("byte {at} of {} ({}): {} ({origin}{source})", file.name, file.path, names.join(" > ")))
    }
}

impl<'a> Asked<'a> {
    pub(super) fn of(trace: &'a Trace, pattern: &Pattern) -> Option<Self> {
        if let Some(command) = trace.exact(pattern) {
            let (header, body) = command.split_first_chunk()?;
            return Some(Self { header: *header, body: Some(body) });
        }
        let Pattern::Holes(atoms) = pattern else { return None };
        match **atoms {
            [Atom::Byte(cla), Atom::Byte(ins), Atom::Byte(p1), Atom::Byte(p2), ..] => {
                Some(Self { header: [cla, ins, p1, p2], body: None })
            }
            _ => None,
        }
    }

    /// Whether an answer has no more data than a command without data of its own asks for. One with more is not the
    /// plain answer of the card, and nobody knows where in it the bytes of a file begin.
    fn allows(&self, answered: Answered<'_>) -> bool {
        let most = match self.body {
            Some(&[le]) => (usize::from(le).wrapping_sub(1) & 0xFF) + 1,
            Some(&[0, high, low]) => (usize::from(u16::from_be_bytes([high, low])).wrapping_sub(1) & 0xFFFF) + 1,
            _ => usize::MAX,
        };
        answered.data.is_none_or(|data| data.len() <= most)
    }
}

impl<'a> Answered<'a> {
    pub(super) fn of(trace: &'a Trace, pattern: &Pattern) -> Option<Self> {
        if let Some(response) = trace.exact(pattern) {
            let (data, [sw1, _]) = response.split_last_chunk()?;
            return Some(Self { sw1: *sw1, data: Some(data) });
        }
        let Pattern::Holes(atoms) = pattern else { return None };
        match **atoms {
            [ref data @ .., Atom::Byte(sw1), Atom::Byte(_) | Atom::Any]
            | [ref data @ .., Atom::Byte(sw1), Atom::Capture(Capture { length: 1, .. })] => {
                Some(Self { sw1, data: data.is_empty().then_some(&[]) })
            }
            _ => None,
        }
    }
}

impl<'m> Follower<'m> {
    pub(super) fn new(layout: &'m Layout, map: &'m CardMap) -> Self {
        let mut follower = Self::at(layout, map, Position::default());
        follower.reset();
        follower
    }

    /// One that goes on where another was.
    pub(super) fn at(layout: &'m Layout, map: &'m CardMap, at: Position) -> Self {
        Self { layout, map, at }
    }

    /// Where it is.
    pub(super) fn into_position(self) -> Position {
        self.at
    }

    /// The current file of the channel, or side, that a command of a class goes to: its index in the map.
    pub(super) fn current(&self, class: u8) -> Option<usize> {
        match self.at.sides.selected.get(&class) {
            Some(selected) => selected.ef,
            None => self.at.channels.get(usize::from(class))?.ef,
        }
    }

    pub(super) fn reset(&mut self) {
        self.at.channels = Default::default();
        self.at.channels[0].df = Some(MF.to_owned());
        self.at.sides = Sides::default();
    }

    /// What is selected is not known any more.
    pub(super) fn lose(&mut self) {
        self.at.channels = Default::default();
        self.at.sides = Sides { are_lost: true, ..Sides::default() };
    }

    /// What a step reads, if it reads a file.
    pub(super) fn step(&mut self, trace: &Trace, step: &Step) -> Option<Read> {
        let Action::Send(pattern) = &step.action else {
            self.reset();
            if let Action::Insert(Some(_)) | Action::InsertFrom(_) = step.action {
                self.at.turned.clear();
            }
            return None;
        };
        let answered = match &step.expected {
            Expected::Response(pattern, _) => Answered::of(trace, pattern),
            _ => None,
        };
        match (Asked::of(trace, pattern), answered) {
            (Some(asked), Some(answered)) => self.command(asked, answered),
            _ => {
                self.lose();
                None
            }
        }
    }

    /// What a command reads. What is selected is lost with a command that is not followed: of another class than the
    /// interindustry ones of four channels and those with an application of their own, or one that may select in a way
    /// that is not known.
    pub(super) fn command(&mut self, asked: Asked<'_>, answered: Answered<'_>) -> Option<Read> {
        let cla = asked.header[0];
        let waits = answered.sw1 == self.layout.habits_of(cla).waiting.0;
        let done = waits || StatusWord(u16::from_be_bytes([answered.sw1, 0])).is_processed();
        match self.layout.family().follow(self.map, asked.header) {
            Some(OwnCommand::Reads { file, offset }) if done => {
                let end = self.map.files.get(file)?.size;
                return Some(Read { file, offset, end, wrapped: false }).filter(|_| asked.allows(answered));
            }
            Some(own) if self.layout.has_side(cla) => return self.side(own, asked, answered, done.then_some(waits)),
            Some(_) => return None,
            None if self.layout.has_side(cla) => return None,
            None => {}
        }
        let channel = usize::from(cla);
        let Some(selected) = self.at.channels.get_mut(channel) else {
            self.lose();
            return None;
        };
        let mut selected = std::mem::take(selected);
        let instruction = INSTRUCTIONS.find(Ins(asked.header[1])).map(|row| row.instruction);
        let pending = selected.waiting.take();
        let read = match instruction {
            Some(Instruction { effect: Effect::Fetches, .. }) if done => pending,
            Some(instruction) if done => self.done(&mut selected, instruction, asked, answered),
            // A refusal may come before or after the card has made the file the current one.
            Some(Instruction { effect: Effect::Reads | Effect::Searches | Effect::Writes | Effect::Moves, .. }) => {
                selected.ef = None;
                None
            }
            None if done => {
                selected = Selected::default();
                None
            }
            Some(_) | None => None,
        };
        let read = read.filter(|_| asked.allows(answered));
        selected.waiting = read.filter(|_| waits).zip(answered.data).map(|(read, data)| read.behind(data));
        self.at.channels[channel] = selected;
        read
    }

    /// What a command of a class with a selection of its own reads. `waits` says whether more of its answer waits, if
    /// the card has carried it out.
    fn side(&mut self, own: OwnCommand, asked: Asked<'_>, answered: Answered<'_>, waits: Option<bool>) -> Option<Read> {
        let class = asked.header[0];
        let mut selected = self.at.sides.selected.remove(&class).unwrap_or_else(|| Selected {
            df: (!self.at.sides.are_lost).then(|| MF.to_owned()),
            ..Selected::default()
        });
        let pending = selected.waiting.take();
        let read = match own {
            OwnCommand::Selects if waits.is_some() => {
                self.step_to(&mut selected, class, asked.body.map(data_field).unwrap_or_default());
                None
            }
            OwnCommand::ReadsCurrent { offset } if waits.is_some() => selected.ef.and_then(|file| {
                let end = self.map.files.get(file)?.size;
                Some(Read { file, offset, end, wrapped: false })
            }),
            OwnCommand::Fetches if waits.is_some() => pending,
            _ => None,
        };
        let read = read.filter(|_| asked.allows(answered));
        selected.waiting =
            read.filter(|_| waits == Some(true)).zip(answered.data).map(|(read, data)| read.behind(data));
        self.at.sides.selected.insert(class, selected);
        read
    }

    /// Selects by an identifier on the side of a class, one step at a time.
    fn step_to(&self, selected: &mut Selected, class: u8, fid: &[u8]) {
        let step = hex::encode_upper(fid);
        let mut files = self.map.files.iter().filter(|file| file.class == Some(class));
        let here = selected.df.take().filter(|_| fid.len() == 2);
        selected.ef = None;
        if step == MF {
            selected.df = Some(MF.to_owned());
            return;
        }
        let Some(here) = here else { return };
        let below = format!("{here}/{step}");
        if files.clone().any(|file| file.path == below) {
            selected.ef = self.map.files.iter().position(|file| file.class == Some(class) && file.path == below);
            selected.df = Some(here);
        } else if files.any(|file| file.path.starts_with(&format!("{below}/"))) {
            selected.df = Some(below);
        } else {
            let above = here.rsplit_once('/').map(|(above, _)| above.to_owned());
            let around = [Some(here), above].into_iter().flatten();
            selected.df = around.filter(|df| df != MF).find(|df| df.ends_with(&format!("/{step}")));
        }
    }

    /// What a command does that the card has carried out, and what it reads.
    fn done(
        &mut self,
        selected: &mut Selected,
        instruction: Instruction,
        asked: Asked<'_>,
        answered: Answered<'_>,
    ) -> Option<Read> {
        let [channel, _, p1, p2] = asked.header;
        match (instruction.effect, asked.body) {
            (Effect::Stays | Effect::Fetches, _) => None,
            (Effect::Selects, Some(body)) => {
                self.select(selected, p1, data_field(body));
                None
            }
            (Effect::Reads, body) => {
                self.read(selected, instruction, [p1, p2], body.map(data_field).unwrap_or_default())
            }
            (Effect::Searches | Effect::Writes, _) => {
                self.address(selected, instruction, [p1, p2]);
                if instruction.adds_record(p2) {
                    self.at.turned.extend(selected.ef);
                }
                None
            }
            (Effect::Channels, _) => {
                self.manage_channel(selected.df.as_deref().filter(|_| channel != 0), [p1, p2], answered.data);
                if p1 != 0 && (p2 == 0 || p2 == channel) {
                    *selected = Selected::default();
                }
                None
            }
            (Effect::Selects, None) | (Effect::Moves, _) => {
                *selected = Selected::default();
                None
            }
        }
    }

    /// A channel that the basic one opens has the MF, else the DF of the one that opens it.
    fn manage_channel(&mut self, opener: Option<&str>, [p1, p2]: [u8; 2], data: Option<&[u8]>) {
        let number = match (p1, p2, data) {
            (0, 0, Some(&[number])) => number,
            _ => p2,
        };
        let df = (p1 == 0).then(|| opener.unwrap_or(MF).to_owned());
        if number != 0
            && let Some(channel) = self.at.channels.get_mut(usize::from(number))
        {
            *channel = Selected { df, ..Selected::default() };
        }
    }

    fn select(&self, selected: &mut Selected, p1: u8, data: &[u8]) {
        let here = selected.df.as_deref();
        let path = match p1 {
            0x04 => return self.select_name(selected, data),
            0x00 if data.is_empty() || data == [0x3F, 0x00] => Some(MF.to_owned()),
            // A path that begins with the MF begins there.
            0x08 | 0x09 if data.starts_with(&[0x3F, 0x00]) => Some(join(MF, data.get(2..).unwrap_or_default())),
            0x00..=0x02 | 0x09 => here.map(|here| join(here, data)),
            0x03 => here.map(|here| here.rsplit_once('/').map_or(MF, |(parent, _)| parent).to_owned()),
            0x08 => Some(join(MF, data)),
            _ => None,
        };
        let file = self.map.files.iter().position(|file| file.class.is_none() && Some(&file.path) == path.as_ref());
        selected.ef = file;
        selected.df = match file {
            Some(file) => self.map.files.get(file).map(|file| folder(file).to_owned()),
            None => path.filter(|path| self.is_df(path)),
        };
    }

    /// Whether a path is the MF or a DF that has files.
    fn is_df(&self, path: &str) -> bool {
        path == MF || self.map.files.iter().any(|file| file.class.is_none() && folder(file) == path)
    }

    fn select_name(&self, selected: &mut Selected, name: &[u8]) {
        let named = |file: &&FileMap| file.aids.iter().any(|aid| aid.as_bytes().starts_with(name));
        selected.df = self.map.files.iter().find(named).map(|file| folder(file).to_owned());
        selected.ef = None;
    }

    /// The file and offset that P1-P2 of a command on bytes or records mean. The file is the current one then.
    fn address(&self, selected: &mut Selected, instruction: Instruction, [p1, p2]: [u8; 2]) -> usize {
        let p1_p2 = u16::from_be_bytes([p1, p2]);
        let (sfi, offset) = match instruction.parameters {
            Parameters::Record | Parameters::RecordFile => (p2 >> 3, 0),
            Parameters::Offset if p1 & 0x80 != 0 => (p1 & 0x1F, usize::from(p2)),
            Parameters::Offset => (0, usize::from(p1_p2)),
            Parameters::File if p1 != 0 => {
                selected.ef = self.find(selected, |file| file.fid.0 == p1_p2);
                (0, 0)
            }
            Parameters::File => (p2, 0),
            Parameters::Zero | Parameters::Selection | Parameters::Tag | Parameters::Own => (0, 0),
        };
        if sfi != 0 {
            selected.ef = self.find(selected, |file| file.sfi == Some(sfi));
        }
        offset
    }

    /// READ BINARY and READ RECORD by number. With an odd instruction the place is in the data: `54 L OFFSET`.
    fn read(&self, selected: &mut Selected, instruction: Instruction, [p1, p2]: [u8; 2], data: &[u8]) -> Option<Read> {
        let offset = self.address(selected, instruction, [p1, p2]);
        let file = selected.ef?;
        let map = self.map.files.get(file)?;
        match instruction.parameters {
            Parameters::Offset => Some(Read { file, offset, end: map.size, wrapped: false }),
            Parameters::File => {
                let offset = offset_object(data)?;
                Some(Read { file, offset, end: map.size, wrapped: true })
            }
            Parameters::Record
                if instruction.takes == Takes::Le && p2 & 0x07 == 4 && !self.at.turned.contains(&file) =>
            {
                let record = map.records.get(usize::from(p1).checked_sub(1)?)?;
                Some(Read { file, offset: record.start, end: record.end, wrapped: false })
            }
            _ => None,
        }
    }

    /// The file with which a read goes on that leaves another one behind, as a word memory's does.
    pub(super) fn file_behind(&self, file: usize) -> Option<usize> {
        self.layout.family().file_behind(self.map, file)
    }

    fn find(&self, selected: &Selected, is_meant: impl Fn(&FileMap) -> bool) -> Option<usize> {
        let df = selected.df.as_deref()?;
        self.map.files.iter().position(|file| file.class.is_none() && folder(file) == df && is_meant(file))
    }
}

/// The offset in the data of READ BINARY with an odd instruction: `54 L OFFSET`, of up to four bytes.
pub(super) fn offset_object(data: &[u8]) -> Option<usize> {
    let &[0x54, length, ref offset @ ..] = data else { return None };
    let offset = Some(offset).filter(|offset| offset.len() == usize::from(length) && offset.len() <= 4)?;
    Some(offset.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
}

/// The path of the DF that a file is in.
fn folder(file: &FileMap) -> &str {
    file.path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path with the identifiers of a data field added.
fn join(path: &str, fids: &[u8]) -> String {
    fids.chunks(2).fold(path.to_owned(), |path, fid| format!("{path}/{}", hex::encode_upper(fid)))
}
