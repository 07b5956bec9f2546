//! How a zone is coded [MEDINTUX-SSV coding]: groups one after the other, each its number, its length and its fields;
//! a field is its length and its bytes. Lengths are those of BER, in their shortest form.
//!
//! What a field means is not asked here, nor how many of them a group has: an unknown group is read like any other.
//! The rule that this file upholds: [`Zone::parse`] takes any bytes, in one pass, and [`Zone::to_bytes`] gives what
//! it took.

use std::{collections::BTreeMap, fmt};

use virtuale_engine::tlv::{Forms, LengthField, TlvErrorKind, read_length};

use super::error::{ZoneError, ZoneErrorKind};
use crate::profile::said::Bilingual;

/// The most bytes of a file that is read as a zone: some hundred times those of the largest that was seen.
pub const LONGEST: usize = 1 << 20;

/// The bytes of a group's number.
const NUMBER: usize = 2;

/// Groups in their order. None at all are a zone too: one of no bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Zone {
    /// The groups, known or not.
    pub groups: Vec<Group>,
}

/// A group: which it is, and its fields. The position of a field is its number, from 1; one that says nothing is
/// empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Group {
    /// Its number: 101 is the insured's.
    pub number: u16,
    /// The bytes of its fields, as they are. The coding has room for 65,535 of them in a group, lengths included; a
    /// group with more would be written with a length that [`Zone::parse`] does not take.
    pub fields: Vec<Vec<u8>>,
}

/// A place in a zone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// The byte, from 0.
    pub position: usize,
    /// The number of the group that it belongs to, if that could be read.
    pub group: Option<u16>,
    /// Which occurrence of the group that is, from 1: the count of the same number since the start; 0 without a
    /// group.
    pub occurrence: usize,
    /// The number of the field, from 1; `None` where it is about the group.
    pub field: Option<usize>,
}

/// A group of a zone with its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'z> {
    /// Where its number stands.
    pub place: Place,
    /// The group.
    pub group: &'z Group,
}

impl Zone {
    /// Reads a zone.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] with the place of the first length or number that cannot be: one that is cut off, that reaches
    /// beyond its group or the zone, or that is written in another form than the shortest of one, two (`81`) or three
    /// (`82`) bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ZoneError> {
        let (mut groups, mut occurrences, mut position) = (Vec::new(), BTreeMap::new(), 0);
        while let Some(rest) = bytes.get(position..).filter(|rest| !rest.is_empty()) {
            let at = Place { position, ..Place::default() };
            let number = rest.first_chunk::<NUMBER>().ok_or(ZoneErrorKind::Number.at(at))?;
            let number = u16::from_be_bytes(*number);
            let occurrence: &mut usize = occurrences.entry(number).or_default();
            *occurrence += 1;
            let at = Place { position: position + NUMBER, group: Some(number), occurrence: *occurrence, field: None };
            let (body, start) =
                sized(bytes, at, bytes.len(), |length, left| ZoneErrorKind::BeyondZone { length, left })?;
            let end = start + body.len();
            let (mut fields, mut next) = (Vec::new(), start);
            while next < end {
                let at = Place { position: next, field: Some(fields.len() + 1), ..at };
                let beyond = |length, left| ZoneErrorKind::BeyondGroup { length, left };
                let (field, start) = sized(bytes, at, end, beyond)?;
                next = start + field.len();
                fields.push(field.to_vec());
            }
            groups.push(Group { number, fields });
            position = end;
        }
        Ok(Self { groups })
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for group in &self.groups {
            bytes.extend(group.number.to_be_bytes());
            bytes.extend_from_slice(LengthField::of(group.length()).as_bytes());
            for field in &group.fields {
                bytes.extend_from_slice(LengthField::of(field.len()).as_bytes());
                bytes.extend_from_slice(field);
            }
        }
        bytes
    }

    /// The groups with their places in [`Zone::to_bytes`].
    pub fn placed(&self) -> impl Iterator<Item = Placed<'_>> {
        let (mut position, mut occurrences) = (0, BTreeMap::new());
        self.groups.iter().map(move |group| {
            let occurrence: &mut usize = occurrences.entry(group.number).or_default();
            *occurrence += 1;
            let place = Place { position, group: Some(group.number), occurrence: *occurrence, field: None };
            position += NUMBER + coded(group.length());
            Placed { place, group }
        })
    }
}

impl Group {
    /// The bytes of its fields with their lengths.
    fn length(&self) -> usize {
        self.fields.iter().map(|field| coded(field.len())).sum()
    }
}

impl<'z> Placed<'z> {
    /// The byte behind the group.
    #[must_use]
    pub fn end(&self) -> usize {
        self.place.position + NUMBER + coded(self.group.length())
    }

    /// The fields with their places: that of a field is where its length stands.
    pub fn fields(&self) -> impl Iterator<Item = (Place, &'z [u8])> + use<'z> {
        let place = self.place;
        let mut position = place.position + NUMBER + LengthField::of(self.group.length()).as_bytes().len();
        self.group.fields.iter().enumerate().map(move |(index, field)| {
            let place = Place { position, field: Some(index + 1), ..place };
            position += coded(field.len());
            (place, &**field)
        })
    }
}

impl Place {
    /// It in words: `byte 37 (group 104, occurrence 2, field 5)`.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let Self { position, occurrence, .. } = self;
        let (en, fr) = match (self.group, self.field) {
            (None, _) => (String::new(), String::new()),
            (Some(group), None) => (
                format!(" (group {group}, occurrence {occurrence})"),
                format!(" (groupe {group}, occurrence {occurrence})"),
            ),
            (Some(group), Some(field)) => (
                format!(" (group {group}, occurrence {occurrence}, field {field})"),
                format!(" (groupe {group}, occurrence {occurrence}, champ {field})"),
            ),
        };
        Bilingual::new(format!("byte {position}{en}"), format!("octet {position}{fr}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said())
    }
}

/// How many bytes so many take with their length.
pub(super) fn coded(length: usize) -> usize {
    LengthField::of(length).as_bytes().len() + length
}

/// The bytes whose length stands at a place, and where they begin; `end` is that of what they are in.
fn sized(
    bytes: &[u8],
    at: Place,
    end: usize,
    beyond: impl Fn(usize, usize) -> ZoneErrorKind,
) -> Result<(&[u8], usize), ZoneError> {
    let rest = bytes.get(at.position..end).unwrap_or_default();
    let length = read_length(rest, Forms::Shortest).map_err(|error| {
        let first = rest.first().copied();
        match (error, first) {
            (_, None) => ZoneErrorKind::NoLength.at(at),
            (TlvErrorKind::Truncated, Some(_)) => ZoneErrorKind::Length.at(at),
            (_, Some(first @ (0x81 | 0x82))) => ZoneErrorKind::LongLength(first).at(at),
            (_, Some(first)) => ZoneErrorKind::Form(first).at(at),
        }
    })?;
    let start = at.position + length.bytes;
    let left = end - start;
    let found = bytes.get(start..start.saturating_add(length.value)).filter(|_| length.value <= left);
    found.map(|found| (found, start)).ok_or_else(|| beyond(length.value, left).at(at))
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Group, Place, Zone, ZoneErrorKind};
    use crate::profile::reading::is_zone;

    fn group(number: u16, fields: &[&[u8]]) -> Group {
        Group { number, fields: fields.iter().map(|field| field.to_vec()).collect() }
    }

    #[test]
    fn groups_stand_one_after_the_other_and_fields_have_no_tags() {
        let bytes = hex!("0069 0E 0C323032363031303130303030 00 FFFF 00 0069 02 00 00");
        let zone = Zone::parse(&bytes).expect("three groups");
        assert_eq!(zone.groups, [group(105, &[b"202601010000", b""]), group(0xFFFF, &[]), group(105, &[b"", b""])]);
        assert_eq!(zone.to_bytes(), bytes);
        assert_eq!(Zone::parse(&[]).expect("no groups"), Zone::default());
    }

    #[test]
    fn long_lengths_are_written_in_their_shortest_form() {
        for (length, head) in [(0x7D, &hex!("7E 7D")[..]), (0x7E, &hex!("7F 7E")), (0x7F, &hex!("8180 7F"))] {
            let bytes = [&hex!("0001")[..], head, &vec![b'A'; length]].concat();
            assert_eq!(Zone::parse(&bytes).map(|zone| zone.to_bytes()), Ok(bytes));
        }
        let long = Zone { groups: vec![group(104, &[&[b'A'; 0x100]])] };
        assert_eq!(long.to_bytes()[..8], hex!("0068 820103 820100"));
        assert_eq!(Zone::parse(&long.to_bytes()), Ok(long));
    }

    #[test]
    fn places_are_those_of_the_bytes() {
        let zone = Zone::parse(&hex!("0001 02 0130 0002 03 00 0131 0002 02 0132")).expect("three groups");
        let places: Vec<_> = zone.placed().flat_map(|placed| placed.fields().map(|(place, _)| place)).collect();
        let place =
            |position, group, occurrence, field| Place { position, group: Some(group), occurrence, field: Some(field) };
        assert_eq!(places, [place(3, 1, 1, 1), place(8, 2, 1, 1), place(9, 2, 1, 2), place(14, 2, 2, 1)]);
        assert_eq!(zone.placed().map(|placed| placed.place.position).collect::<Vec<_>>(), [0, 5, 11]);
    }

    #[test]
    fn what_cannot_be_is_told_with_its_place() {
        let in_field = "(group 104, occurrence 1, field 2)";
        for (bytes, kind, position, place) in [
            (&hex!("00")[..], ZoneErrorKind::Number, 0, ""),
            (&hex!("0068"), ZoneErrorKind::NoLength, 2, "(group 104, occurrence 1)"),
            (&hex!("0068 81"), ZoneErrorKind::Length, 2, "(group 104, occurrence 1)"),
            (&hex!("0068 02 00"), ZoneErrorKind::BeyondZone { length: 2, left: 1 }, 2, "(group 104, occurrence 1)"),
            (&hex!("0068 02 00 01"), ZoneErrorKind::BeyondGroup { length: 1, left: 0 }, 4, in_field),
            (&hex!("0068 02 00 01 0068"), ZoneErrorKind::BeyondGroup { length: 1, left: 0 }, 4, in_field),
            (&hex!("0068 02 00 82 0068"), ZoneErrorKind::Length, 4, in_field),
            (&hex!("0068 02 00 80"), ZoneErrorKind::Form(0x80), 4, in_field),
            (&hex!("0068 04 00 830000"), ZoneErrorKind::Form(0x83), 4, in_field),
            (&hex!("0068 03 00 8100"), ZoneErrorKind::LongLength(0x81), 4, in_field),
            (&hex!("0068 04 00 820000"), ZoneErrorKind::LongLength(0x82), 4, in_field),
            (&hex!("0068 02 0000 0068 817F"), ZoneErrorKind::LongLength(0x81), 7, "(group 104, occurrence 2)"),
        ] {
            let error = Zone::parse(bytes).expect_err("malformed");
            assert_eq!((error.kind, error.place.position), (kind, position), "{bytes:02X?}");
            assert!(error.to_string().contains(place), "{error}");
        }
    }

    fn any_zone() -> impl Strategy<Value = Zone> {
        let field = prop::collection::vec(any::<u8>(), 0..300);
        let group = (any::<u16>(), prop::collection::vec(field, 0..6));
        let groups = prop::collection::vec(group.prop_map(|(number, fields)| Group { number, fields }), 0..6);
        groups.prop_map(|groups| Zone { groups })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(zone in any_zone()) {
            prop_assert_eq!(Zone::parse(&zone.to_bytes()), Ok(zone));
        }

        #[test]
        fn what_is_told_from_text_is_what_is_read(zone in any_zone(), cut in any::<prop::sample::Index>()) {
            let whole = zone.to_bytes();
            let bytes = &whole[..cut.index(whole.len() + 1)];
            prop_assert!(!is_zone(bytes) || Zone::parse(bytes).is_ok());
            let is_text = whole.iter().all(|byte| !byte.is_ascii_control());
            prop_assert!(is_text || whole.starts_with(&[0, 0]) || is_zone(&whole) || whole.is_empty());
        }

        #[test]
        fn what_was_read_is_written_again(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(zone) = Zone::parse(&bytes) {
                prop_assert_eq!(zone.to_bytes(), bytes);
            }
        }

        #[test]
        fn another_byte_makes_no_panic(zone in any_zone(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = zone.to_bytes();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            match Zone::parse(&bytes) {
                Ok(zone) => prop_assert_eq!(zone.to_bytes(), bytes),
                Err(error) => prop_assert!(error.place.position < bytes.len() + 1),
            }
        }
    }
}
