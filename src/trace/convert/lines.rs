//! The lines of a log, as every importer sees them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{gathered::offset, prefix};
use crate::work;

/// A line of a log.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// As it stands there.
    pub(super) raw: &'a str,
    /// Without colours, without what a service put before it and without blanks around it.
    pub(super) text: Cow<'a, str>,
    /// Whether fewer words were taken from before it than from the line above it: what stood there may be damaged.
    pub(super) is_bare: bool,
    /// Whether what was taken from before it is of another shape than before the two lines above it that have some; or
    /// it is bare and the line below it is such a one.
    pub(super) is_other: bool,
}

impl Line<'_> {
    /// Whether this line, which goes on with bytes, begins otherwise than those above it. A paste that wraps bytes puts
    /// nothing before them; `has_rest` is whether anything is behind them.
    pub(super) fn begins_otherwise(&self, has_rest: bool) -> bool {
        let (_, text) = offset(&self.text);
        // A day or a time may have been left before bytes.
        let is_mixed = text.split_once(' ').is_some_and(|(first, _)| first.contains(['-', ':']));
        let is_wrapped = !has_rest && !is_mixed && text.starts_with(char::is_alphanumeric);
        self.is_other || self.is_bare && !is_wrapped
    }
}

/// The lines of a log. A mark of byte order at its beginning is none of it.
pub(super) fn lines(log: &str) -> Vec<Line<'_>> {
    let log = log.trim_start_matches('\u{FEFF}');
    let mut words_above = 0;
    let mut above: [Option<Shape>; 2] = [None, None];
    let line = |(index, raw)| {
        let text = seen(raw);
        let shape = Shape::of(raw, &text);
        let is_bare = shape.words() < std::mem::replace(&mut words_above, shape.words());
        let is_other = shape.words() > 0 && shape.differs(&above);
        if shape.words() > 0 {
            above.swap(0, 1);
            above[0] = Some(shape);
        }
        Line { number: index + 1, raw, text, is_bare, is_other }
    };
    let mut lines: Vec<Line<'_>> = log.lines().enumerate().map(line).collect();
    let mut below = false;
    for line in lines.iter_mut().rev() {
        line.is_other |= line.is_bare && below;
        below = line.is_other && !line.is_bare;
    }
    lines
}

/// What was taken from before a text.
#[derive(Debug, Eq, PartialEq)]
struct Shape {
    /// With one digit for each number, and one blank for several.
    signs: String,
    /// How many digits it has.
    digits: usize,
}

impl Shape {
    fn of(raw: &str, text: &str) -> Self {
        let plain = without_colours(raw);
        let before = plain.trim().strip_suffix(text).unwrap_or_default().trim();
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
        Self { signs, digits: before.bytes().filter(u8::is_ascii_digit).count() }
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
        is_longer || above.iter().flatten().any(|above| above.signs != self.signs)
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
    use super::{lines, without_colours};

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
    fn a_container_keeps_lines_as_json() {
        let line = "{\"log\":\"00000019 APDU: 00 A4 \\n\",\"stream\":\"stdout\",\"time\":\"2026-11-28T08:00:36Z\"}";
        assert_eq!(lines(line)[0].text, "00000019 APDU: 00 A4");
        assert_eq!(lines("{\"log\": 1}")[0].text, "{\"log\": 1}");
    }

    #[test]
    fn a_mark_of_byte_order_and_ends_of_windows_are_no_text() {
        let seen: Vec<_> = lines("\u{FEFF}=> 00\r\n  <= 90 00\r\n").into_iter().map(|line| line.text).collect();
        assert_eq!(seen, ["=> 00", "<= 90 00"]);
    }
}
