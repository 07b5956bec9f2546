//! Waits, and the one message that ends each [PCSC-LITE eventhandler.c].

use super::{Client, Service};
use crate::reader::{
    CardState, Disposition, ReturnCode, Share,
    pcsclite::wire::{Cancel, Command},
};

impl Client {
    /// Waits as a client of that version does: registers and gets the states.
    fn wait(&mut self, minor: u32) {
        self.send(Command::WAIT, &[], &[]);
        if minor >= 6 {
            assert_eq!(self.states_size(), 16);
            self.send(Command::STATES_ARRAY, &[], &[]);
        }
        self.receive_states();
    }

    fn stop(&mut self) {
        self.send(Command::STOP_WAITING, &[], &[]);
    }

    fn cancel(&mut self, context: u32) -> ReturnCode {
        self.ask(Command::CANCEL, &Cancel { context, code: ReturnCode::TIMEOUT }).code
    }
}

#[test]
fn each_wait_ends_with_one_event() {
    for minor in 4..=6 {
        let service = Service::new();
        let mut client = service.client(minor);
        client.wait(minor);
        service.readers.remove(0).expect("a card");
        service.readers.remove(1).expect("a card");
        assert_eq!(client.event(), ReturnCode::SUCCESS);
        client.assert_silent();
        assert_eq!(client.states()[0].state, CardState::ABSENT);
        client.stop();
        client.assert_silent();
    }
}

#[test]
fn a_wait_can_be_stopped_before_an_event() {
    for minor in 4..=6 {
        let service = Service::new();
        let mut client = service.client(minor);
        client.wait(minor);
        client.stop();
        assert_eq!(client.event(), ReturnCode::SUCCESS);
        service.readers.remove(0).expect("a card");
        client.assert_silent();
        client.wait(minor);
        client.stop();
        assert_eq!(client.event(), ReturnCode::SUCCESS);
        client.assert_silent();
    }
}

#[test]
fn an_event_does_not_come_before_the_states() {
    let service = Service::new();
    let mut client = service.client(6);
    client.send(Command::WAIT, &[], &[]);
    // The wait has no reply: this one shows that it was registered.
    client.assert_silent();
    service.readers.remove(0).expect("a card");
    assert_eq!(client.states_size(), 16);
    client.send(Command::STATES_ARRAY, &[], &[]);
    assert_eq!(client.receive_states()[0].state, CardState::ABSENT);
    assert_eq!(client.event(), ReturnCode::SUCCESS);
    client.assert_silent();
}

#[test]
fn a_wait_stopped_before_the_states_has_one_answer() {
    let service = Service::new();
    let mut client = service.client(6);
    client.send(Command::WAIT, &[], &[]);
    client.assert_silent();
    service.readers.remove(0).expect("a card");
    client.stop();
    assert_eq!(client.event(), ReturnCode::SUCCESS);
    client.assert_silent();
}

#[test]
fn a_wait_is_cancelled_from_another_connection() {
    for minor in 4..=6 {
        let service = Service::new();
        let mut client = service.client(minor);
        client.wait(minor);
        let mut stranger = service.stranger();
        assert_eq!(stranger.cancel(client.context), ReturnCode::SUCCESS, "no version is needed");
        assert_eq!(client.event(), ReturnCode::CANCELLED);
        client.assert_silent();
        assert_eq!(stranger.cancel(client.context), ReturnCode::SUCCESS, "there is nothing left to cancel");
        client.assert_silent();
        assert_eq!(stranger.cancel(client.context ^ 1), ReturnCode::INVALID_HANDLE);
    }
}

#[test]
fn a_cancelled_wait_stays_cancelled_until_it_is_told() {
    let service = Service::new();
    let mut client = service.client(6);
    client.send(Command::WAIT, &[], &[]);
    client.assert_silent();
    assert_eq!(service.stranger().cancel(client.context), ReturnCode::SUCCESS);
    service.readers.remove(0).expect("a card");
    client.send(Command::STATES_ARRAY, &[], &[]);
    client.receive_states();
    assert_eq!(client.event(), ReturnCode::CANCELLED);
    client.assert_silent();
}

#[test]
fn sharing_is_an_event_for_others() {
    let service = Service::new();
    let (mut watcher, mut client) = (service.client(4), service.client(4));
    watcher.wait(4);
    let (handle, _) = client.connect("Virtuale 00 00", Share::EXCLUSIVE);
    assert_eq!(watcher.event(), ReturnCode::SUCCESS);
    assert_eq!(watcher.states()[0].sharing, -1);
    watcher.wait(4);
    client.disconnect(handle, Disposition::LEAVE);
    assert_eq!(watcher.event(), ReturnCode::SUCCESS);
}

#[test]
fn all_who_wait_are_told() {
    let service = Service::new();
    let mut clients: Vec<Client> = (0..10).map(|count| service.client(4 + count % 3)).collect();
    for (client, minor) in clients.iter_mut().zip((4..=6).cycle()) {
        client.wait(minor);
    }
    service.readers.remove(0).expect("a card");
    for client in &mut clients {
        assert_eq!(client.event(), ReturnCode::SUCCESS);
    }
}
