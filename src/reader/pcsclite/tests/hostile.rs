//! Clients that are broken, or mean harm. A well-behaved one beside them must not notice.

use std::{
    io::{Read, Write},
    net::Shutdown,
};

use proptest::prelude::*;

use super::{Service, message, transmit_message};
use crate::reader::{
    ReturnCode,
    pcsclite::wire::{Attribute, AttributeValue, Command, Message, Name},
    toys,
};

#[test]
fn what_is_not_a_message_closes_its_own_connection() {
    let service = Service::new();
    let mut neighbour = service.client(4);
    let handle = neighbour.open(1);
    let attribute =
        Attribute { handle, attribute: 0, value: AttributeValue::new(&[]), length: 265, code: ReturnCode::SUCCESS };
    let mut long_attribute = Vec::new();
    attribute.encode(&mut long_attribute);
    let mut long_command = transmit_message(handle, &[], 0);
    long_command[8 + 12..8 + 16].copy_from_slice(&65_549_u32.to_ne_bytes());
    let messages = [
        message(Command(0), &[], &[]),
        message(Command(3), &[], &[]),
        message(Command(u32::MAX), &[0; 12], &[]),
        message(Command::VERSION, &[0; 11], &[]),
        message(Command::VERSION, &[0; 16], &[]),
        message(Command::STATUS, &[0; 8], &[]),
        message(Command::GET_ATTRIBUTE, &long_attribute, &[]),
        message(Command::SET_ATTRIBUTE, &long_attribute, &[]),
        transmit_message(handle, &[0], 100),
        long_command,
        vec![0xFF; 100],
    ];
    for bytes in messages {
        let mut client = service.client(4);
        client.send_bytes(&bytes);
        client.assert_hung_up();
        assert_eq!(neighbour.transmit(handle, &[5]), Ok(vec![5, 0x90, 0]));
    }
}

#[test]
fn a_card_that_panics_takes_only_its_client_with_it() {
    let service = Service::new();
    let (mut client, mut neighbour) = (service.client(4), service.client(4));
    let (mine, theirs) = (client.open(0), neighbour.open(0));
    client.send_command(mine, &[0, toys::FATAL], 100);
    client.assert_hung_up();
    assert_eq!(neighbour.transmit(theirs, &[5]), Ok(vec![5, 0x90, 0]));
}

#[test]
fn a_client_that_does_not_read_stops_nobody() {
    let service = Service::new();
    let (mut deaf, mut neighbour) = (service.client(4), service.client(4));
    let handle = neighbour.open(1);
    // Far more replies than a socket holds, and a wait among them.
    deaf.stream.set_nonblocking(true).expect("a socket can be");
    let wait = message(Command::WAIT, &[], &[]).repeat(100);
    let mut asked = 0;
    while let Ok(sent) = deaf.stream.write(&wait) {
        asked += sent;
        assert!(asked < 100_000_000, "its thread still reads");
    }
    service.readers.remove(0).expect("a card");
    assert_eq!(neighbour.transmit(handle, &[5]), Ok(vec![5, 0x90, 0]));
    let (card, _) = toys::toy(toys::T0);
    service.readers.insert(0, card, None).expect("an empty slot");
    assert_eq!(neighbour.states()[0].events, 3);
}

/// One message that is mostly well formed.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    let command = prop_oneof![20 => 0_u32..0x19, 1 => any::<u32>()];
    let small = prop_oneof![5 => 0_u32..6, 1 => Just(0x1000), 1 => any::<u32>()];
    let numbers = proptest::collection::vec(small, 8);
    let tail = proptest::collection::vec(any::<u8>(), 0..40);
    let cut = prop_oneof![9 => Just(usize::MAX), 1 => 0_usize..60];
    (command, numbers, tail, cut).prop_map(|(command, numbers, tail, cut)| {
        let command = Command(command);
        let mut body: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        if command == Command::CONNECT {
            let name = Name::new("Virtuale 00 00").expect("short enough");
            body.splice(4..4, name.as_bytes().iter().copied().chain([0; 128]).take(128));
        }
        body.resize(command.body_size().unwrap_or(12), 0);
        if command == Command::TRANSMIT {
            let length = u32::try_from(tail.len()).expect("short");
            body[12..16].copy_from_slice(&length.to_ne_bytes());
        }
        let mut bytes = message(command, &body, &tail);
        bytes.truncate(cut);
        bytes
    })
}

/// Messages that get past the first checks: a version and a context come first.
fn any_conversation() -> impl Strategy<Value = Vec<u8>> {
    let messages = proptest::collection::vec(any_message(), 0..12);
    let noise = proptest::collection::vec(any::<u8>(), 0..200);
    (4_u32..8, messages, noise).prop_map(|(minor, messages, noise)| {
        let version = [4_u32, minor, 0].map(u32::to_ne_bytes).concat();
        let opening = [message(Command::VERSION, &version, &[]), message(Command::ESTABLISH_CONTEXT, &[0; 12], &[])];
        [opening.concat(), messages.concat(), noise].concat()
    })
}

#[test]
fn no_bytes_make_the_service_panic_or_hang() {
    let service = Service::new();
    let mut neighbour = service.client(6);
    let handle = neighbour.open(1);
    let neighbour = std::cell::RefCell::new(neighbour);
    let mut runner = proptest::test_runner::TestRunner::default();
    let outcome = runner.run(&any_conversation(), |bytes| {
        let mut client = service.stranger();
        // The service may hang up in the middle.
        let _ = client.stream.write_all(&bytes);
        let _ = client.stream.shutdown(Shutdown::Write);
        let mut replies = Vec::new();
        match client.stream.read_to_end(&mut replies) {
            Ok(_) => {}
            Err(error) => prop_assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
        prop_assert_eq!(neighbour.borrow_mut().transmit(handle, &[5]), Ok(vec![5, 0x90, 0]));
        Ok(())
    });
    outcome.expect("every conversation ends");
    let mut neighbour = neighbour.into_inner();
    neighbour.await_sharing(0, 0);
}
