//! Arrows before bytes: `=>` and `<=` as many programs print them, `>` and `<` as scriptor does.

use virtuale_engine::{Fault, Reset};

use super::super::{
    dialogue::{Dialogue, Event},
    scan::{bytes, only_bytes},
};
use crate::trace::{Silence, names::hex};

/// Whether a line has an arrow before bytes.
pub(in crate::trace::convert) fn is_typical(line: &str) -> bool {
    command_of(line).is_some_and(|rest| !bytes(rest).0.is_empty())
}

/// Whether scriptor writes such a line.
pub(in crate::trace::convert) fn is_typical_of_scriptor(line: &str) -> bool {
    line.starts_with("> ") && only_bytes(line.trim_start_matches("> ")).is_some()
        || matches!(line, "Using T=0 protocol" | "Using T=1 protocol")
}

fn command_of(line: &str) -> Option<&str> {
    line.split_once("=>").map(|(_, rest)| rest)
}

fn response_of(line: &str) -> Option<&str> {
    line.split_once("<=").map(|(_, rest)| rest)
}

/// A command on its way to its answer.
#[derive(Default)]
struct Waiting(Option<(usize, Vec<u8>)>);

impl Waiting {
    fn command(&mut self, line: usize, command: Vec<u8>, dialogue: &mut Dialogue) {
        self.give_up(dialogue);
        self.0 = Some((line, command));
    }

    fn response(&mut self, line: usize, text: &str, response: Vec<u8>, dialogue: &mut Dialogue) {
        let outcome = if response.is_empty() { Err(Silence::Fault(Fault::Mute)) } else { Ok(response) };
        match self.0.take() {
            Some((at, command)) => dialogue.push(at, None, Event::Exchange(command, Some(outcome))),
            None => dialogue.unread(line, text, "an answer without a command"),
        }
    }

    fn give_up(&mut self, dialogue: &mut Dialogue) {
        if let Some((line, command)) = self.0.take() {
            let shown = hex(&command);
            dialogue.push(line, None, Event::Exchange(command, None));
            dialogue.unread(line, &shown, "a command whose answer is not in the log");
        }
    }
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let mut waiting = Waiting::default();
    for (index, text) in log.lines().enumerate() {
        let line = index + 1;
        let (rest, is_command) = match (command_of(text), response_of(text)) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => continue,
        };
        match bytes(rest) {
            (found, rest) if !ends_well(rest) => {
                let why =
                    if found.is_empty() { "no bytes behind the arrow" } else { "not only bytes behind the arrow" };
                dialogue.unread(line, text, why);
            }
            (found, _) if found.is_empty() => dialogue.unread(line, text, "no bytes behind the arrow"),
            (found, _) if is_command => waiting.command(line, found, dialogue),
            (found, _) => waiting.response(line, text, found, dialogue),
        }
    }
    waiting.give_up(dialogue);
}

/// Whether what stands behind bytes is a remark and no half byte: it begins with something that is no letter or digit.
fn ends_well(rest: &str) -> bool {
    !rest.starts_with(|character: char| character.is_alphanumeric())
}

/// scriptor: a command on a line; its answer from `<` on, 16 bytes a line, to ` : ` and the meaning of the status word.
pub(in crate::trace::convert) fn read_scriptor(log: &str, dialogue: &mut Dialogue) {
    let mut waiting = Waiting::default();
    let mut response: Option<Vec<u8>> = None;
    for (index, text) in log.lines().enumerate() {
        let line = index + 1;
        if let Some(rest) = text.strip_prefix("> ") {
            if response.take().is_some() {
                dialogue.unread(line, text, "the answer before this line breaks off");
            }
            match only_bytes(rest) {
                Some(command) => waiting.command(line, command, dialogue),
                None if rest.trim() == "RESET" => dialogue.push(line, None, Event::Reset(Reset::Warm)),
                None => dialogue.unread(line, text, "a command that is not bytes"),
            }
        } else if let Some(rest) = text.strip_prefix("< OK: ") {
            dialogue.atr(None, bytes(rest).0);
        } else if text.starts_with("< KO: ") {
            dialogue.unread(line, text, "a reset that failed");
        } else if let Some(rest) = text.strip_prefix("< ") {
            response = go_on(line, rest, Vec::new(), &mut waiting, dialogue);
        } else if let Some(begun) = response.take() {
            response = go_on(line, text, begun, &mut waiting, dialogue);
        }
    }
    if response.is_some() {
        dialogue.unread(log.lines().count(), "", "the last answer breaks off");
    }
    waiting.give_up(dialogue);
}

/// Adds a line to an answer, and gives it back if it is not at its end.
fn go_on(
    line: usize,
    text: &str,
    mut response: Vec<u8>,
    waiting: &mut Waiting,
    dialogue: &mut Dialogue,
) -> Option<Vec<u8>> {
    let (data, ended) = text.split_once(" : ").map_or((text, text.trim_end().ends_with(':')), |(data, _)| (data, true));
    let (found, rest) = bytes(data);
    if !rest.trim().is_empty() {
        dialogue.unread(line, text, "an answer that is not bytes");
        return None;
    }
    response.extend(found);
    if !ended {
        return Some(response);
    }
    waiting.response(line, text, response, dialogue);
    None
}
