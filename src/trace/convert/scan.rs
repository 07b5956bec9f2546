//! Small readers that the importers share.

use crate::work;

/// Bytes at the beginning of a text, as pairs of hexadecimal digits with blanks or colons between them; and the rest,
/// which begins with the first word that is not all pairs.
pub(super) fn bytes(text: &str) -> (Vec<u8>, &str) {
    let is_gap = |character: char| matches!(character, ' ' | '\t' | ':');
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(is_gap);
    loop {
        let end = rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len());
        work::step(end + 1);
        let (word, after) = rest.split_at(end);
        let Some(pairs) = hex::decode(word).ok().filter(|pairs| !pairs.is_empty()) else { return (found, rest) };
        found.extend(pairs);
        rest = after.trim_start_matches(is_gap);
    }
}

/// Bytes and nothing else; at least one.
pub(super) fn only_bytes(text: &str) -> Option<Vec<u8>> {
    let (found, rest) = bytes(text);
    (!found.is_empty() && rest.is_empty()).then_some(found)
}

/// A number written `0x1F`.
pub(super) fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

/// A text without the escape sequences that colour a terminal.
pub(super) fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once("\u{1B}[") {
        plain.push_str(before);
        let after = sequence.trim_start_matches(|code: char| code.is_ascii_digit() || code == ';');
        work::step(rest.len() - after.len());
        rest = after.strip_prefix('m').unwrap_or(sequence);
    }
    work::step(rest.len());
    plain + rest
}

/// The longest name of a reader, client or thread. PC/SC has none of more than 127 bytes; a log that names a longer one
/// on each line would make a trace that grows faster than the log.
const LONGEST_NAME: usize = 200;

/// A name, cut where no program would go on.
pub(super) fn name(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_NAME)).unwrap_or_default()
}

/// What stands between two texts: `between("for 'A' now", "'", "'")` is `A`.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, between, bytes, name, number, only_bytes, without_colours};

    #[test]
    fn bytes_end_where_they_end() {
        assert_eq!(bytes("00 A4 04 00 : done"), (vec![0, 0xA4, 4, 0], "done"));
        assert_eq!(bytes("3b:80 é"), (vec![0x3B, 0x80], "é"));
        assert_eq!(bytes("55 5"), (vec![0x55], "5"));
        assert_eq!(bytes("9000  datalen=0"), (vec![0x90, 0], "datalen=0"));
        assert_eq!((only_bytes("90 00 "), only_bytes("90 0x"), only_bytes(" ")), (Some(vec![0x90, 0]), None, None));
        assert_eq!(bytes("+1"), (vec![], "+1"));
    }

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
    fn names_have_an_end() {
        assert_eq!(name("Virtual Reader 00 00"), "Virtual Reader 00 00");
        assert_eq!(name(&"é".repeat(LONGEST_NAME)), "é".repeat(LONGEST_NAME / 2));
        assert_eq!(name(&format!("a{}", "é".repeat(LONGEST_NAME))).len(), LONGEST_NAME - 1);
    }

    #[test]
    fn numbers_and_quotes() {
        assert_eq!((number("0x0000001F"), number("1F"), number("0xZ")), (Some(31), None, None));
        assert_eq!(between("for 'A' now", "'", "'"), Some("A"));
    }
}
