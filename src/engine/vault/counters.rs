//! Retry and usage counters. They lie in memory: what a command counts stays when it is committed.

use crate::{
    image::{Tries, Uses},
    memory::{Memory, Span},
};

/// The counters of a PIN or a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counters {
    /// How many tries there are at most, and the cell that holds how many are left.
    tries: Option<(u8, Span)>,
    /// How many uses there were at first, and the two cells that hold how many are left.
    uses: Option<(u16, Span)>,
}

impl Counters {
    /// Makes room for counters.
    pub(super) fn new(tries: Option<Tries>, uses: Option<Uses>, memory: &mut Memory) -> Self {
        Self {
            tries: tries.map(|tries| (tries.most, memory.add(&[tries.left]))),
            uses: uses.map(|uses| (uses.most, memory.add(&uses.left.to_be_bytes()))),
        }
    }

    /// How many cells they need.
    pub(super) fn cells(tries: Option<Tries>, uses: Option<Uses>) -> usize {
        usize::from(tries.is_some()) + 2 * usize::from(uses.is_some())
    }

    /// How many tries there are at most and how many are left; `None` for any number.
    pub(crate) fn tries(&self, memory: &Memory) -> Option<Tries> {
        self.tries.map(|(most, cell)| Tries { most, left: memory.byte(cell) })
    }

    /// How many uses there were at first and how many are left; `None` for any number.
    pub(crate) fn uses(&self, memory: &Memory) -> Option<Uses> {
        self.uses.map(|(most, cells)| {
            let left = memory.read(cells).first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
            Uses { most, left }
        })
    }

    pub(crate) fn set_tries(&self, memory: &mut Memory, left: u8) {
        if let Some((_, cell)) = self.tries {
            memory.write(cell, &[left]);
        }
    }

    /// Gives all tries back.
    pub(crate) fn restore_tries(&self, memory: &mut Memory) {
        if let Some((most, cell)) = self.tries {
            memory.write(cell, &[most]);
        }
    }

    pub(crate) fn set_uses(&self, memory: &mut Memory, left: u16) {
        if let Some((_, cells)) = self.uses {
            memory.write(cells, &left.to_be_bytes());
        }
    }
}
