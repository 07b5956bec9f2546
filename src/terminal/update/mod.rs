//! An update station: what the caisse's own terminal does to a card, as its issuer.
//!
//! A [`Station`] proves the issuer's keys and the card its own to each other, and speaks to it under secure messaging
//! from then on. It reads the card as any terminal does, but also what is closed to others; writes what a
//! [`Change`](crate::profile::change::Change) makes another in one transaction of the chip, so that a card that is
//! pulled at any moment is as it was or as it is to be; and reads it once more. It keeps nothing: what it handled is
//! gone with it [CSS-R161 33-5].

mod error;
mod keys;
mod plan;
mod secured;
mod station;
#[cfg(test)]
mod tests;

pub use error::{Leaves, Step, UpdateError};
pub use keys::{Cipher, IssuerKeys};
pub use plan::Plan;
pub use station::{Station, whole};
