//! `virtuale insert`.

use std::path::{self, PathBuf};

use super::{
    Exit, Failure, exit,
    options::{Attach, SLOT_NUMBERS, number},
    output,
};
use crate::host::control::{Client, Reply, Request};

const EXAMPLES: &str = "\
Examples:
  virtuale insert 0 fixtures/cards/vitale2-durand.toml
  virtuale insert 0";

/// Arguments of `insert`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// The card file; without one, the card that was last taken out of the slot comes back, with its memory
    #[arg(value_name = "FILE")]
    card: Option<PathBuf>,
    #[command(flatten)]
    attach: Attach,
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = Client::find(args.attach.socket.as_deref())?;
    let (slot, file) = (args.slot, args.card.as_deref());
    let request = match file {
        Some(file) => {
            let card = path::absolute(file).map_err(|error| Failure::file("read", file, &error))?;
            Request::Insert { slot, card }
        }
        None => Request::Reinsert { slot },
    };
    match (client.ask(request)?, file) {
        (Reply::Inserted { reader, replaced }, Some(file)) => {
            let instead = if replaced { ", in place of the card that was there" } else { "" };
            output::say(format_args!("{reader}: {} is in{instead}", file.display()));
            Ok(exit::DONE)
        }
        (Reply::Reinserted { reader, card }, None) => {
            output::say(format_args!("{reader}: {card} is in again"));
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}
