//! Descriptors by their number: a program has three of them here, and standard input is the one that can be read.

use std::{fs::File, io, os::windows::io::AsHandle};

use crate::cli::system::Opened;

/// Opens standard input, which is descriptor 0.
pub(in crate::cli) fn open(number: u32) -> Opened {
    match number {
        0 => match io::stdin().as_handle().try_clone_to_owned() {
            Ok(input) => Opened::Ready(File::from(input)),
            Err(error) => Opened::Not(error),
        },
        1 | 2 => Opened::WriteOnly,
        _ => Opened::Not(io::ErrorKind::NotFound.into()),
    }
}
