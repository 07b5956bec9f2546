//! Recordings of what programs and cards say while a reader runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;
use virtuale_engine::Card;

use super::{
    Failure,
    options::{Reproducible, Slots},
    output,
    redact::seen_from,
    trace_file::TraceFile,
};
use crate::trace::{
    record::{Recorder, Tape},
    suite::EXTENSION,
    write::Line,
};

/// How many recordings of one card in one slot a folder takes.
const MOST_PER_CARD: usize = 10_000;

/// Where a running reader records.
#[derive(Debug)]
pub(super) enum Recording {
    /// All slots in one trace.
    File { trace_file: TraceFile, several: bool },
    /// A trace of its own for each card that comes into a slot.
    Folder { path: PathBuf, today: Date, seed: u64, traces: Mutex<Vec<TraceFile>> },
}

impl Recording {
    /// A trace for all slots of a reader.
    ///
    /// # Errors
    ///
    /// That the file cannot be written.
    pub(super) fn to_file(path: &Path, slots: &Slots) -> Result<Self, Failure> {
        let trace_file = TraceFile::over(path)?;
        begin(trace_file.tape(), &slots.reproducible);
        Ok(Self::File { trace_file, several: slots.cards().len() > 1 })
    }

    /// A folder for traces, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// That it cannot be made.
    pub(super) fn to_folder(path: &Path, reproducible: &Reproducible) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::file("make", path, &error))?;
        let path = std::path::absolute(path).map_err(|error| Failure::file("use", path, &error))?;
        Ok(Self::Folder { path, today: reproducible.today(), seed: reproducible.seed, traces: Mutex::default() })
    }

    /// The card that is in a slot from the beginning, under observation.
    ///
    /// # Errors
    ///
    /// That its trace cannot be made.
    pub(super) fn begin(&self, slot: usize, file: &Path, card: Box<dyn Card>) -> Result<Box<dyn Card>, Failure> {
        match self {
            Self::File { trace_file, .. } => {
                let name = self.slot_name(slot);
                head(trace_file.tape(), &name, &seen_from(trace_file.path(), file), &*card);
                Ok(Box::new(Recorder::new(card, trace_file.tape().clone(), &name)))
            }
            Self::Folder { .. } => self.insert(slot, file, card),
        }
    }

    /// A card that comes into a slot later.
    ///
    /// # Errors
    ///
    /// That its trace cannot be made.
    pub(super) fn insert(&self, slot: usize, file: &Path, card: Box<dyn Card>) -> Result<Box<dyn Card>, Failure> {
        match self {
            Self::File { trace_file, .. } => {
                let name = self.slot_name(slot);
                trace_file.tape().line(&name, &Line::Insert(Some(&seen_from(trace_file.path(), file))));
                Ok(Box::new(Recorder::new(card, trace_file.tape().clone(), &name)))
            }
            Self::Folder { path, today, seed, traces } => {
                let (trace, created) = fresh(path, slot, file);
                let reproducible = Reproducible { seed: *seed, now: Some(*today) };
                let unwritable = |error: &io::Error| Failure::file("write", &trace, error);
                let created = created.map_err(|error| unwritable(&error))?;
                let trace_file = own_trace(created, &trace, &reproducible, file, &*card).map_err(|error| {
                    // Nobody could read what is there.
                    let _ = fs::remove_file(&trace);
                    unwritable(&error)
                })?;
                let tape = trace_file.tape().clone();
                traces.lock().unwrap_or_else(PoisonError::into_inner).push(trace_file);
                Ok(Box::new(Recorder::new(card, tape, "")))
            }
        }
    }

    /// The card of a slot is gone.
    pub(super) fn remove(&self, slot: usize) {
        if let Self::File { trace_file, .. } = self {
            trace_file.tape().line(&self.slot_name(slot), &Line::Remove);
        }
    }

    /// Says what a person should know of the recording: that it is not whole, or that a file has no command. In a
    /// folder a card that nobody spoke to leaves no trace.
    pub(super) fn close(&self) {
        match self {
            Self::File { trace_file, .. } => trace_file.conclude(),
            Self::Folder { traces, .. } => {
                self.complaints().iter().for_each(output::say);
                traces.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(TraceFile::remove_if_untouched);
            }
        }
    }

    /// Which traces are not whole, and why, in words for people.
    pub(super) fn complaints(&self) -> Vec<String> {
        match self {
            Self::File { trace_file, .. } => trace_file.complaint().into_iter().collect(),
            Self::Folder { traces, .. } => {
                traces.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(TraceFile::complaint).collect()
            }
        }
    }

    fn slot_name(&self, slot: usize) -> String {
        match self {
            Self::File { several: true, .. } => format!("slot-{slot}"),
            _ => String::new(),
        }
    }
}

/// What every trace has to say first.
fn begin(tape: &Tape, reproducible: &Reproducible) {
    tape.line("", &Line::Now(reproducible.today()));
    tape.line("", &Line::Seed(reproducible.seed));
}

/// A new trace for one card, with all that stands before the dialogue.
fn own_trace(
    created: File,
    path: &Path,
    reproducible: &Reproducible,
    file: &Path,
    card: &dyn Card,
) -> Result<TraceFile, Arc<io::Error>> {
    let trace_file = TraceFile::new(created, path)?;
    begin(trace_file.tape(), reproducible);
    head(trace_file.tape(), "", &seen_from(path, file), card);
    trace_file.tape().failure().map_or(Ok(trace_file), Err)
}

fn head(tape: &Tape, slot: &str, file: &str, card: &dyn Card) {
    tape.line(slot, &Line::Card(file));
    tape.line(slot, &Line::Atr(card.atr().as_bytes()));
}

/// A file that was not there before: `0-vitale2-martin-1.apdu` for the first recording of that card in slot 0.
fn fresh(folder: &Path, slot: usize, card: &Path) -> (PathBuf, io::Result<File>) {
    let stem = card.file_stem().unwrap_or_default().to_string_lossy();
    let name = |number: usize| folder.join(format!("{slot}-{stem}-{number}.{EXTENSION}"));
    for number in 1..MOST_PER_CARD {
        let path = name(number);
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return (path, created),
        }
    }
    (name(MOST_PER_CARD), Err(io::ErrorKind::AlreadyExists.into()))
}
