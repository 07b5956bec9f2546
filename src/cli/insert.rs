//! `virtuale insert`.

use std::{
    io,
    path::{self, Path, PathBuf},
};

use super::{
    Exit, Failure, cards, exit,
    options::{Attach, NO_CARD, SLOT_NUMBERS, number},
    output,
};
use crate::{
    host::control::{Client, Reply, Request},
    profile::NamedCard,
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale insert 0 vitale2-durand
  virtuale insert 0
  virtuale insert 0 -";

/// Arguments of `insert`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// A card file, or the name of a built-in card; or - to leave the slot empty, whether a card is in it or not;
    /// without any, the card that was last taken out of the slot comes back, with its memory
    #[arg(value_name = "CARD")]
    card: Option<PathBuf>,
    #[command(flatten)]
    attach: Attach,
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = args.attach.client()?;
    let slot = args.slot;
    let said = match args.card.as_deref() {
        None => put_back(&mut client, slot)?,
        Some(card) if card == Path::new(NO_CARD) => leave_empty(&mut client, slot)?,
        Some(card) => put_in(&mut client, slot, card)?,
    };
    output::say(said);
    Ok(exit::DONE)
}

fn put_in(client: &mut Client, slot: usize, written: &Path) -> Result<String, Failure> {
    let found = cards::find(written)?;
    let card = match &found {
        NamedCard::File(file) => absolute(file).map_err(|error| Failure::file("read", file, &error))?,
        NamedCard::BuiltIn(card) => card.name.into(),
    };
    match client.ask(Request::Insert { slot, card })? {
        Reply::Inserted { reader, replaced } => {
            let instead = if replaced { ", in place of the card that was there" } else { "" };
            Ok(format!("{}: {} is in{instead}", shown::line(&reader), shown::path(found.as_path())))
        }
        _ => Err(client.nonsense().into()),
    }
}

/// The path by which the process of the readers finds a file. That it is none has the exit code here that it has for
/// every verb.
fn absolute(file: &Path) -> io::Result<PathBuf> {
    let known = file.metadata()?;
    match known.file_type() {
        kind if kind.is_file() => path::absolute(file),
        kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, no file")),
    }
}

fn put_back(client: &mut Client, slot: usize) -> Result<String, Failure> {
    match client.ask(Request::Reinsert { slot })? {
        Reply::Reinserted { reader, card } => {
            Ok(format!("{}: {} is in again", shown::line(&reader), shown::line(&card)))
        }
        _ => Err(client.nonsense().into()),
    }
}

fn leave_empty(client: &mut Client, slot: usize) -> Result<String, Failure> {
    match client.ask(Request::Empty { slot })? {
        Reply::Emptied { reader, removed: true } => Ok(format!("{}: the card is out", shown::line(&reader))),
        Reply::Emptied { reader, removed: false } => Ok(format!("{}: no card was in", shown::line(&reader))),
        _ => Err(client.nonsense().into()),
    }
}
