//! Resets, events of handles, and who pays for power.

use std::{sync::atomic::Ordering, thread, time::Duration};

use virtuale_engine::{Protocol, Reset, Response};

use super::{super::Session, ANY, House};
use crate::reader::{
    CardState, Disposition, Protocols, ReturnCode, Share,
    attribute::ICC_INTERFACE_STATUS,
    toys::{self, Deed},
};

const WARM: Deed = Deed::Reset(Reset::Warm);
const COLD: Deed = Deed::Reset(Reset::Cold);
const AGREED: Deed = Deed::Agreed(Protocol::T0);

/// A grace period that a test can wait for.
const GRACE: Duration = Duration::from_millis(100);

#[test]
fn a_reset_is_told_to_all_handles_even_the_one_that_made_it() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    house.reins.deeds();
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.end(mine, Disposition::RESET), Ok(()));
    assert_eq!(house.reins.deeds(), [WARM]);
    for (guest, handle) in [(&one, mine), (&other, theirs)] {
        let session = &guest.session;
        let mut response = Response::default();
        assert_eq!(session.status(handle), Err(ReturnCode::RESET_CARD));
        assert_eq!(session.begin(handle), Err(ReturnCode::RESET_CARD));
        assert_eq!(session.end(handle, Disposition::LEAVE), Err(ReturnCode::RESET_CARD));
        assert_eq!(session.transmit(0, handle, Protocols::T0, &[0], &mut response), Err(ReturnCode::RESET_CARD));
        assert_eq!(session.attribute(handle, 0), Err(ReturnCode::RESET_CARD));
        assert_eq!(session.set_attribute(handle), Err(ReturnCode::RESET_CARD));
        assert!(session.control(1, handle, crate::reader::feature::GET_FEATURE_REQUEST, &[]).is_ok());
    }
    assert_eq!(house.readers.states()[0].protocol, Protocols::UNDEFINED);
    assert_eq!(one.leave_and_share(mine), Ok(Protocols::T0));
    assert_eq!(house.reins.deeds(), [AGREED]);
    assert_eq!(one.session.status(mine), Ok(()));
    assert_eq!(other.session.status(theirs), Err(ReturnCode::RESET_CARD));
}

#[test]
fn reconnecting_with_a_reset_clears_the_event_of_its_own_handle_only() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    house.reins.deeds();
    for (disposition, deeds) in
        [(Disposition::RESET, &[WARM, AGREED][..]), (Disposition::UNPOWER, &[Deed::Off, COLD, AGREED])]
    {
        assert_eq!(one.session.reconnect(mine, Share::SHARED, ANY, disposition), Ok(Protocols::T0));
        assert_eq!(house.reins.deeds(), deeds);
        assert_eq!(one.session.status(mine), Ok(()));
        assert_eq!(other.session.status(theirs), Err(ReturnCode::RESET_CARD));
        assert_eq!(other.leave_and_share(theirs), Ok(Protocols::T0));
    }
}

#[test]
fn ending_with_a_reset_resets_even_if_there_is_nothing_to_end() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    house.reins.deeds();
    assert_eq!(guest.session.end(handle, Disposition::UNPOWER), Err(ReturnCode::NOT_TRANSACTED));
    assert_eq!(house.reins.deeds(), [Deed::Off, COLD]);
}

#[test]
fn a_card_that_a_reset_strikes_dumb_is_unresponsive() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    house.reins.mute.store(true, Ordering::Relaxed);
    let again = |init| guest.session.reconnect(handle, Share::SHARED, ANY, init);
    assert_eq!(again(Disposition::RESET), Err(ReturnCode::UNRESPONSIVE_CARD));
    let state = &house.readers.states()[0];
    assert_eq!((state.card, state.atr), (CardState::MUTE, None));
    assert_eq!(again(Disposition::LEAVE), Err(ReturnCode::UNRESPONSIVE_CARD));
    assert_eq!(guest.session.status(handle), Err(ReturnCode::RESET_CARD));
    house.reins.mute.store(false, Ordering::Relaxed);
    assert_eq!(again(Disposition::RESET), Ok(Protocols::T0));
    assert_eq!(house.readers.states()[0].card, CardState::READY);
}

#[test]
fn ending_with_a_reset_that_fails_ends_the_transaction_all_the_same() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    house.reins.mute.store(true, Ordering::Relaxed);
    assert_eq!(one.session.end(mine, Disposition::RESET), Err(ReturnCode::NOT_TRANSACTED));
    assert_eq!(other.session.status(theirs), Err(ReturnCode::RESET_CARD), "not a sharing violation");
}

#[test]
fn closing_with_power_off_leaves_a_card_that_the_next_handle_powers_up() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let handle = one.shared();
    let watching = other.shared();
    house.reins.deeds();
    assert_eq!(one.session.disconnect(handle, Disposition::UNPOWER), Ok(()));
    let state = &house.readers.states()[0];
    assert_eq!((state.card, state.protocol), (CardState::UNPOWERED, Protocols::UNDEFINED));
    assert!(state.atr.is_some());
    assert_eq!(other.session.status(watching), Err(ReturnCode::RESET_CARD));
    one.shared();
    assert_eq!(house.reins.deeds(), [Deed::Off, COLD, AGREED]);
    assert_eq!(house.readers.states()[0].card, CardState::READY);
}

#[test]
fn reconnecting_to_a_card_without_power_powers_it_up() {
    let house = House::new();
    let guest = house.guest();
    let (handle, closing) = (guest.shared(), guest.shared());
    assert_eq!(guest.session.disconnect(closing, Disposition::UNPOWER), Ok(()));
    house.reins.deeds();
    assert_eq!(guest.leave_and_share(handle), Ok(Protocols::T0));
    assert_eq!(house.reins.deeds(), [COLD, AGREED]);
}

#[test]
fn a_reset_of_a_card_without_power_powers_it_up() {
    let house = House::new();
    let guest = house.guest();
    let (handle, closing) = (guest.shared(), guest.shared());
    assert_eq!(guest.session.disconnect(closing, Disposition::UNPOWER), Ok(()));
    house.reins.deeds();
    assert_eq!(guest.session.reconnect(handle, Share::SHARED, ANY, Disposition::RESET), Ok(Protocols::T0));
    assert_eq!(house.reins.deeds(), [COLD, AGREED]);
}

#[test]
fn a_card_that_lost_its_power_gets_it_from_the_next_handle_or_a_reconnection() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let mut response = Response::default();
    let mut send = |ins| one.session.transmit(0, mine, Protocols::T0, &[0, ins, 0, 0], &mut response);
    assert_eq!(send(toys::SILENT), Err(ReturnCode::NOT_TRANSACTED));
    assert_eq!(send(toys::DRAINING), Err(ReturnCode::NOT_TRANSACTED), "a silent card keeps its power");
    assert_eq!(send(0), Err(ReturnCode::RESET_CARD));
    assert_eq!(other.session.status(theirs), Err(ReturnCode::RESET_CARD));
    assert_eq!(house.readers.states()[0].card, CardState::UNPOWERED);
    house.reins.deeds();
    for disposition in [Disposition::LEAVE, Disposition::RESET] {
        let again = one.session.reconnect(mine, Share::SHARED, ANY, disposition);
        assert_eq!((again, house.reins.deeds()), (Ok(Protocols::T0), vec![COLD, AGREED]));
        let mut response = Response::default();
        let mut send = |ins| one.session.transmit(0, mine, Protocols::T0, &[0, ins, 0, 0], &mut response);
        assert_eq!((send(0), send(toys::DRAINING)), (Ok(Protocols::T0), Err(ReturnCode::NOT_TRANSACTED)));
    }
    other.shared();
    assert_eq!(house.reins.deeds(), [COLD, AGREED]);
    assert_eq!(house.readers.states()[0].card, CardState::READY);
}

#[test]
fn a_card_that_lost_its_power_over_a_protocol_gets_it_from_the_next_handle_or_a_reconnection() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (direct, _) = other.open(Share::DIRECT, ANY).expect("a reader");
    let again = || other.session.reconnect(direct, Share::SHARED, ANY, Disposition::LEAVE);
    let opened = || one.open(Share::SHARED, ANY).map(|(_, protocol)| protocol);
    let ways: [&dyn Fn() -> Result<Protocols, ReturnCode>; 2] = [&opened, &again];
    for way in ways {
        house.reins.draining.store(true, Ordering::Relaxed);
        assert_eq!(way(), Err(ReturnCode::UNRESPONSIVE_CARD));
        assert_eq!(other.session.status(direct), Err(ReturnCode::RESET_CARD), "all handles hear of it");
        assert_eq!(house.readers.states()[0].card, CardState::UNPOWERED);
        house.reins.draining.store(false, Ordering::Relaxed);
        house.reins.deeds();
        assert_eq!((way(), house.reins.deeds()), (Ok(Protocols::T0), vec![COLD, AGREED]));
        assert_eq!(other.session.reconnect(direct, Share::DIRECT, ANY, Disposition::RESET), Ok(Protocols::UNDEFINED));
        house.reins.deeds();
    }
}

#[test]
fn a_card_whose_grace_period_is_over_has_no_power_to_be_reset_with() {
    type Close = fn(&Session, u32) -> Result<(), ReturnCode>;
    let ways: [(Close, Result<(), ReturnCode>); 2] = [
        (|session, handle| session.end(handle, Disposition::RESET), Err(ReturnCode::NOT_TRANSACTED)),
        (|session, handle| session.disconnect(handle, Disposition::RESET), Ok(())),
    ];
    for (close, outcome) in ways {
        let house = House::with_grace(toys::T0, GRACE);
        let guest = house.guest();
        let (handle, _) = guest.open(Share::DIRECT, ANY).expect("a reader");
        thread::sleep(GRACE);
        assert_eq!(close(&guest.session, handle), outcome);
        assert_eq!(house.reins.deeds(), [COLD]);
    }
}

#[test]
fn closing_a_handle_does_not_bring_back_what_the_grace_period_ended() {
    let house = House::with_grace(toys::T0, GRACE);
    let guest = house.guest();
    let (handle, _) = guest.open(Share::DIRECT, ANY).expect("a reader");
    thread::sleep(GRACE);
    assert_eq!(guest.session.disconnect(handle, Disposition::LEAVE), Ok(()));
    guest.shared();
    assert_eq!(house.reins.deeds(), [COLD, AGREED], "what was proved to the card is gone");
}

#[test]
fn a_card_that_is_at_work_does_not_rest() {
    for from in [None, Some(Share::DIRECT)] {
        let house = House::with_grace(toys::T0, GRACE);
        let guest = house.guest();
        let direct = from.map(|share| guest.open(share, ANY).expect("a reader").0);
        house.reins.slow_protocol.store(true, Ordering::Relaxed);
        let sent = thread::scope(|scope| {
            let opening = scope.spawn(|| match direct {
                None => guest.shared(),
                Some(handle) => guest.leave_and_share(handle).map(|_| handle).expect("a card"),
            });
            house.reins.await_slow();
            thread::sleep(GRACE);
            assert_eq!(house.readers.states()[0].card, CardState::READY, "somebody looks");
            house.reins.open();
            let handle = opening.join().expect("no panic");
            guest.session.transmit(0, handle, Protocols::T0, &[0], &mut Response::default())
        });
        assert_eq!(sent, Ok(Protocols::T0));
    }
}

#[test]
fn no_protocol_is_spoken_any_more_when_the_grace_period_is_over() {
    let house = House::with_grace(toys::T0, GRACE);
    let guest = house.guest();
    guest.session.disconnect(guest.shared(), Disposition::LEAVE).expect("its own handle");
    let (direct, _) = guest.open(Share::DIRECT, ANY).expect("a reader");
    thread::sleep(GRACE);
    // As pcsc-lite unsets the protocol when it takes the power [PCSC-LITE eventhandler.c].
    let send = |protocol| guest.session.transmit(0, direct, protocol, &[0], &mut Response::default());
    assert_eq!(send(Protocols::T0), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(send(Protocols::RAW), Err(ReturnCode::NOT_TRANSACTED));
}

#[test]
fn a_reader_tells_that_the_grace_period_is_over() {
    let house = House::with_grace(toys::T0, GRACE);
    let guest = house.guest();
    let (handle, _) = guest.open(Share::DIRECT, ANY).expect("a reader");
    thread::sleep(GRACE);
    assert_eq!(guest.session.attribute(handle, ICC_INTERFACE_STATUS), Ok(vec![0]));
}

#[test]
fn a_direct_handle_that_is_shared_anew_keeps_a_card_powered() {
    for (share, active) in [(Share::SHARED, Ok(Protocols::T0)), (Share::DIRECT, Err(ReturnCode::NOT_TRANSACTED))] {
        let house = House::with_grace(toys::T0, GRACE);
        let guest = house.guest();
        let (handle, _) = guest.open(Share::DIRECT, ANY).expect("a reader");
        assert!(guest.session.reconnect(handle, share, ANY, Disposition::LEAVE).is_ok());
        thread::sleep(GRACE);
        let sent = guest.session.transmit(0, handle, Protocols::RAW, &[0], &mut Response::default());
        assert_eq!(sent, active);
    }
}

#[test]
fn ejecting_does_nothing_but_end_what_it_ends() {
    let house = House::new();
    let (guest, other) = (house.guest(), house.guest());
    let (handle, theirs) = (guest.shared(), other.shared());
    house.reins.deeds();
    assert_eq!(guest.session.begin(handle), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::EJECT), Err(ReturnCode::UNSUPPORTED_FEATURE));
    assert_eq!(other.session.begin(theirs), Ok(()), "the transaction is over");
    assert_eq!(other.session.end(theirs, Disposition::LEAVE), Ok(()));
    assert_eq!(guest.session.disconnect(handle, Disposition::EJECT), Ok(()));
    assert_eq!(house.reins.deeds(), []);
    assert_eq!(house.readers.states()[0].card, CardState::READY);
}

#[test]
fn within_the_grace_period_a_card_remembers() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    guest.session.disconnect(handle, Disposition::LEAVE).expect("its own handle");
    house.reins.deeds();
    guest.shared();
    assert_eq!(house.reins.deeds(), []);
}

#[test]
fn after_the_grace_period_a_card_starts_anew_and_nobody_sees_it() {
    let house = House::with_grace(toys::T0, Duration::ZERO);
    let guest = house.guest();
    let handle = guest.shared();
    assert_eq!(house.reins.deeds(), [COLD, AGREED], "it was idle since its insertion");
    assert_eq!(house.readers.states()[0].protocol, Protocols::T0, "a card in use keeps its power");
    guest.session.disconnect(handle, Disposition::LEAVE).expect("its own handle");
    let state = &house.readers.states()[0];
    assert_eq!((state.card, state.protocol), (CardState::READY, Protocols::UNDEFINED));
    assert!(state.atr.is_some());
    guest.shared();
    assert_eq!(house.reins.deeds(), [COLD, AGREED]);
}

#[test]
fn a_direct_handle_does_not_keep_a_card_powered() {
    let house = House::with_grace(toys::T0, Duration::ZERO);
    let guest = house.guest();
    let (handle, active) = guest.open(Share::DIRECT, Protocols::RAW).expect("a reader");
    assert_eq!(active, Protocols::RAW);
    let mut response = Response::default();
    let sent = guest.session.transmit(0, handle, Protocols::RAW, &[0], &mut response);
    assert_eq!(sent, Err(ReturnCode::NOT_TRANSACTED));
}
