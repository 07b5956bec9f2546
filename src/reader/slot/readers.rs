//! The readers of one service, and how cards come and go.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Card, Interface};

use super::{
    CardError, CardState, Model, ModelError, Protocols, Sharing, SlotError,
    access::Step,
    caller::nobody,
    table::{Leaving, Presence, SessionId, SlotTable},
};
use crate::reader::sync::lock;

/// How long a card keeps its power after the last handle on it was closed.
const GRACE: Duration = Duration::from_secs(5);
/// How long a removal waits for a card that is busy, to give it back. Most commands take microseconds.
const FAREWELL: Duration = Duration::from_millis(100);

/// Readers with their slots and cards, shared by all who use them.
pub struct Readers {
    names: Vec<Arc<str>>,
    pub(in crate::reader) grace: Duration,
    pub(in crate::reader) table: Mutex<SlotTable>,
    /// Something on the table moved.
    pub(in crate::reader) moved: Condvar,
    pub(in crate::reader) watchers: Mutex<Vec<Weak<dyn Watcher>>>,
    identities: AtomicU32,
    mask: u32,
    sessions: AtomicU64,
}

/// Somebody who wants to know when a published state changes.
pub trait Watcher: Send + Sync {
    /// A state changed. Must return at once and must not come back to the readers.
    fn changed(&self);
}

/// What is published of one slot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SlotState {
    /// Its name: model, number of the reader, number of the slot.
    pub name: Arc<str>,
    /// What its card is like.
    pub card: CardState,
    /// How often a card came or went, modulo 65536.
    pub events: u16,
    /// Who has it open.
    pub sharing: Sharing,
    /// The card's answer to reset; `None` without a card, or if it is mute.
    pub atr: Option<Atr>,
    /// The protocol agreed on.
    pub protocol: Protocols,
}

impl Readers {
    /// Readers without cards.
    ///
    /// # Errors
    ///
    /// [`ModelError::TooMany`] if there are more than 256.
    pub fn new(models: &[Model]) -> Result<Arc<Self>, ModelError> {
        Self::with_grace(models, GRACE)
    }

    /// Readers whose cards keep their power for another time than pcsc-lite's five seconds after their last use.
    ///
    /// # Errors
    ///
    /// [`ModelError::TooMany`] if there are more than 256.
    pub fn with_grace(models: &[Model], grace: Duration) -> Result<Arc<Self>, ModelError> {
        let names = Model::slot_names(models)?;
        let mask = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default();
        Ok(Arc::new(Self {
            grace,
            table: Mutex::new(SlotTable::new(names.len())),
            names,
            moved: Condvar::new(),
            watchers: Mutex::default(),
            identities: AtomicU32::new(0),
            mask,
            sessions: AtomicU64::new(0),
        }))
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no slot at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What is published of all slots. Never waits behind a card.
    #[must_use]
    pub fn states(&self) -> Vec<SlotState> {
        self.with(|table| {
            let slots = table.slots.iter_mut().zip(&self.names);
            let state = slots.map(|(slot, name)| {
                slot.expire(self.grace);
                SlotState {
                    name: Arc::clone(name),
                    card: slot.state,
                    events: slot.events,
                    sharing: slot.sharing(),
                    atr: slot.atr,
                    protocol: slot.protocol,
                }
            });
            state.collect()
        })
    }

    /// Puts a card into a slot and powers it up.
    ///
    /// # Errors
    ///
    /// [`SlotError`] if there is no such slot or it holds a card.
    pub fn insert(&self, slot: usize, mut card: Box<dyn Card>) -> Result<(), SlotError> {
        self.with(|table| table.free_slot(slot).map(drop))?;
        let atr = card.power_up(Interface::Contact).is_ok().then(|| *card.atr());
        self.with(|table| {
            table.free_slot(slot)?.fill(card, atr);
            (table.moved, table.changed) = (true, true);
            Ok(())
        })
    }

    /// Pulls a card out of a slot, whatever it is doing: a client that waits for its answer gets an error at once.
    ///
    /// Returns the card without power; or `None` if it is so busy that it does not come back soon, in which case it
    /// is dropped when its command ends.
    ///
    /// # Errors
    ///
    /// [`SlotError`] if there is no such slot or no card in it.
    pub fn remove(&self, slot: usize) -> Result<Option<Box<dyn Card>>, SlotError> {
        let (place, generation, running) = self.with(|table| {
            let entry = table.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
            if matches!(entry.place, Presence::Empty) {
                return Err(SlotError::Empty(slot));
            }
            let generation = entry.generation;
            let place = entry.vacate();
            if matches!(place, Presence::Lent) {
                entry.leaving.push(Leaving { generation, card: None });
            }
            let running = entry.running.take();
            (table.moved, table.changed) = (true, true);
            Ok((place, generation, running))
        })?;
        if let Some(caller) = running.as_ref().and_then(|running| running.caller.upgrade()) {
            caller.card_left(running.map_or(0, |running| running.ticket));
        }
        let mut card = match place {
            Presence::Here(card) => Some(card),
            _ => self.await_leaving(slot, generation),
        };
        if let Some(card) = &mut card {
            card.power_off();
        }
        Ok(card)
    }

    /// Waits a little for a card that was removed while it was lent.
    fn await_leaving(&self, slot: usize, generation: u64) -> Option<Box<dyn Card>> {
        let until = Instant::now() + FAREWELL;
        self.wait(&nobody(), |table| {
            let leaving = &mut table.slots[slot].leaving;
            let Some(mine) = leaving.iter().position(|each| each.generation == generation) else {
                return Ok::<_, CardError>(Step::Done(None));
            };
            if leaving[mine].card.is_none() && Instant::now() < until {
                return Ok(Step::Wait(Some(until)));
            }
            Ok(Step::Done(leaving.swap_remove(mine).card))
        })
        .unwrap_or_default()
    }

    /// Tells a watcher of every change from now on, for as long as it lives.
    pub fn watch(&self, watcher: Weak<dyn Watcher>) {
        let mut watchers = lock(&self.watchers);
        watchers.retain(|each| each.strong_count() > 0);
        watchers.push(watcher);
    }

    /// The slot of that name.
    pub(in crate::reader) fn slot_named(&self, name: &[u8]) -> Option<usize> {
        self.names.iter().position(|each| each.as_bytes() == name)
    }

    /// The name of a slot.
    pub(in crate::reader) fn name(&self, slot: usize) -> &str {
        self.names.get(slot).map_or("", |name| name)
    }

    /// A number for a context or a handle: not zero, positive when signed, and not drawn before.
    pub(in crate::reader) fn identity(&self) -> u32 {
        // An odd factor makes each number come once in 2^31; the mask makes another start of another service.
        loop {
            let count = self.identities.fetch_add(1, Ordering::Relaxed);
            let identity = (count.wrapping_mul(0x9E37_79B1) ^ self.mask) & 0x7FFF_FFFF;
            if identity != 0 {
                return identity;
            }
        }
    }

    /// A number for a session.
    pub(in crate::reader) fn session_id(&self) -> SessionId {
        SessionId(self.sessions.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("names", &self.names).finish_non_exhaustive()
    }
}
