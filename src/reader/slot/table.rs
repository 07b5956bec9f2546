//! What is known of all slots: one table under one short lock, with the handles that are open on each and the lock that
//! one of them may have.
//!
//! Nothing here waits, and nothing here talks to a card.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Card, Fault, Interface, Uid};

use super::{
    CardError, CardState, Label, Protocols, Sharing, SlotError, SlotName, SlotSpec, SlotState, caller::Caller,
    field::Field, keypad::Keypad, observer::Event,
};
use crate::reader::device::{Device, attribute::View};

/// How many handles a reader, or a connection, may have open; a reader as many again of guests.
pub(in crate::reader) const MOST_HANDLES: usize = 200;

/// All slots.
#[derive(Default)]
pub(in crate::reader) struct SlotTable {
    pub(in crate::reader) slots: Vec<Slot>,
    /// How long a card keeps power that nobody uses.
    grace: Duration,
    /// Threads that wait for something on the table to move.
    pub(in crate::reader) waiting: usize,
    /// Whether something moved that a thread may wait for: a lock, a loan, a card.
    pub(in crate::reader) moved: bool,
    /// What observers are to be told.
    pub(in crate::reader) events: Vec<Event>,
    /// How many prompts for a PIN there were.
    pub(super) prompts: u64,
    /// Whether something changed that is published.
    pub(in crate::reader) changed: bool,
}

/// Where a slot's card is.
#[derive(Default)]
pub(in crate::reader) enum Presence {
    /// Nowhere: there is none.
    #[default]
    Empty,
    /// In the slot.
    Here(Box<dyn Card>),
    /// With the thread that runs it.
    Lent,
}

/// One slot, and all that is known of it.
pub(in crate::reader) struct Slot {
    pub(in crate::reader) name: SlotName,
    /// On which interface it powers cards up.
    pub(in crate::reader) kind: Interface,
    /// What reader it is a slot of.
    pub(in crate::reader) device: Arc<Device>,
    /// What the host said of its card.
    pub(in crate::reader) label: Option<Label>,
    /// Whether its reader is unplugged: programs of PC/SC do not see it.
    pub(in crate::reader) unplugged: bool,
    pub(in crate::reader) state: CardState,
    pub(in crate::reader) atr: Option<Atr>,
    /// What its card is called in a field.
    uid: Option<Uid>,
    pub(in crate::reader) protocol: Protocols,
    pub(in crate::reader) events: u16,
    pub(in crate::reader) powered: bool,
    /// Whether a driver wants the card to have its power.
    pub(in crate::reader) driven: bool,
    /// Whether the grace period ended, and observers were not told yet.
    pub(in crate::reader) has_rested: bool,
    /// Since when the card has power that nobody uses.
    pub(in crate::reader) idle_since: Option<Instant>,
    pub(in crate::reader) place: Presence,
    /// The card that is on its way in, while it gets its power.
    pub(in crate::reader) coming: Option<Coming>,
    /// Raised at each insertion and removal: a loan of an older one has lost its card.
    pub(in crate::reader) generation: u64,
    /// Whose command the card is busy with.
    pub(in crate::reader) running: Option<Running>,
    /// In which stay somebody last sent a command, and whose it was: a session's or a driver's. Only while somebody
    /// observes.
    pub(in crate::reader) turn: Option<(u64, Option<SessionId>)>,
    /// The card that was last removed, until another one is inserted.
    pub(in crate::reader) aside: Option<Aside>,
    /// The PIN pad, as far as a person is at it.
    pub(super) keypad: Keypad,
    pub(in crate::reader) handles: Vec<Handle>,
    pub(in crate::reader) exclusive: bool,
    pub(in crate::reader) lock: Option<Lock>,
}

/// A command that a card is busy with.
pub(in crate::reader) struct Running {
    pub(in crate::reader) caller: Weak<dyn Caller>,
    pub(in crate::reader) ticket: u64,
}

/// A card on its way into a slot. It is with the thread that gives it its power; nobody else sees it before it has
/// answered, and it can be pulled.
pub(in crate::reader) struct Coming {
    /// That which the slot will have once the card is in.
    pub(in crate::reader) generation: u64,
    pub(in crate::reader) label: Option<Label>,
}

/// A card that was pulled out of its slot, and what is to be done about it with no lock held.
pub(in crate::reader) struct Pulled {
    /// That of its stay.
    pub(in crate::reader) generation: u64,
    pub(in crate::reader) place: Presence,
    /// Whose command it was busy with.
    pub(in crate::reader) running: Option<Running>,
}

/// A card that is out of its slot and can come back.
pub(in crate::reader) struct Aside {
    /// That of the slot while it held the card.
    pub(in crate::reader) generation: u64,
    pub(in crate::reader) label: Option<Label>,
    /// `None` while a thread still has it.
    pub(in crate::reader) card: Option<Box<dyn Card>>,
}

/// The number of a session, which no other session of the same readers has.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId(pub(super) u64);

impl SessionId {
    /// The number itself, to be shown.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// An open handle.
pub(in crate::reader) struct Handle {
    pub(in crate::reader) id: u32,
    pub(in crate::reader) session: SessionId,
    /// Whether it is of another user than the one whose readers they are.
    pub(in crate::reader) is_guests: bool,
    pub(in crate::reader) event: Option<HandleEvent>,
}

/// What happened to the card behind a handle's back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::reader) enum HandleEvent {
    Removed,
    Reset,
    /// Its reader was unplugged, which is for good: the one that comes back is another to the handle.
    Unplugged,
}

/// A transaction, or the standing lock of an exclusive handle.
pub(in crate::reader) struct Lock {
    pub(in crate::reader) handle: u32,
    pub(in crate::reader) session: SessionId,
    pub(in crate::reader) count: u32,
}

impl SlotTable {
    pub(in crate::reader) fn new(slots: Vec<SlotSpec>, grace: Duration) -> Self {
        Self { slots: slots.into_iter().map(Slot::empty).collect(), grace, ..Self::default() }
    }

    /// A slot as it is now: its card has no power any more if nobody used that for the grace period. Whatever begins
    /// with a slot begins with this.
    pub(in crate::reader) fn look_at(&mut self, slot: usize) -> &mut Slot {
        let entry = &mut self.slots[slot];
        entry.expire(self.grace);
        entry
    }

    /// A slot that a card can be put into.
    pub(in crate::reader) fn free_slot(&mut self, slot: usize) -> Result<&mut Slot, SlotError> {
        let entry = self.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
        match entry.place {
            Presence::Empty if entry.coming.is_none() => Ok(entry),
            _ => Err(SlotError::Occupied(slot)),
        }
    }

    /// Pulls the card out of a slot, also one that is still on its way in, and notes where it goes: aside.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Empty`].
    pub(in crate::reader) fn pull(&mut self, slot: usize) -> Result<Pulled, SlotError> {
        let entry = self.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
        let (pulled, label) = match (entry.coming.take(), &entry.place) {
            (Some(Coming { generation, label }), _) => {
                // Nobody saw it, but it came and went.
                entry.count_move();
                entry.count_move();
                (Pulled { generation, place: Presence::Lent, running: None }, label)
            }
            (None, Presence::Empty) => return Err(SlotError::Empty(slot)),
            (None, _) => {
                let (generation, running, label) = (entry.generation, entry.running.take(), entry.label.take());
                (Pulled { generation, place: entry.vacate(), running }, label)
            }
        };
        entry.aside = Some(Aside { generation: pulled.generation, label, card: None });
        (self.moved, self.changed) = (true, true);
        Ok(pulled)
    }

    /// Notes what came of a command to the card in a slot, or of a request for a protocol.
    ///
    /// # Errors
    ///
    /// [`CardError::Silent`] if it gave no answer.
    pub(in crate::reader) fn note_answer(&mut self, slot: usize, outcome: Result<(), Fault>) -> Result<(), CardError> {
        self.changed |= outcome.is_err_and(|fault| self.slots[slot].note_silence(fault));
        outcome.map_err(CardError::Silent)
    }

    /// How many handles a session has.
    pub(in crate::reader) fn handles_of(&self, session: SessionId) -> usize {
        self.slots.iter().flat_map(|slot| &slot.handles).filter(|each| each.session == session).count()
    }
}

impl Slot {
    fn empty(spec: SlotSpec) -> Self {
        Self {
            name: spec.name,
            kind: spec.kind,
            device: spec.device,
            label: None,
            unplugged: false,
            state: CardState::ABSENT,
            atr: None,
            uid: None,
            protocol: Protocols::UNDEFINED,
            events: 0,
            powered: false,
            driven: false,
            has_rested: false,
            idle_since: None,
            place: Presence::Empty,
            coming: None,
            generation: 0,
            running: None,
            turn: None,
            aside: None,
            keypad: Keypad::default(),
            handles: Vec::new(),
            exclusive: false,
            lock: None,
        }
    }

    /// What is published of it.
    pub(in crate::reader) fn publish(&self) -> SlotState {
        SlotState {
            name: self.name.clone(),
            kind: self.kind,
            unplugged: self.unplugged,
            card: self.state,
            label: self.coming.as_ref().map_or(&self.label, |coming| &coming.label).clone(),
            generation: self.generation,
            events: self.events,
            sharing: self.sharing(),
            atr: self.atr,
            protocol: self.protocol,
            prompt: self.keypad.prompt().cloned(),
            typed_ahead: self.keypad.waiting(),
        }
    }

    /// What the slot of that number tells of an attribute; `None` if there is none such.
    pub(in crate::reader) fn attribute(&self, number: usize, id: u32) -> Option<Vec<u8>> {
        let view = View {
            device: &self.device,
            slot: number,
            name: self.name.as_str(),
            kind: self.kind,
            card: self.state,
            powered: self.powered,
            atr: self.atr.as_ref(),
            protocol: self.protocol,
        };
        view.attribute(id)
    }

    /// What its reader answers of the card without asking it: an antenna's does.
    pub(super) fn field(&self) -> Option<Field> {
        let atr = self.atr.filter(|_| self.kind == Interface::Contactless)?;
        Some(Field { uid: self.uid, atr })
    }

    /// Who has it open.
    pub(in crate::reader) fn sharing(&self) -> Sharing {
        if self.exclusive {
            return Sharing::Exclusive;
        }
        Sharing::Handles(u16::try_from(self.users()).unwrap_or(u16::MAX))
    }

    /// How many handles are good for something.
    pub(in crate::reader) fn users(&self) -> usize {
        self.handles.iter().filter(|handle| handle.event != Some(HandleEvent::Unplugged)).count()
    }

    /// The reader is unplugged, when its card is out already.
    pub(in crate::reader) fn unplug(&mut self) {
        self.flag(HandleEvent::Unplugged);
        (self.unplugged, self.exclusive, self.lock) = (true, false, None);
    }

    /// A card is on its way into the slot, which is free, and gets its power next; says the generation of its stay.
    pub(in crate::reader) fn reserve(&mut self, label: Option<Label>) -> u64 {
        let generation = self.generation + 1;
        self.coming = Some(Coming { generation, label });
        generation
    }

    /// A card came or went.
    fn count_move(&mut self) {
        self.generation += 1;
        self.events = self.events.wrapping_add(1);
    }

    /// A card is in the slot from now on; `atr` is `None` if it is mute.
    pub(in crate::reader) fn fill(
        &mut self,
        card: Box<dyn Card>,
        atr: Option<Atr>,
        uid: Option<Uid>,
        label: Option<Label>,
    ) {
        self.place = Presence::Here(card);
        self.uid = uid;
        self.label = label;
        self.count_move();
        self.set_power(atr);
        self.rest();
    }

    /// The card is gone from now on.
    fn vacate(&mut self) -> Presence {
        self.count_move();
        self.state = CardState::ABSENT;
        self.atr = None;
        self.protocol = Protocols::UNDEFINED;
        self.label = None;
        self.powered = false;
        self.driven = false;
        self.idle_since = None;
        self.lock = None;
        self.flag(HandleEvent::Removed);
        std::mem::take(&mut self.place)
    }

    /// The card was powered up or reset: its answer to reset, or `None` if it is mute.
    pub(in crate::reader) fn set_power(&mut self, atr: Option<Atr>) {
        self.state = if atr.is_some() { CardState::READY } else { CardState::MUTE };
        self.powered = atr.is_some();
        self.atr = atr;
        self.protocol = Protocols::UNDEFINED;
    }

    /// The card has no power from now on, since a handle or a driver took it or since it was lost. All handles hear of
    /// it as of a reset, and whoever opens the card next powers it up.
    pub(in crate::reader) fn set_unpowered(&mut self) {
        self.state = CardState::UNPOWERED;
        self.powered = false;
        self.driven = false;
        self.idle_since = None;
        self.protocol = Protocols::UNDEFINED;
        self.flag(HandleEvent::Reset);
    }

    /// The card gave no answer. Says whether that is since it has no power.
    fn note_silence(&mut self, fault: Fault) -> bool {
        let has_no_power = matches!(fault, Fault::PowerLost | Fault::Unpowered);
        if has_no_power {
            self.set_unpowered();
        }
        has_no_power
    }

    /// If nobody uses the card, the grace period begins.
    pub(in crate::reader) fn rest(&mut self) {
        if self.users() == 0 && self.powered && !self.driven {
            self.idle_since = Some(Instant::now());
        }
    }

    /// Takes the power from a card that nobody used for the grace period. The card itself learns of it when it gets
    /// power again, as a cold reset: nobody can tell the difference, and no thread has to wait for the moment. A card
    /// on loan keeps it: whoever runs the card needs the power that he found.
    fn expire(&mut self, grace: Duration) {
        let is_lent = matches!(self.place, Presence::Lent);
        if !is_lent && self.idle_since.is_some_and(|since| since.elapsed() >= grace) {
            self.idle_since = None;
            self.has_rested = true;
            self.powered = false;
            self.protocol = Protocols::UNDEFINED;
        }
    }

    /// Tells all handles what happened to the card.
    pub(in crate::reader) fn flag(&mut self, event: HandleEvent) {
        for handle in self.handles.iter_mut().filter(|handle| handle.event != Some(HandleEvent::Unplugged)) {
            handle.event = Some(event);
        }
    }

    /// Forgets what happened to the card, for one handle.
    pub(in crate::reader) fn clear_event(&mut self, handle: u32) {
        for each in self.handles.iter_mut().filter(|each| each.id == handle) {
            each.event = each.event.filter(|event| *event == HandleEvent::Unplugged);
        }
    }

    /// The lock, if another handle has it.
    pub(in crate::reader) fn foreign_lock(&self, handle: u32) -> Option<&Lock> {
        self.lock.as_ref().filter(|lock| lock.handle != handle)
    }

    /// Takes the lock, once more if the handle has it. The caller has seen that no other handle does.
    pub(in crate::reader) fn take_lock(&mut self, handle: u32, session: SessionId) {
        let lock = self.lock.get_or_insert(Lock { handle, session, count: 0 });
        lock.count = lock.count.saturating_add(1);
    }

    /// Closes a handle: its locks are given back.
    pub(in crate::reader) fn close(&mut self, handle: u32) {
        self.handles.retain(|each| each.id != handle);
        if self.lock.as_ref().is_some_and(|lock| lock.handle == handle) {
            self.lock = None;
        }
        if self.users() == 0 {
            self.exclusive = false;
        }
        self.rest();
    }
}
