//! A text cut into lines and words that know where they stand, and what can be wrong with them.

use std::ops::Range;

use crate::work;

/// What is wrong with a line.
pub(super) struct Mistake {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) hint: Option<String>,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: String::new(), hint: None }
    }

    pub(super) fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A piece of the text and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl<'a> Words<'a> {
    pub(super) fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Without the blanks before it.
    pub(super) fn trimmed_start(self) -> Self {
        let text = self.text.trim_start_matches(is_blank);
        Words { text, start: self.start + self.text.len() - text.len() }
    }

    /// Without the blanks around it.
    pub(super) fn trimmed(self) -> Self {
        let Words { text, start } = self.trimmed_start();
        Words { text: text.trim_end_matches(is_blank), start }
    }

    /// The first word, and what follows it.
    pub(super) fn split_word(self) -> (Self, Self) {
        let end = self.text.find(is_blank).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        (Words { text: word, ..self }, Words { text: rest, start: self.start + end }.trimmed())
    }

    /// What stands before the comment: `#` opens one at the start of a line and after a blank.
    pub(super) fn without_comment(self) -> Self {
        let bytes = self.text.as_bytes();
        let opens = |&(at, _): &(usize, &str)| at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t'));
        let end = self.text.match_indices('#').find(opens).map_or(self.text.len(), |(at, _)| at);
        Words { text: &self.text[..end], ..self }.trimmed()
    }
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// The lines of a text from some place on. A line ends with LF or CR LF.
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    pub(super) next: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn peek(&self) -> Option<(Words<'a>, usize)> {
        let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        work::step(length + 1);
        let line = &rest[..length];
        let line = line.strip_suffix('\r').unwrap_or(line);
        Some((Words { text: line, start: self.next }, self.next + length + 1))
    }

    pub(super) fn take(&mut self) -> Option<Words<'a>> {
        let (line, next) = self.peek()?;
        self.next = next;
        Some(line)
    }

    /// The next line, if it is indented: then it goes on where the line before ended, if it says anything at all.
    pub(super) fn take_continuation(&mut self) -> Option<Words<'a>> {
        let (line, next) = self.peek()?;
        if !line.text.starts_with(is_blank) {
            return None;
        }
        self.next = next;
        Some(line.without_comment())
    }
}
