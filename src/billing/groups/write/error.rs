//! Why a card has no zone: what, and of which key and field.

use crate::{
    billing::groups::table::{self, FieldSpec},
    profile::said::{Bilingual, said},
};

/// Why the data of a card make no zone.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.said())]
pub struct WriteError {
    /// What is wrong.
    pub kind: WriteErrorKind,
    /// The number of the group that would say it.
    pub group: u16,
    /// Which occurrence of the group, from 1.
    pub occurrence: usize,
    /// The number of the field, from 1; `None` where it is about the group.
    pub field: Option<usize>,
    /// The key of card files that says it, with the numbers of members of lists: `beneficiaire[2].nom`.
    pub key: Option<String>,
}

/// What can be wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WriteErrorKind {
    /// A character that ISO 8859-1 does not have.
    Character(char),
    /// A value of another width than its field: how many characters it has.
    Width(usize),
    /// A value that the field has no character for.
    Value(String),
    /// No value, where the group always has one.
    Missing,
    /// A person with a mutuelle and a complementary insurer: the interface has a code of its own for it, 61680.
    BothCovers,
    /// A card that does not say `T`: no zone is made of a card that is no test card.
    NoTestCard(String),
    /// A professional's card without an RPPS or ADELI number.
    NoNumber,
    /// More billing situations than one digit numbers: 9.
    TooMany,
    /// A professional's card without a billing situation, or one that keeps them closed.
    NoSituation,
}

impl WriteError {
    /// The number by which the interface tells of it, where it has one.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self.kind {
            WriteErrorKind::BothCovers => Some(61680),
            WriteErrorKind::NoNumber | WriteErrorKind::NoSituation => Some(61444),
            _ => None,
        }
    }

    /// All of it, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let (group, occurrence) = (self.group, self.occurrence);
        let spec = table::group(group).zip(self.field).and_then(|(group, number)| Some((number, group.field(number)?)));
        let what = self.kind.said(spec.map(|(_, field)| field));
        let key = self.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        let colon = key.replace(": ", " : ");
        match spec {
            Some((number, FieldSpec { name, .. })) => said!(
                with what;
                en: "group {group}, occurrence {occurrence}, field {number} ({name}): {key}{what}",
                fr: "groupe {group}, occurrence {occurrence}, champ {number} ({name}) : {colon}{what}",
            ),
            None => said!(
                with what;
                en: "group {group}, occurrence {occurrence}: {key}{what}",
                fr: "groupe {group}, occurrence {occurrence} : {colon}{what}",
            ),
        }
    }
}

impl WriteErrorKind {
    fn said(&self, field: Option<&FieldSpec>) -> Bilingual {
        match self {
            Self::Character(character) => said!(
                en: "{character:?} is no character of ISO 8859-1, which zones are written in",
                fr: "{character:?} n'est pas un caractère d'ISO 8859-1, dans lequel les zones sont écrites",
            ),
            Self::Width(found) => {
                let right = field.map(|field| field.width.to_string()).unwrap_or_default();
                said!(
                    en: "it has {found} characters, and the field {right}; nothing is cut",
                    fr: "il y a {found} caractères, et le champ en a {right} ; rien n'est coupé",
                )
            }
            Self::Value(value) => said!(
                en: "the field has nothing that stands for {value:?}",
                fr: "rien dans ce champ ne représente {value:?}",
            ),
            Self::Missing => said!(
                en: "the card says nothing here, and the field is never empty",
                fr: "la carte n'en dit rien, et le champ n'est jamais vide",
            ),
            Self::BothCovers => said!(
                en: "this person has a mutuelle and an AMC, which exclude each other (code 61680)",
                fr: "cette personne a une mutuelle et une AMC, qui s'excluent (code 61680)",
            ),
            Self::NoTestCard(found) => said!(
                en: "this card says {found:?}: zones are made of test cards only, which say \"T\"",
                fr: "cette carte dit {found:?} : seules les cartes de test, qui disent \"T\", donnent des zones",
            ),
            Self::NoNumber => said!(
                en: "this professional's card has neither an RPPS nor an ADELI number (code 61444)",
                fr: "cette carte de professionnel n'a ni numéro RPPS ni numéro ADELI (code 61444)",
            ),
            Self::TooMany => said!(
                en: "this professional's card has more than nine billing situations, and their number is one digit",
                fr: "cette carte a plus de neuf situations de facturation, et leur numéro est d'un chiffre",
            ),
            Self::NoSituation => said!(
                en: "this professional's card says nothing of billing (code 61444)",
                fr: "cette carte de professionnel ne dit rien de la facturation (code 61444)",
            ),
        }
    }
}
