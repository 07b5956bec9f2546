//! `>` before a command and `<` before an answer, at the beginning of the line: pyscard's observer [PYSCARD-LOG lines],
//! `virtuale apdu`, and what has the status word apart, as in `< 6F 00 [9000]`.

use virtuale_engine::Reset;

use crate::trace::convert::{
    dialogue::{Dialogue, Event},
    leftovers::Strictness,
    lines::Line,
    notation,
    turns::{Speaker, Turns},
};

/// How pyscard's observer begins a line about a connection.
const CONNECTING: [&str; 2] = ["connecting to ", "reconnecting to "];
const DISCONNECTING: &str = "disconnecting from ";

/// What `virtuale apdu` says at a terminal before its first prompt.
const INVITATION: &str = "write a command in hexadecimal, such as ";

/// Whether a log has such lines of both kinds.
pub(in crate::trace::convert) fn is_typical(lines: &[Line<'_>]) -> bool {
    let has =
        |speaker| lines.iter().filter_map(|line| said_in(&line.text)).any(|said| said.0 == speaker && is_bytes(said.1));
    has(Speaker::Terminal) && has(Speaker::Card)
}

fn is_bytes(text: &str) -> bool {
    text.trim_start().starts_with("[]") || notation::read(text).bytes.0.len() > 1
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

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue, Strictness::Anywhere);
    // It writes two blanks behind the sign.
    let is_pyscard = lines.iter().any(|line| line.text.starts_with("<  ") || connected(&line.text).is_some());
    for line in lines {
        let text = line.text.as_ref();
        if let Some((speaker, said)) = said_in(text) {
            let said = said.trim();
            let said = said.strip_prefix("[]").filter(|_| speaker == Speaker::Card).unwrap_or(said);
            let padded = if is_pyscard && speaker == Speaker::Card { padded(said) } else { said.to_owned() };
            turns.begin(speaker, line.number, &padded, None);
        } else if let Some(reader) = connected(text) {
            turns.close();
            turns.connections.connect(reader);
        } else if let Some(reader) = text.strip_prefix(DISCONNECTING) {
            turns.close();
            turns.connections.disconnect(Some(reader));
        } else if let Some(rest) = text.strip_prefix("reset  # ") {
            turns.event(line.number, Event::Reset(Reset::Cold));
            turns.atr(rest);
        } else if text.starts_with(INVITATION) {
            turns.close();
        } else if !turns.atr(text) {
            turns.other(line);
        }
    }
    turns.finish();
}

fn connected(text: &str) -> Option<&str> {
    CONNECTING.iter().find_map(|begin| text.strip_prefix(begin))
}

/// Bytes whose last one has two digits: before version 1.9.8 pyscard wrote `90 0`.
fn padded(text: &str) -> String {
    match text.rsplit_once(' ') {
        Some((before, digit)) if digit.len() == 1 && digit.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            format!("{before} 0{digit}")
        }
        _ => text.to_owned(),
    }
}
