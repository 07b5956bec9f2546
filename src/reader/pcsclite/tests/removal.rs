//! Cards that leave while somebody is busy with them.

use super::{Service, transmit_message};
use crate::reader::{Disposition, ReturnCode, SlotError, pcsclite::wire::Command, toys};

#[test]
fn a_card_removed_during_a_command_answers_at_once_and_the_client_goes_on() {
    let service = Service::new();
    let (mut client, mut queued, mut bystander) = (service.client(4), service.client(5), service.client(6));
    let (mine, theirs, other) = (client.open(0), queued.open(0), bystander.open(1));
    client.send_command(mine, &[0, toys::SLOW], 100);
    service.reins[0].await_slow();
    queued.send_command(theirs, &[0, 0], 100);
    assert_eq!(bystander.states()[0].sharing, 2, "states are free while a card is busy");
    assert_eq!(bystander.transmit(other, &[7]), Ok(vec![7, 0x90, 0]), "and so is the other card");

    service.readers.remove(0).expect("a card");
    assert_eq!(service.readers.reinsert(0), Err(SlotError::Busy(0)));
    let (reply, _) = client.receive_response();
    assert_eq!((reply.code, reply.receive_length, reply.handle), (ReturnCode::NO_SMARTCARD, 0, mine));
    assert_eq!(queued.receive_response().0.code, ReturnCode::REMOVED_CARD);

    // The old card is still busy; its client does not notice.
    assert_eq!(client.handle_command(Command::STATUS, mine), ReturnCode::REMOVED_CARD);
    let (card, _) = toys::toy(toys::T0);
    service.readers.insert(0, card, None).expect("an empty slot");
    assert_eq!(client.disconnect(mine, Disposition::RESET), ReturnCode::SUCCESS);
    let again = client.open(0);
    assert_eq!(client.transmit(again, &[8]), Ok(vec![8, 0x90, 0]));
    service.reins[0].open();
    assert_eq!(client.transmit(again, &[9]), Ok(vec![9, 0x90, 0]), "and what the old card says goes nowhere");
    assert_eq!(client.release(), ReturnCode::SUCCESS);
}

#[test]
fn what_was_sent_after_the_command_is_answered_by_the_next_worker() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    // One write: the second request is read ahead with the first.
    let both = [transmit_message(handle, &[0, toys::SLOW], 100), transmit_message(handle, &[0, 1], 100)].concat();
    client.send_bytes(&both);
    service.reins[0].await_slow();
    service.readers.remove(0).expect("a card");
    assert_eq!(client.receive_response().0.code, ReturnCode::NO_SMARTCARD);
    assert_eq!(client.receive_response().0.code, ReturnCode::REMOVED_CARD);
    assert_eq!(client.disconnect(handle, Disposition::LEAVE), ReturnCode::SUCCESS);
    service.reins[0].open();
}

#[test]
fn a_client_may_hang_up_while_its_old_card_is_still_busy() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    client.send_command(handle, &[0, toys::SLOW], 100);
    service.reins[0].await_slow();
    service.readers.remove(0).expect("a card");
    assert_eq!(client.receive_response().0.code, ReturnCode::NO_SMARTCARD);
    let mut witness = service.client(4);
    assert_eq!(witness.states()[0].sharing, 1);
    drop(client);
    witness.await_sharing(0, 0);
    service.reins[0].open();
}
