//! What stands around a file: who may do what with it, and whether it is one at all.
//!
//! Whose a new file is, is said by the folder in which it is made: it inherits who may do what with it.

#[cfg(feature = "cli")]
use std::os::windows::fs::MetadataExt;
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use crate::system::For;

/// Whether a file can be replaced while somebody has it open. Newer systems let that be done, but not in every way.
pub(crate) const IS_REPLACED_OPEN: bool = false;

/// What the system finds in every folder, with any extension or none, besides `COM1` and the like
/// [MSDOC-WINDOWS naming files].
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// What is opened is its folder's users'.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// So are drafts.
pub(crate) fn prepare<'a, 'b>(draft: &'a mut tempfile::Builder<'b, 'b>, _: For) -> &'a mut tempfile::Builder<'b, 'b> {
    draft
}

/// A file that takes the place of another one has what its folder gives.
///
/// # Errors
///
/// None.
pub(crate) fn liken(_file: &File, _earlier: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether a file may be written: one that is marked read-only is meant so.
///
/// # Errors
///
/// That it may not.
pub(crate) fn check_writable(_path: &Path, known: &fs::Metadata) -> io::Result<()> {
    if known.permissions().readonly() { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

/// Gives a folder another name. An empty folder holds nothing that could be lost, and is replaced.
///
/// # Errors
///
/// [`io::ErrorKind::DirectoryNotEmpty`] or [`io::ErrorKind::NotADirectory`] if something is there, else what the system
/// says.
#[cfg(feature = "cli")]
pub(crate) fn rename_folder(path: &Path, to: &Path) -> io::Result<()> {
    /// A link of any kind (`FILE_ATTRIBUTE_REPARSE_POINT`).
    const LINK: u32 = 0x400;
    match fs::symlink_metadata(to) {
        Ok(found) if !found.is_dir() || found.file_attributes() & LINK != 0 => {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        // Fails if it holds something.
        Ok(_) => fs::remove_dir(to)?,
        Err(_) => {}
    }
    fs::rename(path, to)
}

/// Gives a file a second name in its folder.
///
/// # Errors
///
/// What the system says.
#[cfg(feature = "cli")]
pub(crate) fn second_name(file: &Path, second: &Path) -> io::Result<()> {
    fs::hard_link(file, second)
}

/// Nothing is open under a name here.
pub(crate) fn is_open_already(_path: &Path) -> bool {
    false
}

/// Why a word cannot be the name of a folder, in words: the system drops a dot at the end, and finds devices in every
/// folder [MSDOC-WINDOWS naming files].
pub(crate) fn unnamable(word: &str) -> Option<&'static str> {
    match word {
        _ if word.ends_with('.') => Some("on Windows no name ends with a dot"),
        _ if is_device(Path::new(word)) => Some("on Windows that is a device"),
        _ => None,
    }
}

/// Whether two words are the name of one folder: small letters and large ones are the same.
pub(crate) fn is_one_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// A path as files of people have it, who may read them on another system: with slashes, which this one takes too. What
/// begins with `\\?\` it takes as it is alone.
pub(crate) fn with_slashes(path: &str) -> String {
    if path.starts_with(r"\\?\") { path.to_owned() } else { path.replace('\\', "/") }
}

/// Whether a path is a device that the system finds in every folder: it knows nothing of one as a file.
pub(crate) fn is_device(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end();
    let is_numbered = |kind: &str| {
        let (start, number) = stem.split_at_checked(kind.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(kind) && matches!(number.as_bytes(), [b'1'..=b'9'])
    };
    DEVICES.iter().any(|device| device.eq_ignore_ascii_case(stem)) || is_numbered("COM") || is_numbered("LPT")
}

/// Opens a file of a folder to be read, and nothing else.
///
/// # Errors
///
/// [`io::ErrorKind::IsADirectory`] or [`io::ErrorKind::InvalidInput`] if it is none, else what the system says.
#[cfg(feature = "cli")]
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    if is_device(path) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    super::super::check_plain(&fs::metadata(path)?)?;
    File::open(path)
}

/// Opens what is no file of a folder.
///
/// # Errors
///
/// What the system says.
pub(crate) fn open_special(path: &Path) -> io::Result<File> {
    File::options().write(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_device, is_one_name, unnamable};

    #[test]
    fn a_name_that_would_become_another_is_none() {
        assert!(unnamable("till.").is_some() && unnamable("NUL").is_some() && unnamable("aux.txt").is_some());
        assert!(unnamable("till.1").is_none() && unnamable("nulls").is_none());
        assert!(is_one_name("tests", "TESTS") && !is_one_name("tests", "test"));
    }

    #[test]
    fn a_device_is_found_in_every_folder() {
        for device in ["NUL", "nul", r"C:\a\con", "com1", "LPT9.txt", "aux.toml"] {
            assert!(is_device(Path::new(device)), "{device}");
        }
        for file in ["null", "com", "com10", "a.nul", "lpt", r"nul\a", "", "\u{E9}t\u{E9}"] {
            assert!(!is_device(Path::new(file)), "{file}");
        }
    }
}
