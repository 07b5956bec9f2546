//! TRANSMIT, CONTROL and attributes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use virtuale_engine::Response;

use super::{ANY, Client, House, soon};
use crate::reader::{
    CardState, Disposition, Protocols, Readers, ReturnCode, Share, Sharing, SlotError,
    attribute::{
        ATR_STRING, CHANNEL_ID, DEVICE_FRIENDLY_NAME, DEVICE_SYSTEM_NAME, ICC_INTERFACE_STATUS, ICC_PRESENCE, MAXINPUT,
        VENDOR_IFD_SERIAL_NO, VENDOR_IFD_VERSION, VENDOR_NAME,
    },
    feature::{GET_FEATURE_REQUEST, GET_TLV_PROPERTIES},
    toys,
};

#[test]
fn any_bytes_reach_the_card() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    let mut response = Response::default();
    for command in [&[0x00][..], &[0x00, 0xA4, 0x04, 0x00], &[0x11; 65_544]] {
        assert_eq!(guest.session.transmit(1, handle, Protocols::T0, command, &mut response), Ok(Protocols::T0));
        assert_eq!(response.data(), command);
    }
}

#[test]
fn the_protocol_must_be_the_one_that_is_spoken() {
    let house = House::with(toys::BOTH);
    let guest = house.guest();
    let handle = guest.shared();
    let send = |protocol| guest.session.transmit(1, handle, protocol, &[0], &mut Response::default());
    assert_eq!(send(Protocols::T1), Ok(Protocols::T1));
    assert_eq!(send(Protocols::RAW), Ok(Protocols::T1));
    assert_eq!(send(Protocols::ANY_OLD), Ok(Protocols::T1));
    assert_eq!(send(Protocols::T0), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(send(Protocols::UNDEFINED), Err(ReturnCode::PROTO_MISMATCH));
}

#[test]
fn without_a_card_there_is_no_answer() {
    let house = House::new();
    let guest = house.guest();
    let opened = guest.session.connect(guest.context, b"Virtuale 00 01", Share::DIRECT, ANY);
    let (handle, _) = opened.expect("a reader");
    for protocol in [Protocols::T0, Protocols::ANY_OLD, Protocols::RAW] {
        let sent = guest.session.transmit(1, handle, protocol, &[0], &mut Response::default());
        assert_eq!(sent, Err(ReturnCode::NO_SMARTCARD));
    }
}

#[test]
fn a_silent_card_leaves_an_empty_answer() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    let mut response = Response::default();
    response.extend(b"what another command left");
    let sent = guest.session.transmit(1, handle, Protocols::T0, &[0, toys::SILENT], &mut response);
    assert_eq!(sent, Err(ReturnCode::NOT_TRANSACTED));
    assert!(response.is_empty());
}

#[test]
fn a_transaction_keeps_others_out() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    let session = &other.session;
    let sent = soon(|| session.transmit(1, theirs, Protocols::T0, &[0], &mut Response::default()));
    assert_eq!(sent, Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(session.control(1, theirs, GET_FEATURE_REQUEST, &[]), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(session.attribute(theirs, ATR_STRING), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(session.set_attribute(theirs), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(one.session.transmit(1, mine, Protocols::T0, &[0], &mut Response::default()), Ok(Protocols::T0));
}

#[test]
fn a_removal_is_remembered_until_the_handle_takes_note_of_it() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    house.swap();
    assert_eq!(house.readers.states()[0].events, 3);
    for (guest, handle) in [(&one, mine), (&other, theirs)] {
        assert_eq!(guest.session.status(handle), Err(ReturnCode::REMOVED_CARD));
        assert_eq!(guest.session.begin(handle), Err(ReturnCode::REMOVED_CARD));
        let sent = guest.session.transmit(1, handle, Protocols::T0, &[0], &mut Response::default());
        assert_eq!(sent, Err(ReturnCode::REMOVED_CARD));
        assert!(guest.session.control(1, handle, GET_FEATURE_REQUEST, &[]).is_ok());
    }
    assert_eq!(other.leave_and_share(theirs), Ok(Protocols::T0));
    assert_eq!(other.session.begin(theirs), Ok(()), "the lock went with the card");
}

#[test]
fn a_card_removed_during_a_command_keeps_nobody_waiting() {
    let house = House::new();
    let client = Arc::<Client>::default();
    let (one, other) = (house.guest_of(&client), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let (told, end) = mpsc::channel();
    let transmit = move |session: Arc<super::Session>, handle, ticket, command: [u8; 2], told: mpsc::Sender<_>| {
        thread::spawn(move || {
            let sent = session.transmit(ticket, handle, Protocols::T0, &command, &mut Response::default());
            told.send((ticket, sent)).expect("the test listens");
        })
    };
    transmit(one.session, mine, 7, [0, toys::SLOW], told.clone());
    house.reins.await_slow();
    transmit(other.session, theirs, 8, [0, 0], told);
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(2), "states are free while the card is busy");
    soon(|| house.readers.remove(0)).expect("a card");
    assert_eq!(house.readers.reinsert(0), Err(SlotError::Busy(0)));
    assert_eq!(client.left.load(Ordering::Relaxed), 7, "its caller is told at once");
    assert_eq!(end.recv().expect("the one who queued"), (8, Err(ReturnCode::REMOVED_CARD)));
    let (card, _) = toys::toy(toys::T0);
    assert_eq!(house.readers.insert(0, card, None), Ok(()), "the slot is free while the old card is still busy");
    house.reins.open();
    assert_eq!(end.recv().expect("the one who was busy"), (7, Err(ReturnCode::NO_SMARTCARD)));
    assert_eq!(house.readers.states()[0].card, CardState::READY);
}

#[test]
fn the_client_of_a_pulled_card_does_not_wait_for_what_the_host_notes() {
    type Pull = fn(&Readers, &dyn Fn());
    let ways: [Pull; 2] = [
        |readers, note| assert_eq!(readers.remove_then(0, |_| note()), Ok(())),
        |readers, note| assert_eq!(readers.exchange(0, toys::toy(toys::T0).0, None, |_| note(), |_| ()), Ok(true)),
    ];
    for pull in ways {
        let house = House::new();
        let client = Arc::<Client>::default();
        let guest = house.guest_of(&client);
        let handle = guest.shared();
        let answered = thread::scope(|scope| {
            let (session, command) = (&guest.session, [0, toys::SLOW]);
            scope.spawn(move || session.transmit(7, handle, Protocols::T0, &command, &mut Response::default()));
            house.reins.await_slow();
            let answered = AtomicU64::new(0);
            pull(&house.readers, &|| answered.store(client.left.load(Ordering::Relaxed), Ordering::Relaxed));
            house.reins.open();
            answered.into_inner()
        });
        assert_eq!(answered, 7);
    }
}

#[test]
fn a_card_that_comes_back_soon_after_its_removal_can_be_put_back_at_once() {
    // The wait is short: on a busy machine some tries come too late.
    let put_back = (0..20).any(|_| {
        let house = House::new();
        let guest = house.guest();
        let handle = guest.shared();
        let session = guest.session;
        let busy = thread::spawn(move || {
            session.transmit(1, handle, Protocols::T0, &[0, toys::SLOW], &mut Response::default())
        });
        house.reins.await_slow();
        let is_over = AtomicBool::new(false);
        let back = thread::scope(|scope| {
            // The card answers when the removal waits for it, and not before.
            scope.spawn(|| {
                while !house.is_waited_for() && !is_over.load(Ordering::Relaxed) {
                    thread::yield_now();
                }
                house.reins.open();
            });
            house.readers.remove(0).expect("a card");
            let back = house.readers.reinsert(0);
            is_over.store(true, Ordering::Relaxed);
            back
        });
        busy.join().expect("no panic").ok();
        back.is_ok()
    });
    assert!(put_back);
}

#[test]
fn a_card_that_panics_can_be_used_again() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let session = Arc::clone(&one.session);
    let fatal =
        thread::spawn(move || session.transmit(1, mine, Protocols::T0, &[0, toys::FATAL], &mut Response::default()));
    assert!(fatal.join().is_err());
    let sent = other.session.transmit(1, theirs, Protocols::T0, &[0], &mut Response::default());
    assert_eq!(sent, Ok(Protocols::T0));
}

#[test]
fn readers_tell_their_names_their_card_and_their_limits() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    let attribute = |attribute| guest.session.attribute(handle, attribute);
    assert_eq!(attribute(ATR_STRING).as_deref(), Ok(toys::T0));
    assert_eq!(attribute(DEVICE_FRIENDLY_NAME).as_deref(), Ok(&b"Virtuale 00 00\0"[..]));
    assert_eq!(attribute(DEVICE_SYSTEM_NAME).as_deref(), Ok(&b"Virtuale 00 00\0"[..]));
    assert_eq!(attribute(VENDOR_NAME).as_deref(), Ok(&b"Virtuale\0"[..]));
    assert_eq!(attribute(VENDOR_IFD_SERIAL_NO).as_deref(), Ok(&b"0000\0"[..]));
    let version = attribute(VENDOR_IFD_VERSION).expect("every reader has one");
    let version = u32::from_ne_bytes(version.try_into().expect("four bytes"));
    let parts = format!("{}.{}.", version >> 24, version >> 16 & 0xFF);
    assert!(env!("CARGO_PKG_VERSION").starts_with(&parts), "{version:08X}");
    assert_eq!(attribute(CHANNEL_ID), Ok(0x0020_0001_u32.to_ne_bytes().to_vec()));
    assert_eq!(attribute(MAXINPUT), Ok(65_544_u32.to_ne_bytes().to_vec()));
    assert_eq!((attribute(ICC_PRESENCE), attribute(ICC_INTERFACE_STATUS)), (Ok(vec![2]), Ok(vec![1])));
    assert_eq!(attribute(0x0009_0302), Err(ReturnCode::UNSUPPORTED_FEATURE), "nobody says how it is coded");
    assert_eq!(guest.session.set_attribute(handle), Err(ReturnCode::UNSUPPORTED_FEATURE));
    let control = |code| guest.session.control(1, handle, code, &[]);
    assert_eq!(control(GET_FEATURE_REQUEST), Ok(vec![0x12, 4, 0x42, 0x33, 0, 0x12]));
    assert_eq!(control(GET_TLV_PROPERTIES), Ok(vec![0x0A, 4, 0, 0, 1, 0]));
    assert_eq!(control(0x4200_0001), Err(ReturnCode::UNSUPPORTED_FEATURE));
    guest.session.disconnect(handle, Disposition::LEAVE).expect("its own handle");
    let opened = guest.session.connect(guest.context, b"Virtuale 00 01", Share::DIRECT, ANY);
    let (direct, _) = opened.expect("a reader");
    let attribute = |attribute| guest.session.attribute(direct, attribute);
    assert_eq!(attribute(ATR_STRING).as_deref(), Ok(&[][..]));
    assert_eq!((attribute(ICC_PRESENCE), attribute(ICC_INTERFACE_STATUS)), (Ok(vec![0]), Ok(vec![0])));
    assert_eq!(attribute(VENDOR_IFD_SERIAL_NO).as_deref(), Ok(&b"0001\0"[..]));
}
