//! Recordings of what programs and cards say while a reader runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::civil::Date;
use virtuale_engine::Card;

use super::{
    Failure,
    failure::reason,
    options::{Reproducible, Slots},
    output,
    redact::seen_from,
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
    File { tape: Tape, path: PathBuf, several: bool },
    /// A trace of its own for each card that comes into a slot.
    Folder { path: PathBuf, today: Date, seed: u64, traces: Mutex<Vec<(Tape, PathBuf)>> },
}

impl Recording {
    /// A trace for all slots of a reader.
    ///
    /// # Errors
    ///
    /// That the file cannot be written.
    pub(super) fn to_file(path: &Path, slots: &Slots) -> Result<Self, Failure> {
        let tape = tape(File::create(path), path, &slots.reproducible)?;
        Ok(Self::File { tape, path: path.to_owned(), several: slots.cards().len() > 1 })
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
            Self::File { tape, path, .. } => {
                let name = self.slot_name(slot);
                head(tape, &name, &seen_from(path, file), &*card);
                Ok(Box::new(Recorder::new(card, tape.clone(), &name)))
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
            Self::File { tape, path, .. } => {
                let name = self.slot_name(slot);
                tape.line(&name, &Line::Insert(Some(&seen_from(path, file))));
                Ok(Box::new(Recorder::new(card, tape.clone(), &name)))
            }
            Self::Folder { path, today, seed, traces } => {
                let (trace, created) = fresh(path, slot, file);
                let reproducible = Reproducible { seed: *seed, now: Some(*today) };
                let tape = tape(created, &trace, &reproducible)?;
                head(&tape, "", &seen_from(&trace, file), &*card);
                traces.lock().unwrap_or_else(PoisonError::into_inner).push((tape.clone(), trace));
                Ok(Box::new(Recorder::new(card, tape, "")))
            }
        }
    }

    /// The card of a slot is gone.
    pub(super) fn remove(&self, slot: usize) {
        if let Self::File { tape, .. } = self {
            tape.line(&self.slot_name(slot), &Line::Remove);
        }
    }

    /// Says if the recording is not whole.
    pub(super) fn close(&self) {
        match self {
            Self::File { tape, path, .. } => admit(tape, path),
            Self::Folder { traces, .. } => {
                traces.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|(tape, path)| admit(tape, path));
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

/// Says if a trace is not whole.
fn admit(tape: &Tape, path: &Path) {
    if let Some(error) = tape.failure() {
        output::say(format_args!("the recording {} is not whole: {}", path.display(), reason(&error)));
    }
}

/// A tape on a file, with what it has to say first.
fn tape(file: io::Result<File>, path: &Path, reproducible: &Reproducible) -> Result<Tape, Failure> {
    let tape = file.and_then(|file| Tape::new(Box::new(file)));
    let tape = tape.map_err(|error| Failure::file("write", path, &error))?;
    tape.line("", &Line::Now(reproducible.today()));
    tape.line("", &Line::Seed(reproducible.seed));
    Ok(tape)
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
