//! What well-behaved clients of each version say.

use super::{ANY, Client, Service};
use crate::reader::{
    CardState, Disposition, Protocols, ReturnCode, Share,
    pcsclite::wire::{
        self, Attribute, AttributeValue, Command, Control, End, Establish, Message, ReaderEvents, Reconnect,
    },
    toys,
};

#[test]
fn versions_are_agreed_on_or_refused() {
    // [PCSC-LITE winscard_svc.c]
    let service = Service::new();
    let mut client = service.stranger();
    for minor in 4..=6 {
        assert_eq!(client.version(4, minor), (4, minor, ReturnCode::SUCCESS));
    }
    for (major, minor) in [(4, 3), (4, 7), (3, 4), (5, 4), (0, 0), (u32::MAX, u32::MAX)] {
        assert_eq!(client.version(major, minor), (4, 6, ReturnCode::SERVICE_STOPPED));
    }
    assert_eq!(client.version(4, 4), (4, 4, ReturnCode::SUCCESS), "the connection stays open");
}

#[test]
fn a_conversation_works_in_every_version() {
    for minor in 4..=6 {
        let service = Service::new();
        converse(&mut service.client(minor), minor);
    }
}

fn converse(client: &mut Client, minor: u32) {
    let states = client.states();
    assert_eq!(states[0].name.as_bytes(), b"Virtuale 00 00");
    assert_eq!(states[1].name.as_bytes(), b"Virtuale 00 01");
    assert_eq!((states[0].state, states[0].sharing, states[0].events), (CardState::READY, 0, 1));
    assert_eq!(states[0].atr.bytes(states[0].atr_length), toys::T0);
    assert_eq!((states[2].name.as_bytes(), states[2].atr_length), (&[][..], 34));
    if minor >= wire::READER_EVENTS_MINOR {
        client.send(Command::READER_EVENTS, &[], &[]);
        assert_eq!(client.receive::<ReaderEvents>().events, 1);
    }
    if minor >= wire::STATES_APART_MINOR {
        assert_eq!(client.states_size(), 16);
        client.send(Command::STATES_ARRAY, &[], &[]);
        assert_eq!(client.receive_states(), states);
    }
    let handle = client.open(0);
    assert_eq!(client.states()[0].sharing, 1);
    assert_eq!(client.states()[0].protocol, Protocols::T0);
    assert_eq!(client.handle_command(Command::STATUS, handle), ReturnCode::SUCCESS);
    assert_eq!(client.handle_command(Command::BEGIN_TRANSACTION, handle), ReturnCode::SUCCESS);
    assert_eq!(client.transmit(handle, &[0, 0xA4, 4, 0]), Ok(vec![0, 0xA4, 4, 0, 0x90, 0]));
    let end = End { handle, disposition: Disposition::RESET, code: ReturnCode::SUCCESS };
    assert_eq!(client.ask(Command::END_TRANSACTION, &end), end);
    assert_eq!(client.handle_command(Command::STATUS, handle), ReturnCode::RESET_CARD);
    let again = Reconnect {
        handle,
        share: Share::SHARED,
        preferred: ANY,
        initialization: Disposition::LEAVE,
        active: Protocols::RAW,
        code: ReturnCode::TIMEOUT,
    };
    let reply = client.ask(Command::RECONNECT, &again);
    assert_eq!((reply.active, reply.code), (Protocols::T0, ReturnCode::SUCCESS));
    let reply = client.ask(Command::RECONNECT, &Reconnect { preferred: Protocols::T1, ..again });
    assert_eq!((reply.active, reply.code), (Protocols::UNDEFINED, ReturnCode::PROTO_MISMATCH));
    assert_eq!(client.disconnect(handle, Disposition::LEAVE), ReturnCode::SUCCESS);
    assert_eq!(client.release(), ReturnCode::SUCCESS);
    assert_eq!(client.release(), ReturnCode::INVALID_HANDLE);
    let scope = Establish { scope: 4, context: 0, code: ReturnCode::SUCCESS };
    assert_eq!(client.ask(Command::ESTABLISH_CONTEXT, &scope).code, ReturnCode::INVALID_VALUE);
}

#[test]
fn exclusive_use_is_published_as_minus_one() {
    let service = Service::new();
    let mut client = service.client(4);
    assert_eq!(client.connect("Virtuale 00 00", Share::EXCLUSIVE).1, ReturnCode::SUCCESS);
    assert_eq!(client.states()[0].sharing, -1);
    assert_eq!(client.connect("Virtuale 00 02", Share::SHARED).1, ReturnCode::UNKNOWN_READER);
}

#[test]
fn the_longest_commands_and_answers_pass() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    let longest = vec![0x5A; 65_544];
    let response = client.transmit(handle, &longest).expect("an echo");
    assert_eq!((response.len(), &response[..65_544]), (65_546, &longest[..]));
    let response = client.transmit(handle, &[0, toys::LONG, 0xFF, 0xFF]).expect("an answer");
    assert_eq!(response.len(), 65_537);
    let command = vec![0; wire::LONGEST_BUFFER];
    client.send_command(handle, &command, 65_548);
    assert_eq!(client.receive_response().0.code, ReturnCode::INSUFFICIENT_BUFFER, "the echo is two bytes longer");
    assert_eq!(client.transmit(handle, &[1]), Ok(vec![1, 0x90, 0]));
}

#[test]
fn an_answer_that_does_not_fit_is_announced_but_not_sent() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    client.send_command(handle, &[0, toys::LONG, 0, 100], 101);
    let (reply, _) = client.receive_response();
    assert_eq!((reply.code, reply.receive_length), (ReturnCode::INSUFFICIENT_BUFFER, 102));
    client.send_command(handle, &[0, toys::LONG, 0, 100], 102);
    let (reply, response) = client.receive_response();
    assert_eq!((reply.code, response.len()), (ReturnCode::SUCCESS, 102));
    assert_eq!(reply.receive_protocol, Protocols::T0);
    client.send_command(handle, &[0, toys::SILENT], 102);
    let (reply, _) = client.receive_response();
    assert_eq!((reply.code, reply.receive_length), (ReturnCode::NOT_TRANSACTED, 0));
}

#[test]
fn control_codes_and_attributes_have_their_own_limits() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    let request =
        Control { handle, control: 0x4200_0D48, send_length: 3, receive_length: 6, returned: 9, code: ANY_CODE };
    let mut body = Vec::new();
    request.encode(&mut body);
    client.send(Command::CONTROL, &body, &[1, 2, 3]);
    assert_eq!(client.receive::<Control>(), Control { returned: 6, code: ReturnCode::SUCCESS, ..request });
    assert_eq!(client.receive_bytes(6), [0x12, 4, 0x42, 0x33, 0, 0x12]);
    let small = Control { send_length: 0, receive_length: 5, ..request };
    let reply = client.ask(Command::CONTROL, &small);
    assert_eq!((reply.returned, reply.code), (6, ReturnCode::INSUFFICIENT_BUFFER));
    let unknown = Control { control: 1, ..small };
    let reply = client.ask(Command::CONTROL, &unknown);
    assert_eq!((reply.returned, reply.code), (0, ReturnCode::UNSUPPORTED_FEATURE));
    let value = AttributeValue::new(&[]);
    let request = Attribute { handle, attribute: 0x0009_0303, value, length: 264, code: ANY_CODE };
    let reply = client.ask(Command::GET_ATTRIBUTE, &request);
    assert_eq!((reply.value.bytes(reply.length), reply.code), (Some(toys::T0), ReturnCode::SUCCESS));
    let reply = client.ask(Command::GET_ATTRIBUTE, &Attribute { length: 9, ..request });
    assert_eq!((reply.length, reply.code), (10, ReturnCode::INSUFFICIENT_BUFFER));
    let reply = client.ask(Command::SET_ATTRIBUTE, &request);
    assert_eq!(reply.code, ReturnCode::UNSUPPORTED_FEATURE);
}

const ANY_CODE: ReturnCode = ReturnCode::TIMEOUT;

#[test]
fn requests_sent_ahead_are_answered_in_turn() {
    let service = Service::new();
    let mut client = service.client(4);
    let handle = client.open(0);
    for count in 0..20 {
        client.send_command(handle, &[count, 0, 0, 0], 100);
    }
    for count in 0..20 {
        assert_eq!(client.receive_response().1, [count, 0, 0, 0, 0x90, 0]);
    }
}
