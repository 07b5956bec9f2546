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

use crate::sandbox::{DURAND, MARTIN, Running, Sandbox, run};

const PREFIX: &str = "export PCSCLITE_CSOCK_NAME=";

/// The exit codes of `slots --all` where the readers of a test are listed well: others of this user, which run outside
/// of the sandbox and may be of another version, are listed too, and need not answer.
const LISTED: [i32; 2] = [0, 4];

/// A `serve` in the foreground, and its socket.
fn serve(sandbox: &Sandbox, arguments: &[&str]) -> (Running, PathBuf) {
    let mut running = Running::start(&mut sandbox.virtuale(&[&["serve"], arguments].concat()));
    let line = running.line();
    let socket = line.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{line:?}")).into();
    (running, socket)
}

#[test]
fn a_socket_is_not_called_what_a_shell_would_change() {
    let sandbox = Sandbox::new();
    let socket = sandbox.path().join("a\nb");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--socket", &socket.to_string_lossy()]));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("no characters that are not seen") && error.contains("on one line"), "{error}");
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
#[cfg(target_os = "linux")]
fn what_the_caller_ignores_it_ignores() {
    // As nohup and a shell's & do; a caller that ignores SIGTERM has no such meaning.
    let sandbox = Sandbox::new();
    let mut running = Running::start(&mut sandbox.shell("trap '' HUP INT TERM; exec virtuale serve"));
    let line = running.line();
    let socket: PathBuf = line.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{line:?}")).into();
    let status = fs::read_to_string(format!("/proc/{}/status", running.child.id())).expect("it runs");
    // Bit n - 1 for signal n: SIGHUP is 1, SIGINT 2, SIGTERM 15.
    for (what, right) in [("SigIgn:", 0b11), ("SigCgt:", 1 << 14)] {
        let mask = status.lines().find_map(|line| line.strip_prefix(what)).expect("a mask");
        let mask = u64::from_str_radix(mask.trim(), 16).expect("a number");
        assert_eq!(mask & (0b11 | 1 << 14), right, "{what} {mask:x}");
    }
    running.send(Signal::INT);
    running.send(Signal::HUP);
    UnixStream::connect(&socket).expect("it still serves");
    running.send(Signal::TERM);
    assert_eq!(running.end(), 0);
    assert!(sandbox.left().is_empty());
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
        virtuale insert 0 ../../fixtures/cards/broken/nir.toml; echo "invalid: $?"
        socket=$PCSCLITE_CSOCK_NAME
        virtuale stop || exit 16
        test ! -e "$socket" || exit 17
        virtuale slots; echo "gone: $?"
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{out}\n{error}");
    let expected = format!(
        "0  Virtuale 00 00  {MARTIN}\n1  Virtuale 00 01  empty\nagain: 2\nempty as it was: 0\nno slot to empty: 2\n\
         0  Virtuale 00 00  {MARTIN}\n1  Virtuale 00 01  {MARTIN}\nno such slot: 2\nno such file: 4\ninvalid: 3\n\
         unset PCSCLITE_CSOCK_NAME;\ngone: 4\n"
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
    let expected = format!("none to put back: 2\nnot out: 2\n{slots}no such slot: 2\nunset PCSCLITE_CSOCK_NAME;\n");
    assert_eq!(out, expected, "{error}");
    for said in [
        "no card was taken out of slot 1 that could come back",
        "name a card: virtuale insert 1 CARD",
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
fn a_card_moves_from_contacts_to_an_antenna() {
    let sandbox = Sandbox::new();
    let tries = "> 00 A4 09 0C 02 3F 00\n< 90 00\n> 00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00\n\
        < 70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 02 **\n";
    for (name, said) in [("wrong", "> 00 20 00 01 04 39 39 39 39\n< 63 C2\n"), ("worn", tries)] {
        let trace = format!("virtuale-trace 1\n{said}");
        fs::write(sandbox.path().join(format!("{name}.apdu")), trace).expect("a trace");
    }
    let script = r#"
        eval "$(virtuale serve --detach --card cps-lefevre --card - --contactless 1)" || exit 10
        virtuale replay wrong.apdu --reader "Virtuale 00 00" >/dev/null || exit 11
        virtuale insert 1 --from 0 || exit 12
        virtuale slots
        virtuale replay worn.apdu --reader "Virtuale Contactless 00 01" >/dev/null || exit 13
        virtuale remove 1 && virtuale insert 0 vitale2-martin && virtuale insert 0 --from 1 || exit 14
        virtuale insert 1 --from 1; echo "the same slot: $?"
        virtuale insert 0 --from 1; echo "no card: $?"
        virtuale insert 0 vitale2-martin --from 1 2>/dev/null; echo "which card: $?"
        virtuale stop
    "#;
    let (code, out, error) = run(sandbox.shell(script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{out}\n{error}");
    let slots = "0  Virtuale 00 00              empty\n1  Virtuale Contactless 00 01  cps-lefevre\n";
    let refused = "the same slot: 2\nno card: 2\nwhich card: 2\n";
    assert_eq!(out, format!("{slots}{refused}unset PCSCLITE_CSOCK_NAME;\n"), "{error}");
    for said in [
        "Virtuale Contactless 00 01: cps-lefevre is in, out of Virtuale 00 00\n",
        "Virtuale 00 00: cps-lefevre is in, out of Virtuale Contactless 00 01, in place of the card that was there\n",
        "the card of slot 1 cannot come out of the same slot",
        "no card was taken out of slot 1 that could come back",
    ] {
        assert!(error.contains(said), "{said} is missing in {error}");
    }
}

#[test]
fn slots_bear_any_names() {
    let sandbox = Sandbox::new();
    let names = ["--reader", "Ingenico TL TELIUM(1)", "--reader", "Gemalto PC Twin Reader 00 00"];
    let (running, socket) = serve(&sandbox, &[&["--card", MARTIN, "--card", "-", "--card", "-"][..], &names].concat());
    let (code, out, error) = run(sandbox.virtuale(&["slots"]).env("PCSCLITE_CSOCK_NAME", &socket));
    assert_eq!(code, 0, "{error}");
    let expected = format!(
        "0  Ingenico TL TELIUM(1)         {MARTIN}\n1  Gemalto PC Twin Reader 00 00  empty\n\
         2  Virtuale 00 02                empty\n"
    );
    assert_eq!(out, expected);
    let mut read = sandbox.virtuale(&["read", "--reader", "Ingenico TL TELIUM(1)"]);
    let (code, out, error) = run(read.env("PCSCLITE_CSOCK_NAME", &socket));
    assert!(code == 0 && out.contains("MARTIN"), "{out}{error}");
    running.send(Signal::TERM);
    assert_eq!(running.end(), 0);
    let long = format!("={}", "é".repeat(64));
    for (names, says) in [
        (&["A", "B", "C"][..], "3 names are too many for 2 slots"),
        (&["A(1)", "A(1)"], "two slots cannot have the same name \"A(1)\""),
        (&["Virtuale 00 01"], "two slots cannot have the same name \"Virtuale 00 01\""),
        (&[long.as_str()], "has at most 127 bytes, and this one has 128"),
        (&["two\nlines"], "must be printable"),
    ] {
        let names = names.iter().flat_map(|name| ["--reader", name]);
        let line: Vec<_> = ["exec"].into_iter().chain(names).chain(["--", "true"]).collect();
        let (code, _, error) = run(&mut sandbox.virtuale(&line));
        assert!(code == 125 && error.contains(says) && error.contains("--reader"), "{code} {error}");
    }
}

#[test]
fn a_shell_that_waits_for_readers_is_told_that_it_does() {
    let sandbox = Sandbox::new();
    let script = r#"
        (while ! test -s "$TMPDIR/said"; do sleep 0.01; done; virtuale stop --name caisse) &
        eval "$(virtuale serve --name caisse 2> "$TMPDIR/said")"
        wait; cat "$TMPDIR/said"; rm "$TMPDIR/said"
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("waits for its end, unless --detach is given"), "{out}{error}");
}

#[test]
fn a_detached_one_keeps_no_stream_of_its_caller() {
    let sandbox = Sandbox::new();
    // Both would wait for ever for the end of the streams that are read here.
    let (code, out, error) = run(&mut sandbox.virtuale(&["serve", "--detach", "--name", "caisse"]));
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(out.starts_with(PREFIX) && out.ends_with("caisse/pcsc\n"), "{out}");
    let (code, out, _) = run(&mut sandbox.virtuale(&["stop", "--name", "caisse"]));
    assert_eq!((code, out.as_str()), (0, ""), "they are not those of this environment");
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_shell_that_evaluates_what_fails_does_not_go_on_without_readers() {
    let sandbox = Sandbox::new();
    let unreadable = "cannot read none.toml";
    let failures = [
        ("--detach --card none.toml", 4, unreadable),
        ("--card none.toml", 4, unreadable),
        ("--detach --crad x", 2, "'--crad'"),
    ];
    for (options, right, said) in failures {
        let (code, out, error) = run(&mut sandbox.shell(&format!("virtuale serve {options}")));
        assert_eq!((code, out.as_str()), (right, "false\n"), "{error}");
        assert!(error.contains(said), "{error}");
        let (code, out, _) = run(&mut sandbox.shell(&format!("set -e; eval \"$(virtuale serve {options})\"; echo on")));
        assert_eq!((code, out.as_str()), (1, ""));
    }
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
fn without_the_variable_nobody_elses_readers_are_meant() {
    let sandbox = Sandbox::new();
    let (first, socket) = serve(&sandbox, &["--card", MARTIN]);
    let pid = first.child.id().to_string();
    for verb in [&["slots"][..], &["remove", "0"], &["insert", "0", "-"], &["insert", "0", DURAND], &["stop"]] {
        let (code, out, error) = run(&mut sandbox.virtuale(verb));
        assert_eq!((code, out.as_str()), (4, ""), "{verb:?}: it is the only one, and another shell's");
        let said = format!(
            "error: this shell has no readers: PCSCLITE_CSOCK_NAME is not set in it\n\
             help: these run; say which you mean, or run the line below a name in this shell\n\
             \x20 --name {pid}\n  {PREFIX}{}\n    0  Virtuale 00 00  {MARTIN}\n",
            socket.display()
        );
        assert!(error.starts_with(&said), "{error}");
    }
    let (second, other) = serve(&sandbox, &["--name", "caisse", "--reader", "Autre", "--card", "-"]);
    let (code, out, error) = run(sandbox.virtuale(&["slots", "--all"]).env("PCSCLITE_CSOCK_NAME", &other));
    let lists = [
        format!("{pid}  {}\n    0  Virtuale 00 00  {MARTIN}\n", socket.display()),
        format!("caisse  {}  (of this shell)\n    0  Autre 00 00  empty\n", other.display()),
    ];
    // Others of this user may run elsewhere, and come behind.
    assert!(LISTED.contains(&code) && out.starts_with(&lists.concat()), "{out}{error}");
    let (code, out, _) = run(&mut sandbox.virtuale(&["slots", "--all", "--json"]));
    let documents: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&documents[0]["name"], &documents[1]["name"]), (&pid.as_str().into(), &"caisse".into()));
    assert!(LISTED.contains(&code), "{code}");
    for named in [["--name", "caisse"], ["--socket", &other.display().to_string()]] {
        let (code, out, _) = run(&mut sandbox.virtuale(&[&["slots"][..], &named].concat()));
        assert_eq!((code, out.as_str()), (0, "0  Autre 00 00  empty\n"));
    }
    assert_eq!(run(&mut sandbox.virtuale(&["remove", "0", "--name", &pid])).0, 0);
    let (code, out, _) = run(sandbox.virtuale(&["slots"]).env("PCSCLITE_CSOCK_NAME", &socket));
    assert_eq!((code, out.as_str()), (0, "0  Virtuale 00 00  empty\n"));
    let gone = run(sandbox.virtuale(&["slots"]).env("PCSCLITE_CSOCK_NAME", "/no/such/socket"));
    let unknown = run(&mut sandbox.virtuale(&["stop", "--name", "nobody"]));
    for (code, _, error) in [gone, unknown] {
        let listed = [&pid, "caisse"].iter().all(|name| error.contains(&format!("\n  --name {name}\n")));
        assert!(code == 4 && listed, "{error}");
    }
    for running in [first, second] {
        running.send(Signal::TERM);
        assert_eq!(running.end(), 0);
    }
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_name_is_one_readers_at_a_time() {
    let sandbox = Sandbox::new();
    let (first, socket) = serve(&sandbox, &["--name", "caisse"]);
    let (code, _, error) = run(&mut sandbox.virtuale(&["exec", "--name", "caisse", "--", "true"]));
    assert_eq!(code, 125);
    assert!(error.contains("readers named caisse run already") && error.contains("stop --name caisse"), "{error}");
    first.send(Signal::KILL);
    let mut killed = first;
    killed.child.wait().expect("it ends");
    let (second, same) = serve(&sandbox, &["--name", "caisse"]);
    assert_eq!(socket, same, "a name has its place");
    second.send(Signal::TERM);
    assert_eq!(second.end(), 0);
    for bad in ["4711", "a/b", ""] {
        let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--name", bad]));
        assert!(code == 2 && error.contains("cannot be the name of readers"), "{error}");
    }
}

#[test]
fn a_shell_that_evaluates_stop_is_rid_of_what_serve_set() {
    let sandbox = Sandbox::new();
    let script = r#"
        PATH=$PATH; unset OPENSC_CONF
        eval "$(virtuale serve --detach --opensc)" && test -f "$OPENSC_CONF" || exit 10
        eval "$(virtuale stop)" || exit 11
        echo "stopped: ${PCSCLITE_CSOCK_NAME-unset} ${OPENSC_CONF-unset}"
        eval "$(virtuale serve --detach --opensc --name first)"
        eval "$(virtuale serve --detach --name second)"
        virtuale stop --name first
        eval "$(virtuale stop --name first)"
        case $PCSCLITE_CSOCK_NAME in */second/pcsc) echo "of others: still set" ;; esac
        virtuale stop > "$TMPDIR/line"
        eval "$(virtuale stop)"
        echo "gone already: ${PCSCLITE_CSOCK_NAME-unset} ${OPENSC_CONF-unset}"
        rm "$TMPDIR/line"
    "#;
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{out}{error}");
    assert_eq!(out, "stopped: unset unset\nof others: still set\ngone already: unset unset\n", "{error}");
    let earlier = "the earlier readers of this shell go on; to end them: virtuale stop --name first\n";
    assert!(error.contains(earlier) && error.contains("no readers named \"first\" run"), "{error}");
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
    let (code, out, _) = run(&mut sandbox.virtuale(&["slots", "--all"]));
    assert!(LISTED.contains(&code) && out.contains(&name), "{out}");
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
    let longest = "x".repeat(127);
    let (code, out, error) = run(&mut sandbox.virtuale(&["exec", "--reader", &format!("={longest}"), "--", "true"]));
    assert_eq!(code, 0, "{out}{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--reader", &format!("={longest}x")]));
    assert_eq!(code, 2);
    assert!(error.contains("a reader's name has at most 127 bytes, and this one has 128"), "{error}");
}

#[test]
fn nonsense_on_the_control_socket_closes_its_own_connection() {
    let sandbox = Sandbox::new();
    let (running, socket) = serve(&sandbox, &[]);
    let control = format!("{}.ctl", socket.display());
    let nonsense: [(&[u8], Option<&str>); 5] = [
        (b"\n", Some("not a message")),
        (b"{\"version\":9,\"request\":\"slots\"}\n", Some("version 9 is not spoken here")),
        (b"\xFF\xFE\n", Some("not a message")),
        (b"{\"version\":1}\n", Some("version 1 is not spoken here")),
        // It closes before it has heard all, and what it said may be lost with that.
        (&[b'x'; 100_000], None),
    ];
    for (words, said) in nonsense {
        let mut stream = UnixStream::connect(&control).expect("it listens");
        let _ = stream.write_all(words);
        let _ = stream.shutdown(Shutdown::Write);
        let mut response = String::new();
        let _ = stream.read_to_string(&mut response);
        let is_refusal = |said| response.contains("\"refusal\"") && response.contains(said);
        assert!(said.is_none_or(is_refusal), "{response}");
        assert!(!response.contains("\"reply\""), "{response}");
        assert_eq!(run(sandbox.virtuale(&["slots"]).env("PCSCLITE_CSOCK_NAME", &socket)).0, 0);
    }
    running.send(Signal::INT);
    assert_eq!(running.end(), 0);
}
