//! A card by its path or by the name that it has in the program: the same everywhere, in any folder.

use std::fs;

use crate::sandbox::{DURAND, Sandbox, run};

const RUFUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/traces/rufus.apdu");

#[test]
fn a_built_in_card_is_one_in_every_verb_and_any_folder() {
    let sandbox = Sandbox::new();
    let script = r#"
        virtuale card check vitale2-martin vitale1-iso || exit 10
        virtuale card show vitale2-durand | grep DURAND || exit 11
        virtuale card dump --file PAN vitale2-minimal >/dev/null || exit 12
        virtuale card explain --file PAN vitale2-minimal >/dev/null || exit 13
        virtuale apdu --card vitale2-martin 00A4000C023F00 || exit 14
        virtuale read --card vitale2-martin --card vitale1 | grep 'The card in' || exit 15
        virtuale demo --card vitale2-durand | grep 'card vitale2-durand' || exit 16
        virtuale exec --card vitale2-martin --now 2026-01-15 --record visit.apdu -- sh -c '
            virtuale read >/dev/null && virtuale insert 0 vitale2-durand && virtuale read >/dev/null && virtuale slots'
        mkdir other && mv visit.apdu other && cd other || exit 17
        grep -E '^(card|insert)' visit.apdu
        virtuale replay visit.apdu || exit 18
        virtuale replay visit.apdu --card vitale2-durand >/dev/null; echo "another card: $?"
        virtuale exec --card vitale2-martin --now 2026-01-15 --record visit.apdu -- \
            virtuale replay "$RUFUS" --reader 'Virtuale 00 00' >/dev/null
        virtuale redact visit.apdu --as vitale2-durand -o redacted.apdu && grep '^card' redacted.apdu
        cd .. && rm -r other
        eval "$(virtuale serve --detach --card vitale1-petit)" && virtuale slots && eval "$(virtuale stop)"
    "#;
    let (code, out, error) = run(sandbox.shell(script).env("RUFUS", RUFUS).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{out}{error}");
    let mut rest = out.as_str();
    for part in [
        "vitale2-martin: valid: layout vitale2",
        "vitale1-iso: valid: layout vitale1",
        "DURAND",
        "< 9000  # done",
        "The card in vitale2-martin\nThe card in vitale1\n",
        " exec --card vitale2-durand -- YOUR-PROGRAM\n",
        " serve --detach --card vitale2-durand)\"\n",
        "0  Virtuale 00 00  vitale2-durand\n",
        "card vitale2-martin\ninsert vitale2-durand\n",
        "1 trace, ",
        "another card: 1\n",
        "card vitale2-durand\n",
        "0  Virtuale 00 00  vitale1-petit\n",
    ] {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing in {out}\n{error}")).1;
    }
    assert!(error.contains("Virtuale 00 00: vitale2-durand is in, in place of the card that was there"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_file_of_that_name_comes_first() {
    let sandbox = Sandbox::new();
    fs::copy(DURAND, sandbox.path().join("vitale2-martin")).expect("a card file");
    let script = r#"
        for card in vitale2-martin ./vitale2-martin; do virtuale read --card $card | grep -c DURAND; done
        virtuale exec --card vitale2-martin --record visit.apdu -- virtuale read | grep -c DURAND
        virtuale replay visit.apdu | tail -1
        eval "$(virtuale serve --detach --card -)"
        virtuale insert 0 vitale2-martin && virtuale slots
        eval "$(virtuale stop)"
        rm vitale2-martin visit.apdu
    "#;
    let (code, out, error) = run(sandbox.shell(script).current_dir(sandbox.path()));
    let file = sandbox.path().join("vitale2-martin").display().to_string();
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("no finding") && out.ends_with(&format!("0  Virtuale 00 00  {file}\n")), "{out}{error}");
    let counts: Vec<_> = out.lines().take(3).map(|count| count.parse::<usize>().unwrap_or(0)).collect();
    assert!(counts.iter().all(|&count| count > 0), "{out}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn who_names_no_card_is_told_which_there_are() {
    let sandbox = Sandbox::new();
    let known = "built-in cards: vitale2-martin, vitale2-durand, ";
    let words = ["--", "true"];
    for (verb, right) in [
        (&["read", "--card", "vitale2-matin"][..], 2),
        (&["demo", "--card", "vitale2-matin"], 2),
        (&["apdu", "--card", "vitale2-matin", "00"], 2),
        (&["card", "check", "vitale2-matin"], 2),
        (&["serve", "--detach", "--card", "vitale2-matin"], 2),
        (&["exec", "--card", "vitale2-matin", words[0], words[1]], 125),
    ] {
        let (code, _, error) = run(sandbox.virtuale(verb).current_dir(sandbox.path()));
        let said = "error: there is no card file vitale2-matin, and no built-in card of that name\n";
        assert_eq!(code, right, "{verb:?} {error}");
        assert!(error.contains(said) && error.contains("did you mean vitale2-martin?"), "{verb:?} {error}");
        assert!(error.contains(known), "{verb:?} {error}");
    }
    let (code, _, error) = run(sandbox.virtuale(&["read", "--card", "none.toml"]).current_dir(sandbox.path()));
    assert!(code == 4 && error.contains("cannot read none.toml"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["read", "--lang", "fr", "--card", "vitale2-matin"]));
    let said = "erreur : il n'y a ni fichier de carte vitale2-matin, ni carte intégrée de ce nom\n\
                aide : est-ce vitale2-martin ?\ncartes intégrées : ";
    assert!(code == 2 && error.contains(said), "{error}");
    fs::write(sandbox.path().join("x.apdu"), "virtuale-trace 1\ncard vitale2-matin\n> 00\n< 90 00\n").expect("a trace");
    let (code, _, error) = run(sandbox.virtuale(&["replay", "x.apdu"]).current_dir(sandbox.path()));
    assert!(code == 2 && error.contains("x.apdu: there is no card file vitale2-matin"), "{error}");
}
