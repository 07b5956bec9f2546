//! The word coding of Vitale 1 [STACK-17608930 words]: 32-bit words whose first two bits are set aside. The payloads of
//! 30 bits are joined and cut into bytes, and these bytes are what items code, as they do in any other file.
//!
//! Bytes of the payload do not begin where bytes of the file do. So an element has the bytes of the file in which its
//! own bytes begin, and a byte that two elements share is the second one's, unless only the first one is personal:
//! what is redacted as personal is then never too little.

use super::super::map::Element;

/// Bytes of a word.
pub(super) const WORD: usize = 4;

/// Bits that are set aside at the start of a word; zero in all words that were seen.
const FLAGS: usize = 2;

/// Bits of payload in a word.
const PAYLOAD: usize = WORD * 8 - FLAGS;

/// What fills a payload up.
pub(super) const FILL: u8 = 0xFF;

/// How many bytes of payload so many words hold.
pub(super) fn room(words: usize) -> usize {
    words * PAYLOAD / 8
}

/// Words with these bytes as their payload, filled up with ones. What has no room is left out.
pub(super) fn pack(payload: &[u8], words: usize) -> Vec<u8> {
    let bit = |index: usize| payload.get(index / 8).is_none_or(|byte| byte >> (7 - index % 8) & 1 == 1);
    let word = |number: usize| {
        (0..PAYLOAD).fold(0_u32, |word, index| word << 1 | u32::from(bit(number * PAYLOAD + index))).to_be_bytes()
    };
    (0..words).flat_map(word).collect()
}

/// The whole bytes in the payloads of words; the last word may be cut short. Flags are not looked at.
pub(super) fn unpack(bytes: &[u8]) -> Vec<u8> {
    let bit = |byte: u8, index: usize| byte >> (7 - index) & 1;
    let bits_of = |word: &[u8]| -> Vec<u8> {
        word.iter().flat_map(|&byte| (0..8).map(move |index| bit(byte, index))).skip(FLAGS).collect()
    };
    let bits: Vec<u8> = bytes.chunks(WORD).flat_map(bits_of).collect();
    bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// Moves elements from the bytes of a payload to those of the file. `payload` and `file` are the lengths of the two.
pub(super) fn place(elements: &mut [Element], payload: usize, file: usize) {
    let mut personal = vec![false; payload];
    elements.iter().for_each(|element| mark(element, &mut personal));
    let places = Places { personal, file };
    elements.iter_mut().for_each(|element| places.move_element(element));
}

/// Notes which bytes hold personal values; tags and lengths in front of them do not.
fn mark(element: &Element, personal: &mut [bool]) {
    if element.children.is_empty() {
        let bytes = personal.get_mut(element.value_range()).unwrap_or_default();
        bytes.iter_mut().for_each(|byte| *byte |= element.personal);
    }
    element.children.iter().for_each(|child| mark(child, personal));
}

/// Where bytes of a payload are in the file.
struct Places {
    personal: Vec<bool>,
    file: usize,
}

impl Places {
    fn move_element(&self, element: &mut Element) {
        let (start, end) = (element.range.start, element.range.end);
        let content = self.at(start + element.header);
        element.range = self.at(start)..self.at(end);
        element.header = content.saturating_sub(element.range.start).min(element.range.len());
        element.children.iter_mut().for_each(|child| self.move_element(child));
    }

    /// The byte of the file at which a byte of the payload begins.
    fn at(&self, byte: usize) -> usize {
        if byte >= self.personal.len() {
            return self.file;
        }
        let Some(before) = byte.checked_sub(1) else { return 0 };
        let is_shared = byte_of_bit(byte * 8 - 1) == byte_of_bit(byte * 8);
        let is_personal = |byte: usize| self.personal.get(byte).copied().unwrap_or(false);
        let give_up = is_shared && is_personal(before) && !is_personal(byte);
        byte_of_bit(byte * 8) + usize::from(give_up)
    }
}

/// The byte of the file that has a bit of the payload.
fn byte_of_bit(bit: usize) -> usize {
    (bit + FLAGS * (bit / PAYLOAD + 1)) / 8
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{
        super::super::map::{Author, Origin},
        Element, pack, place, room, unpack,
    };

    fn element(range: std::ops::Range<usize>, personal: bool, children: Vec<Element>) -> Element {
        let (name, value, source) = (String::new(), String::new(), "".into());
        let (origin, author) = (Origin::Invented, Author::Layout);
        Element { name, range, header: 0, value, origin, source, personal, author, written: 0..0, children }
    }

    #[test]
    fn the_public_example_is_decoded_as_its_author_did() {
        // FFFF D 50240843 FF... [STACK-17608930 words]
        let words = hex!("3FFFF540 240843FF 3FFFFFFF 3FFFFFFF 3FFFFFF8");
        let payload = unpack(&words);
        assert_eq!(payload, hex!("FFFF D5024084 3F FFFFFFFFFFFFFFFFFFFFFF"));
        assert_eq!((room(5), payload.len()), (18, 18));
        // Its last word goes on with what stands behind it.
        assert_eq!(pack(&[&payload[..], &hex!("E0")].concat(), 5), words);
    }

    #[test]
    fn a_shared_byte_goes_with_the_one_that_is_personal() {
        // Byte 3 of the file has the end of byte 2 of the payload and the beginning of byte 3.
        let ranges = |first: bool, second: bool| {
            let mut elements = vec![element(0..3, first, vec![]), element(3..7, second, vec![])];
            place(&mut elements, 7, 8);
            elements.into_iter().map(|element| element.range).collect::<Vec<_>>()
        };
        assert_eq!(ranges(false, false), [0..3, 3..8]);
        assert_eq!(ranges(true, true), [0..3, 3..8]);
        assert_eq!(ranges(false, true), [0..3, 3..8]);
        assert_eq!(ranges(true, false), [0..4, 4..8]);
    }

    proptest! {
        #[test]
        fn words_give_their_payload_back(payload in proptest::collection::vec(any::<u8>(), 0..200), more in 0_usize..4) {
            let words = (payload.len() * 8).div_ceil(30) + more;
            let packed = pack(&payload, words);
            prop_assert_eq!(packed.len(), words * 4);
            prop_assert!(packed.chunks(4).all(|word| word[0] >> 6 == 0));
            let unpacked = unpack(&packed);
            prop_assert_eq!(unpacked.len(), room(words));
            prop_assert_eq!(&unpacked[..payload.len()], &payload[..]);
            prop_assert!(unpacked[payload.len()..].iter().all(|&byte| byte == 0xFF));
        }

        #[test]
        fn all_words_without_flags_come_back(words in proptest::collection::vec(0_u32..1 << 30, 0..8)) {
            // Four words have 15 bytes of payload, so a whole number of fours loses nothing.
            let words: Vec<u8> = words.chunks_exact(4).flatten().flat_map(|word| word.to_be_bytes()).collect();
            prop_assert_eq!(pack(&unpack(&words), words.len() / 4), words);
        }

        #[test]
        fn no_bytes_are_too_few(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(unpack(&bytes).len() <= bytes.len());
        }

        #[test]
        fn placed_elements_leave_no_gaps_and_hide_what_is_personal(
            lengths in proptest::collection::vec((1_usize..6, any::<bool>()), 1..12),
            more in 0_usize..8,
        ) {
            let (mut start, mut elements) = (0, Vec::new());
            for &(length, personal) in &lengths {
                elements.push(element(start..start + length, personal, vec![]));
                start += length;
            }
            let before = elements.clone();
            let file = (start * 8).div_ceil(30) * 4 + more;
            let mut parent = vec![element(0..start, false, elements)];
            place(&mut parent, start, file);
            prop_assert_eq!(parent[0].range.clone(), 0..file);
            let after = &parent[0].children;
            prop_assert!(after.windows(2).all(|pair| pair[0].range.end == pair[1].range.start));
            for (before, after) in before.iter().zip(after).filter(|(before, _)| before.personal) {
                // Every bit of a personal byte is in an element that is personal.
                for bit in before.range.start * 8..before.range.end * 8 {
                    let byte = super::byte_of_bit(bit);
                    let owner = parent[0].children.iter().find(|child| child.range.contains(&byte));
                    prop_assert!(owner.is_some_and(|owner| owner.personal), "{after:?}");
                }
            }
        }
    }
}
