//! Zones of groups: to a file, to another program, and to cards of ours.

use std::fs;

use crate::sandbox::{MARTIN, Sandbox, run};

#[test]
fn a_zone_goes_to_a_file_and_comes_back_as_a_card() {
    let sandbox = Sandbox::new();
    let path = |name: &str| sandbox.path().join(name).display().to_string();
    let (zone, card, again) = (path("test.in"), path("card.toml"), path("again.in"));
    let write = ["card", "zone", MARTIN, "--now", "2026-01-15", "-o", &zone];
    let (code, out, error) = run(&mut sandbox.virtuale(&write));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    assert!(error.contains("test.in is there: 789 bytes, of a test card"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&write));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("is there already"), "{error}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "from-zone", &zone, "-o", &card]));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    assert!(error.contains("check it with: virtuale card check") && error.lines().count() == 1, "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "zone", &card, "-o", &again]));
    assert_eq!(code, 0, "{error}");
    assert_eq!(fs::read(&zone).expect("a zone"), fs::read(&again).expect("a zone"));
    let refused = run(&mut sandbox.virtuale(&["card", "from-zone", &zone, "-o", &zone, "--force"]));
    assert!(refused.0 == 2 && refused.2.contains("is read here, and would be lost"), "{}", refused.2);
}

#[test]
fn a_file_that_is_no_zone_is_refused() {
    let sandbox = Sandbox::new();
    let nothing = sandbox.path().join("nothing.in");
    fs::write(&nothing, b"").expect("a file");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", &nothing.display().to_string()]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("this zone has neither group 101"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", "no/such/file.in"]));
    assert_eq!(code, 4, "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", "/dev/zero"]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("has more than"), "{error}");
}

#[test]
fn a_zone_in_the_place_of_a_card_file_is_named() {
    let sandbox = Sandbox::new();
    let zone = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/billing/two-people.in");
    for verb in [&["card", "check"][..], &["card", "show"], &["card", "dump"], &["card", "zone"], &["read", "--card"]] {
        let (code, _, error) = run(&mut sandbox.virtuale(&[verb, &[zone]].concat()));
        assert_eq!(code, 3, "{verb:?}: {error}");
        assert!(error.contains("this is a zone of groups") && error.contains("virtuale card from-zone"), "{error}");
        assert!(!error.contains("UTF-8"), "{error}");
    }
    let card = sandbox.path().join("card.toml");
    fs::write(&card, "layout = \"vitale2\"\nnom = \"\u{c9}LO\"\n").expect("a file");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", &card.display().to_string()]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("this is text, as a card file is") && error.contains("virtuale card zone"), "{error}");
}

#[test]
fn what_a_file_is_stands_in_it() {
    let sandbox = Sandbox::new();
    let path = |name: &str| sandbox.path().join(name).display().to_string();
    let (nothing, unknown) = (path("nothing.in"), path("unknown.in"));
    fs::write(&nothing, b"").expect("a file");
    let two = include_bytes!("../../fixtures/billing/two-people.in");
    fs::write(&unknown, [&b"\x03\x04\x04\x03abc"[..], two].concat()).expect("a file");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "explain", &unknown]));
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("group 772, occurrence 1") && out.contains("group 104, occurrence 2"), "{out}");
    for verb in [&["card", "explain"][..], &["card", "diff", MARTIN]] {
        let (code, _, error) = run(&mut sandbox.virtuale(&[verb, &[nothing.as_str()]].concat()));
        assert!(code == 3 && error.contains("nothing.in: this file is empty"), "{code} {error}");
        for missing in ["no/such/file.in", "missing.in"] {
            let (code, _, error) = run(&mut sandbox.virtuale(&[verb, &[missing]].concat()));
            assert!(code == 4 && error.contains("cannot read") && error.contains("look at the name"), "{code} {error}");
        }
        let (code, _, error) = run(&mut sandbox.virtuale(&[verb, &["vitale2-martn"]].concat()));
        assert!(code == 2 && error.contains("vitale2-martin"), "{code} {error}");
    }
}
