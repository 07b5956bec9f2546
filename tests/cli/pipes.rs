//! A reader of our output that goes away is no failure, and no panic.

use std::process::{Command, Stdio};

use crate::sandbox::{MARTIN, Sandbox};

/// Runs a command whose output nobody reads; gives its exit code and what it said on standard error.
fn unread(mut command: Command) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output().expect("it starts");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn nobody_reads_and_nobody_complains() {
    let sandbox = Sandbox::new();
    let verbs: [&[&str]; 8] = [
        &["--help"],
        &["exec", "--help"],
        &["completions", "zsh"],
        &["apdu", "--card", MARTIN, "00A4040000"],
        &["read", "--card", MARTIN],
        &["card", "dump", MARTIN],
        &["card", "explain", MARTIN],
        &["demo"],
    ];
    for verb in verbs {
        let (code, error) = unread(sandbox.virtuale(verb));
        assert_eq!((code, error.as_str()), (Some(0), ""), "{verb:?}");
    }
    assert!(sandbox.left().is_empty());
}

#[test]
fn what_was_found_is_told_by_the_exit_code_though_nobody_reads_it() {
    let sandbox = Sandbox::new();
    let trace = sandbox.path().join("wrong.apdu").display().to_string();
    std::fs::write(&trace, "virtuale-trace 1\ncard vitale2-martin\n> 00 A4 00 00\n< 6F 00\n").expect("room");
    assert_eq!(unread(sandbox.virtuale(&["replay", &trace])), (Some(1), String::new()));
    let broken = sandbox.path().join("broken.toml").display().to_string();
    std::fs::write(&broken, "layout = \"vitale2\"\n").expect("room");
    let (code, error) = unread(sandbox.virtuale(&["card", "check", MARTIN, &broken]));
    assert!(code == Some(3) && error.contains("\"assure\" is missing"), "{code:?}: {error}");
    assert_eq!(unread(sandbox.virtuale(&["doctor", "/no/such/program"])), (Some(4), String::new()));
}
