//! The answer to a command: its data, then the status word.

use alloc::vec::Vec;

use crate::StatusWord;

/// The longest answer of ISO 7816-4: 65536 data bytes and the status word.
pub const LONGEST: usize = 65_538;

/// The shortest answer of ISO 7816-4: the status word alone.
pub const SHORTEST: usize = 2;

/// A response APDU in the making. The caller owns it and reuses it, so that a command allocates nothing.
///
/// Data is appended first; [`Response::finish`] closes it with the status word.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Response {
    bytes: Vec<u8>,
}

impl Response {
    /// An answer with room for the longest response; only the few bytes around one that is sealed may make it grow.
    #[must_use]
    pub fn new() -> Self {
        Self { bytes: Vec::with_capacity(LONGEST) }
    }

    /// Forgets what the last command left.
    #[inline]
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Appends data.
    #[inline]
    pub fn extend(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
    }

    /// Appends one byte of data.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Keeps the first `length` bytes.
    #[inline]
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Closes the answer with a status word.
    #[inline]
    pub fn finish(&mut self, status: StatusWord) {
        self.bytes.extend_from_slice(&status.0.to_be_bytes());
    }

    /// All bytes so far; after [`Response::finish`], the response APDU.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The data of a finished answer, without its status word.
    #[inline]
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().saturating_sub(2)]
    }

    /// The status word of a finished answer; `None` while it has fewer than two bytes.
    #[inline]
    #[must_use]
    pub fn status(&self) -> Option<StatusWord> {
        let (_, tail) = self.bytes.split_last_chunk::<2>()?;
        Some(StatusWord(u16::from_be_bytes(*tail)))
    }

    /// How many bytes it has.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has no byte at all: what a mute card gives.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
