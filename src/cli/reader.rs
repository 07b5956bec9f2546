//! `virtuale reader`: models of readers.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{Exit, Failure, cards, exit, language::Language, messages::Pads, output};
use crate::{
    host::model::{BUILT_IN, Model, ModelError},
    shown,
};

const LIST: &str = "\
Examples:
  virtuale reader list
  virtuale reader list --json";
const SHOW: &str = "\
Example:
  virtuale reader show xiring-myleo > my-reader.toml";
const CHECK: &str = "\
Example:
  virtuale reader check my-reader.toml";

/// Arguments of `reader`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs below `reader`. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// List the models that are built in
    #[command(after_help = LIST)]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the text of a model, to look at or to begin one of one's own with
    #[command(after_help = SHOW)]
    Show {
        /// A model file, or the name of a built-in model
        #[arg(value_name = "MODEL")]
        model: PathBuf,
    },
    /// Check model files, and say what is wrong with file, line, column and what to do
    #[command(after_help = CHECK)]
    Check {
        /// Model files, or the names of built-in models
        #[arg(required = true, value_name = "MODEL")]
        models: Vec<PathBuf>,
    },
}

/// What `--json` prints of a model.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    about: &'static str,
    /// The names of its slots.
    slots: Vec<String>,
    /// Whether it has a PIN pad.
    pad: bool,
}

impl Args {
    /// The language of mistakes and of other reasons to fail.
    pub(super) fn language(&self) -> Language {
        Language::of_locale()
    }
}

/// Runs the verb.
pub(super) fn run(args: &Args) -> Exit {
    match &args.verb {
        Verb::List { json } => list(*json),
        Verb::Show { model } => {
            output::print(Model::source(model).map_err(failure)?.text)?;
            Ok(exit::DONE)
        }
        Verb::Check { models } => check(models, args.language()),
    }
}

/// The model that somebody means.
///
/// # Errors
///
/// That there is none, or what is wrong with it.
pub(super) fn model(written: &Path) -> Result<Model, Failure> {
    Model::find(written).map_err(failure)
}

fn list(json: bool) -> Exit {
    let mut listed = Vec::new();
    for built_in in BUILT_IN {
        let model = model(Path::new(built_in.name))?;
        let slots = model.slots.into_iter().map(|slot| slot.name).collect();
        listed.push(Listed { name: built_in.name, about: built_in.about, slots, pad: model.device.pad.is_some() });
    }
    if json {
        output::print_json(&listed)?;
        return Ok(exit::DONE);
    }
    let width = listed.iter().map(|model| model.name.len()).max().unwrap_or(0);
    for Listed { name, about, slots, .. } in &listed {
        output::print(format_args!("{name:width$}  {about}\n"))?;
        for slot in slots {
            output::print(format_args!("{:width$}    {}\n", "", shown::line(slot)))?;
        }
    }
    Ok(exit::DONE)
}

/// Checks all, so that one run names all mistakes.
fn check(models: &[PathBuf], language: Language) -> Exit {
    let mut code = exit::DONE;
    for written in models {
        match model(written) {
            Ok(_) => output::say(Pads::GoodModel { name: &written.to_string_lossy() }.text(language)),
            Err(failure) => {
                failure.report_in(language);
                code = code.max(failure.code());
            }
        }
    }
    Ok(code)
}

/// Why there is no model.
fn failure(error: ModelError) -> Failure {
    match error {
        ModelError::Io(error) => cards::failure(error),
        ModelError::Invalid(mistakes) => Failure::Invalid(mistakes),
        ModelError::Unknown { name, nearest } => {
            let meant = |language| match &nearest {
                Some(name) => format!("{} ", Pads::ModelMeant { name }.text(language)),
                None => String::new(),
            };
            let hint = |language| Pads::ModelsListed { meant: &meant(language) }.text(language);
            Failure::usage(Pads::NoModel { name: &name }.said(), super::messages::in_both(hint))
        }
    }
}
