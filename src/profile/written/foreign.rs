//! What the parser of TOML says, in French too.
//!
//! Its messages are sentences of another program, in English: `unclosed array, expected `]``. Those that it has today
//! are known here by their beginning; of any other the French quotes the English.

use super::super::said::Bilingual;

/// What stands between what is wrong and what should stand there.
const EXPECTED: &str = ", expected ";

/// What is wrong, in English and in French, in alphabetical order.
const WRONG: [(&str, &str); 43] = [
    ("`_` may only go between digits", "`_` ne se met qu'entre des chiffres"),
    ("cannot extend value", "une clé à points ne peut rien ajouter à cette valeur"),
    ("cannot recurse further", "les valeurs sont trop imbriquées"),
    ("carriage return must be followed by newline", "un retour chariot isolé"),
    ("extra `=`", "un `=` de trop"),
    ("extra assignment between key-value pairs", "un `=` de trop entre une clé et sa valeur"),
    ("extra comma in array", "une virgule de trop dans la liste"),
    ("extra comma in inline table", "une virgule de trop dans la table en ligne"),
    ("integers with a radix cannot be signed", "un nombre entier avec une base n'a pas de signe"),
    ("invalid basic string", "texte entre guillemets mal formé"),
    ("invalid comment character", "caractère impossible dans un commentaire"),
    ("invalid escape", "échappement inconnu"),
    ("invalid inline table element", "élément impossible dans une table en ligne"),
    ("invalid key-value pair", "clé et valeur mal formées"),
    ("invalid literal string", "texte entre apostrophes mal formé"),
    ("invalid multi-line basic string", "texte sur plusieurs lignes mal formé"),
    ("invalid multi-line literal string", "texte sur plusieurs lignes mal formé"),
    ("invalid unicode", "ce code ne désigne aucun caractère"),
    ("invalid value", "valeur mal formée"),
    ("key with no value", "une clé sans valeur"),
    ("keys cannot be multi-line", "une clé tient sur une ligne"),
    ("missing array opening", "il manque le début de la liste"),
    ("missing assignment between key-value pairs", "il manque un `=` entre une clé et sa valeur"),
    ("missing comma between array elements", "il manque une virgule entre les éléments de la liste"),
    ("missing comma between key-value pairs", "il manque une virgule entre les clés de la table en ligne"),
    ("missing comment start", "il manque le début du commentaire"),
    ("missing escaped value", "il manque ce qui suit `\\`"),
    ("missing inline table opening", "il manque le début de la table en ligne"),
    ("missing key for inline table element", "il manque une clé dans la table en ligne"),
    ("missing opening quote", "il manque le guillemet ouvrant"),
    ("missing table open", "il manque le début de la table"),
    ("missing value", "il manque une valeur"),
    ("radix must be lowercase", "la base d'un nombre s'écrit en minuscules"),
    ("recursion limit", "les valeurs sont trop imbriquées"),
    ("redundant", "un signe ou un préfixe de trop devant le nombre"),
    ("too few unicode value digits", "trop peu de chiffres pour un caractère"),
    ("unclosed array", "la liste, ou l'en-tête, n'est pas fermée"),
    ("unclosed inline table", "la table en ligne n'est pas fermée"),
    ("unclosed table", "l'en-tête de la table n'est pas fermé"),
    ("unexpected `=` in array", "un `=` dans une liste"),
    ("unexpected sign", "un signe de trop"),
    ("unexpected", "ceci n'a pas sa place ici"),
    ("unquoted keys cannot be empty", "il manque une clé"),
];

/// What should stand there, in English and in French. Signs stand between backticks and mean themselves.
const WANTED: [(&str, &str); 14] = [
    ("basic string", "un texte entre guillemets"),
    ("characters", "des caractères"),
    ("digits", "des chiffres"),
    ("key", "une clé"),
    ("letters", "des lettres"),
    ("literal string", "un texte entre apostrophes"),
    ("multi-line basic string", "un texte sur plusieurs lignes"),
    ("newline", "une fin de ligne"),
    ("non-double-quote visible characters", "des caractères visibles sans guillemet"),
    ("non-single-quote characters", "des caractères sans apostrophe"),
    ("non-single-quote visible characters", "des caractères visibles sans apostrophe"),
    ("numbers", "des chiffres"),
    ("printable characters", "des caractères imprimables"),
    ("value", "une valeur"),
];

/// What the parser says, in both languages.
pub(super) fn said(message: &str) -> Bilingual {
    let french = french(message).unwrap_or_else(|| format!("ce n'est pas du TOML : « {message} »"));
    Bilingual::new(message.to_owned(), french)
}

fn french(message: &str) -> Option<String> {
    let (wrong, wanted) = message.split_once(EXPECTED).map_or((message, None), |(wrong, rest)| (wrong, Some(rest)));
    let (_, wrong) = WRONG.iter().find(|(english, _)| wrong.starts_with(english))?;
    match wanted {
        None => Some((*wrong).to_owned()),
        Some("nothing") => Some(format!("{wrong} ; il ne faut rien ici")),
        Some(wanted) => {
            let wanted: Option<Vec<&str>> = wanted.split(", ").map(french_of_wanted).collect();
            Some(format!("{wrong} ; il faut {} ici", wanted?.join(" ou ")))
        }
    }
}

fn french_of_wanted(wanted: &str) -> Option<&str> {
    let is_sign = wanted.starts_with('`') && wanted.ends_with('`');
    if is_sign {
        return Some(wanted);
    }
    WANTED.iter().find(|(english, _)| *english == wanted).map(|(_, french)| *french)
}

#[cfg(test)]
mod tests {
    use super::{WRONG, said};

    #[test]
    fn what_the_parser_says_is_said_in_french() {
        for (text, french) in [
            ("a = [1, 2", "la liste, ou l'en-tête, n'est pas fermée ; il faut `]` ici"),
            ("a = [1 \"b\"]", "il manque une virgule entre les éléments de la liste ; il faut `,` ici"),
            ("a", "une clé sans valeur ; il faut `=` ici"),
            ("a = {b = 1", "la table en ligne n'est pas fermée ; il faut `}` ici"),
            ("[a", "l'en-tête de la table n'est pas fermé ; il faut `]` ici"),
            ("a = \"\\q\"", "il manque ce qui suit `\\`"),
            ("a = 1\rb = 2", "un retour chariot isolé ; il faut une fin de ligne ici"),
        ] {
            let error = text.parse::<toml::Table>().expect_err(text);
            let told = said(error.message());
            assert!(told.french.starts_with(french), "{text}: {} is {}", told.english, told.french);
        }
        let unknown = said("the moon is full, expected sun");
        assert_eq!(**unknown.french, *"ce n'est pas du TOML : « the moon is full, expected sun »");
    }

    #[test]
    fn the_longer_of_two_beginnings_comes_first() {
        for (at, (english, _)) in WRONG.iter().enumerate() {
            let shadowed = WRONG[..at].iter().find(|(before, _)| english.starts_with(before));
            assert_eq!(shadowed, None, "{english}");
        }
    }
}
