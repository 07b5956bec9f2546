//! What Windows has.

pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod guests;
pub(crate) mod process;
pub(crate) mod socket;

use std::io;

/// That another program has a file open in a way that does not go with what is asked (`ERROR_SHARING_VIOLATION`).
const SHARING_VIOLATION: i32 = 32;

/// What others may still do with an open file: read it (`FILE_SHARE_READ`).
const SHARE_READ: u32 = 1;

/// The right to remove a file (`DELETE`).
const RIGHT_TO_DELETE: u32 = 0x0001_0000;

/// The right to write to a file (`GENERIC_WRITE`).
const RIGHT_TO_WRITE: u32 = 0x4000_0000;

/// A file with this goes when it is closed, also when its program is killed (`FILE_FLAG_DELETE_ON_CLOSE`).
const GOES_WHEN_CLOSED: u32 = 0x0400_0000;

/// Whether an error says that another program has the file.
fn is_held_by_another(error: &io::Error) -> bool {
    error.raw_os_error() == Some(SHARING_VIOLATION)
}
