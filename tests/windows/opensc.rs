//! OpenSC, whose programs load `winscard.dll` by its name as they run. `.ci/windows-opensc` builds them in some
//! minutes: where that was not done, each test says so and is left out, whatever the ring demands else.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{Ended, Kind, Place, optional_guest_trial};

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
            trial("its_module_finds_tokens", module_finds_tokens),
            trial("its_module_logs_in", module_logs_in),
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

/// What the module does with a card, with these options of the run and of pkcs11-tool.
fn with_module(place: &Place, guest: &Path, options: &[&str], words: &[&str]) -> Result<Ended, Failed> {
    let tool = program(place, guest, "pkcs11-tool.exe")?;
    let module = guest.with_file_name("opensc-pkcs11.dll").display().to_string();
    let run = [&["exec", "--opensc"], options, &["--", &tool, "--module", &module], words].concat();
    place.virtuale(&run).run()
}

fn module_finds_tokens(place: &Place, guest: &Path) -> Result<(), Failed> {
    let cards = ["--card", "vitale2-martin", "--card", "-", "--card", "cps-lefevre"];
    let listed = with_module(place, guest, &cards, &["--list-slots"])?;
    listed.exits_with(0)?.says("(PIN porteur)")?.says("(empty)")?;
    let words = ["--slot-index", "2", "--login", "--pin", "1234", "--list-objects", "--type", "privkey"];
    with_module(place, guest, &cards, &words)?.exits_with(0)?.says("CPS_PRIV_SIG")?;
    Ok(())
}

/// With a PIN that the program has, and with one that a person types at the reader.
fn module_logs_in(place: &Place, guest: &Path) -> Result<(), Failed> {
    let card = ["--card", "vitale2-martin"];
    let words = ["--login", "--pin", "1234", "--test"];
    with_module(place, guest, &card, &words)?.exits_with(0)?.says("RSA-PKCS: OK")?.says("No errors")?;
    let pad = [&card[..], &["--pin-pad", "1234"]].concat();
    with_module(place, guest, &pad, &["--login", "--test"])?.exits_with(0)?.says("No errors")?;
    let wrong = [&card[..], &["--pin-pad", "9999"]].concat();
    let refused = with_module(place, guest, &wrong, &["--login", "--test"])?;
    refused.says("CKR_PIN_INCORRECT")?;
    Ok(())
}
