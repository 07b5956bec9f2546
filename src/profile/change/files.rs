//! The files that a change makes another, and what no file of them holds.

use std::collections::HashSet;

use virtuale_engine::{
    Aid, Fid,
    image::{ChipImage, FileImage, FileKind},
};

use super::header::HEADER;
use crate::profile::{
    map::{Author, CardMap, Element, FileMap},
    tree::{Data, Node, Span, Table},
};

/// Whether an update station writes a file: one that holds data, and nothing that code builds for keys.
fn is_written_by_stations(file: &FileMap) -> bool {
    fn is_built(element: &Element) -> bool {
        element.author == Author::Code || element.children.iter().any(is_built)
    }
    file.class.is_none() && file.records.is_empty() && !file.elements.iter().any(is_built)
}

/// The transparent files that a station writes, and what is in them.
pub(super) fn contents<'m>(image: &ChipImage, map: &'m CardMap) -> Vec<(&'m FileMap, Vec<u8>)> {
    let transparent = image.files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    let both = transparent.zip(&map.files).filter(|(_, file)| is_written_by_stations(file));
    let content = |(image, file): (&FileImage, &'m FileMap)| {
        let FileKind::Transparent { content, size, .. } = &image.kind else { return None };
        let mut bytes = content.bytes().to_vec();
        bytes.resize(*size, 0);
        Some((file, bytes))
    };
    both.filter_map(content).collect()
}

/// A file of records, some of which a change erases: they are overwritten with zeros.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErasedFile {
    /// Its name in the layout.
    pub name: String,
    /// The application that it is in.
    pub application: Aid,
    /// Its identifier there.
    pub fid: Fid,
    /// How many bytes a record has.
    pub length: usize,
    /// What is in the records that go; `None` if all of them do, whatever is in them.
    pub records: Option<Vec<Vec<u8>>>,
}

/// A file that a change writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangedFile {
    /// Its name in the layout.
    pub name: String,
    /// The application that it is in.
    pub application: Aid,
    /// Its identifier there.
    pub fid: Fid,
    /// What is in it, from its first byte to its last.
    pub before: Vec<u8>,
    /// What is to be in it: as many bytes.
    pub after: Vec<u8>,
}

/// A chip, and what stands where on it.
pub(super) type Encoded = (ChipImage, CardMap);

/// The transparent files that are another than before.
pub(super) fn changed((old_image, old): &Encoded, (image, map): &Encoded) -> Vec<ChangedFile> {
    let before = contents(old_image, old);
    let changed = |(file, after): (&FileMap, Vec<u8>)| {
        let application = file.aids.first()?.clone();
        let (_, before) = before.iter().find(|(other, _)| other.name == file.name)?;
        let (name, fid, before) = (file.name.clone(), file.fid, before.clone());
        (before != after).then_some(ChangedFile { name, application, fid, before, after })
    };
    contents(image, map).into_iter().filter_map(changed).collect()
}

/// The files of records of which some go: all of them where none is to be there.
pub(super) fn erased((old_image, old): &Encoded, (image, map): &Encoded) -> Vec<ErasedFile> {
    let new = records(image, map);
    let erased = records(old_image, old).into_iter().filter_map(|(file, length, old)| {
        let mut stay = new.iter().find(|(other, ..)| other.name == file.name).map_or(&[][..], |(.., new)| new).to_vec();
        let is_none_left = stay.is_empty();
        let gone: Vec<Vec<u8>> = old
            .iter()
            .filter(|record| match stay.iter().position(|other| other == *record) {
                Some(place) => {
                    stay.swap_remove(place);
                    false
                }
                None => true,
            })
            .cloned()
            .collect();
        let (name, application, fid) = (file.name.clone(), file.aids.first()?.clone(), file.fid);
        let records = (!is_none_left).then_some(gone.clone());
        (!gone.is_empty()).then_some(ErasedFile { name, application, fid, length, records })
    });
    erased.collect()
}

/// The files of records, each with the length of a record and what is in those that there are.
fn records<'c>(image: &'c ChipImage, map: &'c CardMap) -> Vec<(&'c FileMap, usize, &'c [Vec<u8>])> {
    let elementary = image.files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    let of_records = elementary.zip(&map.files).filter_map(|(image, file)| match &image.kind {
        FileKind::Records { record_length, content, .. } => Some((file, usize::from(*record_length), &**content)),
        _ => None,
    });
    of_records.collect()
}

/// Where something was written that a change makes another, with its key, though no file that a station writes holds
/// it. What stands before `own` in the text is the change's.
pub(super) fn homeless(before: &Node, after: &Node, map: &CardMap, own: usize) -> Vec<(String, Span)> {
    let mut held = HashSet::new();
    let files = map.files.iter().filter(|file| is_written_by_stations(file));
    files.flat_map(|file| &file.elements).for_each(|element| hold(element, &mut held));
    let mut lost = Vec::new();
    lose((Some(before), after), "", &held, &mut lost);
    lost.retain(|(_, span)| !span.is_empty() && span.end <= own);
    lost.sort_by_key(|(_, span)| span.start);
    lost.dedup_by(|later, first| later.1 == first.1);
    lost
}

/// Notes where the values of an element were written.
fn hold(element: &Element, held: &mut HashSet<Span>) {
    if element.author == Author::CardFile {
        held.insert(element.written.clone());
    }
    element.children.iter().for_each(|child| hold(child, held));
}

/// Notes what is another than before and stands in no file.
fn lose((before, after): (Option<&Node>, &Node), path: &str, held: &HashSet<Span>, lost: &mut Vec<(String, Span)>) {
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match &after.data {
        Data::Table(table) => {
            let old: Option<&Table> = before.and_then(Node::table);
            for (name, node) in table.iter().filter(|(name, _)| !path.is_empty() || *name != HEADER) {
                lose((old.and_then(|old| old.get(name)), node), &inner(name), held, lost);
            }
        }
        Data::List(members) => {
            let old = before.map(Node::list).unwrap_or_default();
            for (index, node) in members.iter().enumerate() {
                lose((old.get(index), node), path, held, lost);
            }
        }
        data => {
            if before.is_none_or(|before| before.data != *data) && !held.contains(&after.span) {
                lost.push((path.to_owned(), after.span.clone()));
            }
        }
    }
}
