//! `keys`, and what `--opensc` tells programs.

use std::{fs, process::Command};

use crate::sandbox::{MARTIN, Sandbox, run};

#[test]
fn the_test_authority_is_the_same_everywhere() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path().join("keys");
    let (code, out, error) = run(&mut sandbox.virtuale(&["keys", "-o", &folder.display().to_string()]));
    assert_eq!((code, error.as_str()), (0, ""));
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(out.contains(&name), "{name} is not named in\n{out}");
        let [made, kept] = [path, format!("{fixtures}/{name}").into()].map(fs::read);
        assert!(made.expect("a file") == kept.expect("a fixture"), "{name} differs from fixtures/keys");
        count += 1;
    }
    assert_eq!(count, out.lines().count());
}

#[test]
fn nothing_is_written_where_nobody_asked_for_it() {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(sandbox.virtuale(&["keys"]).current_dir(sandbox.path()));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("--output <DIR>"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_pipe_that_says_nothing_is_not_waited_for() {
    let sandbox = Sandbox::new();
    let pipe = sandbox.path().join("TEST-README.txt");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system").success());
    let (code, _, error) = run(&mut sandbox.virtuale(&["keys", "-o", &sandbox.path().display().to_string()]));
    assert!(code == 2 && error.contains("exists and is not a file of the authority"), "{code} {error}");
}

#[test]
fn another_authority_does_not_take_the_place_of_one() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path().join("authority").display().to_string();
    let keys = |seed| run(&mut sandbox.virtuale(&["keys", "--seed", seed, "-o", &folder]));
    let root = || fs::read(format!("{folder}/TEST-root.crt.pem")).expect("a file");
    assert_eq!(keys("7").0, 0);
    let before = root();
    let (code, out, error) = keys("8");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("not a file of the authority of seed 8") && error.contains("-o"), "{error}");
    assert_eq!(root(), before);
    assert_eq!(keys("7").0, 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let sandbox = Sandbox::new();
    let (code, _, error) = run(&mut sandbox.virtuale(&["keys", "-o", "/dev/null/keys"]));
    assert_eq!(code, 4);
    assert!(error.contains("cannot make /dev/null/keys"), "{error}");
}

#[test]
fn opensc_is_told_while_the_readers_live() {
    let sandbox = Sandbox::new();
    let script = "grep -c iasecc \"$OPENSC_CONF\" && echo \"$OPENSC_CONF\"";
    let (code, out, error) =
        run(&mut sandbox.virtuale(&["exec", "--opensc", "--card", MARTIN, "--", "sh", "-c", script]));
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(out.starts_with("2\n"), "{out}");
    assert!(!fs::exists(out.lines().nth(1).unwrap_or_default()).expect("an answer"), "{out} is still there");
    let script = "eval \"$(virtuale serve --opensc --detach --card \"$MARTIN\")\"
        grep -q iasecc \"$OPENSC_CONF\"; code=$?; virtuale stop; exit $code";
    let (code, _, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{error}");
}
