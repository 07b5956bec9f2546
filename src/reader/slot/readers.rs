//! The slots of one service, and what is published of them.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use virtuale_engine::{Atr, Interface};

use super::{
    CardState, Label, NameError, Observer, Protocols, Sharing, SlotName, SlotSpec,
    table::{SessionId, SlotTable},
};
use crate::reader::{pad::Prompt, sync::lock};

/// How long a card keeps its power after the last handle on it was closed.
const GRACE: Duration = Duration::from_secs(5);

/// Slots and their cards, shared by all who use them.
pub struct Readers {
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
    /// Whether its reader is unplugged: programs of PC/SC do not see it, whatever else is said of it.
    pub unplugged: bool,
    /// What its card is like.
    pub card: CardState,
    /// What the host said of its card, also of one that is still being powered up; `None` without a card, or if it
    /// said nothing.
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
    /// What its reader asks a person to type, if it does.
    pub prompt: Option<Prompt>,
    /// How many PINs, or keys that cancel, were typed at its reader and wait to be asked for.
    pub typed_ahead: usize,
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
            table: Mutex::new(SlotTable::new(slots, grace)),
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
        self.with(|table| (0..table.slots.len()).map(|slot| table.look_at(slot).publish()).collect())
    }

    /// What is published of one slot, if there is one of that number. Never waits behind a card.
    #[must_use]
    pub fn state(&self, slot: usize) -> Option<SlotState> {
        self.with(|table| (slot < table.slots.len()).then(|| table.look_at(slot).publish()))
    }

    /// Tells a watcher of every change from now on, for as long as it lives.
    pub fn watch(&self, watcher: Weak<dyn Watcher>) {
        let mut watchers = lock(&self.watchers);
        // Only where the list would grow: to look for dead ones at each costs the square of their number.
        if watchers.len() == watchers.capacity() {
            watchers.retain(|each| each.strong_count() > 0);
        }
        watchers.push(watcher);
    }

    /// The slot of that name.
    pub(in crate::reader) fn slot_named(&self, name: &[u8]) -> Option<usize> {
        lock(&self.table).slots.iter().position(|slot| !slot.unplugged && slot.name.as_str().as_bytes() == name)
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
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}
