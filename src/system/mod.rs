//! What differs between systems, behind one face: the local sockets of running readers, their private folders, and what
//! stands around a file besides its content.
//!
//! Nothing else of the library is for one system only. What both sides of the face have is named here; what a card, a
//! reader or a host is knows nothing of it.
//!
//! On Unix a local socket is one of the system. Windows has such sockets too, but says of none of them whose they are,
//! and its programs find PC/SC by a library and not by a path: there a local socket is a small file that names a port
//! of this machine and a secret, which whoever connects says first (`windows::socket`).

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::{io, time::Duration};

#[cfg(unix)]
pub(crate) use unix::{file, folder, guests, process, socket};
#[cfg(windows)]
pub(crate) use windows::{file, folder, guests, process, socket};

/// Who may do something with a new file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum For {
    /// Whom the system lets.
    All,
    /// Its owner alone: it may have secrets in it.
    Owner,
}

/// How long another program may take to look whether a folder was left behind, which takes no time unless it is
/// stopped in between.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is looked whether it is done.
const BREATH: Duration = Duration::from_millis(1);

/// That something is a file of a folder.
#[cfg(feature = "cli")]
fn check_plain(known: &std::fs::Metadata) -> io::Result<()> {
    match known {
        _ if known.is_file() => Ok(()),
        _ if known.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn too_long_locked() -> io::Error {
    let message = format!("another program keeps it locked for {} s", PATIENCE.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, message)
}
