//! Which readers there are, and waiting for cards.

use std::{
    io::{ErrorKind, Read},
    time::{Duration, Instant},
};

use super::{Doing, PATIENCE, Service, TransportError};
use crate::reader::pcsclite::wire::{self, Command, Event, Message, ReaderState, StatesSize};

/// More readers than any service has; a longer array is nonsense.
const MOST_READERS: usize = 4_096;

/// A reader's slot, as the service shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedReader {
    /// The name that programs connect by.
    pub name: String,
    /// Whether there is a card.
    pub present: bool,
    /// The card's answer to reset; empty without a card.
    pub atr: Vec<u8>,
    /// How often a card came or went, modulo 65536.
    pub events: u32,
}

impl Service {
    /// All slots of all readers.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if the service breaks off.
    pub fn slots(&mut self) -> Result<Vec<ListedReader>, TransportError> {
        let doing = Doing::ListReaders;
        if self.minor >= wire::STATES_APART_MINOR {
            return self.states_apart(doing);
        }
        self.send_bare(doing, Command::READER_STATES)?;
        self.receive_states(doing, wire::READER_SLOTS)
    }

    /// Waits until a reader or a card comes or goes, compared with `known`; the slots then, or `None` if nothing
    /// happened in time.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if the service breaks off.
    pub fn wait_for_change(
        &mut self,
        known: &[ListedReader],
        timeout: Duration,
    ) -> Result<Option<Vec<ListedReader>>, TransportError> {
        let doing = Doing::WaitForCard;
        // A wait beyond the clock's end has none.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            self.send_bare(doing, Command::WAIT)?;
            let slots = if self.minor >= wire::STATES_APART_MINOR {
                self.states_apart(doing)?
            } else {
                self.receive_states(doing, wire::READER_SLOTS)?
            };
            let changed = slots != known;
            if changed || !self.event_before(doing, deadline)? {
                self.stop_waiting(doing)?;
                return Ok(changed.then_some(slots));
            }
        }
    }

    /// From version 4.6 on the length of the array is asked for first.
    fn states_apart(&mut self, doing: Doing) -> Result<Vec<ListedReader>, TransportError> {
        self.send_bare(doing, Command::STATES_SIZE)?;
        let StatesSize { count } = self.receive(doing)?;
        let count = match count {
            // pcscd 2.5 may let an event slip in before its reply; an array is never empty [PCSC-LITE eventhandler.c].
            0 => {
                self.receive_into(doing, &mut [0; Event::SIZE - StatesSize::SIZE])?;
                self.receive::<StatesSize>(doing)?.count
            }
            count => count,
        };
        let count = usize::try_from(count).ok().filter(|&count| count <= MOST_READERS);
        let count = count.ok_or(TransportError::Nonsense { doing })?;
        self.send_bare(doing, Command::STATES_ARRAY)?;
        self.receive_states(doing, count)
    }

    fn receive_states(&mut self, doing: Doing, count: usize) -> Result<Vec<ListedReader>, TransportError> {
        let mut slots = Vec::new();
        for _ in 0..count {
            let state: ReaderState = self.receive(doing)?;
            slots.extend(ListedReader::of(&state));
        }
        Ok(slots)
    }

    /// Whether the event that a wait asked for came before the deadline.
    fn event_before(&mut self, doing: Doing, deadline: Option<Instant>) -> Result<bool, TransportError> {
        let mut event = [0; Event::SIZE];
        let came = loop {
            let left = deadline.map_or(PATIENCE, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                break 0;
            }
            self.stream.wait_at_most(left);
            match self.stream.read(&mut event) {
                Ok(0) => return Err(self.broken(doing, ErrorKind::UnexpectedEof.into())),
                Ok(count) => break count,
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                Err(error) => return Err(self.broken(doing, error)),
            }
        };
        self.stream.wait_at_most(PATIENCE);
        if came > 0 {
            self.receive_into(doing, event.get_mut(came..).unwrap_or_default())?;
        }
        Ok(came > 0)
    }

    /// One event answers it: its own, or the one that came first.
    fn stop_waiting(&mut self, doing: Doing) -> Result<(), TransportError> {
        self.send_bare(doing, Command::STOP_WAITING)?;
        self.receive::<Event>(doing).map(drop)
    }
}

impl ListedReader {
    fn of(state: &ReaderState) -> Option<Self> {
        let name = String::from_utf8_lossy(state.name.as_bytes()).into_owned();
        let present = state.state.is_present();
        let atr = if present { state.atr.bytes(state.atr_length).to_vec() } else { Vec::new() };
        (!name.is_empty()).then_some(Self { name, present, atr, events: state.events })
    }
}
