//! The files beside a program: the library, and what leads it to its readers.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use virtuale_winscard::library::MARK;

use super::super::{Failure, messages::Attached, plain};
use crate::{shown, writing};

/// The name by which programs of Windows find PC/SC.
pub(in crate::cli) const LIBRARY: &str = "winscard.dll";

/// What leads the library beside it to its readers.
pub(in crate::cli) const WAY: &str = "virtuale.socket";

/// How what leads somewhere begins, before the path.
const LEADS_TO: &[u8] = b"-> ";

/// How a library of Windows begins.
const PROGRAM: &[u8] = b"MZ";

/// A longer library is none of ours.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Whose a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Whose {
    /// There is none.
    Nobodys,
    Ours,
    /// One of ours, and none that this program carries: of another version, or damaged.
    OursOnce,
    Others,
}

impl Whose {
    /// Whether it may be written over or removed.
    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursOnce)
    }
}

/// A file beside a program, and what is to be in it; without content it is to go.
#[derive(Debug)]
pub(super) struct Piece {
    path: PathBuf,
    content: Option<Vec<u8>>,
}

impl Piece {
    /// The library in a folder.
    pub(super) fn library(folder: &Path, library: &[u8]) -> Self {
        Self { path: folder.join(LIBRARY), content: Some(library.to_vec()) }
    }

    /// What leads the library in a folder to readers; if none are named, nothing does.
    pub(super) fn way(folder: &Path, readers: Option<&Path>) -> Self {
        let content = readers.map(|readers| [LEADS_TO, readers.as_os_str().as_encoded_bytes(), b"\n"].concat());
        Self { path: folder.join(WAY), content }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whose the file is that is there now.
    ///
    /// # Errors
    ///
    /// That it is not ours, or cannot be read.
    pub(super) fn whose(&self) -> Result<Whose, Failure> {
        match whose(&self.path).map_err(|error| Failure::file("read", &self.path, &error))? {
            Whose::Others => {
                let path = shown::path(&self.path);
                Err(Failure::environment(Attached::NotOurs { path: &path }.said(), Attached::MoveAway.said()))
            }
            whose => Ok(whose),
        }
    }

    /// Makes it what it is to be; whether it is there then.
    ///
    /// # Errors
    ///
    /// That it cannot be written or removed.
    pub(super) fn settle(&self, was: Whose) -> Result<bool, Failure> {
        match &self.content {
            Some(content) if was.is_ours() && holds(&self.path, content) => Ok(true),
            Some(content) => {
                let written = writing::replace(&self.path, |out| out.write_all(content));
                written.map(|()| true).map_err(|error| failed(&self.path, &error))
            }
            None if was.is_ours() => remove(&self.path).map(|()| false),
            None => Ok(false),
        }
    }
}

/// Whether that is in a file, and nothing else.
fn holds(path: &Path, content: &[u8]) -> bool {
    plain::beginning(path, LONGEST).is_ok_and(|found| found == content)
}

/// Whose a file is that may be there: one of ours says so.
///
/// # Errors
///
/// That it cannot be read.
pub(in crate::cli) fn whose(path: &Path) -> io::Result<Whose> {
    let carried: Vec<_> = [virtuale_winscard::LIBRARY, virtuale_winscard::LIBRARY_32].into_iter().flatten().collect();
    whose_of(path, &carried)
}

/// The same where this program carries these.
fn whose_of(path: &Path, carried: &[&[u8]]) -> io::Result<Whose> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Whose::Nobodys),
        Err(error) => return Err(error),
        Ok(found) if !found.is_file() || found.len() > LONGEST => return Ok(Whose::Others),
        Ok(_) => {}
    }
    let bytes = plain::beginning(path, LONGEST)?;
    let mut for_windows = carried.iter().filter(|library| library.starts_with(PROGRAM)).peekable();
    let is_marked = bytes.starts_with(PROGRAM) && bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes());
    Ok(if bytes.starts_with(LEADS_TO) {
        Whose::Ours
    } else if is_marked && for_windows.peek().is_none() {
        // On another system there is none to compare it with.
        Whose::Ours
    } else {
        match for_windows.find(|library| library.starts_with(&bytes) && bytes.starts_with(PROGRAM)) {
            Some(library) if library.len() == bytes.len() => Whose::Ours,
            // It is cut off.
            Some(_) => Whose::OursOnce,
            None if is_marked => Whose::OursOnce,
            None => Whose::Others,
        }
    })
}

/// Removes a file of ours.
///
/// # Errors
///
/// That it cannot be removed.
pub(super) fn remove(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path).map_err(|error| failed(path, &error))
}

/// A file that cannot be written or removed: most likely since a program has loaded it, or by somebody who may not.
fn failed(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        // There a file that is marked so is neither written over nor removed.
        io::ErrorKind::PermissionDenied
            if cfg!(windows) && fs::metadata(path).is_ok_and(|known| known.permissions().readonly()) =>
        {
            let (path, word) = (shown::path(path), shown::word(path));
            Failure::environment(Attached::ReadOnly { path: &path }.said(), Attached::TakeMark { path: &word }.said())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy => Failure::environment(
            Attached::CannotChange { path: &shown::path(path) }.said(),
            Attached::EndProgram.said(),
        ),
        _ => Failure::file("write", path, error),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{MARK, Piece, Whose, whose, whose_of};

    #[test]
    fn what_is_not_ours_stays_and_what_is_ours_is_settled() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = virtuale_winscard::LIBRARY.ok().filter(|library| library.starts_with(super::PROGRAM));
        let library = library.map_or_else(|| [b"MZ...", MARK.as_bytes()].concat(), <[u8]>::to_vec);
        let piece = Piece::library(folder.path(), &library);
        assert_eq!(piece.whose().expect("nothing"), Whose::Nobodys);
        assert!(piece.settle(Whose::Nobodys).expect("room"));
        assert_eq!(piece.whose().expect("ours"), Whose::Ours);
        fs::write(piece.path(), "MZ of somebody else").expect("room");
        assert!(piece.whose().is_err());
        assert_eq!(whose(folder.path()).expect("a folder"), Whose::Others);

        let path = folder.path().join("another.dll");
        let of = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("room");
            whose_of(&path, &[b"\x7FELF", &library]).expect("a file")
        };
        assert_eq!((of(&library), of(&library[..library.len() / 2])), (Whose::Ours, Whose::OursOnce));
        assert_eq!(of(&[&library, &b"."[..]].concat()), Whose::OursOnce, "another version, or damaged");
        assert_eq!([of(b""), of(b"M"), of(b"MZ of somebody else")], [Whose::Others; 3]);

        let way = Piece::way(folder.path(), Some(Path::new("/run/pcsc")));
        assert!(way.settle(way.whose().expect("nothing")).expect("room"));
        assert_eq!(fs::read(way.path()).expect("it"), b"-> /run/pcsc\n");
        let none = Piece::way(folder.path(), None);
        assert!(!none.settle(none.whose().expect("ours")).expect("it goes") && !way.path().exists());
        assert!(!none.settle(none.whose().expect("nothing")).expect("it is gone"));
    }
}
