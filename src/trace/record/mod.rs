//! Records what is said to a card and what it answers, as a layer around it.
//!
//! The recorder changes nothing: a card behaves with it as without it, also when the tape is full or broken.

mod tape;
#[cfg(test)]
mod tests;

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use virtuale_engine::{Card, Fault as Why, Interface, Protocol, Reset, Response, Snapshot, SnapshotError};

pub use tape::Tape;

use super::{
    file::Silence,
    names::{command_name_in, secret_to},
    write::Line,
};
use crate::{
    layer::{Layer, fault::Fault},
    profile::families::Families,
};

/// What stands where the card was given a state back, which no line of a trace can do.
const RESTORED: &str = "Here the card was given back the state of another time: a replay goes on with its own.";

/// The layer that writes down what passes, for as long as its card is in a slot. Clones are the same recorder: who puts
/// the card into its slot and pulls it keeps one, and says so.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    /// Those that the card may be of: they know which of their commands present a secret.
    families: Families,
    /// Whether the trace says how long the card takes.
    tells_times: bool,
}

struct Shared {
    tape: Tape,
    /// Held for each line, so that none comes behind the end of the card's stay.
    stay: Mutex<Stay>,
}

/// Where the card is.
struct Stay {
    /// The name of its slot.
    slot: String,
    phase: Phase,
    /// The faults that struck a power-up which goes without saying: then it is said.
    struck: Vec<String>,
}

/// How far a card is in its stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// It is out: what it does is not written.
    Out,
    /// It is in since the beginning of the trace, and its first power-up goes without saying.
    Heading,
    /// It is in since the beginning of the trace, in a field: its first power-up says what it answers to reset.
    Entering,
    /// It was put in by the last line, and its first power-up goes without saying.
    Coming,
    /// It is in, and the last line of it stands for itself.
    In,
    /// It is in, and what comes of its last line is not known yet.
    Asked,
}

impl Recorder {
    /// Records a card under the name of its slot, and all that is done to it from now on; the name follows
    /// docs/traces.md, or is empty for the only slot.
    ///
    /// What the trace says of the card before the dialogue is whoever's who knows where the card comes from.
    #[must_use]
    pub fn new(tape: Tape, slot: &str) -> Self {
        Self::in_phase(tape, slot, Phase::In)
    }

    /// The same for a card that is still out of its slot: nothing is written before [`Recorder::begin`] or
    /// [`Recorder::insert`].
    #[must_use]
    pub fn outside(tape: Tape, slot: &str) -> Self {
        Self::in_phase(tape, slot, Phase::Out)
    }

    fn in_phase(tape: Tape, slot: &str, phase: Phase) -> Self {
        let shared = Arc::new(Shared { tape, stay: Mutex::new(Stay { slot: slot.to_owned(), phase, struck: vec![] }) });
        Self { shared, families: Families::built_in(), tells_times: false }
    }

    /// With the families that the card may be of, which know what its commands present; those of the program if this
    /// is not called.
    #[must_use]
    pub fn with_families(self, families: Families) -> Self {
        Self { families, ..self }
    }

    /// With how long the card takes for each command and reset: of a card that takes its time, since of any other it
    /// says how fast this machine is.
    #[must_use]
    pub fn with_times(self) -> Self {
        Self { tells_times: true, ..self }
    }

    /// The card is in its slot as the trace begins, as a line `card` or `atr` has said. That it gets its power then
    /// goes without saying.
    pub fn begin(&self) {
        self.stay().phase = Phase::Heading;
    }

    /// The same for a slot with an antenna. What the card answers to reset there is written when it has answered, in
    /// front of the line that gives it its power.
    pub fn begin_in_field(&self) {
        self.stay().phase = Phase::Entering;
    }

    /// The card comes into its slot, with the card file that it is of, or comes back. That it gets its power then goes
    /// without saying.
    pub fn insert(&self, file: Option<&str>) {
        let mut stay = self.stay();
        self.note(&stay, &Line::Insert(file));
        stay.phase = Phase::Coming;
    }

    /// The card comes into another slot of the trace, out of the one that it was in. That it gets its power then goes
    /// without saying.
    pub fn insert_from(&self, from: &str, slot: &str) {
        let mut stay = self.stay();
        slot.clone_into(&mut stay.slot);
        self.note(&stay, &Line::InsertFrom(from));
        stay.phase = Phase::Coming;
    }

    /// Says something of the card that no line of a trace can say, for whoever reads it.
    pub fn remark(&self, text: &str) {
        self.shared.tape.line("", &Line::Comment(text));
    }

    /// A fault struck the card, and did this to what was written last: the `fault` of a
    /// [`Strike`](crate::layer::fault::Strike).
    pub fn fault(&self, fault: &Fault) {
        let mut stay = self.stay();
        match stay.phase {
            Phase::Out => {}
            Phase::Heading | Phase::Entering => stay.struck.push(fault.to_string()),
            Phase::Coming | Phase::In | Phase::Asked => self.note(&stay, &Line::Fault(&fault.to_string())),
        }
    }

    /// The card was pulled out of its slot: its stay is over, and nothing is written of it any more. If it was busy,
    /// nobody gets what comes of that; the trace says so.
    pub fn remove(&self) {
        let mut stay = self.stay();
        match mem::replace(&mut stay.phase, Phase::Out) {
            Phase::Out => return,
            Phase::Asked | Phase::Coming => self.note(&stay, &Line::Silence(Silence::NoCard)),
            Phase::Heading | Phase::Entering | Phase::In => {}
        }
        self.note(&stay, &Line::Remove);
    }

    /// Writes a line whatever the phase.
    fn note(&self, stay: &Stay, line: &Line<'_>) {
        let (tape, slot) = (&self.shared.tape, &stay.slot);
        match line {
            Line::NamedCommand(command, _) if secret_to(self.families.iter(), command).is_some() => {
                tape.secret_line(slot, line);
            }
            _ => tape.line(slot, line),
        }
    }

    /// Writes what is done to the card, if it is in.
    fn ask(&self, stay: &mut Stay, line: &Line<'_>) {
        if stay.phase != Phase::Out {
            self.note(stay, line);
            stay.phase = Phase::Asked;
        }
    }

    /// Writes what came of it, if the card is still in, and how long it took if it has a start.
    fn conclude(&self, start: Option<Instant>, result: Result<(), Why>, response: &[u8]) -> Result<(), Why> {
        let took = start.map(|start| start.elapsed());
        let mut stay = self.stay();
        let is_asked = match stay.phase {
            Phase::Asked => true,
            // The power-up that goes without saying, unless a fault struck it.
            Phase::Heading | Phase::Entering => {
                let struck = mem::take(&mut stay.struck);
                if !struck.is_empty() {
                    self.note(&stay, &Line::Reset(Reset::Cold));
                    struck.iter().for_each(|fault| self.note(&stay, &Line::Fault(fault)));
                }
                !struck.is_empty()
            }
            Phase::Out | Phase::Coming | Phase::In => return result,
        };
        stay.phase = Phase::In;
        match result {
            Ok(()) if response.is_empty() => {}
            Ok(()) => self.note(&stay, &Line::Response(response)),
            Err(fault) => {
                if !is_asked {
                    self.note(&stay, &Line::Reset(Reset::Cold));
                }
                self.note(&stay, &Line::Silence(Silence::Fault(fault)));
            }
        }
        if let Some(took) = took.filter(|_| is_asked) {
            self.note(&stay, &Line::Took(took));
        }
        result
    }

    fn stay(&self) -> MutexGuard<'_, Stay> {
        self.shared.stay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("slot", &self.stay().slot).finish_non_exhaustive()
    }
}

impl Layer for Recorder {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Why> {
        {
            let mut stay = self.stay();
            match (stay.phase, interface) {
                (Phase::Out | Phase::Entering, _) | (Phase::Heading, Interface::Contact) => {}
                (Phase::Coming, Interface::Contact) => stay.phase = Phase::Asked,
                (_, Interface::Contact) => self.ask(&mut stay, &Line::Reset(Reset::Cold)),
                (_, Interface::Contactless) => self.ask(&mut stay, &Line::PowerUpContactless),
            }
        }
        let start = self.tells_times.then(Instant::now);
        let result = card.power_up(interface);
        {
            let mut stay = self.stay();
            if stay.phase == Phase::Entering {
                self.note(&stay, &Line::Atr(card.atr().as_bytes()));
                self.ask(&mut stay, &Line::PowerUpContactless);
                let struck = mem::take(&mut stay.struck);
                struck.iter().for_each(|fault| self.note(&stay, &Line::Fault(fault)));
            }
        }
        self.conclude(start, result, &[])
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Why> {
        self.ask(&mut self.stay(), &Line::Reset(Reset::Warm));
        let start = self.tells_times.then(Instant::now);
        let result = card.reset();
        self.conclude(start, result, &[])
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        {
            let mut stay = self.stay();
            self.ask(&mut stay, &Line::PowerOff);
            // Nothing comes of that.
            if stay.phase == Phase::Asked {
                stay.phase = Phase::In;
            }
        }
        card.power_off();
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Why> {
        self.ask(&mut self.stay(), &Line::Protocol(protocol));
        let result = card.select_protocol(protocol);
        self.conclude(None, result, &[])
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Why> {
        // An empty command cannot be written; a card says nothing worth keeping to it.
        if command.is_empty() {
            return card.transmit(command, response);
        }
        let name = command_name_in(&self.families, command);
        self.ask(&mut self.stay(), &Line::NamedCommand(command, &name));
        let start = self.tells_times.then(Instant::now);
        let result = card.transmit(command, response);
        self.conclude(start, result, response.as_bytes())
    }

    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        card.restore(snapshot)?;
        self.note(&self.stay(), &Line::Comment(RESTORED));
        Ok(())
    }
}
