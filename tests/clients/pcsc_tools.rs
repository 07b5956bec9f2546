//! pcsc-tools: `pcsc_scan` names cards from a public list of ATRs, `scriptor` sends commands from a script.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, card,
    programs::{PCSC_SCAN, SCRIPTOR},
    trial,
};

/// What a first look at the card does, and what it must get. On T=0 the answer to SELECT waits for GET RESPONSE.
const LOOK: &str = "00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\n00 B0 82 00 00\nreset\n00 A4 00 0C 02 3F 00\n";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&PCSC_SCAN], "pcsc_scan::names_the_card", names_the_card),
        trial(&[&PCSC_SCAN], "pcsc_scan::names_a_vitale_1", names_a_vitale_1),
        trial(&[&PCSC_SCAN], "pcsc_scan::lists_both_slots", lists_both_slots),
        trial(&[&PCSC_SCAN], "pcsc_scan::passes_for_a_given_reader", passes_for_a_given_reader),
        trial(&[&SCRIPTOR], "scriptor::runs_a_script", runs_a_script),
        trial(&[&SCRIPTOR], "scriptor::reads_words", reads_words),
        trial(&[&SCRIPTOR], "scriptor::gets_refusals_as_status_words", gets_refusals_as_status_words),
    ]
}

fn names_the_card(sandbox: &Sandbox) -> Result<(), Failed> {
    for name in ["vitale2-martin", "vitale2-durand", "vitale2-bastia", "vitale2-minimal"] {
        let outcome = sandbox.exec(&[&card(name)], &["pcsc_scan", "-t", "2"])?.run()?;
        outcome.says("Virtuale 00 00")?.says("Card inserted")?.says("Vitale 2")?;
    }
    Ok(())
}

/// The lists know three kinds of Vitale 1; here they are three generations.
fn names_a_vitale_1(sandbox: &Sandbox) -> Result<(), Failed> {
    for name in ["vitale1-petit", "vitale1-famille-leroy", "vitale1-v1bis", "vitale1-clone"] {
        let outcome = sandbox.exec(&[&card(name)], &["pcsc_scan", "-t", "2"])?.run()?;
        outcome.says("Card inserted")?.says("3F 65 25 00")?.says("Vitale")?;
    }
    Ok(())
}

fn lists_both_slots(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = sandbox.exec(&[&card("vitale2-martin"), "-"], &["pcsc_scan", "-r"])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00")?.says("Virtuale 00 01")?;
    Ok(())
}

fn passes_for_a_given_reader(sandbox: &Sandbox) -> Result<(), Failed> {
    let served = sandbox.serve(&["--card", &card("vitale2-martin"), "--reader", "ACME PRIUM-4 00 00"])?;
    let scan = sandbox.program(&["pcsc_scan", "-r"])?.variable("PCSCLITE_CSOCK_NAME", &served.socket);
    scan.run()?.exits_with(0)?.says("ACME PRIUM-4 00 00")?;
    served.stop()
}

fn runs_a_script(sandbox: &Sandbox) -> Result<(), Failed> {
    let scriptor = sandbox.exec(&[&card("vitale2-martin")], &["scriptor", "-r", "Virtuale 00 00"])?;
    let outcome = scriptor.input(LOOK).run()?;
    // SELECT, then the list of NIRs: a template 65 with a NIR of 15 digits, and one more per beneficiary.
    outcome.exits_with(0)?.says("< 61 ")?.says("\n< 65 ")?.says(" 93 0F ")?.says("> RESET")?.says("< 90 00")?;
    Ok(())
}

/// The reads of one card that are public [STACK-17608930 commands], on a card with the same words.
fn reads_words(sandbox: &Sandbox) -> Result<(), Failed> {
    let scriptor = sandbox.exec(&[&card("vitale1-petit")], &["scriptor", "-r", "Virtuale 00 00", "-p", "T=0"])?;
    let outcome = scriptor.input("BC C0 00 00 08\nBC B0 20 F8 18\nBC B0 02 F0 14\nBC B0 02 00 04\n").run()?;
    let outcome = outcome.exits_with(0)?.says("< 00 00 02 00 21 88 00 00 90 00")?.says("< 3F FF C3 88 3F 20 C3 50")?;
    outcome.says("< 3F FF F5 40 24 08 43 FF")?.says("< 69 82")?;
    Ok(())
}

fn gets_refusals_as_status_words(sandbox: &Sandbox) -> Result<(), Failed> {
    let scriptor = sandbox.exec(&[&card("vitale2-martin")], &["scriptor"])?;
    let outcome = scriptor.input("00 A4 00 0C 02 BE EF\n00 FE 00 00\nF0 A4 00 00 00\n").run()?;
    outcome.exits_with(0)?.says("< 6A 82")?.says("< 6D 00")?.says("< 6E 00")?;
    Ok(())
}
