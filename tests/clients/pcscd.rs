//! A real pcscd: `virtuale record` relays the card of its reader to a program, and records it; its log is understood.
//!
//! The reader is vpcd's, the card twenty lines of Python. pcscd has one place for its socket, so it runs in namespaces
//! of its own; where those may not be made, the test is reported as ignored.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, file, left_out, namespaces,
    programs::{OPENSC, PCSCD, VPCD, VPCD_DRIVER},
    trial,
};

/// The card's reader; pcscd gives the numbers.
const READER: &str = "Virtual PCD 00 00";

pub(crate) fn trials() -> Vec<Trial> {
    const NAME: &str = "pcscd::a_real_reader_is_relayed_and_recorded";
    let Some(apart) = namespaces::apart() else { return vec![left_out(namespaces::NOT_PERMITTED, NAME)] };
    let clients = [&PCSCD, &VPCD, &OPENSC];
    vec![trial(&clients, NAME, |sandbox| a_real_reader_is_relayed_and_recorded(sandbox, apart))]
}

fn a_real_reader_is_relayed_and_recorded(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let folder = sandbox.home();
    fs::create_dir(folder.join("readers"))?;
    fs::copy(file("pcscd/card.py"), folder.join("card.py"))?;
    let reader =
        format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {VPCD_DRIVER}\nCHANNELID 0x8C7B\n");
    fs::write(folder.join("readers/vpcd"), reader)?;
    let (folder, service) = (folder.display().to_string(), file("pcscd/service.sh"));
    // The program finds the relayed card only, in a reader of the same name; then the recording is replayed against
    // the reader itself.
    let script = format!(
        "\"$VIRTUALE\" record --reader '{READER}' -o visit.apdu -- opensc-tool -s 00A4040000 -s 00B0000004
         \"$VIRTUALE\" replay visit.apdu --reader '{READER}'"
    );
    let words = [apart, &["sh", &service, &folder, "sh", "-e", "-c", &script]].concat();
    let outcome = sandbox.program(&words)?.run()?;
    outcome.exits_with(0)?.says(READER)?.says("55 66 77 88")?.says(" commands, no finding")?;
    let trace = fs::read_to_string(sandbox.home().join("visit.apdu"))?;
    let read = "\n> 00 B0 00 00 04    # READ BINARY at 0\n< 55 66 77 88 90 00\n";
    let right = ["\natr 3B 75 13 00 00 44 09 EA 90 00\n", read];
    if !right.iter().all(|part| trace.contains(part)) {
        return Err(trace.into());
    }
    let log = sandbox.program(&[env!("CARGO_BIN_EXE_virtuale"), "convert", "pcscd.log"])?.run()?;
    log.exits_with(0)?
        .says("pcscd.log: pcscd, ")?
        .says("# reader: Virtual PCD 00 00\n")?
        .says("\n> 00 B0 00 00 04\n< 55 66 77 88 90 00\n")?;
    Ok(())
}
