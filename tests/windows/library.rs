//! The PC/SC library beside programs of Windows, of 64 bits and of 32: what it answers, how it comes there and goes,
//! and which readers it finds.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Ended, Kind, Place, guest_trial, root};

/// The program in C that calls everything.
const MATRIX: &str = "matrix";

/// The name of the library.
const LIBRARY: &str = "winscard.dll";

pub(crate) fn trials() -> Vec<Trial> {
    let of = |kind: Kind, bits: &'static str| {
        let trial = move |name: &str, body: fn(&Place, &Path) -> Result<(), Failed>| {
            guest_trial(MATRIX, kind, &format!("library::{name}_of_{bits}_bits"), body)
        };
        [
            trial("each_call_has_its_code_in_a_program", each_call_has_its_code),
            trial("cards_that_come_and_go_are_seen_by_a_program", cards_that_come_and_go_are_seen),
            trial("readers_that_stop_are_told_to_a_program", readers_that_stop_are_told),
            trial("attach_leads_to_named_readers_a_program", attach_leads_to_named_readers),
            trial("the_only_readers_are_found_by_a_program", the_only_readers_are_found),
            trial("a_library_of_others_stays_beside_a_program", a_library_of_others_stays),
            trial("what_a_killed_run_left_is_taken_away_from_a_program", what_a_killed_run_left_is_taken_away),
            trial("doctor_says_what_keeps_a_program", doctor_says_what_keeps),
        ]
    };
    of(Kind::X64, "64").into_iter().chain(of(Kind::X86, "32")).collect()
}

/// A copy of a guest in a folder of its own, beside which nothing is yet.
fn installed(place: &Place, guest: &Path) -> Result<PathBuf, Failed> {
    let folder = place.home().join("Billing");
    fs::create_dir(&folder)?;
    let program = folder.join("till.exe");
    fs::copy(guest, &program)?;
    Ok(program)
}

fn word(path: &Path) -> String {
    path.display().to_string()
}

/// What stands beside a program.
fn beside(program: &Path) -> Result<Vec<String>, Failed> {
    let entries = fs::read_dir(program.parent().unwrap_or(program))?;
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "till.exe");
    names.sort();
    Ok(names)
}

/// Demands that a program said what is expected of these of its parts, line by line.
fn says_as_expected(ended: &Ended, parts: &[&str]) -> Result<(), Failed> {
    ended.exits_with(0)?;
    let expected = fs::read_to_string(root().join("tests/windows/guests/matrix.txt"))?;
    let is_head = |line: &&str| line.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut is_meant = false;
    let expected = expected.lines().filter(|line| {
        is_meant = if is_head(line) { parts.contains(line) } else { is_meant };
        is_meant
    });
    let mut said = ended.out.lines();
    for expected in expected.chain(["done"]) {
        let said = said.next().unwrap_or("nothing");
        if said != expected {
            return Err(ended.failed(&format!("{expected:?} in place of {said:?}")));
        }
    }
    Ok(())
}

fn each_call_has_its_code(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let parts =
        ["sizes", "contexts", "readers", "connecting", "transmitting", "statuses", "attributes", "kept", "threads"];
    let path = word(&program);
    let words = [&[path.as_str()], &parts[..]].concat();
    let ended = place.exec(&["vitale2-martin", "-"], &words).run()?;
    says_as_expected(&ended, &parts)?;
    if beside(&program)?.is_empty() { Ok(()) } else { Err("the library of the run is still there".into()) }
}

fn cards_that_come_and_go_are_seen(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let words = ["exec", "--library", "--card", "vitale2-martin", "--card", "-", "--", &word(&program), "changes"];
    let ended = place.virtuale(&words).run()?;
    says_as_expected(&ended, &["changes"])
}

fn readers_that_stop_are_told(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    place.virtuale(&["attach", &word(&program)]).run()?.exits_with(0)?;
    let served = place.serve(&["--card", "vitale2-martin", "--card", "-"])?;
    let ended = place.program(&program, &["gone"]).variable("PCSCLITE_CSOCK_NAME", &served.socket).run()?;
    says_as_expected(&ended, &["gone"])?;
    served.server.end()?.exits_with(0)?;
    Ok(())
}

fn attach_leads_to_named_readers(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let folder = word(program.parent().unwrap_or(&program));
    let attached = place.virtuale(&["attach", &folder, "--name", "till", "--lang", "en"]).run()?;
    attached.exits_with(0)?.says(LIBRARY)?.says("till.exe")?.says("serve --name till")?;
    // It may be attached again, and before its readers run there is no service.
    place.virtuale(&["attach", &folder, "--name", "till"]).run()?.exits_with(0)?;
    says_as_expected(&place.program(&program, &["nobody"]).run()?, &["nobody"])?;
    let other = place.serve(&["--card", "cps-lefevre"])?;
    let served = place.serve(&["--name", "till", "--card", "vitale2-martin", "--card", "-"])?;
    says_as_expected(&place.program(&program, &["readers"]).run()?, &["readers"])?;
    served.stop()?;
    says_as_expected(&place.program(&program, &["nobody"]).run()?, &["nobody"])?;
    other.stop()?;
    place.virtuale(&["detach", &folder]).run()?.exits_with(0)?.says(LIBRARY)?.says("virtuale.socket")?;
    let left = beside(&program)?;
    if !left.is_empty() {
        return Err(format!("left beside the program: {left:?}").into());
    }
    place.virtuale(&["detach", &folder, "--lang", "en"]).run()?.exits_with(0)?.says("nothing of")?;
    Ok(())
}

fn the_only_readers_are_found(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    place.virtuale(&["attach", &word(&program)]).run()?.exits_with(0)?;
    let served = place.serve(&["--card", "vitale2-martin", "--card", "-"])?;
    says_as_expected(&place.program(&program, &["readers"]).run()?, &["readers"])?;
    let second = place.serve(&["--card", "-"])?;
    says_as_expected(&place.program(&program, &["nobody"]).run()?, &["nobody"])?;
    second.stop()?;
    says_as_expected(&place.program(&program, &["connecting"]).run()?, &["connecting"])?;
    served.stop()
}

fn a_library_of_others_stays(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let library = program.with_file_name(LIBRARY);
    fs::write(&library, "MZ of another maker")?;
    let path = word(&program);
    place.virtuale(&["attach", &path, "--lang", "en"]).run()?.exits_with(4)?.says("is not ours")?;
    place.exec(&["vitale2-martin"], &[&path, "nobody"]).run()?.exits_with(125)?;
    place.virtuale(&["detach", &path, "--lang", "en"]).run()?.exits_with(0)?.says("stays")?;
    if fs::read(&library)? == b"MZ of another maker" { Ok(()) } else { Err("it was changed".into()) }
}

fn what_a_killed_run_left_is_taken_away(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    place.virtuale(&["attach", &word(&program)]).run()?.exits_with(0)?;
    // A later run uses what is there, and leaves it.
    place.exec(&["vitale2-martin", "-"], &[&word(&program), "sizes"]).run()?.exits_with(0)?;
    if beside(&program)? != [LIBRARY] {
        return Err("what attach put there is gone".into());
    }
    place.virtuale(&["detach", &word(&program)]).run()?.exits_with(0)?;
    let windows = env::var("SYSTEMROOT")?;
    place.virtuale(&["attach", &windows, "--lang", "en"]).run()?.exits_with(2)?.says("part of Windows")?;
    if beside(&program)?.is_empty() { Ok(()) } else { Err("it is still there".into()) }
}

fn doctor_says_what_keeps(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let path = word(&program);
    place.virtuale(&["doctor", &path]).run()?.exits_with(4)?.says("no library of ours")?.says("virtuale attach")?;
    place.virtuale(&["attach", &path, "--name", "till"]).run()?.exits_with(0)?;
    let doctor = place.virtuale(&["doctor", &path]).run()?;
    doctor.exits_with(0)?.says("linked to winscard.dll")?.says("winscard.dll is ours")?.says(r"till\pcsc")?;
    Ok(())
}
