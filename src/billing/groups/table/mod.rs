//! The table of fields: what each field of each group is, how wide it may be, how it is coded, and which key of a
//! card file says it. Reading, writing, findings, pages and documents are driven by it.
//!
//! Counts, order and widths are those that open programs take apart [MEDINTUX-SSV groups]. A width that was seen is
//! no limit where it depends on a name: there the limit is that of the card. What a reserved field holds is not
//! public.

mod patient;
mod professional;
mod readers;

use std::fmt;

use crate::profile::{map::Origin, said::Bilingual};

/// A group: which it is, and its fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupSpec {
    /// Its number.
    pub number: u16,
    /// What it says, in English.
    pub en: &'static str,
    /// The same in French.
    pub fr: &'static str,
    /// What it is about.
    pub about: About,
    /// Where in a card file its keys stand: a table, or a list of whose members each occurrence is one, such as
    /// `beneficiaire.droits`; empty for the top.
    pub base: &'static str,
    /// Its fields, in their order: the count is always complete.
    pub fields: &'static [FieldSpec],
}

/// What a group is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// A patient's card.
    Patient,
    /// A professional's card.
    Professional,
    /// The readers and what drives them: the configuration.
    Readers,
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldSpec {
    /// What it is called, in the manner of the keys of card files: `nom_usage`.
    pub name: &'static str,
    /// What it means, in English.
    pub en: &'static str,
    /// The same in French.
    pub fr: &'static str,
    /// How many bytes it may have.
    pub width: Width,
    /// How it is coded.
    pub coding: Coding,
    /// The key of card files that says it, in full: `beneficiaire.droits.debut`; `assure.accident_travail[2].code` is
    /// of the second of a list. `None` for what no card of ours says.
    pub key: Option<&'static str>,
    /// The list of `profile::codes` that says what its values mean.
    pub codes: Option<&'static str>,
    /// Whether count, place and coding are public, inferred or invented.
    pub origin: Origin,
}

/// How many bytes a field may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Width {
    /// The fewest, where it is not empty.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// Whether it may be empty.
    pub empty: bool,
}

/// How a field is coded: characters of ISO 8859-1 in any case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coding {
    /// Any characters.
    Text,
    /// Characters of a code.
    Code,
    /// Digits.
    Digits,
    /// Digits, and these where the card has none.
    DigitsOr(&'static str),
    /// `YYYYMMDDhhmm`; months above 12 exist.
    Date(NoDate),
    /// The 13 characters of a NIR, whose key is the next field.
    Nir,
    /// The key of the NIR before it: 2 digits, `00` without one.
    NirKey,
    /// The first characters of a number whose check digit is the next field.
    Number,
    /// The check digit of the number before it.
    NumberKey,
    /// The last digit of a card's two, of which the first is 0.
    ShortCode,
    /// One value for each that a card has: first that of the card, then that of the field.
    Choice(&'static [(&'static str, &'static str)]),
    /// `1` for yes, `0` for no.
    Flag,
    /// What the group's own rules make of several keys, or of the occurrence.
    Special,
    /// What no card says: this is written.
    Reserved(&'static str),
}

/// How it is written that there is no date.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoDate {
    /// As zeros.
    Zeros,
    /// As an empty field.
    Empty,
    /// As zeros beside a date; two empty fields where neither is given.
    Pair,
}

/// All groups, in the order of their numbers within each card: a patient's, a professional's, the readers'.
pub const GROUPS: &[&[GroupSpec]] = &[patient::GROUPS, professional::GROUPS, readers::GROUPS];

/// The group of a number, if it is known.
#[must_use]
pub fn group(number: u16) -> Option<&'static GroupSpec> {
    groups().find(|group| group.number == number)
}

/// All groups.
pub fn groups() -> impl Iterator<Item = &'static GroupSpec> {
    GROUPS.iter().copied().flatten()
}

impl GroupSpec {
    /// What it says, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        Bilingual::new(self.en, self.fr)
    }

    /// The field of a number, from 1.
    #[must_use]
    pub fn field(&self, number: usize) -> Option<&'static FieldSpec> {
        self.fields.get(number.checked_sub(1)?)
    }

    /// The field of a name, with its number.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(usize, &'static FieldSpec)> {
        let index = self.fields.iter().position(|field| field.name == name)?;
        Some((index + 1, self.fields.get(index)?))
    }
}

impl FieldSpec {
    /// What it means, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        Bilingual::new(self.en, self.fr)
    }

    /// Whether no card says what it holds.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        matches!(self.coding, Coding::Reserved(_))
    }

    /// Whether the group's own rules make it.
    pub(super) fn is_special(&self) -> bool {
        matches!(self.coding, Coding::Special)
    }

    /// Its values are of this list of codes.
    const fn of(self, codes: &'static str) -> Self {
        Self { codes: Some(codes), ..self }
    }

    /// It was concluded from what is public.
    const fn inferred(self) -> Self {
        Self { origin: Origin::Inferred, ..self }
    }
}

impl Width {
    /// Whether so many bytes fit.
    #[must_use]
    pub fn holds(self, bytes: usize) -> bool {
        if bytes == 0 { self.empty || self.least == 0 } else { (self.least..=self.most).contains(&bytes) }
    }
}

/// As the table of the public programs writes it: `12/0` for 12 or none.
impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most, empty } = self;
        match (least == most, *empty && *most > 0) {
            (true, false) => write!(f, "{most}"),
            (true, true) => write!(f, "{most}/0"),
            (false, false) => write!(f, "{least}-{most}"),
            (false, true) => write!(f, "{least}-{most}/0"),
        }
    }
}

/// A field that a key of card files says.
const fn field(
    (name, en, fr): (&'static str, &'static str, &'static str),
    width: Width,
    coding: Coding,
    key: &'static str,
) -> FieldSpec {
    FieldSpec { name, en, fr, width, coding, key: Some(key), codes: None, origin: Origin::Public }
}

/// A field that no card says.
const fn reserved(name: &'static str, most: usize, written: &'static str) -> FieldSpec {
    let coding = Coding::Reserved(written);
    let (en, fr) =
        ("reserved for future use; what it holds is not public", "réservé à un usage futur ; contenu non public");
    FieldSpec { name, en, fr, width: up_to(most), coding, key: None, codes: None, origin: Origin::Public }
}

/// Always so many bytes.
const fn always(bytes: usize) -> Width {
    Width { least: bytes, most: bytes, empty: false }
}

/// Always between so many bytes.
const fn between(least: usize, most: usize) -> Width {
    Width { least, most, empty: false }
}

/// So many bytes, or none.
const fn or_none(bytes: usize) -> Width {
    Width { least: bytes, most: bytes, empty: true }
}

/// At most so many bytes.
const fn up_to(bytes: usize) -> Width {
    Width { least: if bytes == 0 { 0 } else { 1 }, most: bytes, empty: true }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Width, group, groups};
    use crate::profile::{codes, families::Families, schema::Schema};

    #[test]
    fn the_counts_are_those_of_the_public_programs() {
        let counts = [
            (101, 14),
            (102, 3),
            (103, 9),
            (104, 18),
            (105, 2),
            (106, 4),
            (107, 6),
            (108, 2),
            (109, 12),
            (111, 1),
            (1, 7),
            (2, 21),
            (60, 3),
            (64, 3),
            (67, 2),
        ];
        assert_eq!(groups().map(|group| (group.number, group.fields.len())).collect::<Vec<_>>(), counts);
        assert_eq!(group(110), None);
        assert!(group(104).and_then(|people| people.named("nom_usage")).is_some_and(|(number, _)| number == 1));
        assert!(group(104).is_some_and(|people| people.field(0).is_none() && people.field(19).is_none()));
    }

    /// Without the number of a member of a list.
    fn plain(key: &str) -> String {
        let parts = key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
        parts.collect()
    }

    #[test]
    fn keys_are_those_of_card_files_and_names_stand_once() {
        let families = Families::built_in();
        let schemas: Vec<_> = families.iter().map(|family| Schema::of_family(family).expect("a schema")).collect();
        let is_key = |key: &str| schemas.iter().any(|schema| schema.key(key).is_some());
        for group in groups() {
            let names: BTreeSet<_> = group.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), group.fields.len(), "group {}", group.number);
            assert!(group.base.is_empty() || is_key(group.base), "group {}: {}", group.number, group.base);
            for field in group.fields {
                assert!(field.key.is_none_or(|key| is_key(&plain(key))), "{} {:?}", group.number, field.key);
                assert!(field.codes.is_none_or(|list| codes::list(list).is_some()), "{} {}", group.number, field.name);
                assert!(field.key.is_none_or(|key| key.starts_with(group.base)), "{} {}", group.number, field.name);
                assert!(field.width.least <= field.width.most, "{} {}", group.number, field.name);
            }
        }
    }

    #[test]
    fn a_width_is_written_as_the_programs_have_it() {
        let width = |least, most, empty| Width { least, most, empty };
        for (width, text, holds) in [
            (width(12, 12, true), "12/0", [true, false]),
            (width(8, 9, false), "8-9", [false, true]),
            (width(0, 0, true), "0", [true, false]),
            (width(1, 9, true), "1-9/0", [true, true]),
        ] {
            assert_eq!((width.to_string().as_str(), [0, 9].map(|bytes| width.holds(bytes))), (text, holds));
        }
    }
}
