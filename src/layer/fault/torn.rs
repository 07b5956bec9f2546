//! The sink in which a card loses its power.

use std::fmt;

use virtuale_engine::platform::{Change, CommitError, Sink};

use super::faults::{Fate, Faults};

/// A sink around that of a card, in which its power goes as its faults say: before a commit, which is then not kept, or
/// after it. The layer [`Spoiled`](super::Spoiled) around the card makes the rest of the command silent.
pub struct Torn {
    faults: Faults,
    inner: Box<dyn Sink>,
}

impl Torn {
    /// A sink around another one.
    #[must_use]
    pub fn new(faults: Faults, inner: Box<dyn Sink>) -> Self {
        Self { faults, inner }
    }
}

impl Sink for Torn {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        if !self.faults.is_active() {
            return self.inner.commit(changes);
        }
        match self.faults.commit() {
            Fate::Lost => Err(CommitError::PowerLost),
            Fate::Kept | Fate::KeptLast => self.inner.commit(changes),
        }
    }
}

impl fmt::Debug for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Torn").field("faults", &self.faults).finish_non_exhaustive()
    }
}
