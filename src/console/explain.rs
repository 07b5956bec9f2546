//! What a command and its answer say: in a line of the list, and in full.

use std::{borrow::Cow, ops::Range, sync::Arc};

use serde::Serialize;
use virtuale_engine::{Response, StatusWord, ins::Ins};

use super::{
    entry::{Exchange, Level, Summary, micros},
    words::{self, Meanings, Words},
};
use crate::{
    profile::{Profile, contents, map::FileMap, said::Bilingual, status},
    shown,
    trace::{
        Heard, Listener, Position, command_name_for,
        explain::{self, Part, Place, Said},
        secret_of,
    },
};

/// How many bytes stand in a line of the list.
const IN_LINE: usize = 24;

/// How many elements are named there.
const NAMED: usize = 3;

/// Bytes of a command before its data: header and Lc.
const HEAD: usize = 5;

/// What is shown in place of a byte.
const HIDDEN: &str = "\u{2022}\u{2022}";

/// The rule of a file that nobody reads, whose bytes stay hidden unless they are asked for.
pub(super) const NEVER: &str = "never";

/// What is known of a command by the card file of its card.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    name: Bilingual,
    file: Option<String>,
    element: Option<Bilingual>,
    /// Which bytes of the command are a secret.
    secret: Option<Range<usize>>,
    read: Option<Read>,
}

/// Bytes of a file that came.
#[derive(Clone, Debug)]
struct Read {
    profile: Arc<Profile>,
    file: usize,
    range: Range<usize>,
    start: usize,
}

/// The card that a dialogue is with, as far as its card file says it, and how far the dialogue has come.
#[derive(Debug, Default)]
pub(super) struct Partner {
    pub(super) profile: Option<Arc<Profile>>,
    at: Option<Position>,
}

impl Partner {
    /// One that has just got its power.
    pub(super) fn new(profile: Option<Arc<Profile>>) -> Self {
        Self { profile, at: None }
    }

    /// The card was reset.
    pub(super) fn reset(&mut self) {
        if let Some(profile) = &self.profile {
            let at = self.at.take().unwrap_or_default();
            let mut listener = Listener::at(profile.layout(), profile.map(), at);
            listener.reset();
            self.at = Some(listener.into_position());
        }
    }

    /// Hears a command and its answer.
    pub(super) fn hear(&mut self, command: &[u8], answer: Option<&[u8]>) -> Known {
        let Some(profile) = &self.profile else {
            let name = command_name_for(None, command);
            return Known { name, secret: secret(command, None), ..Known::default() };
        };
        let mut listener = match self.at.take() {
            Some(at) => Listener::at(profile.layout(), profile.map(), at),
            None => Listener::new(profile.layout(), profile.map()),
        };
        let heard = answer.and_then(|answer| listener.hear(command, &response(answer)));
        let current = command.first().and_then(|&class| listener.current(class));
        let file = heard.as_ref().map(|heard| heard.index).or(current.filter(|_| is_about_file(command)));
        let map = file.and_then(|file| profile.map().files.get(file));
        let element = heard.as_ref().map(elements).filter(|elements| !elements.english.is_empty());
        let read = heard.map(|heard| Read {
            profile: Arc::clone(profile),
            file: heard.index,
            range: heard.range,
            start: heard.start,
        });
        self.at = Some(listener.into_position());
        Known {
            name: command_name_for(Some(profile.layout().family()), command),
            file: map.map(|file| shown::line(&file.name).into_owned()),
            element,
            secret: secret(command, map),
            read,
        }
    }
}

/// Whether a command may be about the current file.
fn is_about_file(command: &[u8]) -> bool {
    use virtuale_engine::{commands::INSTRUCTIONS, instruction::Effect};
    let &[_, ins, ..] = command else { return false };
    let effect = INSTRUCTIONS.find(Ins(ins)).map(|row| row.instruction.effect);
    matches!(effect, Some(Effect::Selects | Effect::Reads | Effect::Writes | Effect::Searches))
}

/// The names of the elements that came, the first ones.
fn elements(heard: &Heard<'_>) -> Bilingual {
    let came = |range: &Range<usize>| range.start < heard.range.end && heard.range.start < range.end;
    let mut names = Vec::new();
    let mut stack: Vec<_> = heard.file.elements.iter().rev().collect();
    while let Some(element) = stack.pop() {
        if !came(&element.range) || element.name == crate::profile::map::UNUSED {
            continue;
        }
        match element.children.is_empty() {
            true => names.push(&*element.name),
            false => stack.extend(element.children.iter().rev()),
        }
        if names.len() > NAMED {
            break;
        }
    }
    let more = if names.len() > NAMED { "\u{2026}" } else { "" };
    names.truncate(NAMED);
    let joined = |names: Vec<Cow<'_, str>>| names.join(", ") + more;
    let english = names.iter().map(|name| shown::line(name)).collect();
    let french = names.iter().map(|name| words::name(name).map_or_else(|| shown::line(name), Cow::Owned)).collect();
    Bilingual::new(joined(english), joined(french))
}

/// Which bytes of a command are a secret: those that prove something, and what is put into objects with keys or into a
/// file that nobody reads. Rather too much is one.
fn secret(command: &[u8], file: Option<&FileMap>) -> Option<Range<usize>> {
    let &[_, ins, ..] = command else { return None };
    let puts = [Ins::PUT_DATA, Ins::PUT_DATA_ODD].contains(&Ins(ins));
    let writes = [Ins::UPDATE_BINARY, Ins::UPDATE_RECORD].contains(&Ins(ins));
    let is_closed = file.is_some_and(|file| file.readable == NEVER);
    let start = match secret_of(command) {
        Some(secret) => command.len() - secret.len(),
        None if puts || writes && is_closed => HEAD.min(command.len()),
        None => return None,
    };
    Some(start..command.len()).filter(|range| !range.is_empty())
}

/// The bytes of an answer as an answer.
fn response(answer: &[u8]) -> Response {
    let mut response = Response::new();
    if let Some((data, status)) = answer.split_last_chunk() {
        response.extend(data);
        response.finish(StatusWord(u16::from_be_bytes(*status)));
    }
    response
}

/// Bytes in pairs of digits, but for those that are hidden.
fn pairs(bytes: &[u8], hidden: Option<&Range<usize>>) -> String {
    let pair = |(at, byte): (usize, &u8)| match hidden.is_some_and(|hidden| hidden.contains(&at)) {
        true => HIDDEN.to_owned(),
        false => format!("{byte:02X}"),
    };
    bytes.iter().enumerate().map(pair).collect::<Vec<_>>().join(" ")
}

/// An element or data object, as JSON has it.
#[derive(Debug, Serialize)]
struct PartLine {
    depth: usize,
    name: String,
    #[serde(flatten)]
    words: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Whether not all of it came.
    in_part: bool,
}

/// A command and what came of it in full.
#[derive(Debug, Serialize)]
pub(super) struct Detail<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    /// All of the command, in pairs of digits.
    whole_command: String,
    /// All of the data of the answer.
    whole_data: String,
    /// The file that bytes came of.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// Where in the data of the answer the bytes of the file begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_start: Option<usize>,
    /// Which bytes of the file came.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_range: Option<[usize; 2]>,
    parts: Vec<PartLine>,
}

impl Exchange {
    /// The answer without its status word, and the status word.
    fn answered(&self) -> (&[u8], Option<StatusWord>) {
        match self.answer.as_ref().ok().and_then(|answer| answer.split_last_chunk()) {
            Some((data, status)) => (data, Some(StatusWord(u16::from_be_bytes(*status)))),
            None => (&[], None),
        }
    }

    /// As it stands in the list.
    pub(super) fn summary(&self, seq: u64, at: u64) -> Summary<'_> {
        let (data, status) = self.answered();
        let program = self.program.as_ref();
        let meaning = self.meaning();
        Summary {
            seq,
            at,
            kind: "command",
            slot: self.slot,
            stay: self.stay,
            session: program.and_then(|program| program.session),
            process: program.and_then(|program| program.process),
            program: program.and_then(|program| program.name.as_deref()),
            name: &self.known.name.english,
            name_fr: self.known.name.other_french(),
            file: self.known.file.as_deref(),
            element: self.known.element.as_deref(),
            element_fr: self.known.element.as_ref().and_then(Bilingual::other_french),
            command: pairs(self.command.get(..IN_LINE).unwrap_or(&self.command), self.known.secret.as_ref()),
            sent: self.command.len(),
            data: pairs(data.get(..IN_LINE).unwrap_or(data), None),
            got: data.len(),
            status: status.map(|status| format!("{:04X}", status.0)),
            meaning: meaning.english.into_owned(),
            meaning_fr: meaning.french.into_owned(),
            level: level(status),
            took: micros(self.took),
            committed: self.committed,
            faults: &self.struck,
            hidden: self.known.secret.is_some(),
        }
    }

    /// What the status word says, or why there is none.
    fn meaning(&self) -> Bilingual {
        match (self.answered().1, &self.answer) {
            (Some(status), _) => status::meaning(&self.command, status),
            (None, Err(why)) => why.clone(),
            (None, Ok(_)) => Bilingual::default(),
        }
    }

    /// What the command is called, what it is about, and whose it is, for who seeks something there.
    pub(super) fn texts(&self) -> [Option<&str>; 5] {
        let Known { name, file, element, .. } = &self.known;
        let program = self.program.as_ref().and_then(|program| program.name.as_deref());
        [Some(&name.english), name.other_french(), file.as_deref(), element.as_deref(), program]
    }

    /// The class of the command and the status word, which say what the latter means; `None` without an answer.
    pub(super) fn status(&self) -> Option<(u8, u16)> {
        let class = self.command.first().copied().unwrap_or_default();
        self.answered().1.map(|status| (class, status.0))
    }

    /// The status word in digits and in words of both languages; or why there is none.
    pub(super) fn meanings(&self) -> String {
        let digits = self.answered().1.map(|status| format!("{:04X}", status.0)).unwrap_or_default();
        let Bilingual { english, french } = self.meaning();
        format!("{digits}\n{english}\n{french}")
    }

    /// The bytes of the command in front of and behind what is hidden.
    pub(super) fn open(&self) -> [&[u8]; 2] {
        let Range { start, end } = self.known.secret.clone().unwrap_or(self.command.len()..self.command.len());
        [self.command.get(..start).unwrap_or_default(), self.command.get(end..).unwrap_or_default()]
    }

    /// What tells the elements that came from those of other commands.
    pub(super) fn elements_key(&self) -> Option<[usize; 4]> {
        let Read { profile, file, range, .. } = self.known.read.as_ref()?;
        Some([Arc::as_ptr(profile).addr(), *file, range.start, range.end])
    }

    /// The names of all elements that came, a line each.
    pub(super) fn element_names(&self) -> String {
        let read = self.known.read.as_ref();
        let file = read.and_then(|read| Some((read.profile.map().files.get(read.file)?, &read.range)));
        let Some((file, read)) = file else { return String::new() };
        let came = |range: &Range<usize>| range.start < read.end && read.start < range.end;
        let (mut names, mut stack) = (String::new(), file.elements.iter().collect::<Vec<_>>());
        while let Some(element) = stack.pop() {
            if came(&element.range) {
                names.extend([&*element.name, "\n"]);
                names.extend(words::name(&element.name).into_iter().flat_map(|french| [french, "\n".to_owned()]));
                stack.extend(&element.children);
            }
        }
        names
    }

    /// In full; with its secrets, if they are to be shown.
    pub(super) fn detail(&self, seq: u64, at: u64, with_secrets: bool) -> Detail<'_> {
        let hidden = self.hidden(with_secrets);
        let (data, _) = self.answered();
        let read = self.known.read.as_ref();
        let heard = read.and_then(|read| {
            let file = read.profile.map().files.get(read.file)?;
            Some(Heard { index: read.file, file, range: read.range.clone(), start: read.start })
        });
        let parts = match (&heard, read) {
            (Some(heard), Some(read)) => {
                let made = contents::files(&read.profile).into_iter().nth(heard.index);
                explain::elements(heard, data, made.as_ref().map(|made| made.bytes.as_slice()).unwrap_or_default())
            }
            _ => explain::objects(data),
        };
        // Data objects have the names of the standard.
        let mut meanings = Meanings::of(read.and_then(|read| read.profile.layout().schema().ok()));
        Detail {
            summary: self.summary(seq, at),
            whole_command: pairs(&self.command, hidden),
            whole_data: pairs(data, None),
            place: heard.as_ref().map(|heard| contents::place(heard.file)),
            file_start: heard.as_ref().map(|heard| heard.start),
            file_range: heard.as_ref().map(|heard| [heard.range.start, heard.range.end]),
            parts: parts.iter().map(|part| PartLine::of(part, &mut meanings)).collect(),
        }
    }

    /// Which bytes of the command are hidden.
    pub(super) fn hidden(&self, with_secrets: bool) -> Option<&Range<usize>> {
        self.known.secret.as_ref().filter(|_| !with_secrets)
    }

    /// What the command is called in a trace, which is English.
    pub(super) fn name(&self) -> &str {
        &self.known.name.english
    }
}

impl PartLine {
    fn of(part: &Part, meanings: &mut Meanings<'_>) -> Self {
        let (range, tag, origin) = match &part.of {
            Place::File(range, origin) => (Some(range), None, Some(origin.to_string())),
            Place::Object(tag) => (None, Some(format!("{tag:02X}")), None),
        };
        let value = match &part.said {
            Said::Value(value) => Some(shown::line(value).into_owned()),
            Said::Within | Said::InPart => None,
        };
        Self {
            depth: part.depth,
            words: meanings.words(part.depth, &part.name, value.as_deref()),
            name: shown::line(&part.name).into_owned(),
            start: range.map(|range| range.start),
            end: range.map(|range| range.end),
            tag,
            origin,
            value,
            in_part: part.said == Said::InPart,
        }
    }
}

/// How an answer is to be taken at a glance.
fn level(status: Option<StatusWord>) -> Level {
    match status.map(|status| status.0 >> 8) {
        None => Level::Silent,
        Some(0x90 | 0x61 | 0x9F) => Level::Done,
        Some(0x62 | 0x63 | 0x6C) => Level::Warning,
        Some(_) => Level::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::{Partner, pairs, secret};

    #[test]
    fn what_proves_something_is_hidden_and_nothing_else() {
        let verify = b"\x00\x20\x00\x81\x041234";
        assert_eq!(secret(verify, None), Some(5..9));
        assert_eq!(pairs(verify, Some(&(5..9))), "00 20 00 81 04 •• •• •• ••");
        assert_eq!(secret(b"\x00\x20\x00\x81", None), None);
        assert_eq!(secret(b"\x00\xDB\x3F\xFF\x02\x4D\x00", None), Some(5..7));
        assert_eq!(secret(b"\x00\xA4\x04\x00\x01\xA0", None), None);
        assert_eq!(secret(b"\x00\xD6\x00\x00\x01\xA0", None), None);
        assert_eq!(secret(b"", None), None);
    }

    #[test]
    fn a_card_of_no_card_file_has_names_of_commands_all_the_same() {
        let known = Partner::default().hear(&[0, 0xB0, 0, 0, 4], Some(&[1, 2, 3, 4, 0x90, 0]));
        assert_eq!((&*known.name, known.file, known.element), ("READ BINARY at 0", None, None));
        assert_eq!(known.name.other_french(), Some("READ BINARY à l'octet 0"));
    }
}
