//! Records what is said to a card and what it answers, as a layer around it.
//!
//! The recorder changes nothing: a card behaves with it as without it, also when the tape is full or broken.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use virtuale_engine::{Card, Fault, Interface, Protocol, Reset, Response, Snapshot, SnapshotError};

use super::{
    LONGEST,
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
    writer: Writer<Bounded>,
    /// Why nothing is written any more.
    broken: Option<Arc<io::Error>>,
    /// Whether a command was written.
    has_command: bool,
    /// Whether it was said that the trace holds a code.
    warned: bool,
}

/// A way out for whole lines that ends where nothing could read the trace any more.
struct Bounded {
    out: Box<dyn Write + Send>,
    /// How many bytes it still takes.
    left: usize,
}

/// What stands before the first code of a trace.
const HOLDS_A_CODE: &str =
    "This trace holds a code as it was sent. Redact it before somebody else sees it: virtuale redact";

/// What stands where the card was given a state back, which no line of a trace can do.
const RESTORED: &str = "Here the card was given back the state of another time: a replay goes on with its own.";

/// The layer that writes down what passes, for as long as its card is in a slot. Clones are the same recorder: who puts
/// the card into its slot and pulls it keeps one, and says so.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    /// Those that the card may be of: they know which of their commands present a secret.
    families: Families,
}

struct Shared {
    tape: Tape,
    slot: String,
    /// Held for each line, so that none comes behind the end of the card's stay.
    phase: Mutex<Phase>,
}

/// How far a card is in its stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// It is out: what it does is not written.
    Out,
    /// It is in since the beginning of the trace, and its first power-up goes without saying.
    Heading,
    /// It was put in by the last line, and its first power-up goes without saying.
    Coming,
    /// It is in, and the last line of it stands for itself.
    In,
    /// It is in, and what comes of its last line is not known yet.
    Asked,
}

impl Tape {
    /// A new trace.
    ///
    /// # Errors
    ///
    /// What the way out says to the first line.
    pub fn new(out: Box<dyn Write + Send>) -> io::Result<Self> {
        let writer = Writer::new(Bounded { out, left: LONGEST })?;
        let inner = Inner { writer, broken: None, has_command: false, warned: false };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// Writes a line about a slot. After the first failure nothing is written; [`Tape::failure`] tells.
    pub fn line(&self, slot: &str, line: &Line<'_>) {
        self.lock().line(slot, line);
    }

    /// Writes a line with a code in it; before the first one, that the trace holds one.
    fn secret_line(&self, slot: &str, line: &Line<'_>) {
        let mut inner = self.lock();
        if !mem::replace(&mut inner.warned, true) {
            inner.line(slot, &Line::Comment(HOLDS_A_CODE));
        }
        inner.line(slot, line);
    }

    /// Why the trace is not whole, if it is not.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<io::Error>> {
        self.lock().broken.clone()
    }

    /// Whether a command was recorded.
    #[must_use]
    pub fn has_command(&self) -> bool {
        self.lock().has_command
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn line(&mut self, slot: &str, line: &Line<'_>) {
        if self.broken.is_none() {
            self.broken = self.writer.line(slot, line).err().map(Arc::new);
            self.has_command |= matches!(line, Line::Command(_) | Line::NamedCommand(..));
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(lines.len()) else {
            let full =
                format!("it has the {LONGEST} bytes that a trace may have; what follows is for another recording");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, full));
        };
        self.out.write_all(lines)?;
        self.left = left;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").finish_non_exhaustive()
    }
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
        let shared = Arc::new(Shared { tape, slot: slot.to_owned(), phase: Mutex::new(phase) });
        Self { shared, families: Families::built_in() }
    }

    /// With the families that the card may be of, which know what its commands present; those of the program if this
    /// is not called.
    #[must_use]
    pub fn with_families(self, families: Families) -> Self {
        Self { families, ..self }
    }

    /// The card is in its slot as the trace begins, as a line `card` or `atr` has said. That it gets its power then
    /// goes without saying.
    pub fn begin(&self) {
        *self.phase() = Phase::Heading;
    }

    /// The card comes into its slot, with the card file that it is of, or comes back. That it gets its power then goes
    /// without saying.
    pub fn insert(&self, file: Option<&str>) {
        let mut phase = self.phase();
        self.note(&Line::Insert(file));
        *phase = Phase::Coming;
    }

    /// The card was pulled out of its slot: its stay is over, and nothing is written of it any more. If it was busy,
    /// nobody gets what comes of that; the trace says so.
    pub fn remove(&self) {
        let mut phase = self.phase();
        match mem::replace(&mut *phase, Phase::Out) {
            Phase::Out => return,
            Phase::Asked | Phase::Coming => self.note(&Line::Silence(Silence::NoCard)),
            Phase::Heading | Phase::In => {}
        }
        self.note(&Line::Remove);
    }

    /// Writes a line whatever the phase. The caller holds it.
    fn note(&self, line: &Line<'_>) {
        let Shared { tape, slot, .. } = &*self.shared;
        match line {
            Line::NamedCommand(command, _) if secret_to(self.families.iter(), command).is_some() => {
                tape.secret_line(slot, line);
            }
            _ => tape.line(slot, line),
        }
    }

    /// Writes what is done to the card, if it is in.
    fn ask(&self, phase: &mut Phase, line: &Line<'_>) {
        if *phase != Phase::Out {
            self.note(line);
            *phase = Phase::Asked;
        }
    }

    /// Writes what came of it, if the card is still in.
    fn conclude(&self, result: Result<(), Fault>, response: &[u8]) -> Result<(), Fault> {
        let mut phase = self.phase();
        let is_asked = match *phase {
            Phase::Asked => true,
            // The power-up that goes without saying.
            Phase::Heading => false,
            Phase::Out | Phase::Coming | Phase::In => return result,
        };
        *phase = Phase::In;
        match result {
            Ok(()) if response.is_empty() => {}
            Ok(()) => self.note(&Line::Response(response)),
            Err(fault) => {
                if !is_asked {
                    self.note(&Line::Reset(Reset::Cold));
                }
                self.note(&Line::Silence(Silence::Fault(fault)));
            }
        }
        result
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.shared.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("slot", &self.shared.slot).finish_non_exhaustive()
    }
}

impl Layer for Recorder {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        {
            let mut phase = self.phase();
            match (*phase, interface) {
                (Phase::Out, _) | (Phase::Heading, Interface::Contact) => {}
                (Phase::Coming, Interface::Contact) => *phase = Phase::Asked,
                (_, Interface::Contact) => self.ask(&mut phase, &Line::Reset(Reset::Cold)),
                (_, Interface::Contactless) => self.ask(&mut phase, &Line::PowerUpContactless),
            }
        }
        let result = card.power_up(interface);
        self.conclude(result, &[])
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        self.ask(&mut self.phase(), &Line::Reset(Reset::Warm));
        let result = card.reset();
        self.conclude(result, &[])
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        {
            let mut phase = self.phase();
            self.ask(&mut phase, &Line::PowerOff);
            // Nothing comes of that.
            if *phase == Phase::Asked {
                *phase = Phase::In;
            }
        }
        card.power_off();
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        self.ask(&mut self.phase(), &Line::Protocol(protocol));
        let result = card.select_protocol(protocol);
        self.conclude(result, &[])
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        // An empty command cannot be written; a card says nothing worth keeping to it.
        if command.is_empty() {
            return card.transmit(command, response);
        }
        let name = command_name_in(&self.families, command);
        self.ask(&mut self.phase(), &Line::NamedCommand(command, &name));
        let result = card.transmit(command, response);
        self.conclude(result, response.as_bytes())
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

    /// A recorder of a card that is pulled by the test while it works on `deed`, and what is on the tape then.
    fn pulled(deed: impl FnOnce(&mut dyn Card) -> Result<(), Fault>, begin: impl FnOnce(&Recorder)) -> String {
        /// A card that is pulled whatever it does.
        struct Slippery(Toy, Arc<Mutex<Option<Recorder>>>);
        impl Slippery {
            fn slip(&self) {
                let recorder = self.1.lock().expect("no thread panics").take();
                recorder.iter().for_each(Recorder::remove);
            }
        }
        impl Card for Slippery {
            fn atr(&self) -> &Atr {
                self.0.atr()
            }
            fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
                self.slip();
                self.0.power_up(interface)
            }
            fn reset(&mut self) -> Result<(), Fault> {
                self.slip();
                Err(Fault::Mute)
            }
            fn power_off(&mut self) {
                self.slip();
                self.0.power_off();
            }
            fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
                self.slip();
                self.0.select_protocol(protocol)
            }
            fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
                self.slip();
                response.extend(&[0x90, 0x00]);
                self.0.transmit(command, &mut Response::new()).or(Ok(()))
            }
        }
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let recorder = Recorder::outside(tape, "");
        let hand = Arc::new(Mutex::new(Some(recorder.clone())));
        let mut card = Layered::new(recorder.clone(), Slippery(Toy::new(&[]), hand));
        begin(&recorder);
        let _ = deed(&mut card);
        // What it does when it is out is not written.
        card.power_off();
        let _ = card.transmit(&[0, 0x84, 0, 0], &mut Response::new());
        recorder.remove();
        recorder.insert(None);
        card.power_up(Interface::Contact).expect("powered");
        let text = String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text");
        Trace::parse(Arc::new(Source { name: "t".into(), text: text.clone() })).expect("it can be read");
        text.strip_prefix("virtuale-trace 1\n").expect("its first line").to_owned()
    }

    #[test]
    fn nothing_of_a_card_is_written_behind_its_removal() {
        let asked = |lines: &str| format!("{lines}\nexpect-error no-card\nremove\ninsert\n");
        let command = |card: &mut dyn Card| card.transmit(&[0, 0x84, 0, 0], &mut Response::new());
        assert_eq!(pulled(command, Recorder::begin), asked("> 00 84 00 00    # GET CHALLENGE"));
        let verify = |card: &mut dyn Card| card.transmit(&[0, 0x20, 0, 1, 1, 0x31], &mut Response::new());
        let warning = format!("# {}\n> 00 20 00 01 01 31    # VERIFY", super::HOLDS_A_CODE);
        assert_eq!(pulled(verify, Recorder::begin), asked(&warning));
        assert_eq!(pulled(|card| card.reset(), Recorder::begin), asked("reset warm"));
        assert_eq!(pulled(|card| card.select_protocol(Protocol::T0), Recorder::begin), asked("protocol T=0"));
        let power_up = |interface| move |card: &mut dyn Card| card.power_up(interface);
        let comes = |recorder: &Recorder| recorder.insert(Some("a.toml"));
        assert_eq!(pulled(power_up(Interface::Contact), comes), asked("insert a.toml"));
        let by_antenna = asked("insert a.toml\nreset contactless");
        assert_eq!(pulled(power_up(Interface::Contactless), comes), by_antenna);
        let silent = |lines: &str| format!("{lines}remove\ninsert\n");
        assert_eq!(pulled(power_up(Interface::Contact), Recorder::begin), silent(""));
        let power_off = |card: &mut dyn Card| {
            card.power_off();
            Ok(())
        };
        assert_eq!(pulled(power_off, Recorder::begin), silent("power-off\n"));
    }

    #[test]
    fn the_power_up_of_a_card_that_comes_in_goes_without_saying_unless_it_fails() {
        struct Mute;
        impl crate::layer::Layer for Mute {
            fn power_up(&mut self, _: &mut dyn Card, _: Interface) -> Result<(), Fault> {
                Err(Fault::Mute)
            }
        }
        let text = |begin: fn(&Recorder), mute: bool| {
            let paper = Paper(Arc::default(), usize::MAX);
            let tape = Tape::new(Box::new(paper.clone())).expect("memory");
            let recorder = Recorder::outside(tape, "");
            let card = if mute { Box::new(Layered::new(Mute, card())) } else { card() };
            let mut card = Layered::new(recorder.clone(), card);
            begin(&recorder);
            for _ in 0..2 {
                let _ = card.power_up(Interface::Contact);
            }
            let text = String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text");
            text.strip_prefix("virtuale-trace 1\n").expect("its first line").to_owned()
        };
        assert_eq!(text(Recorder::begin, false), "reset\n");
        assert_eq!(text(Recorder::begin, true), "reset\nexpect-error mute\n".repeat(2));
        assert_eq!(text(|recorder| recorder.insert(None), false), "insert\nreset\n");
        let mute = "insert\nexpect-error mute\nreset\nexpect-error mute\n";
        assert_eq!(text(|recorder| recorder.insert(None), true), mute);
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
    fn a_recording_ends_where_nothing_could_read_it_any_more() {
        let paper = Paper(Arc::default(), usize::MAX);
        let tape = Tape::new(Box::new(paper.clone())).expect("memory");
        let response = vec![0x11; 65_538];
        while tape.failure().is_none() {
            tape.line("", &Line::Response(&response));
        }
        tape.line("", &Line::Seed(0));
        let length = paper.0.lock().expect("no thread panics").len();
        assert!((super::LONGEST - 4 * response.len()..=super::LONGEST).contains(&length), "{length}");
        assert!(paper.0.lock().expect("no thread panics").ends_with(b" 11\n"), "it ends with a whole line");
        let why = tape.failure().expect("it is full").to_string();
        assert!(why.starts_with("it has the 67108864 bytes that a trace may have"), "{why}");
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
