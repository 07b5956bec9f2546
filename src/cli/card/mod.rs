//! `virtuale card`: for the authors of card files.

pub(super) mod bytes;
mod changes;
mod check;
mod content;
mod diff;
mod dump;
mod explain;
mod from_zone;
mod migrate;
mod new;
mod show;
mod zone;

use clap::Subcommand;

use super::{Exit, language::Language};

/// Arguments of `card`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs below `card`. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Check card files, and say what is wrong with file, line, column and what to do
    Check(check::Args),
    /// Show a card as people see it: its face, who is on it, and what a professional's card says besides
    Show(show::Args),
    /// Print the bytes of a card's files
    Dump(dump::Args),
    /// Say of each byte of each file what it is, what its value means and where that is known from; the same of zones
    Explain(explain::Args),
    /// Compare two zones field by field, those of cards or of files; or a kept card with what it was
    Diff(diff::Args),
    /// Move the dates of a kept card that count from a day to another one
    ///
    /// A card that is kept (--state) goes on with the dates of its first day. This makes them those that its card file
    /// has today, or on the day of --now; what was written since stays, and so do PINs, keys and counters.
    Migrate(migrate::Args),
    /// Write a card file to start from, with a comment for each key
    New(new::Args),
    /// Write the zone of groups that the reading interface of billing programs gives of a card
    ///
    /// Groups 101 to 111 of a Vitale, 1 and 2 of a professional's card, coded as the files of the middleware's test
    /// mode are, as far as is known. They are test data, and a Vitale's say so. docs/billing.md has the fields.
    Zone(zone::Args),
    /// Make a card file of a zone of groups, and say what of it has no place there
    FromZone(from_zone::Args),
}

impl Args {
    /// The language of mistakes and of other reasons to fail.
    pub(super) fn language(&self) -> Language {
        match &self.verb {
            Verb::New(args) => args.language(),
            Verb::Show(args) => args.language(),
            Verb::Zone(args) => args.language(),
            Verb::FromZone(args) => args.language(),
            Verb::Explain(args) => args.language(),
            Verb::Diff(args) => args.language(),
            Verb::Migrate(args) => args.language(),
            _ => Language::of_locale(),
        }
    }
}

/// Runs the verb.
pub(super) fn run(args: &Args) -> Exit {
    match &args.verb {
        Verb::Check(args) => check::run(args, Language::of_locale()),
        Verb::Show(args) => show::run(args),
        Verb::Dump(args) => dump::run(args),
        Verb::Explain(args) => explain::run(args),
        Verb::Diff(args) => diff::run(args),
        Verb::Migrate(args) => migrate::run(args),
        Verb::New(args) => new::run(args),
        Verb::Zone(args) => zone::run(args),
        Verb::FromZone(args) => from_zone::run(args),
    }
}
