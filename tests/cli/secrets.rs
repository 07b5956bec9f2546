//! What no output may hold: PINs and keys.

use std::fs;

use crate::sandbox::{DURAND, Sandbox, run};

/// A code, and what is signed with it, as traces write them.
const TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/traces/opensc-sign.apdu");

#[test]
fn a_redacted_trace_has_no_code_and_no_signature() {
    let sandbox = Sandbox::new();
    let redacted = sandbox.path().join("redacted.apdu").display().to_string();
    let (code, out, error) = run(&mut sandbox.virtuale(&["redact", TRACE, "--as", DURAND, "-o", &redacted]));
    assert_eq!(code, 0, "{out}\n{error}");
    let [before, after] = [TRACE, &redacted].map(|path| fs::read_to_string(path).expect("a trace"));
    let signature = before.lines().rfind(|line| line.len() > 600).expect("the signature");
    for secret in ["31 32 33 34", &signature[2..40]] {
        assert!(before.contains(secret) && !after.contains(secret), "{secret}");
    }
    for said in [out, error] {
        assert!(!said.contains("31 32 33 34") && !said.contains("1234"), "{said}");
    }
}

#[test]
fn a_process_in_the_background_has_no_pin_in_its_arguments() {
    let sandbox = Sandbox::new();
    let started = run(&mut sandbox.virtuale(&[
        "serve",
        "--detach",
        "--name",
        "pads",
        "--card",
        "vitale2-martin",
        "--pin-pad",
        "97531864",
        "--pin-pad=24681357,1234",
    ]));
    assert_eq!((started.0, started.2.as_str()), (0, ""), "{started:?}");
    let (_, out, _) = run(&mut sandbox.virtuale(&["slots", "--name", "pads", "--json"]));
    let status: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(status["slots"][0]["typed_ahead"], 3, "{out}");
    let of_process = |what: &str| fs::read(format!("/proc/{}/{what}", status["pid"])).unwrap_or_default();
    for place in ["cmdline", "environ"] {
        let seen = String::from_utf8_lossy(&of_process(place)).into_owned();
        assert!(!seen.contains("97531864") && !seen.contains("24681357"), "{place}: {seen}");
    }
    let (code, _, error) = run(&mut sandbox.virtuale(&["serve", "--detach", "--pin-pad", "12a4"]));
    assert!(code == 2 && error.contains("1 to 32 digits") && !error.contains("12a4"), "{code} {error}");
    assert_eq!(run(&mut sandbox.virtuale(&["stop", "--name", "pads"])).0, 0);
}

#[test]
fn what_exec_says_shows_no_code() {
    let sandbox = Sandbox::new();
    let card = sandbox.path().join("carte.toml");
    let person = "[assure]\nnir = '1 90 19 99 999 005'\nnom = 'PETIT'\nprenom = 'ALIX'\nnaissance = '1990-19-14'\n";
    let keys = "[ias]\ncode = '97531864'\ncle_mac = 'A1B2C3D4E5F60718293A4B5C6D7E8F90'\n";
    fs::write(&card, format!("layout = 'vitale2'\n{person}{keys}")).expect("a card file");
    let card = card.display().to_string();
    let select = "00 A4 04 0C 0C D2 50 00 00 04 41 64 E8 6C 65 01 01";
    for arguments in [
        &["card", "check", &card][..],
        &["card", "explain", &card],
        &["card", "dump", &card],
        &["exec", "--card", &card, "--", "true"],
        &["apdu", "--card", &card, select, "00 20 00 81", "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80"],
    ] {
        let (code, out, error) = run(&mut sandbox.virtuale(arguments));
        assert_eq!(code, 0, "{arguments:?}: {error}");
        for secret in ["97531864", "39373533", "39 37 35 33", "A1B2C3D4", "A1 B2 C3 D4"] {
            assert!(!out.contains(secret) && !error.contains(secret), "{arguments:?} shows {secret}");
        }
    }
}
