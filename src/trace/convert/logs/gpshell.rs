//! GPShell with `enable_trace` [GPSHELL-LOG lines]: a command as asked for, the one that was sent behind `Wrapped
//! command -->`, the answer behind `Response <--`, and what it says without its secure messaging.

use crate::trace::convert::{
    dialogue::{Dialogue, Event, Message},
    element::{Bytes, Element},
    gathered::Gathered,
    headings::{Heading, heading},
    leftovers::{Author, Leftovers},
    lines::{Line, Lines},
    looks::{begins_as_row, holds_row},
    notation,
    pairing::Waiting,
    readers::Place,
    tail::{self, Tail},
    turns::ANOTHER_BEGINNING,
};

/// What a line begins to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Command,
    Wrapped,
    Answer,
    Unwrapped,
}

const MARKS: [(&str, Kind); 4] = [
    ("Wrapped command --> ", Kind::Wrapped),
    ("Command --> ", Kind::Command),
    ("Unwrapped response <-- ", Kind::Unwrapped),
    ("Response <-- ", Kind::Answer),
];

/// How a line of its script begins that connects to a card.
const CONNECTS: &str = "card_connect";

/// Whether only GPShell writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    matches!(marked(&line.text), Some((Kind::Wrapped, _)))
}

fn marked(text: &str) -> Option<(Kind, &str)> {
    MARKS.iter().find_map(|(mark, kind)| Some((*kind, text.strip_prefix(mark)?)))
}

/// What only lines with a mark have, be it whole or not.
const TRACES_OF_MARKS: [&str; 4] = ["-->", "<--", "rapped command", "rapped response"];

/// Whether a line without a mark at its beginning had one: it, or what stood before it, was damaged.
fn was_marked(text: &str) -> bool {
    TRACES_OF_MARKS.iter().any(|part| text.contains(part))
}

struct Gpshell<'d> {
    dialogue: &'d mut Dialogue,
    open: Option<(Kind, Gathered)>,
    /// A command of which it is not known yet whether it was wrapped.
    plain: Option<Message>,
    answer: Option<Message>,
    /// Whether the log has what was sent apart from what was asked for.
    wraps: bool,
    /// The reader that its script has named last.
    reader: Option<String>,
    waiting: Waiting,
    leftovers: Leftovers,
    /// The command that a line of its script asks for: that line, and the bytes.
    asked: Option<(usize, String, Bytes)>,
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let wraps = lines.clone().any(|line| is_typical(&line));
    let (leftovers, waiting, asked) = Default::default();
    let mut gpshell =
        Gpshell { dialogue, open: None, plain: None, answer: None, wraps, reader: None, waiting, leftovers, asked };
    for line in lines {
        let mut author = Author::Anybody;
        if let Some((kind, text)) = marked(&line.text) {
            gpshell.close();
            line.take(&line.text[..line.text.len() - text.len()]);
            let mut gathered = Gathered::new(line.number);
            if gathered
                .take_of(&line, text)
                .is_some_and(|rest| tail::of_command(&rest) != Tail::Remark || was_marked(rest.text))
            {
                gathered.flaw(line.number, text, "not only bytes behind the mark");
            }
            gpshell.open = Some((kind, gathered));
        } else if !gpshell.row(&line) && !line.text.is_empty() {
            let goes_on = gpshell.open.is_some();
            gpshell.close();
            if goes_on && (begins_as_row(&line.text) || line.is_bare && holds_row(&line.text)) || was_marked(&line.text)
            {
                gpshell.leftovers.take(&line);
            }
            if let Some((_, result)) = line.text.split_once("() returns 0x") {
                // Its results of cards end with the status word, which the answer has.
                let end = result.find(|sign: char| !sign.is_ascii_hexdigit()).unwrap_or(result.len());
                line.take(&result[..end]);
            }
            gpshell.connect(&line);
            gpshell.ask(&line);
            if is_own(&line.text) {
                author = Author::Program;
            }
        }
        gpshell.leftovers.settle(&line, author);
    }
    gpshell.close();
    gpshell.check_asked(None);
    gpshell.send();
    gpshell.waiting.give_up(gpshell.dialogue);
    gpshell.leftovers.name(gpshell.dialogue);
}

/// Whether GPShell writes such a line: the line of its script, or what a call returned.
fn is_own(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    let is_verb = word.contains('_')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'(' | b')'));
    is_verb || ["select", "install", "delete", "load", "* reader name"].iter().any(|verb| text.starts_with(verb))
}

impl Gpshell<'_> {
    /// Takes a line of the script that connects to a card.
    fn connect(&mut self, line: &Line<'_>) {
        if !line.text.starts_with(CONNECTS) {
            return;
        }
        self.reader = None;
        if let Some(Heading::Reader(mark, reader)) = heading(&line.text) {
            self.reader = Some(reader.to_owned());
            line.take(mark);
            line.take(reader);
        }
    }

    /// Takes a line of the script that asks for a command: `send_apdu -sc 0 -APDU 00A40400`.
    fn ask(&mut self, line: &Line<'_>) {
        let asked = Some(&line.text).filter(|text| text.to_ascii_lowercase().starts_with("send_apdu"));
        let Some((_, digits)) = asked.and_then(|text| text.rsplit_once("-APDU ")) else { return };
        if let Some(bytes) = notation::only(digits) {
            line.take(digits);
            self.check_asked(None);
            self.asked = Some((line.number, line.text.clone().into_owned(), bytes));
        }
    }

    /// Names the line that asked for another command than this, to which GPShell adds an Le.
    fn check_asked(&mut self, command: Option<&Bytes>) {
        let Some((line, text, asked)) = self.asked.take() else { return };
        let with_le = Bytes([&asked.0[..], &[Element::Byte(0)]].concat());
        if command.is_none_or(|command| *command != asked && *command != with_le) {
            self.dialogue.unread(line, &text, "a command that was asked for, and no such one below");
        }
    }

    fn row(&mut self, line: &Line<'_>) -> bool {
        let Some((_, open)) = &mut self.open else { return false };
        let Some(rest) = open.row(line, &line.text) else { return false };
        if rest.is_some() {
            open.flaw(line.number, &line.text, "not only bytes in a line that was wrapped");
        } else if line.begins_otherwise(false) {
            open.flaw(line.number, &line.text, ANOTHER_BEGINNING);
        }
        true
    }

    fn close(&mut self) {
        let Some((kind, gathered)) = self.open.take() else { return };
        let message = gathered.close(None);
        match kind {
            Kind::Command => {
                self.check_asked(Some(&message.bytes));
                self.send();
                self.plain = Some(message);
            }
            Kind::Wrapped => {
                if let Some(plain) = self.plain.take() {
                    self.apart("the command before it was wrapped", plain, &message);
                }
                self.sent(message);
            }
            Kind::Answer => {
                self.send();
                self.answer = Some(message.clone());
                self.waiting.answer(message, self.dialogue);
            }
            Kind::Unwrapped => match self.answer.take() {
                Some(answer) => self.apart("the answer without its wrapping", message, &answer),
                None => self.dialogue.unread(message.line, &message.bytes.notation(), "an answer without a command"),
            },
        }
    }

    /// A command of which nothing tells that it was wrapped is the one that was sent.
    fn send(&mut self) {
        if let Some(command) = self.plain.take() {
            if self.wraps {
                let why = "a command as it was asked for; the one that was sent is not in the log";
                self.dialogue.unread(command.line, &command.bytes.notation(), why);
            }
            self.sent(command);
        }
    }

    fn sent(&mut self, command: Message) {
        self.leftovers.before(command.line, &command.bytes, self.dialogue);
        self.waiting.command(Place::from(self.reader.as_deref()), command, self.dialogue);
    }

    /// Leaves a comment of what differs from what went over the wire.
    fn apart(&mut self, what: &str, said: Message, sent: &Message) {
        if said.bytes != sent.bytes {
            let text = format!("{what}: {}", said.bytes.notation());
            self.dialogue.push(said.line, Place::from(self.reader.as_deref()), Event::Comment(text));
        }
        self.dialogue.name_flaw(said);
    }
}
