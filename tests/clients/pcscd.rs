//! A real pcscd: `virtuale record` relays the card of its reader to a program, and records it; its log is understood.
//! `--card reader:NAME` has that card in a slot of ours, beside a virtual one, for as long as it is in its reader.
//!
//! The reader is vpcd's, the card twenty lines of Python. pcscd has one place for its socket, so it runs in namespaces
//! of its own; where those may not be made, the test is reported as ignored.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Ended, Sandbox, file, left_out, namespaces,
    programs::{OPENSC, PCSCD, VPCD, VPCD_DRIVER},
    trial,
};

/// The card's reader; pcscd gives the numbers.
const READER: &str = "Virtual PCD 00 00";

pub(crate) fn trials() -> Vec<Trial> {
    const NAME: &str = "pcscd::a_real_reader_is_relayed_and_recorded";
    const BESIDE: &str = "pcscd::a_real_card_is_beside_a_virtual_one";
    let Some(apart) = namespaces::apart() else {
        return vec![left_out(namespaces::NOT_PERMITTED, NAME), left_out(namespaces::NOT_PERMITTED, BESIDE)];
    };
    let clients = [&PCSCD, &VPCD, &OPENSC];
    vec![
        trial(&clients, NAME, |sandbox| a_real_reader_is_relayed_and_recorded(sandbox, apart)),
        trial(&clients, BESIDE, |sandbox| a_real_card_is_beside_a_virtual_one(sandbox, apart)),
    ]
}

/// Runs a script of a shell beside a pcscd whose reader has the card.
fn beside_pcscd(sandbox: &Sandbox, apart: &[&str], script: &str) -> Result<Ended, Failed> {
    let folder = sandbox.home();
    fs::create_dir(folder.join("readers"))?;
    fs::copy(file("pcscd/card.py"), folder.join("card.py"))?;
    let reader =
        format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {VPCD_DRIVER}\nCHANNELID 0x8C7B\n");
    fs::write(folder.join("readers/vpcd"), reader)?;
    let (folder, service) = (folder.display().to_string(), file("pcscd/service.sh"));
    sandbox.program(&[apart, &["sh", &service, &folder, "sh", "-e", "-c", script]].concat())?.run()
}

/// The card comes and goes with the real one, and its slot is empty when the service dies.
fn a_real_card_is_beside_a_virtual_one(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    const BESIDE: &str = r#"
        wait_for() { until "$VIRTUALE" slots | tee -a slots | grep -q "$1"; do sleep 0.05; done; }
        read_it() { opensc-tool -r 'Virtuale 00 01' -s 00A4040000 -s 00B0000004; }
        opensc-tool -l
        opensc-tool -r 'Virtuale 00 00' -s 00A404000BD250000002564954414C45
        read_it
        opensc-tool -r 'Virtuale 00 01' --reset=warm
        read_it
        ! env -u PCSCLITE_CSOCK_NAME opensc-tool -r 'Virtual PCD 00 00' -s 00A4040000 || exit 1
        kill $CARD
        wait_for '^1  Virtuale 00 01  empty  (there is no card in Virtual PCD 00 00'
        /usr/bin/python3 "$FOLDER/card.py" 35963 &
        wait_for '^1  Virtuale 00 01  reader:Virtual PCD 00 00$'
        read_it
        kill $SERVICE
        wait_for '^1  Virtuale 00 01  empty  (reader:Virtual PCD 00 00: '
        opensc-tool -r 'Virtuale 00 00' -a"#;
    let card = format!("reader:{READER}");
    let script = format!(
        "\"$VIRTUALE\" exec --card '{card}' --record relayed.apdu -- opensc-tool -s 00A4040000 -s 00B0000004
         \"$VIRTUALE\" replay relayed.apdu --reader '{READER}'
         \"$VIRTUALE\" exec --card vitale2-martin --card '{card}' --record beside.apdu -- sh -e beside.sh"
    );
    fs::write(sandbox.home().join("beside.sh"), BESIDE)?;
    let outcome = beside_pcscd(sandbox, apart, &script)?;
    outcome.exits_with(0)?.says(" commands, no finding")?.says("Virtuale 00 01")?.says("3b:75:13:00:00:4")?;
    if outcome.out.matches("55 66 77 88").count() < 4 {
        return Err(outcome.out.into());
    }
    let trace = fs::read_to_string(sandbox.home().join("beside.apdu"))?;
    let right = ["# recorded from a real card: redact it", "\nremove\n", "\ninsert\n", "\nreset warm\n"];
    if !right.iter().all(|part| trace.contains(part)) {
        return Err(trace.into());
    }
    Ok(())
}

fn a_real_reader_is_relayed_and_recorded(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    // The program finds the relayed card only, in a reader of the same name; then the recording is replayed against
    // the reader itself.
    let script = format!(
        "\"$VIRTUALE\" record --reader '{READER}' -o visit.apdu -- opensc-tool -s 00A4040000 -s 00B0000004
         \"$VIRTUALE\" replay visit.apdu --reader '{READER}'"
    );
    let outcome = beside_pcscd(sandbox, apart, &script)?;
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
