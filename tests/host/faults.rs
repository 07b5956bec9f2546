//! Faults at the slots of a host: listeners are told, and a recording says what struck, so that a replay repeats it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use virtuale::{
    engine::{Fault as Silence, Response},
    host::{Host, What},
    layer::Layers,
    profile::families::Families,
    terminal::transport::{Transport, pcsclite::Service},
    trace::cards::Cards,
};

const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45];
const READ: &[u8] = &[0x00, 0xB0, 0x82, 0x00, 0x10];
const CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x08];

/// Sends commands over the socket of a host, and opens the card anew where it gave no answer.
fn talk(host: &Host, commands: &[&[u8]]) -> Vec<String> {
    let mut service = Service::establish(host.socket()).expect("a service");
    let reader = host.slots()[0].reader.clone();
    let mut said = Vec::new();
    let mut rest = commands;
    // A card that stays mute is not opened.
    while let (Some((_, behind)), Ok(mut card)) = (rest.split_first(), service.connect(&reader)) {
        let mut response = Response::new();
        let mut answered = card.transmit(rest[0], &mut response).is_ok();
        said.push(if answered { hex(response.as_bytes()) } else { "-".into() });
        rest = behind;
        while answered && let Some((next, behind)) = rest.split_first() {
            response.clear();
            answered = card.transmit(next, &mut response).is_ok();
            said.push(if answered { hex(response.as_bytes()) } else { "-".into() });
            rest = behind;
        }
    }
    said
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn recorded(trace: &Path, faults: &[&str], card: Option<&str>, commands: &[&[u8]]) -> Vec<String> {
    let host = Host::builder().seed(7).today("2026-01-15".parse().expect("a day")).record(trace);
    let host = match card {
        Some(card) => host.card(card),
        None => host.card("vitale2-martin"),
    };
    let host = host.start().expect("a host");
    for fault in faults {
        host.fault(0, fault.parse().expect("a fault")).expect("a slot");
    }
    let said = talk(&host, commands);
    assert_eq!(host.stop(), Vec::<String>::new());
    said
}

/// A host with a Vitale 2 that is recorded, and a fault at it; with the trace, and the folder that it is in.
fn struck(fault: &str) -> (Host, PathBuf, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("t.apdu");
    let host = Host::builder().card("vitale2-martin").today("2026-01-15".parse().expect("a day")).record(&trace);
    let host = host.start().expect("a host");
    host.fault(0, fault.parse().expect("a fault")).expect("a slot");
    (host, trace, folder)
}

/// Replays a trace; gives the faults that it repeated.
fn replayed(trace: &Path) -> Vec<String> {
    let (families, layers) = (Families::built_in(), Layers::default());
    let cards = Cards { given: vec![], today: "2026-01-15".parse().expect("a day"), seed: 7, families, layers };
    let verdict = cards.replay(trace);
    let text = fs::read_to_string(trace).expect("a trace");
    assert!(verdict.error.is_none(), "{:?}", verdict.error);
    assert!(verdict.findings.is_empty(), "{text}\n{}", verdict.findings[0]);
    verdict.faults.iter().map(|repeated| repeated.fault.to_string()).collect()
}

#[test]
fn a_replay_repeats_what_struck() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("t.apdu");
    let commands = [SELECT, READ, CHALLENGE, READ, SELECT, READ, CHALLENGE, READ];
    for (faults, struck) in [
        (&["mute n=3"][..], &["mute"][..]),
        (&["mute n=3 done"], &["mute done"]),
        (&["mute after=3"], &["mute"; 5]),
        (&["sw=6F00 ins=84"], &["sw=6F00"; 2]),
        (&["sw=6F00 ins=84 done times=1"], &["sw=6F00 done"]),
        (&["sw=6A82 file=NIR n=2"], &["sw=6A82"]),
        (&["61xx=8 n=4"], &["61xx=8"]),
        (&["6Cxx ins=84 n=1"], &[]),
        (&["6Cxx=7 ins=84 n=1"], &["6Cxx=7"]),
        (&["cut=4 ins=B0"], &["cut=4"; 4]),
        (&["pad=1 n=2"], &["pad=1"]),
        (&["flip ins=B0 seed=5 n=1..2", "late=1ms..9ms n=8 seed=4"], &["flip=44", "flip=111", "late=8ms"]),
        (&["atr=3B00 session=2..", "mute n=2"], &["mute"]),
    ] {
        let _ = fs::remove_file(&trace);
        let said = recorded(&trace, faults, None, &commands);
        let text = fs::read_to_string(&trace).expect("a trace");
        let told = replayed(&trace);
        if faults[0].starts_with("flip") {
            assert_eq!(told.len(), struck.len(), "{told:?}");
        } else {
            assert_eq!(told, struck, "{faults:?}: {said:?}\n{text}");
        }
        for fault in &told {
            assert!(text.contains(&format!("\n# fault {fault}\n")), "{text}");
        }
    }
}

#[test]
fn a_replay_loses_power_where_the_recorded_card_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("t.apdu");
    // The PIN of a CPS: its counter goes down, is committed, and only then is the PIN compared.
    let verify: &[u8] = &[0x00, 0x20, 0x00, 0x81, 0x04, 0x39, 0x39, 0x39, 0x39];
    let ask: &[u8] = &[0x00, 0x20, 0x00, 0x81];
    for moment in ["before", "during seed=1", "during seed=2", "after"] {
        let _ = fs::remove_file(&trace);
        let said = recorded(&trace, &[&format!("power={moment}")], Some("cps-lefevre"), &[verify, ask, verify, ask]);
        assert_eq!(said[0], "-", "{moment}: {said:?}");
        assert_eq!(replayed(&trace).len(), 1, "{moment}");
    }
}

#[test]
fn the_faults_of_a_card_file_strike_once_in_a_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (trace, card) = (folder.path().join("t.apdu"), folder.path().join("card.toml"));
    let own = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-minimal.toml"));
    let text = format!("{}\n[[fault]]\nflip = 3\nins = \"84\"\nevery = 2\n", own.expect("a card"));
    fs::write(&card, text).expect("room");
    let said = recorded(&trace, &[], card.to_str(), &[CHALLENGE; 5]);
    assert_eq!(said.len(), 5);
    assert_eq!(replayed(&trace), ["flip=3", "flip=3"]);
}

#[test]
fn listeners_are_told_between_the_command_and_its_answer() {
    let host = Host::builder().card("vitale2-martin").empty_slot().start().expect("a host");
    host.fault(1, "mute n=2".parse().expect("a fault")).expect("also where no card is");
    host.insert_from(1, 0).expect("the card moves");
    host.fault(0, "mute".parse().expect("a fault")).expect("a slot");
    let events = host.events(100);
    let mut service = Service::establish(host.socket()).expect("a service");
    let mut card = service.connect(&host.slots()[1].reader).expect("a card");
    let mut response = Response::new();
    assert!(card.transmit(CHALLENGE, &mut response).is_ok());
    assert!(card.transmit(CHALLENGE, &mut response).is_err());
    let heard: Vec<What> = std::iter::from_fn(|| events.now()).map(|event| event.what).collect();
    let struck = heard.iter().position(|what| matches!(what, What::Fault { slot: 1, .. })).expect("it is told");
    assert!(matches!(&heard[struck - 1], What::Command { slot: 1, .. }));
    assert!(matches!(&heard[struck + 1], What::Silence { slot: 1, fault: Silence::Mute, .. }));
    let What::Fault { strike, .. } = &heard[struck] else { unreachable!("seen above") };
    assert_eq!((strike.fault.to_string(), strike.armed.to_string()), ("mute".into(), "mute n=2".into()));
    let armed = host.faults(1).expect("a slot");
    assert_eq!((armed.len(), armed[0].struck, armed[0].is_spent), (1, 1, true));
    host.insert(1, "vitale2-durand").expect("another card");
    assert_eq!(host.faults(1).expect("a slot").len(), 1, "it is the slot's");
    assert_eq!((host.clear_faults(1).expect("a slot"), host.faults(1).expect("a slot").len()), (0, 0));
    assert!(host.fault(2, "mute".parse().expect("a fault")).is_err(), "there is no such slot");
    assert!(host.fault(1, "mute file=IDENTITEE".parse().expect("a fault")).is_err(), "there is no such file");
}

#[test]
fn a_card_that_was_mute_answers_as_soon_as_its_faults_are_taken_away() {
    let host = Host::builder().card("vitale2-martin").start().expect("a host");
    host.fault(0, "mute".parse().expect("a fault")).expect("a slot");
    host.insert(0, "vitale2-durand").expect("another card");
    assert!(host.slots()[0].atr.is_none());
    assert_eq!(host.clear_faults(0).expect("a slot"), 1);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while host.slots()[0].atr.is_none() {
        assert!(std::time::Instant::now() < end, "nobody asked it");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn a_card_is_pulled_and_comes_back() {
    let (host, trace, _folder) = struck("pull=50ms n=2");
    let events = host.events(100);
    let mut service = Service::establish(host.socket()).expect("a service");
    let reader = host.slots()[0].reader.clone();
    let mut card = service.connect(&reader).expect("a card");
    let mut response = Response::new();
    assert!(card.transmit(CHALLENGE, &mut response).is_ok());
    let removed = card.transmit(CHALLENGE, &mut response).expect_err("it is pulled").to_string();
    assert!(removed.contains("8010000C"), "{removed}");
    let is_back = |event: virtuale::host::Event| matches!(event.what, What::Inserted { .. });
    assert!(std::iter::from_fn(|| events.wait_for(std::time::Duration::from_secs(10))).any(is_back));
    drop(card);
    let mut card = service.connect(&reader).expect("the same card");
    response.clear();
    assert!(card.transmit(CHALLENGE, &mut response).is_ok());
    drop(card);
    host.stop();
    assert_eq!(replayed(&trace), ["pull=50ms"]);
}

#[test]
fn a_reader_is_unplugged_and_comes_back() {
    let (host, trace, _folder) = struck("unplug=500ms n=2");
    let mut service = Service::establish(host.socket()).expect("a service");
    let mut other = Service::establish(host.socket()).expect("a service");
    let reader = host.slots()[0].reader.clone();
    let mut card = service.connect(&reader).expect("a card");
    let mut response = Response::new();
    assert!(card.transmit(CHALLENGE, &mut response).is_ok());
    let removed = card.transmit(CHALLENGE, &mut response).expect_err("it is gone").to_string();
    assert!(removed.contains("8010000C"), "{removed}");
    assert!(other.slots().expect("a list").is_empty(), "there is no reader");
    let told = host.slots().remove(0);
    assert!(told.unplugged && told.card.is_none() && told.atr.is_none(), "{told:?}");
    let start = std::time::Instant::now();
    while other.slots().expect("a list").is_empty() {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "it does not come back");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(other.slots().expect("a list")[0].present, "with its card");
    assert!(!host.slots()[0].unplugged);
    let dead = card.transmit(CHALLENGE, &mut response).expect_err("the handle is of the reader that went").to_string();
    assert!(dead.contains("80100011"), "{dead}");
    drop(card);
    let mut card = service.connect(&reader).expect("the same card");
    response.clear();
    assert!(card.transmit(CHALLENGE, &mut response).is_ok());
    drop(card);
    host.stop();
    assert_eq!(replayed(&trace), ["unplug=500ms"]);
}

#[test]
fn a_card_that_somebody_takes_out_does_not_come_back_by_a_fault() {
    for fault in ["pull=300ms n=1", "unplug=300ms n=1"] {
        for moves in ["remove", "insert, remove"] {
            let (host, _trace, _folder) = struck(fault);
            let mut service = Service::establish(host.socket()).expect("a service");
            let reader = host.slots()[0].reader.clone();
            let mut card = service.connect(&reader).expect("a card");
            card.transmit(CHALLENGE, &mut Response::new()).expect_err("it is pulled");
            drop(card);
            let start = std::time::Instant::now();
            while host.slots()[0].card.is_some() {
                assert!(start.elapsed() < std::time::Duration::from_secs(20), "the fault pulls it");
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            if moves.starts_with("insert") {
                host.insert(0, "cps-lefevre").expect("another card");
            }
            host.remove(0).expect("a card that is in, or would be back");
            std::thread::sleep(std::time::Duration::from_millis(700));
            let told = host.slots().remove(0);
            assert!(told.card.is_none() && !told.unplugged, "{fault}, {moves}: {told:?}");
            host.remove(0).expect_err("nothing is in it, and nothing comes back");
            host.stop();
        }
    }
}

#[test]
fn another_program_resets_the_card_behind_an_answer() {
    let (host, trace, _folder) = struck("reset n=2");
    let mut service = Service::establish(host.socket()).expect("a service");
    let reader = host.slots()[0].reader.clone();
    let mut card = service.connect(&reader).expect("a card");
    let mut response = Response::new();
    for command in [SELECT, READ] {
        response.clear();
        assert!(card.transmit(command, &mut response).is_ok());
    }
    let before = response.as_bytes().to_vec();
    let told = card.transmit(READ, &mut response).expect_err("it was reset").to_string();
    assert!(told.contains("80100068"), "{told}");
    drop(card);
    let mut card = service.connect(&reader).expect("a card");
    response.clear();
    card.transmit(READ, &mut response).expect("an answer");
    assert_ne!(response.as_bytes(), before, "what was selected is gone");
    drop(card);
    host.stop();
    assert_eq!(replayed(&trace), ["reset"]);
}
