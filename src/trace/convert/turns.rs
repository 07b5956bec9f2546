//! Commands and answers that come in turn, each behind a mark and perhaps over several lines: what most logs are.

use super::{
    column::is_text_of_last,
    described::{self, Described},
    dialogue::{Dialogue, Event, FIRST_READER},
    element::Bytes,
    gathered::{Below, Gathered, Rest, TEXT_OF_ABOVE},
    headings::{self, Heading, heading},
    leftovers::{Author, Leftovers},
    lines::Line,
    looks::{begins_as_row, holds_row},
    notation,
    pairing::Waiting,
    readers::{Connections, Place},
    speakers::Speakers,
    tail::{self, Tail},
};

/// A line that goes on with bytes begins as the lines above it do.
pub(super) const ANOTHER_BEGINNING: &str = "a row without what stands before the lines above it";

/// SW1 without SW2.
const ONE_OF_TWO: &str = "the first byte of a status word without the second one on the line below";

/// A card goes or comes.
pub(super) const ANOTHER_CARD: &str = "a card goes or comes, and nothing tells whether the commands below go to that of before: part the log above this \
     line";

/// A card is named, and a reader was.
const CARD_IN_READER: &str = "a card is named, and nothing tells whether it is in the reader that is named above: write the reader's name above \
     its commands";

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Speaker {
    /// A command.
    Terminal,
    /// An answer.
    Card,
}

/// What is being said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Message(Speaker),
    /// An answer to reset.
    Atr,
}

/// What is being said, and how far.
#[derive(Debug)]
struct Open {
    kind: Kind,
    gathered: Gathered,
    /// How many bytes the log says that there are.
    told: Option<usize>,
    /// Whether it may go on below.
    goes_on: bool,
    /// Whether a blank line stands below it.
    is_parted: bool,
    /// The first byte of its status word, which stands alone on this line.
    first: Option<(usize, u8)>,
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
    /// Whether a time stands between the mark of the last command and its bytes.
    is_timed: bool,
    speakers: Speakers,
    described: Described,
    /// The first line since the last command that says that its card is gone.
    exchange: Option<(usize, String)>,
}

impl<'d> Turns<'d> {
    pub(super) fn new(dialogue: &'d mut Dialogue) -> Self {
        let (connections, waiting, leftovers, speakers, exchange) = Default::default();
        let (open, is_torn, is_timed, described) = Default::default();
        Self { dialogue, connections, open, waiting, leftovers, is_torn, is_timed, speakers, described, exchange }
    }

    /// Begins with what stands behind the mark. `told` is how many bytes the log says that there are.
    pub(super) fn begin(&mut self, speaker: Speaker, line: &Line<'_>, text: &str, told: Option<usize>) {
        self.close();
        self.is_torn = false;
        if let Some((line, text)) = self.exchange.take_if(|_| speaker == Speaker::Terminal) {
            self.dialogue.unread(line, &text, ANOTHER_CARD);
        }
        self.speakers.hear(speaker, line, self.dialogue);
        let mut open = Open {
            kind: Kind::Message(speaker),
            gathered: Gathered::new(line.number),
            told,
            goes_on: true,
            is_parted: false,
            first: None,
        };
        let rest = open.gathered.begin_of(line, text);
        if told.is_none() && open.is_of_card() {
            open.gathered.check_beginning(line.number, text);
        }
        if let Some(rest) = rest {
            open.end(line, text, &rest);
        }
        self.open = Some(open);
    }

    /// Nothing goes on with what was said.
    pub(super) fn ends(&mut self) {
        if let Some(open) = &mut self.open {
            open.goes_on = false;
        }
    }

    /// Takes a line that has no mark: it goes on with what was said, or it names a reader, or it has nothing that
    /// matters, or it is kept to be named.
    pub(super) fn other(&mut self, line: &Line<'_>) {
        if described::is_said(&line.text) {
            self.close();
            self.described.hear(line, self.dialogue);
        } else if !self.heading(line) && !self.row(line) {
            self.no_row(line);
        }
    }

    /// Takes a line that names the reader which is used from here on, or says what happens to the card.
    fn heading(&mut self, line: &Line<'_>) -> bool {
        let Some(heading) = heading(&line.text) else { return false };
        self.close();
        let is_first = !self.dialogue.has_commands() && self.waiting.bytes().is_none();
        match heading {
            Heading::Reader(mark, reader) => {
                if !is_first && self.connections.place() == Place::Unnamed {
                    self.dialogue.unread(line.number, &line.text, FIRST_READER);
                }
                self.connections.only(reader);
                line.take(mark);
                line.take(reader);
            }
            Heading::Card(text, kind) => self.card(line, text, kind, is_first),
            Heading::Reset(_) if is_first => {}
            Heading::Reset(kind) => self.event(line.number, Event::Reset(kind)),
            Heading::Exchange if is_first => {}
            Heading::Exchange => {
                self.exchange.get_or_insert_with(|| (line.number, line.text.clone().into_owned()));
            }
        }
        true
    }

    /// Takes a line that says to which card the commands below go. Its reader has the card's name, unless one is named.
    fn card(&mut self, line: &Line<'_>, text: &str, kind: &str, is_first: bool) {
        line.take(text);
        match self.connections.place() {
            Place::Unnamed if is_first => self.connections.only(kind),
            Place::Unnamed => self.dialogue.unread(line.number, text, FIRST_READER),
            Place::Reader(reader) if headings::is_kind(reader) => self.connections.only(kind),
            Place::Reader(_) | Place::Untold => self.dialogue.unread(line.number, text, CARD_IN_READER),
        }
    }

    /// Takes a line that is none of a message.
    pub(super) fn no_row(&mut self, line: &Line<'_>) {
        // A blank line parts nothing but what has ended.
        if line.text.is_empty() {
            if let Some(open) = &mut self.open {
                open.is_parted = !open.gathered.is_empty();
            }
            return;
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.is_of_card() && tail::tells_success(&line.text)) {
            open.gathered.check_success(line.number, &line.text);
        }
        let goes_on = self.is_torn || self.open.as_ref().is_some_and(|open| open.goes_on);
        if goes_on && (begins_as_row(&line.text) || line.is_bare && holds_row(&line.text)) {
            return self.leftover(line);
        }
        self.close();
        self.is_torn = goes_on && (line.is_bare || line.is_other);
    }

    /// Takes a line that is to be named whatever it looks like.
    pub(super) fn leftover(&mut self, line: &Line<'_>) {
        self.close();
        self.is_torn = true;
        self.leftovers.take(line);
    }

    /// Everybody took what is theirs of a line: what is left of it is looked at.
    pub(super) fn settle(&mut self, line: &Line<'_>, author: Author) {
        self.leftovers.settle(line, author);
    }

    /// Goes on with a line, if it is a row.
    pub(super) fn row(&mut self, line: &Line<'_>) -> bool {
        self.row_of(line, &line.text)
    }

    /// Goes on with a part of a line, if it is a row.
    pub(super) fn row_of(&mut self, line: &Line<'_>, text: &str) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.goes_on) else { return false };
        if open.first.is_some() && begins_as_row(text) {
            self.leftover(line);
            return true;
        }
        if let Some(end) = open.gathered.end_of_dump(text) {
            line.take(&line.text);
            if end != open.gathered.bytes().0.len() {
                open.gathered.flaw(line.number, &line.text, "the end of a dump of another number of bytes");
            }
            open.goes_on = false;
            return true;
        }
        let is_whole = open.is_of_card() && open.told.is_none_or(|told| open.gathered.bytes().0.len() >= told);
        if is_whole
            && begins_as_row(text)
            && open.gathered.below(self.waiting.bytes(), open.is_parted, line, text) == Below::Another
        {
            self.leftover(line);
            return true;
        }
        match open.gathered.row(line, text) {
            None => false,
            Some(rest) => {
                if line.begins_otherwise(rest.is_some()) {
                    open.gathered.flaw(line.number, &line.text, ANOTHER_BEGINNING);
                }
                if let Some(rest) = rest {
                    open.end(line, text, &rest);
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
        let Some(open) = self.open.as_mut().filter(|open| open.goes_on && open.is_of_card()) else {
            return false;
        };
        if line.text.is_empty() {
            return false;
        }
        let half = tail::half_status(&line.text);
        match (half, open.first.take()) {
            (Some((false, first)), None) => {
                line.take_all();
                open.first = Some((line.number, first));
                return true;
            }
            (Some((true, second)), Some((_, first))) => {
                line.take_all();
                let status = Bytes::from(&[first, second][..]);
                if !open.gathered.ends_with(&status) {
                    open.status(line.number, &line.text, status, false);
                }
                return true;
            }
            (_, Some((above, _))) => open.gathered.flaw(above, "", ONE_OF_TWO),
            _ => {}
        }
        let labelled = Some(&line.text).filter(|text| text.starts_with(char::is_alphabetic));
        let Some((status, said)) = labelled.and_then(|text| tail::status_in(text)) else { return false };
        line.take(said);
        if !open.gathered.ends_with(&status) {
            open.status(line.number, &line.text, status, false);
        }
        true
    }

    /// Goes on with bytes of an answer, which are all of a line; whether one is open that may go on.
    pub(super) fn push(&mut self, line: &Line<'_>, bytes: Bytes) -> bool {
        let open = self.open.as_mut().filter(|open| open.goes_on && open.is_of_card());
        let is_open = open.is_some();
        if let Some(open) = open {
            if is_text_of_last(&open.gathered.bytes().0, &line.text) {
                open.gathered.flaw(line.number, &line.text, TEXT_OF_ABOVE);
            }
            open.gathered.push(bytes);
            line.take_all();
        }
        is_open
    }

    /// Whether an answer is open.
    pub(super) fn is_of_card(&self) -> bool {
        self.open.as_ref().is_some_and(Open::is_of_card)
    }

    /// Whether a command is open.
    pub(super) fn is_of_terminal(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.kind == Kind::Message(Speaker::Terminal))
    }

    /// Ends what is being said.
    pub(super) fn close(&mut self) {
        let Some(Open { kind, mut gathered, told, goes_on, first, .. }) = self.open.take() else { return };
        if let Some((line, _)) = first {
            gathered.flaw(line, "", ONE_OF_TWO);
        }
        let line = gathered.line();
        let is_empty = gathered.is_empty();
        if is_empty {
            gathered.flaw(line, "", "no bytes behind the mark");
        } else if goes_on && gathered.bytes().is_empty() {
            gathered.flaw(line, "", "no data below a status word that announces some");
        }
        match kind {
            Kind::Atr => {}
            Kind::Message(Speaker::Terminal) => self.is_timed = gathered.check_time(None),
            Kind::Message(Speaker::Card) => {
                let command = self.waiting.bytes().map(|command| (command, self.is_timed));
                gathered.check_time(Some(command.unwrap_or((&Bytes::default(), false))));
            }
        }
        let message = gathered.close(told);
        if let Kind::Message(speaker) = kind {
            self.described.said(speaker, &message.bytes, self.dialogue);
        }
        match kind {
            _ if is_empty => {
                self.waiting.give_up(self.dialogue);
                self.dialogue.name_flaw(message);
            }
            Kind::Atr => {
                self.dialogue.atr_shown(message.line, self.connections.place(), message.bytes.clone());
                self.dialogue.name_flaw(message);
            }
            Kind::Message(Speaker::Terminal) => {
                self.leftovers.before(message.line, &message.bytes, self.dialogue);
                self.connections.complain(message.line, self.dialogue);
                self.waiting.command(self.connections.place(), message, self.dialogue);
            }
            Kind::Message(Speaker::Card) => self.waiting.answer(message, self.dialogue),
        }
    }

    /// Something else happened at the reader.
    pub(super) fn event(&mut self, line: usize, event: Event) {
        self.close();
        self.waiting.give_up(self.dialogue);
        self.dialogue.push(line, self.connections.place(), event);
    }

    /// Begins the answer to reset that stands in a part of a line behind `ATR`, if there is one: it may go on in rows.
    pub(super) fn atr(&mut self, line: &Line<'_>, text: &str) -> bool {
        let Some(value) = atr_in(text) else { return false };
        self.close();
        let mut open = Open {
            kind: Kind::Atr,
            gathered: Gathered::new(line.number),
            told: None,
            goes_on: true,
            is_parted: false,
            first: None,
        };
        open.goes_on = open.gathered.take_of(line, value).is_none();
        self.open = Some(open);
        true
    }

    /// The log is at its end.
    pub(super) fn finish(mut self) {
        self.close();
        self.leftovers.name(self.dialogue);
        self.waiting.give_up(self.dialogue);
        self.described.finish(self.dialogue);
    }
}

impl Open {
    fn is_of_card(&self) -> bool {
        self.kind == Kind::Message(Speaker::Card)
    }

    fn status(&mut self, line: usize, text: &str, status: Bytes, data_follow: bool) {
        self.gathered.status(line, text, status, data_follow);
        self.goes_on = data_follow;
    }

    /// Looks at what follows bytes on their line. After a remark nothing goes on.
    fn end(&mut self, line: &Line<'_>, text: &str, rest: &Rest<'_>) {
        let tail = if self.is_of_card() { tail::of_answer(rest) } else { tail::of_command(rest) };
        match tail {
            Tail::Status(status, said) => {
                line.take(said);
                // Programs that put it behind bytes put the data before it.
                self.status(line.number, text, status, false);
            }
            Tail::Remark => {
                self.goes_on = self.gathered.bytes().is_empty();
                if self.is_of_card() && tail::tells_success(rest.text) {
                    self.gathered.check_success(line.number, text);
                }
            }
            Tail::Unread => self.gathered.flaw(line.number, text, "not only bytes behind the mark"),
        }
    }
}

/// The answer to reset in a line such as `ATR: 3B 75 13 ...`, and what follows it.
pub(super) fn atr_in(text: &str) -> Option<&str> {
    let (before, rest) = text.split_once("ATR")?;
    let is_word = !before.ends_with(char::is_alphanumeric) && !rest.starts_with(char::is_alphanumeric);
    let value = rest.trim_start_matches([' ', ':', '=', '(', '[', '\t']);
    let bytes = notation::read(value).bytes;
    let begins = bytes.byte(0).is_some_and(|first| matches!(first, 0x3B | 0x3F));
    (is_word && begins && bytes.0.len() > 1).then_some(value)
}
