//! Patients' and professionals' cards together: the professionals' are read first, so that they can open what the
//! patients' keep for them; the pages come in the order of the cards all the same.

use std::collections::BTreeMap;

use super::{Printer, place::Place};
use crate::{
    cli::{Failure, code::Asking},
    terminal::{
        exchange::Dialogue,
        guides::{CardReading, Seat},
        holder::{Asked, Code, Holder},
        right::{Bearer, Beside},
    },
};

/// What came of reading a card.
type Read = Result<Box<dyn CardReading>, Failure>;

/// The professionals' cards of a visit.
#[derive(Default)]
pub(super) struct Visit {
    /// What came of reading them, by their places.
    read: BTreeMap<usize, Read>,
    /// Those that can be asked, in the order of the arguments.
    professionals: Vec<Professional>,
}

/// A professional's card that was read.
struct Professional {
    /// Its place among the arguments.
    place: usize,
    code: Option<Code>,
    bearer: Bearer,
}

/// Whoever is asked for a code, and what was right.
struct Keeping<'a> {
    asking: Asking<'a>,
    right: Option<Code>,
}

/// Who gives a code once.
struct Once(Option<Code>);

impl Visit {
    /// Reads the professionals' cards, if there is a patient's beside them.
    pub(super) fn begin(printer: &mut Printer<'_>, places: &mut [Place]) -> Self {
        let mut visit = Self::default();
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        if !seats.contains(&Seat::Patient) {
            return visit;
        }
        for (number, place) in places.iter_mut().enumerate().filter(|(number, _)| seats[*number] == Seat::Professional)
        {
            let (read, code) = visit.read_professional(printer, place);
            if let Ok(reading) = &read {
                let bearer = reading.bearer().unwrap_or_default();
                let bearer = Bearer { place: place.name.clone(), ..bearer };
                visit.professionals.push(Professional { place: number, code, bearer });
            }
            visit.read.insert(number, read);
        }
        visit
    }

    /// Whether there is no professional's card that could be asked.
    pub(super) fn is_over(&self) -> bool {
        self.professionals.is_empty()
    }

    /// What came of reading a card of the visit before the others, if it was.
    pub(super) fn take(&mut self, place: usize) -> Option<Read> {
        self.read.remove(&place)
    }

    fn read_professional(&self, printer: &mut Printer<'_>, place: &mut Place) -> (Read, Option<Code>) {
        let name = place.name.clone();
        let mut opened = match place.open(printer.args, printer.language) {
            Ok(opened) => opened,
            Err(failure) => return (Err(failure), None),
        };
        let mut keeping = Keeping { asking: printer.codes.of_card(&name, printer.language), right: None };
        let layout = &opened.layout;
        let read = super::reading(&mut *opened.transport, layout, &name, &printer.args.reproducible, &mut keeping);
        let Keeping { asking, right } = keeping;
        let read = read.and_then(|reading| asking.outcome().map(|code| (reading, code)));
        match read {
            Ok((reading, code)) => {
                printer.note(code);
                (Ok(reading), right)
            }
            Err(failure) => (Err(failure), None),
        }
    }

    /// Reads a card with the professionals' beside it.
    pub(super) fn read_patient(&self, printer: &mut Printer<'_>, places: &mut [Place], number: usize) -> Read {
        let (args, language) = (printer.args, printer.language);
        let mut beside = Vec::new();
        for professional in &self.professionals {
            // One that is not there any more opens nothing; that it was read is on its own page.
            let opened = places.get_mut(professional.place).map(|place| place.open(args, language));
            if let Some(Ok(opened)) = opened {
                beside.push((opened.transport, Once(professional.code.clone()), professional.bearer.clone()));
            }
        }
        let place = &mut places[number];
        let name = place.name.clone();
        let mut opened = place.open(args, language)?;
        let mut cards: Vec<Beside<'_>> = beside
            .iter_mut()
            .map(|(transport, holder, bearer)| Beside {
                dialogue: Dialogue::new(&mut **transport),
                holder,
                bearer: bearer.clone(),
            })
            .collect();
        let layout = &opened.layout;
        let reading = super::reading_beside(&mut *opened.transport, layout, &name, &args.reproducible, &mut cards);
        drop(cards);
        for (transport, ..) in &mut beside {
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
        self.right.clone()
    }

    fn blocked(&mut self, for_good: bool) {
        self.right = None;
        self.asking.blocked(for_good);
    }

    fn passed_over(&mut self) {
        self.asking.passed_over();
    }

    fn refused(&mut self, status: virtuale_engine::StatusWord) {
        self.right = None;
        self.asking.refused(status);
    }
}

impl Holder for Once {
    fn code(&mut self, _asked: &Asked) -> Option<Code> {
        self.0.take()
    }
}
