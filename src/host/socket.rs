//! A PC/SC socket where the user wants it.

use std::{
    fs, io,
    path::{self, Path, PathBuf},
    time::Duration,
};

use super::{
    HostError, control,
    folder::{Folder, LONGEST_SOCKET},
};
use crate::{
    shown,
    system::socket::{connect, is_socket, lead},
};

/// How long it may take to see whether somebody listens at a path: longer only where very many want in.
const GLANCE: Duration = Duration::from_secs(1);

/// Makes sure that a socket can stand where the user wants it, and leaves a link to it in the private folder.
pub(super) fn claim(place: &Path, folder: &Folder) -> Result<PathBuf, HostError> {
    let file = |did, path: &Path, error| HostError::File { did, path: path.to_owned(), error };
    let place = path::absolute(place).map_err(|error| file("use", place, error))?;
    if place.to_string_lossy().contains(shown::is_hidden) {
        return Err(HostError::UnseenSocket(place));
    }
    let length = control::beside(&place).as_os_str().len();
    if let Some(excess) = length.checked_sub(LONGEST_SOCKET).filter(|&excess| excess > 0) {
        return Err(HostError::TooLong { path: place, excess });
    }
    for socket in [place.clone(), control::beside(&place)] {
        clear(&socket)?;
    }
    let unlinked = |error| HostError::Unmade { what: "a link to the socket".into(), error };
    lead(&place, &folder.socket()).map_err(unlinked)?;
    Ok(place)
}

/// Removes a socket at which nobody listens any more, and nothing else.
pub(super) fn clear(socket: &Path) -> Result<(), HostError> {
    match fs::symlink_metadata(socket) {
        Err(_) => return Ok(()),
        Ok(known) if !is_socket(socket, &known) => return Err(HostError::NotASocket(socket.to_owned())),
        Ok(_) => {}
    }
    match connect(socket, GLANCE) {
        Ok(_) => Err(HostError::InUse(socket.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(socket).map_err(|error| HostError::File { did: "remove", path: socket.to_owned(), error })
        }
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(HostError::InUse(socket.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(HostError::Unclear { path: socket.to_owned(), error }),
    }
}
