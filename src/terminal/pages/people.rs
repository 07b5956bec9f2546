//! Who is on the card, and what rights they have.

use super::{
    Role,
    page::Column,
    table::{Cell, Fit},
    writer::{LABELS, Writer, hex, nir},
};
use crate::terminal::vitale::{Beneficiary, Complementary, Coverage, Dated, Insured, Reading};

impl Writer<'_> {
    /// The card itself: which it is, and whether it is valid.
    pub(super) fn card(&mut self) {
        let Reading { atr, model, volet, .. } = self.reading;
        let labels = &self.words.labels;
        let atr = format!("{}{}{}", hex(atr), self.words.colon, (self.words.model)(*model));
        self.value(LABELS, labels.atr, Some(atr));
        self.value(LABELS, labels.issuer, volet.card.issuer.as_ref());
        self.value(LABELS, labels.serial, volet.card.serial.as_ref());
        if volet.card.validity.is_given() {
            self.period(LABELS, labels.validity, "", volet.card.validity);
        }
        self.value(LABELS, labels.updated, volet.card.updated.map(self.words.date));
    }

    /// The insured's own data, then one line for each person.
    pub(super) fn people(&mut self) {
        self.page.heading(self.words.titles.people);
        let insured = &self.reading.volet.insured;
        self.insured(insured);
        self.page.gap();
        let people = self.reading.volet.beneficiaries.iter().enumerate();
        let rows: Vec<_> = people.map(|(index, person)| self.person(index, person)).collect();
        self.page.table([Fit::Whole, Fit::Wrap, Fit::Whole, Fit::Wrap], &rows);
    }

    fn insured(&mut self, insured: &Insured) {
        let labels = &self.words.labels;
        let number = insured.nir.as_deref().map_or_else(|| self.words.none.to_owned(), nir);
        self.value(LABELS, labels.nir, Some(number));
        self.value(LABELS, labels.regime, insured.regime.as_deref().map(|code| self.code("regime", code)));
        let body: Vec<&str> = [&insured.body, &insured.centre].into_iter().flatten().map(String::as_str).collect();
        self.value(LABELS, labels.body, (!body.is_empty()).then(|| body.join(" ")));
        self.value(LABELS, labels.management, insured.management.as_deref().map(|code| self.code("gestion", code)));
        if let Some(service) = insured.service.as_ref().filter(|service| says_something(service)) {
            self.dated(LABELS, labels.family_service, "service_amo", service);
        }
        for accident in &insured.accidents {
            let parts = [&accident.number, &accident.body].into_iter().flatten().map(String::as_str);
            let code = accident.code.as_deref().map(|code| self.code("accident_travail", code));
            let text: Vec<String> = parts.map(str::to_owned).chain(code).collect();
            self.value(LABELS, labels.accident, Some(text.join(", ")));
        }
    }

    /// A person in a table: place, name, birth, and what they are to the insured.
    fn person(&self, index: usize, person: &Beneficiary) -> [Cell; 4] {
        let name = self.reading.name_of(index + 1);
        let born = person.born.map_or_else(String::new, self.words.date);
        let quality = person.quality.as_deref().map_or_else(String::new, |code| self.code("qualite", code));
        let twin = person.rank.as_deref().filter(|_| self.has_twin(person));
        let twin = twin.map_or_else(String::new, |rank| format!(", {}", (self.words.labels.twin_rank)(rank)));
        let what = format!("{quality}{twin}");
        [(Role::Quiet, self.place(index)), (Role::Title, name), (Role::Plain, born), (Role::Plain, what)]
    }

    /// Whether somebody else on the card was born on the same day.
    fn has_twin(&self, person: &Beneficiary) -> bool {
        let born_then = |other: &&Beneficiary| other.born.is_some() && other.born == person.born;
        self.reading.volet.beneficiaries.iter().filter(born_then).count() > 1
    }

    /// What else is known of each person.
    pub(super) fn details(&mut self) {
        self.page.heading(self.words.titles.details);
        for (index, person) in self.reading.volet.beneficiaries.iter().enumerate() {
            let before = self.page.lines.len();
            self.name_line(index);
            let named = self.page.lines.len();
            self.details_of(person);
            if self.page.lines.len() == named {
                self.page.lines.truncate(before);
            }
        }
    }

    fn details_of(&mut self, person: &Beneficiary) {
        let labels = &self.words.labels;
        self.other_names(person);
        let own_nir = person.nir.as_deref().filter(|nir| Some(*nir) != self.reading.volet.insured.nir.as_deref());
        self.value(self.personal_labels(), labels.nir, own_nir.map(nir));
        self.value(self.personal_labels(), labels.quality_end, person.quality_end.map(self.words.date));
        self.value(self.personal_labels(), labels.country, person.country.as_ref());
        let address = (!person.address.is_empty()).then(|| person.address.join(", "));
        self.value(self.personal_labels(), labels.address, address);
        self.value(self.personal_labels(), labels.treating_doctor, person.treating_doctor.map(labels.declared));
        self.value(self.personal_labels(), labels.organ_donation, person.organ_donation.map(labels.informed));
        self.value(self.personal_labels(), labels.person_to_warn, person.person_to_warn.as_ref());
        if let Some(europe) = &person.europe {
            let number = europe.card_number.as_deref().unwrap_or_default();
            self.period(self.personal_labels(), labels.europe, number, europe.period);
            self.more(europe.institution.as_deref());
        }
    }

    /// Names beside those by which one calls a person.
    pub(super) fn other_names(&mut self, person: &Beneficiary) {
        let birth_name = person
            .birth_name
            .as_ref()
            .filter(|_| person.usual_name.is_some() && person.usual_name != person.birth_name);
        self.value(self.personal_labels(), self.words.labels.birth_name, birth_name);
        self.value(self.personal_labels(), self.words.labels.first_names, person.other_first_names.as_ref());
    }

    /// What everybody may claim, until when.
    pub(super) fn rights(&mut self) {
        self.page.heading(self.words.titles.rights);
        for (index, person) in self.reading.volet.beneficiaries.iter().enumerate() {
            self.name_line(index);
            self.rights_of(person);
            self.coverage_of(person);
            self.complementary_of(person);
        }
    }

    pub(super) fn rights_of(&mut self, person: &Beneficiary) {
        let labels = &self.words.labels;
        if person.rights.is_empty() {
            self.page.field(
                self.personal_labels(),
                (Role::Label, labels.rights),
                (Role::Warning, self.words.notes.no_rights_shown),
            );
        }
        for period in &person.rights {
            self.period(self.personal_labels(), labels.rights, "", *period);
        }
        if let Some(service) = person.service.as_ref().filter(|service| says_something(service)) {
            self.dated(self.personal_labels(), labels.service, "service_amo", service);
        }
    }

    /// How much of their care is covered, and why they are exempt from the rest.
    pub(super) fn coverage_of(&mut self, person: &Beneficiary) {
        let labels = &self.words.labels;
        for Coverage { ald, situation, period } in &person.coverage {
            let code: String = [ald, situation].into_iter().flatten().map(String::as_str).collect();
            self.period(self.personal_labels(), labels.coverage, &code, *period);
            self.more(ald.as_deref().map(|code| self.labelled_code(labels.ald, "ald", code)));
            self.more(situation.as_deref().map(|code| self.labelled_code(labels.situation, "situation", code)));
        }
        self.value(self.personal_labels(), labels.pregnancy, person.pregnancy.map(self.words.date));
        for exoneration in &person.exonerations {
            self.dated(self.personal_labels(), labels.exoneration, "exoneration", exoneration);
        }
    }

    fn complementary_of(&mut self, person: &Beneficiary) {
        let labels = &self.words.labels;
        if let Some(mutual) = &person.mutual {
            self.complementary(labels.mutual, "traitement_mutuelle", mutual);
        }
        if let Some(amc) = &person.amc {
            self.complementary(labels.amc, "traitement_amc", amc);
        }
    }

    fn complementary(&mut self, label: &str, treatments: &str, cover: &Complementary) {
        let labels = &self.words.labels;
        self.period(self.personal_labels(), label, cover.number.as_deref().unwrap_or_default(), cover.period);
        self.more(cover.member.as_ref().map(|member| format!("{} {member}", labels.member)));
        self.more(cover.guarantees.as_ref().map(|guarantees| format!("{} {guarantees}", labels.guarantees)));
        self.more(cover.treatment.as_deref().map(|code| self.labelled_code(labels.treatment, treatments, code)));
        self.more(cover.sts.as_deref().map(|code| self.labelled_code(labels.sts, "sts", code)));
        self.more(cover.routing.as_deref().map(|code| self.labelled_code(labels.routing, "routage", code)));
    }

    fn dated(&mut self, column: Column, label: &str, list: &str, entry: &Dated) {
        let text = entry.code.as_deref().map_or_else(String::new, |code| self.code(list, code));
        if entry.period.is_given() {
            self.period(column, label, &text, entry.period);
        } else {
            self.value(column, label, Some(text));
        }
    }
}

/// Whether there is a service at all: 00 stands for none.
fn says_something(service: &Dated) -> bool {
    service.code.as_deref() != Some("00") || service.period.is_given()
}
