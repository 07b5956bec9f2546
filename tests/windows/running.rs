//! Readers that run: cards come and go, are read, and say bytes; and nothing is left of what was killed.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, guest_trial, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("running::a_day_with_one_server", a_day_with_one_server),
        trial("running::readers_are_known_by_their_name", readers_are_known_by_their_name),
        trial("running::what_was_killed_leaves_nothing", what_was_killed_leaves_nothing),
        trial("running::visits_are_recorded_and_replayed", visits_are_recorded_and_replayed),
        trial("running::what_windows_has_not_is_said", what_windows_has_not_is_said),
        guest_trial("ctrl_c", Kind::X64, "running::ctrl_c_ends_what_serves", ctrl_c_ends_what_serves),
        guest_trial("ctrl_c", Kind::X86, "running::ctrl_c_of_32_bits_ends_it_too", ctrl_c_ends_what_serves),
    ]
}

fn a_day_with_one_server(place: &Place) -> Result<(), Failed> {
    place.virtuale(&["card", "new", "carte n\u{E9}e.toml"]).run()?.exits_with(0)?;
    let served = place.serve(&["--card", "carte n\u{E9}e.toml", "--card", "-"])?;
    served.virtuale(&["slots"]).run()?.exits_with(0)?.says("carte n\u{E9}e.toml")?.says("Virtuale 00 01  empty")?;
    served.virtuale(&["insert", "1", "cps-lefevre"]).run()?.exits_with(0)?;
    let apdu = served.virtuale(&["apdu", "--card", "reader:Virtuale 00 00"]).input("00A4000C023F00\r\nreset\r\n");
    apdu.run()?.exits_with(0)?.says("< 9000")?;
    let named = format!("reader:Virtuale 00 01@{}", served.socket);
    place.virtuale(&["apdu", "--card", &named, "00A4000C023F00"]).run()?.exits_with(0)?.says("< 9000")?;
    served.virtuale(&["read"]).run()?.exits_with(0)?.says("MARTIN")?.says("LEFEVRE")?;
    let code = served.virtuale(&["read", "--lang", "fr", "--pin-fd", "0"]).input("0000\r\n");
    code.run()?.exits_with(4)?.says("le code de la carte dans Virtuale 00 01 est faux")?;
    served.virtuale(&["doctor"]).run()?.exits_with(0)?.says("ok       readers listen at")?;
    served.virtuale(&["remove", "1"]).run()?.exits_with(0)?;
    served.virtuale(&["remove", "1"]).run()?.exits_with(2)?;
    served.virtuale(&["insert", "1"]).run()?.exits_with(0)?.says("cps-lefevre is in again")?;
    served.stop()?;
    place.virtuale(&["read"]).run()?.exits_with(4)?.says("PCSCLITE_CSOCK_NAME is not set")?;
    place.virtuale(&["slots"]).run()?.exits_with(4)?.says("Start-Process virtuale")?;
    Ok(())
}

fn readers_are_known_by_their_name(place: &Place) -> Result<(), Failed> {
    let served = place.serve(&["--name", "till-1", "--card", "vitale2-martin"])?;
    let other = place.virtuale(&["serve", "--name", "till-1"]).run()?;
    other.exits_with(4)?.says("readers named till-1 run already")?;
    place.virtuale(&["serve", "--socket", &served.socket]).run()?.exits_with(4)?;
    place.virtuale(&["slots", "--all"]).run()?.exits_with(0)?.says("till-1")?.says("vitale2-martin")?;
    // A folder's name has small letters and large ones alike, and not every word is one.
    place.virtuale(&["serve", "--name", "TILL-1"]).run()?.exits_with(4)?;
    for (word, why) in [("till.", "no name ends with a dot"), ("NUL", "a device"), ("aux.txt", "a device")] {
        place.virtuale(&["serve", "--name", word]).run()?.exits_with(2)?.says(why)?;
    }
    place.virtuale(&["slots", "--name", "Till-1"]).run()?.exits_with(0)?;
    place.virtuale(&["remove", "0", "--name", "till-1"]).run()?.exits_with(0)?;
    let own = served.virtuale(&["stop"]).run()?;
    own.exits_with(0)?.says("Remove-Item Env:PCSCLITE_CSOCK_NAME")?;
    served.ends()
}

fn what_was_killed_leaves_nothing(place: &Place) -> Result<(), Failed> {
    let mut served = place.serve(&["--name", "till-1", "--card", "vitale2-martin"])?;
    served.server.kill()?;
    served.virtuale(&["slots"]).run()?.exits_with(4)?.says("there is no such file or folder")?;
    let again = place.serve(&["--name", "till-1", "--card", "vitale2-martin"])?;
    again.virtuale(&["read"]).run()?.exits_with(0)?.says("MARTIN")?;
    again.stop()
}

fn visits_are_recorded_and_replayed(place: &Place) -> Result<(), Failed> {
    place.virtuale(&["card", "new", "carte n\u{E9}e.toml"]).run()?.exits_with(0)?;
    fs::create_dir(place.home().join("traces"))?;
    let program = place.program_under_test();
    let record = ["exec", "--card", "carte n\u{E9}e.toml", "--card", "cps-lefevre", "--record", r"traces\visit.apdu"];
    let visit = [&record[..], &["--", &program, "read"]].concat();
    place.virtuale(&visit).run()?.exits_with(0)?.says("MARTIN")?;
    let trace = fs::read_to_string(place.home().join(r"traces\visit.apdu"))?;
    if !trace.contains("card ../carte n\u{E9}e.toml\n") {
        return Err(format!("no name of the card that every system takes:\n{}", &trace[..200]).into());
    }
    place.virtuale(&["replay", "traces"]).run()?.exits_with(0)?.says("no finding")?;
    let played = ["replay", r"traces\visit.apdu", "--", &program, "read"];
    place.virtuale(&played).run()?.exits_with(0)?.says("MARTIN")?;
    // It takes the place of the earlier one.
    place.virtuale(&visit).run()?.exits_with(0)?;
    place.virtuale(&["replay", "traces", "--card", "cps-lefevre"]).run()?.exits_with(1)?;
    let served = place.serve(&["--card", "vitale2-martin", "--record", "taped"])?;
    served.virtuale(&["read"]).run()?.exits_with(0)?;
    served.stop()?;
    place.virtuale(&["replay", "taped"]).run()?.exits_with(0)?.says("1 trace")?;
    let redact = ["redact", r"taped\0-vitale2-martin-1.apdu", "--as", "vitale2-durand", "-o", "redacted.apdu"];
    place.virtuale(&redact).run()?.exits_with(0)?;
    Ok(())
}

fn what_windows_has_not_is_said(place: &Place) -> Result<(), Failed> {
    place.virtuale(&["serve", "--detach"]).run()?.exits_with(2)?.says("Start-Process")?;
    place.virtuale(&["serve", "--allow-user", "anna"]).run()?.exits_with(2)?.says("no other user can be let in")?;
    place.exec(&["-"], &["cmd", "/c", "exit"]).run()?.exits_with(0)?;
    place.virtuale(&["exec", "--galss", "--", "cmd"]).run()?.exits_with(125)?.says("no GALSS of ours on Windows")?;
    place.virtuale(&["ifd", "install"]).run()?.exits_with(2)?;
    place.virtuale(&["read", "--card", "cps-lefevre", "--pin-fd", "3"]).run()?.exits_with(2)?.says("Get-Content")?;
    Ok(())
}

fn ctrl_c_ends_what_serves(place: &Place, somebody: &Path) -> Result<(), Failed> {
    let serve = format!("\"{}\" serve --card vitale2-martin --socket socket", place.program_under_test());
    let ended = place.program(somebody, &["socket", &serve]).run()?;
    ended.exits_with(0)?.says("$env:PCSCLITE_CSOCK_NAME = ")?;
    Ok(())
}
