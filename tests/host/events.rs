//! What listeners hear.

use virtuale::host::{Event, Host, Listener, What};

use crate::{GET_CHALLENGE, answers, card};

fn heard(listener: Listener) -> Vec<What> {
    listener.map(|event| event.what).collect()
}

#[test]
fn a_listener_who_comes_while_the_card_is_in_hears_commands_with_their_time() {
    let host = Host::builder().card(card("vitale2-martin")).start().expect("a host");
    answers(&host, 0, &[GET_CHALLENGE]).expect("nobody listens");
    let listener = host.events(100);
    answers(&host, 0, &[GET_CHALLENGE]).expect("somebody listens");
    host.remove(0).expect("a card");
    host.stop();
    let events: Vec<Event> = listener.collect();
    assert!(events.is_sorted_by_key(|event| event.at), "{events:?}");
    let commands: Vec<_> = events.iter().filter(|event| matches!(event.what, What::Command { .. })).collect();
    let [command] = &*commands else { panic!("one command, not {commands:?}") };
    let What::Command { slot: 0, bytes, .. } = &command.what else { panic!("in slot 0: {command:?}") };
    assert_eq!(**bytes, *GET_CHALLENGE);
    let response = events.iter().find_map(|event| match &event.what {
        What::Response { slot: 0, bytes, took, .. } => Some((event.at, bytes, took)),
        _ => None,
    });
    let (at, bytes, took) = response.expect("a response");
    assert!(bytes.ends_with(&[0x90, 0x00]));
    assert!(at >= command.at + *took, "{events:?}");
    assert!(events.iter().any(|event| matches!(event.what, What::Removed { slot: 0, .. })), "{events:?}");
}

#[test]
fn cards_that_come_and_go_are_heard_by_everybody() {
    let host = Host::builder().start().expect("two empty slots");
    let (first, second) = (host.events(100), host.events(100));
    host.insert(1, card("vitale2-martin")).expect("an empty slot");
    host.insert(1, card("vitale2-durand")).expect("in place of the first one");
    host.stop();
    let (first, second) = (heard(first), heard(second));
    assert_eq!(first, second);
    let coming: Vec<_> =
        first.iter().filter(|what| matches!(what, What::Inserted { .. } | What::Removed { .. })).collect();
    assert!(
        matches!(
            &*coming,
            [
                What::Inserted { slot: 1, atr: Some(_), .. },
                What::Removed { slot: 1, .. },
                What::Inserted { slot: 1, atr: Some(_), .. },
            ]
        ),
        "{first:?}"
    );
    assert!(first.iter().any(|what| matches!(what, What::Powered { slot: 1, fault: None, .. })), "{first:?}");
}

#[test]
fn a_commit_is_heard_before_the_answer_that_it_belongs_to() {
    let host = Host::builder().card(card("vitale2-martin")).start().expect("a host");
    let listener = host.events(100);
    // The PIN of the signing application, wrongly: the counter is written before the PIN is compared.
    let select = b"\x00\xA4\x04\x0C\x0C\xD2\x50\x00\x00\x04Ad\xE8le\x01\x01";
    let verify = [0x00, 0x20, 0x00, 0x81, 0x04, 0x30, 0x30, 0x30, 0x30];
    answers(&host, 0, &[select, &verify]).expect("status words");
    host.stop();
    let heard = heard(listener);
    let at = |wanted: fn(&What) -> bool| heard.iter().position(wanted);
    let committed = at(|what| matches!(what, What::Committed { slot: 0, bytes, .. } if *bytes > 0));
    let response = at(|what| matches!(what, What::Response { slot: 0, bytes, .. } if **bytes == [0x63, 0xC2]));
    assert!(committed.is_some() && committed < response, "{heard:?}");
}

#[test]
fn a_listener_who_does_not_listen_keeps_nobody_waiting() {
    let host = Host::builder().card(card("vitale2-martin")).start().expect("a host");
    let listener = host.events(3);
    answers(&host, 0, &[GET_CHALLENGE; 50]).expect("all answers");
    host.stop();
    let heard = heard(listener);
    assert_eq!(heard.len(), 4, "three events and what was lost: {heard:?}");
    assert!(matches!(heard.last(), Some(What::Lost(lost)) if *lost >= 97), "{heard:?}");
}
