//! What a station writes: the ranges of files that a change makes another.

use virtuale_engine::{Aid, Fid, memory::Memory};

use crate::{
    profile::{
        change::{Amendment, ChangedFile, ErasedFile},
        layout::Layout,
    },
    terminal::{files::OpenFile, update::UpdateError},
};

/// The most bytes in one command: what secure messaging adds to them fits into a short one, with either cipher.
const LONGEST: usize = 224;

/// Bytes that stay are written again where they are fewer than this between two that change: a command costs more.
const GAP: usize = 16;

/// What a station writes, from first to last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The files.
    pub(super) files: Vec<FilePlan>,
    /// The files whose records are erased.
    pub(super) erased: Vec<ErasedPlan>,
}

/// A file of records that it erases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ErasedPlan {
    pub(super) file: ErasedFile,
    /// The numbers of the records that are overwritten.
    pub(super) records: Vec<u8>,
    /// All that is in the file then.
    pub(super) after: Vec<u8>,
}

/// What it writes to one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct FilePlan {
    pub(super) name: String,
    pub(super) application: Aid,
    pub(super) fid: Fid,
    /// Offsets, and the bytes from there on.
    pub(super) writes: Vec<(u16, Vec<u8>)>,
    /// All that is in the file then.
    pub(super) after: Vec<u8>,
}

impl Plan {
    /// Plans what a change makes of the files that were read from a card of a layout.
    ///
    /// # Errors
    ///
    /// [`UpdateError`] if a file was not read or holds something else than its layout gives, or all of it does not fit
    /// one transaction.
    pub fn new(amendment: &Amendment, read: &[OpenFile], layout: &Layout) -> Result<Self, UpdateError> {
        let plan = |file: &ChangedFile| {
            let name = file.name.clone();
            let found = read.iter().find(|open| open.pointer.name == name);
            let found = found.ok_or_else(|| UpdateError::Closed { file: name.clone() })?;
            let differs = |(at, byte): (usize, &u8)| (found.content.get(at) != Some(byte)).then_some(at);
            if let Some(at) = file.before.iter().enumerate().find_map(differs) {
                return Err(UpdateError::Foreign { file: name, at });
            }
            let (application, fid, after) = (file.application.clone(), file.fid, file.after.clone());
            Ok(FilePlan { name, application, fid, writes: writes(&file.before, &after), after })
        };
        let erase = |file: &ErasedFile| {
            let found = read.iter().find(|open| open.pointer.name == file.name);
            let found = found.ok_or_else(|| UpdateError::Closed { file: file.name.clone() })?;
            let mut after = found.content.clone();
            let goes = |record: &[u8]| match &file.records {
                Some(gone) => gone.iter().any(|gone| gone == record),
                None => record.iter().any(|&byte| byte != 0),
            };
            let mut records = Vec::new();
            for (number, record) in numbers(layout, file, after.len()).zip(after.chunks_mut(file.length.max(1))) {
                if goes(record) {
                    record.fill(0);
                    records.push(number);
                }
            }
            let missing = file.records.as_ref().is_some_and(|gone| records.len() < gone.len());
            if missing {
                return Err(UpdateError::Foreign { file: file.name.clone(), at: 0 });
            }
            Ok(ErasedPlan { file: file.clone(), records, after })
        };
        let plan = Self {
            files: amendment.files.iter().map(plan).collect::<Result<_, _>>()?,
            erased: amendment.erased.iter().map(erase).collect::<Result<_, UpdateError>>()?,
        };
        let room =
            layout.transaction_room().ok_or_else(|| UpdateError::NotUpdatable { layout: layout.name().into() })?;
        match plan.needs() {
            needed if needed > room => Err(UpdateError::NoRoom { needed, room }),
            _ => Ok(plan),
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.erased.is_empty()
    }

    /// The names of the files that it writes, each with how many bytes.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        let written =
            self.files.iter().map(|file| (&*file.name, file.writes.iter().map(|(_, bytes)| bytes.len()).sum()));
        written.chain(self.erased.iter().map(|erased| (&*erased.file.name, erased.bytes())))
    }

    /// How much of a transaction it takes.
    fn needs(&self) -> usize {
        let written = self.files.iter().flat_map(|file| &file.writes).map(|(_, bytes)| bytes.len() + Memory::HEAD);
        let erased = self.erased.iter().map(|erased| erased.bytes() + erased.records.len() * Memory::HEAD);
        written.chain(erased).sum()
    }
}

impl ErasedPlan {
    /// How many bytes are overwritten.
    fn bytes(&self) -> usize {
        self.records.len() * self.file.length
    }
}

/// The numbers of the records of a file of that many bytes, in the order in which they were read: the oldest first,
/// which in a cyclic file has the greatest number [ISO-7816-4 7.4.5].
fn numbers(layout: &Layout, file: &ErasedFile, length: usize) -> Box<dyn Iterator<Item = u8>> {
    let count = u8::try_from(length / file.length.max(1)).unwrap_or(u8::MAX);
    if layout.is_cyclic(&file.name) { Box::new((1..=count).rev()) } else { Box::new(1..=count) }
}

/// The ranges that differ, and what is to be there, in pieces that fit a command.
fn writes(before: &[u8], after: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..after.len()).filter(|&at| before.get(at) != after.get(at)) {
        match ranges.last_mut() {
            Some(last) if at < last.end + GAP => last.end = at + 1,
            _ => ranges.push(at..at + 1),
        }
    }
    let pieces = ranges.into_iter().flat_map(|range| {
        let end = range.end;
        range.step_by(LONGEST).map(move |start| start..end.min(start + LONGEST))
    });
    pieces.filter_map(|range| Some((u16::try_from(range.start).ok()?, after.get(range)?.to_vec()))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{GAP, LONGEST, writes};

    #[test]
    fn only_what_changes_is_written_and_near_changes_together() {
        let before = vec![0; 600];
        let changed = |places: &[usize]| {
            let mut after = before.clone();
            places.iter().for_each(|&at| after[at] = 7);
            writes(&before, &after).into_iter().map(|(at, bytes)| (at, bytes.len())).collect::<Vec<_>>()
        };
        assert_eq!(changed(&[]), []);
        assert_eq!(changed(&[3]), [(3, 1)]);
        assert_eq!(changed(&[3, 3 + GAP]), [(3, GAP + 1)]);
        assert_eq!(changed(&[3, 4 + GAP]), [(3, 1), (20, 1)]);
        assert_eq!(
            writes(&before, &[1; 600]).iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>(),
            [224, 224, 152]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_makes_the_one_the_other(
            both in proptest::collection::vec((0..3_u8, 0..3_u8), 0..900),
        ) {
            let (mut file, after): (Vec<u8>, Vec<u8>) = both.into_iter().unzip();
            for (at, bytes) in writes(&file.clone(), &after) {
                prop_assert!((1..=LONGEST).contains(&bytes.len()));
                file[usize::from(at)..usize::from(at) + bytes.len()].copy_from_slice(&bytes);
            }
            prop_assert_eq!(file, after);
        }
    }
}
