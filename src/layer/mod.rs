//! What may stand between a slot and a chip: layers that watch, delay or spoil what passes.
//!
//! A [`Layer`] sees all that the reader does to a card and decides what of it the card sees; whatever it does not write
//! anew is passed on. A [`Layered`] card is a layer around a card, and a card itself: layers stack, and neither the
//! reader nor the card knows of them. Every card of a run, be it for a slot or for a terminal in the same process, gets
//! its layers in one place: [`Layers::dress`].
//!
//! Four layers of the house stand here: [`Wear`], a component that fails; [`Spoiled`](fault::Spoiled), in which
//! [faults](fault) strike; [`Timing`](timing::Timing), a card that takes its time; and [`Tap`], which tells listeners
//! what happens to a card during a [`Stay`] in a slot. Between the layers of others and those who look on, a card is
//! [`Confined`]: its panics and impossible answers are those of a mute card. The recorder of traces is one more, in
//! `trace::record`. One of somebody else's is a few lines:
//!
//! ```
//! use std::{thread, time::Duration};
//!
//! use virtuale::{
//!     engine::{Card, Fault, Response},
//!     layer::Layer,
//! };
//!
//! /// A card that hesitates.
//! struct Hesitant(Duration);
//!
//! impl Layer for Hesitant {
//!     fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
//!         thread::sleep(self.0);
//!         card.transmit(command, response)
//!     }
//! }
//! ```
//!
//! The rule upheld here: a layer knows the [`Card`](virtuale_engine::Card) behind it as a card and nothing else.

mod bytes;
mod confined;
pub mod events;
pub mod fault;
mod layered;
mod layers;
mod stay;
mod tap;
pub mod timing;
mod wear;

pub use confined::Confined;
pub use layered::{Layer, Layered};
pub use layers::{Layers, Onlookers};
pub use stay::Stay;
pub use tap::{Commits, Tap};
pub use wear::Wear;
