//! What a card file made of a zone does not say as the zone does.

use std::fmt::Write;

use super::decode::latin1;
use crate::{
    billing::groups::{
        table,
        zone::{Place, Placed},
    },
    profile::said::{Bilingual, said},
    shown,
};

/// Something of a zone that a card file has no place for, or that the zone of its card will have otherwise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Loss {
    /// Where it stands in the zone.
    pub place: Place,
    /// What the field says, in the characters of the zone; of a group each field that says something, with its number:
    /// `1="202701010000" 2="202712310000"`.
    pub value: String,
    /// Why it is lost.
    pub kind: LossKind,
}

/// Why something of a zone is lost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LossKind {
    /// A group that is not known here.
    UnknownGroup,
    /// A group of another card, or of the readers.
    OtherCard,
    /// One more than the card has room for: of so many.
    TooMany(usize),
    /// A second period of a mutuelle, which has one in a card file.
    SecondPeriod,
    /// A period that ends before it begins.
    Backwards,
    /// A period that overlaps an earlier one of the same person: in which occurrence that is.
    Overlap(usize),
    /// A field behind the last that its group has.
    Beyond,
    /// A value that the key of card files does not take: why not.
    NotTaken(Bilingual),
    /// A group whose value, of the field of this number, no card can have: the whole group is lost.
    Whole(usize, Bilingual),
    /// A NIR of the insured that is another than that of group 101.
    OtherNir,
    /// A reserved field, which no card says: what is written.
    Reserved(String),
    /// A value that the cards of a layout have no place for: which layout.
    Layout(String),
    /// The zone of the card has something else: what.
    Otherwise(String),
    /// The zone of the card does not have this group.
    Gone,
}

/// The most fields of a lost group that are told, and the most characters of a value: no known group has more.
const MOST: usize = 21;
const LONGEST: usize = 127;

/// A text in quotes, shortened if it is very long. What drives a terminal is shown as its byte: `\x1B`.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars().take(LONGEST) {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if shown::is_hidden(character) => {
                let _ = write!(quoted, "\\x{:02X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        quoted.push('…');
    }
    quoted.push('"');
    quoted
}

impl Loss {
    /// That a whole group is lost.
    pub(super) fn of_group(placed: &Placed<'_>, kind: LossKind) -> Self {
        let fields = placed.group.fields.iter().enumerate().filter(|(_, field)| !field.is_empty());
        let fields = fields.take(MOST).map(|(index, field)| format!("{}={}", index + 1, quoted(&latin1(field))));
        Self { place: placed.place, value: fields.collect::<Vec<_>>().join(" "), kind }
    }

    /// It in both languages, with its place and its name.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let spec = table::group(self.place.group.unwrap_or_default());
        let field = spec.zip(self.place.field).and_then(|(group, number)| group.field(number));
        let name = field.map(|field| format!(" {}", field.name)).unwrap_or_default();
        let value = match self.place.field {
            Some(_) => format!(" {}", quoted(&self.value)),
            None if self.value.is_empty() => String::new(),
            None => format!(" {}", self.value),
        };
        let (place, what) = (self.place.said(), self.kind.said());
        said!(with place, what; en: "{place}{name}{value}: {what}", fr: "{place}{name}{value} : {what}")
    }
}

impl LossKind {
    fn said(&self) -> Bilingual {
        match self {
            Self::UnknownGroup => {
                said!(en: "no place: this group is not known here", fr: "sans place : groupe inconnu ici")
            }
            Self::OtherCard => said!(
                en: "no place: this group is of another card, or of the readers",
                fr: "sans place : ce groupe est d'une autre carte, ou des lecteurs",
            ),
            Self::TooMany(most) => said!(
                en: "no place: the card has room for {most}",
                fr: "sans place : la carte en contient {most} au plus",
            ),
            Self::SecondPeriod => said!(
                en: "no place: a mutuelle has one period in a card file",
                fr: "sans place : une mutuelle n'a qu'une période dans un fichier de carte",
            ),
            Self::Backwards => said!(
                en: "no place: this period ends before it begins",
                fr: "sans place : cette période finit avant de commencer",
            ),
            Self::Overlap(occurrence) => said!(
                en: "no place: this period overlaps that of occurrence {occurrence}",
                fr: "sans place : cette période chevauche celle de l'occurrence {occurrence}",
            ),
            Self::Beyond => said!(
                en: "no place: the group has no such field here",
                fr: "sans place : le groupe n'a pas ce champ ici",
            ),
            Self::NotTaken(why) => said!(with why; en: "no place: {why}", fr: "sans place : {why}"),
            Self::Whole(number, why) => said!(
                with why;
                en: "no place: a card cannot have its field {number}, so the group is left out: {why}",
                fr: "sans place : aucune carte ne peut avoir son champ {number}, le groupe est donc omis : {why}",
            ),
            Self::OtherNir => said!(
                en: "no place: the insured's NIR is that of group 101",
                fr: "sans place : le NIR de l'assuré est celui du groupe 101",
            ),
            Self::Reserved(written) => said!(
                en: "no place: the field is reserved, and written as {written:?}",
                fr: "sans place : le champ est réservé, et s'écrit {written:?}",
            ),
            Self::Layout(layout) => said!(
                en: "no place on the cards of layout {layout}",
                fr: "sans place sur les cartes de la structure {layout}",
            ),
            Self::Otherwise(written) => said!(en: "will be written as {written:?}", fr: "s'écrira {written:?}"),
            Self::Gone => said!(
                en: "no place: the zone of the card does not have this group",
                fr: "sans place : la zone de la carte n'aura pas ce groupe",
            ),
        }
    }
}
