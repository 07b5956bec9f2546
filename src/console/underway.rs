//! Commands that no card has answered yet: the card takes its time, or waits for something.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

use super::entry::{Program, micros};
use crate::{layer::events::CommandBytes, profile::Profile, trace::command_name_for};

/// How long a command takes before it is worth telling that it has no answer.
const SLOW: Duration = Duration::from_millis(250);

/// What is shown of a command: its header. Its data may be a secret.
const HEADER: usize = 4;

/// The commands under way, by slot.
#[derive(Debug, Default)]
pub(super) struct Underway(Mutex<BTreeMap<usize, Command>>);

/// A command under way.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// Since when, by the clock that never goes back.
    pub(super) since: Instant,
    /// When it began, since the readers were made.
    pub(super) at: Duration,
    pub(super) stay: u64,
    pub(super) program: Option<Program>,
    pub(super) bytes: CommandBytes,
    pub(super) profile: Option<Arc<Profile>>,
}

/// A command under way, as JSON has it.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub(super) struct Line {
    slot: usize,
    stay: u64,
    /// In microseconds.
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<String>,
    name: String,
    /// The same in French, where that is another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_fr: Option<String>,
    /// Its header.
    command: String,
    /// How long the whole command is.
    sent: usize,
}

impl Underway {
    /// A command is on its way to the card of a slot.
    pub(super) fn begin(&self, slot: usize, command: Command) {
        self.commands().insert(slot, command);
    }

    /// It was answered, or never will be.
    pub(super) fn end(&self, slot: usize) {
        self.commands().remove(&slot);
    }

    /// Nobody knows any more what is under way.
    pub(super) fn forget(&self) {
        self.commands().clear();
    }

    /// Those that take long.
    pub(super) fn lines(&self) -> Vec<Line> {
        let commands = self.commands();
        let slow = commands.iter().filter(|(_, command)| command.since.elapsed() >= SLOW);
        slow.map(|(&slot, command)| command.line(slot)).collect()
    }

    fn commands(&self) -> MutexGuard<'_, BTreeMap<usize, Command>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Command {
    fn line(&self, slot: usize) -> Line {
        let program = self.program.as_ref();
        let family = self.profile.as_ref().map(|profile| profile.layout().family());
        let name = command_name_for(family, &self.bytes);
        Line {
            slot,
            stay: self.stay,
            at: micros(self.at),
            session: program.and_then(|program| program.session),
            process: program.and_then(|program| program.process),
            program: program.and_then(|program| program.name.as_deref().map(str::to_owned)),
            name_fr: name.other_french().map(str::to_owned),
            name: name.english.into_owned(),
            command: crate::shown::Pairs(self.bytes.get(..HEADER).unwrap_or(&self.bytes)).to_string(),
            sent: self.bytes.len(),
        }
    }
}
