//! Lists that a terminal is given beside the cards: which cards are opposed, and where the forms of a body go.
//!
//! [`opposition`] is the list of opposed cards by their serial numbers, monthly with daily increments; [`tod`] is the
//! table of destinations, from regime, caisse and centre to whom a form is sent. Both formats are ours, for neither is
//! public [NOT-FOUND]; docs/lists.md has them. What a list means for a card on a day, `terminal` says. The rule that
//! this room upholds: a list that was read is whole, and nobody is let through because a part of it was lost.

pub mod opposition;
pub mod tod;

use self::{opposition::Opposition, tod::Tod};

/// The lists that a terminal was given; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// Which cards are opposed.
    pub opposition: Option<Opposition>,
    /// Where forms go.
    pub tod: Option<Tod>,
}
