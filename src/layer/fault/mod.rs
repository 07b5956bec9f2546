//! Faults: what no real card does on demand.
//!
//! A [`Fault`] is data: what happens, and when. It is written in a small language of its own, `sw=6F00 ins=B0 n=3`
//! (docs/faults.md), which the command line, card files and traces share. [`Faults`] are those that are armed at a
//! card; the layer [`Spoiled`] lets them strike at resets, commands and answers, the sink [`Torn`] at commits. What a
//! fault did is a [`Strike`], with nothing left to chance, so that it can be repeated.
//!
//! The rule upheld here: whatever strikes, the card behind is one that could be real. No commit that a program was told
//! of is lost, no half of one is kept, and nobody waits for ever.

mod armed;
mod dice;
mod faults;
mod follow;
mod kind;
mod language;
mod mistake;
mod spoil;
mod spoiled;
#[cfg(test)]
mod tests;
mod time;
mod torn;
mod when;

use std::time::Duration;

pub use armed::Strike;
pub use faults::{ArmedFault, Faults, MOST_ARMED, NotArmed, Order, Orders, Witness};
pub(crate) use follow::look_up;
pub use follow::{CardFile, Files};
pub use kind::{Effect, Kind, Moment, Side};
pub use language::{LONGEST, is_meant};
pub use mistake::{FaultMistake, Wanted, What};
pub use spoiled::{PART as FAULTS, Spoiled};
pub use time::{Delay, Millis};
pub use torn::Torn;
pub use when::{Count, FileName, Probability, Range, StatusPattern, When};

/// What happens to a card, and when. `Display` writes it in its language, from which it is read by
/// [`FromStr`](std::str::FromStr).
///
/// ```
/// use virtuale::layer::fault::Fault;
///
/// let fault: Fault = "n=3 sw=6F00 ins=b0".parse()?;
/// assert_eq!(fault.to_string(), "sw=6F00 ins=B0 n=3");
/// # Ok::<(), virtuale::layer::fault::FaultMistake>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// What happens.
    pub effect: Effect,
    /// When.
    pub when: When,
}

impl Fault {
    /// Whether nothing says when it strikes: said of a moment, it is for that moment.
    #[must_use]
    pub fn is_of_any_time(&self) -> bool {
        self.when == When { done: self.when.done, seed: self.when.seed, ..When::default() }
    }

    /// How much later the answer comes that it strikes, the longest time if it is drawn; nothing of another kind.
    #[must_use]
    pub fn delay(&self) -> Duration {
        match self.effect {
            Effect::Late(delay) | Effect::Wtx(delay) => delay.longest().duration(),
            _ => Duration::ZERO,
        }
    }
}
