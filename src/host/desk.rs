//! What a running host knows and does: the same for its own program and for who asks over the control socket.

use std::{
    io,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};

use virtuale_engine::Atr;

use super::{
    HostError, Kind,
    control::{Handler, Refusal, Reply, Request, SlotStatus, Status},
    making::{Content, Making, Origin, Shelf},
    recording::Recording,
};
use crate::{
    layer::events::{Bus, Listener, What},
    profile::{LoadError, NamedCard},
    reader::{Client, Label, Observer, Readers, SessionId, SlotError},
};

/// What a running host does when it is asked over its control socket to stop.
pub(super) enum Stop {
    /// It does not: it lives as long as something else, which is said.
    Refuse(String),
    /// It calls this, and its process comes to an end.
    Call(Box<dyn Fn() + Send + Sync>),
}

/// Tells a bus what the readers tell: cards and programs that come and go.
pub(super) struct Teller(Arc<Bus>);

impl Observer for Teller {
    fn inserted(&self, slot: usize, generation: u64, atr: Option<&Atr>) {
        self.0.tell(What::Inserted { slot, generation, atr: atr.copied() });
    }

    fn removed(&self, slot: usize, generation: u64) {
        self.0.tell(What::Removed { slot, generation });
    }

    fn rested(&self, slot: usize, _: u64) {
        self.0.tell(What::Rested { slot });
    }

    fn session_opened(&self, session: SessionId, client: &Client) {
        self.0.tell(What::SessionOpened { session: session.number(), process: client.process });
    }

    fn session_closed(&self, session: SessionId) {
        self.0.tell(What::SessionClosed { session: session.number() });
    }
}

/// What stands behind a host and its control socket.
pub(super) struct Desk {
    pub(super) readers: Arc<Readers>,
    /// One for each slot, held while a card comes or goes there, so that a recording has it in the order in which it
    /// happened. A card whose power-up does not return holds up no other slot.
    pub(super) moves: Vec<Mutex<()>>,
    pub(super) making: Making,
    pub(super) name: String,
    pub(super) socket: PathBuf,
    pub(super) stop: Stop,
    pub(super) recording: Option<Recording>,
    /// What is to be said of the recordings, once they are closed.
    pub(super) closed: OnceLock<Vec<String>>,
    /// Who tells listeners what happens to the slots: there from the first listener on.
    pub(super) observer: Mutex<Option<Arc<Teller>>>,
}

impl Desk {
    pub(super) fn slots(&self) -> Vec<SlotStatus> {
        let slots = self.readers.states().into_iter().enumerate().map(|(slot, state)| SlotStatus {
            slot,
            reader: state.name.to_string(),
            card: Origin::of(&state).map(Origin::label),
            atr: state.atr.map(|atr| hex::encode_upper(atr.as_bytes())),
        });
        slots.collect()
    }

    /// Which recordings are not whole: nobody may see the standard error of this process.
    fn not_whole(&self) -> Vec<String> {
        self.recording.iter().flat_map(Recording::complaints).collect()
    }

    /// A listener who may be `bound` events behind.
    pub(super) fn listen(&self, bound: usize) -> Listener {
        let listener = self.making.bus.listen(bound);
        self.observer.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| {
            let teller = Arc::new(Teller(Arc::clone(&self.making.bus)));
            let weak: Weak<Teller> = Arc::downgrade(&teller);
            self.readers.observe(weak);
            teller
        });
        listener
    }

    /// Ends recordings and events; gives what a person should know of the recordings.
    pub(super) fn close(&self) -> Vec<String> {
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

    /// Waits until no card comes or goes in a slot, and keeps others from it.
    fn begin_move(&self, slot: usize) -> Option<MutexGuard<'_, ()>> {
        self.moves.get(slot).map(|moves| moves.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a card into a slot, in place of the one that is there; gives the reader, and whether there was one.
    pub(super) fn insert(&self, slot: usize, content: Content) -> Result<(String, bool), HostError> {
        let reader = self.reader(slot)?;
        let (origin, card) = self.making.make(content, slot, &mut Shelf::default())?;
        let _move = self.begin_move(slot);
        let replaced = match self.take_out(slot) {
            Err(SlotError::Empty(_)) => false,
            taken => taken.map(|()| true)?,
        };
        let recording = self.recording.as_ref();
        let recorder = recording.map(|recording| recording.insert(slot, &origin, &*card)).transpose()?;
        self.readers.insert(slot, self.making.dress(slot, card, recorder), Some(Label::new(origin)))?;
        Ok((reader, replaced))
    }

    /// Puts the card back that was last taken out of a slot; gives the reader, and what people are told of the card.
    pub(super) fn reinsert(&self, slot: usize) -> Result<(String, String), HostError> {
        let reader = self.reader(slot)?;
        let _move = self.begin_move(slot);
        let label = self.readers.reinsert_after(slot, |_| {
            self.recording.iter().for_each(|recording| recording.reinsert(slot));
        })?;
        let origin = label.as_ref().and_then(Label::get::<Origin>);
        Ok((reader, origin.map(Origin::label).unwrap_or_default()))
    }

    /// Takes the card out of a slot; gives the reader.
    pub(super) fn remove(&self, slot: usize) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        let _move = self.begin_move(slot);
        match self.take_out(slot) {
            Err(SlotError::Empty(_)) => Err(HostError::Empty { slot, reader }),
            taken => Ok(taken.map(|()| reader)?),
        }
    }

    /// Leaves a slot without a card; gives the reader, and whether there was one.
    pub(super) fn empty(&self, slot: usize) -> Result<(String, bool), HostError> {
        match self.remove(slot) {
            Ok(reader) => Ok((reader, true)),
            Err(HostError::Empty { reader, .. }) => Ok((reader, false)),
            Err(other) => Err(other),
        }
    }

    fn take_out(&self, slot: usize) -> Result<(), SlotError> {
        self.readers.remove(slot)?;
        self.recording.iter().for_each(|recording| recording.remove(slot));
        Ok(())
    }

    /// Inserts the card of an absolute path, else the card of the program that has this name: no relative path means
    /// anything to who does not know the folder that we are in.
    fn insert_named(&self, slot: usize, card: &Path) -> Result<Reply, HostError> {
        // A pipe that nobody writes to would keep the connection, and its place among the few that there are, for ever.
        if card.is_absolute() && card.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir()) {
            let error = io::Error::other("it is a pipe or a device, no file");
            return Err(HostError::Card(LoadError::Io { path: card.to_owned(), error }));
        }
        let found = match card.is_absolute() {
            true => NamedCard::File(card.to_owned()),
            false => NamedCard::BuiltIn(
                self.making.families.built_in_card(&card.display().to_string()).map_err(LoadError::Unknown)?,
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
                Ok(Reply::Slots(Status { name, socket, pid: process::id(), slots, not_whole }))
            }
            Request::Insert { slot, card } => self.insert_named(slot, &card),
            Request::Reinsert { slot } => self.reinsert(slot).map(|(reader, card)| Reply::Reinserted { reader, card }),
            Request::Remove { slot } => self.remove(slot).map(|reader| Reply::Removed { reader }),
            Request::Empty { slot } => self.empty(slot).map(|(reader, removed)| Reply::Emptied { reader, removed }),
            Request::Stop => match &self.stop {
                Stop::Refuse(why) => {
                    return Err(Refusal { kind: Kind::Usage, message: why.clone(), hint: None });
                }
                Stop::Call(_) => Ok(Reply::Stopping { pid: process::id(), not_whole: self.not_whole() }),
            },
        };
        reply.map_err(|error| Refusal { kind: error.kind(), message: error.to_string(), hint: error.hint() })
    }

    fn stop(&self) {
        if let Stop::Call(stop) = &self.stop {
            stop();
        }
    }
}
