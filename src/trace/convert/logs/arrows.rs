//! Bytes behind arrows or words that say who speaks: `=>` and `<=` as JCShell, libnfc and many others print them, `-->`
//! and `<--`, `>>` and `<<`, `C-APDU:` and `R-APDU:`; also `Command APDU (n bytes):` of vicc [VICC-LOG lines] and
//! `Sending:` of gscriptor [GSCRIPTOR-LOG lines].

use super::names::{Named, Unclear};
use crate::trace::convert::{
    dialogue::Dialogue,
    gathered::offset,
    leftovers::Author,
    lines::{Line, Lines},
    notation::{self, Reading},
    prefix,
    turns::{Speaker, Turns},
};

/// What stands before a command, and what before an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Marks {
    command: &'static str,
    answer: &'static str,
}

/// Arrows may stand anywhere in a line. Words begin one, in either case, with a colon or an equals sign behind them; or
/// they stand behind a name with a sign at its end, as in `[t1] TX: 00 A4`.
const MARKS: [Marks; 27] = [
    Marks { command: "=>", answer: "<=" },
    Marks { command: "==>", answer: "<==" },
    Marks { command: "-->", answer: "<--" },
    Marks { command: "->", answer: "<-" },
    Marks { command: ">>>", answer: "<<<" },
    Marks { command: ">>", answer: "<<" },
    Marks { command: "\u{2192}", answer: "\u{2190}" },
    Marks { command: "C-APDU", answer: "R-APDU" },
    Marks { command: "CAPDU", answer: "RAPDU" },
    Marks { command: "Command APDU", answer: "Response APDU" },
    Marks { command: "APDU command", answer: "APDU response" },
    Marks { command: "Command", answer: "Response" },
    Marks { command: "Request", answer: "Response" },
    Marks { command: "Commande", answer: "R\u{E9}ponse" },
    Marks { command: "Envoi", answer: "R\u{E9}ception" },
    Marks { command: "TX", answer: "RX" },
    Marks { command: "Send", answer: "Recv" },
    Marks { command: "Sending", answer: "Received" },
    Marks { command: "Sent", answer: "Received" },
    Marks { command: "cmd", answer: "rsp" },
    Marks { command: "cmd", answer: "resp" },
    Marks { command: "Requ\u{EA}te", answer: "R\u{E9}ponse" },
    Marks { command: "Commande APDU", answer: "R\u{E9}ponse APDU" },
    Marks { command: "APDU envoy\u{E9}e", answer: "APDU re\u{E7}ue" },
    Marks { command: "Envoy\u{E9}", answer: "Re\u{E7}u" },
    Marks { command: "Terminal", answer: "Card" },
    Marks { command: "Terminal", answer: "Carte" },
];

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
            for Said { speaker, text, told, .. } in marks.said_in(&line.text) {
                let is_begun = text.trim().is_empty();
                if is_begun && told.is_none() && marks.is_word() {
                    self.begun.push((at, speaker));
                } else if is_begun && told.is_some() || is_bytes(prefix::untimed(text.trim())) {
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
    notation::read(text).bytes.0.len() > 1
}

/// Whether bytes stand behind any of these marks in a line. In the log of another program they were sent all the same.
pub(in crate::trace::convert) fn is_said(text: &str) -> bool {
    let has_bytes = |said: Said<'_>| notation::only(said.text).is_some_and(|bytes| bytes.0.len() > 1);
    MARKS.iter().any(|marks| marks.said_in(text).into_iter().any(has_bytes))
}

impl Marks {
    fn is_word(self) -> bool {
        self.command.starts_with(|first: char| first.is_ascii_alphabetic())
    }

    /// What is said in a line.
    fn said_in(self, text: &str) -> Vec<Said<'_>> {
        if self.is_word() {
            let said = |mark, speaker| behind_word(text, mark).map(|word| Said { speaker, ..word });
            let said = said(self.command, Speaker::Terminal).or_else(|| said(self.answer, Speaker::Card));
            return said.into_iter().collect();
        }
        // A column of text shows an arrow where the bytes are one.
        let is_row = |text: &str| {
            let Reading { bytes, rest, .. } = notation::read(text);
            !bytes.is_empty() && rest.is_empty()
        };
        let command = find(text, self.command).map(|at| (at, self.command, Speaker::Terminal));
        let answer = find(text, self.answer).map(|at| (at, self.answer, Speaker::Card));
        let mut found: Vec<_> = command.into_iter().chain(answer).collect();
        found.sort_by_key(|(at, ..)| *at);
        match found[..] {
            [(at, mark, _), _] if is_row(timed(&text[at + mark.len()..])) => found.truncate(1),
            [_, ..] if is_row(text) => return Vec::new(),
            _ => {}
        }
        let ends = found.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
        let said = found.iter().zip(ends).map(|(&(at, mark, speaker), end)| Said {
            speaker,
            before: text.get(..found[0].0).unwrap_or_default().trim(),
            mark: text.get(at..at + mark.len()).unwrap_or_default(),
            text: timed(text.get(at + mark.len()..end).unwrap_or_default()),
            told: None,
        });
        said.collect()
    }
}

/// What stands behind a mark.
struct Said<'a> {
    speaker: Speaker,
    /// What stands before the first mark of the line: perhaps the name of a reader.
    before: &'a str,
    mark: &'a str,
    text: &'a str,
    /// How many bytes the log says that there are.
    told: Option<usize>,
}

/// Where an arrow stands that is no part of a longer one.
fn find(text: &str, arrow: &str) -> Option<usize> {
    let is_arrow = |character: &char| matches!(character, '=' | '-' | '<' | '>');
    text.match_indices(arrow).map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + arrow.len()..].chars().next();
        !before.iter().chain(&after).any(is_arrow)
    })
}

/// What stands behind a word and a colon, perhaps with a count between them: `Command APDU (5 bytes): 00 A4`. The word
/// begins the text, or stands behind a name.
fn behind_word<'a>(text: &'a str, word: &str) -> Option<Said<'a>> {
    let ends_name = |before: &str| {
        let name = before.trim_end();
        name.ends_with([']', ')', ':', '|']) || name.len() < before.len() && (name.contains('=') || is_numbered(name))
    };
    let is_here = |at: usize| text.get(at..at + word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let may_end_name = |at: usize| matches!(text.as_bytes()[at - 1], b' ' | b'\t' | b']' | b')' | b':' | b'|');
    let mut places = 0..text.len().min(LONGEST_NAME);
    let at = places.find(|&at| {
        let is_place = at == 0 || may_end_name(at);
        is_place && is_here(at) && (at == 0 || ends_name(&text[..at])) && counted(&text[at + word.len()..]).is_some()
    })?;
    let behind = &text[at + word.len()..];
    let (told, rest) = counted(behind)?;
    let end = if told.is_some() { text.len() - rest.len() } else { at + word.len() };
    Some(Said { speaker: Speaker::Terminal, before: text[..at].trim(), mark: &text[at..end], text: rest, told })
}

/// Whether a text is a word with a number behind it, as names of readers are: `R1`, `carte 2`.
fn is_numbered(name: &str) -> bool {
    let word = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let letters = word.trim_end_matches([' ', '#', '-', '_']);
    matches!(name.len() - word.len(), 1 | 2) && !letters.is_empty() && letters.chars().all(char::is_alphabetic)
}

/// How far from the beginning of a line the word for who speaks may stand.
const LONGEST_NAME: usize = 80;

/// A count in brackets, if there is one, and what stands behind the colon.
fn counted(text: &str) -> Option<(Option<usize>, &str)> {
    let rest = text.trim_start();
    let bracketed = rest.strip_prefix(['(', '[']).and_then(|count| count.split_once([')', ']']));
    let told =
        bracketed.and_then(|(count, _)| count.split([' ', 'b', 'B']).find(|word| !word.is_empty())?.parse().ok());
    let rest = bracketed.map_or(rest, |(_, rest)| rest);
    Some((told, rest.trim_start().strip_prefix([':', '='])?))
}

/// A text without the time in round brackets at its beginning.
fn timed(text: &str) -> &str {
    let inside = text.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
    inside.map_or(text, |(_, rest)| rest)
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
    for line in lines.clone() {
        let said = marks.said_in(&line.text);
        said.iter().for_each(|said| named.note(said.speaker == Speaker::Terminal, said.before));
    }
    let mut unclear = Unclear::default();
    let mut turns = Turns::new(dialogue);
    let mut asked = String::new();
    for line in lines {
        let said = marks.said_in(&line.text);
        if let Some(why) = said.first().and_then(|said| {
            let is_command = said.speaker == Speaker::Terminal;
            let reader = named.reader(said.before);
            match reader {
                _ if ends_row(said.before) => Some(ROW_BEFORE.to_owned()),
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
        for Said { speaker, before, mark, text, told } in said {
            line.take(mark);
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
            turns.begin(speaker, &line, text, told);
        }
        turns.settle(&line, if is_of_vicc(&line.text) { Author::Program } else { Author::Anybody });
    }
    turns.finish();
}

const ROW_BEFORE: &str = "a row of bytes stands before the arrow: an end of line is lost";
const NO_READER: &str = "the log names several readers, and none before this";
const OTHER_READER: &str = "an answer of another reader than the last command went to";
