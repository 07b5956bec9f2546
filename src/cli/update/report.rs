//! What `update --json` prints where nothing was updated, and why a station stopped.

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        mistake::{Mistake, Trouble},
    },
    terminal::update::Leaves,
};

/// Why the work on a card stopped, and what the card is then.
pub(super) struct Stopped {
    pub(super) failure: Failure,
    pub(super) leaves: Leaves,
}

/// A card for which the caisse has no change.
#[derive(Serialize)]
pub(super) struct NoChange<'a> {
    source: &'a str,
    numero_serie: &'a str,
    outcome: &'static str,
}

/// A card of which the work stopped.
#[derive(Serialize)]
pub(super) struct StoppedReport<'a> {
    source: &'a str,
    card: &'static str,
    error: Trouble,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Mistake>,
}

impl Stopped {
    /// What programs are told of it.
    pub(super) fn report<'a>(&self, place: &'a str) -> StoppedReport<'a> {
        let card = match self.leaves {
            Leaves::AsBefore => "as_before",
            Leaves::Unknown => "unknown",
            Leaves::Updated => "updated",
        };
        let error = match &self.failure {
            Failure::Invalid(_) => Trouble::new("the change, the card file, its layout or a file of keys is invalid"),
            failure => Trouble::of(failure),
        };
        StoppedReport { source: place, card, error, mistakes: Mistake::all_of(&self.failure) }
    }
}

/// What fails before a card is written to leaves it as it was.
impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self { failure, leaves: Leaves::AsBefore }
    }
}

impl<'a> NoChange<'a> {
    pub(super) fn of(source: &'a str, numero_serie: &'a str) -> Self {
        Self { source, numero_serie, outcome: "no_change" }
    }
}
