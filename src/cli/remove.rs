//! `virtuale remove`.

use super::{
    Exit, exit,
    options::{Attach, SLOT_NUMBERS, number},
    output,
};
use crate::{
    host::control::{Reply, Request},
    shown,
};

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
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = args.attach.client()?;
    match client.ask(Request::Remove { slot: args.slot })? {
        Reply::Removed { reader } => {
            output::say(format_args!("{}: the card is out", shown::line(&reader)));
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}
