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

/// What may stand before a status word, in either case.
const LABELS: [&str; 13] = [
    "SW1SW2",
    "SW12",
    "SW1",
    "SW",
    "Status Word",
    "Status",
    "Statut",
    "\u{C9}tat",
    "\u{E9}tat",
    "Etat",
    "Mot d'\u{E9}tat",
    "Mot d\u{2019}\u{E9}tat",
    "Mot d'etat",
];

/// A status word in square brackets or behind `SW`: `[90 00]`, `SW=9000`, `(SW1=0x90, SW2=0x00)`, `| SW: 9000`; and the
/// part of the text that says it.
pub(super) fn status_in(text: &str) -> Option<(Bytes, &str)> {
    let inside = text.trim_start_matches(['(', '[', '|', ',', ';', ' ']);
    let label = LABELS.into_iter().find(|label| {
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

/// One byte of a status word on a line of its own, `SW1: 90` or `SW2=0x00`: whether it is the second one, and the byte.
pub(super) fn half_status(text: &str) -> Option<(bool, u8)> {
    let is_second = match text.get(..3)?.to_ascii_uppercase().as_str() {
        "SW1" => false,
        "SW2" => true,
        _ => return None,
    };
    let value = text[3..].trim_start().strip_prefix([':', '='])?.trim();
    let digits = value.strip_prefix("0x").unwrap_or(value);
    let byte = u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)?;
    Some((is_second, byte))
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

/// Words that say that a command was carried out, in English and French.
const SUCCESS: [&str; 8] =
    ["ok", "success", "successful", "succ\u{E8}s", "succes", "r\u{E9}ussi", "reussi", "succeeded"];

/// Words that may stand beside them.
const BESIDE_SUCCESS: [&str; 14] = [
    "status",
    "statut",
    "sw",
    "\u{E9}tat",
    "etat",
    "result",
    "r\u{E9}sultat",
    "code",
    "retour",
    "return",
    "word",
    "no",
    "error",
    "d",
];

/// Whether a text says that a command was carried out, and nothing else: `SW: OK`, `(success)`, `Status: No Error`. An
/// answer before it ends with `90 00`, or with what says that more waits.
pub(super) fn tells_success(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_known = |word: &&str| SUCCESS.contains(word) || BESIDE_SUCCESS.contains(word);
    let says = words.iter().any(|word| SUCCESS.contains(word)) || words.ends_with(&["no", "error"]);
    says && words.iter().all(is_known)
}

/// Whether an answer begins with what may be its status word, set off from its data: `9000 416120`, `90 00: 41 61 20`.
pub(super) fn begins_with_status(text: &str) -> bool {
    let word = |text: &str| text.split(|sign: char| !sign.is_alphanumeric()).next().map_or(0, str::len);
    let gap = |text: &str| text.len() - text.trim_start_matches([' ', '\t', ':', ',', ';', '-', '|', '=']).len();
    let is_bytes = |word: &str| {
        let is_pairs =
            !word.is_empty() && word.len().is_multiple_of(2) && word.bytes().all(|sign| sign.is_ascii_hexdigit());
        is_pairs && (word.len() == 2 || word.bytes().any(|sign| sign.is_ascii_digit()))
    };
    let is_status = |digits: &str| {
        let first = digits.get(..2).and_then(|first| u8::from_str_radix(first, 16).ok());
        digits.len() == 4 && is_bytes(digits) && first.is_some_and(|first| matches!(first, 0x61..=0x6F | 0x90..=0x9F))
    };
    let (first, rest) = text.split_at(word(text));
    let (between, rest) = rest.split_at(gap(rest));
    let (second, rest) = rest.split_at(word(rest));
    if first.len() == 4 {
        return is_status(first) && !between.is_empty() && is_bytes(second) && second.len() != 4;
    }
    let (behind, rest) = rest.split_at(gap(rest));
    let is_first = first.len() == 2 && second.len() == 2 && is_status(&format!("{first}{second}"));
    is_first && between != behind && !behind.is_empty() && is_bytes(&rest[..word(rest)])
}

#[cfg(test)]
mod tests {
    use super::{Tail, begins_with_status, of_answer, status, tells_success};
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
    fn words_of_success_and_status_words_at_the_beginning() {
        for text in ["SW: OK", "(success)", "Status: No Error", "=> succ\u{E8}s", "R\u{E9}sultat : OK"] {
            assert!(tells_success(text), "{text}");
        }
        for text in ["", "Status: 9000", "OK, next one", "no", "Status: Error", "error"] {
            assert!(!tells_success(text), "{text}");
        }
        for text in ["9000 416120", "9000 41 61 20", "90 00: 41 61 20", "90 00  41 61 20", "9000,416120"] {
            assert!(begins_with_status(text), "{text}");
        }
        for text in [
            "9000",
            "90 00",
            "9000 4161 2090 00",
            "90 00 41 61",
            "90-00-41",
            "4161 9000",
            "900041",
            "6F 10  ",
            "9000 (done)",
            "6F 00 [90 00]",
            "90 00 : done",
        ] {
            assert!(!begins_with_status(text), "{text}");
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
