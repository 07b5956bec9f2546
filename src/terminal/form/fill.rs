//! From a form file and what the cards say to a form. Where they disagree, the mistake points into the file.

use super::{
    Container,
    content::{Act, Caregiver, Form, Generation, InsuredId, Patient, Payment, Secrets, VitaleUsed},
    file::{FormFile, WrittenAct},
    mode::Part,
    refusal::Refusal,
};
use crate::{
    profile::{
        diagnostic::{Diagnostic, Diagnostics},
        said::{Bilingual, said},
        tree::CardDate,
    },
    terminal::{
        cps::{self, BillingSituation, Proof},
        files::Lock,
        vitale::{self, Ability, Beneficiary, Model, Remark, Verdict},
    },
};

/// The exoneration that a long-term illness gives, and the digits of coverage that say there is one
/// [MEDINTUX-SSV codes].
const LONG_TERM_ILLNESS: &str = "4";
const EXONERATING: [&str; 3] = ["1", "2", "3"];

/// The service that pays the complementary share too.
const FREE_COVER: &str = "01";

/// The cards that were read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cards<'a> {
    /// The patient's.
    pub vitale: Option<&'a vitale::Reading>,
    /// The professional's.
    pub professional: Option<&'a cps::Reading>,
    /// Whether several forms are signed in one go.
    pub is_lot: bool,
}

/// Why there is no form.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The file and a card disagree.
    #[error("{0}")]
    Disagreement(Diagnostics),
    /// A card may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Makes a form, and what is to be enciphered of it.
///
/// # Errors
///
/// [`Unfit`] if the file and a card disagree, or a card may not be used so.
pub fn fill(file: &FormFile, cards: Cards<'_>) -> Result<(Form, Secrets), Unfit> {
    let mut filling = Filling { file, mistakes: Vec::new() };
    let professional = match (file.mode.has_professional(), cards.professional) {
        (true, None) => return Err(Refusal::NoProfessional(file.mode).into()),
        (false, Some(_)) => return Err(Refusal::ProfessionalTooMany(file.mode).into()),
        (_, professional) => professional,
    };
    let vitale = match (file.mode.vitale(), cards.vitale) {
        (Part::Now, None) => return Err(Refusal::NoVitale(file.mode).into()),
        (Part::None | Part::Later, Some(_)) => return Err(Refusal::VitaleTooMany(file.mode).into()),
        (_, vitale) => vitale,
    };
    let caregiver = match professional {
        Some(reading) => filling.caregiver(reading, cards.is_lot)?,
        None => Caregiver { billing: file.billing.clone().unwrap_or_default(), ..Caregiver::default() },
    };
    let (insured, patient, used) = match vitale {
        Some(reading) => filling.of_vitale(reading)?,
        None => filling.of_file()?,
    };
    let acts: Vec<_> = file.acts.iter().map(act).collect();
    let form = Form {
        mode: file.mode,
        date: file.date,
        number: file.number,
        lot: file.lot,
        insured,
        patient,
        caregiver,
        nature: file.nature.clone(),
        payment: Payment::of(&acts, file.basic_is_paid, file.complementary_is_paid),
        acts,
        vitale: used,
        professional_card: professional.and_then(|reading| reading.professional.card.number.clone()),
    };
    if !filling.mistakes.is_empty() {
        return Err(Unfit::Disagreement(Diagnostics(filling.mistakes)));
    }
    // What cards say is not ours: a form must have one coding all the same.
    let container = Container { form, sealed: None };
    match Container::decode(&container.encode()) {
        Ok(read) if read == container => {}
        _ => return Err(Refusal::NotCodable.into()),
    }
    let prescriber = file.prescriber.clone();
    let secrets = Secrets { prescriber, acts: file.acts.iter().map(|act| act.secrets.clone()).collect() };
    Ok((container.form, secrets))
}

fn act(written: &WrittenAct) -> Act {
    Act {
        date: written.date,
        code: written.code.clone(),
        quotation: written.quotation,
        tooth: written.tooth.clone(),
        amount: written.amount,
        overrun: written.overrun,
        travel: written.travel,
        exoneration: written.exoneration.clone(),
        rate: written.rate,
        basic: written.basic(),
        complementary: written.complementary,
        agreement: written.agreement,
        device: written.device.clone(),
    }
}

/// Whose rights pay, who was cared for, and by which card that is known.
type Known = (InsuredId, Patient, Option<VitaleUsed>);

/// A form in the making.
struct Filling<'a> {
    file: &'a FormFile,
    mistakes: Vec<Diagnostic>,
}

impl Filling<'_> {
    /// Who cares: the billing situation of the card that the file names, else the first that holds.
    fn caregiver(&mut self, reading: &cps::Reading, is_lot: bool) -> Result<Caregiver, Refusal> {
        let day = self.file.date;
        let validity = reading.professional.card.validity;
        match (validity.start, validity.end) {
            (_, Some(day_of)) if validity.is_over(day) => {
                return Err(Refusal::ProfessionalNotValid { day: day_of, is_over: true });
            }
            (Some(day_of), _) if validity.is_to_come(day) => {
                return Err(Refusal::ProfessionalNotValid { day: day_of, is_over: false });
            }
            _ => {}
        }
        if !matches!(reading.codes.proof, Proof::Proved | Proof::ProvedBefore) {
            return Err(Refusal::CodeMissing);
        }
        let all = &reading.professional.billing.situations;
        let holds = |situation: &&BillingSituation| situation.number.is_some() && situation.period.covers(day);
        let is_named = |situation: &&BillingSituation| {
            self.file.billing.as_ref().is_none_or(|number| situation.number.as_ref() == Some(number))
        };
        let named = all.iter().filter(holds).find(is_named);
        let Some(situation) = named else {
            let known: Vec<_> = all.iter().filter(holds).filter_map(|situation| situation.number.clone()).collect();
            let Some(number) = self.file.billing.as_ref().filter(|_| !known.is_empty()) else {
                return Err(Refusal::NoSituation);
            };
            let known = known.join(", ");
            let message = said!(
                en: "the professional's card bills under no number {number} on this day",
                fr: "la carte du professionnel ne facture pas sous le numéro {number} ce jour-là",
            );
            let hint = said!(
                en: "its numbers are {known}; without [executant] the first one is taken",
                fr: "ses numéros sont {known} ; sans [executant] le premier est pris",
            );
            self.wrong("executant.numero_facturation", message, hint);
            return Ok(Caregiver { billing: number.clone(), ..Caregiver::default() });
        };
        if situation.signs_forms != Some(true) {
            return Err(Refusal::NotForms);
        }
        if is_lot && situation.signs_lots != Some(true) {
            return Err(Refusal::NotLots);
        }
        let signer = reading.certificates.iter().find(|it| it.usage == Some(cps::CertificateUse::Signature));
        Ok(Caregiver {
            id: signer.and_then(|certificate| certificate.subject.identifier.clone()),
            billing: situation.number.clone().unwrap_or_default(),
            speciality: situation.speciality.clone(),
        })
    }

    fn of_file(&self) -> Result<Known, Refusal> {
        let insured = self.file.insured.clone().ok_or(Refusal::NoVitale(self.file.mode))?;
        let patient = self.file.patient.clone().unwrap_or_else(|| Patient::Nir(insured.nir.clone()));
        Ok((insured, patient, None))
    }

    fn of_vitale(&mut self, reading: &vitale::Reading) -> Result<Known, Refusal> {
        let is_usable = reading.abilities().contains(&(Ability::SecuredForm, Verdict::WithProfessionalCard));
        if !is_usable {
            return Err(Refusal::VitaleNotUsable);
        }
        let (card, insured) = (&reading.volet.card, &reading.volet.insured);
        let said = |value: &Option<String>, what| value.clone().ok_or(Refusal::VitaleSilent(what));
        let insured = InsuredId {
            nir: said(&insured.nir, "nir")?,
            regime: said(&insured.regime, "code_regime")?,
            body: said(&insured.body, "caisse")?,
            centre: said(&insured.centre, "centre")?,
        };
        let serial = said(&card.serial, "numero_serie")?;
        let generation = if reading.model == Model::Vitale1 { Generation::Vitale1 } else { Generation::Vitale2 };
        self.agree(&insured);
        let Some(person) = self.person(reading, &insured) else {
            return Ok((insured, Patient::Nir(String::new()), None));
        };
        self.rights(reading, person);
        self.payment(reading, person);
        let patient = match (&person.nir, person.born) {
            (Some(nir), _) => Patient::Nir(nir.clone()),
            (None, Some(born)) => {
                let rank = person.rank.clone().unwrap_or_else(|| "1".into());
                Patient::Born { date: CardDate { hour: 0, minute: 0, ..born }, rang_gemellaire: rank }
            }
            (None, None) => return Err(Refusal::VitaleSilent("naissance")),
        };
        Ok((insured, patient, Some(VitaleUsed { generation, serial })))
    }

    /// What the file says of the insured must be what the card says.
    fn agree(&mut self, card: &InsuredId) {
        let Some(written) = self.file.insured.clone() else { return };
        let rows = [
            ("nir", &written.nir, &card.nir),
            ("code_regime", &written.regime, &card.regime),
            ("caisse", &written.body, &card.body),
            ("centre", &written.centre, &card.centre),
        ];
        for (key, written, said) in rows {
            if written != said {
                let message = said!(
                    en: "the Vitale says {said}",
                    fr: "la Vitale indique {said}",
                );
                let hint = said!(
                    en: "leave [assure] out: the card says it; or take the card of this insured",
                    fr: "omettre [assure] : la carte le dit ; ou prendre la carte de cet assuré",
                );
                self.wrong(&format!("assure.{key}"), message, hint);
            }
        }
    }

    /// Who of those on the card was cared for.
    fn person<'r>(&mut self, reading: &'r vitale::Reading, insured: &InsuredId) -> Option<&'r Beneficiary> {
        let people = &reading.volet.beneficiaries;
        let wanted = self.file.patient.as_ref();
        let is_meant = |person: &&Beneficiary| match wanted {
            None => person.nir.as_ref() == Some(&insured.nir) || people.first() == Some(*person),
            Some(Patient::Nir(nir)) => person.nir.as_ref() == Some(nir),
            Some(Patient::Born { date, rang_gemellaire }) => {
                let born = person.born.map(|born| CardDate { hour: 0, minute: 0, ..born });
                born == Some(*date) && person.rank.as_deref().unwrap_or("1") == rang_gemellaire
            }
        };
        let found = people.iter().find(is_meant);
        if found.is_none() {
            let names: Vec<_> = people.iter().filter_map(Beneficiary::full_name).collect();
            let names = names.join(", ");
            let message = said!(
                en: "nobody on this Vitale is this person",
                fr: "personne sur cette Vitale n'est cette personne",
            );
            let hint = said!(
                en: "it has {names}: write the nir, or naissance and rang_gemellaire, of one of them",
                fr: "elle porte {names} : écrire le nir, ou naissance et rang_gemellaire, de l'un d'eux",
            );
            self.wrong("beneficiaire", message, hint);
        }
        found
    }

    /// Whether the person has rights on the day of each act, and the exoneration that is claimed.
    fn rights(&mut self, reading: &vitale::Reading, person: &Beneficiary) {
        let name = person.full_name().unwrap_or_default();
        let sealed = reading.closed.iter().any(|file| file.lock == Lock::ProfessionalCard);
        for (index, act) in self.file.acts.iter().enumerate() {
            let day = act.date;
            // A Vitale 1 has no periods of rights: those of coverage stand for them.
            let covered = person.coverage.iter().map(|coverage| &coverage.period);
            let periods = person.rights.iter().chain(covered.filter(|_| reading.model == Model::Vitale1));
            if !periods.into_iter().any(|period| period.covers(day)) {
                let message = said!(
                    en: "the Vitale gives {name} no rights on {day}",
                    fr: "la Vitale ne donne aucun droit à {name} le {day}",
                );
                self.wrong(
                    &format!("acte.{index}.date"),
                    message,
                    said!(
                        en: "have the card updated, or write mode = \"degrade\" and bill with paper",
                        fr: "faire mettre la carte à jour, ou écrire mode = \"degrade\" et facturer avec du papier",
                    ),
                );
            }
            let is_ill = person.coverage.iter().any(|coverage| {
                let exonerates = coverage.ald.as_deref().is_some_and(|ald| EXONERATING.contains(&ald));
                exonerates && coverage.period.covers(day)
            });
            let is_exempt = person.exonerations.iter().any(|exoneration| {
                exoneration.code.as_deref() == Some(LONG_TERM_ILLNESS) && exoneration.period.covers(day)
            });
            if act.exoneration == LONG_TERM_ILLNESS && !sealed && !is_ill && !is_exempt {
                let message = said!(
                    en: "the Vitale says nothing of a long-term illness of {name} on {day}",
                    fr: "la Vitale n'indique aucune affection de longue durée de {name} le {day}",
                );
                self.wrong(
                    &format!("acte.{index}.exoneration"),
                    message,
                    said!(
                        en: "write the rate of the act in place of it, as taux",
                        fr: "écrire le taux de l'acte à la place, dans taux",
                    ),
                );
            }
        }
    }

    /// Whether others may pay in the patient's place.
    fn payment(&mut self, reading: &vitale::Reading, person: &Beneficiary) {
        let day = self.file.date;
        let overdue = reading.remarks.iter().any(|remark| matches!(remark, Remark::UpdateOverdue { .. }));
        if overdue && self.file.basic_is_paid {
            let message = said!(
                en: "third-party payment is suspended: the card missed its yearly update",
                fr: "le tiers payant est suspendu : la carte n'a pas eu sa mise à jour annuelle",
            );
            self.wrong(
                "tiers_payant.regime_obligatoire",
                message,
                said!(
                    en: "have the card updated, or leave this out: the patient pays and is paid back",
                    fr: "faire mettre la carte à jour, ou omettre ceci : le patient paie et est remboursé",
                ),
            );
        }
        if !self.file.complementary_is_paid {
            return;
        }
        let services = reading.volet.insured.service.iter().chain(&person.service);
        let is_free =
            |service: &vitale::Dated| service.code.as_deref() == Some(FREE_COVER) && service.period.covers(day);
        if !services.into_iter().any(is_free) && !person.complementary().any(|cover| cover.period.covers(day)) {
            let message = said!(
                en: "the Vitale shows no complementary cover on {day}",
                fr: "la Vitale n'indique aucune couverture complémentaire le {day}",
            );
            self.wrong(
                "tiers_payant.complementaire",
                message,
                said!(
                    en: "leave this out: the patient pays that share",
                    fr: "omettre ceci : le patient paie cette part",
                ),
            );
        }
    }

    fn wrong(&mut self, path: &str, message: Bilingual, hint: Bilingual) {
        self.mistakes.push(self.file.mistake(path, message, hint));
    }
}
