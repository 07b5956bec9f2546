//! What the recorder writes, and what it leaves alone.

use std::{
    convert::Infallible,
    io::{self, Write},
    sync::{Arc, Mutex},
};

use virtuale_engine::{Card, Fault, Interface, Protocol, Response, Snapshot, SnapshotError};

use super::{Line, Recorder, Tape, tape::HOLDS_A_CODE};
use crate::{
    layer::{Layer, Layered},
    profile::diagnostic::Source,
    trace::{Chance, LONGEST, Trace, replay::replay, toy::Toy},
};

/// Memory that can be read while it is written; it takes as much as it is told to.
#[derive(Clone)]
struct Paper(Arc<Mutex<Vec<u8>>>, usize);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no thread panics").clone()).expect("text")
    }
}

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
    struct Stateful(u8);
    impl Layer for Stateful {
        fn save(&self, _: &dyn Card, snapshot: &mut Snapshot) {
            snapshot.put("toy", &[&[self.0]]);
        }
        fn restore(&mut self, _: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
            self.0 = snapshot.needed("toy")?[0];
            Ok(())
        }
    }
    let paper = Paper(Arc::default(), usize::MAX);
    let tape = Tape::new(Box::new(paper.clone())).expect("memory");
    let recorded = |state| Layered::new(Recorder::new(tape.clone(), ""), Layered::new(Stateful(state), Toy::new(&[])));
    let (mut one, other) = (recorded(1), recorded(2));
    assert_eq!(one.restore(&Snapshot::new()), Err(SnapshotError::Missing("toy")));
    let mut snapshot = Snapshot::new();
    other.save(&mut snapshot);
    one.restore(&snapshot).expect("its part is there");
    let mut after = Snapshot::new();
    one.save(&mut after);
    assert_eq!(after.part("toy"), Some(&[2][..]));
    let text = paper.text();
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

    let text = paper.text();
    let expected = "virtuale-trace 1\nslot patient\natr 3B 80 80 01 01\nreset\nprotocol T=1\n> 00 B0 00 00 02    # READ BINARY at 0\n< 01 02 90 00\nslot doctor\nreset warm\nreset contactless\n\
                    slot patient\npower-off\n> 00 B0 00 00 02    # READ BINARY at 0\nexpect-error unpowered\n";
    assert_eq!(text, expected);
    let trace = Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace");
    let Ok(outcome) = replay(&trace, Chance::Recorded, |_| Ok::<_, Infallible>(Some(card())));
    assert_eq!((outcome.commands, outcome.findings.len()), (2, 0));
}

/// A recorder of a card that is pulled by the test while it works on `deed`, and what is on the tape then.
fn pulled(deed: impl FnOnce(&mut dyn Card) -> Result<(), Fault>, begin: impl FnOnce(&Recorder)) -> String {
    /// The hand that pulls a card, whatever it does.
    struct Hand(Option<Recorder>);
    impl Hand {
        fn pull(&mut self) {
            self.0.take().iter().for_each(Recorder::remove);
        }
    }
    impl Layer for Hand {
        fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
            self.pull();
            card.power_up(interface)
        }
        fn reset(&mut self, _: &mut dyn Card) -> Result<(), Fault> {
            self.pull();
            Err(Fault::Mute)
        }
        fn power_off(&mut self, card: &mut dyn Card) {
            self.pull();
            card.power_off();
        }
        fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
            self.pull();
            card.select_protocol(protocol)
        }
        fn transmit(&mut self, _: &mut dyn Card, _: &[u8], response: &mut Response) -> Result<(), Fault> {
            self.pull();
            response.extend(&[0x90, 0x00]);
            Ok(())
        }
    }
    let paper = Paper(Arc::default(), usize::MAX);
    let tape = Tape::new(Box::new(paper.clone())).expect("memory");
    let recorder = Recorder::outside(tape, "");
    let hand = Hand(Some(recorder.clone()));
    let mut card = Layered::new(recorder.clone(), Layered::new(hand, Toy::new(&[])));
    begin(&recorder);
    let _ = deed(&mut card);
    // What it does when it is out is not written.
    card.power_off();
    let _ = card.transmit(&[0, 0x84, 0, 0], &mut Response::new());
    recorder.remove();
    recorder.insert(None);
    card.power_up(Interface::Contact).expect("powered");
    let text = paper.text();
    Trace::parse(Arc::new(Source { name: "t".into(), text: text.clone() })).expect("it can be read");
    text.strip_prefix("virtuale-trace 1\n").expect("its first line").to_owned()
}

#[test]
fn nothing_of_a_card_is_written_behind_its_removal() {
    let asked = |lines: &str| format!("{lines}\nexpect-error no-card\nremove\ninsert\n");
    let command = |card: &mut dyn Card| card.transmit(&[0, 0x84, 0, 0], &mut Response::new());
    assert_eq!(pulled(command, Recorder::begin), asked("> 00 84 00 00    # GET CHALLENGE"));
    let verify = |card: &mut dyn Card| card.transmit(&[0, 0x20, 0, 1, 1, 0x31], &mut Response::new());
    let warning = format!("# {}\n> 00 20 00 01 01 31    # VERIFY", HOLDS_A_CODE);
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
    assert_eq!(pulled(power_up(Interface::Contactless), Recorder::begin_in_field), silent(""));
    let power_off = |card: &mut dyn Card| {
        card.power_off();
        Ok(())
    };
    assert_eq!(pulled(power_off, Recorder::begin), silent("power-off\n"));
}

#[test]
fn the_power_up_of_a_card_that_comes_in_goes_without_saying_unless_it_fails() {
    struct Mute;
    impl Layer for Mute {
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
        let text = paper.text();
        text.strip_prefix("virtuale-trace 1\n").expect("its first line").to_owned()
    };
    let in_field = "atr 3B 80 80 01 01\nreset contactless\n";
    assert_eq!(text(Recorder::begin_in_field, false), format!("{in_field}reset\n"));
    let mute = "expect-error mute\n";
    assert_eq!(text(Recorder::begin_in_field, true), format!("{in_field}{mute}reset\n{mute}"));
    assert_eq!(text(Recorder::begin, false), "reset\n");
    assert_eq!(text(Recorder::begin, true), "reset\nexpect-error mute\n".repeat(2));
    assert_eq!(text(|recorder| recorder.insert(None), false), "insert\nreset\n");
    let mute = "insert\nexpect-error mute\nreset\nexpect-error mute\n";
    assert_eq!(text(|recorder| recorder.insert(None), true), mute);
}

#[test]
fn a_command_is_on_the_tape_before_the_card_has_it() {
    struct Dying(Paper);
    impl Layer for Dying {
        fn transmit(&mut self, _: &mut dyn Card, _: &[u8], _: &mut Response) -> Result<(), Fault> {
            assert!(self.0.text().ends_with("\n> 00 B0 00 00    # READ BINARY at 0\n"));
            Err(Fault::Mute)
        }
    }
    let paper = Paper(Arc::default(), usize::MAX);
    let tape = Tape::new(Box::new(paper.clone())).expect("memory");
    let mut recorder = Layered::new(Recorder::new(tape, ""), Layered::new(Dying(paper), Toy::new(&[])));
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
    let text = paper.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(['#', '>'])).collect();
    let warning = format!("# {}", HOLDS_A_CODE);
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
    assert!((LONGEST - 4 * response.len()..=LONGEST).contains(&length), "{length}");
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
