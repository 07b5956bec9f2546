//! Other users. Nobody tells here who is at the other end of a socket, so that none is let in.

use std::{io, path::Path};

use super::socket::Stream;

/// Who is at the other end of a socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) user: u32,
}

impl Peer {
    /// Nobody tells.
    pub(crate) fn of(_: &Stream) -> Option<Self> {
        None
    }

    /// None.
    pub(crate) fn groups(self) -> Vec<u32> {
        Vec::new()
    }
}

/// Users have no numbers here.
pub(crate) fn own_user() -> u32 {
    0
}

/// # Errors
///
/// That this cannot be here.
pub(crate) fn open_socket(_: &Path, _: Option<u32>) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "other users cannot be let in on this system"))
}

/// # Errors
///
/// That this cannot be here.
pub(crate) fn open_folder(place: &Path, group: Option<u32>) -> io::Result<()> {
    open_socket(place, group)
}

/// Nobody knows.
pub(crate) fn lets_through(_: &Path, _: Option<u32>) -> bool {
    true
}

/// None is made here.
pub(crate) fn is_own_folder(_: &Path) -> bool {
    false
}
