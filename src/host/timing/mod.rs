//! What `--timing` means: a table of times that is built in, one of somebody's own, or the times of a recording.
//!
//! docs/timing.md has the keys. What does the waiting is [`layer::timing`](crate::layer::timing).

mod keys;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::texts::{self, Missing};
use crate::{
    layer::timing::{Model, Timetable},
    profile::{
        LoadError,
        diagnostic::{Diagnostics, Source},
        said::{Said, said},
    },
    shown,
    trace::{self, cards::Unreplayed},
};

/// The tables that are part of the program: name, text.
pub const BUILT_IN: &[(&str, &str)] =
    &[("contact", include_str!("built_in/contact.toml")), ("contactless", include_str!("built_in/contactless.toml"))];

/// How the name of a recording ends.
const RECORDING: &str = "apdu";

/// Why there are no such times.
#[derive(Debug, thiserror::Error)]
pub enum TimingError {
    /// The file could not be read.
    #[error(transparent)]
    Io(LoadError),
    /// It has mistakes.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// The recording could not be read.
    #[error(transparent)]
    Recording(Unreplayed),
    /// The recording does not say how long anything took.
    #[error("{} does not say how long its card took", shown::path(.0))]
    Untimed(PathBuf),
    /// It is no path, and no table of the program is called so.
    #[error("there is no file {}, and no built-in table of times of that name", shown::line(.name))]
    Unknown {
        /// What was written.
        name: String,
        /// The name of a table of the program that may have been meant.
        nearest: Option<String>,
    },
}

/// The times that somebody means: a recording, whose name ends in `.apdu`; a file of times, which has a `/` in its name
/// or ends in `.toml`; else the name of a table of the program.
///
/// # Errors
///
/// [`TimingError`].
pub fn find(written: &Path) -> Result<Timetable, TimingError> {
    if written.extension().is_some_and(|extension| extension == RECORDING) {
        let times = trace::cards::read(written).map_err(TimingError::Recording)?.times();
        let is_timed = !times.is_empty();
        return is_timed.then_some(Timetable::Recorded(times)).ok_or_else(|| TimingError::Untimed(written.to_owned()));
    }
    let source = texts::find(written, BUILT_IN.iter().copied()).map_err(|missing| match missing {
        Missing::Io(error) => TimingError::Io(error),
        Missing::Invalid(mistakes) => TimingError::Invalid(mistakes),
        Missing::Unknown { name, nearest } => TimingError::Unknown { name, nearest },
    })?;
    parse(source).map(Timetable::Model).map_err(TimingError::Invalid)
}

/// The times of a text.
///
/// # Errors
///
/// All mistakes in it.
pub fn parse(source: Source) -> Result<Model, Diagnostics> {
    keys::read(&Arc::new(source))
}

impl TimingError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.advice().map(|advice| advice.as_str().to_owned())
    }

    /// What it is, in both languages as far as it has both.
    #[cfg(feature = "cli")]
    pub(crate) fn said(&self) -> Said {
        let english = self.to_string();
        match self {
            Self::Untimed(path) => {
                let path = shown::path(path);
                said!(en: "{english}", fr: "{path} ne dit pas combien de temps sa carte a mis").into()
            }
            Self::Unknown { name, .. } => {
                let name = shown::line(name);
                said!(
                    en: "{english}",
                    fr: "il n'y a ni fichier {name}, ni table de temps intégrée de ce nom",
                )
                .into()
            }
            Self::Io(_) | Self::Invalid(_) | Self::Recording(_) => english.into(),
        }
    }

    /// What to do about it, in both languages.
    pub(crate) fn advice(&self) -> Option<Said> {
        let advice = match self {
            Self::Io(LoadError::Io { .. }) => said!(
                en: "look at the name and at the folder you are in",
                fr: "vérifier le nom, et le dossier où l'on est",
            ),
            Self::Io(_) | Self::Invalid(_) | Self::Recording(_) => return None,
            Self::Untimed(_) => said!(
                en: "a recording of a real card, or of one with --timing, does",
                fr: "l'enregistrement d'une carte réelle, ou d'une carte avec --timing, le dit",
            ),
            Self::Unknown { nearest, .. } => {
                let meant = |said: &str, end: &str| nearest.as_ref().map(|name| format!("{said} {name}{end} "));
                let (english, french) = (meant("did you mean", "?"), meant("serait-ce", " ?"));
                let (english, french) = (english.unwrap_or_default(), french.unwrap_or_default());
                said!(
                    en: "{english}contact and contactless are built in; any other is a .toml or a recording",
                    fr: "{french}contact et contactless sont intégrées ; toute autre est un .toml ou un enregistrement",
                )
            }
        };
        Some(advice.into())
    }
}
