//! Why bytes are no zone: what, and where.

use super::zone::Place;
use crate::profile::said::{Bilingual, said};

/// Why bytes are no zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.said())]
pub struct ZoneError {
    /// What is wrong.
    pub kind: ZoneErrorKind,
    /// Where: at the length or the number that is wrong.
    pub place: Place,
}

/// What can be wrong with the bytes of a zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ZoneErrorKind {
    /// One byte is left, and the number of a group has two.
    Number,
    /// The zone or the group ends where a length should stand.
    NoLength,
    /// It ends in the middle of a length.
    Length,
    /// A length in another form than one byte up to `7F`, `81 xx` or `82 xx xx`: the first byte.
    Form(u8),
    /// A length in more bytes than it needs, which nobody was seen to write: the first byte.
    LongLength(u8),
    /// A group longer than what is left of the zone.
    BeyondZone {
        /// How long it says that it is.
        length: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// A field longer than what is left of its group.
    BeyondGroup {
        /// How long it says that it is.
        length: usize,
        /// How many bytes there are.
        left: usize,
    },
}

impl ZoneErrorKind {
    /// The error at a place.
    pub(super) fn at(self, place: Place) -> ZoneError {
        ZoneError { kind: self, place }
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn said(self) -> Bilingual {
        match self {
            Self::Number => said!(
                en: "one byte is left over, and the number of a group has two",
                fr: "il reste un octet, et le numéro d'un groupe en a deux",
            ),
            Self::NoLength => said!(en: "a length is missing", fr: "il manque une longueur"),
            Self::Length => said!(
                en: "it ends in the middle of a length",
                fr: "elle finit au milieu d'une longueur",
            ),
            Self::Form(first) => said!(
                en: "{first:02X} begins no length: they are one byte up to 7F, 81 and one byte, or 82 and two",
                fr: "{first:02X} n'ouvre aucune longueur : un octet jusqu'à 7F, 81 et un octet, ou 82 et deux",
            ),
            Self::LongLength(first) => said!(
                en: "this length begins with {first:02X} and fits in fewer bytes: only the shortest form is taken",
                fr: "cette longueur commence par {first:02X} et tient en moins d'octets : il faut la forme la plus courte",
            ),
            Self::BeyondZone { length, left } => said!(
                en: "the group says that it has {length} bytes, and {left} are left of the zone",
                fr: "le groupe dit avoir {length} octets, et il en reste {left} dans la zone",
            ),
            Self::BeyondGroup { length, left } => said!(
                en: "the field says that it has {length} bytes, and {left} are left of its group",
                fr: "le champ dit avoir {length} octets, et il en reste {left} dans son groupe",
            ),
        }
    }
}

impl ZoneError {
    /// All of it, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let (place, what) = (self.place.said(), self.kind.said());
        said!(with place, what; en: "{place}: {what}", fr: "{place} : {what}")
    }
}
