//! What differs between what a card file makes now and what it made on the first day of its card.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;
use virtuale_engine::image::FileKind;
use zeroize::Zeroizing;

use super::records::{Filed, Record};
use crate::{
    profile::{
        Profile,
        diagnostic::Source,
        map::{Element, FileMap},
        said::{Bilingual, said},
        tree::{Data, Node},
    },
    shown,
};

/// How many differences of a kind are named.
const NAMED: usize = 8;

/// How many elements of a file are named.
const ELEMENTS: usize = 4;

/// What differs between a card file now and on the first day of its card.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Differences {
    /// The name of the layout then and now, if it is another one.
    pub layout: Option<(String, String)>,
    /// The first line of a layout file that is another one, from 1 on.
    pub layout_line: Option<usize>,
    /// The keys of the card file whose values are others, such as `assure.nir`.
    pub keys: Vec<String>,
    /// The files of the card that are others, each with the elements in which they are: `IDENTITE (nom)`.
    pub files: Vec<String>,
    /// Whether something differs that stands in no file: a PIN, a key, or where they lie.
    pub elsewhere: bool,
}

impl Differences {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// They in words.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let list = |names: &[String]| {
            let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let named = shown::line(&named).into_owned();
            match names.len().checked_sub(NAMED) {
                None | Some(0) => Bilingual::new(named.clone(), named),
                Some(more) => said!(en: "{named} and {more} more", fr: "{named} et {more} de plus"),
            }
        };
        let mut parts = Vec::new();
        if let Some((then, now)) = &self.layout {
            let (then, now) = (shown::line(then), shown::line(now));
            parts.push(said!(en: "its layout was {then} and is {now}", fr: "sa structure était {then} et est {now}"));
        }
        if !self.keys.is_empty() {
            let keys = list(&self.keys);
            parts.push(said!(with keys; en: "keys of the card file: {keys}", fr: "clés du fichier de carte : {keys}"));
        }
        if !self.files.is_empty() {
            let files = list(&self.files);
            parts.push(said!(with files; en: "files of the card: {files}", fr: "fichiers de la carte : {files}"));
        }
        if let Some(line) = self.layout_line {
            parts.push(said!(en: "the layout, from line {line} on", fr: "la structure, à partir de la ligne {line}"));
        }
        // Where keys or files say it, this says no more.
        if self.elsewhere && parts.is_empty() {
            parts.push(said!(
                en: "its PINs or keys, or where they lie on the chip",
                fr: "ses codes ou clés, ou leur place sur la puce",
            ));
        }
        let join = |text: fn(&Bilingual) -> &str| parts.iter().map(text).collect::<Vec<_>>().join("; ");
        Bilingual::new(join(|part| &part.english), join(|part| &part.french).replace("; ", " ; "))
    }
}

/// The files of a card that a card file makes.
pub(super) fn files(profile: &Profile) -> Vec<Filed> {
    let contents = profile.image().files.iter().filter_map(|file| match &file.kind {
        FileKind::Directory(_) => None,
        FileKind::Transparent { content, .. } => Some(content.bytes().to_vec()),
        FileKind::Records { content, .. } => Some(content.concat()),
    });
    let filed = |(map, mut bytes): (&FileMap, Vec<u8>)| {
        bytes.resize(map.size, 0);
        let form = format!("{} bytes, {} records, readable {}", map.size, map.records.len(), map.readable);
        Filed { name: map.name.clone(), path: map.path.clone(), form, bytes: Zeroizing::new(bytes) }
    };
    profile.map().files.iter().zip(contents).map(filed).collect()
}

/// What a card file makes otherwise than on the first day of its card, where `profile` is what it makes of that day
/// now. `is_same_chip` says whether the chip is the same, cell by cell.
pub(super) fn differences(profile: &Profile, then: &Record, day: Date, is_same_chip: bool) -> Differences {
    let layout = profile.layout();
    let mut found = Differences { elsewhere: !is_same_chip, ..Differences::default() };
    if layout.name() != then.layout {
        found.layout = Some((then.layout.clone(), layout.name().to_owned()));
    }
    found.layout_line = other_line(&then.layout_text, layout.own_text().unwrap_or_default());
    if *then.text != profile.source().text {
        let source = Source { name: profile.source().name.clone(), text: then.text.to_string() };
        // What was a card file for another layout, or another version of this one, says nothing key by key.
        if let Ok(earlier) = profile.of_text(Arc::new(source), day) {
            other_keys(earlier.data(), profile.data(), "", &mut found.keys);
        }
    }
    // Where keys say it, the files follow.
    if !is_same_chip && found.keys.is_empty() {
        found.files = other_files(profile, &then.files);
    }
    found
}

/// The first line in which two texts differ, from 1 on. How lines end does not matter.
fn other_line(then: &str, now: &str) -> Option<usize> {
    let (mut then, mut now) = (then.lines(), now.lines());
    (1..).find_map(|line| match (then.next(), now.next()) {
        (None, None) => Some(None),
        (then, now) => (then != now).then_some(Some(line)),
    })?
}

/// The keys under which two trees differ.
pub(super) fn other_keys(then: &Node, now: &Node, path: &str, found: &mut Vec<String>) {
    match (&then.data, &now.data) {
        (Data::Table(then), Data::Table(now)) => {
            let keys: BTreeMap<_, _> = then.iter().chain(now).map(|(key, _)| (key, ())).collect();
            for key in keys.into_keys() {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match (then.get(key), now.get(key)) {
                    (Some(then), Some(now)) => other_keys(then, now, &path, found),
                    _ => found.push(path),
                }
            }
        }
        (Data::List(then), Data::List(now)) => {
            for index in 0..then.len().max(now.len()) {
                let path = format!("{path}[{}]", index + 1);
                match (then.get(index), now.get(index)) {
                    (Some(then), Some(now)) => other_keys(then, now, &path, found),
                    _ => found.push(path),
                }
            }
        }
        (then, now) if then != now => found.push(path.to_owned()),
        _ => {}
    }
}

/// The files that differ, each with the elements in which they do.
fn other_files(profile: &Profile, then: &[Filed]) -> Vec<String> {
    let now = files(profile);
    let maps = &profile.map().files;
    let is_meant = |one: &Filed, other: &Filed| (&one.path, &one.name) == (&other.path, &other.name);
    let mut found = Vec::new();
    for (file, map) in now.iter().zip(maps) {
        match then.iter().find(|earlier| is_meant(earlier, file)) {
            None => found.push(format!("{} (new)", file.name)),
            Some(earlier) if earlier.bytes != file.bytes => {
                let mut elements = Vec::new();
                other_elements(&map.elements, &earlier.bytes, &file.bytes, &mut elements);
                let mut seen = BTreeSet::new();
                elements.retain(|name| seen.insert(name.clone()));
                let more = if elements.len() > ELEMENTS { ", ..." } else { "" };
                let named = elements.iter().take(ELEMENTS).map(String::as_str).collect::<Vec<_>>().join(", ") + more;
                found.push(if named.is_empty() { file.name.clone() } else { format!("{} ({named})", file.name) });
            }
            Some(earlier) if earlier.form != file.form => {
                found.push(format!("{} ({}, now {})", file.name, earlier.form, file.form));
            }
            Some(_) => {}
        }
    }
    let is_gone = |earlier: &&Filed| !now.iter().any(|file| is_meant(earlier, file));
    found.extend(then.iter().filter(is_gone).map(|earlier| format!("{} (gone)", earlier.name)));
    found
}

/// The innermost elements whose bytes differ.
pub(super) fn other_elements(elements: &[Element], then: &[u8], now: &[u8], found: &mut Vec<String>) {
    for element in elements {
        if then.get(element.range.clone()) == now.get(element.range.clone()) {
            continue;
        }
        let before = found.len();
        other_elements(&element.children, then, now, found);
        if found.len() == before {
            found.push(element.name.clone());
        }
    }
}
