//! `docs/billing-fields.md`: where each field of the groups stands elsewhere. It is made of what the program does: of
//! each key another value is given, and whatever changes says that key.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use jiff::civil::date;
use serde_json::{Value, json};
use snapbox::{Data, data::DataFormat};
use virtuale_engine::image::FileKind;

use super::{
    codes::Code,
    groups::table::{About, Coding, FieldSpec, GroupSpec, groups},
    json::Document,
    xml::{self, Shape},
};
use crate::{
    profile::{
        Options, Profile, codes,
        diagnostic::Source,
        families::Families,
        map::Element,
        parse,
        schema::Language,
        tree::{CardDate, Node},
    },
    terminal::{told::Told, toy::tree},
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 0 };
const TODAY: CardDate = CardDate { year: 2026, month: 1, day: 15, hour: 0, minute: 0 };

/// The lists of card files: what is said of each member is shown of the first.
const LISTS: [&str; 4] = ["beneficiaire", "droits", "couverture", "facturation"];

/// The file of billing situations.
const BILLING: &str = "SIT_FACT";

/// What the elements of a billing situation are called on the card, which says them in words.
const SITUATION: [(&str, &str); 12] = [
    ("raison_sociale", "name of the place"),
    ("mode", "mode of practice"),
    ("numero_facturation", "billing number and its key"),
    ("specialite", "speciality"),
    ("convention", "convention"),
    ("zone_ik", "zone of mileage allowances"),
    ("zone_tarifaire", "tariff zone"),
    ("agrement_1", "approval 1"),
    ("agrement_2", "approval 2"),
    ("agrement_3", "approval 3"),
    ("signe_fse", "may sign care forms"),
    ("signe_lots", "may sign lots"),
];

const LEAD: &str = "\
# Fields

Where each field of the [zones of groups](billing.md#zones-of-groups) stands in the other forms, in card files and on the
cards. This page is made of what the program does, and a test compares them: the value of each key is changed, and what
changes with it is named. What is public of a field is its number, name and coding; which key of ours says it is this
project's choice.

A path of the XML is that of the first shape below `T_AsnBeneficiaire`, then that of the second where it is another. A name
of the JSON is the path below `vitale` or `professionnel`. On a card stand the file, then the tags down to the element, and
behind `+` its place where it has no tag; `–` where the form or the card has no place for it. Files of a Vitale 1 have
addresses. A mutuelle and a complementary insurer exclude each other.
";

#[test]
fn the_page_says_where_each_field_stands() {
    let mut page = LEAD.to_owned();
    let cards = cards();
    for group in groups().filter(|group| group.about != About::Readers) {
        write_group(&mut page, group, &cards).expect("memory");
    }
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/billing-fields.md"));
    let expected = Data::read_from(path, Some(DataFormat::Text));
    snapbox::assert_data_eq!(Data::text(page), expected.raw());
}

fn write_group(page: &mut String, group: &GroupSpec, cards: &[Profile]) -> std::fmt::Result {
    let layouts: [&str; 2] = match group.about {
        About::Patient => ["vitale1", "vitale2"],
        _ => ["cps3", "cps4"],
    };
    writeln!(page, "\n## {}: {}\n", group.number, group.en)?;
    let titles = ["field", "meaning", "bytes", "XML", "JSON", "card file", layouts[0], layouts[1], "known"];
    writeln!(page, "| {} |", titles.join(" | "))?;
    writeln!(page, "|{}", " --- |".repeat(titles.len()))?;
    for (index, field) in group.fields.iter().enumerate() {
        let mut cells = vec![
            format!("{}.{} `{}`", group.number, index + 1, field.name),
            field.en.replace('|', "\\|"),
            field.width.to_string(),
        ];
        let places = field.key.map(|key| (key, changed(group.about, key, field)));
        match &places {
            Some((key, (xml, json))) => {
                cells.extend([list(xml), list(json), format!("`{key}`")]);
                cells.extend(layouts.map(|layout| on_card(cards, layout, &plain(key))));
            }
            None => cells.extend(["–"; 5].map(str::to_owned)),
        }
        cells.push(field.origin.to_string());
        writeln!(page, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn list(places: &[String]) -> String {
    let places: Vec<_> = places.iter().map(|place| format!("`{place}`")).collect();
    if places.is_empty() { "–".into() } else { places.join(", ") }
}

/// Every card of the program.
fn cards() -> Vec<Profile> {
    let families = Families::built_in();
    let cards = families.cards().map(|card| {
        let source = Source { name: card.name.into(), text: card.text.into() };
        parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    });
    cards.collect()
}

/// A key without the number of a member of a list.
fn plain(key: &str) -> String {
    let parts = key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    parts.collect()
}

/// Which paths of the XML and of the JSON say a key: those where something changes with it.
fn changed(about: About, key: &str, field: &FieldSpec) -> (Vec<String>, Vec<String>) {
    let [before, after] = [0, 1].map(|which| {
        let mut data = json!({});
        for group in groups().filter(|group| group.about == about) {
            for field in group.fields {
                if let Some(key) = field.key {
                    set(&mut data, key, value(field, 0));
                }
            }
        }
        set(&mut data, key, value(field, which));
        tree(&data)
    });
    let xml = match about {
        About::Patient => {
            let [first, second] =
                [Shape::First, Shape::Second].map(|shape| difference(&before, &after, |data| xml_of(data, shape)));
            let other = second.into_iter().filter(|path| !first.contains(path)).collect::<Vec<_>>();
            [first, other].concat()
        }
        _ => Vec::new(),
    };
    (xml, difference(&before, &after, |data| json_of(data, about)))
}

fn difference(before: &Node, after: &Node, leaves: impl Fn(&Node) -> BTreeMap<String, String>) -> Vec<String> {
    let (before, after) = (leaves(before), leaves(after));
    let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// A value that the field may have, and another one.
fn value(field: &FieldSpec, which: usize) -> Value {
    if let Some(list) = field.codes.and_then(codes::list) {
        return json!(list.codes[which].value);
    }
    match field.coding {
        Coding::Date(_) => json!(["2024-02-03", "2024-05-06"][which]),
        Coding::Flag => json!([true, false][which]),
        Coding::Choice(choices) => json!(choices[which].0),
        Coding::Nir => json!(["186197599900277", "186197599900377"][which]),
        Coding::NirKey => json!(["186197599900277", "186197599900278"][which]),
        Coding::Number => json!(["999000019", "999000029"][which]),
        Coding::NumberKey => json!(["999000019", "999000018"][which]),
        Coding::Special => match field.name {
            "identifiant" => json!(["99900000193", "99900000293"][which]),
            "cle_identifiant" => json!(["99900000193", "99900000194"][which]),
            _ => json!(["99900000193001", "99900000193002"][which]),
        },
        _ => json!(["A1", "B2"][which]),
    }
}

/// Puts a value in place of that of a key.
fn set(data: &mut Value, key: &str, value: Value) {
    let mut node = data;
    for step in key.split('.') {
        let (name, index) = match step.split_once('[') {
            Some((name, number)) => (name, number.trim_end_matches(']').parse::<usize>().ok().map(|number| number - 1)),
            None => (step, LISTS.contains(&step).then_some(0)),
        };
        if node.is_null() {
            *node = json!({});
        }
        node = &mut node[name];
        if let Some(index) = index {
            if node.is_null() {
                *node = json!([]);
            }
            let members = node.as_array_mut().expect("a list");
            while members.len() <= index {
                members.push(json!({}));
            }
            node = &mut members[index];
        }
    }
    *node = value;
}

/// Every text of the XML of the first person, by its path.
fn xml_of(data: &Node, shape: Shape) -> BTreeMap<String, String> {
    let bytes = xml::vitale(&Told::alone(data, TODAY), Code::DONE, shape).expect("memory");
    let text: String = bytes.into_iter().map(char::from).collect();
    let (mut path, mut leaves) = (Vec::new(), BTreeMap::new());
    for part in text.split('<').skip(2) {
        let (tag, text) = part.split_once('>').expect("the end of a tag");
        if tag.starts_with('/') {
            path.pop();
        } else if !tag.ends_with('/') {
            path.push(tag.to_owned());
        }
        if !text.is_empty() {
            leaves.insert(path.get(3..).unwrap_or_default().join("/"), text.to_owned());
        }
    }
    leaves
}

/// Every value of the JSON, by its path.
fn json_of(data: &Node, about: About) -> BTreeMap<String, String> {
    let told = Told::alone(data, TODAY);
    let document = match about {
        About::Patient => Document::vitale("", &told, Code::DONE, Language::English),
        _ => Document::professional("", &told, Code::DONE, Language::English),
    };
    let document = serde_json::to_value(document).expect("JSON");
    let mut leaves = BTreeMap::new();
    for part in ["vitale", "professionnel"] {
        json_leaves(&document[part], String::new(), &mut leaves);
    }
    leaves
}

fn json_leaves(value: &Value, path: String, leaves: &mut BTreeMap<String, String>) {
    let dot = if path.is_empty() { "" } else { "." };
    match value {
        Value::Object(table) => {
            table.iter().for_each(|(name, value)| json_leaves(value, format!("{path}{dot}{name}"), leaves));
        }
        // What members say stands side by side: one that changes is enough.
        Value::Array(members) => members.iter().for_each(|value| json_leaves(value, format!("{path}[]"), leaves)),
        other => *leaves.entry(path).or_default() += &format!("{other} "),
    }
}

/// Where an element stands on the cards of a layout: in the first that has it.
fn on_card(cards: &[Profile], layout: &str, key: &str) -> String {
    let name = key.rsplit('.').next().filter(|_| key.starts_with("facturation."));
    let in_words = SITUATION.iter().find(|(tail, _)| name == Some(tail)).map(|(_, words)| *words);
    let name = in_words.or(name).unwrap_or(key);
    let of_layout = cards.iter().filter(|card| card.layout().name() == layout);
    let found = of_layout.clone().find_map(|card| {
        let contents = card.image().files.iter().filter_map(|file| content(&file.kind));
        let files = card.map().files.iter().zip(contents);
        let mut files = files.filter(|(file, _)| !key.starts_with("facturation.") || file.name == BILLING);
        files.find_map(|(file, bytes)| {
            let place = file.elements.iter().find_map(|element| in_element(element, &bytes, "", [key, name]))?;
            Some(format!("{} {} {place}", file.name, file.fid))
        })
    });
    let has_place = || of_layout.clone().any(|card| card.layout().has_place(key).unwrap_or(false));
    found.unwrap_or_else(|| if has_place() { "no card of the program fills it".into() } else { "–".into() })
}

/// What an elementary file holds.
fn content(kind: &FileKind) -> Option<Vec<u8>> {
    match kind {
        FileKind::Directory(_) => None,
        FileKind::Transparent { content, .. } => Some(content.bytes().to_vec()),
        FileKind::Records { content, .. } => Some(content.concat()),
    }
}

/// The tags from an element down to the one of a key, and where it stands if it has none.
fn in_element(element: &Element, bytes: &[u8], above: &str, keys: [&str; 2]) -> Option<String> {
    let is_tag = element.name.len() <= 4 && element.name.chars().all(|digit| digit.is_ascii_hexdigit());
    let name = match element.name.rsplit_once(' ') {
        Some((list, number)) if number.parse::<usize>().is_ok() => list,
        _ => &element.name,
    };
    let below = match (above, is_tag) {
        (_, true) => above.to_owned(),
        ("", false) => name.to_owned(),
        _ => format!("{above}.{name}"),
    };
    let tag = match element.header {
        0 => None,
        _ => bytes.get(element.range.start).map(|tag| format!("{tag:02X}")),
    };
    let is_it = !is_tag && element.children.is_empty() && (keys.contains(&&*below) || keys.contains(&&*element.name));
    if is_it {
        return Some(tag.unwrap_or_else(|| format!("+{}", element.range.start)));
    }
    let inside = element.children.iter().find_map(|child| in_element(child, bytes, &below, keys))?;
    let Some(tag) = tag else { return Some(inside) };
    Some(match inside.strip_prefix('+').and_then(|place| place.parse::<usize>().ok()) {
        Some(place) => format!("{tag}+{}", place - element.value_range().start),
        None => format!("{tag}/{inside}"),
    })
}
