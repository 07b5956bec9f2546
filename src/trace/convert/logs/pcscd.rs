//! pcscd with `--apdu` [PCSC-LITE debuglog.c].
//!
//! Commands and answers carry no reader. With colours a line names its thread, and a thread serves one client; with
//! `--debug` lines name the client, and the readers that it connects to. Without either, commands and answers are
//! paired in their order.

use std::collections::{HashMap, VecDeque};

use virtuale_engine::{Fault, Reset};

use crate::trace::{
    Silence,
    convert::{
        dialogue::{Answer, Dialogue, Event, Message},
        element::Bytes,
        gathered::{Below, Gathered},
        leftovers::{self, Author},
        lines::{Line, Lines},
        looks::{begins_as_row, holds_row},
        notation,
        readers::{Connections, Place, name},
        scan::between,
        speakers::Speakers,
        turns::{ANOTHER_BEGINNING, Speaker},
    },
};

/// Whether pcscd writes such a line, and no other program that is read here.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    let (_, text) = Prefix::of(&line.text);
    text.strip_prefix("APDU: ").is_some_and(|rest| !notation::read(rest).bytes.is_empty())
}

/// What stands before the text of a line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Prefix<'a> {
    /// In square brackets, with colours only.
    thread: Option<&'a str>,
}

impl<'a> Prefix<'a> {
    fn of(line: &'a str) -> (Self, &'a str) {
        let is_time = |word: &str| word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_digit());
        let text = line.split_once(' ').filter(|(word, _)| is_time(word)).map_or(line, |(_, text)| text);
        let thread = text.strip_prefix('[').and_then(|rest| rest.split_once("] "));
        match thread.filter(|(thread, _)| !thread.is_empty() && thread.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((thread, text)) => (Self { thread: Some(thread) }, text),
            None => (Self { thread: None }, text),
        }
    }
}

/// Who talks: a thread, a client, or somebody.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
enum Party {
    Thread(String),
    Client(String),
    #[default]
    Somebody,
}

#[derive(Default)]
struct Pcscd {
    /// Commands without an answer yet.
    waiting: HashMap<Party, VecDeque<Message>>,
    /// What is being said, and by whom: a paste wraps long lines.
    open: Option<(Party, Speaker, Gathered)>,
    /// Whether the line above was no row and what stood before it is damaged: the rest of the row may be on this one.
    is_torn: bool,
    /// Whether lines have a time before them.
    is_timed: bool,
    /// Whether a time stands between the mark of the last command and its bytes.
    is_timed_behind: bool,
    /// The readers that a party is connected to.
    connections: HashMap<Party, Connections>,
    /// Readers whose card was taken out, and how often more than one came.
    emptied: HashMap<String, usize>,
    /// The client that the last line about a client names.
    client: Party,
    speakers: Speakers,
    /// The reader that the next ATR belongs to.
    powered: Option<String>,
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut pcscd = Pcscd::default();
    for line in lines {
        let author = if is_own(&line.text) { Author::Program } else { Author::Anybody };
        pcscd.line(&line, dialogue);
        leftovers::settle(&line, author, dialogue);
    }
    pcscd.end(dialogue);
}

/// Whether pcscd writes such a line, with the place in its source: `winscard.c:258:SCardConnect() ...`.
fn is_own(text: &str) -> bool {
    let (_, text) = Prefix::of(text);
    let place = text.split(' ').next().unwrap_or_default();
    let line = place.split_once(".c:").or_else(|| place.split_once(".l:"));
    line.is_some_and(|(_, line)| line.starts_with(|first: char| first.is_ascii_digit()))
}

impl Pcscd {
    fn line(&mut self, line: &Line<'_>, dialogue: &mut Dialogue) {
        let number = line.number;
        let (prefix, text) = Prefix::of(&line.text);
        self.is_timed |= text.len() < line.text.len();
        line.take(&line.text[..line.text.len() - text.len()]);
        let marked = text.strip_prefix("APDU:").map(|rest| (Speaker::Terminal, rest));
        let marked = marked.or_else(|| text.strip_prefix("SW:").map(|rest| (Speaker::Card, rest)));
        if let Some((speaker, rest)) = marked {
            self.close(dialogue);
            line.take(&text[..text.len() - rest.len()]);
            let party = self.party(prefix);
            self.speakers.hear(speaker, line, dialogue);
            let mut gathered = Gathered::new(number);
            if gathered.begin_of(line, rest).is_some() {
                gathered.flaw(number, text, "not only bytes behind the mark");
            }
            if speaker == Speaker::Card {
                gathered.check_beginning(number, rest);
            }
            self.open = Some((party, speaker, gathered));
            self.is_torn = false;
            return;
        }
        // What a paste wrapped has no time before it, and may look like one.
        let is_time = self.is_timed && text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() == line.text.len()
            && !self.has_ended(line, text)
            && let Some((_, _, open)) = &mut self.open
            && let Some(rest) = open.row(line, text)
        {
            if is_time {
                open.flaw(number, text, "a row of bytes, or the time of a line that was lost: nothing tells");
            }
            if rest.is_some() {
                open.flaw(number, text, "not only bytes in a line that was wrapped");
            } else if line.begins_otherwise(false) {
                open.flaw(number, text, ANOTHER_BEGINNING);
            }
            return;
        }
        let goes_on = self.is_torn || self.open.is_some() && text.len() == line.text.len();
        self.is_torn = goes_on && (line.is_bare || line.is_other);
        self.close(dialogue);
        let is_row = goes_on && (begins_as_row(text) || line.is_bare && holds_row(text));
        if self.learn(number, prefix, text, dialogue) {
            line.take_all();
        } else if is_row {
            dialogue.unread(number, text, "bytes that belong to no command and no answer");
        }
    }

    /// Whether an answer is said that has ended, and a line below is none of it.
    fn has_ended(&mut self, line: &Line<'_>, text: &str) -> bool {
        let Some((party, Speaker::Card, open)) = &mut self.open else { return false };
        let command = self.waiting.get(party).and_then(VecDeque::front).map(|command| &command.bytes);
        begins_as_row(text) && open.below(command, false, line, text) == Below::Another
    }

    /// The log is at its end.
    fn end(&mut self, dialogue: &mut Dialogue) {
        if let Some((party, Speaker::Card, gathered)) = self.open.take_if(|(_, _, gathered)| gathered.is_empty()) {
            // It may break off, and may not say that the card was mute.
            let said = gathered.close(None);
            match self.waiting.get_mut(&party).and_then(VecDeque::pop_front) {
                Some(command) => self.exchange(&party, command, Answer::Unknown, dialogue),
                None => dialogue.name_flaw(said.clone()),
            }
            dialogue.unread(said.line, "", "the log breaks off before the answer, or the card did not answer");
        }
        self.close(dialogue);
        let mut left: Vec<(Party, Message)> = Vec::new();
        for (party, queue) in &mut self.waiting {
            left.extend(queue.drain(..).map(|command| (party.clone(), command)));
        }
        left.sort_by_key(|(_, command)| command.line);
        for (party, command) in left {
            let (line, shown) = (command.line, command.bytes.notation());
            self.exchange(&party, command, Answer::Unknown, dialogue);
            dialogue.unread(line, &shown, "a command whose answer is not in the log");
        }
    }

    fn party(&self, prefix: Prefix<'_>) -> Party {
        prefix.thread.map_or_else(|| self.client.clone(), |thread| Party::Thread(name(thread).to_owned()))
    }

    /// Learns from a line who is connected to what; whether there was something to learn.
    fn learn(&mut self, line: usize, prefix: Prefix<'_>, text: &str, dialogue: &mut Dialogue) -> bool {
        if let Some((request, client)) = between(text, "Received command: ", " from client ")
            .and_then(|request| Some((request, text.split_once(" from client ")?.1)))
        {
            self.client = Party::Client(name(client).to_owned());
            if matches!(request, "DISCONNECT" | "RELEASE_CONTEXT") {
                self.connections.entry(self.party(prefix)).or_default().disconnect(None);
            }
            return true;
        }
        let party = self.party(prefix);
        let connected = self.connections.get(&party).and_then(|connections| connections.place().name());
        if let Some(rest) = text.strip_prefix("Card ATR: ") {
            let reader = self.powered.as_deref().or(connected);
            dialogue.atr(line, Place::from(reader), notation::read(rest).bytes);
        } else if let Some(reader) = between(text, "Attempting Connect to ", " using protocol") {
            self.connections.entry(party).or_default().connect(reader);
        } else if refused(text) {
            self.connections.entry(party).or_default().refused();
        } else if let Some((_, reader)) = text.split_once("Card inserted into ") {
            self.inserted(line, name(reader), dialogue);
        } else if let Some((_, reader)) = text.split_once("Card Removed From ") {
            let reader = name(reader);
            dialogue.push(line, Place::Reader(reader), Event::Remove);
            *self.emptied.entry(reader.to_owned()).or_default() += 1;
        } else if text.ends_with("Reset complete.") {
            let reader = connected.map(str::to_owned);
            let place = self.connections.get(&party).map_or(Place::Unnamed, Connections::place);
            dialogue.push(line, place, Event::Reset(Reset::Warm));
            self.powered = reader;
        } else {
            return false;
        }
        true
    }

    /// The first card of a reader is there when the trace begins; a later one is inserted.
    fn inserted(&mut self, line: usize, reader: &str, dialogue: &mut Dialogue) {
        self.powered = Some(reader.to_owned());
        if let Some(times) = self.emptied.get_mut(reader).filter(|times| **times > 0) {
            *times -= 1;
            dialogue.push(line, Place::Reader(reader), Event::Insert);
        }
    }

    /// Ends what is being said.
    fn close(&mut self, dialogue: &mut Dialogue) {
        let Some((party, speaker, mut gathered)) = self.open.take() else { return };
        match speaker {
            Speaker::Terminal => self.is_timed_behind = gathered.check_time(None),
            Speaker::Card => {
                let command = self.waiting.get(&party).and_then(VecDeque::front).map(|command| &command.bytes);
                let command = command.map(|command| (command, self.is_timed_behind));
                gathered.check_time(Some(command.unwrap_or((&Bytes::default(), false))));
            }
        }
        let said = gathered.close(None);
        match speaker {
            Speaker::Terminal if said.bytes.is_empty() => {
                if said.flaw.is_none() {
                    dialogue.unread(said.line, "", "no bytes behind the mark");
                }
                dialogue.name_flaw(said);
            }
            Speaker::Terminal => {
                self.connections.entry(party.clone()).or_default().complain(said.line, dialogue);
                let queue = self.waiting.entry(party).or_default();
                if queue.len() == 1 {
                    let why = "two commands wait at once and nothing tells them apart: paired in order";
                    dialogue.unread(said.line, &said.bytes.notation(), why);
                }
                queue.push_back(said);
            }
            Speaker::Card => match self.waiting.get_mut(&party).and_then(VecDeque::pop_front) {
                Some(command) => {
                    let is_mute = said.bytes.is_empty() && said.flaw.is_none();
                    let mute = Answer::Silence(Silence::Fault(Fault::Mute));
                    let answer = if is_mute { mute } else { Answer::Said(said) };
                    self.exchange(&party, command, answer, dialogue);
                }
                None => {
                    dialogue.unread(said.line, &said.bytes.notation(), "an answer without a command");
                    dialogue.name_flaw(said);
                }
            },
        }
    }

    fn exchange(&self, party: &Party, command: Message, answer: Answer, dialogue: &mut Dialogue) {
        let place = self.connections.get(party).map_or(Place::Unnamed, Connections::place);
        dialogue.exchange(place, command, answer);
    }
}

/// Whether a line says that a connection did not come about: `CONNECT for client 8, rv=SCARD_E_NO_SMARTCARD` and,
/// before pcsc-lite 1.9, `CONNECT rv=0x8010000C for client 8`.
fn refused(text: &str) -> bool {
    let result = text.split_once("rv=").filter(|(before, _)| {
        let mut words = before.split([' ', ',']).filter(|word| !word.is_empty());
        words.any(|word| word == "CONNECT")
    });
    result.is_some_and(|(_, code)| {
        let code = code.split([' ', ',']).next().unwrap_or_default();
        !matches!(code, "SCARD_S_SUCCESS" | "0x0" | "0x00000000")
    })
}
