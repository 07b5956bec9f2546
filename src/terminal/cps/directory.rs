//! The PKCS#15 directories of a card, as far as a terminal goes by them [ISO-7816-15 files]: what they call the files
//! that they list, and how long a code is.

use std::ops::RangeInclusive;

use virtuale_engine::{Fid, tlv::Tag};

use crate::terminal::files::ber::{find, objects};

const SEQUENCE: Tag = Tag(0x30);
const INTEGER: Tag = Tag(0x02);
const PATH: Tag = Tag(0x04);
const LABEL: Tag = Tag(0x0C);
const BIT_STRING: Tag = Tag(0x03);

/// The second byte of a key's uses has the bit of non-repudiation first but one: a key that signs what the holder
/// wants.
const NON_REPUDIATION: u8 = 0x40;

/// The attributes of the kind of object, such as a path.
const TYPE_ATTRIBUTES: Tag = Tag(0xA1);

/// What a directory calls a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Listed {
    /// Its label, such as `CPS_ACTIVITY_01_PS`.
    pub(super) label: String,
    /// The file.
    pub(super) fid: Fid,
}

/// The files that a directory of certificates or data objects lists, in its order. An entry without a path is none.
pub(super) fn listed(directory: &[u8]) -> Vec<Listed> {
    let entries = objects(directory).filter(|object| object.tag == SEQUENCE);
    entries.filter_map(|entry| self::entry(entry.value)).collect()
}

fn entry(entry: &[u8]) -> Option<Listed> {
    let label = find(entry, SEQUENCE).and_then(|common| find(common, LABEL)).unwrap_or_default();
    let attributes = find(find(entry, TYPE_ATTRIBUTES)?, SEQUENCE)?;
    // The path of a certificate is in a sequence of its own, that of a data object is not.
    let path = find(attributes, PATH).or_else(|| find(find(attributes, SEQUENCE)?, PATH))?;
    let fid = path.last_chunk().map(|fid| Fid(u16::from_be_bytes(*fid)))?;
    Some(Listed { label: String::from_utf8_lossy(label).into_owned(), fid })
}

/// The first key of a directory of private keys that signs what the holder wants: its identifier in the directories,
/// and the number by which the card knows it.
pub(super) fn signing_key(directory: &[u8]) -> Option<(Vec<u8>, u8)> {
    let attributes = objects(directory).filter(|object| object.tag == SEQUENCE).filter_map(|key| class(key.value));
    let mut signing = attributes.filter(|attributes| {
        // The first byte counts the bits that are none.
        let uses = find(attributes, BIT_STRING).unwrap_or_default();
        uses.get(2).is_some_and(|second| second & NON_REPUDIATION != 0)
    });
    signing.find_map(|attributes| {
        let reference = *find(attributes, INTEGER)?.last()?;
        Some((find(attributes, PATH)?.to_vec(), reference))
    })
}

/// The file of the certificate that a directory lists under an identifier.
pub(super) fn certificate(directory: &[u8], id: &[u8]) -> Option<Fid> {
    let mut entries = objects(directory).filter(|object| object.tag == SEQUENCE);
    let found = entries.find(|entry| class(entry.value).and_then(|class| find(class, PATH)) == Some(id))?;
    Some(entry(found.value)?.fid)
}

/// The attributes of the class of objects: what is the same of all keys, or of all certificates. An identifier is an
/// octet string as a path is.
fn class(entry: &[u8]) -> Option<&[u8]> {
    objects(entry).filter(|object| object.tag == SEQUENCE).nth(1).map(|object| object.value)
}

/// How many digits the first code of a directory of codes has: the holder's. `None` if it does not say so.
pub(super) fn digits(directory: &[u8]) -> Option<RangeInclusive<usize>> {
    let code = objects(directory).find(|object| object.tag == SEQUENCE)?;
    let attributes = find(find(code.value, TYPE_ATTRIBUTES)?, SEQUENCE)?;
    // The shortest, what is stored, the longest.
    let lengths: Vec<usize> = objects(attributes)
        .filter(|object| object.tag == INTEGER)
        .filter_map(|object| object.value.first().copied().filter(|_| object.value.len() == 1).map(usize::from))
        .collect();
    let (&shortest, &longest) = (lengths.first()?, lengths.get(2).or(lengths.get(1))?);
    (shortest > 0 && shortest <= longest).then_some(shortest..=longest)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use virtuale_engine::Fid;

    use super::{Listed, digits, listed};

    #[test]
    fn files_are_listed_with_their_labels() {
        let data = hex!("30 16 30 05 0C 03 414243 30 03 0C 01 58 A1 08 30 06 04 04 3F00 D120");
        let certificate = hex!("30 13 30 05 0C 03 414243 A1 0A 30 08 30 06 04 04 0001 B001");
        let both = [&data[..], &certificate, &hex!("30 02 30 00"), &hex!("30 7F")].concat();
        let file = |fid| Listed { label: "ABC".into(), fid: Fid(fid) };
        assert_eq!(listed(&both), [file(0xD120), file(0xB001)]);
    }

    #[test]
    fn a_directory_says_how_long_a_code_is() {
        let of = |lengths: &[u8]| digits(&[&hex!("30 10 30 00 A1 0C 30 0A 0A"), &hex!("01 01")[1..], lengths].concat());
        assert_eq!(of(&hex!("02 01 04 02 01 04")), None, "it breaks off");
        let whole = hex!("30 12 30 00 A1 0E 30 0C 0A 01 01 02 01 04 02 01 04 02 01 08");
        assert_eq!(digits(&whole), Some(4..=8));
        assert_eq!(digits(&hex!("30 04 30 00 A1 00")), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (listed(&bytes), digits(&bytes));
        }
    }
}
