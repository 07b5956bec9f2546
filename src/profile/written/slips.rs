//! Lines that are no TOML for want of a few signs, or for a few too many, and what was meant with them.
//!
//! The rule that this file upholds: what a hint shows is TOML. A line is told here only if what is said mends it.

use std::ops::Range;

use super::{
    super::said::{Bilingual, said},
    mended::meant,
    syntax::is_of_bare_key,
};

/// The longest line that is looked at, in bytes: each of its beginnings may be tried.
const LONGEST_LINE: usize = 400;

/// The longest line that a hint repeats, in bytes.
const LONGEST_SHOWN: usize = 80;

/// What stands between keys and values in other languages, and by a slip; the longer one of a beginning first.
const OTHER_SIGNS: [&str; 7] = [":=", "=>", "==", "=:", "->", ":", ""];

/// What comments of other languages begin with.
const OTHER_COMMENTS: [&str; 4] = ["//", "/*", "--", ";"];

/// A line that was mended.
#[derive(Clone, Debug)]
pub(super) struct Slip {
    /// Where the slip is, in the text.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: Bilingual,
    /// What to write.
    pub(super) hint: Bilingual,
    /// What stands in place of parts of the line, in their order, as places in the text.
    pub(super) edits: Vec<(Range<usize>, String)>,
    /// Whether nobody knows the value.
    pub(super) is_unknown: bool,
}

/// A way to mend a line, as places in what stands on it.
struct Mend {
    at: Range<usize>,
    edits: Vec<(Range<usize>, String)>,
    message: Bilingual,
    /// The hint, where it is not to write the whole line as it is mended.
    hint: Option<Bilingual>,
    is_unknown: bool,
}

/// What was meant with a line of a text.
pub(super) fn slip(text: &str, line: &Range<usize>) -> Option<Slip> {
    let written = text.get(line.clone()).filter(|line| line.len() <= LONGEST_LINE)?;
    let content = written.trim_ascii();
    let start = line.start + written.len() - written.trim_ascii_start().len();
    if content.is_empty() || is_toml(content) {
        return None;
    }
    let ways = [blank, comment, mark, header, sign, opening_quote, quotes, backslash, behind_value, no_value];
    let mend = ways.into_iter().filter_map(|way| way(content)).find(|mend| is_toml(&mended(content, &mend.edits)))?;
    let line = mended(content, &mend.edits);
    let hint = mend.hint.unwrap_or_else(|| match line.len() > LONGEST_SHOWN {
        true => said!(en: "mend what the arrow shows", fr: "corriger ce que montre la flèche"),
        false => said!(en: "write {line}", fr: "écrire {line}"),
    });
    let place = |at: Range<usize>| start + at.start..start + at.end;
    let edits = mend.edits.into_iter().map(|(at, instead)| (place(at), instead)).collect();
    Some(Slip { span: place(mend.at), message: mend.message, hint, edits, is_unknown: mend.is_unknown })
}

fn is_toml(line: &str) -> bool {
    format!("{line}\n").parse::<toml::Table>().is_ok()
}

fn mended(content: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut mended = content.to_owned();
    edits.iter().rev().for_each(|(at, instead)| mended.replace_range(at.clone(), instead));
    mended
}

/// What stands on a line before its comment, where there is no text between quotes.
fn without_comment(content: &str) -> &str {
    content.split('#').next().unwrap_or_default().trim_end()
}

/// The key that a line begins with, which may be one with dots.
fn key(content: &str) -> &str {
    let end = content.find(|letter: char| !is_of_bare_key(letter) && letter != '.').unwrap_or(content.len());
    &content[..end]
}

/// A blank that is none of TOML, outside of texts: the no-break space that some keyboards write.
fn blank(content: &str) -> Option<Mend> {
    let is_blank = |letter: char| letter.is_whitespace() && !matches!(letter, ' ' | '\t');
    let first = content.find(is_blank)?;
    let place = |(at, blank): (usize, &str)| (at..at + blank.len(), " ".to_owned());
    let edits: Vec<_> = content.match_indices(is_blank).map(place).collect();
    let message = said!(
        en: "this blank is a no-break space or another that is none here",
        fr: "cet espace est insécable, ou un autre qui n'en est pas un ici",
    );
    let hint =
        said!(en: "write the blank with the space bar alone", fr: "écrire l'espace avec la seule barre d'espace");
    let at = first..edits.first()?.0.end;
    Some(Mend { at, edits, message, hint: Some(hint), is_unknown: false })
}

/// A comment of another language on a line of its own.
fn comment(content: &str) -> Option<Mend> {
    let rest = OTHER_COMMENTS.into_iter().find_map(|sign| content.strip_prefix(sign))?;
    let comment = rest.trim().trim_end_matches("*/").trim_end();
    let at = 0..content.len();
    Some(Mend {
        at: at.clone(),
        edits: vec![(at, format!("# {comment}"))],
        message: comments(),
        hint: None,
        is_unknown: false,
    })
}

fn comments() -> Bilingual {
    said!(en: "a comment begins with #", fr: "un commentaire commence par #")
}

/// A mark of a list before a key: `- nom = "PETIT"`.
fn mark(content: &str) -> Option<Mend> {
    let at = content.len() - content.strip_prefix(['-', '*', '+'])?.trim_start().len();
    let message = said!(en: "a line begins with its key", fr: "une ligne commence par sa clé");
    Some(Mend { at: 0..at, edits: vec![(0..at, String::new())], message, hint: None, is_unknown: false })
}

/// A header with a bracket too few, or with others: `[assure`, `carte]`, `{carte}`, `<carte>`, `[assure,adresse]`.
fn header(content: &str) -> Option<Mend> {
    let content = without_comment(content);
    let all = 0..content.len();
    let content = content.trim_end_matches(['=', ':', ' ']);
    let is_bracket = |letter: char| matches!(letter, '[' | ']' | '{' | '}' | '(' | ')' | '<' | '>');
    let is_sign = |letter: char| is_bracket(letter) || matches!(letter, ' ' | ',' | ';' | ':' | '/' | '.');
    if !content.starts_with(is_bracket) && !content.ends_with(is_bracket) {
        return None;
    }
    let names: Vec<_> = content.split(is_sign).filter(|name| !name.is_empty()).collect();
    let name = names.join(".");
    if name.is_empty() || key(&name) != name {
        return None;
    }
    let (opening, closing) = (content.matches(['[', '{']).count(), content.matches([']', '}']).count());
    let message = said!(
        en: "the name of a table stands between brackets",
        fr: "le nom d'une table se met entre crochets",
    );
    // Whether one pair is meant or two shows in the signs only where no side has more than another.
    let (header, is_unknown) = match (opening, closing) {
        (2, 0) | (0, 2) => (format!("[[{name}]]"), false),
        (0 | 1, 0 | 1) => (format!("[{name}]"), false),
        _ => (format!("[{name}]"), true),
    };
    let either = said!(
        en: "write [{name}], or [[{name}]] if it may stand here several times",
        fr: "écrire [{name}], ou [[{name}]] si elle peut figurer plusieurs fois",
    );
    Some(Mend { at: all.clone(), edits: vec![(all, header)], message, hint: is_unknown.then_some(either), is_unknown })
}

/// Another sign than `=` between a key and its value, or none: `nom: "PETIT"`, `nom "PETIT"`.
fn sign(content: &str) -> Option<Mend> {
    let key = key(content);
    let behind = content[key.len()..].trim_start();
    let sign = OTHER_SIGNS.into_iter().find(|sign| behind.starts_with(sign))?;
    let value = behind[sign.len()..].trim_start();
    if key.is_empty() || value.is_empty() || value.starts_with(['=', '#']) {
        return None;
    }
    // Without a sign, a word behind a word may be anything.
    if sign.is_empty() && !value.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '"' | '\'')) {
        return None;
    }
    let at = key.len()..content.len() - value.len();
    let mut edits = vec![(at.clone(), " = ".to_owned())];
    if let Some(meant) = meant(value).filter(|meant| meant != value) {
        edits.push((at.end..content.len(), meant));
    }
    let message = said!(
        en: "one = stands between a key and its value",
        fr: "un = se met entre une clé et sa valeur",
    );
    Some(Mend { at, edits, message, hint: None, is_unknown: false })
}

/// A text with a quote at its end only: `nom = PETIT"`.
fn opening_quote(content: &str) -> Option<Mend> {
    let (_, value) = content.split_once('=')?;
    let value = value.trim_start();
    if value.starts_with('"') || !value.ends_with('"') || value.matches('"').count() != 1 {
        return None;
    }
    let at = content.len() - value.len();
    let message = said!(en: "this text has no opening quote", fr: "il manque le guillemet ouvrant de ce texte");
    let edits = vec![(at..at, "\"".to_owned())];
    Some(Mend { at: at..content.len(), edits, message, hint: None, is_unknown: false })
}

/// A text with more quotes than it has ends, or with its key between them: `nom = "PETIT""`, `"nom = PETIT"`.
fn quotes(content: &str) -> Option<Mend> {
    const QUOTES: [char; 2] = ['"', '\''];
    let has_both = content.starts_with(QUOTES) && content.ends_with(QUOTES);
    let (key, value) = content.split_once('=').filter(|_| has_both || content.matches(QUOTES).count() > 2)?;
    let (key, text) = (key.trim_matches(QUOTES).trim(), value.trim().trim_matches(QUOTES));
    if key.is_empty() || text.is_empty() || text.contains(['"', '\'', '\\', '#', '=', '[', '{']) {
        return None;
    }
    let message = said!(
        en: "a text has one quote before it and one behind it",
        fr: "un texte a un guillemet devant lui et un derrière",
    );
    let at = 0..content.len();
    let edits = vec![(at.clone(), format!("{key} = \"{text}\""))];
    Some(Mend { at, edits, message, hint: None, is_unknown: false })
}

/// A backslash that is meant as such: `nom = "PE\TIT"`.
fn backslash(content: &str) -> Option<Mend> {
    let first = content.find('\\')?;
    let edits = content.match_indices('\\').map(|(at, _)| (at..at + 1, "\\\\".to_owned())).collect();
    let message = said!(
        en: "a backslash in a text is written twice",
        fr: "dans un texte, une barre oblique inverse s'écrit deux fois",
    );
    Some(Mend { at: first..first + 1, edits, message, hint: None, is_unknown: false })
}

/// What stands behind a value: a sign too many, a comment of another language, another key.
fn behind_value(content: &str) -> Option<Mend> {
    let ends = (1..content.len()).rev().filter(|&end| content.is_char_boundary(end));
    let end = ends.into_iter().find(|&end| content[..end].contains('=') && is_toml(&content[..end]))?;
    let end = content[..end].trim_end().len();
    let rest = content[end..].trim_start();
    let at = content.len() - rest.len();
    let mend = |at: Range<usize>, edit: (Range<usize>, &str), message, hint| {
        let edits = vec![(edit.0, edit.1.to_owned())];
        Some(Mend { at, edits, message, hint, is_unknown: false })
    };
    if rest.chars().all(|sign| matches!(sign, ',' | ';' | '.' | ' ')) {
        let message = said!(en: "nothing stands behind a value", fr: "rien ne suit une valeur");
        return mend(at..content.len(), (end..content.len(), ""), message, None);
    }
    let comment = OTHER_COMMENTS.into_iter().find_map(|sign| rest.strip_prefix(sign)).map(str::trim);
    let next = rest.trim_start_matches([',', ';', ' ']);
    if is_toml(next) && !next.starts_with(['[', '#']) {
        let message = said!(en: "a line has one key and its value", fr: "une ligne a une clé et sa valeur");
        let hint = said!(en: "write {next} on a line of its own", fr: "écrire {next} sur une autre ligne");
        return mend(at..content.len(), (end..content.len() - next.len(), "\n"), message, Some(hint));
    }
    let comment = comment?.trim_end_matches("*/").trim_end();
    let hint = said!(en: "write # {comment}", fr: "écrire # {comment}");
    mend(at..content.len(), (at..content.len(), "#"), comments(), Some(hint))
}

/// A key alone, or the name of a table as YAML has it: `carte:`.
fn no_value(content: &str) -> Option<Mend> {
    let all = without_comment(content).len();
    let content = content[..all].trim_end_matches(':');
    if content.is_empty() || key(content) != content {
        return None;
    }
    let message = said!(en: "this key has no value", fr: "cette clé n'a pas de valeur");
    let hint = said!(
        en: "write {content} = \"...\", or [{content}] if it is a table",
        fr: "écrire {content} = \"...\", ou [{content}] si c'est une table",
    );
    // The place of a value that nobody knows is that of the key.
    let edits = vec![(0..all, format!("{content} = \"\""))];
    Some(Mend { at: 0..content.len(), edits, message, hint: Some(hint), is_unknown: true })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::slip;

    fn hint(line: &str) -> Option<String> {
        slip(line, &(0..line.len())).map(|slip| slip.hint.english.into_owned())
    }

    #[test]
    fn each_slip_is_mended_by_what_its_hint_says() {
        for (line, right) in [
            ("layout: \"vitale2\"", "write layout = \"vitale2\""),
            ("nom: PETIT", "write nom = \"PETIT\""),
            ("nom \"PETIT\"", "write nom = \"PETIT\""),
            ("nom == \"PETIT\"", "write nom = \"PETIT\""),
            ("nom => 'PETIT'", "write nom = 'PETIT'"),
            ("rang 1", "write rang = 1"),
            ("nom", "write nom = \"...\", or [nom] if it is a table"),
            ("nom # c", "write nom = \"...\", or [nom] if it is a table"),
            ("carte]", "write [carte]"),
            ("[assure", "write [assure]"),
            ("[[beneficiaire", "write [[beneficiaire]]"),
            ("[[beneficiaire]", "write [beneficiaire], or [[beneficiaire]] if it may stand here several times"),
            ("[carte]]", "write [carte], or [[carte]] if it may stand here several times"),
            ("[{carte}]", "write [carte], or [[carte]] if it may stand here several times"),
            ("<carte>", "write [carte]"),
            ("[carte] =", "write [carte]"),
            ("[carte.]", "write [carte]"),
            ("[assure,adresse]", "write [assure.adresse]"),
            ("[assure/adresse] # c", "write [assure.adresse] # c"),
            ("carte:", "write carte = \"...\", or [carte] if it is a table"),
            ("// nom", "write # nom"),
            ("/* nom */", "write # nom"),
            ("- nom = \"PETIT\"", "write nom = \"PETIT\""),
            ("nom =\u{A0}\"PETIT\"", "write the blank with the space bar alone"),
            ("\u{A0}nom = \"PETIT\"", "write the blank with the space bar alone"),
            ("[carte]\u{202F}# c", "write the blank with the space bar alone"),
            ("nom = \"PETIT\"\"", "write nom = \"PETIT\""),
            ("nom = ''PETIT''", "write nom = \"PETIT\""),
            ("\"nom = PETIT\"", "write nom = \"PETIT\""),
            ("[assure.adresse # c", "write [assure.adresse] # c"),
            ("{carte}", "write [carte]"),
            ("[carte]:", "write [carte]"),
            ("beneficiaire]]", "write [[beneficiaire]]"),
            ("nom = \"PETIT\",", "write nom = \"PETIT\""),
            ("  nom = \"PETIT\" ;\r", "write nom = \"PETIT\""),
            ("nom = \"PETIT\" // c", "write # c"),
            ("nom = \"PETIT\" /* c */", "write # c"),
            ("nom = \"A\" prenom = \"B\"", "write prenom = \"B\" on a line of its own"),
            ("nom = \"A\", prenom = \"B\"", "write prenom = \"B\" on a line of its own"),
            ("nom = PETIT\"", "write nom = \"PETIT\""),
            ("nom = \"PE\\TIT\"", "write nom = \"PE\\\\TIT\""),
        ] {
            assert_eq!(hint(line).as_deref(), Some(right), "{line}");
        }
    }

    #[test]
    fn what_others_tell_is_none() {
        for line in [
            "nom = PETIT",
            "nom = 'PETIT",
            "a = 12/04/1985",
            "a = 01",
            "prénom = 1",
            "a = [",
            "",
            "a = \"",
            "nom = \"A\"",
            "= 3",
        ] {
            assert_eq!(hint(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_mended_within_itself(line in "[a-z é:=\"'\\\\\\[\\]{},;/#0-9]{0,30}") {
            if let Some(slip) = slip(&line, &(0..line.len())) {
                for (at, _) in &slip.edits {
                    prop_assert!(line.get(at.clone()).is_some());
                }
                prop_assert!(line.get(slip.span.clone()).is_some());
            }
        }
    }
}
