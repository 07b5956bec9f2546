//! How a host makes the cards that go into its slots.

use std::{
    io,
    path::{self, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use virtuale_engine::{
    Card,
    platform::{Forgetful, Sink},
};

use super::{
    HostError,
    recording::CardRecording,
    state::{Claimant, Kept, Resets, State, Watch},
};
use crate::{
    layer::{
        Commits, Layered, Layers, Onlookers, Stay,
        events::{Bus, What},
        fault::{Effect, Faults, Spoiled, Witness},
        timing::Meter,
    },
    profile::{self, NamedCard, Options, Profile, Provision, VirtualCard, diagnostic::Source, families::Families},
    reader::{Label, SlotState},
    terminal::transport::real::RealReader,
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
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::BuiltIn(name) => (*name).to_owned(),
            Self::Named(name) => name.clone(),
        }
    }
}

/// What a card is made of.
pub(super) enum Content {
    /// A card file, a card of the program or a real reader, as somebody wrote it.
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
    /// The card in a real reader, which takes its own time.
    Real {
        name: String,
        card: Box<dyn Card>,
    },
    Provided {
        name: String,
        make: Box<MakeCard>,
    },
}

/// Makes a card of what a card in its slot is provided with.
pub(super) type MakeCard = dyn FnOnce(Provision) -> Box<dyn Card> + Send;

/// Makes the sink of the commits of a card in a slot, which is called so.
pub(super) type MakeSink = dyn Fn(usize, &str) -> io::Result<Box<dyn Sink>> + Send + Sync;

impl Content {
    /// What it is called before it is made.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Written(card) => card.to_string_lossy().into_owned(),
            Self::Found(card) => card.as_path().to_string_lossy().into_owned(),
            Self::Text { name, .. }
            | Self::Made { name, .. }
            | Self::Real { name, .. }
            | Self::Provided { name, .. } => name.clone(),
        }
    }

    /// The real reader that somebody named in place of a card.
    pub(super) fn real(&self) -> Option<RealReader> {
        if let Self::Written(card) = self { RealReader::named(card) } else { None }
    }

    /// Whether the seed of the run decides nothing of it.
    pub(super) fn is_made_elsewhere(&self) -> bool {
        matches!(self, Self::Made { .. } | Self::Real { .. } | Self::Provided { .. })
    }
}

/// A card that was made for a slot, before anything is around it.
pub(super) struct Made {
    pub(super) origin: Origin,
    card: Naked,
    /// What counts its work, if it takes its time.
    meter: Option<Meter>,
    /// Its card file and its layout, if they are kept.
    pub(super) profile: Option<Arc<Profile>>,
    /// Its stays in the slot, of which listeners are told.
    pub(super) stay: Stay,
    /// The faults that may strike it.
    pub(super) faults: Faults,
    /// The kept card that it is, if it is one.
    pub(super) kept: Option<Watch>,
}

enum Naked {
    Virtual(Box<VirtualCard>),
    Kept(Box<Kept>),
    Any(Box<dyn Card>),
    Real(Box<dyn Card>),
}

impl Made {
    /// The card, to look at.
    pub(super) fn card(&self) -> &dyn Card {
        match &self.card {
            Naked::Virtual(card) => &**card,
            Naked::Kept(card) => &**card,
            Naked::Any(card) | Naked::Real(card) => &**card,
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
    /// What every card gets around it.
    pub(super) layers: Layers,
    /// What makes the sinks of their commits; without it they keep nothing outside the card.
    pub(super) sink: Option<Box<MakeSink>>,
    /// Whether what a card was made of is kept while it is in.
    pub(super) keeps_profiles: bool,
    /// Where cards of card files are kept from run to run.
    pub(super) state: Option<State>,
}

/// The card files that were read for cards which come in together: those of one file share all that does not change.
#[derive(Default)]
pub(super) struct Shelf(Vec<(NamedCard, Arc<Profile>)>);

impl Shelf {
    /// A card file as it was when the first of these cards was made of it.
    fn profile(
        &mut self,
        card: &NamedCard,
        families: &Families,
        options: &Options,
    ) -> Result<&Arc<Profile>, HostError> {
        let known = self.0.iter().position(|(known, _)| known == card);
        let index = match known {
            Some(index) => index,
            None => {
                self.0.push((card.clone(), Arc::new(families.load_named(card, options)?)));
                self.0.len() - 1
            }
        };
        Ok(&self.0[index].1)
    }
}

/// Where a card will be.
struct Spot<'a> {
    slot: usize,
    /// Its stays there.
    stay: &'a Stay,
    /// What counts its work, if it takes its time.
    meter: Option<&'a Meter>,
    /// The faults that may strike it.
    faults: &'a Faults,
}

impl Spot<'_> {
    /// What a card is provided with whose commits go to this sink.
    fn provision(&self, sink: Box<dyn Sink>) -> Provision {
        let provision = Provision::for_slot(u64::try_from(self.slot).unwrap_or(u64::MAX));
        let provision = provision.with_sink(Commits::new(self.stay.clone(), sink)).with_faults(self.faults.clone());
        self.meter.into_iter().fold(provision, Provision::with_meter)
    }
}

impl Making {
    /// The card for a slot, with nothing around it, and where it comes from. A card file that is on the shelf is not
    /// read again.
    ///
    /// # Errors
    ///
    /// What is wrong with its card file, that its sink cannot be made, or that it is not the card that is kept.
    pub(super) fn make(
        &self,
        content: Content,
        slot: usize,
        shelf: &mut Shelf,
        resets: &mut Resets,
    ) -> Result<Made, HostError> {
        let options = Options { today: self.today, seed: self.seed };
        let stay = Stay::new(Arc::clone(&self.bus), slot);
        let (meter, faults) = (self.layers.meter(), Faults::default());
        let place = Spot { slot, stay: &stay, meter: meter.as_ref(), faults: &faults };
        let (origin, card, profile) = match content {
            Content::Written(written) => {
                let found = self.families.find_card(&written).map_err(profile::LoadError::Unknown)?;
                return self.make(Content::Found(found), slot, shelf, resets);
            }
            Content::Found(named) => {
                let profile = shelf.profile(&named, &self.families, &options)?;
                let origin = match named {
                    NamedCard::File(file) => Origin::File(path::absolute(&file).unwrap_or(file)),
                    NamedCard::BuiltIn(card) => Origin::BuiltIn(card.name),
                };
                let card = self.of_profile(profile, &place, &origin, resets)?;
                (origin, card, Some(Arc::clone(profile)))
            }
            Content::Text { name, text } => {
                let source = Source { name: name.clone(), text };
                let profile = self.families.parse(source, None, &options).map_err(profile::LoadError::Invalid)?;
                let origin = Origin::Named(name);
                let card = self.of_profile(&profile, &place, &origin, resets)?;
                (origin, card, Some(Arc::new(profile)))
            }
            Content::Made { name, card } => (Origin::Named(name), Naked::Any(card), None),
            Content::Real { name, card } => (Origin::Named(name), Naked::Real(card), None),
            Content::Provided { name, make } => {
                let origin = Origin::Named(name);
                let card = make(self.provision(&place, &origin.label())?);
                (origin, Naked::Any(card), None)
            }
        };
        let spoiled = |card| Box::new(Layered::new(Spoiled::new(faults.clone()), card));
        let card = match card {
            // Nobody asks for its faults yet.
            Naked::Any(card) if !faults.is_worn() => Naked::Any(spoiled(card)),
            Naked::Real(card) => Naked::Real(spoiled(card)),
            card => card,
        };
        let kept = match &card {
            Naked::Kept(card) => Some(card.watch()),
            Naked::Virtual(_) | Naked::Any(_) | Naked::Real(_) => None,
        };
        let profile = profile.filter(|_| self.keeps_profiles);
        Ok(Made { origin, card, meter, profile, stay, faults, kept })
    }

    /// Holds, where cards begin anew, that all of these can come: nothing is dropped for a command that fails.
    ///
    /// # Errors
    ///
    /// What is wrong with a card file, or that one is not the card that is kept.
    pub(super) fn rehearse(
        &self,
        contents: &[Option<Content>],
        shelf: &mut Shelf,
        resets: &Resets,
    ) -> Result<(), HostError> {
        let Some(state) = self.state.as_ref().filter(|_| !resets.is_none()) else { return Ok(()) };
        let options = Options { today: self.today, seed: self.seed };
        let mut profiles = Vec::new();
        for (slot, content) in contents.iter().enumerate() {
            let named = match content {
                Some(Content::Written(written)) => {
                    self.families.find_card(written).map_err(profile::LoadError::Unknown)?
                }
                Some(Content::Found(named)) => named.clone(),
                Some(Content::Text { name, text }) => {
                    let source = Source { name: name.clone(), text: text.clone() };
                    let profile = self.families.parse(source, None, &options).map_err(profile::LoadError::Invalid)?;
                    profiles.push((slot, Arc::new(profile)));
                    continue;
                }
                Some(Content::Made { .. } | Content::Real { .. } | Content::Provided { .. }) | None => continue,
            };
            profiles.push((slot, Arc::clone(shelf.profile(&named, &self.families, &options)?)));
        }
        Ok(state.rehearse(profiles.iter().map(|(slot, profile)| (*slot, &**profile)), resets)?)
    }

    /// The card of a card file: the one that is kept of it, where cards are kept.
    fn of_profile(
        &self,
        profile: &Profile,
        spot: &Spot<'_>,
        origin: &Origin,
        resets: &mut Resets,
    ) -> Result<Naked, HostError> {
        let origin = origin.label();
        let Some(state) = &self.state else {
            return Ok(Naked::Virtual(Box::new(profile.card_with(self.provision(spot, &origin)?))));
        };
        let who = Claimant { slot: spot.slot, stay: Some(spot.stay), origin: &origin };
        let claim = state.claim(profile, who, resets)?;
        let provision = spot.provision(Box::new(claim.sink()));
        Ok(Naked::Kept(Box::new(claim.card(provision))))
    }

    /// What a card in a slot is provided with. Its commits are told to listeners once its sink has kept them.
    fn provision(&self, spot: &Spot<'_>, card: &str) -> Result<Provision, HostError> {
        let sink = match &self.sink {
            Some(make) => make(spot.slot, card).map_err(|error| HostError::Unmade {
                what: format!("the place where the card {card} in slot {} is kept", spot.slot),
                error,
            })?,
            None => Box::new(Forgetful),
        };
        Ok(spot.provision(sink))
    }

    /// The card as it goes into its slot.
    pub(super) fn dress(&self, slot: usize, made: Made, recording: Option<&CardRecording>) -> Box<dyn Card> {
        // What one of ours takes by itself says nothing of a card.
        let takes_time = made.meter.is_some() || matches!(made.card, Naked::Real(_));
        let recorder = recording.map(|recording| {
            let recorder = recording.recorder().with_families(self.families.clone());
            Box::new(if takes_time { recorder.with_times() } else { recorder }) as _
        });
        made.faults.witnessed_by(Some(witness(made.stay.clone(), recording.map(CardRecording::recorder))));
        let onlookers = Onlookers { stay: Some(made.stay), recorder };
        match made.card {
            Naked::Virtual(card) => self.layers.dress_metered(slot, *card, made.meter, onlookers),
            Naked::Kept(card) => self.layers.dress_metered(slot, *card, made.meter, onlookers),
            Naked::Any(card) => self.layers.dress_metered(slot, card, made.meter, onlookers),
            Naked::Real(card) => self.layers.dress_untimed(slot, card, onlookers),
        }
    }
}

/// Tells listeners and the trace of faults that strike a card.
fn witness(stay: Stay, recorder: Option<Recorder>) -> Witness {
    Arc::new(move |strike| {
        // At a pad that is cancelled no command comes, and a trace has nothing that was struck.
        let recorder = recorder.as_ref().filter(|_| strike.fault.effect != Effect::Cancel);
        recorder.into_iter().for_each(|recorder| recorder.fault(&strike.fault));
        stay.tell(|slot, generation| What::Fault { slot, generation, strike: Arc::new(strike.clone()) });
    })
}
