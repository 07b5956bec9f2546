//! Where a service's socket lives.

use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    io,
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt},
    path::{Path, PathBuf},
};

/// The longest path of a socket: libpcsclite cuts longer ones.
pub const LONGEST_SOCKET_PATH: usize = 107;

/// The socket's name in its folder.
const SOCKET: &str = "pcscd.comm";

/// A folder of this user's own for one service. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub struct SocketFolder {
    path: PathBuf,
}

impl SocketFolder {
    /// A new folder (0700) under `XDG_RUNTIME_DIR`; else, or where the socket's path would get too long, under the
    /// temporary folder.
    ///
    /// # Errors
    ///
    /// What the system says about the temporary folder, or that its path is too long for a socket.
    pub fn new() -> io::Result<Self> {
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(folder) = runtime.and_then(|runtime| Self::under(&runtime).ok()) {
            return Ok(folder);
        }
        Self::under(&env::temp_dir())
    }

    /// A new folder (0700) under the given one.
    ///
    /// # Errors
    ///
    /// What the system says, or that the socket's path would be too long.
    pub fn under(parent: &Path) -> io::Result<Self> {
        let draw = RandomState::new();
        for attempt in 0..100_u32 {
            let path = parent.join(format!("virtuale-{:08x}", draw.hash_one(attempt) & 0xFFFF_FFFF));
            if path.join(SOCKET).as_os_str().as_bytes().len() > LONGEST_SOCKET_PATH {
                return Err(io::Error::new(io::ErrorKind::InvalidFilename, "the path is too long for a socket"));
            }
            match fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The folder itself, for whatever else the service needs.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The socket's path, which is what `PCSCLITE_CSOCK_NAME` must be.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.path.join(SOCKET)
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, and what could not be removed is empty or not ours.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::SocketFolder;

    #[test]
    fn a_folder_is_private_and_leaves_nothing_behind() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = SocketFolder::under(parent.path()).expect("room in it");
        let mode = fs::metadata(folder.path()).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::write(folder.socket(), "").expect("it is ours");
        drop(folder);
        assert_eq!(fs::read_dir(parent.path()).expect("the parent stays").count(), 0);
    }

    #[test]
    fn a_path_that_a_client_would_cut_is_refused() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let deep = parent.path().join("d".repeat(100));
        fs::create_dir(&deep).expect("a long name");
        assert!(SocketFolder::under(&deep).is_err());
        assert_eq!(fs::read_dir(&deep).expect("it stays").count(), 0);
    }
}
