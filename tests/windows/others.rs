//! Programs of others: the examples of the crate `pcsc`, unmodified, which are linked to `winscard.dll` and find our
//! library beside them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, guest_trial};

/// What each example says of a Vitale in the first of two readers; what it reads is a key that somebody presses.
const EXAMPLES: [(&str, &str); 6] = [
    ("list-readers", "Virtuale 00 01"),
    ("list-readers-owned", "Virtuale 00 01"),
    ("connect", "Virtuale 00 00"),
    ("connect-owned", "Virtuale 00 00"),
    ("readme", "APDU response: [106, 130]"),
    ("cancel", "Blocking call"),
];

pub(crate) fn trials() -> Vec<Trial> {
    let of = |kind: Kind, bits: &str| {
        [
            guest_trial(
                "pcsc-readme",
                kind,
                &format!("others::examples_of_the_crate_pcsc_of_{bits}_bits"),
                examples_find_the_readers,
            ),
            guest_trial(
                "pcsc-monitor",
                kind,
                &format!("others::its_monitor_of_{bits}_bits_sees_cards_come"),
                monitor_sees_cards_come,
            ),
        ]
    };
    of(Kind::X64, "64").into_iter().chain(of(Kind::X86, "32")).collect()
}

/// Another example beside this one, in a folder of the test.
fn example(place: &Place, guest: &Path, name: &str) -> Result<PathBuf, Failed> {
    let program = place.home().join(format!("{name}.exe"));
    fs::copy(guest.with_file_name(format!("pcsc-{name}.exe")), &program)?;
    Ok(program)
}

fn examples_find_the_readers(place: &Place, guest: &Path) -> Result<(), Failed> {
    for (name, says) in EXAMPLES {
        let program = example(place, guest, name)?.display().to_string();
        place.exec(&["vitale2-martin", "-"], &[&program]).input("\r\n").run()?.exits_with(0)?.says(says)?;
    }
    Ok(())
}

fn monitor_sees_cards_come(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = example(place, guest, "monitor")?;
    place.virtuale(&["attach", &program.display().to_string()]).run()?.exits_with(0)?;
    let served = place.serve(&["--card", "-"])?;
    let started = place.program(&program, &[] as &[&str]).variable("PCSCLITE_CSOCK_NAME", &served.socket).start();
    let mut monitor = started?;
    monitor.line_with("EMPTY")?;
    served.virtuale(&["insert", "0", "vitale2-martin"]).run()?.exits_with(0)?;
    monitor.line_with("PRESENT")?;
    monitor.kill()?;
    served.stop()
}
