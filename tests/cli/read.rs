//! `read` and `doctor` in readers that run.

use crate::sandbox::{DURAND, MARTIN, Sandbox, run};

#[test]
fn without_a_card_file_the_cards_in_the_readers_are_read() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --card - --card "$DURAND" --now 2026-01-15)"
        virtuale read --now 2026-01-15; echo "all: $?"
        virtuale read --now 2026-01-15 --reader 'Virtuale 00 02' --json | grep '"nom"'
        virtuale read --reader 'Virtuale 00 01'; echo "empty: $?"
        virtuale read --reader 'Nobody'; echo "unknown: $?"
        virtuale doctor | grep 'programs started here'
        virtuale stop
        virtuale read; echo "gone: $?"
        virtuale doctor > /dev/null; echo "doctor: $?"
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{error}");
    let parts = [
        "The card in Virtuale 00 00\n",
        "CAMILLE MARTIN",
        "The card in Virtuale 00 02\n",
        "CLAUDE DURAND",
        "all: 0\n",
        "\"nom\": \"DURAND\"",
        "empty: 4\n",
        "unknown: 4\n",
        ": Virtuale 00 00, Virtuale 00 01, Virtuale 00 02\n",
        "gone: 4\n",
        "doctor: 4\n",
    ];
    let mut rest = out.as_str();
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing in {out}\n{error}")).1;
    }
    let unknown = "there is no reader \"Nobody\"\nhelp: readers: Virtuale 00 00, Virtuale 00 01, Virtuale 00 02\n";
    assert!(error.contains(unknown), "{error}");
    assert!(!error.contains("no card to read"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn the_generation_of_a_card_in_a_reader_is_told_by_its_answer_to_reset() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card fixtures/cards/vitale1-v1bis.toml --card "$MARTIN" --now 2026-01-15)"
        virtuale read --now 2026-01-15; echo "all: $?"
        virtuale read --layout vitale2 --reader 'Virtuale 00 00'; echo "other: $?"
        virtuale stop
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{error}");
    for part in ["ANGE SANTONI", "CAMILLE MARTIN", "all: 0\n", "other: 4\n"] {
        assert!(out.contains(part), "{part:?} is missing in {out}\n{error}");
    }
    assert!(error.contains("this is not a Vitale 2"), "{error}");
}

#[test]
fn json_has_one_document_for_each_card() {
    let sandbox = Sandbox::new();
    let (code, out, error) =
        run(&mut sandbox.virtuale(&["read", "--json", "--now", "2026-01-15", "--card", MARTIN, "--card", DURAND]));
    assert_eq!(code, 0, "{error}");
    let documents: Result<Vec<serde_json::Value>, _> = serde_json::Deserializer::from_str(&out).into_iter().collect();
    let documents = documents.expect("JSON");
    let names: Vec<_> =
        documents.iter().map(|document| document["volet"]["beneficiaire"][0]["prenom"].as_str()).collect();
    assert_eq!(names, [Some("CAMILLE"), Some("CLAUDE")]);
}

#[test]
fn the_language_is_that_of_the_locale() {
    let sandbox = Sandbox::new();
    let page = |locale: &str| {
        let mut command = sandbox.virtuale(&["read", "--card", MARTIN]);
        run(command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", locale)).1
    };
    assert!(page("fr_FR.UTF-8").starts_with("La carte dans"));
    assert!(page("en_GB.UTF-8").starts_with("The card in"));
}

#[test]
fn a_layout_that_is_none_is_named_before_anything_is_read() {
    let sandbox = Sandbox::new();
    let (code, _, error) =
        run(sandbox.virtuale(&["read", "--layout", "nope"]).env("PCSCLITE_CSOCK_NAME", "/no/such/socket"));
    assert_eq!(code, 2);
    assert!(error.contains("there is no layout \"nope\"") && !error.contains("/no/such"), "{error}");
}
