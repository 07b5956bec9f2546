//! Destinations: who follows the table arrives, and a table that leads nowhere is refused.

use std::{fmt::Write, sync::Arc};

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{Body, Nowhere, Tod};
use crate::profile::diagnostic::Source;

const TODAY: Date = date(2026, 1, 25);

fn parse(text: &str) -> Result<Tod, String> {
    let source = Arc::new(Source { name: "tod.toml".into(), text: text.into() });
    Tod::parse(&source, TODAY).map_err(|mistakes| mistakes.render(false))
}

fn table(rows: &str) -> Result<Tod, String> {
    parse(&format!("date = \"2026-01-01\"\n{rows}"))
}

const ROWS: &str = r#"
[[organisme]]
code_regime = "01"
caisse = "349"
destinataire = "01349"
nom = "CPAM DE TEST"

[[organisme]]
code_regime = "01"
caisse = "349"
centre = "9881"
destinataire = "01349A"

[[organisme]]
code_regime = "01"
caisse = "344"
destinataire = "01344"
repris_par = "013480000"
depuis = "2025-07-01"

[[organisme]]
code_regime = "01"
caisse = "348"
repris_par = "013499881"
depuis = "2026-01-25"

[[organisme]]
code_regime = "05"
destinataire = "RATP"
"#;

#[test]
fn a_table_of_a_later_day_is_refused() {
    let row = "[[organisme]]\ncode_regime = \"05\"\ndestinataire = \"RATP\"\n";
    assert!(parse(&format!("date = \"2026-01-25\"\n{row}")).is_ok(), "it is of today");
    let told = parse(&format!("date = \"2026-01-26\"\n{row}")).expect_err("it is of tomorrow");
    assert!(told.contains("tod.toml:1:8") && told.contains("of the future: today is 2026-01-25"), "{told}");
}

#[test]
fn the_row_that_says_most_counts() {
    let table = table(ROWS).expect("a table");
    let to = |regime, caisse, centre| table.destination(regime, caisse, centre, TODAY).map(|found| found.to);
    assert_eq!((table.date(), table.count()), (date(2026, 1, 1), 5));
    assert_eq!(to("01", "349", "9881").as_deref(), Ok("01349A"));
    assert_eq!(to("01", "349", "0001").as_deref(), Ok("01349"));
    assert_eq!(to("05", "123", "4567").as_deref(), Ok("RATP"));
    assert_eq!(to("02", "349", "0000"), Err(Nowhere { body: Body::new("02", "349", "0000"), until: None }));
}

#[test]
fn bodies_that_others_took_the_place_of_are_followed_from_their_day_on() {
    let table = table(ROWS).expect("a table");
    let on = |day| table.destination("01", "344", "0001", day);
    assert_eq!(on(date(2025, 6, 30)).map(|found| (found.to, found.merged.len())), Ok(("01344".into(), 0)));
    let until = Some(date(2026, 1, 25));
    assert_eq!(on(date(2026, 1, 24)), Err(Nowhere { body: Body::new("01", "348", "0000"), until }));
    let found = on(TODAY).expect("a destination");
    assert_eq!((found.to.as_str(), found.body.to_string().as_str()), ("01349A", "01 349 9881"));
    let merged: Vec<_> = found.merged.iter().map(|merger| format!("{} > {}", merger.from, merger.into)).collect();
    assert_eq!(merged, ["01 344 0001 > 01 348 0000", "01 348 0000 > 01 349 9881"]);
}

#[test]
fn a_table_without_bodies_is_none() {
    assert!(parse("date = \"2026-01-01\"\n").expect_err("no row").contains("the table has no body"));
}

#[test]
fn circles_and_ends_that_are_not_there_are_refused() {
    let row = |caisse: &str, into: &str| {
        format!("[[organisme]]\ncode_regime = \"01\"\ncaisse = \"{caisse}\"\nrepris_par = \"{into}\"\n")
    };
    let circle = table(&(row("001", "010020000") + &row("002", "010030000") + &row("003", "010020001")));
    let told = circle.expect_err("a circle");
    for part in ["in a circle: 01 002, 01 003", "tod.toml:13:14", "- from here on"] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    assert_eq!(told.matches("error").count(), 1, "{told}");
    let itself = table(&row("001", "010010000")).expect_err("a circle");
    assert!(itself.contains("in a circle: 01 001"), "{itself}");
    let lost = table(&row("001", "010099999")).expect_err("nowhere");
    assert!(lost.contains("01 009 9999 took the place of this one, and is not in the table"), "{lost}");
}

#[test]
fn what_is_wrong_in_a_table_is_named_with_its_place() {
    for (from, to, parts) in [
        ("nom = ", "nmo = ", &["unknown key \"nmo\"", "did you mean \"nom\"?"][..]),
        ("date = \"2026-01-01\"", "", &["\"date\" is missing"]),
        ("\"2026-01-01\"", "\"2026-19-01\"", &["there is no month 19"]),
        ("destinataire = \"RATP\"", "", &["tod.toml:28:1", "this body has no destination"]),
        ("code_regime = \"05\"", "code_regime = \"05\"\ncentre = \"0001\"", &["a centre without its fund"]),
        (
            "destinataire = \"RATP\"",
            "destinataire = \"RATP\"\ndepuis = \"2026-01-01\"",
            &["\"depuis\" without \"repris_par\""],
        ),
        ("caisse = \"348\"", "caisse = \"344\"", &["the body 01 344 is there twice", "- the first"]),
        ("\"349\"", "\"34\"", &["3 digits"]),
        ("caisse = \"349\"", "caisse = \"\"", &["this must not be empty"]),
        ("depuis = \"2025-07-01\"", "depuis = \"\"", &["this must not be empty"]),
        ("\"2026-01-01\"", "\"today\"", &["tod.toml:1:8", "no relative days", "such as 2026-01-01"]),
        ("\"2026-01-25\"", "\"today+1y\"", &["a table has no relative days"]),
    ] {
        let text = format!("date = \"2026-01-01\"\n{ROWS}");
        assert!(text.contains(from), "{from}");
        let told = parse(&text.replacen(from, to, 1)).expect_err(from);
        for part in parts {
            assert!(told.contains(part), "{from} to {to}: {part} is missing in\n{told}");
        }
    }
}

proptest! {
    /// Any table of mergers either leads every body to an end, or is refused.
    #[test]
    fn whoever_follows_a_table_arrives(into in proptest::collection::vec(proptest::option::of(0_usize..12), 1..12)) {
        let mut rows = String::new();
        for (body, into) in into.iter().enumerate() {
            let _ = writeln!(rows, "[[organisme]]\ncode_regime = \"01\"\ncaisse = \"{body:03}\"");
            let _ = match into {
                Some(into) => writeln!(rows, "repris_par = \"01{into:03}0000\""),
                None => writeln!(rows, "destinataire = \"D{body}\""),
            };
        }
        // Where one arrives who takes more steps than there are bodies; `None` in a circle or outside of the table.
        let end = |start: usize| {
            let mut at = start;
            for _ in 0..=into.len() {
                match into.get(at)? {
                    Some(next) => at = *next,
                    None => return Some(format!("D{at}")),
                }
            }
            None
        };
        let ends: Vec<_> = (0..into.len()).map(end).collect();
        match table(&rows) {
            Ok(table) => for (body, end) in ends.iter().enumerate() {
                let found = table.destination("01", &format!("{body:03}"), "0000", TODAY).map(|found| found.to);
                prop_assert_eq!(&found.ok(), end);
            },
            Err(_) => prop_assert!(ends.iter().any(Option::is_none)),
        }
    }
}
