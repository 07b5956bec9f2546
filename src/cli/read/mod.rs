//! `virtuale read`: the built-in terminal.

mod place;
mod visit;

use std::{io, path::PathBuf};

use serde::Serialize;
use virtuale_engine::Fault;

use self::{place::Place, visit::Visit};
use super::{
    Exit, Failure, cards,
    code::Codes,
    consult::Consulted,
    exit,
    language::Language,
    messages::{Message, in_both},
    mistake::{Mistake, Trouble},
    options::{DEFAULT_LAYOUT, Reproducible},
    output,
};
use crate::{
    lists::Lists,
    profile::{Profile, families::Families, layout::Layout, said::Bilingual, schema::Doc},
    reader::{ReturnCode, SlotName},
    terminal::{
        guides::{CardReading, Guides, Seat, Unread},
        holder::Holder,
        pages::{self, PaperCopy},
        right::Beside,
        transport::{
            Transport, TransportError,
            in_process::InProcess,
            pcsclite::{ListedReader, Service, default_socket},
        },
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale read --card vitale2-martin
  virtuale read --card vitale2-martin --reflet --lang fr
  virtuale read --json --reader 'Virtuale 00 00'
  virtuale read --card cps-lefevre --pin-fd 3 3< code.txt
  virtuale read --card vitale2-martin --card cps-lefevre --pin-fd 3 3< code.txt
  virtuale read --card vitale2-martin --card cps-lefevre --secured --pin-fd 3 3< code.txt";

/// Arguments of `read`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card, read without any reader; each further one is read after it. A
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
    let codes = Codes::of(args.pin_fd)?;
    let lists = args.consulted.lists(args.reproducible.today())?;
    let mut printer = Printer { args, codes, lists, language: args.language(), printed: 0, code: exit::DONE };
    let mut places = match args.cards.as_slice() {
        [] => readers(args)?,
        cards => cards.iter().map(|card| Place::file(card, args)).collect(),
    };
    let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
    if args.secured && !(seats.contains(&Seat::Patient) && seats.contains(&Seat::Professional)) {
        return Err(Failure::usage(Message::NobodyToSecure.said(), Message::BothOrPlain.said()));
    }
    let mut visit = Visit::begin(&mut printer, &mut places);
    for number in 0..places.len() {
        let name = places[number].name.clone();
        match visit.take(number) {
            // It is here for the others: it has no copy on paper.
            Some(Ok(_)) if args.reflet => {}
            Some(read) => printer.print(&name, read)?,
            None => {
                let read = match places[number].seat() {
                    Seat::Patient if !visit.is_over() => visit.read_patient(&mut printer, &mut places, number),
                    _ => printer.read(&mut places[number]),
                };
                printer.print(&name, read)?;
            }
        }
    }
    Ok(printer.code)
}

/// Powers a card up that no reader holds.
///
/// # Errors
///
/// That it gives no answer to reset.
pub(super) fn power_up(profile: &Profile, reproducible: &Reproducible, place: &str) -> Result<InProcess, Failure> {
    cards::in_process(profile, reproducible).map_err(|error| match (unread(place, &error), error) {
        (Failure::Environment(message, None), TransportError::Silent(Fault::Mute)) => {
            Failure::environment(message, Message::MadeMute.said())
        }
        (failure, _) => failure,
    })
}

/// The cards in the readers that a PC/SC program would see.
fn readers(args: &Args) -> Result<Vec<Place>, Failure> {
    if let Some(name) = &args.layout {
        cards::layout(name)?;
    }
    let mut service = Service::establish(&default_socket()).map_err(|error| no_service(&error))?;
    let all = service.slots().map_err(|error| no_service(&error))?;
    let slots: Vec<_> = match args.readers.as_slice() {
        [] => all.iter().filter(|slot| slot.present).collect(),
        readers => readers.iter().map(|name| find(&all, name)).collect::<Result<_, _>>()?,
    };
    if slots.is_empty() {
        return Err(Failure::environment(Message::NoCard.said(), known(&all)));
    }
    Ok(slots.into_iter().map(|slot| Place::reader(slot, args)).collect())
}

/// The reader of this name.
pub(super) fn find<'a>(readers: &'a [ListedReader], name: &str) -> Result<&'a ListedReader, Failure> {
    readers
        .iter()
        .find(|reader| reader.name == name)
        .ok_or_else(|| Failure::environment(Message::NoReader { name: &format!("{name:?}") }.said(), known(readers)))
}

/// Which readers there are, and what else could be read.
fn known(readers: &[ListedReader]) -> Bilingual {
    let names: Vec<_> = readers.iter().map(|reader| reader.name.as_str()).collect();
    in_both(|language| {
        let readers = match names.as_slice() {
            [] => Message::NoReaders.text(language),
            names => Message::Readers { names: &names.join(", ") }.text(language),
        };
        format!("{readers}\n{}", Message::GiveCardFile.text(language))
    })
}

/// The built-in layout that goes with an answer to reset; of a card that no family knows, the usual one.
pub(super) fn layout_by_atr(atr: &[u8]) -> &'static str {
    Families::built_in().layout_of(atr).unwrap_or(DEFAULT_LAYOUT)
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

/// The same of a patient's card, with professionals' cards beside it.
fn reading_beside(
    transport: &mut dyn Transport,
    layout: &Layout,
    place: &str,
    reproducible: &Reproducible,
    beside: &mut [Beside<'_>],
) -> Result<Box<dyn CardReading>, Failure> {
    let read = Guides::built_in().read_beside(transport, layout, reproducible.today(), beside);
    read.map_err(|error| not_read(place, error))
}

fn not_read(place: &str, error: Unread) -> Failure {
    match error {
        Unread::OtherCard { message, hint } => other_card(place, message, hint),
        Unread::Transport(error) => unread(place, &error),
    }
}

/// Prints what was read, card after card.
struct Printer<'a> {
    args: &'a Args,
    codes: Codes,
    lists: Lists,
    language: Language,
    /// How many pages were printed.
    printed: usize,
    /// The exit code so far: that of the first card that gave nothing, or whose code was wrong.
    code: u8,
}

/// What `--json` prints of a card that gave nothing.
#[derive(Serialize)]
struct Nothing<'a> {
    source: &'a str,
    error: Trouble,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Mistake>,
}

impl Printer<'_> {
    /// Reads a card, with its holder's code if it needs one and somebody gives it.
    ///
    /// # Errors
    ///
    /// That it cannot be opened, as for [`reading`], and that a script gave a code that opened nothing.
    fn read(&mut self, place: &mut Place) -> Result<Box<dyn CardReading>, Failure> {
        let name = place.name.clone();
        let mut opened = place.open(self.args, self.language)?;
        let mut holder = self.codes.of_card(&name, self.language);
        let (transport, layout) = (&mut *opened.transport, &opened.layout);
        let reading = reading(transport, layout, &name, &self.args.reproducible, &mut holder);
        let (reading, code) = (reading?, holder.outcome()?);
        self.note(code);
        Ok(reading)
    }

    /// The exit code of a card: the first that is not good stays.
    fn note(&mut self, code: u8) {
        self.code = if self.code == exit::DONE { code } else { self.code };
    }

    /// Prints the page that was asked for, or says why there is none: the other cards are read all the same.
    ///
    /// # Errors
    ///
    /// That standard output failed.
    fn print(&mut self, place: &str, read: Result<Box<dyn CardReading>, Failure>) -> Result<(), Failure> {
        let read = read.map(|mut reading| {
            reading.consult(&self.lists);
            reading
        });
        if read.as_ref().is_ok_and(|reading| reading.is_broken()) {
            self.note(exit::ENVIRONMENT);
        }
        match read.and_then(|reading| self.print_reading(&*reading, place)) {
            Ok(()) => Ok(()),
            Err(failure @ Failure::Output(_)) => Err(failure),
            Err(failure) => self.print_failure(place, &failure),
        }
    }

    fn print_failure(&mut self, place: &str, failure: &Failure) -> Result<(), Failure> {
        failure.report_in(self.language);
        self.note(failure.code());
        if self.args.json {
            let mistakes = Mistake::all_of(failure);
            let nothing = Nothing { source: place, error: Trouble::of(failure), mistakes };
            output::print_json_text(&serde_json::to_string(&nothing).map_err(io::Error::from)?)?;
        }
        Ok(())
    }

    fn print_reading(&mut self, reading: &dyn CardReading, place: &str) -> Result<(), Failure> {
        let (args, language) = (self.args, self.language);
        if args.json {
            let text = reading.json(place, language.into()).map_err(io::Error::from)?;
            return Ok(output::print_json_text(&text)?);
        }
        let format = language.format();
        let mut pages = Vec::new();
        if args.reflet {
            let copy = PaperCopy { exoneration: !args.without_exoneration };
            let Some(page) = reading.paper_copy(copy, format) else {
                return Err(Failure::usage(Message::NoPaperCopy { place }.said(), Message::LeaveReflet.said()));
            };
            pages.push(page);
        } else {
            pages.push(reading.page(place, format));
        }
        if args.commands {
            pages.push(pages::exchanges(reading.exchanges(), format));
        }
        for page in pages {
            if self.printed > 0 {
                output::print("\n")?;
            }
            output::print_page(&page)?;
            self.printed += 1;
        }
        Ok(())
    }
}

/// That a card is none that is wanted: how that was seen, and which cards are.
pub(super) fn other_card(place: &str, message: Doc, hint: Doc) -> Failure {
    let text =
        |language: Language| Message::OtherCard { place, why: message.in_language(language.into()) }.text(language);
    Failure::environment(in_both(text), Bilingual::new(hint.en, hint.fr))
}

/// That there is no transport to a card.
pub(super) fn unread(place: &str, error: &TransportError) -> Failure {
    let is_mute = matches!(error, TransportError::Refused { code, .. } if *code == ReturnCode::UNPOWERED_CARD);
    let is_by_antenna = place.contains(SlotName::ANTENNA);
    let why_mute = || if is_by_antenna { Message::MuteByAntenna } else { Message::MuteCard }.said().into();
    let hint = is_mute.then(why_mute);
    let message = in_both(|language| {
        let why = pages::transport_error(error, language.into());
        Message::CannotReadCard { place, why: &why }.text(language)
    });
    Failure::Environment(message.into(), hint)
}

/// As [`unread`], of a card that others may hold.
pub(super) fn kept(place: &str, error: &TransportError) -> Failure {
    let is_held = match error {
        TransportError::Unanswered { .. } => true,
        TransportError::Refused { code, .. } => *code == ReturnCode::SHARING_VIOLATION,
        _ => false,
    };
    match unread(place, error) {
        Failure::Environment(message, None) if is_held => Failure::environment(message, Message::EndOther.said()),
        failure => failure,
    }
}

/// That there is no PC/SC service.
pub(super) fn no_service(error: &TransportError) -> Failure {
    let message = in_both(|language| pages::transport_error(error, language.into()));
    Failure::environment(message, Message::StartReader.said())
}
