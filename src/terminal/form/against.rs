//! A form against what a Vitale says: one comparison for a form that is made and for one that waits for the Vitale.
//!
//! The card is judged on the day of reading, with the lists that it was looked up in; the rights and the cover of the
//! person who was cared for on the days of the form.

use super::{
    content::{Act, Generation, InsuredId, Patient, VitaleUsed},
    refusal::Refusal,
    rules::{Facts, Place},
};
use crate::{
    profile::{
        said::{Bilingual, said},
        tree::CardDate,
    },
    terminal::right::Look,
    terminal::vitale::{Ability, Bearing, Beneficiary, Dated, Model, Reading, Verdict},
};

/// The exoneration that a long-term illness gives, and the digits of coverage that say there is one
/// [MEDINTUX-SSV codes].
const LONG_TERM_ILLNESS: &str = "4";
const EXONERATING: [&str; 3] = ["1", "2", "3"];

/// The exonerations that a person has, so that the card says them; those of an act it does not know
/// [MEDINTUX-SSV codes].
const OF_PERSON: [&str; 3] = [LONG_TERM_ILLNESS, "5", "9"];

/// The service that pays the complementary share too.
const FREE_COVER: &str = "01";

/// Whose rights pay, who was cared for, and by which card that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Whose rights pay.
    pub insured: InsuredId,
    /// Who was cared for.
    pub patient: Patient,
    /// The Vitale that says it, if one does.
    pub vitale: Option<VitaleUsed>,
}

/// Something in a form that the Vitale does not bear out.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// Where it stands.
    pub place: Place,
    /// What is wrong.
    pub message: Bilingual,
    /// What to do about it.
    pub hint: Bilingual,
}

/// What a Vitale says of the form, and what of the form it does not bear out.
///
/// # Errors
///
/// [`Refusal`] if the card may not be used, or does not say what a form says.
pub fn vitale(form: &Facts<'_>, reading: &Reading) -> Result<(Said, Vec<Disagreement>), Refusal> {
    if reading.abilities().contains(&(Ability::SecuredForm, Verdict::No)) {
        let why = reading.why_not(Ability::SecuredForm).into_iter().cloned().collect();
        return Err(Refusal::VitaleNotUsable(why));
    }
    // Alone it was read without what opens to a professional's card; with one that proved nothing, it signs nothing.
    if let Some(Look { outcome: Err(denial), .. }) = reading.looks.last() {
        return Err(Refusal::Unproven(denial.clone().into()));
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
    let vitale = Some(VitaleUsed { generation, serial });
    let mut comparing = Comparing { form, reading, wrong: Vec::new() };
    comparing.insured(&insured);
    let Some(person) = comparing.person(&insured) else {
        let patient = form.patient.cloned().unwrap_or_else(|| Patient::Nir(insured.nir.clone()));
        return Ok((Said { insured, patient, vitale }, comparing.wrong));
    };
    for (index, act) in form.acts.iter().enumerate() {
        comparing.act(index, act, person);
    }
    comparing.payment(person);
    let patient = match (&person.nir, person.born) {
        (Some(nir), _) => Patient::Nir(nir.clone()),
        (None, Some(born)) => {
            let rank = person.rank.clone().unwrap_or_else(|| "1".into());
            Patient::Born { date: day_of(born), rang_gemellaire: rank }
        }
        (None, None) => return Err(Refusal::VitaleSilent("naissance")),
    };
    Ok((Said { insured, patient, vitale }, comparing.wrong))
}

/// A form that is held against a Vitale.
struct Comparing<'a> {
    form: &'a Facts<'a>,
    reading: &'a Reading,
    wrong: Vec<Disagreement>,
}

impl<'a> Comparing<'a> {
    /// What the form says of the insured must be what the card says.
    fn insured(&mut self, card: &InsuredId) {
        let Some(written) = self.form.insured else { return };
        let rows = [
            ("assure.nir", &written.nir, &card.nir),
            ("assure.code_regime", &written.regime, &card.regime),
            ("assure.caisse", &written.body, &card.body),
            ("assure.centre", &written.centre, &card.centre),
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
                self.add(None, key, message, hint);
            }
        }
    }

    /// Who of those on the card was cared for.
    fn person(&mut self, insured: &InsuredId) -> Option<&'a Beneficiary> {
        let people = &self.reading.volet.beneficiaries;
        let wanted = self.form.patient;
        let is_meant = |person: &&Beneficiary| match wanted {
            None => person.nir.as_ref() == Some(&insured.nir) || people.first() == Some(*person),
            Some(Patient::Nir(nir)) => person.nir.as_ref() == Some(nir),
            Some(Patient::Born { date, rang_gemellaire }) => {
                let born = person.born.map(day_of);
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
            self.add(None, "beneficiaire", message, hint);
        }
        found
    }

    /// Whether the person has rights on the day of an act, and the exoneration that is claimed.
    fn act(&mut self, index: usize, act: &Act, person: &Beneficiary) {
        let (name, day) = (person.full_name().unwrap_or_default(), act.date);
        // A Vitale 1 has no periods of rights: those of coverage stand for them.
        let covered = person.coverage.iter().map(|coverage| &coverage.period);
        let mut periods = person.rights.iter().chain(covered.filter(|_| self.reading.model == Model::Vitale1));
        if !periods.any(|period| period.covers(day)) {
            let message = said!(
                en: "the Vitale gives {name} no rights on {day}",
                fr: "la Vitale ne donne aucun droit à {name} le {day}",
            );
            let hint = said!(
                en: "have the card updated, or write mode = \"degrade\" and bill with paper",
                fr: "faire mettre la carte à jour, ou écrire mode = \"degrade\" et facturer avec du papier",
            );
            self.add(Some(index), "date", message, hint);
        }
        let code = act.exoneration.as_str();
        let is_ill = person.coverage.iter().any(|coverage| {
            let exonerates = coverage.ald.as_deref().is_some_and(|ald| EXONERATING.contains(&ald));
            exonerates && coverage.period.covers(day)
        });
        let mut exonerations = person.exonerations.iter();
        let is_exempt = exonerations.any(|it| it.code.as_deref() == Some(code) && it.period.covers(day));
        if !OF_PERSON.contains(&code) || is_exempt || (is_ill && code == LONG_TERM_ILLNESS) {
            return;
        }
        let message = match code {
            LONG_TERM_ILLNESS => said!(
                en: "the Vitale says nothing of a long-term illness of {name} on {day}",
                fr: "la Vitale n'indique aucune affection de longue durée de {name} le {day}",
            ),
            _ => said!(
                en: "the Vitale says nothing of this exoneration of {name} on {day}",
                fr: "la Vitale n'indique pas cette exonération de {name} le {day}",
            ),
        };
        let hint = said!(
            en: "write the rate of the act in place of it, as taux",
            fr: "écrire le taux de l'acte à la place, dans taux",
        );
        self.add(Some(index), "exoneration", message, hint);
    }

    /// Whether others may pay in the patient's place.
    fn payment(&mut self, person: &Beneficiary) {
        let (payment, day) = (self.form.payment, self.form.date);
        let shares = [
            ("tiers_payant.regime_obligatoire", payment.basic_is_paid),
            ("tiers_payant.complementaire", payment.complementary_is_paid),
        ];
        let suspended: Vec<_> =
            self.reading.remarks.iter().filter(|remark| remark.bearing() == Bearing::Payment).collect();
        for (key, _) in shares.into_iter().filter(|(_, is_paid)| *is_paid && !suspended.is_empty()) {
            let articles: Vec<_> = suspended.iter().filter_map(|remark| remark.article()).collect();
            let articles = articles.join(", ");
            let message = said!(
                en: "third-party payment is suspended: the card missed its yearly update ({articles})",
                fr: "le tiers payant est suspendu : la carte n'a pas eu sa mise à jour annuelle ({articles})",
            );
            let hint = said!(
                en: "have the card updated, or leave this out: the patient pays and is paid back",
                fr: "faire mettre la carte à jour, ou omettre ceci : le patient paie et est remboursé",
            );
            self.add(None, key, message, hint);
        }
        let services = self.reading.volet.insured.service.iter().chain(&person.service);
        let is_free = |service: &Dated| service.code.as_deref() == Some(FREE_COVER) && service.period.covers(day);
        let is_covered =
            services.into_iter().any(is_free) || person.complementary().any(|cover| cover.period.covers(day));
        if payment.complementary_is_paid && !is_covered {
            let message = said!(
                en: "the Vitale shows no complementary cover on {day}",
                fr: "la Vitale n'indique aucune couverture complémentaire le {day}",
            );
            let hint = said!(
                en: "leave this out: the patient pays that share",
                fr: "omettre ceci : le patient paie cette part",
            );
            self.add(None, "tiers_payant.complementaire", message, hint);
        }
    }

    fn add(&mut self, act: Option<usize>, key: &'static str, message: Bilingual, hint: Bilingual) {
        self.wrong.push(Disagreement { place: Place { act, key }, message, hint });
    }
}

/// The day without the time of day.
fn day_of(date: CardDate) -> CardDate {
    CardDate { hour: 0, minute: 0, ..date }
}
