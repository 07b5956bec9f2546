//! A slot that follows a real reader: the card that is in the one is in the other, until somebody decides otherwise.
//!
//! A [`Tie`] binds a slot to a reader. A thread of its own watches the reader's service and does to the slot what
//! happened there: a card that is pulled leaves the slot, one that comes is put into it, and a service that dies takes
//! its cards with it until it is there again. The card itself is run as any other is.
//!
//! What this does not do: it sends no command. The rule upheld here: nobody waits for a real reader but who wants its
//! card.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use super::{HostError, desk::Desk, making::Content};
use crate::{
    reader::SlotError,
    terminal::transport::{
        TransportError,
        pcsclite::{Bell, ListedReader, Service},
        real::{Found, RealReader, RealReaderError, Room},
    },
};

/// How soon it is tried again to reach a service, or to have a card that another program uses.
const RETRY: Duration = Duration::from_millis(300);

/// How long a command whose card is gone waits until the slot has lost it, so that its program hears of that.
const PULL: Duration = Duration::from_secs(1);

/// How long nothing need happen in a reader.
const LONG: Duration = Duration::from_secs(3600);

/// The highest number of events before they are counted from 0 again.
const EVENTS: u32 = 0xFFFF;

/// What stands first in recordings of such cards.
pub(super) const REMARK: &str = "recorded from a real card: redact it before it is kept or shown";

/// A real reader that somebody named in place of a card.
pub(super) struct Sought {
    pub(super) tie: Arc<Tie>,
    /// Its card, if there is one.
    pub(super) card: Option<Content>,
    /// Whether it has an antenna, as far as its card tells.
    pub(super) in_field: bool,
}

/// What binds a slot to a real reader.
pub(super) struct Tie {
    reader: RealReader,
    found: Found,
    state: Mutex<State>,
    /// The state moved.
    moved: Condvar,
    /// Held while the slot is brought in step: by the thread that watches, or for who puts the card back.
    stepping: Mutex<()>,
}

#[derive(Default)]
struct State {
    slot: usize,
    /// The card that the slot has, or had last.
    known: Option<Known>,
    /// Whether it is in the slot.
    is_in: bool,
    /// Whether somebody took it out of the slot: it does not come back by itself then.
    is_out: bool,
    /// Whether the slot has another card for good, or is no more.
    is_over: bool,
    /// Why the slot has none.
    why: Option<String>,
    /// What wakes the thread that watches.
    bell: Option<Bell>,
    /// Whether it was woken.
    is_woken: bool,
}

/// A card, by what its reader tells it from others.
#[derive(Clone)]
struct Known {
    /// How often a card has come or gone.
    events: u32,
    atr: Vec<u8>,
    /// Where it looks for an open connection.
    room: Room,
}

impl Known {
    /// Whether it is still the one in the reader: a card that goes and one that comes are two events. A pcscd 1.9.9
    /// was seen to count the coming of one a little after it shows the card.
    fn is_still(&mut self, reader: &ListedReader) -> bool {
        let is_still = reader.events == self.events || reader.events == (self.events + 1) & EVENTS;
        if is_still {
            self.events = reader.events;
        }
        is_still
    }
}

/// Looks for a real reader, and opens the card in it. `own` is the socket of the readers that it is for.
///
/// # Errors
///
/// That there is no such reader, or that its card cannot be had.
pub(super) fn seek(reader: RealReader, own: Option<&Path>) -> Result<Sought, RealReaderError> {
    let found = reader.find(own)?;
    let (state, moved, stepping) = (Mutex::default(), Condvar::new(), Mutex::default());
    let tie = Arc::new(Tie { reader, found, state, moved, stepping });
    let card = tie.found.reader.present.then(|| tie.make(&tie.found.reader)).transpose()?;
    let (card, in_field) = card.map_or((None, false), |(card, in_field)| (Some(card), in_field));
    Ok(Sought { tie, card, in_field })
}

impl Tie {
    /// What people are told of its card.
    pub(super) fn label(&self) -> String {
        self.reader.label()
    }

    /// Whether it is to this reader.
    pub(super) fn is_to(&self, reader: &RealReader) -> bool {
        let is_there = reader.socket.as_ref().is_none_or(|socket| *socket == self.found.socket);
        is_there && self.reader.name == reader.name
    }

    /// Whether the card of this reader is in its slot.
    pub(super) fn holds(&self, reader: &RealReader) -> bool {
        self.is_to(reader) && self.state().is_in
    }

    /// That there is no card now.
    pub(super) fn no_card(&self) -> RealReaderError {
        RealReaderError::NoCard { name: self.reader.name.clone(), socket: self.found.socket.clone() }
    }

    /// Why the slot has no card, where it is to have one.
    pub(super) fn awaits(&self) -> Option<String> {
        let state = self.state();
        let waits = !state.is_in && !state.is_out && !state.is_over;
        waits.then(|| state.why.clone().unwrap_or_else(|| self.no_card().to_string()))
    }

    /// The slot.
    pub(super) fn slot(&self) -> usize {
        self.state().slot
    }

    /// The card comes into this slot now.
    pub(super) fn comes_into(&self, slot: usize) {
        let mut state = self.state();
        (state.slot, state.is_in, state.is_out, state.why) = (slot, true, false, None);
    }

    /// The reader is this slot's from now on.
    pub(super) fn binds(&self, slot: usize) {
        self.state().slot = slot;
    }

    /// The card leaves the slot, since it is gone.
    pub(super) fn goes(&self) {
        self.state().is_in = false;
        self.moved.notify_all();
    }

    /// The card leaves the slot, since somebody wants it to.
    pub(super) fn is_taken_out(&self) {
        let mut state = self.state();
        (state.is_in, state.is_out) = (false, true);
        drop(state);
        self.moved.notify_all();
    }

    /// The slot has another card, or is no more.
    pub(super) fn end(&self) {
        self.state().is_over = true;
        self.wake();
    }

    /// The thread that watches looks again.
    pub(super) fn wake(&self) {
        let mut state = self.state();
        state.is_woken = true;
        let bell = state.bell.take();
        drop(state);
        bell.iter().for_each(Bell::ring);
        self.moved.notify_all();
    }

    /// Begins to watch, in a thread of its own.
    ///
    /// # Errors
    ///
    /// That the system has no room for one.
    pub(super) fn watch(self: &Arc<Self>, desk: Weak<Desk>) -> Result<(), HostError> {
        let tie = Arc::clone(self);
        let thread = thread::Builder::new().name("real reader".into());
        let spawned = thread.spawn(move || tie.follow(&desk));
        spawned.map(drop).map_err(|error| HostError::Unmade { what: "a thread for a real reader".into(), error })
    }

    /// Puts the card back that somebody took out.
    ///
    /// # Errors
    ///
    /// That it is in, that it is not in its reader, or that it cannot be had.
    pub(super) fn put_back(self: &Arc<Self>, desk: &Desk) -> Result<(), HostError> {
        let stepping = lock(&self.stepping);
        {
            let state = self.state();
            if state.is_in {
                return Err(SlotError::Occupied(state.slot).into());
            }
        }
        let named = RealReader { socket: Some(self.found.socket.clone()), ..self.reader.clone() };
        let put = named.find(None).map_err(HostError::from).and_then(|found| match found.reader.present {
            true => self.put(desk, &found.reader, true),
            false => Err(self.no_card().into()),
        });
        drop(stepping);
        // Of a card that cannot be had now nothing is kept: it comes when it is asked for again.
        self.wake();
        put
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The card in the reader, as one to be put into the slot, and whether the reader has an antenna.
    fn make(self: &Arc<Self>, reader: &ListedReader) -> Result<(Content, bool), RealReaderError> {
        let found = Found { reader: reader.clone(), ..self.found.clone() };
        let tie = Arc::downgrade(self);
        let card = found.card(move || tie.upgrade().iter().for_each(|tie| tie.await_pull()))?;
        let (events, atr) = (reader.events, reader.atr.clone());
        self.state().known = Some(Known { events, atr, room: card.room });
        Ok((Content::Real { name: self.label(), card: Box::new(card.relay) }, card.in_field))
    }

    /// Waits a little until the slot has lost its card.
    fn await_pull(&self) {
        let pulled = self.moved.wait_timeout_while(self.state(), PULL, |state| state.is_in && !state.is_over);
        drop(pulled.unwrap_or_else(PoisonError::into_inner));
    }

    /// Keeps the slot in step with the reader until the tie is over.
    fn follow(self: &Arc<Self>, desk: &Weak<Desk>) {
        while !self.state().is_over {
            let broken = self.listen(desk).err();
            let is_woken = {
                let mut state = self.state();
                state.bell = None;
                std::mem::take(&mut state.is_woken)
            };
            if let Some(error) = broken.filter(|_| !is_woken) {
                self.step(desk, Err(&error));
                let nap = self.moved.wait_timeout_while(self.state(), RETRY, |state| !state.is_woken && !state.is_over);
                drop(nap.unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    /// Keeps the slot in step as long as the service is there and nobody wakes this thread.
    fn listen(self: &Arc<Self>, desk: &Weak<Desk>) -> Result<(), TransportError> {
        let mut service = Service::establish(&self.found.socket)?;
        self.state().bell = Some(service.bell());
        while !self.state().is_over {
            let readers = service.slots()?;
            let reader = readers.iter().find(|reader| reader.name == self.reader.name);
            let patience = if self.step(desk, Ok(reader)) { LONG } else { RETRY };
            service.wait_for_change(&readers, patience)?;
        }
        Ok(())
    }

    /// Brings the slot in step with what is seen of the reader. Says whether it is; else it is to be tried again.
    fn step(self: &Arc<Self>, desk: &Weak<Desk>, seen: Result<Option<&ListedReader>, &TransportError>) -> bool {
        let Some(desk) = desk.upgrade() else {
            self.state().is_over = true;
            return true;
        };
        let _stepping = lock(&self.stepping);
        let present = seen.ok().flatten().filter(|reader| reader.present);
        let (is_in, is_out, is_same) = {
            let mut state = self.state();
            let (is_in, is_out) = (state.is_in, state.is_out);
            let known = state.known.as_mut().zip(present);
            (is_in, is_out, known.is_some_and(|(known, reader)| known.is_still(reader)))
        };
        if is_in && is_same || is_out {
            return true;
        }
        if is_in {
            desk.pull(self);
        }
        let why = match (present, seen) {
            (Some(reader), _) => self.put(&desk, reader, false).err().map(|error| error.to_string()),
            (None, Ok(Some(_))) => Some(self.no_card().to_string()),
            (None, Ok(None)) => Some(format!("{} is not there", self.label())),
            (None, Err(error)) => Some(format!("{}: {error}", self.label())),
        };
        let is_done = why.is_none() || present.is_none();
        self.state().why = why;
        is_done
    }

    /// Puts the card of the reader into the slot: the same one again if it is that, as far as its answer to reset
    /// tells. It comes by itself, or since somebody asked for it.
    fn put(self: &Arc<Self>, desk: &Desk, reader: &ListedReader, is_asked_for: bool) -> Result<(), HostError> {
        let known = self.state().known.clone().filter(|known| known.atr == reader.atr);
        if let Some(known) = known {
            known.room.leave(Found { reader: reader.clone(), ..self.found.clone() }.open()?);
            if let Some(known) = &mut self.state().known {
                known.events = reader.events;
            }
            // Whoever took it out of the slot left it in its reader.
            let was_exchanged = known.events != reader.events || !is_asked_for;
            match desk.put_back(self, was_exchanged) {
                Err(HostError::Slot(SlotError::NeverHeld(_))) => known.room.clear(),
                put => return put.inspect_err(|_| known.room.clear()),
            }
        }
        let (card, _) = self.make(reader)?;
        desk.put_anew(self, card)
    }
}

impl fmt::Debug for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tie").field("reader", &self.reader).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
