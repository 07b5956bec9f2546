//! Billing programs: parsers of our own for what they get, written in Python from the published coding alone, take
//! apart what the program writes, and say the same of it.

use libtest_mimic::{Failed, Trial};

use crate::harness::{PYTHON, Sandbox, file, programs::PYTHON_ALONE, trial};

/// The zones that are kept, and the cards of the program that they are of.
const ZONES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/billing");

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(&[&PYTHON_ALONE], "zones::of_every_card", zones)]
}

/// Every zone of the folder, each with a text beside it, and those that break off.
fn zones(sandbox: &Sandbox) -> Result<(), Failed> {
    let virtuale = env!("CARGO_BIN_EXE_virtuale");
    let outcome = sandbox.program(&[PYTHON, &file("zones/zones.py"), virtuale, ZONES])?.run()?;
    outcome.exits_with(0)?.says("all zones are right")?;
    Ok(())
}
