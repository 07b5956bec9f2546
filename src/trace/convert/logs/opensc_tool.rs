//! opensc-tool with `-s`, and `apdu` in opensc-explorer [OPENSC-LOG opensc-tool]: `Sending:` and the command,
//! `Received` with the status word, then the data in rows with a column of text.

use crate::trace::convert::{
    dialogue::Dialogue,
    element::{Bytes, Element},
    leftovers::Author,
    lines::{Line, Lines},
    looks::begins_as_row,
    notation,
    turns::{Speaker, Turns},
};

const COMMAND: &str = "Sending: ";
const ANSWER: &str = "Received (";

/// Whether only these programs write such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    line.text.strip_prefix(ANSWER).is_some_and(|rest| rest.starts_with("SW1="))
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue);
    let mut columns = None;
    for line in lines {
        let text = line.text.as_ref();
        if let Some(command) = text.strip_prefix(COMMAND) {
            line.take(&text[..COMMAND.len()]);
            turns.begin(Speaker::Terminal, &line, command, None);
        } else if let Some(rest) = text.strip_prefix(ANSWER) {
            turns.begin(Speaker::Card, &line, "", None);
            match status(rest) {
                Some((status, data_follow)) => {
                    line.take_all();
                    turns.status(line.number, text, status, data_follow);
                }
                None => turns.dialogue.unread(line.number, text, "an answer without its status word"),
            }
        } else if let Some(reader) = text.strip_prefix("Using reader with a card: ") {
            turns.close();
            turns.connections.only(reader);
            line.take_all();
        } else if turns.is_of_card() {
            // All rows have a column of text, or it was lost of all; and each begins as the lines above it do.
            let row = notation::with_column(text).filter(|(bytes, _)| is_shown(bytes));
            let row = row.filter(|(bytes, has_column)| {
                // Blanks at the end of a line are no part of it.
                let is_blank = bytes.0.iter().all(|byte| *byte == Element::Byte(b' '));
                is_blank || *has_column == *columns.get_or_insert(*has_column)
            });
            let goes_on = row.is_some_and(|(bytes, _)| !line.is_bare && !line.is_other && turns.push(&line, bytes));
            match goes_on {
                true => {}
                false if begins_as_row(text) || notation::with_column(text).is_some() => turns.leftover(&line),
                false => turns.no_row(&line),
            }
        } else {
            turns.other(&line);
        }
        turns.settle(&line, Author::Anybody);
    }
    turns.finish();
}

fn is_shown(bytes: &Bytes) -> bool {
    !bytes.is_empty() && bytes.exact().is_some()
}

/// The status word of an answer, both bytes with two digits, and whether a colon says that data follow.
fn status(text: &str) -> Option<(Bytes, bool)> {
    let (first, rest) = text.strip_prefix("SW1=0x")?.split_at_checked(2)?;
    let (second, end) = rest.strip_prefix(", SW2=0x")?.split_at_checked(2)?;
    let data_follow = match end.trim_end() {
        ")" => false,
        "):" => true,
        _ => return None,
    };
    let status = notation::shown(&format!("{first}{second}")).filter(|status| status.len() == 2)?;
    Some((Bytes::from(&status[..]), data_follow))
}
