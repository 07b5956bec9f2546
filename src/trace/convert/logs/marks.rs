//! Marks before commands and answers, arrows or words, and where they stand in a line.

use super::numbered;
use crate::trace::convert::{
    notation::{self, Reading},
    turns::Speaker,
};

/// What stands before a command, and what before an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Marks {
    pub(super) command: &'static str,
    pub(super) answer: &'static str,
}

/// Arrows may stand anywhere in a line. Words begin one, in either case, with a colon or an equals sign behind them; or
/// they stand behind a name with a sign at its end, as in `[t1] TX: 00 A4`.
pub(super) const MARKS: [Marks; 31] = [
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
    Marks { command: "Envoi APDU", answer: "R\u{E9}ponse APDU" },
    Marks { command: "Commande envoy\u{E9}e \u{E0} la carte", answer: "R\u{E9}ponse de la carte" },
    Marks { command: "Commande envoy\u{E9}e", answer: "R\u{E9}ponse re\u{E7}ue" },
    Marks { command: "cmd", answer: "rep" },
    Marks { command: "Terminal", answer: "Card" },
    Marks { command: "Terminal", answer: "Carte" },
];

impl Marks {
    pub(super) fn is_word(self) -> bool {
        self.command.starts_with(|first: char| first.is_ascii_alphabetic())
    }

    /// What is said in a line.
    pub(super) fn said_in(self, text: &str) -> Vec<Said<'_>> {
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
        let said = found.iter().zip(ends).map(|(&(at, mark, speaker), end)| {
            let behind = text.get(at + mark.len()..end).unwrap_or_default();
            let (number, text_behind) = numbered::split(behind).unwrap_or(("", behind));
            Said {
                speaker,
                before: text.get(..found[0].0).unwrap_or_default().trim(),
                mark: text.get(at..at + mark.len()).unwrap_or_default(),
                number,
                text: timed(text_behind),
                unnumbered: timed(behind),
                told: None,
            }
        });
        said.collect()
    }
}

/// What stands behind a mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) speaker: Speaker,
    /// What stands before the first mark of the line, or behind a word for who speaks: perhaps the name of a reader.
    pub(super) before: &'a str,
    pub(super) mark: &'a str,
    /// A number with the signs around it, which may be that of the message; empty where there is none.
    pub(super) number: &'a str,
    pub(super) text: &'a str,
    /// What stands behind the mark where the number is none of the message.
    pub(super) unnumbered: &'a str,
    /// How many bytes the log says that there are.
    pub(super) told: Option<usize>,
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
        name.ends_with([']', ')', ':', '|'])
            || name.ends_with(" -")
            || name.len() < before.len() && (name.contains('=') || is_numbered(name))
    };
    let is_here = |at: usize| text.get(at..at + word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let may_end_name = |at: usize| matches!(text.as_bytes()[at - 1], b' ' | b'\t' | b']' | b')' | b':' | b'|');
    let mut places = 0..text.len().min(LONGEST_NAME);
    let at = places.find(|&at| {
        let is_place = at == 0 || may_end_name(at);
        is_place && is_here(at) && (at == 0 || ends_name(&text[..at])) && announced(&text[at + word.len()..]).is_some()
    })?;
    let behind = &text[at + word.len()..];
    let Announced { told, name, number, text: rest } = announced(behind)?;
    let end = if told.is_some() { text.len() - rest.len() } else { at + word.len() };
    let before = if name.is_empty() { text[..at].trim() } else { name };
    let (inner, numbered) = numbered::split(rest).filter(|_| number.is_empty()).unwrap_or((number, rest));
    let mark = &text[at..end];
    Some(Said { speaker: Speaker::Terminal, before, mark, number: inner, text: numbered, unnumbered: rest, told })
}

/// Whether a text is a word with a number behind it, as names of readers are: `R1`, `carte 2`; or a number: `#1`.
fn is_numbered(name: &str) -> bool {
    if let Some(number) = name.strip_prefix('#') {
        return matches!(number.len(), 1..=3) && number.bytes().all(|digit| digit.is_ascii_digit());
    }
    let word = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let letters = word.trim_end_matches([' ', '#', '-', '_']);
    matches!(name.len() - word.len(), 1 | 2) && !letters.is_empty() && letters.chars().all(char::is_alphabetic)
}

/// How far from the beginning of a line the word for who speaks may stand.
const LONGEST_NAME: usize = 80;

/// What stands between a word for who speaks and the bytes.
struct Announced<'a> {
    /// How many bytes there are: `(5 bytes)`.
    told: Option<usize>,
    /// To whom it is said, or who says it: `to ICC1`, `from ICC1`.
    name: &'a str,
    /// Which one it is: `#1`, `(1)`.
    number: &'a str,
    text: &'a str,
}

/// Words before the name of who is spoken to, or speaks.
const PARTIES: [&str; 5] = ["to ", "from ", "vers ", "de ", "\u{E0} "];

fn behind_colon(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix([':', '='])
}

/// What stands behind a word for who speaks, if there is a colon or an equals sign, or the list of a programming
/// language.
fn announced(text: &str) -> Option<Announced<'_>> {
    let rest = text.trim_start();
    let (told, name, number) = (None, "", "");
    if let Some(text) = behind_colon(rest) {
        return Some(Announced { told, name, number, text });
    }
    if rest.starts_with("['") || rest.starts_with("[\"") {
        return Some(Announced { told, name, number, text: rest });
    }
    if let Some((count, after)) = rest.strip_prefix(['(', '[']).and_then(|count| count.split_once([')', ']'])) {
        let told = count.split([' ', 'b', 'B']).find(|word| !word.is_empty()).and_then(|word| word.parse().ok());
        let is_plain = count.bytes().all(|digit| digit.is_ascii_digit());
        let number = if is_plain { &rest[..rest.len() - after.len()] } else { "" };
        return Some(Announced { told, name, number, text: behind_colon(after)? });
    }
    if rest.starts_with(|first: char| first == '#' || first.is_ascii_digit()) {
        let digits = rest.strip_prefix('#').unwrap_or(rest).trim_start_matches(|digit: char| digit.is_ascii_digit());
        let text = behind_colon(digits).filter(|text| text.is_empty() || text.starts_with([' ', '\t']))?;
        return Some(Announced { told, name, number: &rest[..rest.len() - digits.len()], text });
    }
    let party = PARTIES.iter().find_map(|word| rest.strip_prefix(word))?;
    let (name, _) = party.split_once([':', '=']).filter(|(name, _)| name.len() < LONGEST_PARTY)?;
    let is_word = name.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit());
    is_word.then(|| Announced { told, name: name.trim(), number, text: &party[name.len() + 1..] })
}

/// How long the name of who is spoken to is at most.
const LONGEST_PARTY: usize = 40;

/// A text without the time in round brackets at its beginning.
fn timed(text: &str) -> &str {
    let inside = text.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
    inside.map_or(text, |(_, rest)| rest)
}
