//! Small texts that are built in by name, or files of somebody's own: models of readers and the like.

use std::{fs, path::Path};

use crate::profile::{
    LoadError,
    diagnostic::{Diagnostics, Source},
    nearest, reading,
    written::LONGEST,
};

/// Why there is no text.
pub(super) enum Missing {
    /// The file could not be read.
    Io(LoadError),
    /// It is no text.
    Invalid(Diagnostics),
    /// It is no path, and nothing that is built in is called so.
    Unknown {
        /// What was written.
        name: String,
        /// The name that may have been meant.
        nearest: Option<String>,
    },
}

/// The text that somebody means: what has a `/` in it or ends in `.toml` is a file, and so is what is the name of one
/// here; anything else is the name of a text that is built in.
pub(super) fn find(
    written: &Path,
    built_in: impl Iterator<Item = (&'static str, &'static str)> + Clone,
) -> Result<Source, Missing> {
    if is_a_file(written) {
        return reading::text(written, LONGEST).map_err(|error| match error {
            LoadError::Invalid(mistakes) => Missing::Invalid(mistakes),
            other => Missing::Io(other),
        });
    }
    let name = written.to_string_lossy();
    match built_in.clone().find(|(known, _)| *known == name) {
        Some((name, text)) => Ok(Source { name: format!("{name}.toml"), text: text.into() }),
        None => {
            let nearest = nearest::nearest(&name, built_in.map(|(known, _)| known));
            Err(Missing::Unknown { nearest: nearest.map(str::to_owned), name: name.into_owned() })
        }
    }
}

/// Whether what is written means a file.
pub(super) fn is_a_file(written: &Path) -> bool {
    let is_a_path = written.as_os_str().as_encoded_bytes().contains(&b'/')
        || written.extension().is_some_and(|extension| extension == "toml");
    is_a_path || fs::metadata(written).is_ok_and(|found| !found.is_dir())
}
