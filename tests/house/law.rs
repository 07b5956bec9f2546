//! The table of the law, docs/law.md: each rule names tests, and every test that it names is there.

use std::fs;

use crate::root;

const TABLE: &str = "docs/law.md";

/// What a row names in backticks in its last cell: files, and after each the functions in it.
fn named(row: &str) -> Vec<&str> {
    let tests = row.trim_end().trim_end_matches('|').rsplit(" | ").next().unwrap_or_default();
    tests.split('`').skip(1).step_by(2).collect()
}

/// The rows of all tables, without their heads.
fn rows(text: &str) -> Vec<&str> {
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| Rule |") && !line.starts_with("| --- |");
    text.lines().filter(is_row).collect()
}

/// What is wrong with the tests that a row names.
fn mistake(row: &str) -> Option<String> {
    let named = named(row);
    if !named.first().is_some_and(|first| first.contains('/')) {
        return Some("names no file with a test".to_owned());
    }
    let mut content = String::new();
    named.into_iter().find_map(|name| {
        if name.contains('/') {
            content = fs::read_to_string(root().join(name)).unwrap_or_default();
            content.is_empty().then(|| format!("`{name}` is not there"))
        } else {
            let function = format!("fn {name}(");
            (!content.contains(&function)).then(|| format!("no test `{name}` in the file before it"))
        }
    })
}

#[test]
fn every_rule_names_tests_that_are_there() {
    let text = fs::read_to_string(root().join(TABLE)).expect(TABLE);
    let rows = rows(&text);
    assert!(rows.len() > 8, "{TABLE} has hardly any row: has its form changed?");
    for row in rows {
        assert_eq!(row.matches(" | ").count(), 3, "{TABLE}: four cells in `{row}`");
        if let Some(mistake) = mistake(row) {
            panic!("{TABLE}: {mistake}: {row}");
        }
    }
}

#[test]
fn a_test_that_is_not_there_is_seen() {
    let with = |tests: &str| mistake(&format!("| a | [B] | c | {tests} |"));
    assert_eq!(with("`tests/house/law.rs` `a_test_that_is_not_there_is_seen`"), None);
    assert!(with("").is_some());
    assert!(with("`a_test_that_is_not_there_is_seen`").is_some());
    assert!(with("`tests/house/law.rs` `nothing`").is_some());
    assert!(with("`fixtures/scenarios/nothing.apdu`").is_some());
}
