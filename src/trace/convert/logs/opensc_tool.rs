//! opensc-tool with `-s`, and `apdu` in opensc-explorer [OPENSC-LOG opensc-tool]: `Sending:` and the command,
//! `Received` with the status word, then the data in rows with a column of text.

use crate::trace::convert::{
    dialogue::Dialogue,
    leftovers::Strictness,
    lines::Line,
    notation, tail,
    turns::{Speaker, Turns},
};

const COMMAND: &str = "Sending: ";
const ANSWER: &str = "Received (";

/// Whether only these programs write such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    line.text.strip_prefix(ANSWER).is_some_and(|rest| rest.starts_with("SW1="))
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue, Strictness::Rows);
    let mut has_data = false;
    for line in lines {
        let text = line.text.as_ref();
        if let Some(command) = text.strip_prefix(COMMAND) {
            has_data = false;
            turns.begin(Speaker::Terminal, line.number, command, None);
        } else if let Some(rest) = text.strip_prefix(ANSWER) {
            turns.begin(Speaker::Card, line.number, "", None);
            match tail::status(&rest[..rest.find(')').unwrap_or(rest.len())]) {
                Some(status) => turns.status(status),
                None => turns.dialogue.unread(line.number, text, "an answer without its status word"),
            }
            // A colon at the end says that data follow.
            has_data = text.trim_end().ends_with(':');
            if !has_data {
                turns.close();
            }
        } else if let Some(reader) = text.strip_prefix("Using reader with a card: ") {
            turns.close();
            turns.connections.connect(reader);
        } else if has_data && let Some(bytes) = notation::with_column(text) {
            turns.push(bytes);
        } else {
            turns.other(line);
        }
    }
    turns.finish();
}
