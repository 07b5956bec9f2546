//! A Vitale as JSON. Dates are `YYYY-MM-DD`, with `THH:MM` where the card keeps a time.

use serde::Serialize;

use super::cover::{Complementary, Mutual};
use crate::{
    billing::view::{Names, View, people},
    terminal::{period::Period, told::Told},
};

/// The exoneration that a long-term illness gives, and the digits of coverage that say there is one
/// [MEDINTUX-SSV codes].
const LONG_TERM_ILLNESS: &str = "4";
const EXONERATING: [&str; 3] = ["1", "2", "3"];

/// No exoneration.
const NO_EXONERATION: &str = "0";

/// A Vitale. All but the card itself, the insured's number and who the people are comes with the rights only.
#[derive(Clone, Debug, Serialize)]
pub struct VitaleCard {
    /// `T`: a test card.
    #[serde(rename = "typeCarte")]
    pub kind: Option<String>,
    /// The serial number.
    #[serde(rename = "numeroSerie")]
    pub serial: Option<String>,
    /// The last day of the card.
    #[serde(rename = "dateFinValidite")]
    pub end: Option<String>,
    /// The insured's number, 13 characters.
    #[serde(rename = "NIR")]
    pub nir: Option<String>,
    /// Its key, 2 digits.
    #[serde(rename = "cleNIR")]
    pub key: Option<String>,
    /// The basic regime, 2 digits.
    #[serde(rename = "codeRegime")]
    pub regime: Option<String>,
    /// The managing body, 3 digits.
    #[serde(rename = "caisseGestionnaire")]
    pub body: Option<String>,
    /// Its centre, 4 digits.
    #[serde(rename = "centreGestionnaire")]
    pub centre: Option<String>,
    /// How the insured's file is managed, 2 characters.
    #[serde(rename = "codeGestion")]
    pub management: Option<String>,
    /// The service of the basic regime to the family.
    #[serde(rename = "serviceAMOFamille")]
    pub service: Option<Dated>,
    /// Recognised accidents at work; `None` without the rights.
    #[serde(rename = "lstAccidentsTravail")]
    pub accidents: Option<Vec<Accident>>,
    /// Everybody on the card, the insured first.
    #[serde(rename = "lstDonneesBeneficiaire")]
    pub people: Vec<Beneficiary>,
    /// Whether it is an application of a telephone (apCV): never, here.
    #[serde(rename = "apCV")]
    pub is_application: bool,
    /// Its context: none.
    #[serde(rename = "contexteApCV")]
    pub application: Option<()>,
}

/// A code that holds for a time.
#[derive(Clone, Debug, Serialize)]
pub struct Dated {
    /// Which.
    pub code: Option<String>,
    /// The period.
    #[serde(flatten)]
    pub period: Days,
}

/// From one day to another.
#[derive(Clone, Debug, Serialize)]
pub struct Days {
    /// The first day.
    #[serde(rename = "debut")]
    pub start: Option<String>,
    /// The last day.
    #[serde(rename = "fin")]
    pub end: Option<String>,
}

/// A recognised accident at work or occupational disease.
#[derive(Clone, Debug, Serialize)]
pub struct Accident {
    /// The body that recognised it: regime, caisse and centre.
    #[serde(rename = "organisme")]
    pub body: Option<String>,
    /// 2 digits; its values are not public.
    pub code: Option<String>,
    /// Its number.
    #[serde(rename = "identifiant")]
    pub number: Option<String>,
}

/// Somebody on the card.
#[derive(Clone, Debug, Serialize)]
pub struct Beneficiary {
    /// The name in use.
    #[serde(rename = "nomUsuel")]
    pub usual_name: Option<String>,
    /// The name at birth, where it is another one.
    #[serde(rename = "nomPatronymique")]
    pub birth_name: Option<String>,
    /// The usual first name.
    #[serde(rename = "prenom")]
    pub first_name: Option<String>,
    /// The birth date; its month may be fictitious.
    #[serde(rename = "dateNaissance")]
    pub born: Option<String>,
    /// The rank among twins.
    #[serde(rename = "rangGemellaire")]
    pub rank: Option<String>,
    /// The number of their own, once it is certified: 13 characters.
    #[serde(rename = "NIRcertifie")]
    pub nir: Option<String>,
    /// Its key, 2 digits.
    #[serde(rename = "cle")]
    pub key: Option<String>,
    /// When it was certified.
    #[serde(rename = "dateCertification")]
    pub certified: Option<String>,
    /// The calculated national health identifier of former times: no card here has one.
    #[serde(rename = "INSC")]
    pub insc: Option<()>,
    /// The address, line by line.
    #[serde(rename = "adresse")]
    pub address: Vec<String>,
    /// What they are to the insured: 1 digit.
    #[serde(rename = "qualite")]
    pub quality: Option<String>,
    /// The service of the basic regime: 2 digits.
    #[serde(rename = "codeServiceAMO")]
    pub service: Option<String>,
    /// When that holds.
    #[serde(rename = "periodeServiceAMO")]
    pub service_period: Option<Days>,
    /// When they have rights; `None` without the rights.
    #[serde(rename = "lstPeriodeDroitsAMO")]
    pub rights: Option<Vec<Days>>,
    /// How they are covered; `None` without the rights.
    #[serde(rename = "lstPeriodeCodeCouverture")]
    pub coverage: Option<Vec<Coverage>>,
    /// Why they pay no co-payment; `None` without the rights.
    #[serde(rename = "lstExonerations")]
    pub exonerations: Option<Vec<Dated>>,
    /// Whether a treating doctor was declared.
    #[serde(rename = "medecinTraitant")]
    pub doctor: Option<bool>,
    /// A mutuelle.
    #[serde(rename = "donneesMutuelle")]
    pub mutual: Option<Mutual>,
    /// Another complementary insurer.
    #[serde(rename = "donneesComplementaire")]
    pub amc: Option<Complementary>,
}

/// How care is covered for a time.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// The period.
    #[serde(flatten)]
    pub period: Days,
    /// The digit of the long-term illness.
    #[serde(rename = "codeALD")]
    pub ald: Option<String>,
    /// The situation, 4 digits, whose meaning is not public.
    #[serde(rename = "codeSituation")]
    pub situation: Option<String>,
    /// The exoneration that goes with it: `4` with an illness that exonerates, `0` without one.
    #[serde(rename = "codeExoStandard")]
    pub exoneration: &'static str,
    /// The rate that goes with it: not public, so `None`.
    #[serde(rename = "tauxStandard")]
    pub rate: Option<()>,
    /// Whether it is of the local regime of Alsace-Moselle: which situations are is not public, so `None`.
    #[serde(rename = "flagAlsaceMoselle")]
    pub is_of_alsace_moselle: Option<()>,
}

impl VitaleCard {
    pub(super) fn of(card: &Told<'_>, has_rights: bool) -> Self {
        let view = View::of(card.data);
        let right = |key| view.text(key).filter(|_| has_rights);
        let (nir, key) = with_key(view.text("assure.nir"));
        let accidents = view.members("assure.accident_travail").map(Accident::of).collect();
        let people = people(card.data).enumerate();
        Self {
            kind: view.text("carte.type"),
            serial: view.text("carte.numero_serie"),
            end: date(view, "carte.fin_validite"),
            nir,
            key,
            regime: right("assure.code_regime"),
            body: right("assure.caisse"),
            centre: right("assure.centre"),
            management: right("assure.code_gestion"),
            service: view.table("assure.service_amo_famille").filter(|_| has_rights).map(Dated::of),
            accidents: has_rights.then_some(accidents),
            people: people.map(|(index, person)| Beneficiary::of(person, index == 0, has_rights)).collect(),
            is_application: false,
            application: None,
        }
    }
}

impl Beneficiary {
    fn of(person: View<'_>, is_insured: bool, has_rights: bool) -> Self {
        let (nir, key) = with_key(person.certified_nir(is_insured));
        let Names { usual, birth } = person.names();
        let lines = ["ligne_1", "ligne_2", "ligne_3", "ligne_4", "commune"];
        let address = lines.iter().filter_map(|line| person.text(&format!("adresse.{line}"))).collect();
        let right = |key| person.text(key).filter(|_| has_rights);
        let table = |key| person.table(key).filter(|_| has_rights);
        Self {
            usual_name: usual,
            birth_name: birth,
            first_name: person.text("prenom"),
            born: date(person, "naissance"),
            rank: person.text("rang_gemellaire"),
            nir,
            key,
            certified: date(person, "date_certification"),
            insc: None,
            address,
            quality: right("qualite"),
            service: right("service_amo.code"),
            service_period: table("service_amo").map(Days::of),
            rights: has_rights.then(|| person.members("droits").map(Days::of).collect()),
            coverage: has_rights.then(|| person.members("couverture").map(Coverage::of).collect()),
            exonerations: has_rights.then(|| person.members("exoneration").map(Dated::of).collect()),
            doctor: person.flag("medecin_traitant").filter(|_| has_rights),
            mutual: table("mutuelle").map(Mutual::of),
            amc: table("amc").map(Complementary::of),
        }
    }
}

impl Dated {
    fn of(entry: View<'_>) -> Self {
        Self { code: entry.text("code"), period: Days::of(entry) }
    }
}

impl Days {
    pub(super) fn of(entry: View<'_>) -> Self {
        let Period { start, end } = entry.period("debut", "fin");
        Self { start: start.map(|day| day.to_string()), end: end.map(|day| day.to_string()) }
    }
}

impl Accident {
    fn of(accident: View<'_>) -> Self {
        Self { body: accident.text("organisme"), code: accident.text("code"), number: accident.text("identifiant") }
    }
}

impl Coverage {
    fn of(coverage: View<'_>) -> Self {
        let ald = coverage.text("ald");
        let exonerates = ald.as_deref().is_some_and(|ald| EXONERATING.contains(&ald));
        Self {
            period: Days::of(coverage),
            ald,
            situation: coverage.text("situation"),
            exoneration: if exonerates { LONG_TERM_ILLNESS } else { NO_EXONERATION },
            rate: None,
            is_of_alsace_moselle: None,
        }
    }
}

fn date(view: View<'_>, key: &str) -> Option<String> {
    view.date(key).map(|date| date.to_string())
}

/// A NIR without its key, and the key; a chip may hold anything in its place.
fn with_key(nir: Option<String>) -> (Option<String>, Option<String>) {
    const NUMBER: usize = 13;
    let Some(nir) = nir else { return (None, None) };
    match nir.char_indices().nth(NUMBER) {
        Some((end, _)) => (Some(nir[..end].to_owned()), Some(nir[end..].to_owned())),
        None => (Some(nir), None),
    }
}
