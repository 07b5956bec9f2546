//! The column of text that dumps have behind their bytes.

use super::element::Element;
use crate::work;

/// What is known of a row while its bytes are read, so that the column is looked for only where its length fits. That
/// happens a few times in a row, however long it is.
#[derive(Debug)]
pub(super) struct Column {
    shown: Vec<Element>,
    /// How many blanks the bytes so far would show at the beginning and at the end.
    leading: usize,
    trailing: usize,
    /// How many characters follow.
    left: usize,
}

impl Column {
    /// Begins a row.
    pub(super) fn of(text: &str) -> Self {
        Self { shown: Vec::new(), leading: 0, trailing: 0, left: text.chars().count() }
    }

    /// Goes on in the row by so many bytes of `text`, which is what follows.
    pub(super) fn skip(&mut self, bytes: usize, text: &str) {
        let passed = text.get(..bytes).unwrap_or(text).chars().count();
        self.left = self.left.saturating_sub(passed);
    }

    /// Takes one more element to be shown in the column.
    pub(super) fn show(&mut self, element: Element) {
        if element == Element::Byte(b' ') {
            self.trailing += 1;
            self.leading += usize::from(self.leading == self.shown.len());
        } else {
            self.trailing = 0;
        }
        self.shown.push(element);
    }

    /// Whether what follows is these elements as characters.
    pub(super) fn matches(&self, follows: &str) -> bool {
        let text = follows.trim_start();
        let length =
            self.left.saturating_sub(follows.chars().take_while(|character| character.is_whitespace()).count());
        let framed = [("|", "|"), ("(", ")"), ("'", "'")]
            .iter()
            .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
            .filter(|inside| !inside.is_empty());
        let all = self.shown.len();
        let (leading, trailing) = (self.leading, self.trailing.min(all - self.leading.min(all)));
        let choices = [(0, 0), (0, trailing), (leading, 0), (leading, trailing)];
        // Some programs have a column of nothing but dots.
        if length == all && follows.starts_with("  ") && text.bytes().all(|byte| byte == b'.') {
            return true;
        }
        let fits = |text: &str, length: usize| {
            choices.iter().any(|&(from, back)| {
                let shown = self.shown.get(from..all - back).unwrap_or_default();
                shown.len() == length && length > 0 && renders(shown, text)
            })
        };
        fits(text, length) || framed.is_some_and(|inside| fits(inside, length.saturating_sub(2)))
    }
}

/// Whether characters are what a dump shows of elements. Programs agree on letters and digits; for the rest they have
/// dots and other signs, and some show a blank as a dot, but then all of them.
fn renders(shown: &[Element], text: &str) -> bool {
    let dotted = |(element, character): (&Element, char)| *element == Element::Byte(b' ') && character == '.';
    let blanks_are_dots = shown.iter().zip(text.chars()).any(dotted);
    shown.iter().zip(text.chars()).all(|(element, character)| {
        work::step(1);
        match *element {
            Element::Byte(b' ') => character == if blanks_are_dots { '.' } else { ' ' },
            Element::Byte(byte) if byte.is_ascii_graphic() => character == char::from(byte),
            Element::Byte(byte) => matches!(character, '.' | '?' | '_') || byte >= 0x80 && !character.is_ascii(),
            Element::Hidden => true,
            Element::Gap => false,
        }
    })
}
