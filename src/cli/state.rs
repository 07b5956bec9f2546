//! The option `--state`: cards that are kept from run to run.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use clap::builder::NonEmptyStringValueParser;
use virtuale_engine::Card;

use super::{Failure, language::Language, messages::Keep, output};
use crate::{
    host::{
        Builder, Kind,
        state::{Claimant, Resets, State, StateError, StateRemark},
    },
    layer::{Layers, Onlookers, fault::Faults},
    profile::{Profile, Provision},
};

/// What stands for no name behind `--state-reset`: nobody can write it, while an empty one is what a variable of a
/// shell gives that is not set.
pub(super) const ANY: &str = "\0";

/// Where cards are kept.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Keeping {
    /// Keep the cards of card files in this folder, which is yours alone and is made if it is not there: each goes on
    /// as it was left, and what it has answered is on the disk [default: every card is new]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Begin anew with the cards of this command: what is kept of them is dropped. With a name, only with the card of
    /// that name, such as vitale2-martin, or vitale2-martin#2 for the second card of one card file; may be given
    /// several times
    #[arg(long, value_name = "CARD", requires = "state", num_args = 0..=1, require_equals = true, default_missing_value = ANY, value_parser = NonEmptyStringValueParser::new())]
    state_reset: Vec<String>,
    /// The folder, once it was asked for.
    #[arg(skip)]
    opened: OnceLock<Arc<Kept>>,
}

/// Cards that are kept.
#[derive(Debug)]
struct Kept {
    state: State,
    resets: Mutex<Resets>,
    /// How many cards came.
    came: AtomicUsize,
}

impl Keeping {
    /// A host that keeps its cards, if that was asked for.
    ///
    /// # Errors
    ///
    /// That the folder cannot be opened.
    pub(super) fn ask_of(&self, host: Builder) -> Result<Builder, Failure> {
        Ok(match self.open()? {
            Some(kept) => host.state(kept.state.clone()).state_resets(std::mem::take(&mut kept.resets())),
            None => host,
        })
    }

    /// Holds, before anything is dropped, that each card that is to begin anew is of one of these card files.
    ///
    /// # Errors
    ///
    /// That one is of none.
    pub(super) fn expect(&self, cards: &[PathBuf]) -> Result<(), Failure> {
        let is_of = |card: &str| cards.iter().any(|file| file.file_stem().is_some_and(|stem| stem == card));
        let is_there = |card: &str| {
            let name = card.rsplit_once('#').filter(|(_, number)| number.parse::<u32>().is_ok());
            card == ANY || is_of(card) || name.is_some_and(|(name, _)| is_of(name))
        };
        match self.state_reset.iter().find(|card| !is_there(card)) {
            Some(card) => Err(StateError::NotHere { card: card.clone() }.into()),
            None => Ok(()),
        }
    }

    /// Holds, before any is dropped, that cards of all of these card files can come, where some are to begin anew.
    ///
    /// # Errors
    ///
    /// That one cannot, or that one is to begin anew that is not among them.
    pub(super) fn rehearse(&self, profiles: &[Profile]) -> Result<(), Failure> {
        if self.state_reset.is_empty() {
            return Ok(());
        }
        let Some(kept) = self.open()? else { return Ok(()) };
        // As they are counted when they come.
        let cards = profiles.iter().enumerate();
        Ok(kept.state.rehearse(cards, &kept.resets())?)
    }

    /// Whether any card is to begin anew.
    pub(super) fn resets_any(&self) -> bool {
        !self.state_reset.is_empty()
    }

    /// The cards that are kept, if that was asked for.
    ///
    /// # Errors
    ///
    /// That the folder cannot be opened.
    fn open(&self) -> Result<Option<&Kept>, Failure> {
        let Some(folder) = &self.state else { return Ok(None) };
        if let Some(opened) = self.opened.get() {
            return Ok(Some(opened));
        }
        let resets = match self.state_reset.iter().any(|card| card == ANY) {
            true => Resets::all(),
            false => Resets::none(),
        };
        let named = self.state_reset.iter().filter(|card| *card != ANY);
        let resets = named.fold(resets, |resets, card| resets.with(card.clone()));
        let kept = Kept { state: State::open(folder)?, resets: Mutex::new(resets), came: AtomicUsize::new(0) };
        Ok(Some(self.opened.get_or_init(|| Arc::new(kept))))
    }

    /// The card of a card file for a verb that speaks to it itself, as it is in a slot: as it was left, a new one if
    /// none is kept. Says what there is to know of it.
    ///
    /// # Errors
    ///
    /// That the card file is another one than on its first day, or that the disk fails.
    pub(super) fn card(
        &self,
        profile: &Profile,
        layers: &Layers,
        language: Language,
        faults: &Faults,
    ) -> Result<Box<dyn Card>, Failure> {
        let meter = layers.meter();
        let metered = |provision: Provision| meter.iter().fold(provision, Provision::with_meter);
        let Some(kept) = self.open()? else {
            let card = profile.card_with(metered(Provision::default().with_faults(faults.clone())));
            return Ok(layers.dress_metered(0, card, meter, Onlookers::default()));
        };
        // Each has a place of its own: none takes that of another.
        let slot = kept.came.fetch_add(1, Ordering::Relaxed);
        let who = Claimant { slot, stay: None, origin: &profile.source().name };
        let claim = kept.state.claim(profile, who, &mut kept.resets())?;
        remarks(&kept.state, language).iter().for_each(output::say);
        let sink = claim.sink();
        let card = claim.card(metered(Provision::default().with_sink(sink).with_faults(faults.clone())));
        Ok(layers.dress_metered(0, card, meter, Onlookers::default()))
    }

    /// Holds, once all cards have come, that those came which were to begin anew.
    ///
    /// # Errors
    ///
    /// That one has not.
    pub(super) fn end(&self) -> Result<(), Failure> {
        Ok(self.opened.get().map_or(Ok(()), |kept| kept.resets().end())?)
    }

    /// What there is to know of the cards that came into a host since this was asked last.
    pub(super) fn remarks(&self) -> Vec<String> {
        self.opened.get().map_or_else(Vec::new, |kept| remarks(&kept.state, Language::En))
    }

    /// Says from now on what there is to know of each card that comes into a slot, as it comes.
    pub(super) fn say_remarks(&self, language: Language) {
        if let Some(kept) = self.opened.get() {
            let folder = kept.state.folder().to_owned();
            kept.state.on_remark(move |remark| output::say(text(remark, &folder, language)));
        }
    }

    /// Whether cards are kept.
    pub(super) fn is_asked(&self) -> bool {
        self.state.is_some()
    }

    /// Holds that nobody asks to keep the card that is in a reader.
    ///
    /// # Errors
    ///
    /// That it is asked.
    pub(super) fn refuse_of_reader(&self) -> Result<(), Failure> {
        if !self.is_asked() {
            return Ok(());
        }
        Err(Failure::usage(Keep::InReader.said(), Keep::LeaveStateOrServe.said()))
    }

    /// Holds that nobody asks to keep a card that is no virtual one.
    ///
    /// # Errors
    ///
    /// That it is asked.
    pub(super) fn refuse_of(&self, card: &str) -> Result<(), Failure> {
        if !self.is_asked() {
            return Ok(());
        }
        Err(Failure::usage(Keep::Real { card }.said(), Keep::LeaveState.said()))
    }
}

impl Kept {
    fn resets(&self) -> MutexGuard<'_, Resets> {
        self.resets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is to know of the cards that came.
fn remarks(state: &State, language: Language) -> Vec<String> {
    state.remarks().iter().map(|remark| text(remark, state.folder(), language)).collect()
}

fn text(remark: &StateRemark, folder: &Path, language: Language) -> String {
    let said = remark.said(folder);
    match language {
        Language::En => said.english.into_owned(),
        Language::Fr => said.french.into_owned(),
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        let (message, hint) = (error.said(), error.hint());
        match error.kind() {
            Kind::Usage => Self::Usage(message.into(), Some(hint.into())),
            Kind::Invalid => Self::Malformed(message.into(), Some(hint.into())),
            Kind::Environment => Self::Environment(message.into(), Some(hint.into())),
        }
    }
}
