//! Whatever can be wrong with a card file is said in French too.

use std::{collections::BTreeSet, fs, path::Path};

use jiff::civil::date;
use proptest::prelude::*;
use virtuale_applets::cards;

use crate::profile::{
    Options, Profile,
    diagnostic::{Diagnostic, Diagnostics, Source},
    families::Families,
    parse,
    said::Said,
    schema::Language,
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Words of English that are none of French.
const ENGLISH: [&str; 14] = [
    "expected", "found", "the", "write", "must", "this", "missing", "leave", "has", "which", "cannot", "with",
    "layout's", "chip",
];

fn read(text: &str) -> Result<Profile, Diagnostics> {
    parse(Source { name: "card.toml".into(), text: text.into() }, None, &OPTIONS)
}

/// All that a report says.
fn said(mistake: &Diagnostic) -> Vec<&Said> {
    let related = mistake.related.iter().map(|(_, label)| label);
    let elsewhere = mistake.elsewhere.iter().map(|elsewhere| &elsewhere.label);
    [&mistake.message, &mistake.label].into_iter().chain(related).chain(elsewhere).chain(&mistake.hint).collect()
}

/// A sentence without what it quotes: names, values, and what to write.
fn unquoted(text: &str) -> String {
    let mut rest = text.to_owned();
    for (opening, closing) in [('«', '»'), ('"', '"'), ('`', '`'), ('[', ']')] {
        while let Some(start) = rest.find(opening) {
            let after = start + opening.len_utf8();
            let Some(length) = rest[after..].find(closing) else { break };
            rest.replace_range(start..after + length + closing.len_utf8(), "");
        }
    }
    rest
}

fn assert_french(mistake: &Diagnostic) {
    for said in said(mistake) {
        let french = said.text(Language::French);
        if said.is_empty() && french.is_empty() {
            continue;
        }
        assert!(said.french.is_some(), "only in English: {said}");
        assert!(!french.is_empty() && french != said.as_str(), "the same in both languages: {said}");
        let plain = unquoted(french);
        let words = plain.split(|letter: char| !letter.is_alphabetic() && letter != '\'');
        let english: Vec<_> = words.filter(|word| ENGLISH.contains(word)).collect();
        assert!(english.is_empty(), "{english:?} in {french}");
    }
}

#[test]
fn each_sentence_of_the_broken_card_files_has_its_french() {
    let folder = Path::new(ROOT).join("fixtures/cards/broken");
    let mut told = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let mistakes = read(&fs::read_to_string(&path).expect("a card file")).expect_err("a broken card file");
            for mistake in &mistakes.0 {
                assert_french(mistake);
                told.insert(mistake.message.to_string());
            }
        }
    }
    assert!(told.len() > 50, "{}", told.len());
}

/// A good card, and what of it is replaced by what.
fn with(card: &str, from: &str, to: &str) -> String {
    assert!(card.contains(from), "{from}");
    card.replacen(from, to, 1)
}

#[test]
fn what_no_chip_can_hold_is_said_in_french() {
    let martin = cards::VITALE2_MARTIN;
    let first = martin.lines().find(|line| line.starts_with("nom = ")).expect("a name");
    for (text, french) in [
        (
            with(martin, first, "nom = \"Œ\""),
            "contient « Œ », impossible sur cette puce : sa place est codée en Latin-1",
        ),
        ("nom = \"PETIT\"\n".to_owned(), "le fichier de carte ne dit pas quelle structure (layout) a sa puce"),
        ("layout = \"vitale3\"\n".to_owned(), "il n'y a pas de structure « vitale3 »"),
        ("layout = \"x.toml\"\n".to_owned(), "la structure « x.toml » est un fichier, mais cette carte ne vient pas"),
        (with(martin, first, &format!("{first}\nX = [1, 2")), "il manque une virgule entre les éléments de la liste"),
    ] {
        let mistakes = read(&text).expect_err(french);
        mistakes.0.iter().for_each(assert_french);
        let told = mistakes.render_in(Language::French, false);
        assert!(told.contains(french), "{french} is missing in\n{told}");
    }
}

/// What a slip puts in the place of a value, a key or a line.
fn slip() -> impl Strategy<Value = String> {
    let values = [
        "\"\"",
        "\" \"",
        "\"x\"",
        "\"É\"",
        "\"Œ\"",
        "\"ŁÓDŹ\"",
        "1",
        "01",
        "1.5",
        "true",
        "vrai",
        "\"oui\"",
        "[]",
        "{}",
        "[1 2]",
        "[",
        "2025-01-31",
        "2025-13-01",
        "\"31/01/2025\"",
        "\"2025-02-30\"",
        "\"today+9\"",
        "\"today+9999y\"",
        "\"2025-01-01T08:30\"",
        "\"0000-00-00\"",
        "\"2025-00-01\"",
        "\"99 99\"",
        "\"1 85 19 75 999 001 99\"",
        "\"3B 00\"",
        "\"0123456789012345678901234567890123456789\"",
        "\"sans fin",
        "'''",
        "\"\\q\"",
        "",
    ];
    prop_oneof![
        4 => prop::sample::select(values.to_vec()).prop_map(str::to_owned),
        1 => "[ -~é]{0,12}",
    ]
}

#[test]
fn an_empty_serial_number_is_told_once_and_not_by_each_file_that_has_it() {
    let card = with(cards::VITALE2_MARTIN, "\"10000002\"", "\"\"");
    let mistakes = read(&card).expect_err("a mistake").0;
    let told: Vec<_> = mistakes.iter().map(|mistake| mistake.message.to_string()).collect();
    assert_eq!(told, ["\"carte.numero_serie\" is empty, and this chip has a place for it"]);
    mistakes.iter().for_each(assert_french);
}

/// Changes one line of a card file in one of some ways.
fn change(lines: &mut [String], at: usize, way: u8, slip: &str) {
    let Some(line) = lines.get(at).cloned() else { return };
    let (key, _) = line.split_once('=').unwrap_or((&line, ""));
    let changed = match way {
        0 => format!("{key}= {slip}"),
        1 => format!("{}x{}", key.trim_end(), line.get(key.trim_end().len()..).unwrap_or("")),
        2 => format!("{line}\n{line}"),
        3 => line.replace('[', "[["),
        4 => line.replace("[[", "[").replace("]]", "]"),
        5 => line.replace('"', ""),
        6 => slip.to_owned(),
        7 => format!("{line}\n[{slip}]"),
        _ => String::new(),
    };
    lines[at] = changed;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_is_changed_in_a_good_card_file_is_told_in_french(
        card in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..9_u8, slip()), 1..4),
    ) {
        let families = Families::built_in();
        let built_in: Vec<_> = families.cards().collect();
        let mut lines: Vec<String> = card.get(&built_in).text.lines().map(str::to_owned).collect();
        for (at, way, slip) in &changes {
            let at = at.index(lines.len());
            change(&mut lines, at, *way, slip);
        }
        match read(&lines.join("\n")) {
            Ok(profile) => profile.unplaced().iter().for_each(assert_french),
            Err(mistakes) => mistakes.0.iter().for_each(assert_french),
        }
    }
}
