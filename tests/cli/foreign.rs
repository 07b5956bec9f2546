//! What the program did not write itself: names of files, words of traces and logs, answers of services. Wherever it
//! is printed, it can neither drive the terminal nor give orders to the machine that keeps the log of a build.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixListener,
    path::PathBuf,
    process::Command,
    thread,
};

use crate::sandbox::{MARTIN, Sandbox, run};

/// Colours, a cleared screen, a new title, a right-to-left override, a line separator, and orders to GitHub, at the
/// start of what is a line to it and in the middle of one.
const HOSTILE: &str =
    "\u{1b}[31m\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}2J\u{202e}\u{2028}\r::add-mask::x ##[set-output name=a]b";

/// The same as people see it.
const SHOWN: &str =
    r"\u{1b}[31m\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}2J\u{202e}\u{2028}\r::add-mask::x ##\[set-output name=a]b";

/// A name of a file with all of it, and a line end.
fn hostile_name(ending: &str) -> String {
    format!("{HOSTILE}\n::stop-commands::{ending}")
}

/// That name as people see it.
fn shown_name(ending: &str) -> String {
    format!("{SHOWN}\\n::stop-commands::{ending}")
}

/// Runs a command on GitHub, and holds that nothing of what it prints drives a terminal, and that only its own lines
/// give orders.
fn harmless(command: &mut Command) -> (i32, String, String) {
    let (code, out, error) = run(command.env("GITHUB_ACTIONS", "true"));
    for text in [&out, &error] {
        let drives = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
        assert!(!text.contains(drives) && !text.contains("##["), "{text:?}");
        let is_order = |line: &&str| line.trim_start().starts_with("::") && !line.trim_start().starts_with(":::");
        for order in text.lines().filter(is_order) {
            let fence = |name: &str| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            let begins = order.strip_prefix("::stop-commands::").is_some_and(fence);
            let ends = order.strip_prefix("::").and_then(|name| name.strip_suffix("::")).is_some_and(fence);
            assert!(begins || ends || order.starts_with("::error file="), "{order:?}");
        }
    }
    (code, out, error)
}

#[test]
fn a_trace_gives_no_orders() {
    let sandbox = Sandbox::new();
    let name = hostile_name(".apdu");
    let trace = sandbox.path().join(&name);
    let body =
        format!("card {MARTIN}\n# {HOSTILE}\n> 00 A4 04 00\n< 90 00\n# {HOSTILE}\n> 00 B0 9E 00 01\n< 12 90 00\n");
    fs::write(&trace, format!("virtuale-trace 1\n{body}")).expect("a trace");
    let junit = sandbox.path().join("a.xml");
    let mut replay = sandbox.virtuale(&["replay", &name, "--junit", "a.xml"]);
    let (code, out, error) = harmless(replay.current_dir(sandbox.path()));
    assert_eq!(code, 1, "{out}{error}");
    assert!(out.contains(&format!("{}:5:3: ", shown_name(".apdu"))), "{out}");
    assert!(out.contains(&format!("      3 | # {SHOWN}\n")), "{out}");
    let lines: Vec<_> = out.lines().collect();
    let (first, last) = (lines.iter().position(|line| line.starts_with("::stop-commands::")), lines.len());
    assert_eq!(first, Some(0), "the page is between lines that stop orders: {out}");
    let again = lines
        .iter()
        .position(|line| Some(*line) == lines[0].strip_prefix("::stop-commands").map(|l| format!("{l}::")).as_deref());
    assert!(
        again.is_some_and(|again| lines[again + 1..last - 1].iter().all(|line| line.starts_with("::error "))),
        "{out}"
    );
    let xml = fs::read_to_string(junit).expect("the report");
    assert!(xml.contains(&format!("file=\"{}\"", shown_name(".apdu"))), "{xml}");

    for (arguments, code, part) in [
        (&["convert", &name, "--to", "scriptor", "--slot", "7"][..], 2, " has no slot 7"),
        (
            &["replay", &name, "--reader", "None 00 00", "--socket", "none"],
            4,
            "cannot open the PC/SC service's socket none",
        ),
        (&["redact", &name, "--as", &name, "-o", "x"], 3, "key with no value"),
    ] {
        let (found, out, error) = harmless(sandbox.virtuale(arguments).current_dir(sandbox.path()));
        assert!((found, error.contains(part)) == (code, true), "{arguments:?}: {found}\n{out}{error}");
    }
    fs::write(&trace, format!("virtuale-trace 1\n{HOSTILE}\n")).expect("a trace");
    let (code, _, error) = harmless(sandbox.virtuale(&["replay", &name]).current_dir(sandbox.path()));
    assert!(code == 3 && error.contains(&format!("--> {}:2:1\n", shown_name(".apdu"))), "{error}");
    assert!(error.contains(&format!("2 | {SHOWN}\n")), "{error}");
}

#[test]
fn a_log_gives_no_orders_and_neither_does_the_trace_that_is_made_of_it() {
    let sandbox = Sandbox::new();
    let name = hostile_name(".log");
    let log = format!("=> 00 A4 04 00\n<= 90 00\n=> {HOSTILE}\n=> 0\n");
    fs::write(sandbox.path().join(&name), log).expect("a log");
    let (code, out, error) = harmless(sandbox.virtuale(&["convert", &name]).current_dir(sandbox.path()));
    assert_eq!(code, 1, "{out}{error}");
    assert!(error.contains(&shown_name(".log")), "{error}");
}

#[test]
fn a_card_file_gives_no_orders() {
    let sandbox = Sandbox::new();
    let name = hostile_name(".toml");
    fs::copy(MARTIN, sandbox.path().join(&name)).expect("a card file");
    let here = |arguments: &[&str]| harmless(sandbox.virtuale(arguments).current_dir(sandbox.path()));
    let (code, out, error) = here(&["card", "check", &name]);
    assert!(code == 0 && out.contains(&format!("{}: valid", shown_name(".toml"))), "{out}{error}");
    let (code, out, error) = here(&["card", "check", "--json", &name]);
    let reports: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, reports[0]["file"].as_str()), (0, Some(name.as_str())), "the same name: {error}");
    for arguments in [&["read", "--card", &name][..], &["demo", "--card", &name], &["card", "show", &name]] {
        let (code, out, error) = here(arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{error}");
    }
    fs::write(sandbox.path().join(&name), format!("layout = \"vitale2\"\n\"{HOSTILE}\" = 1\n")).expect("a card file");
    let (code, out, error) = here(&["card", "check", &name]);
    assert!(code == 3 && error.contains("2 | \"\\u{1b}[31m"), "{out}{error}");
    let (code, _, error) = here(&["card", "check", "none", HOSTILE]);
    assert!(code == 2 && error.contains(SHOWN), "{error}");
    let (code, _, error) = here(&[HOSTILE]);
    assert!(code == 2 && error.contains("unrecognized subcommand"), "{error}");
}

#[test]
fn the_name_of_a_command_or_of_a_card_in_a_slot_gives_no_orders() {
    let sandbox = Sandbox::new();
    let name = hostile_name(".toml");
    fs::copy(MARTIN, sandbox.path().join(&name)).expect("a card file");
    let program = env!("CARGO_BIN_EXE_virtuale");
    let in_slots = |inner: &[&str]| {
        let outer = ["exec", "--card", &name, "--card", "-", "--", program];
        harmless(sandbox.virtuale(&[&outer[..], inner].concat()).current_dir(sandbox.path()))
    };
    let (code, out, error) = in_slots(&["slots"]);
    assert!(code == 0 && out.contains(&shown_name(".toml")) && out.lines().count() == 2, "{out}{error}");
    let (code, out, error) = in_slots(&["insert", "1", &name]);
    assert!(code == 0 && error == format!("Virtuale 00 01: {} is in\n", shown_name(".toml")), "{out}{error}");
    let (code, out, error) = harmless(&mut sandbox.virtuale(&["exec", "--", &name]));
    assert!(code == 127 && error.starts_with(&format!("error: cannot run {}: ", shown_name(".toml"))), "{out}{error}");
}

#[test]
fn a_foreign_control_server_gives_no_orders() {
    let sandbox = Sandbox::new();
    let socket = sandbox.path().join("pcsc");
    let _service = UnixListener::bind(&socket).expect("a socket");
    let control = UnixListener::bind(sandbox.path().join("pcsc.ctl")).expect("a socket");
    let text = |text: &str| serde_json::to_string(text).expect("JSON");
    let (hostile, lines) = (text(HOSTILE), text(&format!("{HOSTILE}\n{HOSTILE}")));
    let status = format!(
        r#"{{"name":{hostile},"socket":{hostile},"pid":1,"slots":[{{"slot":0,"reader":{lines},"card":{lines},"atr":null}}],"not_whole":[{lines}]}}"#
    );
    let answers = [
        format!(r#"{{"version":3,"reply":{{"slots":{status}}}}}"#),
        format!(r#"{{"version":3,"reply":{{"reinserted":{{"reader":{lines},"card":{lines}}}}}}}"#),
        format!(r#"{{"version":3,"reply":{{"removed":{{"reader":{lines}}}}}}}"#),
        format!(r#"{{"version":3,"refusal":{{"kind":"usage","message":{lines},"hint":{lines}}}}}"#),
        format!(r#"{{"version":3,"refusal":{{"kind":"invalid","message":{lines}}}}}"#),
        format!(r#"{{"version":3,{lines}:{lines}}}"#),
    ];
    let server = thread::spawn(move || {
        for answer in answers {
            let (stream, _) = control.accept().expect("a client");
            let mut question = String::new();
            BufReader::new(&stream).read_line(&mut question).expect("a question");
            writeln!(&stream, "{answer}").expect("it listens");
        }
    });
    let verbs: [&[&str]; 6] = [&["slots"], &["insert", "0"], &["remove", "0"], &["slots"], &["slots"], &["slots"]];
    for (verb, code) in verbs.into_iter().zip([0, 0, 0, 2, 3, 4]) {
        let (found, out, error) =
            harmless(&mut sandbox.virtuale(&[verb, &["--socket", &socket.display().to_string()]].concat()));
        // Of an answer without a reply or a refusal nothing is told.
        let says = code == 4 || format!("{out}{error}").contains(r"\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}2J\u{202e}");
        assert!(found == code && says, "{verb:?}: {found}\n{out}{error}");
    }
    server.join().expect("all were asked");
}

#[test]
fn what_other_programs_read_goes_out_as_it_is() {
    let sandbox = Sandbox::new();
    let trace: PathBuf = sandbox.path().join("a.apdu");
    let text = format!("virtuale-trace 1\n# {HOSTILE}\n> 00 A4 04 00\n< 90 00\n");
    fs::write(&trace, &text).expect("a trace");
    let (code, out, error) = run(sandbox.virtuale(&["convert", "a.apdu"]).current_dir(sandbox.path()));
    assert_eq!((code, out), (0, text), "{error}");
}
