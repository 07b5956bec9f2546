//! Traces on the command line: recorded from our own client, replayed, rewritten, redacted, played as a card.

use std::{fs, path::Path};

use rustix::process::Signal;

use crate::sandbox::{DURAND, MARTIN, Running, Sandbox, T1, run, until};

/// What a public reader sends, without a card of its own.
const RUFUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/traces/rufus.apdu");

/// A reader of the house, as a trace's `--reader` names it.
const READER: &str = "Virtuale 00 00";

fn path(sandbox: &Sandbox, name: &str) -> String {
    sandbox.path().join(name).display().to_string()
}

/// Records a replay of RUFUS over the socket.
fn recorded(sandbox: &Sandbox, name: &str) -> String {
    let trace = path(sandbox, name);
    let program = env!("CARGO_BIN_EXE_virtuale");
    let inner = ["--", program, "replay", RUFUS, "--reader", READER];
    let outer = ["exec", "--card", MARTIN, "--now", "2026-01-15", "--record", &trace];
    let (code, out, error) = run(&mut sandbox.virtuale(&[&outer[..], &inner].concat()));
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.starts_with("1 trace, 5 commands, no finding"), "{out}");
    trace
}

#[test]
fn what_is_recorded_replays() {
    let sandbox = Sandbox::new();
    let trace = recorded(&sandbox, "visit.apdu");
    let text = fs::read_to_string(&trace).expect("the recording");
    assert!(text.starts_with("virtuale-trace 1\nnow 2026-01-15\nseed 0\ncard "), "{text}");
    assert!(text.contains("\n> 00 A4 00 00 02 3F 00    # SELECT 3F00\n< 90 00\n> 00 B0 82 00 00    # READ BINARY of file 2, at 0\n< 65 1F 80 06 4D"), "{text}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!((code, out.starts_with("1 trace, 5 commands, no finding")), (0, true), "{out}{error}");
}

/// A dialogue in which the card draws a number.
const CHALLENGE: &str = "virtuale-trace 1\n> 00 A4 00 00 02 3F 00\n< 90 00\n> 00 84 00 00 08\n< {drawn:8} 90 00\n";

#[test]
fn a_recording_with_chance_replays_in_a_reader_that_draws_otherwise() {
    let sandbox = Sandbox::new();
    let (dialogue, trace) = (path(&sandbox, "dialogue.apdu"), path(&sandbox, "visit.apdu"));
    fs::write(&dialogue, CHALLENGE).expect("room");
    let program = env!("CARGO_BIN_EXE_virtuale");
    let with_seed = |seed: &str, more: &[&str], trace: &str| {
        let exec = ["exec", "--card", MARTIN, "--now", "2026-01-15", "--seed", seed];
        let inner = ["--", program, "replay", trace, "--reader", READER];
        run(&mut sandbox.virtuale(&[&exec[..], more, &inner].concat()))
    };
    let (code, out, error) = with_seed("1", &["--record", &trace], &dialogue);
    assert_eq!(code, 0, "{out}{error}");
    let text = fs::read_to_string(&trace).expect("the recording");
    assert!(!text.contains("< .."), "every byte is kept, so that it can play the card: {text}");
    let (code, out, error) = with_seed("2", &[], &trace);
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.starts_with("1 trace, 2 commands, no finding, 1 answer of chance not compared byte by byte;"), "{out}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!((code, out.starts_with("1 trace, 2 commands, no finding; ")), (0, true), "{out}{error}");
    let (code, out, _) = with_seed("2", &[], &trace_with(&sandbox, &text.replace("08    # GET", "04    # GET")));
    assert_eq!((code, out.contains("the answer differs")), (1, true), "its length is compared: {out}");
}

/// A trace of this text.
fn trace_with(sandbox: &Sandbox, text: &str) -> String {
    let trace = path(sandbox, "written.apdu");
    fs::write(&trace, text).expect("room");
    trace
}

#[test]
fn every_finding_shows_its_bytes() {
    let sandbox = Sandbox::new();
    let exchange = "> 00 A4 00 0C 02 3F 00\n< 69 85\n";
    let trace = trace_with(&sandbox, &format!("virtuale-trace 1\ncard {MARTIN}\n{}", exchange.repeat(3)));
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!(code, 1, "{error}");
    assert_eq!(out.matches("  0000 expected 69 85\n       got      90 00\n").count(), 3, "{out}");
}

#[test]
fn a_recording_is_there_when_the_program_is_killed() {
    let sandbox = Sandbox::new();
    let folder = path(&sandbox, "traces");
    let mut server = Running::start(&mut sandbox.virtuale(&["serve", "--card", MARTIN, "--record", &folder]));
    let export = server.line();
    let (_, socket) = export.split_once('=').expect("a line for a shell");
    let replay = ["replay", RUFUS, "--reader", READER, "--socket", socket];
    let (code, out, error) = run(&mut sandbox.virtuale(&replay));
    assert_eq!(code, 0, "{out}{error}");
    server.send(Signal::KILL);
    server.child.wait().expect("it ends");
    let trace = Path::new(&folder).join("0-vitale2-martin-1.apdu").display().to_string();
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!((code, out.starts_with("1 trace, 5 commands, no finding")), (0, true), "{out}{error}");
}

#[test]
fn cards_that_come_and_go_are_on_the_recording() {
    let sandbox = Sandbox::new();
    let trace = path(&sandbox, "visit.apdu");
    let script = "virtuale read && virtuale remove 0 && virtuale insert 0 \"$DURAND\" && virtuale insert 1 \"$DURAND\"";
    let mut shell =
        sandbox.shell(&format!("virtuale exec --card \"$MARTIN\" --card - --record {trace} -- sh -c '{script}'"));
    let (code, out, error) = run(&mut shell);
    assert_eq!(code, 0, "{out}{error}");
    let text = fs::read_to_string(&trace).expect("the recording");
    for part in ["slot slot-0\ncard ", "\nremove\ninsert ", "\nslot slot-1\ninsert "] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!(code, 0, "{out}{error}");
}

#[test]
fn a_card_that_comes_back_is_recorded_and_replayed_as_the_same_card() {
    let sandbox = Sandbox::new();
    let select = "virtuale-trace 1\n> 00 A4 04 00 0F E8 28 BD 08 0F D2 50 00 00 04 41 64 E8 6C 65\n< 61 ..\n";
    for (name, command) in [("wrong", "00 20 00 81 04 39 39 39 39"), ("worn", "00 20 00 81 00")] {
        let trace = format!("{select}> {command}\n< 63 C2\n");
        fs::write(sandbox.path().join(format!("{name}.apdu")), trace).expect("a trace");
    }
    let visit = r#"set -e
        virtuale replay wrong.apdu --reader "Virtuale 00 00"
        virtuale remove 0; virtuale insert 0
        virtuale replay worn.apdu --reader "Virtuale 00 00"
        virtuale insert 0 "$DURAND""#;
    fs::write(sandbox.path().join("visit"), visit).expect("a script");
    for record in [
        "virtuale exec --card \"$MARTIN\" --record visit.apdu -- sh visit",
        "eval \"$(virtuale serve --detach --card \"$MARTIN\" --record .)\"; sh visit && virtuale stop",
    ] {
        let (code, out, error) = run(sandbox.shell(record).current_dir(sandbox.path()));
        assert_eq!(code, 0, "{out}{error}");
    }
    for (recording, replaced) in
        [("visit.apdu", "< 63 C2\nremove\ninsert "), ("0-vitale2-martin-1.apdu", "< 63 C2\nremove\n")]
    {
        let recording = path(&sandbox, recording);
        let text = fs::read_to_string(&recording).expect("the recording");
        // That it loses its power as it leaves, and gets it as it comes, goes without saying.
        assert!(text.contains("\n< 63 C2\nremove\ninsert\nprotocol T=0\n"), "{text}");
        let last = text.rfind("< 63 C2").map_or("", |at| &text[at..]);
        assert!(last.starts_with(replaced), "{text}");
        assert_eq!(text.matches("\n< 63 C2\n").count(), 2, "{text}");
        let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &recording]));
        assert!(code == 0 && out.starts_with("1 trace, 4 commands, no finding"), "{out}{error}");
        // Another card in its place has all its tries.
        fs::write(&recording, text.replace("\ninsert\n", &format!("\ninsert {MARTIN}\n"))).expect("the trace");
        let (code, out, _) = run(&mut sandbox.virtuale(&["replay", &recording]));
        assert!(code == 1 && out.contains("got 63C3"), "{out}");
    }
}

#[test]
fn a_card_behind_a_service_is_relayed_and_recorded() {
    let sandbox = Sandbox::new();
    let trace = path(&sandbox, "visit.apdu");
    let program = env!("CARGO_BIN_EXE_virtuale");
    // The outer reader stands for the real one.
    let outer = ["exec", "--card", MARTIN, "--now", "2026-01-15", "--reader", "Real 00 00", "--"];
    let record = [program, "record", "--reader", "Real 00 00", "-o", &trace, "--now", "2026-01-15", "--"];
    let replay = [program, "replay", RUFUS, "--reader", "Real 00 00"];
    let (code, out, error) = run(&mut sandbox.virtuale(&[&outer[..], &record, &replay].concat()));
    assert_eq!((code, out.starts_with("1 trace, 5 commands, no finding")), (0, true), "{out}{error}");
    let text = fs::read_to_string(&trace).expect("the recording");
    assert!(text.contains("\nnow 2026-01-15\natr 3B 75 13 00 00 44 09 EA 90 00\n"), "{text}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace, "--card", MARTIN]));
    assert_eq!((code, out.starts_with("1 trace, 5 commands, no finding")), (0, true), "{out}{error}");
    let (code, _, error) = run(&mut sandbox
        .virtuale(&[&outer[..], &[program, "record", "--reader", "None 00 00", "-o", &trace, "--", "true"]].concat()));
    assert_eq!(code, 4, "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&[&outer[..], &record, &["./no-such-command"]].concat()));
    assert_eq!(code, 127, "{error}");
}

#[test]
fn several_cards_behind_services_are_relayed_recorded_and_replayed_together() {
    let sandbox = Sandbox::new();
    let trace = path(&sandbox, "visit.apdu");
    let program = env!("CARGO_BIN_EXE_virtuale");
    let readers = ["--reader", "Vitale 00 00", "--reader", "Professional 00 00"];
    let cards = ["exec", "--card", MARTIN, "--card", T1, "--now", "2026-01-15"];
    let outer = [&cards[..], &readers, &["--", program]].concat();
    let read = ["-o", &trace, "--now", "2026-01-15", "--", program, "read"];
    let (code, out, error) = run(&mut sandbox.virtuale(&[&outer[..], &["record"], &readers, &read].concat()));
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("The card in Vitale 00 00\n") && out.contains("The card in Professional 00 00\n"), "{out}");
    let text = fs::read_to_string(&trace).expect("the recording");
    assert!(text.contains("\nslot slot-0\natr 3B 75") && text.contains("\nslot slot-1\natr 3B 85"), "{text}");
    let (code, out, error) = run(&mut sandbox.virtuale(&[&outer[..], &["replay", &trace], &readers].concat()));
    assert_eq!(code, 0, "{out}{error}");
    let crossed = ["--reader", "Professional 00 00", "--reader", "Vitale 00 00"];
    let (code, out, _) = run(&mut sandbox.virtuale(&[&outer[..], &["replay", &trace], &crossed].concat()));
    assert_eq!(code, 1, "the first reader is for the first slot: {out}");
    let (code, _, error) = run(&mut sandbox.virtuale(&[&outer[..], &["replay", &trace], &crossed[..2]].concat()));
    assert!(code == 2 && error.contains("visit.apdu has 2 slots, and --reader names 1"), "{error}");
}

#[test]
fn findings_make_the_code_1_and_can_be_written_down() {
    let sandbox = Sandbox::new();
    let trace = recorded(&sandbox, "visit.apdu");
    let text = fs::read_to_string(&trace).expect("the recording");
    let wrong = text.replace("< 61 20\n", "< 61 21   # as it was\n");
    assert_ne!(text, wrong);
    fs::write(&trace, &wrong).expect("the trace");
    let junit = path(&sandbox, "replay.xml");
    let (code, out, _) = run(&mut sandbox.virtuale(&["replay", &trace, "--junit", &junit]));
    assert_eq!(code, 1);
    assert!(
        out.contains("the answer differs from byte 2 on: expected 6121 33 bytes wait, got 6120 32 bytes wait"),
        "{out}"
    );
    assert!(fs::read_to_string(&junit).expect("the report").contains("failures=\"1\""));
    let github = sandbox.virtuale(&["replay", &trace]).env("GITHUB_ACTIONS", "true").output().expect("it starts");
    let github = String::from_utf8(github.stdout).expect("text");
    assert!(github.lines().any(|line| line.starts_with("::error file=") && line.contains(",line=")), "{github}");
    let mut update = sandbox.virtuale(&["replay", &trace, "--update", "--junit", &junit]);
    let (code, out, _) = run(update.env("GITHUB_ACTIONS", "true"));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("1 expectation rewritten") && out.contains(", no finding;"), "{out}");
    assert!(!out.contains("::error"), "what was rewritten is wrong no more: {out}");
    assert!(fs::read_to_string(&junit).expect("the report").contains("failures=\"0\""));
    assert_eq!(fs::read_to_string(&trace).expect("the trace"), wrong.replace("61 21", "61 20"));
}

#[test]
fn what_a_program_did_otherwise_is_annotated_beside_what_it_prints() {
    let sandbox = Sandbox::new();
    let trace = path(&sandbox, "card.apdu");
    let text = "virtuale-trace 1\ncard vitale2-martin\n> 00 A4 00 00 # ::add-mask::x\n< 90 00\n";
    fs::write(&trace, text).expect("room");
    let mut command = sandbox.virtuale(&["replay", &trace, "--", "echo", "bill"]);
    let (code, out, error) = run(command.env("GITHUB_ACTIONS", "true"));
    assert_eq!((code, out.as_str()), (1, "bill\n"));
    let lines: Vec<&str> = error.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").expect(&error);
    let end = lines.iter().position(|line| *line == format!("::{token}::")).expect(&error);
    assert!(lines[1..end].iter().any(|line| line.contains("never came")), "{error}");
    assert!(lines[end + 1].starts_with("::error file=") && lines[end + 1].contains(",line=3,"), "{error}");
    assert_eq!(lines.len(), end + 2, "{error}");
    let error = run(&mut sandbox.virtuale(&["replay", &trace, "--", "true"])).2;
    let has_orders = error.contains("::error") || error.contains("stop-commands");
    assert!(error.contains("never came") && !has_orders, "no machine reads it: {error}");
}

#[test]
fn a_trace_without_its_card_is_annotated_at_its_card_line() {
    let sandbox = Sandbox::new();
    let trace = path(&sandbox, "card.apdu");
    for (name, code) in [("none.toml", 4), ("nobody", 2)] {
        fs::write(&trace, format!("virtuale-trace 1\n\ncard {name}\n> 00 A4 00 00\n< 90 00\n")).expect("room");
        for command in [&[][..], &["--", "true"]] {
            let arguments = [&["replay", &trace], command].concat();
            let (found, out, error) = run(sandbox.virtuale(&arguments).env("GITHUB_ACTIONS", "true"));
            assert_eq!(found, code, "{out}{error}");
            let annotated = format!("{out}{error}");
            assert!(annotated.contains("card.apdu,line=3,title=not replayed::"), "{name} {command:?}: {annotated}");
        }
    }
}

#[test]
fn shards_share_the_traces() {
    let sandbox = Sandbox::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scenarios");
    let traces = |shard: &str| {
        let mut command = sandbox.virtuale(&["replay", folder, "--shard", shard]);
        let (code, out, error) = run(command.env("CI_NODE_INDEX", "2").env("CI_NODE_TOTAL", "3"));
        assert_eq!(code, 0, "{out}{error}");
        // What was repeated of faults stands before the line that sums up.
        let last = out.lines().last().unwrap_or_default();
        last.split(' ').next().and_then(|number| number.parse::<usize>().ok()).expect("a number of traces")
    };
    let (one, two, three) = (traces("1/3"), traces("2/3"), traces("3/3"));
    assert_eq!(traces("auto"), two);
    assert_eq!(one + two + three, fs::read_dir(folder).expect("fixtures").count() - 1);
    assert_eq!(run(&mut sandbox.virtuale(&["replay", folder, "--shard", "4/3"])).0, 2);
}

#[test]
fn a_trace_plays_the_card() {
    let sandbox = Sandbox::new();
    let trace = recorded(&sandbox, "visit.apdu");
    let program = env!("CARGO_BIN_EXE_virtuale");
    let play = |trace: &str, with: &[&str], sent: &str| {
        let inner = ["--", program, "replay", sent, "--reader", READER];
        run(&mut sandbox.virtuale(&[&["replay", trace], with, &inner].concat()))
    };
    let (code, out, error) = play(&trace, &[], &trace);
    assert_eq!(code, 0, "{out}{error}");
    for (program, right) in [("./no-such-command", 127), (env!("CARGO_MANIFEST_DIR"), 126)] {
        let (code, _, error) = run(&mut sandbox.virtuale(&["replay", &trace, "--", program]));
        assert_eq!(code, right, "{error}");
    }
    // Another program, which reads the card once more.
    let text = fs::read_to_string(&trace).expect("the recording");
    let longer = path(&sandbox, "longer.apdu");
    fs::write(&longer, format!("{text}> 00 A4 00 00 02 3F 00\n< 90 00\n")).expect("a trace");
    let (code, _, error) = play(&trace, &[], &longer);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("from here on the trace has no such command as 00 A4 00 00 02 3F 00"), "{error}");
    let (code, _, error) = play(&trace, &["--any-order"], &longer);
    assert_eq!(code, 0, "{error}");
    let (code, _, error) = play(&longer, &[], &trace);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("from here on, 1 command of the trace never came"), "{error}");
}

#[test]
fn what_has_no_command_is_no_success() {
    let sandbox = Sandbox::new();
    let program = env!("CARGO_BIN_EXE_virtuale");
    let trace = path(&sandbox, "empty.apdu");
    let (code, _, error) = run(&mut sandbox.virtuale(&["exec", "--card", MARTIN, "--record", &trace, "--", "true"]));
    assert_eq!(code, 0, "{error}");
    let checks_nothing = "the trace has no command to check";
    let (code, out, _) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!((code, out.contains(checks_nothing)), (1, true), "{out}");
    assert!(out.contains("1 trace, 0 commands, 1 finding in 1 trace"), "{out}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["replay", &trace, "--", program, "--version"]));
    assert_eq!((code, error.contains(checks_nothing)), (1, true), "{error}");
    let log = path(&sandbox, "a.log");
    fs::write(&log, "=> 00 A4 04 00\n<= 6A 82\n").expect("a file");
    let never = path(&sandbox, "never.apdu");
    let (code, _, error) = run(&mut sandbox.virtuale(&["convert", &log, "--from", "pcscd", "-o", &never]));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("a.log, if pcscd wrote it") && error.contains("--from arrows"), "{error}");
    assert!(!Path::new(&never).exists());
    fs::write(&log, "Using T=0 protocol\n").expect("a file");
    let (code, _, error) = run(&mut sandbox.virtuale(&["convert", &log]));
    assert_eq!((code, error.contains("see that the program logs the commands too")), (2, true), "{error}");
}

#[test]
fn a_log_of_any_program_is_read_by_patterns() {
    let sandbox = Sandbox::new();
    let log = path(&sandbox, "a.log");
    fs::write(&log, "host{00 A4 00 0C 02 3F 00}\nchip{} state 9000\n").expect("a file");
    let patterns =
        ["--pattern", r"host\{(?<command>[^}]*)", "--pattern", r"chip\{(?<response>[^}]*)\} state (?<sw>\w+)"];
    let (code, out, error) = run(&mut sandbox.virtuale(&[&["convert", &log][..], &patterns].concat()));
    assert_eq!((code, error), (0, format!("{log}: by your patterns, 1 command\n")));
    assert!(out.ends_with("> 00 A4 00 0C 02 3F 00\n< 90 00\n"), "{out}");
    for (pattern, right, says) in [
        ("host{(?<command>.*", 3, "not a regular expression"),
        ("host(?<comand>.*)", 3, "`comand` is not a group of a log"),
        ("TX (?<command>.*)", 2, "no pattern finds a command"),
    ] {
        let (code, out, error) = run(&mut sandbox.virtuale(&["convert", &log, "--pattern", pattern]));
        assert_eq!(code, right, "{pattern}: {out}{error}");
        assert!(error.contains(says), "{pattern}: {error}");
    }
}

#[test]
fn logs_of_a_windows_shell_and_lines_that_are_named() {
    let sandbox = Sandbox::new();
    let log = path(&sandbox, "a.log");
    let utf16 = |text: &str| format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    fs::write(&log, utf16("=> 00 A4 04 00\r\n<= 90 00\r\n")).expect("a file");
    let (code, out, error) = run(&mut sandbox.virtuale(&["convert", &log]));
    assert_eq!((code, error), (0, format!("{log}: arrows, 1 command\n")));
    assert!(out.ends_with("> 00 A4 04 00\n< 90 00\n"), "{out}");
    fs::write(&log, "=> 00 A4 04 00 02 3F\n<= 90 00\n").expect("a file");
    let (code, out, error) = run(&mut sandbox.virtuale(&["convert", &log]));
    assert_eq!(code, 1, "{out}{error}");
    assert!(
        error.contains(":1: a command whose Lc says 2 bytes of data, and 1 follow it: 00 A4 04 00 02 3F"),
        "{error}"
    );
}

#[test]
fn a_session_without_commands_takes_no_trace_away() {
    let sandbox = Sandbox::new();
    let trace = recorded(&sandbox, "visit.apdu");
    let before = fs::read_to_string(&trace).expect("the recording");
    let exec = |program: &str| {
        let words = ["exec", "--card", MARTIN, "--now", "2026-01-15", "--record", &trace, "--", program, "read"];
        run(&mut sandbox.virtuale(&words))
    };
    let (code, _, error) = exec("true");
    assert_eq!((code, error), (0, format!("no command was recorded: {trace} is as it was\n")));
    assert_eq!(fs::read_to_string(&trace).expect("the recording"), before);
    let (code, _, error) = exec(env!("CARGO_BIN_EXE_virtuale"));
    assert_eq!((code, error.as_str()), (0, ""));
    assert_ne!(fs::read_to_string(&trace).expect("the recording"), before, "another session is recorded");
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &trace]));
    assert_eq!(code, 0, "{out}{error}");
}

#[test]
fn a_card_that_nobody_spoke_to_leaves_no_trace() {
    let sandbox = Sandbox::new();
    let folder = path(&sandbox, "traces");
    let script = format!(
        "eval \"$(virtuale serve --detach --card \"$MARTIN\" --card \"$DURAND\" --record {folder})\" || exit 10
         virtuale replay \"$RUFUS\" --reader \"$READER\" && virtuale slots --json; code=$?; virtuale stop; exit $code"
    );
    let (code, out, error) = run(sandbox.shell(&script).env("RUFUS", RUFUS).env("READER", READER));
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains("\"not_whole\": []"), "{out}");
    let left: Vec<_> =
        fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(left, [Path::new(&folder).join("0-vitale2-martin-1.apdu")]);
}

#[test]
fn a_trace_that_is_not_whole_is_told_of() {
    let sandbox = Sandbox::new();
    let folder = path(&sandbox, "traces");
    // A limit on files, which the program lives through, stands for a full disk.
    let script = |blocks: u32, card: &str, then: &str| {
        format!(
            "trap '' XFSZ; ulimit -f {blocks}
             eval \"$(virtuale serve --detach --card {card} --record {folder})\" || exit 10
             {then}; code=$?; virtuale stop; exit $code"
        )
    };
    let (code, out, error) =
        run(&mut sandbox.shell(&script(1, "\"$MARTIN\"", "virtuale read >/dev/null && virtuale slots")));
    assert_eq!(code, 0, "{out}{error}");
    let told: Vec<_> = error.lines().filter(|line| line.contains("0-vitale2-martin-1.apdu is not whole: ")).collect();
    assert_eq!(told.len(), 2, "by slots and by stop: {error}");
    let (code, out, error) = run(&mut sandbox.shell(&script(0, "-", "virtuale insert 0 \"$DURAND\"")));
    assert_eq!(code, 4, "{out}{error}");
    assert!(error.contains("cannot write ") && error.contains("0-vitale2-durand-1.apdu: "), "{error}");
    let left: Vec<_> = fs::read_dir(&folder).expect("the folder").collect();
    assert_eq!(left.len(), 1, "nothing is left of a trace that could not begin: {left:?}");
}

#[test]
fn redaction_leaves_nobody_in_a_trace() {
    let sandbox = Sandbox::new();
    let trace = recorded(&sandbox, "visit.apdu");
    let clean = path(&sandbox, "clean.apdu");
    let (code, out, error) = run(&mut sandbox.virtuale(&["redact", &trace, "--as", DURAND, "-o", &clean]));
    assert_eq!(code, 0, "{out}{error}");
    let [before, text] = [&trace, &clean].map(|path| fs::read_to_string(path).expect("a trace"));
    for (name, coded) in
        [("MARTIN", "4D 41 52 54 49 4E"), ("CAMILLE", "43 41 4D 49 4C 4C 45"), ("NIR", "32 38 36 31 39 37 35")]
    {
        assert!(before.contains(coded), "{name} was never there");
        assert!(!text.contains(coded), "{name} is still there");
    }
    assert!(text.contains("44 55 52 41 4E 44"), "the invented person is there");
    // The recording's day is gone; whoever wants a certain one says so.
    assert!(before.contains("now 2026-01-15") && !text.contains("now 2026-01-15"), "{before}{text}");
    let dated = ["redact", &trace, "--as", DURAND, "--now", "2026-05-01", "--force", "-o", &clean];
    assert_eq!(run(&mut sandbox.virtuale(&dated)).0, 0);
    assert!(fs::read_to_string(&clean).expect("the redacted trace").contains("\nnow 2026-05-01\n"));
    // A name in that of an application: it stays, so nothing is written.
    let text = fs::read_to_string(&trace).expect("the recording");
    fs::write(&trace, format!("{text}> 00 A4 04 00 08 F0 43 41 4D 49 4C 4C 45\n< 6A 82\n")).expect("the trace");
    let never = path(&sandbox, "never.apdu");
    let (code, _, error) = run(&mut sandbox.virtuale(&["redact", &trace, "--as", DURAND, "-o", &never]));
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("prenom of IDENTITE") && !Path::new(&never).exists(), "{error}");
}

#[test]
fn a_redacted_trace_becomes_one_that_the_invented_card_passes() {
    let sandbox = Sandbox::new();
    let root = env!("CARGO_MANIFEST_DIR");
    std::os::unix::fs::symlink(Path::new(root).join("applets"), sandbox.path().join("applets")).expect("a link");
    let here = |script: &str| run(sandbox.shell(script).current_dir(sandbox.path()));
    let record = "virtuale exec --card \"$MARTIN\" --now 2026-01-15 --record visit.apdu -- virtuale read >/dev/null";
    let (code, out, error) = here(record);
    assert_eq!(code, 0, "{out}{error}");
    let guide = fs::read_to_string(Path::new(root).join("docs/traces.md")).expect("the guide");
    let (_, section) = guide.split_once("\n## Redacting\n").expect("the section");
    let blocks: Vec<_> = section.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [redact, update] = blocks[..] else { panic!("two blocks of commands: {blocks:?}") };
    let (code, out, error) = here(redact);
    assert_eq!(code, 0, "{out}{error}");
    assert_eq!(here("virtuale replay redacted.apdu").0, 1, "it is the original card's dialogue");
    let (code, out, error) = here(&format!("set -e\n{update}"));
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains(" commands, no finding"), "{out}");

    let (code, out, error) = here(&format!(
        "set -e; printf '> 00 20 00 81 04 37 33 39 31\\n< 63 C2\\n' >>visit.apdu; rm redacted.apdu\n{redact}
         virtuale replay redacted.apdu --update && exit 10
         sed -i 's/^> 00 20 00 81 04 .*/> 00 20 00 81 04 31 32 33 34/' redacted.apdu\n{update}"
    ));
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains(": the command has wildcards: it can be recognised, not sent"), "{out}");
}

#[test]
fn what_is_wrong_has_its_code() {
    let sandbox = Sandbox::new();
    let broken = path(&sandbox, "broken.apdu");
    fs::write(&broken, "virtuale-trace 1\nresett\n").expect("a file");
    let bare = path(&sandbox, "bare.apdu");
    fs::write(&bare, "virtuale-trace 1\n> 00 A4 00 00\n< 90 00\n").expect("a file");
    let lost = path(&sandbox, "lost.apdu");
    fs::write(&lost, "virtuale-trace 1\ncard no-such.toml\n").expect("a file");
    let codes = [
        (&["replay", &lost][..], 4, "lost.apdu: cannot read no-such.toml: "),
        (&["replay", &broken], 3, "did you mean `reset`?"),
        (&["replay", &bare], 2, "give one with --card CARD"),
        (&["replay", "no-such.apdu"], 4, "cannot read no-such.apdu"),
        (&["replay", &bare, "--reader", "None 00 00", "--socket", "/no-such-socket"], 4, "/no-such-socket"),
        (&["convert", &broken, "--to", "json"], 3, "did you mean `reset`?"),
        (&["convert", "/dev/zero"], 3, "this file has more than 67108864 bytes"),
        (&["replay", "/dev/zero"], 3, "this file has more than 67108864 bytes"),
        (&["redact", &bare, "--as", "no-such.toml", "-o", "x"], 4, "cannot read no-such.toml"),
    ];
    for (arguments, right, part) in codes {
        let (code, out, error) = run(&mut sandbox.virtuale(arguments));
        assert_eq!(code, right, "{arguments:?}: {out}{error}");
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
    let (code, out, error) = run(&mut sandbox.virtuale(&["replay", &bare, "--card", MARTIN]));
    assert_eq!(code, 0, "{out}{error}");
    until("nothing is left but our files", || sandbox.left().len() == 3);
}
