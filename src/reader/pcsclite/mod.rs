//! The transport of libpcsclite: its service's socket protocol, found by programs through `PCSCLITE_CSOCK_NAME`.
//!
//! A [`Server`] takes the place of pcscd for the programs that are started with that variable, and only for those of
//! its own user and of its [`Guests`]. It speaks the protocol's versions 4.4, 4.5 and 4.6, one thread per connection. A
//! message that is not as it must be closes its own connection and nothing else.
//!
//! This module knows the wire; what a request means is the business of [`Session`](super::Session).

mod connection;
mod guests;
mod input;
mod patient;
mod server;
#[cfg(unix)]
#[cfg(test)]
mod tests;
mod worker;

pub use guests::{Guests, MOST_OF_A_GUEST, MOST_OF_GUESTS, TurnedAway};
pub(crate) use patient::Patient;
pub use server::{MOST_CONNECTIONS, Server, ServerOptions};
pub use virtuale_winscard::wire;
pub use worker::reader_state;
