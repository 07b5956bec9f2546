//! Cards come into slots, go from one to another, and go.

use std::{
    mem,
    sync::{Arc, MutexGuard, Weak},
};

use super::{Desk, Followed, Place};
use crate::{
    host::{
        HostError,
        making::{Content, Made, Origin, Shelf},
        real::{self, Tie},
        recording::CardRecording,
        state::Resets,
    },
    reader::{Label, SlotError},
};

/// What came of bringing a card from one slot into another.
pub(in crate::host) struct Moved {
    /// The reader that it is in.
    pub(super) reader: String,
    /// The reader that it was in.
    pub(super) from: String,
    /// What people are told of it.
    pub(super) card: String,
    /// Whether another card was taken out for it.
    pub(super) replaced: bool,
}

impl Desk {
    /// A card that was made for a slot is put there as the host starts, with the real reader that it is in.
    pub(in crate::host) fn insert_first(
        &self,
        slot: usize,
        made: Made,
        tie: Option<Arc<Tie>>,
    ) -> Result<(), HostError> {
        let recording = self.recording.as_ref();
        let recording =
            recording.map(|all| all.of_first(slot, self.kind(slot), &made.origin, made.card())).transpose()?;
        self.put(slot, made, recording, self.begin_move(slot), tie).map(drop)
    }

    /// Puts a card into a slot, in place of the one that is there; gives the reader, and whether there was one. If it
    /// cannot be made or recorded, the card that is there stays.
    pub(in crate::host) fn insert(
        &self,
        slot: usize,
        content: Content,
        resets: &mut Resets,
    ) -> Result<(String, bool), HostError> {
        let reader = self.reader(slot)?;
        let (content, tie) = match content.real() {
            None => (content, None),
            Some(real) => {
                let holder = (0..self.moves.len()).find(|&slot| self.tie(slot).is_some_and(|tie| tie.holds(&real)));
                if let Some(slot) = holder {
                    return Err(HostError::RealInSlot { reader: real.label(), slot });
                }
                let sought = real::seek(real, Some(&self.socket))?;
                (sought.card.ok_or_else(|| sought.tie.no_card())?, Some(sought.tie))
            }
        };
        let (made, recording) = self.make(slot, content, resets)?;
        resets.end()?;
        let replaced = self.put(slot, made, recording, self.begin_move(slot), tie.clone())?;
        tie.map_or(Ok(()), |tie| tie.watch(Weak::clone(&self.me)))?;
        Ok((reader, replaced))
    }

    /// A card for a slot, and what is recorded of it.
    pub(super) fn make(
        &self,
        slot: usize,
        content: Content,
        resets: &mut Resets,
    ) -> Result<(Made, Option<CardRecording>), HostError> {
        let made = self.making.make(content, slot, &mut Shelf::default(), resets)?;
        let recording = self.recording.as_ref();
        let recording =
            recording.map(|all| all.of_card(slot, self.kind(slot), &made.origin, made.card())).transpose()?;
        Ok((made, recording))
    }

    pub(super) fn put(
        &self,
        slot: usize,
        made: Made,
        mut recording: Option<CardRecording>,
        mut here: MutexGuard<'_, Place>,
        tie: Option<Arc<Tie>>,
    ) -> Result<bool, HostError> {
        let (label, stay) = (Label::new(made.origin.clone()), made.stay.clone());
        let (faults, profile, kept) = (made.faults.clone(), made.profile.clone(), made.kept.clone());
        let card = self.making.dress(slot, made, recording.as_ref());
        let coming = stay.clone();
        let between = move |generation| {
            here.leaves();
            here.back = None;
            here.spoil(faults, self.orders(slot));
            tie.iter().for_each(|tie| tie.comes_into(slot));
            here.tie(tie);
            if let (Some(all), Some(recording)) = (&self.recording, &mut recording) {
                all.comes(slot, recording);
            }
            stay.begin(generation);
            *self.teller.stay(slot) = Some(stay.clone());
            here.followed = Some(Followed { stay, recording, profile, kept });
        };
        Ok(self.readers.exchange(slot, card, Some(label), between, |atr| coming.arrive(atr))?)
    }

    /// Puts the card back that was last taken out of a slot; gives the reader, and what people are told of the card.
    pub(in crate::host) fn reinsert(&self, slot: usize) -> Result<(String, String), HostError> {
        let reader = self.reader(slot)?;
        if let Some(tie) = self.tie(slot) {
            tie.put_back(self)?;
            return Ok((reader, tie.label()));
        }
        let here = self.begin_move(slot);
        here.followed.iter().try_for_each(|card| card.may_come(slot))?;
        let label = self.bring_back(slot, here)?;
        let origin = label.as_ref().and_then(Label::get::<Origin>);
        Ok((reader, origin.map(Origin::label).unwrap_or_default()))
    }

    pub(super) fn bring_back(&self, slot: usize, mut here: MutexGuard<'_, Place>) -> Result<Option<Label>, SlotError> {
        let coming = here.followed.as_ref().map(|card| card.stay.clone());
        let first = move |generation| {
            here.back = None;
            here.tie.iter().for_each(|tie| tie.comes_into(slot));
            if let Some(card) = &here.followed {
                card.recording.iter().for_each(CardRecording::comes_back);
                card.stay.begin(generation);
            }
        };
        let arrived = |atr| coming.iter().for_each(|stay| stay.arrive(atr));
        self.readers.reinsert_after(slot, first, arrived)
    }

    /// Brings a card into a slot, in place of the one that is there: the one that is in the slot `from`, else the one
    /// that was last taken out of it. Its layers, its sink and its chance stay those of the slot that it was made for.
    pub(in crate::host) fn insert_from(&self, slot: usize, from: usize) -> Result<Moved, HostError> {
        let (reader, out_of) = (self.reader(slot)?, self.reader(from)?);
        if slot == from {
            return Err(HostError::SameSlot(slot));
        }
        let first = self.begin_move(slot.min(from));
        let second = self.begin_move(slot.max(from));
        let (mut here, mut there) = if slot < from { (first, second) } else { (second, first) };
        there.followed.iter().try_for_each(|card| card.may_come(slot))?;
        let (card, label) = self.readers.take(from, |_| there.leaves())?;
        let followed = there.followed.take().ok_or(SlotError::NeverHeld(from))?;
        let tie = there.tie.take();
        there.back = None;
        // What was armed at the slot stays there.
        let faults = mem::take(&mut there.faults);
        there.faults.take_over(&faults);
        let watching = tie.clone();
        *self.teller.stay(from) = None;
        drop(there);
        let origin = label.as_ref().and_then(Label::get::<Origin>).map(Origin::label).unwrap_or_default();
        let coming = followed.stay.clone();
        let between = move |generation| {
            here.leaves();
            here.back = None;
            here.spoil(faults, self.orders(slot));
            tie.iter().for_each(|tie| tie.comes_into(slot));
            here.tie(tie);
            if let (Some(all), Some(recording)) = (&self.recording, &followed.recording) {
                all.moves(from, slot, recording);
            }
            followed.stay.begin_in(slot, generation);
            *self.teller.stay(slot) = Some(followed.stay.clone());
            here.followed = Some(followed);
        };
        let replaced = self.readers.exchange(slot, card, label, between, |atr| coming.arrive(atr))?;
        watching.iter().for_each(|tie| tie.wake());
        Ok(Moved { reader, from: out_of, card: origin, replaced })
    }

    /// Takes the card out of a slot; gives the reader. A card that a fault has away stays away.
    pub(in crate::host) fn remove(&self, slot: usize) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        let mut here = self.begin_move(slot);
        if here.back.take().is_some() {
            return Ok(reader);
        }
        let leaves = move |_| {
            here.leaves();
            here.tie.iter().for_each(|tie| tie.is_taken_out());
        };
        match self.readers.remove_then(slot, leaves) {
            Err(SlotError::Empty(_)) => {
                // The card of a real reader that is not there is kept out when it comes.
                let awaited = self.tie(slot).filter(|tie| tie.awaits().is_some());
                let awaited = awaited.ok_or_else(|| HostError::Empty { slot, reader: reader.clone() })?;
                awaited.is_taken_out();
                Ok(reader)
            }
            removed => Ok(removed.map(|()| reader)?),
        }
    }

    /// Pulls the card of a slot as a fault that will put it back; gives the number of the fault.
    pub(super) fn pull_for_a_time(&self, slot: usize) -> Result<u64, HostError> {
        let (number, leaves) = self.leaves_for_a_time(slot);
        Ok(self.readers.remove_then(slot, leaves).map(|()| number)?)
    }

    /// Unplugs the reader of a slot, with its card in it, as a fault that will put that back; gives the number of the
    /// fault.
    pub(super) fn unplug(&self, slot: usize) -> Result<u64, HostError> {
        let (number, leaves) = self.leaves_for_a_time(slot);
        Ok(self.readers.unplug_then(slot, leaves).map(|()| number)?)
    }

    /// The number of a fault, and what is to be done as the card leaves that it puts back.
    fn leaves_for_a_time(&self, slot: usize) -> (u64, impl FnOnce(u64)) {
        let mut here = self.begin_move(slot);
        let number = here.next_back();
        let leaves = move |_| {
            here.leaves();
            here.back = Some(number);
            here.tie.iter().for_each(|tie| tie.is_taken_out());
        };
        (number, leaves)
    }

    /// Leaves a slot without a card; gives the reader, and whether there was one.
    pub(in crate::host) fn empty(&self, slot: usize) -> Result<(String, bool), HostError> {
        let has_one = |in_it: bool| in_it || self.begin_move(slot).back.is_some();
        let was_in = self.readers.state(slot).is_some_and(|state| has_one(state.label.is_some()));
        match self.remove(slot) {
            Ok(reader) => Ok((reader, was_in)),
            Err(HostError::Empty { reader, .. }) => Ok((reader, false)),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc, Mutex, Weak,
            mpsc::{Receiver, Sender, channel},
        },
        thread,
        time::Duration,
    };

    use virtuale_engine::{Card, Fault, Interface};

    use crate::{
        host::{Host, NewCard, What, desk::lock},
        layer::{Layer, Layered},
        reader::{Caller, Protocols, Session, Share},
        toy::Toy,
    };

    /// How long a test waits for what must happen.
    const PATIENCE: Duration = Duration::from_secs(10);
    /// How long a test waits for what must not happen.
    const MOMENT: Duration = Duration::from_millis(50);

    /// Somebody who says that he got there, and then stays until he may go on.
    struct Halting {
        reached: Sender<()>,
        go_on: Mutex<Receiver<()>>,
    }

    /// The test's end of it.
    struct Reins {
        reached: Receiver<()>,
        go_on: Sender<()>,
    }

    fn halting() -> (Halting, Reins) {
        let ((entered, reached), (go_on, released)) = (channel(), channel());
        (Halting { reached: entered, go_on: Mutex::new(released) }, Reins { reached, go_on })
    }

    impl Halting {
        fn halt(&self) {
            let _ = self.reached.send(());
            let _ = lock(&self.go_on).recv_timeout(PATIENCE);
        }
    }

    impl Reins {
        fn await_halt(&self) {
            self.reached.recv_timeout(PATIENCE).expect("it gets there");
        }

        fn let_go(&self) {
            self.go_on.send(()).expect("it waits for that");
        }
    }

    /// A card that halts before it gets its power.
    impl Layer for Halting {
        fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
            self.halt();
            card.power_up(interface)
        }
    }

    /// A client that halts as it is asked whether it is there, which happens under the lock of the slot table.
    impl Caller for Halting {
        fn is_gone(&self) -> bool {
            self.halt();
            false
        }

        fn card_left(&self, _: u64) {}
    }

    #[test]
    fn a_card_is_told_to_be_in_when_programs_find_it_and_not_before() {
        let host = Host::builder().empty_slot().card("vitale2-martin").start().expect("a host");
        let (client, table) = halting();
        let client = Arc::new(client);
        let caller: Weak<Halting> = Arc::downgrade(&client);
        let session = Session::new(Arc::clone(&host.desk.readers), caller);
        let context = session.establish(2).expect("a good scope");
        let reader = host.slots()[1].reader.clone();
        let opened = session.connect(context, reader.as_bytes(), Share::SHARED, Protocols::T0 | Protocols::T1);
        let (handle, _) = opened.expect("a card");
        let listener = host.events(100);
        let (layer, card) = halting();
        let toy = Layered::new(layer, Toy::new(|_, _| Err(Fault::Mute)));
        let (powered, early, inserted) = thread::scope(|scope| {
            scope.spawn(|| host.insert(0, NewCard::made("toy", Box::new(toy))));
            card.await_halt();
            scope.spawn(|| session.begin(handle));
            table.await_halt();
            // Now nobody gets at the table.
            card.let_go();
            let (powered, early) = (listener.wait_for(PATIENCE), listener.wait_for(MOMENT));
            table.let_go();
            (powered, early, listener.wait_for(PATIENCE))
        });
        let [powered, early, inserted] = [powered, early, inserted].map(|event| event.map(|event| event.what));
        assert!(matches!(powered, Some(What::Powered { slot: 0, generation: 1, .. })), "{powered:?}");
        assert_eq!(early, None, "no program finds it yet");
        assert!(matches!(inserted, Some(What::Inserted { slot: 0, generation: 1, atr: Some(_) })), "{inserted:?}");
    }
}
