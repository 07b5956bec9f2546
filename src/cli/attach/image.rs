//! The file of a program of Windows, as far as it is needed: nothing behind the first bytes of one that is none, and
//! not all of one that is longer than a program.

use std::{
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::{super::plain, pe::Pe};

/// How much is read of a file of Windows, in bytes: programs with all that they need in them have some 200 MiB. What is
/// behind it is not searched.
const MOST: u64 = 256 << 20;

/// Where in a file its header may begin: all have it in the first bytes.
const FARTHEST: u64 = 1 << 16;

/// The bytes of a file, the whole of it or its beginning.
#[derive(Debug)]
pub(in crate::cli) struct Image {
    bytes: Vec<u8>,
    /// How long the file is.
    length: u64,
}

impl Image {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// That it is no file of a folder, or what the system says.
    pub(in crate::cli) fn read(path: &Path) -> io::Result<Self> {
        Self::read_most(path, MOST)
    }

    fn read_most(path: &Path, most: u64) -> io::Result<Self> {
        let mut file = plain::open(path)?;
        let length = file.metadata()?.len();
        let mut bytes = Vec::new();
        file.by_ref().take(64).read_to_end(&mut bytes)?;
        if begins_as_one(&mut file, &bytes)? {
            file.seek(SeekFrom::Start(0))?;
            bytes.clear();
            file.take(most).read_to_end(&mut bytes)?;
        }
        Ok(Self { bytes, length })
    }

    /// What the file says of itself; `None` if it is none of Windows, or is cut off.
    pub(in crate::cli) fn file(&self) -> Option<Pe<'_>> {
        Pe::read_part(&self.bytes, self.length)
    }

    /// Whether it begins as one of Windows does, whatever comes then.
    pub(in crate::cli) fn begins_as_one(&self) -> bool {
        self.bytes.starts_with(b"MZ")
    }

    /// How many bytes were read.
    pub(in crate::cli) fn read_bytes(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }
}

/// Whether the header is where the first bytes say.
fn begins_as_one(file: &mut (impl Read + Seek), first: &[u8]) -> io::Result<bool> {
    let place = match (first.starts_with(b"MZ"), first.get(0x3C..0x40)) {
        (true, Some(&[a, b, c, d])) => u64::from(u32::from_le_bytes([a, b, c, d])),
        _ => return Ok(false),
    };
    let mut mark = Vec::new();
    if place <= FARTHEST {
        file.seek(SeekFrom::Start(place))?;
        file.take(4).read_to_end(&mut mark)?;
    }
    Ok(mark == b"PE\0\0")
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::{super::made::Made, Image};

    #[test]
    fn a_long_file_is_not_read_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("long.exe");
        let lengthen =
            || File::options().write(true).open(&path).and_then(|file| file.set_len(3 << 30)).expect("sparse");
        for start in [&b"#!/bin/sh\n"[..], b"\0", b"MZ", &[b"MZ", &[0; 62][..]].concat()] {
            fs::write(&path, start).expect("room");
            lengthen();
            let image = Image::read(&path).expect("a file");
            assert!(image.file().is_none() && image.read_bytes() <= 64);
        }
        let program = Made::default().bytes();
        let short = u64::try_from(program.len()).expect("short");
        fs::write(&path, &program).expect("room");
        lengthen();
        let image = Image::read_most(&path, short).expect("a file");
        assert!(image.file().is_some() && image.read_bytes() == short, "what is behind a program is not needed");
        let image = Image::read_most(&path, short - 1).expect("a file");
        assert!(image.file().is_some(), "it is whole, even if it was not read whole");
    }

    #[test]
    fn a_file_that_is_cut_off_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cut.exe");
        let program = Made::default().bytes();
        for length in [0, 2, 64, program.len() - 1] {
            fs::write(&path, &program[..length]).expect("room");
            let image = Image::read(&path).expect("a file");
            assert!(image.file().is_none() && image.begins_as_one() == (length > 0), "{length}");
        }
    }
}
