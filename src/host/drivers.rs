//! Drivers of PC/SC services that have our slots as their hardware, beside our own service.

use std::{
    io,
    path::{self, Path, PathBuf},
    sync::Arc,
};

use super::{HostError, folder::LONGEST_SOCKET, socket::clear};
#[cfg(unix)]
use crate::reader::ifd::Server as Pcscd;
use crate::{
    reader::{
        Readers,
        vpcd::{Address, Note, Vpcd},
    },
    shown,
};

/// Which drivers shall have the slots.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) vpcd: Option<(Way, Address)>,
    pub(super) pcscd: Option<PathBuf>,
    pub(super) tell: Option<Arc<dyn Fn(Note) + Send + Sync>>,
}

/// Who comes to whom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// The card to the driver.
    Connect,
    /// The driver to the card.
    Listen,
}

/// What serves them.
#[derive(Debug, Default)]
pub(super) struct Drivers {
    pub(super) vpcd: Option<Vpcd>,
    pub(super) pcscd: Option<Pcscd>,
}

impl Wishes {
    /// Starts what is wished for.
    ///
    /// # Errors
    ///
    /// [`HostError::Vpcd`], [`HostError::Pcscd`], and those of a socket whose path will not do.
    pub(super) fn start(self, readers: &Arc<Readers>) -> Result<Drivers, HostError> {
        let tell = self.tell.unwrap_or_else(|| Arc::new(|_| {}));
        let started = self.vpcd.map(|(way, address)| {
            let tell = move |note| tell(note);
            match way {
                Way::Connect => Vpcd::connect(readers, &address, tell),
                Way::Listen => Vpcd::listen(readers, &address, tell),
            }
        });
        let vpcd = started.transpose().map_err(|error: io::Error| HostError::Vpcd(error))?;
        let pcscd = self.pcscd.map(|socket| await_pcscd(readers, &socket)).transpose()?;
        Ok(Drivers { vpcd, pcscd })
    }
}

impl Drivers {
    /// What people call the drivers that have the card of a slot now.
    pub(super) fn of(&self, slot: usize) -> Vec<String> {
        let vpcd = self.vpcd.as_ref().filter(|vpcd| vpcd.is_connected(slot));
        let pcscd = self.pcscd.as_ref().filter(|pcscd| pcscd.is_connected(slot));
        vpcd.map(|_| "vpcd".to_owned()).into_iter().chain(pcscd.map(|_| "pcscd".to_owned())).collect()
    }
}

/// Only Unix has a pcscd.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) enum Pcscd {}

#[cfg(not(unix))]
impl Pcscd {
    fn start(_: &Arc<Readers>, _: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no pcscd on this system"))
    }

    fn is_connected(&self, _: usize) -> bool {
        match *self {}
    }
}

/// Awaits the driver of pcscd at a socket of the user's choice.
fn await_pcscd(readers: &Arc<Readers>, socket: &Path) -> Result<Pcscd, HostError> {
    let failed = |error| HostError::Pcscd { path: socket.to_owned(), error };
    let place = path::absolute(socket).map_err(failed)?;
    if place.to_string_lossy().contains(shown::is_hidden) {
        return Err(HostError::UnseenSocket(place));
    }
    if let Some(excess) = place.as_os_str().len().checked_sub(LONGEST_SOCKET).filter(|&excess| excess > 0) {
        let why = format!("its path is {excess} characters too long");
        return Err(failed(io::Error::new(io::ErrorKind::InvalidFilename, why)));
    }
    clear(&place).map_err(|error| match error {
        HostError::InUse(_) => failed(io::Error::new(io::ErrorKind::AddrInUse, "other readers are there")),
        HostError::NotASocket(_) => failed(io::Error::new(io::ErrorKind::AlreadyExists, "what is there is no socket")),
        HostError::Unclear { error, .. } => failed(error),
        other => other,
    })?;
    Pcscd::start(readers, &place).map_err(failed)
}
