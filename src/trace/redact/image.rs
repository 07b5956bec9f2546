//! The files of the original card as far as a trace has read them, and what becomes of each byte.

use std::collections::HashMap;

use super::check::Needles;
use crate::profile::{
    Profile,
    map::{Element, FileMap, UNEXPLAINED, UNUSED},
};

/// The files that were read, card by card.
#[derive(Debug, Default)]
pub(super) struct Images {
    images: Vec<Image>,
    /// Where the image of a card's file is.
    places: HashMap<(usize, usize), usize>,
    /// Which card is in the slot; another one after each `insert FILE`.
    card: usize,
}

/// What was read of a file.
#[derive(Debug)]
struct Image {
    file: usize,
    bytes: Vec<Known>,
}

/// What is known of a byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Known {
    Nothing,
    Byte(u8),
    /// It changed: nothing that a layout says of one value holds of the other.
    Several,
}

/// What becomes of the bytes of a file.
#[derive(Debug)]
pub(super) struct Treated {
    fates: Vec<Fate>,
}

/// What becomes of a byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// It becomes a wildcard.
    Wild,
    /// It stays, or becomes another one.
    Byte(u8),
}

impl Images {
    /// Another card has come into the slot.
    pub(super) fn next_card(&mut self) {
        self.card += 1;
    }

    /// Notes bytes of a file; says which image they are in.
    pub(super) fn add(&mut self, file: usize, offset: usize, bytes: &[u8]) -> usize {
        let index = *self.places.entry((self.card, file)).or_insert(self.images.len());
        if index == self.images.len() {
            self.images.push(Image { file, bytes: Vec::new() });
        }
        if let Some(image) = self.images.get_mut(index) {
            image.add(offset, bytes);
        }
        index
    }

    /// Decides on every byte, and notes the personal values as what must not be found again.
    pub(super) fn treat(&self, profile: &Profile, needles: &mut Needles) -> Vec<Treated> {
        needles.know(profile.map());
        self.images.iter().map(|image| image.treat(profile, needles)).collect()
    }
}

impl Image {
    fn add(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            // An offset alone, which may be any number, makes no file.
            return;
        }
        let end = offset.saturating_add(bytes.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, Known::Nothing);
        }
        for (known, &byte) in self.bytes.iter_mut().skip(offset).zip(bytes) {
            *known = match *known {
                Known::Nothing => Known::Byte(byte),
                Known::Byte(before) if before == byte => Known::Byte(byte),
                _ => Known::Several,
            };
        }
    }

    /// The bytes from the first on, as far as they are known.
    fn beginning(&self) -> Vec<u8> {
        let byte = |known: &Known| match known {
            Known::Byte(byte) => Some(*byte),
            _ => None,
        };
        self.bytes.iter().map_while(byte).collect()
    }

    fn treat(&self, profile: &Profile, needles: &mut Needles) -> Treated {
        let mut treated = Treated { fates: vec![Fate::Wild; self.bytes.len()] };
        let bytes = self.beginning();
        let Some(file) = profile.map().files.get(self.file) else { return treated };
        let Some(decoded) = profile.layout().decode(&file.name, &bytes) else { return treated };
        let invented = content(profile, file);
        let mut work = Work { file: &file.name, bytes: &bytes, invented: &invented, treated: &mut treated, needles };
        for (element, twin) in pairs(&decoded.elements, &file.elements) {
            work.element(element, twin, false);
        }
        treated
    }
}

impl Treated {
    /// What becomes of the byte at an offset of the file.
    pub(super) fn fate(&self, offset: usize) -> Fate {
        self.fates.get(offset).copied().unwrap_or(Fate::Wild)
    }

    /// The pieces of the file that are no wildcards.
    pub(super) fn pieces(&self) -> Vec<Vec<u8>> {
        let pieces = self.fates.split(|&fate| fate == Fate::Wild).filter(|piece| !piece.is_empty());
        let byte = |fate: &Fate| match fate {
            Fate::Byte(byte) => Some(*byte),
            Fate::Wild => None,
        };
        pieces.map(|piece| piece.iter().filter_map(byte).collect()).collect()
    }

    fn set(&mut self, offset: usize, byte: u8) {
        if let Some(fate) = self.fates.get_mut(offset) {
            *fate = Fate::Byte(byte);
        }
    }
}

/// Deciding on the bytes of one file.
struct Work<'a> {
    file: &'a str,
    bytes: &'a [u8],
    /// The same file of the invented card.
    invented: &'a [u8],
    treated: &'a mut Treated,
    needles: &'a mut Needles,
}

impl Work<'_> {
    /// Decides on an element, given the one of the invented card that stands in for it.
    fn element(&mut self, element: &Element, twin: Option<&Element>, personal: bool) {
        let personal = personal || element.personal;
        let value = element.value_range();
        match element.name.as_str() {
            UNEXPLAINED => {}
            UNUSED => self.unused(element),
            _ if !element.children.is_empty() => {
                self.keep(element.range.start..value.start);
                let twins = twin.map_or(&[][..], |twin| twin.children.as_slice());
                for (child, twin) in pairs(&element.children, twins) {
                    self.element(child, twin, personal);
                }
            }
            _ => {
                self.keep(element.range.start..value.start);
                if personal {
                    let raw = self.bytes.get(value.clone()).unwrap_or_default();
                    self.needles.add(&format!("{} of {}", element.name, self.file), &element.value, raw);
                    self.replace(value, twin);
                } else {
                    self.keep(value);
                }
            }
        }
    }

    fn keep(&mut self, range: std::ops::Range<usize>) {
        for offset in range {
            if let Some(&byte) = self.bytes.get(offset) {
                self.treated.set(offset, byte);
            }
        }
    }

    /// What holds nothing stays if it says nothing.
    fn unused(&mut self, element: &Element) {
        let bytes = self.bytes.get(element.range.clone()).unwrap_or_default();
        let empty = [0x00, 0xFF].iter().any(|fill| bytes.iter().all(|byte| byte == fill));
        if empty {
            self.keep(element.range.clone());
        }
    }

    fn replace(&mut self, value: std::ops::Range<usize>, twin: Option<&Element>) {
        let invented = twin.and_then(|twin| self.invented.get(twin.value_range())).unwrap_or_default();
        for (offset, byte) in value.clone().zip(fitted(invented, value.len())) {
            self.treated.set(offset, byte);
        }
    }
}

/// A value made as long as it has to be: cut, or filled with blanks if it is text, else repeated.
fn fitted(value: &[u8], length: usize) -> impl Iterator<Item = u8> {
    let is_text = value.iter().any(u8::is_ascii_alphabetic) && value.iter().all(|&byte| byte >= b' ');
    let filled = value.iter().copied().chain(std::iter::repeat_n(b' ', if is_text { length } else { 0 }));
    let times = if value.is_empty() { 0 } else { length.div_ceil(value.len()) };
    let repeated = value.iter().copied().cycle().take(if is_text { 0 } else { times * value.len() });
    filled.take(if is_text { length } else { 0 }).chain(repeated).take(length)
}

/// Each element with the one of the invented card that has its name; where that card has fewer of a kind, they serve
/// again.
fn pairs<'e>(elements: &'e [Element], twins: &'e [Element]) -> Vec<(&'e Element, Option<&'e Element>)> {
    let twin_of = |element: &Element| {
        let same = twins.iter().find(|twin| twin.name == element.name);
        let kin: Vec<&Element> = twins.iter().filter(|twin| kind(twin) == kind(element)).collect();
        same.or_else(|| kin.get(number(element).checked_rem(kin.len())?).copied())
    };
    elements.iter().map(|element| (element, twin_of(element))).collect()
}

/// `beneficiaire` of `beneficiaire 2`.
fn kind(element: &Element) -> &str {
    element.name.trim_end_matches(|character: char| character.is_ascii_digit()).trim_end()
}

/// 2 of `beneficiaire 2`; 0 without a number.
fn number(element: &Element) -> usize {
    element.name.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The bytes of a file of the invented card.
fn content(profile: &Profile, file: &FileMap) -> Vec<u8> {
    use virtuale_engine::image::FileKind;
    let files = &profile.image().files;
    let path_of = |mut index: usize| {
        let mut path = Vec::new();
        // A parent comes before its children, so this ends.
        while let Some(image) = files.get(index) {
            path.push(image.fid.to_string());
            match image.parents.first() {
                Some(parent) if parent.0 < index => index = parent.0,
                _ => break,
            }
        }
        path.reverse();
        path.join("/")
    };
    let found = (0..files.len()).find(|&index| path_of(index) == file.path);
    match found.and_then(|index| files.get(index)).map(|image| &image.kind) {
        Some(FileKind::Transparent { content, .. }) => content.clone(),
        _ => Vec::new(),
    }
}
