//! What an importer has understood, on its way to becoming a trace.

use std::fmt;

use virtuale_engine::{Protocol, Reset};

use crate::trace::{
    Silence,
    write::{Line, Writer, slot_name},
};

/// How many readers a trace can tell apart.
const MOST_READERS: usize = 16;

/// The longest part of an unreadable line that is kept.
const LONGEST_SHOWN: usize = 200;

/// A log made into a trace.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// The trace, as text.
    pub text: String,
    /// How many commands it has.
    pub commands: usize,
    /// The lines that should have been understood and were not. They are comments in the trace.
    pub unread: Vec<Unread>,
}

/// A line of a log that was not understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    /// Its number, from 1.
    pub line: usize,
    /// Its beginning, or what of it matters; empty where `why` says all.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => f.write_str(&self.why),
            text => write!(f, "{}: {text}", self.why),
        }
    }
}

/// Something that happened at a reader.
pub(super) enum Event {
    /// A command, and what came of it if the log tells.
    Exchange(Vec<u8>, Option<Result<Vec<u8>, Silence>>),
    Reset(Reset),
    Protocol(Protocol),
    Remove,
    Insert,
    /// For a person who reads the trace.
    Comment(String),
}

/// What happened, in order, at which reader.
#[derive(Default)]
pub(super) struct Dialogue {
    events: Vec<(usize, Event)>,
    /// The readers' names, in the order in which they came up; none where the log does not tell.
    readers: Vec<Reader>,
    unread: Vec<Unread>,
}

#[derive(Default)]
struct Reader {
    name: Option<String>,
    atr: Option<Vec<u8>>,
}

impl Dialogue {
    fn index_of(&mut self, reader: Option<&str>) -> Option<usize> {
        if let Some(known) = self.readers.iter().position(|known| known.name.as_deref() == reader) {
            return Some(known);
        }
        if self.readers.len() >= MOST_READERS {
            return None;
        }
        self.readers.push(Reader { name: reader.map(str::to_owned), atr: None });
        Some(self.readers.len() - 1)
    }

    /// Notes what happened at a reader on a line of the log.
    pub(super) fn push(&mut self, line: usize, reader: Option<&str>, event: Event) {
        match self.index_of(reader) {
            Some(index) => self.events.push((index, event)),
            None => self.unread(line, reader.unwrap_or_default(), "a trace has no more than 16 readers"),
        }
    }

    /// Notes the answer to reset of the card in a reader. The first one counts; a trace says it before the dialogue.
    pub(super) fn atr(&mut self, reader: Option<&str>, atr: Vec<u8>) {
        let Some(reader) = self.index_of(reader).and_then(|index| self.readers.get_mut(index)) else { return };
        if !atr.is_empty() {
            reader.atr.get_or_insert(atr);
        }
    }

    /// Notes a line that should have been understood.
    pub(super) fn unread(&mut self, line: usize, text: &str, why: &str) {
        let text: String = text.chars().take(LONGEST_SHOWN).collect();
        let unread = Unread { line, text, why: why.to_owned() };
        let comment = format!("line {line} of the log was not understood: {unread}");
        let last = self.events.last().map_or(0, |(reader, _)| *reader);
        if !self.readers.is_empty() {
            self.events.push((last, Event::Comment(comment)));
        }
        self.unread.push(unread);
    }

    /// The trace.
    pub(super) fn finish(self) -> Imported {
        let slots = self.slots();
        let commands = self.events.iter().filter(|(_, event)| matches!(event, Event::Exchange(..))).count();
        // Memory takes whatever is written to it.
        let text = self.write(&slots).unwrap_or_default();
        Imported { text: String::from_utf8_lossy(&text).into_owned(), commands, unread: self.unread }
    }

    /// A name for each reader's slot: none if there is one only, and no two the same.
    fn slots(&self) -> Vec<String> {
        let mut slots: Vec<String> = Vec::new();
        if self.readers.len() == 1 {
            return vec![String::new()];
        }
        for (index, reader) in self.readers.iter().enumerate() {
            let name = slot_name(reader.name.as_deref().unwrap_or("unknown"));
            let name = if slots.contains(&name) { format!("{name}.{index}") } else { name };
            slots.push(name);
        }
        slots
    }

    fn write(&self, slots: &[String]) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new())?;
        for (reader, slot) in self.readers.iter().zip(slots) {
            let name = reader.name.as_deref().unwrap_or("not named in the log");
            writer.line(slot, &Line::Comment(&format!("reader: {name}")))?;
            if let Some(atr) = &reader.atr {
                writer.line(slot, &Line::Atr(atr))?;
            }
        }
        for (reader, event) in &self.events {
            let slot = slots.get(*reader).map_or("", String::as_str);
            match event {
                Event::Exchange(command, outcome) => {
                    writer.line(slot, &Line::Command(command))?;
                    match outcome {
                        Some(Ok(response)) => writer.line(slot, &Line::Response(response))?,
                        Some(Err(silence)) => writer.line(slot, &Line::Silence(*silence))?,
                        None => {}
                    }
                }
                Event::Reset(kind) => writer.line(slot, &Line::Reset(*kind))?,
                Event::Protocol(protocol) => writer.line(slot, &Line::Protocol(*protocol))?,
                Event::Remove => writer.line(slot, &Line::Remove)?,
                Event::Insert => writer.line(slot, &Line::Insert(None))?,
                Event::Comment(text) => writer.line(slot, &Line::Comment(text))?,
            }
        }
        Ok(writer.into_inner())
    }
}
