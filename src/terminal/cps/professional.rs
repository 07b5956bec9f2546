//! What a professional's card says, typed: whose it is, where the holder works, and what the card may bill and sign.
//!
//! Any field may be missing, for a card may leave it out or keep it closed. Codes are text, since their zeros count;
//! lists of codes are those of `profile::codes`. Serialized, the names are the keys of card files.

use serde::Serialize;

use crate::terminal::{files::Lock, period::Period};

/// All that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Professional {
    /// The card itself.
    #[serde(rename = "carte")]
    pub card: CardFacts,
    /// Whose it is.
    #[serde(rename = "titulaire")]
    pub holder: Owner,
    /// Where the holder works: those that the card names, read or not.
    #[serde(rename = "exercice")]
    pub activities: Vec<Activity>,
    /// What is billed, and how.
    #[serde(rename = "facturation")]
    pub billing: Billing,
}

/// The card itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CardFacts {
    /// `cps`, `cpf` (in training), `cpe` (an establishment's staff), `cpa` (authorised persons).
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `test` or `reelle`.
    #[serde(rename = "categorie")]
    pub category: Option<String>,
    /// Its number, 10 digits, which is printed on it.
    #[serde(rename = "numero")]
    pub number: Option<String>,
    /// The serial number of its chip, 8 digits.
    #[serde(rename = "numero_serie")]
    pub serial: Option<String>,
    /// From the day of issue to the last day.
    #[serde(rename = "validite")]
    pub validity: Period,
    /// When the last update began and ended; without days if the card was never updated.
    #[serde(rename = "mise_a_jour")]
    pub updated: Period,
}

/// Whose card it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Owner {
    /// `Mme`, `Mlle` or `M`.
    #[serde(rename = "civilite")]
    pub civility: Option<String>,
    /// The name; a card of an establishment may have none.
    #[serde(rename = "nom")]
    pub name: Option<String>,
    /// The first name.
    #[serde(rename = "prenom")]
    pub first_name: Option<String>,
    /// The number in the national directory, 11 digits.
    pub rpps: Option<String>,
    /// The number in the directory of departments, 9 characters.
    pub adeli: Option<String>,
    /// The number of somebody in training.
    #[serde(rename = "etudiant")]
    pub student: Option<String>,
    /// The place that knows the holder by a number of its own.
    #[serde(rename = "employeur")]
    pub employer: Option<Employer>,
    /// A code of list `profession`.
    pub profession: Option<String>,
    /// A code of list `savoir_faire`: speciality, or what else the holder is qualified for.
    #[serde(rename = "savoir_faire")]
    pub speciality: Option<String>,
    /// What the holder does, where there is no profession.
    #[serde(rename = "fonction")]
    pub function: Option<String>,
    /// Two letters.
    #[serde(rename = "langue")]
    pub language: Option<String>,
}

/// A place that knows its people by a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Employer {
    /// Its name.
    #[serde(rename = "raison_sociale")]
    pub name: Option<String>,
    /// Which it is.
    #[serde(rename = "lieu")]
    pub place: Place,
    /// The number of the holder there.
    #[serde(rename = "numero_interne")]
    pub number: Option<String>,
}

/// Which place: by one of its numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Place {
    /// Of an establishment, 9 characters.
    pub finess: Option<String>,
    /// Of a legal body, 9 digits.
    pub siren: Option<String>,
    /// Of a place of a legal body, 14 digits.
    pub siret: Option<String>,
    /// Of a practice: the RPPS number of a professional and its rank, 14 digits.
    pub cabinet_rpps: Option<String>,
    /// Of a practice: the ADELI number of a professional and its rank, 11 characters.
    pub cabinet_adeli: Option<String>,
}

/// Where the holder works, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Activity {
    /// Which of the card's sixteen places for activities it has, from 1.
    #[serde(rename = "numero")]
    pub number: usize,
    /// What would open it; `None` if it was read.
    pub lock: Option<Lock>,
    /// The name of the place.
    #[serde(rename = "raison_sociale")]
    pub name: Option<String>,
    /// Which place it is.
    #[serde(rename = "lieu")]
    pub place: Place,
    /// A code of list `secteur`.
    #[serde(rename = "secteur")]
    pub sector: Option<String>,
    /// A code of list `mode_exercice`.
    pub mode: Option<String>,
}

/// What is billed, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Billing {
    /// What would open it; `None` if it was read, or if nobody asked the card for it.
    pub lock: Option<Lock>,
    /// The situations; none where the card has none or keeps them closed.
    pub situations: Vec<BillingSituation>,
}

/// A situation in which the holder bills [CPS-BILLING fields].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BillingSituation {
    /// The name of the place.
    #[serde(rename = "raison_sociale")]
    pub name: Option<String>,
    /// Which place it is.
    #[serde(rename = "lieu")]
    pub place: Place,
    /// A code of list `mode_facturation`.
    pub mode: Option<String>,
    /// The status, 1 or 2 digits; its values are not public.
    #[serde(rename = "statut")]
    pub status: Option<String>,
    /// The sector of activity, up to 4 digits; its values are not public.
    #[serde(rename = "secteur")]
    pub sector: Option<String>,
    /// The number of the activity, 10 digits.
    #[serde(rename = "activite")]
    pub activity: Option<String>,
    /// The billing number: 8 digits and a key.
    #[serde(rename = "numero_facturation")]
    pub number: Option<String>,
    /// When it holds.
    #[serde(rename = "periode")]
    pub period: Period,
    /// The speciality as the sickness funds number it, 2 digits.
    #[serde(rename = "specialite")]
    pub speciality: Option<String>,
    /// A code of list `convention`.
    pub convention: Option<String>,
    /// The billing indicator, 1 digit; its values are not public.
    #[serde(rename = "indicateur")]
    pub indicator: Option<String>,
    /// A code of list `zone_ik`: mileage allowances.
    #[serde(rename = "zone_ik")]
    pub mileage_zone: Option<String>,
    /// A code of list `zone_tarifaire`.
    #[serde(rename = "zone_tarifaire")]
    pub tariff_zone: Option<String>,
    /// Codes of list `agrement`: approvals 1 to 3.
    #[serde(rename = "agrements")]
    pub approvals: [Option<String>; 3],
    /// The RPPS number of the professional whom the holder stands in for.
    #[serde(rename = "remplace")]
    pub stands_in_for: Option<String>,
    /// Whether the card may sign care forms.
    #[serde(rename = "signe_fse")]
    pub signs_forms: Option<bool>,
    /// Whether it may sign lots of them: a right of its own.
    #[serde(rename = "signe_lots")]
    pub signs_lots: Option<bool>,
}

impl Owner {
    /// First name and name, as one calls a person; what there is of them.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.first_name, &self.name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}
