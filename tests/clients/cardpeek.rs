//! Cardpeek, whose author had real cards: its own script for the Vitale 2, in console mode.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{Sandbox, programs::CARDPEEK, recording, trial},
    signing::{demand, shell},
};

/// The files that the script names by itself; it adds them to those that POINTERS lists.
const OWN_FILES: [&str; 3] = ["DIR", "PAN", "POINTERS"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(&[&CARDPEEK], "cardpeek::reads_all_files_of_a_vitale_2", reads_all_files)]
}

/// Every file once, by its name in POINTERS, in all three applications; birth dates as days of the calendar.
///
/// At its first start it asks where to put its scripts, and must be answered. What it asks without end goes to `head`.
fn reads_all_files(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        peek() { timeout 30 $RUN cardpeek -c -r "pcsc://Virtuale 00 00" -e "$1" 2>&1 | head -c 1000000 > "$2"; }
        printf '1\n1\n1\n' | peek "os.exit(0)" first.out
        peek "dofile('vitale_2.lua') ui.save_view('$PWD/view.xml') os.exit(0)" second.out < /dev/null
        [ -e view.xml ] || tail -c 3000 second.out"#;
    let said = shell(sandbox, script, "virtuale exec --record visit.apdu --card vitale2-calendrier --")?;
    let view = fs::read_to_string(sandbox.home().join("view.xml")).map_err(|error| format!("{error}\n{said}"))?;
    for application in ["#D250000002564954414C45", "#D2500000024D465F564954414C45", "#E828BD080FD2500000044164E86C65"] {
        demand(&view, &format!("<attr name=\"id\">{application}"))?;
    }
    for name in OWN_FILES.into_iter().chain(["NIR     ", "IDENTITE", "CARTE   ", "ADRESSE "]) {
        let times = view.matches(&format!("<attr name=\"label\">{name}</attr>")).count();
        if times != 1 {
            return Err(format!("{name} is shown {times} times\n{view}").into());
        }
    }
    for text in ["184027599901735", ">02/29/84<", ">PERRIN", ">ALIX"] {
        demand(&view, text)?;
    }
    // The file with the NIRs, by its identifier.
    demand(&recording(sandbox, "visit.apdu")?, "\n> 00 A4 02 00 02 D0 02 00\n")
}
