//! Making a file system and its memory from an image.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    Aid, Interface,
    fs::{
        Child, DataObject, Directory, File, FileSystem, Kind, RecordFile, Template,
        check::{check_capacity, check_file, check_tree, is_df},
    },
    image::{self, CompactRule, Condition, Content, FileImage, FileIndex, FileKind, ImageError, Offered},
    memory::{Carver, Memory, Span},
    security::{Operation, Rule},
    vault,
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
    let room = if images.iter().any(takes_files) { left } else { 0 };
    let mut memory = Memory::with_capacity(capacity - left + room);
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
    let room = memory.add_zeroed(room);
    // The image itself is what the first loss of power leaves.
    memory.settle();
    let of_image = files.len();
    Ok(Built { files: FileSystem { files, of_image, names, room, interface: Interface::Contact }, memory, applets })
}

/// How many cells the contents of a file need, with its record directory, or its data objects, PINs and keys.
pub(super) fn cells_of(kind: &FileKind) -> usize {
    let security = match kind {
        FileKind::Directory(directory) => vault::cells_of(&directory.security),
        FileKind::Transparent { .. } | FileKind::Records { .. } => 0,
    };
    contents_of(kind) + security
}

/// The same without PINs and keys, which are the vault's.
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
    let takes = |rule: &CompactRule| rule.condition(Operation::Create) != Condition::NEVER;
    is_df(image) && (takes(&image.contact) || image.contactless.as_ref().is_some_and(takes))
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
        contact: Rule::from(&image.contact),
        contactless: Rule::from(image.contactless.as_ref().unwrap_or(&image.contact)),
        control: Template::new(image),
        fid: image.fid,
        parent,
        is_deleted: false,
        offered: match &image.kind {
            FileKind::Directory(directory) => directory.offered,
            FileKind::Transparent { .. } | FileKind::Records { .. } => Offered::Everywhere,
        },
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
        (Kind::Transparent(span), FileKind::Transparent { content, .. }) => match content {
            Content::Now(bytes) => memory.write(*span, bytes),
            Content::Later(later) => memory.add_later(*span, Arc::clone(later)),
        },
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
    use alloc::{string::ToString, vec::Vec};

    use proptest::prelude::*;

    use super::{build, cells_of};
    use crate::{
        Fid, ImageError,
        image::{FileIndex, FileKind, RecordStructure},
        testing::{VITALE, VITAMIN, directory, file, image, records, transparent},
    };

    #[test]
    fn a_good_image_fills_exactly_what_it_needs() {
        let image = image();
        let needed: usize = image.files.iter().map(|file| 1 + cells_of(&file.kind)).sum();
        let built = build(&image.files, needed).expect("it fits exactly");
        assert_eq!(built.memory.size(), needed);
        assert!(matches!(build(&image.files, needed - 1), Err(ImageError::TooLarge { .. })));
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
        let error = crate::Chip::new(&image, &|_| None, crate::testing::platform(crate::platform::Forgetful)).err();
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
