//! Card files, good and bad, and what is said of them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use virtuale_applets::{cards, layouts};

use super::{layout, read, template};
use crate::profile::{
    diagnostic::{Diagnostics, Source},
    families::{Families, Family, vitale::Vitale},
    layout::Layout,
    schema::{Language, Schema},
    tree::{Data, Node},
    written::Written,
};

pub(super) const TODAY: Date = date(2026, 1, 15);
/// The cards of the program, and beside them what is only for tests.
const CARDS: &str = "applets/cards";
const BROKEN: &str = "fixtures/cards/broken";
const TREES: &str = "fixtures/cards/trees";

pub(super) fn source(name: &str, text: impl Into<String>) -> Arc<Source> {
    Arc::new(Source { name: name.into(), text: text.into() })
}

/// The keys that all layouts share.
pub(super) fn schema() -> Schema {
    static COMMON: LazyLock<Schema> = LazyLock::new(|| {
        let keys = source("applets/layouts/vitale-keys.toml", layouts::VITALE_KEYS);
        Schema::read(&keys).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    });
    COMMON.clone()
}

/// The keys of the layout that a card file names.
fn schema_of(card: &Arc<Source>) -> Schema {
    let named = layout(card, |_| "vitale2").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let text = named.text().and_then(|name| Families::built_in().layout_source(name)).expect("a built-in layout");
    Layout::parse(&Arc::new(text))
        .and_then(|layout| layout.schema().cloned())
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn read_text(text: &str) -> Result<Node, Diagnostics> {
    read(&source("card.toml", text), &schema(), TODAY)
}

/// The card files of a folder, in the order of their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no card file", root.display());
    paths
}

/// A file by its name in the repository.
fn file(path: &Path) -> Arc<Source> {
    let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path);
    let name = name.display().to_string().replace('\\', "/");
    source(&name, fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn mistakes_are_a_pleasure_to_read() {
    for path in files(BROKEN) {
        let mistakes = read(&file(&path), &schema(), TODAY).expect_err("a broken card file");
        let expected = snapbox::Data::read_from(&path.with_extension("txt"), None);
        snapbox::assert_data_eq!(format!("{mistakes}\n"), expected.raw());
    }
}

fn fixture(name: &str) -> Node {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CARDS).join(name);
    read(&file(&path), &schema(), TODAY).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn text<'n>(node: &'n Node, path: &str) -> Option<&'n str> {
    node.at(path).and_then(Node::text)
}

/// A tree as lines, for snapshots.
fn lines(node: &Node, path: &str, out: &mut String) {
    match &node.data {
        Data::Table(table) => {
            let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
            table.iter().for_each(|(key, node)| lines(node, &format!("{prefix}{key}"), out));
        }
        Data::List(members) => {
            members.iter().enumerate().for_each(|(index, node)| lines(node, &format!("{path}[{index}]"), out));
        }
        Data::Text(text) => out.push_str(&format!("{path} = {text}\n")),
        Data::Date(date) => out.push_str(&format!("{path} = {date}\n")),
        Data::Number(number) => out.push_str(&format!("{path} = {number}\n")),
        Data::Flag(flag) => out.push_str(&format!("{path} = {flag}\n")),
        Data::Bytes(bytes) => out.push_str(&format!("{path} = {}\n", hex::encode_upper(bytes))),
    }
}

#[test]
fn every_fixture_is_a_card_file_whose_tree_is_known() {
    for path in files(CARDS) {
        let source = file(&path);
        let tree = read(&source, &schema_of(&source), TODAY).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let mut shown = String::new();
        lines(&tree, "", &mut shown);
        let name = path.file_stem().unwrap_or_default();
        let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join(TREES).join(name).with_extension("txt");
        let expected = snapbox::Data::read_from(&expected, None);
        snapbox::assert_data_eq!(shown, expected.raw());
    }
}

#[test]
fn fixtures_do_not_expire() {
    for path in files(CARDS) {
        let source = file(&path);
        let schema = schema_of(&source);
        for days in 0..800 {
            let today = TODAY.checked_add(jiff::Span::new().days(days)).expect("a day of this century");
            assert!(read(&source, &schema, today).is_ok(), "{} on {today}", path.display());
        }
    }
}

#[test]
fn the_insured_is_the_first_beneficiary() {
    let martin = fixture("vitale2-martin.toml");
    let family = martin.at("beneficiaire").map(Node::list).expect("a list");
    let qualities: Vec<_> = family.iter().map(|person| text(person, "qualite")).collect();
    assert_eq!(qualities, [Some("0"), Some("2"), Some("6"), Some("6")]);
    assert_eq!(text(&family[0], "nir"), text(&martin, "assure.nir"));
    assert_eq!(text(&martin, "assure.nom"), None);
    assert_eq!(text(&family[3], "rang_gemellaire"), Some("2"));
}

#[test]
fn dates_follow_the_day_of_loading() {
    let rights = |today| {
        let source = file(&Path::new(env!("CARGO_MANIFEST_DIR")).join(CARDS).join("vitale2-durand.toml"));
        let tree = read(&source, &schema(), today).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let first = tree.at("beneficiaire").map(Node::list).and_then(|family| family.first()?.at("droits").cloned());
        first.as_ref().map(Node::list).and_then(|rights| rights.get(1)?.at("debut")?.date())
    };
    assert_eq!(rights(date(2026, 1, 15)), Some(date(2024, 1, 15).into()));
    assert_eq!(rights(date(2030, 2, 28)), Some(date(2028, 2, 28).into()));
}

#[test]
fn a_default_that_leaves_the_calendar_is_named() {
    let minimal = source("c.toml", cards::VITALE2_MINIMAL);
    let mistakes = read(&minimal, &schema(), date(9999, 12, 31)).expect_err("four years later there is no date");
    let messages: Vec<_> = mistakes.0.iter().map(|mistake| mistake.message.as_str()).collect();
    let named = "the default of \"carte.fin_validite\" does not do: this date is out of range";
    assert!(messages.contains(&named), "{messages:?}");
    assert!(messages.iter().all(|message| message.starts_with("the default of")), "{messages:?}");
}

#[test]
fn a_period_whose_date_is_missing_or_wrong_is_not_compared_with_others() {
    let person =
        "layout = \"l\"\n[assure]\nnir = \"1851975999001\"\nnom = \"N\"\nprenom = \"P\"\nnaissance = \"1985-02-03\"\n";
    let messages = |second: &str| {
        let rights = format!("{person}[[assure.droits]]\ndebut = \"2024-01-31\"\n[[assure.droits]]\n{second}\n");
        let mistakes = read_text(&rights).expect_err(second);
        mistakes.0.iter().map(|mistake| mistake.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(messages("debut = \"2025-01-31\""), ["these periods overlap"]);
    assert_eq!(messages("fin = \"2025-01-31\""), ["\"debut\" is missing"]);
    assert_eq!(messages("debutt = \"2025-01-31\""), ["unknown key \"debutt\""]);
    assert_eq!(messages("debut = \"2025-02-30\"").len(), 1);
}

#[test]
fn values_may_stand_without_quotes_where_their_digits_are_all_that_counts() {
    let quoted = "layout = \"l\"\n[assure]\nnir = \"1851975999001\"\nnom = \"N\"\nprenom = \"P\"\n\
        naissance = \"1985-02-03\"\ncaisse = \"349\"\nrang_gemellaire = \"2\"\ndroits = [{ debut = \"2024-01-31T08:30\" }]";
    let bare =
        quoted.replace(['"'], "").replace("layout = l", "layout = 'l'").replace("= N", "= 'N'").replace("= P", "= 'P'");
    let data = |text: &str| {
        let mut shown = String::new();
        lines(&read_text(text).unwrap_or_else(|mistakes| panic!("{mistakes}")), "", &mut shown);
        shown
    };
    assert_eq!(data(quoted), data(&bare));
}

#[test]
fn what_is_written_as_nothing_is_not_there() {
    let text = "layout = \"l\"\n[carte]\nfin_validite = \"000000000000\"\n[assure]\nnir = \"1851975999001\"\nnom = \"N\"\n\
        nom_usage = \"\"\nprenom = \"P\"\nnaissance = \"1985-02-03\"\ndroits = []";
    let tree = read_text(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(tree.at("carte.fin_validite"), None);
    let insured = &tree.at("beneficiaire").map(Node::list).expect("a list")[0];
    assert_eq!(insured.at("nom_usage"), None);
    assert_eq!(insured.at("droits").map(Node::list), Some(&[][..]));
}

#[test]
fn a_layout_adds_keys_and_replaces_some() {
    let declared = source(
        "mine.toml",
        "[data.\"assure.code_local\"]\ntype = \"text\"\nmax = 8\n[data.\"carte.composant\"]\ntype = \"bytes\"\n\
         length = 1\ndefault = \"22\"\n[data.beneficiaire]\ntype = \"list\"\nmax = 19\n",
    );
    let mut schema = schema();
    let document = Written::read(&declared).expect("TOML");
    let data = document.key("data").expect("data");
    schema.extend_with(&declared, data).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let card = "layout = \"mine\"\n[assure]\nnir = \"1851975999001\"\nnom = \"N\"\nprenom = \"P\"\nnaissance = \"1985-02-03\"\n\
         code_local = \"ABC\"\n";
    let child = "[[beneficiaire]]\nnom = \"N\"\nprenom = \"P\"\nnaissance = \"2015-02-03\"\nqualite = 6\n";
    let tree = read(&source("c.toml", format!("{card}{}", child.repeat(18))), &schema, TODAY);
    let tree = tree.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(text(&tree, "assure.code_local"), Some("ABC"));
    assert_eq!(tree.at("carte.composant").map(|node| &node.data), Some(&Data::Bytes(vec![0x22])));
    assert_eq!(tree.at("beneficiaire").map(|list| list.list().len()), Some(19));
}

/// A starter file in which every key that stood in a comment is one of the file.
fn uncommented(template: &str) -> String {
    let lines = template.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') => key,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_starter_file_is_a_card_file() {
    let schema = schema();
    for language in [Language::English, Language::French] {
        let starter = template(&Vitale.title(), &schema, "vitale2", language, &|_| true);
        read_text(&starter).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert!(starter.lines().all(|line| line.chars().count() <= 100), "{starter}");
        let all = read_text(&uncommented(&starter)).expect_err("mutuelle stands beside amc");
        assert!(all.0.iter().all(|mistake| mistake.message.contains("cannot stand beside")), "{all}");
    }
}

#[test]
fn every_key_is_explained_in_both_languages() {
    for (path, key) in schema().keys() {
        assert!(!key.doc.en.is_empty() && !key.doc.fr.is_empty(), "{path}");
    }
}

/// Something that looks like a card file: real keys with odd values, odd keys, cut-off fixtures.
fn card_like() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "\"[-0-9A-Za-z é+:]{0,24}\"",
        "\"today([+-][0-9]{1,5}[ymd]){0,3}\"",
        "[0-9]{1,20}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("true".to_owned()),
        Just("[{ debut = \"today\" }, 1]".to_owned()),
    ];
    let names: Vec<_> = schema().keys().into_iter().map(|(path, _)| path).collect();
    let name = prop_oneof![9 => proptest::sample::select(names), 1 => "[a-z_.\"]{1,12}"];
    let name = (name, any::<bool>())
        .prop_map(|(name, first)| if first { name.replacen("beneficiaire", "assure", 1) } else { name });
    let line = prop_oneof![
        6 => (name.clone(), value).prop_map(|(name, value)| format!("{} = {value}\n", name.rsplit('.').next().unwrap_or(""))),
        2 => name.clone().prop_map(|name| format!("[{name}]\n")),
        1 => name.prop_map(|name| format!("[[{name}]]\n")),
        1 => "\\PC{0,30}\n",
    ];
    proptest::collection::vec(line, 0..30).prop_map(|lines| format!("layout = \"vitale2\"\n{}", lines.concat()))
}

/// Reads a text and renders what is said of it.
fn survives(schema: &Schema, text: &str) -> Result<(), TestCaseError> {
    if let Err(mistakes) = read(&source("card.toml", text), schema, TODAY) {
        prop_assert!((1..=50).contains(&mistakes.0.len()));
        prop_assert!(!mistakes.render(true).is_empty());
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\n\t\r\u{0}\u{7F}\u{301}\u{200D}]){0,200}") {
        survives(&schema(), &text)?;
    }

    #[test]
    fn no_card_file_makes_it_panic(text in card_like()) {
        survives(&schema(), &text)?;
    }

    #[test]
    fn no_broken_fixture_makes_it_panic(at in any::<proptest::sample::Index>(), put in "\\PC{0,3}|[\n\"\\[\\]{}=.]{1,3}", cut in 0..6_usize) {
        let schema = schema();
        for path in files(CARDS) {
            let mut characters: Vec<_> = file(&path).text.chars().collect();
            let start = at.index(characters.len());
            let end = (start + cut).min(characters.len());
            characters.splice(start..end, put.chars());
            survives(&schema, &characters.into_iter().collect::<String>())?;
        }
    }

    #[test]
    fn no_schema_makes_it_panic(at in any::<proptest::sample::Index>(), put in "[a-z\"= 0-9\\[\\].]{0,6}", cut in 0..20_usize) {
        let mut characters: Vec<_> = layouts::VITALE_KEYS.chars().collect();
        let start = at.index(characters.len());
        let end = (start + cut).min(characters.len());
        characters.splice(start..end, put.chars());
        if let Ok(schema) = Schema::read(&source("keys.toml", characters.into_iter().collect::<String>())) {
            survives(&schema, cards::VITALE2_DURAND)?;
            survives(&schema, &template(&Vitale.title(), &schema, "l", Language::French, &|_| true))?;
        }
    }

    #[test]
    fn a_checked_nir_has_its_key(number in 1_000_000_000_000..3_000_000_000_000_u64) {
        let text = format!("layout = \"l\"\n[assure]\nnir = {number}\nnom = \"N\"\nprenom = \"P\"\nnaissance = \"1985-02-03\"\n");
        let tree = read_text(&text).map_err(|mistakes| TestCaseError::fail(mistakes.to_string()))?;
        let nir: u64 = tree.at("assure.nir").and_then(Node::text).and_then(|nir| nir.parse().ok()).unwrap_or(0);
        prop_assert_eq!(nir / 100, number);
        prop_assert_eq!((number + nir % 100) % 97, 0);
    }
}

#[test]
fn long_texts_take_no_long_time() {
    let schema = schema();
    let minimal = cards::VITALE2_MINIMAL;
    let unknown: String = (0..50_000).map(|number| format!("k{number} = 1\n")).collect();
    let children = "[[beneficiaire]]\nqualite = 77\n".repeat(20_000);
    for text in [unknown, children, format!("couleur = \"{}\"", "x".repeat(900_000))] {
        let mistakes = read(&source("card.toml", format!("{minimal}{text}")), &schema, TODAY).expect_err("mistakes");
        assert!(mistakes.render(false).len() < 10_000_000);
    }
}

#[test]
fn a_slip_of_syntax_hides_no_other_mistake() {
    let minimal = cards::VITALE2_MINIMAL;
    for (slip, message) in [
        ("prénom = \"ALIX\"", "a key has no accents"),
        ("opposition = vrai", "a flag is true or false"),
        ("opposition =", "a value is missing"),
        ("opposition = \"", "this text has no closing quote"),
    ] {
        let text = format!("{minimal}\n[carte]\n{slip}\nnmo = 1\n");
        let mistakes = read_text(&text).expect_err(slip).to_string();
        let line = text.lines().position(|line| line == "nmo = 1").expect("the line") + 1;
        for part in [message, &format!("card.toml:{line}:1"), "unknown key \"nmo\""] {
            assert!(mistakes.contains(part), "{slip}: {part} is missing in\n{mistakes}");
        }
        assert!(!mistakes.contains("must not be empty") && !mistakes.contains("expected"), "{slip}: {mistakes}");
    }
}

#[test]
fn every_mistake_says_what_to_do() {
    for (table, line, hint) in [
        ("carte", "numero_serie = \"1\"", "numero_serie = "),
        ("carte", "atr = \"3B\"", "write atr = "),
        ("assure", "nom = \"   \"", "write it, or leave the key out"),
        ("assure", "centre = \"98 81\"", "write \"9881\""),
    ] {
        let text = format!("layout = \"vitale2\"\n[{table}]\n{line}\n");
        let mistakes = read_text(&text).expect_err(line);
        let told = mistakes.0.iter().find(|mistake| mistake.position().0 == 3);
        let help = told.and_then(|mistake| mistake.hint.clone()).unwrap_or_else(|| panic!("{line}: {mistakes}"));
        assert!(help.contains(hint), "{line}: {help}");
    }
}
