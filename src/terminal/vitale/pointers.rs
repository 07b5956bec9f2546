//! EF 2001 POINTERS: which applications and files the card says it has [CARDPEEK-VITALE2 create_card_map].

use std::{cmp::Ordering, collections::BTreeMap};

use virtuale_engine::{Aid, Fid, tlv::Tag};

use super::Pointer;
use crate::{terminal::files::ber, work};

/// How many files a terminal follows; the rest of a longer list is left.
const MOST_FILES: usize = 64;

/// The registered provider of the Vitale's own applications, and the one of its IAS component.
const PROVIDERS: [[u8; 5]; 2] = [[0xD2, 0x50, 0x00, 0x00, 0x02], [0xD2, 0x50, 0x00, 0x00, 0x04]];

/// The prefix that marks an IAS application.
const IAS: [u8; 5] = [0xE8, 0x28, 0xBD, 0x08, 0x0F];

/// What POINTERS says, in its order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pointers {
    /// The files whose application is known.
    pub files: Vec<Pointer>,
    /// How many entries could not be understood: too short, or of an application that is not listed.
    pub lost: usize,
}

impl Pointers {
    /// Reads the content of the file as far as it can be understood.
    #[must_use]
    pub fn parse(content: &[u8]) -> Self {
        let mut pointers = Self::default();
        let Some(directory) = ber::find(content, Tag(0xE0)) else { return pointers };
        let listed = ber::find(directory, Tag(0xA0)).into_iter().flat_map(ber::objects);
        let mut applications = BTreeMap::new();
        for (reference, aid) in
            listed.filter(|object| object.tag == Tag(0x82)).filter_map(|object| application(object.value))
        {
            applications.entry(reference).or_insert(aid);
        }
        for entry in ber::objects(directory).filter(|object| object.tag == Tag(0x80)) {
            match file(entry.value, &applications) {
                Some(pointer) if pointers.files.len() < MOST_FILES => pointers.files.push(pointer),
                _ => pointers.lost += 1,
            }
        }
        pointers
    }
}

/// By what a file names its application.
#[derive(Eq, PartialEq)]
struct Reference([u8; 2]);

impl Ord for Reference {
    fn cmp(&self, other: &Self) -> Ordering {
        work::step(1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Reference {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Its reference, two bytes that are not interpreted, its AID.
fn application(value: &[u8]) -> Option<(Reference, Aid)> {
    let (reference, rest) = value.split_first_chunk()?;
    Some((Reference(*reference), Aid::new(rest.get(2..)?)?))
}

/// Its name, the reference of its application, its identifier. What follows is not interpreted.
fn file(value: &[u8], applications: &BTreeMap<Reference, Aid>) -> Option<Pointer> {
    let (name, rest) = value.split_at_checked(8)?;
    let (reference, rest) = rest.split_first_chunk()?;
    let (fid, _) = rest.split_first_chunk::<2>()?;
    let application = applications.get(&Reference(*reference))?;
    let name = name.iter().copied().map(char::from).collect::<String>();
    let name = name.trim_matches(['\0', ' ']).to_owned();
    Some(Pointer { name, application: Some(application.clone()), fid: Fid(u16::from_be_bytes(*fid)) })
}

/// What people call an application: the text behind its provider, such as `MF_VITALE`, else its hexadecimal digits.
#[must_use]
pub fn application_name(aid: &Aid) -> String {
    let bytes = aid.as_bytes().strip_prefix(&IAS).unwrap_or(aid.as_bytes());
    let text = PROVIDERS.iter().find_map(|provider| bytes.strip_prefix(provider)).unwrap_or_default();
    let letters: String = text.iter().copied().map(char::from).filter(|letter| !letter.is_control()).collect();
    if letters.is_empty() { aid.to_string() } else { letters }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use virtuale_engine::{
        Aid, Fid,
        tlv::{Tag, put},
    };

    use crate::work;

    use super::{Pointer, Pointers, application_name};

    #[test]
    fn files_are_linked_to_applications_by_reference() {
        let content = hex!(
            "E0 31 A0 11 82 0F 0001 0000 D250000002564954414C45"
            "80 0C 4E49522020202020 0001 D002" // "NIR     "
            "80 0E 4100000000000000 0009 D003 FFFF" // an unknown application
            "00 00 00"
        );
        let vitale = Aid::new(&hex!("D250000002564954414C45")).expect("11 bytes");
        let nir = Pointer { name: "NIR".into(), application: Some(vitale), fid: Fid(0xD002) };
        assert_eq!(Pointers::parse(&content), Pointers { files: vec![nir], lost: 1 });
    }

    #[test]
    fn applications_are_called_by_their_text() {
        // [CARDPEEK-VITALE2 AIDs]
        let name = |bytes: &[u8]| application_name(&Aid::new(bytes).expect("at most 16 bytes"));
        assert_eq!(name(&hex!("D2500000024D465F564954414C45")), "MF_VITALE");
        assert_eq!(name(&hex!("E828BD080FD2500000044164E86C65")), "Adèle");
        assert_eq!(name(&hex!("D2500000044164E86C650101")), "Adèle");
        assert_eq!(name(&hex!("A000000063")), "A000000063");
    }

    #[test]
    fn reading_takes_steps_by_the_length_of_the_file_only() {
        // As many applications as entries, and each entry is of none of them.
        let content = |size: usize| {
            let (mut applications, mut directory, mut content) = (vec![], vec![], vec![]);
            for number in 0..u16::try_from(size).expect("few") {
                let [high, low] = number.to_be_bytes();
                put(Tag(0x82), &[high, low, 0, 0, 0xD2], &mut applications);
            }
            put(Tag(0xA0), &applications, &mut directory);
            (0..size).for_each(|_| put(Tag(0x80), b"NAME    \xFF\xFF\0\0", &mut directory));
            put(Tag(0xE0), &directory, &mut content);
            content
        };
        work::assert_linear(1_000, |size| assert_eq!(Pointers::parse(&content(size)).lost, size));
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..120), framed: bool) {
            let mut content = tail;
            if framed {
                let length = u8::try_from(content.len()).expect("at most 119");
                content.splice(0..0, [0xE0, length]);
            }
            let pointers = Pointers::parse(&content);
            prop_assert!(pointers.files.iter().all(|file| file.name.chars().count() <= 8));
        }
    }
}
