//! The reference for authors, `docs/card-files.md`, held to the schema.

use std::{fs, path::Path};

use super::{read, template::toml, tests};
use crate::profile::{
    codes,
    families::{Families, Family},
    layout::Layout,
    schema::{
        Key, Kind, Presence, Schema,
        scalar::{Unit, widths},
    },
    written::Written,
};

/// What may be written under a key.
fn kind(key: &Key) -> String {
    match &key.kind {
        Kind::Text { max } => format!("text, at most {max}"),
        Kind::Digits { min, max } => widths(*min, *max, Unit::Digit).to_string(),
        Kind::Code { min, max, of } if of.is_empty() => format!("{} A-Z 0-9", widths(*min, *max, Unit::Character)),
        Kind::Code { min, max, of } if of.len() == 26 => format!("{} A-Z", widths(*min, *max, Unit::Character)),
        Kind::Code { min, max, of } => format!("{} of {of}", widths(*min, *max, Unit::Character)),
        Kind::Nir => "NIR".into(),
        Kind::Date { time: false, .. } => "date".into(),
        Kind::Date { time: true, .. } => "date, time".into(),
        Kind::Number { min, max } => format!("number, {min} to {max}"),
        Kind::Decimal { max } => format!("number with two decimals, 0 to {max}"),
        Kind::Flag => "true, false".into(),
        Kind::Enumeration(choices) => {
            format!("one of {}", choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(" "))
        }
        Kind::Bytes { min, max } => widths(*min, *max, Unit::Byte).to_string(),
        Kind::Atr { .. } => "bytes of an ATR".into(),
        Kind::Short { of } => format!("{} in one", of.join(" and ")),
        Kind::Table(_) => "table".into(),
        Kind::List { max, .. } => format!("tables, at most {max}"),
    }
}

fn default(key: &Key) -> String {
    match &key.presence {
        Presence::Required => "required".into(),
        Presence::Optional => String::new(),
        Presence::Default(_) if matches!(key.kind, Kind::Table(_)) => "the defaults in it".into(),
        Presence::Default(default) => format!("`{}`", toml(default)),
    }
}

fn row(key: &Key) -> String {
    let api = key.api.as_deref().unwrap_or("");
    format!("| `{}` | {} | {} | {api} | {} |\n", key.name, kind(key), default(key), key.doc.en)
}

/// The keys of each family: a table for each table of its card files.
fn families() -> String {
    let of_family = |family: &dyn Family| {
        let schema = Schema::of_family(family).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let layouts: Vec<_> = family.layouts().iter().map(|layout| format!("`{}`", layout.name)).collect();
        let (name, title, layouts) = (family.name(), family.title().en, layouts.join(", "));
        format!("### Family `{name}`\n\n{title}; layouts {layouts}.\n\n{}", keys(&schema))
    };
    Families::built_in().iter().map(of_family).collect::<Vec<_>>().join("\n")
}

/// A table of keys for each table of a card file.
fn keys(schema: &Schema) -> String {
    let head = "| key | value | if left out | API | meaning |\n|---|---|---|---|---|\n";
    let mut text = format!("#### At the top\n\n{head}");
    text.extend(schema.root.0.iter().map(row));
    for (path, key) in schema.keys() {
        let Some(rules) = key.kind.rules() else { continue };
        let header = if matches!(key.kind, Kind::List { .. }) { format!("[[{path}]]") } else { format!("[{path}]") };
        text.push_str(&format!("\n#### `{header}`\n\n{}.\n\n{head}", key.doc.en));
        text.extend(rules.fields.0.iter().map(row));
    }
    text
}

/// A table for each list of codes.
fn code_lists() -> String {
    let mut text = String::new();
    for list in codes::lists() {
        let seen: Vec<_> = list.codes.iter().filter(|code| code.label.is_none()).map(|code| code.value).collect();
        text.push_str(&format!("### {}\n\n", list.name));
        if seen.len() < list.codes.len() {
            text.push_str("| code | meaning | sens |\n|---|---|---|\n");
        }
        let row =
            |code: &codes::Code| code.label.map(|label| format!("| {} | {} | {} |\n", code.value, label.en, label.fr));
        text.extend(list.codes.iter().filter_map(row));
        if seen.is_empty() {
            text.push('\n');
        } else {
            let gap = if seen.len() < list.codes.len() { "\n" } else { "" };
            text.push_str(&format!("{gap}Seen, meaning not public: {}.\n\n", seen.join(", ")));
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// A page with what stands between two marks replaced.
fn with_section(page: &str, name: &str, section: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = page.split_once(&begin).expect("the mark where it begins");
    let (_, after) = rest.split_once(&end).expect("the mark where it ends");
    format!("{before}{begin}{section}{end}{after}")
}

#[test]
fn the_reference_lists_every_key_and_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/card-files.md");
    let page = fs::read_to_string(&path).expect("the page");
    let page = with_section(&page, "keys", &families());
    let page = with_section(&page, "codes", &code_lists());
    snapbox::assert_data_eq!(page, snapbox::Data::read_from(&path, None).raw());
}

#[test]
fn the_guide_to_forms_lists_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/forms.md");
    let page = fs::read_to_string(&path).expect("the page");
    let source = tests::source("keys.toml", include_str!("../../terminal/form/keys.toml"));
    let schema = Schema::read(&source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let page = with_section(&page, "keys", &keys(&schema));
    snapbox::assert_data_eq!(page, snapbox::Data::read_from(&path, None).raw());
}

#[test]
fn its_examples_can_be_read() {
    let page = include_str!("../../../docs/card-files.md");
    let minimal = virtuale_applets::cards::VITALE2_MINIMAL;
    let blocks: Vec<_> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 7);
    let layout = tests::source("vitale2.toml", virtuale_applets::layouts::VITALE2);
    let layout = Layout::parse(&layout).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    for block in blocks {
        let mut schema = layout.schema().cloned().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let source = tests::source("docs/card-files.md", block);
        if block.starts_with("[data.") {
            let document = Written::read(&source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            schema
                .extend_with(&source, document.key("data").expect("keys"))
                .unwrap_or_else(|mistakes| panic!("{mistakes}"));
            continue;
        }
        let whole = if block.starts_with("layout") { block.to_owned() } else { format!("{minimal}{block}") };
        read(&tests::source("docs/card-files.md", whole), &schema, tests::TODAY)
            .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    }
}
