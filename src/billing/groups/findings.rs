//! What a zone is held against: the table of fields, and the order of groups [MEDINTUX-SSV groups, order].
//!
//! A group that is not in the table is none of its business: later versions of the interface have more of them.

use super::{
    table::{self, Coding, FieldSpec, GroupSpec},
    zone::{Place, Placed, Zone},
};
use crate::profile::{
    dates::{self, Date, DateError},
    nir::{Nir, NirError, key_of},
    said::{Bilingual, said},
    tree::CardDate,
};

/// The groups that begin a card, each with those that no zone of such a card lacks.
const WHOLE: [(u16, &[u16]); 2] = [(101, &[102, 104]), (1, &[2])];

/// The one date whose month may be above 12.
const BIRTH: &str = "naissance";

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
    /// A card without a group that each has; the place is that of its first group.
    Missing {
        /// The number of the group.
        group: u16,
    },
    /// A NIR with a character that cannot be.
    NoNir(NirError),
    /// The key of another NIR.
    NirKey {
        /// The key that is right; `00` without a NIR.
        right: String,
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
        findings.extend(nir_key(spec, &placed));
    }
    findings.extend(missing(zone));
    findings.sort_by_key(|finding| finding.place.position);
    findings
}

/// What cards lack: one begins with its first group, and ends before the next that begins one.
fn missing(zone: &Zone) -> Vec<Finding> {
    let (mut findings, mut lacks, mut head) = (Vec::new(), Vec::new(), Place::default());
    let mut end = |head: Place, lacks: &mut Vec<u16>| {
        findings.extend(lacks.drain(..).map(|group| Finding { kind: FindingKind::Missing { group }, place: head }));
    };
    for placed in zone.placed() {
        let number = placed.group.number;
        if matches!(number, 101 | 1 | 60) {
            end(head, &mut lacks);
            head = placed.place;
            let whole = WHOLE.iter().find(|(first, _)| *first == number);
            lacks.extend(whole.into_iter().flat_map(|(_, others)| *others));
        }
        lacks.retain(|lacked| *lacked != number);
    }
    end(head, &mut lacks);
    findings
}

/// What is wrong with the NIR of a group and its key, where both have their widths and the key has digits.
fn nir_key(spec: &GroupSpec, placed: &Placed<'_>) -> Option<Finding> {
    let fields: Vec<_> = placed.fields().collect();
    let at = spec.fields.iter().position(|field| field.coding == Coding::NirKey)?;
    let (&(nir_place, nir), &(key_place, key)) = (fields.get(at.checked_sub(1)?)?, fields.get(at)?);
    if key.len() != 2 || !key.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let right = match nir.len() {
        0 => "00".to_owned(),
        13 => {
            // A card file may have spaces in a NIR, and a field has none.
            let number: String = nir.iter().map(|byte| char::from(*byte)).collect();
            let number = number.replace(' ', "_");
            let kind = Nir::read(&number).err().map(FindingKind::NoNir);
            match (kind, key_of(&number)) {
                (Some(kind), _) => return Some(Finding { kind, place: nir_place }),
                (None, key) => format!("{:02}", key?),
            }
        }
        _ => return None,
    };
    (key != right.as_bytes()).then_some(Finding { kind: FindingKind::NirKey { right }, place: key_place })
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
    let kind = in_value(field, bytes).or_else(|| no_month(field, bytes))?;
    Some(Finding { kind, place })
}

/// A month above 12 in a date of the calendar.
fn no_month(field: &FieldSpec, bytes: &[u8]) -> Option<FindingKind> {
    let is_calendar = matches!(field.coding, Coding::Date(_)) && field.name != BIRTH;
    let date = date(bytes).ok().flatten().filter(|date| is_calendar && date.month > 12)?;
    Some(FindingKind::NoDate(DateError::NoSuchMonth(date.month)))
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
            Self::Missing { group } => said!(
                en: "the card that begins here has no group {group}",
                fr: "la carte qui commence ici n'a pas de groupe {group}",
            ),
            Self::NoNir(error) => error.said(),
            Self::NirKey { right } if right == "00" => {
                said!(en: "without a NIR the key is 00", fr: "sans NIR, la clé est 00")
            }
            Self::NirKey { right } => {
                said!(en: "the key of this NIR is {right}", fr: "la clé de ce NIR est {right}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Zone, findings};
    use crate::billing::groups::Group;

    #[test]
    fn what_is_not_as_the_table_has_it_is_found_with_its_place() {
        let found = |bytes: &[u8]| -> Vec<String> {
            findings(&Zone::parse(bytes).expect("a zone")).iter().map(|finding| finding.said().english.into()).collect()
        };
        let right = hex!("0001 0B 0130 0138 00 00 00 0141 0142 FFFF 02 0131");
        let first = "byte 7 (group 1, occurrence 1, field 3): the field has 9-10 bytes, and here it has 0";
        assert_eq!(found(&right), ["byte 0 (group 1, occurrence 1): the card that begins here has no group 2", first]);
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

    /// What is found in the zone of the program's card once a group has been changed.
    fn found_in(change: impl FnOnce(&mut Vec<Group>)) -> Vec<String> {
        let bytes = include_bytes!("../../../fixtures/billing/two-people.in");
        let mut zone = Zone::parse(bytes).expect("a zone");
        assert_eq!(findings(&zone), []);
        change(&mut zone.groups);
        findings(&zone).iter().map(|finding| finding.kind.said().english.into()).collect()
    }

    fn field(groups: &mut [Group], number: u16, field: usize) -> &mut Vec<u8> {
        let group = groups.iter_mut().find(|group| group.number == number).expect("the group");
        group.fields.get_mut(field - 1).expect("the field")
    }

    #[test]
    fn groups_that_a_card_lacks_are_found() {
        let lacks = |group: u16| format!("the card that begins here has no group {group}");
        assert_eq!(found_in(|groups| groups.truncate(2)), [lacks(104)]);
        assert_eq!(found_in(|groups| groups.truncate(1)), [lacks(102), lacks(104)]);
        assert_eq!(found_in(|groups| groups.retain(|group| matches!(group.number, 101 | 102 | 104))), [""; 0]);
        let again = found_in(|groups| groups.splice(0..0, groups[..2].to_vec()).for_each(drop));
        assert_eq!(again, [lacks(104)]);
    }

    #[test]
    fn keys_of_other_numbers_are_found() {
        let changed = |number, at, value: &[u8]| found_in(|groups| *field(groups, number, at) = value.to_vec());
        assert_eq!(changed(101, 9, b"78"), ["the key of this NIR is 77"]);
        for number in [b"28619759990 2", b"28619759990?2", b"28619759990\xC92"] {
            let found = changed(101, 8, number);
            assert!(found.len() == 1 && found[0].contains("character 12"), "{found:?}");
        }
        let without = found_in(|groups| {
            field(groups, 104, 9).clear();
            *field(groups, 104, 10) = b"77".to_vec();
        });
        assert_eq!(without, ["without a NIR the key is 00"]);
    }

    #[test]
    fn only_a_birth_has_a_month_above_twelve() {
        let changed = |number, at, value: &[u8]| found_in(|groups| *field(groups, number, at) = value.to_vec());
        assert_eq!(changed(104, 12, b"201819990000"), [""; 0]);
        assert_eq!(changed(104, 12, b"201802300000"), ["2018-02 has 28 days"]);
        assert_eq!(changed(102, 2, b"202619010000"), ["there is no month 19"]);
        assert_eq!(changed(104, 11, b"202619010000"), ["there is no month 19"]);
    }
}
