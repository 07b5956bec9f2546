//! What a trace says, line by line.

use std::{ops::Range, path::Path, sync::Arc, time::Duration};

use jiff::civil::Date;
use virtuale_engine::{Fault as Why, Protocol, Reset};

use super::pattern::{Pattern, Slice};
use crate::{
    layer::{fault::Fault, timing::Recorded},
    profile::diagnostic::Source,
};

/// A dialogue with one or several cards. Its text is kept, so that writing it again changes nothing that was not meant.
#[derive(Clone, Debug)]
pub struct Trace {
    pub(super) source: Arc<Source>,
    pub(super) slots: Vec<TraceSlot>,
    pub(super) now: Option<Date>,
    pub(super) seed: Option<u64>,
    pub(super) steps: Vec<Step>,
    pub(super) store: Vec<u8>,
    pub(super) names: Vec<String>,
}

/// What stands before the number in the name of a slot that a running set of readers numbers.
const NUMBERED: &str = "slot-";

/// A slot of the dialogue and the card that is in it at the beginning.
#[derive(Clone, Debug, Default)]
pub struct TraceSlot {
    /// Its name; empty where the trace gives none.
    pub name: String,
    /// The card file, as written.
    pub card: Option<String>,
    /// Where `card` stands.
    pub card_span: Range<usize>,
    /// The answer to reset that the card must have.
    pub atr: Option<Pattern>,
    /// Where `atr` stands.
    pub atr_span: Range<usize>,
    /// The faults that are armed before its dialogue.
    pub faults: Vec<Fault>,
    /// Where each of them stands.
    pub fault_spans: Vec<Range<usize>>,
}

/// One thing that happens, and what must come of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Index in [`Trace::slots`].
    pub slot: usize,
    /// Where it stands in the text.
    pub span: Range<usize>,
    /// What happens.
    pub action: Action,
    /// What must come of it.
    pub expected: Expected,
    /// How long the card took, where the recording says so.
    pub took: Option<Duration>,
    /// The faults that strike it; those that say when they strike are armed here.
    pub faults: Vec<Fault>,
}

/// What happens to a slot.
#[derive(Clone, Debug)]
pub enum Action {
    /// `>`: a command. One with holes can be recognised but not sent.
    Send(Pattern),
    /// `reset`, `reset warm`.
    Reset(Reset),
    /// `reset contactless`: power comes by the antenna.
    PowerUpContactless,
    /// `protocol`: the protocol for what follows the last reset.
    Protocol(Protocol),
    /// `power-off`: the reader takes the power away, the card stays.
    PowerOff,
    /// `remove`: the card leaves the slot.
    Remove,
    /// `insert`: the card comes back, or another one does.
    Insert(Option<String>),
    /// `insert-from`: the card comes that was last taken out of the slot with this index.
    InsertFrom(usize),
}

/// What must come of a step.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Nothing is said. For a command that is a finding, since a trace that checks nothing proves nothing.
    Unsaid,
    /// `<`: an answer, and where it stands in the text: from its first to its last byte.
    Response(Pattern, Range<usize>),
    /// `expect-error`: no answer at all, for this reason; and where it stands.
    Silence(Silence, Range<usize>),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Silence {
    /// The card gave none.
    Fault(Why),
    /// There is no card in the slot.
    NoCard,
}

impl Action {
    /// Whether a card comes.
    pub(super) fn is_coming(&self) -> bool {
        matches!(self, Self::Insert(_) | Self::InsertFrom(_))
    }

    /// Whether a card comes or goes.
    pub(super) fn is_move(&self) -> bool {
        matches!(self, Self::Insert(_) | Self::InsertFrom(_) | Self::Remove)
    }
}

impl Silence {
    /// All of them, as they are written after `expect-error`.
    pub const ALL: [(&'static str, Self); 5] = [
        ("mute", Self::Fault(Why::Mute)),
        ("power-lost", Self::Fault(Why::PowerLost)),
        ("protocol-refused", Self::Fault(Why::ProtocolRefused)),
        ("unpowered", Self::Fault(Why::Unpowered)),
        ("no-card", Self::NoCard),
    ];

    /// Its word after `expect-error`.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, silence)| *silence == self).map_or("mute", |(word, _)| word)
    }
}

impl Trace {
    /// Whether the lines about a slot say what faults strike there. They say all then: those of a card file are not for
    /// such a slot.
    #[must_use]
    pub fn has_faults(&self, slot: usize) -> bool {
        let is_struck = |step: &Step| step.slot == slot && !step.faults.is_empty();
        self.slots.get(slot).is_some_and(|slot| !slot.faults.is_empty()) || self.steps.iter().any(is_struck)
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The folder that it lies in, if its name is a path.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        Path::new(&self.source.name).parent()
    }

    /// Its slots, at least one.
    #[must_use]
    pub fn slots(&self) -> &[TraceSlot] {
        &self.slots
    }

    /// What a trace with times says of the card of its first slot: how long each command took, and each reset.
    #[must_use]
    pub fn times(&self) -> Recorded {
        let timed = self.steps.iter().filter(|step| step.slot == 0).filter_map(|step| Some((step, step.took?)));
        let mut resets = Vec::new();
        let mut commands = Vec::new();
        for (step, took) in timed {
            match &step.action {
                Action::Send(pattern) => commands.push((pattern.beginning(&self.store, Recorded::HEADER), took)),
                Action::Reset(_) | Action::PowerUpContactless => resets.push(took),
                _ => {}
            }
        }
        Recorded::new(commands, resets)
    }

    /// The number of a slot in its run, from which the chance of its card follows (docs/reproducible.md): that in a
    /// name like `slot-1`, else its place among the slots of the trace, from 0 on.
    #[must_use]
    pub fn slot_number(&self, index: usize) -> u64 {
        let named = self.slots.get(index).and_then(|slot| slot.name.strip_prefix(NUMBERED)?.parse().ok());
        named.unwrap_or(index as u64)
    }

    /// The day on which it plays.
    #[must_use]
    pub fn now(&self) -> Option<Date> {
        self.now
    }

    /// The seed of the cards' randomness.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// What happens, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether a slot has an antenna in place of contacts: the first thing that is done to its card, apart from
    /// bringing it and taking it away, is a power-up by the antenna.
    #[must_use]
    pub fn is_in_field(&self, slot: usize) -> bool {
        let is_done = |step: &&Step| step.slot == slot && !step.action.is_move();
        self.steps.iter().find(is_done).is_some_and(|step| matches!(step.action, Action::PowerUpContactless))
    }

    /// Whose card is in the slot of each step: the slot for which the trace brought it in, which is another one for a
    /// card that moved.
    pub(super) fn owners(&self) -> Vec<usize> {
        // By slot: whose card is in, and whose was taken out.
        let mut seats: Vec<(usize, usize)> = (0..self.slots.len()).map(|slot| (slot, slot)).collect();
        let owner = |step: &Step| {
            let (held, out) = seats[step.slot];
            seats[step.slot] = match step.action {
                Action::Remove => (held, held),
                Action::Insert(None) => (out, out),
                Action::Insert(Some(_)) => (step.slot, out),
                Action::InsertFrom(from) => (seats[from].1, out),
                _ => (held, out),
            };
            seats[step.slot].0
        };
        self.steps.iter().map(owner).collect()
    }

    /// Whether the next thing that is done to a slot, from a step on, is a power-up by the antenna.
    pub(super) fn comes_into_field(&self, slot: usize, from: usize) -> bool {
        let next = self.steps.iter().skip(from).find(|step| step.slot == slot);
        next.is_some_and(|step| matches!(step.action, Action::PowerUpContactless))
    }

    /// Whether the card is pulled while it is busy with a step: the next thing that happens to its slot is its removal.
    pub(super) fn is_pulled_after(&self, index: usize) -> bool {
        let Some(slot) = self.steps.get(index).map(|step| step.slot) else { return false };
        let next = self.steps.iter().skip(index + 1).find(|step| step.slot == slot);
        next.is_some_and(|step| matches!(step.action, Action::Remove))
    }

    /// The bytes of a pattern of this trace, if it has no holes.
    #[must_use]
    pub fn exact(&self, pattern: &Pattern) -> Option<&[u8]> {
        match pattern {
            Pattern::Exact(slice) => Some(self.slice(*slice)),
            Pattern::Holes(_) => None,
        }
    }

    /// The name with this index, as in `{name}`.
    #[must_use]
    pub fn capture_name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    pub(super) fn slice(&self, slice: Slice) -> &[u8] {
        self.store.get(slice.range()).unwrap_or_default()
    }
}
