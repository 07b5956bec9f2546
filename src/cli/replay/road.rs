//! A card in a PC/SC reader, as a replay sees it.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use virtuale_engine::{Answer, Atr, Card, Fault, Protocol, Reset};

use super::super::Failure;
use crate::{
    terminal::link::{
        Link, LinkError,
        pcsclite::{Service, default_socket},
    },
    trace::{
        cards,
        replay::{Outcome, Wanted, replay},
        suite::Verdict,
    },
};

/// Replays a trace of one slot against the card in a reader. The card is reset first.
///
/// # Errors
///
/// That there is no such reader or card, or that the road to it broke.
pub(super) fn replay_trace(path: &Path, reader: &str, socket: Option<&Path>) -> Result<Verdict, Failure> {
    let start = Instant::now();
    let trace = match cards::read(path) {
        Ok(trace) => trace,
        Err(error) => return Ok(verdict(path, start, Err(error))),
    };
    if trace.slots().len() != 1 {
        let hint = "replay it against card files, or split it";
        return Err(Failure::usage(format!("{} has several slots, --reader names one", path.display()), hint));
    }
    let socket = socket.map_or_else(default_socket, Path::to_owned);
    let mut service = Service::establish(&socket).map_err(|error| broken(reader, &error))?;
    let connection = service.connect(reader).map_err(|error| broken(reader, &error))?;
    let trouble = Trouble::default();
    let mut road = Some(Road::new(connection, trouble.clone())?);
    let outcome = replay(&trace, |wanted: Wanted<'_>| match road.take() {
        Some(road) => Ok(Some(Box::new(road) as Box<dyn Card + '_>)),
        None => Err(Failure::usage(
            format!("{}: nobody can insert {} there", path.display(), wanted.card.unwrap_or("a card")),
            "replay it against card files",
        )),
    })?;
    if let Some(error) = trouble.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(broken(reader, &error));
    }
    Ok(verdict(path, start, Ok(outcome)))
}

fn verdict(path: &Path, start: Instant, result: Result<Outcome, cards::Failure>) -> Verdict {
    let (outcome, error) = match result {
        Ok(outcome) => (outcome, None),
        Err(error) => (Outcome::default(), Some(error)),
    };
    let (commands, findings) = (outcome.commands, outcome.findings);
    Verdict { path: path.to_owned(), commands, findings, error, time: start.elapsed() }
}

fn broken(reader: &str, error: &LinkError) -> Failure {
    Failure::environment(format!("{reader}: {error}"), "see which readers there are: virtuale doctor")
}

/// What went wrong on the road, which is no fault of the card.
#[derive(Clone, Default)]
struct Trouble(Arc<Mutex<Option<LinkError>>>);

/// A card at the end of a road.
struct Road<L> {
    link: L,
    atr: Atr,
    powered: bool,
    trouble: Trouble,
}

impl<L: Link + Send> Road<L> {
    fn new(link: L, trouble: Trouble) -> Result<Self, Failure> {
        let wrong =
            |error| Failure::Environment(format!("the card's answer to reset is not well formed: {error}"), None);
        let atr = Atr::parse(link.atr()).map_err(wrong)?;
        Ok(Self { link, atr, powered: false, trouble })
    }

    /// A fault of the card; what is none is kept as trouble.
    fn fault(&self, error: LinkError) -> Fault {
        if let LinkError::Silent(fault) = error {
            return fault;
        }
        self.trouble.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        Fault::Mute
    }
}

impl<L: Link + Send> Card for Road<L> {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn reset(&mut self, kind: Reset) -> Result<(), Fault> {
        self.powered = true;
        self.link.reset(kind).map_err(|error| self.fault(error))
    }

    /// The reader keeps the power; the card is reset before it hears of anything again.
    fn power_off(&mut self) {
        self.powered = false;
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        match protocol == self.link.protocol() {
            true => Ok(()),
            false => Err(Fault::ProtocolRefused),
        }
    }

    fn transmit(&mut self, command: &[u8], answer: &mut Answer) -> Result<(), Fault> {
        answer.clear();
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        self.link.transmit(command, answer).map_err(|error| self.fault(error))
    }
}
