//! Sockets of Unix.

use std::{
    ffi::OsString,
    io::{self, ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::{fs::FileTypeExt, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use super::FROM_LIBRARY;

/// Where pcscd listens unless told otherwise.
const SYSTEM: &str = "/run/pcscd/pcscd.comm";

/// How often a connection is tried that a signal breaks off.
const TRIES: usize = 100;

/// The longest path that libpcsclite asks for: it cuts what is longer [PCSC-LITE winscard_msg.c].
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The place of a socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place(PathBuf);

impl Place {
    /// This one.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where a program's service is: the socket that its environment names; else that of the run in whose folder its
    /// library lies, if there is one; else the system's. The library is that of a run only if a socket stands where a
    /// run has its own, beside the folder of the library.
    #[must_use]
    pub fn find(named: Option<OsString>, library: Option<&Path>) -> Self {
        if let Some(named) = named {
            return Self(cut(named));
        }
        let beside = library.and_then(Path::parent).map(|folder| folder.join(FROM_LIBRARY));
        let is_socket = |path: &PathBuf| path.metadata().is_ok_and(|found| found.file_type().is_socket());
        // Shorter, since sockets have short paths.
        let beside = beside.filter(is_socket).map(|path| path.canonicalize().unwrap_or(path));
        Self(beside.unwrap_or_else(|| SYSTEM.into()))
    }

    /// Where there is a service to ask, if there is one.
    pub(crate) fn look(&self) -> Option<PathBuf> {
        self.0.exists().then(|| self.0.clone())
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Stream(UnixStream);

impl Stream {
    /// Connects.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn connect(place: &Path) -> io::Result<Self> {
        let is_broken_off = |error: &io::Error| error.kind() == ErrorKind::Interrupted;
        let mut tries = (0..TRIES).map(|_| UnixStream::connect(place));
        let stream = tries.find(|tried| !tried.as_ref().is_err_and(is_broken_off));
        stream.unwrap_or_else(|| Err(ErrorKind::Interrupted.into())).map(Self)
    }

    /// Reads what comes within a time, without one whenever it comes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] or its like if nothing came, else what the system says.
    pub(crate) fn read_within(&mut self, bytes: &mut [u8], time: Option<Duration>) -> io::Result<usize> {
        self.0.set_read_timeout(time)?;
        let read = self.0.read(bytes);
        self.0.set_read_timeout(None)?;
        read
    }

    /// Closes both directions.
    pub(crate) fn hang_up(&self) {
        // Fails only if the service hung up first.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn cut(named: OsString) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    match named.as_bytes().get(..LONGEST) {
        Some(cut) => OsString::from_vec(cut.to_vec()).into(),
        None => named.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, os::unix::net::UnixListener, path::Path, process};

    use super::{LONGEST, Place, SYSTEM};

    #[test]
    fn the_environment_comes_before_the_place_of_the_library_and_that_before_the_system() {
        let folder = env::temp_dir().join(format!("virtuale-winscard-place-{}", process::id()));
        fs::create_dir_all(folder.join("lib")).expect("a folder");
        let folder = folder.canonicalize().expect("it is there");
        let library = folder.join("lib/libpcsclite.so.1");
        let find = |named: Option<&str>, library: Option<&Path>| Place::find(named.map(Into::into), library).0;
        assert_eq!(find(None, Some(&library)), Path::new(SYSTEM), "there is no socket");
        fs::write(folder.join("pcsc"), "").expect("a file");
        assert_eq!(find(None, Some(&library)), Path::new(SYSTEM), "it is no socket");
        fs::remove_file(folder.join("pcsc")).expect("it was there");
        let socket = UnixListener::bind(folder.join("pcsc")).expect("a socket");
        assert_eq!(find(None, Some(&library)), folder.join("pcsc"));
        assert_eq!(find(Some("/x"), Some(&library)), Path::new("/x"));
        assert_eq!(find(Some(""), Some(&library)), Path::new(""), "as libpcsclite does");
        assert_eq!(find(None, None), Path::new(SYSTEM));
        drop(socket);
        fs::remove_dir_all(folder).expect("it was there");
    }

    #[test]
    fn a_path_is_cut_where_no_socket_is_longer() {
        let long = "x".repeat(300);
        assert_eq!(Place::find(Some(long.into()), None).0.as_os_str().len(), LONGEST);
    }
}
