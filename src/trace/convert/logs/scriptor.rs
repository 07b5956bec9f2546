//! What scriptor prints: the line of the script, `>` and the command, `<` and the answer with 16 bytes a line, ` : `
//! and the meaning of the status word.

use virtuale_engine::Reset;

use crate::trace::convert::{
    dialogue::{Dialogue, Event},
    leftovers::Author,
    lines::{Line, Lines},
    notation,
    turns::{Speaker, Turns},
};

/// Whether scriptor writes such a line: one of those that it begins with, or an answer with its meaning.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    let text = line.text.as_ref();
    let meant = text.strip_prefix("< ").and_then(|rest| rest.split_once(" : ")).map(|(answer, _)| answer);
    matches!(text, "Using T=0 protocol" | "Using T=1 protocol")
        || meant.is_some_and(|text| notation::only(text).is_some())
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue);
    let mut is_answer = false;
    let mut last = 0;
    for line in lines {
        let text = line.text.as_ref();
        last = line.number;
        if let Some(atr) = text.strip_prefix("< OK: ") {
            turns.close();
            let atr = notation::read(atr);
            turns.dialogue.atr(line.number, turns.connections.place(), atr.bytes);
            line.take(&text[..text.len() - atr.rest.len()]);
        } else if text.starts_with("< KO: ") {
            turns.close();
            turns.dialogue.unread(line.number, text, "a reset that failed");
        } else if let Some(rest) = text.strip_prefix('>') {
            if is_answer {
                turns.dialogue.unread(line.number, text, "the answer before this line breaks off");
            }
            is_answer = false;
            line.take(&text[..1]);
            match rest.trim() {
                "RESET" => turns.event(line.number, Event::Reset(Reset::Warm)),
                command => turns.begin(Speaker::Terminal, &line, command, None),
            }
        } else if let Some(rest) = text.strip_prefix('<') {
            let (data, ended) = before_meaning(rest);
            line.take(&text[..1]);
            turns.begin(Speaker::Card, &line, data, None);
            is_answer = !ended;
        } else if is_answer {
            // What is behind the last byte may stand on a line of its own.
            let (data, ended) = before_meaning(text);
            if !data.trim().is_empty() && !turns.row_of(&line, data) {
                turns.dialogue.unread(line.number, text, "an answer that is not bytes");
            }
            is_answer = !ended;
        } else if !(turns.is_of_terminal() && turns.row(&line)) {
            // An echo of the script follows the answer before it; a reset is told below.
            turns.close();
            if !text.eq_ignore_ascii_case("reset") {
                turns.other(&line);
            }
        }
        if !is_answer && !turns.is_of_terminal() {
            turns.close();
        }
        turns.settle(&line, Author::Anybody);
    }
    if is_answer {
        turns.dialogue.unread(last, "", "the last answer breaks off");
    }
    turns.finish();
}

/// What stands before the meaning of the status word, and whether that is there.
fn before_meaning(text: &str) -> (&str, bool) {
    match text.split_once(" : ") {
        Some((data, _)) => (data, true),
        None if text.starts_with(": ") => ("", true),
        None => (text.trim_end().trim_end_matches(':'), text.trim_end().ends_with(':')),
    }
}
