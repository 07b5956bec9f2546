//! pyscard: scripts that use PC/SC as programs do, from the first one a newcomer writes to programs that die with a
//! lock in their hands. Each script judges for itself and ends with code 0 if all was well.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    PYTHON, Sandbox, card, file,
    programs::{CRYPTOGRAPHY, PYSCARD},
    trial,
};

/// The scripts, what is in the slots when they start, and what more they are told.
const SCRIPTS: [(&str, &[&str], &[&str]); 15] = [
    ("identity", &["vitale2-martin"], &[]),
    ("events", &["", ""], &["vitale2-martin"]),
    ("cancel", &["vitale2-martin"], &[]),
    ("transactions", &["vitale2-martin"], &[]),
    ("dead_holder", &["vitale2-martin"], &[]),
    ("removal", &["vitale2-martin"], &["vitale2-martin"]),
    ("unplugged", &["vitale2-martin", "vitale2-durand"], &[]),
    ("faulty", &["vitale2-martin"], &[]),
    ("crowd", &["vitale2-martin"], &[]),
    ("prober", &["vitale2-martin"], &[]),
    ("words", &["vitale1-petit"], &[]),
    ("failing", &["vitale1-igea440"], &[]),
    ("two_slots", &["vitale2-martin", "vitale2-durand"], &[]),
    ("card_to_card", &["vitale2-martin", "cps-lefevre"], &[]),
    ("secured", &["vitale2-martin", "cps-lefevre"], &[]),
];

pub(crate) fn trials() -> Vec<Trial> {
    let messaging = trial(&[&PYSCARD, &CRYPTOGRAPHY], "pyscard::secure_messaging", |sandbox| {
        run(sandbox, &file("pyscard/secure_messaging.py"), &["vitale2-martin"], &[])
    });
    let cps2ter = trial(&[&PYSCARD, &CRYPTOGRAPHY], "pyscard::cps2ter", |sandbox| {
        run(sandbox, &file("pyscard/cps2ter.py"), &["cps-lefevre"], &[])
    });
    let cps4 = trial(&[&PYSCARD, &CRYPTOGRAPHY], "pyscard::cps4", |sandbox| {
        run(sandbox, &file("pyscard/cps4.py"), &["cps4-lefevre"], &[])
    });
    let professional = trial(&[&PYSCARD, &CRYPTOGRAPHY], "pyscard::professional", professional);
    let newcomer = trial(&[&PYSCARD], "pyscard::newcomer", newcomer);
    let of_script = |(name, slots, told): (&str, &'static [&str], &'static [&str])| {
        let script = file(&format!("pyscard/{name}.py"));
        trial(&[&PYSCARD], &format!("pyscard::{name}"), move |sandbox| run(sandbox, &script, slots, told))
    };
    let extended = trial(&[&PYSCARD], "pyscard::extended", extended);
    let contactless = trial(&[&PYSCARD], "pyscard::contactless", contactless);
    let antenna = trial(&[&PYSCARD, &CRYPTOGRAPHY], "pyscard::cps_antenna", |sandbox| {
        let (virtuale, script) = (env!("CARGO_BIN_EXE_virtuale"), file("pyscard/cps_antenna.py"));
        let command = [virtuale, "exec", "--card", "cps-lefevre", "--contactless", "0", "--", PYTHON, &script];
        sandbox.program(&command)?.run()?.exits_with(0)?;
        Ok(())
    });
    [newcomer, extended, contactless, antenna, messaging, professional, cps2ter, cps4]
        .into_iter()
        .chain(SCRIPTS.map(of_script))
        .collect()
}

fn newcomer(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("pyscard/newcomer.py");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &[PYTHON, &script])?.run()?;
    outcome.exits_with(0)?.says("MARTIN")?;
    Ok(())
}

/// With the keys and certificates of the test authority, as anybody finds them.
fn professional(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("pyscard/professional.py");
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys");
    sandbox.exec(&[&card("vitale2-martin")], &[PYTHON, &script, keys])?.run()?.exits_with(0)?;
    Ok(())
}

/// One card file in both kinds of slot, under a seed: what the reader answers itself is in no recording.
fn contactless(sandbox: &Sandbox) -> Result<(), Failed> {
    let card = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/layouts/sans-contact-roux.toml");
    let virtuale = env!("CARGO_BIN_EXE_virtuale");
    let script = file("pyscard/contactless.py");
    let options =
        [virtuale, "exec", "--card", card, "--card", card, "--contactless", "1", "--record", "both.apdu", "--"];
    let outcome = sandbox.program(&[&options[..], &[PYTHON, &script]].concat())?.run()?;
    outcome.exits_with(0)?.says("UID 08 ")?;
    let trace = fs::read_to_string(sandbox.home().join("both.apdu"))?;
    let asked = trace.lines().filter(|line| line.starts_with("> FF")).count();
    if asked != 1 || !trace.contains("reset contactless") {
        return Err(format!("the card with contacts got one command of class FF, the other none:\n{trace}").into());
    }
    sandbox.program(&[virtuale, "replay", "both.apdu"])?.run()?.exits_with(0)?;
    // The recording plays both cards: one reader has contacts, the other an antenna, and the name is the same.
    let said = outcome.to_string();
    let uid = said.lines().find(|line| line.starts_with("UID")).ok_or("it says the name")?;
    let again = sandbox.program(&[virtuale, "replay", "both.apdu", "--", PYTHON, &script])?.run()?;
    again.exits_with(0)?.says(uid)?;
    // A real reader with an antenna is recorded as one, and replayed against.
    let reader = "Virtuale Contactless 00 00";
    let there = [virtuale, "exec", "--card", card, "--contactless", "0", "--"];
    let record = [virtuale, "record", "--reader", reader, "-o", "far.apdu", "--", PYTHON, &script];
    let far = sandbox.program(&[&there[..], &record].concat())?.run()?;
    far.exits_with(0)?.says("UID 08 ")?;
    let trace = fs::read_to_string(sandbox.home().join("far.apdu"))?;
    if !trace.contains("\natr 3B 81 80 01 55 55\nreset contactless\n") {
        return Err(format!("the reader was not taken for one with an antenna:\n{trace}").into());
    }
    let replay = [virtuale, "replay", "--reader", reader, "far.apdu"];
    sandbox.program(&[&there[..], &replay].concat())?.run()?.exits_with(0)?;
    Ok(())
}

/// The first card is made for lengths that no health card has.
fn extended(sandbox: &Sandbox) -> Result<(), Failed> {
    let cards = [file("cards/giant.toml"), card("vitale2-t1")];
    let script = file("pyscard/extended.py");
    sandbox.exec(&[&cards[0], &cards[1]], &[PYTHON, &script])?.run()?.exits_with(0)?;
    Ok(())
}

fn run(sandbox: &Sandbox, script: &str, slots: &[&str], told: &[&str]) -> Result<(), Failed> {
    let in_slot = |name: &&str| if name.is_empty() { "-".to_owned() } else { card(name) };
    let cards: Vec<String> = slots.iter().map(in_slot).collect();
    let told: Vec<String> = told.iter().map(|name| card(name)).collect();
    let words: Vec<&str> = [PYTHON, script].into_iter().chain(told.iter().map(String::as_str)).collect();
    let cards: Vec<&str> = cards.iter().map(String::as_str).collect();
    sandbox.exec(&cards, &words)?.run()?.exits_with(0)?;
    Ok(())
}
