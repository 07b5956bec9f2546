//! Commands and answers that come in turn, each behind a mark and perhaps over several lines: what most logs are.

use super::{
    dialogue::{Dialogue, Event},
    element::Bytes,
    gathered::{Gathered, Rest, begins_as_row, holds_row},
    leftovers::{Leftovers, Strictness},
    lines::Line,
    notation,
    pairing::Waiting,
    readers::Connections,
    tail::{self, Tail},
};

/// A line that goes on with bytes begins as the lines above it do.
pub(super) const ANOTHER_BEGINNING: &str = "a row without what stands before the lines above it";

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Speaker {
    /// A command.
    Terminal,
    /// An answer.
    Card,
}

/// What is being said.
#[derive(Debug)]
struct Open {
    speaker: Speaker,
    gathered: Gathered,
    /// How many bytes the log says that there are.
    told: Option<usize>,
    /// Whether it may go on below.
    goes_on: bool,
}

/// The turns of a log.
pub(super) struct Turns<'d> {
    pub(super) dialogue: &'d mut Dialogue,
    /// Which readers the commands may go to.
    pub(super) connections: Connections,
    open: Option<Open>,
    waiting: Waiting,
    leftovers: Leftovers,
    /// Whether the line above is a damaged row, or what stood before it is damaged: more bytes may be on this one.
    is_torn: bool,
}

impl<'d> Turns<'d> {
    pub(super) fn new(dialogue: &'d mut Dialogue, strictness: Strictness) -> Self {
        let leftovers = Leftovers::new(strictness);
        let (connections, waiting) = (Connections::default(), Waiting::default());
        Self { dialogue, connections, open: None, waiting, leftovers, is_torn: false }
    }

    /// Begins with what stands behind the mark. `told` is how many bytes the log says that there are.
    pub(super) fn begin(&mut self, speaker: Speaker, line: usize, text: &str, told: Option<usize>) {
        self.close();
        self.is_torn = false;
        let mut open = Open { speaker, gathered: Gathered::new(line), told, goes_on: true };
        if let Some(rest) = open.gathered.take(line, text) {
            open.end(line, text, &rest);
        }
        self.open = Some(open);
    }

    /// Takes a line that has no mark: it goes on with what was said, or it has nothing that matters, or it is kept to
    /// be named.
    pub(super) fn other(&mut self, line: &Line<'_>) {
        if !self.row(line) {
            self.no_row(line);
        }
    }

    /// Takes a line that is none of a message.
    pub(super) fn no_row(&mut self, line: &Line<'_>) {
        // A blank line parts nothing.
        if line.text.is_empty() {
            return;
        }
        let goes_on = self.is_torn || self.open.as_ref().is_some_and(|open| open.goes_on);
        if goes_on && (begins_as_row(&line.text) || line.is_bare && holds_row(&line.text)) {
            return self.leftover(line);
        }
        self.close();
        self.leftovers.note(line);
        self.is_torn = goes_on && (line.is_bare || line.is_other);
    }

    /// Takes a line that is to be named whatever it looks like.
    pub(super) fn leftover(&mut self, line: &Line<'_>) {
        self.close();
        self.is_torn = true;
        self.leftovers.take(line);
    }

    /// Goes on with a line, if it is a row.
    pub(super) fn row(&mut self, line: &Line<'_>) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.goes_on) else { return false };
        match open.gathered.row(line.number, &line.text) {
            None => false,
            Some(rest) => {
                if line.begins_otherwise(rest.is_some()) {
                    open.gathered.flaw(line.number, &line.text, ANOTHER_BEGINNING);
                }
                if let Some(rest) = rest {
                    open.end(line.number, &line.text, &rest);
                }
                true
            }
        }
    }

    /// The status word of the answer stands apart, and its data follow or do not.
    pub(super) fn status(&mut self, line: usize, text: &str, status: Bytes, data_follow: bool) {
        if let Some(open) = &mut self.open {
            open.status(line, text, status, data_follow);
        }
    }

    /// Takes a line that has nothing but the status word of the answer above it: `SW: 9000`. Where the answer ends with
    /// it already, it is said twice.
    pub(super) fn status_below(&mut self, line: &Line<'_>) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.goes_on && open.speaker == Speaker::Card) else {
            return false;
        };
        let labelled = Some(&line.text).filter(|text| text.starts_with(char::is_alphabetic));
        let Some(status) = labelled.and_then(|text| tail::status(text)) else { return false };
        if !open.gathered.ends_with(&status) {
            open.status(line.number, &line.text, status, false);
        }
        true
    }

    /// Goes on with bytes of an answer; whether one is open that may go on.
    pub(super) fn push(&mut self, bytes: Bytes) -> bool {
        let open = self.open.as_mut().filter(|open| open.goes_on && open.speaker == Speaker::Card);
        open.map(|open| open.gathered.push(bytes)).is_some()
    }

    /// Whether an answer is open.
    pub(super) fn is_of_card(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.speaker == Speaker::Card)
    }

    /// Ends what is being said.
    pub(super) fn close(&mut self) {
        let Some(Open { speaker, mut gathered, told, goes_on }) = self.open.take() else { return };
        let line = gathered.line();
        let is_empty = gathered.is_empty();
        if is_empty {
            gathered.flaw(line, "", "no bytes behind the mark");
        } else if goes_on && gathered.bytes().is_empty() {
            gathered.flaw(line, "", "no data below a status word that announces some");
        }
        let message = gathered.close(told);
        match speaker {
            _ if is_empty => {
                self.waiting.give_up(self.dialogue);
                self.dialogue.name_flaw(message);
            }
            Speaker::Terminal => {
                self.leftovers.before(&message.bytes, self.dialogue);
                self.connections.complain(message.line, self.dialogue);
                self.waiting.command(self.connections.place(), message, self.dialogue);
            }
            Speaker::Card => self.waiting.answer(message, self.dialogue),
        }
    }

    /// Something else happened at the reader.
    pub(super) fn event(&mut self, line: usize, event: Event) {
        self.close();
        self.waiting.give_up(self.dialogue);
        self.dialogue.push(line, self.connections.place(), event);
    }

    /// Notes the answer to reset that stands in a text behind `ATR`, if there is one.
    pub(super) fn atr(&mut self, text: &str) -> bool {
        let Some(atr) = atr_in(text) else { return false };
        self.close();
        self.dialogue.atr(self.connections.place(), atr);
        true
    }

    /// The log is at its end.
    pub(super) fn finish(mut self) {
        self.close();
        self.leftovers.name(self.dialogue);
        self.waiting.give_up(self.dialogue);
    }
}

impl Open {
    fn status(&mut self, line: usize, text: &str, status: Bytes, data_follow: bool) {
        self.gathered.status(line, text, status, data_follow);
        self.goes_on = data_follow;
    }

    /// Looks at what follows bytes on their line. After a remark nothing goes on.
    fn end(&mut self, line: usize, text: &str, rest: &Rest) {
        let tail = match self.speaker {
            Speaker::Terminal => tail::of_command(rest),
            Speaker::Card => tail::of_answer(rest),
        };
        match tail {
            Tail::Status(status) => {
                // Programs that put it behind bytes put the data before it.
                self.status(line, text, status, false);
            }
            Tail::Remark => self.goes_on = self.gathered.bytes().is_empty(),
            Tail::Unread => self.gathered.flaw(line, text, "not only bytes behind the mark"),
        }
    }
}

/// The answer to reset in a line such as `ATR: 3B 75 13 ...`.
pub(super) fn atr_in(text: &str) -> Option<Bytes> {
    let (before, rest) = text.split_once("ATR")?;
    let is_word = !before.ends_with(char::is_alphanumeric) && !rest.starts_with(char::is_alphanumeric);
    let value = rest.trim_start_matches([' ', ':', '=', '(', '[', '\t']);
    let bytes = notation::read(value).bytes;
    let begins = bytes.byte(0).is_some_and(|first| matches!(first, 0x3B | 0x3F));
    (is_word && begins && bytes.0.len() > 1).then_some(bytes)
}
