//! Files that commands made or deleted.
//!
//! The memory is the only truth of them, so that a torn command leaves the files as they were. A file of the image that
//! was deleted has the life cycle byte [`DELETED`]; what it took stays taken. Files that commands made lie in one span,
//! the room, as entries one behind the other, and move up when one before them is deleted:
//!
//! | bytes  |                                                                               |
//! | ------ | ----------------------------------------------------------------------------- |
//! | 2      | how many bytes the entry has; 0 behind the last one                           |
//! | 1 + 2n | how many DFs are around the file, the MF aside; their identifiers, outer first |
//! | 2 + n  | how many bytes its file control parameters have; they                         |
//! | rest   | its life cycle and its contents                                               |
//!
//! Whoever changed the memory lets the files [follow](FileSystem::follow) it, once the change is sure to stay.

use alloc::vec::Vec;

use crate::{
    Fid,
    fs::{
        Child, File, FileSystem, Kind,
        build::{contents_of, make_file},
        check::check_file,
        parameters::read_parameters,
    },
    image::{FileImage, FileIndex, FileKind},
    memory::{Memory, Span},
};

/// The life cycle byte of a deleted file of the image: the standard gives it no
/// meaning [ISO-7816-4 7.4.10].
const DELETED: u8 = 0x00;

/// Why a file cannot be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Clash {
    /// Its parameters describe none.
    Parameters,
    /// Its DF has one with its identifier or short identifier.
    Identifier,
    /// A DF has its name.
    Name,
    /// There is no room for it.
    Room,
}

/// An entry of the room.
#[derive(Clone, Copy, Debug)]
struct Entry<'m> {
    /// Where it begins and how long it is.
    start: usize,
    length: usize,
    /// The identifiers of the DFs around the file.
    path: &'m [[u8; 2]],
    parameters: &'m [u8],
    /// Its life cycle and contents.
    cells: Span,
}

/// The entries of a room, up to the first that is none.
struct Entries<'m> {
    room: Span,
    memory: &'m Memory,
    start: usize,
}

impl<'m> Entries<'m> {
    fn read(&self) -> Option<Entry<'m>> {
        let start = self.start;
        let rest = self.room.length().checked_sub(start)?;
        let bytes = self.memory.read(self.room.part(start, rest)?);
        // A length of 0, behind the last entry, leaves no depth below: that is where the entries end.
        let (&length, _) = bytes.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(length));
        let (&depth, after) = bytes.get(2..length)?.split_first()?;
        let (path, after) = after.split_at_checked(2 * usize::from(depth))?;
        let (&parameters, after) = after.split_first_chunk()?;
        let (parameters, after) = after.split_at_checked(usize::from(u16::from_be_bytes(parameters)))?;
        let cells = self.room.part(start + length - after.len(), after.len())?;
        Some(Entry { start, length, path: path.as_chunks().0, parameters, cells })
    }
}

impl<'m> Iterator for Entries<'m> {
    type Item = Entry<'m>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.read()?;
        self.start += entry.length;
        Some(entry)
    }
}

impl FileSystem {
    fn entries<'m>(&self, memory: &'m Memory) -> Entries<'m> {
        Entries { room: self.room, memory, start: 0 }
    }

    /// Writes the entry of a new file in a DF.
    pub(crate) fn create(&self, parent: FileIndex, parameters: &[u8], memory: &mut Memory) -> Result<(), Clash> {
        let image = read_parameters(parameters).ok_or(Clash::Parameters)?;
        self.check(parent, &image)?;
        let path = self.path(parent);
        let counts = (u8::try_from(path.len()), u16::try_from(parameters.len()));
        let (Ok(depth), Ok(length)) = counts else { return Err(Clash::Room) };
        // The length is known last.
        let mut entry: Vec<u8> = [0, 0, depth].into();
        entry.extend(path.into_iter().flat_map(|fid| fid.0.to_be_bytes()));
        entry.extend(length.to_be_bytes());
        entry.extend_from_slice(parameters);
        entry.push(image.life_cycle.byte());
        let whole = entry.len() + contents_of(&image.kind);
        entry[..2].copy_from_slice(&u16::try_from(whole).map_err(|_| Clash::Room)?.to_be_bytes());
        let end = self.end(memory);
        let cells = self.room.part(end, whole).ok_or(Clash::Room)?;
        // The contents behind the entry's own bytes need no writing: what is free is zero, deletions see to it.
        memory.write(cells, &entry);
        Ok(())
    }

    /// The file that the last entry is of, once the files follow.
    pub(crate) fn last(&self) -> FileIndex {
        FileIndex(self.files.len() - 1)
    }

    /// Where the next entry goes. Behind it all is zero.
    fn end(&self, memory: &Memory) -> usize {
        self.entries(memory).last().map_or(0, |entry| entry.start + entry.length)
    }

    fn check(&self, parent: FileIndex, image: &FileImage) -> Result<(), Clash> {
        // The rules are those of an image, so that no command makes a file that no layout could.
        check_file(FileIndex(self.files.len()), image).map_err(|_| Clash::Parameters)?;
        let directory = self.file(parent).directory().ok_or(Clash::Parameters)?;
        let sfi = image.kind.sfi();
        let alike = |child: &Child| child.fid == image.fid || sfi.is_some() && child.sfi == sfi;
        if directory.children.iter().any(|child| alike(child) && !self.file(child.file).is_deleted) {
            return Err(Clash::Identifier);
        }
        let FileKind::Directory(new) = &image.kind else { return Ok(()) };
        let named = |&(_, file): &(_, FileIndex)| !self.file(file).is_deleted;
        let known =
            |index: usize| self.names.iter().filter(|&name| named(name)).any(|(name, _)| *name == new.aids[index]);
        let twice = |index: usize| new.aids[..index].contains(&new.aids[index]);
        if (0..new.aids.len()).any(|index| known(index) || twice(index)) { Err(Clash::Name) } else { Ok(()) }
    }

    /// The identifiers of a DF and of those around it, the MF aside, outer first.
    fn path(&self, df: FileIndex) -> Vec<Fid> {
        let around = core::iter::successors(Some(df), |&df| self.parent(df));
        let mut path: Vec<Fid> = around.filter(|&df| df != FileIndex::MF).map(|df| self.file(df).fid).collect();
        path.reverse();
        path
    }

    /// A file and all that are in it, in the order of their indices. An EF that several DFs show is in the first of
    /// them, and goes from all with that one.
    pub(crate) fn with_all_in(&self, file: FileIndex) -> Vec<FileIndex> {
        // Asked of each file, upwards: lists of children have EFs that other DFs show, which must stay.
        let is_in = |mut inner: FileIndex| loop {
            match inner {
                _ if inner == file => break true,
                FileIndex::MF => break false,
                _ => inner = self.file(inner).parent,
            }
        };
        (0..self.files.len()).map(FileIndex).filter(|&inner| is_in(inner)).collect()
    }

    /// Takes files out of the memory.
    pub(crate) fn delete(&self, files: &[FileIndex], memory: &mut Memory) {
        let end = self.end(memory);
        let stays = |number: &usize| !files.contains(&FileIndex(self.of_image + number));
        let entries: Vec<Entry<'_>> = self.entries(memory).collect();
        // What stands before the first hole stays where it is; only what moves is written.
        let first = (0..entries.len()).find(|number| !stays(number)).map(|number| entries[number].start);
        if let Some((first, cells)) = first.and_then(|first| Some((first, self.room.part(first, end - first)?))) {
            let left = entries.iter().enumerate().filter(|(number, entry)| entry.start > first && stays(number));
            let parts = left.filter_map(|(_, entry)| self.room.part(entry.start, entry.length));
            let mut bytes: Vec<u8> = parts.flat_map(|part| memory.read(part)).copied().collect();
            // The old end is zeroed with it, as `end` and the next file created expect.
            bytes.resize(end - first, 0);
            memory.write(cells, &bytes);
        }
        for file in files.iter().filter_map(|file| self.files[..self.of_image].get(file.0)) {
            memory.write(file.life_cycle, &[DELETED]);
        }
    }

    /// Where a file is once the files follow a deletion.
    pub(crate) fn moved(&self, file: FileIndex, deleted: &[FileIndex]) -> FileIndex {
        let before = deleted.iter().filter(|&&other| other.0 >= self.of_image && other < file).count();
        if file.0 < self.of_image { file } else { FileIndex(file.0 - before) }
    }

    /// Makes the files those that the memory says there are.
    pub(crate) fn follow(&mut self, memory: &Memory) {
        // Everything that commands made is made again: entries moved up, so no index of before can be trusted.
        let of_image = self.of_image;
        self.files.truncate(of_image);
        for file in &mut self.files {
            file.is_deleted = file.life_cycle(memory) == DELETED;
            if let Kind::Directory(directory) = &mut file.kind {
                directory.children.retain(|child| child.file.0 < of_image);
            }
        }
        self.names.retain(|&(_, file)| file.0 < of_image);
        for entry in self.entries(memory) {
            // Nothing behind an entry that is none can be told from chance.
            if self.add(&entry).is_none() {
                return;
            }
        }
    }

    /// Adds the file of an entry; `None` if no command wrote such an entry.
    fn add(&mut self, entry: &Entry<'_>) -> Option<()> {
        let image = read_parameters(entry.parameters)?;
        let parent = self.at_path(FileIndex::MF, entry.path.iter().map(|&fid| Fid(u16::from_be_bytes(fid))))?.df;
        self.check(parent, &image).ok()?;
        let file = FileIndex(self.files.len());
        self.files.push(make_file(&image, parent, self.applet(parent), entry.cells));
        if let Kind::Directory(directory) = &mut self.files[parent.0].kind {
            directory.children.push(Child { fid: image.fid, sfi: image.kind.sfi(), file });
        }
        if let FileKind::Directory(directory) = image.kind {
            self.names.extend(directory.aids.into_iter().map(|aid| (aid, file)));
            // SELECT by a name's beginning searches by halves, and goes from one to the next in this order.
            self.names.sort();
        }
        Some(())
    }

    /// The DFs that the files are in which commands made.
    pub(crate) fn created_parents(&self) -> impl Iterator<Item = FileIndex> {
        self.files[self.of_image..].iter().map(|file: &File| file.parent)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Clash, FileSystem};
    use crate::{
        Fid,
        fs::{build, build::Built},
        image::FileIndex,
        memory::Memory,
        testing::{VITALE, image},
    };

    /// CREATE FILE's parameters: 4 bytes that nobody may use.
    const FILE: [u8; 12] = hex!("62 0A 80 01 04 82 01 01 83 02 7001");
    const DF: [u8; 9] = hex!("62 07 82 01 38 83 02 7002");

    fn built() -> (FileSystem, Memory) {
        let image = image();
        let Built { files, memory, .. } = build(&image.files, image.capacity).expect("a good image");
        (files, memory)
    }

    /// The identifiers of the files in a DF.
    fn inside(files: &FileSystem, df: FileIndex) -> Vec<Fid> {
        files.children(df).map(|(fid, _)| fid).collect()
    }

    #[test]
    fn files_are_there_once_they_follow_and_not_before() {
        let (mut files, mut memory) = built();
        let before = inside(&files, VITALE);
        files.create(VITALE, &FILE, &mut memory).expect("room");
        assert_eq!(inside(&files, VITALE), before);
        files.follow(&memory);
        assert_eq!(inside(&files, VITALE), [&before[..], &[Fid(0x7001)]].concat());
        memory.roll_back();
        files.follow(&memory);
        assert_eq!(inside(&files, VITALE), before);
    }

    #[test]
    fn a_df_takes_what_is_in_it_along() {
        let (mut files, mut memory) = built();
        files.create(VITALE, &DF, &mut memory).expect("room");
        files.follow(&memory);
        let df = files.last();
        assert_eq!(files.create(df, &DF, &mut memory), Ok(()));
        files.follow(&memory);
        files.create(files.last(), &FILE, &mut memory).expect("room");
        files.create(VITALE, &FILE, &mut memory).expect("room");
        files.follow(&memory);
        let deleted = files.with_all_in(df);
        assert_eq!((deleted.len(), files.moved(files.last(), &deleted)), (3, df));
        files.delete(&deleted, &mut memory);
        files.follow(&memory);
        assert_eq!((files.last(), inside(&files, VITALE).last()), (df, Some(&Fid(0x7001))));
        assert_eq!(files.create(VITALE, &FILE, &mut memory), Err(Clash::Identifier));
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_room_files_follow(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            change in proptest::option::of((0..60_usize, any::<u8>())),
        ) {
            let (mut files, mut memory) = built();
            let known = files.last();
            // Bytes of chance, or entries of which one byte is wrong.
            match change {
                None => memory.write(files.room, &bytes),
                Some((at, byte)) => {
                    for parameters in [&DF[..], &FILE] {
                        files.create(VITALE, parameters, &mut memory).expect("room");
                    }
                    memory.write(files.room.part(at, 1).expect("inside"), &[byte]);
                }
            }
            files.follow(&memory);
            files.follow(&memory);
            prop_assert!((known.0..=known.0 + 8).contains(&files.last().0));
            let all = files.with_all_in(FileIndex::MF);
            prop_assert_eq!(all.len(), files.last().0 + 1);
        }
    }
}
