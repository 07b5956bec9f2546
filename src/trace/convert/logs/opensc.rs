//! OpenSC's debug output [OPENSC-LOG APDUs, readers, older forms]: APDUs as hexadecimal dumps under a line that says
//! how many bytes they have.

use virtuale_engine::Fault;

use crate::trace::{
    Silence,
    convert::{
        dialogue::{Answer, Dialogue, Message},
        element::Bytes,
        leftovers::{self, Author},
        lines::{Line, Lines},
        looks::looks_like_bytes,
        notation,
        pairing::Waiting,
        prefix,
        readers::{Place, name},
        turns::Speaker,
    },
};

const COMMAND: &str = "Outgoing APDU";
const ANSWER: &str = "Incoming APDU";

/// What opensc-tool says of commands that are in dumps too.
const TOOL_SENDS: &str = "Sending: ";
const TOOL_RECEIVED: &str = "Received (SW1=";

/// How many bytes a line of a dump has.
const BYTES_PER_LINE: usize = 16;

/// Whether only OpenSC writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    matches!(heading(&line.text), Some((Some(_), _)))
}

/// The heading of a dump: who speaks, if it is one of an APDU, and how many bytes there are, if it says so. Before 0.19
/// the count stood in square brackets.
fn heading(text: &str) -> Option<(Option<Speaker>, Option<usize>)> {
    let speaker = if text.starts_with(COMMAND) {
        Some(Speaker::Terminal)
    } else if text.starts_with(ANSWER) {
        Some(Speaker::Card)
    } else {
        None
    };
    let counted = text.split_once(" byte").and_then(|(before, after)| {
        let (_, count) = before.rsplit_once(['(', '['])?;
        let after = after.trim_start_matches('s');
        let ends = after.starts_with("):") || after.starts_with("] ==");
        count.trim().parse::<usize>().ok().filter(|_| ends)
    });
    match (speaker, counted) {
        (None, None) => None,
        found => Some(found),
    }
}

/// What is being read.
#[derive(Default)]
struct Opensc {
    /// The reader that a card is connected in.
    connected: Option<String>,
    /// Whether a connection has begun, so that the reader that is looked at next is that one.
    connecting: bool,
    /// The reader that the next command goes to.
    reader: Option<String>,
    waiting: Waiting,
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut opensc = Opensc::default();
    let mut lines = lines.peekable();
    // Below a message, which may show bytes that are no APDU: whether the row above is a full one.
    let mut message = None;
    while let Some(line) = lines.next() {
        if opensc.learn(line.number, bare(&line.text), dialogue) {
            continue;
        }
        if line.text.starts_with(TOOL_SENDS) {
            continue;
        }
        if line.text.starts_with(TOOL_RECEIVED) {
            while lines.next_if(|row| looks_like_bytes(&row.text)).is_some() {}
            continue;
        }
        let Some((speaker, count)) = heading(&line.text) else {
            // Rules between dumps, and lines of text.
            let text = bare(&line.text);
            if text != line.text {
                let row = text.rsplit_once(": ").and_then(|(_, shown)| row_of_message(shown));
                message = Some(row.is_some_and(|row| row.is_full));
            } else if let (Some(goes_on), Some(row)) = (message, row_of_message(text))
                && (goes_on || row.begins)
            {
                message = row.is_full.then_some(true);
            } else {
                leftovers::settle(&line, author(&line), dialogue);
            }
            continue;
        };
        message = None;
        let mut dump = Bytes::default();
        let mut broken = None;
        let wanted = |dump: &Bytes| (count.unwrap_or(BYTES_PER_LINE) - dump.0.len()).min(BYTES_PER_LINE);
        while wanted(&dump) > 0
            && let Some(row) = lines.peek()
        {
            match notation::counted(&row.text, wanted(&dump)) {
                Some(bytes) => dump.extend(bytes),
                None if looks_like_bytes(&row.text) => broken = broken.or(Some((row.number, row.text.to_string()))),
                // A blank line parts nothing.
                None if row.text.is_empty() => {}
                None => break,
            }
            lines.next();
        }
        let Some(speaker) = speaker else { continue };
        if let Some((number, text)) = broken {
            dialogue.unread(number, &text, "a row that has not the bytes that its dump needs");
        } else if count.is_none() {
            dialogue.unread(line.number, &line.text, "a dump without its length");
        } else if Some(dump.0.len()) < count {
            dialogue.unread(line.number, &line.text, "a dump that breaks off");
        }
        opensc.said(speaker, Message { line: line.number, bytes: dump, settled: true, flaw: None }, dialogue);
    }
    opensc.waiting.give_up(dialogue);
}

impl Opensc {
    /// Learns from a line which reader is meant, or the answer to reset; whether there was one.
    fn learn(&mut self, line: usize, text: &str, dialogue: &mut Dialogue) -> bool {
        if let Some(reader) = text.strip_prefix("Using reader with a card: ") {
            self.connected = Some(name(reader).to_owned());
        }
        // On Windows a line has no place in the source before it.
        if let Some(reader) = text.split_once("reader '").filter(|(before, _)| is_source(before, "pcsc_transmit")) {
            self.reader = reader.1.strip_suffix('\'').map(|reader| name(reader).to_owned()).or(self.reader.take());
        }
        if text.ends_with("pcsc_connect: called") {
            self.connecting = true;
        } else if self.connecting
            && let Some(looked) = text.strip_suffix(" check")
        {
            let reader = looked.split_once("refresh_attributes: ").map_or(looked, |(_, reader)| reader);
            self.connected = Some(name(reader).to_owned());
            self.connecting = false;
        }
        if let Some((before, atr)) = text.split_once("ATR     : ")
            && is_source(before, "match_atr_table")
        {
            dialogue.atr(line, Place::from(self.connected.as_deref()), notation::read(atr).bytes);
            return true;
        }
        false
    }

    fn said(&mut self, speaker: Speaker, said: Message, dialogue: &mut Dialogue) {
        match speaker {
            Speaker::Terminal => {
                let reader = self.reader.as_deref().or(self.connected.as_deref());
                self.waiting.command(Place::from(reader), said, dialogue);
            }
            Speaker::Card if said.bytes.is_empty() => {
                self.waiting.end(said.line, Answer::Silence(Silence::Fault(Fault::Mute)), dialogue);
            }
            Speaker::Card => self.waiting.answer(said, dialogue),
        }
    }
}

/// Whose a line between dumps is: OpenSC puts process, thread, time or the place in its source before its own, and
/// rules of `=` around its dumps.
fn author(line: &Line<'_>) -> Author {
    let is_placed = line.text.split(' ').any(|word| word.contains(".c:"));
    let is_own = bare(&line.text) != line.text || is_placed || line.raw.trim().len() > line.text.len();
    if is_own { Author::Program } else { Author::Anybody }
}

/// A row of bytes as messages of OpenSC show them, in groups of 16 bytes, three in a row.
#[derive(Clone, Copy, Debug)]
struct RowOfMessage {
    /// Whether its first group is whole, as no row of an APDU has one.
    begins: bool,
    /// Whether all three are, so that another row may follow.
    is_full: bool,
}

/// A text as a row of a message.
fn row_of_message(text: &str) -> Option<RowOfMessage> {
    const DIGITS: usize = 32;
    let groups: Vec<&str> = text.split(' ').collect();
    let (last, whole) = groups.split_last()?;
    let is_hex = groups.iter().all(|group| group.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let is_row = is_hex
        && whole.len() < 3
        && whole.iter().all(|group| group.len() == DIGITS)
        && (2..=DIGITS).contains(&last.len())
        && last.len().is_multiple_of(2);
    let is_whole = last.len() == DIGITS;
    is_row.then_some(RowOfMessage { begins: is_whole || !whole.is_empty(), is_full: is_whole && whole.len() == 2 })
}

/// A line without process, thread and time, which OpenSC puts before it in several ways.
fn bare(text: &str) -> &str {
    let is_id = |word: &str| word.starts_with("0x") || word.starts_with("T:");
    let rest = match text.split_once("; ") {
        Some((process, rest)) if process.starts_with("P:") => rest,
        _ => text,
    };
    match rest.split_once(' ') {
        Some((word, rest)) if is_id(word) => prefix::stripped(rest),
        _ => text,
    }
}

/// Whether what stands before a text is a place in the source, in this function, or nothing.
fn is_source(before: &str, function: &str) -> bool {
    before.is_empty() || before.ends_with(&format!("{function}: "))
}
