//! Records of a table or of JSON: which of their fields are commands, answers and what belongs to them.

use super::{
    dialogue::{Dialogue, Message, Unread},
    notation,
    pairing::Waiting,
    readers::Place,
    tail,
};

/// What a field says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    Command,
    Answer,
    /// The status word of the answer.
    Status,
    /// Who speaks, of [`Meaning::Data`].
    Direction,
    /// A command or an answer, as the direction says.
    Data,
    Reader,
    Atr,
}

const NAMES: [(&str, Meaning); 37] = [
    ("command", Meaning::Command),
    ("cmd", Meaning::Command),
    ("capdu", Meaning::Command),
    ("apducommand", Meaning::Command),
    ("commandapdu", Meaning::Command),
    ("request", Meaning::Command),
    ("tx", Meaning::Command),
    ("sent", Meaning::Command),
    ("send", Meaning::Command),
    ("answer", Meaning::Answer),
    ("response", Meaning::Answer),
    ("resp", Meaning::Answer),
    ("rapdu", Meaning::Answer),
    ("apduresponse", Meaning::Answer),
    ("responseapdu", Meaning::Answer),
    ("rx", Meaning::Answer),
    ("received", Meaning::Answer),
    ("recv", Meaning::Answer),
    ("reply", Meaning::Answer),
    ("sw", Meaning::Status),
    ("sw12", Meaning::Status),
    ("sw1sw2", Meaning::Status),
    ("statusword", Meaning::Status),
    ("direction", Meaning::Direction),
    ("dir", Meaning::Direction),
    ("type", Meaning::Direction),
    ("kind", Meaning::Direction),
    ("data", Meaning::Data),
    ("apdu", Meaning::Data),
    ("bytes", Meaning::Data),
    ("hex", Meaning::Data),
    ("payload", Meaning::Data),
    ("raw", Meaning::Data),
    ("reader", Meaning::Reader),
    ("readername", Meaning::Reader),
    ("slot", Meaning::Reader),
    ("atr", Meaning::Atr),
];

/// What a field of this name says. Case, blanks and signs in a name do not matter.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.iter().find(|(known, _)| *known == plain).map(|(_, meaning)| *meaning)
}

/// Whether fields of these meanings tell of commands and answers.
pub(super) fn tell(meanings: &[Meaning]) -> bool {
    let has = |meaning| meanings.contains(&meaning);
    has(Meaning::Command) && (has(Meaning::Answer) || has(Meaning::Status))
        || has(Meaning::Direction) && has(Meaning::Data)
}

/// A record.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    fields: Vec<(Meaning, &'a str)>,
}

impl<'a> Record<'a> {
    pub(super) fn add(&mut self, meaning: Meaning, value: &'a str) {
        if !value.trim().is_empty() {
            self.fields.push((meaning, value.trim()));
        }
    }

    fn get(&self, wanted: Meaning) -> Option<&'a str> {
        self.fields.iter().find(|(meaning, _)| *meaning == wanted).map(|(_, value)| *value)
    }

    /// Says what the record says, which stands on a line of the log.
    pub(super) fn say(&self, line: usize, waiting: &mut Waiting, dialogue: &mut Dialogue) {
        let place = Place::from(self.get(Meaning::Reader));
        if let Some(atr) = self.get(Meaning::Atr) {
            dialogue.atr(place, notation::read(atr).bytes);
        }
        let directed = self.get(Meaning::Direction).zip(self.get(Meaning::Data));
        let said = directed.map(|(direction, data)| (speaks(direction), data));
        let command =
            self.get(Meaning::Command).or(said.and_then(|(speaks, data)| (speaks == Some(true)).then_some(data)));
        let answer =
            self.get(Meaning::Answer).or(said.and_then(|(speaks, data)| (speaks == Some(false)).then_some(data)));
        if let Some((None, data)) = said {
            dialogue.unread(line, data, "bytes of which the record does not tell who says them");
        }
        if let Some(command) = command {
            waiting.command(place, message(line, command, None), dialogue);
        }
        let status = self.get(Meaning::Status);
        if answer.is_some() || status.is_some() {
            waiting.answer(message(line, answer.unwrap_or_default(), status), dialogue);
        }
    }
}

/// Whether a direction is that of commands; `None` if it is neither.
fn speaks(direction: &str) -> Option<bool> {
    let plain: String = direction.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    match plain.trim() {
        "command" | "cmd" | "c" | "c-apdu" | "capdu" | "request" | "req" | "tx" | "out" | "outgoing" | "sent"
        | "send" | ">" | "=>" | "->" | "-->" | ">>" => Some(true),
        "answer" | "response" | "resp" | "r" | "r-apdu" | "rapdu" | "reply" | "rx" | "in" | "incoming" | "received"
        | "recv" | "<" | "<=" | "<-" | "<--" | "<<" => Some(false),
        _ => None,
    }
}

/// A value as a message; what is wrong with it is in it.
fn message(line: usize, value: &str, status: Option<&str>) -> Message {
    let reading = notation::read(value);
    let mut bytes = reading.bytes;
    let mut is_whole = reading.rest.is_empty() && !reading.doubt;
    if let Some(apart) = tail::status(reading.rest).filter(|_| !is_whole && !bytes.is_empty()) {
        bytes.extend(apart);
        is_whole = true;
    }
    if let Some(status) = status {
        let read = notation::read(status);
        is_whole &= read.rest.is_empty() && read.bytes.0.len() == 2;
        bytes.extend(read.bytes);
    }
    let flaw = (!is_whole).then(|| {
        let text = format!("{value} {}", status.unwrap_or_default());
        Unread { line, text, why: "a field that is not only bytes".to_owned() }
    });
    Message { line, bytes, settled: flaw.is_some(), flaw }
}

/// Nothing more comes.
pub(super) fn finish(waiting: &mut Waiting, dialogue: &mut Dialogue) {
    waiting.give_up(dialogue);
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning, speaks, tell};

    #[test]
    fn names_of_fields() {
        assert_eq!(meaning("C-APDU"), Some(Meaning::Command));
        assert_eq!(meaning("Status Word"), Some(Meaning::Status));
        assert_eq!(meaning("time"), None);
        assert!(tell(&[Meaning::Command, Meaning::Answer]) && tell(&[Meaning::Direction, Meaning::Data]));
        assert!(!tell(&[Meaning::Command]) && !tell(&[Meaning::Data]));
        assert_eq!((speaks("TX"), speaks("<="), speaks("event")), (Some(true), Some(false), None));
    }
}
