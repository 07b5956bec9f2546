//! BEGIN and END.

use std::{
    sync::{Arc, atomic::Ordering},
    thread,
    time::Instant,
};

use virtuale_engine::Response;

use super::{super::COURTESY, ANY, Client, House, soon, waits_for};
use crate::reader::{Disposition, Protocols, ReturnCode, Share, toys};

/// Runs something that must not even wait out of courtesy. A busy machine gets several tries.
fn at_once(work: impl Fn()) {
    let quick = (0..50).any(|_| {
        let start = Instant::now();
        work();
        start.elapsed() < COURTESY
    });
    assert!(quick, "it waited each time");
}

#[test]
fn transactions_nest() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.end(mine, Disposition::LEAVE), Ok(()));
    assert_eq!(soon(|| other.session.begin(theirs)), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(one.session.end(mine, Disposition::LEAVE), Ok(()));
    assert_eq!(other.session.begin(theirs), Ok(()));
}

#[test]
fn nothing_ends_what_has_not_begun() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.end(mine, Disposition(4)), Err(ReturnCode::INVALID_VALUE));
    assert_eq!(one.session.end(mine, Disposition::LEAVE), Err(ReturnCode::NOT_TRANSACTED));
    assert_eq!(one.session.end(mine, Disposition::EJECT), Err(ReturnCode::UNSUPPORTED_FEATURE));
    assert_eq!(other.session.begin(theirs), Ok(()));
    for disposition in [Disposition::LEAVE, Disposition::RESET, Disposition::EJECT] {
        assert_eq!(one.session.end(mine, disposition), Err(ReturnCode::SHARING_VIOLATION));
    }
}

#[test]
fn the_lock_of_exclusive_use_cannot_be_ended() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.exclusive();
    assert_eq!(guest.session.end(handle, Disposition::LEAVE), Err(ReturnCode::NOT_TRANSACTED));
    assert_eq!(guest.session.begin(handle), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::LEAVE), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::LEAVE), Err(ReturnCode::NOT_TRANSACTED));
}

#[test]
fn one_connection_with_two_handles_cannot_deadlock() {
    let house = House::new();
    let guest = house.guest();
    let (first, second) = (guest.shared(), guest.shared());
    assert_eq!(guest.session.begin(first), Ok(()));
    at_once(|| assert_eq!(guest.session.begin(second), Err(ReturnCode::SHARING_VIOLATION)));
    assert_eq!(guest.session.disconnect(second, Disposition::RESET), Err(ReturnCode::SHARING_VIOLATION));
    assert_eq!(guest.session.end(first, Disposition::LEAVE), Ok(()));
    assert_eq!(guest.session.begin(second), Ok(()));
}

#[test]
fn a_transaction_that_ends_soon_is_waited_for() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let mut refused = 0;
    // The wait is short: on a busy machine some tries come too late, as libpcsclite expects.
    let begun = (0..200).any(|_| {
        assert_eq!(one.session.begin(mine), Ok(()));
        let session = Arc::clone(&other.session);
        let waiting = thread::spawn(move || session.begin(theirs));
        while !house.is_waited_for() && !waiting.is_finished() {
            thread::yield_now();
        }
        assert_eq!(one.session.end(mine, Disposition::LEAVE), Ok(()));
        let begun = waiting.join().expect("no panic");
        refused += usize::from(begun.is_err());
        begun.is_ok()
    });
    assert!(begun, "refused {refused} times");
}

#[test]
fn a_transaction_that_does_not_end_is_waited_for_out_of_courtesy_only() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    let begin = || other.session.begin(theirs);
    let reconnect = || other.leave_and_share(theirs).map(drop);
    let transmit = || other.session.transmit(1, theirs, Protocols::T0, &[0], &mut Response::default()).map(drop);
    let waits: [&dyn Fn() -> Result<(), ReturnCode>; 3] = [&begin, &reconnect, &transmit];
    for wait in waits {
        let start = Instant::now();
        assert_eq!(soon(wait), Err(ReturnCode::SHARING_VIOLATION));
        assert!(start.elapsed() >= COURTESY, "refused after {:?}", start.elapsed());
    }
}

#[test]
fn nobody_waits_for_a_busy_card_who_leaves_it_as_it_is() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    let session = Arc::clone(&other.session);
    let busy =
        thread::spawn(move || session.transmit(1, theirs, Protocols::T0, &[0, toys::SLOW], &mut Response::default()));
    house.reins.await_slow();
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(one.session.end(mine, Disposition::LEAVE), Ok(()));
    assert_eq!(one.session.disconnect(mine, Disposition::LEAVE), Ok(()));
    house.reins.open();
    // The card gives up by itself before long: it would not have answered.
    assert_eq!(busy.join().expect("somebody let it go on"), Ok(Protocols::T0));
}

#[test]
fn a_client_that_hung_up_gets_no_lock() {
    let house = House::new();
    let client = Arc::<Client>::default();
    let (dying, other) = (house.guest_of(&client), house.guest());
    let (theirs, mine) = (dying.shared(), other.shared());
    client.gone.store(true, Ordering::Relaxed);
    assert_eq!(dying.session.begin(theirs), Err(ReturnCode::COMM_ERROR));
    assert_eq!(other.session.begin(mine), Ok(()));
}

#[test]
fn status_never_waits() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, theirs) = (one.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    at_once(|| assert_eq!(other.session.status(theirs), Err(ReturnCode::SHARING_VIOLATION)));
}

#[test]
fn closing_a_handle_waits_for_a_foreign_transaction_unless_the_card_is_left() {
    let house = House::new();
    let (one, other) = (house.guest(), house.guest());
    let (mine, left, reset) = (one.shared(), other.shared(), other.shared());
    assert_eq!(one.session.begin(mine), Ok(()));
    assert_eq!(soon(|| other.session.disconnect(left, Disposition::LEAVE)), Ok(()));
    let closed = waits_for(
        move || other.session.disconnect(reset, Disposition::RESET),
        || assert_eq!(one.session.end(mine, Disposition::LEAVE), Ok(())),
    );
    assert_eq!(closed, Ok(()));
    assert_eq!(one.session.status(mine), Err(ReturnCode::RESET_CARD));
}

#[test]
fn a_nested_transaction_that_reset_the_card_must_take_note_of_it() {
    let house = House::new();
    let guest = house.guest();
    let handle = guest.shared();
    assert_eq!(guest.session.begin(handle), Ok(()));
    assert_eq!(guest.session.begin(handle), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::RESET), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::LEAVE), Err(ReturnCode::RESET_CARD));
    assert_eq!(guest.session.reconnect(handle, Share::SHARED, ANY, Disposition::LEAVE).map(drop), Ok(()));
    assert_eq!(guest.session.end(handle, Disposition::LEAVE), Ok(()));
}
