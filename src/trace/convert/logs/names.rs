//! The names of readers before the marks of commands and answers.

use std::collections::BTreeSet;

use crate::trace::{convert::notation, parse::MOST_SLOTS};

/// The name of a reader, where what stands before a mark says that it is one: `[Lecteur A]`, `slot=0`, `ACS 00 00:`.
fn reader(before: &str) -> Option<&str> {
    let name = before.trim_matches([' ', '[', ']', '(', ')', ':', '|', '"']);
    let lower = name.to_lowercase();
    let is_called =
        READERS.iter().any(|word| lower.split(|sign: char| !sign.is_alphabetic()).any(|part| part == *word));
    // PC/SC puts two numbers behind a name.
    let is_number =
        |word: &str| word.len() == 2 && word.starts_with('0') && word.bytes().all(|digit| digit.is_ascii_digit());
    let is_word = |word: &str| word.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit());
    let words: Vec<&str> = name.split(' ').collect();
    let is_of_system = matches!(words[..], [first, .., one, two] if is_number(one) && is_number(two) && is_word(first));
    let is_card = is_numbered_card(&lower);
    (is_called && !notation::read(name).rest.is_empty() || is_of_system || is_card).then_some(name)
}

/// Whether a name is one of [`CARDS`] with a number or a letter behind it: `carte 1`, `card-A`.
fn is_numbered_card(lower: &str) -> bool {
    is_numbered(CARDS.iter().find_map(|word| lower.strip_prefix(word)).unwrap_or_default())
}

/// Whether what stands behind a word is a number, or a letter that stands apart.
fn is_numbered(behind: &str) -> bool {
    let number = behind.trim_start_matches([' ', '-', '_', '=', ':', '#']);
    let is_number = matches!(number.len(), 1 | 2) && number.bytes().all(|digit| digit.is_ascii_digit());
    let is_letter = number.len() == 1 && number.len() < behind.len();
    is_number || is_letter && number.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// Words that say that a name is a reader's.
const READERS: [&str; 4] = ["reader", "slot", "terminal", "lecteur"];

/// Words that are those of readers with a number behind them; other words behind them say what a card does.
const CARDS: [&str; 15] = [
    "card",
    "carte",
    "device",
    "rdr",
    "p\u{E9}riph\u{E9}rique",
    "coupleur",
    "hcard",
    "icc",
    "picc",
    "pad",
    "pinpad",
    "cps",
    "vitale",
    "com",
    "usb",
];

/// Words before a number that counts what is said.
const COUNT: [&str; 36] = [
    "apdu",
    "capdu",
    "rapdu",
    "cmd",
    "command",
    "commande",
    "request",
    "requ\u{EA}te",
    "step",
    "\u{E9}tape",
    "etape",
    "no",
    "n",
    "nr",
    "num",
    "number",
    "num\u{E9}ro",
    "seq",
    "sequence",
    "exchange",
    "\u{E9}change",
    "echange",
    "msg",
    "message",
    "line",
    "ligne",
    "test",
    "case",
    "frame",
    "trame",
    "packet",
    "paquet",
    "round",
    "loop",
    "iteration",
    "index",
];

/// Words before a number that tells one of several who speak from another, also where they stand before commands only.
const PARTIES: [&str; 18] = [
    "session",
    "client",
    "conn",
    "connection",
    "connexion",
    "thread",
    "tid",
    "pid",
    "port",
    "app",
    "ch",
    "chan",
    "channel",
    "canal",
    "dev",
    "r",
    "rd",
    "sam",
];

/// The names that say that they are a reader's: those before commands and, of these, those before answers too; at most
/// as many as a trace has slots.
#[derive(Debug, Default)]
pub(super) struct Named {
    commands: BTreeSet<String>,
    both: BTreeSet<String>,
    /// Whether anything stands before an answer.
    answers_have: bool,
}

impl Named {
    /// Takes what stands before the mark of a command or an answer.
    pub(super) fn note(&mut self, is_command: bool, before: &str) {
        self.answers_have |= !is_command && before.contains(char::is_alphanumeric);
        let Some(name) = reader(before) else { return };
        if is_command && self.commands.len() < MOST_SLOTS {
            self.commands.insert(name.to_owned());
        } else if !is_command && self.commands.contains(name) {
            self.both.insert(name.to_owned());
        }
    }

    /// The names. Where nothing stands before answers, they are those before commands, if each has a number or a letter
    /// behind the word: other words say what a command does.
    fn names(&self) -> &BTreeSet<String> {
        let is_short = |name: &String| {
            let lower = name.to_lowercase();
            READERS.iter().chain(&CARDS).any(|word| is_numbered(lower.strip_prefix(word).unwrap_or_default()))
        };
        if !self.answers_have && self.commands.iter().all(is_short) { &self.commands } else { &self.both }
    }

    /// Whether the log names several readers.
    pub(super) fn are_several(&self) -> bool {
        self.names().len() > 1
    }

    /// Whether a message without a name may be of any of several.
    pub(super) fn may_be_any(&self, is_command: bool) -> bool {
        self.are_several() && (is_command || self.answers_have)
    }

    /// The reader that a text before a mark names, though it may be the only one.
    pub(super) fn reader<'a>(&self, before: &'a str) -> Option<&'a str> {
        reader(before).filter(|name| self.names().contains(*name))
    }
}

/// Answers that have the name of another one before them than the last command, which commands have had.
#[derive(Debug, Default)]
pub(super) struct Crossed {
    asked: String,
    all: BTreeSet<String>,
    is_named: bool,
}

impl Crossed {
    /// Takes what stands before the mark of a command or an answer: whether the answer is another one's. Only the
    /// first one is told. What was said at times that may come twice is no name.
    pub(super) fn hear(&mut self, is_command: bool, before: &str) -> bool {
        if is_command {
            if self.all.len() < MOST_SLOTS && before.contains(char::is_alphabetic) {
                self.all.insert(before.to_owned());
            }
            before.clone_into(&mut self.asked);
            return false;
        }
        let is_crossed = !self.is_named && before != self.asked && self.all.contains(before) && self.all.len() > 1;
        self.is_named |= is_crossed;
        is_crossed && self.all.contains(&self.asked)
    }
}

/// The names before arrows that may be those of readers, where they do not say so.
#[derive(Debug, Default)]
pub(super) struct Unclear {
    /// What stood before the last command.
    asked: String,
    /// The first name that stood before a command and its answer, and the line.
    first: Option<(String, usize)>,
    /// The last one.
    last: String,
    /// Whether one stood before two exchanges, one behind the other.
    repeats: bool,
    /// Whether a second one was named.
    is_named: bool,
    /// Whether nothing stood before the last answer.
    is_bare: bool,
}

impl Unclear {
    /// Why a command and its answer may be another reader's than the first one, if they have another name before
    /// them. Names that differ in numbers only, which rise with each exchange, count what is said. Only the first one
    /// is told.
    pub(super) fn hear(&mut self, is_command: bool, before: &str, line: usize) -> Option<String> {
        if is_command {
            let asked = std::mem::replace(&mut self.asked, before.to_owned());
            if self.is_named || !self.is_bare || !is_of_another(&asked, before) {
                return None;
            }
            self.is_named = true;
            return Some(format!("{ANOTHER_NAME} ({asked}, above): {ADVICE}"));
        }
        self.is_bare = !before.contains(char::is_alphanumeric);
        if before != self.asked || !before.contains(char::is_alphanumeric) {
            return None;
        }
        let last = std::mem::replace(&mut self.last, before.to_owned());
        let Some((first, above)) = &self.first else {
            self.first = Some((before.to_owned(), line));
            return None;
        };
        let counts = counts_on(&last, before) && (!self.repeats || is_time(before));
        let is_another = if last == before {
            self.repeats = true;
            first != before && !is_time(before)
        } else {
            !counts
        };
        if !is_another || self.is_named {
            return None;
        }
        self.is_named = true;
        let first = first.trim_matches([' ', ':', '|', '[', ']']);
        Some(format!("{ANOTHER_NAME} ({first}, line {above}): {ADVICE}"))
    }
}

const ADVICE: &str = "make a log of each, or write the reader's name with the word `reader` before it";

/// Whether two names differ in the number behind a word for who speaks.
fn is_of_another(one: &str, next: &str) -> bool {
    let (first, second) = (numbers(one), numbers(next));
    let differ = |(first, second): (&Number<'_>, &Number<'_>)| {
        first.before == second.before && first.value != second.value && PARTIES.contains(&second.word().as_str())
    };
    first.len() == second.len() && first.iter().zip(&second).any(differ)
}

const ANOTHER_NAME: &str = "a command and its answer have another name before them, perhaps another reader's,";

/// Whether the second one of two names is the first with a higher number in it, which stands alone, is a part of a
/// time, or has a word before it that counts: others tell one reader, port or process from another.
fn counts_on(one: &str, next: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
    let (first, second) = (numbers(one), numbers(next));
    let values = |found: &[Number<'_>]| found.iter().map(|number| number.value).collect::<Vec<_>>();
    letters(one) == letters(next)
        && values(&first) < values(&second)
        && first.iter().zip(&second).all(|(first, second)| first.value == second.value || second.counts())
}

/// A number in a name.
struct Number<'a> {
    value: u64,
    /// What stands before it, from the number before it on.
    before: &'a str,
    /// Whether it is a part of a time, as `36.5` and `08:00` are.
    is_of_time: bool,
}

impl Number<'_> {
    fn counts(&self) -> bool {
        let word = self.word();
        self.is_of_time || word.is_empty() || COUNT.contains(&word.as_str())
    }

    /// The word before it, in small letters; empty where it stands alone.
    fn word(&self) -> String {
        let joined = self.before.strip_suffix(['[', '(']).filter(|name| name.ends_with(char::is_alphabetic));
        let joined = joined.unwrap_or(self.before).trim_end_matches([' ', '#', '-', '_', '=', ':', '.', '\u{B0}']);
        joined.rsplit(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default().to_lowercase()
    }
}

fn numbers(name: &str) -> Vec<Number<'_>> {
    let mut found: Vec<Number<'_>> = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|sign: char| sign.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(from.len());
        let (digits, behind) = from.split_at(end);
        let goes_on =
            behind.strip_prefix(['.', ':']).is_some_and(|part| part.starts_with(|sign: char| sign.is_ascii_digit()));
        let is_of_time = goes_on || !found.is_empty() && matches!(before, "." | ":");
        found.push(Number { value: digits.parse().unwrap_or(u64::MAX), before, is_of_time });
        rest = behind;
    }
    found
}

/// Whether a name is a time of some kind, which may be the same twice.
fn is_time(name: &str) -> bool {
    let has_parts = |sign: &str| {
        let (before, behind) = name.split_once(sign).unwrap_or_default();
        before.ends_with(|sign: char| sign.is_ascii_digit()) && behind.starts_with(|sign: char| sign.is_ascii_digit())
    };
    let is_plain = name.chars().all(|sign| sign.is_ascii_digit() || ".:,[]()+sm ".contains(sign));
    is_plain && (has_parts(".") || has_parts(":"))
}
