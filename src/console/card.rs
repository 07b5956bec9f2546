//! The card in a slot as it is now: its files with bytes and elements, its PINs and keys, what was proved to it.

use std::{collections::BTreeMap, ops::Range};

use serde::Serialize;
use virtuale_engine::{
    Chip, Interface, Protocol,
    chip::view::{ChannelView, ContentView, FileView, SecretKind, SecretView},
    image::{Condition, FileIndex, FileKind},
    security::{Method, Operation},
};

use super::{
    explain::NEVER,
    recorder::Baseline,
    words::{Meanings, Words},
};
use crate::{
    host::{CardIn, NotSeen, Remote},
    profile::{
        Profile,
        contents::{class, place},
        map::{Element, FileMap},
    },
    shown,
};

/// The operations whose rules are told.
const OPERATIONS: [(Operation, &str); 6] = [
    (Operation::Read, "read"),
    (Operation::Update, "update"),
    (Operation::Append, "append"),
    (Operation::Activate, "activate"),
    (Operation::Deactivate, "deactivate"),
    (Operation::Delete, "delete"),
];

/// A card, as JSON has it.
#[derive(Debug, Serialize)]
pub(super) struct CardDocument {
    generation: u64,
    name: String,
    powered: bool,
    interface: &'static str,
    protocol: &'static str,
    /// Whether a transaction of several commands is open.
    transaction: bool,
    directories: Vec<Directory>,
    files: Vec<File>,
    secrets: Vec<Secret>,
    channels: Vec<Channel>,
    /// Whether it is known what it held when it came in, so that changes can be told.
    has_baseline: bool,
}

#[derive(Debug, Serialize)]
struct Directory {
    path: String,
    names: Vec<String>,
    there: bool,
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    path: String,
    fid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sfi: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    size: usize,
    /// Who may read it, as the layout says it.
    readable: String,
    rules: BTreeMap<&'static str, String>,
    origin: Option<String>,
    source: String,
    life_cycle: &'static str,
    /// Whether it can be found on the interface that gives the card its power.
    there: bool,
    /// Whether a command made it.
    created: bool,
    /// Whether it is one of records.
    records: bool,
    /// Whether its bytes and values are hidden, since nobody reads them from the card.
    hidden: bool,
    bytes: String,
    /// The bytes that are others than when the card came in.
    changed: Vec<[usize; 2]>,
    elements: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    #[serde(flatten)]
    words: Words,
    start: usize,
    end: usize,
    value: String,
    origin: String,
    source: String,
    personal: bool,
    changed: bool,
    elements: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Secret {
    kind: &'static str,
    reference: String,
    name: String,
    directory: String,
    tries: Option<Counter>,
    uses: Option<Counter>,
    /// The channels on which it was proved.
    proved_on: Vec<u8>,
}

#[derive(Debug, Serialize)]
struct Counter {
    left: u16,
    most: u16,
}

#[derive(Debug, Serialize)]
struct Channel {
    number: u8,
    directory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u8>,
    /// The security environments that are satisfied, and how.
    environments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    messaging: bool,
}

/// What is copied of a chip while its programs wait.
struct Seen {
    powered: bool,
    interface: Interface,
    protocol: Protocol,
    transaction: bool,
    files: Vec<(FileView, Vec<(&'static str, Condition)>)>,
    secrets: Vec<SecretView>,
    channels: Vec<ChannelView>,
}

impl Seen {
    fn of(chip: &Chip) -> Self {
        let rules = |file: FileIndex| {
            let rule = |(operation, name)| Some((name, chip.condition(file, operation)?));
            OPERATIONS.into_iter().filter_map(rule).collect()
        };
        Self {
            powered: chip.has_power(),
            interface: chip.interface(),
            protocol: chip.protocol(),
            transaction: chip.is_in_transaction(),
            files: chip.files().map(|file| (file.clone(), rules(file.index))).collect(),
            secrets: chip.secrets().collect(),
            channels: chip.channels().collect(),
        }
    }
}

/// The card in a slot. Bytes that nobody reads from it are hidden unless `with_secrets` is said.
///
/// # Errors
///
/// That there is none, that it is busy, or that it has no chip of ours.
pub(super) fn document(
    remote: &Remote,
    slot: usize,
    baseline: impl FnOnce(u64) -> Option<Baseline>,
    with_secrets: bool,
) -> Result<Option<CardDocument>, NotSeen> {
    let seen = remote.look(slot, |card| card.chip().map(Seen::of))?;
    let Some((seen, card)) = seen.zip(remote.card(slot)) else { return Ok(None) };
    let baseline = baseline(card.generation);
    Ok(Some(CardDocument::of(&seen, &card, baseline.as_ref(), with_secrets)))
}

impl CardDocument {
    fn of(seen: &Seen, card: &CardIn, baseline: Option<&Baseline>, with_secrets: bool) -> Self {
        let paths: Vec<String> = seen.files.iter().map(|(file, _)| path(seen, file)).collect();
        let path_of = |index: FileIndex| paths.get(index.0).cloned().unwrap_or_default();
        let maps = maps(card.profile.as_deref());
        let directories = seen.files.iter().filter(|(file, _)| file.content == ContentView::Directory);
        let directories = directories.map(|(file, _)| Directory {
            path: path_of(file.index),
            names: file.names.iter().map(|name| hex::encode_upper(name.as_bytes())).collect(),
            there: file.is_there,
        });
        let files = seen.files.iter().filter_map(|(file, rules)| {
            let map = maps.get(&file.index).copied();
            let before = baseline.map(|baseline| baseline.files.get(&file.index));
            File::of(
                &Kept { file, rules, map, before, path: path_of(file.index) },
                card.profile.as_deref(),
                with_secrets,
            )
        });
        let file_name = |index: FileIndex| maps.get(&index).map_or_else(|| path_of(index), |map| line(&map.name));
        let channels = seen.channels.iter().map(|channel| Channel {
            number: channel.number,
            directory: path_of(channel.directory),
            file: channel.file.map(file_name),
            record: channel.record,
            environments: channel
                .environments
                .iter()
                .map(|(method, number)| environment(*method, number.value()))
                .collect(),
            role: channel.role.as_ref().map(hex::encode_upper),
            messaging: channel.has_messaging,
        });
        let proved_on = |index: usize| {
            seen.channels.iter().filter(move |channel| channel.proved.contains(&index)).map(|channel| channel.number)
        };
        let secrets = seen.secrets.iter().enumerate().map(|(index, secret)| Secret {
            kind: match secret.kind {
                SecretKind::Pin => "pin",
                SecretKind::KeySet => "key_set",
                SecretKind::PrivateKey => "private_key",
                SecretKind::PublicKey => "public_key",
            },
            reference: format!("{:02X}", secret.reference),
            name: line(&secret.name),
            directory: path_of(secret.directory),
            tries: secret.tries.map(|tries| Counter { left: tries.left.into(), most: tries.most.into() }),
            uses: secret.uses.map(|uses| Counter { left: uses.left, most: uses.most }),
            proved_on: proved_on(index).collect(),
        });
        Self {
            generation: card.generation,
            name: line(&card.name),
            powered: seen.powered,
            interface: if seen.interface == Interface::Contact { "contact" } else { "contactless" },
            protocol: if seen.protocol == Protocol::T0 { "T=0" } else { "T=1" },
            transaction: seen.transaction,
            directories: directories.collect(),
            files: files.collect(),
            secrets: secrets.collect(),
            channels: channels.collect(),
            has_baseline: baseline.is_some(),
        }
    }
}

/// What a layout says of each file of an image.
fn maps(profile: Option<&Profile>) -> BTreeMap<FileIndex, &FileMap> {
    let files = profile.into_iter().flat_map(|profile| {
        let images = profile.image().files.iter().enumerate();
        let elementary = images.filter(|(_, file)| !matches!(file.kind, FileKind::Directory(_)));
        elementary.map(|(index, _)| FileIndex(index)).zip(&profile.map().files)
    });
    files.collect()
}

/// Identifiers from the MF down to a file.
fn path(seen: &Seen, file: &FileView) -> String {
    let mut steps = vec![file.fid.to_string()];
    let mut at = file;
    // No chip has as many files in one another as it has files.
    for _ in 0..seen.files.len() {
        if at.index == FileIndex::MF {
            break;
        }
        let Some((parent, _)) = seen.files.get(at.parent.0) else { break };
        steps.push(parent.fid.to_string());
        at = parent;
    }
    steps.reverse();
    steps.join("/")
}

/// A file, and what is known of it.
struct Kept<'a> {
    file: &'a FileView,
    rules: &'a [(&'static str, Condition)],
    map: Option<&'a FileMap>,
    /// What it held when the card came in: nothing if that is not known, or if it was not there.
    before: Option<Option<&'a ContentView>>,
    path: String,
}

impl File {
    fn of(kept: &Kept<'_>, profile: Option<&Profile>, with_secrets: bool) -> Option<Self> {
        let Kept { file, rules, map, before, path } = kept;
        let bytes = flat(&file.content, *map)?;
        let changed = match before {
            None => Vec::new(),
            Some(before) => differences(&bytes, before.and_then(|before| flat(before, *map)).as_deref()),
        };
        let readable = map.map(|map| line(&map.readable)).unwrap_or_default();
        let hidden = readable == NEVER && !with_secrets;
        let elements = map.map(|map| elements(profile, map, &file.content, &bytes)).unwrap_or_default();
        let mut meanings = Meanings::of(profile.and_then(|profile| profile.layout().schema().ok()));
        let parts = elements.iter().map(|element| Part::of(element, &bytes, &changed, hidden, (&mut meanings, 0)));
        let parts = parts.collect();
        Some(Self {
            name: map.map(|map| line(&map.name)).unwrap_or_default(),
            path: map.map_or_else(|| path.clone(), place),
            fid: file.fid.to_string(),
            sfi: map.and_then(|map| map.sfi),
            class: map.and_then(class),
            size: bytes.len(),
            readable,
            rules: rules.iter().map(|(name, condition)| (*name, said(*condition))).collect(),
            origin: map.map(|map| map.origin.to_string()),
            source: map.map(|map| line(&map.source)).unwrap_or_default(),
            life_cycle: life_cycle(file.life_cycle),
            there: file.is_there,
            created: file.is_created,
            records: matches!(file.content, ContentView::Records(_)),
            hidden,
            bytes: if hidden { String::new() } else { hex::encode_upper(&bytes) },
            elements: parts,
            changed,
        })
    }
}

impl Part {
    /// An element, and how deep it is in others, whose meanings were asked for just before.
    fn of(
        element: &Element,
        bytes: &[u8],
        changed: &[[usize; 2]],
        hidden: bool,
        (meanings, depth): (&mut Meanings<'_>, usize),
    ) -> Self {
        let Range { start, end } = element.range;
        let value = match element.value.is_empty() && element.children.is_empty() {
            true => bytes.get(element.value_range()).map(crate::profile::contents::digits).unwrap_or_default(),
            false => line(&element.value),
        };
        let value = if hidden { String::new() } else { value };
        let words = meanings.words(depth, &element.name, Some(&value));
        let inner = element.children.iter();
        let inner = inner.map(|child| Self::of(child, bytes, changed, hidden, (meanings, depth + 1)));
        Self {
            name: line(&element.name),
            words,
            elements: inner.collect(),
            start,
            end,
            value,
            origin: element.origin.to_string(),
            source: line(&element.source),
            personal: element.personal,
            changed: changed.iter().any(|[from, to]| *from < end && start < *to),
        }
    }
}

/// The bytes of an elementary file as the map has them: records one behind the other, each in its place.
fn flat(content: &ContentView, map: Option<&FileMap>) -> Option<Vec<u8>> {
    match (content, map) {
        (ContentView::Directory, _) => None,
        (ContentView::Bytes(bytes), _) => Some(bytes.clone()),
        (ContentView::Records(records), Some(map)) if fits(records, map) => {
            let mut bytes = vec![0; map.size];
            for (record, range) in records.iter().zip(&map.records) {
                bytes.get_mut(range.clone()).into_iter().for_each(|place| place.copy_from_slice(record));
            }
            Some(bytes)
        }
        (ContentView::Records(records), _) => Some(records.concat()),
    }
}

/// Whether records are those of the map, each as long as it was made.
fn fits(records: &[Vec<u8>], map: &FileMap) -> bool {
    records.len() == map.records.len()
        && records.iter().zip(&map.records).all(|(record, range)| record.len() == range.len() && range.end <= map.size)
}

/// What stands where in a file now: as it was made, or as the layout has it where it was written to.
fn elements(profile: Option<&Profile>, map: &FileMap, content: &ContentView, bytes: &[u8]) -> Vec<Element> {
    let made = profile.and_then(|profile| {
        let files = crate::profile::contents::files(profile);
        files.into_iter().find(|file| std::ptr::eq(file.map, map)).map(|file| file.bytes)
    });
    if made.as_deref() == Some(bytes) {
        return map.elements.clone();
    }
    let layout = profile.map(Profile::layout);
    let decoded = layout.and_then(|layout| match content {
        ContentView::Records(records) => {
            // A layout takes the oldest first, and a cyclic file gives the newest first.
            let mut records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
            if layout.is_cyclic(&map.name) {
                records.reverse();
            }
            layout.decode_records(&map.name, &records)
        }
        _ => layout.decode(&map.name, bytes),
    });
    decoded.map(|decoded| decoded.elements).unwrap_or_default()
}

/// The ranges in which bytes are others than before; all of them if there were none.
fn differences(bytes: &[u8], before: Option<&[u8]>) -> Vec<[usize; 2]> {
    let Some(before) = before else {
        return Some([0, bytes.len()]).filter(|_| !bytes.is_empty()).into_iter().collect();
    };
    let mut ranges: Vec<[usize; 2]> = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        if before.get(at) == Some(byte) {
            continue;
        }
        match ranges.last_mut() {
            Some([_, end]) if *end == at => *end += 1,
            _ => ranges.push([at, at + 1]),
        }
    }
    ranges
}

/// A condition in words [OPENSC-IASECC acl].
fn said(condition: Condition) -> String {
    if condition == Condition::ALWAYS || condition == Condition::NEVER {
        return if condition == Condition::ALWAYS { "always".into() } else { NEVER.into() };
    }
    let asked = [
        (Condition::SECURE_MESSAGING, "secure messaging"),
        (Condition::EXTERNAL, "external authentication"),
        (Condition::USER, "PIN"),
    ];
    let asked: Vec<_> = asked.iter().filter(|(bit, _)| condition.0 & bit != 0).map(|(_, name)| *name).collect();
    let joined = asked.join(if condition.0 & Condition::ALL == 0 { " or " } else { " and " });
    match condition.0 & 0x0F {
        0 => joined,
        number => format!("{joined} (SE {number})"),
    }
}

/// A proof in words.
fn environment(method: Method, number: u8) -> String {
    let method = match method {
        Method::User => "PIN",
        Method::External => "external authentication",
        Method::SecureMessaging => "secure messaging",
    };
    format!("SE {number}: {method}")
}

/// What a life cycle status byte says [ISO-7816-4 7.4.10].
fn life_cycle(byte: u8) -> &'static str {
    match byte {
        0x01 => "creation",
        0x03 => "initialised",
        0x05 | 0x07 => "activated",
        0x04 | 0x06 => "deactivated",
        0x0C..=0x0F => "terminated",
        _ => "unknown",
    }
}

fn line(text: &str) -> String {
    shown::line(text).into_owned()
}

#[cfg(test)]
mod tests {
    use virtuale_engine::image::Condition;

    use super::{differences, said};

    #[test]
    fn what_changed_is_told_in_ranges() {
        assert_eq!(differences(b"abcdef", Some(b"abXXeX")), [[2, 4], [5, 6]]);
        assert_eq!(differences(b"abc", Some(b"abc")), [[0; 2]; 0]);
        assert_eq!(differences(b"abcd", Some(b"ab")), [[2, 4]]);
        assert_eq!(differences(b"ab", None), [[0, 2]]);
        assert_eq!(differences(b"", None), [[0; 2]; 0]);
    }

    #[test]
    fn conditions_are_said_in_words() {
        assert_eq!(said(Condition(0)), "always");
        assert_eq!(said(Condition(0xFF)), "never");
        assert_eq!(said(Condition(0x10)), "PIN");
        assert_eq!(said(Condition(0x31)), "external authentication or PIN (SE 1)");
        assert_eq!(said(Condition(0xD0)), "secure messaging and PIN");
    }
}
