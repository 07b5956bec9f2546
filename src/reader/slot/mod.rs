//! Slots: a card in each or none, its power and resets, the protocol agreed on, commands, and what is published of it.
//!
//! [`Readers`] have the slots. Whoever brings a card in, takes it out or looks at a slot does it there. What is known of
//! all slots stands in one table under one short lock, with the handles that are open on each.
//!
//! This half knows nothing of the return codes and rules of PC/SC: [`pcsc`](super::pcsc) is built on it.
//!
//! The rule upheld here: nobody waits behind a card but those who talk to it. The lock is never held while a card works;
//! a card is lent to the thread that runs it, and a card that leaves the slot meanwhile keeps no client waiting.

pub(super) mod access;
pub(super) mod caller;
mod error;
mod model;
pub(super) mod power;
mod readers;
pub(super) mod table;
mod terms;

pub use caller::Caller;
pub use error::{CardError, SlotError};
pub use model::{LONGEST_MODEL, Model, ModelError};
pub use readers::{Readers, SlotState, Watcher};
pub use terms::{CardState, Protocols, Sharing};
