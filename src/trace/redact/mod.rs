//! Takes the person out of a trace: what is left says how software and card talk, and nothing of whom they talk about.
//!
//! It denies by default. A byte of a file stays if the layout explains it and does not mark it personal; a personal one
//! becomes that of an invented card, with the length kept. A byte of any other answer stays if the invented card
//! answers the same byte at the same place. Everything else becomes a wildcard: PINs, cryptograms, certificates, bytes
//! that nobody can explain. Comments, names of slots, captures and card files go as well. Status words and headers of
//! commands stay.
//!
//! At the end `check` looks for the original values in what was written, in every coding, and nothing is given out if
//! one is still there.

mod check;
#[cfg(test)]
mod code_tests;
mod codes;
mod image;
#[cfg(test)]
mod line_tests;
mod lines;
#[cfg(test)]
mod long_tests;
#[cfg(test)]
mod person_tests;
mod search;
#[cfg(test)]
mod side_tests;
#[cfg(test)]
mod tests;
mod turn;
mod walk;
mod ways;

use virtuale_engine::{Card, Interface, Response};

use self::{
    check::{Invented, Needles},
    image::{Files, Images},
    lines::{atr_cells, command_cells, response_cells},
    walk::{Seen, Walk},
};
use super::{
    file::{Action, Expected, Trace},
    finding::Cell,
    write::{Line, Writer},
};
use crate::{
    layer::fault::{Effect, Fault},
    profile::{Profile, Provision, VirtualCard},
};

/// An invented card that stands in for the one of a slot.
#[derive(Clone, Copy, Debug)]
pub struct StandIn<'a> {
    /// What is on it.
    pub profile: &'a Profile,
    /// Its path, as the redacted trace names it.
    pub path: &'a str,
}

/// A trace without the person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redacted {
    /// Its text.
    pub text: String,
    /// Personal elements whose value is the same on the invented card, so that it is still there.
    pub same: Vec<String>,
}

/// Why no redacted trace is given out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RedactError {
    /// There is no stand-in for a slot.
    #[error("the trace has {slots} slots and needs an invented card for each, but got {given}")]
    TooFewCards {
        /// Slots of the trace.
        slots: usize,
        /// Cards given.
        given: usize,
    },
    /// A card moved from one slot to another: which stand-in is its own from then on, nobody says.
    #[error("line {line}: a card moved here from one slot of the trace to another, which redaction does not follow")]
    Moved {
        /// The line of the trace that says so, from 1.
        line: usize,
    },
    /// Original values are still there.
    #[error("values of the original card would still be in the trace: {}", .0.join(", "))]
    Survivors(Vec<String>),
}

/// Takes the person out of a trace. `stand_ins` has an invented card for each slot, made with the layout that explains
/// the original one.
///
/// It goes through the trace twice, step by step: the first time it learns what the files of the original cards hold,
/// the second time it writes. Beside the trace and the new text it keeps those files and the values in them only.
///
/// # Errors
///
/// [`RedactError`] if a slot has no stand-in, if a card moved from one slot to another, or if an original value is
/// still there.
pub fn redact(trace: &Trace, stand_ins: &[StandIn<'_>]) -> Result<Redacted, RedactError> {
    let (slots, given) = (trace.slots.len(), stand_ins.len());
    let Some(stand_ins) = stand_ins.get(..slots) else { return Err(RedactError::TooFewCards { slots, given }) };
    if let Some(moved) = trace.steps.iter().find(|step| matches!(step.action, Action::InsertFrom(_))) {
        let before = trace.source.text.get(..moved.span.start).unwrap_or_default();
        return Err(RedactError::Moved { line: before.lines().count() + usize::from(before.ends_with('\n')) });
    }
    let mut needles = Needles::default();
    stand_ins.iter().for_each(|stand_in| needles.know_card(stand_in.profile));
    let files = learn(trace, stand_ins, &mut needles);
    // Memory takes whatever is written to it, and lines are text.
    let written = write(trace, stand_ins, &files).ok();
    let written = written.and_then(|(text, invented)| Some((String::from_utf8(text).ok()?, invented)));
    let (text, invented) = written.unwrap_or_default();
    let survivors = needles.survivors(&text, &files, &invented);
    if survivors.is_empty() {
        Ok(Redacted { text, same: needles.same() })
    } else {
        Err(RedactError::Survivors(survivors))
    }
}

/// No offset of READ BINARY is higher [ISO-7816-4 11.2.3].
const LONGEST_READ: usize = 0x8000;

/// Learns what the files of each slot held, and what must not be found again.
fn learn(trace: &Trace, stand_ins: &[StandIn<'_>], needles: &mut Needles) -> Vec<Files> {
    let mut walks: Vec<(Walk<'_>, Images<'_>)> =
        stand_ins.iter().map(|StandIn { profile, .. }| (Walk::new(profile), Images::new(profile))).collect();
    for step in &trace.steps {
        let Some((walk, images)) = walks.get_mut(step.slot) else { continue };
        let (_, seen) = walk.step(trace, step);
        images.card_is(walk.card, needles);
        if let Some(seen) = seen {
            note(&seen, walk, images, needles);
        }
    }
    let end = |(walk, images): (Walk<'_>, Images<'_>)| {
        walk.turns.into_presented().into_iter().for_each(|presented| needles.add_secret(presented));
        images.into_files(needles)
    };
    walks.into_iter().map(end).collect()
}

/// Notes what a read brought. Where a read of a word memory goes on behind the end of its zone, the rest goes into the
/// images of the next ones; in that answer it is not explained.
fn note(seen: &Seen<'_>, walk: &Walk<'_>, images: &mut Images<'_>, needles: &mut Needles) {
    let &Seen { read, data, is_record } = seen;
    if is_record {
        images.add_record(read.file, data, needles);
        return;
    }
    let size = |file: usize| walk.profile.map().files.get(file).map_or(0, |file| file.size);
    let (_, bytes) = cut(data, read.header(data));
    // A file behind which no other comes may be longer on the original card than on the invented one.
    let end = walk.follower.file_behind(read.file).map_or(read.end.max(LONGEST_READ), |_| read.end);
    let (bytes, mut rest) = cut(bytes, end.saturating_sub(read.offset));
    images.add(read.file, read.offset, bytes, needles);
    let mut last = read.file;
    while let Some(next) = walk.follower.file_behind(last).filter(|_| !rest.is_empty()) {
        let (bytes, behind) = cut(rest, size(next));
        images.add(next, 0, bytes, needles);
        (last, rest) = (next, behind);
    }
}

/// The first bytes, and the others.
fn cut(bytes: &[u8], length: usize) -> (&[u8], &[u8]) {
    bytes.split_at(length.min(bytes.len()))
}

/// The invented card in one slot, which is asked what the original one was asked.
struct Double {
    card: VirtualCard,
    response: Response,
}

impl Double {
    fn new(profile: &Profile, number: u64) -> Self {
        let mut card = profile.card_with(Provision::for_slot(number));
        // A card that stays mute answers nothing, and nothing of an answer stays.
        let _ = card.power_up(Interface::Contact);
        Self { card, response: Response::new() }
    }

    /// Does a step; says what the card answered, nothing where it did not.
    fn step(&mut self, trace: &Trace, action: &Action) -> &[u8] {
        self.response.clear();
        match action {
            Action::Send(pattern) => {
                if let Some(command) = trace.exact(pattern) {
                    let _ = self.card.transmit(command, &mut self.response);
                }
            }
            Action::Protocol(protocol) => {
                let _ = self.card.select_protocol(*protocol);
            }
            Action::PowerUpContactless => {
                let _ = self.card.power_up(Interface::Contactless);
            }
            Action::Reset(_) | Action::PowerOff | Action::Remove | Action::Insert(_) | Action::InsertFrom(_) => {
                let _ = self.card.power_up(Interface::Contact);
            }
        }
        self.response.as_bytes()
    }
}

/// The redacted text, and what of its answers the invented cards say as well.
fn write(trace: &Trace, stand_ins: &[StandIn<'_>], files: &[Files]) -> std::io::Result<(Vec<u8>, Invented)> {
    let (mut invented, mut answers) = (Invented::default(), 0);
    let mut writer = Writer::new(Vec::with_capacity(trace.source.text.len()))?;
    let is_alone = trace.slots.len() == 1;
    let name = |slot: usize| if is_alone { String::new() } else { format!("slot-{}", slot + 1) };
    for (index, (slot, stand_in)) in trace.slots.iter().zip(stand_ins).enumerate() {
        writer.line(&name(index), &Line::Card(stand_in.path))?;
        if let Some(atr) = &slot.atr {
            let image = stand_in.profile.image();
            let own = image.contactless_atr.filter(|_| trace.is_in_field(index)).unwrap_or(image.atr);
            let cells = atr_cells(trace, atr, own.as_bytes());
            writer.line(&name(index), &Line::AtrPattern(&notation(&cells)))?;
        }
    }
    for (index, slot) in trace.slots.iter().enumerate() {
        slot.faults.iter().try_for_each(|fault| writer.line(&name(index), &Line::Fault(&impersonal(fault))))?;
    }
    // The day of the recording says when the person was there: that of the invented card takes its place.
    let options = stand_ins.first().map(|stand_in| stand_in.profile.options());
    if let (Some(_), Some(options)) = (trace.now, options) {
        writer.line(&name(0), &Line::Now(options.today))?;
    }
    if let (Some(_), Some(options)) = (trace.seed, options) {
        writer.line(&name(0), &Line::Seed(options.seed))?;
    }
    // Its number is that of the slot as the redacted trace will name it.
    let number = |slot: usize| if is_alone { 0 } else { slot as u64 + 1 };
    let begin = |(slot, stand_in): (usize, &StandIn<'_>)| Double::new(stand_in.profile, number(slot));
    let mut doubles: Vec<_> = stand_ins.iter().enumerate().map(begin).collect();
    let mut walks: Vec<_> = stand_ins.iter().map(|stand_in| Walk::new(stand_in.profile)).collect();
    for step in &trace.steps {
        let slot = step.slot;
        let (Some(walk), Some(double), Some(stand_in)) =
            (walks.get_mut(slot), doubles.get_mut(slot), stand_ins.get(slot))
        else {
            continue;
        };
        let (turn, seen) = walk.step(trace, step);
        let own = double.step(trace, &step.action);
        let treated = seen.filter(|seen| !seen.is_record).zip(files.get(slot));
        let treated = treated.map(|(seen, files)| (files.of(walk.card, seen.read.file), seen.read));
        let slot = name(slot);
        match &step.action {
            Action::Send(pattern) => {
                let cells = command_cells(trace, pattern, turn, stand_in.profile);
                writer.line(&slot, &Line::CommandPattern(&cells))?;
            }
            Action::Reset(kind) => writer.line(&slot, &Line::Reset(*kind))?,
            Action::PowerUpContactless => writer.line(&slot, &Line::PowerUpContactless)?,
            Action::Protocol(protocol) => writer.line(&slot, &Line::Protocol(*protocol))?,
            Action::PowerOff => writer.line(&slot, &Line::PowerOff)?,
            Action::Remove => writer.line(&slot, &Line::Remove)?,
            // Refused before.
            Action::InsertFrom(from) => writer.line(&slot, &Line::InsertFrom(&name(*from)))?,
            Action::Insert(card) => writer.line(&slot, &Line::Insert(card.as_ref().map(|_| stand_in.path)))?,
        }
        step.faults.iter().try_for_each(|fault| writer.line(&slot, &Line::Fault(&impersonal(fault))))?;
        match &step.expected {
            Expected::Response(pattern, _) => {
                let cells = response_cells(trace, pattern, turn.answers, treated, own);
                writer.line(&slot, &Line::ResponsePattern(&cells.text))?;
                invented.note(answers, cells.invented);
                answers += 1;
            }
            Expected::Silence(silence, _) => writer.line(&slot, &Line::Silence(*silence))?,
            Expected::Unsaid => {}
        }
    }
    Ok((writer.into_inner(), invented))
}

/// A fault without the bytes that it may have of a card: a wrong answer to reset is as wrong as another.
fn impersonal(fault: &Fault) -> String {
    let effect = match fault.effect {
        Effect::Atr(_) => Effect::Atr(None),
        other => other,
    };
    Fault { effect, when: fault.when.clone() }.to_string()
}

/// Cells as a trace writes them.
fn notation(cells: &[Cell]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
