//! Clients that are broken, or mean harm. A well-behaved one beside them must not notice.

use std::{
    io::{ErrorKind, Read, Write},
    net::Shutdown,
};

use proptest::prelude::*;
use virtuale_galss::wire::{LONGEST_FRAME, Request, VERSION};

use super::{Client, Service, await_that};
use crate::reader::galss::MOST_CONNECTIONS;

impl Client {
    fn send_bytes(&mut self, bytes: &[u8]) {
        // The service may hang up in the middle.
        let _ = self.stream.write_all(bytes);
    }

    fn assert_hung_up(&mut self) {
        match self.stream.read(&mut [0; 1]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the service did not hang up: {other:?}"),
        }
    }
}

const HELLO: Request<'static> = Request::Hello { version: VERSION, client: [250; 16] };

#[test]
fn what_is_not_a_request_closes_its_own_connection() {
    let service = Service::new();
    let mut neighbour = service.client();
    let session = neighbour.cps("NEIGHBOUR");
    let hello = HELLO.to_frame();
    let longest = u32::try_from(LONGEST_FRAME).expect("short");
    for bytes in [
        Request::Versions.to_frame(),
        Request::Hello { version: VERSION + 1, client: [1; 16] }.to_frame(),
        [&hello[..], &hello].concat(),
        [&hello[..], &[1, 0, 0, 0, 10]].concat(),
        [&hello[..], &[0, 0, 0, 0]].concat(),
        [&hello[..], &[3, 0, 0, 0, 2, 1]].concat(),
        [&hello[..], &(longest + 1).to_le_bytes()].concat(),
        [&hello[..], &[0xFF; 100]].concat(),
    ] {
        let mut client = service.stranger();
        client.send_bytes(&bytes);
        client.stream.shutdown(Shutdown::Write).expect("it can be");
        client.assert_hung_up();
        assert_eq!(neighbour.presence(session, 2), (1, 1));
    }
}

#[test]
fn only_so_many_connections_are_served() {
    let service = Service::new();
    let mut clients: Vec<Client> = (0..MOST_CONNECTIONS).map(|_| service.client()).collect();
    service.stranger().assert_hung_up();
    assert!(clients[0].ask(&Request::Versions).is_ok());
    drop(clients.pop());
    await_that("there is room again", || {
        let mut client = service.stranger();
        client.send_bytes(&[HELLO, Request::Versions].map(|request| request.to_frame()).concat());
        client.stream.read_exact(&mut [0; 6]).is_ok()
    });
}

#[test]
fn a_client_that_does_not_read_stops_nobody() {
    let service = Service::new();
    let (mut deaf, mut neighbour) = (service.client(), service.client());
    let session = neighbour.cps("NEIGHBOUR");
    deaf.stream.set_nonblocking(true).expect("a socket can be");
    let versions = Request::Versions.to_frame().repeat(100);
    let mut asked = 0;
    while let Ok(sent) = deaf.stream.write(&versions) {
        asked += sent;
        assert!(asked < 100_000_000, "its thread still reads");
    }
    assert_eq!(neighbour.presence(session, 2), (1, 1));
}

/// What a client may send that is mostly well formed: numbers are small, so that they are often those of something.
fn any_request() -> impl Strategy<Value = Vec<u8>> {
    let small = || prop_oneof![8 => 0_u16..6, 1 => any::<u16>()];
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    let names = proptest::sample::select(&["CPS", "Vitale", "TRANSPA1", "NONE"][..]);
    let command = prop_oneof![Just(0_u8), Just(1), Just(0x14), Just(0x15), Just(0x16), any::<u8>()];
    let message = (0_u8..3, command, 0_u8..3, bytes())
        .prop_map(|(address, command, counter, rest)| [&[0, address, command, counter], &rest[..]].concat());
    prop_oneof![
        (bytes(), names).prop_map(|(application, resource)| {
            Request::Open { application: &application, resource: resource.as_bytes() }.to_frame()
        }),
        small().prop_map(|session| Request::Close { session }.to_frame()),
        (small(), 0..5).prop_map(|(session, level)| {
            Request::Begin { wish: format!("{session}:{level}").as_bytes() }.to_frame()
        }),
        small().prop_map(|exclusivity| Request::End { exclusivity }.to_frame()),
        (small(), small(), bytes())
            .prop_map(|(place, session, context)| { Request::Write { place, session, context: &context }.to_frame() }),
        (small(), small(), small())
            .prop_map(|(place, session, room)| Request::Read { place, session, room }.to_frame()),
        (small(), any::<u32>(), prop_oneof![message, bytes()]).prop_map(|(session, room, message)| {
            Request::Exchange { session, limit: 5, room, message: &message }.to_frame()
        }),
        bytes(),
    ]
}

#[test]
fn no_bytes_make_the_service_panic_or_hang() {
    let service = Service::new();
    let mut neighbour = service.client();
    let (session, _) = neighbour.open("NEIGHBOUR", "Vitale").expect("a session");
    let neighbour = std::cell::RefCell::new(neighbour);
    let mut runner = proptest::test_runner::TestRunner::default();
    let outcome = runner.run(&proptest::collection::vec(any_request(), 0..16), |requests| {
        let mut client = service.stranger();
        client.send_bytes(&[HELLO.to_frame(), requests.concat()].concat());
        let _ = client.stream.shutdown(Shutdown::Write);
        match client.stream.read_to_end(&mut Vec::new()) {
            Ok(_) => {}
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
        let mut neighbour = neighbour.borrow_mut();
        await_that("what it had is free", || {
            neighbour.begin(session, 1).is_ok_and(|number| neighbour.end(number).is_ok())
        });
        Ok(())
    });
    outcome.expect("every conversation ends");
}
