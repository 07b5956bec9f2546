//! The lines of a list: words with their places.

use std::{ops::Range, sync::Arc};

use jiff::civil::Date;

use crate::profile::{
    diagnostic::{Diagnostic, Source},
    said::{Bilingual, said},
};

/// A line without its comment and the blanks around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Where it begins in the text, in bytes.
    start: usize,
    text: &'t str,
}

/// A word of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    start: usize,
    pub(super) text: &'t str,
}

/// The lines of a text that have something in them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |whole| {
        let begin = start;
        start += whole.len();
        let said = whole.split('#').next().unwrap_or_default();
        let trimmed = said.trim_start();
        let line = Line { start: begin + said.len() - trimmed.len(), text: trimmed.trim_end() };
        (!line.text.is_empty()).then_some(line)
    })
}

impl<'t> Line<'t> {
    /// Where it begins in the text.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Its place in the text.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Its words, divided by blanks and tabs.
    pub(super) fn words(&self) -> impl Iterator<Item = Word<'t>> + use<'t> {
        let (text, start) = (self.text, self.start);
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = text.get(at..)?;
            let begin = rest.find(|letter| !is_blank(letter))?;
            let length = rest[begin..].find(is_blank).unwrap_or(rest.len() - begin);
            let word = Word { start: start + at + begin, text: &rest[begin..begin + length] };
            at += begin + length;
            Some(word)
        })
    }
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

impl Word<'_> {
    /// Its place in the text.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The day that it is, written `2026-01-20`.
    pub(super) fn day(&self) -> Option<Date> {
        let bytes: &[u8; 10] = self.text.as_bytes().try_into().ok()?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else { return None };
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_i16, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
        };
        let small = |digits: &[u8]| number(digits).and_then(|number| i8::try_from(number).ok());
        Date::new(number(&[y1, y2, y3, y4])?, small(&[m1, m2])?, small(&[d1, d2])?).ok()
    }

    /// A mistake that points at it.
    pub(super) fn wrong(&self, source: &Arc<Source>, message: Bilingual) -> Diagnostic {
        Diagnostic::new(source, self.span(), message)
    }

    /// That it is no day.
    pub(super) fn no_day(&self, source: &Arc<Source>) -> Diagnostic {
        let message = said!(en: "this is no day of the calendar", fr: "ce n'est pas un jour du calendrier");
        self.wrong(source, message).hint(said!(en: "a day is written 2026-01-20", fr: "un jour s'écrit 2026-01-20"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::lines;

    #[test]
    fn words_know_their_places_and_comments_say_nothing() {
        let text = "# one\r\n\r\n  10000002\tperte  2026-01-20 # é\nfin";
        let lines: Vec<_> = lines(text).collect();
        let words: Vec<_> = lines.iter().flat_map(|line| line.words()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(&text[lines[0].span()], "10000002\tperte  2026-01-20");
        assert_eq!(words.iter().map(|word| word.text).collect::<Vec<_>>(), ["10000002", "perte", "2026-01-20", "fin"]);
        assert!(words.iter().all(|word| &text[word.span()] == word.text));
        assert_eq!(words[2].day(), Some(date(2026, 1, 20)));
        assert!(words.iter().filter(|word| word.day().is_some()).count() == 1);
    }
}
