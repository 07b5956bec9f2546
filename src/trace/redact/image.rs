//! The files of the original card as far as a trace has read them, and what becomes of each byte.
//!
//! A byte that nobody says to be about no person becomes a wildcard. That the layout has something at its place is not
//! enough: what the layout writes itself must be what it writes.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use super::{check::Needles, ways::SHORTEST};
use crate::profile::{
    Profile,
    map::{Author, Element, FileMap, UNEXPLAINED, UNUSED},
};

/// Of how many states of a file that changes the values are looked for.
const MOST_STATES: usize = 64;

/// The files of one slot as far as they were read. Only those of the card that is in it are kept as bytes.
#[derive(Debug)]
pub(super) struct Images<'p> {
    profile: &'p Profile,
    /// By file of the map.
    images: BTreeMap<usize, Image>,
    /// Which card they are of.
    card: usize,
    /// Those of the cards before.
    files: Files,
}

/// What becomes of the files of a slot, by card and file.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<(usize, usize), Treated>);

/// What was read of a file.
#[derive(Debug, Default)]
struct Image {
    bytes: Vec<Known>,
    /// What was read last of each byte.
    last: Vec<Option<u8>>,
    /// How often a byte changed after all was looked at.
    states: usize,
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
    /// It stays.
    Byte(u8),
    /// It becomes that of the invented card, or is the same there.
    Invented(u8),
}

impl<'p> Images<'p> {
    /// Begins before the first read, of files that the layout of the invented card explains.
    pub(super) fn new(profile: &'p Profile) -> Self {
        Self { profile, images: BTreeMap::new(), card: 0, files: Files::default() }
    }

    /// Says which card is in the slot. If it is another one, what becomes of the files of the one before is decided.
    pub(super) fn card_is(&mut self, card: usize, needles: &mut Needles) {
        if card == self.card {
            return;
        }
        for (index, image) in std::mem::take(&mut self.images) {
            if let Some(file) = self.profile.map().files.get(index) {
                self.files.0.insert((self.card, index), image.treat(self.profile, index, file, needles));
            }
        }
        self.card = card;
    }

    /// Decides on every byte. All personal values have been noted then as what must not be found again.
    pub(super) fn into_files(mut self, needles: &mut Needles) -> Files {
        self.card_is(usize::MAX, needles);
        self.files
    }

    /// Notes bytes of a file.
    pub(super) fn add(&mut self, file: usize, offset: usize, bytes: &[u8], needles: &mut Needles) {
        let Some(map) = self.profile.map().files.get(file) else { return };
        let image = self.images.entry(file).or_default();
        if image.is_changed_by(offset, bytes) && image.states < MOST_STATES {
            image.states += 1;
            image.look_at_last(self.profile, map, needles);
        }
        image.add(offset, bytes);
    }

    /// Notes a record of a file. Records are in no image: those of the original card may have other lengths than those
    /// of the invented one, and stand elsewhere.
    pub(super) fn add_record(&self, file: usize, bytes: &[u8], needles: &mut Needles) {
        let Some(file) = self.profile.map().files.get(file) else { return };
        let decoded = self.profile.layout().decode_records(&file.name, &[bytes]);
        for element in decoded.iter().flat_map(|decoded| &decoded.elements) {
            note(element, &file.name, bytes, false, needles);
        }
    }
}

impl Files {
    /// What becomes of a file of a card; of one that was not read nothing stays.
    pub(super) fn of(&self, card: usize, file: usize) -> &Treated {
        const UNREAD: &Treated = &Treated { fates: Vec::new() };
        self.0.get(&(card, file)).unwrap_or(UNREAD)
    }

    /// One file with these bytes and holes.
    #[cfg(test)]
    pub(super) fn of_bytes(bytes: impl Iterator<Item = Option<u8>>) -> Self {
        let fates = bytes.map(|byte| byte.map_or(Fate::Wild, Fate::Byte)).collect();
        Self(BTreeMap::from([((0, 0), Treated { fates })]))
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Treated> {
        self.0.values()
    }
}

/// Notes the personal values of an element as what must not be found again.
fn note(element: &Element, file: &str, bytes: &[u8], personal: bool, needles: &mut Needles) {
    let personal = personal || element.personal;
    if element.children.is_empty()
        && personal
        && element.name != UNEXPLAINED
        && let Some(raw) = bytes.get(element.value_range())
        && !is_of_structure(element, raw)
    {
        needles.add(&format!("{} of {file}", element.name), &element.value, raw);
    }
    element.children.iter().for_each(|child| note(child, file, bytes, personal, needles));
}

/// Whether code built an element that holds so few bytes that they are a part of how it builds: a flag, a version, a
/// number of an extension. They stand in any object, and what looks like digits of them is none.
fn is_of_structure(element: &Element, raw: &[u8]) -> bool {
    element.author == Author::Code && raw.len() < SHORTEST && element.value == hex::encode_upper(raw)
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
            self.last.resize(end, None);
        }
        self.last.iter_mut().skip(offset).zip(bytes).for_each(|(last, &byte)| *last = Some(byte));
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

    /// Whether bytes differ from those that were read before.
    fn is_changed_by(&self, offset: usize, bytes: &[u8]) -> bool {
        self.last.iter().skip(offset).zip(bytes).any(|(last, byte)| last.is_some_and(|last| last != *byte))
    }

    /// Notes the values that stand in the file as it was read last. An object of which only the beginning was read is
    /// taken for whole, so that the values are seen which are.
    fn look_at_last(&self, profile: &Profile, file: &FileMap, needles: &mut Needles) {
        let mut bytes: Vec<u8> = self.last.iter().map_while(|byte| *byte).collect();
        let known = bytes.len();
        let mut look = |bytes: &[u8]| {
            for element in profile.layout().decode(&file.name, bytes).iter().flat_map(|decoded| &decoded.elements) {
                note(element, &file.name, bytes.get(..known).unwrap_or(bytes), false, needles);
            }
        };
        look(&bytes);
        if known < file.size {
            bytes.resize(file.size, 0);
            look(&bytes);
        }
    }

    fn treat(&self, profile: &Profile, index: usize, file: &FileMap, needles: &mut Needles) -> Treated {
        self.look_at_last(profile, file, needles);
        let bytes = self.beginning();
        let mut treated = Treated { fates: vec![Fate::Wild; bytes.len()] };
        let Some(decoded) = profile.layout().decode(&file.name, &bytes) else { return treated };
        let invented = content(profile, index);
        let mut work = Work { bytes: &bytes, invented: &invented, treated: &mut treated };
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

    /// What is left of the file: its bytes, with holes where they are wildcards.
    pub(super) fn bytes(&self) -> impl Iterator<Item = Option<u8>> {
        self.fates.iter().map(|fate| match fate {
            Fate::Byte(byte) | Fate::Invented(byte) => Some(*byte),
            Fate::Wild => None,
        })
    }

    /// The same without what the invented card says as well.
    pub(super) fn own_bytes(&self) -> impl Iterator<Item = Option<u8>> {
        self.fates.iter().map(|fate| match fate {
            Fate::Byte(byte) => Some(*byte),
            Fate::Invented(_) | Fate::Wild => None,
        })
    }

    fn set(&mut self, offset: usize, fate: Fate) {
        if let Some(known) = self.fates.get_mut(offset) {
            *known = fate;
        }
    }
}

/// Deciding on the bytes of one file.
struct Work<'a> {
    bytes: &'a [u8],
    /// The same file of the invented card.
    invented: &'a [u8],
    treated: &'a mut Treated,
}

impl Work<'_> {
    /// Decides on an element, given the one of the invented card that stands in for it.
    fn element(&mut self, element: &Element, twin: Option<&Element>, personal: bool) {
        let personal = personal || element.personal;
        let value = element.value_range();
        match element.name.as_str() {
            UNEXPLAINED => return,
            UNUSED => return self.unused(element),
            _ => {}
        }
        let twin_header = twin.map_or(0..0, |twin| twin.range.start..twin.value_range().start);
        let header = element.range.start..value.start;
        match element.author {
            // Its tag is one of the layout's, and its length is that of its value.
            Author::CardFile | Author::Layout => self.keep(header),
            // Objects that code builds may have any tag.
            Author::Code => self.keep_the_same(header, twin_header),
        }
        if !element.children.is_empty() {
            let twins = twin.map_or(&[][..], |twin| twin.children.as_slice());
            for (child, twin) in pairs(&element.children, twins) {
                self.element(child, twin, personal);
            }
            return;
        }
        match element.author {
            _ if personal => self.replace(value, twin),
            Author::CardFile => self.keep(value),
            // What the layout or code writes, they write on the invented card, too. Anything else in its place may be
            // about anybody.
            Author::Layout | Author::Code => self.keep_the_same(value, twin.map_or(0..0, Element::value_range)),
        }
    }

    fn keep(&mut self, range: Range<usize>) {
        for offset in range {
            if let Some(&byte) = self.bytes.get(offset) {
                self.treated.set(offset, Fate::Byte(byte));
            }
        }
    }

    /// Keeps the bytes that the invented card has as well at their place.
    fn keep_the_same(&mut self, range: Range<usize>, twin: Range<usize>) {
        let own = self.bytes.get(range.clone()).unwrap_or_default();
        let invented = self.invented.get(twin).unwrap_or_default();
        if own.len() != invented.len() {
            return;
        }
        for ((offset, byte), invented) in range.zip(own).zip(invented) {
            if byte == invented {
                self.treated.set(offset, Fate::Invented(*byte));
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

    fn replace(&mut self, value: Range<usize>, twin: Option<&Element>) {
        let invented = twin.and_then(|twin| self.invented.get(twin.value_range())).unwrap_or_default();
        for (offset, byte) in value.clone().zip(fitted(invented, value.len())) {
            self.treated.set(offset, Fate::Invented(byte));
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

/// Each element with the one of the invented card that has its name: the first of a name with the first, and so on.
/// Where that card has fewer of a kind, they serve again.
fn pairs<'e>(elements: &'e [Element], twins: &'e [Element]) -> Vec<(&'e Element, Option<&'e Element>)> {
    let mut named: HashMap<&str, Vec<&Element>> = HashMap::new();
    let mut kin: HashMap<&str, Vec<&Element>> = HashMap::new();
    for twin in twins {
        named.entry(&twin.name).or_default().push(twin);
        kin.entry(kind(twin)).or_default().push(twin);
    }
    let mut met: HashMap<&str, usize> = HashMap::new();
    let mut twin_of = |element: &'e Element| {
        let before = met.entry(&element.name).or_default();
        let same = named.get(element.name.as_str()).and_then(|same| same.get(*before % same.len()).copied());
        *before += 1;
        same.or_else(|| {
            let kin = kin.get(kind(element))?;
            kin.get(number(element).checked_rem(kin.len())?).copied()
        })
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

/// The bytes of a file of the invented card, by its place in the map; none of one that has records.
pub(super) fn content(profile: &Profile, file: usize) -> Vec<u8> {
    use virtuale_engine::image::FileKind;
    let mut elementary =
        profile.image().files.iter().map(|file| &file.kind).filter(|kind| !matches!(kind, FileKind::Directory(_)));
    match elementary.nth(file) {
        Some(FileKind::Transparent { content, .. }) => content.bytes().to_vec(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn a_value_is_made_as_long_as_it_has_to_be() {
        let fit = |value: &[u8], length| fitted(value, length).collect::<Vec<u8>>();
        assert_eq!(fit(b"DURAND", 3), b"DUR");
        assert_eq!(fit(b"DURAND", 9), b"DURAND   ", "text ends in blanks");
        assert_eq!(fit(b"0123", 6), b"012301", "digits do not");
        assert_eq!(fit(&[0x12, 0x34], 5), [0x12, 0x34, 0x12, 0x34, 0x12]);
        assert_eq!(fit(b"A\x01", 5), b"A\x01A\x01A", "nor do bytes that are no text");
        assert_eq!(fit(b"", 3), b"");
    }
}
