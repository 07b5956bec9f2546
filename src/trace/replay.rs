//! Plays the terminal's part of a trace against cards, and says what they did otherwise.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use virtuale_engine::{Card, Fault as Why, Interface, Response};

use super::{
    chance::{Chance, Draws},
    file::{Action, Expected, Silence, Step, Trace, TraceSlot},
    finding::{Finding, Got, Problem, Wish},
    pattern::{Atom, Pattern, matches, value_of},
};
use crate::layer::{
    Layered,
    fault::{Effect, Fault, Faults, NotArmed, Spoiled},
};

/// What a replay found.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// How many commands were sent.
    pub commands: usize,
    /// Of how many answers only the length and the status word were compared, since chance has a part in them.
    pub drawn: usize,
    /// The faults that struck again, in the order of the trace.
    pub faults: Vec<Repeated>,
    /// What came out otherwise, in the order of the trace.
    pub findings: Vec<Finding>,
}

/// A fault of a trace that struck again. `Display` says where and which: `12: repeated sw=6F00`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Repeated {
    /// The line of what it struck, from 1.
    pub line: usize,
    /// What it did.
    pub fault: Fault,
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: repeated {}", self.line, self.fault)
    }
}

/// What is said of a command that another card refuses with good reason.
const COMPUTED: &str = "computed from what the recorded card drew: a card that draws other numbers refuses it";

/// What comes into a slot: a card or nothing.
pub type Inserted<'c> = Option<Box<dyn Card + 'c>>;

/// A card that a trace asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Index of the slot.
    pub index: usize,
    /// What the trace says about the slot.
    pub slot: &'a TraceSlot,
    /// The card file, as written, if the trace names one.
    pub card: Option<&'a str>,
    /// The faults that may strike it. Who makes a card hands them on to what it is made of, so that they strike its
    /// commits as well; any other card gets them around it.
    pub faults: &'a Faults,
}

/// Replays a trace. `load` hands over the cards: at the beginning one for each slot, or `None` for a slot that begins
/// empty; later one for each `insert FILE`. A card is powered when it comes into its slot, over contacts unless the
/// trace goes on with a power-up by the antenna. `chance` says whether the cards draw what the recorded ones drew.
///
/// # Errors
///
/// The first error of `load`. What a card does is never an error but a finding.
pub fn replay<'c, E>(
    trace: &Trace,
    chance: Chance,
    mut load: impl FnMut(Wanted<'_>) -> Result<Inserted<'c>, E>,
) -> Result<Replayed, E> {
    let mut replay = Replay {
        trace,
        seats: Vec::with_capacity(trace.slots.len()),
        captured: vec![None; trace.names.len()],
        draws: (chance == Chance::Another).then(|| vec![Draws::default(); trace.slots.len()]),
        response: Response::new(),
        command: Vec::new(),
        struck: Struck::default(),
        outcome: Replayed::default(),
    };
    for (index, slot) in trace.slots.iter().enumerate() {
        let faults = Faults::default();
        let card = load(Wanted { index, slot, card: slot.card.as_deref(), faults: &faults })?;
        let card = card.map(|card| replay.spoiled(index, card, faults, &slot.faults));
        replay.seats.push(Seat { card, away: None, is_unknown: false });
        // A card in a field has another answer to reset, which it gives when the trace powers it up there.
        if trace.comes_into_field(index, 0) {
            replay.seats[index].is_unknown = !replay.is_meant(index);
        } else {
            replay.check_atr(index);
            // A mute card is found out by its first command.
            let _ = replay.power(index);
        }
        replay.tell_struck(slot.card_span.start);
    }
    for (index, step) in trace.steps.iter().enumerate() {
        if let Action::Insert(Some(path)) = &step.action {
            let slot = &trace.slots[step.slot];
            let faults = Faults::default();
            let card = load(Wanted { index: step.slot, slot, card: Some(path), faults: &faults })?;
            // What was armed at the slot is for whatever card is in it.
            let earlier = replay.seats[step.slot].card.as_ref().or(replay.seats[step.slot].away.as_ref());
            earlier.iter().for_each(|earlier| faults.take_over(&earlier.faults));
            // In a slot that begins empty it waits for the first card.
            let armed = if earlier.is_none() { slot.faults.as_slice() } else { &[] };
            replay.seats[step.slot].away = card.map(|card| replay.spoiled(step.slot, card, faults, armed));
        }
        replay.step_with_faults(index, step);
    }
    replay.number_lines();
    replay.outcome.findings.extend(trace.without_command());
    Ok(replay.outcome)
}

/// A slot during a replay.
struct Seat<'c> {
    card: Option<Seated<'c>>,
    /// The card that `insert` puts into the slot.
    away: Option<Seated<'c>>,
    /// Whether nobody knows yet that it is the card that the trace means.
    is_unknown: bool,
}

/// A card, and the faults that may strike it.
struct Seated<'c> {
    card: Box<dyn Card + 'c>,
    faults: Faults,
}

/// The faults that struck since somebody looked.
type Struck = Arc<Mutex<Vec<Fault>>>;

struct Replay<'a, 'c> {
    trace: &'a Trace,
    seats: Vec<Seat<'c>>,
    captured: Vec<Option<Vec<u8>>>,
    /// In which answers of each slot chance has a part; none if the cards draw as the recorded ones did.
    draws: Option<Vec<Draws>>,
    response: Response,
    /// A command whose names have been replaced; reused.
    command: Vec<u8>,
    struck: Struck,
    outcome: Replayed,
}

impl<'c> Replay<'_, 'c> {
    /// A card that the trace asks for, with what strikes it.
    fn spoiled(&self, slot: usize, card: Box<dyn Card + 'c>, faults: Faults, armed: &[Fault]) -> Seated<'c> {
        if !self.trace.has_faults(slot) {
            return Seated { card, faults };
        }
        let struck = Arc::clone(&self.struck);
        faults.witnessed_by(Some(Arc::new(move |strike| lock(&struck).push(strike.fault.clone()))));
        for fault in armed {
            // Their number, and their files, were looked at before.
            let _ = faults.arm(fault.clone());
        }
        let card = match faults.is_worn() {
            true => card,
            false => Box::new(Layered::new(Spoiled::new(faults.clone()), card)),
        };
        Seated { card, faults }
    }

    /// Notes the faults that struck, with the place of what they struck.
    fn tell_struck(&mut self, at: usize) {
        let struck = std::mem::take(&mut *lock(&self.struck));
        self.outcome.faults.extend(struck.into_iter().map(|fault| Repeated { line: at, fault }));
    }

    /// Makes lines of the places of faults that struck, which stand in the order of the text.
    fn number_lines(&mut self) {
        let text = self.trace.source.text.as_bytes();
        let (mut line, mut counted) = (1, 0);
        for repeated in &mut self.outcome.faults {
            let behind = text.get(counted..repeated.line).unwrap_or_default();
            line += behind.iter().filter(|&&byte| byte == b'\n').count();
            counted = counted.max(repeated.line);
            repeated.line = line;
        }
    }

    /// A step with the faults that strike it.
    fn step_with_faults(&mut self, index: usize, step: &Step) {
        if step.faults.is_empty() {
            self.step(index, step);
            self.tell_struck(step.span.start);
            return;
        }
        let seat = self.seats.get(match step.action {
            Action::InsertFrom(from) => from,
            _ => step.slot,
        });
        let seated =
            seat.and_then(|seat| if step.action.is_coming() { seat.away.as_ref() } else { seat.card.as_ref() });
        let faults = seated.map(|seated| seated.faults.clone());
        // No command comes of a pad that is cancelled.
        for fault in step.faults.iter().filter(|fault| fault.effect != Effect::Cancel) {
            let armed = faults.as_ref().map(|faults| match fault.is_of_any_time() {
                true => faults.arm_here(fault.clone()),
                false => faults.arm(fault.clone()),
            });
            if let Some(Err(NotArmed::NoFile { .. } | NotArmed::TooMany)) | None = armed {
                self.find(index, step, Problem::NotStruck(fault.to_string()));
            }
        }
        self.step(index, step);
        self.tell_struck(step.span.start);
        for missed in faults.iter().flat_map(Faults::end_here) {
            self.find(index, step, Problem::NotStruck(missed.to_string()));
        }
    }

    fn step(&mut self, index: usize, step: &Step) {
        match &step.action {
            Action::Send(pattern) => self.send(index, step, pattern),
            action => {
                let result = self.act(index, step.slot, action);
                self.judge(index, step, result.map_or_else(Got::Silence, |()| Got::Done));
            }
        }
    }

    fn send(&mut self, index: usize, step: &Step, pattern: &Pattern) {
        let trace = self.trace;
        let command = match pattern {
            Pattern::Exact(slice) => trace.slice(*slice),
            Pattern::Holes(atoms) => {
                if let Err(problem) = self.fill_in(atoms) {
                    self.find(index, step, problem);
                    return;
                }
                self.command.as_slice()
            }
        };
        self.outcome.commands += 1;
        self.response.clear();
        let sent = match self.seats.get_mut(step.slot).and_then(|seat| seat.card.as_mut()) {
            Some(seated) => seated.card.transmit(command, &mut self.response).map_err(Silence::Fault),
            None => Err(Silence::NoCard),
        };
        let draws = self.draws.as_mut().and_then(|draws| draws.get_mut(step.slot));
        let drawn = draws.is_some_and(|draws| draws.command(command, &self.response));
        let fits = match (&step.expected, &sent) {
            (Expected::Response(Pattern::Exact(slice), _), Ok(())) if drawn && !self.response.data().is_empty() => {
                self.outcome.drawn += 1;
                are_alike(trace.slice(*slice), self.response.as_bytes())
            }
            (Expected::Response(Pattern::Exact(slice), _), Ok(())) => trace.slice(*slice) == self.response.as_bytes(),
            (Expected::Response(Pattern::Holes(atoms), _), Ok(())) => {
                matches(atoms, self.response.as_bytes(), &mut self.captured)
            }
            _ => false,
        };
        if !fits {
            let got = sent.map_or_else(Got::Silence, |()| Got::from(&self.response));
            self.judge(index, step, got);
        }
    }

    /// Makes `self.command` of atoms, if every byte of it is known.
    fn fill_in(&mut self, atoms: &[Atom]) -> Result<(), Problem> {
        self.command.clear();
        for atom in atoms {
            match *atom {
                Atom::Byte(byte) => self.command.push(byte),
                Atom::Use(used) => match value_of(used, &self.captured) {
                    Some(value) => self.command.extend_from_slice(value),
                    None => return Err(Problem::NotCaptured(self.trace.capture_name(used.name).to_owned())),
                },
                Atom::Any | Atom::Run | Atom::Capture(_) => return Err(Problem::Unsendable),
            }
        }
        Ok(())
    }

    fn act(&mut self, index: usize, slot: usize, action: &Action) -> Result<(), Silence> {
        match action {
            Action::Insert(_) => return self.insert(index, slot, slot),
            Action::InsertFrom(from) => return self.insert(index, slot, *from),
            _ => {}
        }
        if let Action::PowerUpContactless = action {
            return self.enter_field(slot);
        }
        let seat = self.seats.get_mut(slot).ok_or(Silence::NoCard)?;
        let card = &mut seat.card.as_mut().ok_or(Silence::NoCard)?.card;
        match action {
            Action::Reset(kind) => kind.apply(&mut **card, Interface::Contact).map_err(Silence::Fault),
            Action::Protocol(protocol) => card.select_protocol(*protocol).map_err(Silence::Fault),
            Action::PowerOff => {
                card.power_off();
                Ok(())
            }
            Action::Remove => {
                card.power_off();
                seat.away = seat.card.take();
                Ok(())
            }
            Action::Send(_) | Action::Insert(_) | Action::InsertFrom(_) | Action::PowerUpContactless => Ok(()),
        }
    }

    /// Gives a card its power by the antenna.
    fn enter_field(&mut self, slot: usize) -> Result<(), Silence> {
        let seat = self.seats.get_mut(slot).ok_or(Silence::NoCard)?;
        let seated = seat.card.as_mut().ok_or(Silence::NoCard)?;
        let powered = seated.card.power_up(Interface::Contactless).map_err(Silence::Fault);
        if std::mem::take(&mut seat.is_unknown) {
            self.check_atr(slot);
        }
        powered
    }

    /// Brings the card that was taken out of `from` into the slot of the step with this index. In a field it gets its
    /// power by the next step, unless something is expected of its coming.
    fn insert(&mut self, index: usize, slot: usize, from: usize) -> Result<(), Silence> {
        let is_unsaid = self.trace.steps.get(index).is_some_and(|step| matches!(step.expected, Expected::Unsaid));
        let coming = self.seats.get_mut(from).and_then(|seat| seat.away.take()).ok_or(Silence::NoCard)?;
        let seat = self.seats.get_mut(slot).ok_or(Silence::NoCard)?;
        seat.card = Some(coming);
        // The card that was here before cannot come back any more.
        seat.away = None;
        if is_unsaid && self.trace.comes_into_field(slot, index + 1) {
            return Ok(());
        }
        self.power(slot).map_err(Silence::Fault)
    }

    fn power(&mut self, slot: usize) -> Result<(), Why> {
        match self.seats.get_mut(slot).and_then(|seat| seat.card.as_mut()) {
            Some(seated) => seated.card.power_up(Interface::Contact),
            None => Ok(()),
        }
    }

    /// Finds it if the card that came into a slot at the beginning is not the one that the trace means.
    fn check_atr(&mut self, slot: usize) {
        if let Some((expected, card)) = self.known(slot)
            && !self.is_meant(slot)
        {
            let finding = self.trace.atr_finding(slot, expected, card.atr());
            self.outcome.findings.push(finding);
        }
    }

    /// Whether the card in a slot answers to reset as the trace says, if that says it.
    fn is_meant(&self, slot: usize) -> bool {
        self.known(slot).is_none_or(|(expected, card)| match expected {
            Pattern::Exact(slice) => self.trace.slice(*slice) == card.atr().as_bytes(),
            Pattern::Holes(atoms) => matches(atoms, card.atr().as_bytes(), &mut []),
        })
    }

    /// What the trace says of the answer to reset of the card in a slot, and the card.
    fn known(&self, slot: usize) -> Option<(&Pattern, &dyn Card)> {
        let expected = self.trace.slots.get(slot)?.atr.as_ref()?;
        Some((expected, &*self.seats.get(slot)?.card.as_ref()?.card))
    }

    fn judge(&mut self, index: usize, step: &Step, got: Got) {
        let wish = match &step.expected {
            Expected::Response(pattern, _) => Wish::Response(self.trace.cells(pattern, &self.captured)),
            Expected::Silence(silence, _) => Wish::Silence(*silence),
            Expected::Unsaid if matches!(step.action, Action::Send(_)) => {
                self.find(index, step, Problem::Unchecked(got));
                return;
            }
            Expected::Unsaid => Wish::Done,
        };
        let fits = match (&wish, &got) {
            (Wish::Silence(wanted), Got::Silence(silence)) if wanted == silence => true,
            (Wish::Silence(Silence::NoCard), _) => self.trace.is_pulled_after(index),
            (Wish::Done, Got::Done) => true,
            _ => false,
        };
        if !fits {
            self.find(index, step, Problem::Otherwise { expected: wish, got });
        }
    }

    fn find(&mut self, index: usize, step: &Step, problem: Problem) {
        let command = match &step.action {
            Action::Send(Pattern::Exact(slice)) => self.trace.slice(*slice),
            Action::Send(Pattern::Holes(_)) => self.command.as_slice(),
            _ => &[],
        };
        let hangs_on_chance = self
            .draws
            .as_ref()
            .and_then(|draws| draws.get(step.slot))
            .is_some_and(|draws| draws.hangs_on_them(command));
        let mut finding = self.trace.finding(index, step, command, problem);
        finding.note = hangs_on_chance.then_some(COMPUTED);
        self.outcome.findings.push(finding);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether two answers have the same length and status word.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.last_chunk::<2>() == other.last_chunk::<2>()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use super::{Chance, Inserted, Replayed, Wanted, replay};
    use crate::{
        profile::diagnostic::Source,
        trace::{Trace, toy::Toy},
    };

    fn load(_: Wanted<'_>) -> Result<Inserted<'static>, Infallible> {
        let table: [(&[u8], &[u8]); 3] = [
            (&[0, 0xA4, 4, 0], &[0x61, 0x03]),
            (&[0, 0xC0, 0, 0, 3], &[1, 2, 3, 0x90, 0]),
            (&[0, 0xB0, 0, 0], &[7; 40]),
        ];
        Ok(Some(Box::new(Toy::new(&table))))
    }

    fn run(body: &str) -> Replayed {
        let text = format!("virtuale-trace 1\n{body}");
        let trace = Trace::parse(Arc::new(Source { name: "t.apdu".into(), text })).expect(body);
        let Ok(outcome) = replay(&trace, Chance::Recorded, load);
        outcome
    }

    /// The findings of a trace, as they are shown.
    fn shown(body: &str) -> Vec<String> {
        run(body).findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_trace_that_fits_finds_nothing() {
        let outcome = run("> 00 A4 04 00\n< 61 {le:1}\n> 00 C0 00 00 {le}\n< 01 .. ** 90 00\n");
        assert_eq!((outcome.commands, outcome.findings.len()), (2, 0));
    }

    #[test]
    fn faults_strike_where_they_stand() {
        let exchange = "> FF 00 00 00\n< 01 90 00\n";
        let outcome = run(&format!(
            "{exchange}> FF 00 00 00\n# fault mute\nexpect-error mute\n> FF 00 00 00\n# fault sw=6F00\n< 6F 00\n\
             # fault in words\n> FF 00 00 00\n< 01 90 00\nreset\n# fault mute\nexpect-error mute\n"
        ));
        let told: Vec<String> = outcome.faults.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["4: repeated mute", "7: repeated sw=6F00", "13: repeated mute"]);
        assert_eq!(outcome.findings.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_fault_that_says_when_is_armed_where_it_stands() {
        let armed = "# fault mute n=2 answer=9000\n> FF 00 00 00\n< 01 90 00\n> FF 00 00 00\nexpect-error mute\n";
        let outcome = run(armed);
        assert_eq!((outcome.faults.len(), outcome.findings.len()), (1, 0));
        let found = shown("> FF 00 00 00\n# fault cut=9\n< 01 90 00\n");
        assert!(found[0].contains("t.apdu:2:3: the fault `cut=9` found nothing to strike here"), "{found:?}");
        for (line, said) in [
            ("# fault mutte\n", "not a fault: \"mutte\" is no word of faults; did you mean \"mute\"?"),
            ("# fault n=3\n", "not a fault: no word says which fault"),
            ("# fault late in the evening\n", "not a fault: \"in\" is no value of \"late\""),
        ] {
            let text = format!("virtuale-trace 1\n{line}");
            let mistakes = Trace::parse(Arc::new(Source { name: "t.apdu".into(), text })).expect_err(line).to_string();
            assert!(mistakes.contains(said), "{mistakes}");
        }
    }

    #[test]
    fn what_happens_to_a_card_happens() {
        let body = "> FF 00 00 00\n< 01 90 00\nreset warm\n> FF000000\n< 02 9000\nprotocol T=1\n\
                    power-off\n> FF 00 00 00\nexpect-error unpowered\nremove\n> 00\nexpect-error no-card\n\
                    reset\nexpect-error no-card\ninsert\n> FF 00 00 00\n< 03 90 00\n\
                    insert other.toml\n> FF 00 00 00\n< 01 90 00\n";
        assert_eq!(shown(body), Vec::<String>::new());
    }

    #[test]
    fn a_card_that_moves_is_the_same_card() {
        let moved = "slot a\n> FF 00 00 00\n< 01 90 00\nslot b\nremove\nslot a\nremove\nslot b\ninsert-from a\n\
                     > FF 00 00 00\n< 02 90 00\nslot a\n> FF 00 00 00\nexpect-error no-card\ninsert\n\
                     expect-error no-card\ninsert-from b\nexpect-error no-card\nslot b\nremove\nslot a\n\
                     insert-from b\nreset contactless\n> FF 00 00 00\n< 03 90 00\n";
        let trace = |body: &str| {
            let text = format!("virtuale-trace 1\n{body}");
            Trace::parse(Arc::new(Source { name: "t.apdu".into(), text }))
        };
        assert_eq!(shown(moved), Vec::<String>::new());
        let owners = trace(moved).expect("a trace").owners();
        assert_eq!(owners, [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], "whose card is in the slot of each step");
        for wrong in ["slot a\ninsert-from a\n", "slot a\ninsert-from b\n", "insert-from\n", "slot a\ninsert-from\n"] {
            let mistakes = trace(wrong).expect_err(wrong).to_string();
            assert!(mistakes.contains("no other slot of this name stands above"), "{mistakes}");
        }
    }

    #[test]
    fn what_came_of_a_command_in_which_the_card_was_pulled_is_not_asked() {
        let pulled = "> FF 00 00 00\nexpect-error no-card\nremove\n> FF 00 00 00\nexpect-error no-card\ninsert\n\
                      reset warm\nexpect-error no-card\nremove\ninsert\nexpect-error no-card\nremove\ninsert\n\
                      > FF 00 00 00\n< 05 90 00\n";
        assert_eq!(shown(pulled), Vec::<String>::new(), "the card itself did as it was told");
        let between =
            "slot a\n> FF 00 00 00\nslot b\n> FF 00 00 00\n< 01 90 00\nslot a\nexpect-error no-card\nremove\n";
        assert_eq!(shown(between), Vec::<String>::new(), "others may speak in between");
        let stays = run("slot a\n> FF 00 00 00\nexpect-error no-card\nslot b\nremove\nslot a\nreset\nremove\n");
        let summaries: Vec<String> = stays.findings.iter().map(super::Finding::summary).collect();
        assert_eq!(summaries, ["expected there is no card in the slot, got 1 data bytes and 9000 done"]);
    }

    #[test]
    fn a_difference_is_shown_byte_by_byte() {
        let body = "# the story\nreset\n> 00 A4 04 00\n< 61 03\n> 00 C0 00 00 03\n< 01 05 .. 90 01   # wrong\n";
        let expected = "\
t.apdu:7:3: the answer differs from byte 2 on: expected 9001 not defined by ISO 7816-4, got 9000 done
      3 | reset
      4 | > 00 A4 04 00
      5 | < 61 03
      6 | > 00 C0 00 00 03
        = GET RESPONSE
  0000 expected 01 05 .. 90 01
       got      01 02 03 90 00
                   ^^       ^^
";
        assert_eq!(shown(body), [expected]);
    }

    #[test]
    fn an_answer_of_another_length_shows_its_end() {
        let [text] = shown("> 00 B0 00 00\n< 07 07 ** 07 08\n").try_into().expect("one finding");
        assert!(
            text.contains("\n  0020 expected ** ** ** ** ** ** 07 08\n       got      07 07 07 07 07 07 07 07\n"),
            "{text}"
        );
        let [text] = shown("> 00 A4 04 00\n< 61 03 90 00\n").try_into().expect("one finding");
        assert!(
            text.contains("  0000 expected 61 03 90 00\n       got      61 03\n                      ^^ ^^\n"),
            "{text}"
        );
    }

    #[test]
    fn what_cannot_be_checked_or_sent_is_a_finding() {
        let summaries = |body| run(body).findings.iter().map(super::Finding::summary).collect::<Vec<_>>();
        assert_eq!(summaries("> 00 A4 04 00\n"), ["nothing is expected here; got 0 data bytes and 6103 3 bytes wait"]);
        assert_eq!(
            summaries("> 00 A4 04 ..\n< 90 00\n"),
            ["the command has wildcards: it can be recognised, not sent"]
        );
        assert_eq!(
            summaries("> 01\n< 9000 {x:1}\n> 00 {x}\n< 90 00\n")[1],
            "the command needs {x}, which no answer has given"
        );
        assert_eq!(
            summaries("> 00 A4 04 00\nexpect-error mute\n"),
            ["expected the card is mute, got 0 data bytes and 6103 3 bytes wait"]
        );
        assert_eq!(summaries("atr 3B .. 80 01 02\n")[0], "the card has another answer to reset");
        assert_eq!(summaries("insert\n")[0], "expected no error, got there is no card in the slot");
    }

    #[test]
    fn a_trace_without_a_command_proves_nothing() {
        let lines = "      1 | virtuale-trace 1\n      2 | atr 3B ** # the card\n      3 | reset\n";
        let finding = format!("t.apdu:3:6: the trace has no command to check\n{lines}");
        assert_eq!(shown("atr 3B ** # the card\nreset\n\n"), [finding]);
        assert_eq!(shown("").len(), 1);
        assert_eq!(shown("remove\nreset\nexpect-error no-card\n"), [""; 0]);
    }
}
