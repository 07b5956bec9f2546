//! What an importer has understood, on its way to becoming a trace.

use std::fmt;

use virtuale_engine::{Protocol, Reset};

use super::{
    element::Bytes,
    guards::{HIDES_NOTHING, flaw_of_command, flaw_of_exchange, flaw_of_response, length_by_lc},
    readers::{Home, Place},
};
use crate::{
    shown,
    trace::{
        LONGEST, Silence,
        parse::MOST_SLOTS,
        write::{Line, Writer, slot_name},
    },
};

/// The longest part of an unreadable line that is kept.
const LONGEST_SHOWN: usize = 200;

/// Of another card, or of a reset that the trace does not have.
const ANOTHER_ATR: &str =
    "another answer to reset than before, and a trace has one of each slot: part the log above this line";
const ATR_BELOW: &str =
    "an answer to reset below commands, and a trace has it above them: part the log above this line";

/// A reader is named for the first time.
pub(super) const FIRST_READER: &str = "a reader is named below commands of which the log does not tell whether they went to it: part the log above this line";

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

/// What happened, in order, at which reader.
///
/// It is written as it comes, in the words of the trace: a log may have millions of lines.
#[derive(Default)]
pub(super) struct Dialogue {
    /// The lines of the trace without its slots and its comments about lines that were not understood.
    said: String,
    /// Where the lines of another reader begin, with the reader's index; none before there was a reader.
    turns: Vec<(usize, Option<usize>)>,
    commands: usize,
    /// The readers, in the order in which they came up.
    readers: Vec<Reader>,
    unread: Vec<Noted>,
    /// How many bytes the trace has at least of these.
    noted: usize,
    /// How many more there are than any trace has room for.
    more: usize,
}

/// A line that was not understood, and where in the trace it is to be said.
#[derive(Debug)]
struct Noted {
    at: usize,
    /// Whether it is what others left: it is not said where a line is named already.
    is_left: bool,
    unread: Unread,
}

#[derive(Default)]
struct Reader {
    home: Home,
    atr: Option<Bytes>,
    since: Since,
}

/// What was said at a reader since its beginning, of what an answer to reset may come of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Since {
    /// Nothing: its card has just come in.
    #[default]
    Beginning,
    /// Commands.
    Commands,
    /// A reset, below commands or above them: the card is the same.
    Reset,
}

impl Dialogue {
    fn index_of(&mut self, place: Place<'_>) -> Option<usize> {
        if let Some(known) = self.readers.iter().position(|known| known.home.is(place)) {
            return Some(known);
        }
        if self.readers.len() >= MOST_SLOTS {
            return None;
        }
        self.readers.push(Reader { home: Home::of(place), ..Reader::default() });
        Some(self.readers.len() - 1)
    }

    /// Goes on at a reader; whether the trace has room for it.
    fn at(&mut self, line: usize, place: Place<'_>) -> bool {
        let index = self.index_of(place);
        if index.is_none() {
            let why = format!("a trace has at most {MOST_SLOTS} slots, and this is one more reader");
            self.unread(line, place.name().unwrap_or_default(), &why);
        } else if self.turns.last().is_none_or(|(_, last)| *last != index) {
            self.turns.push((self.said.len(), index));
        }
        // What is longer is refused in the end, whatever else comes.
        index.is_some() && !self.is_full()
    }

    /// Notes what happened at a reader on a line of the log.
    pub(super) fn push(&mut self, line: usize, place: Place<'_>, event: Event) {
        if self.at(line, place) {
            if let Event::Reset(_) = event {
                self.since(place, Since::Reset);
            }
            let line = match &event {
                Event::Reset(kind) => Line::Reset(*kind),
                Event::Protocol(protocol) => Line::Protocol(*protocol),
                Event::Remove => Line::Remove,
                Event::Insert => Line::Insert(None),
                Event::Comment(text) => Line::Comment(text),
            };
            line.write(&mut self.said);
        }
    }

    /// Notes a command and what came of it. What is never normal in them is named.
    pub(super) fn exchange(&mut self, place: Place<'_>, mut command: Message, mut answer: Answer) {
        if command.bytes.is_empty() {
            let shown = if let Answer::Said(said) = &answer { said.bytes.notation() } else { String::new() };
            self.unread(command.line, &shown, "a command of which the log shows nothing");
            return self.name_flaw(command);
        }
        if let Some(length) = length_by_lc(&command.bytes).filter(|_| command.bytes.length().is_none()) {
            let shown = command.bytes.notation();
            if flaw_of_command(&command.bytes).is_none() && command.bytes.fill(length) == Some(0) {
                command.flaw.get_or_insert_with(|| flaw(command.line, shown, HIDES_NOTHING));
                command.settled = true;
            }
        }
        if let Some(why) = flaw_of_command(&command.bytes).filter(|_| !command.settled) {
            command.flaw = Some(flaw(command.line, command.bytes.notation(), &why));
        }
        if let Answer::Said(said) = &mut answer
            && said.flaw.is_none()
            && let Some(why) = flaw_of_response(&said.bytes)
        {
            said.flaw = Some(flaw(said.line, said.bytes.notation(), &why));
        }
        if let Some(said) = said_in(&mut answer)
            && command.flaw.is_none()
            && let Some(why) = flaw_of_exchange(&command.bytes, &said.bytes)
        {
            said.flaw.get_or_insert_with(|| flaw(said.line, said.bytes.notation(), &why));
        }
        let flaws = [command.flaw.take(), said_in(&mut answer).and_then(|said| said.flaw.take())];
        let answer =
            if said_in(&mut answer).is_some_and(|said| said.bytes.is_empty()) { Answer::Unknown } else { answer };
        self.write_exchange(command.line, place, &command.bytes, &answer);
        flaws.into_iter().flatten().for_each(|flaw| self.push_unread(flaw));
    }

    fn write_exchange(&mut self, line: usize, place: Place<'_>, command: &Bytes, answer: &Answer) {
        if !self.at(line, place) {
            return;
        }
        self.commands += 1;
        self.since(place, Since::Commands);
        let mut write = |mark: &str, bytes: &Bytes| {
            self.said.push_str(mark);
            bytes.write(&mut self.said);
            self.said.push('\n');
        };
        write("> ", command);
        match answer {
            Answer::Said(said) => write("< ", &said.bytes),
            Answer::Silence(silence) => Line::Silence(*silence).write(&mut self.said),
            Answer::Unknown => {}
        }
    }

    /// Names what is wrong with a message that is in no exchange.
    pub(super) fn name_flaw(&mut self, message: Message) {
        if let Some(flaw) = message.flaw {
            self.push_unread(flaw);
        }
    }

    /// Whether it is longer than any trace, which is refused whatever else comes.
    pub(super) fn is_full(&self) -> bool {
        self.said.len() > LONGEST
    }

    /// Whether there are commands in it already.
    pub(super) fn has_commands(&self) -> bool {
        self.commands > 0
    }

    /// Whether there are commands of which the log does not name the reader.
    pub(super) fn has_unnamed(&self) -> bool {
        let is_unnamed = |reader: &Reader| reader.home == Home::Unnamed && reader.since != Since::Beginning;
        self.readers.iter().any(is_unnamed)
    }

    fn since(&mut self, place: Place<'_>, since: Since) {
        if let Some(reader) = self.index_of(place).and_then(|index| self.readers.get_mut(index)) {
            reader.since = since;
        }
    }

    /// Notes the answer to reset that a log shows behind a word for it, be it of a reset or only shown. What stands
    /// below commands once more is a comment there.
    pub(super) fn atr_shown(&mut self, line: usize, place: Place<'_>, atr: Bytes) {
        let reader = self.index_of(place).and_then(|index| self.readers.get(index));
        if reader.is_some_and(|reader| reader.since == Since::Commands && reader.atr.as_ref() == Some(&atr)) {
            let text = format!("the answer to reset again, of a reset or only shown: {}", atr.notation());
            self.push(line, place, Event::Comment(text));
        }
        self.atr(line, place, atr);
    }

    /// Notes the answer to reset of the card in a reader. A trace has one of each slot, before the dialogue: another
    /// one is named, and so is the first one if it stands below commands and no reset of the same card is in the log.
    pub(super) fn atr(&mut self, line: usize, place: Place<'_>, atr: Bytes) {
        if atr.is_empty() {
            return;
        }
        let longest = virtuale_engine::atr::LONGEST;
        if atr.0.len() > longest {
            let why = format!("an answer to reset of {} bytes, and none has more than {longest}", atr.0.len());
            return self.unread(line, &atr.notation(), &why);
        }
        let shown = atr.notation();
        let Some(reader) = self.index_of(place).and_then(|index| self.readers.get_mut(index)) else {
            return self.unread(line, &shown, "an answer to reset of one more reader than a trace has slots");
        };
        match (&reader.atr, reader.since) {
            (Some(known), _) if *known == atr => {}
            (Some(_), _) => self.unread(line, &shown, ANOTHER_ATR),
            (None, Since::Commands) => self.unread(line, &shown, ATR_BELOW),
            (None, Since::Beginning | Since::Reset) => reader.atr = Some(atr),
        }
    }

    /// Notes a line that should have been understood.
    pub(super) fn unread(&mut self, line: usize, text: &str, why: &str) {
        self.push_unread(Unread { line, text: text.to_owned(), why: why.to_owned() });
    }

    /// Notes a line of which something is left, unless it is named for another reason.
    pub(super) fn left(&mut self, line: usize, text: &str, why: &str) {
        self.note(Unread { line, text: text.to_owned(), why: why.to_owned() }, true);
    }

    fn push_unread(&mut self, unread: Unread) {
        self.note(unread, false);
    }

    fn note(&mut self, unread: Unread, is_left: bool) {
        if self.said.len() + self.noted > LONGEST {
            self.more += 1;
            return;
        }
        let text: String = unread.text.trim().chars().take(LONGEST_SHOWN).collect();
        self.noted += unread.why.len() + text.len();
        self.unread.push(Noted { at: self.said.len(), is_left, unread: Unread { text, ..unread } });
    }

    /// The trace.
    pub(super) fn finish(mut self) -> Imported {
        let slots = self.slots();
        if self.more > 0 {
            let line = self.unread.last().map_or(0, |noted| noted.unread.line);
            let why = format!("{} more lines were not understood", self.more);
            let unread = Unread { line, text: String::new(), why };
            self.unread.push(Noted { at: self.said.len(), is_left: false, unread });
        }
        let mut named: Vec<usize> =
            self.unread.iter().filter(|noted| !noted.is_left).map(|noted| noted.unread.line).collect();
        named.sort_unstable();
        self.unread.retain(|noted| !noted.is_left || named.binary_search(&noted.unread.line).is_err());
        // Memory takes whatever is written to it.
        let text = self.write(&slots).unwrap_or_default();
        let mut unread: Vec<Unread> = self.unread.into_iter().map(|noted| noted.unread).collect();
        unread.sort_by_key(|unread| unread.line);
        Imported { text: String::from_utf8_lossy(&text).into_owned(), commands: self.commands, unread }
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
        let ends = self.turns.iter().skip(1).map(|(at, _)| *at).chain([self.said.len()]);
        let none = [((0, None), self.turns.first().map_or(0, |(at, _)| *at))];
        let mut unread = self.unread.iter().peekable();
        let mut slot = "";
        for ((mut at, reader), end) in none.into_iter().chain(self.turns.iter().copied().zip(ends)) {
            // A comment is said where the dialogue was, and what follows it may be another reader's.
            while let Some(noted) = unread.next_if(|noted| noted.at <= end) {
                if at < noted.at {
                    slot = reader.and_then(|index: usize| slots.get(index)).map_or("", String::as_str);
                    writer.written(slot, self.said.get(at..noted.at).unwrap_or_default())?;
                    at = noted.at;
                }
                let comment = format!("line {} of the log was not understood: {}", noted.unread.line, noted.unread);
                writer.line(slot, &Line::Comment(&comment))?;
            }
            if at < end {
                slot = reader.and_then(|index: usize| slots.get(index)).map_or("", String::as_str);
                writer.written(slot, self.said.get(at..end).unwrap_or_default())?;
            }
        }
        Ok(writer.into_inner())
    }
}

fn flaw(line: usize, text: String, why: &str) -> Unread {
    Unread { line, text, why: why.to_owned() }
}

fn said_in(answer: &mut Answer) -> Option<&mut Message> {
    match answer {
        Answer::Said(said) => Some(said),
        Answer::Silence(_) | Answer::Unknown => None,
    }
}
