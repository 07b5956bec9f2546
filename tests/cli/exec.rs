//! `exec`: ready in time, faithful to its command, and nothing left behind.

use std::{fs::File, os::unix::process::ExitStatusExt, process::Command};

use rustix::process::Signal;

use crate::sandbox::{BROKEN, MARTIN, Running, Sandbox, run, until};

#[test]
fn the_command_finds_readers_that_are_ready() {
    let sandbox = Sandbox::new();
    let script = "virtuale doctor --json && virtuale slots";
    let inner = ["exec", "--card", MARTIN, "--card", "-", "--reader", "Bifente 00 00", "--", "sh", "-c", script];
    let path =
        sandbox.shell("").get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path.map(Into::into));
    let mut command = sandbox.virtuale(&inner);
    command.env("PATH", path.unwrap_or_else(|| std::ffi::OsString::from("/usr/bin")));
    let (_, out, error) = run(&mut command);
    assert!(out.contains("programs started here see the readers at"), "{out}\n{error}");
    assert!(out.contains(&format!("0  Bifente 00 00   {MARTIN}\n1  Virtuale 00 01  empty\n")), "{out}\n{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn codes_are_those_of_a_shell() {
    let sandbox = Sandbox::new();
    let codes = [
        (&["--", "true"][..], 0),
        (&["--", "sh", "-c", "exit 7"], 7),
        (&["--", "sh", "-c", "kill -TERM $$"], 143),
        (&["--", "sh", "-c", "kill -KILL $$"], 137),
        (&["--", "./no-such-command"], 127),
        (&["--", env!("CARGO_MANIFEST_DIR")], 126),
        (&["--card", "no-such-card.toml", "--", "true"], 125),
        (&["--card", BROKEN, "--", "true"], 125),
        (&["--no-such-option"], 125),
        (&[], 125),
        (&["--help"], 0),
    ];
    for (arguments, right) in codes {
        let (code, ..) = run(&mut sandbox.virtuale(&[&["exec"], arguments].concat()));
        assert_eq!(code, right, "{arguments:?}");
        assert!(sandbox.left().is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_library_of_galss_is_there_for_the_command_alone() {
    let sandbox = Sandbox::new();
    let script = r#"echo "$LD_LIBRARY_PATH"; cd "${LD_LIBRARY_PATH%%:*}" && ls -F && test -S "$VIRTUALE_GALSS""#;
    let words = ["exec", "--galss", "--card", MARTIN, "--", "sh", "-c", script];
    let (code, out, error) = run(sandbox.virtuale(&words).env("LD_LIBRARY_PATH", "/opt/a:/opt/b"));
    let (folders, files) = out.split_once('\n').unwrap_or_default();
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(folders.ends_with("/lib:/opt/a:/opt/b"), "{folders}");
    assert_eq!(files, "libgalcllux.so\nlibgalinlux.so@\n");
    assert!(sandbox.left().is_empty());
    let words = ["exec", "--card", MARTIN, "--", "sh", "-c", r#"test -z "$LD_LIBRARY_PATH$VIRTUALE_GALSS""#];
    let (code, ..) = run(sandbox.virtuale(&words).env_remove("LD_LIBRARY_PATH"));
    assert_eq!(code, 0, "nobody asked for it");
}

#[test]
fn a_signal_ends_what_waits_for_a_card_file() {
    for (verb, signal) in [("exec", Signal::INT), ("serve", Signal::TERM), ("serve", Signal::HUP)] {
        let sandbox = Sandbox::new();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pipe = folder.path().join("card.toml");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system").success());
        let card = pipe.display().to_string();
        let tail: &[&str] = if verb == "exec" { &["--", "true"] } else { &[] };
        let mut running = Running::start(&mut sandbox.virtuale(&[&[verb, "--card", &card], tail].concat()));
        // Opened when it is read, and not before.
        let _silent = File::options().write(true).open(&pipe).expect("somebody reads");
        running.send(signal);
        let status = running.child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(signal.as_raw()), "{verb} {status:?}");
        assert!(sandbox.left().is_empty());
    }
}

#[test]
fn a_signal_that_was_sent_reaches_the_command_once() {
    for (name, signal) in [
        ("TERM", Signal::TERM),
        ("INT", Signal::INT),
        ("HUP", Signal::HUP),
        ("QUIT", Signal::QUIT),
        ("USR1", Signal::USR1),
    ] {
        let sandbox = Sandbox::new();
        let script = format!(
            "trap 'echo {name}' {name}; trap 'echo done; exit 5' USR2; echo ready; while :; do sleep 0.01; done"
        );
        let mut running = Running::start(&mut sandbox.virtuale(&["exec", "--", "sh", "-c", &script]));
        assert_eq!(running.line(), "ready");
        running.send(signal);
        assert_eq!(running.line(), name);
        running.send(Signal::USR2);
        assert_eq!(running.line(), "done");
        assert_eq!(running.end(), 5);
        assert!(sandbox.left().is_empty());
    }
}

#[test]
fn nothing_is_left_when_both_are_terminated() {
    let sandbox = Sandbox::new();
    let mut running = Running::start(&mut sandbox.virtuale(&["exec", "--", "sh", "-c", "echo ready; exec sleep 60"]));
    assert_eq!(running.line(), "ready");
    assert!(!sandbox.left().is_empty());
    running.send(Signal::TERM);
    assert_eq!(running.end(), 143);
    assert!(sandbox.left().is_empty());
}

#[test]
fn children_of_the_command_that_linger_hold_nothing_up() {
    let sandbox = Sandbox::new();
    let script = "sleep 30 >/dev/null 2>&1 & echo $!; exit 3";
    let mut running = Running::start(&mut sandbox.virtuale(&["exec", "--", "sh", "-c", script]));
    let lingering = running.line();
    assert_eq!(running.end(), 3);
    assert!(sandbox.left().is_empty());
    let (code, ..) = run(&mut sandbox.shell(&format!("kill {lingering}")));
    assert_eq!(code, 0, "the child still ran");
}

#[test]
fn what_a_killed_one_left_goes_with_the_next() {
    let sandbox = Sandbox::new();
    let mut running = Running::start(&mut sandbox.virtuale(&["exec", "--", "sh", "-c", "echo $$; exec sleep 30"]));
    let command = running.line();
    running.send(Signal::KILL);
    running.child.wait().expect("it ends");
    assert!(!sandbox.left().is_empty());
    assert_eq!(run(&mut sandbox.virtuale(&["exec", "--", "true"])).0, 0);
    until("the folder goes", || sandbox.left().is_empty());
    run(&mut sandbox.shell(&format!("kill {command}")));
}

#[test]
#[cfg(target_os = "linux")]
fn what_the_caller_ignores_the_command_ignores() {
    let sandbox = Sandbox::new();
    // As nohup does, and a shell's &. A shell that is started with a signal ignored cannot trap it.
    for signal in ["HUP", "INT", "QUIT"] {
        let inner = format!("trap \"echo heard\" {signal}; kill -{signal} $$; echo deaf");
        let script = format!("trap '' {signal}; exec virtuale exec -- sh -c '{inner}'");
        assert_eq!(run(&mut sandbox.shell(&script)), (0, "deaf\n".into(), String::new()), "{signal}");
    }
}

#[test]
fn its_readers_cannot_be_stopped_under_it() {
    let sandbox = Sandbox::new();
    let (code, _, error) = run(&mut sandbox.shell("virtuale exec -- sh -c 'virtuale stop'"));
    assert_eq!(code, 2);
    assert!(error.contains("as long as the command"), "{error}");
}
