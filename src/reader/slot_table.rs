//! What is known of all slots: one table under one short lock, and the rules on locks and events of handles.
//!
//! Nothing here waits, and nothing here talks to a card.

use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Card};

use super::{CardState, Protocols, ReturnCode, Sharing, SlotError, session::Caller};

/// How many handles a reader, or a connection, may have open.
pub(super) const MOST_HANDLES: usize = 200;

/// All slots.
#[derive(Default)]
pub(super) struct SlotTable {
    pub(super) slots: Vec<Slot>,
    /// Threads that wait for something on the table to move.
    pub(super) waiting: usize,
    /// Whether something moved that a thread may wait for: a lock, a loan, a card.
    pub(super) moved: bool,
    /// Whether something changed that is published.
    pub(super) changed: bool,
}

/// Where a slot's card is.
#[derive(Default)]
pub(super) enum Presence {
    /// Nowhere: there is none.
    #[default]
    Empty,
    /// In the slot.
    Here(Box<dyn Card>),
    /// With the thread that runs it.
    Lent,
}

/// One slot.
pub(super) struct Slot {
    pub(super) state: CardState,
    pub(super) atr: Option<Atr>,
    pub(super) protocol: Protocols,
    pub(super) events: u16,
    pub(super) powered: bool,
    /// Since when the card has power that nobody uses.
    pub(super) idle_since: Option<Instant>,
    pub(super) place: Presence,
    /// Raised at each insertion and removal: a loan of an older one has lost its card.
    pub(super) generation: u64,
    /// Whose command the card is busy with.
    pub(super) running: Option<Running>,
    /// Cards that were removed while they were lent, and are waited for.
    pub(super) leaving: Vec<Leaving>,
    pub(super) handles: Vec<Handle>,
    pub(super) exclusive: bool,
    pub(super) lock: Option<Lock>,
}

/// A command that a card is busy with.
pub(super) struct Running {
    pub(super) caller: Weak<dyn Caller>,
    pub(super) ticket: u64,
}

/// A card that is on its way out.
pub(super) struct Leaving {
    pub(super) generation: u64,
    pub(super) card: Option<Box<dyn Card>>,
}

/// A session's number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SessionId(pub(super) u64);

/// An open handle.
pub(super) struct Handle {
    pub(super) id: u32,
    pub(super) session: SessionId,
    pub(super) event: Option<HandleEvent>,
}

/// What happened to the card behind a handle's back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum HandleEvent {
    Removed,
    Reset,
}

/// A transaction, or the standing lock of an exclusive handle.
pub(super) struct Lock {
    pub(super) handle: u32,
    pub(super) session: SessionId,
    pub(super) count: u32,
}

impl SlotTable {
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: (0..slots).map(|_| Slot::empty()).collect(), ..Self::default() }
    }

    /// A slot that a card can be put into.
    pub(super) fn free_slot(&mut self, slot: usize) -> Result<&mut Slot, SlotError> {
        let entry = self.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
        match entry.place {
            Presence::Empty => Ok(entry),
            Presence::Here(_) | Presence::Lent => Err(SlotError::Occupied(slot)),
        }
    }

    /// The slot of a session's handle.
    pub(super) fn find(&self, session: SessionId, handle: u32) -> Result<usize, ReturnCode> {
        let owns = |slot: &Slot| slot.handles.iter().any(|each| each.id == handle && each.session == session);
        self.slots.iter().position(owns).ok_or(ReturnCode::INVALID_HANDLE)
    }

    /// How many handles a session has.
    pub(super) fn handles_of(&self, session: SessionId) -> usize {
        self.slots.iter().flat_map(|slot| &slot.handles).filter(|each| each.session == session).count()
    }
}

impl Slot {
    fn empty() -> Self {
        Self {
            state: CardState::ABSENT,
            atr: None,
            protocol: Protocols::UNDEFINED,
            events: 0,
            powered: false,
            idle_since: None,
            place: Presence::Empty,
            generation: 0,
            running: None,
            leaving: Vec::new(),
            handles: Vec::new(),
            exclusive: false,
            lock: None,
        }
    }

    /// Who has it open.
    pub(super) fn sharing(&self) -> Sharing {
        if self.exclusive {
            return Sharing::Exclusive;
        }
        Sharing::Handles(u16::try_from(self.handles.len()).unwrap_or(u16::MAX))
    }

    /// A card is in the slot from now on; `atr` is `None` if it is mute.
    pub(super) fn fill(&mut self, card: Box<dyn Card>, atr: Option<Atr>) {
        self.place = Presence::Here(card);
        self.generation += 1;
        self.events = self.events.wrapping_add(1);
        self.set_power(atr);
        self.rest();
    }

    /// The card is gone from now on.
    pub(super) fn vacate(&mut self) -> Presence {
        self.generation += 1;
        self.events = self.events.wrapping_add(1);
        self.state = CardState::ABSENT;
        self.atr = None;
        self.protocol = Protocols::UNDEFINED;
        self.powered = false;
        self.idle_since = None;
        self.lock = None;
        self.flag(HandleEvent::Removed);
        std::mem::take(&mut self.place)
    }

    /// The card was powered up or reset: its answer to reset, or `None` if it is mute.
    pub(super) fn set_power(&mut self, atr: Option<Atr>) {
        self.state = if atr.is_some() { CardState::READY } else { CardState::MUTE };
        self.powered = atr.is_some();
        self.atr = atr;
        self.protocol = Protocols::UNDEFINED;
    }

    /// The card was powered down because a handle asked for it.
    pub(super) fn set_unpowered(&mut self) {
        self.state = CardState::UNPOWERED;
        self.powered = false;
        self.idle_since = None;
        self.protocol = Protocols::UNDEFINED;
    }

    /// If nobody uses the card, the grace period begins.
    pub(super) fn rest(&mut self) {
        if self.handles.is_empty() && self.powered {
            self.idle_since = Some(Instant::now());
        }
    }

    /// Takes the power from a card that nobody used for the grace period. The card itself learns of it when it gets
    /// power again, as a cold reset: nobody can tell the difference, and no thread has to wait for the moment.
    pub(super) fn expire(&mut self, grace: Duration) {
        if self.idle_since.is_some_and(|since| since.elapsed() >= grace) {
            self.idle_since = None;
            self.powered = false;
            self.protocol = Protocols::UNDEFINED;
        }
    }

    /// Tells all handles what happened to the card.
    pub(super) fn flag(&mut self, event: HandleEvent) {
        for handle in &mut self.handles {
            handle.event = Some(event);
        }
    }

    /// Forgets what happened to the card, for one handle.
    pub(super) fn clear_event(&mut self, handle: u32) {
        for each in self.handles.iter_mut().filter(|each| each.id == handle) {
            each.event = None;
        }
    }

    /// The lock, if another handle has it.
    pub(super) fn foreign_lock(&self, handle: u32) -> Option<&Lock> {
        self.lock.as_ref().filter(|lock| lock.handle != handle)
    }

    /// # Errors
    ///
    /// If another handle has the lock.
    pub(super) fn check_lock(&self, handle: u32) -> Result<(), ReturnCode> {
        self.foreign_lock(handle).map_or(Ok(()), |_| Err(ReturnCode::SHARING_VIOLATION))
    }

    /// # Errors
    ///
    /// If something happened to the card that the handle has not taken note of.
    pub(super) fn check_event(&self, handle: u32) -> Result<(), ReturnCode> {
        match self.handles.iter().find(|each| each.id == handle).and_then(|each| each.event) {
            None => Ok(()),
            Some(HandleEvent::Removed) => Err(ReturnCode::REMOVED_CARD),
            Some(HandleEvent::Reset) => Err(ReturnCode::RESET_CARD),
        }
    }

    /// Takes the lock, once more if the handle has it. The caller has seen that no other handle does.
    pub(super) fn take_lock(&mut self, handle: u32, session: SessionId) {
        let lock = self.lock.get_or_insert(Lock { handle, session, count: 0 });
        lock.count = lock.count.saturating_add(1);
    }

    /// Gives the lock back once.
    ///
    /// # Errors
    ///
    /// If another handle has it, or nobody, or only because the handle is exclusive.
    pub(super) fn release_lock(&mut self, handle: u32) -> Result<(), ReturnCode> {
        self.check_lock(handle)?;
        let standing = u32::from(self.exclusive);
        let lock = self.lock.as_mut().filter(|lock| lock.count > standing).ok_or(ReturnCode::NOT_TRANSACTED)?;
        lock.count -= 1;
        if lock.count == 0 {
            self.lock = None;
        }
        Ok(())
    }

    /// Closes a handle: its locks are given back.
    pub(super) fn close(&mut self, handle: u32) {
        self.handles.retain(|each| each.id != handle);
        if self.lock.as_ref().is_some_and(|lock| lock.handle == handle) {
            self.lock = None;
        }
        if self.handles.is_empty() {
            self.exclusive = false;
        }
        self.rest();
    }
}
