//! What a card is that has no power: all that survives a reset, to be taken and given back.
//!
//! A [`Card`](crate::Card) puts its state into a [`Snapshot`], each layer around a chip under a name of its own, and
//! takes it from there again. A snapshot fits a card made of the same image; what does not fit changes nothing. It
//! holds PINs and keys: it is wiped when it is dropped, and its [`Debug`](fmt::Debug) shows names and lengths only.
//!
//! As bytes it is:
//!
//! | bytes |                                                                         |
//! | ----- | ----------------------------------------------------------------------- |
//! | 4     | `56 53 4E 50` (`VSNP`)                                                  |
//! | 1     | the version, `01`                                                       |
//! | ...   | its parts to the end, in any order, no two with one name:               |
//! | 1 + n | how many bytes the name of the part has; the name, ASCII                |
//! | 4 + n | how many bytes the part has, the highest first; they                    |
//!
//! What is in a part is the matter of whoever wrote it: [`CHIP`] is [`Chip`](crate::Chip)'s.

use alloc::{string::String, vec::Vec};
use core::fmt;

use zeroize::Zeroizing;

use crate::wiped::Wiped;

/// What a snapshot as bytes begins with.
const MAGIC: [u8; 4] = *b"VSNP";

/// The only version so far.
const VERSION: u8 = 1;

/// The part of a [`Chip`](crate::Chip): 32 bytes that tell its image's structure from others, 8 bytes with the position
/// of its random numbers (the highest first), then its memory, cell by cell.
pub const CHIP: &str = "chip";

/// All of a card that survives a reset.
#[derive(Default)]
pub struct Snapshot {
    parts: Vec<(String, Wiped)>,
}

/// Why bytes are no snapshot, or why a card does not take one. The card is then as it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are no snapshot, or one that is cut off.
    #[error("these bytes are no snapshot of a card")]
    Malformed,
    /// It was written by another version of the program.
    #[error("this is a snapshot of version {0}, and only version {VERSION} is known")]
    Version(u8),
    /// The card needs a part that is not there: the snapshot is one of another kind of card.
    #[error("the snapshot has no part \"{0}\": it is one of another kind of card")]
    Missing(&'static str),
    /// The snapshot is one of a card made of another image.
    #[error("the snapshot is one of a card made of another image")]
    OtherImage,
    /// The snapshot is one of a card made of another card file.
    #[error("the snapshot is one of a card made of another card file")]
    OtherCard,
    /// A part has not the form that its card gives it.
    #[error("the part \"{0}\" of the snapshot is damaged")]
    Damaged(&'static str),
    /// The card takes it, and cannot keep it as it keeps what it commits. It is as it was.
    #[error("the card cannot keep what is in the snapshot")]
    NotKept,
}

impl Snapshot {
    /// One that holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a part in, made of pieces one behind the other; it replaces one with the same name. Of a name that is not
    /// ASCII or has more than 255 bytes, nothing is kept.
    pub fn put(&mut self, name: &str, pieces: &[&[u8]]) {
        if !name.is_ascii() || name.len() > usize::from(u8::MAX) {
            return;
        }
        let mut bytes = Wiped::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
        pieces.iter().for_each(|piece| bytes.extend(piece));
        self.parts.retain(|(known, _)| known != name);
        self.parts.push((name.into(), bytes));
    }

    /// A part, if there is one with this name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.iter().find(|(known, _)| known == name).map(|(_, bytes)| &**bytes)
    }

    /// A part that a card cannot do without.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Missing`] if there is none with this name.
    pub fn needed(&self, name: &'static str) -> Result<&[u8], SnapshotError> {
        self.part(name).ok_or(SnapshotError::Missing(name))
    }

    /// It as bytes. They hold what is secret on the card, and are wiped when they are dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let length = |(name, bytes): &(String, Wiped)| 1 + name.len() + 4 + bytes.len();
        let mut all = Zeroizing::new(Vec::with_capacity(5 + self.parts.iter().map(length).sum::<usize>()));
        all.extend_from_slice(&MAGIC);
        all.push(VERSION);
        for (name, bytes) in &self.parts {
            // `put` keeps no longer name; no card has so much memory.
            let (Ok(named), Ok(length)) = (u8::try_from(name.len()), u32::try_from(bytes.len())) else { continue };
            all.push(named);
            all.extend_from_slice(name.as_bytes());
            all.extend_from_slice(&length.to_be_bytes());
            all.extend_from_slice(bytes);
        }
        all
    }

    /// The snapshot that bytes are.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Malformed`] or [`SnapshotError::Version`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(SnapshotError::Malformed)?;
        let (&version, mut rest) = rest.split_first().ok_or(SnapshotError::Malformed)?;
        if version != VERSION {
            return Err(SnapshotError::Version(version));
        }
        let mut snapshot = Self::new();
        while !rest.is_empty() {
            let (name, part, after) = take_part(rest).ok_or(SnapshotError::Malformed)?;
            if snapshot.part(name).is_some() {
                return Err(SnapshotError::Malformed);
            }
            snapshot.put(name, &[part]);
            rest = after;
        }
        Ok(snapshot)
    }
}

/// The name and the bytes of the part that bytes begin with, and what follows it.
fn take_part(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let (&named, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(named))?;
    let name = str::from_utf8(name).ok().filter(|name| name.is_ascii())?;
    let (&length, rest) = rest.split_first_chunk()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(length)).ok()?)?;
    Some((name, part, rest))
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.parts.iter().map(|(name, bytes)| (name, bytes))).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Snapshot, SnapshotError};

    #[test]
    fn it_is_written_as_the_module_says() {
        let mut snapshot = Snapshot::new();
        snapshot.put("chip", &[&[1], &[2, 3]]);
        snapshot.put("x", &[]);
        assert_eq!(snapshot.to_bytes()[..], hex!("56534E50 01 04 63686970 00000003 010203 01 78 00000000"));
        snapshot.put("chip", &[&[9]]);
        assert_eq!(snapshot.part("chip"), Some(&[9][..]));
        assert_eq!(snapshot.needed("y"), Err(SnapshotError::Missing("y")));
    }

    #[test]
    fn it_shows_no_secret() {
        let mut snapshot = Snapshot::new();
        snapshot.put("chip", &[b"1234"]);
        assert_eq!(format!("{snapshot:?}"), "{\"chip\": 4 bytes}");
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        let (malformed, version) = (SnapshotError::Malformed, SnapshotError::Version(2));
        let twice = hex!("56534E50 01 01 78 00000000 01 78 00000000");
        let cut = hex!("56534E50 01 01 78 00000002 AA");
        for (bytes, error) in
            [(&b"VSNP"[..], malformed), (b"VSNP\x02", version), (&twice, malformed), (&cut, malformed)]
        {
            assert_eq!(Snapshot::from_bytes(bytes).err(), Some(error), "{bytes:02X?}");
        }
        assert!(Snapshot::from_bytes(b"VSNP\x01").is_ok());
    }

    proptest! {
        #[test]
        fn it_comes_back_from_its_bytes(
            parts in proptest::collection::btree_map("[a-z]{0,8}", proptest::collection::vec(any::<u8>(), 0..40), 0..4),
        ) {
            let mut snapshot = Snapshot::new();
            parts.iter().for_each(|(name, bytes)| snapshot.put(name, &[bytes]));
            let back = Snapshot::from_bytes(&snapshot.to_bytes()).expect("a snapshot");
            let held: Vec<(&String, Option<&[u8]>)> = parts.keys().map(|name| (name, back.part(name))).collect();
            let right: Vec<(&String, Option<&[u8]>)> = parts.iter().map(|(name, bytes)| (name, Some(&bytes[..]))).collect();
            prop_assert_eq!(held, right);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Snapshot::from_bytes(&bytes);
            let _ = Snapshot::from_bytes(&[b"VSNP\x01", &bytes[..]].concat());
        }
    }
}
