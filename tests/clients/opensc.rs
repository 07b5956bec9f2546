//! OpenSC: its tools do not know the card, and must find a sound one all the same.

use libtest_mimic::{Failed, Trial};

use crate::harness::{Sandbox, card, programs::OPENSC, trial};

const SELECT_VITALE: &str = "00A404000BD250000002564954414C45";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&OPENSC], "opensc_tool::prints_the_atr", prints_the_atr),
        trial(&[&OPENSC], "opensc_tool::lists_readers", lists_readers),
        trial(&[&OPENSC], "opensc_tool::sends_commands", sends_commands),
        trial(&[&OPENSC], "opensc_tool::takes_the_card_for_no_other", takes_the_card_for_no_other),
        trial(&[&OPENSC], "opensc_tool::is_tortured", is_tortured),
        trial(&[&OPENSC], "opensc_explorer::walks_the_files", walks_the_files),
        trial(&[&OPENSC], "pkcs15_tool::finds_no_keys_and_says_so", finds_no_keys_and_says_so),
    ]
}

fn prints_the_atr(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["opensc-tool", "-a"])?.run()?;
    outcome.exits_with(0)?.says("3b:75:13:00:00:4")?.says(":09:ea:90:00")?;
    Ok(())
}

fn lists_readers(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = sandbox.exec(&[&card("vitale2-martin"), "-"], &["opensc-tool", "-l"])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00")?.says("Virtuale 00 01")?;
    Ok(())
}

fn sends_commands(sandbox: &Sandbox) -> Result<(), Failed> {
    let words = ["opensc-tool", "-s", SELECT_VITALE, "-s", "00B0820000"];
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &words)?.run()?;
    // The file with the list of NIRs begins with a template 65.
    outcome.exits_with(0)?.says("Received (SW1=0x90, SW2=0x00)")?.says("\n65 ")?;
    Ok(())
}

fn takes_the_card_for_no_other(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["opensc-tool", "-n"])?.run()?;
    outcome.says("Unsupported card")?;
    Ok(())
}

/// It prints whatever the card says and ends well: the report has that, for whoever builds.
fn is_tortured(sandbox: &Sandbox) -> Result<(), Failed> {
    let report = sandbox.home().join("report.xml");
    let written = report.display().to_string();
    let options = ["torture", "--card", "vitale2-martin", "--kinds", "sw,mute,pull", "--limit", "40", "--lang", "en"];
    let program = ["--junit", &written, "--", "opensc-tool", "-s", SELECT_VITALE, "-s", "00B0820000"];
    let words = [&[env!("CARGO_BIN_EXE_virtuale")], &options[..], &program].concat();
    let outcome = sandbox.program(&words)?.run()?;
    outcome.says("\n40 faults: ")?.says(" refused")?;
    let report = std::fs::read_to_string(&report)?;
    match report.contains("<testsuites name=\"virtuale torture\" tests=\"40\"") {
        true => Ok(()),
        false => Err(outcome.failed("a report of 40 tests")),
    }
}

fn walks_the_files(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = "info\napdu 00A404000BD250000002564954414C45\napdu 00B0820004\nquit\n";
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["opensc-explorer"])?.input(script).run()?;
    outcome.exits_with(0)?.says("3F00")?.says("SW1=0x90, SW2=0x00")?;
    Ok(())
}

fn finds_no_keys_and_says_so(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["pkcs15-tool", "-D"])?.run()?;
    outcome.refuses()?.says("Virtuale 00 00")?;
    Ok(())
}
