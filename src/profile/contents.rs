//! The files of a card with the bytes that it is made with, and how people are told of them.
//!
//! What a card holds now, after commands have written to it, is the card's to say.

use virtuale_engine::image::FileKind;

use super::{Profile, map::FileMap};

/// A file: what stands in it, and its bytes from the first to the last. Records stand one behind the other.
#[derive(Debug)]
pub struct CardFile<'a> {
    /// What stands where.
    pub map: &'a FileMap,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The card's files in the layout's order.
#[must_use]
pub fn files(profile: &Profile) -> Vec<CardFile<'_>> {
    let contents = profile.image().files.iter().filter_map(|file| content(&file.kind));
    let files = profile.map().files.iter().zip(contents).map(|(map, mut bytes)| {
        bytes.resize(map.size, 0);
        CardFile { map, bytes }
    });
    files.collect()
}

/// What an elementary file holds; nothing for a directory.
fn content(kind: &FileKind) -> Option<Vec<u8>> {
    match kind {
        FileKind::Directory(_) => None,
        FileKind::Transparent { content, .. } => Some(content.bytes().to_vec()),
        FileKind::Records { content, .. } => Some(content.concat()),
    }
}

/// Where a file is. Of one that only commands of a class find, the path is theirs: `3F00/7F01/4000 by class A0`.
#[must_use]
pub fn place(file: &FileMap) -> String {
    let by_class = class(file).map(|class| format!(" by class {class}")).unwrap_or_default();
    format!("{}{by_class}", file.path)
}

/// The class of the commands that find a file, in digits, if no others do.
#[must_use]
pub fn class(file: &FileMap) -> Option<String> {
    file.class.map(|class| format!("{class:02X}"))
}

/// The longest bytes that are shown in full.
const SHOWN: usize = 64;

/// Bytes in hexadecimal digits, unless they are all the same or too many; nothing for none.
#[must_use]
pub fn digits(bytes: &[u8]) -> String {
    match bytes {
        [first, rest @ ..] if rest.len() >= 2 && rest.iter().all(|byte| byte == first) => {
            format!("{} x {first:02X}", bytes.len())
        }
        bytes if bytes.len() > SHOWN => format!("{} bytes", bytes.len()),
        bytes => hex::encode_upper(bytes),
    }
}
