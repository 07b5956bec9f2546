//! GlobalPlatformPro and apdu4j with `-d` [APDU4J-LOG lines]: `A>> T=1 (4+0016) 00A40400 10 A0...` and
//! `A<< (0018+2) (91ms) 6F... 9000`, with the number of bytes of data before each.

use virtuale_engine::Protocol;

use crate::trace::convert::{
    dialogue::{Dialogue, Event},
    element::Element,
    leftovers::Author,
    lines::{Line, Lines},
    notation,
    readers::Place,
    turns::{Speaker, Turns},
};

/// Whether only these programs write such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    said_in(&line.text).is_some()
}

/// Who speaks in a line, how many bytes of data there are, and what stands behind that.
fn said_in(text: &str) -> Option<(Speaker, usize, &str)> {
    if text.starts_with("A>>") {
        let (count, rest) = counted(text, "(4+", ")")?;
        return Some((Speaker::Terminal, count, rest));
    }
    let (count, rest) = counted(text.strip_prefix("A<<")?, "(", "+2)")?;
    let rest = rest.trim_start();
    let timed = rest.strip_prefix('(').and_then(|time| time.split_once(')')).map_or(rest, |(_, rest)| rest);
    Some((Speaker::Card, count, timed))
}

/// A number between two texts, and what stands behind them.
fn counted<'a>(text: &'a str, begin: &str, end: &str) -> Option<(usize, &'a str)> {
    let (_, counts) = text.split_once(begin)?;
    let (count, rest) = counts.split_once(end)?;
    Some((count.trim().parse().ok()?, rest))
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut turns = Turns::new(dialogue);
    for line in lines {
        let text = line.text.as_ref();
        if let Some((speaker, count, rest)) = said_in(text) {
            let told = match speaker {
                // Whether an Le follows the data is not in the count.
                Speaker::Terminal => length_of_command(count, rest),
                Speaker::Card => count + 2,
            };
            line.take(&text[..text.len() - rest.len()]);
            turns.begin(speaker, &line, rest, Some(told));
        } else if text.starts_with("A>>") || text.starts_with("A<<") {
            turns.close();
            turns.dialogue.unread(line.number, text, "no count of bytes behind the mark");
        } else if let Some((reader, connection)) = called(text, "SCardConnect(") {
            turns.close();
            turns.connections.connect(reader);
            if let Some((protocol, atr)) = connection.split_once("-> ").and_then(|(_, result)| result.split_once(", "))
            {
                turns.dialogue.atr(line.number, Place::Reader(reader), notation::read(atr).bytes);
                if protocol == "T=1" {
                    turns.dialogue.push(line.number, Place::Reader(reader), Event::Protocol(Protocol::T1));
                }
            }
            line.take_all();
        } else if let Some((reader, _)) = called(text, "SCardDisconnect(") {
            turns.close();
            turns.connections.disconnect(Some(reader));
            line.take_all();
        } else {
            turns.other(&line);
        }
        let is_own = is_own(&line) && said_in(text).is_none();
        turns.settle(&line, if is_own { Author::Program } else { Author::Anybody });
    }
    turns.finish();
}

/// Whether these programs write such a line: a call of PC/SC, a line of what they run on, or one with a level before
/// it.
fn is_own(line: &Line<'_>) -> bool {
    ["SCard", "# ", "[*]", "[ ]"].iter().any(|begin| line.text.starts_with(begin))
        || line.raw.trim_start().starts_with('[')
}

/// The reader that a call of PC/SC names, and what follows.
fn called<'a>(text: &'a str, call: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(call)?.strip_prefix('"')?.split_once('"')
}

/// How many bytes a command with so much data has: an Le may stand behind it.
fn length_of_command(count: usize, text: &str) -> usize {
    let bytes = notation::read(text).bytes;
    // Signs for hidden bytes are none of an Le.
    let shown = bytes.0.iter().filter(|element| **element != Element::Gap).count();
    let body = match count {
        0 => 4,
        1..=255 => 5 + count,
        _ => 7 + count,
    };
    let extended = count > 255 || shown > 5 && count == 0;
    let le = if extended { [0, 2, 3] } else { [0, 1, 1] };
    le.into_iter().map(|le| body + le).find(|length| *length == shown).unwrap_or(body)
}
