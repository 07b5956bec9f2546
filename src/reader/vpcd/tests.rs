//! Drivers that ask, wait, hang up and say what makes no sense.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::{Protocol, Reset};

use super::{Address, Note, Vpcd, wire::Request};
use crate::reader::{
    CardState, Disposition, Protocols, Readers, Session, Share, SlotName, SlotSpec,
    toys::{self, Deed, Reins},
};

/// What only a failure takes.
const LONG: Duration = Duration::from_secs(20);

/// Two slots, the first with a card.
struct House {
    readers: Arc<Readers>,
    reins: Arc<Reins>,
}

impl House {
    fn new(atr: &[u8]) -> Self {
        let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots");
        let (card, reins) = toys::toy(atr);
        readers.insert(0, card, None).expect("an empty slot");
        reins.deeds();
        Self { readers, reins }
    }
}

/// A driver's end of a connection.
struct Driver(TcpStream);

impl Driver {
    fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(LONG)).expect("a limit");
        Self(stream)
    }

    /// Says something; a card that hung up does not hear it.
    fn say(&self, request: Request<'_>) {
        let _ = (&self.0).write_all(&request.message().expect("short enough"));
    }

    fn hear(&self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        (&self.0).read_exact(&mut length).ok()?;
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        (&self.0).read_exact(&mut answer).ok().map(|()| answer)
    }

    fn ask(&self, request: Request<'_>) -> Option<Vec<u8>> {
        self.say(request);
        self.hear()
    }

    fn send(&self, command: &[u8]) -> Option<Vec<u8>> {
        self.ask(Request::Command(command))
    }

    /// Whether the other side hangs up, without another word.
    fn is_hung_up_on(&self) -> bool {
        let mut rest = Vec::new();
        // It may be so with what we said unread.
        let _ = (&self.0).read_to_end(&mut rest);
        rest.is_empty() && !(&self.0).read(&mut [0]).is_ok_and(|count| count > 0)
    }
}

/// A driver that awaits the cards, one port for each slot.
fn ports() -> (Vec<TcpListener>, Address) {
    for port in (40_000..60_000).step_by(7) {
        let listeners: Vec<_> =
            (port..port + 2).map_while(|port| TcpListener::bind(("127.0.0.1", port)).ok()).collect();
        if listeners.len() == 2 {
            return (listeners, Address::new("127.0.0.1", port));
        }
    }
    panic!("no two ports are free");
}

fn accept(listener: &TcpListener) -> Driver {
    Driver::new(listener.accept().expect("the card comes").0)
}

/// The cards at a driver of ours, and what is told.
fn connected(readers: &Arc<Readers>) -> (Vec<TcpListener>, Vpcd, Receiver<Note>) {
    let (listeners, address) = ports();
    let (told, notes) = channel();
    let vpcd = Vpcd::connect(readers, &address, move |note| drop(told.send(note))).expect("it starts");
    (listeners, vpcd, notes)
}

/// The cards, where drivers come to them.
fn listening(readers: &Arc<Readers>) -> Vpcd {
    for port in (40_001..60_000).step_by(7) {
        if let Ok(vpcd) = Vpcd::listen(readers, &Address::new("127.0.0.1", port), |_| {}) {
            return vpcd;
        }
    }
    panic!("no two ports are free");
}

fn come(vpcd: &Vpcd, slot: usize) -> Driver {
    Driver::new(TcpStream::connect(vpcd.addresses()[slot]).expect("it listens"))
}

#[test]
fn a_driver_powers_resets_and_sends() {
    let house = House::new(toys::BOTH);
    let (listeners, vpcd, notes) = connected(&house.readers);
    let driver = accept(&listeners[0]);
    assert_eq!(driver.ask(Request::Atr).as_deref(), Some(toys::BOTH));
    assert_eq!(notes.recv_timeout(LONG).map(|note| matches!(note, Note::Present { slot: 0, .. })), Ok(true));
    assert!(vpcd.is_connected(0) && !vpcd.is_connected(1));
    driver.say(Request::PowerOn);
    assert_eq!(driver.send(&[1, 2]).as_deref(), Some(&[1, 2, 0x90, 0][..]));
    driver.say(Request::Reset);
    assert_eq!(driver.send(&[0, toys::LONG, 0xFF, 0xFD]).map(|answer| answer.len()), Some(65_535));
    assert_eq!(driver.send(&[0, toys::LONG, 0xFF, 0xFE]).as_deref(), Some(&[0x67, 0][..]), "too long for a message");
    assert_eq!(driver.send(&[3, 4]).as_deref(), Some(&[3, 4, 0x90, 0][..]), "the next one is whole");
    let t1 = Deed::Agreed(Protocol::T1);
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Cold), t1, Deed::Reset(Reset::Warm), t1]);
    driver.say(Request::PowerOff);
    assert_eq!(driver.ask(Request::Atr).as_deref(), Some(toys::BOTH), "it is known");
    assert_eq!(house.readers.states()[0].card, CardState::UNPOWERED);
    assert_eq!(driver.send(&[5, 6]), None, "it has no power");
    let again = accept(&listeners[0]);
    assert_eq!(again.send(&[5, 6]).as_deref(), Some(&[5, 6, 0x90, 0][..]), "it gets it unless a driver says otherwise");
    drop(vpcd);
    assert!(again.is_hung_up_on());
}

#[test]
fn a_card_that_comes_or_goes_connects_or_hangs_up() {
    let house = House::new(toys::T0);
    let (listeners, _vpcd, _) = connected(&house.readers);
    let first = accept(&listeners[0]);
    assert_eq!(first.ask(Request::Atr).as_deref(), Some(toys::T0));
    house.readers.remove(0).expect("a card");
    assert!(first.is_hung_up_on());
    house.readers.reinsert(0).expect("the same card");
    assert_eq!(accept(&listeners[0]).ask(Request::Atr).as_deref(), Some(toys::T0));
    let (card, _) = toys::toy(toys::BOTH);
    house.readers.insert(1, card, None).expect("an empty slot");
    assert_eq!(accept(&listeners[1]).ask(Request::Atr).as_deref(), Some(toys::BOTH));
}

#[test]
fn a_card_that_is_pulled_while_it_is_busy_hangs_up_at_once() {
    let house = House::new(toys::T0);
    let (listeners, _vpcd, _) = connected(&house.readers);
    let driver = accept(&listeners[0]);
    driver.say(Request::Command(&[0, toys::SLOW]));
    house.reins.await_slow();
    house.readers.remove(0).expect("a card");
    assert!(driver.is_hung_up_on(), "the card is still busy");
    house.reins.open();
}

#[test]
fn a_card_that_says_nothing_hangs_up_and_comes_back() {
    let house = House::new(toys::T0);
    let (listeners, _vpcd, _) = connected(&house.readers);
    let driver = accept(&listeners[0]);
    assert_eq!(driver.send(&[0, toys::SILENT]), None);
    let again = accept(&listeners[0]);
    house.reins.mute.store(true, Ordering::Relaxed);
    again.say(Request::Reset);
    assert_eq!(again.ask(Request::Atr), None, "it is mute");
    listeners[0].set_nonblocking(true).expect("a socket");
    thread::sleep(Duration::from_millis(200));
    assert!(listeners[0].accept().is_err(), "there is no card to be shown");
}

#[test]
fn a_driver_waits_while_a_handle_has_the_card_for_itself() {
    let house = House::new(toys::T0);
    let session = Session::unattended(Arc::clone(&house.readers));
    let context = session.establish(2).expect("a good scope");
    let opened = session.connect(context, b"Virtuale 00 00", Share::SHARED, Protocols::T0);
    let handle = opened.expect("a card").0;
    session.begin(handle).expect("nobody else is there");
    house.reins.deeds();
    let (listeners, _vpcd, _) = connected(&house.readers);
    let driver = accept(&listeners[0]);
    driver.say(Request::PowerOn);
    assert_eq!(driver.ask(Request::Atr).as_deref(), Some(toys::T0), "that is known");
    driver.say(Request::Command(&[1, 2]));
    thread::sleep(Duration::from_millis(100));
    assert_eq!(house.reins.deeds(), [], "the card has seen nothing of it");
    session.end(handle, Disposition::LEAVE).expect("its own transaction");
    assert_eq!(driver.hear().as_deref(), Some(&[1, 2, 0x90, 0][..]));
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Cold)], "what was ordered was done first");
}

#[test]
fn a_driver_that_goes_while_it_waits_is_not_waited_for() {
    let house = House::new(toys::T0);
    let session = Session::unattended(Arc::clone(&house.readers));
    let context = session.establish(2).expect("a good scope");
    session.connect(context, b"Virtuale 00 00", Share::EXCLUSIVE, Protocols::T0).expect("a card");
    let (listeners, _vpcd, _) = connected(&house.readers);
    accept(&listeners[0]).say(Request::Command(&[1, 2]));
    assert_eq!(accept(&listeners[0]).ask(Request::Atr).as_deref(), Some(toys::T0), "the card is brought again");
}

#[test]
fn a_driver_that_awaits_an_answer_to_an_order_is_hung_up_on() {
    let house = House::new(toys::T0);
    let vpcd = listening(&house.readers);
    let driver = come(&vpcd, 0);
    for _ in 0..3 {
        assert_eq!(driver.ask(Request::Atr).as_deref(), Some(toys::T0), "it looks again and again");
    }
    // A program's command of one byte: vpcd waits for the answer and looks no more.
    driver.say(Request::PowerOff);
    assert!(driver.is_hung_up_on());
}

#[test]
fn what_makes_no_sense_ends_its_own_connection() {
    let house = House::new(toys::T0);
    let vpcd = listening(&house.readers);
    for nonsense in [&[0, 0][..], &[0, 1, 3], &[0, 1, 0xFF], &[0], &[0xFF], &[0, 5, 1, 2]] {
        let driver = come(&vpcd, 0);
        // It may hang up while this goes on.
        let _ = (&driver.0).write_all(nonsense);
        let _ = driver.0.shutdown(std::net::Shutdown::Write);
        assert!(driver.is_hung_up_on(), "{nonsense:02X?}");
        // Its place is free when its thread has ended.
        let end = Instant::now() + LONG;
        while come(&vpcd, 0).ask(Request::Atr).as_deref() != Some(toys::T0) {
            assert!(Instant::now() < end, "after {nonsense:02X?}");
        }
    }
}

#[test]
fn drivers_that_come_are_let_in_one_at_a_time_and_while_there_is_a_card() {
    let house = House::new(toys::T0);
    let vpcd = listening(&house.readers);
    assert!(come(&vpcd, 1).is_hung_up_on(), "there is no card");
    let first = come(&vpcd, 0);
    assert_eq!(first.ask(Request::Atr).as_deref(), Some(toys::T0));
    assert!(come(&vpcd, 0).is_hung_up_on(), "another one has it");
    assert_eq!(first.send(&[1, 2]).as_deref(), Some(&[1, 2, 0x90, 0][..]), "it still has it");
    house.readers.remove(0).expect("a card");
    assert!(first.is_hung_up_on());
    house.readers.reinsert(0).expect("the same card");
    assert_eq!(come(&vpcd, 0).ask(Request::Atr).as_deref(), Some(toys::T0));
    let begin = Instant::now();
    drop(vpcd);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn whether_a_driver_is_there_is_told_once() {
    let house = House::new(toys::T0);
    let (listeners, address) = ports();
    drop(listeners);
    let (told, notes) = channel();
    let _vpcd = Vpcd::connect(&house.readers, &address, move |note| drop(told.send(note))).expect("it starts");
    let note = notes.recv_timeout(LONG).expect("a note");
    assert!(matches!(&note, Note::Absent { slot: 0, address: told, .. } if *told == address.to_string()), "{note:?}");
    thread::sleep(Duration::from_millis(300));
    assert!(notes.try_recv().is_err(), "it is told once");
    let listener = TcpListener::bind((address.host(), address.port())).expect("the port is free");
    let driver = accept(&listener);
    assert_eq!(driver.ask(Request::Atr).as_deref(), Some(toys::T0));
    assert!(matches!(notes.recv_timeout(LONG), Ok(Note::Present { slot: 0, .. })));
    (&driver.0).write_all(b"\0\x01\x33").expect("it reads");
    assert!(matches!(notes.recv_timeout(LONG), Ok(Note::Strange { slot: 0, .. })));
}

#[test]
fn there_must_be_a_port_for_each_slot() {
    let house = House::new(toys::T0);
    let beyond = Vpcd::connect(&house.readers, &Address::new("127.0.0.1", 65_535), |_| {}).map(drop);
    assert_eq!(beyond.expect_err("one is missing").kind(), std::io::ErrorKind::InvalidInput);
    let (listeners, address) = ports();
    let taken = Vpcd::listen(&house.readers, &address, |_| {}).map(drop).expect_err("it is taken");
    assert!(taken.to_string().starts_with(&address.to_string()), "{taken}");
    drop(listeners);
}
