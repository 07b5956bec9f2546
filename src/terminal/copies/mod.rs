//! Copies of care forms on a Vitale: of the last forms, what is indispensable for reimbursement if one is lost, unless
//! the insured objects [CSS-R161 33-1].
//!
//! A [`struct@Copy`] is one of them; a layout says where it stands and how it is coded, in both directions.
//! [`append()`] leaves one on a card to which the right of an author of forms is proved. [`Copies`] is what a reading
//! found, and [`Copy::usage`] says whether one may be used on a day. What a hostile card shows in the place of a copy
//! is counted, and never taken for one.

mod append;
mod coding;
mod copy;
mod found;
mod usage;

#[cfg(test)]
mod tests;

pub use append::{NotAppended, append};
pub use coding::NotCoded;
pub use copy::{
    Accident, AccidentNumber, Act, ActCode, Acts, BillingNumber, Body, Copy, FormNumber, Nature, Patient, TooMuch,
};
pub use found::{Copies, Shown};
pub use usage::{FIRST_DAY, LAST_DAY, Stage, Usage};
