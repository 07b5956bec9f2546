//! `virtuale card diff --state`: what is on a kept card, and was not before.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::bytes;
use crate::{
    cli::{Exit, Failure, cards, exit, language::Language, messages::Keep, options::Reproducible, output},
    host::state::{Look, State, elsewhere},
    profile::{
        layout::Layout,
        map::{Element, FileMap},
    },
    shown,
};

/// What is compared.
pub(super) struct Comparison<'a> {
    /// The card file.
    pub(super) card: &'a Path,
    /// One folder, or two: before and after.
    pub(super) folders: &'a [PathBuf],
    /// Which card of the card file.
    pub(super) number: Option<u32>,
    pub(super) json: bool,
    pub(super) language: Language,
    pub(super) reproducible: &'a Reproducible,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    card: String,
    same: bool,
    changed: Vec<ChangedFile>,
    made: Vec<MadeFile>,
    elsewhere: usize,
}

/// A file of the layout that was written to or deleted.
#[derive(Serialize)]
struct ChangedFile {
    name: String,
    path: String,
    deleted: bool,
    elements: Vec<ChangedElement>,
}

/// An element that is another one.
#[derive(Serialize)]
struct ChangedElement {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

/// A file that a command made.
#[derive(Serialize)]
struct MadeFile {
    path: String,
    bytes: String,
}

/// Compares.
pub(super) fn run(comparison: &Comparison<'_>) -> Exit {
    let profile = cards::profile(comparison.card, comparison.reproducible)?;
    // One after the other: both may be the same folder.
    let look = |folder: &PathBuf| -> Result<(String, Look), Failure> {
        let state = State::find(folder)?;
        let card = state.meant(&profile, comparison.number)?;
        Ok((card.clone(), state.look(&profile, &card)?))
    };
    let (before, (card, after)) = match comparison.folders {
        [folder] => (None, look(folder)?),
        [before, after] => (Some(look(before)?.1), look(after)?),
        _ => return Err(Failure::usage(Keep::TwoFolders.said(), Keep::GiveTwoFolders.said())),
    };
    let report = Report::of(card, before.as_ref(), &after);
    let code = if report.same { exit::DONE } else { exit::FOUND };
    let printed = match comparison.json {
        true => output::print_json(&report),
        false => output::print(report.page(comparison.language)),
    };
    exit::after(code, printed)
}

impl Report {
    fn of(card: String, before: Option<&Look>, after: &Look) -> Self {
        let layout = after.profile.layout();
        let mut changed = Vec::new();
        let mut pairs = Vec::new();
        for (index, (file, map)) in after.files.iter().zip(&after.profile.map().files).enumerate() {
            let then = match before.and_then(|before| before.files.get(index)) {
                Some(before) => before.now.as_ref(),
                None => Some(&file.then),
            };
            let now = file.now.as_ref();
            let of = |bytes: Option<&'_ Vec<u8>>| bytes.map_or(&[][..], |bytes| &**bytes).to_vec();
            pairs.push((of(then), of(now)));
            if then == now {
                continue;
            }
            let elements = match (then, now) {
                (Some(then), Some(now)) => changed_elements(layout, map, then, now),
                _ => Vec::new(),
            };
            let (name, path) = (map.name.clone(), bytes::place(map));
            changed.push(ChangedFile { name, path, deleted: now.is_none(), elements });
        }
        let is_new = |made: &&crate::host::state::Made| {
            let known = before.into_iter().flat_map(|before| &before.made);
            !known.into_iter().any(|known| (&known.path, &known.bytes) == (&made.path, &made.bytes))
        };
        let made = after.made.iter().filter(is_new).map(|made| {
            let path = made.path.iter().map(ToString::to_string).collect::<Vec<_>>().join("/");
            MadeFile { path, bytes: hex::encode_upper(&made.bytes) }
        });
        let made: Vec<_> = made.collect();
        let then = before.map_or(&after.born, |before| &before.cells);
        let pairs = pairs.iter().map(|(then, now)| (&**then, &**now));
        let elsewhere = elsewhere((then, &after.cells), pairs);
        let same = changed.is_empty() && made.is_empty() && elsewhere == 0;
        Self { card, same, changed, made, elsewhere }
    }

    fn page(&self, language: Language) -> String {
        if self.same {
            return format!("{}\n", Keep::NoChanges { card: &self.card }.text(language));
        }
        let mut page = String::new();
        for file in &self.changed {
            let what = if file.deleted { Keep::WasDeleted } else { Keep::WasWritten }.text(language);
            let _ = writeln!(page, "{}  {}, {what}", shown::line(&file.name), shown::line(&file.path));
            for ChangedElement { name, before, after } in &file.elements {
                let value = |value: &Option<String>| {
                    value.clone().map_or_else(|| Keep::Nothing.text(language), |value| shown::line(&value).into_owned())
                };
                let _ = writeln!(page, "  {}: {} -> {}", shown::line(name), value(before), value(after));
            }
        }
        for MadeFile { path, bytes } in &self.made {
            let what = Keep::WasMade { bytes: &(bytes.len() / 2).to_string() }.text(language);
            let _ = writeln!(page, "{path}, {what}");
        }
        if self.elsewhere > 0 {
            let cells = self.elsewhere.to_string();
            let _ = writeln!(page, "{}", Keep::InNoFile { cells: &cells }.text(language));
        }
        page
    }
}

/// The innermost elements of a file that are others, by their name and which one of that name it is.
fn changed_elements(layout: &Layout, map: &FileMap, then: &[u8], now: &[u8]) -> Vec<ChangedElement> {
    let told = |bytes: &[u8]| {
        let mut told = Vec::new();
        let mut seen = BTreeMap::new();
        let decoded = layout.decode(&map.name, bytes);
        decoded.iter().for_each(|decoded| tell(&decoded.elements, bytes, &mut told, &mut seen));
        told
    };
    let (then, now) = (told(then), told(now));
    let find = |all: &[(String, String)], name: &str| {
        all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut changed = Vec::new();
    for (name, _) in &then {
        let (before, after) = (find(&then, name), find(&now, name));
        if before != after {
            changed.push(ChangedElement { name: name.clone(), before, after });
        }
    }
    for (name, after) in &now {
        if find(&then, name).is_none() {
            changed.push(ChangedElement { name: name.clone(), before: None, after: Some(after.clone()) });
        }
    }
    changed
}

fn tell(elements: &[Element], bytes: &[u8], told: &mut Vec<(String, String)>, seen: &mut BTreeMap<String, usize>) {
    for element in elements {
        if !element.children.is_empty() {
            tell(&element.children, bytes, told, seen);
            continue;
        }
        let number = seen.entry(element.name.clone()).or_insert(0);
        *number += 1;
        let name = if *number == 1 { element.name.clone() } else { format!("{} ({number})", element.name) };
        let content = bytes.get(element.range.clone()).unwrap_or_default();
        let value = if element.value.is_empty() { bytes::digits(content) } else { element.value.clone() };
        told.push((name, value));
    }
}
