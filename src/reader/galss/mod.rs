//! The transport of GALSS: sessions on slots that have a name, for programs that know nothing of PC/SC.
//!
//! A [`Server`] listens on a private socket, and the library of `virtuale-galss` asks it for what a program calls. The
//! state is here, and one for all programs: sessions, exclusivities and contexts (`desk`), and of each slot
//! whether GALSS has given its card power (`lad`).
//!
//! To the card, GALSS is one more program that uses PC/SC: it has a [`Session`](super::Session) of its own for each
//! slot. From when it gives a card power until it takes it, or until the last session on the slot ends, it has an open
//! handle there; while somebody has an exclusivity, that handle has a transaction. So PC/SC programs beside it see what
//! they see of each other: a power-up and a power-off are resets, an exclusivity is waited for, and while one of them
//! has the card for itself, GALSS answers that it is in use.
//!
//! What it does not do: a message means something to a transparent slot only; there are no keys, display or printer.

mod desk;
mod lad;
mod message;
mod names;
mod server;
#[cfg(unix)]
#[cfg(test)]
mod tests;

pub use names::{NameError, Resource, ResourceName};
pub use server::{MOST_CONNECTIONS, Server};
