//! scdaemon of GnuPG with `debug-level guru` [SCDAEMON-LOG lines]: commands as bytes, answers as a status word and a
//! dump.

use super::super::{
    dialogue::{Dialogue, Event},
    scan::{between, bytes, only_bytes},
};

const COMMAND: &str = "PCSC_data:";
/// Before the answer to a command, and before that to a GET RESPONSE which scdaemon sends of itself.
const RESPONSES: [&str; 2] = ["response: sw=", "more: sw="];
const DUMP: &str = "dump:";
const ALL_ZERO: &str = "[all zero]";

/// Whether only scdaemon writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &str) -> bool {
    line.contains(COMMAND)
}

/// A command on its way to an answer.
#[derive(Default)]
struct Exchange {
    line: usize,
    command: Vec<u8>,
    /// The status word and how many bytes of data came with it.
    status: Option<([u8; 2], usize)>,
    data: Vec<u8>,
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let mut open: Option<Exchange> = None;
    for (index, text) in log.lines().enumerate() {
        let line = index + 1;
        if let Some((_, rest)) = text.split_once(COMMAND) {
            close(open.take(), dialogue);
            match only_bytes(rest) {
                Some(command) => open = Some(Exchange { line, command, ..Exchange::default() }),
                None => dialogue.unread(line, text, "a command that is not bytes"),
            }
        } else if let Some((_, rest)) = RESPONSES.iter().find_map(|marker| text.split_once(marker)) {
            let status = <[u8; 2]>::try_from(bytes(rest).0);
            let length = rest.split_once("datalen=").and_then(|(_, length)| length.trim().parse().ok());
            match (status, length, &mut open) {
                (Ok(status), Some(length), Some(exchange)) => exchange.status = Some((status, length)),
                (Ok(_), Some(_), None) => dialogue.unread(line, text, "an answer without a command"),
                _ => dialogue.unread(line, text, "an answer without status word or length"),
            }
        } else if let Some((_, rest)) = text.split_once(DUMP)
            && let Some(exchange) = &mut open
        {
            match (rest.trim(), exchange.status) {
                (ALL_ZERO, Some((_, length))) => exchange.data = zeros(length),
                (rest, _) => exchange.data.extend(bytes(rest).0),
            }
        } else if let Some((_, rest)) = text.split_once("ATR=") {
            dialogue.atr(None, bytes(rest).0);
        } else if let Some(atr) = between(text, "ATR (", ")") {
            dialogue.atr(None, bytes(atr).0);
        }
    }
    close(open, dialogue);
}

/// So many zeros, but no more than an answer can have.
fn zeros(length: usize) -> Vec<u8> {
    vec![0; length.min(virtuale_engine::response::LONGEST)]
}

fn close(open: Option<Exchange>, dialogue: &mut Dialogue) {
    let Some(Exchange { line, command, status, data }) = open else { return };
    let outcome =
        status.filter(|(_, length)| *length == data.len()).map(|(status, _)| Ok([&data[..], &status].concat()));
    let whole = outcome.is_some();
    dialogue.push(line, None, Event::Exchange(command, outcome));
    if !whole {
        dialogue.unread(line, COMMAND, "a command whose answer is not whole in the log");
    }
}
