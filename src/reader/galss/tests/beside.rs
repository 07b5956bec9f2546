//! PC/SC programs beside those of GALSS.

use virtuale_engine::{Protocol, Reset, Response};
use virtuale_galss::Code;

use super::Service;
use crate::reader::{
    Disposition, Protocols, ReturnCode, Session, Share, Sharing,
    toys::{self, Deed},
};

const COMMAND: [u8; 5] = [0x00, 0xA4, 0x00, 0x00, 0x00];

fn send(session: &Session, handle: u32) -> Result<Protocols, ReturnCode> {
    session.transmit(1, handle, Protocols::T0, &COMMAND, &mut Response::default())
}

#[test]
fn power_of_galss_is_a_reset_to_pc_sc() {
    let service = Service::with(toys::BOTH);
    let (guest, handle) = service.guest(1);
    let again = |protocols| guest.reconnect(handle, Share::SHARED, protocols, Disposition::LEAVE);
    let mut client = service.client();
    let session = client.cps("APP");
    assert_eq!(client.presence(session, 2), (1, 1), "its power is another's");
    assert_eq!(guest.status(handle), Ok(()));
    client.power_up(session);
    assert_eq!(guest.status(handle), Err(ReturnCode::RESET_CARD));
    assert_eq!(again(Protocols::T1), Err(ReturnCode::PROTO_MISMATCH), "T=0 is agreed on");
    assert_eq!(again(Protocols(3)), Ok(Protocols::T0));
    assert_eq!(send(&guest, handle), Ok(Protocols::T0), "they take turns");
    assert!(client.order(session, 1, &COMMAND).is_ok_and(|answer| answer[0] == 0));
    assert_eq!(client.exchange(session, &[0, 2, 0x15, 1]), Ok(vec![0, 1, 1]));
    assert_eq!(guest.status(handle), Err(ReturnCode::RESET_CARD));
}

#[test]
fn a_reset_of_pc_sc_takes_power_from_galss() {
    let service = Service::new();
    let mut client = service.client();
    let session = client.cps("APP");
    client.power_up(session);
    let (guest, handle) = service.guest(1);
    guest.reconnect(handle, Share::SHARED, Protocols(3), Disposition::RESET).expect("a card");
    assert_eq!(client.presence(session, 2), (1, 1));
    assert_eq!(client.order(session, 1, &COMMAND), Ok(vec![0x03, 1, 1]), "it is to be powered up anew");
    client.power_up(session);
    assert!(client.order(session, 1, &COMMAND).is_ok_and(|answer| answer[0] == 0));
}

#[test]
fn an_exclusivity_is_a_transaction_to_pc_sc() {
    let service = Service::new();
    let (guest, handle) = service.guest(1);
    let mut client = service.client();
    let session = client.cps("APP");
    let exclusivity = client.begin(session, 3).expect("it is free");
    assert_eq!(send(&guest, handle), Ok(Protocols::T0), "nothing is there to be kept yet");
    client.power_up(session);
    guest.reconnect(handle, Share::SHARED, Protocols(3), Disposition::LEAVE).expect_err("it is kept");
    assert_eq!(send(&guest, handle), Err(ReturnCode::SHARING_VIOLATION));
    client.end(exclusivity).expect("its own");
    guest.reconnect(handle, Share::SHARED, Protocols(3), Disposition::LEAVE).expect("it is free");
    assert_eq!(send(&guest, handle), Ok(Protocols::T0));
    let exclusivity = client.begin(session, 1).expect("all are free");
    assert_eq!(send(&guest, handle), Err(ReturnCode::SHARING_VIOLATION), "it has power already");
    assert_eq!(client.close(session), Ok(exclusivity));
    assert_eq!(send(&guest, handle), Ok(Protocols::T0), "it ends with the session");
}

#[test]
fn galss_keeps_away_from_a_card_that_a_pc_sc_program_has_for_itself() {
    let service = Service::new();
    let (guest, handle) = service.guest(1);
    let mut client = service.client();
    let session = client.cps("APP");
    guest.begin(handle).expect("nobody else is there");
    service.reins[1].deeds();
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Err(Code::EXCLUSIVITY));
    assert_eq!(client.begin(session, 3), Err(Code::EXCLUSIVITY));
    assert_eq!(client.presence(session, 2), (1, 1), "states never wait");
    assert_eq!(service.reins[1].deeds(), [], "the card has seen nothing of it");
    guest.end(handle, Disposition::LEAVE).expect("its own");
    client.power_up(session);
    guest.reconnect(handle, Share::SHARED, Protocols(3), Disposition::LEAVE).expect("a card");
    guest.begin(handle).expect("nobody has an exclusivity");
    assert_eq!(client.order(session, 1, &COMMAND), Err(Code::EXCLUSIVITY));
    assert_eq!(client.exchange(session, &[0, 2, 0x14]), Err(Code::EXCLUSIVITY));
    assert_eq!(client.exchange(session, &[0, 2, 0x15, 1]), Err(Code::EXCLUSIVITY));
    assert_eq!(client.begin(session, 3), Err(Code::EXCLUSIVITY));
    assert_eq!(client.begin(session, 1), Err(Code::EXCLUSIVITY));
    guest.end(handle, Disposition::LEAVE).expect("its own");
    assert_eq!(client.presence(session, 2), (3, 1), "it has kept its power");
    assert!(client.order(session, 1, &COMMAND).is_ok_and(|answer| answer[0] == 0));
    assert!(client.begin(session, 1).is_ok());
}

#[test]
fn a_card_is_open_for_as_long_as_galss_has_given_it_power() {
    let service = Service::new();
    let sharing = || service.readers.state(1).map(|slot| slot.sharing);
    let mut client = service.client();
    let (session, other) = (client.cps("APP"), client.cps("OTHER"));
    let exclusivity = client.begin(session, 3).expect("it is free");
    assert_eq!(sharing(), Some(Sharing::Handles(0)));
    client.end(exclusivity).expect("its own");
    client.power_up(session);
    assert_eq!(sharing(), Some(Sharing::Handles(1)));
    client.close(session).expect("its own");
    assert_eq!(client.presence(other, 2), (3, 1), "it is everybody's power");
    assert_eq!(sharing(), Some(Sharing::Handles(1)));
    service.reins[1].deeds();
    client.close(other).expect("its own");
    assert_eq!(sharing(), Some(Sharing::Handles(0)));
    assert_eq!(service.reins[1].deeds(), [], "it is left as it is");
    let session = client.cps("APP");
    client.power_up(session);
    client.exchange(session, &[0, 2, 0x15, 1]).expect("it is free");
    assert_eq!(sharing(), Some(Sharing::Handles(0)));
    let last = [Deed::Reset(Reset::Cold), Deed::Agreed(Protocol::T0), Deed::Off];
    assert_eq!(service.reins[1].deeds()[1..], last);
}
