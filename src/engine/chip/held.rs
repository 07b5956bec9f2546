//! What the files of a chip hold, for who has the card and looks into it: no command asks so, and no rule is asked.

use alloc::vec::Vec;

use crate::{Chip, Fid, fs::Kind, image::FileIndex};

/// A file of a chip, and what it holds now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeldFile {
    /// Its identifier.
    pub fid: Fid,
    /// The DF it is in; the first of several. The MF is in itself.
    pub parent: FileIndex,
    /// Whether a command made it.
    pub is_made: bool,
    /// Whether a command deleted it: then it was one of the image.
    pub is_deleted: bool,
    /// Its bytes; its records one behind the other, the one that was written first before the others. `None` of a DF.
    pub bytes: Option<Vec<u8>>,
    /// Where its bytes lie, piece by piece in their order: each with its first cell, of those of a snapshot of the
    /// chip, and with its length. A transparent file is one piece, a record is one.
    pub pieces: Vec<(usize, usize)>,
}

impl Chip {
    /// Its files: those of the image in its order, then those that commands made.
    #[must_use]
    pub fn held_files(&self) -> Vec<HeldFile> {
        let (files, memory) = (&self.core.files, &self.core.memory);
        let held = |index| {
            let file = files.get(FileIndex(index))?;
            let mut pieces = Vec::new();
            let bytes = match &file.kind {
                Kind::Directory(_) => None,
                Kind::Transparent(span) => {
                    pieces.push((span.offset(), span.length()));
                    Some(memory.read(*span).to_vec())
                }
                Kind::Records(records) => {
                    let count = records.count(memory);
                    // The newest of a cyclic file is number 1.
                    let number = |place| if records.is_cyclic() { count - place } else { place + 1 };
                    let spans = (0..count).filter_map(|place| records.span(memory, number(place)));
                    let spans: Vec<_> = spans.collect();
                    pieces.extend(spans.iter().map(|span| (span.offset(), span.length())));
                    Some(spans.into_iter().flat_map(|span| memory.read(span).iter().copied()).collect())
                }
            };
            Some(HeldFile {
                fid: file.fid(),
                parent: files.parent_of(FileIndex(index)),
                is_made: files.is_made(FileIndex(index)),
                is_deleted: files.is_deleted(FileIndex(index)),
                bytes,
                pieces,
            })
        };
        (0..).map_while(held).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Protocol,
        image::Condition,
        platform::Forgetful,
        testing::{
            Tester,
            keys::{SELECT, applets, keyed_image},
        },
    };

    #[test]
    fn files_are_told_as_they_are_now() {
        let mut image = keyed_image();
        // All may delete 2001.
        image.files[7].contact.conditions[0] = Condition::ALWAYS;
        let number = image.files.len();
        let mut card = Tester::of(image, Protocol::T1, &applets, Forgetful);
        let before = card.chip.held_files();
        assert_eq!(before.len(), number);
        assert!(before.iter().all(|file| !file.is_made && !file.is_deleted));
        card.plays(&[
            SELECT,
            ("00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00", "9000"),
            ("00 A4 00 0C 02 7001", "9000"),
            ("00 D6 00 00 02 ABCD", "9000"),
            ("00 E4 00 00 02 2001", "9000"),
        ]);
        let after = card.chip.held_files();
        let made = after.last().expect("a file");
        assert_eq!((after.len(), made.fid.0, made.is_made), (number + 1, 0x7001, true));
        assert_eq!(made.bytes.as_deref().map(|bytes| &bytes[..3]), Some(&[0xAB, 0xCD, 0][..]));
        assert!(after[7].is_deleted && after.iter().filter(|file| file.is_deleted).count() == 1);
    }
}
