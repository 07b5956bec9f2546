//! All that a chip may touch outside itself, handed to it when it is built.

use alloc::boxed::Box;
use core::fmt;

use crate::crypto::Crypto;

/// A calendar day on which the card is used.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day {
    /// The year, 4 digits.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

/// Tells the day. Real cards learn it from certificates and commands; a virtual one may be told.
pub trait Clock: Send {
    /// Today.
    fn today(&self) -> Day;
}

/// Draws random bytes. Seeded, so that a run can be repeated.
pub trait Random: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);

    /// How far the stream of random bytes was drawn, in a unit of the source's own; 0 at its beginning. It is part of
    /// a card's [`Snapshot`](crate::Snapshot), which takes none above half of the numbers that there are.
    fn position(&self) -> u64;

    /// Draws from a position on that [`Random::position`] told, also before the present one.
    fn seek(&mut self, position: u64);
}

/// One change of memory: these bytes, from this offset on. They may be secret: its [`Debug`](fmt::Debug) shows none.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Change<'a> {
    /// The first changed cell.
    pub offset: usize,
    /// What the cells hold now.
    pub bytes: &'a [u8],
}

/// Why a commit was not kept. Nothing of it stays, outside the card or in its memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommitError {
    /// There is no room for it, such as on a full disk. The card goes on and answers `6581` (memory failure).
    #[error("the commit cannot be kept")]
    Full,
    /// The power went away while it was under way. The card answers nothing.
    #[error("power was lost during a commit")]
    PowerLost,
}

/// Where commits go. The reader's: it may keep them on disk, and it is where a torn card is simulated.
pub trait Sink: Send {
    /// Keeps all the changes or none.
    ///
    /// # Errors
    ///
    /// [`CommitError`] if none was kept.
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError>;
}

/// A sink that keeps nothing outside the card.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Sink for Forgetful {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
        Ok(())
    }
}

/// The platform of one chip.
pub struct Platform {
    /// What day it is.
    pub clock: Box<dyn Clock>,
    /// Where randomness comes from.
    pub random: Box<dyn Random>,
    /// Where commits go.
    pub sink: Box<dyn Sink>,
    /// What computes for it, as the coprocessor of a real chip does.
    pub crypto: Box<dyn Crypto>,
}

impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change({} bytes at {})", self.bytes.len(), self.offset)
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("today", &self.clock.today()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::Change;

    #[test]
    fn a_change_does_not_show_what_is_written() {
        let change = Change { offset: 7, bytes: b"1234" };
        assert_eq!(format!("{change:?}"), "Change(4 bytes at 7)");
    }
}
