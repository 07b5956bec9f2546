//! What an importer has understood, on its way to becoming a trace.

use std::fmt;

use virtuale_engine::{Protocol, Reset};

use super::{
    element::Bytes,
    guards::{flaw_of_command, flaw_of_response, length_by_lc},
    readers::{Home, Place},
};
use crate::{
    shown,
    trace::{
        Silence,
        parse::MOST_SLOTS,
        write::{Line, Writer, slot_name},
    },
};

/// The longest part of an unreadable line that is kept.
const LONGEST_SHOWN: usize = 200;

/// A log made into a trace.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// The trace, as text.
    pub text: String,
    /// How many commands it has.
    pub commands: usize,
    /// The lines that should have been understood and were not, in their order. They are comments in the trace.
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
            text => write!(f, "{}: {}", self.why, shown::line(text)),
        }
    }
}

/// A command or an answer as a log shows it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Message {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) bytes: Bytes,
    /// Whether nothing more is to be said of its length: the log tells it and it is right, or it was named already.
    pub(super) settled: bool,
    /// What is wrong with it.
    pub(super) flaw: Option<Unread>,
}

/// What came of a command.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Said(Message),
    Silence(Silence),
    /// The log does not tell.
    Unknown,
}

/// Something else that happened at a reader.
pub(super) enum Event {
    Reset(Reset),
    Protocol(Protocol),
    Remove,
    Insert,
    /// For a person who reads the trace.
    Comment(String),
}

enum Entry {
    Exchange(Bytes, Answer),
    Event(Event),
}

/// What happened, in order, at which reader.
#[derive(Default)]
pub(super) struct Dialogue {
    /// With the reader's index; none before there was a reader.
    entries: Vec<(Option<usize>, Entry)>,
    /// The readers, in the order in which they came up.
    readers: Vec<Reader>,
    unread: Vec<Unread>,
}

#[derive(Default)]
struct Reader {
    home: Home,
    atr: Option<Bytes>,
}

impl Dialogue {
    fn index_of(&mut self, place: Place<'_>) -> Option<usize> {
        if let Some(known) = self.readers.iter().position(|known| known.home.is(place)) {
            return Some(known);
        }
        if self.readers.len() >= MOST_SLOTS {
            return None;
        }
        self.readers.push(Reader { home: Home::of(place), atr: None });
        Some(self.readers.len() - 1)
    }

    fn note(&mut self, line: usize, place: Place<'_>, entry: Entry) {
        match self.index_of(place) {
            Some(index) => self.entries.push((Some(index), entry)),
            None => {
                let why = format!("a trace has at most {MOST_SLOTS} slots, and this is one more reader");
                self.unread(line, place.name().unwrap_or_default(), &why);
            }
        }
    }

    /// Notes what happened at a reader on a line of the log.
    pub(super) fn push(&mut self, line: usize, place: Place<'_>, event: Event) {
        self.note(line, place, Entry::Event(event));
    }

    /// Notes a command and what came of it. What is never normal in them is named.
    pub(super) fn exchange(&mut self, place: Place<'_>, mut command: Message, mut answer: Answer) {
        if command.bytes.is_empty() {
            let shown = if let Answer::Said(said) = &answer { said.bytes.notation() } else { String::new() };
            self.unread(command.line, &shown, "a command of which the log shows nothing");
            return self.name_flaw(command);
        }
        if let Some(length) = length_by_lc(&command.bytes) {
            command.bytes.fill(length);
        }
        if let Some(why) = flaw_of_command(&command.bytes).filter(|_| !command.settled) {
            command.flaw = Some(Unread { line: command.line, text: command.bytes.notation(), why });
        }
        if let Answer::Said(said) = &mut answer
            && !said.settled
            && let Some(why) = flaw_of_response(&said.bytes)
        {
            said.flaw = Some(Unread { line: said.line, text: said.bytes.notation(), why });
        }
        let flaws = [command.flaw.take(), said_in(&mut answer).and_then(|said| said.flaw.take())];
        let answer =
            if said_in(&mut answer).is_some_and(|said| said.bytes.is_empty()) { Answer::Unknown } else { answer };
        self.note(command.line, place, Entry::Exchange(command.bytes, answer));
        flaws.into_iter().flatten().for_each(|flaw| self.push_unread(flaw));
    }

    /// Names what is wrong with a message that is in no exchange.
    pub(super) fn name_flaw(&mut self, message: Message) {
        if let Some(flaw) = message.flaw {
            self.push_unread(flaw);
        }
    }

    /// Notes the answer to reset of the card in a reader. The first one counts; a trace says it before the dialogue.
    pub(super) fn atr(&mut self, place: Place<'_>, atr: Bytes) {
        let Some(reader) = self.index_of(place).and_then(|index| self.readers.get_mut(index)) else { return };
        if !atr.is_empty() && atr.0.len() <= virtuale_engine::atr::LONGEST {
            reader.atr.get_or_insert(atr);
        }
    }

    /// Notes a line that should have been understood.
    pub(super) fn unread(&mut self, line: usize, text: &str, why: &str) {
        self.push_unread(Unread { line, text: text.to_owned(), why: why.to_owned() });
    }

    fn push_unread(&mut self, unread: Unread) {
        let text: String = unread.text.trim().chars().take(LONGEST_SHOWN).collect();
        let unread = Unread { text, ..unread };
        let comment = format!("line {} of the log was not understood: {unread}", unread.line);
        let last = self.entries.last().and_then(|(reader, _)| *reader);
        self.entries.push((last, Entry::Event(Event::Comment(comment))));
        self.unread.push(unread);
    }

    /// The trace.
    pub(super) fn finish(mut self) -> Imported {
        let slots = self.slots();
        let commands = self.entries.iter().filter(|(_, entry)| matches!(entry, Entry::Exchange(..))).count();
        self.unread.sort_by_key(|unread| unread.line);
        // Memory takes whatever is written to it.
        let text = self.write(&slots).unwrap_or_default();
        Imported { text: String::from_utf8_lossy(&text).into_owned(), commands, unread: self.unread }
    }

    /// A name for each reader's slot: none if there is one only, and no two the same.
    fn slots(&self) -> Vec<String> {
        let mut slots: Vec<String> = Vec::new();
        if matches!(&self.readers[..], [reader] if reader.home != Home::Untold) {
            return vec![String::new()];
        }
        for (index, reader) in self.readers.iter().enumerate() {
            let name = match &reader.home {
                Home::Unnamed => "unknown".to_owned(),
                Home::Reader(name) => slot_name(name),
                Home::Untold => "not-told".to_owned(),
            };
            let name = if slots.contains(&name) { format!("{name}.{index}") } else { name };
            slots.push(name);
        }
        slots
    }

    fn write(&self, slots: &[String]) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new())?;
        for (reader, slot) in self.readers.iter().zip(slots) {
            let name = match &reader.home {
                Home::Unnamed => "not named in the log",
                Home::Reader(name) => name,
                Home::Untold => "one of several, the log does not tell which",
            };
            writer.line(slot, &Line::Comment(&format!("reader: {name}")))?;
            if let Some(atr) = &reader.atr {
                writer.line(slot, &Line::AtrPattern(&atr.notation()))?;
            }
        }
        for (reader, entry) in &self.entries {
            let slot = reader.and_then(|index| slots.get(index)).map_or("", String::as_str);
            match entry {
                Entry::Exchange(command, answer) => {
                    writer.line(slot, &Line::CommandPattern(&command.notation()))?;
                    match answer {
                        Answer::Said(said) => writer.line(slot, &Line::ResponsePattern(&said.bytes.notation()))?,
                        Answer::Silence(silence) => writer.line(slot, &Line::Silence(*silence))?,
                        Answer::Unknown => {}
                    }
                }
                Entry::Event(Event::Reset(kind)) => writer.line(slot, &Line::Reset(*kind))?,
                Entry::Event(Event::Protocol(protocol)) => writer.line(slot, &Line::Protocol(*protocol))?,
                Entry::Event(Event::Remove) => writer.line(slot, &Line::Remove)?,
                Entry::Event(Event::Insert) => writer.line(slot, &Line::Insert(None))?,
                Entry::Event(Event::Comment(text)) => writer.line(slot, &Line::Comment(text))?,
            }
        }
        Ok(writer.into_inner())
    }
}

fn said_in(answer: &mut Answer) -> Option<&mut Message> {
    match answer {
        Answer::Said(said) => Some(said),
        Answer::Silence(_) | Answer::Unknown => None,
    }
}
