//! Lists of bytes between commas whose digits are hexadecimal as well as decimal: `[16, 32, 48, 64]`.
//!
//! Hexadecimal is told by a zero before a digit, which no program prints before a decimal number, or by a letter; in
//! one list for all of the log. Without any, such a list is taken for neither.

/// What the lists of a log tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bases {
    has_hex: bool,
    has_decimal: bool,
}

const ANY_BASE: &str = "a list that is hexadecimal or decimal: nothing in the log tells; write its bytes in hexadecimal with blanks between";

/// The entries of a list, each of one to three digits of either base.
fn entries(text: &str) -> Option<impl Iterator<Item = &str> + Clone> {
    let text = text.trim();
    let inside = match text.strip_prefix(['[', '{', '(']) {
        Some(opened) => opened.split_once([']', '}', ')']).map_or(opened, |(inside, _)| inside),
        None => text,
    };
    let entries = inside.split(',').map(str::trim);
    let is_entry = |entry: &str| matches!(entry.len(), 1..=3) && entry.bytes().all(|digit| digit.is_ascii_hexdigit());
    (inside.contains(',') && entries.clone().all(is_entry)).then_some(entries)
}

fn is_decimal(entry: &str) -> bool {
    entry.bytes().all(|digit| digit.is_ascii_digit())
}

impl Bases {
    /// Takes what is a list, on the first way through the log.
    pub(super) fn look(&mut self, text: &str) {
        for entry in entries(text).into_iter().flatten() {
            self.has_hex |= entry.len() == 2 && (entry.starts_with('0') || !is_decimal(entry));
            self.has_decimal |= entry.len() != 2 && is_decimal(entry);
        }
    }

    /// Why nothing tells what a text is that is such a list, if so.
    pub(super) fn doubt(self, text: &str) -> Option<&'static str> {
        let is_either = |entry: &str| entry.len() == 2 && is_decimal(entry) && !entry.starts_with('0');
        let is_told = self.has_hex && !self.has_decimal;
        (!is_told && entries(text)?.all(is_either)).then_some(ANY_BASE)
    }
}

#[cfg(test)]
mod tests {
    use super::Bases;

    #[test]
    fn a_list_that_is_hexadecimal_and_decimal() {
        for (log, is_told) in [
            (&["[16, 32, 48, 64]", "[97, 30]"][..], false),
            (&["16,32,48,64"], false),
            (&["[16, 32, 48, 64]", "[90, 00]"], true),
            (&["[16, 32, 48, 64]", "[6C, 30]"], true),
            (&["{16,32,48,64}", "61,0F"], true),
            (&["[16, 32, 48, 64]", "[144, 0]"], false),
            (&["[16, 32, 48, 64]", "[06, 0]"], false),
            (&["16 32 48 64", "97 30"], true),
            (&["[]", "", "16", "[16]", "0x16,0x32"], true),
        ] {
            let mut bases = Bases::default();
            log.iter().for_each(|text| bases.look(text));
            assert_eq!(log.iter().all(|text| bases.doubt(text).is_none()), is_told, "{log:?}");
        }
    }
}
