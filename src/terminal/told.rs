//! What came of reading a card, for whoever makes another form of it than pages: the data under the keys of card files,
//! whose card it is, and what opened it. Of which family the card is, it does not say.

use super::{
    cps::Proof,
    right::{Look, Side},
};
use crate::profile::tree::{CardDate, Node};

/// What a card told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Whose card it is, where several are read together: a patient's or a professional's; `None` for any other.
    pub side: Option<Side>,
    /// What it said, under the keys of card files; only what was read.
    pub data: &'a Node,
    /// The day of reading.
    pub today: CardDate,
    /// What came of asking for its holder's code; [`Proof::NotNeeded`] of cards that have none.
    pub proof: Proof,
    /// What came of the professionals' cards beside it, in the order in which they were asked.
    pub looks: &'a [Look],
    /// Whether something on it waits for a professional's card still.
    pub is_sealed: bool,
    /// Whether reading ended early, since the card did not come to an end.
    pub is_cut_short: bool,
}

impl<'a> Told<'a> {
    /// Of a card that is neither a patient's nor a professional's, and was read to its end.
    #[must_use]
    pub fn alone(data: &'a Node, today: CardDate) -> Self {
        Self { side: None, data, today, proof: Proof::NotNeeded, looks: &[], is_sealed: false, is_cut_short: false }
    }
}
