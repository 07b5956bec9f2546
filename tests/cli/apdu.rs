//! `apdu`. Its lines begin as continued commands do in transcripts, so its transcripts stand here.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::sandbox::{MARTIN, Sandbox, T1, run};

/// What is printed for these commands, which stand in the arguments.
fn arguments(card: &str, commands: &[&str]) -> (i32, String, String) {
    run(&mut Sandbox::new().virtuale(&[&["apdu", "--card", card], commands].concat()))
}

/// What is printed for these commands, which come from standard input.
fn input(text: &str) -> (i32, String, String) {
    let sandbox = Sandbox::new();
    let mut command: Command = sandbox.virtuale(&["apdu", "--card", MARTIN]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // It may have heard enough before the end.
    let _ = child.stdin.take().expect("its input").write_all(text.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn each_command_and_each_answer_is_named() {
    let (code, out, error) = arguments(
        MARTIN,
        &["00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45", "00C0000004", "00a4000c022001", "reset", "00:B0:00:00:10"],
    );
    assert_eq!((code, error.as_str()), (0, ""));
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[1].starts_with("< 61") && lines[1].ends_with(" bytes wait"), "{out}");
    assert!(lines[3].starts_with("< 62 ") && lines[3].contains(" 61"), "{out}");
    assert_eq!(
        [lines[0], lines[2], lines[4], lines[5], lines[6], lines[7], lines[8]],
        [
            "> 00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45  # SELECT application VITALE",
            "> 00 C0 00 00 04  # GET RESPONSE",
            "> 00 A4 00 0C 02 20 01  # SELECT 2001",
            "< 9000  # done",
            "reset  # ATR 3B 75 13 00 00 44 09 EA 90 00",
            "> 00 B0 00 00 10  # READ BINARY at 0",
            "< 6986  # no current elementary file",
        ]
    );
    assert_eq!(lines.len(), 9);
}

#[test]
fn what_was_said_before_a_card_falls_silent_is_there() {
    let steps = [&["00 84 00 00 08"][..], &["reset"; 300]].concat();
    let (code, out, error) = arguments("vitale1-igea440", &steps);
    assert_eq!((code, error.contains("the card gave no answer")), (4, true), "{error}");
    assert!(out.starts_with("> 00 84 00 00 08") && out.lines().any(|line| line.starts_with("reset  # ATR")), "{out}");
}

#[test]
fn the_last_four_digits_before_the_comment_are_the_status_word() {
    let (_, out, _) =
        arguments(MARTIN, &["00A4020C022F00", "00B0000008", "00CADF3000", "00A4040C05A000000003", "8012000000"]);
    let status = |line: &str| {
        let digits: String =
            line.split('#').next().unwrap_or_default().chars().filter(char::is_ascii_hexdigit).collect();
        digits[digits.len() - 4..].to_owned()
    };
    let words: Vec<_> = out.lines().filter(|line| line.starts_with('<')).map(status).collect();
    // Foreign commands are refused and never accepted.
    assert_eq!(words, ["9000", "9000", "6D00", "6A82", "6E00"], "{out}");
}

#[test]
fn bytes_that_a_shell_took_apart_are_one_command() {
    let (code, out, _) = arguments(MARTIN, &["00", "A4", "00", "0C", "02", "3F", "00"]);
    assert_eq!((code, out.as_str()), (0, "> 00 A4 00 0C 02 3F 00  # SELECT 3F00\n< 9000  # done\n"));
}

#[test]
fn with_t1_a_card_takes_extended_lengths() {
    let (_, out, _) = arguments(T1, &["00A4020C022F00", "00B00000000000"]);
    let response = out.lines().last().unwrap_or_default();
    assert!(response.starts_with("< 61 ") && response.ends_with(" 9000  # done"), "{out}");
    let (_, out, _) = arguments(MARTIN, &["00A4020C022F00", "00B00000000000"]);
    assert!(out.ends_with("< 6700  # wrong length\n"), "on T=0: {out}");
}

#[test]
fn commands_come_from_standard_input_too() {
    let (code, out, error) = input("# a comment\n\n00A4000C023F00 # the MF\nReset\r\n00B0000001");
    assert_eq!((code, error.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 5, "{out}");
    let (code, out, error) = input("00A4000C023F00\n00A4zz\n00A4000C023F00\n");
    assert_eq!((code, out.lines().count()), (2, 2));
    assert!(error.contains("standard input, line 2") && error.contains("'z' is no digit"), "{error}");
    let (code, ..) = input("");
    assert_eq!(code, 0);
}

#[test]
fn nothing_is_sent_if_an_argument_is_no_command() {
    for (wrong, why) in [("00A4040", "odd number of digits"), ("hello", "'h' is no digit"), ("#", "holds no command")] {
        let (code, out, error) = arguments(MARTIN, &["00A4000C023F00", wrong]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(error.contains(why) && error.contains("help: a command is hexadecimal"), "{error}");
    }
}

#[test]
fn the_longest_command_and_one_that_is_longer_get_an_answer() {
    let longest = format!("00D6000000FFFF{}\n", "00".repeat(65_535));
    let (code, out, _) = input(&longest);
    assert_eq!((code, out.lines().count()), (0, 2));
    let (code, ..) = input(&"00".repeat(80_000));
    assert_eq!(code, 0);
    let (code, _, error) = input(&"00".repeat(200_000));
    assert_eq!(code, 2);
    assert!(error.contains("line 1: a line is too long"), "{error}");
}
