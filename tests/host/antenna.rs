//! Slots with an antenna: what is recorded of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use virtuale::host::{Builder, Host};

use crate::{GET_CHALLENGE, answers, replayed};

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
