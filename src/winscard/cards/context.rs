//! A context within the process: a session of the readers, called by the program's own threads.

use std::{
    cell::RefCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use virtuale::{
    engine::Response,
    reader::{CardState, Disposition, Protocols, Readers, ReturnCode, Session, Share, Watcher, pcsclite::reader_state},
};
use virtuale_winscard::{
    service::{Context, Next, Scene, Transmitted},
    wire::{AtrField, NO_READER, Name, ReaderState},
};

/// A place without a reader.
const FREE: ReaderState = ReaderState {
    name: Name::EMPTY,
    events: 0,
    state: CardState(0),
    sharing: 0,
    atr: AtrField::EMPTY,
    atr_length: NO_READER,
    protocol: Protocols::UNDEFINED,
};

/// The readers never come or go.
const READER_EVENTS: u32 = 1;

thread_local! {
    /// The answer of the card that this thread talks to. It is reused, so that a command needs no memory of its own.
    static RESPONSE: RefCell<Response> = RefCell::default();
}

/// What happened since somebody looked.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    seen: Mutex<Seen>,
    happened: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    /// How often a state changed.
    count: u64,
    /// How many threads wait.
    waiting: usize,
    /// How many of them are to be sent away.
    cancelled: usize,
}

impl Changes {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until more has happened than this, or the time is over.
    fn wait(&self, known: u64, until: Option<Instant>) -> Result<(), ReturnCode> {
        let mut seen = self.seen();
        seen.waiting += 1;
        let outcome = loop {
            if seen.cancelled > 0 {
                seen.cancelled -= 1;
                break Err(ReturnCode::CANCELLED);
            }
            if seen.count != known {
                break Ok(());
            }
            seen = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.happened.wait(seen).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => break Err(ReturnCode::TIMEOUT),
                Some(left) => self.happened.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        };
        seen.waiting -= 1;
        seen.cancelled = seen.cancelled.min(seen.waiting);
        outcome
    }

    fn cancel(&self) {
        let mut seen = self.seen();
        seen.cancelled = seen.waiting;
        self.happened.notify_all();
    }
}

impl Watcher for Changes {
    fn changed(&self) {
        let mut seen = self.seen();
        seen.count += 1;
        self.happened.notify_all();
    }
}

/// A context.
#[derive(Debug)]
pub(crate) struct Within {
    readers: Arc<Readers>,
    session: Session,
    number: u32,
    changes: Arc<Changes>,
}

impl Within {
    /// The context of a session, which is told of changes.
    pub(crate) fn new(readers: Arc<Readers>, session: Session, number: u32, changes: Arc<Changes>) -> Self {
        Self { readers, session, number, changes }
    }

    fn wire_states(&self) -> Vec<ReaderState> {
        // With a free place behind them, which programs find that ask for the state of a reader without a name.
        self.readers.states().iter().map(reader_state).chain([FREE]).collect()
    }
}

impl Context for Within {
    fn release(&self) -> Result<(), ReturnCode> {
        self.changes.cancel();
        self.session.release(self.number)
    }

    fn connect(&self, reader: &[u8], share: Share, preferred: Protocols) -> Result<(u32, Protocols), ReturnCode> {
        self.session.connect(self.number, reader, share, preferred)
    }

    fn reconnect(
        &self,
        handle: u32,
        share: Share,
        preferred: Protocols,
        initialization: Disposition,
    ) -> (ReturnCode, Protocols) {
        let outcome = self.session.reconnect(handle, share, preferred, initialization);
        (ReturnCode::of(&outcome), outcome.unwrap_or_default())
    }

    fn disconnect(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        self.session.disconnect(handle, disposition)
    }

    fn begin(&self, handle: u32) -> Result<(), ReturnCode> {
        self.session.begin(handle)
    }

    fn end(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        self.session.end(handle, disposition)
    }

    fn status(&self, handle: u32) -> Result<(), ReturnCode> {
        self.session.status(handle)
    }

    fn transmit(&self, handle: u32, protocol: Protocols, command: &[u8], answer: &mut [u8]) -> Transmitted {
        RESPONSE.with_borrow_mut(|response| {
            let active = match self.session.transmit(0, handle, protocol, command, response) {
                Ok(active) => active,
                Err(code) => return Transmitted::failed(code, protocol),
            };
            let length = response.len();
            let code = match answer.get_mut(..length) {
                Some(place) => {
                    place.copy_from_slice(response.as_bytes());
                    ReturnCode::SUCCESS
                }
                None => ReturnCode::INSUFFICIENT_BUFFER,
            };
            response.clear();
            Transmitted { code, length, protocol: active }
        })
    }

    fn control(&self, handle: u32, code: u32, input: &[u8], answer: &mut [u8]) -> (ReturnCode, usize) {
        match self.session.control(0, handle, code, input) {
            Ok(given) => give(&given, answer),
            Err(code) => (code, 0),
        }
    }

    fn attribute(&self, handle: u32, attribute: u32, value: &mut [u8]) -> (ReturnCode, usize) {
        match self.session.attribute(handle, attribute) {
            Ok(given) => give(&given, value),
            Err(code) => (code, value.len()),
        }
    }

    fn set_attribute(&self, handle: u32, _attribute: u32, _value: &[u8]) -> Result<(), ReturnCode> {
        self.session.set_attribute(handle)
    }

    fn states(&self, show: &mut dyn FnMut(&[ReaderState])) -> Result<(), ReturnCode> {
        show(&self.wire_states());
        Ok(())
    }

    fn watch(&self, show: &mut dyn FnMut(&Scene<'_>) -> Next) -> Result<(), ReturnCode> {
        loop {
            let known = self.changes.seen().count;
            let states = self.wire_states();
            match show(&Scene { states: &states, reader_events: Some(READER_EVENTS) }) {
                Next::Done => return Ok(()),
                Next::Wait(until) => self.changes.wait(known, until)?,
            }
        }
    }

    fn cancel(&self) -> Result<(), ReturnCode> {
        self.changes.cancel();
        Ok(())
    }
}

/// Gives what fits; the length that is needed in any case.
fn give(given: &[u8], room: &mut [u8]) -> (ReturnCode, usize) {
    match room.get_mut(..given.len()) {
        Some(place) => {
            place.copy_from_slice(given);
            (ReturnCode::SUCCESS, given.len())
        }
        None => (ReturnCode::INSUFFICIENT_BUFFER, given.len()),
    }
}
