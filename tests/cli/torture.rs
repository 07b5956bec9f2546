//! `virtuale torture`: a program under every fault, and the terminal of this house as its first patient.

use std::fs;

use crate::sandbox::{Sandbox, run};

/// What is tortured first.
const READ: [&str; 5] = ["--", env!("CARGO_BIN_EXE_virtuale"), "read", "--lang", "en"];

#[test]
fn the_terminal_of_this_house_survives() {
    let sandbox = Sandbox::new();
    let junit = sandbox.path().join("torture.xml");
    let junit = junit.to_str().expect("text");
    for card in ["vitale2-martin", "vitale1-petit"] {
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
