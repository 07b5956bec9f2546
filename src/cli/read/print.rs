//! Prints what was read, card after card: pages for people, or JSON.

use std::io;

use serde::Serialize;

use super::{
    super::{
        Failure,
        code::Codes,
        exit,
        language::Language,
        messages::Message,
        mistake::{Mistake, Trouble},
        output,
    },
    Args,
    place::Place,
    stop::Stop,
    visit::Read,
};
use crate::{
    lists::Lists,
    terminal::{
        guides::{CardReading, Guides},
        pages::{self, PaperCopy},
    },
};

/// Prints what was read, card after card.
pub(super) struct Printer<'a> {
    pub(super) args: &'a Args,
    pub(super) codes: Codes,
    lists: Lists,
    pub(super) language: Language,
    /// How many pages were printed.
    printed: usize,
    /// The exit code so far: that of the first card that gave nothing, or whose code was wrong.
    pub(super) code: u8,
}

/// What `--json` prints of a card that gave nothing.
#[derive(Serialize)]
struct Nothing<'a> {
    source: &'a str,
    error: Trouble,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Mistake>,
}

impl<'a> Printer<'a> {
    /// Of what was asked for; nothing is printed yet.
    pub(super) fn new(args: &'a Args, codes: Codes, lists: Lists) -> Self {
        Self { args, codes, lists, language: args.language(), printed: 0, code: exit::DONE }
    }
}

impl Printer<'_> {
    /// Reads a card, with its holder's code if it needs one and somebody gives it.
    ///
    /// # Errors
    ///
    /// That it cannot be opened, or is none that can be read, and that a script gave a code that opened nothing.
    pub(super) fn read(&mut self, place: &mut Place) -> Result<Box<dyn CardReading>, Stop> {
        let (name, side) = (place.name.clone(), place.side());
        let mut opened = place.open(self.args, self.language)?;
        let mut holder = self.codes.of_card(&name, self.language);
        let (transport, layout) = (&mut *opened.transport, &opened.layout);
        let today = self.args.reproducible.today();
        let reading = Guides::built_in().read(transport, layout, today, &mut holder);
        let reading = reading.map_err(|error| Stop::not_read(&name, error, side));
        let (reading, code) = (reading?, holder.outcome()?);
        self.note(code);
        Ok(reading)
    }

    /// The exit code of a card: the first that is not good stays.
    pub(super) fn note(&mut self, code: u8) {
        self.code = if self.code == exit::DONE { code } else { self.code };
    }

    /// Prints the page that was asked for, or says why there is none: the other cards are read all the same.
    ///
    /// # Errors
    ///
    /// That standard output failed.
    pub(super) fn print(&mut self, place: &str, read: Read) -> Result<(), Failure> {
        let read = read.map(|mut reading| {
            reading.consult(&self.lists);
            reading
        });
        if read.as_ref().is_ok_and(|reading| reading.is_broken()) {
            self.note(exit::ENVIRONMENT);
        }
        match read.map_err(Failure::from).and_then(|reading| self.print_reading(&*reading, place)) {
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
