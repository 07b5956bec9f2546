//! What a program made of a fault, as far as that can be told from outside.
//!
//! A program that ends with another code than 0, or says something on standard error that it does not say without the
//! fault, has noticed: it survived. Of one that ends with 0 and says nothing, what it printed and what it left on the
//! cards must be as without the fault; and it must not pass over a command that was refused or not answered.

use super::{
    plan::Trial,
    run::{Exchange, Hang, Memory, Run},
};
use crate::{
    cli::messages::Faults,
    layer::fault::{Effect, Kind},
    profile::said::{Bilingual, Said},
};

/// The runs without a fault.
pub(super) struct Clean {
    pub(super) run: Run,
    out: Lines,
    err: Lines,
}

/// What a program printed, line by line, and which lines are the same in each run.
struct Lines {
    lines: Vec<Vec<u8>>,
    /// By line; `None` if not even their number is.
    stable: Option<Vec<bool>>,
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It ended with another code than 0.
    Refused,
    /// It said something.
    Said,
    /// It asked again, and all is as it should be.
    Overcame,
    /// What was struck made no difference to what it printed and left on the cards.
    Untouched,
    /// The fault found nothing to strike.
    Missed,
    /// A signal or a panic ended it.
    Crash,
    /// It had not ended in time.
    Hang,
    /// It printed other data, as if all were well.
    Misread,
    /// It says that all is well, and it is not.
    Lie,
}

/// A trial and what came of it.
pub(super) struct Judged {
    pub(super) trial: Trial,
    pub(super) outcome: Outcome,
    /// How it ended, in the words of the system.
    pub(super) ending: String,
    /// What differs, for a person who looks into it.
    pub(super) detail: Option<Said>,
}

/// The codes of a program that panicked, in Rust, or that a shell says was ended by a signal of its own making.
const PANICS: [i32; 6] = [101, 128 + 4, 128 + 6, 128 + 7, 128 + 8, 128 + 11];

/// How much of a line is told.
const MOST_TOLD: usize = 120;

impl Clean {
    pub(super) fn of(run: Run, other: &Run) -> Self {
        let (out, err) = (Lines::of(&run.out, &other.out), Lines::of(&run.err, &other.err));
        Self { run, out, err }
    }

    /// That it prints something else each time, so that nobody can tell whether it misreads.
    pub(super) fn unstable(&self) -> Option<()> {
        self.out.stable.is_none().then_some(())
    }
}

impl Lines {
    fn of(one: &[u8], other: &[u8]) -> Self {
        let (lines, others) = (lines(one), lines(other));
        let stable =
            (lines.len() == others.len()).then(|| lines.iter().zip(&others).map(|(one, other)| one == other).collect());
        Self { lines, stable }
    }

    /// The first line that is another one than without a fault; nothing can be told of what differs from run to run.
    fn difference(&self, printed: &[u8]) -> Option<Bilingual> {
        let stable = self.stable.as_ref()?;
        let printed = lines(printed);
        let told = |line: Option<&Vec<u8>>| {
            let text = line.map(|line| String::from_utf8_lossy(line).into_owned()).unwrap_or_default();
            text.chars().take(MOST_TOLD).collect::<String>()
        };
        let differs = |at: &usize| match (self.lines.get(*at), printed.get(*at)) {
            (Some(clean), Some(line)) => stable.get(*at).is_none_or(|stable| *stable) && clean != line,
            _ => true,
        };
        let at = (0..self.lines.len().max(printed.len())).find(differs)?;
        let (number, here) = ((at + 1).to_string(), format!("{:?}", told(printed.get(at))));
        let there = format!("{:?}", told(self.lines.get(at)));
        Some(Faults::OtherLine { number: &number, here: &here, there: &there }.said())
    }
}

fn lines(text: &[u8]) -> Vec<Vec<u8>> {
    text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

impl Outcome {
    /// All, in the order of reports.
    pub(super) const ALL: [Self; 9] = [
        Self::Crash,
        Self::Hang,
        Self::Misread,
        Self::Lie,
        Self::Refused,
        Self::Said,
        Self::Overcame,
        Self::Untouched,
        Self::Missed,
    ];

    /// Whether the program did not survive.
    pub(super) fn is_found(self) -> bool {
        matches!(self, Self::Crash | Self::Hang | Self::Misread | Self::Lie)
    }

    /// Its word in tables and documents.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Said => "said",
            Self::Overcame => "overcame",
            Self::Untouched => "untouched",
            Self::Missed => "missed",
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Misread => "misread",
            Self::Lie => "lie",
        }
    }
}

/// Judges a run with a fault beside that without.
pub(super) fn judge(clean: &Clean, trial: &Trial, run: Run) -> Judged {
    let (outcome, detail) = outcome(clean, trial, &run);
    Judged { trial: trial.clone(), outcome, ending: run.ending.to_string(), detail: detail.map(Said::from) }
}

fn outcome(clean: &Clean, trial: &Trial, run: &Run) -> (Outcome, Option<Bilingual>) {
    match run.hangs {
        Some(Hang::Long) => return (Outcome::Hang, None),
        Some(Hang::AwaitsTerminal) => return (Outcome::Hang, Some(Faults::AwaitsTerminal.said())),
        None => {}
    }
    match run.ending.code() {
        None => return (Outcome::Crash, last_words(&run.err)),
        Some(code) if PANICS.contains(&code) => return (Outcome::Crash, last_words(&run.err)),
        Some(0) => {}
        Some(_) => return (Outcome::Refused, None),
    }
    if clean.err.difference(&run.err).is_some() {
        return (Outcome::Said, None);
    }
    if !run.is_struck {
        return (Outcome::Missed, None);
    }
    if let Some(difference) = clean.out.difference(&run.out) {
        return (Outcome::Misread, Some(difference));
    }
    if let Some(slot) = other_memory(&clean.run.memory, &run.memory) {
        return (Outcome::Lie, Some(Faults::OtherCard { slot: &slot.to_string() }.said()));
    }
    if is_overcome(&clean.run.dialogue, trial, &run.dialogue) {
        return (Outcome::Overcame, None);
    }
    let is_passed_over =
        matches!(trial.kind, Kind::Mute | Kind::Power | Kind::Pull | Kind::Unplug) || is_error(trial.fault.effect);
    match is_passed_over && was_done(&clean.run.dialogue, trial) {
        true => (Outcome::Lie, Some(Faults::PassedOver.said())),
        false => (Outcome::Untouched, None),
    }
}

/// Whether a fault has the card say that it did not do as asked.
fn is_error(effect: Effect) -> bool {
    match effect {
        Effect::Status(status) => !status.is_processed(),
        Effect::WrongLength(_) => true,
        _ => false,
    }
}

/// Whether the command of a trial is done without the fault.
fn was_done(clean: &[Exchange], trial: &Trial) -> bool {
    let answer = clean.get(trial.exchange).and_then(|exchange| exchange.answer.as_deref());
    answer.and_then(<[u8]>::split_last_chunk::<2>).is_some_and(|(_, [sw1, _])| matches!(sw1, 0x61 | 0x90))
}

/// The slot of the first cell that holds something else.
fn other_memory(clean: &Memory, memory: &Memory) -> Option<usize> {
    let cells = clean.keys().chain(memory.keys());
    cells.into_iter().find(|cell| clean.get(cell) != memory.get(cell)).map(|(slot, _)| *slot)
}

/// Whether a program got, behind what was struck, what it would have got: the same answer to such a command, be it in
/// parts.
fn is_overcome(clean: &[Exchange], trial: &Trial, dialogue: &[Exchange]) -> bool {
    let Some(wanted) = clean.get(trial.exchange) else { return false };
    let Some((data, status)) = wanted.answer.as_deref().and_then(<[u8]>::split_last_chunk::<2>) else { return false };
    let behind = dialogue
        .iter()
        .filter(|exchange| exchange.slot == trial.slot && exchange.number >= wanted.number)
        .filter_map(|exchange| Some((exchange, exchange.answer.as_deref()?.split_last_chunk::<2>()?)));
    // Who asks again asks for the same, or from the beginning of what he lost.
    let mut parts: Vec<u8> = Vec::new();
    for (exchange, (part, end)) in behind.skip(1) {
        if part == data && end == status && exchange.command.get(..2) == wanted.command.get(..2) {
            return true;
        }
        parts.extend_from_slice(part);
        if parts == data && !data.is_empty() {
            return true;
        }
        if parts.len() > data.len() {
            parts.clear();
        }
    }
    false
}

/// The last line of standard error.
fn last_words(err: &[u8]) -> Option<Bilingual> {
    let text = String::from_utf8_lossy(err);
    let line = text.lines().find(|line| line.contains("panicked")).or_else(|| text.lines().last())?;
    let line: String = line.chars().take(MOST_TOLD).collect();
    Some(Bilingual::new(line.clone(), line))
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn what_differs_from_run_to_run_is_passed_over() {
        let lines = Lines::of(b"name: A\ntime: 1\n", b"name: A\ntime: 2\n");
        assert!(lines.difference(b"name: A\ntime: 3\n").is_none());
        let difference = lines.difference(b"name: B\ntime: 3\n").expect("another line");
        assert_eq!(difference, "line 1: \"name: B\" in place of \"name: A\"");
        assert!(lines.difference(b"name: A\n").is_some() && lines.difference(b"name: A\ntime: 1\nmore\n").is_some());
        assert_eq!(Lines::of(b"a\n", b"b\nc\n").difference(b"d").map(|told| told.to_string()), None, "nobody knows");
    }
}
