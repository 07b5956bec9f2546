//! Checks of card files that are not among the fixtures.

use std::fs;

use crate::sandbox::{BROKEN, MARTIN, Sandbox, run};

/// Private layouts and their card files.
const LAYOUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/layouts");

#[test]
fn what_has_no_place_on_the_card_is_noted() {
    let sandbox = Sandbox::new();
    let petit = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale1-petit.toml");
    let text =
        fs::read_to_string(petit).expect("a fixture").replace("numero_serie", "composant = \"43\"\nnumero_serie");
    let path = sandbox.path().join("carte.toml").display().to_string();
    fs::write(&path, text).expect("a card file");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "check", &path]));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("carte.toml:6:13: note: carte.composant has no place in layout vitale1\n"), "{out}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "check", "--json", &path]));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    for part in ["\"valid\": true", "\"notes\": [", "\"line\": 6", "carte.composant has no place in layout vitale1"] {
        assert!(out.contains(part), "{part} is missing in {out}");
    }
}

#[test]
fn json_also_names_a_file_that_cannot_be_read() {
    let sandbox = Sandbox::new();
    let arguments = ["card", "check", "--json", "nobody.toml", MARTIN, BROKEN];
    let (code, out, error) = run(&mut sandbox.virtuale(&arguments));
    assert_eq!(code, 4, "{error}");
    let reports: serde_json::Value = serde_json::from_str(&out).expect("one document");
    let files: Vec<_> = reports.as_array().expect("a list").iter().map(|report| report["file"].as_str()).collect();
    assert_eq!(files, [Some("nobody.toml"), Some(MARTIN), Some(BROKEN)]);
    assert_eq!(reports[0]["valid"], false);
    let message = &reports[0]["error"]["message"];
    assert_eq!(message.as_str(), Some("cannot read nobody.toml: No such file or directory"));
    assert_eq!((&reports[1]["valid"], &reports[1]["error"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(reports[2]["mistakes"][0]["line"], 5);
}

#[test]
fn room_that_is_only_kept_is_not_called_full() {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "check", MARTIN]));
    assert_eq!(code, 0, "{error}");
    let (_, figures) = out.split_once("files; ").expect("figures");
    let numbers: Vec<usize> = figures.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [taken, capacity, full] = numbers[..] else { panic!("{out}") };
    assert!(full < taken && taken < capacity && capacity == 32768, "{out}");
}

#[test]
fn a_starter_file_offers_only_what_the_chip_has_a_place_for() {
    let sandbox = Sandbox::new();
    let starter = |layout: &str| run(&mut sandbox.virtuale(&["card", "new", "--layout", layout])).1;
    let (one, two) = (starter("vitale1"), starter("vitale2"));
    for key in ["composant", "pays", "medecin_traitant", "[assure.adresse]", "[[ias.cle]]"] {
        let is_there =
            |text: &str| text.lines().any(|line| line.trim_start_matches('#').split(" =").next() == Some(key));
        assert_eq!((is_there(&one), is_there(&two)), (false, true), "{key}");
    }
    let path = sandbox.path().join("carte.toml").display().to_string();
    fs::write(&path, &one).expect("room");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "check", &path]));
    assert!(code == 0 && !out.contains("note: "), "no note of a key without a place: {out}{error}");
}

#[test]
fn a_mistake_that_a_layout_has_a_part_in_is_shown_in_the_layout_too() {
    let sandbox = Sandbox::new();
    let fixture = |name: &str| fs::read_to_string(format!("{LAYOUTS}/{name}")).expect("a fixture");
    let checked = |from: &str, to: &str| {
        fs::write(sandbox.path().join("deplace.toml"), fixture("deplace.toml").replace(from, to)).expect("room");
        let card = sandbox.path().join("carte.toml").display().to_string();
        fs::write(&card, fixture("deplace-roux.toml")).expect("room");
        run(&mut sandbox.virtuale(&["card", "check", &card])).2
    };
    for (from, to, message) in [
        ("chip_bytes = 2048", "chip_bytes = 200", "this card needs "),
        ("from = \"nom\", coding = \"latin1\", len = 16", "from = \"nom\", coding = \"latin1\", len = 2", "\"nom\" "),
        ("fid = \"A002\"", "fid = \"3FFF\"", "the identifier 3FFF is reserved"),
    ] {
        let error = checked(from, to);
        for part in [message, "deplace.toml:", "carte.toml:"] {
            assert!(error.contains(part), "{part:?} is missing in {error}");
        }
    }
}

#[test]
fn a_day_may_be_relative_to_today() {
    let sandbox = Sandbox::new();
    let read = |now: &str| run(&mut sandbox.virtuale(&["read", "--card", MARTIN, "--now", now]));
    let year = |now: &str| read(now).1.split_once("today, ").expect("a day").1[..4].parse::<u32>().expect("a year");
    assert_eq!(year("today+1y"), year("today") + 1);
    assert_eq!(year("-2y"), year("today") - 2);
    let (code, _, error) = read("2026-13-01");
    assert!(code == 2 && error.contains("there is no month 13"), "{error}");
    let (code, _, error) = read("tomorrow");
    assert!(code == 2 && error.contains("write it like 2026-01-15, today-3m, today+1y or +10d"), "{error}");
}

#[test]
fn help_of_a_verb_is_what_the_verb_says_of_itself() {
    let sandbox = Sandbox::new();
    for verbs in [&[][..], &["exec"], &["card", "new"]] {
        let help = run(&mut sandbox.virtuale(&[&["help"], verbs].concat()));
        assert_eq!(help, run(&mut sandbox.virtuale(&[verbs, &["--help"]].concat())), "{verbs:?}");
        assert_eq!(help.0, 0);
    }
    let (code, _, error) = run(&mut sandbox.virtuale(&["help", "card", "old"]));
    assert!(code == 2 && error.contains("`virtuale card` has no verb \"old\""), "{error}");
    assert!(error.contains("its verbs are check, show, dump, explain, diff, migrate, new"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["help", "nosuch"]));
    assert!(code == 2 && error.contains("`virtuale` has no verb \"nosuch\""), "{error}");
}
