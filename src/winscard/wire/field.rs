//! The fields that messages are made of.

use std::fmt;

use super::Command;
use crate::{
    codes::ReturnCode,
    terms::{CardState, Disposition, Protocols, Share},
};

/// A field of fixed length.
pub(super) trait Field: Sized {
    /// Its length in bytes.
    const SIZE: usize;

    /// Takes the field off the front.
    fn take(bytes: &mut &[u8]) -> Option<Self>;

    /// Appends the field.
    fn put(&self, out: &mut Vec<u8>);
}

impl<const N: usize> Field for [u8; N] {
    const SIZE: usize = N;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (field, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(*field)
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl Field for u32 {
    const SIZE: usize = 4;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self::from_ne_bytes)
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.to_ne_bytes().put(out);
    }
}

impl Field for i32 {
    const SIZE: usize = 4;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self::from_ne_bytes)
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.to_ne_bytes().put(out);
    }
}

/// Fields that are a named number.
macro_rules! number_fields {
    ($($name:ident),*) => {
        $(impl Field for $name {
            const SIZE: usize = 4;

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Field::take(bytes).map(Self)
            }

            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
        })*
    };
}

number_fields!(CardState, Command, Disposition, Protocols, ReturnCode, Share);

/// A reader's name, filled up with zeros.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Name([u8; 128]);

impl Name {
    /// No name: the mark of a free place in the array of reader states.
    pub const EMPTY: Self = Self([0; 128]);

    /// A name; `None` if it has more than 127 bytes, since the last one ends it.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let mut field = [0; 128];
        field.get_mut(..127)?.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self(field))
    }

    /// A name as bytes, of which the first 128 are taken.
    #[must_use]
    pub fn of_bytes(name: &[u8]) -> Self {
        let mut field = [0; 128];
        field.iter_mut().zip(name).for_each(|(place, byte)| *place = *byte);
        Self(field)
    }

    /// The bytes up to the first zero, at most 127.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let bytes = self.0.get(..127).unwrap_or_default();
        bytes.split(|&byte| byte == 0).next().unwrap_or_default()
    }
}

impl Field for Name {
    const SIZE: usize = 128;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self)
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({:?})", String::from_utf8_lossy(self.as_bytes()))
    }
}

/// The place of an ATR: 33 bytes and 3 of padding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AtrField([u8; 33]);

impl AtrField {
    /// No ATR.
    pub const EMPTY: Self = Self([0; 33]);

    /// An ATR, cut after 33 bytes.
    #[must_use]
    pub fn new(atr: &[u8]) -> Self {
        let mut field = Self::EMPTY;
        for (place, byte) in field.0.iter_mut().zip(atr) {
            *place = *byte;
        }
        field
    }

    /// The first `length` bytes; none if that is more than an ATR can have.
    #[must_use]
    pub fn bytes(&self, length: u32) -> &[u8] {
        usize::try_from(length).ok().and_then(|length| self.0.get(..length)).unwrap_or_default()
    }
}

impl Field for AtrField {
    const SIZE: usize = 36;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let atr = Field::take(bytes)?;
        <[u8; 3]>::take(bytes)?;
        Some(Self(atr))
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        [0; 3].put(out);
    }
}

/// The place of an attribute's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AttributeValue([u8; 264]);

impl AttributeValue {
    /// A value, cut after 264 bytes.
    #[must_use]
    pub fn new(value: &[u8]) -> Self {
        let mut field = [0; 264];
        for (place, byte) in field.iter_mut().zip(value) {
            *place = *byte;
        }
        Self(field)
    }

    /// The first `length` bytes; `None` if it has not as many.
    #[must_use]
    pub fn bytes(&self, length: u32) -> Option<&[u8]> {
        self.0.get(..usize::try_from(length).ok()?)
    }
}

impl Field for AttributeValue {
    const SIZE: usize = 264;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self)
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}
