//! What a client sends to the service on its socket, well formed or not.
//!
//! The input is the client's side of the stream. So that it gets far with no knowledge of random numbers, a small
//! context or handle stands for one that the service gave: 0 for the last, 1 for the one before. The client waits for
//! each reply, as libpcsclite does; after the first message that has none, it sends the rest without waiting.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use virtuale::{
    reader::{
        Readers, Sharing, SlotName, SlotSpec,
        pcsclite::{
            Server, ServerOptions,
            wire::{
                Command, Connect, Control, Establish, Event, Header, Message, ReaderState, STATES_APART_MINOR, Transmit,
            },
        },
    },
    terminal::transport::pcsclite::Service,
};

use super::echo::Echo;

/// How long a reply may take that may have to wait for a lock, which then never comes.
const REPLY: Duration = Duration::from_millis(500);

/// How long anything else may take, on a slow machine.
const LIMIT: Duration = Duration::from_secs(20);

/// Plays the client; then all that it had must be given back, and others must be served.
pub(super) fn run(data: &[u8]) {
    let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
    let readers = Readers::with_grace(slots, Duration::ZERO).expect("two slots");
    readers.insert(0, Box::new(Echo::new()), None).expect("an empty slot");
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("pcsc");
    let server = Server::start(Arc::clone(&readers), &socket, ServerOptions::default()).expect("a service");
    let stream = UnixStream::connect(server.path()).expect("a connection");
    Client { stream, minor: 4, waiting: false, contexts: Vec::new(), handles: Vec::new() }.play(data);
    wait_until("handles are given back", || readers.states().iter().all(|slot| slot.sharing == Sharing::Handles(0)));
    let slots = Service::establish(server.path()).and_then(|mut service| service.slots()).expect("service for others");
    assert_eq!(slots.len(), 2, "slots were lost");
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < end, "{what}: not in {LIMIT:?}");
        thread::sleep(Duration::from_micros(200));
    }
}

struct Client {
    stream: UnixStream,
    minor: u32,
    /// Whether an event may come at any time.
    waiting: bool,
    contexts: Vec<u32>,
    handles: Vec<u32>,
}

/// What a message is followed by.
enum Next {
    Reply(usize),
    Nothing,
}

impl Client {
    fn play(mut self, mut data: &[u8]) {
        // A service that has hung up is done with us; all else is checked by whether it comes to an end.
        let _ = self.talk(&mut data).and_then(|()| self.pour(data));
        let _ = self.stream.shutdown(Shutdown::Write);
        self.stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        match self.stream.read_to_end(&mut Vec::new()) {
            Err(error) if is_timeout(&error) => panic!("the service neither answers nor hangs up"),
            _ => {}
        }
    }

    /// Sends messages one by one, each after the reply to the one before; gives up at the first that has none.
    fn talk(&mut self, data: &mut &[u8]) -> io::Result<()> {
        self.stream.set_read_timeout(Some(REPLY))?;
        while let Some((command, message, rest)) = self.take_message(data) {
            *data = rest;
            self.stream.write_all(&message)?;
            let Next::Reply(size) = self.next(command) else { return Ok(()) };
            let mut reply = vec![0; size];
            self.stream.read_exact(&mut reply)?;
            self.learn(command, &reply)?;
        }
        Ok(())
    }

    /// Sends what is left in one go.
    fn pour(&mut self, data: &[u8]) -> io::Result<()> {
        self.stream.set_write_timeout(Some(REPLY))?;
        self.stream.write_all(data)
    }

    /// The next message, if there is a whole one that has the right size, with its numbers filled in.
    fn take_message<'a>(&self, data: &'a [u8]) -> Option<(Command, Vec<u8>, &'a [u8])> {
        let (header, behind) = data.split_at_checked(Header::SIZE)?;
        let Header { size, command } = Header::decode(header)?;
        let body_size = command.body_size().filter(|&known| usize::try_from(size) == Ok(known))?;
        let body = behind.get(..body_size)?;
        let tail = match command {
            Command::TRANSMIT => Transmit::decode(body)?.send_length,
            Command::CONTROL => Control::decode(body)?.send_length,
            _ => 0,
        };
        let length = Header::SIZE + body_size + usize::try_from(tail).ok()?;
        let (message, rest) = data.split_at_checked(length)?;
        let mut message = message.to_vec();
        self.fill_in(command, message.get_mut(Header::SIZE..)?);
        Some((command, message, rest))
    }

    fn fill_in(&self, command: Command, body: &mut [u8]) {
        let given = match command {
            Command::VERSION | Command::ESTABLISH_CONTEXT => return,
            Command::CONNECT | Command::RELEASE_CONTEXT | Command::CANCEL => &self.contexts,
            _ => &self.handles,
        };
        let Some(number) = body.first_chunk_mut::<4>() else { return };
        let back = usize::try_from(u32::from_ne_bytes(*number)).unwrap_or(usize::MAX);
        if let Some(known) = given.iter().rev().nth(back) {
            *number = known.to_ne_bytes();
        }
    }

    fn next(&mut self, command: Command) -> Next {
        let states = ServerOptions::default().reader_slots * ReaderState::SIZE;
        let waited = std::mem::replace(&mut self.waiting, command == Command::WAIT);
        match command {
            Command::WAIT if self.minor < STATES_APART_MINOR && !waited => Next::Reply(states),
            Command::STOP_WAITING if waited => Next::Reply(Event::SIZE),
            // Not what libpcsclite does: the event may come before, in or after what is awaited.
            Command::WAIT | Command::STOP_WAITING => Next::Nothing,
            _ if waited => Next::Nothing,
            Command::READER_STATES | Command::STATES_ARRAY => Next::Reply(states),
            Command::STATES_SIZE => Next::Reply(4),
            Command::READER_EVENTS => Next::Reply(Event::SIZE),
            _ => command.body_size().map_or(Next::Nothing, Next::Reply),
        }
    }

    /// Keeps the numbers of a reply, and reads what follows it.
    fn learn(&mut self, command: Command, reply: &[u8]) -> io::Result<()> {
        let behind = match command {
            Command::VERSION => {
                self.minor = u32::from_ne_bytes(reply[4..8].try_into().expect("four bytes"));
                0
            }
            Command::ESTABLISH_CONTEXT => {
                self.contexts.extend(Establish::decode(reply).map(|reply| reply.context));
                0
            }
            Command::CONNECT => {
                self.handles.extend(Connect::decode(reply).map(|reply| reply.handle));
                0
            }
            Command::TRANSMIT => {
                Transmit::decode(reply).filter(|reply| reply.code.0 == 0).map_or(0, |reply| reply.receive_length)
            }
            Command::CONTROL => {
                Control::decode(reply).filter(|reply| reply.code.0 == 0).map_or(0, |reply| reply.returned)
            }
            _ => 0,
        };
        let behind = usize::try_from(behind).expect("a length");
        assert!(behind <= virtuale::reader::pcsclite::wire::LONGEST_BUFFER, "an answer of {behind} bytes");
        self.stream.read_exact(&mut vec![0; behind])
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
