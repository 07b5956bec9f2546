//! The PC/SC library beside programs of Windows, of 64 bits and of 32: how it comes there and goes, and which readers
//! it finds. What it answers is in `conformance`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use libtest_mimic::{Failed, Trial};

use crate::{
    conformance::says_what_the_page_says,
    harness::{Kind, Place, guest_trial},
};

/// The program in C that calls everything; it is linked to the library too.
const PROGRAM: &str = "conformance";

/// The name of the library.
const LIBRARY: &str = "winscard.dll";

pub(crate) fn trials() -> Vec<Trial> {
    let of = |kind: Kind, bits: &'static str| {
        let trial = move |name: &str, body: fn(&Place, &Path) -> Result<(), Failed>| {
            guest_trial(PROGRAM, kind, &format!("library::{name}_of_{bits}_bits"), body)
        };
        [
            trial("a_run_brings_it_to_a_program", a_run_brings_the_library_and_takes_it_away),
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

/// The program asks for readers and names, and is told what it should be.
fn finds_readers(place: &Place, program: &Path) -> Result<(), Failed> {
    says_what_the_page_says(&place.program(program, &[LIBRARY, "contexts"]).run()?)
}

/// The program is told that there is no service.
fn finds_no_service(place: &Place, program: &Path) -> Result<(), Failed> {
    place.program(program, &[LIBRARY, "contexts"]).run()?.exits_with(1)?.says("no service")?;
    Ok(())
}

fn a_run_brings_the_library_and_takes_it_away(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let ended = place.exec(&["vitale2-martin", "-"], &[&word(&program), LIBRARY, "contexts"]).run()?;
    says_what_the_page_says(&ended)?;
    if beside(&program)?.is_empty() { Ok(()) } else { Err("the library of the run is still there".into()) }
}

fn attach_leads_to_named_readers(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let folder = word(program.parent().unwrap_or(&program));
    let attached = place.virtuale(&["attach", &folder, "--name", "till", "--lang", "en"]).run()?;
    attached.exits_with(0)?.says(LIBRARY)?.says("till.exe")?.says("serve --name till")?;
    // It may be attached again, and before its readers run there is no service.
    place.virtuale(&["attach", &folder, "--name", "till"]).run()?.exits_with(0)?;
    finds_no_service(place, &program)?;
    let other = place.serve(&["--card", "cps-lefevre"])?;
    let served = place.serve(&["--name", "till", "--card", "vitale2-martin", "--card", "-"])?;
    finds_readers(place, &program)?;
    served.stop()?;
    finds_no_service(place, &program)?;
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
    finds_readers(place, &program)?;
    let second = place.serve(&["--card", "-"])?;
    finds_no_service(place, &program)?;
    second.stop()?;
    finds_readers(place, &program)?;
    served.stop()
}

fn a_library_of_others_stays(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    let library = program.with_file_name(LIBRARY);
    fs::write(&library, "MZ of another maker")?;
    let path = word(&program);
    place.virtuale(&["attach", &path, "--lang", "en"]).run()?.exits_with(4)?.says("is not ours")?;
    place.exec(&["vitale2-martin"], &[&path, LIBRARY, "contexts"]).run()?.exits_with(125)?;
    place.virtuale(&["detach", &path, "--lang", "en"]).run()?.exits_with(0)?.says("stays")?;
    let slashes = path.replace('\\', "/");
    place.virtuale(&["detach", &slashes, "--lang", "en"]).run()?.exits_with(0)?.says(&word(&library))?;
    if fs::read(&library)? == b"MZ of another maker" { Ok(()) } else { Err("it was changed".into()) }
}

fn what_a_killed_run_left_is_taken_away(place: &Place, guest: &Path) -> Result<(), Failed> {
    let program = installed(place, guest)?;
    place.virtuale(&["attach", &word(&program)]).run()?.exits_with(0)?;
    // A later run uses what is there, and leaves it.
    says_what_the_page_says(&place.exec(&["vitale2-martin", "-"], &[&word(&program), LIBRARY, "contexts"]).run()?)?;
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
