//! The pages of care forms: what a form says, and whether it and its signatures are right.

use super::{
    Format, Lang, Page, Role,
    page::{Column, Span},
    words::{self, FormWords, Words},
    writer::{LABELS, coded, nir},
};
use crate::terminal::{
    amount::Cents,
    form::{
        Form,
        content::{Act, ActSecrets, Generation, Nature, Patient, Secrets},
        mode::Part,
        signed::By,
        signing::NoCopy,
        verify::Outcome,
    },
};

/// A form, with what is enciphered of it where that is known.
#[must_use]
pub fn form(form: &Form, secrets: Option<&Secrets>, format: Format) -> Page {
    let mut writer = Writer::new(format);
    writer.title(form);
    writer.form(form, secrets);
    writer.signatures(form, None);
    writer.page
}

/// The same as a part of another page.
#[cfg(feature = "cli")]
pub(super) fn form_part(form: &Form, secrets: &Secrets, format: Format) -> Page {
    let mut writer = Writer::new(format);
    writer.page.text(0, Role::Title, &writer.heading(form));
    writer.form(form, Some(secrets));
    writer.signatures(form, None);
    writer.page
}

/// A form that somebody else made, with what was enciphered of it, and what came of judging it.
#[must_use]
pub fn opened(form: &Form, secrets: Option<&Secrets>, outcome: &Outcome, format: Format) -> Page {
    let mut writer = Writer::new(format);
    writer.title(form);
    writer.form(form, secrets);
    writer.signatures(form, Some(outcome));
    writer.page.gap();
    writer.findings(outcome);
    writer.page
}

/// What came of judging a form.
#[must_use]
pub fn verified(outcome: &Outcome, place: &str, format: Format) -> Page {
    let mut writer = Writer::new(format);
    match &outcome.form {
        Some(form) => writer.title(form),
        None => writer.page.title(place),
    }
    if let Some(form) = &outcome.form {
        writer.who(form);
        writer.value(LABELS, writer.own.total, Some((writer.own.amount)(form.payment.total)));
    }
    writer.verdict(outcome);
    writer.page
}

/// What came of judging it as a part of another page: whose signatures there are, and what is not right.
#[cfg(feature = "cli")]
pub(super) fn verdict_part(outcome: &Outcome, format: Format) -> Page {
    let mut writer = Writer::new(format);
    writer.verdict(outcome);
    writer.page
}

/// Why a form has no copy on a Vitale, in words.
pub(crate) fn no_copy(why: &NoCopy, lang: Lang) -> String {
    (words::of_forms(lang).no_copy)(why)
}

/// A page in the making.
struct Writer {
    words: &'static Words,
    own: &'static FormWords,
    page: Page,
    lang: Lang,
}

impl Writer {
    fn new(Format { lang, width }: Format) -> Self {
        Self { words: words::of(lang), own: words::of_forms(lang), page: Page::new(width), lang }
    }

    fn heading(&self, form: &Form) -> String {
        (self.own.title)(form.number, &(self.words.date)(form.date))
    }

    fn title(&mut self, form: &Form) {
        self.page.title(&self.heading(form));
    }

    /// The signatures, and what is not right.
    fn verdict(&mut self, outcome: &Outcome) {
        for judged in &outcome.signatures {
            let day = judged.day.map_or_else(|| self.words.none.to_owned(), self.words.date);
            let number = judged.billing.as_deref().map(self.own.for_number);
            let parts = [Some((self.own.signed)(&judged.signer, &day)), number];
            let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            self.value(LABELS, (self.own.by)(judged.by), Some(text));
        }
        let first = outcome.form.as_ref().and_then(|form| form.vitale.as_ref());
        if let Some(vitale) = first.filter(|vitale| vitale.generation == Generation::Vitale1) {
            self.value(LABELS, (self.own.by)(By::Vitale), Some((self.own.vitale_1)(&vitale.serial)));
        }
        self.page.gap();
        let is_unsigned = |form: &Form| !form.mode.has_professional() && form.mode.vitale() == Part::None;
        if outcome.form.as_ref().is_some_and(is_unsigned) {
            self.page.text(LABELS.indent, Role::Plain, self.own.unsigned);
        }
        if outcome.is_sealed {
            self.page.text(LABELS.indent, Role::Plain, self.own.sealed);
        }
        self.findings(outcome);
    }

    fn form(&mut self, form: &Form, secrets: Option<&Secrets>) {
        self.who(form);
        let (own, date) = (self.own, self.words.date);
        if let Some(prescriber) = secrets.and_then(|secrets| secrets.prescriber.as_ref()) {
            self.value(LABELS, own.prescriber, Some((own.prescribed)(&prescriber.billing, &date(prescriber.date))));
        }
        let nature = match &form.nature {
            Nature::Illness => own.illness.to_owned(),
            Nature::Maternity(day) => (own.maternity)(&date(*day)),
            Nature::AccidentNumber(number) => (own.accident_number)(number),
            Nature::AccidentDate(day) => (own.accident_date)(&date(*day)),
        };
        self.value(LABELS, own.nature, Some(nature));
        self.page.heading(own.acts);
        for (index, act) in form.acts.iter().enumerate() {
            self.act(index, act, secrets.and_then(|secrets| secrets.acts.get(index)));
        }
        self.page.heading(own.payment);
        let payment = form.payment;
        self.value(LABELS, own.total, Some((own.amount)(payment.total)));
        self.value(LABELS, own.basic, Some((own.amount)(payment.basic)));
        self.some_amount(LABELS, own.complementary, payment.complementary);
        let paid = (own.third_party_of)(payment.basic_is_paid, payment.complementary_is_paid);
        let third_party = match payment.third_party {
            Cents::ZERO => paid.to_owned(),
            amount => format!("{}{}{paid}", (own.amount)(amount), self.words.colon),
        };
        self.value(LABELS, own.third_party, Some(third_party));
        self.value(LABELS, own.of_patient, Some((own.amount)(payment.of_patient())));
    }

    /// Who made the form for whom, and how.
    fn who(&mut self, form: &Form) {
        let own = self.own;
        self.value(LABELS, own.mode, Some((own.mode_of)(form.mode)));
        self.value(LABELS, own.lot, form.lot.map(|lot| format!("{lot:03}")));
        let insured = &form.insured;
        self.value(LABELS, own.insured, Some(nir(&insured.nir)));
        self.value(LABELS, own.body, Some(format!("{} {} {}", insured.regime, insured.body, insured.centre)));
        let patient = match &form.patient {
            Patient::Nir(number) => nir(number),
            Patient::Born { date, rang_gemellaire } => (own.born)(&(self.words.date)(*date), rang_gemellaire),
        };
        self.value(LABELS, own.patient, Some(patient));
        self.value(LABELS, own.caregiver, form.caregiver.id.as_ref());
        self.value(LABELS, own.billing_number, Some(&form.caregiver.billing));
        let speciality = form.caregiver.speciality.as_ref();
        self.value(LABELS, own.speciality, speciality.map(|code| coded("specialite_am", code, self.words, self.lang)));
    }

    fn act(&mut self, index: usize, act: &Act, secrets: Option<&ActSecrets>) {
        let own = self.own;
        let column = Column { indent: LABELS.indent + 4, width: LABELS.width - 4 };
        let lead = [Span::new(Role::Quiet, &format!("  {:>2}  ", index + 1))];
        let quotation = Cents(act.quotation);
        let head = format!("{} {}, {}, {}", act.code, quotation, (self.words.date)(act.date), (own.amount)(act.amount));
        self.page.flow(&lead, column.indent, Role::Title, &head);
        self.value(column, own.tooth, act.tooth.as_ref());
        self.some_amount(column, own.overrun, act.overrun);
        self.some_amount(column, own.travel, act.travel);
        self.value(column, own.basic, Some((own.share)(&(own.amount)(act.basic), act.rate.0)));
        self.some_amount(column, own.complementary, act.complementary);
        if act.exoneration != "0" {
            self.value(column, own.exoneration, Some(coded("exoneration", &act.exoneration, self.words, self.lang)));
        }
        self.value(column, own.agreement, act.agreement.map(self.words.date));
        self.value(column, own.device, act.device.as_ref());
        let Some(ActSecrets { ccam, lpp, cip, justification }) = secrets else { return };
        self.value(column, "CCAM", ccam.as_ref());
        self.value(column, "LPP", lpp.as_ref());
        self.value(column, "CIP", cip.as_ref());
        self.value(column, own.justification, justification.as_ref());
    }

    /// Who signs, and what paper stands in. Of a form that was judged, only a signature that is right is called one.
    fn signatures(&mut self, form: &Form, outcome: Option<&Outcome>) {
        let own = self.own;
        let is_right = |by| outcome.is_none_or(|outcome| outcome.is_signed_by(by));
        self.page.heading(own.signatures);
        let professional = form.professional_card.as_deref().filter(|_| form.mode.has_professional());
        let signed = if is_right(By::Professional) { own.professional_card } else { own.not_signed };
        self.value(LABELS, (own.by)(By::Professional), professional.map(signed));
        let signed = if is_right(By::Vitale) { own.vitale } else { own.not_signed };
        let vitale = match &form.vitale {
            Some(vitale) if vitale.generation == Generation::Vitale2 => Some(signed(&vitale.serial)),
            None if is_right(By::Vitale) && outcome.is_some() && form.mode.vitale() == Part::Later => {
                let mut judged = outcome.iter().flat_map(|outcome| &outcome.signatures);
                judged.find(|judged| judged.by == By::Vitale).map(|judged| (own.signed_by)(&judged.signer))
            }
            Some(vitale) => Some((own.vitale_1)(&vitale.serial)),
            None if form.mode.vitale() == Part::Later => Some(own.vitale_later.to_owned()),
            None => None,
        };
        self.value(LABELS, (own.by)(By::Vitale), vitale);
        if let Some(paper) = (own.paper)(form.mode.paper()) {
            self.page.text(LABELS.indent, Role::Warning, paper);
        }
        self.page.text(LABELS.indent, Role::Quiet, own.test);
    }

    /// What is not right, or that all is.
    fn findings(&mut self, outcome: &Outcome) {
        let (own, findings) = (self.own, &outcome.findings);
        if findings.is_empty() {
            self.page.text(LABELS.indent, Role::Good, own.good);
        } else {
            self.page.text(LABELS.indent, Role::Bad, &(own.not_good)(findings.len()));
        }
        for finding in findings {
            self.page.text(LABELS.indent + 2, Role::Bad, &(own.finding)(finding));
        }
    }

    fn some_amount(&mut self, column: Column, label: &str, amount: Cents) {
        let amount = Some(amount).filter(|amount| *amount > Cents::ZERO).map(self.own.amount);
        self.value(column, label, amount);
    }

    /// A value with its name; nothing where there is no value.
    fn value(&mut self, column: Column, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.page.field(column, (Role::Label, label), (Role::Plain, value.as_ref()));
        }
    }
}
