//! What the program writes: completions and man pages.

use std::fs;

use crate::sandbox::{Sandbox, run};

#[test]
fn a_new_card_file_finds_its_layout_from_any_folder() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path().join("cards")).expect("a folder");
    let layout = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/layouts/vitale2.toml");
    fs::copy(layout, sandbox.path().join("own.toml")).expect("a copy");
    let virtuale = |arguments: &[&str]| run(sandbox.virtuale(arguments).current_dir(sandbox.path()));
    let (code, _, error) = virtuale(&["card", "new", "--layout", "own.toml", "cards/new.toml"]);
    assert_eq!(code, 0, "{error}");
    let text = fs::read_to_string(sandbox.path().join("cards/new.toml")).expect("the card file");
    assert!(text.contains("\nlayout = \"../own.toml\"\n"), "{text}");
    let (code, _, error) = virtuale(&["card", "check", "cards/new.toml"]);
    assert_eq!(code, 0, "{error}");
}

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = run(&mut sandbox.virtuale(&["completions", shell]));
        assert_eq!(code, 0);
        assert!(script.contains("doctor") && script.contains("explain"), "{shell}");
    }
}

#[test]
fn the_script_for_bash_completes() {
    let sandbox = Sandbox::new();
    let script = r#"virtuale completions bash > "$XDG_RUNTIME_DIR/c" && bash -c '
        . "$XDG_RUNTIME_DIR/c"; COMP_WORDS=(virtuale doc); COMP_CWORD=1
        _virtuale virtuale doc virtuale; echo "${COMPREPLY[@]}"'"#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!((code, out.as_str()), (0, "doctor\n"), "{error}");
}

#[test]
fn there_is_a_man_page_for_each_verb() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path().join("man/man1");
    let (code, out, error) = run(&mut sandbox.virtuale(&["man", &folder.display().to_string()]));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    for page in ["virtuale.1", "virtuale-exec.1", "virtuale-card-explain.1", "virtuale-doctor.1"] {
        let text = fs::read_to_string(folder.join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(".SH SYNOPSIS"), "{page}");
    }
    let (code, _, error) = run(&mut sandbox.virtuale(&["man", "/dev/null/man"]));
    assert_eq!(code, 4);
    assert!(error.contains("cannot make /dev/null/man"), "{error}");
}

#[test]
fn a_new_card_file_is_valid_and_takes_no_place() {
    let sandbox = Sandbox::new();
    let file = sandbox.path().join("mine.toml").display().to_string();
    for language in ["en", "fr"] {
        let (code, text, _) = run(&mut sandbox.virtuale(&["card", "new", "--lang", language]));
        assert_eq!(code, 0);
        fs::write(&file, text).expect("the card file");
        let (code, out, error) = run(&mut sandbox.virtuale(&["card", "check", &file]));
        assert_eq!(code, 0, "{error}");
        assert!(out.contains("valid: layout vitale2"), "{out}");
    }
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "new", &file]));
    assert_eq!(code, 2);
    assert!(error.contains("is there already") && error.contains("--force"), "{error}");
    fs::remove_file(&file).expect("the card file");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "new", &file]));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    assert_eq!(run(&mut sandbox.virtuale(&["read", "--card", &file])).0, 0);
}
