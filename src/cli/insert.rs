//! `virtuale insert`.

use std::{
    io,
    path::{self, Path, PathBuf},
};

use clap::builder::NonEmptyStringValueParser;

use super::{
    Exit, Failure, cards, exit,
    language::Language,
    messages::Places,
    options::{Attach, NO_CARD, SLOT_NUMBERS, Spoken, number},
    output,
    state::ANY,
};
use crate::{
    host::control::{Client, Reply, Request},
    profile::NamedCard,
    shown,
    terminal::transport::real::RealReader,
};

const EXAMPLES: &str = "\
Examples:
  virtuale insert 0 vitale2-durand
  virtuale insert 0
  virtuale insert 1 --from 0
  virtuale insert 1 'reader:Gemalto PC Twin Reader 00 00'
  virtuale insert 0 -";

/// Arguments of `insert`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// A card file, or the name of a built-in card; or reader:NAME for the card in a real reader, which the readers
    /// look for themselves (of another PC/SC service: reader:NAME@/path/of/its/socket); or - to leave the slot empty,
    /// whether a card is in it or not; without any, the card that was last taken out of the slot comes back, with its
    /// memory
    #[arg(value_name = "CARD")]
    card: Option<PathBuf>,
    /// The card that is in this other slot, or was last taken out of it, comes with its memory, in place of the one
    /// that is there
    #[arg(long, value_name = "SLOT", conflicts_with = "card", value_parser = number::<usize>(SLOT_NUMBERS))]
    from: Option<usize>,
    /// Begin anew with the card that is kept of this card file: what is kept of it is dropped. With a name, only if it
    /// is the card that `slots` shows by that name
    #[arg(long, value_name = "CARD", requires = "card", num_args = 0..=1, require_equals = true, default_missing_value = ANY, value_parser = NonEmptyStringValueParser::new())]
    state_reset: Option<String>,
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
    let language = args.language();
    let mut client = args.attach.client()?;
    let slot = args.slot;
    let said = match (args.card.as_deref(), args.from) {
        (None, None) => put_back(&mut client, slot, language)?,
        (None, Some(from)) => bring_over(&mut client, slot, from, language)?,
        (Some(card), _) if card == Path::new(NO_CARD) => leave_empty(&mut client, slot, language)?,
        (Some(card), _) => put_in(
            &mut client,
            slot,
            card,
            args.state_reset.clone().map(|card| if card == ANY { String::new() } else { card }),
            language,
        )?,
    };
    let mute = if is_mute(&mut client, slot) { Places::AndMute.text(language) } else { String::new() };
    output::say(format_args!("{said}{mute}"));
    Ok(exit::DONE)
}

/// Whether it is known that the card that is now in a slot gives no answer to reset. It is in, also if readers that end
/// this very moment do not say.
fn is_mute(client: &mut Client, slot: usize) -> bool {
    let Ok(Reply::Slots(status)) = client.ask(Request::Slots) else { return false };
    status.slots.iter().any(|of| of.slot == slot && of.is_mute())
}

fn put_in(
    client: &mut Client,
    slot: usize,
    written: &Path,
    state_reset: Option<String>,
    language: Language,
) -> Result<String, Failure> {
    let (shown, card) = match RealReader::named(written) {
        Some(reader) => (PathBuf::from(reader.label()), written.to_owned()),
        None => {
            let found = cards::find(written)?;
            let card = match &found {
                NamedCard::File(file) => absolute(file).map_err(|error| Failure::file("read", file, &error))?,
                NamedCard::BuiltIn(card) => card.name.into(),
            };
            (found.as_path().to_owned(), card)
        }
    };
    match client.ask(Request::Insert { slot, card, state_reset })? {
        Reply::Inserted { reader, replaced, remarks, remarks_fr } => {
            let is_french = language == Language::Fr && remarks_fr.len() == remarks.len();
            let remarks = if is_french { remarks_fr } else { remarks };
            remarks.iter().for_each(|remark| output::say(shown::line(remark)));
            let (reader, card) = (reader.as_str(), shown::path(&shown));
            let said = match replaced {
                true => Places::InInstead { reader, card: &card },
                false => Places::In { reader, card: &card },
            };
            Ok(said.text(language))
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

fn put_back(client: &mut Client, slot: usize, language: Language) -> Result<String, Failure> {
    match client.ask(Request::Reinsert { slot })? {
        Reply::Reinserted { reader, card } => Ok(Places::InAgain { reader: &reader, card: &card }.text(language)),
        _ => Err(client.nonsense().into()),
    }
}

fn bring_over(client: &mut Client, slot: usize, from: usize, language: Language) -> Result<String, Failure> {
    match client.ask(Request::InsertFrom { slot, from })? {
        Reply::Moved { reader, from, card, replaced } => {
            let (reader, card, from) = (reader.as_str(), card.as_str(), from.as_str());
            let said = match replaced {
                true => Places::MovedInstead { reader, card, from },
                false => Places::Moved { reader, card, from },
            };
            Ok(said.text(language))
        }
        _ => Err(client.nonsense().into()),
    }
}

fn leave_empty(client: &mut Client, slot: usize, language: Language) -> Result<String, Failure> {
    match client.ask(Request::Empty { slot })? {
        Reply::Emptied { reader, removed: true } => Ok(Places::Out { reader: &reader }.text(language)),
        Reply::Emptied { reader, removed: false } => Ok(Places::NoneWasIn { reader: &reader }.text(language)),
        _ => Err(client.nonsense().into()),
    }
}
