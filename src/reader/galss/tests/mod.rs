//! The service over its socket, with a small client that has no manners of its own.

mod beside;
mod cards;
mod hostile;
mod sessions;

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use virtuale_galss::{
    Code,
    wire::{self, Request},
};

use super::{Resource, ResourceName, Server};
use crate::reader::{
    Protocols, Readers, Session, Share, SlotName, SlotSpec,
    toys::{self, Reins},
};

/// A service with two slots, a card with T=0 in each: `Vitale` is slot 0, `CPS` slot 1.
struct Service {
    readers: Arc<Readers>,
    reins: Vec<Arc<Reins>>,
    server: Server,
    // Dropped last: the server removes its socket from it.
    folder: TempDir,
}

fn name(name: &str) -> ResourceName {
    ResourceName::new(name).expect("a name")
}

fn resources() -> Vec<Resource> {
    vec![
        Resource { name: name("Vitale"), alias: Some(name("TRANSPA1")), slot: 0 },
        Resource { name: name("CPS"), alias: Some(name("TRANSPA2")), slot: 1 },
    ]
}

impl Service {
    fn new() -> Self {
        Self::with(toys::T0)
    }

    /// With cards of this answer to reset.
    fn with(atr: &[u8]) -> Self {
        let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots");
        let put = |slot| {
            let (card, reins) = toys::toy(atr);
            readers.insert(slot, card, None).expect("an empty slot");
            reins
        };
        let reins = (0..2).map(put).collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(&readers, &folder.path().join("galss"), resources()).expect("a socket");
        Self { readers, reins, server, folder }
    }

    /// A connection that has said nothing yet.
    fn stranger(&self) -> Client {
        let stream = UnixStream::connect(self.server.path()).expect("the service listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket can have one");
        Client { stream }
    }

    /// Another process.
    fn client(&self) -> Client {
        static CLIENTS: AtomicU8 = AtomicU8::new(0);
        self.client_called(CLIENTS.fetch_add(1, Ordering::Relaxed))
    }

    /// A connection of the process of that name.
    fn client_called(&self, name: u8) -> Client {
        let mut client = self.stranger();
        client.send(&Request::Hello { version: wire::VERSION, client: [name; 16] });
        client
    }

    /// A PC/SC program with a shared handle on a slot.
    fn guest(&self, slot: usize) -> (Session, u32) {
        let session = Session::unattended(Arc::clone(&self.readers));
        let context = session.establish(2).expect("a good scope");
        let reader = format!("Virtuale 00 {slot:02X}");
        let opened = session.connect(context, reader.as_bytes(), Share::SHARED, Protocols(3));
        (session, opened.expect("a card that can be shared").0)
    }
}

/// One connection.
struct Client {
    stream: UnixStream,
}

/// What a function gives, or its code.
type Given = Result<Vec<u8>, Code>;

impl Client {
    fn send(&mut self, request: &Request<'_>) {
        self.stream.write_all(&request.to_frame()).expect("the service reads");
    }

    /// The reply's code and what stands behind it.
    fn receive(&mut self) -> (Code, Vec<u8>) {
        let mut first = [0; 4];
        self.stream.read_exact(&mut first).expect("the service answers");
        let mut body = vec![0; wire::length(first).expect("a short frame")];
        self.stream.read_exact(&mut body).expect("all of it");
        let (code, given) = wire::parse_reply(&body).expect("a reply");
        (code, given.to_vec())
    }

    fn ask(&mut self, request: &Request<'_>) -> Given {
        self.send(request);
        let (code, given) = self.receive();
        if code == Code::DONE { Ok(given) } else { Err(code) }
    }

    fn open(&mut self, application: &str, resource: &str) -> Result<(u16, u8), Code> {
        let (application, resource) = (application.as_bytes(), resource.as_bytes());
        let given = self.ask(&Request::Open { application, resource })?;
        let [low, high, address] = given[..] else { panic!("not a session and an address: {given:?}") };
        Ok((u16::from_le_bytes([low, high]), address))
    }

    /// A session on the professional's card, which is in slot 1 at address 2.
    fn cps(&mut self, application: &str) -> u16 {
        let (session, address) = self.open(application, "CPS").expect("a session");
        assert_eq!(address, 2);
        session
    }

    fn close(&mut self, session: u16) -> Result<u16, Code> {
        self.ask(&Request::Close { session }).map(|given| number(&given))
    }

    fn begin(&mut self, session: u16, level: u8) -> Result<u16, Code> {
        let wish = format!("{session}:{level}");
        self.ask(&Request::Begin { wish: wish.as_bytes() }).map(|given| number(&given))
    }

    fn end(&mut self, exclusivity: u16) -> Result<(), Code> {
        self.ask(&Request::End { exclusivity }).map(drop)
    }

    /// Sends a message, with plenty of time and room.
    fn exchange(&mut self, session: u16, message: &[u8]) -> Given {
        self.ask(&Request::Exchange { session, limit: 20, room: 70_000, message })
    }

    /// The state and the counter.
    fn presence(&mut self, session: u16, address: u8) -> (u8, u8) {
        let answer = self.exchange(session, &[0, address, 0x16]).expect("it is free");
        let [0, state, counter] = answer[..] else { panic!("not an answer: {answer:02X?}") };
        (state, counter)
    }

    /// Powers the card of slot 1 up; gives the counter.
    fn power_up(&mut self, session: u16) -> u8 {
        let answer = self.exchange(session, &[0, 2, 0x14]).expect("it is free");
        assert_eq!((answer[0], answer[1]), (0, 3), "{answer:02X?}");
        answer[2]
    }

    /// An order to the card of slot 1.
    fn order(&mut self, session: u16, counter: u8, command: &[u8]) -> Given {
        self.exchange(session, &[&[0, 2, 0, counter], command].concat())
    }
}

fn number(given: &[u8]) -> u16 {
    u16::from_le_bytes(given.try_into().expect("two bytes"))
}

/// Waits until something is so.
fn await_that(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(std::time::Instant::now() < until, "{what}: not within 10 s");
        std::thread::sleep(Duration::from_millis(1));
    }
}
