//! What a running host knows and does: the same for its own program and for who asks over the control socket.

use std::{
    path::{self, Path, PathBuf},
    process,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;
use virtuale_engine::Card;

use super::{
    HostError, Kind,
    control::{Handler, Refusal, Reply, Request, SlotStatus, Status},
    recording::Recording,
};
use crate::{
    profile::{self, Options, Provision, diagnostic::Source, families::Families},
    reader::{Label, Readers, SlotError, SlotState},
};

/// Where a card comes from: what a host says of each card in the slot table.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A card file.
    File(PathBuf),
    /// Somewhere else; this is what it is called.
    Named(String),
}

impl Origin {
    /// That of the card in a slot.
    fn of(state: &SlotState) -> Option<&Self> {
        state.label.as_ref().and_then(Label::get)
    }

    /// What people are told of it.
    pub(super) fn label(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Named(name) => name.clone(),
        }
    }
}

/// What a card is made of.
pub(super) enum Content {
    File(PathBuf),
    Text { name: String, text: String },
    Made { name: String, card: Box<dyn Card> },
}

impl Content {
    /// What it is called before it is made.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Text { name, .. } | Self::Made { name, .. } => name.clone(),
        }
    }
}

/// What a running host does when it is asked over its control socket to stop.
pub(super) enum Stop {
    /// It does not: it lives as long as something else, which is said.
    Refuse(String),
    /// It calls this, and its process comes to an end.
    Call(Box<dyn Fn() + Send + Sync>),
}

/// What stands behind a host and its control socket.
pub(super) struct Desk {
    pub(super) readers: Arc<Readers>,
    /// Held while a card comes or goes, so that a recording has it in the order in which it happened.
    pub(super) moves: Mutex<()>,
    pub(super) making: Making,
    pub(super) socket: PathBuf,
    pub(super) stop: Stop,
    pub(super) recording: Option<Recording>,
}

/// What the cards of a host depend on besides their files.
#[derive(Clone, Debug)]
pub(super) struct Making {
    pub(super) today: Date,
    pub(super) seed: u64,
    pub(super) families: Families,
}

impl Making {
    /// The card for a slot, and where it comes from.
    pub(super) fn make(&self, content: Content, slot: usize) -> Result<(Origin, Box<dyn Card>), HostError> {
        let options = Options { today: self.today, seed: self.seed };
        let provision = Provision::for_slot(u64::try_from(slot).unwrap_or(u64::MAX));
        match content {
            Content::File(file) => {
                let card = self.families.load(&file, &options)?.card_with(provision);
                Ok((Origin::File(path::absolute(&file).unwrap_or(file)), Box::new(card)))
            }
            Content::Text { name, text } => {
                let source = Source { name: name.clone(), text };
                let profile = self.families.parse(source, None, &options).map_err(profile::LoadError::Invalid)?;
                Ok((Origin::Named(name), Box::new(profile.card_with(provision))))
            }
            Content::Made { name, card } => Ok((Origin::Named(name), card)),
        }
    }
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

    /// The reader of a slot.
    fn reader(&self, slot: usize) -> Result<String, HostError> {
        let states = self.readers.states();
        let state = states.get(slot).ok_or(HostError::NoSlot { slot, slots: states.len() })?;
        Ok(state.name.to_string())
    }

    /// Puts a card into a slot, in place of the one that is there; gives the reader, and whether there was one.
    pub(super) fn insert(&self, slot: usize, content: Content) -> Result<(String, bool), HostError> {
        let reader = self.reader(slot)?;
        let (origin, card) = self.making.make(content, slot)?;
        let _move = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = match self.take_out(slot) {
            Err(SlotError::Empty(_)) => false,
            taken => taken.map(|()| true)?,
        };
        let card = match &self.recording {
            Some(recording) => recording.insert(slot, &origin, card)?,
            None => card,
        };
        self.readers.insert(slot, card, Some(Label::new(origin)))?;
        Ok((reader, replaced))
    }

    /// Puts the card back that was last taken out of a slot; gives the reader, and what people are told of the card.
    pub(super) fn reinsert(&self, slot: usize) -> Result<(String, String), HostError> {
        let reader = self.reader(slot)?;
        let _move = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let label = self.readers.reinsert_after(slot, |_| {
            self.recording.iter().for_each(|recording| recording.reinsert(slot));
        })?;
        let origin = label.as_ref().and_then(Label::get::<Origin>);
        Ok((reader, origin.map(Origin::label).unwrap_or_default()))
    }

    /// Takes the card out of a slot; gives the reader.
    pub(super) fn remove(&self, slot: usize) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        let _move = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        match self.take_out(slot) {
            Err(SlotError::Empty(_)) => Err(HostError::Empty(reader)),
            taken => Ok(taken.map(|()| reader)?),
        }
    }

    fn take_out(&self, slot: usize) -> Result<(), SlotError> {
        self.readers.remove(slot)?;
        self.recording.iter().for_each(|recording| recording.remove(slot));
        Ok(())
    }

    fn insert_file(&self, slot: usize, file: &Path) -> Result<Reply, HostError> {
        let (reader, replaced) = self.insert(slot, Content::File(file.to_owned()))?;
        Ok(Reply::Inserted { reader, replaced })
    }
}

impl Handler for Arc<Desk> {
    fn handle(&self, request: Request) -> Result<Reply, Refusal> {
        let reply = match request {
            Request::Slots => {
                let (slots, not_whole) = (self.slots(), self.not_whole());
                Ok(Reply::Slots(Status { socket: self.socket.clone(), pid: process::id(), slots, not_whole }))
            }
            Request::Insert { slot, card } => self.insert_file(slot, &card),
            Request::Reinsert { slot } => self.reinsert(slot).map(|(reader, card)| Reply::Reinserted { reader, card }),
            Request::Remove { slot } => self.remove(slot).map(|reader| Reply::Removed { reader }),
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
