//! Bytes behind arrows or words that say who speaks: `=>` and `<=` as JCShell, libnfc and many others print them, `-->`
//! and `<--`, `>>` and `<<`, `C-APDU:` and `R-APDU:`; also `Command APDU (n bytes):` of vicc [VICC-LOG lines] and
//! `Sending:` of gscriptor [GSCRIPTOR-LOG lines].

use super::{
    list::{List, list},
    marks::{MARKS, Marks, Said},
    names::{Crossed, Named, Unclear},
    numbered::Numbers,
};
use crate::trace::convert::{
    bases::Bases,
    dialogue::Dialogue,
    gathered::offset,
    leftovers::Author,
    lines::{Line, Lines},
    notation, prefix,
    turns::{Speaker, Turns},
};

/// Which marks a log has before bytes: those of which commands have most, and of those with answers first.
#[derive(Debug, Default)]
pub(in crate::trace::convert) struct Counted {
    each: [(usize, usize); MARKS.len()],
    /// Marks that the line above ends with, and who speaks: bytes may stand in rows below.
    begun: Vec<(usize, Speaker)>,
}

impl Counted {
    /// Counts what is said in a line.
    pub(in crate::trace::convert) fn count(&mut self, line: &Line<'_>) {
        let begun = std::mem::take(&mut self.begun);
        if begun.iter().any(|_| is_bytes(offset(&line.text).1)) {
            begun.iter().for_each(|(at, speaker)| self.note(*at, *speaker));
        }
        for (at, marks) in MARKS.iter().enumerate() {
            for Said { speaker, before, text, unnumbered, told, .. } in marks.said_in(&line.text) {
                let is_begun = text.trim().is_empty();
                let has_bytes = |text: &str| is_bytes(prefix::untimed(text.trim()));
                if is_begun && told.is_none() && (marks.is_word() || before.is_empty()) {
                    self.begun.push((at, speaker));
                } else if is_begun && told.is_some() || has_bytes(text) || has_bytes(unnumbered) {
                    self.note(at, speaker);
                }
            }
        }
    }

    fn note(&mut self, at: usize, speaker: Speaker) {
        if let Some((commands, answers)) = self.each.get_mut(at) {
            *(if speaker == Speaker::Terminal { commands } else { answers }) += 1;
        }
    }

    fn marks(&self) -> Option<Marks> {
        let counted = MARKS.iter().zip(&self.each).filter(|(_, (commands, _))| *commands > 0);
        // The first of those that are as good as each other.
        counted.rev().max_by_key(|(_, (commands, answers))| (*answers > 0, *commands)).map(|(marks, _)| *marks)
    }

    /// Whether a log has such marks.
    pub(in crate::trace::convert) fn is_typical(&self) -> bool {
        self.marks().is_some()
    }
}

/// Whether a text begins with two bytes or more.
fn is_bytes(text: &str) -> bool {
    let count = |text: &str| notation::read(text).bytes.0.len();
    count(text) > 1
        || list(text).is_some_and(|list| match list {
            List::Decimal(hex, _) | List::Quoted(hex) => count(&hex) > 1,
        })
}

/// How the messages of a log are written, as far as all of them tell.
#[derive(Debug, Default)]
struct Habits {
    numbers: Numbers,
    bases: Bases,
    /// How many are lists of decimal numbers, how many of these could be nothing else, and how many are no lists.
    decimal: usize,
    surely: usize,
    other: usize,
}

impl Habits {
    fn note(&mut self, said: &Said<'_>) {
        self.numbers.note(said);
        self.bases.look(said.text);
        match list(said.text) {
            Some(List::Decimal(_, is_sure)) => {
                self.decimal += 1;
                self.surely += usize::from(is_sure);
            }
            _ => self.other += 1,
        }
    }

    /// Whether bytes are lists of decimal numbers. What is no such list was damaged, and is not read as hexadecimal.
    fn are_decimal(&self) -> bool {
        self.surely > 0 && self.decimal > self.other
    }
}

/// Whether bytes stand behind any of these marks in a line. In the log of another program they were sent all the same.
pub(in crate::trace::convert) fn is_said(text: &str) -> bool {
    let has_bytes = |said: Said<'_>| notation::only(said.text).is_some_and(|bytes| bytes.0.len() > 1);
    MARKS.iter().any(|marks| marks.said_in(text).into_iter().any(has_bytes))
}

/// Whether what stands before an arrow is the row above it.
fn ends_row(before: &str) -> bool {
    // A time may have two or three such numbers.
    notation::only(before).is_some_and(|row| row.0.len() > 3 || row.0.len() == 2 && before.ends_with("90 00"))
}

/// Whether vicc writes such a line of its own: how it begins, and what it knows of a file.
fn is_of_vicc(text: &str) -> bool {
    text.starts_with("Using default SAM parameters.") || text.starts_with('_') && text.contains(' ')
}

pub(in crate::trace::convert) fn read(lines: Lines<'_>, dialogue: &mut Dialogue) {
    let mut counted = Counted::default();
    lines.clone().for_each(|line| counted.count(&line));
    let marks = counted.marks().unwrap_or(MARKS[0]);
    let mut named = Named::default();
    let mut habits = Habits::default();
    for line in lines.clone() {
        for said in marks.said_in(&line.text) {
            named.note(said.speaker == Speaker::Terminal, said.before);
            habits.note(&said);
        }
    }
    let (are_numbered, are_decimal) = (habits.numbers.count(), habits.are_decimal());
    let mut numbers = Numbers::default();
    let (mut unclear, mut crossed) = (Unclear::default(), Crossed::default());
    let mut turns = Turns::new(dialogue);
    let mut asked = String::new();
    for line in lines {
        let said = marks.said_in(&line.text);
        if let Some(why) = said.first().and_then(|said| {
            let is_command = said.speaker == Speaker::Terminal;
            let reader = named.reader(said.before);
            let is_crossed = crossed.hear(is_command, said.before);
            match reader {
                _ if ends_row(said.before) => Some(ROW_BEFORE.to_owned()),
                _ if is_crossed => Some(OTHER_READER.to_owned()),
                None if named.may_be_any(is_command) => Some(NO_READER.to_owned()),
                None => unclear.hear(is_command, said.before, line.number),
                Some(reader) if !is_command && named.are_several() && reader != asked => Some(OTHER_READER.to_owned()),
                Some(_) => None,
            }
        }) {
            turns.dialogue.unread(line.number, &line.text, &why);
        }
        if said.is_empty() && !turns.status_below(&line) && !turns.atr(&line, &line.text) {
            turns.other(&line);
        }
        for said in said {
            let Said { speaker, before, mark, number, .. } = said;
            let (text, told) = if are_numbered { (said.text, None) } else { (said.unnumbered, said.told) };
            line.take(mark);
            if are_numbered {
                line.take(number);
                if let Some(why) = numbers.hear(number) {
                    turns.dialogue.unread(line.number, &line.text, why);
                }
            }
            if let Some(reader) = named.reader(before) {
                line.take(before);
                if named.are_several() && speaker == Speaker::Terminal {
                    turns.close();
                    turns.connections.only(reader);
                    reader.clone_into(&mut asked);
                }
            }
            if before == "A" && matches!(mark, ">>" | "<<") {
                line.take(before);
            }
            match list(text) {
                Some(List::Quoted(hex)) => begin_list(speaker, &line, text, &hex, &mut turns),
                Some(List::Decimal(hex, _)) if are_decimal => begin_list(speaker, &line, text, &hex, &mut turns),
                _ if are_decimal => {
                    turns.leftover(&line);
                    turns.begin(speaker, &line, "", None);
                }
                _ => {
                    if let Some(why) = habits.bases.doubt(text) {
                        turns.dialogue.unread(line.number, text, why);
                    }
                    turns.begin(speaker, &line, text, told);
                }
            }
        }
        turns.settle(&line, if is_of_vicc(&line.text) { Author::Program } else { Author::Anybody });
    }
    turns.finish();
}

/// Begins with a list, which is all of a part of a line.
fn begin_list(speaker: Speaker, line: &Line<'_>, text: &str, hex: &str, turns: &mut Turns<'_>) {
    turns.begin(speaker, line, hex, None);
    turns.ends();
    line.take(text);
}

const ROW_BEFORE: &str = "a row of bytes stands before the arrow: an end of line is lost";
const NO_READER: &str = "the log names several readers, and none before this";
const OTHER_READER: &str = "an answer of another reader than the last command went to";
