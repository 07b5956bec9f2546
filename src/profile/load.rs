//! From a card file to a card: the card file, its layout, the chip's image, the card.

use std::{io, path::PathBuf};

use jiff::civil::Date;

use super::diagnostic::Diagnostics;

/// What a card depends on besides its card file and its layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// The day of loading: relative dates count from it, and it is the day on which the card is used.
    pub today: Date,
    /// Where the card's chance starts.
    pub seed: u64,
}

/// Why a card file gave no card.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error("cannot read {}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The card file or its layout has mistakes.
    #[error("{0}")]
    Invalid(Diagnostics),
}
