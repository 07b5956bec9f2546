//! The files of a card that verbs are asked for.

pub(in crate::cli) use crate::profile::contents::{CardFile, class, digits, place};
use crate::{
    cli::{Failure, messages::Message},
    profile::{Profile, contents, map::FileMap},
};

/// The card's files in the layout's order: all, or the one of this name or identifier.
///
/// # Errors
///
/// That there is none of this name.
pub(in crate::cli) fn files<'a>(profile: &'a Profile, wanted: Option<&str>) -> Result<Vec<CardFile<'a>>, Failure> {
    let files = contents::files(profile);
    let Some(wanted) = wanted else { return Ok(files) };
    let is_wanted = |file: &CardFile<'_>| {
        file.map.name.eq_ignore_ascii_case(wanted) || file.map.fid.to_string().eq_ignore_ascii_case(wanted)
    };
    let found: Vec<_> = files.into_iter().filter(is_wanted).collect();
    if found.is_empty() {
        let names: Vec<_> = profile.map().files.iter().map(|file| format!("{} ({})", file.name, file.fid)).collect();
        let has = Message::CardFiles { names: &names.join(", ") }.said();
        return Err(Failure::usage(Message::NoCardFile { name: wanted }.said(), has));
    }
    Ok(found)
}

/// What is said of a file before its bytes: `IDENTITE  3F00/DF01/D001, SFI 2, 96 bytes, readable: always`.
pub(in crate::cli) fn headline(file: &FileMap) -> String {
    let sfi = file.sfi.map(|sfi| format!(", SFI {sfi}")).unwrap_or_default();
    format!("{}  {}{sfi}, {} bytes, readable: {}", file.name, place(file), file.size, file.readable)
}
