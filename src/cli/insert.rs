//! `virtuale insert`.

use std::path::{self, PathBuf};

use super::{
    Exit, Failure, exit,
    options::{Attach, SLOT_NUMBERS, number},
    output,
};
use crate::host::control::{Client, Reply, Request};

const EXAMPLES: &str = "\
Example:
  virtuale insert 0 fixtures/cards/vitale2-durand.toml";

/// Arguments of `insert`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// The card file
    #[arg(value_name = "FILE")]
    card: PathBuf,
    #[command(flatten)]
    attach: Attach,
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = Client::find(args.attach.socket.as_deref())?;
    let card = path::absolute(&args.card).map_err(|error| Failure::file("read", &args.card, &error))?;
    match client.ask(Request::Insert { slot: args.slot, card })? {
        Reply::Inserted { reader, replaced } => {
            let instead = if replaced { ", in place of the card that was there" } else { "" };
            output::say(format_args!("{reader}: {} is in{instead}", args.card.display()));
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}
