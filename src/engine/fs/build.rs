//! Making a file system and its memory from an image, and refusing what no chip can hold.

use alloc::{string::String, vec::Vec};

use crate::{
    Aid, Fid,
    fs::{Child, DataObject, Directory, File, FileSystem, Kind, RecordFile, Template},
    image::{self, Condition, FileImage, FileIndex, FileKind, FileNeed, ImageError, RecordStructure},
    memory::{Carver, Memory, Span},
    security::Operation,
    tlv::Tag,
    vault,
    world::Forgetful,
};

/// The files of an image, the memory they lie in, and the names of the applets that run their commands.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) files: FileSystem,
    pub(crate) memory: Memory,
    /// The applets that DFs name, each once with its first DF. They have the numbers from 1 on; number 0 is the one
    /// that only does what the standard says.
    pub(crate) applets: Vec<(String, FileIndex)>,
}

/// Makes a file system of files that fit into so many bytes.
pub(crate) fn build(images: &[FileImage], capacity: usize) -> Result<Built, ImageError> {
    check_tree(images)?;
    for (index, image) in images.iter().enumerate() {
        check_file(FileIndex(index), image)?;
    }
    let left = check_capacity(images, capacity)?;
    let mut memory = Memory::default();
    let mut applets = Vec::new();
    let mut files: Vec<File> = Vec::with_capacity(images.len());
    for (index, image) in images.iter().enumerate() {
        let parent = image.parents.first().copied().unwrap_or(FileIndex::MF);
        let inherited = files.get(parent.0).and_then(File::directory).map_or(0, |directory| directory.applet);
        let applet = applet_number(FileIndex(index), image, inherited, &mut applets);
        let cells = memory.add_zeroed(1 + contents_of(&image.kind));
        let file = make_file(image, parent, applet, cells);
        fill(&file, image, &mut memory);
        files.push(file);
    }
    hang(images, &mut files)?;
    let names = collect_names(images)?;
    let room = memory.add_zeroed(if images.iter().any(takes_files) { left } else { 0 });
    // The image itself is what the first loss of power leaves. This sink always has power.
    memory.commit(&mut Forgetful).unwrap_or_default();
    let of_image = files.len();
    Ok(Built { files: FileSystem { files, of_image, names, room }, memory, applets })
}

/// How many cells the contents of a file need, with its record directory, or its data objects, codes and keys.
pub(super) fn cells_of(kind: &FileKind) -> usize {
    let security = match kind {
        FileKind::Directory(directory) => vault::cells_of(&directory.security),
        FileKind::Transparent { .. } | FileKind::Records { .. } => 0,
    };
    contents_of(kind) + security
}

/// The same without codes and keys, which are the vault's.
pub(super) fn contents_of(kind: &FileKind) -> usize {
    match kind {
        FileKind::Directory(directory) => directory.objects.iter().map(|object| object.value.len()).sum(),
        FileKind::Transparent { size, .. } => *size,
        FileKind::Records { structure, record_length, capacity, .. } => {
            RecordFile::cells(*structure, *record_length, *capacity)
        }
    }
}

impl FileImage {
    /// How many bytes of the chip it takes: its contents, and one for its life cycle.
    #[must_use]
    pub fn needs(&self) -> usize {
        1 + cells_of(&self.kind)
    }
}

/// Whether commands can make files in it.
fn takes_files(image: &FileImage) -> bool {
    is_df(image) && image.contact.condition(Operation::Create) != Condition::NEVER
}

fn check_tree(images: &[FileImage]) -> Result<(), ImageError> {
    let master = images.first().filter(|file| file.fid == Fid::MF && file.parents.is_empty() && is_df(file));
    master.ok_or(ImageError::NoMasterFile)?;
    for (index, image) in images.iter().enumerate().skip(1) {
        let (file, fid) = (FileIndex(index), image.fid);
        let known = image.parents.iter().all(|&FileIndex(parent)| parent < index && is_df(&images[parent]));
        let repeated = (1..image.parents.len()).any(|last| image.parents[..last].contains(&image.parents[last]));
        if image.parents.is_empty() || !known || repeated || (is_df(image) && image.parents.len() > 1) {
            return Err(ImageError::Parents { file, fid });
        }
    }
    Ok(())
}

fn is_df(image: &FileImage) -> bool {
    matches!(image.kind, FileKind::Directory(_))
}

pub(super) fn check_file(file: FileIndex, image: &FileImage) -> Result<(), ImageError> {
    let fid = image.fid;
    // ISO 7816-4, 7.3.1: 3F00 is the MF, 3FFF the current DF, 0000 the current EF, FFFF is reserved.
    let is_master = file == FileIndex::MF;
    if [Fid::CURRENT, Fid(0x0000), Fid(0xFFFF)].contains(&fid) || fid == Fid::MF && !is_master {
        return Err(ImageError::ReservedFid { file, fid });
    }
    if !image.contact.is_consistent() || image.contactless.as_ref().is_some_and(|rule| !rule.is_consistent()) {
        return Err(ImageError::Rule { file, fid });
    }
    match &image.kind {
        FileKind::Directory(directory) => check_objects(file, fid, &directory.objects),
        FileKind::Transparent { content, size, .. } => check_content(file, fid, content.len(), *size),
        FileKind::Records { structure, record_length, capacity, content, .. } => {
            if !(1..=254).contains(record_length) || !(1..=254).contains(capacity) {
                return Err(ImageError::RecordRoom { file, fid });
            }
            check_records(file, fid, *structure, *record_length, *capacity, content)
        }
    }
}

fn check_objects(file: FileIndex, fid: Fid, objects: &[image::DataObject]) -> Result<(), ImageError> {
    let mut tags: Vec<u16> = objects.iter().map(|object| object.tag).collect();
    tags.sort_unstable();
    let repeated = tags.windows(2).find_map(|pair| (pair[0] == pair[1]).then_some(pair[0]));
    repeated.map_or(Ok(()), |tag| Err(ImageError::DuplicateObject { file, fid, tag }))
}

fn check_content(file: FileIndex, fid: Fid, length: usize, size: usize) -> Result<(), ImageError> {
    if !(1..=FileKind::LONGEST).contains(&size) {
        return Err(ImageError::Size { file, fid, size });
    }
    if length > size { Err(ImageError::Content { file, fid, length, size }) } else { Ok(()) }
}

fn check_records(
    file: FileIndex,
    fid: Fid,
    structure: RecordStructure,
    record_length: u8,
    capacity: u8,
    content: &[Vec<u8>],
) -> Result<(), ImageError> {
    let records = content.len();
    if records > usize::from(capacity) {
        return Err(ImageError::Records { file, fid, records, capacity });
    }
    for (index, record) in content.iter().enumerate() {
        let (length, full) = (record.len(), usize::from(record_length));
        let fits = length == full || structure == RecordStructure::LinearVariable && (1..=full).contains(&length);
        if !fits {
            return Err(ImageError::RecordLength { file, fid, record: index + 1, length, record_length });
        }
    }
    Ok(())
}

/// How many bytes are left.
fn check_capacity(images: &[FileImage], capacity: usize) -> Result<usize, ImageError> {
    const NAMED: usize = 5;
    let need =
        |(index, image): (usize, &FileImage)| FileNeed { file: FileIndex(index), fid: image.fid, bytes: image.needs() };
    let mut needs: Vec<FileNeed> = images.iter().enumerate().map(need).collect();
    let needed = needs.iter().map(|need| need.bytes).sum();
    if let Some(left) = capacity.checked_sub(needed) {
        return Ok(left);
    }
    needs.sort_by_key(|need| core::cmp::Reverse(need.bytes));
    needs.truncate(NAMED);
    Err(ImageError::TooLarge { needed, capacity, largest: needs })
}

/// Which applet a DF has: the one it names, which may be new, or the one it inherits.
fn applet_number(
    file: FileIndex,
    image: &FileImage,
    inherited: usize,
    applets: &mut Vec<(String, FileIndex)>,
) -> usize {
    let FileKind::Directory(image::Directory { applet: Some(name), .. }) = &image.kind else { return inherited };
    let known = applets.iter().position(|(known, _)| known == name);
    let position = known.unwrap_or_else(|| {
        applets.push((name.clone(), file));
        applets.len() - 1
    });
    position + 1
}

/// A file that lies in these cells: its life cycle, then [its contents](contents_of).
pub(super) fn make_file(image: &FileImage, parent: FileIndex, applet: usize, cells: Span) -> File {
    let mut cells = Carver::new(cells);
    File {
        life_cycle: cells.take(1),
        kind: make_kind(&image.kind, applet, &mut cells),
        rule: image.contact.clone(),
        fcp: Template::new(Tag::FCP, image),
        fci: Template::new(Tag::FCI, image),
        fid: image.fid,
        parent,
    }
}

fn make_kind(kind: &FileKind, applet: usize, cells: &mut Carver) -> Kind {
    match kind {
        FileKind::Directory(image) => {
            let objects = image.objects.iter().map(|object| DataObject {
                tag: object.tag,
                value: cells.take(object.value.len()),
                readable: object.readable,
            });
            Kind::Directory(Directory {
                objects: objects.collect(),
                select_by_name: image.select_by_name,
                select_by_fid: image.select_by_fid,
                applet,
                children: Vec::new(),
            })
        }
        FileKind::Transparent { size, .. } => Kind::Transparent(cells.take(*size)),
        FileKind::Records { structure, record_length, capacity, .. } => {
            Kind::Records(RecordFile::new(*structure, *record_length, *capacity, cells))
        }
    }
}

/// Writes what a file holds at first.
fn fill(file: &File, image: &FileImage, memory: &mut Memory) {
    file.set_life_cycle(image.life_cycle, memory);
    match (&file.kind, &image.kind) {
        (Kind::Directory(directory), FileKind::Directory(image)) => {
            for (object, image) in directory.objects.iter().zip(&image.objects) {
                memory.write(object.value, &image.value);
            }
        }
        (Kind::Transparent(span), FileKind::Transparent { content, .. }) => memory.write(*span, content),
        (Kind::Records(records), FileKind::Records { content, .. }) => {
            for record in content {
                // It was checked that each record fits.
                records.append(memory, record).unwrap_or_default();
            }
        }
        // The file was made of this image.
        _ => {}
    }
}

/// Hangs each file in its DFs.
fn hang(images: &[FileImage], files: &mut [File]) -> Result<(), ImageError> {
    for (index, image) in images.iter().enumerate() {
        let (file, fid, sfi) = (FileIndex(index), image.fid, image.kind.sfi());
        for &FileIndex(parent_index) in &image.parents {
            let parent = images[parent_index].fid;
            let Kind::Directory(directory) = &mut files[parent_index].kind else { continue };
            if directory.children.iter().any(|child| child.fid == fid) {
                return Err(ImageError::DuplicateFid { file, fid, parent });
            }
            if let Some(sfi) = sfi.filter(|&sfi| directory.children.iter().any(|child| child.sfi == Some(sfi))) {
                return Err(ImageError::DuplicateSfi { file, fid, parent, sfi });
            }
            directory.children.push(Child { fid, sfi, file });
        }
    }
    Ok(())
}

fn collect_names(images: &[FileImage]) -> Result<Vec<(Aid, FileIndex)>, ImageError> {
    let mut names: Vec<(Aid, FileIndex)> = Vec::new();
    for (index, image) in images.iter().enumerate() {
        let FileKind::Directory(directory) = &image.kind else { continue };
        for aid in &directory.aids {
            if names.iter().any(|(known, _)| known == aid) {
                return Err(ImageError::DuplicateAid { file: FileIndex(index), fid: image.fid, aid: aid.clone() });
            }
            names.push((aid.clone(), FileIndex(index)));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{build, cells_of};
    use crate::{
        Aid, ChipImage, Fid, ImageError, Sfi,
        image::{FileIndex, FileKind, RecordStructure},
        testing::{VITALE, VITAMIN, directory, file, image, records, rule, transparent},
    };

    /// Why the common image is refused with another file at its end.
    fn refusal_with(fid: u16, parents: &[FileIndex], kind: FileKind) -> Option<ImageError> {
        let mut image = image();
        image.files.push(file(fid, parents, kind));
        refusal(&image)
    }

    fn refusal(image: &ChipImage) -> Option<ImageError> {
        build(&image.files, image.capacity).err()
    }

    const NEW: FileIndex = FileIndex(13);
    const FID: Fid = Fid(0x7777);

    #[test]
    fn a_good_image_fills_exactly_what_it_needs() {
        let image = image();
        let needed: usize = image.files.iter().map(|file| 1 + cells_of(&file.kind)).sum();
        let built = build(&image.files, needed).expect("it fits exactly");
        assert_eq!(built.memory.size(), needed);
        assert!(matches!(build(&image.files, needed - 1), Err(ImageError::TooLarge { .. })));
    }

    #[test]
    fn what_does_not_fit_says_how_much_and_why() {
        let mut image = image();
        image.capacity = 500;
        let error = refusal(&image).expect("too large");
        assert_eq!(
            error.to_string(),
            "the files need 643 bytes and the chip has 500; the largest are 2001 (301 bytes), D001 (125 bytes), \
             2F00 (61 bytes), 0002 (41 bytes), 0066 (41 bytes)"
        );
    }

    #[test]
    fn the_first_file_is_the_mf() {
        let mut none = image();
        none.files.clear();
        assert_eq!(refusal(&none), Some(ImageError::NoMasterFile));
        let mut wrong = image();
        wrong.files[0].fid = Fid(0x3F01);
        assert_eq!(refusal(&wrong), Some(ImageError::NoMasterFile));
        let mut leaf = image();
        leaf.files[0].kind = transparent(1, 0);
        assert_eq!(refusal(&leaf), Some(ImageError::NoMasterFile));
    }

    #[test]
    fn files_hang_in_dfs_that_come_before() {
        let ef = || transparent(1, 0);
        let wrong = Some(ImageError::Parents { file: NEW, fid: FID });
        assert_eq!(refusal_with(FID.0, &[], ef()), wrong);
        assert_eq!(refusal_with(FID.0, &[NEW], ef()), wrong);
        assert_eq!(refusal_with(FID.0, &[FileIndex(99)], ef()), wrong);
        assert_eq!(refusal_with(FID.0, &[FileIndex(4)], ef()), wrong);
        assert_eq!(refusal_with(FID.0, &[VITALE, VITALE], ef()), wrong);
        assert_eq!(refusal_with(FID.0, &[VITALE, VITAMIN], FileKind::Directory(directory(&[]))), wrong);
        assert_eq!(refusal_with(FID.0, &[VITALE, VITAMIN], ef()), None);
    }

    #[test]
    fn identifiers_and_names_are_unique() {
        let (file, fid, parent) = (NEW, FID, Fid(0x0001));
        for fid in [Fid::MF, Fid::CURRENT, Fid(0), Fid(0xFFFF)] {
            assert_eq!(refusal_with(fid.0, &[VITALE], transparent(1, 0)), Some(ImageError::ReservedFid { file, fid }));
        }
        let twice = ImageError::DuplicateFid { file, fid: Fid(0x2001), parent };
        assert_eq!(refusal_with(0x2001, &[VITALE], transparent(1, 0)), Some(twice));
        let sfi = Sfi::new(2).expect("1 to 30");
        let twice = ImageError::DuplicateSfi { file, fid, parent, sfi };
        assert_eq!(refusal_with(FID.0, &[VITALE], transparent(1, 2)), Some(twice));
        let twice = ImageError::DuplicateAid { file, fid, aid: Aid::new(b"OTHER").expect("a name") };
        let kind = FileKind::Directory(directory(&[b"ANOTHER", b"OTHER"]));
        assert_eq!(refusal_with(FID.0, &[VITALE], kind), Some(twice));
    }

    #[test]
    fn data_objects_are_unique() {
        let mut image = image();
        let FileKind::Directory(directory) = &mut image.files[VITAMIN.0].kind else { panic!("a DF") };
        directory.objects.push(directory.objects[0].clone());
        let twice = ImageError::DuplicateObject { file: VITAMIN, fid: Fid(0x0002), tag: 0x5F24 };
        assert_eq!(refusal(&image), Some(twice));
    }

    #[test]
    fn rules_have_a_condition_for_each_operation() {
        for bytes in [&hex!("03 00")[..], &hex!("03 00 00 00"), &hex!("80 00")] {
            let mut contact = image();
            contact.files[4].contact = rule(bytes);
            let wrong = Some(ImageError::Rule { file: FileIndex(4), fid: Fid(0x2F00) });
            assert_eq!(refusal(&contact), wrong);
            let mut contactless = image();
            contactless.files[4].contactless = Some(rule(bytes));
            assert_eq!(refusal(&contactless), wrong);
        }
    }

    #[test]
    fn contents_fit_their_files() {
        let (file, fid) = (NEW, FID);
        let sized = |length, size| FileKind::Transparent { sfi: None, content: vec![0; length], size };
        let refused = |kind| refusal_with(FID.0, &[VITALE], kind);
        assert_eq!(refused(sized(0, 0)), Some(ImageError::Size { file, fid, size: 0 }));
        assert_eq!(refused(sized(0, 65_536)), Some(ImageError::Size { file, fid, size: 65_536 }));
        assert_eq!(refused(sized(3, 2)), Some(ImageError::Content { file, fid, length: 3, size: 2 }));
        assert_eq!(refused(sized(2, 2)), None);
        let fixed = |content: &[&[u8]]| records(RecordStructure::LinearFixed, 0, 2, content);
        assert_eq!(refused(fixed(&[&[0; 2][..]; 5])), Some(ImageError::Records { file, fid, records: 5, capacity: 4 }));
        let wrong = |length| Some(ImageError::RecordLength { file, fid, record: 2, length, record_length: 2 });
        assert_eq!(refused(fixed(&[&[0; 2], &[0; 1]])), wrong(1));
        let variable = |content: &[&[u8]]| records(RecordStructure::LinearVariable, 0, 2, content);
        assert_eq!(refused(variable(&[&[0; 1], &[0; 3]])), wrong(3));
        assert_eq!(refused(variable(&[&[0; 1], &[]])), wrong(0));
        let room = Some(ImageError::RecordRoom { file, fid });
        assert_eq!(refused(records(RecordStructure::Cyclic, 0, 255, &[])), room);
        assert_eq!(refused(records(RecordStructure::Cyclic, 0, 0, &[])), room);
    }

    #[test]
    fn applets_are_named_once_and_inherited() {
        let mut image = image();
        for (df, name) in [(VITALE, "a"), (VITAMIN, "a")] {
            let FileKind::Directory(directory) = &mut image.files[df.0].kind else { panic!("a DF") };
            directory.applet = Some(name.into());
        }
        let built = build(&image.files, image.capacity).expect("a good image");
        assert_eq!(built.applets, [("a".to_string(), VITALE)]);
        assert_eq!([0, 1, 2, 3].map(|df| built.files.applet(FileIndex(df))), [0, 1, 1, 1]);
        let error = crate::Chip::new(image, &|_| None, crate::testing::world(crate::world::Forgetful)).err();
        let unknown = ImageError::UnknownApplet { file: VITALE, fid: Fid(0x0001), applet: "a".into() };
        assert_eq!(error, Some(unknown));
    }

    proptest! {
        #[test]
        fn no_tree_makes_it_panic(
            tree in proptest::collection::vec((any::<u16>(), proptest::collection::vec(0..9_usize, 0..3), 0..4_u8, any::<u8>()), 0..8),
        ) {
            let mut files = image().files;
            files.truncate(1);
            files.extend(tree.into_iter().map(|(fid, parents, kind, byte)| {
                let parents: Vec<_> = parents.into_iter().map(FileIndex).collect();
                let kind = match kind {
                    0 => FileKind::Directory(directory(&[&[byte]])),
                    1 => transparent(usize::from(byte), byte & 0x1F),
                    2 => records(RecordStructure::LinearVariable, byte & 0x1F, byte, &[&[byte]]),
                    _ => records(RecordStructure::Cyclic, 0, byte, &[&[0; 9]]),
                };
                file(fid, &parents, kind)
            }));
            if let Ok(built) = build(&files, 2_000) {
                prop_assert!(built.memory.size() <= 2_000);
            }
        }
    }
}
