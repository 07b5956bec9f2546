//! Record files [ISO-7816-4 7.3, 11.3].

use alloc::vec::Vec;

use crate::{
    image::RecordStructure,
    memory::{Carver, Memory, Span},
};

/// An EF of records: where its directory and its slots lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordFile {
    structure: RecordStructure,
    record_length: usize,
    capacity: u8,
    /// One cell: how many records there are.
    count: Span,
    /// Cyclic only, one cell: the slot of the newest record.
    newest: Span,
    /// Variable only, a cell for each slot: the length of the record in it.
    lengths: Span,
    slots: Span,
}

/// A record does not fit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Misfit {
    /// It has not the length that all records of the file have.
    Length,
    /// It is too long, or the file is full.
    Room,
}

impl RecordFile {
    /// A file in [as many](Self::cells) cells as it needs; all zero, it has no record.
    pub(super) fn new(structure: RecordStructure, record_length: u8, capacity: u8, cells: &mut Carver) -> Self {
        let (newest, lengths) = Self::directory(structure, capacity);
        let record_length = usize::from(record_length);
        Self {
            structure,
            record_length,
            capacity,
            count: cells.take(1),
            newest: cells.take(newest),
            lengths: cells.take(lengths),
            slots: cells.take(usize::from(capacity) * record_length),
        }
    }

    /// How many cells a file needs.
    pub(super) fn cells(structure: RecordStructure, record_length: u8, capacity: u8) -> usize {
        let (newest, lengths) = Self::directory(structure, capacity);
        1 + newest + lengths + usize::from(capacity) * usize::from(record_length)
    }

    /// How many cells the place of the newest record and the lengths take.
    fn directory(structure: RecordStructure, capacity: u8) -> (usize, usize) {
        match structure {
            RecordStructure::LinearFixed => (0, 0),
            RecordStructure::LinearVariable => (0, usize::from(capacity)),
            RecordStructure::Cyclic => (1, 0),
        }
    }

    /// Appends what tells it from a file of another form, or in other cells.
    pub(super) fn put_structure(&self, out: &mut Vec<u8>) {
        out.extend([self.count, self.newest, self.lengths, self.slots].into_iter().flat_map(Span::bounds));
    }

    pub(crate) fn structure(&self) -> RecordStructure {
        self.structure
    }

    /// The longest record, at most 254 bytes.
    pub(crate) fn record_length(&self) -> u8 {
        u8::try_from(self.record_length).unwrap_or(u8::MAX)
    }

    pub(crate) fn is_cyclic(&self) -> bool {
        self.structure == RecordStructure::Cyclic
    }

    /// How many records there are, which is the number of the last one.
    pub(crate) fn count(&self, memory: &Memory) -> u8 {
        memory.byte(self.count)
    }

    /// A record; in a cyclic file number 1 is the newest. `None` if there is none with this number.
    pub(crate) fn record<'m>(&self, memory: &'m Memory, number: u8) -> Option<&'m [u8]> {
        self.span(memory, number).map(|span| memory.read(span))
    }

    /// Where the record with this number lies.
    pub(crate) fn span(&self, memory: &Memory, number: u8) -> Option<Span> {
        let slot = self.slot_of(memory, number)?;
        let length = self.lengths.part(slot, 1).map_or(self.record_length, |cell| usize::from(memory.byte(cell)));
        self.cells_of(slot)?.part(0, length)
    }

    /// Replaces a record. Nothing is written if it does not fit or there is none with this number.
    pub(crate) fn replace(&self, memory: &mut Memory, number: u8, record: &[u8]) -> Result<(), Misfit> {
        self.check_length(record)?;
        let slot = self.slot_of(memory, number).ok_or(Misfit::Room)?;
        self.write(memory, slot, record);
        Ok(())
    }

    /// Adds a record at the end; in a cyclic file as the newest one, in the place of the oldest if it is full. Gives
    /// the number of the record. Nothing is written if it does not fit.
    pub(crate) fn append(&self, memory: &mut Memory, record: &[u8]) -> Result<u8, Misfit> {
        self.check_length(record)?;
        let count = self.count(memory);
        if count >= self.capacity && !self.is_cyclic() {
            return Err(Misfit::Room);
        }
        let next = if count == 0 { 0 } else { memory.byte(self.newest).wrapping_add(1) % self.capacity };
        let slot = if self.is_cyclic() { next } else { count };
        let count = self.capacity.min(count.saturating_add(1));
        self.write(memory, usize::from(slot), record);
        memory.write(self.newest, &[slot]);
        memory.write(self.count, &[count]);
        Ok(if self.is_cyclic() { 1 } else { count })
    }

    fn check_length(&self, record: &[u8]) -> Result<(), Misfit> {
        match self.structure {
            RecordStructure::LinearVariable if record.len() > self.record_length => Err(Misfit::Room),
            RecordStructure::LinearVariable if !record.is_empty() => Ok(()),
            _ if record.len() == self.record_length => Ok(()),
            _ => Err(Misfit::Length),
        }
    }

    fn slot_of(&self, memory: &Memory, number: u8) -> Option<usize> {
        if number == 0 || number > self.count(memory) {
            return None;
        }
        let back = usize::from(number) - 1;
        if !self.is_cyclic() {
            return Some(back);
        }
        let capacity = usize::from(self.capacity);
        Some((usize::from(memory.byte(self.newest)) + capacity - back) % capacity)
    }

    fn cells_of(&self, slot: usize) -> Option<Span> {
        self.slots.part(slot * self.record_length, self.record_length)
    }

    fn write(&self, memory: &mut Memory, slot: usize, record: &[u8]) {
        if let Some(cells) = self.cells_of(slot) {
            memory.write(cells, record);
        }
        if let (Some(cell), Ok(length)) = (self.lengths.part(slot, 1), u8::try_from(record.len())) {
            memory.write(cell, &[length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{collections::VecDeque, vec, vec::Vec};

    use proptest::prelude::*;

    use super::{Misfit, RecordFile};
    use crate::{
        image::RecordStructure,
        memory::{Carver, Memory},
    };

    fn file(structure: RecordStructure, record_length: u8, capacity: u8) -> (RecordFile, Memory) {
        let mut memory = Memory::default();
        let cells = memory.add_zeroed(RecordFile::cells(structure, record_length, capacity));
        let mut carver = Carver::new(cells);
        let file = RecordFile::new(structure, record_length, capacity, &mut carver);
        assert_eq!(carver.take(1).length(), 0);
        (file, memory)
    }

    #[test]
    fn a_full_cyclic_file_forgets_its_oldest_record() {
        let (file, mut memory) = file(RecordStructure::Cyclic, 1, 3);
        for byte in 1..=5 {
            assert_eq!(file.append(&mut memory, &[byte]), Ok(1));
        }
        let records: Vec<_> = (1..=4).map(|number| file.record(&memory, number)).collect();
        assert_eq!(records, [Some(&[5][..]), Some(&[4]), Some(&[3]), None]);
    }

    #[test]
    fn a_full_linear_file_takes_no_more() {
        let (file, mut memory) = file(RecordStructure::LinearFixed, 2, 1);
        assert_eq!(file.append(&mut memory, &[1]), Err(Misfit::Length));
        assert_eq!(file.append(&mut memory, &[1, 2]), Ok(1));
        assert_eq!(file.append(&mut memory, &[3, 4]), Err(Misfit::Room));
        assert_eq!(file.record(&memory, 1), Some(&[1, 2][..]));
        assert_eq!(file.record(&memory, 0), None);
    }

    #[test]
    fn records_of_a_variable_file_keep_their_lengths() {
        let (file, mut memory) = file(RecordStructure::LinearVariable, 3, 2);
        assert_eq!(file.append(&mut memory, &[1, 2, 3]), Ok(1));
        assert_eq!(file.append(&mut memory, &[4]), Ok(2));
        assert_eq!(file.replace(&mut memory, 1, &[5, 6]), Ok(()));
        assert_eq!(file.replace(&mut memory, 1, &[0; 4]), Err(Misfit::Room));
        assert_eq!(file.replace(&mut memory, 1, &[]), Err(Misfit::Length));
        assert_eq!(file.record(&memory, 1), Some(&[5, 6][..]));
        assert_eq!(file.record(&memory, 2), Some(&[4][..]));
    }

    proptest! {
        #[test]
        fn a_cyclic_file_is_a_queue(capacity in 1..=254_u8, values in proptest::collection::vec(any::<u8>(), 0..600)) {
            let (file, mut memory) = file(RecordStructure::Cyclic, 1, capacity);
            let mut model = VecDeque::new();
            for value in values {
                file.append(&mut memory, &[value]).expect("a cyclic file is never full");
                model.push_front(vec![value]);
                model.truncate(usize::from(capacity));
            }
            let records: Vec<_> = (1..=255).map_while(|number| file.record(&memory, number)).collect();
            prop_assert_eq!(model, records);
        }
    }
}
