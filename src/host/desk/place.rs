//! What a host knows of a slot.

use std::sync::Arc;

use crate::{
    host::{
        real::Tie,
        recording::CardRecording,
        state::{StateError, Watch},
    },
    layer::{
        Stay,
        fault::{Faults, Orders},
    },
    profile::Profile,
};

/// What a host knows of a slot beside what is published of it.
#[derive(Default)]
pub(in crate::host) struct Place {
    /// The card that is in it, or was last in it.
    pub(super) followed: Option<Followed>,
    /// The real reader that it follows.
    pub(in crate::host) tie: Option<Arc<Tie>>,
    /// The faults that may strike the card that is in it, or was last in it; without one, those that wait for a card.
    pub(super) faults: Faults,
    /// Whether a thread looks for prompts at its pad, which faults may cancel.
    pub(super) is_watched: bool,
    /// The number of the fault that took the card away and will put it back, unless somebody does something there.
    pub(super) back: Option<u64>,
    /// How many faults were to put a card back.
    backs: u64,
}

impl Place {
    /// The stay of its card is over, if it was in: nobody waits for a late answer any more.
    pub(super) fn leaves(&self) {
        self.followed.iter().for_each(Followed::leaves);
        self.faults.wake();
    }

    /// The number of one more fault that will put its card back.
    pub(super) fn next_back(&mut self) -> u64 {
        self.backs += 1;
        self.backs
    }

    /// Whether it follows this one.
    pub(super) fn is_tied_by(&self, tie: &Arc<Tie>) -> bool {
        self.tie.as_ref().is_some_and(|own| Arc::ptr_eq(own, tie))
    }

    /// A new card comes, with its own faults: those that were armed at the slot are for it from now on.
    pub(super) fn spoil(&mut self, faults: Faults, orders: Option<Orders>) {
        faults.take_over(&self.faults);
        faults.obeyed_by(orders);
        self.faults = faults;
    }

    /// Whatever it follows, it follows this from now on.
    pub(super) fn tie(&mut self, tie: Option<Arc<Tie>>) {
        let is_same = tie.as_ref().is_some_and(|tie| self.is_tied_by(tie));
        if let Some(earlier) = self.tie.take().filter(|_| !is_same) {
            earlier.end();
        }
        self.tie = tie;
    }
}

/// The card that is in a slot, or that was last in it, as the host follows it.
pub(super) struct Followed {
    pub(super) stay: Stay,
    pub(super) recording: Option<CardRecording>,
    /// What the card was made of, if that is kept.
    pub(super) profile: Option<Arc<Profile>>,
    /// The kept card that it is, if it is one.
    pub(super) kept: Option<Watch>,
}

impl Followed {
    /// Holds that it may come into a slot.
    pub(super) fn may_come(&self, slot: usize) -> Result<(), StateError> {
        self.kept.as_ref().map_or(Ok(()), |kept| kept.may_come(slot))
    }

    /// Its stay is over, if it was in.
    pub(super) fn leaves(&self) {
        self.recording.iter().for_each(CardRecording::leaves);
        self.stay.end();
    }
}
