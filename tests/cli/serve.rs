//! `serve`, and what controls a running one.

use std::{
    fs,
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixDatagram, UnixListener, UnixStream},
    path::PathBuf,
    process::Stdio,
};

use rustix::process::Signal;

use crate::sandbox::{MARTIN, Running, Sandbox, run};

const PREFIX: &str = "export PCSCLITE_CSOCK_NAME=";

/// A `serve` in the foreground, and its socket.
fn serve(sandbox: &Sandbox, arguments: &[&str]) -> (Running, PathBuf) {
    let mut running = Running::start(&mut sandbox.virtuale(&[&["serve"], arguments].concat()));
    let line = running.line();
    let socket = line.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{line:?}")).into();
    (running, socket)
}

#[test]
fn it_obeys_signals_and_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let sandbox = Sandbox::new();
        let (running, socket) = serve(&sandbox, &["--card", MARTIN]);
        UnixStream::connect(&socket).expect("programs may connect");
        running.send(signal);
        assert_eq!(running.end(), 0);
        assert!(sandbox.left().is_empty());
    }
}

#[test]
fn a_shell_evaluates_what_a_detached_one_prints() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --card -)" || exit 10
        test -S "$PCSCLITE_CSOCK_NAME" || exit 11
        virtuale slots
        virtuale remove 0 || exit 12
        virtuale remove 0; echo "again: $?"
        virtuale insert 0 -; echo "empty as it was: $?"
        virtuale insert 7 -; echo "no slot to empty: $?"
        virtuale insert 1 "$DURAND" || exit 13
        cd "$(dirname "$MARTIN")" && virtuale insert 0 vitale2-martin.toml || exit 14
        virtuale insert 1 vitale2-martin.toml || exit 15
        virtuale slots
        virtuale insert 7 "$MARTIN"; echo "no such slot: $?"
        virtuale insert 0 none.toml; echo "no such file: $?"
        virtuale insert 0 broken/nir.toml; echo "invalid: $?"
        virtuale stop || exit 16
        test ! -e "$PCSCLITE_CSOCK_NAME" || exit 17
        virtuale slots; echo "gone: $?"
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{out}\n{error}");
    let expected = format!(
        "0  Virtuale 00 00  {MARTIN}\n1  Virtuale 00 01  empty\nagain: 2\nempty as it was: 0\nno slot to empty: 2\n\
         0  Virtuale 00 00  {MARTIN}\n1  Virtuale 00 01  {MARTIN}\nno such slot: 2\nno such file: 4\ninvalid: 3\ngone: 4\n"
    );
    assert_eq!(out, expected, "{error}");
    for said in [
        "Virtuale 00 00 is empty already\nhelp: `virtuale insert 0 -` leaves a slot empty",
        "Virtuale 00 00: no card was in",
        "in place of the card",
        "there is no slot 7",
        "none.toml",
        "cannot control the reader at",
        "are gone",
    ] {
        assert!(error.contains(said), "{said} is missing in {error}");
    }
    assert!(!error.contains("error: error"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_card_that_comes_back_is_the_same_card_and_one_of_a_file_is_another() {
    let sandbox = Sandbox::new();
    let select = "virtuale-trace 1\n> 00 A4 04 00 0F E8 28 BD 08 0F D2 50 00 00 04 41 64 E8 6C 65\n< 61 ..\n";
    let (tries, wrong) = ("00 20 00 81 00", "00 20 00 81 04 39 39 39 39");
    for (name, command, left) in [("fresh", tries, 3), ("wrong", wrong, 2), ("worn", tries, 2)] {
        let trace = format!("{select}> {command}\n< 63 C{left}\n");
        fs::write(sandbox.path().join(format!("{name}.apdu")), trace).expect("a trace");
    }
    let script = r#"
        eval "$(virtuale serve --detach --card "$MARTIN" --card -)" || exit 10
        card() { virtuale replay "$1.apdu" --reader "Virtuale 00 00" >/dev/null || exit 11; }
        virtuale insert 1; echo "none to put back: $?"
        virtuale insert 0; echo "not out: $?"
        card fresh; card wrong; card worn
        virtuale insert 0 - && virtuale insert 0 || exit 12
        card worn
        virtuale slots
        virtuale insert 0 "$MARTIN" || exit 13
        card fresh; card wrong
        virtuale remove 0 && virtuale insert 0 "$MARTIN" || exit 14
        card fresh
        virtuale insert 7; echo "no such slot: $?"
        virtuale stop
    "#;
    let (code, out, error) = run(sandbox.shell(script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{out}\n{error}");
    let slots = format!("0  Virtuale 00 00  {MARTIN}\n1  Virtuale 00 01  empty\n");
    assert_eq!(out, format!("none to put back: 2\nnot out: 2\n{slots}no such slot: 2\n"), "{error}");
    for said in [
        "no card was taken out of slot 1 that could come back",
        "name its card file: virtuale insert 1 FILE",
        "slot 0 holds a card already",
        "take it out first: virtuale remove 0",
        "Virtuale 00 00: the card is out",
        &format!("Virtuale 00 00: {MARTIN} is in again"),
        "there is no slot 7",
    ] {
        assert!(error.contains(said), "{said} is missing in {error}");
    }
}

#[test]
fn slots_bear_any_names() {
    let sandbox = Sandbox::new();
    let names = ["--slot-name", "Ingenico TL TELIUM(1)", "--slot-name", "Ingenico TL TELIUM(2)"];
    let (running, socket) = serve(&sandbox, &[&["--card", MARTIN, "--card", "-", "--card", "-"][..], &names].concat());
    let (code, out, error) = run(&mut sandbox.virtuale(&["slots"]));
    assert_eq!(code, 0, "{error}");
    let expected = format!(
        "0  Ingenico TL TELIUM(1)  {MARTIN}\n1  Ingenico TL TELIUM(2)  empty\n2  Virtuale 00 02         empty\n"
    );
    assert_eq!(out, expected);
    let mut read = sandbox.virtuale(&["read", "--reader", "Ingenico TL TELIUM(1)"]);
    let (code, out, error) = run(read.env("PCSCLITE_CSOCK_NAME", &socket));
    assert!(code == 0 && out.contains("MARTIN"), "{out}{error}");
    running.send(Signal::TERM);
    assert_eq!(running.end(), 0);
    let long = "é".repeat(64);
    for (names, says) in [
        (&["A", "B", "C"][..], "3 names are too many for 2 slots"),
        (&["A", "A"], "two slots cannot have the same name \"A\""),
        (&["Virtuale 00 01"], "two slots cannot have the same name \"Virtuale 00 01\""),
        (&[long.as_str()], "has at most 127 bytes, and this one has 128"),
        (&["two\nlines"], "must be printable"),
    ] {
        let names = names.iter().flat_map(|name| ["--slot-name", name]);
        let line: Vec<_> = ["exec"].into_iter().chain(names).chain(["--", "true"]).collect();
        let (code, _, error) = run(&mut sandbox.virtuale(&line));
        assert!(code == 125 && error.contains(says) && error.contains("--slot-name"), "{code} {error}");
    }
}

#[test]
fn a_detached_one_keeps_no_stream_of_its_caller() {
    let sandbox = Sandbox::new();
    // Both would wait for ever for the end of the streams that are read here.
    let (code, out, error) = run(&mut sandbox.virtuale(&["serve", "--detach"]));
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(out.starts_with(PREFIX) && out.ends_with("pcsc\n"), "{out}");
    assert_eq!(run(&mut sandbox.virtuale(&["stop"])).0, 0);
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_detached_one_that_fails_says_so_and_prints_nothing() {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(&mut sandbox.virtuale(&["serve", "--detach", "--card", "none.toml"]));
    assert_eq!((code, out.as_str()), (4, ""));
    assert!(error.contains("cannot read none.toml"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn a_detached_one_of_which_nobody_can_be_told_does_not_stay() {
    let sandbox = Sandbox::new();
    let (reader, closed) = std::io::pipe().expect("a pipe");
    drop(reader);
    let full = fs::File::options().write(true).open("/dev/full").expect("a device");
    let outputs = [(Stdio::from(full), "No space left on device"), (Stdio::from(closed), "Broken pipe")];
    for (output, reason) in outputs {
        let (code, _, error) = run(sandbox.virtuale(&["serve", "--detach", "--card", MARTIN]).stdout(output));
        let said = format!("error: the readers are stopped, since nobody could be told of them: {reason}");
        assert_eq!(code, 4, "{error}");
        assert!(error.contains(&said), "{error}");
        assert!(sandbox.left().is_empty());
    }
}

#[test]
fn the_only_one_that_runs_is_found_and_of_two_one_must_be_named() {
    let sandbox = Sandbox::new();
    let (first, socket) = serve(&sandbox, &[]);
    let (code, out, error) = run(&mut sandbox.virtuale(&["slots", "--json"]));
    assert_eq!(code, 0, "{error}");
    assert!(out.contains(&format!("\"socket\": \"{}\"", socket.display())), "{out}");
    let (second, other) = serve(&sandbox, &["--reader", "Autre"]);
    let (code, _, error) = run(&mut sandbox.virtuale(&["slots"]));
    assert_eq!(code, 4);
    assert!(error.contains("2 readers run") && error.contains(&format!("--socket {}", other.display())), "{error}");
    let (code, out, _) = run(&mut sandbox.virtuale(&["slots", "--socket", &other.display().to_string()]));
    assert_eq!((code, out.as_str()), (0, "0  Autre 00 00  empty\n1  Autre 00 01  empty\n"));
    let (code, out, _) = run(sandbox.virtuale(&["slots"]).env("PCSCLITE_CSOCK_NAME", &socket));
    assert_eq!((code, out.as_str()), (0, "0  Virtuale 00 00  empty\n1  Virtuale 00 01  empty\n"));
    let (code, _, error) = run(sandbox.virtuale(&["stop"]).env("PCSCLITE_CSOCK_NAME", "/no/such/socket"));
    let listed = [socket, other].iter().all(|socket| error.contains(&format!("\n  --socket {}", socket.display())));
    assert!(code == 4 && listed, "{error}");
    for running in [first, second] {
        running.send(Signal::TERM);
        assert_eq!(running.end(), 0);
    }
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_socket_may_stand_elsewhere_and_takes_nobodys_place() {
    let sandbox = Sandbox::new();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let path = elsewhere.path().join("l'abri");
    let name = path.display().to_string();
    drop(UnixListener::bind(&path).expect("a socket that somebody left behind"));
    let mut running = Running::start(&mut sandbox.virtuale(&["serve", "--socket", &name]));
    assert_eq!(running.line(), format!("{PREFIX}'{}'", name.replace('\'', r"'\''")));
    assert_eq!(run(&mut sandbox.virtuale(&["slots"])).0, 0, "it is found without being named");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--socket", &name]));
    assert_eq!(code, 4);
    assert!(error.contains("somebody listens"), "{error}");
    running.send(Signal::TERM);
    assert_eq!(running.end(), 0);
    assert_eq!(elsewhere.path().read_dir().expect("the folder").count(), 0);

    fs::write(&path, "a text").expect("a file");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--socket", &name]));
    assert_eq!(code, 4);
    assert!(error.contains("is no socket") && path.exists(), "{error}");

    let other = elsewhere.path().join("of another kind");
    let _keeper = UnixDatagram::bind(&other).expect("a socket that takes no connections");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--socket", &other.display().to_string()]));
    assert_eq!(code, 4);
    assert!(error.contains("cannot tell whether somebody listens") && other.exists(), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["slots", "--socket", &other.display().to_string()]));
    assert_eq!(code, 4);
    assert!(error.contains("it is none of ours"), "{error}");

    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--socket", &format!("/tmp/{}", "x".repeat(120))]));
    assert_eq!(code, 2);
    assert!(error.contains("too long"), "{error}");
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_reader_has_the_whole_name_that_it_was_given_or_none() {
    let sandbox = Sandbox::new();
    let longest = "x".repeat(121);
    let (code, out, error) = run(&mut sandbox.virtuale(&["exec", "--reader", &longest, "--", "true"]));
    assert_eq!(code, 0, "{out}{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--reader", &format!("{longest}x")]));
    assert_eq!(code, 2);
    assert!(error.contains("a reader's name has at most 121 bytes, and this one has 122"), "{error}");
}

#[test]
fn nonsense_on_the_control_socket_closes_its_own_connection() {
    let sandbox = Sandbox::new();
    let (running, socket) = serve(&sandbox, &[]);
    let control = format!("{}.ctl", socket.display());
    let nonsense: [&[u8]; 5] =
        [b"\n", b"{\"version\":9,\"request\":\"slots\"}\n", b"\xFF\xFE\n", b"{\"version\":1}\n", &[b'x'; 100_000]];
    for words in nonsense {
        let mut stream = UnixStream::connect(&control).expect("it listens");
        // It may close before it has heard all.
        let _ = stream.write_all(words);
        let _ = stream.shutdown(Shutdown::Write);
        let mut response = String::new();
        let _ = stream.read_to_string(&mut response);
        assert!(response.is_empty() || response.contains("\"refusal\""), "{response}");
        assert!(!response.contains("\"reply\""), "{response}");
        assert_eq!(run(&mut sandbox.virtuale(&["slots"])).0, 0);
    }
    running.send(Signal::INT);
    assert_eq!(running.end(), 0);
}
