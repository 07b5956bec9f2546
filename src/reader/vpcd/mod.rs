//! The transport of vpcd: our cards in the readers of an existing driver, on this machine or on another one.
//!
//! vsmartcard's vpcd is a reader without hardware: a driver of pcscd on Linux and macOS, and BixVReader on Windows. Its
//! card comes by TCP. Each slot has a port: a card that is in the slot is a connection, one that is pulled hangs up
//! ([`Vpcd::connect`]). Where the driver is told to come to its card instead, the slots listen ([`Vpcd::listen`]): it
//! is let in while a card is there.
//!
//! A driver has its PC/SC on its own side and the slot as hardware, through a [`RawSlot`](super::RawSlot). Of cards
//! that PC/SC programs of ours use at the same time, it gets what a contending program would:
//!
//! - The answer to reset is known, and given at once.
//! - A command waits until nobody has the card for itself any more, for [`PATIENCE`]. Then the card hangs up, as if it
//!   had been pulled, and comes back.
//! - An order about the power of a card that somebody has for himself is carried out before the next command.
//!
//! What the driver's language has no word for is said by hanging up as well: a card that is mute, one that gives no
//! answer, or that is sent a command without having power. An answer that is too long for a message becomes `6700`.
//! A card that offers T=1 speaks it, since pcscd takes that for agreed on and says nothing of it.
//!
//! What the other side says is taken as hostile: a message that is none, or that does not come to its end, ends its own
//! connection and nothing else. Nothing here proves who the other side is.

mod address;
mod conversation;
mod line;
mod links;
mod service;
#[cfg(test)]
mod tests;
pub mod wire;

pub use address::{Address, AddressError};
pub use conversation::PATIENCE;
pub use service::{Note, Vpcd};
