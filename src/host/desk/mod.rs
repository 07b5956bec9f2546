//! What a running host knows and does: the same for its own program and for who asks over the control socket.

use std::{
    io,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError, Weak},
};

use virtuale_engine::Interface;

use super::{
    HostError, Kind,
    control::{Asks, Handler, Refusal, Reply, Request, SlotStatus, Status},
    drivers::Drivers,
    making::{Content, Made, Making, Origin, Shelf},
    real::{self, Tie},
    recording::{CardRecording, Recording},
};
use crate::{
    layer::{
        Stay,
        events::{Bus, Listener, What},
    },
    profile::{LoadError, NamedCard},
    reader::{Client, Keys, Label, Observer, Readers, SessionId, SlotError, pad::Pin, pcsclite::Guests},
};

/// What a running host does when it is asked over its control socket to stop.
pub(super) enum Stop {
    /// It does not: it lives as long as something else, which is said.
    Refuse(String),
    /// It calls this, and its process comes to an end.
    Call(Box<dyn Fn() + Send + Sync>),
}

/// Tells a bus what only the readers know: programs that come and go, and cards that lose their power by and by. What
/// else happens to a card is told from where it happens, by its stay.
pub(super) struct Teller {
    bus: Arc<Bus>,
    /// The stays of the cards that are in, by slot.
    stays: Vec<Mutex<Option<Stay>>>,
}

impl Teller {
    pub(super) fn new(bus: Arc<Bus>, slots: usize) -> Self {
        Self { bus, stays: (0..slots).map(|_| Mutex::default()).collect() }
    }

    fn stay(&self, slot: usize) -> MutexGuard<'_, Option<Stay>> {
        lock(&self.stays[slot])
    }
}

impl Observer for Teller {
    fn rested(&self, slot: usize, generation: u64) {
        let stay = self.stay(slot).clone();
        stay.iter().for_each(|stay| stay.tell_of(generation, What::Rested { slot, generation }));
    }

    fn session_opened(&self, session: SessionId, client: &Client) {
        self.bus.tell(What::SessionOpened { session: session.number(), process: client.process });
    }

    fn session_closed(&self, session: SessionId) {
        self.bus.tell(What::SessionClosed { session: session.number() });
    }
}

/// What a host knows of a slot beside what is published of it.
#[derive(Default)]
pub(super) struct Place {
    /// The card that is in it, or was last in it.
    followed: Option<Followed>,
    /// The real reader that it follows.
    pub(super) tie: Option<Arc<Tie>>,
}

impl Place {
    fn is_tied_by(&self, tie: &Arc<Tie>) -> bool {
        self.tie.as_ref().is_some_and(|own| Arc::ptr_eq(own, tie))
    }

    /// Whatever it follows, it follows this from now on.
    fn tie(&mut self, tie: Option<Arc<Tie>>) {
        let is_same = tie.as_ref().is_some_and(|tie| self.is_tied_by(tie));
        if let Some(earlier) = self.tie.take().filter(|_| !is_same) {
            earlier.end();
        }
        self.tie = tie;
    }
}

/// The card that is in a slot, or that was last in it, as the host follows it.
pub(super) struct Followed {
    stay: Stay,
    recording: Option<CardRecording>,
}

impl Followed {
    /// Its stay is over, if it was in.
    fn leaves(&self) {
        self.recording.iter().for_each(CardRecording::leaves);
        self.stay.end();
    }
}

/// What came of bringing a card from one slot into another.
pub(super) struct Moved {
    /// The reader that it is in.
    reader: String,
    /// The reader that it was in.
    from: String,
    /// What people are told of it.
    card: String,
    /// Whether another card was taken out for it.
    replaced: bool,
}

/// What stands behind a host and its control socket.
pub(super) struct Desk {
    /// Itself, for threads that go when it does.
    pub(super) me: Weak<Self>,
    pub(super) readers: Arc<Readers>,
    /// One for each slot, held for the moment in which a card comes or goes there, so that recordings and listeners
    /// have it in the order in which it happened. No card works meanwhile.
    pub(super) moves: Vec<Mutex<Place>>,
    pub(super) making: Making,
    pub(super) name: String,
    pub(super) socket: PathBuf,
    pub(super) stop: Stop,
    /// Who may use the readers beside this user.
    pub(super) guests: Arc<Guests>,
    pub(super) recording: Option<Recording>,
    /// What is to be said of the recordings, once they are closed.
    pub(super) closed: OnceLock<Vec<String>>,
    pub(super) teller: Arc<Teller>,
    /// Done when the readers tell the teller: from the first listener on.
    pub(super) observed: Once,
    /// Who has the slots as hardware, for as long as the host goes on.
    pub(super) drivers: OnceLock<Weak<Drivers>>,
}

impl Desk {
    pub(super) fn slots(&self) -> Vec<SlotStatus> {
        let drivers = self.drivers.get().and_then(Weak::upgrade);
        let slots = self.readers.states().into_iter().enumerate().map(|(slot, state)| SlotStatus {
            slot,
            reader: state.name.to_string(),
            card: Origin::of(&state).map(Origin::label),
            atr: state.atr.map(|atr| hex::encode_upper(atr.as_bytes())),
            asks: state.prompt.as_ref().map(Asks::from),
            drivers: drivers.iter().flat_map(|drivers| drivers.of(slot)).collect(),
            awaits: self.tie(slot).and_then(|tie| tie.awaits()),
        });
        slots.collect()
    }

    /// The real reader that a slot follows.
    fn tie(&self, slot: usize) -> Option<Arc<Tie>> {
        lock(&self.moves[slot]).tie.clone()
    }

    /// Which recordings are not whole: nobody may see the standard error of this process.
    fn not_whole(&self) -> Vec<String> {
        self.recording.iter().flat_map(Recording::complaints).collect()
    }

    /// A listener who may be `bound` events behind.
    pub(super) fn listen(&self, bound: usize) -> Listener {
        let listener = self.making.bus.listen(bound);
        self.observed.call_once(|| {
            let teller: Weak<Teller> = Arc::downgrade(&self.teller);
            self.readers.observe(teller);
        });
        listener
    }

    /// Ends recordings and events; gives what a person should know of the recordings.
    pub(super) fn close(&self) -> Vec<String> {
        (0..self.moves.len()).filter_map(|slot| self.tie(slot)).for_each(|tie| tie.end());
        self.making.bus.close();
        let close = || self.recording.iter().flat_map(Recording::close).collect();
        self.closed.get_or_init(close).clone()
    }

    /// The reader of a slot.
    fn reader(&self, slot: usize) -> Result<String, HostError> {
        let states = self.readers.states();
        let state = states.get(slot).ok_or(HostError::NoSlot { slot, slots: states.len() })?;
        Ok(state.name.to_string())
    }

    /// On which interface a slot that there is powers its cards up.
    fn kind(&self, slot: usize) -> Interface {
        self.readers.states().get(slot).map_or(Interface::Contact, |state| state.kind)
    }

    /// Waits until no card comes or goes in a slot that there is, and keeps others from it.
    fn begin_move(&self, slot: usize) -> MutexGuard<'_, Place> {
        lock(&self.moves[slot])
    }

    /// A card that was made for a slot is put there as the host starts, with the real reader that it is in.
    pub(super) fn insert_first(&self, slot: usize, made: Made, tie: Option<Arc<Tie>>) -> Result<(), HostError> {
        let recording = self.recording.as_ref();
        let recording =
            recording.map(|all| all.of_first(slot, self.kind(slot), &made.origin, made.card())).transpose()?;
        self.put(slot, made, recording, self.begin_move(slot), tie).map(drop)
    }

    /// A slot follows a real reader from now on.
    pub(super) fn follow(&self, slot: usize, tie: Arc<Tie>) -> Result<(), HostError> {
        tie.binds(slot);
        self.begin_move(slot).tie(Some(Arc::clone(&tie)));
        tie.watch(Weak::clone(&self.me))
    }

    /// Puts a card into a slot, in place of the one that is there; gives the reader, and whether there was one. If it
    /// cannot be made or recorded, the card that is there stays.
    pub(super) fn insert(&self, slot: usize, content: Content) -> Result<(String, bool), HostError> {
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
        let (made, recording) = self.make(slot, content)?;
        let replaced = self.put(slot, made, recording, self.begin_move(slot), tie.clone())?;
        tie.map_or(Ok(()), |tie| tie.watch(Weak::clone(&self.me)))?;
        Ok((reader, replaced))
    }

    /// A card for a slot, and what is recorded of it.
    fn make(&self, slot: usize, content: Content) -> Result<(Made, Option<CardRecording>), HostError> {
        let made = self.making.make(content, slot, &mut Shelf::default())?;
        let recording = self.recording.as_ref();
        let recording =
            recording.map(|all| all.of_card(slot, self.kind(slot), &made.origin, made.card())).transpose()?;
        Ok((made, recording))
    }

    fn put(
        &self,
        slot: usize,
        made: Made,
        mut recording: Option<CardRecording>,
        mut here: MutexGuard<'_, Place>,
        tie: Option<Arc<Tie>>,
    ) -> Result<bool, HostError> {
        let (label, stay) = (Label::new(made.origin.clone()), made.stay.clone());
        let card = self.making.dress(slot, made, recording.as_ref());
        let coming = stay.clone();
        let between = move |generation| {
            here.followed.iter().for_each(Followed::leaves);
            tie.iter().for_each(|tie| tie.comes_into(slot));
            here.tie(tie);
            if let (Some(all), Some(recording)) = (&self.recording, &mut recording) {
                all.comes(slot, recording);
            }
            stay.begin(generation);
            *self.teller.stay(slot) = Some(stay.clone());
            here.followed = Some(Followed { stay, recording });
        };
        Ok(self.readers.exchange(slot, card, Some(label), between, |atr| coming.arrive(atr))?)
    }

    /// Puts the card back that was last taken out of a slot; gives the reader, and what people are told of the card.
    pub(super) fn reinsert(&self, slot: usize) -> Result<(String, String), HostError> {
        let reader = self.reader(slot)?;
        if let Some(tie) = self.tie(slot) {
            tie.put_back(self)?;
            return Ok((reader, tie.label()));
        }
        let label = self.bring_back(slot, self.begin_move(slot))?;
        let origin = label.as_ref().and_then(Label::get::<Origin>);
        Ok((reader, origin.map(Origin::label).unwrap_or_default()))
    }

    fn bring_back(&self, slot: usize, here: MutexGuard<'_, Place>) -> Result<Option<Label>, SlotError> {
        let coming = here.followed.as_ref().map(|card| card.stay.clone());
        let first = move |generation| {
            here.tie.iter().for_each(|tie| tie.comes_into(slot));
            if let Some(card) = &here.followed {
                card.recording.iter().for_each(CardRecording::comes_back);
                card.stay.begin(generation);
            }
        };
        let arrived = |atr| coming.iter().for_each(|stay| stay.arrive(atr));
        self.readers.reinsert_after(slot, first, arrived)
    }

    /// The card of a real reader is gone: its slot loses it, if it has it.
    pub(super) fn pull(&self, tie: &Arc<Tie>) {
        let slot = tie.slot();
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return;
        }
        let leaves = move |_| {
            here.followed.iter().for_each(Followed::leaves);
            tie.goes();
        };
        // It may have gone meanwhile.
        let _ = self.readers.remove_then(slot, leaves);
        tie.goes();
    }

    /// Puts the card of a real reader back into its slot, which it was last in.
    ///
    /// # Errors
    ///
    /// That it is not there any more to come back, or is still busy.
    pub(super) fn put_back(&self, tie: &Arc<Tie>) -> Result<(), HostError> {
        let slot = tie.slot();
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return Err(SlotError::Occupied(slot).into());
        }
        self.bring_back(slot, here)?;
        Ok(())
    }

    /// Puts a card of a real reader into its slot that was not there before.
    ///
    /// # Errors
    ///
    /// That it cannot be recorded, or that the slot is another card's.
    pub(super) fn put_anew(&self, tie: &Arc<Tie>, content: Content) -> Result<(), HostError> {
        let slot = tie.slot();
        let (made, recording) = self.make(slot, content)?;
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return Err(SlotError::Occupied(slot).into());
        }
        self.put(slot, made, recording, here, Some(Arc::clone(tie))).map(drop)
    }

    /// Brings a card into a slot, in place of the one that is there: the one that is in the slot `from`, else the one
    /// that was last taken out of it. Its layers, its sink and its chance stay those of the slot that it was made for.
    pub(super) fn insert_from(&self, slot: usize, from: usize) -> Result<Moved, HostError> {
        let (reader, out_of) = (self.reader(slot)?, self.reader(from)?);
        if slot == from {
            return Err(HostError::SameSlot(slot));
        }
        let first = self.begin_move(slot.min(from));
        let second = self.begin_move(slot.max(from));
        let (mut here, mut there) = if slot < from { (first, second) } else { (second, first) };
        let (card, label) = self.readers.take(from, |_| there.followed.iter().for_each(Followed::leaves))?;
        let followed = there.followed.take().ok_or(SlotError::NeverHeld(from))?;
        let tie = there.tie.take();
        let watching = tie.clone();
        *self.teller.stay(from) = None;
        drop(there);
        let origin = label.as_ref().and_then(Label::get::<Origin>).map(Origin::label).unwrap_or_default();
        let coming = followed.stay.clone();
        let between = move |generation| {
            here.followed.iter().for_each(Followed::leaves);
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

    /// Takes the card out of a slot; gives the reader.
    pub(super) fn remove(&self, slot: usize) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        let here = self.begin_move(slot);
        let leaves = move |_| {
            here.followed.iter().for_each(Followed::leaves);
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

    /// The slot whose pad is meant where none is named: the only one that asks, else the only one with a pad.
    fn pad(&self, slot: Option<usize>) -> Result<usize, HostError> {
        if let Some(slot) = slot {
            return Ok(slot);
        }
        let only = |slots: Vec<usize>| match slots.as_slice() {
            &[slot] => Some(slot),
            _ => None,
        };
        let states = self.readers.states();
        let asking = states.iter().enumerate().filter(|(_, state)| state.prompt.is_some());
        let (asking, with_pad) = (asking.map(|(slot, _)| slot).collect(), self.readers.slots_with_pad());
        if with_pad.is_empty() {
            return Err(HostError::NobodyHasAPad);
        }
        only(asking).or_else(|| only(with_pad)).ok_or(HostError::WhichPad)
    }

    /// Types PINs at the pad of a slot; gives the slot, the reader and whether it asked for one.
    pub(super) fn type_pins(
        &self,
        slot: Option<usize>,
        pins: &[impl AsRef<str>],
        ahead: bool,
    ) -> Result<(usize, String, bool), HostError> {
        let keys = pins.iter().map(|digits| Pin::new(digits.as_ref()).map(Keys::Pin)).collect::<Result<_, _>>()?;
        let slot = self.pad(slot)?;
        let reader = self.reader(slot)?;
        let asked = self.readers.state(slot).is_some_and(|state| state.prompt.is_some());
        self.readers.type_keys(slot, keys, ahead)?;
        Ok((slot, reader, asked))
    }

    /// Presses the key that cancels at the pad of a slot; gives the slot and the reader.
    pub(super) fn cancel_pin(&self, slot: Option<usize>) -> Result<(usize, String), HostError> {
        let slot = self.pad(slot)?;
        let reader = self.reader(slot)?;
        self.readers.cancel_prompt(slot)?;
        Ok((slot, reader))
    }

    /// Leaves a slot without a card; gives the reader, and whether there was one.
    pub(super) fn empty(&self, slot: usize) -> Result<(String, bool), HostError> {
        let was_in = self.readers.state(slot).is_some_and(|state| state.label.is_some());
        match self.remove(slot) {
            Ok(reader) => Ok((reader, was_in)),
            Err(HostError::Empty { reader, .. }) => Ok((reader, false)),
            Err(other) => Err(other),
        }
    }

    /// Inserts the card of an absolute path, else the card of the program that has this name: no relative path means
    /// anything to who does not know the folder that we are in.
    fn insert_named(&self, slot: usize, card: &Path) -> Result<Reply, HostError> {
        if Content::Written(card.to_owned()).real().is_some() {
            let (reader, replaced) = self.insert(slot, Content::Written(card.to_owned()))?;
            return Ok(Reply::Inserted { reader, replaced });
        }
        // A pipe that nobody writes to would keep the connection, and its place among the few that there are, for ever.
        if card.is_absolute() && card.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir()) {
            let error = io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is a pipe or a device: put what comes of it into a file",
            );
            return Err(HostError::Card(LoadError::Io { path: card.to_owned(), error }));
        }
        let found = match card.is_absolute() {
            true => NamedCard::File(card.to_owned()),
            false => NamedCard::BuiltIn(
                self.making.families.built_in_card(&card.to_string_lossy()).map_err(LoadError::Unknown)?,
            ),
        };
        let (reader, replaced) = self.insert(slot, Content::Found(found))?;
        Ok(Reply::Inserted { reader, replaced })
    }
}

impl Handler for Arc<Desk> {
    fn handle(&self, request: Request) -> Result<Reply, Refusal> {
        let reply = match request {
            Request::Slots => {
                let (name, socket) = (self.name.clone(), self.socket.clone());
                let (slots, not_whole) = (self.slots(), self.not_whole());
                let (allowed_users, allowed_groups) = (self.guests.users().to_vec(), self.guests.groups().to_vec());
                Ok(Reply::Slots(Status {
                    name,
                    socket,
                    pid: process::id(),
                    slots,
                    not_whole,
                    allowed_users,
                    allowed_groups,
                    refused_users: self.guests.refused(),
                }))
            }
            Request::Insert { slot, card } => self.insert_named(slot, &card),
            Request::InsertFrom { slot, from } => {
                let moved = self.insert_from(slot, from);
                moved.map(|Moved { reader, from, card, replaced }| Reply::Moved { reader, from, card, replaced })
            }
            Request::Reinsert { slot } => self.reinsert(slot).map(|(reader, card)| Reply::Reinserted { reader, card }),
            Request::Remove { slot } => self.remove(slot).map(|reader| Reply::Removed { reader }),
            Request::Empty { slot } => self.empty(slot).map(|(reader, removed)| Reply::Emptied { reader, removed }),
            Request::Pin { slot, pins, ahead } => {
                let pins: Vec<_> = pins.iter().map(|typed| typed.0.as_str()).collect();
                let typed = self.type_pins(slot, &pins, ahead);
                typed.map(|(slot, reader, asked)| Reply::Typed { slot, reader, asked })
            }
            Request::CancelPin { slot } => {
                self.cancel_pin(slot).map(|(slot, reader)| Reply::Cancelled { slot, reader })
            }
            Request::Stop => match &self.stop {
                Stop::Refuse(why) => {
                    let hint = Some("they go when that ends".into());
                    return Err(Refusal { kind: Kind::Usage, message: why.clone(), hint });
                }
                Stop::Call(_) => Ok(Reply::Stopping { pid: process::id(), not_whole: self.not_whole() }),
            },
        };
        reply.map_err(|error| {
            let kind = match &error {
                // Who asks did not say where these readers record and keep what their cards commit.
                HostError::File { .. } | HostError::Unmade { .. } => Kind::Environment,
                other => other.kind(),
            };
            Refusal { kind, message: error.to_string(), hint: error.hint() }
        })
    }

    fn stop(&self) {
        if let Stop::Call(stop) = &self.stop {
            stop();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    use super::lock;
    use crate::{
        host::{Host, NewCard, What},
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
