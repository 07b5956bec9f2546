//! Why a zone gives no card file: what, and where.

use crate::{
    billing::groups::{
        findings::{FindingKind, findings},
        table::{self, About},
        write::WriteError,
        zone::{Place, Zone},
    },
    profile::{
        diagnostic::Diagnostics,
        said::{Bilingual, said},
    },
};

/// Why a zone gives no card file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.said())]
pub struct ReadError {
    /// What is wrong.
    pub kind: ReadErrorKind,
    /// Where, if it is about a place.
    pub place: Option<Place>,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadErrorKind {
    /// It has neither group 101 nor group 1.
    NoCard,
    /// A group without which there is no card is missing: its number.
    NoGroup(u16),
    /// The first field of 101 is not `T`: what it is.
    NoTest(String),
    /// A group stands where it cannot, or lacks fields.
    Form(FindingKind),
    /// A person with a mutuelle and a complementary insurer: the interface has a code of its own for it, 61680.
    BothCovers,
    /// A field without which there is no card holds what no card can have.
    Value(Bilingual),
    /// The layout is of cards of another kind.
    OtherLayout(About),
    /// What the zone says makes no card of this layout.
    NoCardFile(Diagnostics),
    /// The card has no zone.
    NoZone(Box<WriteError>),
}

impl ReadErrorKind {
    /// The error at a place.
    pub(super) fn at(self, place: Place) -> ReadError {
        ReadError { kind: self, place: Some(place) }
    }

    /// The error of the whole zone.
    pub(super) fn nowhere(self) -> ReadError {
        ReadError { kind: self, place: None }
    }

    fn said(&self) -> Bilingual {
        match self {
            Self::NoCard => said!(
                en: "this zone has neither group 101, of a patient's card, nor group 1, of a professional's",
                fr: "cette zone n'a ni groupe 101, d'une carte Vitale, ni groupe 1, d'une carte de professionnel",
            ),
            Self::NoGroup(group) => said!(
                en: "group {group} is missing, without which there is no card",
                fr: "il manque le groupe {group}, sans lequel il n'y a pas de carte",
            ),
            Self::NoTest(found) => said!(
                en: "this field is {found:?}: only test cards, which have \"T\" here, become cards of ours",
                fr: "ce champ vaut {found:?} : seules les cartes de test, qui ont \"T\" ici, deviennent des cartes d'ici",
            ),
            Self::Form(kind) => kind.said(),
            Self::BothCovers => said!(
                en: "this person has a mutuelle and an AMC, which exclude each other (code 61680)",
                fr: "cette personne a une mutuelle et une AMC, qui s'excluent (code 61680)",
            ),
            Self::Value(why) => why.clone(),
            Self::OtherLayout(About::Patient) => said!(
                en: "this is the zone of a patient's card, and the layout is not of such cards",
                fr: "c'est la zone d'une carte Vitale, et la structure n'est pas celle d'une telle carte",
            ),
            Self::OtherLayout(_) => said!(
                en: "this is the zone of a professional's card, and the layout is not of such cards",
                fr: "c'est la zone d'une carte de professionnel, et la structure n'est pas celle d'une telle carte",
            ),
            Self::NoCardFile(mistakes) => {
                let all = |text: fn(&crate::profile::said::Said) -> String| -> Vec<String> {
                    mistakes.0.iter().map(|mistake| text(&mistake.message)).collect()
                };
                let english = all(|said| said.english.to_string());
                let french = all(|said| said.text(crate::profile::schema::Language::French).to_owned());
                let why = Bilingual::new(english.join("; "), french.join(" ; "));
                said!(
                    with why;
                    en: "what it says makes no card of this layout: {why}",
                    fr: "ce qu'elle dit ne fait pas de carte de cette structure : {why}",
                )
            }
            Self::NoZone(error) => error.said(),
        }
    }
}

impl ReadError {
    /// All of it, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let what = self.kind.said();
        let Some(place) = self.place else { return what };
        let field = table::group(place.group.unwrap_or_default()).zip(place.field);
        let name = field.and_then(|(group, number)| group.field(number)).map(|field| format!(" {}", field.name));
        let (place, name) = (place.said(), name.unwrap_or_default());
        said!(with place, what; en: "{place}{name}: {what}", fr: "{place}{name} : {what}")
    }
}

/// Whether the first card of a zone has the groups that it needs.
pub(super) fn check_complete(zone: &Zone, about: About) -> Result<(), ReadError> {
    let (first, needed): (u16, &[u16]) = if about == About::Patient { (101, &[102, 104]) } else { (1, &[2]) };
    let numbers = zone.groups.iter().map(|group| group.number).skip_while(|number| *number != first).skip(1);
    let numbers: Vec<u16> = numbers.take_while(|number| ![101, 1, 60].contains(number)).collect();
    match needed.iter().find(|group| !numbers.contains(group)) {
        Some(&group) => Err(ReadErrorKind::NoGroup(group).nowhere()),
        None => Ok(()),
    }
}

/// Whether groups stand in their order and have all their fields; and no person has both covers, which the order says
/// too.
pub(super) fn check(zone: &Zone) -> Result<(), ReadError> {
    for finding in findings(zone) {
        match (finding.kind, finding.place.group) {
            (FindingKind::Order { before: Some(107 | 108) }, Some(109))
            | (FindingKind::Order { before: Some(109 | 111) }, Some(107)) => {
                return Err(ReadErrorKind::BothCovers.at(finding.place));
            }
            (kind @ FindingKind::Order { .. }, _) => return Err(ReadErrorKind::Form(kind).at(finding.place)),
            (FindingKind::Count { found, right }, _) if found < right => {
                return Err(ReadErrorKind::Form(FindingKind::Count { found, right }).at(finding.place));
            }
            _ => {}
        }
    }
    Ok(())
}
