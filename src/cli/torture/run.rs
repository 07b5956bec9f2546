//! One run of the program, and what is seen of it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::platform::{Change, CommitError, Sink};

use super::plan::Trial;
use crate::{
    cli::{
        Failure,
        options::Reproducible,
        system::{self, Group, Interrupts},
    },
    host::{Host, Listener, What},
    shown,
    writing::Scratch,
};

/// How many events of a run are kept: a program that asks for more is in a circle.
const MOST_EVENTS: usize = 1 << 20;

/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(3);

/// How much time counts from one look to the next: while we are stopped (Ctrl-Z), or the machine sleeps, so are the
/// readers, and no program gets on.
const MOST_OF_A_LOOK: Duration = Duration::from_millis(250);

/// What is run, with which cards.
pub(super) struct Bench<'a> {
    pub(super) cards: &'a [PathBuf],
    pub(super) reproducible: &'a Reproducible,
    pub(super) command: &'a [OsString],
    pub(super) interrupts: &'a Interrupts,
}

/// What was seen of a run.
pub(super) struct Run {
    pub(super) ending: Ending,
    pub(super) hangs: Option<Hang>,
    pub(super) out: Vec<u8>,
    pub(super) err: Vec<u8>,
    /// What the programs said to the cards, in its order.
    pub(super) dialogue: Vec<Exchange>,
    /// What the cards have committed, by slot and cell.
    pub(super) memory: Memory,
    /// Whether the fault struck.
    pub(super) is_struck: bool,
    pub(super) time: Duration,
}

/// Why a program was ended that did not end by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hang {
    /// It took too long.
    Long,
    /// It waits for the terminal, which many runs at a time cannot have.
    AwaitsTerminal,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending(ExitStatus);

/// A command and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) slot: usize,
    /// Which command of its slot it is, from 1.
    pub(super) number: u32,
    pub(super) command: Vec<u8>,
    /// The answer; `None` without one.
    pub(super) answer: Option<Vec<u8>>,
    /// How many commits it made.
    pub(super) commits: u32,
    /// How many the commands to the same slot before it had made.
    pub(super) committed: u32,
}

/// What cards have committed: the bytes of cells, by slot.
pub(super) type Memory = BTreeMap<(usize, usize), u8>;

/// Keeps what the card of a slot commits.
struct Keeper {
    slot: usize,
    memory: Arc<Mutex<Memory>>,
}

impl Sink for Keeper {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            memory.extend((change.offset..).zip(change.bytes).map(|(cell, byte)| ((self.slot, cell), *byte)));
        }
        Ok(())
    }
}

impl Bench<'_> {
    /// Runs the program once, with a fault or without.
    ///
    /// # Errors
    ///
    /// That there are no such cards, or that the program cannot be started.
    pub(super) fn run(&self, trial: Option<&Trial>, patience: Duration) -> Result<Run, Failure> {
        let memory = Arc::<Mutex<Memory>>::default();
        let kept = Arc::clone(&memory);
        let host = self.reproducible.host();
        let host = self.cards.iter().fold(host, |host, card| host.card(card));
        let host = host.sink(move |slot, _| Ok(Keeper { slot, memory: Arc::clone(&kept) }));
        let host = host.refuse_stop("these readers live as long as a run of `virtuale torture`").start()?;
        let events = host.events(MOST_EVENTS);
        if let Some(trial) = trial {
            host.fault(trial.slot, trial.fault.clone())?;
        }
        let start = Instant::now();
        let Finished { ending, hangs, out, err } = self.finish(&host, patience)?;
        let time = start.elapsed();
        let is_struck = trial.is_some_and(|trial| {
            host.faults(trial.slot).is_ok_and(|faults| faults.iter().any(|fault| fault.struck > 0))
        });
        host.stop();
        let dialogue = dialogue(&events);
        let memory = std::mem::take(&mut *memory.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Run { ending, hangs, out, err, dialogue, memory, is_struck, time })
    }

    fn finish(&self, host: &Host, patience: Duration) -> Result<Finished, Failure> {
        let Some((program, arguments)) = self.command.split_first() else { return Err(Failure::Explained) };
        // Files, and no pipes: what the program leaves behind may keep a pipe open for ever.
        let [out, err] = [(); 2].map(|()| Scratch::new());
        let made = |error: io::Error| {
            Failure::Environment(format!("cannot make a file: {}", shown::reason(&error)).into(), None)
        };
        let (out, err) = (out.map_err(made)?, err.map_err(made)?);
        let mut command = Command::new(system::program(program));
        host.attach(command.args(arguments)).stdin(Stdio::null());
        command.stdout(out.output().map_err(made)?).stderr(err.output().map_err(made)?);
        let name = || program.to_string_lossy().into_owned();
        let mut group = Group::spawn(&mut command).map_err(|error| Failure::NotStarted { command: name(), error })?;
        let watched = self.watch(&mut group, patience);
        let ending = Ending(group.end().map_err(made)?);
        let hangs = watched.map_err(made)?;
        if self.interrupts.heard() {
            // It is not said: we are about to end as we were told to.
            return Err(Failure::Explained);
        }
        let [out, err] = [out, err].map(|file| file.content().unwrap_or_default());
        Ok(Finished { ending, hangs, out, err })
    }

    /// Waits for the end of a program, or for why it does not end; or until we are to end.
    fn watch(&self, group: &mut Group, patience: Duration) -> io::Result<Option<Hang>> {
        let (mut waited, mut looked) = (Duration::ZERO, Instant::now());
        while !group.has_ended()? && !self.interrupts.heard() {
            if group.awaits_terminal() {
                return Ok(Some(Hang::AwaitsTerminal));
            }
            if waited > patience {
                return Ok(Some(Hang::Long));
            }
            thread::sleep(LOOK);
            let now = Instant::now();
            waited += now.duration_since(looked).min(MOST_OF_A_LOOK);
            looked = now;
        }
        Ok(None)
    }
}

struct Finished {
    ending: Ending,
    hangs: Option<Hang>,
    out: Vec<u8>,
    err: Vec<u8>,
}

/// What was said to the cards.
fn dialogue(events: &Listener) -> Vec<Exchange> {
    let mut dialogue: Vec<Exchange> = Vec::new();
    let mut numbers = BTreeMap::<usize, u32>::new();
    while let Some(event) = events.now() {
        let of = |dialogue: &mut Vec<Exchange>, slot: usize, note: &mut dyn FnMut(&mut Exchange)| {
            dialogue.iter_mut().rev().find(|exchange| exchange.slot == slot).into_iter().for_each(note);
        };
        match event.what {
            What::Command { slot, bytes, .. } => {
                let number = numbers.entry(slot).or_default();
                *number += 1;
                let (number, command) = (*number, bytes.to_vec());
                let before = dialogue.iter().rev().find(|exchange| exchange.slot == slot);
                let committed = before.map_or(0, |before| before.committed + before.commits);
                dialogue.push(Exchange { slot, number, command, answer: None, commits: 0, committed });
            }
            What::Response { slot, bytes, .. } => {
                of(&mut dialogue, slot, &mut |exchange| exchange.answer = Some(bytes.to_vec()));
            }
            What::Committed { slot, .. } => of(&mut dialogue, slot, &mut |exchange| exchange.commits += 1),
            _ => {}
        }
    }
    dialogue
}

impl Ending {
    /// The code that it gave itself, if it was not killed.
    pub(super) fn code(self) -> Option<i32> {
        self.0.code()
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
