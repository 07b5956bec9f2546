//! Bytes behind arrows or words that say who speaks: `=>` and `<=` as JCShell, libnfc and many others print them, `-->`
//! and `<--`, `>>` and `<<`, `C-APDU:` and `R-APDU:`; also `Command APDU (n bytes):` of vicc [VICC-LOG lines] and
//! `Sending:` of gscriptor [GSCRIPTOR-LOG lines].

use crate::trace::convert::{
    dialogue::Dialogue,
    leftovers::Strictness,
    lines::Line,
    notation::{self, Reading},
    turns::{Speaker, Turns},
};

/// What stands before a command, and what before an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Marks {
    command: &'static str,
    answer: &'static str,
}

/// Arrows may stand anywhere in a line. Words begin one, in either case, with a colon or an equals sign behind them.
const MARKS: [Marks; 18] = [
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
];

/// Which marks a log has before bytes: those of which commands have most, and of those with answers first.
fn marks_of(lines: &[Line<'_>]) -> Option<Marks> {
    let mut counts = [(0_usize, 0_usize); MARKS.len()];
    for line in lines {
        for (marks, (commands, answers)) in MARKS.iter().zip(&mut counts) {
            for Said { speaker, text, told, .. } in marks.said_in(&line.text) {
                let count = if speaker == Speaker::Terminal { &mut *commands } else { &mut *answers };
                // With a count the bytes may stand in rows below.
                let is_begun = told.is_some() && text.trim().is_empty();
                *count += usize::from(is_begun || notation::read(text).bytes.0.len() > 1);
            }
        }
    }
    let counted = MARKS.iter().zip(&counts).filter(|(_, (commands, _))| *commands > 0);
    // The first of those that are as good as each other.
    counted.rev().max_by_key(|(_, (commands, answers))| (*answers > 0, *commands)).map(|(marks, _)| *marks)
}

/// Whether bytes stand behind any of these marks in a line. In the log of another program they were sent all the same.
pub(in crate::trace::convert) fn is_said(text: &str) -> bool {
    let has_bytes = |said: Said<'_>| notation::only(said.text).is_some_and(|bytes| bytes.0.len() > 1);
    MARKS.iter().any(|marks| marks.said_in(text).into_iter().any(has_bytes))
}

/// Whether a log has such marks.
pub(in crate::trace::convert) fn is_typical(lines: &[Line<'_>]) -> bool {
    marks_of(lines).is_some()
}

impl Marks {
    fn is_word(self) -> bool {
        self.command.starts_with(|first: char| first.is_ascii_alphabetic())
    }

    /// What is said in a line.
    fn said_in(self, text: &str) -> Vec<Said<'_>> {
        if self.is_word() {
            let said =
                |mark, speaker| behind_word(text, mark).map(|(told, text)| Said { speaker, before: "", text, told });
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

/// What stands behind a word and a colon, perhaps with a count between them: `Command APDU (5 bytes): 00 A4`.
fn behind_word<'a>(text: &'a str, word: &str) -> Option<(Option<usize>, &'a str)> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let rest = if start.eq_ignore_ascii_case(word) { rest.trim_start() } else { return None };
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

/// The names before arrows, of which each may be that of a reader.
#[derive(Debug, Default)]
struct Readers {
    /// What stood before the last command.
    asked: String,
    /// The first name that stood before a command and its answer.
    first: Option<String>,
}

impl Readers {
    /// Whether a command and its answer have another name before them than the first that had one. Names that differ in
    /// numbers only count what is said, unless they say that they are a reader's.
    fn hear(&mut self, said: &Said<'_>) -> bool {
        if said.speaker == Speaker::Terminal {
            said.before.clone_into(&mut self.asked);
            return false;
        }
        if said.before != self.asked || !said.before.contains(char::is_alphabetic) {
            return false;
        }
        let first = self.first.get_or_insert_with(|| said.before.to_owned());
        let is_reader =
            ["reader", "slot", "terminal", "lecteur"].iter().any(|word| first.to_lowercase().contains(word));
        let letters = |name: &str| name.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
        *first != said.before && (is_reader || letters(first) != letters(said.before))
    }
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let marks = marks_of(lines).unwrap_or(MARKS[0]);
    let mut turns = Turns::new(dialogue, Strictness::Anywhere);
    let mut readers = Readers::default();
    for line in lines {
        let said = marks.said_in(&line.text);
        if said.first().is_some_and(|said| ends_row(said.before)) {
            turns.dialogue.unread(
                line.number,
                &line.text,
                "a row of bytes stands before the arrow: an end of line is lost",
            );
        }
        if said.iter().any(|said| readers.hear(said)) {
            let why =
                "another name than before stands before the arrow of a command and of its answer: another reader's";
            turns.dialogue.unread(line.number, &line.text, why);
        }
        if said.is_empty() && !turns.status_below(line) && !turns.atr(&line.text) {
            turns.other(line);
        }
        for Said { speaker, text, told, .. } in said {
            turns.begin(speaker, line.number, text, told);
        }
    }
    turns.finish();
}
