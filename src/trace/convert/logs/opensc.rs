//! OpenSC's debug output [OPENSC-LOG APDUs]: APDUs as hexadecimal dumps under a line that says how many bytes they
//! have.

use virtuale_engine::Fault;

use super::super::{
    dialogue::{Dialogue, Event},
    scan::{between, bytes, name},
};
use crate::trace::Silence;

const COMMAND: &str = "Outgoing APDU (";
const RESPONSE: &str = "Incoming APDU (";

/// How many bytes a line of a dump has; what stands behind them is the same as text, and may look like bytes.
const BYTES_PER_LINE: usize = 16;

/// Whether only OpenSC writes such a line.
pub(in crate::trace::convert) fn is_typical(line: &str) -> bool {
    line.starts_with(COMMAND) || line.starts_with(RESPONSE)
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let mut reader: Option<String> = None;
    let mut connecting = Connecting::default();
    let mut waiting: Option<(usize, Vec<u8>)> = None;
    let mut lines = log.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((number, line)) = lines.next() {
        if let Some(found) = connecting.reader_of(line) {
            reader = Some(name(found).to_owned());
        }
        if let Some((_, atr)) = line.split_once("match_atr_table: ATR     : ") {
            dialogue.atr(reader.as_deref(), bytes(atr).0);
        }
        let is_command = line.starts_with(COMMAND);
        if !is_command && !line.starts_with(RESPONSE) {
            continue;
        }
        let Some(count) = between(line, "(", " bytes)").and_then(|count| count.parse::<usize>().ok()) else {
            dialogue.unread(number, line, "a dump without its length");
            continue;
        };
        let mut dump = Vec::new();
        while dump.len() < count
            && let Some((_, row)) = lines.next_if(|(_, row)| !row.is_empty() && !is_typical(row))
        {
            let wanted = (count - dump.len()).min(BYTES_PER_LINE);
            let (mut found, _) = bytes(row);
            found.truncate(wanted);
            let short = found.len() < wanted;
            dump.extend(found);
            if short {
                break;
            }
        }
        if dump.len() < count {
            dialogue.unread(number, line, "a dump that breaks off");
            if let Some((at, command)) = waiting.take().filter(|_| !is_command) {
                dialogue.push(at, reader.as_deref(), Event::Exchange(command, None));
            }
            continue;
        }
        if is_command {
            give_up(waiting.replace((number, dump)), reader.as_deref(), dialogue);
        } else if let Some((at, command)) = waiting.take() {
            let outcome = if dump.is_empty() { Err(Silence::Fault(Fault::Mute)) } else { Ok(dump) };
            dialogue.push(at, reader.as_deref(), Event::Exchange(command, Some(outcome)));
        } else {
            dialogue.unread(number, line, "an answer without a command");
        }
    }
    give_up(waiting, reader.as_deref(), dialogue);
}

/// Keeps a command whose answer never came.
fn give_up(waiting: Option<(usize, Vec<u8>)>, reader: Option<&str>, dialogue: &mut Dialogue) {
    if let Some((line, command)) = waiting.filter(|(_, command)| !command.is_empty()) {
        dialogue.push(line, reader, Event::Exchange(command, None));
        dialogue.unread(line, COMMAND, "a command whose answer is not in the log");
    }
}

/// The reader that a card is connected in: OpenSC looks at it right after it says that it connects.
#[derive(Default)]
struct Connecting {
    begun: bool,
}

impl Connecting {
    fn reader_of<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        if let Some(name) = line.strip_prefix("Using reader with a card: ") {
            return Some(name.trim());
        }
        if line.ends_with("pcsc_connect: called") {
            self.begun = true;
            return None;
        }
        let name = between(line, "refresh_attributes: ", " check").filter(|_| self.begun)?;
        self.begun = false;
        Some(name)
    }
}
