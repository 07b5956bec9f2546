//! Slots: a card in each or none, its power and resets, the protocol agreed on, commands, and what is published of it.
//!
//! [`Readers`] have the slots. Whoever brings a card in, takes it out or looks at a slot does it there. What is known
//! of all slots stands in one table under one short lock, with the handles that are open on each.
//!
//! A driver that brings its own PC/SC, such as a driver library of the system's pcscd or a client of vpcd, uses one
//! slot as it is, through a [`RawSlot`].
//!
//! This half knows nothing of the return codes and rules of PC/SC: [`pcsc`](super::pcsc) is built on it.
//!
//! The rule upheld here: nobody waits behind a card but those who talk to it. The lock is never held while a card
//! works; a card is lent to the thread that runs it, and a card that leaves the slot meanwhile keeps no client waiting.

pub(super) mod access;
pub(super) mod caller;
mod error;
mod field;
pub(super) mod keypad;
mod label;
mod moves;
mod name;
pub(super) mod observer;
pub(super) mod power;
mod raw;
mod readers;
pub(super) mod table;
mod terms;
#[cfg(test)]
mod tests;

pub use caller::Caller;
pub use error::{CardError, ControlError, SlotError};
pub use keypad::{Keys, Taken};
pub use label::Label;
pub use name::{LONGEST_NAME, LONGEST_READER_NAME, NameError, SlotName, SlotSpec};
pub use observer::{Client, Observer};
pub use raw::RawSlot;
pub use readers::{Readers, SlotState, Watcher};
pub use table::SessionId;
pub use terms::{CardState, Protocols, Sharing};
