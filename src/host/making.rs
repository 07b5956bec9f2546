//! How a host makes the cards that go into its slots.

use std::{
    path::{self, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use virtuale_engine::Card;

use super::HostError;
use crate::{
    layer::{Commits, Layer, Tap, dress, events::Bus},
    profile::{self, NamedCard, Options, Profile, Provision, diagnostic::Source, families::Families},
    reader::{Label, SlotState},
    trace::record::Recorder,
};

/// Where a card comes from: what a host says of each card in the slot table.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A card file.
    File(PathBuf),
    /// The program; this is the name of the card.
    BuiltIn(&'static str),
    /// Somewhere else; this is what it is called.
    Named(String),
}

impl Origin {
    /// That of the card in a slot.
    pub(super) fn of(state: &SlotState) -> Option<&Self> {
        state.label.as_ref().and_then(Label::get)
    }

    /// What people are told of it.
    pub(super) fn label(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::BuiltIn(name) => (*name).to_owned(),
            Self::Named(name) => name.clone(),
        }
    }
}

/// What a card is made of.
pub(super) enum Content {
    /// A card file, or a card of the program, as somebody wrote it.
    Written(PathBuf),
    Found(NamedCard),
    Text {
        name: String,
        text: String,
    },
    Made {
        name: String,
        card: Box<dyn Card>,
    },
}

impl Content {
    /// What it is called before it is made.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Written(card) => card.display().to_string(),
            Self::Found(card) => card.as_path().display().to_string(),
            Self::Text { name, .. } | Self::Made { name, .. } => name.clone(),
        }
    }
}

/// What the cards of a host depend on besides their files.
pub(super) struct Making {
    pub(super) today: Date,
    pub(super) seed: u64,
    pub(super) families: Families,
    /// Who hears what happens to them.
    pub(super) bus: Arc<Bus>,
    /// What makes the layers that were asked for, from the inside to the outside.
    pub(super) layers: Vec<MakeLayer>,
}

/// The card files that were read for cards which come in together: those of one file share all that does not change.
#[derive(Default)]
pub(super) struct Shelf(Vec<(NamedCard, Profile)>);

impl Shelf {
    /// A card file as it was when the first of these cards was made of it.
    fn profile(&mut self, card: &NamedCard, families: &Families, options: &Options) -> Result<&Profile, HostError> {
        let known = self.0.iter().position(|(known, _)| known == card);
        let index = match known {
            Some(index) => index,
            None => {
                self.0.push((card.clone(), families.load_named(card, options)?));
                self.0.len() - 1
            }
        };
        Ok(&self.0[index].1)
    }
}

/// Makes a layer for a card that comes into this slot.
pub(super) type MakeLayer = Box<dyn Fn(usize) -> Box<dyn Layer> + Send + Sync>;

impl Making {
    /// The card for a slot, naked, and where it comes from. A card file that is on the shelf is not read again.
    ///
    /// # Errors
    ///
    /// What is wrong with its card file.
    pub(super) fn make(
        &self,
        content: Content,
        slot: usize,
        shelf: &mut Shelf,
    ) -> Result<(Origin, Box<dyn Card>), HostError> {
        let options = Options { today: self.today, seed: self.seed };
        let provision = Provision::for_slot(u64::try_from(slot).unwrap_or(u64::MAX));
        let provision = provision.with_sink(Commits::new(Arc::clone(&self.bus), slot));
        match content {
            Content::Written(written) => {
                let found = self.families.find_card(&written).map_err(profile::LoadError::Unknown)?;
                self.make(Content::Found(found), slot, shelf)
            }
            Content::Found(named) => {
                let card = shelf.profile(&named, &self.families, &options)?.card_with(provision);
                let origin = match named {
                    NamedCard::File(file) => Origin::File(path::absolute(&file).unwrap_or(file)),
                    NamedCard::BuiltIn(card) => Origin::BuiltIn(card.name),
                };
                Ok((origin, Box::new(card)))
            }
            Content::Text { name, text } => {
                let source = Source { name: name.clone(), text };
                let profile = self.families.parse(source, None, &options).map_err(profile::LoadError::Invalid)?;
                Ok((Origin::Named(name), Box::new(profile.card_with(provision))))
            }
            Content::Made { name, card } => Ok((Origin::Named(name), card)),
        }
    }

    /// Dresses a card that goes into a slot. This is the one place where that is done.
    ///
    /// From the inside to the outside: what the card is of itself (its wear), the layers that were asked for, the tap
    /// of the events, the recorder. So events and traces say what the programs see.
    pub(super) fn dress(&self, slot: usize, card: Box<dyn Card>, recorder: Option<Recorder>) -> Box<dyn Card> {
        let asked_for = self.layers.iter().map(|make| make(slot));
        let tap: Box<dyn Layer> = Box::new(Tap::new(Arc::clone(&self.bus), slot));
        let recorder = recorder.map(|recorder| recorder.with_families(self.families.clone()));
        let recorder = recorder.map(|recorder| Box::new(recorder) as Box<dyn Layer>);
        dress(card, asked_for.chain([tap]).chain(recorder))
    }
}
