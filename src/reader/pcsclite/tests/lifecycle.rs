//! Services and clients come and go.

use std::{
    fs,
    io::ErrorKind,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    sync::Arc,
};

use super::{Client, SOCKET, Service};
use crate::reader::{
    Disposition, Readers, ReturnCode, Share, SlotName, SlotSpec,
    pcsclite::{MOST_CONNECTIONS, Server, ServerOptions, wire::Command},
    toys,
};

#[test]
fn a_client_that_dies_in_a_transaction_leaves_a_reset_card_without_a_lock() {
    let service = Service::new();
    let (mut dying, mut other) = (service.client(4), service.client(4));
    let (held, waiting) = (dying.open(0), other.open(0));
    assert_eq!(dying.handle_command(Command::BEGIN_TRANSACTION, held), ReturnCode::SUCCESS);
    assert_eq!(other.handle_command(Command::BEGIN_TRANSACTION, waiting), ReturnCode::SHARING_VIOLATION);
    assert_eq!(other.handle_command(Command::STATUS, waiting), ReturnCode::SHARING_VIOLATION);
    drop(dying);
    other.await_sharing(0, 1);
    assert_eq!(other.handle_command(Command::STATUS, waiting), ReturnCode::RESET_CARD);
}

#[test]
fn a_client_that_dies_while_it_waits_for_a_transaction_leaves_no_thread_behind() {
    let service = Service::new();
    let (mut holder, mut dying) = (service.client(4), service.client(4));
    let held = holder.open(0);
    assert_eq!(holder.handle_command(Command::BEGIN_TRANSACTION, held), ReturnCode::SUCCESS);
    dying.open(1);
    // A connection to the locked reader waits for as long as the transaction lasts.
    dying.send_connect("Virtuale 00 00", Share::SHARED);
    drop(dying);
    holder.await_sharing(1, 0);
    assert_eq!(holder.states()[0].sharing, 1);
}

#[test]
fn only_so_many_clients_are_served() {
    let service = Service::new();
    let mut clients: Vec<Client> = (0..MOST_CONNECTIONS).map(|_| service.client(4)).collect();
    service.stranger().assert_hung_up();
    assert_eq!(clients[0].states()[0].sharing, 0);
    drop(clients.pop());
    let admitted = (0..10_000).any(|_| service.stranger().is_served());
    assert!(admitted, "there is room again");
}

#[test]
fn a_service_that_stops_hangs_up_and_leaves_nothing_behind() {
    let service = Service::new();
    let mut client = service.client(4);
    client.open(0);
    let Service { readers, reins: _, server, folder } = service;
    let mode = fs::metadata(server.path()).expect("the socket is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(server);
    client.assert_hung_up();
    assert!(!folder.path().join(SOCKET).exists());
    assert_eq!(readers.states()[0].sharing.as_number(), 0);
    let restarted = Server::start(readers, &folder.path().join(SOCKET), ServerOptions::default());
    assert!(restarted.is_ok());
}

#[test]
fn a_service_stops_even_if_a_card_never_answers() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    client.send_command(handle, &[0, toys::SLOW], 100);
    service.reins[0].await_slow();
    drop(service.server);
    client.assert_hung_up();
    service.reins[0].open();
}

#[test]
fn a_dead_services_socket_is_replaced_and_a_living_ones_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
    let start = || Server::start(Arc::clone(&readers), &folder.path().join(SOCKET), ServerOptions::default());
    drop(UnixListener::bind(folder.path().join(SOCKET)).expect("a fresh path"));
    let server = start().expect("nobody lives there");
    assert_eq!(start().expect_err("somebody lives there").kind(), ErrorKind::AddrInUse);
    drop(server);
    fs::write(folder.path().join(SOCKET), "not a socket").expect("it is ours");
    assert_eq!(start().expect_err("a file is in the way").kind(), ErrorKind::AddrInUse);
    assert!(folder.path().join(SOCKET).exists());
}

#[test]
fn more_readers_than_the_clients_have_room_for_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 17).expect("a name")).expect("17 slots");
    let start =
        |reader_slots| Server::start(Arc::clone(&readers), &folder.path().join(SOCKET), ServerOptions { reader_slots });
    assert_eq!(start(16).expect_err("too many").kind(), ErrorKind::InvalidInput);
    let _server = start(17).expect("room for all");
}

#[test]
fn a_closed_handle_is_closed_for_good() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    assert_eq!(client.disconnect(handle, Disposition::LEAVE), ReturnCode::SUCCESS);
    client.send_command(handle, &[0], 100);
    client.assert_hung_up();
}
