//! What no chip can hold.

use alloc::vec::Vec;

use crate::{
    Fid,
    image::{self, Content, FileImage, FileIndex, FileKind, FileNeed, ImageError, RecordStructure},
};

/// Whether there is an MF, and each file is in DFs that come before it.
pub(super) fn check_tree(images: &[FileImage]) -> Result<(), ImageError> {
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

pub(super) fn is_df(image: &FileImage) -> bool {
    matches!(image.kind, FileKind::Directory(_))
}

/// Whether a file can be, whatever others there are.
pub(super) fn check_file(file: FileIndex, image: &FileImage) -> Result<(), ImageError> {
    let fid = image.fid;
    // 3F00 is the MF, 3FFF the current DF, 0000 the current EF, FFFF is reserved [ISO-7816-4 7.3].
    let is_master = file == FileIndex::MF;
    if [Fid::CURRENT, Fid(0x0000), Fid(0xFFFF)].contains(&fid) || fid == Fid::MF && !is_master {
        return Err(ImageError::ReservedFid { file, fid });
    }
    if !image.contact.is_consistent() || image.contactless.as_ref().is_some_and(|rule| !rule.is_consistent()) {
        return Err(ImageError::Rule { file, fid });
    }
    match &image.kind {
        FileKind::Directory(directory) => check_objects(file, fid, &directory.objects),
        FileKind::Transparent { content, size, .. } => check_content(file, fid, content, *size),
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

fn check_content(file: FileIndex, fid: Fid, content: &Content, size: usize) -> Result<(), ImageError> {
    let length = content.length();
    let fits = if matches!(content, Content::Later(_)) { length == size } else { length <= size };
    if !(1..=FileKind::LONGEST).contains(&size) {
        return Err(ImageError::Size { file, fid, size });
    }
    if fits { Ok(()) } else { Err(ImageError::Content { file, fid, length, size }) }
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
pub(super) fn check_capacity(images: &[FileImage], capacity: usize) -> Result<usize, ImageError> {
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

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use hex_literal::hex;

    use crate::{
        Aid, ChipImage, Fid, ImageError, Sfi,
        fs::build,
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
        let sized = |length, size| FileKind::Transparent { sfi: None, content: vec![0; length].into(), size };
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
}
