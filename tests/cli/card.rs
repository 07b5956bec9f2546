//! Checks of card files that are not among the fixtures.

use std::fs;

use crate::sandbox::{Sandbox, run};

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
