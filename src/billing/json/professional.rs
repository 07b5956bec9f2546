//! A professional's card as JSON. Which names the interface has for it is not public: these are this project's.

use serde::Serialize;

use crate::{billing::view::View, terminal::told::Told};

/// A professional's card.
#[derive(Clone, Debug, Serialize)]
pub struct ProfessionalCard {
    /// `cps`, `cpf`, `cpe` or `cpa`.
    #[serde(rename = "typeCarte")]
    pub kind: Option<String>,
    /// `test` or `reelle`.
    #[serde(rename = "categorie")]
    pub category: Option<String>,
    /// Its number, which is printed on it.
    #[serde(rename = "numero")]
    pub number: Option<String>,
    /// The serial number of its chip.
    #[serde(rename = "numeroSerie")]
    pub serial: Option<String>,
    /// The last day of the card.
    #[serde(rename = "dateFinValidite")]
    pub end: Option<String>,
    /// `Mme`, `Mlle` or `M`.
    #[serde(rename = "civilite")]
    pub civility: Option<String>,
    /// The name.
    #[serde(rename = "nom")]
    pub name: Option<String>,
    /// The first name.
    #[serde(rename = "prenom")]
    pub first_name: Option<String>,
    /// The number in the national directory.
    #[serde(rename = "numeroRPPS")]
    pub rpps: Option<String>,
    /// The number in the directory of departments.
    #[serde(rename = "numeroADELI")]
    pub adeli: Option<String>,
    /// The profession.
    pub profession: Option<String>,
    /// The speciality, or what else the holder is qualified for.
    #[serde(rename = "savoirFaire")]
    pub speciality: Option<String>,
    /// In which situations the holder bills; `None` where that is not given.
    #[serde(rename = "lstSituations")]
    pub situations: Option<Vec<BillingSituation>>,
}

/// A situation in which the holder bills.
#[derive(Clone, Debug, Serialize)]
pub struct BillingSituation {
    /// Which it is on the card, from 1.
    #[serde(rename = "numeroLogique")]
    pub number: usize,
    /// The name of the place.
    #[serde(rename = "raisonSociale")]
    pub name: Option<String>,
    /// The place: of an establishment.
    #[serde(rename = "numeroFINESS")]
    pub finess: Option<String>,
    /// Of a legal body.
    #[serde(rename = "numeroSIREN")]
    pub siren: Option<String>,
    /// Of a place of a legal body.
    #[serde(rename = "numeroSIRET")]
    pub siret: Option<String>,
    /// Of a practice.
    #[serde(rename = "cabinetRPPS")]
    pub cabinet_rpps: Option<String>,
    /// Of a practice.
    #[serde(rename = "cabinetADELI")]
    pub cabinet_adeli: Option<String>,
    /// How the holder works there.
    #[serde(rename = "modeExercice")]
    pub mode: Option<String>,
    /// The status; its values are not public.
    #[serde(rename = "codeStatut")]
    pub status: Option<String>,
    /// The sector of activity; its values are not public.
    #[serde(rename = "codeSecteur")]
    pub sector: Option<String>,
    /// The number of the activity.
    #[serde(rename = "numeroActivite")]
    pub activity: Option<String>,
    /// The billing number, 8 digits.
    #[serde(rename = "numeroFacturation")]
    pub billing: Option<String>,
    /// Its key.
    #[serde(rename = "cleFacturation")]
    pub key: Option<String>,
    /// The first day.
    #[serde(rename = "debut")]
    pub start: Option<String>,
    /// The last day.
    #[serde(rename = "fin")]
    pub end: Option<String>,
    /// The speciality as the sickness funds number it.
    #[serde(rename = "codeSpecialite")]
    pub speciality: Option<String>,
    /// The agreement with the sickness funds.
    #[serde(rename = "codeConvention")]
    pub convention: Option<String>,
    /// The tariff zone.
    #[serde(rename = "codeZoneTarifaire")]
    pub tariff_zone: Option<String>,
    /// The zone of mileage allowances.
    #[serde(rename = "codeZoneIK")]
    pub mileage_zone: Option<String>,
    /// Approvals 1 to 3.
    #[serde(rename = "codesAgrement")]
    pub approvals: [Option<String>; 3],
    /// Whom the holder stands in for.
    #[serde(rename = "numeroRemplace")]
    pub stands_in_for: Option<String>,
    /// Whether the card may sign care forms.
    #[serde(rename = "habilitationFSE")]
    pub signs_forms: Option<bool>,
    /// Whether it may sign lots of them.
    #[serde(rename = "habilitationLot")]
    pub signs_lots: Option<bool>,
}

impl ProfessionalCard {
    pub(super) fn of(card: &Told<'_>, with_billing: bool) -> Self {
        let view = View::of(card.data);
        let text = |key| view.text(key);
        let situations = view.members("facturation").enumerate();
        Self {
            kind: text("carte.type"),
            category: text("carte.categorie"),
            number: text("carte.numero"),
            serial: text("carte.numero_serie"),
            end: view.date("carte.fin_validite").map(|date| date.to_string()),
            civility: text("titulaire.civilite"),
            name: text("titulaire.nom"),
            first_name: text("titulaire.prenom"),
            rpps: text("titulaire.rpps"),
            adeli: text("titulaire.adeli"),
            profession: text("titulaire.profession"),
            speciality: text("titulaire.savoir_faire"),
            situations: with_billing
                .then(|| situations.map(|(index, situation)| BillingSituation::of(index + 1, situation)).collect()),
        }
    }
}

impl BillingSituation {
    fn of(number: usize, situation: View<'_>) -> Self {
        const BILLING: usize = 8;
        let text = |key| situation.text(key);
        let date = |key| situation.date(key).map(|date| date.to_string());
        let billing = text("numero_facturation");
        let key = billing.as_ref().and_then(|number| number.get(BILLING..)).map(str::to_owned);
        Self {
            number,
            name: text("raison_sociale"),
            finess: text("finess"),
            siren: text("siren"),
            siret: text("siret"),
            cabinet_rpps: text("cabinet_rpps"),
            cabinet_adeli: text("cabinet_adeli"),
            mode: text("mode"),
            status: text("statut"),
            sector: text("secteur"),
            activity: text("activite"),
            billing: billing.map(|number| number.get(..BILLING).map(str::to_owned).unwrap_or(number)),
            key: key.filter(|key| !key.is_empty()),
            start: date("debut"),
            end: date("fin"),
            speciality: text("specialite"),
            convention: text("convention"),
            tariff_zone: text("zone_tarifaire"),
            mileage_zone: text("zone_ik"),
            approvals: ["agrement_1", "agrement_2", "agrement_3"].map(text),
            stands_in_for: text("remplace"),
            signs_forms: situation.flag("signe_fse"),
            signs_lots: situation.flag("signe_lots"),
        }
    }
}
