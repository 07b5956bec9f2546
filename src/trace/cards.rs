//! The cards that a trace is replayed against, made from card files.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use jiff::civil::Date;
use virtuale_engine::{Atr, Card};

use super::{
    file::{Action, Trace, TraceSlot},
    finding::Finding,
    follow,
    names::command_name_of,
    replay::{Inserted, Wanted, replay},
    suite::Verdict,
};
use crate::profile::{LoadError, Options, Profile, Provision, diagnostic::Diagnostics, families::Families, reading};

/// The longest trace, and the longest log that becomes one, in bytes: many hours of commands.
pub const LONGEST: usize = 64 << 20;

/// How many findings of a trace are explained: each reads the trace from its beginning.
const MOST_EXPLAINED: usize = 20;

/// What a trace is replayed with where it does not say it itself.
#[derive(Clone, Debug)]
pub struct Cards {
    /// A card file for each slot, in place of what the trace names.
    pub given: Vec<PathBuf>,
    /// The day.
    pub today: Date,
    /// Where chance starts.
    pub seed: u64,
    /// The families that the cards may be of.
    pub families: Families,
}

/// Why a trace was not replayed.
#[derive(Debug, thiserror::Error)]
pub enum Unreplayed {
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The trace or a card file has mistakes.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// Nobody says which card is meant.
    #[error("the trace does not name its card with a `card` line, and none was given")]
    NoCard,
}

impl From<LoadError> for Unreplayed {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Io { path, error } => Self::Io { path, error },
            LoadError::Invalid(mistakes) => Self::Invalid(mistakes),
        }
    }
}

impl Cards {
    /// Replays a trace from its file, and says of each finding which element of the card it is about.
    #[must_use]
    pub fn replay(&self, path: &Path) -> Verdict {
        let start = Instant::now();
        let result = read(path).and_then(|trace| self.replay_trace(&trace));
        let (commands, findings, error) = match result {
            Ok((commands, findings)) => (commands, findings, None),
            Err(failure) => (0, Vec::new(), Some(failure)),
        };
        Verdict { path: path.to_owned(), commands, findings, error, time: start.elapsed() }
    }

    fn replay_trace(&self, trace: &Trace) -> Result<(usize, Vec<Finding>), Unreplayed> {
        let mut profiles: Vec<Option<Profile>> = vec![None; trace.slots.len()];
        let mut outcome = replay(trace, |wanted| {
            let profile = self.profile(trace, wanted)?;
            let card: Inserted<'_> = profile.as_ref().map(|profile| {
                let provision = Provision::for_slot(trace.slot_number(wanted.index));
                Box::new(profile.card_with(provision)) as Box<dyn Card>
            });
            if let Some(known) = profiles.get_mut(wanted.index) {
                *known = profile;
            }
            Ok::<_, Unreplayed>(card)
        })?;
        for finding in &mut outcome.findings {
            let slot = finding.step.and_then(|step| trace.steps.get(step)).map(|step| step.slot);
            let profile = slot.and_then(|slot| profiles.get(slot)?.as_ref());
            if let Some(profile) = profile.filter(|_| !finding.command.is_empty()) {
                finding.asked = command_name_of(profile.layout().family(), &finding.command);
            }
        }
        for finding in outcome.findings.iter_mut().take(MOST_EXPLAINED) {
            finding.element = explain(trace, finding, &profiles);
        }
        Ok((outcome.commands, outcome.findings))
    }

    /// The answer to reset of the card file that stands for a slot, if one does.
    ///
    /// # Errors
    ///
    /// That it cannot be read or has mistakes.
    pub fn atr(&self, trace: &Trace, index: usize) -> Result<Option<Atr>, Unreplayed> {
        let Some(slot) = trace.slots.get(index).filter(|slot| slot.card.is_some()) else { return Ok(None) };
        let profile = self.profile(trace, Wanted { index, slot, card: slot.card.as_deref() })?;
        Ok(profile.map(|profile| profile.image().atr))
    }

    /// The profile of the card that comes into a slot; none for a slot that begins empty.
    fn profile(&self, trace: &Trace, wanted: Wanted<'_>) -> Result<Option<Profile>, Unreplayed> {
        let given = self.given.get(wanted.index).filter(|_| wanted.card == wanted.slot.card.as_deref());
        let path = match (given, wanted.card) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => resolve(trace, path),
            (None, None) if begins_empty(trace, wanted) => return Ok(None),
            (None, None) => return Err(Unreplayed::NoCard),
        };
        let options = Options { today: trace.now.unwrap_or(self.today), seed: trace.seed.unwrap_or(self.seed) };
        Ok(Some(self.families.load(&path, &options)?))
    }
}

/// Whether nothing is in a slot at the beginning: its first card is inserted later, or others have theirs and it has
/// none.
fn begins_empty(trace: &Trace, wanted: Wanted<'_>) -> bool {
    let first = trace.steps.iter().find(|step| step.slot == wanted.index);
    let inserted = first.is_some_and(|step| matches!(step.action, Action::Insert(Some(_))));
    let says = |slot: &TraceSlot| slot.card.is_some() || slot.atr.is_some();
    inserted || (!says(wanted.slot) && trace.slots.iter().any(says))
}

/// Reads a trace.
///
/// # Errors
///
/// [`Unreplayed`] if the file cannot be read, has more than [`LONGEST`] bytes or is no trace.
pub fn read(path: &Path) -> Result<Trace, Unreplayed> {
    Trace::parse(Arc::new(reading::text(path, LONGEST)?)).map_err(Unreplayed::Invalid)
}

/// A card file of a trace: beside it, else from the folder in which the program runs.
fn resolve(trace: &Trace, path: &str) -> PathBuf {
    let beside = trace.folder().map(|folder| folder.join(path)).filter(|path| path.exists());
    beside.unwrap_or_else(|| PathBuf::from(path))
}

/// The element that the first differing byte of an answer belongs to, in words.
fn explain(trace: &Trace, finding: &Finding, profiles: &[Option<Profile>]) -> Option<String> {
    let step = finding.step?;
    let profile = profiles.get(trace.steps.get(step)?.slot)?.as_ref()?;
    let map = profile.map();
    let read = follow::read_by(trace, profile.layout(), map, step)?;
    let (data, difference) = finding.difference_in_data()?;
    read.element_at(map, difference.checked_sub(read.header(data))?)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use jiff::civil::date;

    use super::{Cards, Trace, Unreplayed, read};
    use crate::profile::{diagnostic::Source, families::Families};

    /// The elements that the findings of a trace of the fixture are about.
    fn elements(body: &str) -> Vec<Option<String>> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/x.apdu");
        let text = format!("virtuale-trace 1\ncard cards/vitale2-martin.toml\n{body}");
        let source = Source { name: fixtures.display().to_string(), text };
        let trace = Trace::parse(Arc::new(source)).expect(body);
        let cards = Cards { given: vec![], today: date(2026, 1, 15), seed: 1, families: Families::built_in() };
        let (_, findings) = cards.replay_trace(&trace).expect("the card is there");
        findings.into_iter().map(|finding| finding.element).collect()
    }

    /// What is known of a byte of IDENTITE.
    fn identity(byte: usize, element: &str) -> Vec<Option<String>> {
        let source = "public: cardpeek, script vitale_2.lua; Rufus, lecteurvitale.cpp";
        vec![Some(format!("byte {byte} of IDENTITE (3F00/D001): beneficiaire 1 > {element} ({source})"))]
    }

    #[test]
    fn a_finding_names_the_element_however_it_was_read() {
        let name = identity(4, "nom_usage");
        assert_eq!(elements("> 00 B0 82 04 01\n< FF 90 00\n"), name, "by short identifier");
        let selected = "> 00 A4 02 0C 02 D0 01\n< 90 00\n> 00 B0 00 02 03\n< 80 06 FF 90 00\n";
        assert_eq!(elements(selected), name, "by offset in the current file");
        let odd = "> 00 B1 D0 01 03 54 01 02\n< 61 00\n> 00 C0 00 00 05\n< 53 81 FD 80 06 61 FB\n\
                   > 00 C0 00 00 01\n< FF 61 FA\n";
        assert_eq!(elements(odd), name, "by odd instruction, in two answers");
        let channel = "> 00 70 00 00 01\n< 01 90 00\n> 00 A4 04 0C 05 D2 50 00 00 02\n< 90 00\n\
                       > 00 A4 04 0E 05 D2 50 00 00 02\n< 90 00\n> 01 B0 82 04 01\n< FF 90 00\n";
        assert_eq!(elements(channel), name, "on another channel");
        let path = "> 00 A4 08 0C 04 DF 01 20 01\n< 90 00\n> 00 A4 03 0C\n< 90 00\n\
                    > 00 A4 09 0C 02 D0 01\n< 90 00\n> 00 B0 00 04 01\n< FF 90 00\n";
        assert_eq!(elements(path), name, "by paths");
    }

    #[test]
    fn what_is_not_known_is_not_named() {
        assert_eq!(elements("> 00 B0 82 00 01\n< 65 90 01\n"), [None], "a status word is no element");
        assert_eq!(elements("> 00 A4 04 00\n< 90 00\n"), [None]);
        assert_eq!(elements("> 00 A4 02 0C 02 D0 01\n< 90 00\nreset\n> 00 B0 00 00 01\n< 65 90 00\n"), [None]);
    }

    #[test]
    fn a_trace_that_does_not_end_is_refused() {
        let error = read(Path::new("/dev/zero")).expect_err("an endless file").to_string();
        assert!(error.contains("this file has more than 67108864 bytes"), "{error}");
    }

    #[test]
    fn a_trace_without_a_card_needs_one() {
        let source = Source { name: "t.apdu".into(), text: "virtuale-trace 1\n> 00\n< 90 00\n".into() };
        let trace = Trace::parse(Arc::new(source)).expect("a trace");
        let mut cards = Cards { given: vec![], today: date(2026, 1, 15), seed: 1, families: Families::built_in() };
        assert!(matches!(cards.replay_trace(&trace), Err(Unreplayed::NoCard)));
        cards.given.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards/vitale2-martin.toml"));
        let (commands, findings) = cards.replay_trace(&trace).expect("a card was given");
        assert_eq!((commands, findings.len()), (1, 1));
        cards.given = vec!["no-such.toml".into()];
        assert!(matches!(cards.replay_trace(&trace), Err(Unreplayed::Io { .. })));
    }
}
