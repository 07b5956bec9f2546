//! The cards that a trace is replayed against, made from card files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use jiff::civil::Date;
use virtuale_engine::{Atr, Card, Uid};

use super::{
    LONGEST,
    chance::Chance,
    file::{Action, Trace, TraceSlot},
    finding::Finding,
    follow,
    names::command_name_of,
    replay::{Inserted, Replayed, Wanted, replay},
    suite::Verdict,
};
use crate::{
    layer::{
        Layers, Onlookers,
        fault::{Faults, NotArmed},
    },
    profile::{
        LoadError, Options, Profile, Provision, UnknownCard,
        diagnostic::{Diagnostic, Diagnostics},
        families::Families,
        reading,
    },
    shown,
};

/// How many findings of a trace are explained: each reads the trace from its beginning.
const MOST_EXPLAINED: usize = 20;

/// What a trace is replayed with where it does not say it itself.
#[derive(Clone, Debug)]
pub struct Cards {
    /// A card file for each slot, or the name of a card of the program, in place of what the trace names.
    pub given: Vec<PathBuf>,
    /// The day.
    pub today: Date,
    /// Where chance starts.
    pub seed: u64,
    /// The families that the cards may be of.
    pub families: Families,
    /// What every card gets around it.
    pub layers: Layers,
}

/// What a reader knows of a card before anything is said to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Its answer to reset; in a slot with an antenna that which it gives there.
    pub atr: Option<Atr>,
    /// What it is called in a field.
    pub uid: Option<Uid>,
}

/// Why a trace was not replayed.
#[derive(Debug, thiserror::Error)]
pub enum Unreplayed {
    /// A file cannot be read.
    #[error("cannot read {}: {}", shown::path(path), shown::reason(error))]
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
    /// A card has a name that no card of the program has, and is no path.
    #[error(transparent)]
    Unknown(UnknownCard),
    /// Nobody says which card is meant.
    #[error("the trace does not name its card with a `card` line, and none was given")]
    NoCard,
}

impl From<LoadError> for Unreplayed {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Io { path, error } => Self::Io { path, error },
            LoadError::Invalid(mistakes) => Self::Invalid(mistakes),
            LoadError::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}

impl Cards {
    /// Replays a trace from its file, and says of each finding which element of the card it is about.
    #[must_use]
    pub fn replay(&self, path: &Path) -> Verdict {
        let start = Instant::now();
        match read(path) {
            Ok(trace) => self.replay_trace(&trace).map_or_else(
                |error| Verdict::without_card(path, start, &trace, error),
                |outcome| Verdict::of(path, start, Ok(outcome)),
            ),
            Err(error) => Verdict::of(path, start, Err(error)),
        }
    }

    fn replay_trace(&self, trace: &Trace) -> Result<Replayed, Unreplayed> {
        let mut profiles: Vec<Option<Profile>> = vec![None; trace.slots.len()];
        let mut outcome = replay(trace, self.chance(trace), |wanted| {
            let profile = self.profile(trace, wanted)?;
            let card: Inserted<'_> = profile.as_ref().map(|profile| {
                let number = trace.slot_number(wanted.index);
                let meter = self.layers.meter();
                let provision = Provision::for_slot(number);
                let provision = match trace.has_faults(wanted.index) {
                    true => provision.with_faults(wanted.faults.clone()),
                    false => provision,
                };
                let card = profile.card_with(meter.iter().fold(provision, Provision::with_meter));
                let slot = usize::try_from(number).unwrap_or(usize::MAX);
                self.layers.dress_metered(slot, card, meter, Onlookers::default())
            });
            check_files(trace, wanted)?;
            if let Some(known) = profiles.get_mut(wanted.index) {
                *known = profile;
            }
            Ok::<_, Unreplayed>(card)
        })?;
        let owners = trace.owners();
        for finding in &mut outcome.findings {
            let slot = finding.step.and_then(|step| owners.get(step).copied());
            let profile = slot.and_then(|slot| profiles.get(slot)?.as_ref());
            if let Some(profile) = profile.filter(|_| !finding.command.is_empty()) {
                finding.asked = command_name_of(profile.layout().family(), &finding.command);
            }
        }
        for finding in outcome.findings.iter_mut().take(MOST_EXPLAINED) {
            let profile = finding.step.and_then(|step| profiles.get(*owners.get(step)?)?.as_ref());
            finding.element = profile.and_then(|profile| explain(trace, finding, profile));
        }
        Ok(outcome)
    }

    /// What a reader knows of the card whose file stands for a slot, if one does, before anything is said to it.
    ///
    /// # Errors
    ///
    /// That the file cannot be read or has mistakes.
    pub fn known(&self, trace: &Trace, index: usize) -> Result<Known, Unreplayed> {
        let Some(slot) = trace.slots.get(index).filter(|slot| slot.card.is_some()) else { return Ok(Known::default()) };
        let faults = Faults::default();
        let profile = self.profile(trace, Wanted { index, slot, card: slot.card.as_deref(), faults: &faults })?;
        Ok(profile.map_or_else(Known::default, |profile| {
            let (image, card) = (profile.image(), profile.card_with(Provision::for_slot(trace.slot_number(index))));
            let atr = if trace.is_in_field(index) { image.contactless_atr } else { Some(image.atr) };
            Known { atr, uid: card.uid() }
        }))
    }

    /// Whether the cards draw what those of the trace drew. They do not if another card file was given for one, since
    /// chance follows from it too; and a trace that says neither a seed nor a card file is of cards that were not made
    /// here.
    fn chance(&self, trace: &Trace) -> Chance {
        let of_ours = trace.seed.is_some() || trace.slots.iter().any(|slot| slot.card.is_some());
        let exchanged = |(given, slot): (&PathBuf, &TraceSlot)| {
            slot.card.as_ref().is_some_and(|named| !is_one_file(given, &resolve(trace, named)))
        };
        let is_another = !of_ours || self.given.iter().zip(&trace.slots).any(exchanged);
        if is_another { Chance::Another } else { Chance::Recorded }
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
        let profile = self.families.load(&path, &options)?;
        // The trace says what struck; where it says nothing, the card has the faults of its file.
        Ok(Some(if trace.has_faults(wanted.index) { profile.without_faults() } else { profile }))
    }
}

/// Holds that the card that comes into a slot has the files that the faults above its dialogue name: they are known
/// where its faults are.
fn check_files(trace: &Trace, wanted: Wanted<'_>) -> Result<(), Unreplayed> {
    let mut mistakes = Vec::new();
    for (fault, span) in wanted.slot.faults.iter().zip(&wanted.slot.fault_spans) {
        let looked_up = fault.when.file.as_ref().map(|name| wanted.faults.look_up(name));
        let Some(Err(error @ NotArmed::NoFile { .. })) = looked_up else { continue };
        let hint = match &error {
            NotArmed::NoFile { near: Some(near), .. } => format!("did you mean {near}?"),
            _ => format!("it has {}; one is also meant by D001, 3F00/D001 or sfi:2", wanted.faults.files().join(", ")),
        };
        let mistake = Diagnostic::new(&trace.source, span.clone(), error.to_string());
        mistakes.push(Diagnostic { hint: Some(hint.into()), ..mistake });
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Unreplayed::Invalid(Diagnostics(mistakes))) }
}

/// Whether two paths lead to one file.
fn is_one_file(one: &Path, other: &Path) -> bool {
    one == other
        || fs::canonicalize(one).ok().zip(fs::canonicalize(other).ok()).is_some_and(|(one, other)| one == other)
}

/// Whether nothing is in a slot at the beginning: its first card is inserted later, or others have theirs and it has
/// none.
fn begins_empty(trace: &Trace, wanted: Wanted<'_>) -> bool {
    let first = trace.steps.iter().find(|step| step.slot == wanted.index);
    let inserted = first.is_some_and(|step| matches!(step.action, Action::Insert(Some(_)) | Action::InsertFrom(_)));
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

/// The line of a trace, from 1, that names the card for want of which it was not replayed.
pub(super) fn line_of_card(trace: &Trace, error: &Unreplayed) -> Option<usize> {
    let is_wanted = |named: &str| match error {
        Unreplayed::Io { path, .. } => resolve(trace, named) == *path,
        Unreplayed::Unknown(unknown) => unknown.name == named,
        Unreplayed::Invalid(_) | Unreplayed::NoCard => false,
    };
    let named = |line: &str| {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let (keyword, rest) = line.split_once([' ', '\t'])?;
        matches!(keyword, "card" | "insert").then(|| rest.trim().to_owned())
    };
    let mut lines = trace.source.text.lines();
    lines.position(|line| named(line).is_some_and(|named| is_wanted(&named))).map(|before| before + 1)
}

/// A card file of a trace: beside it, else from the folder in which the program runs, else a card of the program.
fn resolve(trace: &Trace, path: &str) -> PathBuf {
    let is_there = |path: &PathBuf| path.metadata().is_ok_and(|found| !found.is_dir());
    let beside = trace.folder().map(|folder| folder.join(path)).filter(is_there);
    beside.unwrap_or_else(|| PathBuf::from(path))
}

/// The element that the first differing byte of an answer belongs to, in words.
fn explain(trace: &Trace, finding: &Finding, profile: &Profile) -> Option<String> {
    let step = finding.step?;
    let map = profile.map();
    let read = follow::read_by(trace, profile.layout(), map, step)?;
    let (data, difference) = finding.difference_in_data()?;
    read.element_at(map, difference.checked_sub(read.header(data))?)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use hex_literal::hex;
    use jiff::civil::date;
    use virtuale_engine::{Card, Fault, Interface, Response, image::FileKind};

    use super::{Cards, Layers, Options, Replayed, Trace, Unreplayed, read};
    use crate::{
        layer::Layer,
        profile::{diagnostic::Source, families::Families},
    };

    /// Cards that a trace names itself, on a day and with a seed.
    fn cards() -> Cards {
        let (families, layers) = (Families::built_in(), Layers::default());
        Cards { given: vec![], today: date(2026, 1, 15), seed: 1, families, layers }
    }

    /// The elements that the findings of a trace of a built-in card are about.
    fn elements(body: &str) -> Vec<Option<String>> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/x.apdu");
        let text = format!("virtuale-trace 1\ncard cards/vitale2-martin.toml\n{body}");
        let source = Source { name: beside.display().to_string(), text };
        let trace = Trace::parse(Arc::new(source)).expect(body);
        let Replayed { findings, .. } = cards().replay_trace(&trace).expect("the card is there");
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

    /// A card of the private layout whose people stand in records of another structure, in a folder of its own.
    fn people_in_records(structure: &str) -> tempfile::TempDir {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
        let text = |name: &str| std::fs::read_to_string(fixtures.join(name)).expect("a fixture");
        // Records that are longer than what is in them, so that a record is more than one element.
        let layout = text("deplace.toml").replace("record_length = 40", "record_length = 44");
        let layout = layout.replace("\"linear-fixed\"", &format!("\"{structure}\""));
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("deplace.toml"), layout).expect("room");
        std::fs::write(folder.path().join("card.toml"), text("deplace-roux.toml")).expect("room");
        folder
    }

    /// What the findings of a trace of such a card are about.
    fn elements_of_records(structure: &str, body: &str) -> Vec<Option<String>> {
        let folder = people_in_records(structure);
        let name = folder.path().join("x.apdu").display().to_string();
        let text = format!(
            "virtuale-trace 1\ncard card.toml\n> 00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\n< 61 ..\n{body}"
        );
        let trace = Trace::parse(Arc::new(Source { name, text })).expect(body);
        let Replayed { findings, .. } = cards().replay_trace(&trace).expect("the card is there");
        let short = |element: String| element.split(" (").next().map(str::to_owned);
        findings.into_iter().map(|finding| finding.element.and_then(short)).collect()
    }

    #[test]
    fn record_1_is_the_first_one_or_in_a_cyclic_file_the_newest() {
        let body = "> 00 B2 01 3C 2C\n< FF ** 90 00\n> 00 B2 02 3C 2C\n< FF ** 90 00\n";
        let first = Some("byte 0 of GENS".to_owned());
        let fixed = Some("byte 44 of GENS".to_owned());
        assert_eq!(elements_of_records("linear-fixed", body), [first.clone(), fixed.clone()]);
        assert_eq!(elements_of_records("cyclic", body), [fixed, first.clone()]);
        let variable = Some("byte 40 of GENS".to_owned());
        assert_eq!(elements_of_records("linear-variable", &body.replace("2C", "28")), [first, variable]);
    }

    #[test]
    fn after_a_new_record_the_numbers_are_no_longer_known() {
        let record = "00 ".repeat(44);
        for header in ["00 E2 00 38", "00 DC 00 3B"] {
            let body = format!("> {header} 2C {record}\n< 90 00\n> 00 B2 02 3C 2C\n< FF ** 90 00\n");
            // The card refuses what the trace says that it did.
            assert_eq!(elements_of_records("cyclic", &body), [None, None], "{header}");
        }
    }

    #[test]
    fn a_map_has_the_records_as_the_chip_numbers_them() {
        for structure in ["linear-fixed", "linear-variable", "cyclic"] {
            let folder = people_in_records(structure);
            let options = Options { today: date(2026, 1, 15), seed: 1 };
            let profile = crate::profile::load(&folder.path().join("card.toml"), &options).expect("a card");
            let file = profile.map().file("GENS").expect("it has people");
            let kinds = profile.image().files.iter().map(|file| &file.kind);
            let mut content = kinds.filter_map(|kind| match kind {
                FileKind::Records { content, .. } => Some(content.concat()),
                _ => None,
            });
            let bytes = content.next_back().expect("a file of records");
            let mut card = profile.card();
            card.power_up(Interface::Contact).expect("power");
            let mut response = Response::new();
            let select = hex!("00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45");
            card.transmit(&select, &mut response).expect("an answer");
            assert_eq!(file.records.len(), 2);
            for (number, range) in (1..).zip(&file.records) {
                let le = u8::try_from(range.len()).expect("a short record");
                card.transmit(&[0x00, 0xB2, number, 0x3C, le], &mut response).expect("an answer");
                assert_eq!(response.data(), &bytes[range.clone()], "record {number}, {structure}");
            }
        }
    }

    #[test]
    fn the_cards_of_a_replay_are_dressed_as_those_of_a_slot() {
        /// A card that dies of its second command.
        struct Dying(usize, u8);
        impl Layer for Dying {
            fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
                self.1 += 1;
                if self.1 > 1 && self.0 == 3 { Err(Fault::Mute) } else { card.transmit(command, response) }
            }
        }
        let name = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/x.apdu").display().to_string();
        let exchange = "> 00 84 00 00 08\n< ** 90 00\n";
        let card = |slot: u8| format!("slot slot-{slot}\ncard vitale2-martin\n");
        let text =
            format!("virtuale-trace 1\n{}{}{exchange}{exchange}slot slot-3\n{exchange}{exchange}", card(3), card(2));
        let trace = Trace::parse(Arc::new(Source { name, text })).expect("a trace");
        let mut cards = cards();
        cards.layers = cards.layers.with(|slot| Dying(slot, 0));
        let Replayed { findings, .. } = cards.replay_trace(&trace).expect("the cards are there");
        let places: Vec<_> = findings.iter().map(|finding| finding.position().0).collect();
        assert_eq!(places, [14], "the second command to the card in slot 3");
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
    fn chance_is_compared_where_it_is_that_of_the_trace() {
        let answers_of_chance = |head: &str, given: &[&str]| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards");
            let challenge = "> 00 84 00 00 08\n< 00 00 00 00 00 00 00 00 90 00\n";
            let text = format!("virtuale-trace 1\n{head}{challenge}");
            let source = Source { name: root.join("x.apdu").display().to_string(), text };
            let trace = Trace::parse(Arc::new(source)).expect(head);
            let given = given.iter().map(|name| root.join(name)).collect();
            let cards = Cards { given, ..cards() };
            let outcome = cards.replay_trace(&trace).expect("the card is there");
            (outcome.drawn, outcome.findings.len())
        };
        let (compared, not_compared) = ((0, 1), (1, 0));
        let (martin, durand) = ("vitale2-martin.toml", "vitale2-durand.toml");
        assert_eq!(answers_of_chance("card vitale2-martin.toml\n", &[]), compared);
        assert_eq!(answers_of_chance("card vitale2-martin.toml\n", &[martin]), compared, "the same card file");
        assert_eq!(answers_of_chance("card vitale2-martin.toml\n", &[durand]), not_compared, "another one");
        assert_eq!(answers_of_chance("seed 5\n", &[martin]), compared, "the seed is said");
        assert_eq!(answers_of_chance("", &[martin]), not_compared, "a card that was not made here");
    }

    #[test]
    fn a_trace_without_a_card_needs_one() {
        let source = Source { name: "t.apdu".into(), text: "virtuale-trace 1\n> 00\n< 90 00\n".into() };
        let trace = Trace::parse(Arc::new(source)).expect("a trace");
        let mut cards = cards();
        assert!(matches!(cards.replay_trace(&trace), Err(Unreplayed::NoCard)));
        cards.given.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml"));
        let outcome = cards.replay_trace(&trace).expect("a card was given");
        assert_eq!((outcome.commands, outcome.findings.len()), (1, 1));
        cards.given = vec!["no-such.toml".into()];
        assert!(matches!(cards.replay_trace(&trace), Err(Unreplayed::Io { .. })));
    }
}
