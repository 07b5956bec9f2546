//! From the data of a card to its zone.
//!
//! The data are a tree under the keys of card files, be it of a card file or of a reading: both give the same bytes.
//! Text that ISO 8859-1 does not have, and values wider than their fields, are errors that say where: nothing is cut
//! or replaced.

mod error;
mod fields;
mod patient;
mod professional;
#[cfg(test)]
mod tests;

pub use error::{WriteError, WriteErrorKind};
pub use patient::of_vitale;
pub use professional::of_professional;
