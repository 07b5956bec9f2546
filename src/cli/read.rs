//! `virtuale read`: the built-in terminal.

use std::{io, path::PathBuf};

use super::{
    Exit, Failure, cards, exit,
    language::Language,
    options::{DEFAULT_LAYOUT, Reproducible},
    output,
};
use crate::{
    profile::{families::Families, layout::Layout},
    terminal::{
        guides::{CardReading, Guides, Unread},
        pages::{self, PaperCopy},
        transport::{Transport, TransportError, in_process, pcsclite},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale read --card fixtures/cards/vitale2-martin.toml
  virtuale read --card fixtures/cards/vitale2-martin.toml --reflet --lang fr
  virtuale read --json --reader 'Virtuale 00 00'";

/// Arguments of `read`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The card file, read without any reader; each further one is read after it
    #[arg(long = "card", value_name = "FILE")]
    cards: Vec<PathBuf>,
    /// Read the card in this reader only
    #[arg(long, value_name = "NAME", conflicts_with = "cards")]
    reader: Option<String>,
    /// The layout of cards in readers: the name of one that is built in, or a layout file [default: by the answer to
    /// reset, vitale1 or vitale2]
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "cards")]
    layout: Option<String>,
    /// Print the copy on paper (fiche reflet) that the holder may ask for
    #[arg(long)]
    reflet: bool,
    /// Leave coverage and exoneration out of the copy on paper, as the holder may ask
    #[arg(long, requires = "reflet")]
    without_exoneration: bool,
    /// Add every command that went to the card, and what was answered
    #[arg(long, conflicts_with_all = ["reflet", "json"])]
    commands: bool,
    /// Print JSON: one document for each card
    #[arg(long, conflicts_with = "reflet")]
    json: bool,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Reads each card and prints what it says.
pub(super) fn run(args: &Args) -> Exit {
    if args.cards.is_empty() {
        return read_readers(args);
    }
    for (index, card) in args.cards.iter().enumerate() {
        let place = card.display().to_string();
        let profile = cards::profile(card, &args.reproducible)?;
        let mut transport = in_process::in_process(Box::new(profile.card())).map_err(|error| unread(&place, &error))?;
        let reading = reading(&mut transport, profile.layout(), &place, &args.reproducible)?;
        print(args, &*reading, &place, index)?;
    }
    Ok(exit::DONE)
}

/// Reads the cards in the readers that a PC/SC program would see.
fn read_readers(args: &Args) -> Exit {
    let named = args.layout.as_deref().map(cards::layout).transpose()?;
    let socket = pcsclite::default_socket();
    let mut service = pcsclite::Service::establish(&socket).map_err(|error| no_service(&error))?;
    let mut slots = service.slots().map_err(|error| no_service(&error))?;
    let all: Vec<_> = slots.iter().map(|slot| slot.name.clone()).collect();
    if let Some(wanted) = args.reader.as_ref().filter(|wanted| !all.contains(wanted)) {
        let hint = format!("{}\nor give a card file: --card FILE", known(&all));
        return Err(Failure::environment(format!("there is no reader {wanted:?}"), hint));
    }
    slots.retain(|slot| args.reader.as_ref().map_or(slot.present, |wanted| slot.name == *wanted));
    if slots.is_empty() {
        let hint = format!("{}\nor give a card file: --card FILE", known(&all));
        return Err(Failure::environment("there is no card to read", hint));
    }
    for (index, slot) in slots.iter().enumerate() {
        let mut transport = service.connect(&slot.name).map_err(|error| unread(&slot.name, &error))?;
        let by_atr;
        let layout = match &named {
            Some(layout) => layout,
            None => {
                by_atr = cards::layout(layout_by_atr(transport.atr()))?;
                &by_atr
            }
        };
        let reading = reading(&mut transport, layout, &slot.name, &args.reproducible)?;
        print(args, &*reading, &slot.name, index)?;
    }
    Ok(exit::DONE)
}

/// Which readers there are.
fn known(readers: &[String]) -> String {
    match readers {
        [] => "there are no readers".into(),
        readers => format!("readers: {}", readers.join(", ")),
    }
}

/// The built-in layout that goes with an answer to reset; of a card that no family knows, the usual one.
fn layout_by_atr(atr: &[u8]) -> &'static str {
    Families::built_in().layout_of(atr).unwrap_or(DEFAULT_LAYOUT)
}

/// Reads a card over any transport, as the guide of its family does.
///
/// # Errors
///
/// That it is no card of the family, or that the transport to it is gone.
pub(super) fn reading(
    transport: &mut dyn Transport,
    layout: &Layout,
    place: &str,
    reproducible: &Reproducible,
) -> Result<Box<dyn CardReading>, Failure> {
    Guides::built_in().read(transport, layout, reproducible.today()).map_err(|error| match error {
        Unread::OtherCard { message, hint } => Failure::environment(format!("{place}: {message}"), hint),
        Unread::Transport(error) => unread(place, &error),
    })
}

/// Prints the page that was asked for. `index` counts the cards that were printed before.
fn print(args: &Args, reading: &dyn CardReading, place: &str, index: usize) -> Result<(), Failure> {
    let lang = args.lang.unwrap_or_else(Language::of_locale).into();
    if args.json {
        let text = reading.json(lang).map_err(io::Error::from)?;
        return Ok(output::print(text + "\n")?);
    }
    if index > 0 {
        output::print("\n")?;
    }
    if args.reflet {
        let copy = PaperCopy { exoneration: !args.without_exoneration };
        let Some(page) = reading.paper_copy(copy, lang) else {
            return Err(Failure::usage(
                format!("{place}: there is no copy on paper of such a card"),
                "leave --reflet out",
            ));
        };
        return Ok(output::print_page(&page)?);
    }
    output::print_page(&reading.page(place, lang))?;
    if args.commands {
        output::print("\n")?;
        output::print_page(&pages::exchanges(reading.exchanges(), lang))?;
    }
    Ok(())
}

fn unread(place: &str, error: &TransportError) -> Failure {
    Failure::Environment(format!("cannot read the card in {place}: {error}"), None)
}

fn no_service(error: &TransportError) -> Failure {
    Failure::environment(
        error.to_string(),
        "give a card file (--card FILE), or start a reader: virtuale serve --card FILE",
    )
}
