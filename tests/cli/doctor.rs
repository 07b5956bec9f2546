//! `doctor`: what it says where something stands between programs and readers.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use rustix::process::Signal;

use crate::sandbox::{MARTIN, Running, Sandbox, run};

/// What it says, whatever its code.
fn doctor(command: &mut Command) -> String {
    let (code, out, error) = run(command);
    assert!(error.is_empty() && [0, 4].contains(&code), "{code} {out}{error}");
    out
}

#[test]
fn all_readers_that_run_are_named_with_their_cards() {
    let sandbox = Sandbox::new();
    let mut readers = ["first", "second"]
        .map(|name| Running::start(&mut sandbox.virtuale(&["serve", "--name", name, "--card", MARTIN, "--card", "-"])));
    let [first, second] = readers.each_mut().map(Running::line);
    let told = |name: &str, line: &str| {
        format!(
            "note     readers named {name} run, which programs started here do not see\n         {line}\n             \
             0  Virtuale 00 00  {MARTIN}\n             1  Virtuale 00 01  empty\n"
        )
    };
    let said = doctor(&mut sandbox.virtuale(&["doctor"]));
    assert!(said.contains(&(told("first", &first) + &told("second", &second))), "{said}");
    assert!(said.contains("set it for readers that run, which are below"), "{said}");
    let socket = first.split_once('=').expect("a line for a shell").1;
    let said = doctor(sandbox.virtuale(&["doctor"]).env("PCSCLITE_CSOCK_NAME", socket));
    assert!(said.contains(&told("second", &second)) && !said.contains("readers named first"), "{said}");
    let said = doctor(sandbox.virtuale(&["doctor"]).env("PCSCLITE_CSOCK_NAME", "/no/such/socket"));
    assert!(said.contains(&(told("first", &first) + &told("second", &second))), "{said}");
    for running in readers {
        running.send(Signal::TERM);
        assert_eq!(running.end(), 0);
    }
}

#[test]
fn another_user_is_not_sent_to_readers_that_refuse() {
    let sandbox = Sandbox::new();
    for (variable, switch) in [("SUDO_UID", "sudo"), ("DOAS_USER", "doas"), ("PKEXEC_UID", "pkexec")] {
        let said = doctor(sandbox.virtuale(&["doctor"]).env(variable, "1000"));
        let advice = format!("broken   PCSCLITE_CSOCK_NAME is not set here, inside {switch}, which drops it\n");
        assert!(
            said.contains(&advice) && said.contains(&format!("{switch} \"$(command -v virtuale)\" exec")),
            "{said}"
        );
        assert!(!said.contains("--preserve-env"), "the readers would not answer: {said}");
    }
}

#[test]
fn a_file_that_may_not_be_run_is_not_missing() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("terminal"), "#!/bin/sh\n").expect("a script");
    let says = [
        ("./terminal", "broken   ./terminal is there, and we may not run it\n         chmod +x ./terminal\n"),
        (
            "terminal",
            "there is no program terminal in the folders of PATH\n         the file here is started with its path",
        ),
        ("./none", "there is no program ./none\n"),
        (".", ". is no program: it is a folder or a device\n"),
    ];
    for (program, part) in says {
        let (code, out, _) = run(sandbox.virtuale(&["doctor", program]).current_dir(sandbox.path()));
        assert!(code == 4 && out.contains(part), "{out}");
    }
}

#[test]
fn what_is_no_file_or_long_is_not_read_to_its_end() {
    let sandbox = Sandbox::new();
    let pipe = sandbox.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system").success());
    let long = sandbox.path().join("long");
    for start in [&b"#!/bin/sh\n"[..], b"\0", b"MZ"] {
        fs::write(&long, start).expect("room");
        fs::set_permissions(&long, PermissionsExt::from_mode(0o755)).expect("its mode");
        fs::File::options().write(true).open(&long).and_then(|file| file.set_len(3 << 30)).expect("a sparse file");
        // More memory than that is not there for it.
        let said = doctor(&mut sandbox.shell("ulimit -v 3000000; virtuale doctor \"$XDG_RUNTIME_DIR/long\""));
        assert!(said.contains("/long keeps the variable out"), "{said}");
    }
    for place in ["\"$XDG_RUNTIME_DIR/pipe\"", "/dev/zero"] {
        let said = doctor(&mut sandbox.shell(&format!("ulimit -v 3000000; virtuale doctor {place}")));
        assert!(said.contains("is no program: it is a folder or a device"), "{said}");
        let (code, _, error) = run(&mut sandbox.shell(&format!("ulimit -v 3000000; virtuale attach {place}")));
        assert!(code != 0 && error.contains("it is a pipe, a socket or a device, and no file"), "{error}");
    }
}

#[test]
fn what_loses_the_readers_is_not_called_ok() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("s.sh"), "#!/bin/sh\nexport PCSCLITE_CSOCK_NAME=/x\nsudo till\n").expect("a script");
    for line in [
        "sh -c 'unset PCSCLITE_CSOCK_NAME; true'",
        "bash -c 'sudo true'",
        "sh \"$XDG_RUNTIME_DIR/s.sh\"",
        "script -c 'sudo true' /dev/null",
        "env PCSCLITE_CSOCK_NAME=/x true",
        "env PCSCLITE_CSOCK_NAME= true",
        "bwrap --ro-bind / / --clearenv true",
        "bwrap --ro-bind / / --tmpfs / true",
        "xargs env -i true",
        "chroot --userspec=65533 / true",
        "start-stop-daemon --chuid 65533 -S -x /bin/true",
    ] {
        let command = format!("virtuale exec --card - -- virtuale doctor -- {line}");
        let said = doctor(&mut sandbox.shell(&command));
        let bad =
            |line: &str| line.starts_with("broken") || (line.starts_with("warning") && !line.contains("OPENSC_CONF"));
        assert!(said.lines().any(bad), "{line}: {said}");
    }
    let said = doctor(&mut sandbox.shell("virtuale exec --library --card - -- virtuale doctor"));
    assert!(said.contains("is the library of this virtuale (exec --library)"), "{said}");
}
