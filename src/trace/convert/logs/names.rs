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
    let is_numbered = matches!(words[..], [first, .., one, two] if is_number(one) && is_number(two) && is_word(first));
    (is_called && !notation::read(name).rest.is_empty() || is_numbered).then_some(name)
}

/// Words that say that a name is a reader's.
const READERS: [&str; 4] = ["reader", "slot", "terminal", "lecteur"];

/// The names that say that they are a reader's: those before commands and, of these, those before answers too; at most
/// as many as a trace has slots.
#[derive(Debug, Default)]
pub(super) struct Named {
    commands: BTreeSet<String>,
    both: BTreeSet<String>,
}

impl Named {
    /// Takes what stands before the mark of a command or an answer.
    pub(super) fn note(&mut self, is_command: bool, before: &str) {
        let Some(name) = reader(before) else { return };
        if is_command && self.commands.len() < MOST_SLOTS {
            self.commands.insert(name.to_owned());
        } else if !is_command && self.commands.contains(name) {
            self.both.insert(name.to_owned());
        }
    }

    /// Whether the log names several readers.
    pub(super) fn are_several(&self) -> bool {
        self.both.len() > 1
    }

    /// The reader that a text before a mark names, though it may be the only one.
    pub(super) fn reader<'a>(&self, before: &'a str) -> Option<&'a str> {
        reader(before).filter(|name| self.both.contains(*name))
    }
}

/// The names before arrows that may be those of readers, where they do not say so.
#[derive(Debug, Default)]
pub(super) struct Unclear {
    /// What stood before the last command.
    asked: String,
    /// The first name that stood before a command and its answer.
    first: Option<String>,
}

impl Unclear {
    /// Whether a command and its answer have another name before them than the first that had one. Names that differ in
    /// numbers only count what is said.
    pub(super) fn hear(&mut self, is_command: bool, before: &str) -> bool {
        if is_command {
            before.clone_into(&mut self.asked);
            return false;
        }
        if before != self.asked || !before.contains(char::is_alphabetic) {
            return false;
        }
        let first = self.first.get_or_insert_with(|| before.to_owned());
        let letters = |name: &str| name.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
        *first != before && letters(first) != letters(before)
    }
}
