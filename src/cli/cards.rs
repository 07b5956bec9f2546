//! Card files and layouts of the command line.

use std::{path::Path, sync::Arc};

use virtuale_applets::layouts;
use virtuale_engine::Card;

use super::{Failure, options::Reproducible};
use crate::profile::{self, LoadError, Options, Profile, diagnostic::Source, layout::Layout};

/// Loads a card file.
///
/// # Errors
///
/// That it cannot be read, or what is wrong with it.
pub(super) fn profile(path: &Path, reproducible: &Reproducible) -> Result<Profile, Failure> {
    profile::load(path, &options(reproducible)).map_err(failure)
}

/// Why a file was not read.
pub(super) fn failure(error: LoadError) -> Failure {
    match error {
        LoadError::Io { path, error } => Failure::file("read", &path, &error),
        LoadError::Invalid(diagnostics) => Failure::Invalid(diagnostics),
    }
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

/// Loads a layout: one that is built in, or a file.
///
/// # Errors
///
/// That there is none, or what is wrong with it.
pub(super) fn layout(name: &str) -> Result<Layout, Failure> {
    let source = match layouts::named(name) {
        Some(text) => Source { name: format!("{name}.toml (built in)"), text: text.to_owned() },
        None if name.ends_with(".toml") => return Layout::load(Path::new(name)).map_err(failure),
        None => {
            let built_in = layouts::NAMES.join(", ");
            let hint = format!("built-in layouts: {built_in}; any other is a path to a file .toml");
            return Err(Failure::usage(format!("there is no layout {name:?}"), hint));
        }
    };
    Layout::parse(&Arc::new(source)).map_err(Failure::Invalid)
}
