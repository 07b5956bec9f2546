//! A reader with a PIN pad: programs have the card verify and change its PIN, and never see one.

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        PYTHON, Sandbox, file,
        programs::{OPENSC, OPENSC_PKCS11, PYSCARD},
        recording, trial, trial_unless,
    },
    pkcs11::with_module_in,
    signing::{demand, opensc_cannot_log_in, shell},
};

/// A reader with a pad, at which a person types, with a card that signs.
const RUN: &str = "virtuale exec --opensc --model xiring-leo-v2 --record visit.apdu --card vitale2-martin";

pub(crate) fn trials() -> Vec<Trial> {
    let reason = opensc_cannot_log_in();
    vec![
        trial(&[&PYSCARD], "pad::verifies_and_changes", verifies_and_changes),
        trial_unless(reason.as_deref(), &[&OPENSC, &OPENSC_PKCS11], "pad::opensc_logs_in", opensc_logs_in),
        trial_unless(reason.as_deref(), &[&OPENSC], "pad::opensc_is_told_of_a_wrong_pin", opensc_is_told),
    ]
}

/// A script that has the structures of PC/SC part 10 itself; the person types by `virtuale pin` in another shell.
fn verifies_and_changes(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("pyscard/pad.py");
    let said = shell(sandbox, &format!("$RUN -- {PYTHON} {script}"), RUN)?;
    demand(&said, "all was well")
}

/// Nobody gives OpenSC a PIN: it asks the reader.
fn opensc_logs_in(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = with_module_in(
        sandbox,
        r#"$RUN --pin-pad 1234 -- pkcs11-tool --module "$MODULE" --login --test < /dev/null"#,
        RUN,
    )?;
    demand(&said, "No errors")?;
    demand(&recording(sandbox, "visit.apdu")?, "\n> 00 20 00 81 08 31 32 33 34 FF FF FF FF\n")
}

fn opensc_is_told(sandbox: &Sandbox) -> Result<(), Failed> {
    let verify = "-- pkcs15-tool --verify-pin --auth-id 01 < /dev/null";
    let said = shell(sandbox, &format!("if $RUN --pin-pad 9999 {verify}; then exit 1; fi"), RUN)?;
    demand(&said, "PIN code or key incorrect")?;
    let said = shell(sandbox, &format!("if $RUN --pin-pad cancel {verify}; then exit 1; fi"), RUN)?;
    demand(&said, "cancelled")
}
