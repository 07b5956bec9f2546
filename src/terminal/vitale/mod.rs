//! Reads a Vitale: recognises it, follows its POINTERS or its zones, decodes them with a layout, and checks what they
//! say.
//!
//! [`read`] gives a [`Reading`]: the [`Volet`], what stayed closed and why, what went over the transport, and the
//! [`Remark`]s. Alone it proves nothing to the card, and what needs a professional's card stays closed; [`read_beside`]
//! has such cards beside it, which prove their [`right`](super::right). Any card is read to the same end, honest or
//! not: a card that answers nonsense gives a reading with little in it and remarks that say so.

mod abilities;
mod checks;
#[cfg(feature = "cli")]
mod guide;
mod issuer;
mod life;
#[cfg(test)]
mod life_tests;
mod order;
mod pointers;
mod read;
mod reading;
mod sign;
mod view;
mod volet;
mod words;

pub use crate::profile::families::vitale::Model;
pub use crate::terminal::{
    files::{ClosedFile, Lock, OpenFile, Pointer},
    period::Period,
    remark::{Remark, Severity},
};
pub use abilities::{Ability, Verdict};
pub use checks::{State, state};
#[cfg(feature = "cli")]
pub use guide::VitaleGuide;
pub use issuer::opposed_on;
pub use life::{Asked, Bearing, IssuerKnows, Known, Life, NoBody, Route, judge};
pub use pointers::{Pointers, application_name};
pub use read::{ReadError, read, read_beside};
pub use reading::Reading;
pub use sign::VitaleSigner;
pub use volet::{Accident, Beneficiary, CardFacts, Complementary, Coverage, Dated, Europe, Insured, Volet};

#[cfg(test)]
mod tests;
