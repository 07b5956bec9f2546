//! Slots with an antenna: what is recorded of them, and cards that move into them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use virtuale::host::{Builder, Host, HostError, Kind, What};

use crate::{At, GET_CHALLENGE, answers, hanging_once, replayed};

/// What a professional's card answers to reset in a field.
const IN_FIELD: &str = "3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E";

/// The application of the antenna, which is there in a field only.
const SELECT: &[u8] = &[0x00, 0xA4, 0x09, 0x0C, 0x04, 0x3F, 0x00, 0x00, 0x02];

/// A host of which the first slot has contacts and the second an antenna, with a card of its own in each.
fn two_kinds() -> Builder {
    Host::builder().card("cps-lefevre").card("cps-lefevre").contactless(1)
}

fn text(trace: &Path) -> String {
    fs::read_to_string(trace).expect("text")
}

/// The traces in a folder, by name.
fn traces(folder: &Path) -> Vec<PathBuf> {
    let mut traces: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    traces.sort();
    traces
}

#[test]
fn a_recording_says_what_the_card_answered_in_the_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = two_kinds().record(&trace).start().expect("a host");
    for (slot, right) in [(0, [0x6A, 0x82]), (1, [0x90, 0x00])] {
        assert_eq!(answers(&host, slot, &[SELECT, GET_CHALLENGE]).expect("answers")[0], right, "slot {slot}");
    }
    host.insert(1, "cps-lefevre").expect("another card");
    answers(&host, 1, &[SELECT, GET_CHALLENGE]).expect("answers");
    assert_eq!(host.stop(), [""; 0]);
    let said = text(&trace);
    let first = "slot slot-0\ncard cps-lefevre\natr 3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00\n";
    let second = format!("slot slot-1\ncard cps-lefevre\natr {IN_FIELD}\nreset contactless\n");
    assert!(said.contains(first) && said.contains(&second), "{said}");
    assert!(said.contains("\ninsert cps-lefevre\nreset contactless\n"), "{said}");
    assert_eq!(replayed(&trace), 6);
    // A card that is not the one which was recorded is found out there too.
    let other = said.replace("90 00 0E", "90 01 0F");
    fs::write(&trace, other).expect("a trace");
    std::panic::catch_unwind(|| replayed(&trace)).expect_err("another answer to reset");
}

#[test]
fn a_trace_of_its_own_says_it_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = two_kinds().record_folder(folder.path()).start().expect("a host");
    answers(&host, 1, &[SELECT, GET_CHALLENGE]).expect("answers");
    assert_eq!(host.stop(), [""; 0]);
    let [trace] = &*traces(folder.path()) else { panic!("nobody spoke to the other card") };
    let head = format!("slot slot-1\ncard cps-lefevre\natr {IN_FIELD}\nreset contactless\n");
    assert!(text(trace).contains(&head), "{}", text(trace));
    assert_eq!(replayed(trace), 2);
}

#[test]
fn a_card_that_is_mute_in_a_field_is_recorded_as_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = Host::builder().card("vitale2-martin").contactless(0).record(&trace).start().expect("a host");
    answers(&host, 0, &[GET_CHALLENGE]).expect_err("it has no antenna");
    host.stop();
    assert!(text(&trace).contains("\nreset contactless\nexpect-error mute\n"), "{}", text(&trace));
}

const PIN: &[u8] = &[0x00, 0x20, 0x00, 0x01, 0x04, 0x31, 0x32, 0x33, 0x34];
const WRONG_PIN: &[u8] = &[0x00, 0x20, 0x00, 0x01, 0x04, 0x30, 0x30, 0x30, 0x30];
const SELECT_DATA: &[u8] = &[0x00, 0xA4, 0x09, 0x0C, 0x06, 0x3F, 0x00, 0x00, 0x01, 0xD1, 0x07];
const WRITE: &[u8] = &[0x00, 0xD6, 0x00, 0x00, 0x02, 0xCA, 0xFE];
const READ: &[u8] = &[0x00, 0xB0, 0x00, 0x00, 0x02];
/// The tries that are left of the PIN, as they are asked for on T=1.
const TRIES: &[u8] = &[0x00, 0xCB, 0x3F, 0xFF, 0x0A, 0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x01, 0x02, 0xA0, 0x80, 0x00];
const GET_UID: &[u8] = &[0xFF, 0xCA, 0x00, 0x00, 0x00];

/// A host with a card on contacts and no other one, and an empty slot with an antenna.
fn one_card() -> Builder {
    Host::builder().card("cps-lefevre").empty_slot().contactless(1)
}

/// Writes to the card on the contacts, and gives one try of its PIN away.
fn use_up(host: &Host) {
    let said = answers(host, 0, &[PIN, SELECT_DATA, WRITE, WRONG_PIN]).expect("answers");
    assert_eq!(said, [&[0x90, 0x00][..], &[0x90, 0x00], &[0x90, 0x00], &[0x63, 0xC2]]);
}

/// What the card in the field says of the past: what was written, and the tries that are left.
fn past(host: &Host, slot: usize) -> (Vec<u8>, u8) {
    let said = answers(host, slot, &[SELECT_DATA, READ, TRIES]).expect("answers");
    (said[1].clone(), said[2][13])
}

#[test]
fn a_card_that_moves_to_an_antenna_is_the_same_card() {
    let host = one_card().start().expect("a host");
    let listener = host.events(1000);
    use_up(&host);
    host.insert_from(1, 0).expect("it moves");
    let slots = host.slots();
    assert_eq!((slots[0].card.as_deref(), slots[1].card.as_deref()), (None, Some("cps-lefevre")));
    assert_eq!(slots[1].atr.as_deref(), Some(IN_FIELD.replace(' ', "").as_str()));
    assert_eq!(past(&host, 1), (vec![0xCA, 0xFE, 0x90, 0x00], 2));
    assert_eq!(answers(&host, 1, &[PIN]).expect("an answer"), [[0x69, 0x85]], "no code is taken there");
    let uid = answers(&host, 1, &[GET_UID]).expect("the reader's answer");
    // Taken out, it comes from there too; back over contacts all is as it was.
    host.remove(1).expect("the card");
    host.insert_from(0, 1).expect("it moves back");
    assert_eq!(host.slots()[0].atr.as_deref(), Some("3BAC00402A001225006480000310009000"));
    assert_eq!(answers(&host, 0, &[PIN]).expect("an answer"), [[0x90, 0x00]]);
    // In place of another card, and again with the same name.
    host.insert(1, "cps-lefevre").expect("another one");
    assert_ne!(answers(&host, 1, &[GET_UID]).expect("the reader's answer"), uid, "another card has another name");
    host.insert_from(1, 0).expect("in place of the other");
    assert_eq!(answers(&host, 1, &[GET_UID]).expect("the reader's answer"), uid);
    host.stop();
    let moves: Vec<_> = listener.map(|event| event.what).collect();
    let moves = moves.iter().filter_map(|what| match what {
        What::Inserted { slot, .. } => Some((true, *slot)),
        What::Removed { slot, .. } => Some((false, *slot)),
        _ => None,
    });
    let right = [(false, 0), (true, 1), (false, 1), (true, 0), (true, 1), (false, 0), (false, 1), (true, 1)];
    assert_eq!(moves.take(8).collect::<Vec<_>>(), right);
}

#[test]
fn a_move_is_recorded_and_replays() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = one_card().record(&trace).start().expect("a host");
    use_up(&host);
    host.insert_from(1, 0).expect("it moves");
    assert_eq!(past(&host, 1).1, 2);
    host.insert_from(0, 1).expect("it moves back");
    answers(&host, 0, &[PIN, GET_CHALLENGE]).expect("answers");
    assert_eq!(host.stop(), [""; 0]);
    let said = text(&trace);
    assert!(said.contains("\nremove\nslot slot-1\ninsert-from slot-0\nreset contactless\n"), "{said}");
    assert!(said.contains("\nremove\nslot slot-0\ninsert-from slot-1\n"), "{said}");
    assert_eq!(replayed(&trace), 9);
}

#[test]
fn the_trace_of_a_card_goes_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = one_card().record_folder(folder.path()).start().expect("a host");
    use_up(&host);
    host.insert_from(1, 0).expect("it moves");
    assert_eq!(past(&host, 1).1, 2);
    host.insert(0, "vitale2-martin").expect("another card in its place");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    host.insert(1, "vitale2-durand").expect("another card in its new place");
    assert_eq!(host.stop(), [""; 0]);
    let [first, second] = &*traces(folder.path()) else { panic!("{:?}", traces(folder.path())) };
    assert!(text(first).contains("\nremove\ninsert\nreset contactless\n"), "{}", text(first));
    assert_eq!((replayed(first), replayed(second)), (7, 1));
}

#[test]
fn what_cannot_move_is_said() {
    let (layer, reins) = hanging_once(At::Command);
    let host = one_card().layer(layer).start().expect("a host");
    let kind = |result: Result<(), HostError>| {
        let error = result.expect_err("it cannot be");
        (error.kind(), error.to_string())
    };
    for (slot, from, message) in [
        (0, 0, "the card of slot 0 cannot come out of the same slot"),
        (0, 1, "no card was taken out of slot 1 that could come back"),
        (2, 0, "there is no slot 2: slots are numbered from 0 to 1"),
        (0, 2, "there is no slot 2: slots are numbered from 0 to 1"),
    ] {
        assert_eq!(kind(host.insert_from(slot, from)), (Kind::Usage, message.to_owned()));
    }
    assert!(host.slots()[0].card.is_some(), "the card is where it was");
    std::thread::scope(|scope| {
        let command = scope.spawn(|| answers(&host, 0, &[GET_CHALLENGE]));
        reins.await_card();
        let (_, said) = kind(host.insert_from(1, 0));
        assert_eq!(said, "the card that was taken out of slot 0 is still busy with a command");
        command.join().expect("no panic").expect_err("it was pulled");
        drop(reins);
    });
    let until = std::time::Instant::now() + crate::PATIENCE;
    while let Err(error) = host.insert_from(1, 0) {
        assert!(std::time::Instant::now() < until, "{error}");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(host.slots()[1].card.is_some());
}
