//! `update`: the caisse's station, over a reader and without one, and what it leaves behind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::sandbox::{DURAND, MARTIN, Sandbox, run};

/// A change for the family of vitale2-martin.
const CHANGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/updates/10000002.toml");

/// All files in a folder and below.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_card_in_a_reader_is_updated_and_stays_so() {
    let sandbox = Sandbox::new();
    let script = format!(
        r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --now 2026-01-15)"
        update() {{ virtuale update --now 2026-01-15 --reader 'Virtuale 00 00' "$@"; echo "rc $?"; }}
        update --dry-run "{CHANGE}" | grep -F 'Nothing was written.'
        virtuale read --now 2026-01-15 | grep -c "RUE DE L'ESSAI"
        update "{CHANGE}" | grep -F 'The card was updated and read back'
        virtuale read --now 2026-01-15 | grep -c 'AVENUE DU MODELE'
        update "{CHANGE}" | grep -F 'nothing was written'
        update --consult | grep -c 'AVENUE DU MODELE'
        virtuale remove 0 && virtuale insert 0
        virtuale read --now 2026-01-15 | grep -c 'AVENUE DU MODELE'
        virtuale stop
    "#
    );
    let (code, out, error) = run(&mut sandbox.shell(&script));
    assert_eq!(code, 0, "{out}\n{error}");
    let lines: Vec<&str> = out.lines().collect();
    let right = [
        "Nothing was written.",
        "1",
        "The card was updated and read back: all of it is there.",
        "1",
        "The card has all of this already: nothing was written.",
        "1",
        "1",
    ];
    assert_eq!(lines.iter().filter(|line| right.contains(line)).count(), right.len(), "{out}\n{error}");
}

#[test]
fn a_station_keeps_nothing_of_what_it_handled() {
    let sandbox = Sandbox::new();
    let home = sandbox.path().join("home");
    fs::create_dir(&home).expect("room");
    for arguments in [
        &["update", "--now", "2026-01-15", "--card", MARTIN, CHANGE][..],
        &["update", "--now", "2026-01-15", "--card", MARTIN, "--consult"],
        &["update", "--now", "2026-01-15", "--card", MARTIN, "--commands", "--dry-run", CHANGE],
    ] {
        let mut command = sandbox.virtuale(arguments);
        command.current_dir(&home).env("HOME", &home);
        for variable in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            command.env(variable, home.join(variable));
        }
        let (code, _, error) = run(&mut command);
        assert_eq!((code, error.as_str()), (0, ""), "{arguments:?}");
        assert_eq!(files(sandbox.path()), Vec::<PathBuf>::new(), "{arguments:?}");
    }
}

#[test]
fn the_card_file_of_an_updated_card_is_that_of_a_card_that_needs_no_update() {
    let sandbox = Sandbox::new();
    let folder = |arguments: &[&str]| run(sandbox.virtuale(arguments).current_dir(sandbox.path()));
    let update = |card: &str, more: &[&str]| {
        folder(&[&["update", "--now", "2026-01-15", "--card", card, CHANGE], more].concat())
    };
    let (code, out, error) = update(MARTIN, &["-o", "new.toml"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("The card was updated") && error.contains("new.toml is there"), "{out}\n{error}");
    let (code, out, error) = update("new.toml", &[]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("The card has all of this already"), "{out}");
    let (code, _, error) = folder(&["card", "check", "--now", "2026-01-15", "new.toml"]);
    assert_eq!(code, 0, "{error}");
    let (code, _, error) = update(MARTIN, &["-o", "new.toml"]);
    assert!(code == 2 && error.contains("new.toml is there already"), "{code}: {error}");
    let (code, _, error) = update("new.toml", &["--force", "-o", "new.toml"]);
    assert!(code == 2 && error.contains("is read here"), "{code}: {error}");
}

#[test]
fn what_cannot_be_done_says_why_and_what_to_do() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path();
    fs::write(folder.join("other.toml"), "[ias]\ncle_mac_aes = \"00112233445566778899AABBCCDDEEFF\"\n").expect("room");
    fs::write(folder.join("wrong.toml"), "[changement]\nnumero_serie = \"10000002\"\n[assure]\nnmo = \"A\"\n")
        .expect("room");
    let leroy = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale1-famille-leroy.toml");
    fs::write(folder.join("photo.toml"), "[changement]\nnumero_serie = \"10000002\"\n[carte]\nphoto = \"00\"\n")
        .expect("room");
    let cases: [(&[&str], i32, &[&str]); 7] = [
        (&["--card", MARTIN, "photo.toml"], 2, &["file PHOTO must be written", "a station writes only what it reads"]),
        (&["--card", leroy, CHANGE], 2, &["cannot be updated all or nothing", "help: a card like this is made anew"]),
        (&["--card", DURAND, CHANGE], 3, &["this change is for card 10000002", "10000002.toml:4:16"]),
        (&["--card", MARTIN, "wrong.toml"], 3, &["unknown key \"nmo\"", "wrong.toml:4:1", "did you mean \"nom\"?"]),
        (&["--card", MARTIN, "--issuer-keys", "other.toml", CHANGE], 4, &["9 tries are left", "--issuer-keys FILE"]),
        (&["--card", MARTIN, "--updates", "nowhere"], 4, &["cannot read nowhere: ", "the folder you are in"]),
        (&["--card", MARTIN], 2, &["CHANGE", "--updates", "--consult"]),
    ];
    for (arguments, right, parts) in cases {
        let mut command = sandbox.virtuale(&[&["update", "--now", "2026-01-15"], arguments].concat());
        let (code, out, error) = run(command.current_dir(folder));
        assert_eq!((code, out.as_str()), (right, ""), "{arguments:?}: {error}");
        for part in parts {
            assert!(error.contains(part), "{part:?} is missing in {error}");
        }
    }
    // With the right key set the other one does not count.
    let arguments =
        ["update", "--now", "2026-01-15", "--card", MARTIN, "--issuer-keys", "other.toml", "--cipher", "3des"];
    let (code, _, error) = run(sandbox.virtuale(&[&arguments[..], &[CHANGE]].concat()).current_dir(folder));
    assert_eq!((code, error.as_str()), (0, ""));
}

/// A fixture of change files.
fn fixture(name: &str) -> String {
    format!("{}/fixtures/updates/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_kind_of_change_is_on_the_card_that_is_read_then() {
    let sandbox = Sandbox::new();
    let here = |arguments: &[&str]| run(sandbox.virtuale(arguments).current_dir(sandbox.path()));
    // Which change, what the professional's terminal shows of the card then, and what no more.
    let kinds: [(&str, &[&str], &[&str]); 7] = [
        ("10000002", &["22 AVENUE DU MODELE", "to 2028-01-14", "10100"], &["BATIMENT B"]),
        ("identite", &["CAMILLE-LOUISE BERNARD"], &["CAMILLE MARTIN"]),
        ("famille", &["DOMINIQUE MARTIN", "LOU MARTIN"], &["SACHA MARTIN"]),
        ("complementaire", &["99999997", "00000042"], &["99999999"]),
        ("prolongation", &["2031-01-14"], &["2029-01-15"]),
        ("opposition", &["objects to copies"], &[]),
        ("blocage", &["The card's issuer blocked it"], &["with a CPS     sign"]),
    ];
    for (name, there, gone) in kinds {
        let (new, change) = (format!("{name}.toml"), fixture(name));
        let (code, out, error) = here(&["update", "--now", "2026-01-15", "--card", MARTIN, "-o", &new, &change]);
        assert!(code == 0 && out.contains("The card was updated"), "{name}: {out}{error}");
        let script = format!(
            "echo 1234 | virtuale read --now 2026-01-15 --pin-fd 0 --card {new} --card cps-lefevre | sed '/^The card in cps/,$d'"
        );
        let (code, page, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
        assert_eq!(code, 0, "{name}: {error}");
        for part in there {
            assert!(page.contains(part), "{name}: {part} is missing in {page}");
        }
        for part in gone {
            assert!(!page.contains(part), "{name}: {part} is still in {page}");
        }
    }
    // Blocked, and five days later taken back.
    let arguments = ["update", "--now", "2026-01-20", "--card", "blocage.toml", "-o", "again.toml"];
    let (code, out, error) = here(&[&arguments[..], &[&fixture("deblocage")]].concat());
    assert!(code == 0 && out.contains("bloquee → active"), "{out}{error}");
    let (_, page, _) = here(&["read", "--now", "2026-01-20", "--card", "again.toml"]);
    assert!(page.contains("with a CPS     sign an electronic care form") && !page.contains("blocked"), "{page}");
    // Of a card file with events, the events tell of it.
    let life = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cards/life/bloquee.toml");
    let change =
        "[changement]\nnumero_serie = \"10000083\"\n[carte]\netat = \"active\"\nfin_validite = \"2031-09-01\"\n";
    fs::write(sandbox.path().join("life-change.toml"), change).expect("room");
    let arguments = ["update", "--now", "2026-01-23", "--card", life, "-o", "life.toml", "life-change.toml"];
    let (code, _, error) = here(&arguments);
    assert_eq!(code, 0, "{error}");
    let text = fs::read_to_string(sandbox.path().join("life.toml")).expect("a card file");
    let events: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("type = ")).collect();
    let right = ["\"emission\"", "\"mise_a_jour\"", "\"blocage\"", "\"deblocage\"", "\"prolongation\""];
    assert_eq!(events[1..6], right, "{text}");
    let (code, out, error) = here(&["card", "check", "--now", "2031-08-01", "life.toml"]);
    assert!(code == 0 && !out.contains("blocked") && !out.contains("validity ended"), "{out}{error}");
    // What its events cannot tell is said before anything is written.
    fs::write(sandbox.path().join("back.toml"), change.replace("2031-09-01", "2026-02-01")).expect("room");
    let arguments = ["update", "--now", "2026-01-23", "--card", life, "-o", "back-card.toml", "back.toml"];
    let (code, out, error) = here(&arguments);
    assert!(code == 3 && out.is_empty() && error.contains("update the card without -o"), "{code} {out}{error}");
    assert!(!sandbox.path().join("back-card.toml").exists());
}

#[test]
fn a_card_in_a_reader_makes_a_card_file_of_what_it_says() {
    let sandbox = Sandbox::new();
    let script = format!(
        r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --now 2026-01-15)"
        virtuale update --now 2026-01-15 --reader 'Virtuale 00 00' -o out.toml "{CHANGE}" >/dev/null; echo "rc $?"
        virtuale update --now 2026-01-15 --reader 'Virtuale 00 00' --json --consult > there.json
        virtuale stop > stopped
        virtuale update --now 2026-01-15 --card out.toml --json --consult > here.json
        virtuale update --now 2026-01-15 --card out.toml "{CHANGE}" | tail -1
    "#
    );
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!((code, out.as_str()), (0, "rc 0\nThe card has all of this already: nothing was written.\n"), "{error}");
    let card = |name: &str| {
        let text = fs::read_to_string(sandbox.path().join(name)).expect(name);
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        (document["data"].clone(), document["atr"].clone(), document["files"].clone())
    };
    assert_eq!(card("here.json"), card("there.json"));
}

#[test]
fn files_that_a_card_file_names_are_named_from_where_it_stands_then() {
    let sandbox = Sandbox::new();
    let (cards, keys) = (sandbox.path().join("cards"), concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys"));
    fs::create_dir(&cards).expect("room");
    fs::copy(format!("{keys}/TEST-body.key.pem"), cards.join("own.pem")).expect("a key");
    let layout = virtuale_applets::layouts::VITALE2;
    fs::write(cards.join("own-layout.toml"), layout).expect("room");
    let own = "\n[[ias.cle]]\nemploi = \"authentification\"\nfichier = \"own.pem\"\n";
    let card = fs::read_to_string(MARTIN).expect("a card file").replace("\"vitale2\"", "\"own-layout.toml\"");
    fs::write(cards.join("card.toml"), card + own).expect("room");
    for new in ["new.toml", "cards/new.toml"] {
        let arguments = ["update", "--now", "2026-01-15", "--card", "cards/card.toml", "-o", new, CHANGE];
        let (code, _, error) = run(sandbox.virtuale(&arguments).current_dir(sandbox.path()));
        assert_eq!(code, 0, "{new}: {error}");
        let text = fs::read_to_string(sandbox.path().join(new)).expect(new);
        assert_eq!(text.contains("fichier = \"own.pem\""), new == "cards/new.toml", "{text}");
        let (code, _, error) = run(sandbox.virtuale(&["card", "check", new]).current_dir(sandbox.path()));
        assert_eq!(code, 0, "{new}: {error}");
    }
}

#[test]
fn the_folder_of_the_caisse_is_told_where_its_names_are_wrong() {
    let sandbox = Sandbox::new();
    let folder = |name: &str| {
        let folder = sandbox.path().join(name);
        fs::create_dir(&folder).expect("room");
        folder
    };
    let update = |folder: &str| {
        let arguments = ["update", "--now", "2026-01-15", "--card", MARTIN, "--dry-run", "--updates", folder];
        run(sandbox.virtuale(&arguments).current_dir(sandbox.path()))
    };
    let text = fs::read_to_string(CHANGE).expect("a change");
    for (number, name) in ["10000002.TOML", "10000002.toml.txt", "010000002.toml", "10000002"].iter().enumerate() {
        let near = format!("near-{number}");
        fs::write(folder(&near).join(name), &text).expect("room");
        let (code, _, error) = update(&near);
        assert!(code == 2 && error.contains(name) && error.contains("call it 10000002.toml"), "{name}: {error}");
    }
    fs::write(folder("other").join("10000002.toml"), text.replace("10000002", "10000009")).expect("room");
    let (code, _, error) = update("other");
    assert!(code == 3, "{error}");
    for part in ["called as card 10000002, and its change is for card 10000009", "10000002.toml:4:16"] {
        assert!(error.contains(part), "{part} is missing in {error}");
    }
    // A link is the file that it leads to, and one that leads nowhere is told.
    let links = folder("links");
    std::os::unix::fs::symlink(CHANGE, links.join("10000002.toml")).expect("a link");
    let (code, out, error) = update("links");
    assert!(code == 0 && out.contains("22 AVENUE DU MODELE"), "{error}");
    fs::remove_file(links.join("10000002.toml")).expect("the link");
    std::os::unix::fs::symlink("nowhere.toml", links.join("10000002.toml")).expect("a link");
    let (code, _, error) = update("links");
    assert!(code == 4 && error.contains("links/10000002.toml"), "{error}");
    // A folder of that name is no file, and what is for other cards is nobody's business here.
    fs::create_dir(folder("folders").join("10000002.toml")).expect("room");
    let (code, _, error) = update("folders");
    assert!(code == 4 && error.contains("folders/10000002.toml"), "{error}");
    fs::write(folder("others").join("10000009.toml"), "no change").expect("room");
    let (code, out, error) = update("others");
    assert!(code == 0 && out.is_empty() && error.contains("no change for card 10000002 in others"), "{error}");
}

#[test]
fn the_holder_gets_a_copy_on_paper_and_the_agent_sees_all() {
    let sandbox = Sandbox::new();
    let consult = |more: &[&str]| {
        let all = [&["update", "--now", "2026-01-15", "--card", DURAND, "--consult"], more].concat();
        let (code, out, error) = run(&mut sandbox.virtuale(&all));
        assert_eq!((code, error.as_str()), (0, ""), "{more:?}");
        out
    };
    let (all, paper) = (consult(&[]), consult(&["--reflet"]));
    let without = consult(&["--reflet", "--without-exoneration"]);
    assert!(all.contains("exonerat") && all.contains("Copies of care forms"), "{all}");
    assert!(paper.contains("on paper") && !paper.contains("Copies of care forms"), "{paper}");
    // The issuer reads what is kept for professionals, so that the copy is whole.
    assert!(paper.contains("coverage") && !without.contains("coverage  "), "{paper}{without}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["update", "--card", DURAND, "--reflet", CHANGE]));
    assert!(code == 2 && error.contains("--reflet"), "{error}");
}

#[test]
fn keys_that_are_none_or_blocked_are_told() {
    let sandbox = Sandbox::new();
    let write = |name: &str, text: &str| fs::write(sandbox.path().join(name), text).expect("room");
    write("none.toml", "[cles]\ncle_mac_aes = \"00112233445566778899AABBCCDDEEFF\"\n");
    write("slip.toml", "[ias]\ncle_mac_aes = \"0011\ncle_mac = 7\n");
    write("other.toml", "[ias]\ncle_mac_aes = \"00112233445566778899AABBCCDDEEFF\"\n");
    let update = |keys: &str| {
        let arguments = ["update", "--now", "2026-01-15", "--card", MARTIN, "--issuer-keys", keys, CHANGE];
        run(sandbox.virtuale(&arguments).current_dir(sandbox.path()))
    };
    for (keys, code, parts) in [
        ("none.toml", 3, vec!["gives no keys of an issuer: it has no [ias]", "none.toml:1:1", "write [ias]"]),
        ("slip.toml", 3, vec!["slip.toml:2:"]),
        ("missing.toml", 4, vec!["cannot read missing.toml"]),
        (MARTIN, 3, vec!["it has no [ias]"]),
    ] {
        let (found, out, error) = update(keys);
        assert_eq!((found, out.as_str()), (code, ""), "{keys}: {error}");
        for part in parts {
            assert!(error.contains(part), "{part} is missing in {error}");
        }
    }
    // Ten wrong tries block a key set; the other one is taken.
    let script = format!(
        r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --now 2026-01-15)"
        update() {{ virtuale update --now 2026-01-15 --reader 'Virtuale 00 00' "$@" "{CHANGE}" 2>&1; }}
        for i in 1 2 3 4 5 6 7 8 9 10 11; do update --issuer-keys other.toml | head -1; done
        update --dry-run | head -2
        update --dry-run --cipher 3des | tail -1
        virtuale stop > stopped
    "#
    );
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{error}");
    let lines: Vec<&str> = out.lines().collect();
    let [.., last, eleventh, right, help, other] = &lines[..] else { panic!("{out}") };
    assert!(lines[0].contains("9 tries are left") && lines[8].contains("1 try is left"), "{out}");
    for blocked in [last, eleventh, right] {
        assert!(blocked.contains("(AES) is blocked"), "{out}");
    }
    assert!(help.contains("--cipher 3des") && other.contains("Nothing was written"), "{out}");
}

#[test]
fn a_layout_that_is_not_the_cards_is_told_with_what_to_name() {
    let sandbox = Sandbox::new();
    let other = virtuale_applets::layouts::VITALE2
        .replace("tag = \"86\", from = \"carte.mise", "tag = \"89\", from = \"carte.mise");
    fs::write(sandbox.path().join("other.toml"), other).expect("room");
    let script = format!(
        r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --card vitale1-petit --now 2026-01-15)"
        update() {{ virtuale update --now 2026-01-15 --reader "$@" "{CHANGE}" 2>&1; echo "rc $?"; }}
        update 'Virtuale 00 00' --layout vitale1
        update 'Virtuale 00 00' --layout other.toml
        update 'Virtuale 00 01' --layout vitale2 --lang fr
        update 'Virtuale 00 01'
        virtuale stop > stopped
    "#
    );
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{error}");
    let told: Vec<&str> = out.split_inclusive("rc ").collect();
    for (told, parts) in told.iter().zip([
        ["cards of layout vitale1 cannot be updated all or nothing", "name another layout with --layout"],
        [
            "file CARTE of the card holds something that its layout does not explain",
            "name another layout with --layout",
        ],
        ["elle a répondu 6E00 classe", "nommer une autre structure avec --layout"],
        ["cards of layout vitale1 cannot be updated all or nothing", "a card like this is made anew"],
    ]) {
        parts.iter().for_each(|part| assert!(told.contains(part), "{part} is missing in {told}"));
    }
    let (code, _, error) = run(&mut sandbox.virtuale(&["update", "--card", "vitale1-petit", "--consult"]));
    assert!(code == 2 && error.contains("as any terminal does: virtuale read"), "{error}");
}

#[test]
fn a_card_file_that_cannot_be_written_is_told_before_the_card_is_touched() {
    let sandbox = Sandbox::new();
    let change = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/updates/10000002.toml");
    for file in ["/nonexistent/updated.toml", "/dev/full"] {
        let update = ["update", "--json", "--now", "2026-01-15", "--card", "vitale2-martin", "-o", file, change];
        let (code, out, error) = run(&mut sandbox.virtuale(&update));
        assert_eq!(code, 4, "{error}");
        let document: serde_json::Value = serde_json::from_str(&out).expect("one document");
        assert_eq!(document["card"], "as_before", "{file}: {out}");
    }
}
