//! How threads get at the table, and how they get at a card.
//!
//! The table's lock is held for bookkeeping only. A card is lent: whoever has the loan runs the card with no lock
//! held, and others wait for it to come back. A removal ends the loan from outside: the card that comes back then goes
//! aside, where it waits to be put into its slot again.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use virtuale_engine::{Card, Response};

use super::{
    CardError, Readers,
    caller::{Caller, nobody},
    field::Field,
    table::{Presence, Slot, SlotTable},
};
use crate::reader::sync::lock;

/// How often a waiting thread looks whether its client is still there.
const LOOK_ROUND: Duration = Duration::from_millis(50);

/// How an attempt ended that did not fail.
pub(in crate::reader) enum Step<T> {
    /// It is over.
    Done(T),
    /// Something has to move first; try again then, and not later than at that time.
    Wait(Option<Instant>),
}

/// A card on loan.
pub(in crate::reader) struct Loan {
    slot: usize,
    generation: u64,
    card: Box<dyn Card>,
    /// What the reader answers itself, if it has an antenna.
    field: Option<Field>,
}

impl Loan {
    /// That of the stay during which the card was lent.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }
}

impl<T> Step<T> {
    /// Changes what an attempt gives that is over.
    pub(in crate::reader) fn map<U>(self, change: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Done(result) => Step::Done(change(result)),
            Self::Wait(until) => Step::Wait(until),
        }
    }
}

impl Readers {
    /// Does something on the table, then wakes and tells whom it concerns.
    pub(in crate::reader) fn with<T>(&self, work: impl FnOnce(&mut SlotTable) -> T) -> T {
        let mut table = lock(&self.table);
        let result = work(&mut table);
        self.settle(table);
        result
    }

    /// Tries something on the table until it is over.
    ///
    /// # Errors
    ///
    /// Those of the attempt, and [`CardError::ClientGone`] if the caller's client went away while it waited.
    pub(in crate::reader) fn wait<T, E: From<CardError>>(
        &self,
        caller: &Weak<dyn Caller>,
        mut attempt: impl FnMut(&mut SlotTable) -> Result<Step<T>, E>,
    ) -> Result<T, E> {
        let mut table = lock(&self.table);
        loop {
            let (over, until) = match attempt(&mut table) {
                Ok(Step::Wait(until)) => (None, until),
                Ok(Step::Done(result)) => (Some(Ok(result)), None),
                Err(error) => (Some(Err(error)), None),
            };
            if let Some(result) = over {
                self.settle(table);
                return result;
            }
            let nap = until.map_or(LOOK_ROUND, |until| until.saturating_duration_since(Instant::now()).min(LOOK_ROUND));
            table.waiting += 1;
            let (awake, timer) = self.moved.wait_timeout(table, nap).unwrap_or_else(PoisonError::into_inner);
            table = awake;
            table.waiting -= 1;
            if timer.timed_out() && caller.upgrade().is_some_and(|caller| caller.is_gone()) {
                return Err(CardError::ClientGone.into());
            }
        }
    }

    /// Lets go of the table, then wakes those who wait if something moved, and tells watchers and
    /// observers what concerns them.
    fn settle(&self, mut table: MutexGuard<'_, SlotTable>) {
        let wake = mem::take(&mut table.moved) && table.waiting > 0;
        let tell = mem::take(&mut table.changed);
        let events = self.take_events(&mut table);
        drop(table);
        if wake {
            self.moved.notify_all();
        }
        if tell {
            for watcher in lock(&self.watchers).iter().filter_map(Weak::upgrade) {
                watcher.changed();
            }
        }
        self.tell(&events);
    }

    /// Runs a card on loan with no lock held, gives it back, and notes the outcome under the lock.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`] if the card was removed meanwhile; the outcome is then lost.
    pub(in crate::reader) fn run<T, U>(
        &self,
        mut loan: Loan,
        work: impl FnOnce(&mut dyn Card) -> T,
        note: impl FnOnce(&mut SlotTable, T) -> U,
    ) -> Result<U, CardError> {
        match catch_unwind(AssertUnwindSafe(|| work(&mut *loan.card))) {
            Ok(outcome) => self.give_back(loan, |table| note(table, outcome)),
            Err(panic) => {
                // The panic ends its own connection; others find the card where it was.
                let _ = self.give_back(loan, |_| ());
                resume_unwind(panic)
            }
        }
    }

    /// Looks at the card of a slot, with no lock held; a card that is busy is waited for, but not longer than
    /// `patience`. Programs do not notice but for the moment in which they wait for the card.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`], also if it is removed meanwhile; [`CardError::InUse`] if it is busy for longer.
    pub fn look<T>(&self, slot: usize, patience: Duration, look: impl FnOnce(&dyn Card) -> T) -> Result<T, CardError> {
        let until = Instant::now().checked_add(patience);
        let loan = self.wait(&nobody(), |table| {
            if slot >= table.slots.len() {
                return Err(CardError::NoCard);
            }
            match table.lend(slot)? {
                Step::Wait(_) if until.is_some_and(|until| Instant::now() >= until) => Err(CardError::InUse),
                Step::Wait(_) => Ok(Step::Wait(until)),
                Step::Done(loan) => Ok(Step::Done(loan)),
            }
        })?;
        self.run(loan, |card| look(card), |_, seen| seen)
    }

    /// Sends a command to a card on loan and leaves its answer in `response`, which is empty if it gives none. A
    /// command to a reader with an antenna is answered by that.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`] if the card was removed meanwhile, [`CardError::Silent`] with what it says instead.
    pub(in crate::reader) fn transmit(
        &self,
        loan: Loan,
        command: &[u8],
        response: &mut Response,
    ) -> Result<(), CardError> {
        let (slot, field) = (loan.slot, loan.field);
        let work = |card: &mut dyn Card| match field {
            Some(field) if field.answers(command, response) => Ok(()),
            _ => card.transmit(command, response),
        };
        let answered = self.run(loan, work, |table, outcome| table.note_answer(slot, outcome)).flatten();
        if answered.is_err() {
            response.clear();
        }
        answered
    }

    pub(super) fn give_back<U>(&self, loan: Loan, note: impl FnOnce(&mut SlotTable) -> U) -> Result<U, CardError> {
        let mut stray = None;
        let result = self.with(|table| {
            table.moved = true;
            let slot = &mut table.slots[loan.slot];
            if slot.generation == loan.generation {
                slot.place = Presence::Here(loan.card);
                slot.running = None;
                return Ok(note(table));
            }
            stray = Some(loan.card);
            Err(CardError::NoCard)
        });
        if let Some(card) = stray {
            self.put_aside(loan.slot, loan.generation, card);
        }
        result
    }
}

impl SlotTable {
    /// Takes a slot's card on loan, or waits until it is back.
    ///
    /// # Errors
    ///
    /// [`CardError::NoCard`] if the slot is empty.
    pub(in crate::reader) fn lend(&mut self, slot: usize) -> Result<Step<Loan>, CardError> {
        let field = self.slots[slot].field();
        let Slot { place, generation, .. } = &mut self.slots[slot];
        match mem::replace(place, Presence::Lent) {
            Presence::Here(card) => Ok(Step::Done(Loan { slot, generation: *generation, card, field })),
            Presence::Lent => Ok(Step::Wait(None)),
            Presence::Empty => {
                *place = Presence::Empty;
                Err(CardError::NoCard)
            }
        }
    }
}
