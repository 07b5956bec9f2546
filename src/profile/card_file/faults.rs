//! The faults of a card file: `[fault]`, or `[[fault]]` for several.
//!
//! The keys of such a table are the words of the language of faults ([`Fault`]); a word without a value is `true`:
//!
//! ```toml
//! [[fault]]
//! sw = "6F00"
//! ins = "B0"
//! n = 3
//! ```
//!
//! They are no data of the card: no layout declares or places them.

use std::{borrow::Cow, sync::Arc};

use crate::{
    layer::fault::{self, CardFile, Fault, FaultMistake, MOST_ARMED},
    profile::{
        card_mistake::{CardMistake, CardMistakes},
        diagnostic::{Diagnostics, Source},
        said::{Bilingual, said},
        written::{Entry, Mended, Value, Written},
    },
};

/// The key.
const KEY: &str = "fault";

/// The faults of a card file, in their order.
///
/// # Errors
///
/// All mistakes in them.
pub fn faults(source: &Arc<Source>) -> Result<Vec<Fault>, Diagnostics> {
    // Almost no card file has any, and reading takes time.
    if !source.text.contains(KEY) {
        return Ok(Vec::new());
    }
    let mut mistakes = CardMistakes::of(source);
    let document = Mended::read(source)?.written;
    let mut found = Vec::new();
    for table in tables(&document) {
        match fault(source, table) {
            Ok(fault) => found.push(fault),
            Err(mistake) => mistakes.add(*mistake),
        }
    }
    if found.len() > MOST_ARMED {
        let span = document.key(KEY).map_or(0..0, |written| written.span.clone());
        let message = said!(
            en: "a card has at most {MOST_ARMED} faults",
            fr: "une carte a {MOST_ARMED} pannes au plus"
        );
        mistakes.add(CardMistake::new(source, span, message));
    }
    mistakes.all().or(found)
}

/// Holds that the card has the files that its faults name: these.
///
/// # Errors
///
/// A mistake for each that it does not have.
pub(in crate::profile) fn check_files(
    source: &Arc<Source>,
    faults: &[Fault],
    files: impl FnOnce() -> Vec<CardFile>,
) -> Result<(), Diagnostics> {
    if faults.iter().all(|fault| fault.when.file.is_none()) {
        return Ok(());
    }
    let files = files();
    let mut mistakes = CardMistakes::of(source);
    let document = Mended::read(source)?.written;
    for (fault, table) in faults.iter().zip(tables(&document)) {
        let Some(name) = &fault.when.file else { continue };
        let Err(near) = fault::look_up(&files, name) else { continue };
        let (name, span) = (name.as_str(), table.key("file").map_or(&table.span, |file| &file.span));
        let message = said!(
            en: "the card has no file {name}",
            fr: "la carte n'a pas de fichier {name}"
        );
        let hint = near.map(|near| said!(en: "did you mean \"{near}\"?", fr: "serait-ce « {near} » ?"));
        mistakes.add(CardMistake::new(source, span.clone(), message).hint_if(hint));
    }
    mistakes.all().or(())
}

/// Takes the faults out of a card file.
pub(super) fn take(document: &mut Written) {
    if let Value::Table(entries) = &mut document.value {
        entries.retain(|entry| entry.key != KEY);
    }
}

fn tables(document: &Written) -> Vec<&Written> {
    match document.key(KEY) {
        Some(Written { value: Value::List(tables), .. }) => tables.iter().collect(),
        Some(table) => vec![table],
        None => Vec::new(),
    }
}

fn fault(source: &Arc<Source>, table: &Written) -> Result<Fault, Box<CardMistake>> {
    let Value::Table(entries) = &table.value else {
        let kind = table.value.kind();
        let message = said!(
            with kind;
            en: "a fault is a table, and this is {kind}",
            fr: "une panne est une table, et ceci est {kind}"
        );
        let hint =
            said!(en: "write [fault], and below it: mute = true", fr: "écrire [fault], et dessous : mute = true");
        return Err(CardMistake::new(source, table.span.clone(), message).hint(hint).into());
    };
    let words = entries.iter().map(|entry| word(source, entry)).collect::<Result<Vec<_>, _>>()?;
    Fault::of_words(words.iter().map(String::as_str)).map_err(|FaultMistake { place, what }| {
        let span = entries.get(place).map_or(&table.span, |entry| &entry.span);
        CardMistake::new(source, span.clone(), Bilingual::new(what.to_string(), what.french())).into()
    })
}

/// An entry as a word of the language.
fn word(source: &Arc<Source>, Entry { key, value, .. }: &Entry) -> Result<String, Box<CardMistake>> {
    let text: &Cow<'_, str> = match &value.value {
        Value::Flag(true) => return Ok(key.to_string()),
        Value::Text(text) | Value::Integer(text) | Value::Float(text) => text,
        other => {
            let kind = other.kind();
            let message = said!(
                with kind;
                en: "a word of a fault is a text, a number or true, and this is {kind}",
                fr: "un mot d'une panne est un texte, un nombre ou true, et ceci est {kind}"
            );
            return Err(CardMistake::new(source, value.span.clone(), message).into());
        }
    };
    Ok(format!("{key}={text}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::faults;
    use crate::profile::diagnostic::Source;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let source = Arc::new(Source { name: "card.toml".into(), text: text.into() });
        let faults = faults(&source).map_err(|mistakes| mistakes.to_string())?;
        Ok(faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_words_are_keys() {
        let several = "[[fault]]\nsw = \"6F00\"\nins = \"B0\"\nn = 3\n[[fault]]\nmute = true\nafter = 5\n";
        assert_eq!(read(several), Ok(vec!["sw=6F00 ins=B0 n=3".into(), "mute after=5".into()]));
        assert_eq!(read("[fault]\nlate = \"200ms..2s\"\np = 0.5\n"), Ok(vec!["late=200ms..2s p=0.5".into()]));
        assert_eq!(read("# the default\nlayout = \"vitale2\"\n"), Ok(vec![]));
    }

    #[test]
    fn a_mistake_points_at_its_word() {
        for (text, said) in [
            ("[fault]\nmutte = true\n", "card.toml:2:1\n"),
            ("[fault]\nmutte = true\n", "did you mean \"mute\"?"),
            ("[fault]\nmute = true\nins = \"B00\"\n", "card.toml:3:1\n"),
            ("[fault]\nn = 3\n", "no word says which fault"),
            ("fault = 3\n", "a fault is a table, and this is an integer"),
            ("[fault]\nmute = [1]\n", "a word of a fault is a text, a number or true"),
        ] {
            let mistakes = read(text).expect_err(text);
            assert!(mistakes.contains(said), "{text}: {mistakes}");
        }
    }
}
