//! PC/SC as programs see it: the numbers of its interface, and the language in which pcsc-lite's library asks its
//! service.
//!
//! Nothing is decided here. Which card may be opened by whom is the business of who serves.

pub mod codes;
pub mod terms;
pub mod wire;
