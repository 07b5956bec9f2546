//! The slots of one service, and how cards come and go.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Card, Interface};

use super::{
    CardError, CardState, Label, NameError, Observer, Protocols, Sharing, SlotError, SlotName, SlotSpec,
    access::Step,
    caller::nobody,
    observer::Event,
    table::{Aside, Presence, SessionId, SlotTable},
};
use crate::reader::sync::lock;

/// How long a card keeps its power after the last handle on it was closed.
const GRACE: Duration = Duration::from_secs(5);
/// How long a removal waits for a card that is busy. Most commands take microseconds.
const FAREWELL: Duration = Duration::from_millis(100);

/// Slots and their cards, shared by all who use them.
pub struct Readers {
    pub(in crate::reader) grace: Duration,
    pub(in crate::reader) table: Mutex<SlotTable>,
    /// Something on the table moved.
    pub(in crate::reader) moved: Condvar,
    pub(in crate::reader) watchers: Mutex<Vec<Weak<dyn Watcher>>>,
    pub(super) observers: Mutex<Vec<Weak<dyn Observer>>>,
    /// Whether there are observers.
    pub(super) observed: AtomicBool,
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
    /// Its name.
    pub name: SlotName,
    /// On which interface it powers cards up.
    pub kind: Interface,
    /// What its card is like.
    pub card: CardState,
    /// What the host said of its card; `None` without a card, or if it said nothing.
    pub label: Option<Label>,
    /// How often a card came or went since the readers were made. It tells two cards apart, and one card from itself
    /// when it comes back.
    pub generation: u64,
    /// The same number, modulo 65536.
    pub events: u16,
    /// Who has it open.
    pub sharing: Sharing,
    /// The card's answer to reset; `None` without a card, or if it is mute.
    pub atr: Option<Atr>,
    /// The protocol agreed on.
    pub protocol: Protocols,
}

impl Readers {
    /// These slots, without cards.
    ///
    /// # Errors
    ///
    /// [`NameError::Twice`] if two of them have the same name.
    pub fn new(slots: Vec<SlotSpec>) -> Result<Arc<Self>, NameError> {
        Self::with_grace(slots, GRACE)
    }

    /// Slots whose cards keep their power for another time than pcsc-lite's five seconds after their last use.
    ///
    /// # Errors
    ///
    /// [`NameError::Twice`] if two of them have the same name.
    pub fn with_grace(slots: Vec<SlotSpec>, grace: Duration) -> Result<Arc<Self>, NameError> {
        SlotSpec::check_all(&slots)?;
        let mask = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default();
        Ok(Arc::new(Self {
            grace,
            table: Mutex::new(SlotTable::new(slots)),
            moved: Condvar::new(),
            watchers: Mutex::default(),
            observers: Mutex::default(),
            observed: AtomicBool::new(false),
            identities: AtomicU32::new(0),
            mask,
            sessions: AtomicU64::new(0),
        }))
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.table).slots.len()
    }

    /// Whether there is no slot at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is published of all slots. Never waits behind a card.
    #[must_use]
    pub fn states(&self) -> Vec<SlotState> {
        self.with(|table| table.slots.iter_mut().map(|slot| slot.publish(self.grace)).collect())
    }

    /// What is published of one slot, if there is one of that number. Never waits behind a card.
    #[must_use]
    pub fn state(&self, slot: usize) -> Option<SlotState> {
        self.with(|table| table.slots.get_mut(slot).map(|slot| slot.publish(self.grace)))
    }

    /// Puts a card into a slot and powers it up. A card that was removed from the slot before cannot come back any
    /// more.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Occupied`].
    pub fn insert(&self, slot: usize, mut card: Box<dyn Card>, label: Option<Label>) -> Result<(), SlotError> {
        let kind = self.with(|table| table.free_slot(slot).map(|entry| entry.kind))?;
        let atr = card.power_up(kind).is_ok().then(|| *card.atr());
        let mut card = Some(card);
        let aside = self.with(|table| {
            let entry = table.free_slot(slot)?;
            let aside = entry.aside.take();
            if let Some(card) = card.take() {
                entry.fill(card, atr, label);
            }
            let generation = entry.generation;
            self.note(table, Event::Inserted { slot, generation, atr });
            (table.moved, table.changed) = (true, true);
            Ok(aside)
        });
        // Dropping a card may take time: neither of the two is dropped under the lock.
        aside.map(drop)
    }

    /// Puts the card that was last removed from a slot back into it and powers it up: it is the same card, with its
    /// memory. Gives what the host said of it.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Occupied`], [`SlotError::NeverHeld`] if no card was removed from the slot,
    /// [`SlotError::Busy`] if it was busy with a command and still is.
    pub fn reinsert(&self, slot: usize) -> Result<Option<Label>, SlotError> {
        self.reinsert_after(slot, |_| ())
    }

    /// As [`reinsert`](Self::reinsert), for a host that has something to do just before the card gets its power:
    /// `first` is called when nothing stands in the way any more, with what the host said of the card.
    ///
    /// # Errors
    ///
    /// As [`reinsert`](Self::reinsert).
    pub fn reinsert_after(&self, slot: usize, first: impl FnOnce(Option<&Label>)) -> Result<Option<Label>, SlotError> {
        let (mut card, kind, generation, label) = self.with(|table| {
            let entry = table.free_slot(slot)?;
            let aside = entry.aside.as_mut().ok_or(SlotError::NeverHeld(slot))?;
            let card = aside.card.take().ok_or(SlotError::Busy(slot))?;
            Ok((card, entry.kind, aside.generation, aside.label.clone()))
        })?;
        first(label.as_ref());
        let atr = card.power_up(kind).is_ok().then(|| *card.atr());
        let mut card = Some(card);
        self.with(|table| {
            let entry = table.free_slot(slot)?;
            // If it is not there, another card came and went meanwhile.
            entry.aside.take_if(|aside| aside.generation == generation).ok_or(SlotError::Occupied(slot))?;
            if let Some(card) = card.take() {
                entry.fill(card, atr, label.clone());
            }
            let generation = entry.generation;
            self.note(table, Event::Inserted { slot, generation, atr });
            (table.moved, table.changed) = (true, true);
            Ok(label)
        })
    }

    /// Pulls a card out of a slot, whatever it is doing: a client that waits for its answer gets an error at once.
    ///
    /// The card loses its power and is kept aside, for [`reinsert`](Self::reinsert), until another one is inserted. One
    /// that is busy is waited for a little; if it does not come back soon, it is put aside when its command ends.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Empty`].
    pub fn remove(&self, slot: usize) -> Result<(), SlotError> {
        let (place, generation, running) = self.with(|table| {
            let entry = table.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
            if matches!(entry.place, Presence::Empty) {
                return Err(SlotError::Empty(slot));
            }
            let generation = entry.generation;
            let running = entry.running.take();
            entry.aside = Some(Aside { generation, label: entry.label.take(), card: None });
            let place = entry.vacate();
            self.note(table, Event::Removed { slot, generation });
            (table.moved, table.changed) = (true, true);
            Ok((place, generation, running))
        })?;
        if let Some(caller) = running.as_ref().and_then(|running| running.caller.upgrade()) {
            caller.card_left(running.map_or(0, |running| running.ticket));
        }
        match place {
            Presence::Here(card) => self.put_aside(slot, generation, card),
            _ => self.await_aside(slot, generation),
        }
        Ok(())
    }

    /// Keeps a card that is out of its slot, unless another one came into the slot meanwhile.
    pub(super) fn put_aside(&self, slot: usize, generation: u64, mut card: Box<dyn Card>) {
        card.power_off();
        let mut card = Some(card);
        self.with(|table| {
            table.moved = true;
            if let Some(aside) = table.slots[slot].aside.as_mut().filter(|aside| aside.generation == generation) {
                aside.card = card.take();
            }
        });
    }

    /// Waits a little for a card that was removed while it was lent.
    fn await_aside(&self, slot: usize, generation: u64) {
        let until = Instant::now() + FAREWELL;
        // Nobody hangs up here, so that there is no error.
        let _ = self.wait(&nobody(), |table| {
            let aside = table.slots[slot].aside.as_ref().filter(|aside| aside.generation == generation);
            let is_awaited = aside.is_some_and(|aside| aside.card.is_none()) && Instant::now() < until;
            Ok::<_, CardError>(if is_awaited { Step::Wait(Some(until)) } else { Step::Done(()) })
        });
    }

    /// Tells a watcher of every change from now on, for as long as it lives.
    pub fn watch(&self, watcher: Weak<dyn Watcher>) {
        let mut watchers = lock(&self.watchers);
        watchers.retain(|each| each.strong_count() > 0);
        watchers.push(watcher);
    }

    /// The slot of that name.
    pub(in crate::reader) fn slot_named(&self, name: &[u8]) -> Option<usize> {
        lock(&self.table).slots.iter().position(|slot| slot.name.as_str().as_bytes() == name)
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
        f.debug_struct("Readers").field("grace", &self.grace).finish_non_exhaustive()
    }
}
