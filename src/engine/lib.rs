//! The card side of ISO 7816, for any chip.
//!
//! A [`Card`] is what a reader holds: it has an ATR, it is powered, it answers commands. The engine's own card is
//! built from a [`ChipImage`], which says what is on the chip, and a [`Platform`](platform::Platform), which is all
//! that the chip may touch outside itself: a clock, random numbers, the place where commits are kept, and what computes
//! for it.
//!
//! The engine knows neither applets (they depend on it) nor the world (it is `no_std`): it opens no file and no
//! socket, reads no clock, prints nothing.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod apdu;
pub mod applet;
pub mod atr;
pub mod card;
pub mod chip;
pub mod class;
pub mod commands;
pub mod crypto;
pub mod cvc;
mod fs;
pub mod ids;
pub mod image;
pub mod ins;
pub mod instruction;
pub mod memory;
pub mod platform;
pub mod response;
pub mod security;
pub mod sm;
pub mod snapshot;
pub mod status;
#[cfg(test)]
mod testing;
pub mod tlv;
mod vault;
mod wiped;

pub use atr::{Atr, AtrError};
pub use card::{Card, Fault, Interface, Protocol, Reset, Uid};
pub use chip::Chip;
pub use ids::{Aid, Fid, Sfi};
pub use image::{ChipImage, ImageError};
pub use response::Response;
pub use snapshot::{Snapshot, SnapshotError};
pub use status::StatusWord;
