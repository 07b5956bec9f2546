//! What a line of a log looks like, of which nobody took anything: bytes, a row of them, a damaged one.

use super::{
    element::Element,
    gathered::{is_odd, offset},
    notation::{self, Reading},
    prefix,
};

/// Whether a line looks like bytes: nothing else, or more of them than of anything else, or a whole command in one
/// word.
pub(super) fn looks_like_bytes(text: &str) -> bool {
    if holds_message(text) {
        return true;
    }
    let (_, text) = offset(text);
    let Reading { bytes, rest, .. } = notation::read(text);
    let shown = bytes.0.iter().filter(|element| matches!(element, Element::Byte(_))).count();
    if rest.is_empty() {
        return shown > 1;
    }
    if is_odd(rest) {
        // Some words of a language have such letters only.
        return shown > 0 || rest.len() > 2 && rest.bytes().any(|byte| byte.is_ascii_digit());
    }
    let words: Vec<bool> =
        text.split([' ', '\t', ',', ':', ';', '-']).filter(|word| !word.is_empty()).map(is_pairs).collect();
    let pairs = words.iter().filter(|is_pairs| **is_pairs).count();
    // What was damaged may be the first word.
    words.iter().take(2).any(|is_pairs| *is_pairs) && pairs >= 3 && 2 * pairs > words.len()
}

/// Whether a line that is no row begins like one that was damaged, so that below bytes it may be the rest of them.
pub(super) fn begins_as_row(text: &str) -> bool {
    let mut words = text.split([' ', '\t', ',', ':', ';', '-']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    // A column of text may have signs only.
    let second = words.find(|word| word.contains(char::is_alphanumeric));
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_hexdigit());
    let is_short = |word: &str| word.len() <= 3 && has_digit(word);
    // Words of a language follow a number at the beginning of a remark.
    // One sign of a word may be another one.
    let is_damaged = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
        digits > 1 && digits + 1 >= word.len() && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let could_be = |word: &str| is_pairs(word) || is_short(word) || is_damaged(word);
    let has_column =
        (is_short(first) || is_damaged(first)) && text.strip_prefix(first).is_some_and(|rest| rest.starts_with("  "));
    let is_one_word = !text.contains([' ', '\t']) && text.len() > 3 && is_damaged(text);
    has_column
        || is_one_word
        || prefix::follows_bytes(text)
        || could_be(first) && second.is_none_or(could_be) && (is_pairs(first) || second.is_none_or(is_pairs))
}

/// Whether somewhere in a line stands a word that is a command, or an answer to one that was carried out.
fn holds_message(text: &str) -> bool {
    text.split(|sign: char| !sign.is_alphanumeric()).any(|word| is_command(word) || is_answer(word))
}

/// Whether somewhere in a line stand four bytes or more, one behind another.
pub(super) fn holds_bytes(text: &str) -> bool {
    let mut run = 0_usize;
    let words = text.split([' ', '\t']).filter(|word| !prefix::is_day_or_time(word));
    let words = words.flat_map(|word| word.split([',', ':', ';', '-']));
    words.filter(|word| !word.is_empty()).any(|word| {
        let word = word.trim_matches(['[', ']', '(', ')', '{', '}', '"', '\'']);
        run = if is_pairs(word) && word.len() <= 8 { run + 1 } else { 0 };
        run >= 4
    })
}

/// Whether a word of hexadecimal digits is a command: its class is one that cards have, and its Lc fits. Other such
/// words are names of cards, keys and files.
fn is_command(word: &str) -> bool {
    // A number is none, but for one that begins as commands do.
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit()) && !word.starts_with("00");
    let bytes = hex::decode(word).unwrap_or_default();
    match bytes[..] {
        _ if is_number => false,
        [0x00..=0x1F | 0x80..=0x9F | 0xA0 | 0xB0..=0xBF, _, _, _, lc, ref rest @ ..] => {
            rest.is_empty() || [usize::from(lc), usize::from(lc) + 1].contains(&rest.len())
        }
        _ => false,
    }
}

/// Whether a word of hexadecimal digits ends as the answer to a command that was carried out.
fn is_answer(word: &str) -> bool {
    is_pairs(word) && word.len() >= 8 && word.ends_with("9000")
}

/// The words of a line that are bytes, as a trace writes them, with a blank before and behind them.
pub(super) fn pairs(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split([' ', '\t', ',', ':', ';', '-']) {
        let word = word.trim_matches(['[', ']', '(', ')', '{', '}', '"', '\'']);
        let digits = word.strip_prefix("0x").filter(|_| is_pairs(word)).unwrap_or(word);
        for (index, digit) in digits.chars().enumerate().filter(|_| is_pairs(word)) {
            if index % 2 == 0 {
                shown.push(' ');
            }
            shown.push(digit.to_ascii_uppercase());
        }
    }
    if !shown.is_empty() {
        shown.push(' ');
    }
    shown
}

/// Whether a line may have a row in it or at its end: two words of bytes, one behind another, a last one, or one with a
/// column of text behind it. A day and a time have three parts.
pub(super) fn holds_row(text: &str) -> bool {
    let joined = |word: &str| word.split(['-', ':']).all(is_pairs);
    let is_bytes = |word: &str| is_pairs(word) || word.split(['-', ':']).count() > 3 && joined(word);
    let mut above = false;
    let mut runs = Vec::new();
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        let before = std::mem::replace(&mut above, is_bytes(word));
        if before && above {
            return true;
        }
        if above {
            runs.push(word.as_ptr().addr() - text.as_ptr().addr());
        }
    }
    // Behind what was a program's name and its number.
    let bare = |rest: &str| joined(rest.trim().trim_start_matches(|sign: char| sign.is_ascii_punctuation()));
    let glued = ["]:", "|"].iter().any(|end| text.rsplit_once(end).is_some_and(|(_, rest)| bare(rest)));
    let has_column = |&start: &usize| text.get(start..).is_some_and(|run| notation::with_column(run).is_some());
    above || glued || runs.iter().any(has_column)
}

/// Whether a word is whole bytes in hexadecimal.
pub(super) fn is_pairs(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    !digits.is_empty() && digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{holds_bytes, holds_row, looks_like_bytes};

    #[test]
    fn leftover_bytes_are_seen() {
        for line in ["10 11 12 13    ....", "9000", "0A4040000", "10 11 1 13 14", "0010: 10 11", "10 11 GG 13 14"] {
            assert!(looks_like_bytes(line), "{line}");
        }
        for line in ["", "nothing", "be careful", "12", "a b c", "(1217 usec)", "card 00 00 reader"] {
            assert!(!looks_like_bytes(line), "{line}");
        }
        assert!(holds_bytes("data (00 A4 04 00) sent") && holds_bytes("data: 00a4 0400 0102 00"));
        assert!(holds_row("host app[2811: 90 00  ..") && holds_row("host app[2811: 9000"));
        assert!(holds_row("[08:00:36 00-00-00-00"));
        assert!(!holds_row("took 12 ms") && !holds_row("at 08:00:36 on 2026-11-28") && !holds_row("(1217 usec)"));
        assert!(!holds_bytes("begun on 2026-11-28 08:00:36+01:00, ended 2026-11-28T08:00:37Z"));
        for said in
            ["sent 00D6000008AABBCCDDEEFF0011", "apdu: 00b0000000, sw", "Transmit(00B0000000) = 01020304059000."]
        {
            assert!(looks_like_bytes(said), "{said}");
        }
        assert!(!looks_like_bytes("serial 20261128080036, key deadbeef01, handle 0x7FFD1234, took 1500000000 ns"));
        assert!(!holds_bytes("UID: 02C4004E447224") && !holds_bytes("Reader 00 00"));
    }
}
