//! Values of varying length in memory.

use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::memory::{Memory, Span};

/// A value of up to so many bytes, at most 255: a cell with its length, the value, zeros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field(Span);

impl Field {
    /// Makes room for a value, and writes a first one.
    pub(super) fn new(value: &[u8], longest: usize, memory: &mut Memory) -> Self {
        Self(memory.add(&coded(value, Self::cells(longest))))
    }

    /// How many cells it takes.
    pub(super) fn cells(longest: usize) -> usize {
        1 + longest
    }

    pub(super) fn value(self, memory: &Memory) -> &[u8] {
        let (length, bytes) = memory.read(self.0).split_first().unwrap_or((&0, &[]));
        bytes.get(..usize::from(*length)).unwrap_or_default()
    }

    /// Whether it holds this value. Takes as long whatever the answer.
    pub(super) fn holds(self, memory: &Memory, value: &[u8]) -> bool {
        coded(value, self.0.length()).as_slice().ct_eq(memory.read(self.0)).into()
    }

    /// Replaces the value; `None` if it does not fit, and nothing is written then.
    pub(super) fn set(self, memory: &mut Memory, value: &[u8]) -> Option<()> {
        (Self::cells(value.len()) <= self.0.length()).then(|| memory.write(self.0, &coded(value, self.0.length())))
    }
}

/// A value as so many cells hold it.
fn coded(value: &[u8], cells: usize) -> Zeroizing<Vec<u8>> {
    let mut coded = Zeroizing::new(Vec::with_capacity(cells.max(1 + value.len())));
    coded.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
    coded.extend_from_slice(value);
    coded.resize(cells, 0);
    coded
}

#[cfg(test)]
mod tests {
    use super::Field;
    use crate::memory::Memory;

    #[test]
    fn a_value_replaces_another_of_another_length() {
        let mut memory = Memory::default();
        let field = Field::new(b"12345", 6, &mut memory);
        assert_eq!((field.value(&memory), memory.size()), (&b"12345"[..], 7));
        assert_eq!(field.set(&mut memory, b"12"), Some(()));
        assert!(field.holds(&memory, b"12") && !field.holds(&memory, b"12\0") && !field.holds(&memory, b"1234567"));
        assert_eq!((field.set(&mut memory, b"1234567"), field.value(&memory)), (None, &b"12"[..]));
        assert_eq!(field.set(&mut memory, b""), Some(()));
        assert_eq!(field.value(&memory), b"");
    }
}
