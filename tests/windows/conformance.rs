//! What the PC/SC library tells programs of Windows, call by call, held against the column of Windows in
//! `docs/conformance.md`: the program in C of `tests/clients/conformance`, with the library beside it.
//!
//! What is expected is in `conformance.txt`, which the ring of clients makes from the same cases.

use std::{collections::BTreeMap, fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Ended, Kind, Place, guest_trial, root};

/// The parts of the program that are run here, each with a limit of its own. The last one ends the service.
const PARTS: [&str; 9] =
    ["contexts", "connecting", "sharing", "commands", "readers", "windows", "pulling", "removal", "ending"];

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
    let verb = |words: &str| format!("\"\"{}\" {words} >nul 2>nul\"", place.program_under_test());
    let mut said = String::new();
    for part in PARTS {
        let run = place.program(&program, &["winscard.dll", part]).variable("PCSCLITE_CSOCK_NAME", &served.socket);
        let run = run.variable("REMOVE", verb("remove 0")).variable("INSERT", verb("insert 0"));
        said += &run.variable("STOP", verb("stop")).run()?.exits_with(0)?.out;
    }
    served.server.end()?.exits_with(0)?;
    judge(&said, true)
}

/// Demands that the program ended well, and that each case of the parts that it ran gave what the page says.
pub(crate) fn says_what_the_page_says(ended: &Ended) -> Result<(), Failed> {
    ended.exits_with(0)?;
    judge(&ended.out, false)
}

/// Holds what was said against the page; `whole` if all of its cases should be there.
fn judge(said: &str, whole: bool) -> Result<(), Failed> {
    let expected = fs::read_to_string(root().join("tests/windows/conformance.txt"))?;
    let mut expected: BTreeMap<_, _> = expected.lines().filter_map(|line| line.split_once(": ")).collect();
    let (mut wrong, all) = (Vec::new(), expected.len());
    for (case, gives) in said.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_once(": ")) {
        match expected.remove(case) {
            Some(right) if right == gives => {}
            right => wrong.push(format!("{case} should give {right:?}\n    and gives {gives}")),
        }
    }
    let missing = expected.keys().filter(|_| whole || expected.len() == all);
    wrong.extend(missing.map(|case| format!("{case} gives nothing")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
