//! One connection of the driver.

use std::{
    io::{self, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::{
    io::{Errno, retry_on_intr},
    net::{RecvFlags, SendFlags, recv, send},
};
use virtuale_engine::{Atr, Fault, Protocol, Response};
use virtuale_ifd::wire::{self, Hello, Inbox, Outcome, Purpose, Reply, Request, State, States};

use crate::reader::{Caller, CardError, ControlError, RawSlot, Readers, bell::Bell, sync::lock};

/// How long what pcscd asks waits for a card that a PC/SC handle has for itself.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long the driver may take to say what a connection is for, and to take what it is told.
const MESSAGE: Duration = Duration::from_secs(10);

/// No request.
const NONE: u64 = 0;

/// A connection, as others see it.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: UnixStream,
    /// What it is for, once that was said.
    purpose: Mutex<Option<Purpose>>,
    /// The request that waits for a reply. Whoever takes it from here replies.
    running: AtomicU64,
}

impl Connection {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, purpose: Mutex::new(None), running: AtomicU64::new(NONE) }
    }

    /// Whether it is for this slot.
    pub(super) fn is_of(&self, slot: usize) -> bool {
        matches!(*lock(&self.purpose), Some(Purpose::Slot(of)) if usize::from(of) == slot)
    }

    /// Ends it.
    pub(super) fn hang_up(&self) {
        // Fails only if the driver hung up first.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Serves the driver until it hangs up, or says what makes no sense.
    pub(super) fn serve(self: &Arc<Self>, readers: &Arc<Readers>, bell: &Bell) -> io::Result<()> {
        self.stream.set_write_timeout(Some(MESSAGE))?;
        self.stream.set_read_timeout(Some(MESSAGE))?;
        let mut inbox = Inbox::default();
        let hello = Hello::parse(inbox.frame(&self.stream)?).filter(|hello| hello.version == wire::VERSION);
        let Hello { purpose, .. } = hello.ok_or(io::ErrorKind::InvalidData)?;
        *lock(&self.purpose) = Some(purpose);
        self.stream.set_read_timeout(None)?;
        match purpose {
            Purpose::States => self.tell(readers, bell),
            Purpose::Slot(slot) => self.answer(readers, slot.into(), inbox),
        }
    }

    /// Tells which cards are in, now and whenever that changes, and with each beat again: by that the driver knows that
    /// we run.
    fn tell(&self, readers: &Readers, bell: &Bell) -> io::Result<()> {
        let (mut seen, mut last, mut beat) = (u64::MAX, None, Instant::now());
        while let Some(rings) = bell.await_ring(seen, Some(beat)) {
            seen = rings;
            if self.is_gone() {
                break;
            }
            let state = |slot: crate::reader::SlotState| State {
                generation: slot.generation,
                is_present: slot.card.is_present(),
            };
            let frame = States(readers.states().into_iter().map(state).collect()).to_frame();
            if last.as_ref() != Some(&frame) {
                (&self.stream).write_all(&frame)?;
            }
            if Instant::now() >= beat {
                (&self.stream).write_all(&frame)?;
                beat = Instant::now() + wire::BEAT;
            }
            last = Some(frame);
        }
        Ok(())
    }

    /// Does what is asked of a slot.
    fn answer(self: &Arc<Self>, readers: &Arc<Readers>, slot: usize, mut inbox: Inbox) -> io::Result<()> {
        let caller: Weak<Self> = Arc::downgrade(self);
        let caller: Weak<dyn Caller> = caller;
        let unknown = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let slot = RawSlot::new(Arc::clone(readers), slot, caller).map_err(unknown)?;
        let (mut ticket, mut frame, mut response) = (NONE, Vec::new(), Response::default());
        let mut driven = Driven { slot, is_wanted: false, is_used: false };
        loop {
            let request = Request::parse(inbox.frame(&self.stream)?).ok_or(io::ErrorKind::InvalidData)?;
            if self.is_gone() {
                // The driver lost us while we were stopped. What it asked before is not wanted any more.
                return Ok(());
            }
            ticket += 1;
            self.running.store(ticket, Ordering::SeqCst);
            let done = driven.carry_out(ticket, &request, &mut response);
            if !self.claim(ticket) {
                // The card was pulled: that was told, and the connection is over.
                return Ok(());
            }
            let reply = match &done {
                Ok(Some(given)) => Reply { outcome: Outcome::DONE, given },
                Ok(None) => Reply { outcome: Outcome::DONE, given: response.as_bytes() },
                Err(outcome) => Reply { outcome: *outcome, given: &[] },
            };
            reply.put(&mut frame);
            (&self.stream).write_all(&frame)?;
        }
    }

    /// Whether it is for the caller to reply to that request.
    fn claim(&self, ticket: u64) -> bool {
        self.running.compare_exchange(ticket, NONE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// A slot, and what pcscd takes for true of the power of its card.
struct Driven {
    slot: RawSlot,
    /// Whether it gave the card power, and did not take it.
    is_wanted: bool,
    /// Whether it sent the card a command since.
    is_used: bool,
}

impl Driven {
    /// Carries a request out. What it gives is in `response`, unless it is given by itself.
    fn carry_out(
        &mut self,
        ticket: u64,
        request: &Request<'_>,
        response: &mut Response,
    ) -> Result<Option<Vec<u8>>, Outcome> {
        let slot = &self.slot;
        match *request {
            Request::PowerUp => self.power(RawSlot::power_up),
            Request::Reset => self.power(RawSlot::reset),
            Request::PowerOff => {
                let done = slot.power_off();
                self.is_wanted = false;
                match done {
                    Ok(()) | Err(CardError::InUse) => Ok(Some(Vec::new())),
                    Err(error) => Err(outcome(error)),
                }
            }
            Request::Protocol(number) => {
                let protocol = match number {
                    0 => Protocol::T0,
                    1 => Protocol::T1,
                    _ => return Err(Outcome::NOT_OFFERED),
                };
                self.powered(|slot| slot.select_protocol(protocol)).map(|()| Some(Vec::new()))
            }
            Request::Transmit(command) => {
                self.powered(|slot| slot.transmit(ticket, command, response))?;
                self.is_used = true;
                Ok(None)
            }
            Request::Control { code, input } => match slot.control(ticket, code, input) {
                Ok(given) => Ok(Some(given)),
                Err(ControlError::Card(error)) => Err(outcome(error)),
                Err(_) => Err(Outcome::UNKNOWN),
            },
            Request::Attribute(id) => slot.attribute(id).map(Some).ok_or(Outcome::UNKNOWN),
        }
    }

    /// Powers the card up or resets it; its answer to reset.
    fn power(&mut self, how: impl Fn(&RawSlot) -> Result<Atr, CardError>) -> Result<Option<Vec<u8>>, Outcome> {
        let atr = when_free(&self.slot, || how(&self.slot)).map_err(outcome)?;
        (self.is_wanted, self.is_used) = (true, false);
        Ok(Some(atr.as_bytes().to_vec()))
    }

    /// Does what needs a card with power. One whose power another user took gets it again, unless that user also took
    /// what commands had brought about.
    fn powered<T>(&mut self, mut attempt: impl FnMut(&RawSlot) -> Result<T, CardError>) -> Result<T, Outcome> {
        match when_free(&self.slot, || attempt(&self.slot)) {
            Err(CardError::Silent(Fault::Unpowered)) if self.is_wanted => {}
            other => return other.map_err(outcome),
        }
        if self.is_used {
            self.is_wanted = false;
            return Err(Outcome::POWER_TAKEN);
        }
        self.power(RawSlot::power_up)?;
        when_free(&self.slot, || attempt(&self.slot)).map_err(outcome)
    }
}

/// Tries something until no handle has the card for itself, but not for longer than [`PATIENCE`].
fn when_free<T>(slot: &RawSlot, mut attempt: impl FnMut() -> Result<T, CardError>) -> Result<T, CardError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(CardError::InUse) if slot.await_free(until.saturating_duration_since(Instant::now()))? => {}
            other => return other,
        }
    }
}

fn outcome(error: CardError) -> Outcome {
    match error {
        CardError::NoCard => Outcome::NO_CARD,
        CardError::InUse => Outcome::IN_USE,
        CardError::NotOffered => Outcome::NOT_OFFERED,
        CardError::Refused | CardError::Silent(Fault::ProtocolRefused) => Outcome::REFUSED,
        _ => Outcome::SILENT,
    }
}

impl Caller for Connection {
    fn is_gone(&self) -> bool {
        let peeked = retry_on_intr(|| recv(&self.stream, &mut [0; 1][..], RecvFlags::PEEK | RecvFlags::DONTWAIT));
        !matches!(peeked, Ok((_, 1)) | Err(Errno::AGAIN))
    }

    fn card_left(&self, ticket: u64) {
        if self.claim(ticket) {
            let mut frame = Vec::new();
            Reply { outcome: Outcome::NO_CARD, given: &[] }.put(&mut frame);
            // The driver takes one reply after the other, so that there is room for one.
            let _ = send(&self.stream, &frame, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
            self.hang_up();
        }
    }
}
