//! `virtuale read`: the built-in terminal.

mod forms;
mod place;
mod print;
mod readers;
mod stop;
mod trouble;
mod visit;

use std::path::PathBuf;

use self::{
    forms::Forms,
    place::Place,
    print::Printer,
    readers::readers,
    stop::Stop,
    trouble::{not_read, unpowered},
    visit::Visit,
};
use super::{
    Exit, Failure, cards,
    code::Codes,
    consult::Consulted,
    language::Language,
    messages::Message,
    options::{Lifelike, Reproducible},
    system::words,
};
use crate::{
    profile::{Profile, layout::Layout},
    terminal::{
        guides::{CardReading, Guides, Seat},
        holder::Holder,
        transport::{Transport, in_process::InProcess},
    },
};

pub(super) use self::{
    readers::{find, layout_by_atr},
    trouble::{kept, no_service, other_card, unread},
};

/// Arguments of `read`.
#[derive(Debug, clap::Args)]
#[command(after_help = words::READ)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card, read without any reader, or reader:NAME for the card in a reader
    /// (of another service than this shell's: reader:NAME@/path/of/its/socket); each further one is read after it. A
    /// professional's card (CPS) opens what a Vitale 2 keeps for it, whichever comes first
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// Read only the card in the reader of this name, as programs see it; each further one is read after it
    #[arg(long = "reader", value_name = "NAME", conflicts_with = "cards")]
    readers: Vec<String>,
    /// The layout of cards in readers: the name of one that is built in, or a layout file [default: by the answer to
    /// reset, vitale1, vitale2, cps3 or cps4]
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "cards")]
    layout: Option<String>,
    /// Print the copy on paper (fiche reflet) that the holder may ask for
    #[arg(long, conflicts_with_all = Consulted::ARGUMENTS)]
    reflet: bool,
    /// Leave coverage and exoneration out of the copy on paper, as the holder may ask
    #[arg(long, requires = "reflet")]
    without_exoneration: bool,
    /// Let professionals' cards open Vitales under secure messaging: both cards prove themselves to each other, and
    /// what opens is read through the two
    #[arg(long)]
    secured: bool,
    /// Add every command that went to the card, and what was answered
    #[arg(long, conflicts_with_all = ["reflet", "json"])]
    commands: bool,
    #[command(flatten)]
    forms: Forms,
    /// Print JSON: one line for each card, with its source
    #[arg(long, conflicts_with = "reflet")]
    json: bool,
    /// Read the codes of professionals' cards (CPS) from this descriptor, one line for each such card that is read
    /// by its contacts; at a terminal they are asked for
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
    #[command(flatten)]
    consulted: Consulted,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    lifelike: Lifelike,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of the page.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Reads each card and prints what it says. Professionals' cards come first where there are patients' beside them.
pub(super) fn run(args: &Args) -> Exit {
    if let Some(form) = args.forms.format() {
        return forms::run(args, form);
    }
    let codes = Codes::of(args.pin_fd)?;
    let lists = args.consulted.lists(args.reproducible.today())?;
    let mut printer = Printer::new(args, codes, lists);
    let mut places = places(args)?;
    let has_patients = places.iter().any(|place| place.seat() == Seat::Patient);
    let mut visit = if has_patients { Visit::begin(&mut printer, &mut places) } else { Visit::default() };
    for number in 0..places.len() {
        let name = places[number].name.clone();
        match visit.take(number) {
            // It is here for the others: it has no copy on paper.
            Some(Ok(_)) if args.reflet => {}
            Some(read) => printer.print(&name, read)?,
            None => {
                let read = visit.read(&mut printer, &mut places, number);
                printer.print(&name, read)?;
            }
        }
    }
    args.lifelike.end()?;
    Ok(printer.code)
}

/// Where the cards are that are to be read.
fn places(args: &Args) -> Result<Vec<Place>, Stop> {
    match args.cards.as_slice() {
        [] => args.lifelike.refuse_of_reader()?,
        cards => {
            args.lifelike.expect(cards)?;
            args.lifelike.rehearse(cards, &args.reproducible)?;
        }
    }
    let places: Vec<_> = match args.cards.as_slice() {
        [] => readers(args)?,
        cards => cards.iter().map(|card| Place::file(card, args)).collect(),
    };
    let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
    if args.secured && !(seats.contains(&Seat::Patient) && seats.contains(&Seat::Professional)) {
        return Err(Failure::usage(Message::NobodyToSecure.said(), Message::BothOrPlain.said()).into());
    }
    Ok(places)
}

/// Powers a card up that no reader holds.
///
/// # Errors
///
/// That it gives no answer to reset.
pub(super) fn power_up(
    profile: &Profile,
    reproducible: &Reproducible,
    (lifelike, language): (&Lifelike, Language),
    place: &str,
) -> Result<InProcess, Failure> {
    let transport = cards::lifelike_in_process(profile, reproducible, lifelike, language)?;
    transport.map_err(|error| unpowered(place, &error))
}

/// Reads a card over any transport, as the guide of its family does; the holder is asked for a code if it needs one.
///
/// # Errors
///
/// That it is no card of the family, or that the transport to it is gone.
pub(super) fn reading(
    transport: &mut dyn Transport,
    layout: &Layout,
    place: &str,
    reproducible: &Reproducible,
    holder: &mut dyn Holder,
) -> Result<Box<dyn CardReading>, Failure> {
    let read = Guides::built_in().read(transport, layout, reproducible.today(), holder);
    read.map_err(|error| not_read(place, error))
}
