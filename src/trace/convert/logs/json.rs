//! A document of JSON that has an object for each exchange, or for each command and each answer, at any depth: what
//! tools post as a whole file, on one line or on many.
//!
//! The document is read by its brackets, so that each object has its line and one that was damaged costs itself only.
//! Of what stands outside those objects, what may be bytes is named.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::json_lines;
use crate::{
    trace::convert::{
        dialogue::Dialogue,
        fields::{self, Record},
        meanings::{self, Meaning},
        values,
    },
    work,
};

/// Whether a log is such a document.
pub(in crate::trace::convert) fn is_typical(log: &str) -> bool {
    let begins = log.trim_start_matches('\u{FEFF}').trim_start();
    begins.starts_with(['[', '{']) && scan(log).tells
}

/// Whether a log is such a document though some of its lines may be objects: a list of objects by its first signs, or a
/// whole document on several lines.
pub(in crate::trace::convert) fn is_whole(log: &str) -> bool {
    let text = log.trim_start_matches('\u{FEFF}').trim();
    let is_list = text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
    let is_one = || text.contains('\n') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    (is_list || text.starts_with('{') && is_one()) && scan(log).tells
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let Document { records, mut loose, flaws, .. } = scan(log);
    loose.sort_by_key(|part| part.line);
    let beside = |part: &Part<'_>| {
        let mut record = Record::new(part.line);
        if let Ok(value) = serde_json::from_str::<Value>(part.text) {
            let name = serde_json::from_str::<String>(part.name).unwrap_or_default();
            json_lines::leaves(&name, &value, &mut record);
        }
        record
    };
    let said = |take: &mut dyn FnMut(Record)| {
        for (part, reader) in &records {
            let mut record = json_lines::record(part.line, part.text);
            record.at(&reader.and_then(|reader| serde_json::from_str::<String>(reader).ok()).unwrap_or_default());
            take(record);
        }
        loose.iter().for_each(|part| take(beside(part)));
    };
    fields::say(said, dialogue);
    for (line, why) in flaws {
        dialogue.unread(line, "", why);
    }
}

/// A part of the document.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    /// The line on which it begins.
    line: usize,
    /// The last key above it, in quotes.
    name: &'a str,
    text: &'a str,
}

/// What a document has.
#[derive(Debug, Default)]
struct Document<'a> {
    /// The objects that have commands or answers, and the reader that an object around one names.
    records: Vec<(Part<'a>, Option<&'a str>)>,
    /// Whether one of them has both, or says whose its bytes are.
    tells: bool,
    /// Texts, numbers and lists of numbers outside them.
    loose: Vec<Part<'a>>,
    flaws: Vec<(usize, &'static str)>,
}

/// An object or a list whose end has not come yet.
#[derive(Debug)]
struct Open<'a> {
    /// The key above it, and the last one in it.
    above: &'a str,
    key: &'a str,
    start: usize,
    line: usize,
    is_object: bool,
    /// What its keys say.
    meanings: Vec<Meaning>,
    /// The reader that it names.
    reader: Option<&'a str>,
    /// How many loose parts and records there were when it began.
    loose: usize,
    records: usize,
    /// Whether there is an object in it that tells all of an exchange.
    has_record: bool,
}

/// Finds the records of a document. Each is the innermost object whose keys tell of a command and an answer; or one
/// that has one of them, in no such object.
fn scan(log: &str) -> Document<'_> {
    work::step(log.len());
    let mut document = Document::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while let Some(byte) = log.as_bytes().get(at) {
        let name = open.last().map_or("", |open| open.key);
        match byte {
            b'\n' => line += 1,
            b'"' => {
                let Some(end) = end_of_text(log, at) else { break };
                let text = log.get(at..end).unwrap_or_default();
                let is_key = log.get(end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
                match open.last_mut().filter(|open| open.is_object && is_key) {
                    Some(open) => {
                        open.meanings.extend(meanings::meaning(text));
                        open.key = text;
                        if values::is_bytes(text.trim_matches('"')) {
                            document.loose.push(Part { line, name: "", text });
                        }
                    }
                    None => {
                        let outer = open.last_mut().filter(|open| open.is_object);
                        if let Some(outer) = outer.filter(|_| meanings::meaning(name) == Some(Meaning::Reader)) {
                            outer.reader = Some(text);
                        }
                        document.loose.push(Part { line, name, text });
                    }
                }
                line += text.matches('\n').count();
                at = end;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                let rest = log.get(at..).unwrap_or_default();
                let length =
                    rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
                document.loose.push(Part { line, name, text: rest.get(..length).unwrap_or_default() });
                at += length;
                continue;
            }
            b'{' | b'[' => open.push(Open {
                above: name,
                key: name,
                start: at,
                line,
                is_object: *byte == b'{',
                meanings: Vec::new(),
                reader: None,
                loose: document.loose.len(),
                records: document.records.len(),
                has_record: false,
            }),
            b'}' | b']' => match open.pop() {
                Some(closed) if closed.is_object == (*byte == b'}') => {
                    let text = log.get(closed.start..=at).unwrap_or_default();
                    let part = Part { line: closed.line, name: closed.above, text };
                    let has_record = document.close(&closed, part);
                    if let Some(outer) = open.last_mut() {
                        outer.has_record |= has_record;
                    }
                }
                _ => document.flaws.push((line, "a bracket that closes nothing")),
            },
            _ => {}
        }
        at += 1;
    }
    if at < log.len() || !open.is_empty() {
        document.flaws.push((line, "the document breaks off"));
    }
    document
}

impl<'a> Document<'a> {
    /// Takes an object or a list whose end has come; whether there is a record in it.
    fn close(&mut self, closed: &Open<'a>, part: Part<'a>) -> bool {
        let has = |meaning| closed.meanings.contains(&meaning);
        let tells = meanings::tell(&closed.meanings);
        // The object around it says whose its bytes are.
        if tells && closed.meanings.len() == 2 && json_lines::is_buffer(part.text) {
            return closed.has_record;
        }
        let is_part = [Meaning::Command, Meaning::Answer, Meaning::Status].into_iter().any(has);
        if closed.is_object && !closed.has_record && (tells || is_part) {
            // What is in it belongs to it.
            self.loose.truncate(closed.loose);
            self.records.truncate(closed.records);
            self.records.push((part, closed.reader));
            self.tells |= tells;
            return tells;
        }
        for (_, reader) in self.records.iter_mut().skip(closed.records) {
            *reader = reader.or(closed.reader);
        }
        // A list of numbers may be bytes.
        let is_flat = !part.text.get(1..).unwrap_or_default().contains(['[', '{', '"']);
        if !closed.is_object && is_flat {
            self.loose.truncate(closed.loose);
            self.loose.push(part);
        }
        closed.has_record
    }
}

/// Where a text in quotes ends that begins at a place, if it ends.
fn end_of_text(log: &str, start: usize) -> Option<usize> {
    let mut is_escaped = false;
    let inside = log.get(start + 1..)?.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    Some(start + 1 + inside + 1)
}
