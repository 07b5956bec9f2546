//! Drivers of PC/SC services that have our slots as their hardware, beside our own service.

use std::{io, sync::Arc};

use super::HostError;
use crate::reader::{
    Readers,
    vpcd::{Address, Note, Vpcd},
};

/// Which drivers shall have the slots.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) vpcd: Option<(Way, Address)>,
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
}

impl Wishes {
    /// Starts what is wished for.
    ///
    /// # Errors
    ///
    /// [`HostError::Vpcd`].
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
        Ok(Drivers { vpcd })
    }
}

impl Drivers {
    /// What people call the drivers that have the card of a slot now.
    pub(super) fn of(&self, slot: usize) -> Vec<String> {
        let vpcd = self.vpcd.as_ref().filter(|vpcd| vpcd.is_connected(slot));
        vpcd.map(|_| "vpcd".to_owned()).into_iter().collect()
    }
}
