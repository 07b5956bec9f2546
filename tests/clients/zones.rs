//! Billing programs: parsers of our own for what they get, written in Python from the published coding alone, take
//! apart what the program writes, and say the same of it.

use libtest_mimic::{Failed, Trial};

use crate::harness::{PYTHON, Sandbox, file, programs::PYTHON_ALONE, trial};

/// The zones that are kept, and the cards of the program that they are of.
const ZONES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/billing");

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [&PYTHON_ALONE];
    vec![
        trial(&needs, "zones::of_every_card", zones),
        trial(&needs, "zones::the_xml_says_the_same", the_xml_says_the_same),
    ]
}

/// Every zone of the folder, each with a text beside it, and those that break off.
fn zones(sandbox: &Sandbox) -> Result<(), Failed> {
    let virtuale = env!("CARGO_BIN_EXE_virtuale");
    let outcome = sandbox.program(&[PYTHON, &file("zones/zones.py"), virtuale, ZONES])?.run()?;
    outcome.exits_with(0)?.says("all zones are right")?;
    Ok(())
}

/// Every Vitale of the program, read as zone and as XML in both shapes.
fn the_xml_says_the_same(sandbox: &Sandbox) -> Result<(), Failed> {
    let cards = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards"))?;
    let names = cards.map(|card| Ok(card?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let names = names.iter().filter_map(|path| path.file_stem()?.to_str());
    let vitales: Vec<&str> = names.filter(|name| name.starts_with("vitale")).collect();
    let script = file("zones/xml_reader.py");
    let command = [&[PYTHON, &script, env!("CARGO_BIN_EXE_virtuale")], &vitales[..]].concat();
    sandbox.program(&command)?.run()?.exits_with(0)?.says("all documents are right")?;
    Ok(())
}
