//! Traces: dialogues between terminal software and cards, as text.
//!
//! A trace (`.apdu`, docs/traces.md) is read by [`Trace::parse`], which knows every line of it, and replayed by
//! [`replay`](replay::replay), which sends its commands to cards and says what they answered otherwise: a [`Finding`].
//! A finding is never an error of the program, nor a status word: it is what a check thinks of a card.
//!
//! Around that: [`record`] writes traces while software and cards talk, [`playback`] lets a trace be the card,
//! [`convert`] reads the logs that people already have, [`update`] rewrites what is expected, [`redact`] takes the
//! person out,
//! [`suite`], [`shard`] and [`report`] are for many traces and for CI.
//!
//! Only [`cards`] and [`redact`] know how a card is built; everything else takes cards as they are handed over. No
//! text, be it a trace or a log, makes a parser in here panic, hang or grow beyond the size of the text.

pub mod cards;
mod chance;
pub mod convert;
pub mod explain;
mod file;
mod finding;
mod follow;
mod index;
mod lines;
mod listen;
mod names;
mod parse;
mod pattern;
pub mod playback;
pub mod record;
pub mod redact;
pub mod replay;
#[cfg(feature = "cli")]
pub mod report;
mod seen;
pub mod shard;
pub mod suite;
#[cfg(test)]
mod toy;
pub mod update;
pub mod write;

pub use chance::Chance;
pub use file::{Action, Expected, Silence, Step, Trace, TraceSlot};
pub use finding::{Finding, Got, Problem};
pub use listen::{Heard, Listener, Position};
pub use names::{command_name, command_name_for, command_name_of, hex, secret_of, status_name};
pub use parse::LONGEST;
pub(crate) use parse::{FIRST_WORD, MOST_SLOTS};
pub use pattern::{Atom, Pattern};
pub(crate) use seen::as_named;
pub use seen::{Unnamable, seen_from};
