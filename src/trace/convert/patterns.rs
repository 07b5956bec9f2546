//! Logs of any program, read by patterns that a person writes for it.
//!
//! A pattern is a regular expression with named groups that say what they hold: `TX (?<command>.*)`. Bytes may be in
//! any notation, and go on in rows below. Matching takes time by the length of the line, whatever the pattern.

use std::{fmt, sync::Arc};

use regex_lite::{Captures, Regex};

use super::{
    dialogue::{Dialogue, Imported},
    leftovers::Author,
    lines::{self, Line},
    notation, tail,
    turns::{Speaker, Turns},
};
use crate::profile::diagnostic::{Diagnostic, Diagnostics, Source};

/// The groups that a pattern may have, and what they hold.
pub const GROUPS: [(&str, &str); 6] = [
    ("command", "the bytes of a command"),
    ("response", "the bytes of an answer"),
    ("sw", "the status word of the answer, if it stands apart"),
    ("reader", "the reader that commands go to, from here on"),
    ("atr", "the answer to reset"),
    ("skip", "anything: the line does not matter, whatever bytes it has"),
];

/// Patterns for a log. The first one that fits a line says what it holds.
#[derive(Clone)]
pub struct Patterns(Vec<Regex>);

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(Regex::as_str)).finish()
    }
}

impl Patterns {
    /// Reads patterns. `name` is what messages call them, such as the option that they are from.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] point at what is wrong with one: a mistake in the expression, a group that is not among
    /// [`GROUPS`], no group at all; or no pattern has a command.
    pub fn new(name: &str, patterns: &[String]) -> Result<Self, Diagnostics> {
        let read: Vec<Result<Regex, Box<Diagnostic>>> = patterns.iter().map(|pattern| read(name, pattern)).collect();
        let mut mistakes: Vec<Diagnostic> =
            read.iter().filter_map(|read| read.as_ref().err().map(|mistake| (**mistake).clone())).collect();
        let patterns: Vec<Regex> = read.into_iter().flatten().collect();
        let has_command =
            patterns.iter().any(|pattern| pattern.capture_names().flatten().any(|name| name == "command"));
        if mistakes.is_empty() && !has_command {
            let source = Arc::new(Source { name: name.to_owned(), text: joined(&patterns) });
            let span = 0..source.text.len();
            let mistake = Diagnostic::new(&source, span, "no pattern has a group for commands".to_owned());
            mistakes.push(mistake.hint("write one, such as 'TX (?<command>.*)'"));
        }
        if mistakes.is_empty() { Ok(Self(patterns)) } else { Err(Diagnostics(mistakes)) }
    }

    /// Makes a trace of a log.
    #[must_use]
    pub fn import(&self, log: &str) -> Imported {
        let mut dialogue = Dialogue::default();
        let mut turns = Turns::new(&mut dialogue);
        for line in lines::lines(log) {
            // What was put before the line is there for patterns that want it.
            let whole = Line::new(line.number, line.whole, line.whole.trim_start_matches('\u{FEFF}'));
            let fits = |pattern| -> Option<(Captures<'_>, &Line<'_>)> {
                [&line, &whole].into_iter().find_map(|line| Some((Regex::captures(pattern, &line.text)?, line)))
            };
            match self.0.iter().find_map(fits) {
                Some((found, line)) => {
                    say(&found, line, &mut turns);
                    turns.settle(line, Author::Anybody);
                }
                None => {
                    turns.other(&line);
                    turns.settle(&line, Author::Anybody);
                }
            }
        }
        turns.finish();
        dialogue.finish()
    }
}

/// Says what a pattern found in a line.
fn say(found: &Captures<'_>, line: &Line<'_>, turns: &mut Turns<'_>) {
    let group = |name| found.name(name).map(|group| group.as_str());
    if let Some(reader) = group("reader") {
        turns.close();
        turns.connections.only(reader);
        line.take(reader);
    }
    if let Some(atr) = group("atr") {
        turns.close();
        let reading = notation::read(atr);
        turns.dialogue.atr_shown(line.number, turns.connections.place(), reading.bytes);
        line.take(&atr[..atr.len() - reading.rest.len()]);
    }
    if let Some(command) = group("command") {
        turns.begin(Speaker::Terminal, line, command, None);
    }
    let status = group("sw");
    if group("response").is_some() || status.is_some() {
        turns.begin(Speaker::Card, line, group("response").unwrap_or_default(), None);
    }
    if let Some(status) = status {
        match tail::status(&format!("[{status}]")) {
            Some(word) => {
                line.take(status);
                turns.status(line.number, status, word, false);
            }
            None => turns.dialogue.unread(line.number, status, "a status word that is not two bytes"),
        }
    }
    if group("skip").is_some() {
        turns.close();
        line.take_all();
    }
}

fn joined(patterns: &[Regex]) -> String {
    patterns.iter().map(Regex::as_str).collect::<Vec<_>>().join("\n")
}

/// Reads one pattern.
fn read(name: &str, pattern: &str) -> Result<Regex, Box<Diagnostic>> {
    let source = Arc::new(Source { name: name.to_owned(), text: pattern.to_owned() });
    let wrong = |span: std::ops::Range<usize>, message: String| Diagnostic::new(&source, span, message);
    let regex = Regex::new(pattern).map_err(|error| {
        let mistake = wrong(0..pattern.len(), format!("not a regular expression: {error}"));
        Box::new(mistake.hint("a sign that means itself has a backslash before it, such as `\\[` or `\\(`"))
    })?;
    let groups = GROUPS.map(|(group, _)| format!("`{group}`")).join(", ");
    let mut names = regex.capture_names().flatten().peekable();
    if names.peek().is_none() {
        let hint = format!("name a group, as in 'TX (?<command>.*)'; there are {groups}");
        return Err(Box::new(wrong(0..pattern.len(), "a pattern without a named group".to_owned()).hint(hint)));
    }
    if let Some(unknown) = names.find(|name| GROUPS.iter().all(|(known, _)| known != name)) {
        let at = pattern.find(&format!("<{unknown}>")).map_or(0, |at| at + 1);
        let message = format!("`{unknown}` is not a group of a log");
        return Err(Box::new(wrong(at..at + unknown.len(), message).hint(format!("there are {groups}"))));
    }
    Ok(regex)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Patterns;

    fn patterns(patterns: &[&str]) -> Result<Patterns, String> {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        Patterns::new("--pattern", &patterns).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_log_of_any_program() {
        let log = "[card A] connected, atr=3B:00\n08:00 t1 tx{00 A4 04 00 02}\n   3F 00\n08:00 t1 rx{6F 00} st{9000}\nnoise 00 01 02 03 04\n\
                   tx{00 B0 00 00 01}\nrx{55\n90 00}\n";
        let patterns = patterns(&[
            r"\[card (?<reader>\w+)\] .*atr=(?<atr>\S+)",
            r"tx\{(?<command>[^}]*)",
            r"rx\{(?<response>[^}]*)\} st\{(?<sw>\w+)",
            r"rx\{(?<response>[^}]*)",
            "^(?<skip>noise)",
        ])
        .expect("patterns");
        let imported = patterns.import(log);
        let expected = "virtuale-trace 1\n# reader: A\natr 3B 00\n> 00 A4 04 00 02 3F 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 55 90 00\n";
        assert_eq!((imported.text.as_str(), imported.unread), (expected, vec![]));
    }

    #[test]
    fn behind_a_status_word_nothing_goes_on() {
        let patterns = patterns(&["tx (?<command>.*)", r"rx\{(?<response>[^}]*)\} st\{(?<sw>\w+)"]).expect("patterns");
        let unread = |answer: &str| -> (String, Vec<usize>) {
            let imported = patterns.import(&format!("tx 00 A4 04 00\n{answer}\n"));
            let lines = imported.unread.iter().map(|unread| unread.line).collect();
            (imported.text, lines)
        };
        let (text, lines) = unread("rx{6F 00} st{9000}\n00 B0 00 00 01");
        assert!(text.contains("< 6F 00 90 00\n") && lines == [3], "{text}{lines:?}");
        let (text, lines) = unread("rx{6F 00 90 00} st{9000}");
        assert!(text.contains("< 6F 00 90 00 90 00\n") && lines == [2], "{text}{lines:?}");
    }

    #[test]
    fn what_no_pattern_took_is_named() {
        let patterns = patterns(&["TX (?<command>.*)", "RX (?<response>.*)"]).expect("patterns");
        let imported = patterns.import("TX 00 A4 04 00\nRX 90 00\nmore: 10 11 12 13\nTX 00\nRX zz\n");
        let lines: Vec<usize> = imported.unread.iter().map(|unread| unread.line).collect();
        assert_eq!(lines, [3, 4, 4, 5]);
    }

    #[test]
    fn a_mistake_is_pointed_at() {
        for (pattern, says) in [
            ("TX (?<command>.*", ["not a regular expression: found open group without closing", "^"]),
            ("TX (?<comand>.*)", ["`comand` is not a group of a log", "    ^^^^^^"]),
            ("TX .*", ["a pattern without a named group", "(?<command>.*)"]),
            ("RX (?<response>.*)", ["no pattern has a group for commands", "^^^"]),
            ("TX [(?<command>.*)", ["not a regular expression", "backslash"]),
        ] {
            let error = patterns(&[pattern]).expect_err(pattern);
            assert!(says.iter().all(|part| error.contains(part)), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in "([a-z(?<>.*)+{}|\\[\\]^$]|\\(\\?<command>|\\\\){0,30}") {
            if let Ok(patterns) = patterns(&[&pattern]) {
                let _ = patterns.import("TX 00 A4 04 00\nRX 90 00\n");
            }
        }
    }
}
