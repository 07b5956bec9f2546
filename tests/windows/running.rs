//! Readers that run: cards come and go, are read, and say bytes.

use std::path::Path;

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, guest_trial, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("running::a_day_with_one_server", a_day_with_one_server),
        trial("running::a_command_has_readers_of_its_own", a_command_has_readers_of_its_own),
        guest_trial("ctrl_c", Kind::X64, "running::ctrl_c_ends_what_serves", ctrl_c_ends_what_serves),
        guest_trial("ctrl_c", Kind::X86, "running::ctrl_c_of_32_bits_ends_it_too", ctrl_c_ends_what_serves),
    ]
}

fn a_day_with_one_server(place: &Place) -> Result<(), Failed> {
    let served = place.serve(&["--card", "vitale2-martin", "--card", "-"])?;
    served.virtuale(&["slots"]).run()?.exits_with(0)?.says("vitale2-martin")?;
    served.virtuale(&["insert", "1", "cps-lefevre"]).run()?.exits_with(0)?;
    let apdu = served.virtuale(&["apdu", "--card", "reader:Virtuale 00 00"]).input("00A4000C023F00\r\nreset\r\n");
    apdu.run()?.exits_with(0)?.says("< 9000")?;
    served.virtuale(&["read"]).run()?.exits_with(0)?.says("MARTIN")?.says("LEFEVRE")?;
    served.virtuale(&["remove", "1"]).run()?.exits_with(0)?;
    served.stop()
}

fn a_command_has_readers_of_its_own(place: &Place) -> Result<(), Failed> {
    let ended = place.exec(&["vitale2-martin"], &["cmd", "/c", "echo %PCSCLITE_CSOCK_NAME%& exit 7"]).run()?;
    ended.exits_with(7)?.says(r"Virtuale\run")?;
    let program = place.program_under_test();
    place.exec(&["vitale2-martin"], &[&program, "read"]).run()?.exits_with(0)?.says("MARTIN")?;
    place.exec(&[], &["no-such-program"]).run()?.exits_with(127)?;
    Ok(())
}

fn ctrl_c_ends_what_serves(place: &Place, somebody: &Path) -> Result<(), Failed> {
    let serve = format!("\"{}\" serve --card vitale2-martin --socket socket", place.program_under_test());
    let ended = place.program(somebody, &["socket", &serve]).run()?;
    ended.exits_with(0)?.says("$env:PCSCLITE_CSOCK_NAME = ")?;
    Ok(())
}
