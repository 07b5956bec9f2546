//! `virtuale torture`: a program under every fault, and the terminal of this house as its first patient.

use std::{fs, os::unix::process::ExitStatusExt};

use rustix::process::{Pid, Signal, test_kill_process};

use crate::sandbox::{Running, Sandbox, run, until};

/// What is tortured first.
const READ: [&str; 5] = ["--", env!("CARGO_BIN_EXE_virtuale"), "read", "--lang", "en"];

#[test]
fn the_terminal_of_this_house_survives() {
    let sandbox = Sandbox::new();
    let junit = sandbox.path().join("torture.xml");
    let junit = junit.to_str().expect("text");
    for card in ["vitale2-martin", "vitale1-petit", "cps-lefevre", "cps4-lefevre"] {
        let options = ["torture", "--card", card, "--limit", "20", "--seed", "1", "--now", "2026-01-15"];
        let options = [&options[..], &["--timeout", "60", "--lang", "en", "--junit", junit]].concat();
        let (code, out, error) = run(&mut sandbox.virtuale(&[&options[..], &READ].concat()));
        assert_eq!(code, 0, "{out}\n{error}");
        assert!(out.contains("\n20 faults: "), "{out}");
        let report = fs::read_to_string(junit).expect("a report");
        assert!(report.contains(" tests=\"20\" ") && report.contains(" failures=\"0\" "), "{report:.300}");
    }
}

#[cfg(unix)]
#[test]
fn what_no_program_survives_is_found() {
    let sandbox = Sandbox::new();
    // It looks at no answer, and says that all is well.
    let liar = "virtuale read > /dev/null 2>&1; echo all is well";
    let (code, out, error) = run(&mut sandbox
        .shell(&format!("virtuale torture --card vitale2-martin --kinds mute --limit 6 --lang en -- sh -c '{liar}'")));
    assert_eq!(code, 1, "{out}\n{error}");
    assert!(out.contains("lie: ") && out.contains("; again: virtuale fault 0 mute"), "{out}");
    let (code, _, error) = run(&mut sandbox.shell("virtuale torture --card vitale2-martin --lang en -- false"));
    assert!(code == 2 && error.contains("the program fails without any fault"), "{code} {error}");
    let (code, _, error) = run(&mut sandbox.shell("virtuale torture --card vitale2-martin --lang fr -- true"));
    assert!(code == 2 && error.contains("n'envoie aucune commande aux cartes"), "{code} {error}");
}

/// Waits until none of the processes is there whose numbers a file has; gives how many there were.
fn all_gone(file: &std::path::Path) -> usize {
    let numbers = fs::read_to_string(file).expect("their numbers");
    let lives = |number: &str| {
        let process = number.parse().ok().and_then(Pid::from_raw).expect("a process");
        // One that has ended may lie there for a moment, until the first process takes note of it.
        let lies = fs::read_to_string(format!("/proc/{number}/stat")).is_ok_and(|known| known.contains(") Z "));
        test_kill_process(process).is_ok() && !lies
    };
    numbers.lines().for_each(|number| until("nobody is left behind", || !lives(number)));
    numbers.lines().count()
}

#[test]
fn what_a_program_started_does_not_outlive_its_run() {
    let sandbox = Sandbox::new();
    let pids = sandbox.path().join("pids");
    // It leaves somebody behind each time, and waits for another one where the card does not answer.
    let program = format!(
        "sleep 1000 & echo $! >> {0}; virtuale read > /dev/null 2>&1 || {{ sleep 1000 & echo $! >> {0}; wait $!; }}",
        pids.display()
    );
    let options = "--card vitale2-martin --kinds mute --limit 2 --timeout 3 --jobs 1";
    let torture = format!("virtuale torture {options} --lang en -- sh -c '{program}'");
    let (code, out, error) = run(&mut sandbox.shell(&torture));
    assert!(code == 1 && out.contains("\n2 faults: 2 hang; "), "{code}: {out}\n{error}");
    assert_eq!(all_gone(&pids), 2 + 2 * 2, "two runs without a fault, and two that hang");
    // Without any fault it is told from a failure.
    let torture = "virtuale torture --card vitale2-martin --timeout 1 --lang fr -- sh -c 'sleep 1000 & wait'";
    let (code, _, error) = run(&mut sandbox.shell(torture));
    assert!(code == 2 && error.contains("n'avait pas fini après 1 s"), "{code} {error}");
}

#[test]
fn what_ends_a_torture_ends_all_of_it() {
    let sandbox = Sandbox::new();
    let pids = sandbox.path().join("pids");
    let program = format!("sleep 1000 & printf '%s\\n' $! $$ >> {}; wait", pids.display());
    for signal in [Signal::INT, Signal::TERM] {
        let torture = sandbox.virtuale(&["torture", "--card", "vitale2-martin", "--", "sh", "-c", &program]);
        let mut torture = Running::start(&mut { torture });
        let begun = || fs::read_to_string(&pids).is_ok_and(|numbers| numbers.lines().count() == 2);
        until("the program runs", begun);
        torture.send(signal);
        let status = torture.child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(signal.as_raw()), "{status}");
        assert_eq!(all_gone(&pids), 2);
        fs::remove_file(&pids).expect("a file of ours");
        assert!(sandbox.left().iter().all(|left| fs::read_dir(left).is_ok_and(|mut of| of.next().is_none())));
    }
}

/// The same with two cards, and of what writes to a card and what signs with it: what they make is printed too, so that
/// it is compared.
#[cfg(unix)]
#[test]
fn the_station_and_the_signing_of_this_house_survive() {
    let sandbox = Sandbox::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let update = format!("virtuale update --reader 'Virtuale 00 00' {root}/fixtures/updates/identite.toml --lang en");
    let sign = format!(
        "d=$(mktemp -d) && echo 1234 | virtuale fse sign --reader 'Virtuale 00 00' --reader 'Virtuale 00 01' --lang en \
         --now 2026-01-15 --pin-fd 0 -o $d/f {root}/fixtures/forms/consultation.toml > /dev/null && cat $d/f/form.txt"
    );
    let read = |more: &str| format!("echo 1234 | virtuale read --lang en --pin-fd 0 {more}");
    let both = "--card vitale2-martin --card cps-lefevre";
    for (cards, program) in
        [("--card vitale2-martin", update), (both, sign), (both, read("")), (both, read("--secured"))]
    {
        let program = program.replace('\'', "'\\''");
        let (code, out, error) = run(&mut sandbox.shell(&format!(
            "virtuale torture {cards} --limit 12 --seed 1 --timeout 60 --now 2026-01-15 --lang en -- sh -c '{program}'"
        )));
        assert_eq!(code, 0, "{program}: {out}\n{error}");
        assert!(out.contains("\n12 faults: "), "{out}");
    }
}

/// What torture found once, each by the fault that showed it.
#[cfg(unix)]
#[test]
fn what_could_not_be_read_is_said() {
    let sandbox = Sandbox::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let (cps, both) = ("--card cps-lefevre", "--card vitale2-martin --card cps-lefevre");
    let vitale = "--card vitale2-martin";
    let read = "virtuale read --lang en";
    let with_code = "echo 1234 | virtuale read --lang en --pin-fd 0";
    let update =
        format!("virtuale update --lang en --reader 'Virtuale 00 00' {root}/fixtures/updates/identite.toml 2>&1");
    let sign = format!(
        "echo 1234 | virtuale fse sign --reader 'Virtuale 00 00' --reader 'Virtuale 00 01' --lang en \
         --now 2026-01-15 --pin-fd 0 -o $(mktemp -d)/f {root}/fixtures/forms/consultation.toml 2>&1"
    );
    for (cards, fault, program, said) in [
        (cps, "0 sw=6F00 n=84", read, "The card refused SELECT MF and does not say why (6F00)"),
        (cps, "0 cut=12 n=88", read, "The card's answer to GET DATA PUK breaks off"),
        ("--card vitale1-petit", "0 cut=0 n=1", read, "The card does not say where its memory ends."),
        (both, "0 sw=6982 ins=84", with_code, "This card gave no challenge (6982)"),
        (vitale, "0 sw=6F00 ins=C0 after=100", &update, "the card ended secure messaging"),
        (both, "1 sw=6F00 ins=B0 n=9", &sign, "nothing is signed: the card in "),
    ] {
        let script = format!("virtuale fault {fault} >&2 && {program}").replace('\'', "'\\''");
        let script = format!("virtuale exec {cards} --now 2026-01-15 -- sh -c '{script}'");
        let (code, out, error) = run(sandbox.shell(&script).env("COLUMNS", "120"));
        assert!(code == 4 && out.contains(said), "{fault}: {code}\n{out}\n{error}");
    }
}

/// Each line of the guide that arms a fault, with a card and a program that meets it; nothing stays armed.
#[cfg(unix)]
#[test]
fn the_examples_of_the_guide_run() {
    let guide = include_str!("../../docs/faults.md");
    let is_example = |line: &&str| line.starts_with("virtuale fault 0 ") && !line.contains("--clear");
    let examples: Vec<&str> = guide.lines().filter(is_example).collect();
    assert!(examples.len() > 20, "{examples:?}");
    let met = |example: &&str| {
        let example = example.split('#').next().unwrap_or_default();
        format!("{example} >&2 && virtuale apdu --card 'reader:Virtuale 00 00' 00A4000C023F00 00B0820004 || exit 9\n")
    };
    let armed = |example: &&str| {
        let example = example.split('#').next().unwrap_or_default();
        format!("{example} && virtuale fault 0 --list && virtuale fault 0 --clear || exit 9\n")
    };
    let script: String = examples.iter().map(armed).collect();
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("all.sh"), script).expect("a script");
    let all = format!("virtuale exec --card vitale2-martin -- sh -e {}/all.sh", sandbox.path().display());
    let (code, out, error) = run(&mut sandbox.shell(&all));
    assert_eq!(code, 0, "{out}\n{error}");
    assert!(!out.contains("0 could still strike"), "{out}");
    // Those that leave the card in its slot and answering: a program gets what the guide says.
    let harmless =
        ["fault 0 atr=", "fault 0 sw=6982 ins=20", "fault 0 wtx=5s", "fault 0 cancel", "fault 0 pull=2s n=5"];
    let script: String =
        examples.iter().filter(|line| harmless.iter().any(|word| line.contains(word))).map(met).collect();
    fs::write(sandbox.path().join("met.sh"), script).expect("a script");
    let met = format!("virtuale exec --card vitale2-martin -- sh -e {}/met.sh", sandbox.path().display());
    let (code, out, error) = run(&mut sandbox.shell(&met));
    assert!(code == 0 && out.matches("9000").count() >= 2 * harmless.len() - 1, "{code}: {out}\n{error}");
}
