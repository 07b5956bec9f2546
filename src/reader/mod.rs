//! Virtual readers, in two halves and with transports on top.
//!
//! [`slot`] is the hardware: [`Readers`] hold cards in slots, with power, resets, protocols and commands. [`pcsc`] is
//! what a PC/SC service makes of it: a transport to the terminal software opens a [`Session`] for each connection and
//! gets pcsc-lite's rules on sharing, transactions and events, in pcsc-lite's order, with its return codes; they are
//! written once, there, whatever the transport. The transports are modules of their own: [`pcsclite`] is a service for
//! programs that use libpcsclite, [`galss`] one for programs that use GALSS, [`vpcd`] brings cards to the driver of
//! that name.
//!
//! [`device`] is what a reader is, apart from its slots: who made it, and what it tells of itself.
//!
//! [`pad`] is the PIN pad of one that has it.
//!
//! A reader does not know what is in a card. It interprets no command and no answer.

pub mod device;
pub mod galss;
#[cfg(unix)]
pub mod ifd;
pub mod pad;
pub mod pcsc;
pub mod pcsclite;
pub mod slot;
pub mod vpcd;

mod bell;
mod sync;
#[cfg(test)]
mod toys;

pub use device::{Device, attribute, feature};
pub use pcsc::{Disposition, ReturnCode, Session, Share};
pub use slot::{
    Caller, CardError, CardState, Client, ControlError, Keys, LONGEST_NAME, LONGEST_READER_NAME, Label, NameError,
    Observer, Protocols, RawSlot, Readers, SessionId, Sharing, SlotError, SlotName, SlotSpec, SlotState, Taken,
    Watcher,
};
