//! CONNECT and RECONNECT.

use std::sync::{Arc, atomic::Ordering};

use virtuale_engine::{Protocol, Reset};

use super::{ANY, Client, Guest, House, soon, waits_for};
use crate::reader::{
    Disposition, Protocols, ReturnCode, Share, Sharing,
    slot::table::MOST_HANDLES,
    toys::{self, Deed},
};

#[test]
fn parameters_are_checked_before_the_reader_is() {
    let house = House::new();
    let guest = house.guest();
    let open = |share, preferred| guest.session.connect(guest.context, b"nowhere", share, preferred);
    assert_eq!(open(Share(9), Protocols::UNDEFINED), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(open(Share::SHARED, Protocols(8)), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(open(Share(9), ANY), Err(ReturnCode::INVALID_VALUE));
    assert_eq!(open(Share(0), ANY), Err(ReturnCode::INVALID_VALUE));
    assert_eq!(open(Share::DIRECT, Protocols::UNDEFINED), Err(ReturnCode::UNKNOWN_READER));
}

#[test]
fn an_empty_slot_can_only_be_opened_directly() {
    let house = House::new();
    let guest = house.guest();
    let open = |share| guest.session.connect(guest.context, b"Virtuale 00 01", share, ANY);
    assert_eq!(open(Share::SHARED), Err(ReturnCode::NO_SMARTCARD));
    assert_eq!(open(Share::EXCLUSIVE), Err(ReturnCode::NO_SMARTCARD));
    assert_eq!(open(Share::DIRECT).map(|(_, active)| active), Ok(Protocols::UNDEFINED));
}

#[test]
fn the_first_who_opens_a_card_settles_its_protocol() {
    let house = House::with(toys::BOTH);
    let (first, second) = (house.guest(), house.guest());
    assert_eq!(second.open(Share::DIRECT, ANY).map(|(_, active)| active), Ok(Protocols::UNDEFINED));
    assert_eq!(first.open(Share::SHARED, ANY).map(|(_, active)| active), Ok(Protocols::T1));
    assert_eq!(house.reins.deeds(), [Deed::Agreed(Protocol::T1)]);
    assert_eq!(second.open(Share::SHARED, Protocols::T0), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(second.open(Share::SHARED, ANY).map(|(_, active)| active), Ok(Protocols::T1));
    assert_eq!(second.open(Share::DIRECT, Protocols::T0).map(|(_, active)| active), Ok(Protocols::T1));
    assert_eq!(house.reins.deeds(), []);
}

#[test]
fn a_protocol_that_the_card_lacks_is_refused() {
    let house = House::new();
    let guest = house.guest();
    assert_eq!(guest.open(Share::SHARED, Protocols::T1), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(guest.open(Share::SHARED, Protocols::ANY_OLD).map(|(_, active)| active), Ok(Protocols::T0));
    // Once a protocol is agreed on, pcsc-lite no longer takes the old name for both.
    assert_eq!(guest.open(Share::SHARED, Protocols::ANY_OLD), Err(ReturnCode::PROTO_MISMATCH));
}

#[test]
fn a_card_that_breaks_its_word_on_a_protocol_is_unresponsive() {
    let house = House::new();
    house.reins.stubborn.store(true, Ordering::Relaxed);
    assert_eq!(house.guest().open(Share::SHARED, ANY), Err(ReturnCode::UNRESPONSIVE_CARD));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(0));
}

#[test]
fn raw_needs_no_agreement() {
    let house = House::with(toys::BOTH);
    let guest = house.guest();
    assert_eq!(guest.open(Share::SHARED, Protocols::RAW | ANY).map(|(_, active)| active), Ok(Protocols::RAW));
    assert_eq!(house.reins.deeds(), []);
    assert_eq!(guest.open(Share::SHARED, ANY), Err(ReturnCode::PROTO_MISMATCH));
}

#[test]
fn a_mute_card_gets_another_chance_at_each_opening() {
    let house = House::new();
    let (card, reins) = toys::toy(toys::T0);
    reins.mute.store(true, Ordering::Relaxed);
    house.readers.insert(1, card, None).expect("an empty slot");
    let guest = house.guest();
    let open = |share| guest.session.connect(guest.context, b"Virtuale 00 01", share, ANY);
    assert_eq!(open(Share::SHARED), Err(ReturnCode::UNPOWERED_CARD));
    assert!(open(Share::DIRECT).is_ok());
    reins.mute.store(false, Ordering::Relaxed);
    assert_eq!(open(Share::SHARED).map(|(_, active)| active), Ok(Protocols::T0));
    assert_eq!(
        reins.deeds(),
        [Deed::Reset(Reset::Cold), Deed::Reset(Reset::Cold), Deed::Reset(Reset::Cold), Deed::Agreed(Protocol::T0)]
    );
}

#[test]
fn exclusive_use_excludes_and_needs_to_be_alone() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let handle = one.exclusive();
    assert_eq!(house.readers.states()[0].sharing, Sharing::Exclusive);
    for share in [Share::SHARED, Share::EXCLUSIVE, Share::DIRECT] {
        assert_eq!(soon(|| other.open(share, ANY)), Err(ReturnCode::SHARING_VIOLATION));
    }
    assert_eq!(one.session.disconnect(handle, Disposition::LEAVE), Ok(()));
    let shared = other.shared();
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(1));
    assert_eq!(one.open(Share::EXCLUSIVE, ANY), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(other.session.disconnect(shared, Disposition::LEAVE), Ok(()));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(0));
}

#[test]
fn a_transaction_of_another_connection_is_waited_for() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let handle = one.shared();
    assert_eq!(one.session.begin(handle), Ok(()));
    let opened = waits_for(
        move || other.open(Share::DIRECT, ANY),
        || assert_eq!(one.session.end(handle, Disposition::LEAVE), Ok(())),
    );
    assert!(opened.is_ok());
}

#[test]
fn a_transaction_of_the_same_connection_is_not_waited_for() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    assert_eq!(guest.session.begin(handle), Ok(()));
    assert_eq!(soon(|| guest.open(Share::SHARED, ANY)), Err(ReturnCode::SHARING_VIOLATION));
}

#[test]
fn a_client_that_hangs_up_while_it_waits_gets_nothing() {
    let house = House::new();
    let client = Arc::<Client>::default();
    let (one, dying) = (house.guest(), house.guest_of(&client));
    let handle = one.shared();
    assert_eq!(one.session.begin(handle), Ok(()));
    let opened = waits_for(move || dying.open(Share::SHARED, ANY), || client.gone.store(true, Ordering::Relaxed));
    assert_eq!(opened, Err(ReturnCode::COMM_ERROR));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(1));
}

#[test]
fn exclusive_use_is_not_given_to_a_client_that_hung_up() {
    let house = House::new();
    let client = Arc::<Client>::default();
    client.gone.store(true, Ordering::Relaxed);
    assert_eq!(house.guest_of(&client).open(Share::EXCLUSIVE, ANY), Err(ReturnCode::SHARING_VIOLATION));
}

#[test]
fn handles_are_limited_by_reader_and_by_connection() {
    let house = House::new();
    let guests: Vec<Guest> = (0..2).map(|_| house.guest()).collect();
    for _ in 0..MOST_HANDLES {
        guests[0].shared();
    }
    assert_eq!(guests[1].open(Share::SHARED, ANY), Err(ReturnCode::INTERNAL_ERROR));
    let second_reader = guests[0].session.connect(guests[0].context, b"Virtuale 00 01", Share::DIRECT, ANY);
    assert_eq!(second_reader, Err(ReturnCode::NO_MEMORY));
}

#[test]
fn a_handle_needs_the_connections_own_context() {
    let house = House::new();
    let guest = house.guest();
    let open = |context| guest.session.connect(context, b"Virtuale 00 00", Share::SHARED, ANY);
    assert_eq!(open(guest.context ^ 1), Err(ReturnCode::INVALID_VALUE));
    guest.session.release(guest.context).expect("its own");
    assert_eq!(open(guest.context), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(0));
}

#[test]
fn reconnecting_checks_its_parameters_first() {
    let house = House::new();
    let guest = house.guest();
    let again = |share, preferred, init| guest.session.reconnect(0, share, preferred, init);
    for disposition in [Disposition::EJECT, Disposition(4)] {
        assert_eq!(again(Share::SHARED, Protocols(0), disposition), Err(ReturnCode::INVALID_VALUE));
    }
    assert_eq!(again(Share(9), Protocols(0), Disposition::LEAVE), Err(ReturnCode::INVALID_VALUE));
    assert_eq!(again(Share::SHARED, Protocols(0), Disposition::LEAVE), Err(ReturnCode::PROTO_MISMATCH));
    assert_eq!(again(Share::SHARED, ANY, Disposition::LEAVE), Err(ReturnCode::INVALID_HANDLE));
}

#[test]
fn reconnecting_respects_locks_and_cards() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(other.session.begin(theirs), Ok(()));
    assert_eq!(soon(|| one.leave_and_share(mine)), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(other.session.end(theirs, Disposition::LEAVE), Ok(()));
    assert_eq!(
        one.session.reconnect(mine, Share::SHARED, Protocols::T1, Disposition::LEAVE),
        Err(ReturnCode::PROTO_MISMATCH)
    );
    house.readers.remove(0).expect("a card");
    assert_eq!(one.leave_and_share(mine), Err(ReturnCode::NO_SMARTCARD));
    assert_eq!(one.session.reconnect(mine, Share::SHARED, ANY, Disposition::RESET), Err(ReturnCode::NO_SMARTCARD));
}

#[test]
fn exclusive_and_shared_change_into_each_other() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let again = |share| one.session.reconnect(mine, share, ANY, Disposition::LEAVE);
    assert_eq!(again(Share::EXCLUSIVE), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(other.session.disconnect(theirs, Disposition::LEAVE), Ok(()));
    assert_eq!(again(Share::EXCLUSIVE), Ok(Protocols::T0));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Exclusive);
    assert_eq!(again(Share::EXCLUSIVE), Ok(Protocols::T0));
    assert_eq!(again(Share::DIRECT), Ok(Protocols::T0));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(1));
    let theirs = other.shared();
    assert_eq!(other.session.begin(theirs), Ok(()), "the standing lock is gone");
}
