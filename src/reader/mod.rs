//! Virtual readers: slots, power, sharing, transactions and events, with pcsc-lite's semantics.
//!
//! [`Readers`] hold cards in slots. A transport to the terminal software opens a [`Session`] on them for each
//! connection and gets pcsc-lite's rules, in pcsc-lite's order, with its return codes; they are written once, here,
//! whatever the transport. The transports are modules of their own: [`pcsclite`] is a service for programs that use
//! libpcsclite.
//!
//! The rule upheld here: nobody waits behind a card but those who talk to it. One short lock guards all states; a
//! card is lent to the thread that runs it, and a card that leaves the slot meanwhile keeps no client waiting.
//!
//! A reader does not know what is in a card. It interprets no command and no answer.

pub mod pcsclite;

mod access;
mod code;
mod model;
mod readers;
mod session;
mod slot_table;
mod sync;
mod terms;
#[cfg(test)]
mod toys;

pub use code::ReturnCode;
pub use model::{LONGEST_MODEL, Model, ModelError};
pub use readers::{Readers, SlotError, SlotState, Watcher};
pub use session::{Caller, Session, attribute};
pub use terms::{CardState, Disposition, Protocols, Share, Sharing};
