//! Cards that come and go while they work.

use std::{fs, sync::Arc, thread, time::Duration};

use virtuale::{
    host::{Host, HostError, Listener, NewCard, What},
    layer::Layered,
    profile::{self, Options, diagnostic::Source},
    trace::Trace,
};

use crate::{At, GET_CHALLENGE, PATIENCE, Reins, answers, card, hanging, hanging_once, replayed};

/// A host of one slot whose first card hangs at its first command.
fn host(record: impl FnOnce(virtuale::host::Builder) -> virtuale::host::Builder) -> (Host, Reins) {
    let (layer, reins) = hanging_once(At::Command);
    let host = record(Host::builder().card(card("vitale2-martin")).layer(layer));
    (host.start().expect("a host"), reins)
}

/// Pulls the card of slot 0 while it is busy with a command, whose program gets no answer; then does something, and
/// lets the card go on after that.
fn pull_in_a_command(host: &Host, reins: Reins, meanwhile: impl FnOnce()) {
    thread::scope(|scope| {
        let command = scope.spawn(|| answers(host, 0, &[GET_CHALLENGE]));
        reins.await_card();
        host.remove(0).expect("a card");
        command.join().expect("no panic").expect_err("it was pulled");
        meanwhile();
        drop(reins);
    });
}

/// Puts the card back that was pulled, as soon as it is done with its command.
fn reinsert(host: &Host) {
    let until = std::time::Instant::now() + PATIENCE;
    while let Err(error) = host.reinsert(0) {
        assert!(std::time::Instant::now() < until, "{error}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_recording_of_a_card_that_was_pulled_at_work_replays() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let (host, reins) = host(|host| host.record(&trace));
    pull_in_a_command(&host, reins, || {
        host.insert(0, card("vitale2-durand")).expect("the slot is free");
        answers(&host, 0, &[GET_CHALLENGE]).expect("an answer of the other card");
    });
    host.remove(0).expect("the other card");
    assert_eq!(host.stop(), [""; 0]);
    let text = fs::read_to_string(&trace).expect("text");
    let (_, dialogue) = text.split_once("\n>").expect("a command");
    let shown: Vec<&str> = dialogue.lines().filter_map(|line| line.split(' ').next()).collect();
    let pulled = ["", "expect-error", "remove", "insert", "protocol", ">", "<"];
    assert_eq!(shown[..7], pulled, "{text}");
    assert!(!shown[7..].contains(&"<"), "nothing comes late: {text}");
    assert_eq!(replayed(&trace), 2);
}

#[test]
fn a_card_that_was_pulled_at_work_comes_back_into_its_own_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let (host, reins) = host(|host| host.record_folder(folder.path()));
    pull_in_a_command(&host, reins, || ());
    reinsert(&host);
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    assert_eq!(host.stop(), [""; 0]);
    let traces: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.path()).collect();
    let [trace] = &*traces else { panic!("one card, one trace: {traces:?}") };
    let text = fs::read_to_string(trace).expect("text");
    assert!(text.contains("\nexpect-error no-card\nremove\ninsert\n"), "{text}");
    assert_eq!(replayed(trace), 2, "the card drew its first challenge, which nobody got");
}

#[test]
fn the_recordings_of_a_folder_are_closed_as_their_cards_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::builder().card(card("vitale2-martin")).record_folder(folder.path()).start().expect("a host");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    let traces = || fs::read_dir(folder.path()).expect("a folder").count();
    for _ in 0..5 {
        host.insert(0, card("vitale2-durand")).expect("in place of the other");
        assert_eq!(traces(), 2, "one with a command, one of the card that is in");
    }
    host.stop();
    assert_eq!(traces(), 1, "of a card that nobody spoke to there is none");
}

/// The events of a listener, and after how many of them a stay was over.
fn stays(listener: Listener) -> Vec<(u64, What)> {
    let of_card = listener.filter_map(|event| {
        let generation = match &event.what {
            What::Inserted { generation, .. }
            | What::Removed { generation, .. }
            | What::Powered { generation, .. }
            | What::PowerOff { generation, .. }
            | What::Protocol { generation, .. }
            | What::Command { generation, .. }
            | What::Response { generation, .. } => *generation,
            _ => return None,
        };
        Some((generation, event.what))
    });
    of_card.collect()
}

#[test]
fn nothing_is_told_of_a_card_once_it_is_told_that_it_went() {
    let (host, reins) = host(|host| host);
    let listener = host.events(1000);
    pull_in_a_command(&host, reins, || {
        host.insert(0, card("vitale2-durand")).expect("the slot is free");
        answers(&host, 0, &[GET_CHALLENGE]).expect("an answer of the other card");
    });
    host.remove(0).expect("the other card");
    host.reinsert(0).expect("the other card again");
    host.stop();
    let heard = stays(listener);
    let generations: Vec<u64> = heard.iter().map(|(generation, _)| *generation).collect();
    assert!(generations.is_sorted(), "one stay after the other: {heard:?}");
    assert_eq!((generations.first(), generations.last()), (Some(&1), Some(&5)), "{heard:?}");
    for stay in [1, 3] {
        let last = heard.iter().rfind(|(generation, _)| *generation == stay);
        assert!(matches!(last, Some((_, What::Removed { slot: 0, .. }))), "{heard:?}");
    }
    let answered = heard.iter().filter(|(_, what)| matches!(what, What::Response { .. })).map(|(stay, _)| *stay);
    assert_eq!(answered.collect::<Vec<_>>(), [3], "the answer that nobody got is told to nobody");
}

/// A card of a card file that hangs.
fn hanging_card(at: At) -> (NewCard, Reins) {
    let (layer, reins) = hanging(at);
    let options = Options { today: "2026-01-15".parse().expect("a day"), seed: 0 };
    let profile = profile::load(&card("vitale2-martin"), &options).expect("a card");
    (NewCard::made("hanging", Box::new(Layered::new(layer, profile.card()))), reins)
}

#[test]
fn a_card_that_hangs_at_power_up_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = Host::builder().empty_slot().card(card("vitale2-martin")).record(&trace).start().expect("a host");
    let listener = host.events(1000);
    let (stuck, reins) = hanging_card(At::PowerUp);
    thread::scope(|scope| {
        let insertion = scope.spawn(|| host.insert(0, stuck));
        reins.await_card();
        assert_eq!(host.slots()[0].card.as_deref(), Some("hanging"), "people are told of it");
        let others = scope.spawn(|| {
            answers(&host, 1, &[GET_CHALLENGE]).expect("the other slot works");
            host.remove(1).expect("it does not wait for the other slot");
            host.remove(0).expect("it does not wait for the power-up");
            assert!(matches!(host.remove(0), Err(HostError::Empty { .. })));
            host.insert(0, card("vitale2-durand")).expect("the slot is free");
            answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
        });
        let until = std::time::Instant::now() + PATIENCE / 2;
        while !others.is_finished() && std::time::Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        let waited = !others.is_finished();
        drop(reins);
        assert!(!waited, "they waited for the card");
        insertion.join().expect("no panic").expect("it was in, for a moment");
        others.join().expect("no panic");
    });
    assert_eq!(host.slots()[0].card, Some(card("vitale2-durand").display().to_string()), "the other one stays");
    host.stop();
    let of_first: Vec<_> = listener
        .map(|event| event.what)
        .filter(|what| {
            matches!(
                what,
                What::Inserted { slot: 0, .. } | What::Removed { slot: 0, .. } | What::Powered { slot: 0, .. }
            )
        })
        .collect();
    assert!(
        matches!(
            &*of_first,
            [
                What::Removed { generation: 1, .. },
                What::Powered { generation: 3, .. },
                What::Inserted { generation: 3, .. },
            ]
        ),
        "{of_first:?}"
    );
    let text = fs::read_to_string(&trace).expect("text");
    let of_slot: Vec<&str> = text.split("slot slot-").filter_map(|part| part.strip_prefix("0\n")).collect();
    assert!(of_slot.concat().starts_with("insert hanging\nexpect-error no-card\nremove\ninsert "), "{text}");
    Trace::parse(Arc::new(Source { name: "visit.apdu".into(), text })).expect("it can be read");
}

#[test]
fn an_insertion_that_fails_leaves_the_card_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let traces = folder.path().join("traces");
    let host = Host::builder().card(card("vitale2-martin")).record_folder(&traces).start().expect("a host");
    let before = host.slots();
    fs::remove_dir_all(&traces).expect("its traces");
    let error = host.insert(0, card("vitale2-durand")).expect_err("there is no place for its recording");
    assert!(matches!(error, HostError::File { .. }), "{error}");
    host.insert(0, "none.toml").expect_err("no such file");
    assert_eq!(host.slots(), before);
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
}

/// A card that is worn out after a number of sessions is powered up as often in a replay as it was.
#[test]
fn a_recording_of_a_card_that_wears_out_replays() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = Host::builder().card(card("vitale1-igea440")).record(&trace).start().expect("a host");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    for _ in 0..15 {
        host.remove(0).expect("a card");
        host.reinsert(0).expect("the same card");
    }
    assert_eq!(host.stop(), [""; 0]);
    assert!(fs::read_to_string(&trace).expect("text").contains("\ninsert\nexpect-error mute\n"));
    assert_eq!(replayed(&trace), 1);
}
