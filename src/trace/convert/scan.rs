//! Small readers that the importers share.

/// A number written `0x1F`.
pub(super) fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

/// What stands between two texts: `between("for 'A' now", "'", "'")` is `A`.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::{between, number};

    #[test]
    fn numbers_and_quotes() {
        assert_eq!((number("0x0000001F"), number("1F"), number("0xZ")), (Some(31), None, None));
        assert_eq!(between("for 'A' now", "'", "'"), Some("A"));
    }
}
