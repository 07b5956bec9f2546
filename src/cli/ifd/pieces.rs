//! The files of the driver: where each is, what it says, and whether one that is there is ours.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use virtuale_ifd::{LIBRARY, MARK, Place};

use super::super::{Failure, messages::Driven};
use crate::{host::LONGEST_SOCKET, profile::reason::reason, shown, writing};

/// The driver, from the root of the system.
const DRIVER: &str = "usr/local/lib/virtuale/libifdvirtuale.so";

/// The description of its readers, where pcscd looks for such.
const READERS: &str = "etc/reader.conf.d/virtuale";

/// The rule that makes the folder of the socket.
pub(super) const RULE: &str = "etc/tmpfiles.d/virtuale.conf";

/// The folder of the socket, which nobody but its user can make one in.
pub(super) const FOLDER: &str = "/run/virtuale";

/// The first line of a text of ours.
const OURS: &str = "# Made by `virtuale ifd install`; `virtuale ifd remove` removes it.\n";

/// More bytes than a file of ours has, a driver built to be debugged too.
const LONGEST: u64 = 64 << 20;

/// What others may do with the files.
const FOR_ALL: u32 = 0o644;

/// The same of folders.
const FOLDERS_FOR_ALL: u32 = 0o755;

/// A file of the driver.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What is in it.
    pub(super) content: Content,
}

/// What is in a file.
#[derive(Debug)]
pub(super) enum Content {
    /// The shared object.
    Driver(&'static [u8]),
    /// A text.
    Text(String),
}

impl Piece {
    /// Whether a file is at its place; and if so, that it is ours.
    ///
    /// # Errors
    ///
    /// That it is not ours, or cannot be read.
    pub(super) fn is_there(&self) -> Result<bool, Failure> {
        is_there(&self.path)
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(super) fn write(&self) -> Result<(), Failure> {
        let bytes = match &self.content {
            Content::Driver(bytes) => bytes,
            Content::Text(text) => text.as_bytes(),
        };
        let folder = self.path.parent().unwrap_or(&self.path);
        let written = make_folders(folder)
            .and_then(|()| writing::replace(&self.path, |out| out.write_all(bytes)))
            .and_then(|()| fs::set_permissions(&self.path, fs::Permissions::from_mode(FOR_ALL)));
        written.map_err(|error| failed(&self.path, &error))
    }
}

/// Makes the folders that are missing, for everybody to look into, whatever the caller's umask says.
fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    folder.parent().map_or(Ok(()), make_folders)?;
    fs::create_dir(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(FOLDERS_FOR_ALL))
}

/// All files for readers at a place, which are a user's.
///
/// # Errors
///
/// That `reader.conf` has no way to name the place, or that this program has no driver.
pub(super) fn pieces(root: &Path, place: &Place, user: &str) -> Result<Vec<Piece>, Failure> {
    let driver =
        LIBRARY.map_err(|why| Failure::environment(Driven::NoDriver { why }.said(), Driven::BuildForTarget.said()))?;
    let socket = shown::path(&place.socket);
    let device = place.device_name().filter(|_| place.socket.as_os_str().len() <= LONGEST_SOCKET);
    let device = device
        .ok_or_else(|| Failure::usage(Driven::OddSocket { socket: &socket }.said(), Driven::NameSocket.said()))?;
    let readers = format!("{OURS}FRIENDLYNAME \"Virtuale\"\nDEVICENAME {device}\nLIBPATH /{DRIVER}\nCHANNELID 0\n");
    let piece = |path: &str, content| Piece { path: root.join(path), content };
    let mut pieces = vec![piece(DRIVER, Content::Driver(driver)), piece(READERS, Content::Text(readers))];
    if is_in_folder(place) {
        pieces.push(piece(RULE, Content::Text(format!("{OURS}d {FOLDER} 0755 {user} - -\n"))));
    }
    Ok(pieces)
}

/// Whether the socket is in the folder that the rule makes.
pub(super) fn is_in_folder(place: &Place) -> bool {
    place.socket.parent() == Some(Path::new(FOLDER))
}

/// Where files of ours may be.
pub(super) fn places(root: &Path) -> Vec<PathBuf> {
    [READERS, DRIVER, RULE].into_iter().map(|path| root.join(path)).collect()
}

/// Whether a file is there; and if so, that it is ours.
///
/// # Errors
///
/// That it is not ours, or cannot be read.
pub(super) fn is_there(path: &Path) -> Result<bool, Failure> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(path, &error)),
        Ok(found) if !found.is_file() || found.len() > LONGEST => return Err(not_ours(path)),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    let is_ours = bytes.starts_with(OURS.as_bytes())
        || (bytes.starts_with(b"\x7FELF") && bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes()));
    if is_ours { Ok(true) } else { Err(not_ours(path)) }
}

fn not_ours(path: &Path) -> Failure {
    Failure::environment(Driven::NotOurs { path: &shown::path(path) }.said(), Driven::MoveAway.said())
}

/// A file that cannot be written or removed: most likely by somebody who is not root.
pub(super) fn failed(path: &Path, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => Driven::BeRoot,
        // Folders that are missing were to be made.
        io::ErrorKind::NotFound => Driven::NoFolders,
        _ => return Failure::file("write", path, error),
    };
    let (path, why) = (shown::path(path), reason(error));
    let message = super::super::messages::in_both(|language| {
        let why = match language {
            super::Language::En => &why.english,
            super::Language::Fr => &why.french,
        };
        super::super::messages::Message::CannotWrite { path: &path, why }.text(language)
    });
    Failure::environment(message, advice.said())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Content, OURS, Place, is_there, pieces, places};

    fn place(socket: &str) -> Place {
        Place { slots: 3, socket: socket.into() }
    }

    #[test]
    fn the_readers_are_described_and_the_folder_is_made_for_its_user() {
        let root = tempfile::tempdir().expect("a folder");
        let texts = |socket: &str| {
            let pieces = pieces(root.path(), &place(socket), "alice").expect("a good place");
            let text = |piece: super::Piece| match piece.content {
                Content::Text(text) => Some(text),
                Content::Driver(_) => None,
            };
            pieces.into_iter().filter_map(text).collect::<Vec<_>>()
        };
        let here = texts("/run/virtuale/ifd");
        assert!(here[0].contains("DEVICENAME virtuale:3:/run/virtuale/ifd\n"), "{}", here[0]);
        assert!(here[1].ends_with("\nd /run/virtuale 0755 alice - -\n"), "{}", here[1]);
        assert_eq!(texts("/tmp/ifd").len(), 1, "that folder is nobody's to make");
        assert!(pieces(root.path(), &place("/a b"), "alice").is_err());
    }

    #[test]
    fn nobody_is_told_to_make_folders_that_are_made() {
        let path = std::path::Path::new("/proc/1/usr/local/lib/virtuale/a");
        let advice = |kind: std::io::ErrorKind| {
            super::failed(path, &kind.into()).hint().map(|hint| hint.to_string()).unwrap_or_default()
        };
        assert!(advice(std::io::ErrorKind::NotFound).contains("--root"));
        assert!(advice(std::io::ErrorKind::PermissionDenied).contains("sudo"));
    }

    #[test]
    fn a_file_that_is_not_ours_is_known() {
        let root = tempfile::tempdir().expect("a folder");
        for piece in pieces(root.path(), &place("/run/virtuale/ifd"), "alice").expect("a good place") {
            assert!(!piece.is_there().expect("nothing"));
            piece.write().expect("room");
            assert!(piece.is_there().expect("ours"));
            fs::write(&piece.path, "something else").expect("room");
            assert!(piece.is_there().is_err());
        }
        assert!(places(root.path()).iter().all(|path| path.is_file()));
        fs::write(root.path().join("a"), OURS).expect("room");
        assert!(is_there(&root.path().join("a")).expect("ours") && is_there(root.path()).is_err());
    }
}
