//! What a zone is held against: the table of fields, and the order of groups [MEDINTUX-SSV groups, order].
//!
//! A group that is not in the table is none of its business: later versions of the interface have more of them.

use super::{
    table::{self, Coding, FieldSpec, GroupSpec},
    zone::{Place, Zone},
};
use crate::profile::{
    dates::{self, Date, DateError},
    said::{Bilingual, said},
    tree::CardDate,
};

/// Something in a zone that is not as the table has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Where.
    pub place: Place,
}

/// What may be found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FindingKind {
    /// Another count of fields than the group has.
    Count {
        /// How many there are.
        found: usize,
        /// How many it has.
        right: usize,
    },
    /// A field of another width.
    Width {
        /// How many bytes it has.
        found: usize,
        /// How many it may have, such as `12/0`.
        right: String,
    },
    /// A field with another character where digits stand.
    NotDigits,
    /// A field that is no date: what is wrong with it.
    NoDate(DateError),
    /// A group that cannot stand behind the one before it; `None` for the first.
    Order {
        /// The number of the group before it.
        before: Option<u16>,
    },
}

/// All that is not as the table has it, in the order of the zone.
#[must_use]
pub fn findings(zone: &Zone) -> Vec<Finding> {
    let (mut findings, mut before) = (Vec::new(), None);
    for placed in zone.placed() {
        let number = placed.group.number;
        let Some(spec) = table::group(number) else { continue };
        let at = placed.place;
        if !may_follow(before, number) {
            findings.push(Finding { kind: FindingKind::Order { before }, place: at });
        }
        before = Some(number);
        let (found, right) = (placed.group.fields.len(), spec.fields.len());
        if found != right {
            findings.push(Finding { kind: FindingKind::Count { found, right }, place: at });
        }
        findings.extend(placed.fields().filter_map(|(place, bytes)| in_field(spec, place, bytes)));
    }
    findings
}

/// Whether a group may stand behind another: 101, 102, perhaps 103, then for each person 104, some 105, some 106, and
/// either 107 and some 108, or 109 and perhaps 111; 1 and some 2; 60, some 64, some 67. Each of these may stand
/// behind another.
fn may_follow(before: Option<u16>, number: u16) -> bool {
    match number {
        101 | 1 | 60 => before != Some(101),
        102 => before == Some(101),
        103 => before == Some(102),
        104 => before.is_some_and(|before| (102..=111).contains(&before)),
        105 => matches!(before, Some(104 | 105)),
        106 => matches!(before, Some(104..=106)),
        107 | 109 => matches!(before, Some(104..=106)),
        108 => matches!(before, Some(107 | 108)),
        111 => before == Some(109),
        2 => matches!(before, Some(1 | 2)),
        64 => matches!(before, Some(60 | 64)),
        67 => matches!(before, Some(60 | 64 | 67)),
        _ => true,
    }
}

fn in_field(spec: &GroupSpec, place: Place, bytes: &[u8]) -> Option<Finding> {
    let field = spec.field(place.field?)?;
    let kind = in_value(field, bytes)?;
    Some(Finding { kind, place })
}

/// What is wrong with the bytes of a field.
pub(super) fn in_value(field: &FieldSpec, bytes: &[u8]) -> Option<FindingKind> {
    if !field.width.holds(bytes.len()) {
        return Some(FindingKind::Width { found: bytes.len(), right: field.width.to_string() });
    }
    let is_digits = bytes.iter().all(u8::is_ascii_digit);
    match field.coding {
        Coding::Digits
        | Coding::DigitsOr(_)
        | Coding::NirKey
        | Coding::NumberKey
        | Coding::ShortCode
        | Coding::Flag => (!is_digits).then_some(FindingKind::NotDigits),
        Coding::Date(_) if !is_digits => Some(FindingKind::NotDigits),
        Coding::Date(_) => date(bytes).err().map(FindingKind::NoDate),
        _ => None,
    }
}

/// The date of 12 digits; `None` for zeros or nothing.
pub(super) fn date(bytes: &[u8]) -> Result<Option<CardDate>, DateError> {
    let text = str::from_utf8(bytes).unwrap_or("?");
    if text.is_empty() {
        return Ok(None);
    }
    // A relative date counts from a day, and digits are none.
    dates::read(text, Date::default())
}

impl Finding {
    /// It in both languages, with its place.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let (place, what) = (self.place.said(), self.kind.said());
        said!(with place, what; en: "{place}: {what}", fr: "{place} : {what}")
    }
}

impl FindingKind {
    /// What is found, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        match self {
            Self::Count { found, right } => said!(
                en: "the group has {right} fields, and here it has {found}",
                fr: "le groupe a {right} champs, et ici il en a {found}",
            ),
            Self::Width { found, right } => said!(
                en: "the field has {right} bytes, and here it has {found}",
                fr: "le champ a {right} octets, et ici il en a {found}",
            ),
            Self::NotDigits => {
                said!(en: "digits stand here, and nothing else", fr: "il n'y a place ici que pour des chiffres")
            }
            Self::NoDate(error) => error.said(),
            Self::Order { before: None } => said!(
                en: "no zone begins with this group",
                fr: "aucune zone ne commence par ce groupe",
            ),
            Self::Order { before: Some(before) } => said!(
                en: "this group does not stand behind group {before}",
                fr: "ce groupe ne suit pas le groupe {before}",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Zone, findings};

    #[test]
    fn what_is_not_as_the_table_has_it_is_found_with_its_place() {
        let found = |bytes: &[u8]| -> Vec<String> {
            findings(&Zone::parse(bytes).expect("a zone")).iter().map(|finding| finding.said().english.into()).collect()
        };
        let right = hex!("0001 0B 0130 0138 00 00 00 0141 0142 FFFF 02 0131");
        let first = "byte 7 (group 1, occurrence 1, field 3): the field has 9-10 bytes, and here it has 0";
        assert_eq!(found(&right), [first]);
        let service = hex!("0066 1B 00 0C303030303030303030303030 0C303030303030303030303131");
        assert_eq!(
            found(&service),
            [
                "byte 0 (group 102, occurrence 1): no zone begins with this group",
                "byte 3 (group 102, occurrence 1, field 1): the field has 1 bytes, and here it has 0",
                "byte 17 (group 102, occurrence 1, field 3): this date has a year of zero",
            ]
        );
        let rights = hex!("003C 03 00 00 00 0069 0E 0C323032363133333241414141 00 0069 01 00");
        assert_eq!(
            found(&rights),
            [
                "byte 6 (group 105, occurrence 1): this group does not stand behind group 60",
                "byte 9 (group 105, occurrence 1, field 1): digits stand here, and nothing else",
                "byte 23 (group 105, occurrence 2): the group has 2 fields, and here it has 1",
                "byte 26 (group 105, occurrence 2, field 1): the field has 12 bytes, and here it has 0",
            ]
        );
    }
}
