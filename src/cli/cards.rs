//! Card files of the command line.

use std::path::Path;

use virtuale_engine::Card;

use super::{Failure, options::Reproducible};
use crate::profile::{self, LoadError, Options, Profile};

/// Loads a card file.
///
/// # Errors
///
/// That it cannot be read, or what is wrong with it.
pub(super) fn profile(path: &Path, reproducible: &Reproducible) -> Result<Profile, Failure> {
    profile::load(path, &options(reproducible)).map_err(|error| match error {
        LoadError::Io { path, error } => Failure::file("read", &path, &error),
        LoadError::Invalid(diagnostics) => Failure::Invalid(diagnostics),
    })
}

/// What a card depends on besides its card file.
pub(super) fn options(reproducible: &Reproducible) -> Options {
    Options { today: reproducible.today(), seed: reproducible.seed }
}

/// Loads a card file and makes the card.
///
/// # Errors
///
/// As [`profile`].
pub(super) fn card(path: &Path, reproducible: &Reproducible) -> Result<Box<dyn Card>, Failure> {
    Ok(Box::new(profile(path, reproducible)?.card()))
}
