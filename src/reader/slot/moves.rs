//! How cards come into slots and leave them.
//!
//! A card on its way in is with the thread that powers it up, as a card on loan is with the thread that runs it: no
//! lock is held meanwhile, and a removal does not wait for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, Card, Interface};

use super::{
    CardError, Label, Readers, SlotError,
    access::Step,
    caller::nobody,
    table::{Presence, Pulled},
};

/// How long a removal waits for a card that is busy. Most commands take microseconds.
const FAREWELL: Duration = Duration::from_millis(100);

impl Readers {
    /// Puts a card into a slot and powers it up. A card that was removed from the slot before cannot come back any
    /// more.
    ///
    /// While it is powered up, nobody else is kept waiting: programs see the slot as it was, and [`Readers::remove`]
    /// pulls the card. That it was pulled before it had its power is no error.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Occupied`].
    pub fn insert(&self, slot: usize, card: Box<dyn Card>, label: Option<Label>) -> Result<(), SlotError> {
        let (generation, kind, aside) = self.with(|table| {
            let entry = table.free_slot(slot)?;
            let generation = entry.reserve(label);
            Ok((generation, entry.kind, entry.aside.take()))
        })?;
        // Dropping a card may take time: it is not dropped under the lock.
        drop(aside);
        self.arrive(slot, generation, kind, card, |_| ());
        Ok(())
    }

    /// Puts a card into a slot in place of the one that is there, if one is; in between, the slot is nobody else's.
    /// The earlier card is pulled as by [`Readers::remove`] and cannot come back. Says whether there was one.
    ///
    /// `between` is for a host that notes in its order what comes and goes. It is called with the generation of the new
    /// card's stay, when an earlier card is out and its client has its answer, and before the new one gets its power.
    ///
    /// `arrived` is for a host that tells others of the new card. It is called with the card's answer to reset, `None`
    /// if it is mute, at the moment when the card is in: who hears of it then finds it, and nobody has used it yet. The
    /// lock on all slots is held meanwhile, so that it must return at once and must not come back to the readers. Of a
    /// card that is pulled on its way in it is not called.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`].
    pub fn exchange(
        &self,
        slot: usize,
        card: Box<dyn Card>,
        label: Option<Label>,
        between: impl FnOnce(u64),
        arrived: impl FnOnce(Option<Atr>),
    ) -> Result<bool, SlotError> {
        let (mut pulled, generation, kind, aside) = self.with(|table| {
            let pulled = match table.pull(slot) {
                Err(SlotError::Empty(_)) => None,
                pulled => Some(pulled?),
            };
            let entry = table.free_slot(slot)?;
            let generation = entry.reserve(label);
            let (kind, aside) = (entry.kind, entry.aside.take());
            table.moved = true;
            Ok((pulled, generation, kind, aside))
        })?;
        pulled.iter_mut().for_each(Pulled::answer_client);
        between(generation);
        drop(aside);
        let replaced = pulled.is_some();
        pulled.into_iter().for_each(|pulled| self.lay_down(slot, pulled));
        self.arrive(slot, generation, kind, card, arrived);
        Ok(replaced)
    }

    /// Puts the card that was last removed from a slot back into it and powers it up: it is the same card, with its
    /// memory. Gives what the host said of it.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Occupied`], [`SlotError::NeverHeld`] if no card was removed from the slot,
    /// [`SlotError::Busy`] if it was busy with a command and still is.
    pub fn reinsert(&self, slot: usize) -> Result<Option<Label>, SlotError> {
        self.reinsert_after(slot, |_| (), |_| ())
    }

    /// As [`reinsert`](Self::reinsert), for a host that has something to do just before the card gets its power:
    /// `first` is called when nothing stands in the way any more, with the generation of the new stay. `arrived` is as
    /// that of [`exchange`](Self::exchange).
    ///
    /// # Errors
    ///
    /// As [`reinsert`](Self::reinsert).
    pub fn reinsert_after(
        &self,
        slot: usize,
        first: impl FnOnce(u64),
        arrived: impl FnOnce(Option<Atr>),
    ) -> Result<Option<Label>, SlotError> {
        let (card, kind, generation, label) = self.with(|table| {
            let entry = table.free_slot(slot)?;
            let aside = entry.aside.as_mut().ok_or(SlotError::NeverHeld(slot))?;
            let card = aside.card.take().ok_or(SlotError::Busy(slot))?;
            let label = entry.aside.take().and_then(|aside| aside.label);
            let generation = entry.reserve(label.clone());
            Ok((card, entry.kind, generation, label))
        })?;
        first(generation);
        self.arrive(slot, generation, kind, card, arrived);
        Ok(label)
    }

    /// Takes the card out of a slot for another place: the one that is in it, pulled as by
    /// [`remove_then`](Self::remove_then), else the one that was last removed from it. It has no power. Gives it with
    /// what the host said of it.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::NeverHeld`] if there is neither, [`SlotError::Busy`] if the card was busy
    /// with a command and still is: it is then out of the slot, and can be taken when it is done.
    pub fn take(&self, slot: usize, then: impl FnOnce(u64)) -> Result<(Box<dyn Card>, Option<Label>), SlotError> {
        match self.remove_then(slot, then) {
            Ok(()) | Err(SlotError::Empty(_)) => {}
            Err(other) => return Err(other),
        }
        self.with(|table| {
            let entry = table.slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
            let aside = entry.aside.as_mut().ok_or(SlotError::NeverHeld(slot))?;
            let card = aside.card.take().ok_or(SlotError::Busy(slot))?;
            Ok((card, entry.aside.take().and_then(|aside| aside.label)))
        })
    }

    /// Powers up a card that is on its way into a slot, with no lock held, and puts it there unless it was pulled.
    fn arrive(
        &self,
        slot: usize,
        generation: u64,
        kind: Interface,
        mut card: Box<dyn Card>,
        arrived: impl FnOnce(Option<Atr>),
    ) {
        let powered = catch_unwind(AssertUnwindSafe(|| (card.power_up(kind).is_ok().then(|| *card.atr()), card.uid())));
        // A card whose power-up panics is in all the same, and mute; the panic goes on to who brought it.
        let (atr, uid) = powered.as_ref().copied().unwrap_or_default();
        let mut card = Some(card);
        self.with(|table| {
            let entry = &mut table.slots[slot];
            let Some(coming) = entry.coming.take_if(|coming| coming.generation == generation) else { return };
            if let Some(card) = card.take() {
                entry.fill(card, atr, uid, coming.label);
            }
            arrived(atr);
            (table.moved, table.changed) = (true, true);
        });
        card.into_iter().for_each(|card| self.put_aside(slot, generation, card));
        if let Err(panic) = powered {
            resume_unwind(panic)
        }
    }

    /// Pulls a card out of a slot, whatever it is doing: a client that waits for its answer gets an error at once. One
    /// that is still being powered up is pulled as well.
    ///
    /// The card loses its power and is kept aside, for [`reinsert`](Self::reinsert), until another one is inserted. One
    /// that is busy is waited for a little; if it does not come back soon, it is put aside when its command ends.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::Empty`].
    pub fn remove(&self, slot: usize) -> Result<(), SlotError> {
        self.remove_then(slot, |_| ())
    }

    /// As [`remove`](Self::remove), for a host that notes in its order what comes and goes: `then` is called with
    /// the generation of its stay, when the card is out and its client has its answer, and before the card is waited
    /// for and loses its power.
    ///
    /// # Errors
    ///
    /// As [`remove`](Self::remove).
    pub fn remove_then(&self, slot: usize, then: impl FnOnce(u64)) -> Result<(), SlotError> {
        let pulled = self.with(|table| table.pull(slot))?;
        self.is_out(slot, pulled, then);
        Ok(())
    }

    /// Unplugs the reader of a slot, as far as programs of PC/SC see: it is in no list, and their handles on it are
    /// good for nothing but to be closed, also later. The card in it is pulled as by
    /// [`remove_then`](Self::remove_then); one may come into the slot meanwhile, and is seen when the reader is.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`].
    pub fn unplug_then(&self, slot: usize, then: impl FnOnce(u64)) -> Result<(), SlotError> {
        let pulled = self.with(|table| {
            let pulled = match table.pull(slot) {
                Err(SlotError::Empty(_)) => None,
                pulled => Some(pulled?),
            };
            table.slots[slot].unplug();
            (table.moved, table.changed) = (true, true);
            Ok::<_, SlotError>(pulled)
        })?;
        if let Some(pulled) = pulled {
            self.is_out(slot, pulled, then);
        }
        Ok(())
    }

    /// Plugs the reader of a slot in again. Of a slot that there is not, nothing is done.
    pub fn plug(&self, slot: usize) {
        self.with(|table| {
            table.slots.get_mut(slot).into_iter().for_each(|entry| entry.unplugged = false);
            (table.moved, table.changed) = (true, true);
        });
    }

    /// A card is out: whoever waits for it is told, and it goes aside.
    fn is_out(&self, slot: usize, mut pulled: Pulled, then: impl FnOnce(u64)) {
        pulled.answer_client();
        let generation = pulled.generation;
        then(generation);
        self.lay_down(slot, pulled);
        self.await_aside(slot, generation);
    }

    /// A card that was pulled goes aside, unless a thread has it.
    fn lay_down(&self, slot: usize, pulled: Pulled) {
        if let Presence::Here(card) = pulled.place {
            self.put_aside(slot, pulled.generation, card);
        }
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
}

impl Pulled {
    /// Answers the client whose command the card was busy with. That comes before all else that a removal brings about:
    /// the client waits neither for its host, which may write files, nor for the card.
    fn answer_client(&mut self) {
        if let Some(running) = self.running.take()
            && let Some(caller) = running.caller.upgrade()
        {
            caller.card_left(running.ticket);
        }
    }
}
