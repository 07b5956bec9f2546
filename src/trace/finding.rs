//! What a replay thinks of a card: where it did otherwise, byte by byte.

use std::{fmt, ops::Range, sync::Arc};

use virtuale_engine::{Atr, Response, StatusWord};

use super::{
    file::{Action, Expected, Silence, Step, Trace},
    names::{command_name, hex, status_name},
    pattern::{Atom, Captured, Pattern, value_of},
    suite::counted,
};
use crate::{
    profile::diagnostic::{Diagnostic, Source},
    shown,
};

/// Bytes in a row of a comparison.
const ROW: usize = 16;

/// How many rows that differ are shown.
const MOST_ROWS: usize = 4;

/// How many lines of the trace above the finding are shown.
const CONTEXT: usize = 4;

/// How many bytes of a command stand in a summary.
const MOST_SHOWN: usize = 16;

/// How much of a line of the trace is shown.
const LINE_WIDTH: usize = 100;

/// One thing that came out otherwise than the trace says.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The trace.
    pub source: Arc<Source>,
    /// Which step of it: an index in [`Trace::steps`]; `None` if it is about a slot's first card.
    pub step: Option<usize>,
    /// Where the expectation stands in the text; the step itself where nothing is expected.
    pub span: Range<usize>,
    /// What was asked, in words.
    pub asked: String,
    /// The command that was sent, if it is about one.
    pub(super) command: Vec<u8>,
    /// What is otherwise.
    pub problem: Problem,
    /// Which element of the card it is about and where that is known from, when a layout knows.
    pub element: Option<String>,
    /// Why it is no wonder, if it is none.
    pub note: Option<&'static str>,
}

/// What came out otherwise.
#[derive(Clone, Debug)]
pub enum Problem {
    /// Another outcome than the expected one.
    Otherwise {
        /// What the trace says.
        expected: Wish,
        /// What came.
        got: Got,
    },
    /// The trace does not say what must come.
    Unchecked(Got),
    /// The command has wildcards, so it cannot be sent.
    Unsendable,
    /// The command needs bytes that no answer gave.
    NotCaptured(String),
    /// The card has another answer to reset.
    Atr {
        /// What the trace says.
        expected: Vec<Cell>,
        /// The card's.
        got: Vec<u8>,
    },
    /// A program sent something else than the trace has there.
    OtherCommand {
        /// What the trace has.
        expected: Vec<Cell>,
        /// What was sent.
        got: Vec<u8>,
    },
    /// A program sent a command that the trace does not have any more.
    Surplus(Vec<u8>),
    /// A program sent a command, and the trace has so many with wildcards that looking for it was given up.
    GivenUp(Vec<u8>),
    /// A program stopped before the end of the trace, with so many commands left.
    LeftOver(usize),
    /// A fault of the trace did not strike: there was nothing for it to strike.
    NotStruck(String),
    /// The trace has no command and no expected error, so that nothing comes out otherwise.
    NoCommand,
}

/// An outcome that a trace asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wish {
    /// An answer.
    Response(Vec<Cell>),
    /// Silence.
    Silence(Silence),
    /// That it is done: for what has no answer, such as a reset.
    Done,
}

/// An outcome.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Got {
    /// An answer.
    Response(Vec<u8>),
    /// Silence.
    Silence(Silence),
    /// It was done.
    Done,
}

/// One place of an expected answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cell {
    /// This byte.
    Byte(u8),
    /// Any byte.
    Any,
    /// Any number of bytes.
    Run,
    /// A byte that an earlier answer should have given but did not.
    Missing,
}

impl Trace {
    /// A pattern as cells, with names replaced by what was captured.
    pub(super) fn cells(&self, pattern: &Pattern, captured: &Captured) -> Vec<Cell> {
        let atoms = match pattern {
            Pattern::Exact(slice) => return self.slice(*slice).iter().map(|&byte| Cell::Byte(byte)).collect(),
            Pattern::Holes(atoms) => atoms,
        };
        let mut cells = Vec::new();
        for atom in atoms {
            match *atom {
                Atom::Byte(byte) => cells.push(Cell::Byte(byte)),
                Atom::Any => cells.push(Cell::Any),
                Atom::Run => cells.push(Cell::Run),
                // No answer is longer, so neither is what is shown.
                Atom::Capture(capture) => cells.extend((0..capture.length).map(|_| Cell::Any)),
                Atom::Use(used) => match value_of(used, captured) {
                    Some(value) => cells.extend(value.iter().map(|&byte| Cell::Byte(byte))),
                    None => cells.extend((0..used.length).map(|_| Cell::Missing)),
                },
            }
        }
        cells.truncate(virtuale_engine::response::LONGEST + 1);
        cells
    }

    pub(super) fn finding(&self, index: usize, step: &Step, command: &[u8], problem: Problem) -> Finding {
        let span = match &step.expected {
            Expected::Response(_, span) | Expected::Silence(_, span)
                if matches!(problem, Problem::Otherwise { .. }) =>
            {
                span.clone()
            }
            _ => step.span.clone(),
        };
        let asked = match step.action {
            Action::Send(_) if command.is_empty() => String::new(),
            Action::Send(_) => command_name(command),
            _ => self.source.text.get(step.span.clone()).unwrap_or_default().to_owned(),
        };
        Finding {
            source: Arc::clone(&self.source),
            step: Some(index),
            span,
            asked,
            command: command.to_vec(),
            problem,
            element: None,
            note: None,
        }
    }

    /// That a trace has nothing to check, if it has neither a command nor an expected error. An ATR alone does not
    /// count: it is in every recording, also where the program failed before its first command.
    #[must_use]
    pub fn without_command(&self) -> Option<Finding> {
        let checks =
            |step: &Step| matches!(step.action, Action::Send(_)) || matches!(step.expected, Expected::Silence(..));
        (!self.steps.iter().any(checks)).then(|| self.finding_at_end(Problem::NoCommand))
    }

    pub(super) fn finding_at_end(&self, problem: Problem) -> Finding {
        let end = self.source.text.trim_end().len();
        let source = Arc::clone(&self.source);
        Finding {
            source,
            step: None,
            span: end..end,
            asked: String::new(),
            command: Vec::new(),
            problem,
            element: None,
            note: None,
        }
    }

    pub(super) fn atr_finding(&self, slot: usize, expected: &Pattern, atr: &Atr) -> Finding {
        let span = self.slots.get(slot).map_or(0..0, |slot| slot.atr_span.clone());
        let problem = Problem::Atr { expected: self.cells(expected, &[]), got: atr.as_bytes().to_vec() };
        Finding {
            source: Arc::clone(&self.source),
            step: None,
            span,
            asked: "reset".to_owned(),
            command: Vec::new(),
            problem,
            element: None,
            note: None,
        }
    }
}

impl Finding {
    /// Its line and column in the trace, both from 1.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        Diagnostic::new(&self.source, self.span.clone(), "").position()
    }

    /// What is otherwise, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.problem {
            Problem::Otherwise { expected: Wish::Response(cells), got: Got::Response(got) } => {
                let difference = Comparison::of(cells, got).first_difference();
                let status =
                    StatusPair { command: &self.command, expected: status_of_cells(cells), got: status_of(got) };
                format!("the answer differs from byte {} on{status}", difference + 1)
            }
            Problem::Otherwise { expected, got } => format!("expected {expected}, got {got}"),
            Problem::Unchecked(got) => format!("nothing is expected here; got {got}"),
            Problem::Unsendable => "the command has wildcards: it can be recognised, not sent".to_owned(),
            Problem::NotCaptured(name) => format!("the command needs {{{name}}}, which no answer has given"),
            Problem::Atr { .. } => "the card has another answer to reset".to_owned(),
            Problem::OtherCommand { .. } => "another command came".to_owned(),
            Problem::Surplus(got) => {
                let start = got.get(..MOST_SHOWN).unwrap_or(got);
                format!("from here on the trace has no such command as {}", hex(start))
            }
            Problem::GivenUp(got) => {
                let start = got.get(..MOST_SHOWN).unwrap_or(got);
                format!("the trace has too many wildcards to look for {}", hex(start))
            }
            Problem::LeftOver(count) => format!("from here on, {} of the trace never came", counted(*count, "command")),
            Problem::NotStruck(fault) => format!("the fault `{fault}` found nothing to strike here"),
            Problem::NoCommand => "the trace has no command to check".to_owned(),
        }
    }

    /// The lines of the trace before it, with their numbers; and its own, unless its bytes are compared below.
    fn context(&self) -> Vec<(usize, &str)> {
        let (line, _) = self.position();
        let own = usize::from(self.compared().is_none());
        let first = line.saturating_sub(CONTEXT).max(1);
        let text = self.source.text.as_str();
        let rest = text.get(self.span.start..).unwrap_or_default();
        let end = rest.find('\n').map_or(text.len(), |at| self.span.start + at);
        let lines = text.get(..end).unwrap_or_default().rsplit('\n');
        let mut lines: Vec<&str> = lines.take(line - first + 1).collect();
        lines.reverse();
        let numbered = lines.into_iter().enumerate().map(|(index, line)| (first + index, line.trim_end()));
        numbered.take(line - first + own).collect()
    }

    /// The data of the answer that came, and the first byte of it that is otherwise.
    pub(super) fn difference_in_data(&self) -> Option<(&[u8], usize)> {
        let Problem::Otherwise { expected: Wish::Response(expected), got: Got::Response(got) } = &self.problem else {
            return None;
        };
        let (data, _) = got.split_last_chunk::<2>()?;
        let first = Comparison::of(expected, got).first_difference();
        (first < data.len()).then_some((data, first))
    }

    /// What is expected and what came, if both are bytes.
    fn compared(&self) -> Option<(&[Cell], &[u8])> {
        match &self.problem {
            Problem::Otherwise { expected: Wish::Response(expected), got: Got::Response(got) }
            | Problem::OtherCommand { expected, got }
            | Problem::Atr { expected, got } => Some((expected, got)),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        writeln!(f, "{}:{line}:{column}: {}", shown::line(&self.source.name), self.summary())?;
        for (number, text) in self.context() {
            let start: String = text.chars().take(LINE_WIDTH).collect();
            let more = if start.len() < text.len() { " ..." } else { "" };
            writeln!(f, "  {number:5} | {}{more}", shown::text(&start))?;
        }
        if !self.asked.is_empty() {
            writeln!(f, "        = {}", shown::line(&self.asked))?;
        }
        if let Some(element) = &self.element {
            writeln!(f, "        = {}", shown::line(element))?;
        }
        if let Some(note) = self.note {
            writeln!(f, "        = {note}")?;
        }
        match self.compared() {
            Some((expected, got)) => write!(f, "{}", Comparison::of(expected, got)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(cells) => match status_of_cells(cells) {
                Some(status) => write!(f, "an answer with {status}"),
                None => f.write_str("an answer"),
            },
            Self::Silence(silence) => write!(f, "{silence}"),
            Self::Done => f.write_str("no error"),
        }
    }
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(response) => match status_of(response) {
                Some(status) => write!(f, "{} data bytes and {status}", response.len() - 2),
                None => write!(f, "the answer {}", hex(response)),
            },
            Self::Silence(silence) => write!(f, "{silence}"),
            Self::Done => f.write_str("no error"),
        }
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "{fault}"),
            Self::NoCard => f.write_str("there is no card in the slot"),
        }
    }
}

impl From<&Response> for Got {
    fn from(response: &Response) -> Self {
        Self::Response(response.as_bytes().to_vec())
    }
}

fn status_of(response: &[u8]) -> Option<StatusWord> {
    let (_, tail) = response.split_last_chunk::<2>()?;
    Some(StatusWord(u16::from_be_bytes(*tail)))
}

fn status_of_cells(cells: &[Cell]) -> Option<StatusWord> {
    match cells {
        [.., Cell::Byte(sw1), Cell::Byte(sw2)] => Some(StatusWord(u16::from_be_bytes([*sw1, *sw2]))),
        _ => None,
    }
}

/// Two status words, said only if they differ, as they answer a command.
struct StatusPair<'f> {
    command: &'f [u8],
    expected: Option<StatusWord>,
    got: Option<StatusWord>,
}

impl fmt::Display for StatusPair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |status| status_name(self.command, status);
        match (self.expected, self.got) {
            (Some(expected), Some(got)) if expected != got => {
                write!(f, ": expected {}, got {}", name(expected), name(got))
            }
            (None, Some(got)) => write!(f, ": got {}", name(got)),
            _ => Ok(()),
        }
    }
}

/// Expected and got side by side: the head from the first byte, and what follows the last run from the last byte.
struct Comparison {
    places: Vec<(Option<Cell>, Option<u8>)>,
}

impl Comparison {
    fn of(expected: &[Cell], got: &[u8]) -> Self {
        let Some(run) = expected.iter().position(|&cell| cell == Cell::Run) else {
            let length = expected.len().max(got.len());
            let places = (0..length).map(|at| (expected.get(at).copied(), got.get(at).copied())).collect();
            return Self { places };
        };
        let last = expected.iter().rposition(|&cell| cell == Cell::Run).unwrap_or(run);
        let (head, tail) = (&expected[..run], &expected[last + 1..]);
        let tail_start = got.len().saturating_sub(tail.len()).max(head.len().min(got.len()));
        let (body, end) = got.split_at(tail_start);
        let mut places: Vec<_> = (0..head.len().max(body.len()))
            .map(|at| (head.get(at).copied().or((at >= head.len()).then_some(Cell::Run)), body.get(at).copied()))
            .collect();
        places.extend((0..tail.len().max(end.len())).map(|at| (tail.get(at).copied(), end.get(at).copied())));
        Self { places }
    }

    fn first_difference(&self) -> usize {
        self.places.iter().position(|place| differs(*place)).unwrap_or(0)
    }
}

fn differs((expected, got): (Option<Cell>, Option<u8>)) -> bool {
    match expected {
        Some(Cell::Byte(byte)) => got != Some(byte),
        Some(Cell::Any) => got.is_none(),
        Some(Cell::Run) => false,
        Some(Cell::Missing) => true,
        None => got.is_some(),
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = self.places.chunks(ROW).enumerate().filter(|(_, row)| row.iter().any(|&place| differs(place)));
        for (index, row) in rows.by_ref().take(MOST_ROWS) {
            let mut expected = String::new();
            let mut got = String::new();
            let mut marks = String::new();
            for &place in row {
                expected.push_str(&place.0.map_or("   ".to_owned(), |cell| format!("{cell} ")));
                got.push_str(&place.1.map_or("   ".to_owned(), |byte| format!("{byte:02X} ")));
                marks.push_str(if differs(place) { "^^ " } else { "   " });
            }
            writeln!(f, "  {:04X} expected {}", index * ROW, expected.trim_end())?;
            writeln!(f, "       got      {}", got.trim_end())?;
            writeln!(f, "                {}", marks.trim_end())?;
        }
        match rows.count() {
            0 => Ok(()),
            more => writeln!(f, "       and {}", counted(more, "more row")),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "{byte:02X}"),
            Self::Any => f.write_str(".."),
            Self::Run => f.write_str("**"),
            Self::Missing => f.write_str("??"),
        }
    }
}
