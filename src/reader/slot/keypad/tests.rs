//! A person at a pad, and who else is there.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use hex_literal::hex;

use super::{Keys, Taken};
use crate::reader::{
    Caller, CardError, ControlError, Device, Disposition, Protocols, RawSlot, Readers, ReturnCode, Session, Share,
    SlotError, SlotName, SlotSpec,
    feature::{
        GET_FEATURE_REQUEST, GET_FEATURE_REQUEST_WINDOWS, GET_TLV_PROPERTIES, IFD_PIN_PROPERTIES, MODIFY_PIN_DIRECT,
        VERIFY_PIN_DIRECT,
    },
    pad::{Asked, Pad, Pin},
    toys,
};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the toy answers to the right PIN: the command and 9000.
const ECHO: &[u8] = &hex!("00 20 00 01 04 31323334 9000");

/// A structure to verify `00 20 00 01` with a PIN of 4 to 8 digits as it is, within 30 s; ended by these conditions.
fn verify(seconds: u8, conditions: u8) -> Vec<u8> {
    [&[seconds, 0, 0x82, 0, 0, 8, 4, conditions][..], &hex!("01 0C04 00 000000 04000000 00200001")].concat()
}

/// A structure to change a PIN: the current one, the new one, and the same again.
fn modify() -> Vec<u8> {
    hex!("00 00 82 00 00 00 00 08 04 03 02 03 0C04 00 01 02 000000 04000000 00240001").to_vec()
}

fn keys(pins: &[&str]) -> Vec<Keys> {
    pins.iter().map(|digits| Keys::Pin(Pin::new(digits).expect("digits"))).collect()
}

/// A reader with a pad and one without, and a card in each.
struct House {
    readers: Arc<Readers>,
}

fn house() -> House {
    let pad = Pad { modifies: true, lines: 2, columns: 16, shortest: 4, longest: 8, patience: 30 };
    let device = Arc::new(Device { pad: Some(pad), usb: Some((0x0F14, 0x0038)), ..Device::default() });
    let mut slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
    slots[0].device = device;
    let readers = Readers::new(slots).expect("two slots");
    readers.insert(0, toys::toy(toys::T0).0, None).expect("an empty slot");
    readers.insert(1, toys::toy(toys::T0).0, None).expect("an empty slot");
    House { readers }
}

impl House {
    fn session(&self) -> (Arc<Session>, u32) {
        let session = Session::unattended(Arc::clone(&self.readers));
        let context = session.establish(2).expect("a good scope");
        let opened = session.connect(context, b"Virtuale 00 00", Share::SHARED, Protocols(3));
        (Arc::new(session), opened.expect("a card").0)
    }

    /// A program that sends a control code, in a thread of its own.
    fn asks(&self, code: u32, input: Vec<u8>) -> JoinHandle<Result<Vec<u8>, ReturnCode>> {
        let (session, handle) = self.session();
        thread::spawn(move || session.control(7, handle, code, &input))
    }

    /// What the reader asks for first after the prompt of that number.
    fn prompt(&self, seen: u64) -> (u64, Asked) {
        let (slot, prompt) = self.readers.await_prompt(seen, PATIENCE).expect("it asks");
        assert_eq!(slot, 0);
        (prompt.number, prompt.asked)
    }

    fn types(&self, pins: &[&str]) {
        self.readers.type_keys(0, keys(pins), false).expect("it asks");
    }
}

#[test]
fn a_pin_that_is_typed_reaches_the_card_and_not_the_program() {
    let house = house();
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    let (number, asked) = house.prompt(0);
    assert_eq!((number, asked), (1, Asked::Pin));
    let state = house.readers.state(0).expect("a slot");
    assert_eq!(state.prompt.map(|prompt| (prompt.shortest, prompt.longest)), Some((4, 8)));
    house.types(&["1234"]);
    assert_eq!(program.join().expect("no panic"), Ok(ECHO.to_vec()), "the toy's echo");
    assert_eq!(house.readers.state(0).expect("a slot").prompt, None);
    assert_eq!(house.readers.await_prompt(number, Duration::from_millis(1)), None);
}

#[test]
fn a_change_asks_for_three_pins_one_after_the_other() {
    let house = house();
    let program = house.asks(MODIFY_PIN_DIRECT, modify());
    let mut seen = 0;
    for (asked, digits) in [(Asked::CurrentPin, "1234"), (Asked::NewPin, "5678"), (Asked::NewPinAgain, "5678")] {
        let prompt = house.prompt(seen);
        assert_eq!(prompt.1, asked);
        seen = prompt.0;
        house.types(&[digits]);
    }
    assert_eq!(program.join().expect("no panic"), Ok(hex!("00 24 00 01 08 31323334 35363738 9000").to_vec()));
    let program = house.asks(MODIFY_PIN_DIRECT, modify());
    house.prompt(seen);
    house.types(&["1234", "5678", "5679"]);
    assert_eq!(program.join().expect("no panic"), Ok(hex!("6402").to_vec()));
}

#[test]
fn what_is_typed_ahead_waits_and_is_forgotten_when_it_is_cancelled() {
    let house = house();
    let readers = &house.readers;
    assert_eq!(readers.type_keys(0, keys(&["1234"]), false), Err(SlotError::NotAsked(0)));
    assert_eq!(readers.type_keys(1, keys(&["1234"]), true), Err(SlotError::NoPad(1)));
    assert_eq!(readers.type_keys(2, keys(&["1234"]), true), Err(SlotError::Unknown(2)));
    assert_eq!(readers.cancel_prompt(0), Err(SlotError::NothingToCancel(0)));
    let waits = |waiting| Ok(Taken { asked: false, waiting });
    assert_eq!(readers.type_keys(0, keys(&["1234", "99"]), true), waits(2));
    assert_eq!(readers.state(0).expect("a slot").typed_ahead, 2);
    let (session, handle) = house.session();
    let control = |input: &[u8]| session.control(1, handle, VERIFY_PIN_DIRECT, input);
    assert_eq!(control(&verify(0, 2)), Ok(ECHO.to_vec()));
    assert_eq!(control(&verify(0, 2)), Ok(hex!("6403").to_vec()), "too short");
    readers.type_keys(0, vec![Keys::Cancel], true).expect("room");
    assert_eq!(control(&verify(0, 2)), Ok(hex!("6401").to_vec()));
    readers.type_keys(0, keys(&["1234"; 60]), true).expect("room");
    assert_eq!(readers.type_keys(0, keys(&["1234"; 5]), true), Err(SlotError::TooManyPins { slot: 0, most: 64 }));
    assert_eq!(readers.cancel_prompt(0), Ok((false, 60)));
    assert_eq!(readers.state(0).expect("a slot").typed_ahead, 0);
    assert_eq!(control(&verify(1, 2)), Ok(hex!("6400").to_vec()), "nobody types");
    assert_eq!(control(&[]), Ok(hex!("6B80").to_vec()));
}

#[test]
fn no_pin_that_is_not_asked_for_waits_for_the_next_who_asks_unless_that_is_meant() {
    let house = house();
    let readers = &house.readers;
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    house.prompt(0);
    let too_many = SlotError::NotAllAsked { slot: 0, asked: 1, given: 2 };
    assert_eq!(readers.type_keys(0, keys(&["1234", "9999"]), false), Err(too_many));
    assert!(readers.state(0).expect("a slot").prompt.is_some(), "nothing was typed");
    assert_eq!(readers.type_keys(0, keys(&["1234", "9999"]), true), Ok(Taken { asked: true, waiting: 1 }));
    assert_eq!(program.join().expect("no panic"), Ok(ECHO.to_vec()));
    assert_eq!(readers.state(0).expect("a slot").typed_ahead, 1);
    assert_eq!(readers.cancel_prompt(0), Ok((false, 1)));

    // What was typed for a change that came to nothing is nobody else's.
    let program = house.asks(MODIFY_PIN_DIRECT, modify());
    house.prompt(1);
    let cancelled = vec![Keys::Cancel, Keys::Pin(Pin::new("1234").expect("digits"))];
    assert_eq!(readers.type_keys(0, cancelled, false), Ok(Taken { asked: true, waiting: 0 }));
    assert_eq!(program.join().expect("no panic"), Ok(hex!("6401").to_vec()));
    assert_eq!(readers.cancel_prompt(0), Err(SlotError::NothingToCancel(0)));
}

#[test]
fn what_is_typed_at_a_prompt_is_for_who_asked_by_that_prompt() {
    let house = house();
    let readers = &house.readers;
    let pin = |digits| Keys::Pin(Pin::new(digits).expect("digits"));
    let first = house.asks(VERIFY_PIN_DIRECT, verify(1, 2));
    let (seen, _) = house.prompt(0);
    assert_eq!(first.join().expect("no panic"), Ok(hex!("6400").to_vec()), "nobody types");
    assert_eq!(readers.answer_prompt(0, seen, pin("1234")), Err(SlotError::PromptOver(0)));
    let second = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    let (now, _) = house.prompt(seen);
    for keys in [pin("1234"), Keys::Cancel] {
        assert_eq!(readers.answer_prompt(0, seen, keys), Err(SlotError::PromptOver(0)), "another one asks");
    }
    assert_eq!(readers.answer_prompt(0, now, pin("1234")), Ok(()));
    assert_eq!(second.join().expect("no panic"), Ok(ECHO.to_vec()));
    assert_eq!(readers.answer_prompt(1, now, Keys::Cancel), Err(SlotError::NoPad(1)));
    assert_eq!(readers.answer_prompt(2, now, Keys::Cancel), Err(SlotError::Unknown(2)));
    let third = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    let (now, _) = house.prompt(now);
    assert_eq!(readers.answer_prompt(0, now, Keys::Cancel), Ok(()));
    assert_eq!(third.join().expect("no panic"), Ok(hex!("6401").to_vec()));
}

#[test]
fn what_ends_a_pin_is_what_the_structure_says() {
    let house = house();
    let program = house.asks(VERIFY_PIN_DIRECT, verify(20, 1));
    house.prompt(0);
    house.types(&["1234"]);
    house.types(&["567890"]);
    let longest = hex!("00 20 00 01 08 3132333435363738 9000").to_vec();
    assert_eq!(program.join().expect("no panic"), Ok(longest), "as long as it may be");
    let program = house.asks(VERIFY_PIN_DIRECT, verify(1, 4));
    house.prompt(1);
    house.types(&["1234"]);
    assert_eq!(program.join().expect("no panic"), Ok(ECHO.to_vec()), "its time is over");
}

#[test]
fn a_key_and_a_removal_end_the_wait_at_once() {
    let house = house();
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    house.prompt(0);
    house.readers.cancel_prompt(0).expect("it asks");
    assert_eq!(program.join().expect("no panic"), Ok(hex!("6401").to_vec()));
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    house.prompt(1);
    let begun = Instant::now();
    house.readers.remove(0).expect("a card");
    assert_eq!(program.join().expect("no panic"), Err(ReturnCode::NOT_TRANSACTED));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    house.readers.reinsert(0).expect("the card is at hand");
    assert_eq!(house.readers.state(0).expect("a slot").prompt, None);
}

#[test]
fn while_a_reader_waits_for_a_pin_other_slots_go_on_and_its_own_waits() {
    let house = house();
    let (other, handle) = house.session();
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    house.prompt(0);
    let raw = RawSlot::unattended(Arc::clone(&house.readers), 1).expect("a slot");
    raw.power_up().expect("another slot");
    assert_eq!(other.status(handle), Ok(()), "states never wait");
    assert!(other.attribute(handle, crate::reader::attribute::ATR_STRING).is_ok());
    let waits = thread::spawn(move || other.disconnect(handle, Disposition::RESET));
    while !house.readers.with(|table| table.waiting > 1) {
        thread::yield_now();
    }
    house.types(&["1234"]);
    assert_eq!(program.join().expect("no panic"), Ok(ECHO.to_vec()));
    assert_eq!(waits.join().expect("no panic"), Ok(()));
}

#[test]
fn a_client_that_goes_away_leaves_the_card_to_others() {
    #[derive(Default)]
    struct Client(AtomicBool);

    impl Caller for Client {
        fn is_gone(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }

        fn card_left(&self, _: u64) {}
    }

    let house = house();
    let client = Arc::<Client>::default();
    let caller: Weak<Client> = Arc::downgrade(&client);
    let raw = RawSlot::new(Arc::clone(&house.readers), 0, caller).expect("a slot");
    assert_eq!(
        raw.control(1, VERIFY_PIN_DIRECT, &verify(0, 2)),
        Err(ControlError::Card(CardError::Silent(virtuale_engine::Fault::Unpowered))),
        "it powered no card up"
    );
    raw.power_up().expect("a card");
    let program = thread::spawn(move || raw.control(1, VERIFY_PIN_DIRECT, &verify(0, 2)));
    house.prompt(0);
    client.0.store(true, Ordering::Relaxed);
    assert_eq!(program.join().expect("no panic"), Err(ControlError::Card(CardError::ClientGone)));
    assert_eq!(house.readers.state(0).expect("a slot").prompt, None);
    house.readers.type_keys(0, keys(&["1234"]), true).expect("room");
    let program = house.asks(VERIFY_PIN_DIRECT, verify(0, 2));
    assert_eq!(program.join().expect("no panic"), Ok(ECHO.to_vec()));
}

#[test]
fn a_reader_lists_what_it_has() {
    let house = house();
    let control =
        |slot, code| RawSlot::unattended(Arc::clone(&house.readers), slot).expect("a slot").control(1, code, &[]);
    let features = hex!("0604 42330006 0704 42330007 0A04 4233000A 1204 42330012").to_vec();
    assert_eq!(control(0, GET_FEATURE_REQUEST), Ok(features.clone()));
    assert_eq!(control(0, GET_FEATURE_REQUEST_WINDOWS), Ok(features));
    assert_eq!(control(1, GET_FEATURE_REQUEST), Ok(hex!("1204 42330012").to_vec()));
    assert_eq!(control(0, IFD_PIN_PROPERTIES), Ok(hex!("10 02 07 01").to_vec()));
    let properties =
        hex!("0102 1002 0201 07 0301 01 0402 1000 0502 0200 0601 04 0701 08 0A04 00000100 0B02 140F 0C02 3800");
    assert_eq!(control(0, GET_TLV_PROPERTIES), Ok(properties.to_vec()));
    assert_eq!(control(1, GET_TLV_PROPERTIES), Ok(hex!("0A04 00000100").to_vec()));
    for code in [IFD_PIN_PROPERTIES, VERIFY_PIN_DIRECT, MODIFY_PIN_DIRECT] {
        assert_eq!(control(1, code), Err(ControlError::Unsupported));
    }
    assert_eq!(control(0, 0x4200_0001), Err(ControlError::Unsupported));
}
