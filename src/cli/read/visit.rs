//! Patients' and professionals' cards together: the professionals' are read first, so that they can open what the
//! patients' keep for them; the pages come in the order of the cards all the same.

use std::collections::BTreeMap;

use super::{place::Place, print::Printer, stop::Stop};
use crate::{
    billing::codes::Code as Number,
    cli::code::Asking,
    terminal::{
        exchange::Dialogue,
        guides::{CardReading, Guides, Seat},
        holder::{Asked, Code, Holder},
        right::{Bearer, Beside, Denial, Doing, Manner, Side},
    },
};

/// What came of reading a card.
pub(super) type Read = Result<Box<dyn CardReading>, Stop>;

/// The professionals' cards of a visit.
#[derive(Default)]
pub(super) struct Visit {
    /// What came of reading them, by their places.
    read: BTreeMap<usize, Read>,
    /// Those that can be asked, in the order of the arguments.
    professionals: Vec<Professional>,
}

/// A professional's card that was read, or was to be.
struct Professional {
    /// Its place among the arguments.
    place: usize,
    /// The code that was right, if one was given; why the card cannot be asked, if that is known already.
    code: Result<Option<Code>, Denial>,
    bearer: Bearer,
}

/// Whoever is asked for a code, and what was right.
struct Keeping<'a> {
    asking: Asking<'a>,
    right: Option<Code>,
    /// What came of a code that opened nothing.
    denial: Option<Denial>,
}

/// Who gives a code once.
struct Once(Option<Code>);

impl Visit {
    /// Reads the professionals' cards.
    pub(super) fn begin(printer: &mut Printer<'_>, places: &mut [Place]) -> Self {
        let mut visit = Self::default();
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        for (number, place) in places.iter_mut().enumerate().filter(|(number, _)| seats[*number] == Seat::Professional)
        {
            let (read, code, bearer) = visit.read_professional(printer, place);
            let bearer = Bearer { place: place.name.clone(), ..bearer.unwrap_or_default() };
            visit.professionals.push(Professional { place: number, code, bearer });
            visit.read.insert(number, read);
        }
        visit
    }

    /// What came of reading a card of the visit before the others, if it was.
    pub(super) fn take(&mut self, place: usize) -> Option<Read> {
        self.read.remove(&place)
    }

    /// Reads a card that is none of the professionals', with these beside it if it is a patient's.
    pub(super) fn read(&self, printer: &mut Printer<'_>, places: &mut [Place], number: usize) -> Read {
        match places[number].seat() {
            Seat::Patient if !self.professionals.is_empty() => self.read_patient(printer, places, number),
            _ => printer.read(&mut places[number]),
        }
    }

    /// What came of reading a professional's card: the reading, the code that was right, and whose card it is.
    fn read_professional(
        &self,
        printer: &mut Printer<'_>,
        place: &mut Place,
    ) -> (Read, Result<Option<Code>, Denial>, Option<Bearer>) {
        let name = place.name.clone();
        let mut opened = match place.open(printer.args, printer.language) {
            Ok(opened) => opened,
            Err(stop) => return (Err(stop), Err(Denial::Gone), None),
        };
        let asking = printer.codes.of_card(&name, printer.language);
        let mut keeping = Keeping { asking, right: None, denial: None };
        let layout = &opened.layout;
        let today = printer.args.reproducible.today();
        let read = Guides::built_in().read(&mut *opened.transport, layout, today, &mut keeping);
        let read = read.map_err(|error| Stop::not_read(&name, error, Side::Professional));
        let Keeping { asking, right, denial } = keeping;
        let bearer = read.as_ref().ok().and_then(|reading| reading.bearer());
        let outcome = asking.outcome();
        match (read, outcome) {
            (Ok(reading), Ok(code)) => {
                printer.note(code);
                (Ok(reading), denial.map_or(Ok(right), Err), bearer)
            }
            (Ok(_), Err(failure)) => {
                let denial = denial.unwrap_or(Denial::CodeNotGiven);
                (Err(Stop::new(Number::of_denial(&denial), failure)), Err(denial), bearer)
            }
            (Err(stop), _) => (Err(stop), Err(Denial::Gone), None),
        }
    }

    /// Reads a card with the professionals' beside it.
    fn read_patient(&self, printer: &mut Printer<'_>, places: &mut [Place], number: usize) -> Read {
        let (args, language) = (printer.args, printer.language);
        let mut beside = Vec::new();
        for Professional { place, code, bearer } in &self.professionals {
            let opened = code.clone().and_then(|code| {
                // One that is not there any more opens nothing.
                let opened = places.get_mut(*place).and_then(|place| place.open(args, language).ok());
                Ok((opened.ok_or(Denial::Gone)?.transport, code))
            });
            let (transport, code) = match opened {
                Ok((transport, code)) => (Ok(transport), code),
                Err(denial) => (Err(denial), None),
            };
            beside.push((transport, Once(code), bearer.clone()));
        }
        let manner = if args.secured { Manner::Secured } else { Manner::Plain };
        let place = &mut places[number];
        let name = place.name.clone();
        let mut opened = place.open(args, language)?;
        let mut cards: Vec<Beside<'_>> = beside
            .iter_mut()
            .map(|(transport, holder, bearer)| Beside {
                dialogue: match transport {
                    Ok(transport) => Ok(Dialogue::new(&mut **transport)),
                    Err(denial) => Err(denial.clone()),
                },
                manner,
                holder,
                bearer: bearer.clone(),
            })
            .collect();
        let layout = &opened.layout;
        let today = args.reproducible.today();
        let reading = Guides::built_in().read_beside(&mut *opened.transport, layout, today, &mut cards);
        let reading = reading.map_err(|error| Stop::not_read(&name, error, Side::Patient));
        drop(cards);
        for transport in beside.iter_mut().filter_map(|(transport, ..)| transport.as_mut().ok()) {
            // Nobody else finds the code proved; a card that does not come back has forgotten it too.
            let _ = transport.reset(virtuale_engine::Reset::Warm);
        }
        reading
    }
}

impl Holder for Keeping<'_> {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        // The code opens something in any case: what the patient's card keeps for this one.
        self.right = self.asking.code(&Asked { opens: true, ..asked.clone() });
        self.denial = match self.right {
            Some(_) => None,
            None if asked.again => Some(Denial::CodeWrong { left: asked.tries }),
            None => Some(Denial::CodeNotGiven),
        };
        self.right.clone()
    }

    fn blocked(&mut self, for_good: bool) {
        (self.right, self.denial) = (None, Some(Denial::CodeBlocked));
        self.asking.blocked(for_good);
    }

    fn passed_over(&mut self) {
        self.asking.passed_over();
    }

    fn refused(&mut self, status: virtuale_engine::StatusWord) {
        self.right = None;
        self.denial = Some(Denial::Refused { doing: Doing::VerifyCode, status });
        self.asking.refused(status);
    }
}

impl Holder for Once {
    fn code(&mut self, _asked: &Asked) -> Option<Code> {
        self.0.take()
    }
}
