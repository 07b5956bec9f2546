//! `virtuale ifd`: the driver with which the system's pcscd has our slots as its readers.

mod install;
mod pieces;
mod remove;

use clap::Subcommand;

use super::{Exit, language::Language};

/// Where the driver looks for readers, and `serve --ifd` has them, if nothing is said.
pub(super) const SOCKET: &str = "/run/virtuale/ifd";

/// Arguments of `ifd`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs below `ifd`. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Install the driver, whose readers hold the cards of `virtuale serve --ifd`
    ///
    /// Writes the driver, the description of its readers for pcscd, and a rule that makes the folder of the socket at
    /// each start of the system. Needs root, unless --root is given. Never writes over a file that is not ours.
    Install(install::Args),
    /// Remove what `virtuale ifd install` wrote
    Remove(remove::Args),
}

impl Args {
    /// The language of mistakes and of what is said.
    pub(super) fn language(&self) -> Language {
        match &self.verb {
            Verb::Install(args) => args.language(),
            Verb::Remove(args) => args.language(),
        }
    }
}

/// Runs the verb.
pub(super) fn run(args: &Args) -> Exit {
    match &args.verb {
        Verb::Install(args) => install::run(args),
        Verb::Remove(args) => remove::run(args),
    }
}
