//! The column of text that dumps have behind their bytes.

use super::element::Element;
use crate::work;

/// What is known of a row while its bytes are read, so that the column is looked for only where its length fits. That
/// happens a few times in a row, however long it is.
#[derive(Debug)]
pub(super) struct Column {
    count: usize,
    /// How many blanks the bytes so far would show at the beginning and at the end.
    leading: usize,
    trailing: usize,
    /// How many characters follow.
    left: usize,
}

impl Column {
    /// Begins a row.
    pub(super) fn of(text: &str) -> Self {
        Self { count: 0, leading: 0, trailing: 0, left: text.chars().count() }
    }

    /// Goes on in the row by so many bytes of `text`, which is what follows.
    pub(super) fn skip(&mut self, bytes: usize, text: &str) {
        let passed = text.get(..bytes).unwrap_or(text).chars().count();
        self.left = self.left.saturating_sub(passed);
    }

    /// Goes on by one more element.
    pub(super) fn show(&mut self, element: Element) {
        if element == Element::Byte(b' ') {
            self.trailing += 1;
            self.leading += usize::from(self.leading == self.count);
        } else {
            self.trailing = 0;
        }
        self.count += 1;
    }

    /// Whether what follows is the elements so far, which are `shown`, as characters.
    pub(super) fn matches(&self, shown: &[Element], follows: &str) -> bool {
        let text = follows.trim_start();
        let length =
            self.left.saturating_sub(follows.chars().take_while(|character| character.is_whitespace()).count());
        let framed = [("|", "|"), ("(", ")"), ("'", "'")]
            .iter()
            .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
            .filter(|inside| !inside.is_empty());
        let all = self.count;
        let (leading, trailing) = (self.leading, self.trailing.min(all - self.leading.min(all)));
        let choices = [(0, 0), (0, trailing), (leading, 0), (leading, trailing)];
        // Some programs have a column of nothing but dots.
        if length == all && follows.starts_with("  ") && text.bytes().all(|byte| byte == b'.') {
            return true;
        }
        let fits = |text: &str, length: usize| {
            choices.iter().any(|&(from, back)| {
                let shown = shown.get(from..all - back).unwrap_or_default();
                shown.len() == length && length > 0 && renders(shown, text)
            })
        };
        fits(text, length) || framed.is_some_and(|inside| fits(inside, length.saturating_sub(2)))
    }
}

/// Whether a text is the last of these elements as characters, and some are letters or digits: a column of text that
/// came into a line of its own.
pub(super) fn is_text_of_last(shown: &[Element], text: &str) -> bool {
    let length = text.chars().count();
    let is_told = text.contains(|sign: char| sign.is_ascii_alphanumeric());
    is_told
        && length.checked_sub(1).is_some()
        && shown.len().checked_sub(length).is_some_and(|from| renders(&shown[from..], text))
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
