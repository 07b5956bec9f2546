//! The lines of a log, as every importer sees them.

use std::{borrow::Cow, cell::RefCell, iter::Enumerate, ops::Range, str};

use serde_json::{Map, Value};

use super::{
    frames::{Frames, Inside},
    gathered::offset,
    prefix, speakers,
};
use crate::work;

/// A line of a log.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// As it stands there.
    pub(super) whole: &'a str,
    /// Without what stands before every line of the log.
    pub(super) raw: &'a str,
    /// Without colours, without what a service put before it and without blanks around it.
    pub(super) text: Cow<'a, str>,
    /// Whether fewer words were taken from before it than from the line above it: what stood there may be damaged.
    pub(super) is_bare: bool,
    /// Whether what was taken from before it is of another shape than before the two lines above it that have some; or
    /// it is bare and the line below it is such a one.
    pub(super) is_other: bool,
    /// Whether what stands before every line stands in it once more: it was two lines.
    pub(super) is_joined: bool,
    /// Where the parts of the text stand that an importer took: bytes of a message, or what it knows.
    taken: RefCell<Vec<Range<usize>>>,
}

/// A part of a line that no importer took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'l> {
    pub(super) text: &'l str,
    /// Whether it stands behind a part that was taken.
    pub(super) is_behind: bool,
    /// Whether it stands before a part that was taken.
    pub(super) is_before: bool,
}

impl<'a> Line<'a> {
    /// A line of which nobody took anything yet.
    pub(super) fn new(number: usize, raw: &'a str, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            number,
            whole: raw,
            raw,
            text: text.into(),
            is_bare: false,
            is_other: false,
            is_joined: false,
            taken: RefCell::default(),
        }
    }

    /// Takes a part of the text: it is in the trace, or it is known that it is no bytes. What is no part of the text
    /// changes nothing, and so is left.
    pub(super) fn take(&self, part: &str) {
        let start = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr());
        let range = start.map(|start| start..start + part.len());
        if let Some(range) = range.filter(|range| !range.is_empty() && range.end <= self.text.len()) {
            self.taken.borrow_mut().push(range);
        }
    }

    /// Takes all of it.
    pub(super) fn take_all(&self) {
        self.take(&self.text);
    }

    /// What nobody took.
    pub(super) fn left(&self) -> Vec<Piece<'_>> {
        let mut taken = self.taken.borrow().clone();
        taken.push(self.text.len()..self.text.len());
        taken.sort_by_key(|range| range.start);
        let mut pieces = Vec::new();
        let mut end = 0;
        for range in taken {
            let text = self.text.get(end..range.start).unwrap_or_default();
            if !text.trim().is_empty() {
                pieces.push(Piece { text, is_behind: end > 0, is_before: range.start < self.text.len() });
            }
            end = end.max(range.end);
        }
        pieces
    }

    /// The hexadecimal digits of the bytes that were taken, in capitals; none of those of a longer message than
    /// `longest` digits.
    pub(super) fn taken_digits(&self, longest: usize) -> String {
        let parts = self.taken.borrow();
        // A mark is no bytes.
        let is_mark = |part: &str| part.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit());
        let bytes =
            parts.iter().map(|part| &self.text[part.clone()]).filter(|part| part.len() <= longest && !is_mark(part));
        let digits = bytes.flat_map(str::chars).filter(char::is_ascii_hexdigit);
        digits.map(|digit| digit.to_ascii_uppercase()).collect()
    }

    /// Whether this line, which goes on with bytes, begins otherwise than those above it. A paste that wraps bytes puts
    /// nothing before them; `has_rest` is whether anything is behind them.
    pub(super) fn begins_otherwise(&self, has_rest: bool) -> bool {
        let (_, text) = offset(&self.text);
        // A day or a time may have been left before bytes.
        let is_mixed = text.split_once(' ').is_some_and(|(first, _)| first.contains(['-', ':']));
        let is_wrapped = !has_rest && !is_mixed && text.starts_with(char::is_alphanumeric);
        self.is_other || self.is_bare && !is_wrapped
    }

    /// Who wrote it, by what a service put before the text; empty where nothing tells.
    pub(super) fn author(&self) -> String {
        let raw = unescaped(self.raw);
        let plain = without_colours(&raw);
        let before = plain.trim_end().strip_suffix(&*self.text);
        before.filter(|before| !before.is_empty()).map(speakers::of).unwrap_or_default()
    }
}

/// The lines of a log, one after the other: all of them take more room than the log.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    raw: Enumerate<str::Lines<'a>>,
    frames: Frames,
    words_above: usize,
    above: [Option<Shape>; 2],
    /// Whether the line above has nothing but what a service puts before one: it may have been broken there.
    is_cut: bool,
    /// The line below the last one that was given.
    below: Option<Line<'a>>,
}

/// The lines of a log. A mark of byte order at its beginning is none of it.
pub(super) fn lines(log: &str) -> Lines<'_> {
    let log = log.trim_start_matches('\u{FEFF}');
    let (raw, frames) = (log.lines().enumerate(), Frames::of(log));
    Lines { raw, frames, words_above: 0, above: [None, None], is_cut: false, below: None }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let mut line = self.below.take().or_else(|| self.read())?;
        self.below = self.read();
        line.is_other |= line.is_bare && self.below.as_ref().is_some_and(|below| below.is_other && !below.is_bare);
        Some(line)
    }
}

impl<'a> Lines<'a> {
    fn read(&mut self) -> Option<Line<'a>> {
        let (index, whole) = self.raw.next()?;
        let Inside { text: raw, has_all, is_joined } = self.frames.inside(whole);
        let (text, shape) = match unescaped(raw) {
            Cow::Borrowed(raw) => (seen(raw), Shape::of(raw, &seen(raw))),
            Cow::Owned(plain) => (Cow::Owned(seen(&plain).into_owned()), Shape::of(&plain, &seen(&plain))),
        };
        let is_bare = shape.words() < std::mem::replace(&mut self.words_above, shape.words());
        let was_cut = std::mem::replace(&mut self.is_cut, text.is_empty() && shape.words() > 0);
        let is_other = shape.words() > 0 && shape.differs(&self.above) || is_bare && was_cut || !has_all;
        if shape.words() > 0 {
            self.above.swap(0, 1);
            self.above[0] = Some(shape);
        }
        Some(Line { whole, is_bare, is_other, is_joined, ..Line::new(index + 1, raw, text) })
    }
}

/// What was taken from before a text.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Shape {
    /// With one digit for each number, and one blank for several.
    signs: String,
    /// How many digits it has.
    digits: usize,
    /// How many of them begin it.
    first: usize,
}

impl Shape {
    fn of(raw: &str, text: &str) -> Self {
        let plain = without_colours(raw);
        let before = plain.trim().strip_suffix(text).unwrap_or_default().trim();
        // The kernel pads its times: `[ 1106.6]`.
        let seconds = before.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let seconds = seconds.filter(|(inside, _)| {
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
            inside.trim().split_once('.').is_some_and(|(whole, part)| is_number(whole) && is_number(part))
        });
        let padded = seconds.map(|(_, rest)| format!("[.]{rest}"));
        let before = padded.as_deref().unwrap_or(before);
        let mut signs = String::new();
        for character in before.chars() {
            let sign = match character {
                '0'..='9' => '0',
                blank if blank.is_whitespace() => ' ',
                other => other,
            };
            if !(matches!(sign, '0' | ' ') && signs.ends_with(sign)) {
                signs.push(sign);
            }
        }
        let first = before.bytes().take_while(u8::is_ascii_digit).count();
        Self { signs, digits: before.bytes().filter(u8::is_ascii_digit).count(), first }
    }

    fn words(&self) -> usize {
        self.signs.split(' ').filter(|word| !word.is_empty()).count()
    }

    /// Whether it differs from one of two. Some programs leave out zeros at the end of a time, but none has a byte more
    /// than two times of one length.
    fn differs(&self, above: &[Option<Self>; 2]) -> bool {
        let is_longer = match above {
            [Some(first), Some(second)] if first.digits == second.digits => {
                self.digits > first.digits && (self.digits - first.digits).is_multiple_of(2)
            }
            _ => false,
        };
        // The year has lost digits to the line above.
        let is_cut = above.iter().flatten().any(|above| above.first > self.first + 1);
        is_longer || is_cut || above.iter().flatten().any(|above| above.signs != self.signs)
    }
}

fn seen(raw: &str) -> Cow<'_, str> {
    if let Some(text) = of_container(raw) {
        return Cow::Owned(seen(text.trim_end()).into_owned());
    }
    match without_colours(raw) {
        Cow::Borrowed(text) => Cow::Borrowed(prefix::stripped(text)),
        Cow::Owned(text) => Cow::Owned(prefix::stripped(&text).to_owned()),
    }
}

/// A text without what pages of the web have in place of `<`, `>` and `&`, and without the marks around a log in one.
fn unescaped(text: &str) -> Cow<'_, str> {
    const MARKS: [&str; 4] = ["<pre>", "</pre>", "<code>", "</code>"];
    const SIGNS: [(&str, &str); 4] = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")];
    if !MARKS.iter().chain(SIGNS.iter().map(|(name, _)| name)).any(|name| text.contains(name)) {
        return Cow::Borrowed(text);
    }
    let bare = MARKS.iter().fold(text.to_owned(), |text, mark| text.replace(mark, ""));
    Cow::Owned(SIGNS.iter().fold(bare, |text, (name, sign)| text.replace(name, sign)))
}

/// The text of a line that Docker keeps as an object of JSON: `{"log":"APDU: 00 A4\n","stream":"stdout","time":"..."}`.
fn of_container(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let object: Map<String, Value> = serde_json::from_str(raw.starts_with("{\"log\":").then_some(raw)?).ok()?;
    // A line in a line is what somebody logged.
    object.get("log")?.as_str().filter(|text| !text.trim_start().starts_with("{\"log\":")).map(str::to_owned)
}

/// A text without the escape sequences by which programs colour and drive a terminal: `ESC [`, parameters, a letter.
fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains("\u{1B}[") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once("\u{1B}[") {
        plain.push_str(before);
        let after = sequence.trim_start_matches(|code: char| code.is_ascii_digit() || matches!(code, ';' | '?'));
        work::step(rest.len() - after.len());
        rest = after.strip_prefix(|end: char| end.is_ascii_alphabetic()).unwrap_or(sequence);
    }
    work::step(rest.len());
    Cow::Owned(plain + rest)
}

#[cfg(test)]
mod tests {
    use super::{Line, lines, without_colours};

    fn texts(log: &str) -> Vec<String> {
        lines(log).map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn what_nobody_took_is_left() {
        let line = Line::new(1, "", "card => 00 A4 (done)");
        let (_, bytes) = line.text.split_once("card ").expect("an arrow");
        line.take(&bytes[..2]);
        line.take(&bytes[3..8]);
        line.take("00");
        let left: Vec<_> = line.left().iter().map(|piece| (piece.text, piece.is_behind, piece.is_before)).collect();
        assert_eq!(left, [("card ", false, true), (" (done)", true, false)]);
        line.take_all();
        assert!(line.left().is_empty());
    }

    #[test]
    fn services_tell_who_wrote_a_line() {
        let author = |raw| lines(raw).next().expect("a line").author();
        assert_eq!(author("Nov 28 08:00:36 host app[11]: => 00"), "host app[11]");
        assert_eq!(author("\u{1B}[36mcard-1  | \u{1B}[0m=> 00"), "card-1");
        assert_eq!(author("=> 00"), "");
    }

    #[test]
    fn colours_go_and_text_stays() {
        assert_eq!(
            without_colours("\u{1B}[36m00000004\u{1B}[0m [1] \u{1B}[34mAPDU: 00 \u{1B}[0m"),
            "00000004 [1] APDU: 00 "
        );
        assert_eq!(without_colours("\u{1B}[?2004hapdu> \u{1B}[6C00 A4\u{1B}[?2004l"), "apdu> 00 A4");
        assert_eq!(without_colours("\u{1B}[1;\u{1B}[31mred\u{1B}[1"), "1;red1");
    }

    #[test]
    fn signs_of_pages_are_read() {
        assert_eq!(texts("<pre>=&gt; 00 A4\n&lt;= 90 00</pre>"), ["=> 00 A4", "<= 90 00"]);
        assert_eq!(texts("> 10: =&gt; 00\n> 11: &lt;= 90 00"), ["=> 00", "<= 90 00"]);
    }

    #[test]
    fn a_container_keeps_lines_as_json() {
        let line = "{\"log\":\"00000019 APDU: 00 A4 \\n\",\"stream\":\"stdout\",\"time\":\"2026-11-28T08:00:36Z\"}";
        assert_eq!(texts(line), ["00000019 APDU: 00 A4"]);
        assert_eq!(texts("{\"log\": 1}"), ["{\"log\": 1}"]);
    }

    #[test]
    fn a_mark_of_byte_order_and_ends_of_windows_are_no_text() {
        assert_eq!(texts("\u{FEFF}=> 00\r\n  <= 90 00\r\n"), ["=> 00", "<= 90 00"]);
    }
}
