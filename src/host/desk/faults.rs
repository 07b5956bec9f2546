//! Faults are armed at slots, and what they ask of the reader is done.

use std::{
    sync::{Arc, Weak},
    thread,
    time::{Duration, Instant},
};

use super::Desk;
use crate::{
    host::HostError,
    layer::fault::{ArmedFault, Fault, FileName, Kind, NotArmed, Order, Orders},
    reader::RawSlot,
};

/// How often a thread that waits looks whether the host is still there.
const LOOK_ROUND: Duration = Duration::from_millis(100);

impl Desk {
    /// Arms a fault at a slot; gives the reader. Where no card is in the slot, only one that came could say which file
    /// is meant by a name.
    pub(in crate::host) fn fault(&self, slot: usize, fault: Fault) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        let is_cancel = fault.effect.kind() == Kind::Cancel;
        let file = fault.when.file.clone();
        let is_empty = self.readers.state(slot).is_some_and(|state| state.label.is_none() && !state.unplugged);
        let mut here = self.begin_move(slot);
        let without_card =
            |file: Option<&FileName>| file.map(|file| HostError::NoCardForFile { slot, file: file.to_string() });
        let named = file.as_ref().filter(|file| is_empty && file.is_of_layout());
        without_card(named).map_or(Ok(()), Err)?;
        here.faults.arm(fault).map_err(|why| match why {
            NotArmed::NoFile { .. } if is_empty => without_card(file.as_ref()).unwrap_or_else(|| why.into()),
            why => why.into(),
        })?;
        if is_cancel && !std::mem::replace(&mut here.is_watched, true) {
            let desk = Weak::clone(&self.me);
            self.in_background(move || watch_pad(&desk, slot));
        }
        Ok(reader)
    }

    /// The faults at a slot that there is.
    pub(in crate::host) fn faults(&self, slot: usize) -> Vec<ArmedFault> {
        self.begin_move(slot).faults.list()
    }

    /// Takes the faults of a slot away; gives the reader, and how many could still strike. A card that was mute is
    /// looked at again: drivers that show no mute card wait for its answer to reset.
    pub(in crate::host) fn clear_faults(&self, slot: usize) -> Result<(String, usize), HostError> {
        let reader = self.reader(slot)?;
        let cleared = self.begin_move(slot).faults.clear();
        if self.readers.state(slot).is_some_and(|state| state.card.is_present() && state.atr.is_none()) {
            let readers = Arc::clone(&self.readers);
            self.in_background(move || {
                // A card that stays mute, or is gone, is as it was.
                let _ = RawSlot::unattended(readers, slot).map(|slot| slot.power_up());
            });
        }
        Ok((reader, cleared))
    }

    /// Who carries out what the faults of the card in a slot ask of its reader.
    pub(super) fn orders(&self, slot: usize) -> Option<Orders> {
        let desk = Weak::clone(&self.me);
        Some(Arc::new(move |order| {
            let Some(here) = desk.upgrade() else { return };
            match order {
                Order::Reset => here.readers.reset_by_another(slot),
                Order::Pull(back) => {
                    let desk = Weak::clone(&desk);
                    // Not by the thread that runs the card: it is waited for.
                    here.in_background(move || pull(&desk, slot, back));
                }
                Order::Unplug(back) => {
                    let desk = Weak::clone(&desk);
                    here.in_background(move || unplug(&desk, slot, back));
                }
            }
        }))
    }

    /// Puts a card back as the fault of this number that took it away, if nobody did something there since.
    fn put_back_as(&self, number: u64, slot: usize) {
        let is_due = self.begin_move(slot).back == Some(number);
        if is_due {
            // A real card may be gone meanwhile.
            drop(self.reinsert(slot));
        }
    }

    /// Does something in a thread of its own. Where there is none to be had, it is not done.
    fn in_background(&self, work: impl FnOnce() + Send + 'static) {
        drop(thread::Builder::new().name("fault".into()).spawn(work));
    }
}

/// Pulls the card of a slot, and puts it back after a time, if one is said and nobody else did something there.
fn pull(desk: &Weak<Desk>, slot: usize, back: Option<Duration>) {
    let Some(here) = desk.upgrade() else { return };
    let Some(back) = back else { return drop(here.remove(slot)) };
    let Ok(number) = here.pull_for_a_time(slot) else { return };
    drop(here);
    wait(desk, back).iter().for_each(|desk| desk.put_back_as(number, slot));
}

/// Unplugs the reader of a slot with its card, and plugs it in again after a time.
fn unplug(desk: &Weak<Desk>, slot: usize, back: Duration) {
    let Some(Ok(number)) = desk.upgrade().map(|desk| desk.unplug(slot)) else { return };
    wait(desk, back).iter().for_each(|desk| {
        // Nobody sees the card before its reader is there.
        desk.put_back_as(number, slot);
        desk.readers.plug(slot);
    });
}

/// Waits; gives the desk if it is still there then.
fn wait(desk: &Weak<Desk>, time: Duration) -> Option<Arc<Desk>> {
    let until = Instant::now() + time;
    while desk.strong_count() > 0 {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return desk.upgrade();
        }
        thread::sleep(left.min(LOOK_ROUND));
    }
    None
}

/// Cancels at the pad of a slot when faults say so, as long as any can.
fn watch_pad(desk: &Weak<Desk>, slot: usize) {
    let mut seen = 0;
    while let Some(here) = desk.upgrade() {
        {
            let mut place = here.begin_move(slot);
            if !place.faults.may_cancel() {
                place.is_watched = false;
                return;
            }
        }
        if let Some((asking, prompt)) = here.readers.await_prompt(seen, LOOK_ROUND) {
            seen = prompt.number;
            let faults = (asking == slot).then(|| here.begin_move(slot).faults.clone());
            if faults.is_some_and(|faults| faults.cancels()) {
                // Somebody may have typed meanwhile.
                let _ = here.readers.cancel_prompt(slot);
            }
        }
    }
}
