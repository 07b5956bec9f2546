//! A trace played back as a card: it recognises commands and gives the recorded answers.
//!
//! It serves tests of software that have no card file. What the software does otherwise than the trace is a finding,
//! kept in a [`Notes`] that outlives the card.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response, StatusWord, Uid};

use super::{
    file::{Action, Expected, Silence, Step, Trace},
    finding::{Finding, Problem},
    index::{Found, Index, Search},
    pattern::{Atom, Pattern, value_of},
};
use crate::layer::fault as layer;

/// How many findings are kept: software that lost its way sends a lot.
const MOST_FINDINGS: usize = 100;

/// Which of several recorded answers to the same command is given.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Order {
    /// Commands must come in the order of the trace. After one that does not, the next that does is searched further
    /// on.
    #[default]
    AsRecorded,
    /// Commands may come in any order: the answer is the next one in the trace, counted in a circle from the last one
    /// given.
    Lookup,
}

/// Why a slot of a trace cannot be played back as a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotACard {
    /// There is no such slot.
    #[error("the trace has no such slot")]
    NoSlot,
    /// The trace does not say what the card answers to reset.
    #[error("the trace does not say the card's answer to reset: it needs an `atr` line without wildcards")]
    NoAtr,
    /// Its answer to reset is none.
    #[error("the trace's answer to reset is not well formed: {0}")]
    Atr(#[from] virtuale_engine::atr::AtrError),
}

/// What a playback noticed. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    inner: Arc<Mutex<Noted>>,
}

#[derive(Debug, Default)]
struct Noted {
    findings: Vec<Finding>,
    commands: usize,
    left: usize,
}

/// One slot of a trace as a card.
pub struct Playback {
    trace: Arc<Trace>,
    atr: Atr,
    uid: Option<Uid>,
    order: Order,
    /// The slot's commands.
    index: Index,
    /// The place in the index where it goes on.
    next: usize,
    captured: Vec<Option<Vec<u8>>>,
    powered: bool,
    notes: Notes,
}

impl Notes {
    /// What the software did otherwise so far.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.lock().findings.clone()
    }

    /// How many commands came so far.
    #[must_use]
    pub fn commands(&self) -> usize {
        self.lock().commands
    }

    /// How many commands of the trace have not come yet. Always 0 with [`Order::Lookup`].
    #[must_use]
    pub fn left_over(&self) -> usize {
        self.lock().left
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, finding: Finding) {
        let mut noted = self.lock();
        if noted.findings.len() < MOST_FINDINGS {
            noted.findings.push(finding);
        }
    }
}

impl Playback {
    /// A slot of a trace as a card. `atr` is taken if the trace has none.
    ///
    /// # Errors
    ///
    /// [`NotACard`] if there is no such slot, or nobody knows its answer to reset.
    pub fn new(trace: Arc<Trace>, slot: usize, order: Order, atr: Option<Atr>) -> Result<Self, NotACard> {
        let said = trace.slots.get(slot).ok_or(NotACard::NoSlot)?.atr.as_ref();
        let atr = match said.and_then(|pattern| trace.exact(pattern)) {
            Some(bytes) => Atr::parse(bytes)?,
            None => atr.ok_or(NotACard::NoAtr)?,
        };
        let playback = Self {
            atr,
            uid: None,
            order,
            index: Index::of(&trace, slot),
            next: 0,
            captured: vec![None; trace.names.len()],
            powered: false,
            notes: Notes::default(),
            trace,
        };
        playback.count_left();
        Ok(playback)
    }

    /// The same card with what it is called in a field, which no trace says; without it a reader with an antenna knows
    /// no name.
    #[must_use]
    pub fn with_uid(self, uid: Option<Uid>) -> Self {
        Self { uid, ..self }
    }

    /// What it notices; stays when the card is gone.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.notes.clone()
    }

    fn count_left(&self) {
        self.notes.lock().left = match self.order {
            Order::AsRecorded => self.index.count().saturating_sub(self.next),
            Order::Lookup => 0,
        };
    }

    fn step_at(&self, place: usize) -> Option<(usize, &Step)> {
        let index = self.index.step(place)?;
        Some((index, self.trace.steps.get(index)?))
    }

    /// The place where the trace has this command, if any: ahead, or with [`Order::Lookup`] else from the beginning.
    fn place_of(&self, command: &[u8]) -> Found {
        let search = Search { place: self.next, in_a_circle: self.order == Order::Lookup };
        self.index.find(&self.trace, command, &self.captured, search)
    }

    /// Notes that a command is not the one whose turn it was.
    fn note_other(&self, command: &[u8], found: Found) {
        if found == Found::GivenUp {
            self.notes.add(self.trace.finding_at_end(Problem::GivenUp(command.to_vec())));
            return;
        }
        let in_turn = match self.order {
            Order::AsRecorded => self.step_at(self.next),
            Order::Lookup => None,
        };
        let finding = match in_turn {
            _ if found == Found::At(self.next) || (found != Found::Nowhere && self.order == Order::Lookup) => return,
            Some((index, step)) => {
                let Action::Send(pattern) = &step.action else { return };
                let expected = self.trace.cells(pattern, &self.captured);
                self.trace.finding(index, step, command, Problem::OtherCommand { expected, got: command.to_vec() })
            }
            None => self.trace.finding_at_end(Problem::Surplus(command.to_vec())),
        };
        self.notes.add(finding);
    }

    /// Puts the recorded answer of a place into `response`. Holes become zeros, runs become nothing.
    /// The step of a command.
    fn step(&self, place: usize) -> Option<&Step> {
        self.index.step(place).and_then(|index| self.trace.steps.get(index))
    }

    fn give(&mut self, place: usize, response: &mut Response) -> Result<(), Fault> {
        let trace = Arc::clone(&self.trace);
        let step = self.index.step(place).and_then(|index| trace.steps.get(index));
        match step.map(|step| &step.expected) {
            Some(Expected::Response(Pattern::Exact(slice), _)) => response.extend(trace.slice(*slice)),
            Some(Expected::Response(Pattern::Holes(atoms), _)) => self.fill(atoms, response),
            Some(Expected::Silence(Silence::Fault(fault), _)) => return Err(*fault),
            Some(Expected::Silence(Silence::NoCard, _)) => return Err(Fault::Mute),
            Some(Expected::Unsaid) | None => response.finish(StatusWord::NO_DIAGNOSIS),
        }
        Ok(())
    }

    fn fill(&mut self, atoms: &[Atom], response: &mut Response) {
        for atom in atoms {
            match *atom {
                Atom::Byte(byte) => response.push(byte),
                Atom::Any => response.push(0),
                Atom::Run => {}
                Atom::Capture(capture) => {
                    let zeros = vec![0; capture.length];
                    response.extend(&zeros);
                    if let Some(kept) = self.captured.get_mut(capture.name) {
                        *kept = Some(zeros);
                    }
                }
                Atom::Use(used) => match value_of(used, &self.captured) {
                    Some(value) => response.extend(value),
                    None => response.extend(&vec![0; used.length]),
                },
            }
        }
    }
}

impl Trace {
    /// That a program stopped before the last `count` commands of a slot, if it did.
    #[must_use]
    pub fn left_over(&self, slot: usize, count: usize) -> Option<Finding> {
        let is_command = |(_, step): &(usize, &Step)| step.slot == slot && matches!(step.action, Action::Send(_));
        let (index, step) = self.steps.iter().enumerate().rev().filter(is_command).nth(count.checked_sub(1)?)?;
        let Action::Send(pattern) = &step.action else { return None };
        let command = self.exact(pattern).unwrap_or_default();
        Some(self.finding(index, step, command, Problem::LeftOver(count)))
    }
}

impl fmt::Debug for Playback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playback").field("trace", &self.trace.source.name).field("next", &self.next).finish()
    }
}

impl Card for Playback {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn uid(&self) -> Option<Uid> {
        self.uid
    }

    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        self.reset()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.powered = true;
        Ok(())
    }

    fn power_off(&mut self) {
        self.powered = false;
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        match self.powered {
            false => Err(Fault::Unpowered),
            true if self.atr.offers(protocol) => Ok(()),
            true => Err(Fault::ProtocolRefused),
        }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        self.notes.lock().commands += 1;
        let found = self.place_of(command);
        self.note_other(command, found);
        let Found::At(place) = found else {
            response.finish(StatusWord::NO_DIAGNOSIS);
            return Ok(());
        };
        self.next = place + 1;
        self.count_left();
        let given = self.give(place, response);
        // An answer that a fault made late is late again.
        let late = self.step(place).map_or(Duration::ZERO, |step| step.faults.iter().map(layer::Fault::delay).sum());
        if !late.is_zero() {
            thread::sleep(late);
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use virtuale_engine::{Card, Fault, Interface, Response};

    use super::{NotACard, Order, Playback};
    use crate::{
        profile::diagnostic::Source,
        trace::{Finding, Trace, index::MOST_EFFORT},
        work,
    };

    const VISIT: &str = "virtuale-trace 1\natr 3B 80 80 01 01\n\
        > 00 A4 00\n< 61 {le:1} {id:2}\n\
        > 00 B0 00\n< 01 ** 90 00\n\
        > 00 20 .. ..\n< 63 C2\n\
        > 00 A4 01\n< {id} 90 00\n\
        > 00 B0 00\n< 02 90 00\n\
        > 00 FF\nexpect-error mute\n";

    fn play(order: Order) -> Playback {
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text: VISIT.into() })).expect("a trace");
        let mut card = Playback::new(Arc::new(trace), 0, order, None).expect("a card");
        card.power_up(Interface::Contact).expect("power");
        card
    }

    fn ask(card: &mut Playback, command: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut response = Response::new();
        card.transmit(command, &mut response).map(|()| response.as_bytes().to_vec())
    }

    fn summaries(card: &Playback) -> Vec<String> {
        card.notes().findings().iter().map(Finding::summary).collect()
    }

    #[test]
    fn what_was_late_is_late_again() {
        let text = "virtuale-trace 1\natr 3B 80 80 01 01\n> 00 84 00\n# fault late=30ms\n# fault wtx=20ms\n< 90 00\n\
            > 00 A4 00\n# fault sw=6F00\n< 6F 00\n";
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text: text.into() })).expect("a trace");
        let mut card = Playback::new(Arc::new(trace), 0, Order::AsRecorded, None).expect("a card");
        card.power_up(Interface::Contact).expect("power");
        let start = std::time::Instant::now();
        assert_eq!(ask(&mut card, &[0, 0x84, 0]), Ok(vec![0x90, 0]));
        assert!(start.elapsed() >= std::time::Duration::from_millis(50), "{:?}", start.elapsed());
        assert_eq!(ask(&mut card, &[0, 0xA4, 0]), Ok(vec![0x6F, 0]));
    }

    #[test]
    fn in_order_it_answers_as_recorded() {
        let mut card = play(Order::AsRecorded);
        assert_eq!(card.notes().left_over(), 6);
        assert_eq!(ask(&mut card, &[0, 0xA4, 0]), Ok(vec![0x61, 0, 0, 0]));
        assert_eq!(ask(&mut card, &[0, 0xB0, 0]), Ok(vec![1, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0x20, 0x31, 0x32]), Ok(vec![0x63, 0xC2]));
        assert_eq!(ask(&mut card, &[0, 0xA4, 1]), Ok(vec![0, 0, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0xB0, 0]), Ok(vec![2, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0xFF]), Err(Fault::Mute));
        assert_eq!((summaries(&card), card.notes().left_over()), (vec![], 0));
        assert_eq!(ask(&mut card, &[0, 0xA4, 0]), Ok(vec![0x6F, 0]));
        assert_eq!(summaries(&card), ["from here on the trace has no such command as 00 A4 00"]);
        assert_eq!(card.notes().commands(), 7);
    }

    #[test]
    fn what_comes_out_of_turn_is_a_finding_and_it_goes_on_from_there() {
        let mut card = play(Order::AsRecorded);
        assert_eq!(ask(&mut card, &[0, 0xA4, 1]), Ok(vec![0, 0, 0x90, 0]), "what no answer gave is zeros");
        assert_eq!(ask(&mut card, &[0, 0xB0, 0]), Ok(vec![2, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0x70]), Ok(vec![0x6F, 0]));
        assert_eq!(summaries(&card), ["another command came"; 2]);
        let finding = card.notes().findings()[0].to_string();
        assert!(finding.contains("expected 00 A4 00\n       got      00 A4 01"), "{finding}");
        let left = card.trace.left_over(0, card.notes().left_over()).expect("one is left");
        assert_eq!(left.summary(), "from here on, 1 command of the trace never came");
    }

    #[test]
    fn by_lookup_it_answers_from_where_it_is() {
        let mut card = play(Order::Lookup);
        assert_eq!(ask(&mut card, &[0, 0xA4, 1]), Ok(vec![0, 0, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0xB0, 0]), Ok(vec![2, 0x90, 0]));
        assert_eq!(ask(&mut card, &[0, 0xB0, 0]), Ok(vec![1, 0x90, 0]), "round the circle");
        assert_eq!((summaries(&card), card.notes().left_over()), (vec![], 0));
        assert_eq!(ask(&mut card, &[0, 0x70]), Ok(vec![0x6F, 0]));
        assert_eq!(summaries(&card).len(), 1);
    }

    fn play_text(text: String, order: Order) -> Playback {
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace");
        let mut card = Playback::new(Arc::new(trace), 0, order, None).expect("a card");
        card.power_up(Interface::Contact).expect("power");
        card
    }

    #[test]
    fn the_search_for_a_command_is_given_up_in_time() {
        // Many patterns that a long command almost fits, everywhere.
        let pattern = |zeros: usize| format!("> ** {} 01 **\n< 90 00\n", "00 ".repeat(zeros));
        let text = format!("virtuale-trace 1\natr 3B 80 80 01 01\n{}", (20..220).map(pattern).collect::<String>());
        let long = vec![0; 60_000];
        for order in [Order::AsRecorded, Order::Lookup] {
            let mut card = play_text(text.clone(), order);
            let steps = work::of(|| assert_eq!(ask(&mut card, &long), Ok(vec![0x6F, 0])));
            assert!(steps < 2 * MOST_EFFORT.0, "{steps}");
            assert_eq!(
                summaries(&card),
                ["the trace has too many wildcards to look for 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"]
            );
        }
    }

    #[test]
    fn a_dialogue_in_turn_takes_steps_by_its_length_only() {
        // Names that are captured anew all the time, and commands that all others almost fit.
        let play = |size: usize| {
            let exchange = |at: usize| {
                format!("> 00 {:02X} {:02X} .. {{n0}}\n< 61 {{n{}:1}}\n", at >> 8 & 0xFF, at & 0xFF, at + 1)
            };
            let text: String = (0..size).map(exchange).collect();
            let mut card =
                play_text(format!("virtuale-trace 1\natr 3B 80 80 01 01\n> 00\n< {{n0:1}}\n{text}"), Order::AsRecorded);
            let steps = work::of(|| {
                ask(&mut card, &[0]).expect("an answer");
                for at in 0..size {
                    let [.., high, low] = at.to_be_bytes();
                    assert_eq!(ask(&mut card, &[0, high, low, 7, 0]).as_deref(), Ok(&[0x61, 0][..]));
                }
            });
            work::step(steps);
            assert_eq!(summaries(&card), Vec::<String>::new());
        };
        work::assert_linear(500, play);
    }

    #[test]
    fn any_number_of_commands_that_are_alike_is_looked_through_at_once() {
        let long = vec![0; 60_000];
        let almost = format!("> ** {} 01 **\n< 90 00\n", "00 ".repeat(60));
        let code = "> 00 20 00 81 04 .. .. .. 00\n< 90 00\n";
        for order in [Order::AsRecorded, Order::Lookup] {
            work::assert_linear(100, |size| {
                let text = format!("virtuale-trace 1\natr 3B 80 80 01 01\n{}", (almost.clone() + code).repeat(size));
                let mut card = play_text(text, order);
                let steps = work::of(|| {
                    assert_eq!(ask(&mut card, &long), Ok(vec![0x6F, 0]));
                    for at in 0..100 {
                        ask(&mut card, &[0, 0x20, 0, 0x81, 4, 1, 2, 3, at]).expect("an answer");
                    }
                });
                assert!(steps < 400_000, "{size}: {steps}");
            });
        }
    }

    #[test]
    fn of_many_commands_only_those_are_compared_that_begin_like_the_one_that_came() {
        let exchange = |at: usize| format!("> 00 D6 {:02X} {:02X} 01 ..\n< 90 00\n", at >> 8, at & 0xFF);
        let text: String = (0..10_000).map(exchange).collect();
        let mut card =
            play_text(format!("virtuale-trace 1\natr 3B 80 80 01 01\n{text}> 00 ** 07\n< 91 00\n"), Order::Lookup);
        let steps = work::of(|| {
            for at in (0..10_000_usize).rev().step_by(100) {
                let [.., high, low] = at.to_be_bytes();
                assert_eq!(ask(&mut card, &[0, 0xD6, high, low, 1, 9]), Ok(vec![0x90, 0]));
            }
            assert_eq!(ask(&mut card, &[0, 0xD6, 0, 0, 2, 7]), Ok(vec![0x91, 0]));
        });
        assert!(steps < 5_000, "{steps}");
    }

    /// Whether a command is that of a line, by trying every length of every run.
    fn is_like(line: &[&str], command: &[u8]) -> bool {
        match line.split_first() {
            None => command.is_empty(),
            Some((&"**", rest)) => (0..=command.len()).any(|taken| is_like(rest, &command[taken..])),
            Some((word, rest)) => command.split_first().is_some_and(|(byte, others)| {
                (*word == ".." || *word == format!("{byte:02X}")) && is_like(rest, others)
            }),
        }
    }

    proptest! {
        #[test]
        fn commands_are_found_where_trying_all_finds_them(
            lines in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![Just("00"), Just("01"), Just(".."), Just("**")], 1..5), 1..12,
            ),
            commands in proptest::collection::vec(proptest::collection::vec(0_u8..2, 1..5), 1..8),
            in_order: bool,
        ) {
            let order = if in_order { Order::AsRecorded } else { Order::Lookup };
            let exchange = |(at, line): (usize, &Vec<&str>)| format!("> {}\n< {at:02X} 90 00\n", line.join(" "));
            let text: String = lines.iter().enumerate().map(exchange).collect();
            let mut card = play_text(format!("virtuale-trace 1\natr 3B 80 80 01 01\n{text}"), order);
            let mut next = 0;
            for command in &commands {
                let circle = if in_order { 0 } else { next };
                let place = (next..lines.len()).chain(0..circle).find(|&place| is_like(&lines[place], command));
                let right = place.map_or(vec![0x6F, 0], |place| vec![u8::try_from(place).expect("few"), 0x90, 0]);
                prop_assert_eq!(ask(&mut card, command), Ok(right));
                next = place.map_or(next, |place| place + 1);
            }
        }
    }

    #[test]
    fn a_card_needs_an_answer_to_reset() {
        let parse = |text: &str| Trace::parse(Arc::new(Source { name: "t".into(), text: text.into() }));
        let trace = Arc::new(parse("virtuale-trace 1\natr 3B ..\n").expect("a trace"));
        let refused = |slot| Playback::new(Arc::clone(&trace), slot, Order::Lookup, None).map(|_| ());
        assert_eq!(refused(0), Err(NotACard::NoAtr));
        assert_eq!(refused(1), Err(NotACard::NoSlot));
    }
}
