//! What running readers refuse, and what they did, in the language of who asks.

use std::fs;

use crate::sandbox::{BROKEN, MARTIN, Sandbox, run};

#[test]
fn running_readers_are_spoken_to_in_french() {
    let sandbox = Sandbox::new();
    for (verb, code, said, advice) in [
        ("fault 1 mute file=IDENTITE", 2, "l'emplacement 1 est vide : aucune carte ne dit lequel", "virtuale insert 1"),
        ("fault 0 mute file=IDENTITEE", 2, "la carte n'a pas de fichier IDENTITEE", "serait-ce IDENTITE ?"),
        ("fault 7 mute", 2, "il n'y a pas d'emplacement 7 : ils sont numérotés de 0 à 1", "`virtuale slots` les nomme"),
        ("remove 1", 2, "Virtuale 00 01 est déjà vide", ""),
        ("insert 1", 2, "aucune carte n'a été retirée de l'emplacement 1", "virtuale insert 1 CARTE"),
        ("pin x", 2, "un code n'a que des chiffres, de 1 à 32", "virtuale pin 1234"),
        ("pin 1234", 2, "aucun de ces lecteurs n'a de clavier à code", "--model"),
        ("slots --name nobody", 4, "aucun lecteur nommé \"nobody\" ne tourne", "ceux-ci tournent ; dire lesquels"),
        ("insert 0 $BROKEN", 3, "erreur", ""),
        ("remove 0", 0, "Virtuale 00 00 : la carte est retirée", ""),
        ("insert 0", 0, "Virtuale 00 00 : carte remise : vitale2-martin", ""),
        ("insert 1 --from 0", 0, "Virtuale 00 01 : carte amenée de Virtuale 00 00 : vitale2-martin", ""),
        ("slots", 0, "1  Virtuale 00 01  vide", ""),
    ] {
        let before = if verb == "insert 0" { "virtuale remove 0 2> /dev/null;" } else { "" };
        let script = format!("{before} virtuale {verb} --lang fr");
        let mut shell = sandbox.shell("virtuale exec --card vitale2-martin --card - -- sh -c \"$SCRIPT\"");
        let (ended, out, error) = run(shell.env("SCRIPT", script).env("BROKEN", BROKEN));
        let all = format!("{out}{error}");
        assert_eq!(ended, code, "{verb}: {all}");
        assert!(all.contains(said) && all.contains(advice), "{verb}: {all}");
        assert!(!all.contains("error: ") && !all.contains("help: "), "{verb}: {all}");
    }
}

#[test]
fn a_scenario_names_files_that_its_card_has() {
    let sandbox = Sandbox::new();
    let scenario = |faults: &str| {
        let trace = sandbox.path().join("scenario.apdu");
        let text = format!(
            "virtuale-trace 1\ncard vitale2-martin\n{faults}\n> 00 84 00 00 08\n< .. .. .. .. .. .. .. .. 90 00\n"
        );
        fs::write(&trace, text).expect("a scenario");
        run(&mut sandbox.virtuale(&["replay", trace.to_str().expect("text")]))
    };
    let (code, out, error) = scenario("# fault sw=6F00 file=IDENTITE");
    assert_eq!(code, 0, "{out}\n{error}");
    for (faults, said) in [
        ("# fault sw=6F00 file=IDENTITEE", "did you mean IDENTITE?"),
        ("# fault mute n=2\n# fault sw=6F00 file=ZZZZZZZZ", "the card has no file ZZZZZZZZ"),
    ] {
        let (code, out, error) = scenario(faults);
        let line = 2 + faults.lines().count();
        let all = format!("{out}{error}");
        assert!(code == 3 && all.contains(said) && all.contains(&format!("scenario.apdu:{line}:")), "{code}: {all}");
    }
}

#[test]
fn a_verb_says_in_french_what_became_of_its_card_and_its_times() {
    let sandbox = Sandbox::new();
    let card = fs::read_to_string(MARTIN).expect("a card file") + "\n[fault]\npull = true\nn = 5\n";
    let file = sandbox.path().join("pulled.toml");
    fs::write(&file, card).expect("a card file");
    let file = file.to_str().expect("text");
    for (language, said) in [("en", "the card was taken out"), ("fr", "la carte a été retirée")] {
        let (code, out, error) = run(&mut sandbox.virtuale(&["read", "--card", file, "--lang", language]));
        assert!(code == 4 && error.contains(said), "{code}: {out}{error}");
    }
    for (times, said) in [
        ("contct", "ni table de temps intégrée de ce nom"),
        ("contct", "aide : serait-ce contact ? contact et contactless sont intégrées"),
        ("./nowhere.toml", "impossible de lire ./nowhere.toml"),
    ] {
        let read = ["read", "--card", "vitale2-martin", "--timing", times, "--lang", "fr"];
        let (code, _, error) = run(&mut sandbox.virtuale(&read));
        assert!([2, 4].contains(&code) && error.contains(said), "{code}: {error}");
    }
}
