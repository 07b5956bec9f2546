//! What the PC/SC library tells programs of Windows, call by call, held against the column of Windows in
//! `docs/conformance.md`: the program in C of `tests/clients/conformance`, with the library beside it.
//!
//! What is expected is in `conformance.txt`, which the ring of clients makes from the same cases.

use std::{collections::BTreeMap, fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, guest_trial, root};

/// The parts of the program that are run here, each with a limit of its own. The last one ends the service.
const PARTS: [&str; 6] = ["contexts", "connecting", "sharing", "commands", "readers", "ending"];

pub(crate) fn trials() -> Vec<Trial> {
    let of = |kind: Kind, bits: &str| {
        let name = format!("conformance::programs_of_{bits}_bits_are_told_what_the_page_says");
        guest_trial("conformance", kind, &name, are_told_what_the_page_says)
    };
    vec![of(Kind::X64, "64"), of(Kind::X86, "32")]
}

fn are_told_what_the_page_says(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = place.home().join("program.exe");
    fs::copy(guest, &program)?;
    place.virtuale(&["attach", &program.display().to_string()]).run()?.exits_with(0)?;
    let served = place.serve(&["--card", "vitale2-martin", "--card", "-"])?;
    let stop = format!("\"{}\" stop", place.program_under_test());
    let mut said = String::new();
    for part in PARTS {
        let run = place.program(&program, &["winscard.dll", part]).variable("PCSCLITE_CSOCK_NAME", &served.socket);
        said += &run.variable("STOP", &stop).run()?.exits_with(0)?.out;
    }
    served.server.end()?.exits_with(0)?;
    let expected = fs::read_to_string(root().join("tests/windows/conformance.txt"))?;
    let mut expected: BTreeMap<_, _> = expected.lines().filter_map(|line| line.split_once(": ")).collect();
    let mut wrong = Vec::new();
    for (case, gives) in said.lines().filter_map(|line| line.split_once(": ")) {
        match expected.remove(case) {
            Some(right) if right == gives => {}
            right => wrong.push(format!("{case} should give {right:?}\n    and gives {gives}")),
        }
    }
    wrong.extend(expected.keys().map(|case| format!("{case} gives nothing")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
