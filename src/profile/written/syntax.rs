//! What is wrong with a text that is no TOML, in words of our own for what authors of card files often do.
//!
//! The rule that this file upholds: who does what a hint says is not led into the next mistake.

use std::{ops::Range, sync::Arc};

use jiff::civil::{Date, date};

use super::{
    super::{
        card_mistake::CardMistake,
        dates::{self, DateError},
        diagnostic::{Diagnostic, Source},
        said::{Bilingual, said},
    },
    foreign,
    mended::line_at,
    slips::slip,
};

/// A day to count relative dates from, where they do not matter.
const ANY_DAY: Date = date(2000, 1, 1);

/// The longest text that a hint repeats, in bytes.
const LONGEST_QUOTE: usize = 40;

/// What the parser says of a word without quotes, by its first letter: `true` and `nan` would be no mistakes.
const BARE_WORDS: [&str; 4] = [
    "string values must be quoted",
    "invalid boolean",
    "invalid float, expected `nan`",
    "invalid float, expected `inf`",
];

/// Quotes that a word processor makes of quotes, those of French, and accents that stand for one.
const OTHER_QUOTES: [char; 12] = ['“', '”', '„', '«', '»', '‘', '’', '‹', '›', '`', '´', '\u{A0}'];

/// What is wrong with the TOML. What authors of card files often do gets words of our own.
pub(super) fn syntax_mistake(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let mistake = |span, message, hint| CardMistake::new(source, span, message).hint(hint);
    let written = source.text.get(span.clone()).unwrap_or("");
    let date_form = || said!(en: "a date is written year, month, day", fr: "une date s'écrit année, mois, jour");
    let twice = || said!(en: "this key stands here twice", fr: "cette clé figure deux fois ici");
    let slip = || slip(&source.text, &line_at(&source.text, span.start));
    if let Some(slip) = Some(error).filter(|error| !error.message().starts_with("duplicate key")).and_then(|_| slip()) {
        return mistake(slip.span, slip.message, slip.hint).into();
    }
    let told = match error.message() {
        message if message.starts_with("string values must be quoted") && written.is_empty() => mistake(
            span,
            said!(en: "a value is missing", fr: "il manque une valeur"),
            said!(
                en: "write one behind the =, or leave the key out",
                fr: "en écrire une derrière le =, ou enlever la clé",
            ),
        ),
        message if BARE_WORDS.iter().any(|start| message.starts_with(start)) => {
            match (flag_word(written), dates::meant(written)) {
                (Some(flag), _) => mistake(
                    span,
                    said!(en: "a flag is true or false", fr: "une telle valeur est true ou false"),
                    said!(en: "write {flag}, without quotes", fr: "écrire {flag}, sans guillemets"),
                ),
                (None, Some(date)) => mistake(span, date_form(), quoted(&date)),
                (None, None) => mistake(span, wants_quotes(), quoted(written)),
            }
        }
        message if message.starts_with("invalid date") => {
            match (dates::read(written, ANY_DAY), dates::meant(written)) {
                (Err(DateError::Form), Some(date)) => mistake(span, date_form(), quoted(&date)),
                // What no date can be is none between quotes either.
                (Err(error), _) if error != DateError::Form => mistake(span, error.said(), error.hint()),
                _ => mistake(
                    span,
                    said!(
                        en: "without quotes, a date must be of the calendar",
                        fr: "sans guillemets, une date doit être du calendrier",
                    ),
                    quoted(written),
                ),
            }
        }
        message if message.starts_with("invalid unquoted key") => {
            let (span, key) = key_around(source, span);
            let plain: String = key.chars().map(without_accent).collect();
            match plain.chars().all(is_of_bare_key) {
                true if !key.is_empty() => mistake(
                    span,
                    said!(
                        en: "a key has no accents and no other signs",
                        fr: "une clé n'a ni accents, ni autres signes",
                    ),
                    said!(en: "write {plain}", fr: "écrire {plain}"),
                ),
                _ => mistake(
                    span,
                    said!(
                        en: "a key is made of letters, digits, - and _",
                        fr: "une clé est faite de lettres, de chiffres, de - et de _",
                    ),
                    said!(
                        en: "virtuale card new shows all keys",
                        fr: "virtuale card new --lang fr montre toutes les clés",
                    ),
                ),
            }
        }
        message if message.starts_with("unexpected leading zero") => {
            let rest = source.text.get(span.start..).unwrap_or("");
            let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            let hint = quoted(rest.get(..length).unwrap_or(""));
            let message = said!(
                en: "digits that begin with 0 stand between quotes",
                fr: "des chiffres qui commencent par 0 se mettent entre guillemets",
            );
            mistake(span.start..span.start + length, message, hint)
        }
        message if message.starts_with("duplicate key") && is_header(source, span.start) => mistake(
            span,
            said!(en: "this table stands here twice", fr: "cette table figure deux fois ici"),
            said!(
                en: "a table that may stand several times has two brackets on each side",
                fr: "une table qui peut figurer plusieurs fois a deux crochets de chaque côté",
            ),
        ),
        message if message.starts_with("duplicate key") => {
            let hint = said!(en: "leave one of the two out", fr: "enlever l'une des deux");
            mistake(span, twice(), hint).label(said!(en: "the second time", fr: "la deuxième fois"))
        }
        "invalid basic string, expected `\"`" | "invalid literal string, expected `'`" => mistake(
            span,
            said!(en: "this text has no closing quote", fr: "il manque le guillemet fermant de ce texte"),
            said!(
                en: "end it with a quote on the same line",
                fr: "le terminer par un guillemet sur la même ligne",
            ),
        ),
        message => mistake(span, foreign::said(message), form()),
    };
    told.into()
}

/// What to do about a mistake that is none of those above.
fn form() -> Bilingual {
    said!(
        en: "https://toml.io shows how such a file is written",
        fr: "https://toml.io/fr montre comment un tel fichier s'écrit",
    )
}

/// Mistakes of syntax without those that say again, in the parser's words, what another says of the same line.
pub(super) fn plainest(told: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let form = form();
    let is_plain = |mistake: &Diagnostic| mistake.hint.as_deref() != Some(&*form.english);
    let plain: Vec<_> = told.iter().filter(|told| is_plain(told)).map(|mistake| mistake.position().0).collect();
    let mut plainest: Vec<Diagnostic> = Vec::new();
    for mistake in told.into_iter().filter(|mistake| is_plain(mistake) || !plain.contains(&mistake.position().0)) {
        if !plainest.contains(&mistake) {
            plainest.push(mistake);
        }
    }
    plainest
}

/// The flag that somebody meant with a word: `vrai`, `oui`, `True`.
pub(in crate::profile) fn flag_word(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "true" | "vrai" | "oui" | "yes" | "on" => Some("true"),
        "false" | "faux" | "non" | "no" | "off" => Some("false"),
        _ => None,
    }
}

/// The key around a byte: what stands there without blanks, dots and brackets.
fn key_around(source: &Source, at: Range<usize>) -> (Range<usize>, &str) {
    let ends =
        |letter: char| letter.is_whitespace() || matches!(letter, '=' | '.' | '[' | ']' | '"' | '\'' | '#' | ',');
    let (before, after) = source.text.split_at_checked(at.start).unwrap_or((&source.text, ""));
    let start = before.rfind(ends).map_or(0, |end| end + before[end..].chars().next().map_or(0, char::len_utf8));
    let end = at.start + after.find(ends).unwrap_or(after.len());
    (start..end, source.text.get(start..end).unwrap_or(""))
}

/// A letter of French without its accent.
fn without_accent(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        other => other,
    }
}

/// A key without its accents, if it then needs no quotes; beside letters it may have some signs.
pub(super) fn bare_key(key: &str, signs: &[char]) -> Option<String> {
    let plain: String = key.chars().map(without_accent).collect();
    let is_bare = plain.chars().all(|letter| is_of_bare_key(letter) || signs.contains(&letter));
    (is_bare && !plain.is_empty()).then_some(plain)
}

/// Whether a key without quotes may have this.
pub(super) fn is_of_bare_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// A text without the quotes of a word processor around it.
pub(super) fn within_quotes(text: &str) -> &str {
    text.trim_matches(|letter: char| OTHER_QUOTES.contains(&letter) || letter == ' ')
}

/// What is wrong with a text that has no quotes.
pub(in crate::profile) fn wants_quotes() -> Bilingual {
    said!(en: "a text stands between quotes", fr: "un texte se met entre guillemets")
}

/// The hint to put a text between quotes.
fn quoted(text: &str) -> Bilingual {
    match within_quotes(text) {
        text if text.len() > LONGEST_QUOTE || text.contains(['"', '\\', '\n']) => {
            said!(en: "write \"...\"", fr: "écrire \"...\"")
        }
        text => said!(en: "write \"{text}\"", fr: "écrire \"{text}\""),
    }
}

/// Whether a key stands in the header of a table.
fn is_header(source: &Source, at: usize) -> bool {
    let before = source.text.get(..at).unwrap_or("");
    before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('['))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Source;
    use crate::profile::written::Written;

    fn read(text: &str) -> Result<Written, String> {
        let source = Arc::new(Source { name: "t.toml".into(), text: text.into() });
        Written::read(&source).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn no_hint_leads_into_the_next_mistake() {
        for (text, message, hint) in [
            ("a = vrai", "a flag is true or false", "write true, without quotes"),
            ("a = Non", "a flag is true or false", "write false, without quotes"),
            ("a = MARTIN", "a text stands between quotes", "write \"MARTIN\""),
            ("a = NADEGE", "a text stands between quotes", "write \"NADEGE\""),
            ("a = «ALIX»", "a text stands between quotes", "write \"ALIX\""),
            ("a = 'ALIX", "this text has no closing quote", "end it with a quote"),
            ("a = 12/04/1985", "a date is written year, month, day", "write \"1985-04-12\""),
            ("a = 2024-1-5", "a date is written year, month, day", "write \"2024-01-05\""),
            ("a = 1990-19-14", "without quotes, a date must be of the calendar", "write \"1990-19-14\""),
            ("a = 1950-00-00", "a month of zero", "write the whole date, such as \"1950-01-01\""),
            ("a = 2025-02-30", "2025-02 has 28 days", "its last day is \"2025-02-28\""),
            ("prénom = 1", "t.toml:1:1", "write prenom"),
            ("a = 1\n[assuré.clé]\nb = 1", "t.toml:2:2", "write assure"),
            ("médecin_traitant = true", "a key has no accents", "write medecin_traitant"),
        ] {
            let mistakes = read(text).expect_err(text);
            for part in [message, &format!("help: {hint}")] {
                assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
            }
        }
        assert!(read("é😀 = 1").is_err_and(|mistakes| mistakes.contains("a key is made of letters")));
    }
}
