//! The last look: whether a value of the original card is still there, in any coding.
//!
//! Values that are short occur by chance and are not looked for: fewer than 4 characters or bytes, or than 6 digits
//! where digits are packed two in a byte.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::{super::file::Trace, StandIn, image::Treated};
use crate::{
    profile::map::{CardMap, Element},
    trace::{Action, Atom, Pattern, names::secret_to},
    work,
};

/// The shortest text or run of bytes that is looked for.
const SHORTEST: usize = 4;

/// The fewest digits that are looked for in half bytes.
const FEWEST_DIGITS: usize = 6;

/// The values that must not be found again.
#[derive(Debug, Default)]
pub(super) struct Needles {
    needles: Vec<Needle>,
    /// The values of the invented cards: they may be found.
    invented: BTreeSet<String>,
    same: BTreeSet<String>,
}

#[derive(Debug)]
struct Needle {
    /// What it is; the value itself is never shown.
    name: String,
    /// Ways to write it as bytes.
    bytes: BTreeSet<Vec<u8>>,
    /// Its digits, if it is made of enough of them.
    digits: Option<String>,
}

impl Needles {
    /// Notes the values of an invented card.
    pub(super) fn know(&mut self, map: &CardMap) {
        fn add(element: &Element, values: &mut BTreeSet<String>) {
            values.insert(element.value.clone());
            element.children.iter().for_each(|child| add(child, values));
        }
        map.files.iter().flat_map(|file| &file.elements).for_each(|element| add(element, &mut self.invented));
    }

    /// Adds a personal value of the original card: as people read it, and as it was coded.
    pub(super) fn add(&mut self, name: &str, value: &str, raw: &[u8]) {
        if self.invented.contains(value) {
            if value.len() >= SHORTEST {
                self.same.insert(name.to_owned());
            }
            return;
        }
        let latin_1 = |text: &str| {
            text.chars().map(|character| u8::try_from(u32::from(character))).collect::<Result<Vec<u8>, _>>()
        };
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let only_digits = !value.chars().any(char::is_alphabetic) && digits.len() >= FEWEST_DIGITS;
        let digits = only_digits.then_some(digits);
        let mut bytes = BTreeSet::from([raw.to_vec()]);
        for text in [value.to_owned(), value.to_uppercase(), value.to_lowercase()] {
            bytes.extend(latin_1(&text).ok());
            bytes.insert(text.into_bytes());
        }
        bytes.extend(digits.clone().map(String::into_bytes));
        bytes.retain(|way| way.len() >= SHORTEST && way.iter().any(|&byte| !matches!(byte, 0x00 | 0xFF | b' ' | b'0')));
        self.needles.push(Needle { name: name.to_owned(), bytes, digits });
    }

    /// Adds the data of commands that present a secret.
    pub(super) fn add_secrets(&mut self, trace: &Trace, stand_ins: &[StandIn<'_>]) {
        for step in trace.steps() {
            let (Action::Send(pattern), Some(stand_in)) = (&step.action, stand_ins.get(step.slot)) else { continue };
            let family = stand_in.profile.layout().family();
            if let Some(secret) = trace.exact(pattern).and_then(|command| secret_to([family], command))
                && secret.len() >= SHORTEST
            {
                let (bytes, name) = (BTreeSet::from([secret.to_vec()]), "a secret code".to_owned());
                self.needles.push(Needle { name, bytes, digits: None });
            }
        }
    }

    /// The elements whose value the invented card has as well.
    pub(super) fn same(&self) -> Vec<String> {
        self.same.iter().cloned().collect()
    }

    /// What is still there: in the text, in the bytes of its lines, or in the files that its lines make.
    pub(super) fn survivors<'t>(&self, text: &str, files: impl Iterator<Item = &'t Treated>) -> Vec<String> {
        let mut places: Vec<Vec<u8>> = files.flat_map(Treated::pieces).collect();
        places.extend(pieces(text));
        // Packed digits are seen in hexadecimal, wherever they begin.
        let hexadecimal: Vec<String> = places.iter().map(hex::encode_upper).collect();
        let ways =
            || self.needles.iter().flat_map(|needle| needle.bytes.iter().map(|way| (way.clone(), &*needle.name)));
        let in_small = ways().map(|(way, name)| (way.to_ascii_lowercase(), name));
        let digits =
            self.needles.iter().filter_map(|needle| Some((needle.digits.clone()?.into_bytes(), &*needle.name)));
        let mut found = found(ways(), places.iter().map(Vec::as_slice));
        found.extend(self::found(in_small, [text.to_lowercase().as_bytes()]));
        found.extend(self::found(digits, hexadecimal.iter().map(String::as_bytes)));
        found.into_iter().map(str::to_owned).collect()
    }
}

/// The names of the ways that occur in one of the places. Each place is read once, however many ways there are.
fn found<'n, 'p>(
    ways: impl Iterator<Item = (Vec<u8>, &'n str)>,
    places: impl IntoIterator<Item = &'p [u8]>,
) -> BTreeSet<&'n str> {
    let mut names: BTreeMap<Vec<u8>, BTreeSet<&str>> = BTreeMap::new();
    for (way, name) in ways.filter(|(way, _)| !way.is_empty()) {
        work::step(way.len());
        names.entry(way).or_default().insert(name);
    }
    let (ways, mut names): (Vec<_>, Vec<_>) = names.into_iter().unzip();
    // Where so many cannot be looked for, nothing is known to be gone.
    let Ok(search) = AhoCorasick::new(&ways) else { return names.into_iter().flatten().collect() };
    let mut found = BTreeSet::new();
    for place in places {
        work::step(place.len());
        for one in search.find_overlapping_iter(place) {
            work::step(1);
            found.extend(names.get_mut(one.pattern().as_usize()).map(std::mem::take).unwrap_or_default());
        }
    }
    found
}

/// The runs of known bytes in the lines of a trace.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let source = crate::profile::diagnostic::Source { name: String::new(), text: text.to_owned() };
    let Ok(trace) = Trace::parse(source.into()) else { return vec![text.as_bytes().to_vec()] };
    let mut pieces = vec![trace.store.clone()];
    let patterns = trace.steps.iter().flat_map(|step| {
        let command = match &step.action {
            Action::Send(pattern) => Some(pattern),
            _ => None,
        };
        let response = match &step.expected {
            crate::trace::Expected::Response(pattern, _) => Some(pattern),
            _ => None,
        };
        command.into_iter().chain(response)
    });
    for pattern in patterns {
        let Pattern::Holes(atoms) = pattern else { continue };
        let mut piece = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Byte(byte) => piece.push(*byte),
                _ => pieces.push(std::mem::take(&mut piece)),
            }
        }
        pieces.push(piece);
    }
    pieces
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
