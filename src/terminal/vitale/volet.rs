//! What a Vitale says of its holder, typed: the same for every generation of card.
//!
//! Any field may be missing, for a card may leave it out or keep it closed. Codes are text, since their zeros count.
//! Serialized, the names are the keys of card files.

use serde::Serialize;

use crate::{
    profile::tree::CardDate,
    terminal::period::{Period, as_text},
};

/// All that was read, in the order of the reading API's groups [MEDINTUX-SSV groups].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Volet {
    /// The card itself.
    #[serde(rename = "carte")]
    pub card: CardFacts,
    /// Groups 101 to 103: whose rights the card carries.
    #[serde(rename = "assure")]
    pub insured: Insured,
    /// Groups 104 to 111: everybody on the card, the insured first.
    #[serde(rename = "beneficiaire")]
    pub beneficiaries: Vec<Beneficiary>,
}

/// The card itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CardFacts {
    /// `T` for a test card.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The serial number, by which cards are opposed.
    #[serde(rename = "numero_serie")]
    pub serial: Option<String>,
    /// The number of the issuer.
    #[serde(rename = "numero_emetteur")]
    pub issuer: Option<String>,
    /// Since when, until when it can be used.
    #[serde(rename = "validite")]
    pub validity: Period,
    /// Whether its issuer blocked it: `active` or `bloquee`; a card that says nothing is active.
    #[serde(rename = "etat")]
    pub state: Option<String>,
    /// When it was issued or last updated.
    #[serde(rename = "mise_a_jour", serialize_with = "as_text")]
    pub updated: Option<CardDate>,
}

/// Whose rights the card carries (group 101), the family's service (102), accidents at work (103).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Insured {
    /// The NIR, 13 characters and the 2 of its key.
    pub nir: Option<String>,
    /// The basic regime: 2 digits.
    #[serde(rename = "code_regime")]
    pub regime: Option<String>,
    /// The managing body: 3 digits.
    #[serde(rename = "caisse")]
    pub body: Option<String>,
    /// Its centre: 4 digits.
    pub centre: Option<String>,
    /// How the insured's file is managed: 2 characters.
    #[serde(rename = "code_gestion")]
    pub management: Option<String>,
    /// A service of the basic regime to the whole family.
    #[serde(rename = "service_amo_famille")]
    pub service: Option<Dated>,
    /// Recognised accidents at work and occupational diseases, the last ones.
    #[serde(rename = "accident_travail")]
    pub accidents: Vec<Accident>,
}

/// A recognised accident at work or occupational disease (group 103).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Accident {
    /// The body that recognised it: regime, caisse and centre.
    #[serde(rename = "organisme")]
    pub body: Option<String>,
    /// 2 digits.
    pub code: Option<String>,
    /// Its number.
    #[serde(rename = "identifiant")]
    pub number: Option<String>,
}

/// A code that holds for a time: a service of the basic regime (groups 102 and 104), an exoneration.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dated {
    /// Which: 1 or 2 digits.
    pub code: Option<String>,
    /// When it holds.
    #[serde(rename = "periode")]
    pub period: Period,
}

/// Somebody whose care the card pays for (group 104).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Beneficiary {
    /// The name in use, where it is another one than that of birth.
    #[serde(rename = "nom_usage")]
    pub usual_name: Option<String>,
    /// The name at birth.
    #[serde(rename = "nom")]
    pub birth_name: Option<String>,
    /// The usual first name.
    #[serde(rename = "prenom")]
    pub first_name: Option<String>,
    /// The others.
    #[serde(rename = "autres_prenoms")]
    pub other_first_names: Option<String>,
    /// The NIR of their own, where it was certified; 15 characters.
    pub nir: Option<String>,
    /// The birth date; its month may be fictitious.
    #[serde(rename = "naissance", serialize_with = "as_text")]
    pub born: Option<CardDate>,
    /// The rank among twins: 1 unless the birth date is shared.
    #[serde(rename = "rang_gemellaire")]
    pub rank: Option<String>,
    /// What they are to the insured: 1 digit.
    #[serde(rename = "qualite")]
    pub quality: Option<String>,
    /// The last day on which they are a beneficiary.
    #[serde(rename = "fin_qualite", serialize_with = "as_text")]
    pub quality_end: Option<CardDate>,
    /// The pregnancy date that a Vitale 1 may carry.
    #[serde(rename = "grossesse", serialize_with = "as_text")]
    pub pregnancy: Option<CardDate>,
    /// Nationality or country.
    #[serde(rename = "pays")]
    pub country: Option<String>,
    /// The address, line by line.
    #[serde(rename = "adresse")]
    pub address: Vec<String>,
    /// A service of the basic regime.
    #[serde(rename = "service_amo")]
    pub service: Option<Dated>,
    /// Group 105: when they have rights.
    #[serde(rename = "droits")]
    pub rights: Vec<Period>,
    /// Group 106: how much of the care is covered, when.
    #[serde(rename = "couverture")]
    pub coverage: Vec<Coverage>,
    /// Why they pay no co-payment, when. Its file opens to a professional's card only.
    #[serde(rename = "exoneration")]
    pub exonerations: Vec<Dated>,
    /// Groups 107 and 108.
    #[serde(rename = "mutuelle")]
    pub mutual: Option<Complementary>,
    /// Groups 109 and 111.
    pub amc: Option<Complementary>,
    /// Whether a treating doctor was declared; not who.
    #[serde(rename = "medecin_traitant")]
    pub treating_doctor: Option<bool>,
    /// Whether they were told about organ donation.
    #[serde(rename = "don_organes")]
    pub organ_donation: Option<bool>,
    /// Whom to warn in case of need: first name, name, telephone, as far as given.
    #[serde(rename = "personne_a_prevenir")]
    pub person_to_warn: Option<String>,
    /// Care in another state of the Union.
    pub europe: Option<Europe>,
}

/// How much is covered (group 106): the digit of the long-term illness and the situation make the coverage code.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// 1 digit; 1, 2 and 3 exonerate.
    pub ald: Option<String>,
    /// 4 digits.
    pub situation: Option<String>,
    /// When it holds.
    #[serde(rename = "periode")]
    pub period: Period,
}

/// Who pays what the basic regime leaves: a mutuelle (107, 108) or another complementary insurer (109, 111).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Complementary {
    /// Its number.
    #[serde(rename = "numero")]
    pub number: Option<String>,
    /// The member's number there.
    #[serde(rename = "numero_adherent")]
    pub member: Option<String>,
    /// The guarantees of a mutuelle: `O` or `N`, eight times.
    #[serde(rename = "garanties")]
    pub guarantees: Option<String>,
    /// How claims are treated: 2 digits.
    #[serde(rename = "code_traitement")]
    pub treatment: Option<String>,
    /// The family of insurers: 1 character.
    pub sts: Option<String>,
    /// How claims find their way: 2 characters.
    #[serde(rename = "code_routage")]
    pub routing: Option<String>,
    /// When it holds.
    #[serde(rename = "periode")]
    pub period: Period,
}

/// What a European health insurance card says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Europe {
    /// The competent institution.
    pub institution: Option<String>,
    /// The number of the card.
    #[serde(rename = "numero_carte")]
    pub card_number: Option<String>,
    /// When it holds.
    #[serde(rename = "periode")]
    pub period: Period,
}

impl Accident {
    /// Whether it is one: a card has places for three, and those that hold none have the number 0.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.number.as_deref() != Some("0")
    }
}

impl Beneficiary {
    /// First and usual name, as one calls a person; what there is of them.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let name = self.usual_name.as_ref().or(self.birth_name.as_ref());
        let parts: Vec<&str> = [self.first_name.as_ref(), name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Who pays beside the basic regime.
    pub fn complementary(&self) -> impl Iterator<Item = &Complementary> {
        self.mutual.iter().chain(&self.amc)
    }
}
