//! Numbers that count the messages of a log, between the mark of one and its bytes: `=> (1) 00 A4`, `Command #1: 00
//! A4`.

use super::marks::Said;

/// A number at the beginning of a text, with the signs around it, and what stands behind it: `(1)`, `[1]`, `#1`, `1:`.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let begin = text.trim_start();
    let opened = begin.strip_prefix(['(', '[', '#']).unwrap_or(begin);
    let digits = opened.len() - opened.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let closed = match begin.as_bytes().first()? {
        b'(' => opened[digits..].strip_prefix(')')?,
        b'[' => opened[digits..].strip_prefix(']')?,
        b'#' => opened[digits..].strip_prefix(':').unwrap_or(&opened[digits..]),
        _ => opened[digits..].strip_prefix(':')?,
    };
    // More digits before a colon are the offset of a row.
    let is_number = matches!(digits, 1..=3) && (closed.starts_with([' ', '\t']) || closed.is_empty());
    is_number.then(|| begin.split_at(begin.len() - closed.len()))
}

/// The value of such a number.
fn value(number: &str) -> Option<u64> {
    number.trim_matches(|sign: char| !sign.is_ascii_digit()).parse().ok()
}

/// The numbers of a log, as far as they were read.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    with: usize,
    without: usize,
    /// How many are none that follow the one above.
    wrong: usize,
    last: Option<u64>,
}

impl Numbers {
    /// Takes a message on the first way through the log.
    pub(super) fn note(&mut self, said: &Said<'_>) {
        if said.number.is_empty() {
            self.without += 1;
        } else {
            self.with += 1;
            self.wrong += usize::from(self.hear(said.number).is_some());
        }
    }

    /// Whether messages have numbers. One that has none was damaged: a number may have become a byte.
    pub(super) fn count(&self) -> bool {
        self.with > self.without + 2 * self.wrong
    }

    /// Why the number of the next message is none that follows, if so. A command and its answer may have the same one.
    pub(super) fn hear(&mut self, number: &str) -> Option<&'static str> {
        let Some(number) = value(number) else { return Some(NO_NUMBER) };
        let last = self.last.replace(number)?;
        (number != last && Some(number) != last.checked_add(1)).then_some(NOT_NEXT)
    }
}

const NO_NUMBER: &str = "no number where the other messages of the log have one";
const NOT_NEXT: &str = "a number that does not follow the one above: a message is missing or stands elsewhere";

#[cfg(test)]
mod tests {
    use super::{Numbers, split};

    #[test]
    fn numbers_before_bytes() {
        for (text, found) in [
            (" (1) 00 A4", ("(1)", " 00 A4")),
            ("[12] 00 A4", ("[12]", " 00 A4")),
            ("#1 00 A4", ("#1", " 00 A4")),
            ("#1: 00 A4", ("#1:", " 00 A4")),
            ("1: 00 A4", ("1:", " 00 A4")),
        ] {
            assert_eq!(split(text), Some(found), "{text}");
        }
        for text in ["00 A4", "[90 00]", "(1)00", "1:00:A4", "# 1", "", "()", "[1 00"] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_follow_each_other() {
        let mut numbers = Numbers::default();
        assert!(["(1)", "(1)", "(2)", "(2)", "(3)"].iter().all(|number| numbers.hear(number).is_none()));
        assert!(numbers.hear("(5)").is_some() && numbers.hear("(4)").is_some() && numbers.hear("").is_some());
    }
}
