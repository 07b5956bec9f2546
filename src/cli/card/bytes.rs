//! The files of a card with their bytes.

use virtuale_engine::image::FileKind;

use crate::{
    cli::{Failure, messages::Message},
    profile::{Profile, map::FileMap},
};

/// A file: what stands in it, and its bytes from the first to the last. Records stand one behind the other.
pub(in crate::cli) struct CardFile<'a> {
    pub(in crate::cli) map: &'a FileMap,
    pub(in crate::cli) bytes: Vec<u8>,
}

/// The card's files in the layout's order: all, or the one of this name or identifier.
///
/// # Errors
///
/// That there is none of this name.
pub(in crate::cli) fn files<'a>(profile: &'a Profile, wanted: Option<&str>) -> Result<Vec<CardFile<'a>>, Failure> {
    let contents = profile.image().files.iter().filter_map(|file| content(&file.kind));
    let files = profile.map().files.iter().zip(contents).map(|(map, mut bytes)| {
        bytes.resize(map.size, 0);
        CardFile { map, bytes }
    });
    let Some(wanted) = wanted else { return Ok(files.collect()) };
    let is_wanted = |file: &CardFile<'_>| {
        file.map.name.eq_ignore_ascii_case(wanted) || file.map.fid.to_string().eq_ignore_ascii_case(wanted)
    };
    let found: Vec<_> = files.filter(is_wanted).collect();
    if found.is_empty() {
        let names: Vec<_> = profile.map().files.iter().map(|file| format!("{} ({})", file.name, file.fid)).collect();
        let has = Message::CardFiles { names: &names.join(", ") }.said();
        return Err(Failure::usage(Message::NoCardFile { name: wanted }.said(), has));
    }
    Ok(found)
}

/// What an elementary file holds; nothing for a directory.
fn content(kind: &FileKind) -> Option<Vec<u8>> {
    match kind {
        FileKind::Directory(_) => None,
        FileKind::Transparent { content, .. } => Some(content.bytes().to_vec()),
        FileKind::Records { content, .. } => Some(content.concat()),
    }
}

/// What is said of a file before its bytes: `IDENTITE  3F00/DF01/D001, SFI 2, 96 bytes, readable: always`.
pub(in crate::cli) fn headline(file: &FileMap) -> String {
    let sfi = file.sfi.map(|sfi| format!(", SFI {sfi}")).unwrap_or_default();
    format!("{}  {}{sfi}, {} bytes, readable: {}", file.name, place(file), file.size, file.readable)
}

/// Where a file is. Of one that only commands of a class find, the path is theirs: `3F00/7F01/4000 by class A0`.
pub(in crate::cli) fn place(file: &FileMap) -> String {
    let by_class = class(file).map(|class| format!(" by class {class}")).unwrap_or_default();
    format!("{}{by_class}", file.path)
}

/// The class of the commands that find a file, in digits, if no others do.
pub(in crate::cli) fn class(file: &FileMap) -> Option<String> {
    file.class.map(|class| format!("{class:02X}"))
}

/// The longest bytes that are shown in full.
const SHOWN: usize = 64;

/// Bytes in hexadecimal digits, unless they are all the same or too many; nothing for none.
pub(in crate::cli) fn digits(bytes: &[u8]) -> String {
    match bytes {
        [first, rest @ ..] if rest.len() >= 2 && rest.iter().all(|byte| byte == first) => {
            format!("{} x {first:02X}", bytes.len())
        }
        bytes if bytes.len() > SHOWN => format!("{} bytes", bytes.len()),
        bytes => hex::encode_upper(bytes),
    }
}
