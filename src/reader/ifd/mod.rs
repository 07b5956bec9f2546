//! The transport of the system's pcscd, which has our slots as its readers: every program of the machine sees the
//! cards.
//!
//! pcscd loads a driver, the shared object of `virtuale-ifd`, which asks a [`Server`] here over a private socket.
//! PC/SC's rules are pcscd's; a slot is hardware to it, a [`RawSlot`](super::RawSlot). A thread of each connection
//! carries out what is asked of a slot, so that a slow card holds nobody up but those who ask it. Which cards are in is
//! told on a connection of its own, at once when one comes or goes.
//!
//! While a PC/SC program of ours has the card for itself, what pcscd asks of it waits for [`PATIENCE`], then it is told
//! that the card is in use; taking the power of such a card is left out. A card that is pulled answers at once,
//! whatever it is busy with: its connection is over then, and the driver opens another one.
//!
//! Who may connect is said by the system: only root, the user of these readers, and the user that pcscd may have. What
//! they say is taken for hostile all the same.

mod connection;
mod server;
#[cfg(test)]
mod tests;

pub use connection::PATIENCE;
pub use server::Server;
