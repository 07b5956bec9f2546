//! Care forms (feuilles de soins électroniques, FSE): what they say, who signs them, and whether a signature is right.
//!
//! [`FormFile`] is what a professional writes, [`rules`] say what holds of every form, `fill` makes a [`Form`] of it
//! and of what the cards say, [`Container`] is the bytes that are hashed, `signing` has cards sign them, [`signed`] is
//! the container of a signature, and `verify` judges all of it with public keys alone. The signed container is the
//! public one; the form's own bytes, the Vitale's signature and what is done with the enciphered zones are this
//! project's (docs/forms.md).

pub mod against;
pub mod container;
pub mod content;
pub mod copy;
pub mod file;
pub mod fill;
pub mod mode;
pub mod refusal;
pub mod rules;
pub mod sealing;
pub mod signed;
pub mod signing;
pub mod trust;
pub mod verify;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trust_tests;

pub use container::Container;
pub use content::Form;
pub use file::FormFile;
pub use mode::Mode;
