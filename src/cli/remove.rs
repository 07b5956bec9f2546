//! `virtuale remove`.

use super::{
    Exit, exit,
    language::Language,
    messages::Places,
    options::{Attach, SLOT_NUMBERS, Spoken, number},
    output,
};
use crate::host::control::{Reply, Request};

const EXAMPLES: &str = "\
Example:
  virtuale remove 0";

/// Arguments of `remove`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    #[command(flatten)]
    attach: Attach,
    #[command(flatten)]
    spoken: Spoken,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.spoken.language()
    }
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = args.attach.client()?;
    match client.ask(Request::Remove { slot: args.slot })? {
        Reply::Removed { reader } => {
            output::say(Places::Out { reader: &reader }.text(args.language()));
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}
