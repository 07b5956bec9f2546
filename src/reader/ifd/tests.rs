//! Drivers that ask, hear which cards are in, and say what makes no sense.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use virtuale_engine::{Protocol, Reset};
use virtuale_ifd::wire::{self, Hello, Inbox, LONGEST, Outcome, Purpose, Reply, Request, State, States};

use super::{Server, connection::Connection};
use crate::reader::{
    Disposition, Protocols, RawSlot, Readers, Session, Share, SlotName, SlotSpec,
    bell::Bell,
    toys::{self, Deed, Reins},
};

/// What only a failure takes.
const LONG: Duration = Duration::from_secs(20);

/// Two slots, the first with a card.
struct House {
    readers: Arc<Readers>,
    reins: Arc<Reins>,
    server: Server,
    _folder: TempDir,
}

impl House {
    fn new(atr: &[u8]) -> Self {
        let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots");
        let (card, reins) = toys::toy(atr);
        readers.insert(0, card, None).expect("an empty slot");
        reins.deeds();
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(&readers, &folder.path().join("ifd")).expect("a socket");
        Self { readers, reins, server, _folder: folder }
    }

    fn connect(&self, purpose: Purpose) -> Driver {
        self.say(&Hello { version: wire::VERSION, purpose }.to_frame())
    }

    /// A driver that begins with these bytes.
    fn say(&self, bytes: &[u8]) -> Driver {
        let stream = UnixStream::connect(self.server.path()).expect("it listens");
        stream.set_read_timeout(Some(LONG)).expect("a limit");
        (&stream).write_all(bytes).expect("it reads");
        Driver { stream, inbox: Inbox::default() }
    }
}

/// A driver's end of a connection.
struct Driver {
    stream: UnixStream,
    inbox: Inbox,
}

impl Driver {
    fn tell(&self, request: Request<'_>) {
        (&self.stream).write_all(&request.to_frame()).expect("it reads");
    }

    fn hear(&mut self) -> (Outcome, Vec<u8>) {
        let body = self.inbox.frame(&self.stream).expect("an answer");
        let Reply { outcome, given } = Reply::parse(body).expect("a reply");
        (outcome, given.to_vec())
    }

    fn ask(&mut self, request: Request<'_>) -> (Outcome, Vec<u8>) {
        self.tell(request);
        self.hear()
    }

    fn states(&mut self) -> Vec<State> {
        States::parse(self.inbox.frame(&self.stream).expect("states")).expect("states").0
    }

    /// The next states that are others.
    fn others(&mut self, than: &[State]) -> Vec<State> {
        loop {
            let states = self.states();
            if states != than {
                return states;
            }
        }
    }

    fn is_hung_up_on(&self) -> bool {
        (&self.stream).read(&mut [0]).map_or(true, |count| count == 0)
    }
}

fn done(given: &[u8]) -> (Outcome, Vec<u8>) {
    (Outcome::DONE, given.to_vec())
}

#[test]
fn a_driver_powers_agrees_and_sends() {
    let house = House::new(toys::BOTH);
    let mut driver = house.connect(Purpose::Slot(0));
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])).0, Outcome::SILENT, "it has no power yet");
    assert_eq!(driver.ask(Request::PowerUp), done(toys::BOTH));
    assert!(house.server.is_connected(0) && !house.server.is_connected(1));
    assert_eq!(driver.ask(Request::Protocol(1)), done(&[]));
    assert_eq!(driver.ask(Request::Protocol(7)).0, Outcome::NOT_OFFERED);
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])), done(&[1, 2, 0x90, 0]));
    let longest = vec![0x5A; LONGEST];
    let (outcome, given) = driver.ask(Request::Transmit(&longest));
    assert_eq!((outcome, given.len()), (Outcome::DONE, LONGEST + 2));
    assert_eq!(driver.ask(Request::Reset), done(toys::BOTH));
    assert_eq!(driver.ask(Request::Transmit(&[0, toys::SILENT])), (Outcome::SILENT, vec![]));
    assert_eq!(driver.ask(Request::PowerOff), done(&[]));
    let t1 = Deed::Agreed(Protocol::T1);
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Cold), t1, Deed::Reset(Reset::Warm), Deed::Off]);
    assert_eq!(driver.ask(Request::Attribute(0x0009_0303)), done(toys::BOTH));
    assert_eq!(driver.ask(Request::Attribute(1)).0, Outcome::UNKNOWN);
    let (outcome, features) = driver.ask(Request::Control { code: 0x4200_0D48, input: &[] });
    assert!(outcome == Outcome::DONE && features.starts_with(&[0x12, 4]), "{features:02X?}");
    assert_eq!(driver.ask(Request::Control { code: 1, input: b"x" }).0, Outcome::UNKNOWN);
}

#[test]
fn cards_that_come_and_go_are_told() {
    let house = House::new(toys::T0);
    let mut driver = house.connect(Purpose::States);
    let state = |generation, is_present| State { generation, is_present };
    let first = [state(1, true), state(0, false)];
    assert_eq!(driver.states(), first);
    assert_eq!(driver.states(), first, "by that a driver knows that they will be said again and again");
    let said = Instant::now();
    assert_eq!(driver.states(), first);
    assert!(said.elapsed() >= wire::BEAT / 2, "that is not all the time");
    house.readers.remove(0).expect("a card");
    let second = driver.others(&first);
    assert_eq!(second, [state(2, false), state(0, false)]);
    house.readers.reinsert(0).expect("the same card");
    assert_eq!(driver.others(&second), [state(3, true), state(0, false)]);
    house.reins.mute.store(true, std::sync::atomic::Ordering::Relaxed);
    let House { server, .. } = house;
    drop(server);
    assert!(driver.is_hung_up_on());
}

#[test]
fn what_was_asked_by_a_driver_that_is_gone_is_not_done() {
    let house = House::new(toys::T0);
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let connection = Arc::new(Connection::new(theirs));
    let hello = Hello { version: wire::VERSION, purpose: Purpose::Slot(0) }.to_frame();
    (&ours).write_all(&[hello, Request::PowerUp.to_frame()].concat()).expect("there is room");
    drop(ours);
    connection.serve(&house.readers, &Bell::default()).expect("it ends");
    assert_eq!(house.reins.deeds(), [], "it was asked while we did not run");
}

#[test]
fn a_card_that_is_pulled_answers_at_once() {
    let house = House::new(toys::T0);
    let mut driver = house.connect(Purpose::Slot(0));
    assert_eq!(driver.ask(Request::PowerUp).0, Outcome::DONE);
    driver.tell(Request::Transmit(&[0, toys::SLOW]));
    house.reins.await_slow();
    house.readers.remove(0).expect("a card");
    assert_eq!(driver.hear(), (Outcome::NO_CARD, vec![]), "the card is still busy");
    assert!(driver.is_hung_up_on());
    let mut other = house.connect(Purpose::Slot(0));
    assert_eq!(other.ask(Request::PowerUp).0, Outcome::NO_CARD);
    house.reins.open();
}

#[test]
fn a_slow_card_holds_no_other_slot() {
    let house = House::new(toys::T0);
    let (card, _) = toys::toy(toys::T0);
    house.readers.insert(1, card, None).expect("an empty slot");
    let [mut slow, mut quick] = [0, 1].map(|slot| house.connect(Purpose::Slot(slot)));
    for driver in [&mut slow, &mut quick] {
        assert_eq!(driver.ask(Request::PowerUp).0, Outcome::DONE);
    }
    slow.tell(Request::Transmit(&[0, toys::SLOW]));
    house.reins.await_slow();
    assert_eq!(quick.ask(Request::Transmit(&[1, 2])), done(&[1, 2, 0x90, 0]));
    house.reins.open();
    assert_eq!(slow.hear().0, Outcome::DONE);
}

#[test]
fn what_a_handle_has_for_itself_is_waited_for() {
    let house = House::new(toys::T0);
    let mut driver = house.connect(Purpose::Slot(0));
    assert_eq!(driver.ask(Request::PowerUp).0, Outcome::DONE);
    let session = Session::unattended(Arc::clone(&house.readers));
    let context = session.establish(2).expect("a good scope");
    let opened = session.connect(context, b"Virtuale 00 00", Share::SHARED, Protocols::T0);
    let handle = opened.expect("a card").0;
    session.begin(handle).expect("nobody else is there");
    assert_eq!(driver.ask(Request::PowerOff), done(&[]), "that is left out");
    house.reins.deeds();
    driver.tell(Request::Transmit(&[1, 2]));
    thread::sleep(Duration::from_millis(100));
    session.end(handle, Disposition::LEAVE).expect("its own transaction");
    assert_eq!(driver.hear(), done(&[1, 2, 0x90, 0]));
    assert_eq!(house.reins.deeds(), []);
}

#[test]
fn what_makes_no_sense_ends_its_own_connection() {
    let house = House::new(toys::T0);
    let hello = Hello { version: wire::VERSION, purpose: Purpose::Slot(0) }.to_frame();
    let other = Hello { version: 99, purpose: Purpose::Slot(0) }.to_frame();
    let beyond = Hello { version: wire::VERSION, purpose: Purpose::Slot(2) }.to_frame();
    let nonsense = [&hello[..], &[1, 0, 0, 0, 99]].concat();
    let huge = [&hello[..], &[0xFF; 4]].concat();
    for bytes in [&other[..], &beyond, &nonsense, &huge, &[0; 8], &[0xFF; 8]] {
        assert!(house.say(bytes).is_hung_up_on(), "{bytes:02X?}");
    }
    assert_eq!(house.connect(Purpose::Slot(0)).ask(Request::PowerUp), done(toys::T0));
}

#[test]
fn a_card_whose_power_another_took_gets_it_again_unless_it_was_spoken_to() {
    let house = House::new(toys::T0);
    let mut driver = house.connect(Purpose::Slot(0));
    let take = || {
        let other = RawSlot::unattended(Arc::clone(&house.readers), 0).expect("a slot");
        other.power_up().and_then(|_| other.power_off()).expect("a card");
    };
    assert_eq!(driver.ask(Request::PowerUp), done(toys::T0));
    take();
    assert_eq!(driver.ask(Request::Protocol(0)), done(&[]));
    take();
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])), done(&[1, 2, 0x90, 0]), "nothing was proved yet");
    take();
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])).0, Outcome::POWER_TAKEN);
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])).0, Outcome::SILENT);
    assert_eq!(driver.ask(Request::PowerUp), done(toys::T0));
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])), done(&[1, 2, 0x90, 0]));
    assert_eq!(driver.ask(Request::PowerOff), done(&[]));
    assert_eq!(driver.ask(Request::Transmit(&[1, 2])).0, Outcome::SILENT, "it took that itself");
}
