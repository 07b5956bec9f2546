//! What may follow bytes on their line: a status word that stands apart, or a remark.

use super::{
    element::{Bytes, Element},
    gathered::Rest,
    notation,
};

/// What follows bytes.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Tail<'t> {
    /// The status word of the answer, and the part of the text that says it.
    Status(Bytes, &'t str),
    /// A remark of the program or of a person.
    Remark,
    /// Something that bytes could be in.
    Unread,
}

/// What follows the bytes of an answer.
pub(super) fn of_answer<'t>(rest: &Rest<'t>) -> Tail<'t> {
    match status_in(rest.text) {
        Some((status, said)) => Tail::Status(status, said),
        None => of_command(rest),
    }
}

/// What follows the bytes of a command.
pub(super) fn of_command<'t>(rest: &Rest<'t>) -> Tail<'t> {
    let text = rest.text;
    let set_off = rest.apart || text.starts_with(|first: char| !first.is_alphanumeric());
    let inside = text.trim_start_matches(|character: char| !character.is_alphanumeric());
    let end = inside.find(|character: char| !character.is_alphanumeric()).unwrap_or(inside.len());
    let first = &inside[..end];
    // A byte that lost a digit looks like a remark, and so do bytes behind one that was damaged.
    let is_digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_hexdigit());
    // A byte that was damaged behind others that a sign joins.
    let is_joined = text.starts_with(['-', ',', ':', ';'])
        && text.trim_start_matches([',', ' ']).trim_start_matches(['-', ':', ';']).starts_with(char::is_alphanumeric)
        && (matches!(first.len(), 2 | 3) || first.bytes().any(|byte| byte.is_ascii_digit()));
    let is_bracketed = text.starts_with(['(', '#', '/']);
    // Two lines may have become one.
    let is_whole = !text.contains('\r');
    let is_remark = set_off && (is_bracketed || !is_digits && !is_joined) && !has_bytes(text) && is_whole;
    if is_remark && !stands_for_bytes(rest) { Tail::Remark } else { Tail::Unread }
}

/// Whether something may stand for bytes that are not shown: signs and nothing else, as `-- --`; a count of other bytes
/// than stand before it, as `<4 bytes>`; or what they are, as `(PIN)`.
fn stands_for_bytes(rest: &Rest<'_>) -> bool {
    let words: Vec<&str> =
        rest.text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let signs = rest.text.chars().filter(|sign| !sign.is_whitespace()).count();
    // Of an answer the status word may not be counted, of a command its header.
    let counts = [Some(rest.bytes), rest.bytes.checked_sub(2), rest.bytes.checked_sub(5)];
    let counts_others = words.windows(2).any(|pair| {
        let is_unit = ["byte", "bytes", "octet", "octets"].iter().any(|unit| pair[1].eq_ignore_ascii_case(unit));
        is_unit && pair[0].parse().is_ok_and(|count: usize| !counts.contains(&Some(count)))
    });
    let is_code = matches!(words[..], [word] if ["PIN", "PUK", "secret", "code"].iter().any(|code| word.eq_ignore_ascii_case(code)));
    words.is_empty() && signs > 1 || counts_others || is_code || notation::tells_of_hidden(rest.text)
}

/// Whether a remark has bytes: two words or more of two digits each.
fn has_bytes(text: &str) -> bool {
    let is_pair = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut before = false;
    text.split([' ', '\t', ',', ':', '-', '(', ')', '[', ']']).filter(|word| !word.is_empty()).any(|word| {
        let is_run = before && is_pair(word);
        before = is_pair(word);
        is_run
    })
}

/// A status word that stands apart.
pub(super) fn status(text: &str) -> Option<Bytes> {
    status_in(text).map(|(status, _)| status)
}

/// A status word in square brackets or behind `SW`: `[90 00]`, `SW=9000`, `(SW1=0x90, SW2=0x00)`, `| SW: 9000`; and the
/// part of the text that says it.
pub(super) fn status_in(text: &str) -> Option<(Bytes, &str)> {
    let inside = text.trim_start_matches(['(', '[', '|', ',', ';', ' ']);
    let label = ["SW1SW2", "SW12", "SW1", "SW", "Status Word", "Status"].into_iter().find(|label| {
        inside.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label))
            && !inside[label.len()..].starts_with(char::is_alphanumeric)
    });
    if label.is_none() && !text.starts_with('[') {
        return None;
    }
    let value = &inside[label.map_or(0, str::len)..];
    let value = value.trim_start_matches([' ', '=', ':']);
    if label == Some("SW1") {
        let (first, second) = value.split_once("SW2").or_else(|| value.split_once("sw2"))?;
        let second = second.trim_start_matches([' ', '=', ':']);
        let first = notation::read(first.trim_end_matches([',', ' ', ';']));
        let second = notation::read(second);
        let mut bytes = first.bytes;
        bytes.extend(second.bytes);
        return whole(bytes).filter(|_| first.rest.is_empty()).map(|bytes| (bytes, before(text, second.rest)));
    }
    let reading = notation::read(value);
    let closed = reading.rest.is_empty() || reading.rest.starts_with(|first: char| !first.is_alphanumeric());
    let bytes = whole(reading.bytes).filter(|_| closed && !shows_bytes(reading.rest));
    bytes.map(|bytes| (bytes, before(text, reading.rest)))
}

/// A text without what ends it.
fn before<'t>(text: &'t str, end: &str) -> &'t str {
    let text = text.trim_end();
    text.get(..text.len().saturating_sub(end.len())).unwrap_or(text)
}

/// Whether bytes stand behind a status word, as in `SW=9000, Data=0102`.
fn shows_bytes(text: &str) -> bool {
    let words = text.split(|sign: char| !sign.is_alphanumeric());
    let is_long = |word: &str| word.len() > 3 && word.len().is_multiple_of(2) && u128::from_str_radix(word, 16).is_ok();
    has_bytes(text) || words.filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).any(is_long)
}

fn whole(bytes: Bytes) -> Option<Bytes> {
    let shown = bytes.0.iter().all(|element| matches!(element, Element::Byte(_)));
    (bytes.0.len() == 2 && shown).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Tail, of_answer, status};
    use crate::trace::convert::gathered::Rest;

    fn tail(text: &str, apart: bool) -> Tail<'_> {
        of_answer(&Rest { text, apart, bytes: 5 })
    }

    #[test]
    fn status_words_that_stand_apart() {
        for text in ["[90 00]", "[9000]", "SW=9000", "SW: 90 00", "(SW1=0x90, SW2=0x00)", "| SW 9000", "[SW 9000] OK"] {
            assert_eq!(status(text).map(|status| status.notation()).as_deref(), Some("90 00"), "{text}");
        }
        for text in
            ["(9000)", "[9]", "SWITCH", "[90 00 01]", "[done]", "# 9000", "SW=9000, Data=01020304", "[9000] 01 02"]
        {
            assert_eq!(status(text), None, "{text}");
        }
    }

    #[test]
    fn a_remark_has_no_bytes() {
        for text in [
            "(done)",
            "(12 ms)",
            "(5 bytes)",
            "(3 bytes and SW)",
            ": Normal processing.",
            "# SELECT",
            "// SELECT",
            "- a file is missing",
            "(9000)",
        ] {
            let expected = if text.starts_with("- a") { Tail::Unread } else { Tail::Remark };
            assert_eq!(tail(text, false), expected, "{text}");
        }
        assert_eq!((tail("SELECT", true), tail("SELECT", false)), (Tail::Remark, Tail::Unread));
        for text in [
            "-0",
            "5",
            "(then 61 1E)",
            ": 0",
            "G0 00",
            "=0102030405",
            ". 4F0011223",
            "-G0",
            "-00Status: No Error",
            ", G0",
            ":GA",
            ",GBA",
            "-- -- -- --",
            "## ##",
            "<4 bytes>",
            "(PIN)",
            "(2 octets not shown)",
        ] {
            assert_eq!(tail(text, false), Tail::Unread, "{text}");
        }
    }
}
