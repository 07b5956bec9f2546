//! `read` and `doctor` in readers that run.

use crate::sandbox::{BROKEN, DURAND, MARTIN, Sandbox, run};

#[test]
fn without_a_card_file_the_cards_in_the_readers_are_read() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --card - --card "$DURAND" --now 2026-01-15)"
        virtuale read --now 2026-01-15; echo "all: $?"
        virtuale read --now 2026-01-15 --reader 'Virtuale 00 02' --json | grep -o '"nom":"[A-Z]*"'
        virtuale read --now 2026-01-15 --reader 'Virtuale 00 02' --reader 'Virtuale 00 00' | grep 'The card in'
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
        "\"nom\":\"DURAND\"",
        "The card in Virtuale 00 02\nThe card in Virtuale 00 00\n",
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
fn programs_that_read_a_card_at_once_read_it_as_if_alone() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --now 2026-01-15)"
        cd "$TMPDIR"
        virtuale read --now 2026-01-15 --json > alone
        readers() { for i in 1 2 3 4 5 6 7 8; do virtuale read --now 2026-01-15 --json; echo "$?"; done; }
        readers > first & readers > second & readers > third; wait
        for i in 1 2 3 4 5 6 7 8; do cat alone; echo 0; done > eight
        cmp eight first && cmp eight second && cmp eight third; echo "same: $?"
        virtuale stop > stopped
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!((code, out.as_str()), (0, "same: 0\n"), "{error}");
}

#[test]
fn the_generation_of_a_card_in_a_reader_is_told_by_its_answer_to_reset() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card applets/cards/vitale1-v1bis.toml --card "$MARTIN" --now 2026-01-15)"
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
fn json_has_one_line_for_each_card_also_for_one_that_gives_nothing() {
    let sandbox = Sandbox::new();
    let cards = ["--card", MARTIN, "--card", "nobody.toml", "--card", BROKEN, "--card", DURAND];
    let (code, out, error) =
        run(&mut sandbox.virtuale(&[&["read", "--json", "--now", "2026-01-15"], &cards[..]].concat()));
    assert_eq!(code, 4, "that of the first one that failed: {error}");
    let documents: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON in one line")).collect();
    let sources: Vec<_> = documents.iter().map(|document| document["source"].as_str()).collect();
    assert_eq!(sources, [Some(MARTIN), Some("nobody.toml"), Some(BROKEN), Some(DURAND)]);
    let name = |index: usize| documents[index]["volet"]["beneficiaire"][0]["prenom"].as_str();
    assert_eq!((name(0), name(3)), (Some("CAMILLE"), Some("CLAUDE")));
    let nobody = &documents[1]["error"]["message"];
    assert_eq!(nobody.as_str(), Some("cannot read nobody.toml: No such file or directory"));
    assert_eq!(documents[2]["mistakes"][0]["line"], 5);
    assert!(error.contains("cannot read nobody.toml"), "{error}");
}

#[test]
fn a_card_that_cannot_be_read_does_not_keep_the_others_from_it() {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(&mut sandbox.virtuale(&["read", "--card", BROKEN, "--card", DURAND]));
    assert_eq!(code, 3, "{error}");
    assert!(out.contains("CLAUDE DURAND") && error.contains("the key of this NIR is wrong"), "{out}{error}");
}

#[test]
fn a_french_page_and_what_is_said_beside_it_are_french() {
    let sandbox = Sandbox::new();
    let (_, out, _) = run(&mut sandbox.virtuale(&["read", "--lang", "fr", "--commands", "--card", MARTIN]));
    for part in ["6982 conditions de sécurité non satisfaites", "9000 commande exécutée", "octets en attente"] {
        assert!(out.contains(part), "{part:?} is missing in {out}");
    }
    for word in ["done", "bytes", "security status", "needs", "card ", " the "] {
        assert!(!out.contains(word), "{word:?} is in {out}");
    }
    let failing = |arguments: &[&str]| {
        let arguments = [&["read", "--lang", "fr"], arguments].concat();
        run(sandbox.virtuale(&arguments).env("PCSCLITE_CSOCK_NAME", "/no/such/socket"))
    };
    let (code, _, error) = failing(&["--card", "rien.toml"]);
    let nobody = "erreur : impossible de lire rien.toml : aucun fichier ou dossier de ce nom\n\
                  aide : vérifier le nom, et le dossier où l'on est\n";
    assert_eq!((code, error.as_str()), (4, nobody));
    let (code, _, error) = failing(&[]);
    let closed = "erreur : impossible d'ouvrir le socket du service PC/SC /no/such/socket : il n'existe pas\n\
                  aide : donner une carte (--card CARTE), ou lancer un lecteur : virtuale serve --card CARTE\n\
                  là où il y en a déjà un, virtuale doctor dit ce qui l'empêche\n";
    assert_eq!((code, error.as_str()), (4, closed));
}

#[test]
fn a_page_that_goes_into_a_file_is_as_wide_as_columns_says() {
    let sandbox = Sandbox::new();
    let widest = |columns: &str| {
        let mut command = sandbox.virtuale(&["read", "--card", MARTIN, "--commands", "--lang", "fr"]);
        let (_, page, _) = run(command.env("COLUMNS", columns));
        page.lines().map(|line| line.chars().count()).max()
    };
    assert!(widest("60") <= Some(60) && widest("60") > Some(50), "{:?}", widest("60"));
    assert!(widest("80") > Some(60) && widest("80") <= Some(80), "{:?}", widest("80"));
    assert!(widest("120") > Some(80) && widest("120") <= Some(120), "{:?}", widest("120"));
    assert_eq!(widest("nonsense"), widest("100"));
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

#[test]
fn machines_are_told_in_english_and_people_in_their_language() {
    let sandbox = Sandbox::new();
    let script = r#"
        virtuale read --lang fr --json --card nobody --card "$BROKEN" --card applets/cards
        virtuale read --lang fr --json
        LC_ALL=fr_FR.UTF-8 virtuale card check --json "$BROKEN" nobody
        LC_ALL=fr_FR.UTF-8 virtuale card check "$MARTIN"
    "#;
    let (_, out, error) = run(sandbox.shell(script).env("BROKEN", BROKEN));
    for part in [
        "\"message\":\"there is no card file nobody, and no built-in card of that name\"",
        "\"message\":\"the key of this NIR is wrong\"",
        "\"hint\":\"write 50, or leave the key out: it is then computed\"",
        ": valide : structure vitale2, ",
    ] {
        assert!(out.replace("\": \"", "\":\"").contains(part), "{part:?} is missing in {out}\n{error}");
    }
    let for_people = |line: &&str| line.contains(": valide : ") || line.starts_with("  aujourd'hui : ");
    let json = out.lines().filter(|line| !for_people(line)).collect::<Vec<_>>().join("\n");
    assert!(!json.contains(" de ") && !json.contains(" : "), "{json}");
    for part in
        ["erreur : la clé de ce NIR est fausse", "erreur : il n'y a ni fichier de carte nobody", "c'est un dossier"]
    {
        assert!(error.contains(part), "{part:?} is missing in {error}");
    }
}
