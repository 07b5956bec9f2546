//! The caisse's folder: a change for each card, in a file that is called as the card's serial number.

use std::{ffi::OsString, fs, path::Path};

use jiff::civil::Date;

use crate::{
    cli::{Failure, cards, messages::Message},
    profile::change::Change,
    shown,
};

/// The ending of change files.
const ENDING: &str = ".toml";

/// What the folder has for the card of a serial number; `None` if it has nothing.
///
/// # Errors
///
/// That the folder or the file cannot be read, that the file is no change file or one for another card, and that there
/// is none of that name but one of nearly the same.
pub(super) fn change(folder: &Path, number: &str, today: Date) -> Result<Option<Change>, Failure> {
    let listed = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    let mut names: Vec<OsString> = listed.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    names.sort();
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let right = format!("{number}{ENDING}");
    if is_number && names.iter().any(|name| *name == *right) {
        let change = Change::load(&folder.join(&right), today).map_err(cards::failure)?;
        change.check_name(number).map_err(Failure::Invalid)?;
        return Ok(Some(change));
    }
    let near = names.iter().filter_map(|name| name.to_str()).find(|name| is_number && is_meant(name, number));
    match near {
        None => Ok(None),
        Some(name) => {
            let (found, folder) = (shown::path(Path::new(name)), shown::path(folder));
            let message = Message::MisnamedChange { number, found: &found, folder: &folder }.said();
            Err(Failure::usage(message, Message::RenameChange { name: &right }.said()))
        }
    }
}

/// Whether a name is most probably that of the change for this card: the number is in it, with other zeros before it,
/// other letters or endings.
fn is_meant(name: &str, number: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default().trim().trim_start_matches('0');
    let has_ending = name.contains(ENDING) || !name.contains('.');
    has_ending && stem == number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn a_name_is_meant_if_only_its_form_is_wrong() {
        for name in
            ["10000002.TOML", "10000002.toml.txt", "010000002.toml", " 10000002.toml", "10000002", "10000002.toml~"]
        {
            assert!(is_meant(name, "10000002"), "{name}");
        }
        for name in ["100000020.toml", "1000000.toml", "famille.toml", "10000002.bak", "10000003.toml", ".toml"] {
            assert!(!is_meant(name, "10000002"), "{name}");
        }
    }
}
