//! Bytes as a list of a programming language: numbers, as Java and Python print them, `[0, 164, 4, 0]` and `[0, -92, 4,
//! 0]`, or words in quotes, `['0x00', '0xA4']`. A list ends on its line.

/// A list as bytes in hexadecimal, or a text in quotes without them.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum List {
    /// Of decimal numbers; and whether one of them is no byte of two digits, which tells that they are decimal.
    Decimal(String, bool),
    /// Words of hexadecimal digits, each in quotes, or one text in quotes.
    Quoted(String),
}

/// What a text is, if it is such a list from its beginning to its end.
pub(super) fn list(text: &str) -> Option<List> {
    let text = text.trim();
    if let Some(inside) = in_quotes(text) {
        return Some(List::Quoted(inside.to_owned()));
    }
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let items = || inside.split(',').map(str::trim);
    if let Some(words) = items().map(in_quotes).collect::<Option<Vec<&str>>>() {
        return Some(List::Quoted(words.join(" ")));
    }
    let numbers: Vec<i16> = items().map(number).collect::<Option<_>>()?;
    let is_signed = numbers.iter().any(|number| *number < 0);
    let byte = |number: &i16| {
        if is_signed { i8::try_from(*number).ok().map(i8::cast_unsigned) } else { u8::try_from(*number).ok() }
    };
    let bytes: Vec<u8> = numbers.iter().map(byte).collect::<Option<_>>()?;
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    Some(List::Decimal(hex.join(" "), is_signed || numbers.iter().any(|number| *number > 99)))
}

/// A decimal number as programs print it: without zeros before it.
fn number(item: &str) -> Option<i16> {
    let digits = item.strip_prefix('-').unwrap_or(item);
    let is_plain = digits.len() <= 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let has_zero = digits.starts_with('0') && item != "0";
    item.parse().ok().filter(|_| is_plain && !has_zero)
}

/// What stands between two quotes of one kind, if there are no others in it.
fn in_quotes(text: &str) -> Option<&str> {
    let inside = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
    let is_bytes = |sign: char| sign.is_ascii_alphanumeric() || " -:.*?\\".contains(sign);
    (!inside.is_empty() && inside.chars().all(is_bytes)).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::{List, list};

    #[test]
    fn lists_of_every_kind() {
        let decimal = |text: &str, is_sure| Some(List::Decimal(text.to_owned(), is_sure));
        assert_eq!(list("[0, 164, 4, 0]"), decimal("00 A4 04 00", true));
        assert_eq!(list(" [0,-92,4,0] "), decimal("00 A4 04 00", true));
        assert_eq!(list("[0, 32, 0, 1]"), decimal("00 20 00 01", false));
        let quoted = |text: &str| Some(List::Quoted(text.to_owned()));
        assert_eq!(list("['0x00', '0xa4']"), quoted("0x00 0xa4"));
        assert_eq!(list("[\"00\",\"A4\"]"), quoted("00 A4"));
        assert_eq!(list("'00 A4'"), quoted("00 A4"));
        for text in [
            "[00, 164]",
            "[0, 256]",
            "[0, 164",
            "[0 164]",
            "[-129]",
            "[-1, 200]",
            "[]",
            "['00' 'A4']",
            "00 A4",
            "'00",
            "''",
        ] {
            assert_eq!(list(text), None, "{text}");
        }
    }
}
