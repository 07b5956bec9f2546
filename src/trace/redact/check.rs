//! The last look: whether a value of the original card is still there, in any of the ways to write it.
//!
//! It looks through the text, the bytes of its lines, the bytes of the files that its lines make, and what the commands
//! and the answers of a slot say in a row: a value may be spread over several.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::{
    super::{file::Trace, follow::Asked, names::data_field},
    image::Treated,
    ways::{SHORTEST, Ways},
};
use crate::{
    profile::{diagnostic::Source, map::Element},
    trace::{Action, Atom, Expected, Pattern},
    work,
};

/// The values that must not be found again.
#[derive(Debug, Default)]
pub(super) struct Needles {
    needles: Vec<Needle>,
    /// The values of the invented cards: they may be found.
    invented: BTreeSet<String>,
    invented_ways: Ways,
    same: BTreeSet<String>,
}

#[derive(Debug)]
struct Needle {
    /// What it is; the value itself is never shown.
    name: String,
    ways: Ways,
}

impl Needles {
    /// Notes a value of an invented card, and those in it; `bytes` are those of its file.
    pub(super) fn know(&mut self, element: &Element, bytes: &[u8]) {
        if element.children.is_empty() && self.invented.insert(element.value.clone()) {
            let raw = bytes.get(element.value_range()).unwrap_or_default();
            self.invented_ways.extend(Ways::of(&element.value, raw));
        }
        element.children.iter().for_each(|child| self.know(child, bytes));
    }

    /// Adds a personal value of the original card: as people read it, and as it was coded.
    pub(super) fn add(&mut self, name: &str, value: &str, raw: &[u8]) {
        if self.invented.contains(value) {
            if value.len() >= SHORTEST {
                self.same.insert(name.to_owned());
            }
            return;
        }
        let ways = Ways::of(value, raw).without(&self.invented_ways);
        self.needles.push(Needle { name: name.to_owned(), ways });
    }

    /// Adds what a command presented that should stay secret.
    pub(super) fn add_secret(&mut self, secret: &[u8]) {
        self.needles.push(Needle { name: "a secret code".to_owned(), ways: Ways::of_secret(secret) });
    }

    /// The elements whose value the invented card has as well.
    pub(super) fn same(&self) -> Vec<String> {
        self.same.iter().cloned().collect()
    }

    /// What is still there: in the text, in the bytes of its lines, or in the files that its lines make.
    pub(super) fn survivors<'t>(&self, text: &str, files: impl Iterator<Item = &'t Treated>) -> Vec<String> {
        let mut bytes = self.search(|ways| &ways.bytes);
        let mut exact = self.search(|ways| &ways.exact);
        let mut digits = self.search(|ways| &ways.digits);
        exact.go_through(text.as_bytes());
        bytes.go_through(text.to_ascii_lowercase().as_bytes());
        for mut place in files.flat_map(Treated::pieces).chain(pieces(text)) {
            exact.go_through(&place);
            // Half bytes are seen in hexadecimal, wherever they begin, and so they are where each byte is turned round.
            digits.go_through(hex::encode_upper(&place).as_bytes());
            let turned: Vec<u8> = place.iter().map(|byte| byte.rotate_left(4)).collect();
            digits.go_through(hex::encode_upper(turned).as_bytes());
            place.make_ascii_lowercase();
            bytes.go_through(&place);
        }
        let found: BTreeSet<&str> = [bytes, exact, digits].into_iter().flat_map(|search| search.found).collect();
        found.into_iter().map(str::to_owned).collect()
    }

    /// A search for all ways of a kind.
    fn search(&self, kind: impl Fn(&Ways) -> &BTreeSet<Vec<u8>>) -> Search<'_> {
        let mut names: BTreeMap<&[u8], BTreeSet<&str>> = BTreeMap::new();
        for needle in &self.needles {
            for way in kind(&needle.ways) {
                work::step(way.len());
                names.entry(way).or_default().insert(&needle.name);
            }
        }
        let (ways, names): (Vec<_>, Vec<_>) = names.into_iter().unzip();
        match AhoCorasick::new(ways) {
            Ok(automaton) => Search { automaton: Some(automaton), names, found: BTreeSet::new() },
            // Where so many cannot be looked for, nothing is known to be gone.
            Err(_) => Search { automaton: None, names: Vec::new(), found: names.into_iter().flatten().collect() },
        }
    }
}

/// Looks for many ways at once: each place is read once, however many there are.
struct Search<'n> {
    automaton: Option<AhoCorasick>,
    /// The names of what each way is of; empty once it was found.
    names: Vec<BTreeSet<&'n str>>,
    found: BTreeSet<&'n str>,
}

impl Search<'_> {
    fn go_through(&mut self, place: &[u8]) {
        let Some(automaton) = &self.automaton else { return };
        work::step(place.len());
        for one in automaton.find_overlapping_iter(place) {
            work::step(1);
            self.found.extend(self.names.get_mut(one.pattern().as_usize()).map(std::mem::take).unwrap_or_default());
        }
    }
}

/// The runs of known bytes in the lines of a trace, and what its lines say in a row.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let source = Source { name: String::new(), text: text.to_owned() };
    let Ok(trace) = Trace::parse(source.into()) else { return vec![text.as_bytes().to_vec()] };
    let mut pieces = vec![trace.store.clone()];
    let mut rows: BTreeMap<(usize, Saying), Row> = BTreeMap::new();
    for step in &trace.steps {
        let mut say = |saying, bytes: &[Option<u8>]| rows.entry((step.slot, saying)).or_default().add(bytes);
        if let Action::Send(pattern) = &step.action {
            let bytes = known(&trace, pattern, &mut pieces);
            if let Some(Asked { header: [_, ins, p1, p2], body }) = Asked::of(&trace, pattern) {
                say(Saying::P1(ins), &[Some(p1)]);
                say(Saying::P2(ins), &[Some(p2)]);
                say(Saying::Parameters(ins), &[Some(p1), Some(p2)]);
                let data: Vec<Option<u8>> = match body {
                    Some(body) => data_field(body).iter().copied().map(Some).collect(),
                    None => bytes.get(HEADER..).unwrap_or_default().to_vec(),
                };
                say(Saying::DataOf(ins), &data);
                say(Saying::Data, &data);
            } else {
                say(Saying::Data, &bytes);
            }
        }
        if let Expected::Response(pattern, _) = &step.expected {
            let bytes = known(&trace, pattern, &mut pieces);
            say(Saying::Responses, bytes.get(..bytes.len().saturating_sub(STATUS)).unwrap_or_default());
        }
    }
    pieces.extend(rows.into_values().flat_map(|row| row.0));
    pieces
}

/// What can be said in a row by the commands of a slot, of one instruction byte or all, or by its answers.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Saying {
    P1(u8),
    P2(u8),
    Parameters(u8),
    DataOf(u8),
    Data,
    Responses,
}

/// The length of the header of a command, and of a status word.
const HEADER: usize = 4;
const STATUS: usize = 2;

/// The bytes of a pattern as far as they are known; its runs of known bytes become pieces if it has holes.
fn known(trace: &Trace, pattern: &Pattern, pieces: &mut Vec<Vec<u8>>) -> Vec<Option<u8>> {
    let Pattern::Holes(atoms) = pattern else {
        return trace.exact(pattern).unwrap_or_default().iter().copied().map(Some).collect();
    };
    let byte = |atom: &Atom| match atom {
        Atom::Byte(byte) => Some(*byte),
        _ => None,
    };
    let bytes: Vec<Option<u8>> = atoms.iter().map(byte).collect();
    pieces.extend(bytes.split(Option::is_none).map(|piece| piece.iter().flatten().copied().collect()));
    bytes
}

/// What lines say in a row. A line of which nothing is known is passed over; a hole in a line ends a piece.
#[derive(Clone, Debug, Default)]
struct Row(Vec<Vec<u8>>);

impl Row {
    fn add(&mut self, line: &[Option<u8>]) {
        if line.iter().all(Option::is_none) {
            return;
        }
        for (index, piece) in line.split(Option::is_none).enumerate() {
            let piece = piece.iter().flatten().copied();
            match self.0.last_mut().filter(|_| index == 0) {
                Some(last) => last.extend(piece),
                None => self.0.push(piece.collect()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;
    use crate::work;

    fn survivors(text: &str) -> Vec<String> {
        let mut needles = Needles::default();
        needles.add("nir", "285197599900284", &[0x02, 0x85, 0x19, 0x75, 0x99, 0x90, 0x02, 0x84]);
        needles.add("nom", "LEFÈVRE", b"LEF\xC8VRE");
        needles.add("naissance", "1985-19-07", b"19851907");
        needles.add("rang", "1", b"1");
        needles.survivors(&format!("virtuale-trace 1\n{text}\n"), std::iter::empty())
    }

    #[test]
    fn a_value_is_found_in_every_coding() {
        let one = |name: &str| vec![name.to_owned()];
        assert_eq!(survivors("> 00\n< 4C 45 46 C8 56 52 45 90 00"), one("nom"), "Latin-1");
        assert_eq!(survivors("> 00\n< 4C 45 46 C3 88 56 52 45 90 00"), one("nom"), "UTF-8");
        assert_eq!(survivors("# Mme Lefèvre"), one("nom"), "text");
        assert_eq!(survivors("> 00\n< 32 38 35 31 39 37 35 39 39 39 30 30 32 38 34 90 00"), one("nir"), "digits");
        assert_eq!(survivors("> 00\n< 28 51 97 59 99 00 28 4F 90 00"), one("nir"), "packed");
        assert_eq!(survivors("> 00\n< 02 85 19 75 99 90 02 84 90 00"), one("nir"), "packed, shifted by half a byte");
        assert_eq!(survivors("> 00\n< .. 19 85 19 07 .. 90 00"), one("naissance"), "packed between wildcards");
        assert_eq!(survivors("# 1985-19-07"), one("naissance"), "as people write it");
        assert_eq!(survivors("> 31 39\n< 38 35 31 39 30 37 90 00"), one("naissance"), "over two lines");
        assert_eq!(
            survivors("> 00\n< 82 15 79 95 99 00 82 90 00"),
            one("nir"),
            "without its key, each byte turned round"
        );
        assert_eq!(survivors("> 00\n< 4C 00 45 00 46 00 45 00 56 00 52 00 45 00 90 00"), one("nom"), "UTF-16");
        assert_eq!(survivors("> 00\n< 54 45 56 47 52 56 5A 53 52 51 90 00"), one("nom"), "LEFEVRE in base64");
    }

    #[test]
    fn a_value_is_found_in_what_lines_say_in_a_row() {
        let one = |name: &str| vec![name.to_owned()];
        let other = "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n";
        let selects = format!("> 00 A4 04 00 03 4C 45 46\n< 6A 82\n{other}> 00 A4 04 00 04 C8 56 52 45\n< 6A 82");
        assert_eq!(survivors(&selects), one("nom"), "data of commands");
        let offsets =
            format!("> 00 B0 4C 45\n< 6B 00\n{other}> 00 B0 46 C8\n< 6B 00\n> 00 B0 56 52\n< 6B 00\n> 00 B0 45 00");
        assert_eq!(survivors(&offsets), one("nom"), "P1-P2");
        let answers = "> 00\n< 4C 45 46 90 00\n> 01\n< .. 90 00\n> 01\n< C8 56 52 45 .. 90 00";
        assert_eq!(survivors(answers), one("nom"), "answers");
        let holes = "> 00\n< 4C 45 46 .. 90 00\n> 01\n< C8 56 52 45 90 00";
        assert_eq!(survivors(holes), Vec::<String>::new(), "a hole is no part of a value");
        let numbers: String =
            b"LEFEVRE".iter().map(|letter| format!("> 00 B2 01 {letter:02X} 00\n< 6A 83\n")).collect();
        assert_eq!(survivors(&numbers), one("nom"), "one letter in each command");
    }

    #[test]
    fn what_is_short_or_absent_is_not_found() {
        assert_eq!(survivors("> 00 31\n< 31 31 90 00"), Vec::<String>::new());
        assert_eq!(survivors("> 00\n< 4C 45 46 .. 56 52 45 90 00"), Vec::<String>::new());
    }
    #[test]
    fn looking_takes_steps_by_the_length_of_the_trace_and_the_values_only() {
        let trace = |size: usize| (0..size).map(|at| format!("> 00\n< {at:08X} 90 00\n")).collect::<String>();
        work::assert_linear(1_000, |size| {
            let mut needles = Needles::default();
            for at in 0..size {
                needles.add("nir", &format!("99{at:013}"), &u64::try_from(at).expect("few").to_le_bytes());
                needles.add("nom", "MARTIN", b"MARTIN");
            }
            let found = needles.survivors(&format!("virtuale-trace 1\n{}", trace(size)), std::iter::empty());
            assert!(!found.contains(&"nom".to_owned()));
        });
    }
}
