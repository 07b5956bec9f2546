//! The lines of a log, as every importer sees them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::prefix;
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
}

/// The lines of a log. A mark of byte order at its beginning is none of it.
pub(super) fn lines(log: &str) -> Vec<Line<'_>> {
    let log = log.trim_start_matches('\u{FEFF}');
    let mut above = 0;
    let line = |(index, raw)| {
        let text = seen(raw);
        let words = words(raw).saturating_sub(words(&text));
        let is_bare = words < std::mem::replace(&mut above, words);
        Line { number: index + 1, raw, text, is_bare }
    };
    log.lines().enumerate().map(line).collect()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
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

/// A text without the escape sequences that colour a terminal.
fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains("\u{1B}[") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once("\u{1B}[") {
        plain.push_str(before);
        let after = sequence.trim_start_matches(|code: char| code.is_ascii_digit() || code == ';');
        work::step(rest.len() - after.len());
        rest = after.strip_prefix('m').unwrap_or(sequence);
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
        assert_eq!(without_colours("a\u{1B}[2Jm"), "a2Jm");
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
