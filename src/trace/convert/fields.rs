//! Records of a table or of JSON: which of their fields are commands, answers and what belongs to them.

use super::{
    dialogue::{Dialogue, Message},
    element::Bytes,
    gathered::{self, Gathered, holds_bytes, looks_like_bytes},
    notation,
    pairing::WaitingEach,
    prefix,
    readers::Place,
    tail,
};
use crate::work;

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

const NAMES: [(&str, Meaning); 40] = [
    ("command", Meaning::Command),
    ("commande", Meaning::Command),
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
    ("reponse", Meaning::Answer),
    ("rponse", Meaning::Answer),
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

/// What a field of this name says. Case, blanks, signs and letters with accents in a name do not matter.
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

/// A field of a record.
#[derive(Debug)]
struct Field {
    /// What its name says, if anything.
    meaning: Option<Meaning>,
    value: String,
}

/// A record of a log.
#[derive(Debug)]
pub(super) struct Record {
    line: usize,
    fields: Vec<Field>,
    /// What is wrong with it as a record.
    flaws: Vec<(String, String)>,
}

/// The fields of which commands and answers are made.
#[derive(Debug)]
struct Parts<'a> {
    command: Option<&'a Field>,
    answer: Option<&'a Field>,
    status: Option<&'a Field>,
}

impl Record {
    /// Begins a record that stands on a line of the log.
    pub(super) fn new(line: usize) -> Self {
        Self { line, fields: Vec::new(), flaws: Vec::new() }
    }

    pub(super) fn add(&mut self, meaning: Option<Meaning>, value: &str) {
        if !value.trim().is_empty() {
            self.fields.push(Field { meaning, value: value.trim().to_owned() });
        }
    }

    /// Notes what is wrong with it.
    pub(super) fn flaw(&mut self, text: &str, why: &str) {
        self.flaws.push((text.to_owned(), why.to_owned()));
    }

    fn get(&self, wanted: Meaning) -> Option<&Field> {
        self.fields.iter().find(|field| field.meaning == Some(wanted))
    }

    fn parts(&self) -> Parts<'_> {
        let is_command = self.get(Meaning::Direction).and_then(|direction| speaks(&direction.value));
        let data = |wanted| self.get(Meaning::Data).filter(|_| is_command == Some(wanted));
        Parts {
            command: self.get(Meaning::Command).or_else(|| data(true)),
            answer: self.get(Meaning::Answer).or_else(|| data(false)),
            status: self.get(Meaning::Status),
        }
    }

    /// Says what the record says. `repeats` is whether answers have their status word also in a field of its own.
    fn say(&self, repeats: bool, waiting: &mut WaitingEach, dialogue: &mut Dialogue) {
        for (text, why) in &self.flaws {
            dialogue.unread(self.line, text, why);
        }
        let place = Place::from(self.get(Meaning::Reader).map(|reader| reader.value.as_str()));
        if let Some(atr) = self.get(Meaning::Atr) {
            dialogue.atr(place, notation::read(&atr.value).bytes);
        }
        let Parts { command, answer, status } = self.parts();
        let status_value = status.map(|status| status.value.as_str());
        let command_said = command.map(|command| message(self.line, &command.value, None, repeats));
        let answer_value = answer.map_or("", |answer| &answer.value);
        let answer_said = answer.or(status).map(|_| message(self.line, answer_value, status_value, repeats));
        let said: Vec<&Message> = command_said.iter().chain(&answer_said).collect();
        self.name_unused(&[command, answer, status], &said, dialogue);
        if let Some(command) = command_said {
            waiting.command(place, command, dialogue);
        }
        if let Some(answer) = answer_said {
            waiting.answer(place, answer, dialogue);
        }
    }

    /// Names the fields with bytes that are in no command and no answer of the record.
    fn name_unused(&self, used: &[Option<&Field>], said: &[&Message], dialogue: &mut Dialogue) {
        let is_used = |field: &Field| used.iter().flatten().any(|used| std::ptr::eq(*used, field));
        let shown: String = said.iter().map(|message| format!(" {} |", message.bytes.notation())).collect();
        let mut compared = 0;
        for field in self.fields.iter().filter(|field| !is_used(field)) {
            let why = match field.meaning {
                Some(Meaning::Reader | Meaning::Direction | Meaning::Atr) => continue,
                Some(Meaning::Data) => "bytes of which the record does not tell who says them",
                Some(Meaning::Command | Meaning::Answer | Meaning::Status) => "a second field of one meaning",
                None if has_bytes(&field.value, said.is_empty()) => {
                    "bytes in a field whose name tells of no command and no answer"
                }
                None => continue,
            };
            let pairs = gathered::pairs(&field.value);
            compared += 1;
            let is_said = !pairs.is_empty() && compared <= MOST_COMPARED && {
                work::step(shown.len());
                shown.contains(&pairs)
            };
            if !is_said {
                dialogue.unread(self.line, &field.value, why);
            }
        }
    }
}

/// How many fields of a record are compared with what it says: each reads all of it.
const MOST_COMPARED: usize = 16;

/// Says what the records of a log say.
pub(super) fn say(records: &[Record], dialogue: &mut Dialogue) {
    let repeats = repeat_status(records);
    let mut waiting = WaitingEach::default();
    for record in records {
        record.say(repeats, &mut waiting, dialogue);
    }
    waiting.give_up(dialogue);
}

/// Whether answers have their status word also in a field of its own: all of them that have such a field do. One that
/// does not shows that it is only there.
fn repeat_status(records: &[Record]) -> bool {
    records.iter().map(Record::parts).all(|Parts { answer, status, .. }| {
        let status = status.and_then(|status| status_in(&status.value));
        let bytes = notation::read(answer.map_or("", |answer| &answer.value)).bytes;
        status.is_none_or(|status| bytes.0.ends_with(&status.0))
    })
}

/// Whether a value whose name says nothing has bytes. Dates, times, counts and identifiers have digits too, and so
/// have words; of fewer than four bytes only those count that are `alone`, without a command or an answer beside them.
pub(super) fn has_bytes(value: &str, alone: bool) -> bool {
    let text = prefix::stripped(value);
    let words: Vec<&str> = text.split(['-', ':']).collect();
    let is_decimal = words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    // No count begins with a zero, and a command has four bytes.
    let is_count = is_decimal && words.len() == 1 && !text.starts_with('0');
    let is_day_or_time = is_decimal && matches!(words.len(), 2 | 3);
    let is_uuid = words.iter().map(|word| word.len()).eq([8, 4, 4, 4, 12]);
    let is_long = alone || gathered::pairs(text).len() > 3 * 4;
    !is_count && !is_day_or_time && !is_uuid && is_long && (looks_like_bytes(text) || holds_bytes(text))
}

/// Whether a direction is that of commands; `None` if it is neither.
pub(super) fn speaks(direction: &str) -> Option<bool> {
    let plain: String = direction.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    match plain.trim() {
        "command" | "cmd" | "c" | "c-apdu" | "capdu" | "request" | "req" | "tx" | "out" | "outgoing" | "sent"
        | "send" | ">" | "=>" | "->" | "-->" | ">>" => Some(true),
        "answer" | "response" | "resp" | "r" | "r-apdu" | "rapdu" | "reply" | "rx" | "in" | "incoming" | "received"
        | "recv" | "<" | "<=" | "<-" | "<--" | "<<" => Some(false),
        _ => None,
    }
}

/// A value as a message, with the status word of a field of its own; what is wrong with it is in it.
fn message(line: usize, value: &str, status: Option<&str>, repeats: bool) -> Message {
    let text = format!("{value} {}", status.unwrap_or_default());
    let mut gathered = Gathered::new(line);
    if let Some(rest) = gathered.take(line, value) {
        match tail::status(rest.text).filter(|_| !gathered.is_empty()) {
            Some(apart) => gathered.status(line, &text, apart, false),
            None => gathered.flaw(line, &text, NOT_ONLY_BYTES),
        }
    }
    match status.map(|status| (status_in(status), status)) {
        Some((Some(word), _)) if repeats && gathered.ends_with(&word) => {}
        Some((Some(word), _)) => gathered.status(line, &text, word, false),
        Some((None, status)) => {
            gathered.push(notation::read(status).bytes);
            gathered.flaw(line, &text, NOT_ONLY_BYTES);
        }
        None => {}
    }
    gathered.close(None)
}

const NOT_ONLY_BYTES: &str = "a field that is not only bytes";

/// A value as a status word.
fn status_in(value: &str) -> Option<Bytes> {
    notation::only(value).filter(|status| status.0.len() == 2)
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
