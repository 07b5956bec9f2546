//! Why a verb could not do its work: what, where, and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use anstyle::{AnsiColor, Style};

use super::{
    exit,
    language::Language,
    messages::{Message, in_both},
    output,
};
use crate::profile::{
    UnknownCard,
    diagnostic::Diagnostics,
    reason::{copy, reason as why},
    said::{Bilingual, Said, said},
};
use crate::shown::{self, reason};

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Wrong use. Message, then what to do.
    #[error("{0}")]
    Usage(Said, Option<Said>),
    /// A card file, layout or trace is invalid.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// A file that is no text is invalid, or a card makes none. Message, then what to do.
    #[error("{0}")]
    Malformed(Said, Option<Said>),
    /// A running reader found mistakes in a card file. Its words are whole reports.
    #[error("{0}")]
    Reported(Said),
    /// The environment failed. Message, then what to do.
    #[error("{0}")]
    Environment(Said, Option<Said>),
    /// A file could not be read, written or made.
    #[error("cannot {did} {}: {}", shown::path(path), reason(error))]
    File {
        /// What was to be done with it, as a verb: `read`.
        did: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no such card.
    #[error(transparent)]
    UnknownCard(UnknownCard),
    /// The command of `exec`, `record` or `replay` did not start.
    #[error("cannot run {command}: {}", reason(error))]
    NotStarted {
        /// Its name.
        command: String,
        /// Why.
        error: io::Error,
    },
    /// Standard output failed.
    #[error("cannot write to standard output: {}", reason(.0))]
    Output(#[from] io::Error),
    /// Wrong use that was explained already.
    #[error("wrong use")]
    Explained,
}

impl Failure {
    /// Wrong use, and what to do instead.
    pub(super) fn usage(message: impl Into<Said>, hint: impl Into<Said>) -> Self {
        Self::Usage(message.into(), Some(hint.into()))
    }

    /// A failure of the environment, and what to do about it.
    pub(super) fn environment(message: impl Into<Said>, hint: impl Into<Said>) -> Self {
        Self::Environment(message.into(), Some(hint.into()))
    }

    /// A file that could not be read, written or made: `cannot read cards/a.toml: permission denied`.
    pub(super) fn file(did: &'static str, path: &Path, error: &io::Error) -> Self {
        Self::File { did, path: path.to_owned(), error: copy(error) }
    }

    /// The exit code, for every verb but `exec`.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Usage(..) | Self::UnknownCard(_) | Self::Explained => exit::USAGE,
            Self::Invalid(_) | Self::Malformed(..) | Self::Reported(_) => exit::INVALID,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::DONE,
            Self::NotStarted { error, .. } if error.kind() == io::ErrorKind::NotFound => exit::EXEC_NOT_FOUND,
            Self::NotStarted { .. } => exit::EXEC_NOT_RUNNABLE,
            Self::Environment(..) | Self::File { .. } | Self::Output(_) => exit::ENVIRONMENT,
        }
    }

    /// The exit code of `exec`.
    pub(super) fn code_of_exec(&self) -> u8 {
        match self {
            Self::NotStarted { .. } => self.code(),
            _ => exit::EXEC_FAILED,
        }
    }

    /// What went wrong, in one line. What the catalogue has is in all its languages.
    pub(super) fn message(&self) -> Said {
        match self {
            Self::Usage(message, _) | Self::Environment(message, _) | Self::Malformed(message, _) => message.clone(),
            Self::File { did: "read", path, error } => {
                let (path, why) = (shown::path(path), why(error));
                let english = Message::CannotRead { path: &path, why: &why.english }.text(Language::En);
                Bilingual::new(english, Message::CannotRead { path: &path, why: &why.french }.text(Language::Fr)).into()
            }
            Self::File { did: "write", path, error } => {
                let (path, why) = (shown::path(path), why(error));
                let english = Message::CannotWrite { path: &path, why: &why.english }.text(Language::En);
                let french = Message::CannotWrite { path: &path, why: &why.french }.text(Language::Fr);
                Bilingual::new(english, french).into()
            }
            Self::UnknownCard(unknown) => unknown.said().into(),
            Self::Output(error) => {
                let cause = why(error);
                said!(
                    with cause;
                    en: "cannot write to standard output: {cause}",
                    fr: "impossible d'écrire sur la sortie standard : {cause}"
                )
                .into()
            }
            other => other.to_string().into(),
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<Said> {
        match self {
            Self::Usage(_, hint) | Self::Environment(_, hint) | Self::Malformed(_, hint) => hint.clone(),
            Self::File { did: "read", error, .. } if error.kind() == io::ErrorKind::NotFound => {
                Some(Message::LookAtName.said().into())
            }
            Self::UnknownCard(UnknownCard { nearest, known, .. }) => {
                let text = |language| {
                    let meant = nearest.map(|name| Message::DidYouMean { name }.text(language) + "\n");
                    meant.unwrap_or_default() + &Message::BuiltInCards { names: &known.join(", ") }.text(language)
                };
                Some(in_both(text).into())
            }
            Self::File { did: "write", path, error } if error.kind() == io::ErrorKind::NotFound => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())?;
                let root = folder.ancestors().last().filter(|root| root.has_root() && !root.exists());
                if let Some(drive) = root.map(shown::path) {
                    return Some(Message::NoDrive { drive: &drive }.said().into());
                }
                Some(Message::MakeFolder { folder: &shown::word(folder) }.said().into())
            }
            Self::File { error, .. } if error.kind() == io::ErrorKind::AlreadyExists => {
                Some(Message::GiveOtherName.said().into())
            }
            _ => None,
        }
    }

    /// Says it on standard error, with colours on a terminal.
    pub(super) fn report(&self) {
        self.report_in(Language::En);
    }

    /// The same in a language, if all of it is said in that; else in English, which all of it is.
    pub(super) fn report_in(&self, language: Language) {
        match self {
            Self::Explained => return,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
            Self::Invalid(diagnostics) => return output::say(diagnostics.render_in(language.into(), true)),
            Self::Reported(reports) => return output::say(reports.text(language.into())),
            _ => {}
        }
        let red = Style::new().bold().fg_color(Some(AnsiColor::BrightRed.into()));
        self.say_in(language, Some((Message::Error, red)));
    }

    /// The same of what is no error: without a word in front.
    pub(super) fn remark_in(&self, language: Language) {
        self.say_in(language, None);
    }

    fn say_in(&self, language: Language, front: Option<(Message<'_>, Style)>) {
        let (message, hint) = (self.message(), self.hint());
        let is_french = [Some(&message), hint.as_ref()].into_iter().flatten().all(|said| said.french.is_some());
        let language = if is_french { language } else { Language::En };
        let message = message.text(language.into());
        let colon = Message::Colon.text(language);
        match front {
            Some((word, style)) => {
                output::say(format_args!("{style}{}{style:#}{colon}{message}", word.text(language)));
            }
            None => output::say(message),
        }
        if let Some(hint) = hint {
            let hint = hint.text(language.into());
            let (help, cyan) = (Message::Help.text(language), AnsiColor::BrightCyan);
            let cyan = Style::new().bold().fg_color(Some(cyan.into()));
            output::say(format_args!("{cyan}{help}{cyan:#}{colon}{hint}"));
        }
    }
}
