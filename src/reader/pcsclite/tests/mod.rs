//! The service over its socket, with a small client that has no manners of its own.

mod conversation;
mod events;
mod hostile;
mod lifecycle;
mod removal;

use std::{
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    Server, ServerOptions,
    wire::{
        Command, Connect, Context, Disconnect, Establish, Event, Handle, Header, Message, Name, ReaderState,
        StatesSize, Transmit, Version,
    },
};
use crate::reader::{
    Disposition, Protocols, Readers, ReturnCode, Share, SlotName, SlotSpec,
    toys::{self, Reins},
};

/// The socket's name in its folder.
const SOCKET: &str = "pcsc";
const ANY: Protocols = Protocols(3);

/// A service with two slots, a card in each.
struct Service {
    readers: Arc<Readers>,
    reins: Vec<Arc<Reins>>,
    server: Server,
    // Dropped last: the server removes its socket from it.
    folder: TempDir,
}

impl Service {
    fn new() -> Self {
        let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots");
        let put = |slot| {
            let (card, reins) = toys::toy(toys::T0);
            readers.insert(slot, card, None).expect("an empty slot");
            reins
        };
        let reins = (0..2).map(put).collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(Arc::clone(&readers), &folder.path().join(SOCKET), ServerOptions::default());
        Self { readers, reins, server: server.expect("a socket"), folder }
    }

    /// A client that has said nothing yet.
    fn stranger(&self) -> Client {
        let stream = UnixStream::connect(self.server.path()).expect("the service listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket can have one");
        Client { stream, context: 0 }
    }

    /// A client of that minor version with a context.
    fn client(&self, minor: u32) -> Client {
        let mut client = self.stranger();
        assert_eq!(client.version(4, minor), (4, minor, ReturnCode::SUCCESS));
        let request = Establish { scope: 2, context: 0, code: ReturnCode::SUCCESS };
        let reply = client.ask(Command::ESTABLISH_CONTEXT, &request);
        assert_eq!(reply.code, ReturnCode::SUCCESS);
        client.context = reply.context;
        client
    }
}

/// A request as bytes.
pub(super) fn message(command: Command, body: &[u8], tail: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    Header { size: u32::try_from(body.len()).expect("short"), command }.encode(&mut message);
    [&message, body, tail].concat()
}

/// A request to send a command to a card, as bytes.
pub(super) fn transmit_message(handle: u32, command: &[u8], room: u32) -> Vec<u8> {
    let request = Transmit {
        handle,
        send_protocol: Protocols::T0,
        send_pci_length: 16,
        send_length: u32::try_from(command.len()).expect("short"),
        receive_protocol: Protocols::ANY_OLD,
        receive_pci_length: 16,
        receive_length: room,
        code: ReturnCode::SUCCESS,
    };
    let mut body = Vec::new();
    request.encode(&mut body);
    message(Command::TRANSMIT, &body, command)
}

/// One connection.
struct Client {
    stream: UnixStream,
    context: u32,
}

impl Client {
    fn send(&mut self, command: Command, body: &[u8], tail: &[u8]) {
        self.send_bytes(&message(command, body, tail));
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the service reads");
    }

    fn receive<M: Message>(&mut self) -> M {
        M::decode(&self.receive_bytes(M::SIZE)).expect("the right length")
    }

    fn receive_bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).expect("the service answers");
        bytes
    }

    fn ask<M: Message>(&mut self, command: Command, request: &M) -> M {
        let mut body = Vec::new();
        request.encode(&mut body);
        self.send(command, &body, &[]);
        self.receive()
    }

    fn version(&mut self, major: u32, minor: u32) -> (u32, u32, ReturnCode) {
        let reply = self.ask(Command::VERSION, &Version { major, minor, code: ReturnCode::SUCCESS });
        (reply.major, reply.minor, reply.code)
    }

    /// Whether the service takes this client in.
    fn is_served(&mut self) -> bool {
        let version = [4_u32, 4, 0].map(u32::to_ne_bytes).concat();
        let sent = self.stream.write_all(&message(Command::VERSION, &version, &[]));
        sent.is_ok() && self.stream.read_exact(&mut [0; 12]).is_ok()
    }

    fn send_connect(&mut self, reader: &str, share: Share) {
        let reader = Name::new(reader).expect("short enough");
        let (preferred, active, code) = (ANY, Protocols::UNDEFINED, ReturnCode::SUCCESS);
        let mut body = Vec::new();
        Connect { context: self.context, reader, share, preferred, handle: 0, active, code }.encode(&mut body);
        self.send(Command::CONNECT, &body, &[]);
    }

    fn connect(&mut self, reader: &str, share: Share) -> (u32, ReturnCode) {
        self.send_connect(reader, share);
        let reply: Connect = self.receive();
        (reply.handle, reply.code)
    }

    /// A shared handle on a slot.
    fn open(&mut self, slot: usize) -> u32 {
        let (handle, code) = self.connect(&format!("Virtuale 00 {slot:02X}"), Share::SHARED);
        assert_eq!(code, ReturnCode::SUCCESS);
        handle
    }

    fn send_command(&mut self, handle: u32, command: &[u8], room: u32) {
        self.send_bytes(&transmit_message(handle, command, room));
    }

    fn receive_response(&mut self) -> (Transmit, Vec<u8>) {
        let reply: Transmit = self.receive();
        let length = if reply.code == ReturnCode::SUCCESS { reply.receive_length } else { 0 };
        (reply, self.receive_bytes(usize::try_from(length).expect("short")))
    }

    fn transmit(&mut self, handle: u32, command: &[u8]) -> Result<Vec<u8>, ReturnCode> {
        self.send_command(handle, command, 65_548);
        let (reply, response) = self.receive_response();
        if reply.code == ReturnCode::SUCCESS { Ok(response) } else { Err(reply.code) }
    }

    fn handle_command(&mut self, command: Command, handle: u32) -> ReturnCode {
        self.ask(command, &Handle { handle, code: ReturnCode::SUCCESS }).code
    }

    fn disconnect(&mut self, handle: u32, disposition: Disposition) -> ReturnCode {
        self.ask(Command::DISCONNECT, &Disconnect { handle, disposition, code: ReturnCode::SUCCESS }).code
    }

    fn release(&mut self) -> ReturnCode {
        let request = Context { context: self.context, code: ReturnCode::SUCCESS };
        self.ask(Command::RELEASE_CONTEXT, &request).code
    }

    fn receive_states(&mut self) -> Vec<ReaderState> {
        (0..16).map(|_| self.receive()).collect()
    }

    fn states(&mut self) -> Vec<ReaderState> {
        self.send(Command::READER_STATES, &[], &[]);
        self.receive_states()
    }

    /// Waits until a slot is shared like that.
    fn await_sharing(&mut self, slot: usize, sharing: i32) {
        let start = Instant::now();
        while self.states()[slot].sharing != sharing {
            assert!(start.elapsed() < Duration::from_secs(10), "it stays open");
            thread::yield_now();
        }
    }

    fn states_size(&mut self) -> i32 {
        self.send(Command::STATES_SIZE, &[], &[]);
        self.receive::<StatesSize>().count
    }

    fn event(&mut self) -> ReturnCode {
        let event: Event = self.receive();
        assert_eq!(event.timeout, 0);
        event.code
    }

    /// Nothing more comes for now: what was asked next is what comes next.
    fn assert_silent(&mut self) {
        assert_eq!(self.version(4, 9).2, ReturnCode::SERVICE_STOPPED, "something else came first");
    }

    fn assert_hung_up(&mut self) {
        match self.stream.read(&mut [0; 1]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the service did not hang up: {other:?}"),
        }
    }
}
