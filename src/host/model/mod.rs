//! Models of readers: what a reader of the field tells of itself and which slots it has, as a small TOML file.
//!
//! A model is built in or a file of somebody's own ([`Model::find`]). docs/readers.md has the keys. A mistake is told
//! with its place, as one of a card file is.
//!
//! What this does not do: run a reader. A [`Builder`](super::Builder) takes a model.

mod keys;
#[cfg(test)]
mod tests;

use std::{path::Path, sync::Arc};

use virtuale_engine::Interface;

use super::texts::{self, Missing};
use crate::{
    profile::{
        LoadError,
        diagnostic::{Diagnostics, Source},
    },
    reader::Device,
    shown,
};

/// A reader of the field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Model {
    /// What it tells of itself.
    pub device: Device,
    /// Its slots: at least one, and at most 16.
    pub slots: Vec<ModelSlot>,
}

/// A slot of a model.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ModelSlot {
    /// Its whole name, as programs see it.
    pub name: String,
    /// How it powers cards up.
    pub kind: Interface,
}

/// A model that is part of the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BuiltInModel {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Models by their names, each with the text of the file that is called so.
macro_rules! built_in {
    ($($name:literal: $about:literal,)*) => {
        &[$(BuiltInModel { name: $name, about: $about, text: include_str!(concat!("built_in/", $name, ".toml")) }),*]
    };
}

/// The models that are part of the program, by name.
pub const BUILT_IN: &[BuiltInModel] = built_in! {
    "f600": "F600, three slots of one name and two numbers, as macOS shows it",
    "identive-cloud-2700r": "Identive CLOUD 2700 R, one slot, as Windows shows it",
    "ingenico-leo": "INGENICO Leo, one slot, a PIN pad",
    "ingenico-telium": "Ingenico TELIUM, three slots, as macOS shows it",
    "kapelse-kap-link": "Kapelse KAP-LINK, one reader for each of two interfaces, as Windows shows it",
    "virtuale-pad": "the house's own reader with a PIN pad, invented",
    "xiring-leo-v2": "XIRING Leo v2, one slot, a PIN pad",
    "xiring-myleo": "XIRING MyLeo, one slot, a PIN pad",
    "xiring-xi-sign": "XIRING XI-SIGN USB V2, one slot, a PIN pad",
};

/// Why there is no such model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file could not be read.
    #[error(transparent)]
    Io(LoadError),
    /// It has mistakes.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// It is no path, and no model of the program is called so.
    #[error("there is no model file {}, and no built-in model of that name", shown::line(.name))]
    Unknown {
        /// What was written.
        name: String,
        /// The name of a model of the program that may have been meant.
        nearest: Option<String>,
    },
}

impl Model {
    /// The model that somebody means: what has a `/` in it or ends in `.toml` is a file, and so is what is the name of
    /// one here; anything else is the name of a model of the program.
    ///
    /// # Errors
    ///
    /// [`ModelError`].
    pub fn find(written: &Path) -> Result<Self, ModelError> {
        Self::parse(Self::source(written)?).map_err(ModelError::Invalid)
    }

    /// The text of the model that somebody means.
    ///
    /// # Errors
    ///
    /// [`ModelError::Io`], [`ModelError::Unknown`], and that the file is no text.
    pub fn source(written: &Path) -> Result<Source, ModelError> {
        let built_in = BUILT_IN.iter().map(|model| (model.name, model.text));
        texts::find(written, built_in).map_err(|missing| match missing {
            Missing::Io(error) => ModelError::Io(error),
            Missing::Invalid(mistakes) => ModelError::Invalid(mistakes),
            Missing::Unknown { name, nearest } => ModelError::Unknown { name, nearest },
        })
    }

    /// The model of a text.
    ///
    /// # Errors
    ///
    /// All mistakes in it.
    pub fn parse(source: Source) -> Result<Self, Diagnostics> {
        keys::read(&Arc::new(source))
    }
}

impl ModelError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Io(LoadError::Io { .. }) => Some("look at the name and at the folder you are in".into()),
            Self::Io(_) | Self::Invalid(_) => None,
            Self::Unknown { nearest, .. } => {
                let meant = nearest.as_ref().map(|name| format!("did you mean {name}? ")).unwrap_or_default();
                Some(format!("{meant}`virtuale reader list` shows the built-in ones; any other is the path of a file"))
            }
        }
    }
}
