//! libpcscspy [PCSC-LITE libpcscspy.c]: calls of the PC/SC interface with their arguments, one a line.
//!
//! Each line begins with its thread. A call is known when it ends, since only then its outputs are there; a log that
//! breaks off inside a call still has its inputs.

use std::collections::HashMap;

use virtuale_engine::{Fault, Protocol, Reset};

use crate::trace::{
    Silence,
    convert::{
        dialogue::{Answer, Dialogue, Event, Message},
        element::Bytes,
        lines::{Line, Lines},
        notation,
        readers::{Place, name},
        scan::number,
    },
};

const SUCCESS: u64 = 0;
/// The command was sent, and its answer was longer than the buffer for it.
const INSUFFICIENT_BUFFER: u64 = 0x8010_0008;
/// What went wrong between reader and card; the command may have been sent.
const TIMEOUT: u64 = 0x8010_000A;
const COMMUNICATION_ERROR: u64 = 0x8010_0013;
const NOT_TRANSACTED: u64 = 0x8010_0016;
const DATA_LOST: u64 = 0x8010_002F;
const UNRESPONSIVE_CARD: u64 = 0x8010_0066;
const UNPOWERED_CARD: u64 = 0x8010_0067;
const REMOVED_CARD: u64 = 0x8010_0069;

/// SCARD_RESET_CARD and SCARD_UNPOWER_CARD: what a disconnection or reconnection does to the card.
const RESET_CARD: u64 = 1;
const UNPOWER_CARD: u64 = 2;

/// SCARD_STATE_EMPTY and SCARD_STATE_PRESENT among the bits of a reader's state.
const STATE_EMPTY: u64 = 0x10;
const STATE_PRESENT: u64 = 0x20;

/// The calls that it writes down.
const CALLS: [&str; 19] = [
    "SCardBeginTransaction",
    "SCardCancel",
    "SCardCancelTransaction",
    "SCardConnect",
    "SCardControl",
    "SCardDisconnect",
    "SCardEndTransaction",
    "SCardEstablishContext",
    "SCardFreeMemory",
    "SCardGetAttrib",
    "SCardGetStatusChange",
    "SCardIsValidContext",
    "SCardListReaderGroups",
    "SCardListReaders",
    "SCardReconnect",
    "SCardReleaseContext",
    "SCardSetAttrib",
    "SCardStatus",
    "SCardTransmit",
];

/// Whether only libpcscspy writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    line.text.split_once('@').is_some_and(|(thread, rest)| is_thread(thread) && rest.starts_with(">|"))
}

fn is_thread(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A call whose end has not come yet.
struct Call<'a> {
    function: &'a str,
    line: usize,
    arguments: Vec<&'a str>,
}

impl Call<'_> {
    fn text(&self, index: usize) -> &str {
        self.arguments.get(index).copied().unwrap_or_default()
    }

    fn number(&self, index: usize) -> Option<u64> {
        number(self.text(index))
    }

    /// A buffer: its length on one line, its bytes on the next.
    fn buffer(&self, index: usize) -> Result<Vec<u8>, &'static str> {
        let length = self.number(index).ok_or("a buffer without its length")?;
        let bytes = match self.text(index + 1).trim() {
            "" | "NULL" => Vec::new(),
            text => notation::shown(text).ok_or("a buffer that is not bytes")?,
        };
        let whole = u64::try_from(bytes.len()) == Ok(length);
        if whole { Ok(bytes) } else { Err("a buffer of another length than announced") }
    }
}

/// What is known of a reader.
#[derive(Default)]
struct Reader {
    protocol: Option<u64>,
    present: bool,
    /// Whether a card has been there at all: the first one is there when the trace begins.
    used: bool,
}

struct Spy<'d> {
    dialogue: &'d mut Dialogue,
    /// Card handles and the readers that they were opened on.
    handles: HashMap<u64, String>,
    readers: HashMap<String, Reader>,
}

pub(in crate::trace::convert) fn read<'a>(lines: Lines<'a>, dialogue: &mut Dialogue) {
    let mut spy = Spy { dialogue, handles: HashMap::new(), readers: HashMap::new() };
    let mut open: HashMap<&str, Call<'a>> = HashMap::new();
    let mut last = 0;
    for line in lines {
        last = line.number;
        let (line, text) = (line.number, line.raw.trim_start_matches('\u{FEFF}').trim_start());
        let Some((thread, rest)) = text.split_once('@').filter(|(thread, _)| is_thread(thread)) else {
            if !text.trim().is_empty() {
                spy.dialogue.unread(line, text, "a line without a thread");
            }
            continue;
        };
        if let Some(call) = rest.strip_prefix(">|") {
            let function = call.rsplit('|').next().unwrap_or_default();
            let begun = Call { function, line, arguments: Vec::new() };
            if let Some(cut) = open.insert(thread, begun) {
                spy.cut(&cut, line);
            }
        } else if let Some(end) = rest.strip_prefix("<|") {
            match (open.remove(thread), end.rsplit('|').next().and_then(number)) {
                (Some(call), Some(code)) => spy.ended(&call, code),
                (Some(call), None) => spy.cut(&call, line),
                (None, _) => spy.dialogue.unread(line, text, "the end of a call that did not begin"),
            }
        } else if let Some(call) = open.get_mut(thread) {
            call.arguments.push(rest);
        } else {
            spy.dialogue.unread(line, text, "an argument outside a call");
        }
    }
    let mut rest: Vec<Call<'_>> = open.into_values().collect();
    rest.sort_by_key(|call| call.line);
    rest.iter().for_each(|call| spy.cut(call, last));
}

impl Spy<'_> {
    fn reader_of(&self, call: &Call<'_>) -> Option<String> {
        call.number(0).and_then(|handle| self.handles.get(&handle)).cloned()
    }

    /// A call that the log does not end: a command may have been sent, but its answer is lost.
    fn cut(&mut self, call: &Call<'_>, line: usize) {
        let why = format!("the log breaks off inside {}", call.function);
        if let ("SCardTransmit", Ok(command)) = (call.function, call.buffer(3))
            && !command.is_empty()
        {
            let reader = self.reader_of(call);
            self.exchange(call.line, reader.as_deref(), &command, Answer::Unknown);
        }
        self.dialogue.unread(line, call.function, &why);
    }

    fn ended(&mut self, call: &Call<'_>, code: u64) {
        if !CALLS.contains(&call.function) {
            return self.dialogue.unread(call.line, call.function, "a call that is none of PC/SC");
        }
        match call.function {
            "SCardTransmit" => self.transmitted(call, code),
            _ if code != SUCCESS => {}
            "SCardConnect" => self.connected(call),
            "SCardReconnect" => {
                self.disposed(call, call.number(3));
                let reader = self.reader_of(call);
                self.speaks(call.line, reader, call.number(4));
            }
            "SCardDisconnect" => self.disposed(call, call.number(1)),
            "SCardStatus" => self.status(call),
            "SCardGetStatusChange" => self.changed(call),
            _ => {}
        }
    }

    fn transmitted(&mut self, call: &Call<'_>, code: u64) {
        let command = match call.buffer(3) {
            Ok(command) if !command.is_empty() => command,
            Ok(_) => return,
            Err(why) => return self.dialogue.unread(call.line, call.text(4), why),
        };
        let reader = self.reader_of(call);
        let reader = reader.as_deref();
        let answer = match code {
            SUCCESS => match call.buffer(7) {
                Ok(response) if !response.is_empty() => Answer::Said(message(call.line, &response)),
                Ok(_) => Answer::Silence(Silence::Fault(Fault::Mute)),
                Err(why) => {
                    self.exchange(call.line, reader, &command, Answer::Unknown);
                    return self.dialogue.unread(call.line, call.text(8), why);
                }
            },
            NOT_TRANSACTED | UNRESPONSIVE_CARD | TIMEOUT | COMMUNICATION_ERROR | DATA_LOST => {
                Answer::Silence(Silence::Fault(Fault::Mute))
            }
            UNPOWERED_CARD => Answer::Silence(Silence::Fault(Fault::Unpowered)),
            REMOVED_CARD => Answer::Silence(Silence::NoCard),
            INSUFFICIENT_BUFFER => {
                self.exchange(call.line, reader, &command, Answer::Unknown);
                let needed = call.number(7).map(|length| format!(" of {length} bytes")).unwrap_or_default();
                let text = format!("the answer{needed} was longer than the buffer for it, and is not in the log");
                return self.dialogue.push(call.line, Place::from(reader), Event::Comment(text));
            }
            _ => {
                let shown = Bytes::from(&command[..]).notation();
                let text = format!("a command that was not sent, SCardTransmit gave 0x{code:08X}: {shown}");
                return self.dialogue.push(call.line, Place::from(reader), Event::Comment(text));
            }
        };
        self.exchange(call.line, reader, &command, answer);
    }

    fn exchange(&mut self, line: usize, reader: Option<&str>, command: &[u8], answer: Answer) {
        self.dialogue.exchange(Place::from(reader), message(line, command), answer);
    }

    fn connected(&mut self, call: &Call<'_>) {
        let reader = name(call.text(1)).to_owned();
        if let Some(handle) = call.number(6) {
            self.handles.insert(handle, reader.clone());
        }
        self.speaks(call.line, Some(reader), call.number(7));
    }

    /// A protocol has been agreed on; T=0 is what is spoken unless somebody says otherwise.
    fn speaks(&mut self, line: usize, reader: Option<String>, protocol: Option<u64>) {
        let Some(reader) = reader else { return };
        let known = self.readers.entry(reader.clone()).or_default();
        let named = match protocol {
            Some(1) => Protocol::T0,
            Some(2) => Protocol::T1,
            _ => return,
        };
        let before = known.protocol.replace(u64::from(named == Protocol::T1));
        if before != known.protocol && (before.is_some() || named == Protocol::T1) {
            self.dialogue.push(line, Place::Reader(&reader), Event::Protocol(named));
        }
    }

    fn disposed(&mut self, call: &Call<'_>, disposition: Option<u64>) {
        let kind = match disposition {
            Some(RESET_CARD) => Reset::Warm,
            Some(UNPOWER_CARD) => Reset::Cold,
            _ => return,
        };
        let Some(reader) = self.reader_of(call) else { return };
        if let Some(known) = self.readers.get_mut(&reader) {
            known.protocol = None;
        }
        self.dialogue.push(call.line, Place::Reader(&reader), Event::Reset(kind));
    }

    fn status(&mut self, call: &Call<'_>) {
        let last = call.arguments.len().saturating_sub(2);
        match call.buffer(last) {
            Ok(atr) => {
                let reader = self.reader_of(call);
                self.dialogue.atr(call.line, Place::from(reader.as_deref()), Bytes::from(&atr[..]));
            }
            Err(why) => self.dialogue.unread(call.line, "SCardStatus", why),
        }
    }

    /// Five lines for each reader, first as asked, then as they are: name, current state, event state, ATR (2).
    fn changed(&mut self, call: &Call<'_>) {
        let count = call.arguments.len().saturating_sub(3) / 10;
        if call.number(2).and_then(|count| usize::try_from(count).ok()) != Some(count) {
            return self.dialogue.unread(call.line, call.text(2), "another number of readers than announced");
        }
        for start in (0..count).map(|index| 3 + 5 * (count + index)) {
            let reader = name(call.text(start)).to_owned();
            let state = call.number(start + 2).unwrap_or_default();
            let present = match (state & STATE_EMPTY, state & STATE_PRESENT) {
                (0, 0) => continue,
                (0, _) => true,
                _ => false,
            };
            self.moved(call.line, &reader, present);
            match call.buffer(start + 3) {
                Ok(atr) if present => self.dialogue.atr(call.line, Place::Reader(&reader), Bytes::from(&atr[..])),
                Ok(_) => {}
                Err(why) => self.dialogue.unread(call.line, call.text(start + 4), why),
            }
        }
    }

    fn moved(&mut self, line: usize, reader: &str, present: bool) {
        let known = self.readers.entry(reader.to_owned()).or_default();
        let before = std::mem::replace(&mut known.present, present);
        match (before, present) {
            (true, false) => self.dialogue.push(line, Place::Reader(reader), Event::Remove),
            (false, true) if known.used => {
                known.protocol = None;
                self.dialogue.push(line, Place::Reader(reader), Event::Insert);
            }
            _ => {}
        }
        known.used |= present;
    }
}

/// Bytes whose length the log says.
fn message(line: usize, bytes: &[u8]) -> Message {
    Message { line, bytes: Bytes::from(bytes), settled: true, flaw: None }
}
