//! scdaemon of GnuPG with `debug-level guru` [SCDAEMON-LOG lines, wrapped]: commands as bytes, answers as a status word
//! and a dump. From 2.4 on dumps of more than 32 bytes go on in the next line, and PINs are hidden.

use crate::trace::convert::{
    dialogue::{Answer, Dialogue, Message},
    element::{Bytes, Element},
    gathered::Gathered,
    leftovers::{self, Author},
    lines::{Line, Lines},
    looks::begins_as_row,
    notation,
    readers::Place,
    scan::between,
    turns::ANOTHER_BEGINNING,
};

/// What a line begins with that is said to its client, or by it.
const CHANNEL: &str = "chan_";
const COMMAND: &str = "PCSC_data:";
/// Before the answer to a command, and before that to a GET RESPONSE which scdaemon sends of itself.
const RESPONSES: [&str; 2] = ["response: sw=", "more: sw="];
const DUMP: &str = "dump:";
const ALL_ZERO: &str = "[all zero]";

/// How many different answers to reset are remembered.
const MOST_ATRS: usize = 16;

/// Whether only scdaemon writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    line.text.contains(COMMAND)
}

/// Whether scdaemon says what it has learned of a card from answers above: `p15:  serialNumber .: 92 50 ...`, with dots
/// behind the name.
fn is_known_of_card(message: &str) -> bool {
    let said = message.strip_prefix("p15:").and_then(|said| said.split_once(": "));
    said.is_some_and(|(name, _)| name.ends_with('.') && name.contains(" ."))
}

/// What is being read.
#[derive(Default)]
struct Scdaemon {
    command: Option<Message>,
    /// The status word and how many bytes of data come with it.
    status: Option<(Bytes, usize)>,
    data: Option<Message>,
    /// What goes on in the next line, and whether it is a command.
    open: Option<(bool, Gathered)>,
    /// The answers to reset of cards, which come again where scdaemon says what it knows of a card.
    atrs: Vec<Bytes>,
    /// The slots that have a card.
    slots: Vec<String>,
    complained: bool,
    /// Whether the line above has bytes that a broken line may go on with.
    below: bool,
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut scdaemon = Scdaemon::default();
    for line in lines {
        scdaemon.line(&line, dialogue);
        let is_own = line.text.contains("scdaemon[") || line.text.contains("DBG:");
        let is_own = is_own && ![COMMAND, DUMP].iter().any(|mark| line.text.contains(mark));
        leftovers::settle(&line, if is_own { Author::Program } else { Author::Anybody }, dialogue);
    }
    scdaemon.end(dialogue);
}

impl Scdaemon {
    fn line(&mut self, line: &Line<'_>, dialogue: &mut Dialogue) {
        let text = line.text.as_ref();
        if let Some((_, rest)) = text.split_once(COMMAND) {
            self.end(dialogue);
            line.take(&text[..text.len() - rest.len()]);
            self.begin(true, line, rest);
        } else if let Some((_, rest)) = RESPONSES.iter().find_map(|marker| text.split_once(marker)) {
            self.close();
            let status = notation::read(rest).bytes;
            let length = rest.split_once("datalen=").and_then(|(_, length)| length.trim().parse().ok());
            match (status.0.len(), length, &self.command) {
                (2, Some(_), Some(_)) if self.status.is_some() => {
                    // The first one is the command's; scdaemon does not say each GET RESPONSE that it sends of itself.
                    self.end(dialogue);
                    let why = "a second answer to one command: the command of one, perhaps GET RESPONSE, is missing";
                    dialogue.unread(line.number, text, why);
                }
                (2, Some(length), Some(_)) => {
                    self.status = Some((status, length));
                    line.take_all();
                }
                (2, Some(_), None) => dialogue.unread(line.number, text, "an answer without a command"),
                _ => dialogue.unread(line.number, text, "an answer without status word or length"),
            }
        } else if let Some((_, rest)) = text.split_once(DUMP) {
            self.close();
            if self.data.is_some() {
                dialogue.unread(line.number, text, "a second dump for one answer");
            } else if rest.trim() == ALL_ZERO {
                line.take_all();
                self.data = self.status.as_ref().map(|(_, length)| zeros(line.number, *length));
            } else if !rest.trim().is_empty() {
                line.take(&text[..text.len() - rest.len()]);
                self.begin(false, line, rest);
            }
        } else if !self.goes_on(line) {
            self.close();
            self.learn(line, dialogue);
        }
        self.below = [COMMAND, DUMP].iter().any(|mark| text.contains(mark));
    }

    fn learn(&mut self, line: &Line<'_>, dialogue: &mut Dialogue) {
        let text = line.text.as_ref();
        if message(text).starts_with(CHANNEL) {
            // What its own client asks for, and is told: the commands that come of it follow.
            line.take_all();
            return;
        }
        if is_known_of_card(message(text)) {
            line.take_all();
            return;
        }
        if let Some((before, atr)) = text.split_once("ATR=") {
            self.atr(line.number, atr, dialogue);
            self.slot(before, line, dialogue);
            line.take_all();
        } else if let Some(atr) = between(text, "ATR (", ")") {
            self.atr(line.number, atr, dialogue);
            line.take_all();
        } else if self.atrs.contains(&notation::read(message(text)).bytes) {
            line.take_all();
        } else if self.below && begins_as_row(message(text)) {
            dialogue.unread(line.number, text, "bytes that belong to no command and no answer");
        }
    }

    fn atr(&mut self, line: usize, written: &str, dialogue: &mut Dialogue) {
        let atr = notation::read(written).bytes;
        // The log of one card repeats one, that of a long day a few.
        if self.atrs.len() < MOST_ATRS && !self.atrs.contains(&atr) {
            self.atrs.push(atr.clone());
        }
        dialogue.atr(line, Place::Unnamed, atr);
    }

    /// A card has been powered up in a slot. Commands do not name theirs.
    fn slot(&mut self, before: &str, line: &Line<'_>, dialogue: &mut Dialogue) {
        let Some(slot) = before.rsplit_once("slot ").map(|(_, slot)| slot.trim_end_matches([':', ' '])) else { return };
        if self.slots.len() < 2 && !self.slots.iter().any(|known| known == slot) {
            self.slots.push(slot.chars().take(8).collect());
        }
        if self.slots.len() > 1 && !self.complained {
            self.complained = true;
            let why =
                "from here on there are cards in two slots, and the log does not tell which one a command goes to";
            dialogue.unread(line.number, &line.text, why);
        }
    }

    fn begin(&mut self, is_command: bool, line: &Line<'_>, text: &str) {
        let mut gathered = Gathered::new(line.number);
        if gathered.take_of(line, text).is_some() {
            gathered.flaw(line.number, text, "not only bytes behind the mark");
        }
        self.open = Some((is_command, gathered));
        if !text.trim_end().ends_with('\\') {
            self.close();
        }
    }

    /// Goes on with a line, if the one before says that more comes.
    fn goes_on(&mut self, line: &Line<'_>) -> bool {
        let Some((_, open)) = &mut self.open else { return false };
        let text = message(&line.text);
        let Some(rest) = open.row(line, text) else {
            open.flaw(line.number, text, "a dump that breaks off: more should be on this line");
            return false;
        };
        if rest.is_some() {
            open.flaw(line.number, text, "not only bytes in a dump");
        } else if line.begins_otherwise(false) {
            open.flaw(line.number, text, ANOTHER_BEGINNING);
        }
        if !text.trim_end().ends_with('\\') {
            self.close();
        }
        true
    }

    /// Ends a command or a dump.
    fn close(&mut self) {
        match self.open.take() {
            Some((true, gathered)) => self.command = Some(gathered.close(None)),
            Some((false, gathered)) => {
                let told = self.status.as_ref().map(|(_, length)| *length);
                self.data = Some(gathered.close(told));
            }
            None => {}
        }
    }

    /// Ends an exchange.
    fn end(&mut self, dialogue: &mut Dialogue) {
        self.close();
        let (status, data) = (self.status.take(), self.data.take());
        let Some(command) = self.command.take() else { return };
        let mut data = data.unwrap_or_default();
        let flaw = data.flaw.take();
        let answer = status.filter(|(_, length)| data.bytes.length() == Some(*length)).map(|(status, _)| {
            let bytes = Bytes([data.bytes.0, status.0].concat());
            Message { line: command.line, bytes, settled: true, flaw: None }
        });
        let (line, shown) = (command.line, command.bytes.notation());
        let is_whole = answer.is_some();
        dialogue.exchange(Place::Unnamed, command, answer.map_or(Answer::Unknown, Answer::Said));
        match flaw {
            Some(flaw) => dialogue.unread(flaw.line, &flaw.text, &flaw.why),
            None if !is_whole => dialogue.unread(line, &shown, "a command whose answer is not whole in the log"),
            None => {}
        }
    }
}

/// What scdaemon says in a line, without its name and number.
fn message(text: &str) -> &str {
    let text = text.split_once("DBG:").map_or(text, |(_, text)| text);
    text.strip_prefix("scdaemon[").and_then(|rest| rest.split_once("] ")).map_or(text, |(_, text)| text).trim()
}

/// So many zeros, but no more than an answer can have.
fn zeros(line: usize, length: usize) -> Message {
    let bytes = Bytes(vec![Element::Byte(0); length.min(virtuale_engine::response::LONGEST)]);
    Message { line, bytes, settled: true, flaw: None }
}
