//! Patients' and professionals' cards together: the professionals' are read first, so that they can open what the
//! patients' keep for them; the pages come in the order of the cards all the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{place::Place, print::Printer, stop::Stop};
use crate::{
    billing::codes::Code as Number,
    cli::code::Asking,
    terminal::{
        exchange::Dialogue,
        guides::{CardReading, Guides, Seat},
        holder::{Asked, Code, Holder},
        right::{Bearer, Beside, CardNumber, Denial, Doing, Manner, Side, number_of_professional},
        transport::Transport,
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
    /// The places of those that were not there any more when a patient's card had been read.
    gone: BTreeSet<usize>,
}

/// A professional's card that was read, or was to be.
struct Professional {
    /// Its place among the arguments.
    place: usize,
    /// The code that was right, if one was given; why the card cannot be asked, if that is known already.
    code: Result<Option<Code>, Denial>,
    bearer: Bearer,
    /// Its number, by which another card in its place is seen.
    number: Option<CardNumber>,
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
            let (read, professional) = Self::read_professional(printer, place, number);
            visit.professionals.push(professional);
            visit.read.insert(number, read);
        }
        visit
    }

    /// What came of reading a card of the visit before the others, if it was.
    pub(super) fn take(&mut self, place: usize) -> Option<Read> {
        self.read.remove(&place)
    }

    /// Whether a professional's card went, or another came in its place, before a patient's card had been read.
    pub(super) fn is_gone(&self, place: usize) -> bool {
        self.gone.contains(&place)
    }

    /// Reads a card that is none of the professionals', with these beside it if it is a patient's. For billing they are
    /// beside each: a Vitale 1 needs none of them, and what stands in its reader may be another card by now.
    pub(super) fn read(&mut self, printer: &mut Printer<'_>, places: &mut [Place], number: usize) -> Read {
        match places[number].seat() {
            Seat::Patient | Seat::Alone if self.professionals.is_empty() => printer.read(&mut places[number]),
            Seat::Alone if printer.args.forms.format().is_none() => printer.read(&mut places[number]),
            Seat::Patient | Seat::Alone => self.read_patient(printer, places, number),
            Seat::Professional => printer.read(&mut places[number]),
        }
    }

    /// What came of reading a professional's card: the reading, the code that was right, and whose card it is.
    fn read_professional(printer: &mut Printer<'_>, place: &mut Place, at: usize) -> (Read, Professional) {
        let name = place.name.clone();
        let professional = |code, bearer: Option<Bearer>, number| {
            let bearer = Bearer { place: name.clone(), ..bearer.unwrap_or_default() };
            Professional { place: at, code, bearer, number }
        };
        let mut opened = match place.open(printer.args, printer.language) {
            Ok(opened) => opened,
            Err(stop) => return (Err(stop), professional(Err(Denial::Gone), None, None)),
        };
        let asking = printer.codes.of_card(&name, printer.language);
        let mut keeping = Keeping { asking, right: None, denial: None };
        let layout = &opened.layout;
        let today = printer.args.reproducible.today();
        let read = Guides::built_in().read(&mut *opened.transport, layout, today, &mut keeping);
        let read = read.map_err(|error| Stop::not_read(&name, error, Side::Professional));
        let Keeping { asking, right, denial } = keeping;
        let number = if printer.args.forms.format().is_some() {
            number_of_professional(&mut Dialogue::new(&mut *opened.transport)).ok().flatten()
        } else {
            None
        };
        let bearer = read.as_ref().ok().and_then(|reading| reading.bearer());
        let outcome = asking.outcome();
        match (read, outcome) {
            (Ok(reading), Ok(code)) => {
                printer.note(code);
                (Ok(reading), professional(denial.map_or(Ok(right), Err), bearer, number))
            }
            (Ok(_), Err(failure)) => {
                let denial = denial.unwrap_or(Denial::CodeNotGiven);
                (Err(Stop::new(Number::of_denial(&denial), failure)), professional(Err(denial), bearer, number))
            }
            (Err(stop), _) => (Err(stop), professional(Err(Denial::Gone), None, None)),
        }
    }

    /// Reads a card with the professionals' beside it.
    fn read_patient(&mut self, printer: &mut Printer<'_>, places: &mut [Place], number: usize) -> Read {
        let (args, language) = (printer.args, printer.language);
        let mut beside = Vec::new();
        for Professional { place, code, bearer, .. } in &self.professionals {
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
        if args.forms.format().is_some() {
            // A Vitale 1 asks for no professional's card: nothing was said to that since it was read itself.
            for (professional, (transport, ..)) in self.professionals.iter().zip(&mut beside) {
                let is_there = match transport {
                    Ok(transport) => is_there(&mut **transport, professional.number),
                    Err(denial) => *denial != Denial::Gone,
                };
                if !is_there {
                    self.gone.insert(professional.place);
                }
            }
        }
        for transport in beside.iter_mut().filter_map(|(transport, ..)| transport.as_mut().ok()) {
            // Nobody else finds the code proved; a card that does not come back has forgotten it too.
            let _ = transport.reset(virtuale_engine::Reset::Warm);
        }
        reading
    }
}

/// Whether the professional's card that was read is there still, in the stay in which a transport opened it.
fn is_there(transport: &mut dyn Transport, number: Option<CardNumber>) -> bool {
    number_of_professional(&mut Dialogue::new(transport)).is_ok_and(|found| found == number)
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::civil::date;
    use virtuale_engine::{Fault, Protocol, Reset, Response};

    use super::{Dialogue, Transport, is_there, number_of_professional};
    use crate::{
        profile::{Options, families::Families},
        terminal::transport::{TransportError, in_process::in_process},
    };

    /// A card that is pulled after some commands.
    struct Pulled<'a> {
        card: Box<dyn Transport>,
        left: &'a Cell<u32>,
    }

    impl Transport for Pulled<'_> {
        fn atr(&self) -> &[u8] {
            self.card.atr()
        }

        fn protocol(&self) -> Protocol {
            self.card.protocol()
        }

        fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
            self.card.reset(kind)
        }

        fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
            let left = self.left.get().checked_sub(1).ok_or(TransportError::Silent(Fault::PowerLost))?;
            self.left.set(left);
            self.card.transmit(command, response)
        }
    }

    fn card(name: &str) -> Box<dyn Transport> {
        let options = Options { today: date(2026, 1, 15), seed: 1 };
        let profile = Families::built_in().load(name.as_ref(), &options).expect("a card of the program");
        Box::new(in_process(Box::new(profile.card())).expect("power"))
    }

    #[test]
    fn a_professionals_card_is_there_until_it_is_pulled_or_another_comes() {
        for name in ["cps-lefevre", "cps4-lefevre"] {
            let plenty = Cell::new(100);
            let mut lasting = Pulled { card: card(name), left: &plenty };
            let number = number_of_professional(&mut Dialogue::new(&mut lasting)).expect("it answers");
            assert!(number.is_some(), "{name}");
            let commands = 100 - plenty.get();
            assert!(is_there(&mut lasting, number), "{name}");
            for left in 0..commands {
                let left = Cell::new(left);
                assert!(!is_there(&mut Pulled { card: card(name), left: &left }, number), "{name}: {}", left.get());
            }
            assert!(!is_there(&mut *card("cps-moreau"), number), "{name}");
            assert!(!is_there(&mut *card("vitale1-petit"), number), "{name}");
        }
    }
}
