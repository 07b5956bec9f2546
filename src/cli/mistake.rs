//! What `--json` prints of mistakes, and of files and cards that gave nothing.

use serde::Serialize;

use super::Failure;
use crate::{billing::json, profile::diagnostic::Diagnostic};

/// A mistake or note. Lines and columns count from 1.
#[derive(Debug, Serialize)]
pub(super) struct Mistake {
    /// Where it stands: the card file or its layout.
    file: String,
    line: usize,
    column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Mistake {
    pub(super) fn of(diagnostic: &Diagnostic) -> Self {
        let (line, column) = diagnostic.position();
        let message = diagnostic.message.to_string();
        let hint = diagnostic.hint.as_ref().map(ToString::to_string);
        Self { file: diagnostic.source.name.clone(), line, column, message, hint }
    }

    /// Those of a failure, if it is about the text of a file.
    pub(super) fn all_of(failure: &Failure) -> Vec<Self> {
        match failure {
            Failure::Invalid(diagnostics) => diagnostics.0.iter().map(Self::of).collect(),
            _ => Vec::new(),
        }
    }
}

/// Why there is nothing to print of a file or card.
#[derive(Debug, Serialize)]
pub(super) struct Trouble {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl From<Trouble> for json::Trouble {
    fn from(Trouble { message, hint }: Trouble) -> Self {
        Self { message, hint }
    }
}

impl Trouble {
    /// What a sentence says; what to do is told with the mistakes.
    pub(super) fn new(message: &str) -> Self {
        Self { message: message.to_owned(), hint: None }
    }

    /// Of any failure but mistakes in a text, which are shown one by one. Machines are told in English.
    pub(super) fn of(failure: &Failure) -> Self {
        let message = match failure {
            Failure::Invalid(_) => "the card file or its layout is invalid".to_owned(),
            other => other.message().to_string(),
        };
        Self { message, hint: failure.hint().map(|hint| hint.to_string()) }
    }
}
