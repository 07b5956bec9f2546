//! pcscd with `--apdu` [PCSC-LITE debuglog.c].
//!
//! Commands and answers carry no reader. With colours a line names its thread, and a thread serves one client; with
//! `--debug` lines name the client. Without either, commands and answers are paired in their order.

use std::collections::{HashMap, VecDeque};

use virtuale_engine::{Fault, Reset};

use super::super::{
    dialogue::{Dialogue, Event},
    scan::{between, bytes, name, only_bytes, without_colours},
};
use crate::trace::Silence;

/// Whether pcscd writes such a line, and no other program that is read here.
pub(in crate::trace::convert) fn is_typical(line: &str) -> bool {
    let plain = without_colours(line);
    let (_, text) = Prefix::of(&plain);
    text.strip_prefix("APDU: ").is_some_and(|rest| only_bytes(rest).is_some())
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
        match thread.filter(|(thread, _)| thread.bytes().all(|byte| byte.is_ascii_digit())) {
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
    /// Commands without an answer yet, with their lines.
    waiting: HashMap<Party, VecDeque<(usize, Vec<u8>)>>,
    /// The reader that a party is connected to.
    readers: HashMap<Party, String>,
    /// Readers whose card was taken out, and how often more than one came.
    emptied: HashMap<String, usize>,
    /// The client that the last line about a client names.
    client: Party,
    /// The reader that the next ATR belongs to.
    powered: Option<String>,
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let mut pcscd = Pcscd::default();
    for (index, line) in log.lines().enumerate() {
        let plain = without_colours(line);
        let (prefix, text) = Prefix::of(&plain);
        pcscd.line(index + 1, prefix, text, dialogue);
    }
    let mut left: Vec<_> =
        pcscd.waiting.iter().flat_map(|(party, queue)| queue.iter().map(move |left| (left, party))).collect();
    left.sort_by_key(|((line, _), _)| *line);
    for ((line, command), party) in left {
        let reader = pcscd.readers.get(party).map(String::as_str);
        dialogue.push(*line, reader, Event::Exchange(command.clone(), None));
        dialogue.unread(*line, "APDU", "a command whose answer is not in the log");
    }
}

impl Pcscd {
    fn line(&mut self, line: usize, prefix: Prefix<'_>, text: &str, dialogue: &mut Dialogue) {
        let received = text.split_once("Received command: ").and_then(|(_, rest)| rest.split_once(" from client "));
        if let Some((_, client)) = received {
            self.client = Party::Client(name(client.trim()).to_owned());
        }
        let party = prefix.thread.map_or_else(|| self.client.clone(), |thread| Party::Thread(name(thread).to_owned()));
        if let Some(rest) = text.strip_prefix("APDU: ") {
            return self.command(line, party, rest, dialogue);
        }
        if let Some(rest) = text.strip_prefix("SW:") {
            return self.response(line, &party, rest, dialogue);
        }
        if let Some(rest) = text.strip_prefix("Card ATR: ") {
            let (atr, _) = bytes(rest);
            let reader = self.powered.as_ref().or_else(|| self.readers.get(&party));
            return dialogue.atr(reader.map(String::as_str), atr);
        }
        if let Some(reader) = between(text, "Attempting Connect to ", " using protocol") {
            self.readers.insert(party, name(reader).to_owned());
        } else if let Some((_, reader)) = text.split_once("Card inserted into ") {
            self.inserted(line, name(reader.trim()), dialogue);
        } else if let Some((_, reader)) = text.split_once("Card Removed From ") {
            let reader = name(reader.trim());
            dialogue.push(line, Some(reader), Event::Remove);
            *self.emptied.entry(reader.to_owned()).or_default() += 1;
        } else if text.ends_with("Reset complete.") {
            let reader = self.readers.get(&party).cloned();
            dialogue.push(line, reader.as_deref(), Event::Reset(Reset::Warm));
            self.powered = reader;
        }
    }

    /// The first card of a reader is there when the trace begins; a later one is inserted.
    fn inserted(&mut self, line: usize, reader: &str, dialogue: &mut Dialogue) {
        self.powered = Some(reader.to_owned());
        if let Some(times) = self.emptied.get_mut(reader).filter(|times| **times > 0) {
            *times -= 1;
            dialogue.push(line, Some(reader), Event::Insert);
        }
    }

    fn command(&mut self, line: usize, party: Party, text: &str, dialogue: &mut Dialogue) {
        let Some(command) = only_bytes(text) else {
            return dialogue.unread(line, text, "a command that is not bytes");
        };
        let queue = self.waiting.entry(party).or_default();
        queue.push_back((line, command));
        if queue.len() == 2 {
            dialogue.unread(line, text, "two commands wait at once and nothing tells them apart: paired in order");
        }
    }

    fn response(&mut self, line: usize, party: &Party, text: &str, dialogue: &mut Dialogue) {
        let Some((at, command)) = self.waiting.get_mut(party).and_then(VecDeque::pop_front) else {
            return dialogue.unread(line, text, "an answer without a command");
        };
        let outcome = match only_bytes(text) {
            Some(response) => Some(Ok(response)),
            None if text.trim().is_empty() => Some(Err(Silence::Fault(Fault::Mute))),
            None => {
                dialogue.unread(line, text, "an answer that is not bytes");
                None
            }
        };
        let reader = self.readers.get(party).map(String::as_str);
        dialogue.push(at, reader, Event::Exchange(command, outcome));
    }
}
