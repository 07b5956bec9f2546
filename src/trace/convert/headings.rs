//! Lines that stand between commands and say to which reader they go from there on, or what happens to the card.

use virtuale_engine::Reset;

/// What such a line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heading<'t> {
    /// Commands go to this reader: the words before its name, and the name.
    Reader(&'t str, &'t str),
    /// The card is reset.
    Reset(Reset),
    /// The card leaves its reader or another one comes.
    Exchange,
}

/// What programs and people say before the name of a reader. The first ones are said of nothing else; behind the last
/// ones a name has a form that no other word has.
const NAMING: [(&str, bool); 31] = [
    ("using reader with a card", true),
    ("using given card reader", true),
    ("using card reader", true),
    ("using reader", true),
    ("selected reader", true),
    ("switch to reader", true),
    ("switching to reader", true),
    ("connected to reader", true),
    ("connecting to reader", true),
    ("opening reader", true),
    ("reader name", true),
    ("card reader", true),
    ("utilisation du lecteur", true),
    ("connexion au lecteur", true),
    ("ouverture du lecteur", true),
    ("lecteur utilis\u{E9}", true),
    ("scriptor -r", false),
    ("card_connect -readernumber", false),
    ("card_connect -reader", true),
    ("connected to", false),
    ("connexion \u{E0}", false),
    ("terminal name", false),
    ("opening terminal", false),
    ("terminal", false),
    ("reader", false),
    ("lecteur", false),
    ("slot", false),
    ("carte", false),
    ("card", false),
    ("device", false),
    ("p\u{E9}riph\u{E9}rique", false),
];

/// Words that say that the card of before is in the reader no more, with one for a card before or behind them.
const EXCHANGES: [&str; 14] = [
    "removed",
    "inserted",
    "changed",
    "ejected",
    "exchanged",
    "new",
    "retir\u{E9}e",
    "ins\u{E9}r\u{E9}e",
    "\u{E9}ject\u{E9}e",
    "chang\u{E9}e",
    "nouvelle",
    "extraite",
    "enlev\u{E9}e",
    "autre",
];

/// What a line says, if it has nothing else.
pub(super) fn heading(text: &str) -> Option<Heading<'_>> {
    let is_frame = |sign: char| matches!(sign, '-' | '=' | '*' | '#' | '_' | '~' | '[' | ']' | '/' | ' ' | '\t');
    let inside = text.trim_matches(is_frame);
    if inside.is_empty() || inside.len() > LONGEST {
        return None;
    }
    reader(inside).or_else(|| event(inside))
}

/// How long such a line is at most. A name of PC/SC has 127 bytes.
const LONGEST: usize = 180;

fn reader(text: &str) -> Option<Heading<'_>> {
    let begins = |words: &str| text.get(..words.len()).is_some_and(|begin| begin.to_lowercase() == words);
    let (words, is_sure) = *NAMING.iter().find(|(words, _)| begins(words))?;
    let (mark, rest) = text.split_at(words.len());
    let name = rest.trim_matches([' ', ':', '=', '"', '\'', '\u{A0}', '\t']);
    let has_colon = rest.trim_start().starts_with([':', '=']);
    let is_apart = rest.starts_with([' ', ':', '=', '"', '\t', '\u{A0}']);
    let is_word = |name: &str| name.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit());
    let is_named = name.len() <= 127 && is_word(name) && !name.contains(['=', '<', '>', ':']);
    let may_be_any = is_named && (is_sure || has_colon && !is_of_cards(words));
    (is_apart && (may_be_any || is_numbered(name) || is_plain_name(words, name))).then_some(Heading::Reader(mark, name))
}

fn is_of_cards(words: &str) -> bool {
    matches!(words, "card" | "carte" | "connected to")
}

/// Whether a name is one capital letter, a number of two digits at most, or ends with the two numbers of PC/SC.
fn is_numbered(name: &str) -> bool {
    let is_number = |word: &str| matches!(word.len(), 1 | 2) && word.bytes().all(|digit| digit.is_ascii_digit());
    let is_letter = name.len() == 1 && name.bytes().all(|letter| letter.is_ascii_uppercase());
    let words: Vec<&str> = name.split(' ').collect();
    let is_of_system = matches!(words[..], [first, .., one, two]
        if first.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit())
            && [one, two].iter().all(|word| word.len() == 2 && word.starts_with('0') && is_number(word)));
    is_letter || is_number(name) || is_of_system
}

/// Whether a name of one word that begins with a capital letter tells one card from another: `Carte Vitale`.
fn is_plain_name(words: &str, name: &str) -> bool {
    let is_capital = name.chars().next().is_some_and(char::is_uppercase);
    let is_word = name.len() > 2 && name.chars().all(char::is_alphanumeric);
    words == "carte" && is_capital && is_word && !name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn event(text: &str) -> Option<Heading<'_>> {
    let lower = text.trim_end_matches(['.', '!', ':']).to_lowercase();
    let words: Vec<&str> = lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words[..] {
        ["cold", "reset"] | ["reset" | "resetcard"] | ["card", "reset"] | ["reset", "card"] => {
            Some(Heading::Reset(Reset::Cold))
        }
        ["resetcard", "with", "timeout", ..] => Some(Heading::Reset(Reset::Cold)),
        ["warm", "reset"] | ["scardreconnect"] => Some(Heading::Reset(Reset::Warm)),
        _ => {
            let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
            (words.len() <= 4 && has(&["card", "carte"]) && has(&EXCHANGES)).then_some(Heading::Exchange)
        }
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::Reset;

    use super::{Heading, heading};

    #[test]
    fn lines_that_name_a_reader() {
        for (text, name) in [
            ("Using reader: Gemalto 00 00", "Gemalto 00 00"),
            ("Reader: A", "A"),
            ("Reader A:", "A"),
            ("--- Reader A ---", "A"),
            ("== Lecteur 1 ==", "1"),
            ("Lecteur : Gemalto 00 00", "Gemalto 00 00"),
            ("Selected reader: A", "A"),
            ("Using reader \"A\"", "A"),
            ("Connected to A", "A"),
            ("Connexion au lecteur A", "A"),
            ("Switch to reader A", "A"),
            ("reader=A", "A"),
            ("[slot 0]", "0"),
            ("Card 1", "1"),
            ("Carte Vitale", "Vitale"),
            ("scriptor -r A", "A"),
        ] {
            assert!(matches!(heading(text), Some(Heading::Reader(_, found)) if found == name), "{text}");
        }
    }

    #[test]
    fn lines_that_name_none() {
        for text in [
            "Reader: 90 00",
            "Reader: 9000",
            "carte 90 00",
            "card present",
            "reader is ready",
            "Slot: 00 A4 04 00",
            "Card ATR: 3B 00",
            "reader=A => 00",
            "Terminal ready",
            "carte ABCD",
            "readers found",
            "",
            "---",
            "reset the counter of tries",
        ] {
            assert_eq!(heading(text), None, "{text}");
        }
    }

    #[test]
    fn what_happens_to_a_card() {
        for text in ["Card removed", "Carte ins\u{E9}r\u{E9}e.", "Nouvelle carte", "--- new card ---"] {
            assert_eq!(heading(text), Some(Heading::Exchange), "{text}");
        }
        for text in ["Reset", "card reset", "resetCard with timeout: 0 (ms)"] {
            assert_eq!(heading(text), Some(Heading::Reset(Reset::Cold)), "{text}");
        }
        assert_eq!(heading("SCardReconnect"), Some(Heading::Reset(Reset::Warm)));
    }
}
