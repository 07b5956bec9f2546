//! What holds for every chip that a layout and a card file make.

use std::ops::Range;

use virtuale::profile::{
    layout::{Decoded, Layout},
    map::{CardMap, Element, FileMap, Origin},
};
use virtuale_engine::{
    Card, Fault, Interface,
    image::{ChipImage, FileKind},
};

/// Each file decodes to what was coded, every byte of it is explained once, and the chip answers to a reset.
pub(super) fn check(layout: &Layout, image: &ChipImage, map: &CardMap, mut card: impl Card) {
    let contents = image.files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    assert_eq!(contents.clone().count(), map.files.len(), "a file without a map");
    for (content, file) in contents.zip(&map.files) {
        let decoded = decode(layout, &content.kind, file);
        check_elements(&file.elements, file.size);
        // Records that the file does not have yet are not there to be decoded.
        let end = decoded.elements.last().map_or(0, |last| last.range.end);
        let has_records = matches!(content.kind, FileKind::Records { .. });
        let is_there = |element: &&Element| !has_records || element.range.end <= end;
        let coded: Vec<Element> = file.elements.iter().filter(is_there).cloned().collect();
        let (decoded, coded) = (places(&decoded.elements), places(&coded));
        let differ = decoded.iter().zip(&coded).find(|(decoded, coded)| decoded != coded);
        assert!(differ.is_none() && decoded.len() == coded.len(), "{} decodes otherwise: {differ:?}", file.name);
    }
    let powered = card.power_up(Interface::Contact);
    // A chip may be a dead one.
    assert!(matches!(powered, Ok(()) | Err(Fault::Mute)), "{powered:?}");
}

/// Which bytes stand for what, at all levels. Of several of a kind only the coding side knows whose each is, so names
/// are not compared.
fn places<'a>(elements: &'a [Element]) -> Vec<(Range<usize>, &'a str, Origin)> {
    let place = |element: &'a Element| (element.range.clone(), element.value.as_str(), element.origin);
    elements.iter().flat_map(|element| [vec![place(element)], places(&element.children)].concat()).collect()
}

fn decode(layout: &Layout, kind: &FileKind, file: &FileMap) -> Decoded {
    let decoded = match kind {
        FileKind::Directory(_) => None,
        FileKind::Transparent { content, size, .. } => {
            let mut bytes = content.bytes().to_vec();
            bytes.resize(*size, 0);
            layout.decode(&file.name, &bytes)
        }
        FileKind::Records { content, .. } => {
            let records: Vec<&[u8]> = content.iter().map(Vec::as_slice).collect();
            layout.decode_records(&file.name, &records)
        }
    };
    decoded.unwrap_or_else(|| panic!("no file {}", file.name))
}

/// The elements of a file stand one behind the other, from its first byte to its last, and their parts inside of them.
pub(super) fn check_elements(elements: &[Element], size: usize) {
    let mut end = 0;
    for element in elements {
        assert_eq!(element.range.start, end, "{} leaves a gap", element.name);
        end = element.range.end;
    }
    assert_eq!(end, size, "the end of the file is not explained");
    check_parts(elements, 0..size);
}

fn check_parts(elements: &[Element], room: Range<usize>) {
    let mut start = room.start;
    for element in elements {
        let Range { start: first, end } = element.range;
        assert!(start <= first && first <= end && end <= room.end, "{} stands elsewhere", element.name);
        start = end;
        check_parts(&element.children, element.range.clone());
    }
}
