//! The worked example of docs/layouts.md, as it stands there.

use std::fs;

use jiff::civil::date;
use virtuale_engine::{Card, Interface, Protocol, Response};

use super::super::{Layout, coding, fields::unhex};
use crate::profile::{Options, diagnostic::Source, load};

const GUIDE: &str = include_str!("../../../../docs/layouts.md");

/// The code block behind a mark.
fn block(mark: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("<!-- {mark} -->\n```")).unwrap_or_else(|| panic!("no block {mark}"));
    let (_, rest) = rest.split_once('\n').expect("a first line");
    rest.split_once("\n```\n").expect("an end").0
}

#[test]
fn the_example_is_refused_for_what_the_guide_says() {
    let source = Source { name: "atelier.toml".into(), text: block("file: atelier.toml").into() };
    let mistakes = Layout::parse(&source.into()).expect_err("the guide says so").to_string();
    assert_eq!(mistakes.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"), block("diagnostics"));
}

#[test]
fn the_example_answers_as_the_guide_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let untagged = "{ from = \"naissance\", coding = \"date8-bcd\" }";
    let tagged = "{ tag = \"82\", from = \"naissance\", coding = \"date8-bcd\" }";
    assert!(GUIDE.contains(&format!("With `{tagged}` it is sound")));
    let layout = block("file: atelier.toml").replace(untagged, tagged);
    fs::write(folder.path().join("atelier.toml"), layout).expect("a file");
    let card = folder.path().join("carte.toml");
    fs::write(&card, block("file: carte.toml")).expect("a file");
    let profile = load(&card, &Options { today: date(2026, 1, 15), seed: 1 });
    let profile = profile.unwrap_or_else(|error| panic!("{error}"));
    let notes: Vec<_> = profile.unplaced().iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes, ["assure.nir has no place in layout atelier", "prenom has no place in layout atelier"]);
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    card.select_protocol(Protocol::T0).expect("T=0");
    let mut response = Response::new();
    let mut compared = 0;
    for line in block("transcript").lines() {
        if let Some(command) = line.strip_prefix("> ") {
            response.clear();
            card.transmit(&unhex(command).expect("hexadecimal"), &mut response).expect("an answer");
        } else if let Some(expected) = line.strip_prefix("< ") {
            assert_eq!(hex::encode_upper(response.as_bytes()), expected.replace(' ', ""));
            compared += 1;
        }
    }
    assert_eq!(compared, 4);
}

#[test]
fn the_guide_names_every_coding() {
    for name in coding::NAMES {
        assert!(GUIDE.contains(&format!("`{name}`")), "{name} is missing");
    }
}
