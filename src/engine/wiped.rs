//! Bytes that may be secret: wiped when they are forgotten, and not shown.

use alloc::vec::Vec;
use core::{
    fmt,
    ops::{Deref, DerefMut},
};

use zeroize::{Zeroize, Zeroizing};

/// A growing run of bytes that leaves no copy behind when it moves, is cleared or is dropped.
///
/// What lies behind its end is wiped already, so that clearing few bytes costs little however many there once were.
#[derive(Default)]
pub(crate) struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    /// None yet, with room for so many.
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(length)))
    }

    /// Appends bytes.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Appends so many zeros.
    pub(crate) fn extend_zeroed(&mut self, length: usize) {
        self.make_room(length);
        let end = self.0.len() + length;
        self.0.resize(end, 0);
    }

    /// Forgets all of them and keeps the room.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if !self.0.is_empty() {
            self.wipe();
        }
    }

    /// Forgets all behind so many, and keeps the room.
    pub(crate) fn truncate(&mut self, length: usize) {
        if let Some(rest) = self.0.get_mut(length..) {
            rest.zeroize();
            self.0.truncate(length);
        }
    }

    fn wipe(&mut self) {
        self.0.as_mut_slice().zeroize();
        self.0.clear();
    }

    /// Moves, if it must, by hand: a vector that grows leaves its old bytes as they were.
    fn make_room(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let mut moved = Vec::with_capacity(needed.max(2 * self.0.capacity()));
            moved.extend_from_slice(&self.0);
            self.0 = Zeroizing::new(moved);
        }
    }
}

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::Wiped;

    #[test]
    fn bytes_grow_and_are_forgotten() {
        let mut bytes = Wiped::with_capacity(2);
        let mut right = Vec::new();
        for part in [&[1, 2][..], &[3], &[], &[4; 100]] {
            bytes.extend(part);
            right.extend_from_slice(part);
            assert_eq!(*bytes, right);
        }
        bytes.extend_zeroed(300);
        assert!(bytes.starts_with(&right) && bytes[right.len()..] == [0; 300]);
        bytes.truncate(2);
        assert_eq!(*bytes, [1, 2]);
        bytes.truncate(3);
        assert_eq!(*bytes, [1, 2]);
        bytes.clear();
        assert!(bytes.is_empty());
        bytes.extend(&[5]);
        assert_eq!(*bytes, [5]);
    }

    #[test]
    fn only_their_number_is_shown() {
        let mut bytes = Wiped::default();
        bytes.extend(b"1234");
        assert_eq!(format!("{bytes:?}"), "4 bytes");
    }
}
