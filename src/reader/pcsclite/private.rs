//! Sockets that are their user's alone.

use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixListener},
    path::Path,
};

#[cfg(not(target_vendor = "apple"))]
use rustix::net::SocketFlags;
use rustix::{
    fs::{Mode, fchmod},
    net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen},
};

/// What others may do with the socket.
const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Listens at a path where nothing is yet. Nobody else may connect, from the first moment on: a socket that had to be
/// closed to others afterwards, by its path, could be another file by then.
///
/// # Errors
///
/// [`io::ErrorKind::AddrInUse`] if something is there, else what the system says.
pub(crate) fn listen_privately(path: &Path) -> io::Result<UnixListener> {
    let socket = closed_in_children()?;
    // What Linux makes at the path has the mode of the socket.
    let is_private = fchmod(&socket, OWNER_ONLY).is_ok() && cfg!(target_os = "linux");
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    if !is_private {
        rustix::fs::chmod(path, OWNER_ONLY)?;
    }
    listen(&socket, i32::MAX)?;
    Ok(UnixListener::from(socket))
}

/// A socket that no program gets which is started meanwhile.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn closed_in_children() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

/// The same where that takes two steps.
#[cfg(target_vendor = "apple")]
pub(super) fn closed_in_children() -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::{fs, io, os::unix::fs::PermissionsExt, os::unix::net::UnixStream};

    use super::listen_privately;

    #[test]
    fn a_socket_is_its_users_alone_and_takes_no_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let listener = listen_privately(&path).expect("a socket");
        assert_eq!(fs::metadata(&path).expect("it").permissions().mode() & 0o777, 0o600);
        let _client = UnixStream::connect(&path).expect("it listens");
        listener.accept().expect("a client");
        fs::write(folder.path().join("file"), "text").expect("a file");
        let taken = listen_privately(&folder.path().join("file")).expect_err("a file is there");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::metadata(folder.path().join("file")).expect("it").permissions().mode() & 0o111, 0);
    }
}
