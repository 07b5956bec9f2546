//! Why a verb could not do its work: what, where, and what to do.

use std::{fmt, io, path::Path};

use anstyle::{AnsiColor, Style};

use super::{exit, output};
pub(super) use crate::host::reason;
use crate::profile::diagnostic::Diagnostics;

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Wrong use. Message, then what to do.
    #[error("{0}")]
    Usage(String, Option<String>),
    /// A card file, layout or trace is invalid.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// A running reader found mistakes in a card file. Its words are whole reports.
    #[error("{0}")]
    Reported(String),
    /// The environment failed. Message, then what to do.
    #[error("{0}")]
    Environment(String, Option<String>),
    /// The command of `exec`, `record` or `replay` did not start.
    #[error("cannot run {command}: {}", reason(error))]
    NotStarted {
        /// Its name.
        command: String,
        /// Why.
        error: io::Error,
    },
    /// Standard output failed.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    /// Wrong use that was explained already.
    #[error("wrong use")]
    Explained,
}

impl Failure {
    /// Wrong use, and what to do instead.
    pub(super) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage(message.into(), Some(hint.into()))
    }

    /// A failure of the environment, and what to do about it.
    pub(super) fn environment(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Environment(message.into(), Some(hint.into()))
    }

    /// A file that could not be read, written or made: `cannot read cards/a.toml: permission denied`.
    pub(super) fn file(did: &str, path: &Path, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::NotFound if did == "read" => Some("look at the name and at the folder you are in".into()),
            io::ErrorKind::AlreadyExists => Some("give another name, or remove that file first".into()),
            _ => None,
        };
        Self::Environment(format!("cannot {did} {}: {}", path.display(), reason(error)), hint)
    }

    /// The exit code, for every verb but `exec`.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Usage(..) | Self::Explained => exit::USAGE,
            Self::Invalid(_) | Self::Reported(_) => exit::INVALID,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::DONE,
            Self::NotStarted { error, .. } if error.kind() == io::ErrorKind::NotFound => exit::EXEC_NOT_FOUND,
            Self::NotStarted { .. } => exit::EXEC_NOT_RUNNABLE,
            Self::Environment(..) | Self::Output(_) => exit::ENVIRONMENT,
        }
    }

    /// The exit code of `exec`.
    pub(super) fn code_of_exec(&self) -> u8 {
        match self {
            Self::NotStarted { .. } => self.code(),
            _ => exit::EXEC_FAILED,
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<&str> {
        match self {
            Self::Usage(_, hint) | Self::Environment(_, hint) => hint.as_deref(),
            _ => None,
        }
    }

    /// Says it on standard error, with colours on a terminal.
    pub(super) fn report(&self) {
        let message: &dyn fmt::Display = match self {
            Self::Explained => return,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
            Self::Invalid(diagnostics) => return output::say(diagnostics.render(true)),
            Self::Reported(reports) => return output::say(reports),
            other => other,
        };
        let red = Style::new().bold().fg_color(Some(AnsiColor::BrightRed.into()));
        output::say(format_args!("{red}error{red:#}: {message}"));
        if let Some(hint) = self.hint() {
            let cyan = Style::new().bold().fg_color(Some(AnsiColor::BrightCyan.into()));
            output::say(format_args!("{cyan}help{cyan:#}: {hint}"));
        }
    }
}
