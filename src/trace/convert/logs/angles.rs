//! `>` before a command and `<` before an answer, at the beginning of the line: pyscard's observer [PYSCARD-LOG lines],
//! `virtuale apdu`, and what has the status word apart, as in `< 6F 00 [9000]`.

use virtuale_engine::Reset;

use crate::trace::convert::{
    dialogue::{Dialogue, Event},
    leftovers::Author,
    lines::{Line, Lines},
    notation, prefix,
    turns::{Speaker, Turns},
};

/// How pyscard's observer begins a line about a connection.
const CONNECTING: [&str; 2] = ["connecting to ", "reconnecting to "];
const DISCONNECTING: &str = "disconnecting from ";

/// What `virtuale apdu` says at a terminal before its first prompt.
const INVITATION: &str = "write a command in hexadecimal, such as ";

/// Which of the two kinds of such lines a log has.
#[derive(Debug, Default)]
pub(in crate::trace::convert) struct Found {
    command: bool,
    answer: bool,
}

impl Found {
    pub(in crate::trace::convert) fn look(&mut self, line: &Line<'_>) {
        match said_in(&line.text) {
            Some((Speaker::Terminal, said)) => self.command |= is_bytes(said),
            Some((Speaker::Card, said)) => self.answer |= is_bytes(said),
            None => {}
        }
    }

    /// Whether it has both.
    pub(in crate::trace::convert) fn is_typical(&self) -> bool {
        self.command && self.answer
    }
}

fn is_bytes(text: &str) -> bool {
    text.trim_start().starts_with("[]") || notation::read(prefix::untimed(text.trim())).bytes.0.len() > 1
}

/// What is said in a line, and by whom.
fn said_in(text: &str) -> Option<(Speaker, &str)> {
    let said = |mark: char, speaker| {
        let rest = text.strip_prefix(mark).filter(|rest| !rest.starts_with(['>', '<', '=', '-']))?;
        // A remark of `virtuale apdu` names what the bytes are.
        Some((speaker, rest.split_once("  # ").map_or(rest, |(bytes, _)| bytes)))
    };
    said('>', Speaker::Terminal).or_else(|| said('<', Speaker::Card))
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue);
    // It writes two blanks behind the sign.
    let is_pyscard = lines.clone().any(|line| line.text.starts_with("<  ") || connected(&line.text).is_some());
    let is_apdu = lines.clone().any(|line| said_in(&line.text).is_some() && line.text.contains("  # "));
    for line in lines {
        let text = line.text.as_ref();
        // `virtuale apdu` explains answers below them.
        let mut author = if is_apdu && text.starts_with("#  ") { Author::Program } else { Author::Anybody };
        if let Some((speaker, said)) = said_in(text) {
            line.take(&text[..1]);
            let remark = text.split_once("  # ").map(|(_, remark)| remark);
            if remark.is_some_and(is_name) {
                author = Author::Program;
            }
            let said = said.trim();
            let said = said.strip_prefix("[]").filter(|_| speaker == Speaker::Card).unwrap_or(said);
            match padded(said).filter(|_| is_pyscard && speaker == Speaker::Card) {
                Some(padded) => {
                    turns.begin(speaker, &line, &padded, None);
                    // This is how an answer ends.
                    turns.ends();
                    line.take(said);
                }
                None => turns.begin(speaker, &line, said, None),
            }
        } else if let Some(reader) = connected(text) {
            turns.close();
            turns.connections.connect(reader);
            line.take_all();
        } else if let Some(reader) = text.strip_prefix(DISCONNECTING) {
            turns.close();
            turns.connections.disconnect(Some(reader));
            line.take_all();
        } else if let Some(rest) = text.strip_prefix("reset  # ") {
            turns.event(line.number, Event::Reset(Reset::Cold));
            turns.atr(&line, rest);
        } else if text.starts_with(INVITATION) {
            turns.close();
            line.take_all();
        } else if !turns.atr(&line, text) {
            turns.other(&line);
        }
        turns.settle(&line, author);
    }
    turns.finish();
}

/// Whether a remark is what `virtuale apdu` calls a command: it begins with a word of capitals.
fn is_name(remark: &str) -> bool {
    let word = remark.split(' ').next().unwrap_or_default();
    word.len() > 2
        && word.bytes().all(|byte| byte.is_ascii_uppercase())
        && word.bytes().any(|byte| !byte.is_ascii_hexdigit())
}

fn connected(text: &str) -> Option<&str> {
    CONNECTING.iter().find_map(|begin| text.strip_prefix(begin))
}

/// Bytes whose last one has two digits: before version 1.9.8 pyscard wrote `90 0`. Of status words that no card has
/// that digit was lost.
fn padded(text: &str) -> Option<String> {
    let (before, digit) = text.rsplit_once(' ')?;
    let is_digit = digit.len() == 1 && digit.bytes().all(|digit| digit.is_ascii_hexdigit());
    let first = before.rsplit(' ').next().unwrap_or_default();
    let is_count = matches!(first, "61" | "6C" | "9F" | "6c" | "9f");
    let is_plain = matches!(
        (first, digit),
        ("90" | "62" | "63" | "64" | "67" | "68" | "6B" | "6b" | "6D" | "6d" | "6E" | "6e" | "6F" | "6f", "0")
    );
    (is_digit && (is_count || is_plain)).then(|| format!("{before} 0{digit}"))
}
