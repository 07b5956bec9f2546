//! Traces of real programs: recorded, replayed against the card and as the card, redacted, and told from their own
//! logs.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Ended, PYTHON, Sandbox, card, file,
        programs::{OPENSC, PCSC_SCAN, PCSC_SPY, PCSC_SPY_LIBRARY, PYSCARD, SCDAEMON, SCRIPTOR},
        trial, trial_unless,
    },
    signing::opensc_cannot_log_in,
};

/// Reads the NIRs in one application of the card and the names in the other.
const READ: [&str; 9] = [
    "opensc-tool",
    "-s",
    "00A404000BD250000002564954414C45",
    "-s",
    "00B0820000",
    "-s",
    "00A40000023F00",
    "-s",
    "00B0820000",
];

/// What is on the card of the family MARTIN and not on that of M. DURAND; looked for as text, as its bytes, and packed.
const ORIGINALS: [&str; 8] =
    ["MARTIN", "CAMILLE", "DOMINIQUE", "286197599900", "185197599900", "19861912", "19851901", "L'ESSAI"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&PCSC_SCAN], "traces::pcsc_scan_only_wakes_the_card", pcsc_scan_only_wakes_the_card),
        trial(&[&OPENSC], "traces::opensc_tool_is_recorded_and_replayed", opensc_tool_is_recorded_and_replayed),
        trial(&[&OPENSC], "traces::opensc_logs_what_is_recorded", opensc_logs_what_is_recorded),
        trial(
            &[&OPENSC],
            "traces::opensc_on_two_readers_logs_what_is_recorded",
            opensc_on_two_readers_logs_what_is_recorded,
        ),
        trial(&[&PCSC_SPY, &OPENSC], "traces::pcsc_spy_logs_what_is_recorded", pcsc_spy_logs_what_is_recorded),
        trial(&[&SCDAEMON], "traces::scdaemon_logs_what_is_recorded", scdaemon_logs_what_is_recorded),
        trial(&[&SCRIPTOR], "traces::scriptor_prints_what_is_recorded", scriptor_prints_what_is_recorded),
        trial(
            &[&PYSCARD],
            "traces::a_pyscard_program_is_played_another_card",
            a_pyscard_program_is_played_another_card,
        ),
        trial(&[&PYSCARD], "traces::every_pyscard_exchange_is_recorded", every_pyscard_exchange_is_recorded),
        a_signature(),
    ]
}

fn a_signature() -> Trial {
    const NAME: &str = "traces::a_signature_is_recorded_and_nothing_of_it_kept";
    trial_unless(opensc_cannot_log_in().as_deref(), &[&OPENSC], NAME, a_signature_is_recorded_and_nothing_of_it_kept)
}

/// It looks at states and ATRs and sends no command; both commands say so.
fn pcsc_scan_only_wakes_the_card(sandbox: &Sandbox) -> Result<(), Failed> {
    record(sandbox, &["pcsc_scan", "-t", "2"])?.says("Vitale 2")?.says("no command was recorded")?;
    let trace = fs::read_to_string(sandbox.home().join(TRACE))?;
    demand(trace.contains("\natr 3B 75 13 00 00 44 09 EA 90 00\n") && !trace.contains("\n> "), &trace)?;
    virtuale(sandbox, &["replay", TRACE])?.exits_with(1)?.says("the trace has no command to check")?;
    Ok(())
}

fn opensc_tool_is_recorded_and_replayed(sandbox: &Sandbox) -> Result<(), Failed> {
    let real = record(sandbox, &READ)?;
    real.exits_with(0)?.says("MARTIN")?;
    replays(sandbox)?;
    let played = virtuale(sandbox, &[&["replay", TRACE, "--"], &READ[..]].concat())?;
    played.exits_with(0)?;
    demand(played.out == real.out, &format!("as a card, the trace says otherwise:\n{played}"))?;
    let fewer = virtuale(sandbox, &[&["replay", TRACE, "--"], &READ[..5]].concat())?;
    fewer.exits_with(1)?.says("of the trace never came")?;
    redacted(sandbox)?;
    Ok(())
}

/// The debug log has the commands as the card got them, GET RESPONSE included.
fn opensc_logs_what_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    let words = ["sh", "-c", "exec opensc-tool -vvvvv -s 00A404000BD250000002564954414C45 -s 00B0820000 2> opensc.log"];
    record(sandbox, &words)?.exits_with(0)?;
    same_commands(sandbox, "opensc.log")
}

/// A program with cards in two readers at once: the log says whose each command is, and shows keys in messages too.
fn opensc_on_two_readers_logs_what_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    let cards = ["--card", &card("vitale2-martin"), "--card", &card("vitale2-durand")];
    let options = ["exec", "--opensc", "--now", "2026-01-15", "--record", TRACE];
    let program = ["--", "sh", "-c", "OPENSC_DEBUG=9 exec pkcs11-tool -L 2> opensc.log"];
    virtuale(sandbox, &[&options[..], &cards, &program].concat())?.exits_with(0)?;
    same_commands_of(sandbox, "opensc.log", &["0", "1"])
}

/// opensc-tool loads the library that its configuration names; the log goes to a file in the home.
fn pcsc_spy_logs_what_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    let conf = format!("app default {{ reader_driver pcsc {{ provider_library = {PCSC_SPY_LIBRARY}; }} }}\n");
    fs::write(sandbox.home().join("opensc.conf"), conf)?;
    fs::write(sandbox.home().join("pcsc-spy"), "")?;
    record(sandbox, &[&["env", "OPENSC_CONF=opensc.conf"], &READ[..]].concat())?.exits_with(0)?;
    same_commands(sandbox, "pcsc-spy")
}

/// It fetches what waits by itself, and logs that in words of its own.
fn scdaemon_logs_what_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    let settings = "disable-ccid\ndebug-level guru\nlog-file scdaemon.log\n";
    fs::write(sandbox.home().join("scdaemon.conf"), settings)?;
    let talk = "printf 'SERIALNO\\nBYE\\n' | /usr/lib/gnupg/scdaemon --homedir . --server";
    record(sandbox, &["sh", "-c", talk])?.exits_with(0)?;
    same_commands(sandbox, "scdaemon.log")
}

fn scriptor_prints_what_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    fs::write(sandbox.home().join("look"), "00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\n00 B0 82 00 00\n")?;
    record(sandbox, &["sh", "-c", "exec scriptor look > scriptor.txt"])?.exits_with(0)?;
    same_commands(sandbox, "scriptor.txt")
}

/// The program of a newcomer prints the invented card's holder, where the real one was recorded.
fn a_pyscard_program_is_played_another_card(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("pyscard/newcomer.py");
    record(sandbox, &[PYTHON, &script])?.exits_with(0)?.says("MARTIN")?;
    replays(sandbox)?;
    let clean = redacted(sandbox)?;
    let played = virtuale(sandbox, &["replay", clean, "--", PYTHON, &script])?;
    played.exits_with(0)?.says("DURAND")?;
    demand(!played.out.contains("MARTIN"), &played.out)
}

/// Two applications, two ways to select and read, and connections by pyscard's own idioms.
fn every_pyscard_exchange_is_recorded(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("pyscard/identity.py");
    record(sandbox, &[PYTHON, &script])?.exits_with(0)?;
    replays(sandbox)?;
    virtuale(sandbox, &["replay", TRACE, "--", PYTHON, &script])?.exits_with(0)?;
    redacted(sandbox)?;
    Ok(())
}

/// PIN, signature, public keys and certificates: nothing of them is left, and what is personal in the files neither.
fn a_signature_is_recorded_and_nothing_of_it_kept(sandbox: &Sandbox) -> Result<(), Failed> {
    fs::write(sandbox.home().join("digest"), [&DIGEST_INFO[..], &[0x5A; 32]].concat())?;
    let sign = ["pkcs11-tool", "--login", "--pin", "1234", "--sign", "-m", "RSA-PKCS", "--id", "46"];
    let words = [&["--opensc", "--"], &sign[..], &["-i", "digest", "-o", "signature"]].concat();
    record_with(sandbox, &words)?.exits_with(0)?;
    replays(sandbox)?;
    let signature = hex::encode_upper(fs::read(sandbox.home().join("signature"))?);
    let home = sandbox.home();
    let recorded = digits(&home.join(TRACE))?;
    virtuale(sandbox, &["redact", TRACE, "--as", &card("vitale2-durand"), "-o", CLEAN])?.exits_with(0)?;
    let clean = digits(&home.join(CLEAN))?;
    let secrets = [
        ("PIN", "002000810431323334"),
        ("signature", &signature),
        ("certificate", "308202"),
        ("public key", "7F498201"),
    ];
    for (what, bytes) in secrets {
        demand(recorded.contains(bytes), &format!("no {what} was recorded"))?;
        demand(!clean.contains(bytes), &format!("{what} is still there"))?;
    }
    Ok(())
}

/// The recording, in the home of the sandbox.
const TRACE: &str = "visit.apdu";

/// What `redact` makes of it.
const CLEAN: &str = "clean.apdu";

/// What stands before a hash of SHA-256 in a signature of PKCS #1 v1.5 [RFC-8017 9.2].
const DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Runs a program with the card of the family MARTIN and records it.
fn record(sandbox: &Sandbox, program: &[&str]) -> Result<Ended, Failed> {
    record_with(sandbox, &[&["--"], program].concat())
}

/// The same, with options of `exec` before the program.
fn record_with(sandbox: &Sandbox, words: &[&str]) -> Result<Ended, Failed> {
    let card = card("vitale2-martin");
    virtuale(sandbox, &[&["exec", "--card", &card, "--now", "2026-01-15", "--record", TRACE], words].concat())
}

fn virtuale(sandbox: &Sandbox, words: &[&str]) -> Result<Ended, Failed> {
    sandbox.program(&[&[env!("CARGO_BIN_EXE_virtuale")], words].concat())?.run()
}

/// Demands that the card says the same again, and that something was recorded at all.
fn replays(sandbox: &Sandbox) -> Result<(), Failed> {
    let outcome = virtuale(sandbox, &["replay", TRACE])?;
    outcome.exits_with(0)?.says("1 trace, ")?.says(" commands, no finding")?;
    demand(!outcome.out.contains(" 0 commands"), &outcome.out)
}

/// Redacts the recording as the card of M. DURAND; demands that nothing of the family MARTIN is left.
fn redacted(sandbox: &Sandbox) -> Result<&'static str, Failed> {
    virtuale(sandbox, &["redact", TRACE, "--as", &card("vitale2-durand"), "-o", CLEAN])?.exits_with(0)?;
    let original = digits(&sandbox.home().join(TRACE))?;
    let clean = fs::read_to_string(sandbox.home().join(CLEAN))?;
    let bytes = digits(&sandbox.home().join(CLEAN))?;
    let codings = |value: &str| [hex::encode_upper(value), value.to_owned()];
    let was_there = ORIGINALS.iter().any(|value| original.contains(&hex::encode_upper(value)));
    demand(was_there, "no personal value was recorded, so that none can be taken out")?;
    for value in ORIGINALS {
        let survives = clean.contains(value) || codings(value).iter().any(|coded| bytes.contains(coded));
        demand(!survives, &format!("{value} is still in\n{clean}"))?;
    }
    Ok(CLEAN)
}

/// The hexadecimal digits of all bytes of a trace, one after another.
fn digits(trace: &Path) -> Result<String, Failed> {
    let text = fs::read_to_string(trace)?;
    let lines = text.lines().filter_map(|line| line.strip_prefix("> ").or(line.strip_prefix("< ")));
    Ok(lines.flat_map(|line| line.split('#').next()).flat_map(str::split_whitespace).collect())
}

/// Demands that a log tells of the commands that were recorded, and of no others.
fn same_commands(sandbox: &Sandbox, log: &str) -> Result<(), Failed> {
    same_commands_of(sandbox, log, &["0"])
}

/// The same, of several slots.
fn same_commands_of(sandbox: &Sandbox, log: &str, slots: &[&str]) -> Result<(), Failed> {
    virtuale(sandbox, &["convert", log, "-o", "log.apdu"])?.exits_with(0)?;
    slots.iter().try_for_each(|slot| same_commands_of_slot(sandbox, slot))
}

fn same_commands_of_slot(sandbox: &Sandbox, slot: &str) -> Result<(), Failed> {
    let script = |file: &str| -> Result<Vec<String>, Failed> {
        let outcome = virtuale(sandbox, &["convert", file, "--to", "scriptor", "--slot", slot])?;
        outcome.exits_with(0)?;
        let commands = outcome.out.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_hexdigit()));
        Ok(commands.map(str::to_owned).collect())
    };
    let (recorded, logged) = (script(TRACE)?, script("log.apdu")?);
    demand(!recorded.is_empty(), "nothing was recorded")?;
    demand(recorded == logged, &format!("recorded {recorded:#?}\nlogged {logged:#?}"))
}

fn demand(holds: bool, otherwise: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
