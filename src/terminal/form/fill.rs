//! From a form file and what the cards say to a form. Where they disagree, the mistake points into the file.

use super::{
    Container,
    against::{self, Disagreement, Said},
    content::{Caregiver, Form, InsuredId, Patient, Secrets},
    file::FormFile,
    mode::Part,
    refusal::Refusal,
    rules::{self, Facts},
};
use crate::{
    lists::tod::{Nowhere, Tod},
    profile::{
        dates::calendar,
        diagnostic::{Diagnostic, Diagnostics},
        said::{Bilingual, said},
    },
    terminal::{
        cps::{self, BillingSituation, Proof},
        vitale,
    },
};

/// The cards that were read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cards<'a> {
    /// The patient's.
    pub vitale: Option<&'a vitale::Reading>,
    /// The professional's.
    pub professional: Option<&'a cps::Reading>,
    /// Whether several forms are signed in one go.
    pub is_lot: bool,
    /// The table of destinations, if there is one, which says whether a form without a Vitale has any.
    pub tod: Option<&'a Tod>,
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
    let Said { insured, patient, vitale } = match vitale {
        Some(reading) => {
            let (said, wrong) = against::vitale(&file.facts(), reading)?;
            for Disagreement { place, message, hint } in wrong {
                filling.wrong(&place.path(), message, hint);
            }
            said
        }
        None => filling.of_file(cards.tod)?,
    };
    let form = Form {
        mode: file.mode,
        date: file.date,
        number: file.number,
        lot: file.lot,
        insured,
        patient,
        caregiver,
        nature: file.nature.clone(),
        acts: file.acts.clone(),
        payment: file.payment,
        vitale,
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
    // Nor is it this project's whether what they say is what a form may say.
    if let Some(breach) = rules::breaches(&Facts::from(&container.form)).into_iter().next() {
        return Err(Refusal::NotSound(breach).into());
    }
    Ok((container.form, file.secrets.clone()))
}

/// A form in the making.
struct Filling<'a> {
    file: &'a FormFile,
    mistakes: Vec<Diagnostic>,
}

impl Filling<'_> {
    /// Who cares: the billing situation of the card that the file names, else the first that holds.
    fn caregiver(&mut self, reading: &cps::Reading, is_lot: bool) -> Result<Caregiver, Refusal> {
        let day = self.file.date;
        if let Some(kind @ ("cpf" | "cpa")) = reading.professional.card.kind.as_deref() {
            return Err(Refusal::KindMakesNone(kind.to_uppercase()));
        }
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

    fn of_file(&mut self, tod: Option<&Tod>) -> Result<Said, Refusal> {
        let insured = self.file.insured.clone().ok_or(Refusal::NoVitale(self.file.mode))?;
        let InsuredId { regime, body, centre, .. } = &insured;
        let goes = tod.zip(calendar(self.file.date)).map(|(tod, day)| tod.destination(regime, body, centre, day));
        if let Some(Err(Nowhere { body, .. })) = goes {
            let message = said!(
                en: "the table of destinations says nowhere to send forms for {body}",
                fr: "la table des destinations ne dit pas où envoyer les feuilles pour {body}",
            );
            let hint = said!(
                en: "correct code_regime, caisse and centre, or take a newer table",
                fr: "corriger code_regime, caisse et centre, ou prendre une table plus récente",
            );
            self.wrong("assure.code_regime", message, hint);
        }
        let patient = self.file.patient.clone().unwrap_or_else(|| Patient::Nir(insured.nir.clone()));
        Ok(Said { insured, patient, vitale: None })
    }

    fn wrong(&mut self, path: &str, message: Bilingual, hint: Bilingual) {
        self.mistakes.push(self.file.mistake(path, message, hint));
    }
}
