//! DISCONNECT, RELEASE_CONTEXT and clients that die.

use virtuale_engine::Reset;

use super::House;
use crate::reader::{Disposition, ReturnCode, Sharing, toys::Deed};

#[test]
fn closing_checks_its_disposition_first() {
    let house = House::new();
    assert_eq!(house.guest().session.disconnect(0, Disposition(4)), Err(ReturnCode::INVALID_VALUE));
}

#[test]
fn a_closed_handle_takes_its_locks_with_it() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.disconnect(mine, Disposition::LEAVE), Ok(()));
    assert_eq!(one.session.status(mine), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(other.session.begin(theirs), Ok(()));
}

#[test]
fn closing_an_empty_slots_handle_with_a_reset_is_fine() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    house.readers.remove(0).expect("a card");
    assert_eq!(guest.session.disconnect(handle, Disposition::RESET), Ok(()));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(0));
}

#[test]
fn a_client_that_dies_in_a_transaction_leaves_a_reset_card() {
    let house = House::new();
    let (dying, other) = (house.guest(), house.guest());
    let (holder, bystander, theirs) = (dying.shared(), dying.shared(), other.shared());
    assert_eq!(dying.session.begin(holder), Ok(()));
    house.reins.deeds();
    dying.session.close();
    assert_eq!(house.reins.deeds(), [Deed::Reset(Reset::Warm)]);
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(1));
    assert_eq!(dying.session.status(bystander), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(other.session.status(theirs), Err(ReturnCode::RESET_CARD));
    assert!(other.leave_and_share(theirs).is_ok());
    assert_eq!(other.session.begin(theirs), Ok(()));
}

#[test]
fn a_client_that_dies_outside_a_transaction_leaves_the_card_alone() {
    let house = House::new();
    let (dying, other) = (house.guest(), house.guest());
    dying.shared();
    let theirs = other.shared();
    assert_eq!(other.session.begin(theirs), Ok(()));
    house.reins.deeds();
    assert_eq!(dying.session.release(dying.context), Ok(()));
    assert_eq!(house.reins.deeds(), []);
    assert_eq!(other.session.end(theirs, Disposition::LEAVE), Ok(()));
    assert_eq!(house.readers.states()[0].sharing, Sharing::Handles(1));
}

#[test]
fn a_client_that_dies_after_it_reset_the_card_does_not_reset_it_again() {
    let house = House::new();
    let dying = house.guest();
    let holder = dying.shared();
    assert_eq!(dying.session.begin(holder), Ok(()));
    assert_eq!(dying.session.begin(holder), Ok(()));
    assert_eq!(dying.session.end(holder, Disposition::RESET), Ok(()));
    house.reins.deeds();
    dying.session.close();
    assert_eq!(house.reins.deeds(), []);
}

#[test]
fn exclusive_use_ends_with_its_client() {
    let house = House::new();
    let (dying, other) = (house.guest(), house.guest());
    dying.exclusive();
    drop(dying);
    other.exclusive();
}
