//! Why no card can be made of an image, and the file that it is about.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{FileIndex, FileKind};
use crate::{Aid, Fid, Sfi};

/// Why no card can be made of an image.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImageError {
    /// It has no file, or its first file is not a DF `3F00` outside all others.
    #[error("the first file must be the MF, a DF 3F00 that is in no other DF")]
    NoMasterFile,
    /// A file is in no DF, in one that comes after it, in the same DF twice, or a DF is in more than one.
    #[error("file {fid} must be in DFs that come before it, each once; a DF must be in one only")]
    Parents {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
    },
    /// The identifier is reserved by the standard.
    #[error("the identifier {fid} is reserved")]
    ReservedFid {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
    },
    /// Two files of one DF have the same identifier.
    #[error("two files of DF {parent} have the identifier {fid}")]
    DuplicateFid {
        /// The second file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The identifier of the DF.
        parent: Fid,
    },
    /// Two files of one DF have the same short identifier.
    #[error("file {fid}: another file of DF {parent} has the short identifier {}", sfi.value())]
    DuplicateSfi {
        /// The second file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The identifier of the DF.
        parent: Fid,
        /// The short identifier.
        sfi: Sfi,
    },
    /// A PIN, key or environment that no chip can hold, or that rules cannot name.
    #[error("DF {fid}: {object}: {reason}")]
    Security {
        /// The DF.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// Which object: its class and number.
        object: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// Two DFs have the same name.
    #[error("DF {fid}: another DF has the name {aid}")]
    DuplicateAid {
        /// The second DF.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The name.
        aid: Aid,
    },
    /// A DF has two data objects with the same tag.
    #[error("DF {fid} has two data objects {tag:04X}")]
    DuplicateObject {
        /// The DF.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The tag.
        tag: u16,
    },
    /// An access rule has not one condition for each operation it rules.
    #[error("file {fid}: an access rule must have one condition for each bit of its access mode byte")]
    Rule {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
    },
    /// A file is empty or longer than commands can reach.
    #[error("file {fid} has {size} bytes; it must have 1 to {}", FileKind::LONGEST)]
    Size {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// Its size in bytes.
        size: usize,
    },
    /// The content of a file is longer than the file, or will be made later and does not fill it.
    #[error("the content of file {fid} has {length} bytes, the file has {size}")]
    Content {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// Bytes of content.
        length: usize,
        /// Bytes of the file.
        size: usize,
    },
    /// Records are not 1 to 254 in number, or not 1 to 254 bytes long.
    #[error("file {fid}: a file has room for 1 to 254 records of 1 to 254 bytes")]
    RecordRoom {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
    },
    /// There are more records than there is room for.
    #[error("file {fid} has {records} records and room for {capacity}")]
    Records {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// How many records there are.
        records: usize,
        /// How many there can be.
        capacity: u8,
    },
    /// A record is empty, too long, or not as long as all records of the file are.
    #[error("record {record} of file {fid} has {length} bytes, where {record_length} is the length")]
    RecordLength {
        /// The file.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The record, counted from 1 in the order of writing.
        record: usize,
        /// Its bytes.
        length: usize,
        /// The length of records of this file; the greatest one where lengths vary.
        record_length: u8,
    },
    /// A class byte cannot have an application.
    #[error("class {class:02X} {reason}")]
    Class {
        /// The class byte.
        class: u8,
        /// Why not.
        reason: &'static str,
    },
    /// Nobody knows the applet.
    #[error("DF {fid} names the applet `{applet}`, which does not exist")]
    UnknownApplet {
        /// The DF.
        file: FileIndex,
        /// Its identifier.
        fid: Fid,
        /// The name.
        applet: String,
    },
    /// The files do not fit the chip.
    #[error("the files need {needed} bytes and the chip has {capacity}; the largest are {}", Largest(largest))]
    TooLarge {
        /// Bytes that the files need.
        needed: usize,
        /// Bytes that there are.
        capacity: usize,
        /// The largest files, the largest first.
        largest: Vec<FileNeed>,
    },
}

impl ImageError {
    /// The file or DF that it is about, if it is about one.
    #[must_use]
    pub fn file(&self) -> Option<FileIndex> {
        match *self {
            Self::NoMasterFile | Self::Class { .. } | Self::TooLarge { .. } => None,
            Self::Parents { file, .. }
            | Self::ReservedFid { file, .. }
            | Self::DuplicateFid { file, .. }
            | Self::DuplicateSfi { file, .. }
            | Self::Security { file, .. }
            | Self::DuplicateAid { file, .. }
            | Self::DuplicateObject { file, .. }
            | Self::Rule { file, .. }
            | Self::Size { file, .. }
            | Self::Content { file, .. }
            | Self::RecordRoom { file, .. }
            | Self::Records { file, .. }
            | Self::RecordLength { file, .. }
            | Self::UnknownApplet { file, .. } => Some(file),
        }
    }
}

/// How many bytes a file needs on a chip.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FileNeed {
    /// The file.
    pub file: FileIndex,
    /// Its identifier.
    pub fid: Fid,
    /// Its bytes: contents, record directory, data objects and life cycle.
    pub bytes: usize,
}

struct Largest<'a>(&'a [FileNeed]);

impl fmt::Display for Largest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, need)| {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} ({} bytes)", need.fid, need.bytes)
        })
    }
}
