//! OpenSC, whose programs load `winscard.dll` by its name as they run. `.ci/windows-opensc` builds them in some
//! minutes: where that was not done, each test says so and is left out, whatever the ring demands else.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Kind, Place, optional_guest_trial};

/// The answer to reset of vitale2-martin, as its card file has it.
const ATR: &str = "3b:75:13:00:00:44:09:ea:90:00";
/// READ BINARY, SFI 2 (the identity), of the application that is selected after a reset.
const READ_BINARY: &str = "00B0820000";

pub(crate) fn trials() -> Vec<Trial> {
    let of = |kind: Kind, bits: &str| {
        let trial = |name: &str, body: fn(&Place, &Path) -> Result<(), Failed>| {
            let name = format!("opensc::{name}_of_{bits}_bits");
            optional_guest_trial("opensc/opensc-tool", kind, &name, "takes .ci/windows-opensc", body)
        };
        [
            trial("opensc_tool_finds_and_asks_a_card", opensc_tool_asks_a_card),
            trial("its_module_finds_readers", module_finds_readers),
        ]
    };
    of(Kind::X64, "64").into_iter().chain(of(Kind::X86, "32")).collect()
}

/// One of its programs, in a folder of the test with all that it loads.
fn program(place: &Place, guest: &Path, name: &str) -> Result<String, Failed> {
    let folder = place.home().join("OpenSC");
    fs::create_dir_all(&folder)?;
    for file in fs::read_dir(guest.parent().ok_or("a guest is in a folder")?)? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    Ok(folder.join(name).display().to_string())
}

fn opensc_tool_asks_a_card(place: &Place, guest: &Path) -> Result<(), Failed> {
    let tool = program(place, guest, "opensc-tool.exe")?;
    let cards = ["vitale2-martin", "-"];
    let listed = place.exec(&cards, &[&tool, "--list-readers"]).run()?;
    listed.exits_with(0)?.says("0    Yes             Virtuale 00 00")?.says("1    No              Virtuale 00 01")?;
    let asked = place.exec(&cards, &[&tool, "--reader", "0", "--atr", "--send-apdu", READ_BINARY]).run()?;
    asked.exits_with(0)?.says(ATR)?.says("SW1=0x90, SW2=0x00")?.says("MARTIN")?;
    Ok(())
}

/// Built without OpenSSL, the module has no driver for cards of IAS.
fn module_finds_readers(place: &Place, guest: &Path) -> Result<(), Failed> {
    let tool = program(place, guest, "pkcs11-tool.exe")?;
    let module = guest.with_file_name("opensc-pkcs11.dll").display().to_string();
    let listed = place.exec(&["vitale2-martin"], &[&tool, "--module", &module, "--list-slots"]).run()?;
    listed.exits_with(0)?.says("Slot 0 (0x0): Virtuale 00 00")?.says("token not recognized")?;
    Ok(())
}
