//! Writes traces line by line.
//!
//! Every line goes out in one write as soon as it is known, so a program that is killed leaves all that it has written.

use std::{
    io::{self, Write},
    time::Duration,
};

use jiff::civil::Date;
use virtuale_engine::{Protocol, Reset};

use super::{
    file::Silence,
    names::hex,
    parse::{FIRST_WORD, MICROSECONDS, TOOK, VERSION},
};
use crate::shown;

/// The word behind `#` in the line of a fault.
pub(super) const FAULT: &str = "fault";

/// A line of a trace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Line<'a> {
    /// `card`.
    Card(&'a str),
    /// `atr`.
    Atr(&'a [u8]),
    /// `atr` with matchers, as they are written.
    AtrPattern(&'a str),
    /// `>` with matchers, as they are written.
    CommandPattern(&'a str),
    /// `<` with matchers, as they are written.
    ResponsePattern(&'a str),
    /// `now`.
    Now(Date),
    /// `seed`.
    Seed(u64),
    /// `>`.
    Command(&'a [u8]),
    /// `>`, and behind it what the command is called.
    NamedCommand(&'a [u8], &'a str),
    /// `<`.
    Response(&'a [u8]),
    /// `expect-error`.
    Silence(Silence),
    /// `reset`, over contacts.
    Reset(Reset),
    /// `reset contactless`.
    PowerUpContactless,
    /// `protocol`.
    Protocol(Protocol),
    /// `power-off`.
    PowerOff,
    /// `remove`.
    Remove,
    /// `insert`, with the card file if another card comes.
    Insert(Option<&'a str>),
    /// `insert-from`, with the name of the slot that the card was taken out of.
    InsertFrom(&'a str),
    /// `# took`: how long the card took for the step above.
    Took(Duration),
    /// `# fault`: what a fault did to the line above.
    Fault(&'a str),
    /// `#`. What could end the line, or do more to whoever prints the trace, is an escape in it.
    Comment(&'a str),
}

/// A trace on its way out.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// The name of the slot that was written last.
    slot: Option<String>,
}

impl<W: Write> Writer<W> {
    /// Begins a trace.
    ///
    /// # Errors
    ///
    /// What the way out says.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(format!("{FIRST_WORD} {VERSION}\n").as_bytes())?;
        Ok(Self { out, slot: None })
    }

    /// Writes a line about a slot, and the slot's name where it is not the last one's. No name means the only slot.
    ///
    /// # Errors
    ///
    /// What the way out says.
    pub fn line(&mut self, slot: &str, line: &Line<'_>) -> io::Result<()> {
        let mut text = self.heading(slot);
        line.write(&mut text);
        self.out.write_all(text.as_bytes())
    }

    /// Writes lines about a slot that are written already, and the slot's name where it is not the last one's.
    ///
    /// # Errors
    ///
    /// What the way out says.
    pub(super) fn written(&mut self, slot: &str, lines: &str) -> io::Result<()> {
        let heading = self.heading(slot);
        self.out.write_all(heading.as_bytes())?;
        self.out.write_all(lines.as_bytes())
    }

    /// The line `slot`, where the next line is of another slot than the last one.
    fn heading(&mut self, slot: &str) -> String {
        if slot.is_empty() || self.slot.as_deref() == Some(slot) {
            return String::new();
        }
        self.slot = Some(slot.to_owned());
        format!("slot {slot}\n")
    }

    /// The way out.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl Line<'_> {
    /// Writes it with its end.
    pub(super) fn write(&self, text: &mut String) {
        text.push_str(&self.text());
        text.push('\n');
    }

    fn text(&self) -> String {
        match self {
            Self::Card(path) => format!("card {}", one_line(path)),
            Self::Atr(atr) => format!("atr {}", hex(atr)),
            Self::AtrPattern(pattern) => format!("atr {}", one_line(pattern)),
            Self::CommandPattern(pattern) => format!("> {}", one_line(pattern)),
            Self::ResponsePattern(pattern) => format!("< {}", one_line(pattern)),
            Self::Now(day) => format!("now {day}"),
            Self::Seed(seed) => format!("seed {seed}"),
            Self::Command(command) => format!("> {}", hex(command)),
            Self::NamedCommand(command, name) => format!("> {}    # {}", hex(command), one_line(name)),
            Self::Response(response) => format!("< {}", hex(response)),
            Self::Silence(silence) => format!("expect-error {}", silence.word()),
            Self::Reset(Reset::Cold) => "reset".to_owned(),
            Self::Reset(Reset::Warm) => "reset warm".to_owned(),
            Self::PowerUpContactless => "reset contactless".to_owned(),
            Self::Protocol(Protocol::T0) => "protocol T=0".to_owned(),
            Self::Protocol(Protocol::T1) => "protocol T=1".to_owned(),
            Self::PowerOff => "power-off".to_owned(),
            Self::Remove => "remove".to_owned(),
            Self::Insert(None) => "insert".to_owned(),
            Self::Insert(Some(path)) => format!("insert {}", one_line(path)),
            Self::InsertFrom(slot) => format!("insert-from {slot}"),
            Self::Took(time) => format!("{TOOK}{}{MICROSECONDS}", time.as_micros()),
            Self::Fault(fault) => format!("# {FAULT} {}", one_line(fault)),
            Self::Comment(text) => format!("# {}", shown::line(text)),
        }
    }
}

/// Text without what could end a line, or hide in one.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// A name for a slot that a trace can have: what it cannot have becomes `-`.
#[must_use]
pub fn slot_name(reader: &str) -> String {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let name: String = reader.chars().map(|character| if allowed(character) { character } else { '-' }).collect();
    if name.is_empty() { "reader".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use virtuale_engine::{Fault, Protocol, Reset};

    use super::{Line, Writer, slot_name};
    use crate::{
        profile::diagnostic::Source,
        trace::{Action, Expected, Silence, Trace},
    };

    fn parse(text: Vec<u8>) -> Trace {
        let text = String::from_utf8(text).expect("text");
        Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("what is written can be read")
    }

    #[test]
    fn every_line_that_is_written_can_be_read() {
        let mut writer = Writer::new(Vec::new()).expect("memory");
        let lines = [
            Line::Card("a card.toml"),
            Line::Atr(&[0x3B, 0]),
            Line::Comment("two\nlines"),
            Line::Reset(Reset::Warm),
            Line::PowerUpContactless,
            Line::Silence(Silence::NoCard),
            Line::Protocol(Protocol::T1),
            Line::NamedCommand(&[0, 1], "a # b\n< 90 00"),
            Line::Silence(Silence::Fault(Fault::PowerLost)),
            Line::PowerOff,
            Line::Remove,
            Line::Insert(None),
            Line::Insert(Some("b.toml")),
        ];
        for line in &lines {
            writer.line(&slot_name("Virtuale 00 00"), line).expect("memory");
        }
        writer.line("b", &Line::Reset(Reset::Cold)).expect("memory");
        let trace = parse(writer.into_inner());
        assert_eq!(trace.slots()[0].name, "Virtuale-00-00");
        assert_eq!(trace.slots()[0].card.as_deref(), Some("a card.toml"));
        assert!(matches!(trace.steps()[3].expected, Expected::Silence(Silence::Fault(Fault::PowerLost), _)));
        assert_eq!(trace.steps().len(), 9);
        assert_eq!(trace.steps()[8].slot, 1);
    }

    proptest! {
        #[test]
        fn bytes_survive(exchanges in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 1..40), proptest::collection::vec(any::<u8>(), 1..40)), 0..10,
        )) {
            let mut writer = Writer::new(Vec::new()).expect("memory");
            for (command, response) in &exchanges {
                writer.line("", &Line::Command(command)).expect("memory");
                writer.line("", &Line::Response(response)).expect("memory");
            }
            let trace = parse(writer.into_inner());
            let read: Vec<_> = trace.steps().iter().map(|step| match (&step.action, &step.expected) {
                (Action::Send(command), Expected::Response(response, _)) => {
                    (trace.exact(command).expect("exact").to_vec(), trace.exact(response).expect("exact").to_vec())
                }
                _ => panic!("an exchange"),
            }).collect();
            prop_assert_eq!(read, exchanges);
        }
    }
}
