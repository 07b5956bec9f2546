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
    let cases: [(&[&str], i32, &[&str]); 6] = [
        (&["--card", leroy, CHANGE], 2, &["cannot be updated all or nothing", "help: a card like this is made anew"]),
        (&["--card", DURAND, CHANGE], 3, &["this change is for card 10000002", "10000002.toml:4:16"]),
        (&["--card", MARTIN, "wrong.toml"], 3, &["unknown key \"nmo\"", "wrong.toml:4:1", "did you mean \"nom\"?"]),
        (&["--card", MARTIN, "--issuer-keys", "other.toml", CHANGE], 4, &["9 tries are left", "--issuer-keys FILE"]),
        (&["--card", MARTIN, "--updates", "nowhere"], 4, &["cannot read nowhere/10000002.toml"]),
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
