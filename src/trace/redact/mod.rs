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
mod image;
#[cfg(test)]
mod line_tests;
mod lines;
#[cfg(test)]
mod person_tests;
#[cfg(test)]
mod tests;
mod turn;
mod ways;

use virtuale_engine::{Card, Interface, Response};

use self::{
    check::Needles,
    image::{Images, Treated},
    lines::{atr_cells, command_cells, response_cells},
    turn::{Turn, Turns},
};
use super::{
    file::{Action, Expected, Step, Trace},
    finding::Cell,
    follow::{Answered, Follower, Read},
    write::{Line, Writer},
};
use crate::profile::{Profile, Provision};

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
    /// Original values are still there.
    #[error("values of the original card would still be in the trace: {}", .0.join(", "))]
    Survivors(Vec<String>),
}

/// Takes the person out of a trace. `stand_ins` has an invented card for each slot, made with the layout that explains
/// the original one.
///
/// # Errors
///
/// [`RedactError`] if a slot has no stand-in, or if an original value is still there.
pub fn redact(trace: &Trace, stand_ins: &[StandIn<'_>]) -> Result<Redacted, RedactError> {
    let (slots, given) = (trace.slots.len(), stand_ins.len());
    if given < slots {
        return Err(RedactError::TooFewCards { slots, given });
    }
    let mut needles = Needles::default();
    let stories: Vec<Story> = stand_ins
        .iter()
        .take(slots)
        .enumerate()
        .map(|(slot, card)| Story::of(trace, slot, *card, &mut needles))
        .collect();
    // Memory takes whatever is written to it.
    let written = write(trace, stand_ins, &stories).unwrap_or_default();
    let text = String::from_utf8_lossy(&written).into_owned();
    let survivors = needles.survivors(&text, stories.iter().flat_map(|story| &story.treated));
    if survivors.is_empty() {
        Ok(Redacted { text, same: needles.same() })
    } else {
        Err(RedactError::Survivors(survivors))
    }
}

/// One slot of a trace: what its lines send, what its reads read, what becomes of the bytes, and what the stand-in says
/// to the same commands.
struct Story {
    /// For each step of the trace, what it sends.
    turns: Vec<Turn>,
    /// For each step of the trace, which read it is, and of which image.
    reads: Vec<Option<(usize, Read)>>,
    treated: Vec<Treated>,
    /// For each step of the trace, the stand-in's answer.
    responses: Vec<Vec<u8>>,
}

impl Story {
    fn of(trace: &Trace, slot: usize, stand_in: StandIn<'_>, needles: &mut Needles) -> Self {
        let profile = stand_in.profile;
        let mut follower = Follower::new(profile.layout(), profile.map());
        let mut images = Images::default();
        let mut turns_of_slot = Turns::new(profile.layout());
        let (mut turns, mut reads) = (Vec::with_capacity(trace.steps.len()), Vec::with_capacity(trace.steps.len()));
        for step in &trace.steps {
            if step.slot != slot {
                turns.push(Turn::default());
                reads.push(None);
                continue;
            }
            let turn = turns_of_slot.step(trace, step);
            turns.push(turn);
            if matches!(step.action, Action::Send(_)) && !turn.is_command {
                follower.lose();
                reads.push(None);
            } else {
                reads.push(follow(trace, step, &mut follower, &mut images, profile));
            }
        }
        turns_of_slot.into_secrets().iter().for_each(|secret| needles.add_secret(secret));
        let treated = images.treat(profile, needles);
        Self { turns, reads, treated, responses: ask(trace, slot, profile) }
    }
}

/// Follows a step; what it reads goes into the image of its file. Where a read of a word memory goes on behind the end
/// of its zone, the rest goes into the images of the next ones; in that answer it is not explained.
fn follow(
    trace: &Trace,
    step: &Step,
    follower: &mut Follower<'_>,
    images: &mut Images,
    profile: &Profile,
) -> Option<(usize, Read)> {
    if let Action::Insert(_) = step.action {
        images.next_card();
    }
    let read = follower.step(trace, step)?;
    let data = data_of(trace, step)?;
    let file = profile.map().files.get(read.file)?;
    if !file.records.is_empty() {
        images.add_record(read.file, data);
        return None;
    }
    let size = |file: usize| profile.map().files.get(file).map(|file| file.size);
    let (bytes, mut rest) = cut(data.get(read.header(data)..)?, read.end.saturating_sub(read.offset));
    let image = images.add(read.file, read.offset, bytes);
    let mut last = read.file;
    while let Some(next) = follower.file_behind(last).filter(|_| !rest.is_empty()) {
        let (bytes, behind) = cut(rest, size(next)?);
        images.add(next, 0, bytes);
        (last, rest) = (next, behind);
    }
    Some((image, read))
}

/// The first bytes, and the others.
fn cut(bytes: &[u8], length: usize) -> (&[u8], &[u8]) {
    bytes.split_at(length.min(bytes.len()))
}

/// The data of an answer that the trace knows whole.
fn data_of<'t>(trace: &'t Trace, step: &Step) -> Option<&'t [u8]> {
    match &step.expected {
        Expected::Response(pattern, _) => Answered::of(trace, pattern)?.data,
        _ => None,
    }
}

/// What the stand-in answers to the commands of a slot.
fn ask(trace: &Trace, slot: usize, profile: &Profile) -> Vec<Vec<u8>> {
    // As the redacted trace will name it.
    let number = if trace.slots.len() == 1 { 0 } else { slot as u64 + 1 };
    let mut card = profile.card_with(Provision::for_slot(number));
    let mut response = Response::new();
    // A card that stays mute answers nothing, and nothing of an answer stays.
    let _ = card.power_up(Interface::Contact);
    let mut responses = Vec::with_capacity(trace.steps.len());
    for step in &trace.steps {
        response.clear();
        if step.slot == slot {
            match &step.action {
                Action::Send(pattern) => {
                    if let Some(command) = trace.exact(pattern) {
                        let _ = card.transmit(command, &mut response);
                    }
                }
                Action::Protocol(protocol) => {
                    let _ = card.select_protocol(*protocol);
                }
                Action::PowerUpContactless => {
                    let _ = card.power_up(Interface::Contactless);
                }
                Action::Reset(_) | Action::PowerOff | Action::Remove | Action::Insert(_) => {
                    let _ = card.power_up(Interface::Contact);
                }
            }
        }
        responses.push(response.as_bytes().to_vec());
    }
    responses
}

fn write(trace: &Trace, stand_ins: &[StandIn<'_>], stories: &[Story]) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new())?;
    let name = |slot: usize| if trace.slots.len() == 1 { String::new() } else { format!("slot-{}", slot + 1) };
    for (index, (slot, stand_in)) in trace.slots.iter().zip(stand_ins).enumerate() {
        writer.line(&name(index), &Line::Card(stand_in.path))?;
        if let Some(atr) = &slot.atr {
            let cells = atr_cells(trace, atr, stand_in.profile.image().atr.as_bytes());
            writer.line(&name(index), &Line::AtrPattern(&notation(&cells)))?;
        }
    }
    // The day of the recording says when the person was there: that of the invented card takes its place.
    let options = stand_ins.first().map(|stand_in| stand_in.profile.options());
    if let (Some(_), Some(options)) = (trace.now, options) {
        writer.line(&name(0), &Line::Now(options.today))?;
    }
    if let (Some(_), Some(options)) = (trace.seed, options) {
        writer.line(&name(0), &Line::Seed(options.seed))?;
    }
    for (index, step) in trace.steps.iter().enumerate() {
        let (Some(story), Some(stand_in)) = (stories.get(step.slot), stand_ins.get(step.slot)) else { continue };
        let slot = name(step.slot);
        let turn = story.turns.get(index).copied().unwrap_or_default();
        match &step.action {
            Action::Send(pattern) => {
                writer.line(
                    &slot,
                    &Line::CommandPattern(&command_cells(trace, pattern, turn, stand_in.profile.layout())),
                )?;
            }
            Action::Reset(kind) => writer.line(&slot, &Line::Reset(*kind))?,
            Action::PowerUpContactless => writer.line(&slot, &Line::PowerUpContactless)?,
            Action::Protocol(protocol) => writer.line(&slot, &Line::Protocol(*protocol))?,
            Action::PowerOff => writer.line(&slot, &Line::PowerOff)?,
            Action::Remove => writer.line(&slot, &Line::Remove)?,
            Action::Insert(card) => writer.line(&slot, &Line::Insert(card.as_ref().map(|_| stand_in.path)))?,
        }
        match &step.expected {
            Expected::Response(pattern, _) => {
                let read = story.reads.get(index).copied().flatten();
                let read = read.and_then(|(image, read)| Some((story.treated.get(image)?, read)));
                let own = story.responses.get(index).map_or(&[][..], Vec::as_slice);
                writer.line(&slot, &Line::ResponsePattern(&response_cells(trace, pattern, turn.answers, read, own)))?;
            }
            Expected::Silence(silence, _) => writer.line(&slot, &Line::Silence(*silence))?,
            Expected::Unsaid => {}
        }
    }
    Ok(writer.into_inner())
}

/// Cells as a trace writes them.
fn notation(cells: &[Cell]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
