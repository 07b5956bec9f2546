//! BER-TLV data objects [ISO-7816-4 6.3] [ISO-8825-1 8.1].
//!
//! [`objects`] walks bytes in place, [`parse`] builds [`Trees`], [`put`] and [`put_with`] write. Behind the trees
//! is the crate `iso7816-tlv`, which nothing else may name: it overflows the stack on deep nesting, reads past a
//! template whose lengths are not in their shortest form, and writes a length of 127 wrongly. Here everything is
//! checked first: definite lengths in their shortest form, all inside their template, tags of at most three bytes,
//! nesting and size bounded. An error says at which byte.
//!
//! The bytes `00` before, between and after objects are padding where a file ends with it, at the outer level only.

mod length;
mod read;
mod tag;
mod tree;
mod write;

pub use length::{Forms, Length, LengthField, read_length, value_room};
pub use read::{Object, Objects, TlvError, TlvErrorKind, objects};
pub use tag::Tag;
pub use tree::{Tree, Trees, parse};
pub use write::{put, put_with};

/// The deepest nesting, counted in templates around an object.
pub const DEEPEST: usize = 16;

/// The most bytes that are read as objects: the data of the longest answer.
pub const LONGEST: usize = 65_536;
