//! Commands that have readers of their own, and verbs that need none.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, guest_trial, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("commands::a_command_has_readers_of_its_own", a_command_has_readers_of_its_own),
        trial("commands::programs_are_found_as_a_shell_does", programs_are_found_as_a_shell_does),
        guest_trial("ctrl_c", Kind::X64, "commands::ctrl_c_is_the_command_s", ctrl_c_is_the_command_s),
        trial("commands::card_files_are_written_and_checked", card_files_are_written_and_checked),
        trial("commands::what_needs_no_reader_works", what_needs_no_reader_works),
    ]
}

fn a_command_has_readers_of_its_own(place: &Place) -> Result<(), Failed> {
    let ended = place.exec(&["vitale2-martin"], &["cmd", "/c", "echo %PCSCLITE_CSOCK_NAME%& exit 7"]).run()?;
    ended.exits_with(7)?.says(r"Virtuale\run")?;
    let program = place.program_under_test();
    place.exec(&["vitale2-martin"], &[&program, "read"]).run()?.exits_with(0)?.says("MARTIN")?;
    // Codes have 32 bits here, of which a program that crashed has the first ones set.
    place.exec(&[], &["cmd", "/c", "exit 300"]).run()?.exits_with(300)?;
    place.exec(&[], &["cmd", "/c", "exit -1073741819"]).run()?.exits_with(-1_073_741_819)?;
    place.exec(&[], &["no-such-program"]).run()?.exits_with(127)?.says("cannot run no-such-program")?;
    place.exec(&[r"C:\no-such.toml"], &["cmd"]).run()?.exits_with(125)?.says(r"C:\no-such.toml")?;
    Ok(())
}

fn programs_are_found_as_a_shell_does(place: &Place) -> Result<(), Failed> {
    let folder = place.home().join("my tools");
    fs::create_dir(&folder)?;
    fs::write(folder.join("till.cmd"), "@echo off\r\necho the till of %1\r\nexit /b 5\r\n")?;
    fs::write(folder.join("no-program.exe"), "x")?;
    let path = format!("{};{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let till = place.exec(&[], &["till", "anna"]).variable("PATH", &path).run()?;
    till.exits_with(5)?.says("the till of anna")?;
    place.exec(&[], &[r"my tools\till.cmd", "b"]).run()?.exits_with(5)?;
    place.exec(&[], &[r"my tools\no-program.exe"]).run()?.exits_with(126)?;
    Ok(())
}

fn ctrl_c_is_the_command_s(place: &Place, somebody: &Path) -> Result<(), Failed> {
    let program = place.program_under_test();
    let exec = format!("\"{program}\" exec --card - -- \"{program}\" serve --socket socket --card vitale2-martin");
    place.program(somebody, &["socket", &exec]).run()?.exits_with(0)?;
    Ok(())
}

fn card_files_are_written_and_checked(place: &Place) -> Result<(), Failed> {
    let name = "l'assur\u{E9} n\u{B0} 1.toml";
    place.virtuale(&["card", "new", name]).run()?.exits_with(0)?.says("'l''assur\u{E9} n\u{B0} 1.toml'")?;
    place.virtuale(&["card", "new", name]).run()?.exits_with(2)?.says("is there already")?;
    place.virtuale(&["card", "check", name]).run()?.exits_with(0)?.says("valid")?;
    place.virtuale(&["card", "show", name]).run()?.exits_with(0)?.says("MARTIN")?;
    let file = place.home().join(name);
    let text = fs::read_to_string(&file)?;
    // As Notepad and older PowerShells write.
    let utf16 = |text: &str| format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    fs::write(&file, utf16(&text.replace('\n', "\r\n")))?;
    place.virtuale(&["card", "check", name]).run()?.exits_with(0)?;
    fs::write(&file, format!("{text}\nno_such_key = 1\n"))?;
    place.virtuale(&["card", "check", name]).run()?.exits_with(3)?.says(name)?;
    let missing = place.virtuale(&["card", "check", r"nulle part\c.toml"]).variable("LANG", "fr_FR").run()?;
    missing.exits_with(4)?.says("aucun fichier ou dossier de ce nom")?;
    let mut readonly = fs::metadata(&file)?.permissions();
    readonly.set_readonly(true);
    fs::set_permissions(&file, readonly)?;
    place.virtuale(&["card", "new", name, "--force"]).run()?.exits_with(4)?;
    place.virtuale(&["card", "new", "NUL", "--force"]).run()?.exits_with(0)?;
    place.virtuale(&["card", "new", r"Q:\cards\c.toml"]).run()?.exits_with(4)?.says(r"there is no Q:\ here")?;
    Ok(())
}

fn what_needs_no_reader_works(place: &Place) -> Result<(), Failed> {
    place.virtuale(&["demo"]).run()?.exits_with(0)?.says("MARTIN")?.says("exec --card")?;
    place.virtuale(&["demo", "--visit", "--lang", "fr"]).run()?.exits_with(0)?;
    place.virtuale(&["--version"]).run()?.exits_with(0)?;
    place.virtuale(&["read", "--card", "vitale2-martin", "--json"]).run()?.exits_with(0)?.says("MARTIN")?;
    place.virtuale(&["apdu", "--card", "vitale1-petit", "--decode"]).input("reset").run()?.exits_with(0)?;
    place.virtuale(&["keys", "-o", "cl\u{E9}s"]).run()?.exits_with(0)?;
    place.virtuale(&["man", "pages"]).run()?.exits_with(0)?;
    place.virtuale(&["completions", "powershell"]).run()?.exits_with(0)?.says("virtuale")?;
    place.virtuale(&["reader", "list"]).run()?.exits_with(0)?;
    place.virtuale(&["convert", "-"]).input("=> 00 A4 00 0C 02 3F 00\r\n<= 90 00\r\n").run()?.exits_with(0)?;
    place
        .virtuale(&["convert", "-", "-o", "a.apdu"])
        .input("=> 00 84 00 00 08\r\n<= 6E 00\r\n")
        .run()?
        .exits_with(0)?;
    place.virtuale(&["no-such-verb"]).run()?.exits_with(2)?;
    Ok(())
}
