//! What only shows on a terminal: signals from its keys, colours, a prompt.

#![cfg(target_os = "linux")]

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
};

use rustix::{
    fs::{Mode, OFlags},
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::sandbox::{MARTIN, Sandbox, run, until};

/// A command on a terminal of its own, and that terminal's other end.
struct OnTerminal {
    child: Child,
    keyboard: File,
    shown: String,
}

impl OnTerminal {
    fn start(command: &Command) -> Self {
        Self::of_width(command, 0)
    }

    /// On a terminal of so many columns.
    fn of_width(command: &Command, columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("a terminal of ours");
        rustix::fs::fcntl_setfl(&ours, OFlags::RDWR | OFlags::NONBLOCK).expect("its mode");
        let name = ptsname(&ours, Vec::new()).expect("its name");
        let theirs: OwnedFd = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its end");
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&theirs, size).expect("a size");
        let end = || Stdio::from(theirs.try_clone().expect("a descriptor"));
        let mut session = Command::new("setsid");
        session.args(["--ctty", "--wait"]).arg(command.get_program()).args(command.get_args()).env("TERM", "xterm");
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        let child = session.stdin(end()).stdout(end()).stderr(end()).spawn().expect("setsid starts");
        Self { child, keyboard: File::from(ours), shown: String::new() }
    }

    /// Reads until the terminal shows this.
    fn wait_for(&mut self, text: &str) {
        self.wait_for_behind("", text);
    }

    /// Reads until the terminal shows this, behind the last place where it shows that.
    fn wait_for_behind(&mut self, place: &str, text: &str) {
        until(text, || {
            let start = if place.is_empty() { Some(0) } else { self.shown.rfind(place) };
            if start.is_some_and(|start| self.shown[start..].contains(text)) {
                return true;
            }
            let mut bytes = [0; 4096];
            let length = self.keyboard.read(&mut bytes).unwrap_or(0);
            self.shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
            false
        });
    }

    fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("a key");
    }

    /// Its exit code.
    fn end(mut self) -> Option<i32> {
        let mut status = None;
        until("it ends", || {
            status = self.child.try_wait().expect("it is ours");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }
}

#[test]
fn control_c_reaches_the_command_once() {
    let sandbox = Sandbox::new();
    let script = "trap 'echo heard' INT; trap 'echo done; exit 5' QUIT; echo ready; while :; do sleep 0.01; done";
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["exec", "--", "sh", "-c", script]));
    terminal.wait_for("ready");
    terminal.press(b"\x03");
    terminal.wait_for("heard");
    terminal.press(b"\x1c");
    terminal.wait_for("done");
    assert_eq!(terminal.child.wait().expect("it ends").code(), Some(5));
    assert_eq!(terminal.shown.matches("heard").count(), 1, "{}", terminal.shown);
    assert!(sandbox.left().is_empty());
}

#[test]
fn who_serves_and_stops_at_a_terminal_is_told_what_a_shell_would_take_up() {
    let sandbox = Sandbox::new();
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["serve", "--name", "caisse"]));
    terminal.wait_for("once this line is run there; they are there until Ctrl-C");
    let line = terminal.shown.lines().find_map(|line| line.strip_prefix("export PCSCLITE_CSOCK_NAME="));
    let mut stop = sandbox.virtuale(&["stop"]);
    let mut other = OnTerminal::start(stop.env("PCSCLITE_CSOCK_NAME", line.expect("a line for a shell")));
    other.wait_for("unset PCSCLITE_CSOCK_NAME;");
    other.wait_for("this shell still looks for them: run the line above");
    assert_eq!((other.end(), terminal.end()), (Some(0), Some(0)));
    assert!(sandbox.left().is_empty());
}

#[test]
fn control_z_stops_nothing_that_nobody_could_wake() {
    let sandbox = Sandbox::new();
    // No shell with job control is above the command, so that the system lets Ctrl-Z stop nothing.
    let script = "trap 'echo awake' USR1; echo ready; while :; do sleep 0.01; done";
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["exec", "--", "sh", "-c", script]));
    terminal.wait_for("ready");
    terminal.press(b"\x1a");
    terminal.wait_for("^Z");
    // Passed on by a program that runs only.
    kill_process(Pid::from_child(&terminal.child), Signal::USR1).expect("it runs");
    terminal.wait_for("awake");
    terminal.press(b"\x03");
    assert_eq!(terminal.end(), Some(130));
    assert!(sandbox.left().is_empty());
}

#[test]
fn a_shell_stops_the_command_and_wakes_it() {
    let sandbox = Sandbox::new();
    let mut shell = sandbox.shell("exec sh -i");
    shell.env("SCRIPT", "echo ready; read word; echo \"<$word>\"; exec sleep 60").env_remove("ENV");
    let mut terminal = OnTerminal::start(&shell);
    terminal.press(b"virtuale exec -- sh -c \"$SCRIPT\"\n");
    terminal.wait_for("ready");
    terminal.press(b"\x1a");
    terminal.wait_for("Stopped");
    terminal.press(b"fg\n");
    terminal.press(b"awake\n");
    terminal.wait_for("<awake>");
    terminal.press(b"\x03");
    terminal.press(b"echo \"code $?\"\n");
    terminal.wait_for("code 130");
    assert!(sandbox.left().is_empty());
    terminal.press(b"exit\n");
    terminal.end();
}

#[test]
fn a_person_is_prompted_and_may_mistype() {
    let sandbox = Sandbox::new();
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["apdu", "--card", MARTIN]));
    terminal.wait_for("quit or Ctrl-D ends");
    terminal.wait_for("apdu> ");
    terminal.press(b"help\r");
    terminal.wait_for("'h' is no digit");
    terminal.wait_for("write a command in hexadecimal");
    terminal.press(b"00A4000C023F00\r");
    terminal.wait_for("< 9000  # done");
    terminal.press(b"\x04");
    assert_eq!(terminal.end(), Some(0));
    for word in [&b"quit\r"[..], b" exit\r"] {
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&["apdu", "--card", MARTIN]));
        terminal.wait_for("apdu> ");
        terminal.press(word);
        assert_eq!(terminal.end(), Some(0));
    }
}

#[test]
fn a_person_edits_a_line_and_calls_it_back() {
    let sandbox = Sandbox::new();
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["apdu", "--card", MARTIN, "--get-response"]));
    terminal.wait_for("apdu> ");
    // A wrong last digit is put right; Ctrl-C leaves a line; the first one comes back with the arrow.
    terminal.press(b"00A404000BD250000002564954414C44\x7F5\r");
    terminal.wait_for("# SELECT application VITALE");
    terminal.wait_for("# GET RESPONSE");
    terminal.wait_for("#   62  file control parameters");
    terminal.wait_for_behind("life cycle", "apdu> ");
    terminal.press(b"00B0\x03");
    terminal.wait_for_behind("00B0\x1b", "apdu> ");
    terminal.press(b"reset\r");
    terminal.wait_for_behind("reset  # ATR 3B 75", "apdu> ");
    terminal.shown.clear();
    terminal.press(b"\x1b[A\x1b[A\r");
    terminal.wait_for("# SELECT application VITALE");
    terminal.press(b"\x04");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn lines_that_come_at_once_are_carried_out_one_by_one() {
    let sandbox = Sandbox::new();
    // Typed ahead; and pasted into a terminal that says so.
    for keys in [&b"00A4000C023F00\r00B0000001\rreset\r"[..], b"\x1b[200~00A4000C023F00\r00B0000001\rreset\x1b[201~\r"]
    {
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&["apdu", "--card", MARTIN]));
        terminal.wait_for("apdu> ");
        terminal.press(keys);
        terminal.wait_for("# SELECT 3F00");
        terminal.wait_for_behind("# READ BINARY at 0", "reset  # ATR 3B 75");
        terminal.press(b"\x04");
        assert_eq!(terminal.end(), Some(0));
    }
}

#[test]
fn a_page_is_as_wide_as_the_terminal() {
    let sandbox = Sandbox::new();
    for (columns, least) in [(60, 50), (80, 61), (120, 81)] {
        let read = sandbox.virtuale(&["read", "--card", MARTIN, "--commands", "--lang", "fr", "--now", "2026-01-15"]);
        let mut terminal = OnTerminal::of_width(&read, columns);
        terminal.wait_for("CERTIF+1024");
        let plain = anstream::adapter::strip_str(&terminal.shown).to_string();
        let widest = plain.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!((least..=usize::from(columns)).contains(&widest), "{widest} of {columns}: {plain}");
        terminal.end();
    }
}

#[test]
fn colours_are_for_terminals() {
    let sandbox = Sandbox::new();
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["card", "explain", "--file", "PAN", MARTIN]));
    terminal.wait_for("hold nothing");
    assert!(terminal.shown.contains("\u{1b}["), "{}", terminal.shown);
    let (_, out, _) = run(&mut sandbox.virtuale(&["card", "explain", "--file", "PAN", MARTIN]));
    assert!(!out.contains('\u{1b}'), "{out}");
    let mut plain = sandbox.virtuale(&["card", "explain", "--file", "PAN", MARTIN]);
    plain.env("NO_COLOR", "1");
    let mut terminal = OnTerminal::start(&plain);
    terminal.wait_for("hold nothing");
    assert!(!terminal.shown.contains('\u{1b}'), "{}", terminal.shown);
}

#[test]
fn a_code_is_asked_for_unseen_until_it_is_right() {
    let sandbox = Sandbox::new();
    let read = sandbox.virtuale(&["read", "--card", "cps-lefevre", "--now", "2026-01-15"]);
    let mut terminal = OnTerminal::start(&read);
    let prompt = "empty to read on without it): ";
    terminal.wait_for(prompt);
    terminal.press(b"12x4\r");
    terminal.wait_for_behind("something else than digits", prompt);
    terminal.press(b"0000\r");
    terminal.wait_for_behind("is wrong: 2 tries left", prompt);
    // What was mistyped is taken back, as a whole and by its last digit.
    terminal.press(b"99\x15123\x7F34\r");
    terminal.wait_for("further bytes are unused");
    assert_eq!(terminal.shown.matches(&format!("{prompt}\r\n")).count(), 3, "{}", terminal.shown);
    assert!(terminal.shown.contains("signs lots"), "{}", terminal.shown);
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn the_exit_code_says_that_the_last_code_given_at_a_prompt_was_wrong() {
    let sandbox = Sandbox::new();
    for (lang, end, prompt, one_left, blocked, unblocks) in [
        (
            "en",
            "further bytes are unused",
            "to read on without it): ",
            "is wrong: one try left",
            "is wrong, and there is no try left: it is blocked now",
            "help: the unblocking code (PUK) unblocks it",
        ),
        (
            "fr",
            "autres octets ne servent pas",
            "pour lire sans lui) : ",
            "est faux : il reste un essai",
            "est faux, et il ne reste aucun essai : il est bloqué maintenant",
            "aide : le code de déblocage (PUK) le débloque",
        ),
    ] {
        let read = ["read", "--card", "cps-lefevre", "--lang", lang, "--now", "2026-01-15"];
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&read));
        terminal.wait_for(prompt);
        terminal.press(b"0000\r");
        terminal.wait_for_behind("2 ", prompt);
        terminal.press(b"0000\r");
        terminal.wait_for_behind(one_left, prompt);
        terminal.press(b"0000\r");
        terminal.wait_for_behind(blocked, "(PUK)");
        terminal.wait_for_behind("(PUK)", end);
        let plain = anstream::adapter::strip_str(&terminal.shown).to_string();
        assert!(plain.contains(unblocks) && !plain.contains("--pin-fd"), "{plain}");
        assert_eq!(terminal.end(), Some(4));
    }
    for (answers, code) in [([&b"0000\r"[..], b"\r"], 4), ([b"0000\r", b"1234\r"], 0)] {
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&["read", "--card", "cps-lefevre"]));
        terminal.wait_for("to read on without it): ");
        terminal.press(answers[0]);
        terminal.wait_for_behind("is wrong: 2 tries left", "to read on without it): ");
        terminal.press(answers[1]);
        terminal.wait_for("further bytes are unused");
        assert_eq!(terminal.end(), Some(code));
    }
}

#[test]
fn of_a_code_that_is_far_too_long_no_wrong_length_is_told() {
    let sandbox = Sandbox::new();
    let mut terminal = OnTerminal::start(&sandbox.virtuale(&["read", "--card", "cps-lefevre"]));
    let prompt = "to read on without it): ";
    terminal.wait_for(prompt);
    terminal.press("7".repeat(64).as_bytes());
    terminal.press(b"\r");
    terminal.wait_for_behind("the code has 64 digits", prompt);
    terminal.press("7".repeat(3000).as_bytes());
    terminal.press(b"\r");
    terminal.wait_for_behind("the code has more than 64 digits, and a code of this card has 4", prompt);
    // What was too much is taken back before what was kept.
    terminal.press(format!("1234{}{}\r", "7".repeat(100), "\x7F".repeat(100)).as_bytes());
    terminal.wait_for("signs lots");
    terminal.wait_for("further bytes are unused");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn who_leaves_a_prompt_for_a_code_finds_the_terminal_as_it_was() {
    let sandbox = Sandbox::new();
    let shell = sandbox.shell(
        "virtuale read --card cps-lefevre; echo \"code $?\"; stty -a; \
         virtuale read --card cps-lefevre; echo \"read: $?\"",
    );
    let mut terminal = OnTerminal::start(&shell);
    let prompt = "empty to read on without it): ";
    terminal.wait_for(prompt);
    terminal.press(b"12\x03");
    terminal.wait_for("code 130");
    terminal.wait_for_behind("code 130", " echo ");
    terminal.wait_for_behind("code 130", prompt);
    terminal.press(b"\r");
    terminal.wait_for("read: 0");
    assert!(terminal.shown.contains("Not read, since it needs the code"), "{}", terminal.shown);
    terminal.end();
}

#[test]
fn a_demonstration_asks_for_the_code_and_says_which_it_is() {
    let sandbox = Sandbox::new();
    for (lang, told, prompt, opened) in [
        ("en", "its card file says that its code is 1234.", "to read on without it): ", "signs lots"),
        ("fr", "d'après son fichier de carte, son code est 1234.", "pour lire sans lui) : ", "signe les lots"),
    ] {
        let demo = ["demo", "--card", "cps-lefevre", "--lang", lang, "--now", "2026-01-15"];
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&demo));
        terminal.wait_for_behind(told, prompt);
        terminal.press(b"1234\r");
        terminal.wait_for_behind(opened, "serve --detach --card cps-lefevre");
        assert_eq!(terminal.shown.matches(prompt).count(), 1, "{}", terminal.shown);
        assert_eq!(terminal.end(), Some(0));
    }
}

#[test]
fn nobody_spends_tries_behind_a_prompt() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach --card cps-lefevre --now 2026-01-15)"
        echo "$PCSCLITE_CSOCK_NAME" > "$XDG_RUNTIME_DIR/where"
        virtuale read
        virtuale stop"#;
    let other = r#"
        for lang in en fr; do echo 0000 | timeout 3 virtuale read --lang $lang --pin-fd 0; echo "other: $?"; done
        echo 0000 | timeout 1 virtuale read --pin-fd 0; echo "in haste: $?""#;
    let mut terminal = OnTerminal::start(&sandbox.shell(script));
    let prompt = "3 tries left; empty to read on without it): ";
    terminal.wait_for(prompt);
    let socket = std::fs::read_to_string(sandbox.path().join("where")).expect("the path of the socket");
    let (_, out, error) = run(sandbox.shell(other).env("PCSCLITE_CSOCK_NAME", socket.trim()));
    assert_eq!(out, "other: 124\nother: 124\nin haste: 124\n", "it waits until the card is nobody's");
    let place = "Virtuale 00 00";
    let told = format!(
        "another program holds the card in {place}: waiting for it, about 60 s at most\n\
         un autre programme tient la carte dans {place} : attente, environ 60 s au plus\n"
    );
    assert_eq!(error, told, "nobody wonders who waits for a moment");
    terminal.press(b"1234\r");
    terminal.wait_for("3 of 3 tries left");
    terminal.wait_for("are gone");
}

#[test]
fn nobody_is_asked_for_a_code_that_opens_nothing() {
    let sandbox = Sandbox::new();
    for card in ["cps-bloquee", MARTIN] {
        let mut terminal = OnTerminal::start(&sandbox.virtuale(&["read", "--card", card]));
        terminal.wait_for("further bytes are unused");
        assert!(!terminal.shown.contains("without it"), "{card}: {}", terminal.shown);
        assert_eq!(terminal.end(), Some(0));
    }
}

#[test]
fn a_signal_to_a_prompt_for_a_code_puts_the_terminal_back() {
    let sandbox = Sandbox::new();
    let ending = [
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TRAP, 133),
        (Signal::ABORT, 134),
        (Signal::USR1, 138),
        (Signal::USR2, 140),
        (Signal::ALARM, 142),
        (Signal::TERM, 143),
        (Signal::STKFLT, 144),
        (Signal::XCPU, 152),
        (Signal::XFSZ, 153),
        (Signal::VTALARM, 154),
        (Signal::PROF, 155),
        (Signal::IO, 157),
        (Signal::POWER, 158),
        (Signal::SYS, 159),
    ];
    for (signal, code) in ending {
        // The shell tells its own number, which becomes that of the program.
        let script =
            "sh -c 'echo \"<$$>\"; exec virtuale read --card cps-lefevre'; echo \"code $?\"; stty -a; echo end";
        let mut terminal = OnTerminal::start(&sandbox.shell(script));
        terminal.wait_for("empty to read on without it): ");
        terminal.press(b"12");
        let number = terminal.shown.split(['<', '>']).nth(1).and_then(|number| number.parse().ok());
        kill_process(number.and_then(Pid::from_raw).expect("its number"), signal).expect("it runs");
        terminal.wait_for(&format!("code {code}"));
        terminal.wait_for_behind("code", " icanon ");
        terminal.wait_for_behind("code", " echo ");
        terminal.end();
    }
}

#[test]
fn a_shell_stops_a_prompt_for_a_code_and_wakes_it() {
    let sandbox = Sandbox::new();
    for line in ["virtuale read --card cps-lefevre\n", "virtuale exec -- virtuale read --card cps-lefevre\n"] {
        let mut shell = sandbox.shell("exec sh -i");
        shell.env_remove("ENV");
        let mut terminal = OnTerminal::start(&shell);
        terminal.press(line.as_bytes());
        terminal.wait_for("empty to read on without it): ");
        terminal.press(b"99\x1a");
        terminal.wait_for("Stopped");
        terminal.press(b"stty -a\n");
        terminal.wait_for_behind("Stopped", " icanon ");
        terminal.wait_for_behind("Stopped", " echo ");
        terminal.press(b"fg; echo \"code $?\"; stty -a\n");
        terminal.wait_for_behind("echo \"code", "virtuale");
        terminal.press(b"1234\r");
        terminal.wait_for("code 0");
        assert!(terminal.shown.contains("signs lots"), "{}", terminal.shown);
        terminal.press(b"exit\n");
        terminal.end();
    }
}
