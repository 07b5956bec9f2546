//! Reads a professional's card (CPS): whose it is, where the holder works, what may be billed and signed, its
//! certificates and its codes.
//!
//! [`read`] gives a [`Reading`]: the [`Professional`], what stayed closed and why, what went over the transport, and
//! the remarks. What only the holder's code opens is read if the holder gives it, and no try of a code is spent on
//! anything else. Any card is read to the same end, honest or not.

mod billing;
mod certificate;
pub(in crate::terminal) mod codes;
mod directory;
#[cfg(feature = "cli")]
mod guide;
mod professional;
mod read;
mod reading;
mod sign;
mod view;

pub use certificate::{CertificateFacts, CertificateUse, Subject};
pub use codes::{Codes, Proof, Tries};
#[cfg(feature = "cli")]
pub use guide::CpsGuide;
pub use professional::{Activity, Billing, BillingSituation, CardFacts, Employer, Owner, Place, Professional};
pub use read::{ReadError, read};
pub use reading::Reading;
pub use sign::{CardSigner, SigningKey};

#[cfg(test)]
mod tests;

use crate::profile::tree::Node;

/// What a tree of card-file keys says, such as the data of a card file.
#[must_use]
pub fn professional(data: &Node) -> Professional {
    view::professional(data)
}

/// How many tries of the holder's code a card file leaves, if it says so.
#[must_use]
pub fn tries_written(data: &Node) -> Option<u8> {
    view::tries(data)
}
