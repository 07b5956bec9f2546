//! What the interfaces of billing programs give and take, made of what is on a card, and read back.
//!
//! Most French billing programs never send a command to a card: the middleware of the GIE SESAM-Vitale reads it for
//! them, and gives them groups of fields. This room speaks that: [`groups`] are the zones of groups, both ways.
//! [`xml`] and [`json`] are other forms of a card; [`codes`] are the numbers by which they say how it went, and
//! [`rights`] says when they give the rights on a Vitale. [`configuration`] is what they say of readers.
//!
//! It reads no card, asks for no code and opens no file: it works on the data tree that a card file or a reading has
//! ([`Told`](crate::terminal::told::Told)). It is no middleware, has no agreement and makes no invoice. The rule that
//! it upholds: what it writes says that it is a test, and nothing of a card is cut or guessed to fit.

pub mod codes;
#[cfg(feature = "cli")]
pub mod configuration;
pub mod groups;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod rights;
#[cfg(feature = "cli")]
mod view;
#[cfg(feature = "cli")]
pub mod xml;

#[cfg(all(test, feature = "cli"))]
mod fields_tests;
#[cfg(all(test, feature = "cli"))]
mod lost_tests;
