//! What a card is asked through a transparent slot, and when it comes, goes, is slow or silent.

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::{Protocol, Reset};
use virtuale_galss::{Code, wire::Request};

use super::{Service, await_that};
use crate::reader::toys::{self, Deed};

/// A command that the card answers with itself.
const COMMAND: [u8; 7] = [0x00, 0xA4, 0x04, 0x00, 0x02, 0x3F, 0x00];

#[test]
fn a_card_is_powered_up_asked_and_powered_off() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    service.reins[1].deeds();
    assert_eq!(client.presence(session, 2), (1, 1));
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x03, 1, 1]), "it has no power from here");
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Ok([&[0, 3, 1], toys::T0].concat()));
    assert_eq!(service.reins[1].deeds(), [Deed::Off, Deed::Reset(Reset::Cold), Deed::Agreed(Protocol::T0)]);
    assert_eq!(client.presence(session, 2), (3, 1));
    assert_eq!(client.order(session, 1, &COMMAND), Ok([&[0, 3, 1], &COMMAND[..], &[0x90, 0]].concat()));
    let read = [0, 2, 1, 1, 0, 0xB0, 0, 0, 4];
    assert_eq!(client.exchange(session, &read), Ok([&[0, 3, 1], &read[4..], &[0x90, 0]].concat()));
    assert_eq!(client.exchange(session, &[0, 2, 0x15]), Ok(vec![0x12, 1, 1]), "it should be gone, and is not");
    assert_eq!(service.reins[1].deeds(), [Deed::Off]);
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x03, 1, 1]));
    client.power_up(session);
    assert_eq!(client.exchange(session, &[0, 2, 0x15, 1]), Ok(vec![0, 1, 1]), "it is to stay");
    assert_eq!(client.exchange(session, &[0, 2, 0x15, 1]), Ok(vec![0, 1, 1]), "once more changes nothing");
}

#[test]
fn a_counter_tells_cards_apart() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    assert_eq!(client.power_up(session), 1);
    assert_eq!(client.order(session, 7, &COMMAND), Ok(vec![0x16, 3, 1]), "this is the right one");
    service.readers.remove(1).expect("a card");
    assert_eq!(client.presence(session, 2), (0, 2));
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x17, 0, 2]));
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Ok(vec![0x17, 0, 2]));
    assert_eq!(client.exchange(session, &[0, 2, 0x15]), Ok(vec![0, 0, 2]), "it is gone as it should be");
    service.readers.reinsert(1).expect("the same card");
    assert_eq!(client.presence(session, 2), (1, 3));
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x16, 1, 3]));
    assert_eq!(client.order(session, 3, &COMMAND), Ok(vec![0x03, 1, 3]), "it forgot all it knew");
    assert_eq!(client.power_up(session), 3);
    assert!(client.order(session, 3, &COMMAND).is_ok_and(|answer| answer[0] == 0));
}

#[test]
fn messages_that_are_none_are_answered_or_refused() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    for (message, right) in [
        (&[][..], Err(Code::SIZE)),
        (&[0, 2], Err(Code::SIZE)),
        (&[0, 1, 0x16], Ok(vec![0x01])),
        (&[0xFF, 1, 10], Ok(vec![0x01])),
        (&[0, 2, 0x17], Ok(vec![0x02])),
        (&[0, 2, 0, 1, 0, 0xA4, 0, 0, 2, 0x3F], Ok(vec![0x13, 1, 1])),
    ] {
        assert_eq!(client.exchange(session, message), right, "{message:02X?}");
    }
    assert_eq!(client.exchange(99, &[0, 2, 0x16]), Err(Code::UNKNOWN_SESSION));
}

#[test]
fn an_answer_has_room_or_is_not_given() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    client.power_up(session);
    service.reins[1].deeds();
    let mut ask = |room, message: &[u8]| client.ask(&Request::Exchange { session, limit: 20, room, message });
    assert_eq!(ask(2, &[0, 2, 0x16]), Err(Code::SIZE));
    assert_eq!(ask(3, &[0, 2, 0x16]), Ok(vec![0, 3, 1]));
    assert_eq!(ask(4, &[0, 2, 0, 1, 0, 0xA4, 0, 0, 0]), Err(Code::SIZE), "no card could answer there");
    assert_eq!(ask(9, &[0, 2, 0, 1, 0, 0xA4, 0, 0, 0]), Err(Code::SIZE));
    assert_eq!(ask(10, &[0, 2, 0, 1, 0, 0xA4, 0, 0, 0]), Ok(vec![0, 3, 1, 0, 0xA4, 0, 0, 0, 0x90, 0]));
    assert_eq!(ask(12, &[0, 2, 0x14]), Err(Code::SIZE), "its answer to reset has ten");
    assert_eq!(ask(u32::MAX, &[0, 2, 0x14]), Ok([&[0, 3, 1], toys::T0].concat()));
}

#[test]
fn a_card_that_does_not_answer_is_told_apart() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    client.power_up(session);
    assert_eq!(client.order(session, 1, &[0, toys::SILENT, 0, 0, 0]), Ok(vec![0x11, 3, 1]));
    assert_eq!(client.order(session, 1, &[0, toys::DRAINING, 0, 0, 0]), Ok(vec![0x11, 1, 1]), "it lost its power");
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x03, 1, 1]));
    client.power_up(session);
    assert_eq!(client.order(session, 1, &[0, toys::FATAL, 0, 0, 0]), Ok(vec![0x08]), "it broke the reader");
    assert!(client.order(session, 1, &COMMAND).is_ok_and(|answer| answer[0] == 0), "for a moment");
    service.reins[1].mute.store(true, Ordering::Relaxed);
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Ok(vec![0x11, 1, 1]));
    service.reins[1].mute.store(false, Ordering::Relaxed);
    client.power_up(session);
}

#[test]
fn a_card_without_t0_is_not_supported_and_one_with_both_speaks_it() {
    let service = Service::with(&[0x3B, 0x80, 0x01, 0x81]);
    let mut client = service.client();
    let session = client.cps("APP");
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Ok(vec![0x10, 1, 1]));
    let service = Service::with(toys::BOTH);
    let mut client = service.client();
    let session = client.cps("APP");
    client.power_up(session);
    assert_eq!(service.reins[1].deeds().last(), Some(&Deed::Agreed(Protocol::T0)));
}

#[test]
fn a_time_limit_ends_a_wait_and_not_the_card() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (session, theirs) = (client.cps("APP"), other.cps("OTHER"));
    let counter = client.power_up(session);
    let slow = [0, 2, 0, counter, 0, toys::SLOW, 0, 0, 0];
    let start = Instant::now();
    assert_eq!(client.ask(&Request::Exchange { session, limit: 1, room: 100, message: &slow }), Err(Code::TIME));
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(client.presence(session, 2), (3, 1), "states never wait");
    // Who queues behind it gives up as well, and the card never hears of it.
    let queued = [&[0, 2, 0, counter][..], &COMMAND].concat();
    let limited = Request::Exchange { session: theirs, limit: 1, room: 100, message: &queued };
    assert_eq!(other.ask(&limited), Err(Code::TIME));
    service.reins[1].open();
    await_that("the card is back", || client.order(session, counter, &COMMAND).is_ok_and(|answer| answer[0] == 0));
}

#[test]
fn what_waits_for_the_card_as_an_exclusivity_begins_never_reaches_it() {
    let service = Service::new();
    let (mut client, mut slow, mut late) = (service.client(), service.client(), service.client());
    let (session, slows, lates) = (client.cps("APP"), slow.cps("SLOW"), late.cps("LATE"));
    let counter = client.power_up(session);
    let message = [0, 2, 0, counter, 0, toys::SLOW, 0, 0, 0];
    slow.send(&Request::Exchange { session: slows, limit: 0, room: 100, message: &message });
    service.reins[1].await_slow();
    service.reins[1].deeds();
    late.send(&Request::Exchange { session: lates, limit: 0, room: 100, message: &[0, 2, 0x14] });
    thread::sleep(Duration::from_millis(60));
    client.begin(session, 3).expect("nobody has it for itself");
    service.reins[1].open();
    assert_eq!(slow.receive().0, Code::DONE, "it had begun");
    assert_eq!(late.receive(), (Code::EXCLUSIVITY, vec![]));
    assert_eq!(service.reins[1].deeds(), []);
    assert!(client.order(session, counter, &COMMAND).is_ok_and(|answer| answer[0] == 0));
}

#[test]
fn a_card_that_is_pulled_in_the_middle_answers_at_once_and_the_next_one_works() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    let counter = client.power_up(session);
    client.send(&Request::Exchange {
        session,
        limit: 0,
        room: 100,
        message: &[0, 2, 0, counter, 0, toys::SLOW, 0, 0, 0],
    });
    service.reins[1].await_slow();
    service.readers.remove(1).expect("a card");
    assert_eq!(client.receive(), (Code::DONE, vec![0x17, 0, 2]), "though the card is still busy");
    service.readers.insert(1, toys::toy(toys::T0).0, None).expect("an empty slot");
    assert_eq!(client.power_up(session), 3);
    assert!(client.order(session, 3, &COMMAND).is_ok_and(|answer| answer[0] == 0));
    service.reins[1].open();
}

#[test]
fn who_dies_in_the_middle_leaves_a_card_that_forgot_what_it_opened() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (session, theirs) = (client.cps("APP"), other.cps("OTHER"));
    let (vitale, _) = client.open("APP", "Vitale").expect("a session");
    client.begin(session, 1).expect("all are free");
    client.power_up(session);
    client.exchange(vitale, &[0, 1, 0x14]).expect("it is free");
    service.reins.iter().for_each(|reins| drop(reins.deeds()));
    drop(client);
    await_that("the other card is reset", || service.reins[0].deeds() == [Deed::Reset(Reset::Warm)]);
    await_that("the card is reset", || service.reins[1].deeds() == [Deed::Reset(Reset::Warm)]);
    await_that("it has no power from here", || match other.exchange(theirs, &[0, 2, 0x16]) {
        Ok(answer) => answer == [0, 1, 1],
        Err(code) => code != Code::EXCLUSIVITY,
    });
}

#[test]
fn a_service_that_stops_waits_for_no_card() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    client.begin(session, 1).expect("all are free");
    let counter = client.power_up(session);
    let message = [0, 2, 0, counter, 0, toys::SLOW, 0, 0, 0];
    client.send(&Request::Exchange { session, limit: 0, room: 100, message: &message });
    let Service { readers: _readers, reins, server, folder } = service;
    reins[1].await_slow();
    let path = server.path().to_owned();
    let stopping = thread::spawn(move || drop(server));
    await_that("it stops", || stopping.is_finished());
    stopping.join().expect("no panic");
    assert!(!path.exists());
    reins[1].open();
    drop(folder);
}
