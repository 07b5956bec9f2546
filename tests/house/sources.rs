//! The register of sources, docs/sources.md: what is cited is in it, what is in it is cited, and nothing cites a file
//! that is not here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use snapbox::{assert_data_eq, data::DataFormat};

const REGISTER: &str = "docs/sources.md";

/// What the last part of the register begins with; the rest is made from the citations.
const USERS: &str = "## Who uses what\n";

/// A citation: `[KEY]` or `[KEY place, place]`.
#[derive(Debug, PartialEq)]
struct Citation {
    key: String,
    places: Vec<String>,
}

/// The citations in a text. A key has at least two parts with hyphens between, the first of three characters or more:
/// neither Rust nor Markdown writes anything like it in brackets.
fn citations(text: &str) -> Vec<Citation> {
    text.split('[').skip(1).filter_map(|rest| citation(rest.split_once(']')?.0)).collect()
}

fn citation(inside: &str) -> Option<Citation> {
    let (key, places) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
    let (first, more) = key.split_once('-')?;
    let part = |text: &str| text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.');
    let is_key = first.len() >= 3
        && first.starts_with(|c: char| c.is_ascii_uppercase())
        && part(first)
        && !more.is_empty()
        && more.split('-').all(part);
    let places = places.replace(" to ", ", ").replace(" and ", ", ");
    let places = places.split(", ").filter(|place| !place.is_empty()).map(str::to_owned).collect();
    is_key.then(|| Citation { key: key.to_owned(), places })
}

/// An entry of the register: its places, and whether it says that it is background.
#[derive(Default)]
struct Entry {
    places: BTreeSet<String>,
    is_background: bool,
}

fn entries(register: &str) -> BTreeMap<String, Entry> {
    let described = register.split(USERS).next().unwrap_or_default();
    let mut entries = BTreeMap::new();
    for section in described.split("\n### ").skip(1) {
        let section = section.split("\n## ").next().unwrap_or_default();
        let (key, body) = section.split_once('\n').expect("an entry has a body");
        let cells = body.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
        let places = cells.map(|(place, _)| place.to_owned()).collect();
        let is_background = body.contains("\nBackground: ");
        assert!(citation(key).is_some(), "{REGISTER}: `{key}` is no key");
        let before = entries.insert(key.to_owned(), Entry { places, is_background });
        assert!(before.is_none(), "{REGISTER} has {key} twice");
    }
    assert!(entries.len() > 20, "{REGISTER} has hardly any entry: has its form changed?");
    entries
}

/// Every text of the repository, with its path from the root.
fn texts() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![crate::root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_symlink() || [".git", "target", "artifacts", "mutants.out"].contains(&name.as_str()) {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.strip_prefix(crate::root()).expect("under the root").to_path_buf(), text));
            }
        }
    }
    found.sort();
    found
}

/// The texts that cite: all but the register and this file, whose examples are none.
fn citing() -> Vec<(PathBuf, String)> {
    let own = Path::new("tests/house/sources.rs");
    texts().into_iter().filter(|(path, _)| path != Path::new(REGISTER) && path != own).collect()
}

/// The room of a file, as the plan of the house names it.
fn room(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let room = match parts.as_slice() {
        [first, second, _, ..] if first == "src" => second,
        [first, second, _, ..] if first == "applets" && ["cards", "layouts"].contains(&second.as_ref()) => second,
        [first, ..] => first,
        [] => unreachable!("a path has a part"),
    };
    room.to_string()
}

fn register() -> String {
    fs::read_to_string(crate::root().join(REGISTER)).expect(REGISTER)
}

#[test]
fn what_is_cited_is_in_the_register() {
    let entries = entries(&register());
    for (path, text) in citing() {
        for Citation { key, places } in citations(&text) {
            let entry = entries.get(&key);
            let entry = entry.unwrap_or_else(|| panic!("{} cites [{key}], which {REGISTER} lacks", path.display()));
            for place in places {
                assert!(
                    entry.places.contains(&place),
                    "{} cites [{key} {place}]: {REGISTER} has no such place; a citation stands in one line",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn what_is_in_the_register_is_cited() {
    let cited: BTreeSet<_> =
        citing().iter().flat_map(|(_, text)| citations(text)).map(|citation| citation.key).collect();
    for (key, entry) in entries(&register()) {
        assert_ne!(entry.is_background, cited.contains(&key), "{REGISTER}: {key} is either cited or `Background: `");
    }
}

#[test]
fn the_register_says_who_uses_what() {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in citing() {
        for citation in citations(&text) {
            rooms.entry(citation.key).or_default().insert(room(&path));
        }
    }
    let text = register();
    let described = text.split(USERS).next().unwrap_or_default();
    let mut page = format!("{described}{USERS}\nMade by `tests/house`, by room; `git grep` finds the lines.\n\n");
    page.push_str("| Key | Used in |\n| --- | --- |\n");
    for (key, rooms) in rooms {
        let rooms: Vec<_> = rooms.into_iter().collect();
        let _ = writeln!(page, "| {key} | {} |", rooms.join(", "));
    }
    let path = crate::root().join(REGISTER);
    assert_data_eq!(page, snapbox::Data::read_from(&path, Some(DataFormat::Text)).raw());
}

/// A layout shows its sources to people by `at`; what is not invented says in the register where it is from.
#[test]
fn built_in_layouts_cite_what_they_did_not_invent() {
    let mut described = 0;
    for (path, text) in texts() {
        if !path.starts_with("applets/layouts") {
            continue;
        }
        for source in text.split("\n[source.").skip(1) {
            let (name, body) = source.split_once(']').expect("a table's name ends");
            let table = body.split("\n[").next().unwrap_or_default();
            let body = body.split("\norigin").next().unwrap_or_default();
            let is_invented = table.contains("origin = \"invented\"");
            assert!(
                is_invented || !citations(body).is_empty(),
                "{}: [source.{name}] cites nothing under its name",
                path.display()
            );
            described += 1;
        }
    }
    assert!(described > 10, "only {described} sources in applets/layouts: are they written otherwise now?");
}

#[test]
fn no_citation_names_a_file_that_is_not_here() {
    let hidden = ["facts", "/"].concat();
    for (path, text) in texts() {
        for (at, _) in text.match_indices(&hidden) {
            let follows_a_letter = text[..at].ends_with(|c: char| c.is_alphabetic());
            assert!(follows_a_letter, "{} cites {hidden}: cite {REGISTER}", path.display());
        }
    }
}

/// A paragraph of a standard is cited by the standard's key, or nobody could find who relies on it.
#[test]
fn paragraphs_are_cited_by_key() {
    for (path, text) in citing() {
        if !path
            .extension()
            .is_some_and(|extension| ["rs", "apdu", "py"].contains(&extension.to_string_lossy().as_ref()))
        {
            continue;
        }
        for name in ["ISO 7816-", "ISO/IEC 7816-", "RFC "] {
            for (at, _) in text.match_indices(name) {
                let after = text[at + name.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
                let is_paragraph =
                    after.strip_prefix(", ").is_some_and(|c| c.starts_with(|c: char| c.is_ascii_digit()));
                assert!(!is_paragraph, "{} cites {name}.. with a paragraph, but not by its key", path.display());
            }
        }
    }
}

#[test]
fn citations_are_told_from_other_brackets() {
    let text = "[ISO-7816-4 11.5.2 to 11.5.5] [RFC-6979] [`A`] [A-Z0-9] [N-1] [link](x) [CSS-R161 33-1, 33-4] [SHA 2]";
    let found: Vec<_> = citations(text).into_iter().map(|found| (found.key, found.places.join("|"))).collect();
    let expected = [("ISO-7816-4", "11.5.2|11.5.5"), ("RFC-6979", ""), ("CSS-R161", "33-1|33-4")];
    assert_eq!(found, expected.map(|(key, places)| (key.to_owned(), places.to_owned())));
}
