//! Traces: dialogues between terminal software and cards, as text.
//!
//! A trace (`.apdu`, docs/traces.md) is read by [`Trace::parse`], which knows every line of it, and replayed by
//! [`replay`](replay::replay), which sends its commands to cards and says what they answered otherwise: a [`Finding`].
//! A finding is never an error of the program, nor a status word: it is what a check thinks of a card.
//!
//! Nothing in here knows how a card is built. Whoever replays hands the cards over.

pub mod cards;
pub mod convert;
mod file;
mod finding;
mod follow;
mod lines;
mod names;
mod parse;
mod pattern;
pub mod playback;
pub mod record;
pub mod redact;
pub mod replay;
pub mod report;
pub mod shard;
pub mod suite;
#[cfg(test)]
mod toy;
pub mod update;
pub mod write;

pub use file::{Action, Expected, Silence, Slot, Step, Trace};
pub use finding::{Finding, Got, Problem};
pub use names::{command_name, hex};
pub use pattern::{Atom, Pattern};
