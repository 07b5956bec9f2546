//! Recordings of what programs and cards say while a reader runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::civil::Date;
use virtuale_engine::{Card, Interface};

use super::{HostError, making::Origin, real::REMARK, trace_file::TraceFile};
use crate::{
    shown,
    terminal::transport::real::PREFIX,
    trace::{
        as_named,
        record::{Recorder, Tape},
        seen_from,
        suite::EXTENSION,
        write::Line,
    },
    writing::Lines,
};

/// How many recordings of one card in one slot a folder takes.
const MOST_PER_CARD: usize = 10_000;

/// How many bytes a card's name has at most in those of its traces; file systems take 255 for the whole.
const LONGEST_STEM: usize = 160;

/// What stands before the name of a card of no card file in its own trace.
const CALLED: &str = "This card is of no card file and is called: ";

/// What stands before the card of a real reader comes in again that was exchanged there, as far as can be told.
const SAME_OR_ANOTHER: &str = "Cards came and went in the real reader: this is the same one again, or another one with the \
                               same answer to reset. Nobody can tell.";

/// What stands before a card comes in that is of no card file.
const STRANGER: &str = "The card that comes next is of no card file: this is what it was called. A replay needs its \
                        card file beside this trace, under that name.";

/// Where a running reader records.
#[derive(Debug)]
pub(crate) enum Recording {
    /// All slots in one trace.
    File {
        trace_file: TraceFile,
        several: bool,
        /// The cards that came in and are of no card file, by name: no replay finds them.
        strangers: Mutex<BTreeSet<String>>,
    },
    /// A trace of its own for each card that comes into a slot.
    Folder { path: PathBuf, run: Run, traces: Mutex<Traces> },
}

/// The traces in a folder.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// Those of cards that are in a slot or can come back into one, by slot.
    open: BTreeMap<usize, TraceFile>,
    /// What is to be said of the others.
    complaints: Vec<String>,
}

/// What is recorded of one card, through all its stays in a slot.
#[derive(Debug)]
pub(crate) struct CardRecording {
    recorder: Recorder,
    /// How the trace says that the card comes in, if it is not there from the beginning: by its card file.
    inserted: Option<String>,
    /// Whether that is only what the card is called.
    is_stranger: bool,
    /// Its trace, if that is its own, until the card comes in.
    own: Option<TraceFile>,
    /// On which interface its first slot powers it up.
    kind: Interface,
}

/// What a trace has to say first of the run that it was recorded in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) today: Date,
    /// `None` if it decides nothing: no card of the run is made here.
    pub(crate) seed: Option<u64>,
}

impl Recording {
    /// A trace for all slots of a reader, of which there may be several.
    ///
    /// # Errors
    ///
    /// That the file cannot be written.
    pub(crate) fn to_file(path: &Path, several: bool, remark: Option<&str>, run: Run) -> Result<Self, HostError> {
        let trace_file = TraceFile::over(path)?;
        remark.iter().for_each(|remark| trace_file.tape().line("", &Line::Comment(remark)));
        begin(trace_file.tape(), run);
        Ok(Self::File { trace_file, several, strangers: Mutex::default() })
    }

    /// A folder for traces, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// That it cannot be made.
    pub(crate) fn to_folder(path: &Path, run: Run) -> Result<Self, HostError> {
        let failed = |did| move |error| HostError::File { did, path: path.to_owned(), error };
        fs::create_dir_all(path).map_err(failed("make"))?;
        let path = std::path::absolute(path).map_err(failed("use"))?;
        Ok(Self::Folder { path, run, traces: Mutex::default() })
    }

    /// What is recorded of a card that is in a slot of a kind from the beginning.
    ///
    /// # Errors
    ///
    /// That its trace cannot be made, or cannot name it.
    pub(crate) fn of_first(
        &self,
        slot: usize,
        kind: Interface,
        origin: &Origin,
        card: &dyn Card,
    ) -> Result<CardRecording, HostError> {
        match self {
            Self::File { trace_file, .. } => {
                let name = self.slot_name(slot);
                head(trace_file.tape(), &name, seen(trace_file.path(), origin)?.as_deref(), kind, card);
                let recorder = Recorder::outside(trace_file.tape().clone(), &name);
                Ok(CardRecording { recorder, inserted: None, is_stranger: false, own: None, kind })
            }
            Self::Folder { .. } => self.of_card(slot, kind, origin, card),
        }
    }

    /// What is recorded of a card that is to come into a slot of a kind. Nothing says so yet.
    ///
    /// # Errors
    ///
    /// That its trace cannot be made, or cannot name it.
    pub(crate) fn of_card(
        &self,
        slot: usize,
        kind: Interface,
        origin: &Origin,
        card: &dyn Card,
    ) -> Result<CardRecording, HostError> {
        match self {
            Self::File { trace_file, .. } => {
                let named = match origin {
                    Origin::Named(name) => Some(as_named(Path::new(name))?),
                    Origin::File(_) | Origin::BuiltIn(_) => seen(trace_file.path(), origin)?,
                };
                let recorder = Recorder::outside(trace_file.tape().clone(), &self.slot_name(slot));
                let is_stranger = matches!(origin, Origin::Named(_));
                Ok(CardRecording { recorder, inserted: named, is_stranger, own: None, kind })
            }
            Self::Folder { path, run, .. } => {
                let named = seen(&path.join(EXTENSION), origin)?;
                let (trace, created) = fresh(path, slot, &origin.label());
                let unwritable = |error: &io::Error| HostError::File {
                    did: "write",
                    path: trace.clone(),
                    error: io::Error::new(error.kind(), error.to_string()),
                };
                let created = created.map_err(|error| unwritable(&error))?;
                let name = own_name(slot);
                let begun = own_trace(created, &trace, *run, |tape| head(tape, &name, named.as_deref(), kind, card));
                let trace_file = begun.map_err(|error| {
                    // Nobody could read what is there.
                    let _ = fs::remove_file(&trace);
                    unwritable(&error)
                })?;
                if let Origin::Named(called) = origin {
                    if called.starts_with(PREFIX) {
                        trace_file.tape().line("", &Line::Comment(REMARK));
                    }
                    trace_file.tape().line("", &Line::Comment(&format!("{CALLED}{called}")));
                }
                let recorder = Recorder::outside(trace_file.tape().clone(), &name);
                Ok(CardRecording { recorder, inserted: None, is_stranger: false, own: Some(trace_file), kind })
            }
        }
    }

    /// A card comes into a slot for the first time. Its own trace is closed when another card does.
    pub(crate) fn comes(&self, slot: usize, card: &mut CardRecording) {
        if let (Self::Folder { traces, .. }, Some(own)) = (self, card.own.take()) {
            lock(traces).open(slot, own);
        }
        if let (Self::File { trace_file, strangers, .. }, Some(name), true) = (self, &card.inserted, card.is_stranger) {
            trace_file.tape().line("", &Line::Comment(STRANGER));
            lock(strangers).insert(name.clone());
        }
        match (&card.inserted, card.kind) {
            (Some(file), _) => card.recorder.insert(Some(file)),
            (None, Interface::Contact) => card.recorder.begin(),
            (None, Interface::Contactless) => card.recorder.begin_in_field(),
        }
    }

    /// A card comes into another slot, out of the one that it was taken out of. A trace of its own goes with it: it has
    /// one slot, which is the card's wherever it is.
    pub(crate) fn moves(&self, from: usize, slot: usize, card: &CardRecording) {
        match self {
            Self::File { .. } => card.recorder.insert_from(&self.slot_name(from), &self.slot_name(slot)),
            Self::Folder { traces, .. } => {
                let mut traces = lock(traces);
                if let Some(own) = traces.open.remove(&from) {
                    traces.open(slot, own);
                }
                card.recorder.insert(None);
            }
        }
    }

    /// Ends it, and gives what a person should know of it: that it is not whole, or that a file has no command. In a
    /// folder a card that nobody spoke to leaves no trace.
    pub(crate) fn close(&self) -> Vec<String> {
        match self {
            Self::File { trace_file, strangers, .. } => {
                trace_file.conclusion().into_iter().chain(unfound(trace_file, strangers)).collect()
            }
            Self::Folder { traces, .. } => {
                let complaints = self.complaints();
                lock(traces).open.values().for_each(TraceFile::remove_if_untouched);
                complaints
            }
        }
    }

    /// Which traces are not whole or cannot be replayed as they are, and why, in words for people.
    pub(crate) fn complaints(&self) -> Vec<String> {
        match self {
            Self::File { trace_file, strangers, .. } => {
                trace_file.complaint().into_iter().chain(unfound(trace_file, strangers)).collect()
            }
            Self::Folder { traces, .. } => {
                let traces = lock(traces);
                let of_open = traces.open.values().filter_map(TraceFile::complaint);
                traces.complaints.iter().cloned().chain(of_open).collect()
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

impl Traces {
    /// The trace of the card that comes into a slot. That of the card before it is closed.
    fn open(&mut self, slot: usize, own: TraceFile) {
        if let Some(last) = self.open.insert(slot, own) {
            last.remove_if_untouched();
            self.complaints.extend(last.complaint());
        }
    }
}

impl CardRecording {
    /// The layer that records it.
    pub(crate) fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// A card of a real reader comes back, or another one that cannot be told from it.
    pub(crate) fn may_be_another(&self) {
        self.recorder.remark(SAME_OR_ANOTHER);
    }

    /// The card comes back.
    pub(crate) fn comes_back(&self) {
        self.recorder.insert(None);
    }

    /// The card was pulled.
    pub(crate) fn leaves(&self) {
        self.recorder.remove();
    }
}

/// A card that did not come in after all leaves no trace of its own.
impl Drop for CardRecording {
    fn drop(&mut self) {
        self.own.iter().for_each(TraceFile::remove_if_untouched);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// That a trace names cards which no replay finds, if it does.
fn unfound(trace_file: &TraceFile, strangers: &Mutex<BTreeSet<String>>) -> Option<String> {
    let strangers = lock(strangers);
    let names: Vec<_> = strangers.iter().map(|name| shown::line(name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "the recording {} cannot be replayed as it is: no card file of these cards is known that came into a slot: \
             {}; put their card files beside it under these names, or record each card in a trace of its own",
            shown::path(trace_file.path()),
            names.join(", ")
        )
    })
}

/// What every trace has to say first.
fn begin(tape: &Tape, run: Run) {
    tape.line("", &Line::Now(run.today));
    run.seed.iter().for_each(|seed| tape.line("", &Line::Seed(*seed)));
}

/// The name of a slot in a trace of its own. From its number the chance of the card follows; without a name it is 0.
fn own_name(slot: usize) -> String {
    if slot == 0 { String::new() } else { format!("slot-{slot}") }
}

/// A new trace for one card, with all that stands before the dialogue.
fn own_trace(created: Lines, path: &Path, run: Run, head: impl FnOnce(&Tape)) -> Result<TraceFile, Arc<io::Error>> {
    let trace_file = TraceFile::new(created, path)?;
    begin(trace_file.tape(), run);
    head(trace_file.tape());
    trace_file.tape().failure().map_or(Ok(trace_file), Err)
}

/// What a trace calls a card, if it says where the card comes from.
///
/// # Errors
///
/// That the trace would be read otherwise.
pub(crate) fn seen(trace: &Path, origin: &Origin) -> Result<Option<String>, HostError> {
    Ok(match origin {
        Origin::File(file) => Some(seen_from(trace, file)?),
        Origin::BuiltIn(name) => Some((*name).to_owned()),
        Origin::Named(_) => None,
    })
}

/// What is in a slot. A card of no file is known by its answer to reset only; what it answers in a field is not known
/// before it is there.
fn head(tape: &Tape, slot: &str, named: Option<&str>, kind: Interface, card: &dyn Card) {
    named.iter().for_each(|name| tape.line(slot, &Line::Card(name)));
    if kind == Interface::Contact {
        tape.line(slot, &Line::Atr(card.atr().as_bytes()));
    }
}

/// What a card is called in the names of its traces: without what is hidden in text or ends a line, and not too long
/// for a file system.
fn stem(label: &str) -> String {
    let stem = Path::new(label).file_stem().unwrap_or_default().to_string_lossy();
    let safe: String = stem.chars().map(|letter| if shown::is_hidden(letter) { '-' } else { letter }).collect();
    safe.get(..safe.floor_char_boundary(LONGEST_STEM)).unwrap_or_default().to_owned()
}

/// A file that was not there before: `0-vitale2-martin-1.apdu` for the first recording of that card in slot 0.
fn fresh(folder: &Path, slot: usize, label: &str) -> (PathBuf, io::Result<Lines>) {
    let stem = stem(label);
    let name = |number: usize| folder.join(format!("{slot}-{stem}-{number}.{EXTENSION}"));
    for number in 1..MOST_PER_CARD {
        let path = name(number);
        match Lines::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return (path, created),
        }
    }
    (name(MOST_PER_CARD), Err(io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_STEM, stem};

    #[test]
    fn a_card_is_called_in_file_names_what_every_folder_can_hold() {
        for (label, right) in [
            ("cards/vitale2-martin.toml", "vitale2-martin"),
            ("Carte d'Éléonore (2)", "Carte d'Éléonore (2)"),
            ("two\nlines\u{202E}lmot\u{7f}", "two-lines-lmot-"),
            ("..", ""),
            ("", ""),
        ] {
            assert_eq!(stem(label), right, "{label:?}");
        }
        let long = stem(&"é".repeat(500));
        assert!(long.len() == LONGEST_STEM && long.chars().all(|letter| letter == 'é'), "{long}");
    }
}
