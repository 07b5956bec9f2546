//! Records what is said to a card and what it answers, as a layer around it.
//!
//! The recorder changes nothing: a card behaves with it as without it, also when the tape is full or broken.

use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use virtuale_engine::{Card, Fault, Interface, Protocol, Reset, Response, Snapshot, SnapshotError};

use super::{
    file::Silence,
    names::{command_name_in, secret_to},
    write::{Line, Writer},
};
use crate::{layer::Layer, profile::families::Families};

/// A trace that several cards are recorded on. Lines stand in it in the order in which things happened.
#[derive(Clone)]
pub struct Tape {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    writer: Writer<Box<dyn Write + Send>>,
    /// Why nothing is written any more.
    broken: Option<Arc<io::Error>>,
    /// Whether a command was written.
    has_command: bool,
    /// Whether it was said that the trace holds secrets.
    warned: bool,
}

/// What stands before the first code of a trace.
const HOLDS_A_CODE: &str =
    "This trace holds a code as it was sent. Redact it before somebody else sees it: virtuale redact";

/// What stands where the card was given a state back, which no line of a trace can do.
const RESTORED: &str = "Here the card was given back the state of another time: a replay goes on with its own.";

/// The layer that writes down what passes.
pub struct Recorder {
    tape: Tape,
    slot: String,
    /// Those that the card may be of: they know which of their commands present a secret.
    families: Families,
}

impl Tape {
    /// A new trace.
    ///
    /// # Errors
    ///
    /// What the way out says to the first line.
    pub fn new(out: Box<dyn Write + Send>) -> io::Result<Self> {
        let inner = Inner { writer: Writer::new(out)?, broken: None, has_command: false, warned: false };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// Writes a line about a slot. After the first failure nothing is written; [`Tape::failure`] tells.
    pub fn line(&self, slot: &str, line: &Line<'_>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.broken.is_none() {
            inner.broken = inner.writer.line(slot, line).err().map(Arc::new);
            inner.has_command |= matches!(line, Line::Command(_) | Line::NamedCommand(..));
        }
    }

    /// Says, once, that the trace holds a code.
    fn warn(&self, slot: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut inner.warned, true) {
            drop(inner);
            self.line(slot, &Line::Comment(HOLDS_A_CODE));
        }
    }

    /// Why the trace is not whole, if it is not.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<io::Error>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).broken.clone()
    }

    /// Whether a command was recorded.
    #[must_use]
    pub fn has_command(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).has_command
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").finish_non_exhaustive()
    }
}

impl Recorder {
    /// Records a card under the name of its slot; the name follows docs/traces.md, or is empty for the only slot.
    ///
    /// What the trace says of the card before the dialogue is whoever's who knows where the card comes from.
    #[must_use]
    pub fn new(tape: Tape, slot: &str) -> Self {
        Self { tape, slot: slot.to_owned(), families: Families::built_in() }
    }

    /// With the families that the card may be of, which know what its commands present; those of the program if this
    /// is not called.
    #[must_use]
    pub fn with_families(self, families: Families) -> Self {
        Self { families, ..self }
    }

    fn note(&self, line: &Line<'_>) {
        self.tape.line(&self.slot, line);
    }

    fn note_fault(&self, result: Result<(), Fault>) -> Result<(), Fault> {
        if let Err(fault) = result {
            self.note(&Line::Silence(Silence::Fault(fault)));
        }
        result
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("slot", &self.slot).finish_non_exhaustive()
    }
}

impl Layer for Recorder {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        self.note(match interface {
            Interface::Contact => &Line::Reset(Reset::Cold),
            Interface::Contactless => &Line::PowerUpContactless,
        });
        let result = card.power_up(interface);
        self.note_fault(result)
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        self.note(&Line::Reset(Reset::Warm));
        let result = card.reset();
        self.note_fault(result)
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        self.note(&Line::PowerOff);
        card.power_off();
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        self.note(&Line::Protocol(protocol));
        let result = card.select_protocol(protocol);
        self.note_fault(result)
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        // An empty command cannot be written; a card says nothing worth keeping to it.
        let worth_it = !command.is_empty();
        if secret_to(self.families.iter(), command).is_some() {
            self.tape.warn(&self.slot);
        }
        if worth_it {
            self.note(&Line::NamedCommand(command, &command_name_in(&self.families, command)));
        }
        let result = card.transmit(command, response);
        match result {
            Ok(()) if worth_it && !response.is_empty() => {
                self.note(&Line::Response(response.as_bytes()));
                result
            }
            Ok(()) => result,
            Err(_) if worth_it => self.note_fault(result),
            Err(_) => result,
        }
    }

    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        card.restore(snapshot)?;
        self.note(&Line::Comment(RESTORED));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response, Snapshot, SnapshotError};

    use super::{Line, Recorder, Tape};
    use crate::{
        layer::Layered,
        profile::diagnostic::Source,
        trace::{Chance, Trace, replay::replay, toy::Toy},
    };

    /// Memory that can be read while it is written; it takes as much as it is told to.
    #[derive(Clone)]
    struct Paper(Arc<Mutex<Vec<u8>>>, usize);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut paper = self.0.lock().expect("no thread panics");
            if paper.len() + bytes.len() > self.1 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            paper.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn card() -> Box<dyn Card> {
        Box::new(Toy::new(&[(&[0, 0xB0, 0, 0, 2], &[1, 2, 0x90, 0])]))
    }

    #[test]
    fn the_state_of_a_recorded_card_is_that_of_the_card() {
        struct Stateful(u8, Toy);
        impl Card for Stateful {
            fn atr(&self) -> &Atr {
                self.1.atr()
            }
            fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
                self.1.power_up(interface)
            }
            fn reset(&mut self) -> Result<(), Fault> {
                self.1.reset()
            }
            fn power_off(&mut self) {
                self.1.power_off();
            }
            fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
                self.1.select_protocol(protocol)
            }
            fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
                self.1.transmit(command, response)
            }
            fn save(&self, snapshot: &mut Snapshot) {
                snapshot.put("toy", &[&[self.0]]);
            }
            fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
                self.0 = snapshot.needed("toy")?[0];
                Ok(())
            }
        }
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let recorded = |state| Layered::new(Recorder::new(tape.clone(), ""), Box::new(Stateful(state, Toy::new(&[]))));
        let (mut one, other) = (recorded(1), recorded(2));
        assert_eq!(one.restore(&Snapshot::new()), Err(SnapshotError::Missing("toy")));
        let mut snapshot = Snapshot::new();
        other.save(&mut snapshot);
        one.restore(&snapshot).expect("its part is there");
        let mut after = Snapshot::new();
        one.save(&mut after);
        assert_eq!(after.part("toy"), Some(&[2][..]));
        let text = String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text");
        assert_eq!(text.matches("the state of another time").count(), 1, "{text}");
    }

    #[test]
    fn what_was_recorded_replays_without_a_finding() {
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let mut first = Layered::new(Recorder::new(tape.clone(), "patient"), card());
        let mut second = Layered::new(Recorder::new(tape.clone(), "doctor"), card());
        let mut response = Response::new();
        tape.line("patient", &Line::Atr(first.atr().as_bytes()));
        first.power_up(Interface::Contact).expect("powered");
        first.select_protocol(Protocol::T1).expect("offered");
        first.transmit(&[0, 0xB0, 0, 0, 2], &mut response).expect("an answer");
        assert_eq!(response.as_bytes(), [1, 2, 0x90, 0]);
        second.reset().expect("powered");
        second.power_up(Interface::Contactless).expect("powered");
        first.power_off();
        assert_eq!(first.transmit(&[0, 0xB0, 0, 0, 2], &mut response), Err(Fault::Unpowered));

        let text = String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text");
        let expected = "virtuale-trace 1\nslot patient\natr 3B 80 80 01 01\nreset\nprotocol T=1\n> 00 B0 00 00 02    # READ BINARY at 0\n< 01 02 90 00\nslot doctor\nreset warm\nreset contactless\n\
                        slot patient\npower-off\n> 00 B0 00 00 02    # READ BINARY at 0\nexpect-error unpowered\n";
        assert_eq!(text, expected);
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace");
        let Ok(outcome) = replay(&trace, Chance::Recorded, |_| Ok::<_, Infallible>(Some(card())));
        assert_eq!((outcome.commands, outcome.findings.len()), (2, 0));
    }

    #[test]
    fn a_command_is_on_the_tape_before_the_card_has_it() {
        struct Dying(Toy, Paper);
        impl Card for Dying {
            fn atr(&self) -> &Atr {
                self.0.atr()
            }
            fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
                self.0.power_up(interface)
            }
            fn reset(&mut self) -> Result<(), Fault> {
                self.0.reset()
            }
            fn power_off(&mut self) {}
            fn select_protocol(&mut self, _: Protocol) -> Result<(), Fault> {
                Ok(())
            }
            fn transmit(&mut self, _: &[u8], _: &mut Response) -> Result<(), Fault> {
                let paper = self.1.0.lock().expect("no thread panics");
                assert!(paper.ends_with(b"\n> 00 B0 00 00    # READ BINARY at 0\n"));
                Err(Fault::Mute)
            }
        }
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let mut recorder = Layered::new(Recorder::new(tape, ""), Box::new(Dying(Toy::new(&[]), paper)));
        assert_eq!(recorder.transmit(&[0, 0xB0, 0, 0], &mut Response::new()), Err(Fault::Mute));
    }

    #[test]
    fn it_is_said_once_that_a_trace_holds_codes() {
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let mut recorder = Layered::new(Recorder::new(tape, ""), Box::new(Toy::new(&[])));
        let status_query = [0x00, 0x20, 0x00, 0x81, 0x00];
        let verify = [0x00, 0x20, 0x00, 0x81, 0x01, 0x31];
        for command in [&status_query[..], &verify, &verify] {
            let _ = recorder.transmit(command, &mut Response::new());
        }
        let text = String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text");
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(['#', '>'])).collect();
        let warning = format!("# {}", super::HOLDS_A_CODE);
        let codes = "> 00 20 00 81 01 31    # VERIFY";
        assert_eq!(lines, ["> 00 20 00 81 00    # VERIFY", &warning, codes, codes]);
    }

    #[test]
    fn a_full_disk_does_not_disturb_the_card() {
        let tape = Tape::new(Box::new(Paper(Arc::default(), 40))).expect("room for the first line");
        let mut recorder = Layered::new(Recorder::new(tape.clone(), ""), card());
        let mut response = Response::new();
        recorder.power_up(Interface::Contact).expect("powered");
        recorder.transmit(&[0, 0xB0, 0, 0, 2], &mut response).expect("an answer");
        assert_eq!(response.as_bytes(), [1, 2, 0x90, 0]);
        tape.line("", &Line::Seed(0));
        for _ in 0..2 {
            assert_eq!(tape.failure().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
        }
    }
}
