//! Looking into a file that a user names, or that lies beside one: no more of it than is needed.
//!
//! What is no file of a folder is not opened: a pipe may stay silent for ever, a device may have no end. What a user
//! wrote for us to read may be such a thing, and is for `profile::reading`.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    profile::{reason, said::said},
    system::file::open_plain,
};

/// Opens a file of a folder.
///
/// # Errors
///
/// That it is none, or what the system says.
pub(super) fn open(path: &Path) -> io::Result<File> {
    open_plain(path).map_err(|error| match (error.kind(), error.raw_os_error()) {
        (kind @ io::ErrorKind::InvalidInput, None) => {
            let message = said!(
                en: "it is a pipe, a socket or a device, and no file",
                fr: "c'est un tube, une socket ou un périphérique, et non un fichier",
            );
            reason::error(kind, message)
        }
        _ => error,
    })
}

/// The first bytes of a file of a folder, at most so many.
///
/// # Errors
///
/// Those of [`open`].
pub(super) fn beginning(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same as text, whatever is none of it shown as such.
///
/// # Errors
///
/// Those of [`open`].
pub(super) fn text(path: &Path, most: u64) -> io::Result<String> {
    beginning(path, most).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::{fs, io, path::Path};

    use super::{beginning, text};

    #[test]
    fn a_file_is_read_as_far_as_is_needed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "0123456789").expect("room");
        assert_eq!(beginning(&path, 4).expect("a file"), b"0123");
        assert_eq!(text(&path, 40).expect("a file"), "0123456789");
        let kind = |path: &Path| beginning(path, 4).expect_err("no file").kind();
        assert_eq!(kind(&folder.path().join("none")), io::ErrorKind::NotFound);
        assert!(beginning(folder.path(), 4).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system").success());
        for path in [&pipe, Path::new("/dev/zero")] {
            let error = beginning(path, 4).expect_err("no file");
            assert!(error.to_string().contains("a pipe, a socket or a device"), "{error}");
        }
    }
}
