//! A driver alone, and beside PC/SC sessions.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use virtuale_engine::{Atr, Fault, Interface, Protocol, Reset, Response};

use super::RawSlot;
use crate::reader::{
    Caller, CardError, CardState, Disposition, Protocols, Readers, ReturnCode, Session, Share, SlotError, SlotName,
    SlotSpec,
    sync::lock,
    toys::{self, Deed, Reins},
};

const ANY: Protocols = Protocols(3);
const LONG: Duration = Duration::from_secs(10);

/// One slot with a card that offers both protocols, and a driver of it.
struct House {
    readers: Arc<Readers>,
    reins: Arc<Reins>,
    driver: RawSlot,
}

/// A client that a test looks at.
#[derive(Default)]
struct Client {
    gone: AtomicBool,
    left: AtomicU64,
}

impl Caller for Client {
    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    fn card_left(&self, ticket: u64) {
        self.left.store(ticket, Ordering::Relaxed);
    }
}

impl House {
    fn new() -> Self {
        Self::with_grace(LONG)
    }

    fn with_grace(grace: Duration) -> Self {
        let slots = SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name");
        let readers = Readers::with_grace(slots, grace).expect("one slot");
        let (card, reins) = toys::toy(toys::BOTH);
        readers.insert(0, card, None).expect("an empty slot");
        reins.deeds();
        let driver = RawSlot::unattended(Arc::clone(&readers), 0).expect("a slot");
        Self { readers, reins, driver }
    }

    /// A session with a shared handle.
    fn guest(&self) -> (Session, u32) {
        let session = Session::unattended(Arc::clone(&self.readers));
        let context = session.establish(2).expect("a good scope");
        let opened = session.connect(context, b"Virtuale 00 00", Share::SHARED, ANY);
        (session, opened.expect("a card that can be shared").0)
    }
}

fn send(driver: &RawSlot, command: &[u8]) -> Result<Vec<u8>, CardError> {
    let mut response = Response::default();
    driver.transmit(1, command, &mut response).map(|()| response.as_bytes().to_vec())
}

const UNPOWERED: CardError = CardError::Silent(Fault::Unpowered);

#[test]
fn a_driver_powers_resets_negotiates_and_transmits_without_pc_sc() {
    let house = House::new();
    let driver = &house.driver;
    assert!(driver.state().card.is_present());
    assert_eq!(send(driver, &[1]), Err(UNPOWERED), "a driver powers a card up before it speaks to it");
    assert_eq!(driver.select_protocol(Protocol::T1), Err(UNPOWERED));
    assert_eq!(driver.power_up(), Ok(Atr::parse(toys::BOTH).expect("a good ATR")));
    assert_eq!(send(driver, &[2]), Ok(vec![2, 0x90, 0]));
    assert!(driver.reset().is_ok());
    assert_eq!(driver.select_protocol(Protocol::T1), Ok(()));
    assert_eq!(driver.state().protocol, Protocols::T1);
    assert_eq!(send(driver, &[0x5A; 70_000]).map(|answer| answer.len()), Ok(70_002), "commands have any length");
    assert_eq!(driver.power_off(), Ok(()));
    assert_eq!(driver.state().card, CardState::UNPOWERED);
    assert_eq!(send(driver, &[3]), Err(UNPOWERED));
    let deeds = [Deed::Reset(Reset::Cold), Deed::Reset(Reset::Warm), Deed::Agreed(Protocol::T1), Deed::Off];
    assert_eq!(house.reins.deeds(), deeds);
    assert!(driver.reset().is_ok(), "a card without power gets it");
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Cold)]);
}

#[test]
fn what_a_card_refuses_is_told_apart() {
    let house = House::new();
    let driver = &house.driver;
    driver.power_up().expect("a card");
    house.reins.stubborn.store(true, Ordering::Relaxed);
    assert_eq!(driver.select_protocol(Protocol::T0), Err(CardError::Refused));
    let mut response = Response::default();
    response.extend(b"left from before");
    let silent = driver.transmit(1, &[0, toys::SILENT], &mut response);
    assert_eq!((silent, response.len()), (Err(CardError::Silent(Fault::Mute)), 0));
    house.reins.mute.store(true, Ordering::Relaxed);
    assert_eq!(driver.reset(), Err(CardError::Mute));
    assert_eq!(driver.state().card, CardState::MUTE);
    house.readers.remove(0).expect("a card");
    assert_eq!(driver.power_up(), Err(CardError::NoCard));
    assert_eq!(driver.power_off(), Err(CardError::NoCard));
    let (card, _) = toys::toy(toys::T0);
    house.readers.insert(0, card, None).expect("an empty slot");
    driver.power_up().expect("a card");
    assert_eq!(driver.select_protocol(Protocol::T1), Err(CardError::NotOffered));
    let beyond = RawSlot::unattended(Arc::clone(&house.readers), 1).map(drop);
    assert_eq!(beyond, Err(SlotError::Unknown(1)));
}

#[test]
fn a_card_that_lost_its_power_over_a_protocol_is_powered_up_again() {
    let house = House::new();
    let driver = &house.driver;
    driver.power_up().expect("a card");
    house.reins.draining.store(true, Ordering::Relaxed);
    assert_eq!(driver.select_protocol(Protocol::T1), Err(CardError::Silent(Fault::PowerLost)), "it refused nothing");
    assert_eq!(driver.state().card, CardState::UNPOWERED);
    house.reins.draining.store(false, Ordering::Relaxed);
    assert_eq!(send(driver, &[1]), Err(UNPOWERED));
    assert!(driver.reset().is_ok());
    assert_eq!(driver.select_protocol(Protocol::T1), Ok(()));
}

#[test]
fn a_card_that_was_exchanged_is_powered_up_before_it_is_spoken_to() {
    let house = House::new();
    house.driver.power_up().expect("a card");
    house.readers.remove(0).expect("a card");
    house.readers.reinsert(0).expect("the same card");
    assert_eq!(send(&house.driver, &[1]), Err(UNPOWERED), "the driver has not looked");
    house.driver.power_up().expect("a card");
    assert_eq!(send(&house.driver, &[1]), Ok(vec![1, 0x90, 0]));
}

#[test]
fn a_driver_waits_for_cards_that_come_and_go() {
    let house = House::new();
    let driver = &house.driver;
    let generation = driver.state().generation;
    assert_eq!(driver.await_change(generation, Duration::ZERO), generation);
    assert_eq!(driver.await_change(generation - 1, LONG), generation, "that was before");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| driver.await_change(generation, LONG));
        house.readers.remove(0).expect("a card");
        assert_eq!(waiting.join().expect("no panic"), generation + 1);
    });
    assert!(!driver.state().card.is_present());
}

#[test]
fn a_slot_powers_cards_up_on_its_own_interface() {
    let field = SlotSpec::contactless(SlotName::new("Lecteur CL").expect("a name"));
    let contacts = SlotSpec::contact(SlotName::new("Lecteur").expect("a name"));
    let readers = Readers::new(vec![contacts, field]).expect("two names");
    for (slot, kind) in [Interface::Contact, Interface::Contactless].into_iter().enumerate() {
        let (card, reins) = toys::toy(toys::T0);
        let powered = || lock(&reins.interface).take();
        readers.insert(slot, card, None).expect("an empty slot");
        assert_eq!(powered(), Some(kind), "as it comes in");
        readers.remove(slot).expect("a card");
        readers.reinsert(slot).expect("the same card");
        assert_eq!(powered(), Some(kind), "as it comes back");
        let driver = RawSlot::unattended(Arc::clone(&readers), slot).expect("a slot");
        driver.power_up().expect("a card");
        assert_eq!(powered(), Some(kind), "by a driver");
        let session = Session::unattended(Arc::clone(&readers));
        let context = session.establish(2).expect("a good scope");
        let name = driver.state().name;
        let opened = session.connect(context, name.as_str().as_bytes(), Share::SHARED, ANY);
        let (handle, _) = opened.expect("a card");
        let again = session.reconnect(handle, Share::SHARED, ANY, Disposition::UNPOWER);
        assert_eq!((again, powered()), (Ok(Protocols::T0), Some(kind)), "by a handle");
        assert_eq!(readers.states()[slot].kind, kind);
    }
}

#[test]
fn what_a_driver_does_to_the_power_is_told_to_handles() {
    let house = House::new();
    let (session, handle) = house.guest();
    let again = || session.reconnect(handle, Share::SHARED, ANY, Disposition::LEAVE);
    assert!(house.driver.power_up().is_ok());
    assert_eq!(session.status(handle), Err(ReturnCode::RESET_CARD));
    assert_eq!(again(), Ok(Protocols::T1), "the protocol is to be agreed on anew");
    assert_eq!(send(&house.driver, &[1]), Ok(vec![1, 0x90, 0]));
    let mut response = Response::default();
    assert_eq!(session.transmit(1, handle, Protocols::T1, &[2], &mut response), Ok(Protocols::T1));
    assert_eq!(response.as_bytes(), [2, 0x90, 0], "they take turns");
    assert!(house.driver.reset().is_ok());
    assert_eq!(session.transmit(1, handle, Protocols::T1, &[2], &mut response), Err(ReturnCode::RESET_CARD));
    assert_eq!(again(), Ok(Protocols::T1));
    assert_eq!(house.driver.power_off(), Ok(()));
    assert_eq!(session.status(handle), Err(ReturnCode::RESET_CARD));
    house.reins.deeds();
    assert_eq!(again(), Ok(Protocols::T1));
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Cold), Deed::Agreed(Protocol::T1)]);
}

#[test]
fn a_handle_that_has_the_card_for_itself_keeps_drivers_out() {
    let house = House::new();
    let (session, handle) = house.guest();
    house.driver.power_up().expect("a card");
    session.reconnect(handle, Share::SHARED, ANY, Disposition::LEAVE).expect("a card");
    house.reins.deeds();
    session.begin(handle).expect("nobody else is there");
    let refused = || {
        let driver = &house.driver;
        assert_eq!(driver.power_up(), Err(CardError::InUse));
        assert_eq!(driver.reset(), Err(CardError::InUse));
        assert_eq!(driver.power_off(), Err(CardError::InUse));
        assert_eq!(driver.select_protocol(Protocol::T0), Err(CardError::InUse));
        assert_eq!(send(driver, &[1]), Err(CardError::InUse));
    };
    refused();
    session.end(handle, Disposition::LEAVE).expect("its own transaction");
    assert_eq!(send(&house.driver, &[1]), Ok(vec![1, 0x90, 0]));
    session.reconnect(handle, Share::EXCLUSIVE, ANY, Disposition::LEAVE).expect("its only handle");
    refused();
    assert_eq!(house.reins.deeds(), [], "the card has seen nothing of it");
}

#[test]
fn a_driver_waits_for_a_card_that_is_lent_and_asks_for_states_meanwhile() {
    let house = House::new();
    let (session, handle) = house.guest();
    house.driver.power_up().expect("a card");
    session.reconnect(handle, Share::SHARED, ANY, Disposition::LEAVE).expect("a card");
    thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let mut response = Response::default();
            session.transmit(1, handle, Protocols::T1, &[0, toys::SLOW], &mut response)
        });
        house.reins.await_slow();
        let queued = scope.spawn(|| send(&house.driver, &[1]));
        assert_eq!(house.driver.state().card, CardState::READY);
        thread::sleep(Duration::from_millis(60));
        assert!(!queued.is_finished(), "it did not wait");
        house.reins.open();
        assert_eq!(slow.join().expect("no panic"), Ok(Protocols::T1));
        assert_eq!(queued.join().expect("no panic"), Ok(vec![1, 0x90, 0]));
    });
}

#[test]
fn a_removal_ends_a_drivers_command_from_outside() {
    let house = House::new();
    let client = Arc::<Client>::default();
    let caller: Weak<Client> = Arc::downgrade(&client);
    let driver = RawSlot::new(Arc::clone(&house.readers), 0, caller).expect("a slot");
    driver.power_up().expect("a card");
    thread::scope(|scope| {
        let busy = scope.spawn(|| driver.transmit(7, &[0, toys::SLOW], &mut Response::default()));
        house.reins.await_slow();
        house.readers.remove(0).expect("a card");
        assert_eq!(client.left.load(Ordering::Relaxed), 7, "its caller is told at once");
        assert_eq!(house.readers.reinsert(0), Err(SlotError::Busy(0)));
        house.reins.open();
        assert_eq!(busy.join().expect("no panic"), Err(CardError::NoCard));
    });
    assert_eq!(house.readers.reinsert(0), Ok(None));
}

#[test]
fn a_client_that_hangs_up_stops_waiting_for_a_card() {
    let house = House::new();
    house.driver.power_up().expect("a card");
    let client = Arc::<Client>::default();
    let caller: Weak<Client> = Arc::downgrade(&client);
    let other = RawSlot::new(Arc::clone(&house.readers), 0, caller).expect("a slot");
    thread::scope(|scope| {
        let busy = scope.spawn(|| send(&house.driver, &[0, toys::SLOW]));
        house.reins.await_slow();
        let queued = scope.spawn(|| other.power_up());
        client.gone.store(true, Ordering::Relaxed);
        assert_eq!(queued.join().expect("no panic"), Err(CardError::ClientGone));
        house.reins.open();
        assert!(busy.join().expect("no panic").is_ok());
    });
}

#[test]
fn a_card_keeps_its_power_for_as_long_as_a_driver_wants() {
    let house = House::with_grace(Duration::ZERO);
    let (session, handle) = house.guest();
    house.driver.power_up().expect("a card");
    session.disconnect(handle, Disposition::LEAVE).expect("its own handle");
    assert_eq!(send(&house.driver, &[1]), Ok(vec![1, 0x90, 0]));
    let House { readers, reins, driver } = house;
    drop(driver);
    reins.deeds();
    let driver = RawSlot::unattended(readers, 0).expect("a slot");
    assert_eq!(send(&driver, &[1]), Err(UNPOWERED), "its power was another driver's");
    driver.reset().expect("a card");
    assert_eq!(reins.deeds(), [Deed::Reset(Reset::Cold)], "the grace period was over");
}
