//! One client: what is written to it, by whom and when.
//!
//! Its worker reads requests and writes replies. Other threads write to it as well: the event that ends a wait, and
//! the answer to a command whose card left while the worker was busy with it. One lock orders all writes; nobody
//! blocks under it, so a client that does not read stops no thread but its own.

use std::{
    fmt,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{
    guests::Visit,
    server::Shared,
    wire::{self, Control, Event, Message, Transmit},
    worker::{self, End},
};
use crate::{
    reader::{Caller, Client, ReturnCode, Session, sync::lock},
    system::socket::{self, Stream},
};

/// One client's connection.
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) session: Session,
    pub(super) server: Arc<Shared>,
    own: Weak<Self>,
    /// The place of a guest.
    visit: Option<Visit>,
    minor: AtomicU32,
    outbox: Mutex<Outbox>,
}

/// What is to be written, and who may.
#[derive(Default)]
struct Outbox {
    /// Which worker replies. Those before it were left behind with a card that had gone.
    worker: u64,
    /// Whether the worker is in the middle of a reply, without the lock.
    busy: bool,
    /// The wait that one event will end.
    wait: Option<Wait>,
    /// The command that the worker's card is busy with.
    running: Option<Running>,
    tickets: u64,
}

/// A wait for a change of states.
struct Wait {
    /// Whether the client is ready to read the event: not before it has got the states.
    armed: bool,
    /// Why the wait is over.
    over: Option<ReturnCode>,
}

/// A command that runs, with what is needed to answer it in the worker's place.
struct Running {
    ticket: u64,
    request: Request,
    /// What the client sent after it.
    ahead: Vec<u8>,
}

/// A request for which a card may work long.
#[derive(Clone, Copy)]
pub(super) enum Request {
    Transmit(Transmit),
    Control(Control),
}

impl Request {
    /// The reply where the card left meanwhile. Of a control code pcsc-lite has no word for that.
    fn encode_card_left(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Transmit(request) => {
                Transmit { receive_length: 0, code: ReturnCode::NO_SMARTCARD, ..request }.encode(bytes);
            }
            Self::Control(request) => {
                Control { returned: 0, code: ReturnCode::NOT_TRANSACTED, ..request }.encode(bytes);
            }
        }
    }
}

/// What a reply is good for besides being read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reply {
    /// Nothing.
    Plain,
    /// The client has the states now: an event may follow.
    States,
}

impl Connection {
    /// A connection without a worker, with the place of its client if he is a guest.
    pub(super) fn new(stream: Stream, visit: Option<Visit>, server: Arc<Shared>) -> Arc<Self> {
        Arc::new_cyclic(|own: &Weak<Self>| Self {
            stream,
            session: Session::new(Arc::clone(&server.readers), Weak::<Self>::clone(own)),
            server,
            own: Weak::clone(own),
            visit,
            minor: AtomicU32::new(wire::OLDEST_MINOR),
            outbox: Mutex::default(),
        })
    }

    /// The minor version that the client speaks.
    pub(super) fn minor(&self) -> u32 {
        self.minor.load(Ordering::Relaxed)
    }

    /// Notes the minor version that the client speaks.
    pub(super) fn speak(&self, minor: u32) {
        self.minor.store(minor, Ordering::Relaxed);
    }

    /// Writes a worker's reply, then an event that came meanwhile.
    ///
    /// # Errors
    ///
    /// [`End::LeftBehind`] if another worker replies by now, [`End::Closed`] if the client is gone.
    pub(super) fn reply(&self, worker: u64, bytes: &[u8], reply: Reply) -> Result<(), End> {
        let mut outbox = lock(&self.outbox);
        if outbox.worker != worker {
            return Err(End::LeftBehind);
        }
        outbox.running = None;
        let sent = self.send_at_once(bytes)?;
        if let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
            outbox.busy = true;
            drop(outbox);
            self.send_all(rest)?;
            outbox = lock(&self.outbox);
            outbox.busy = false;
        }
        if let Some(wait) = &mut outbox.wait {
            wait.armed |= reply == Reply::States;
        }
        self.end_wait(&mut outbox);
        Ok(())
    }

    /// Notes that the worker's card is about to be busy with a command; gives its ticket.
    pub(super) fn start(&self, request: Request, ahead: &[u8]) -> u64 {
        let mut outbox = lock(&self.outbox);
        outbox.tickets += 1;
        let ticket = outbox.tickets;
        outbox.running = Some(Running { ticket, request, ahead: ahead.to_vec() });
        ticket
    }

    /// From now on, one change of states is told, once the client has got the states.
    pub(super) fn wait(&self) {
        lock(&self.outbox).wait = Some(Wait { armed: false, over: None });
    }

    /// Ends the wait without an event. Whether there was one.
    pub(super) fn stop_waiting(&self) -> bool {
        lock(&self.outbox).wait.take().is_some()
    }

    /// Ends the wait with an event, now or as soon as the client can read it.
    pub(super) fn announce(&self, why: ReturnCode) {
        let mut outbox = lock(&self.outbox);
        if let Some(wait) = &mut outbox.wait {
            if wait.over != Some(ReturnCode::CANCELLED) {
                wait.over = Some(why);
            }
            self.end_wait(&mut outbox);
        }
    }

    fn end_wait(&self, outbox: &mut Outbox) {
        let Some(Wait { armed: true, over: Some(code) }) = outbox.wait else { return };
        if outbox.busy {
            return;
        }
        outbox.wait = None;
        let mut bytes = Vec::with_capacity(Event::SIZE);
        Event { timeout: 0, code }.encode(&mut bytes);
        if self.send_at_once(&bytes) != Ok(bytes.len()) {
            self.hang_up();
        }
    }

    /// Closes both directions: whoever reads or writes on either side comes back.
    pub(super) fn hang_up(&self) {
        socket::hang_up(&self.stream);
    }

    /// The client is gone, or must go: everything it had is given back, unless another worker goes on with it.
    pub(super) fn end(&self, worker: u64) {
        if lock(&self.outbox).worker == worker {
            self.hang_up();
            self.session.close();
            self.server.forget(self);
        }
    }

    /// Sends what fits without waiting; says how much that was.
    fn send_at_once(&self, bytes: &[u8]) -> Result<usize, End> {
        socket::send_at_once(&self.stream, bytes).map_err(|_| End::Closed)
    }

    fn send_all(&self, bytes: &[u8]) -> Result<(), End> {
        socket::send_all(&self.stream, bytes).map_err(|_| End::Closed)
    }
}

impl Caller for Connection {
    fn is_gone(&self) -> bool {
        socket::is_gone(&self.stream)
    }

    fn client(&self) -> Client {
        Client { process: socket::process_of(&self.stream) }
    }

    fn is_guest(&self) -> bool {
        self.visit.is_some()
    }

    fn card_left(&self, ticket: u64) {
        let mut outbox = lock(&self.outbox);
        let Some(running) = outbox.running.take_if(|running| running.ticket == ticket) else { return };
        outbox.worker += 1;
        let mut bytes = Vec::with_capacity(Transmit::SIZE);
        running.request.encode_card_left(&mut bytes);
        if self.send_at_once(&bytes) != Ok(bytes.len()) {
            self.hang_up();
        }
        let worker = outbox.worker;
        drop(outbox);
        let Some(own) = self.own.upgrade() else { return };
        if worker::spawn(own, worker, &running.ahead).is_err() {
            self.end(worker);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("session", &self.session).finish_non_exhaustive()
    }
}
