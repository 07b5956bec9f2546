//! Against our own server, and against services that misbehave.

use std::{
    io::Write,
    net::Shutdown,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use hex_literal::hex;
use proptest::prelude::*;
use tempfile::TempDir;
use virtuale_engine::{Protocol, Reset, Response, StatusWord};

use super::{Doing, GREETING, Service, Stream};
use crate::{
    reader::{
        CardState, Protocols, Readers, ReturnCode, SlotName, SlotSpec,
        pcsclite::{
            Server, ServerOptions,
            wire::{self, Message},
        },
    },
    terminal::{
        toy::{ToyCard, ToyFile, parrot},
        transport::{Transport, TransportError},
    },
};

const READER: &str = "Virtuale 00 00";

/// A server with two slots, and the folder of its socket.
struct House {
    readers: Arc<Readers>,
    server: Server,
    _folder: TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
        let readers = Readers::new(slots).expect("two slots");
        let path = folder.path().join("pcscd.comm");
        let server = Server::start(Arc::clone(&readers), &path, ServerOptions::default()).expect("a socket");
        Self { readers, server, _folder: folder }
    }

    fn service(&self) -> Service {
        Service::establish(self.server.path()).expect("the server is ready")
    }

    fn insert(&self) {
        let card = ToyCard::default().with(b"A", 0xD001, ToyFile::open(&[7; 300]));
        self.readers.insert(0, Box::new(card), None).expect("the slot is free");
    }
}

#[test]
fn a_card_is_listed_opened_used_and_closed() {
    let house = House::new();
    house.insert();
    let mut service = house.service();
    let slots = service.slots().expect("a list");
    let seen: Vec<(&str, bool)> = slots.iter().map(|slot| (slot.name.as_str(), slot.present)).collect();
    assert_eq!(seen, [(READER, true), ("Virtuale 00 01", false)]);
    assert_eq!(slots[0].atr, hex!("3B 75 13 00 00 44 09 EA 90 00"));
    let mut connection = service.connect(READER).expect("the card is there");
    assert_eq!((connection.atr(), connection.protocol()), (&slots[0].atr[..], Protocol::T0));
    let mut response = Response::new();
    connection.begin_transaction().expect("nobody else is there");
    connection.transmit(&hex!("00 A4 04 00 01 41"), &mut response).expect("an answer");
    assert_eq!(response.as_bytes(), hex!("90 00"));
    connection.transmit(&hex!("00 A4 02 00 02 D0 01"), &mut response).expect("an answer");
    assert_eq!(response.status(), Some(StatusWord(0x6105)));
    connection.end_transaction().expect("it was begun");
    connection.reset(Reset::Warm).expect("the card comes back");
    connection.transmit(&hex!("00 A4 02 00 02 D0 01"), &mut response).expect("an answer");
    assert_eq!(response.status(), Some(StatusWord::FILE_NOT_FOUND), "a reset forgets the application");
    drop(connection);
    assert!(service.connect(READER).is_ok(), "a handle that was dropped is closed");
}

#[test]
fn refusals_have_their_reasons() {
    let house = House::new();
    let mut service = house.service();
    let refusal = |outcome: Result<(), TransportError>| match outcome {
        Err(TransportError::Refused { code, .. }) => code,
        outcome => panic!("{outcome:?}"),
    };
    assert_eq!(refusal(service.connect("Nobody 00 00").map(drop)), ReturnCode::UNKNOWN_READER);
    assert_eq!(refusal(service.connect(&"x".repeat(128)).map(drop)), ReturnCode::UNKNOWN_READER);
    assert_eq!(refusal(service.connect(READER).map(drop)), ReturnCode::NO_SMARTCARD);
    house.insert();
    let mut connection = service.connect(READER).expect("the card is there");
    assert_eq!(refusal(connection.end_transaction()), ReturnCode::NOT_TRANSACTED);
    assert_eq!(refusal(connection.transmit(&[0; 65_549], &mut Response::new())), ReturnCode::INSUFFICIENT_BUFFER);
    house.readers.remove(0).expect("a card");
    assert_eq!(refusal(connection.transmit(&hex!("00 B0 00 00 00"), &mut Response::new())), ReturnCode::REMOVED_CARD);
}

#[test]
fn a_transaction_keeps_others_waiting() {
    let house = House::new();
    house.insert();
    let (mut first, mut second) = (house.service(), house.service());
    let mut owner = first.connect(READER).expect("the card is there");
    let mut other = second.connect(READER).expect("shared");
    owner.begin_transaction().expect("nobody else is there");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            other.begin_transaction().expect("its turn comes");
            Instant::now()
        });
        thread::sleep(Duration::from_millis(60));
        let end = Instant::now();
        owner.end_transaction().expect("it was begun");
        assert!(waiting.join().expect("no panic") >= end);
    });
}

#[test]
fn a_first_transaction_bears_that_others_reset_the_card() {
    let house = House::new();
    house.insert();
    let (mut first, mut second) = (house.service(), house.service());
    let mut owner = first.connect(READER).expect("the card is there");
    let mut other = second.connect(READER).expect("shared");
    other.reset(Reset::Warm).expect("the card comes back");
    let told = owner.begin_transaction().expect_err("it is told of the reset");
    assert!(matches!(told, TransportError::Refused { code: ReturnCode::RESET_CARD, .. }), "{told}");
    owner.begin_first_transaction().expect("the card is there all the same");
    owner.reset(Reset::Warm).expect("the card comes back");
    owner.end_transaction().expect("it goes on over an own reset");
    drop(owner);
    house.readers.remove(0).expect("a card");
    let gone = other.begin_first_transaction().expect_err("there is no card");
    assert!(matches!(gone, TransportError::Refused { code: ReturnCode::REMOVED_CARD, .. }), "{gone}");
}

#[test]
fn a_wait_ends_with_a_card_or_with_the_time() {
    let house = House::new();
    let mut service = house.service();
    let empty = service.slots().expect("a list");
    assert_eq!(service.wait_for_change(&empty, Duration::from_millis(30)).expect("time passes"), None);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(30));
            house.insert();
        });
        let slots = service.wait_for_change(&empty, Duration::from_secs(10)).expect("a card comes").expect("in time");
        assert!(slots[0].present && !slots[1].present);
        assert_eq!(slots[0].events, 1);
    });
    let known_no_more = service.wait_for_change(&empty, Duration::ZERO).expect("no wait");
    assert!(known_no_more.is_some_and(|slots| slots[0].present));
    assert_eq!(service.slots().expect("the stream is still in step").len(), 2);
}

#[test]
fn who_has_closed_a_card_waits_for_the_next_one_as_long_as_for_the_first() {
    let house = House::new();
    house.insert();
    let mut service = house.service();
    drop(service.connect(READER).expect("the card is there"));
    assert_eq!(service.stream.patience(), super::PATIENCE);
    service.connect(READER).expect("the card is still there");
}

#[test]
fn a_mute_answer_is_an_error() {
    let house = House::new();
    house.readers.insert(0, Box::new(parrot(vec![vec![0x90]])), None).expect("the slot is free");
    let mut service = house.service();
    let mut connection = service.connect(READER).expect("the card is there");
    let outcome = connection.transmit(&hex!("00 B0 00 00 00"), &mut Response::new());
    assert!(matches!(outcome, Err(TransportError::NoStatus { length: 1 })), "{outcome:?}");
}

#[test]
fn no_service_is_an_error_with_its_path() {
    let outcome = Service::establish("/nowhere/pcscd.comm".as_ref());
    assert!(matches!(&outcome, Err(TransportError::Open { path, .. }) if path.ends_with("pcscd.comm")), "{outcome:?}");
}

/// A connection to a service that says all this and hangs up, whatever it is asked.
fn service_that_says(bytes: &[u8]) -> (Stream, Stream) {
    let (ours, theirs) = Stream::pair().expect("two ends");
    (&theirs).write_all(bytes).expect("room for it");
    theirs.shutdown(Shutdown::Write).expect("it is open");
    (ours, theirs)
}

#[test]
fn a_service_that_says_nothing_is_not_waited_for_for_ever() {
    let (ours, _theirs) = Stream::pair().expect("two ends");
    let error = Service::over(ours, Duration::from_millis(20)).expect_err("it says nothing");
    assert!(matches!(error, TransportError::Unanswered { doing: Doing::AgreeOnVersion, .. }), "{error}");
}

fn version(minor: u32, code: ReturnCode) -> Vec<u8> {
    let mut bytes = Vec::new();
    wire::Version { major: 4, minor, code }.encode(&mut bytes);
    bytes
}

fn established(minor: u32) -> Vec<u8> {
    let mut bytes = version(minor, ReturnCode::SUCCESS);
    wire::Establish { scope: 0, context: 7, code: ReturnCode::SUCCESS }.encode(&mut bytes);
    bytes
}

fn state() -> wire::ReaderState {
    wire::ReaderState {
        name: wire::Name::new(READER).expect("it is short"),
        events: 1,
        state: CardState::READY,
        sharing: 0,
        atr: wire::AtrField::new(&hex!("3B 00")),
        atr_length: 2,
        protocol: Protocols::UNDEFINED,
    }
}

#[test]
fn an_old_service_is_asked_again_in_its_own_version() {
    // pcscd 1.9.9 refuses 4.6 and names 4.4 [PCSC-LITE winscard_svc.c]; its array of states has no length.
    let mut said = version(4, ReturnCode::SERVICE_STOPPED);
    said.extend(established(4));
    (0..wire::READER_SLOTS).for_each(|_| state().encode(&mut said));
    let (ours, _theirs) = service_that_says(&said);
    let mut service = Service::over(ours, GREETING).expect("4.4 is spoken");
    assert_eq!(service.slots().expect("16 states").len(), 16);
}

#[test]
fn a_service_of_another_age_is_refused() {
    for (minor, code) in [(3, ReturnCode::SERVICE_STOPPED), (7, ReturnCode::SUCCESS)] {
        let (ours, _theirs) = service_that_says(&version(minor, code));
        let outcome = Service::over(ours, GREETING);
        assert!(matches!(outcome, Err(TransportError::Version { major: 4, .. })), "{outcome:?}");
    }
}

#[test]
fn an_event_before_the_length_of_the_array_is_no_length() {
    // The pitfall of pcscd 2.5 [PCSC-LITE eventhandler.c]
    let mut said = established(6);
    wire::Event { timeout: 0, code: ReturnCode::SUCCESS }.encode(&mut said);
    wire::StatesSize { count: 1 }.encode(&mut said);
    state().encode(&mut said);
    let (ours, _theirs) = service_that_says(&said);
    let slots = Service::over(ours, GREETING).expect("4.6").slots().expect("one state");
    assert_eq!((slots.len(), &slots[0].atr[..]), (1, &hex!("3B 00")[..]));
}

proptest! {
    #[test]
    fn no_service_makes_a_client_panic_or_hang(noise in proptest::collection::vec(any::<u8>(), 0..2000), minor in 4_u32..7) {
        let (ours, _theirs) = service_that_says(&[established(minor), noise].concat());
        let mut service = Service::over(ours, GREETING).expect("so far it is well");
        if let Ok(mut connection) = service.connect(READER) {
            let _ = connection.transmit(&[0; 5], &mut Response::new());
        }
        let _ = service.wait_for_change(&[], Duration::from_millis(1));
    }
}
