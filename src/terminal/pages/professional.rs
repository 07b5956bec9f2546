//! The page of a professional's card.

use virtuale_engine::Interface;

use super::{
    Format, Lang, Page, Role,
    page::{Column, Span},
    parts,
    words::{self, ProfessionalWords, Words},
    writer::{LABELS, coded, hex},
};
use crate::{
    profile::tree::{CardDate, Node},
    terminal::{
        cps::{
            self, Activity, Billing, BillingSituation, CertificateFacts, Codes, Employer, Owner, Place, Professional,
            Proof, Reading, Tries,
        },
        files::Lock,
        period::Period,
    },
};

/// Spaces before the number of an entry, and between it and what it is of.
const GAP: usize = 2;

/// The page of `virtuale read`: all that the card says. `place` is where the card is: a reader's name, or a file.
#[must_use]
pub fn professional(reading: &Reading, place: &str, format: Format) -> Page {
    let mut writer = Writer::new(reading.today, format);
    let words = writer.words;
    writer.page.title(&(words.titles.reading)(place));
    let by = (writer.own.interface)(reading.interface == Interface::Contactless);
    let atr = format!("{}{}{by}", hex(&reading.atr), words.colon);
    writer.value(LABELS, words.labels.atr, Some(atr));
    writer.card(&reading.professional);
    writer.holder(&reading.professional.holder);
    writer.activities(&reading.professional.activities, reading.interface);
    writer.billing(&reading.professional.billing, reading.interface);
    writer.certificates(&reading.certificates);
    writer.codes(reading);
    parts::remarks(&mut writer.page, words, &reading.remarks, |_| None, |_| String::new());
    let own = writer.own;
    parts::closed(&mut writer.page, words, words.titles.closed, &reading.closed, |file| {
        let status = match file.lock {
            // The words of the side of class A0 are none of ISO 7816-4.
            Lock::HolderCode if file.pointer.application.is_none() => format!("{:?} {}", file.status, own.not_proved),
            _ => words.status(file.status),
        };
        ((words.lock)(file.lock), status)
    });
    parts::shares(&mut writer.page, words, reading.shares, reading.files.len());
    writer.page
}

/// What a card file says of such a card, without a card: `today` is the day on which its validity is judged.
#[must_use]
pub fn professional_data(data: &Node, today: CardDate, format: Format) -> Page {
    let professional = cps::professional(data);
    let mut writer = Writer::new(today, format);
    writer.card(&professional);
    writer.holder(&professional.holder);
    writer.activities(&professional.activities, Interface::Contact);
    writer.billing(&professional.billing, Interface::Contact);
    if let Some(left) = cps::tries_written(data) {
        writer.page.heading(writer.own.codes);
        writer.tries(writer.own.pin, Tries { left: Some(left), most: None }, None);
    }
    writer.page
}

/// A page in the making.
struct Writer {
    words: &'static Words,
    own: &'static ProfessionalWords,
    page: Page,
    lang: Lang,
    today: CardDate,
}

impl Writer {
    fn new(today: CardDate, Format { lang, width }: Format) -> Self {
        Self { words: words::of(lang), own: words::of_professionals(lang), page: Page::new(width), lang, today }
    }

    /// The card itself: of which kind, and whether it is valid.
    fn card(&mut self, Professional { card, .. }: &Professional) {
        let own = self.own;
        self.value(LABELS, own.kind, card.kind.as_deref().map(own.kind_of));
        self.value(LABELS, own.category, card.category.as_deref().map(own.category_of));
        self.value(LABELS, own.number, card.number.as_ref());
        self.value(LABELS, self.words.labels.serial, card.serial.as_ref());
        self.period(LABELS, self.words.labels.validity, card.validity);
        if card.updated.is_given() {
            let text = (self.words.moments)(card.updated.start, card.updated.end);
            self.value(LABELS, self.words.labels.updated, Some(text));
        }
    }

    fn holder(&mut self, holder: &Owner) {
        let own = self.own;
        self.page.heading(own.holder);
        let civility = holder.civility.as_deref().map(own.civility_of);
        let name = holder
            .full_name()
            .map(|name| [civility, Some(name.as_str())].into_iter().flatten().collect::<Vec<_>>().join(" "));
        self.value(LABELS, own.name, Some(name.as_deref().unwrap_or(own.no_name)));
        self.value(LABELS, own.rpps, holder.rpps.as_ref());
        self.value(LABELS, own.adeli, holder.adeli.as_ref());
        self.value(LABELS, own.student, holder.student.as_ref());
        self.code(LABELS, own.profession, "profession", holder.profession.as_deref());
        self.code(LABELS, own.speciality, "savoir_faire", holder.speciality.as_deref());
        self.value(LABELS, own.function, holder.function.as_ref());
        if let Some(Employer { name, place, number }) = &holder.employer {
            self.value(LABELS, own.employer, name.as_ref());
            self.place(LABELS, place);
            self.value(LABELS, own.internal_number, number.as_ref());
        }
        self.value(LABELS, own.language, holder.language.as_ref());
    }

    fn activities(&mut self, activities: &[Activity], interface: Interface) {
        let own = self.own;
        self.page.heading(own.activities);
        if activities.is_empty() {
            let none = if interface == Interface::Contactless { own.not_by_antenna } else { own.no_activity };
            self.page.text(LABELS.indent, Role::Quiet, none);
        }
        for activity in activities {
            match activity.lock {
                Some(lock) => self.entry(activity.number, Role::Warning, (self.words.lock)(lock)),
                None => self.entry(activity.number, Role::Title, activity.name.as_deref().unwrap_or(self.words.none)),
            }
            let column = Self::entry_labels();
            self.place(column, &activity.place);
            self.code(column, own.sector, "secteur", activity.sector.as_deref());
            self.code(column, own.mode, "mode_exercice", activity.mode.as_deref());
        }
    }

    fn billing(&mut self, billing: &Billing, interface: Interface) {
        let own = self.own;
        self.page.heading(own.billing);
        match billing.lock {
            Some(lock) => self.page.text(LABELS.indent, Role::Warning, (self.words.lock)(lock)),
            None if interface == Interface::Contactless => {
                self.page.text(LABELS.indent, Role::Quiet, own.not_by_antenna);
            }
            None if billing.situations.is_empty() => self.page.text(LABELS.indent, Role::Quiet, own.no_billing),
            None => {}
        }
        for (index, situation) in billing.situations.iter().enumerate() {
            self.entry(index + 1, Role::Title, situation.name.as_deref().unwrap_or(self.words.none));
            self.situation(situation);
        }
    }

    fn situation(&mut self, situation: &BillingSituation) {
        let (own, column) = (self.own, Self::entry_labels());
        self.place(column, &situation.place);
        self.code(column, own.mode, "mode_facturation", situation.mode.as_deref());
        self.value(column, own.activity_number, situation.activity.as_ref());
        self.value(column, own.billing_number, situation.number.as_deref().map(with_key));
        self.period(column, self.words.labels.validity, situation.period);
        self.code(column, own.billing_speciality, "specialite_am", situation.speciality.as_deref());
        self.code(column, own.convention, "convention", situation.convention.as_deref());
        self.value(column, own.indicator, situation.indicator.as_ref());
        self.value(column, own.billing_status, situation.status.as_ref());
        self.value(column, own.billing_sector, situation.sector.as_ref());
        self.code(column, own.mileage_zone, "zone_ik", situation.mileage_zone.as_deref());
        self.code(column, own.tariff_zone, "zone_tarifaire", situation.tariff_zone.as_deref());
        for (label, approval) in own.approvals.into_iter().zip(&situation.approvals) {
            self.code(column, label, "agrement", approval.as_deref());
        }
        self.value(column, own.stands_in_for, situation.stands_in_for.as_ref().map(|rpps| format!("RPPS {rpps}")));
        self.right(own.signs_forms, situation.signs_forms);
        self.right(own.signs_lots, situation.signs_lots);
    }

    fn right(&mut self, label: &str, right: Option<bool>) {
        let Some(right) = right else { return };
        let role = if right { Role::Good } else { Role::Bad };
        self.page.field(Self::entry_labels(), (Role::Label, label), (role, (self.own.may)(right)));
    }

    fn certificates(&mut self, certificates: &[CertificateFacts]) {
        let own = self.own;
        self.page.heading(own.certificates);
        if certificates.is_empty() {
            self.page.text(LABELS.indent, Role::Quiet, own.no_certificate);
        }
        for (index, certificate) in certificates.iter().enumerate() {
            let column = Self::entry_labels();
            self.entry(index + 1, Role::Title, &certificate.label);
            let subject = &certificate.subject;
            let name = [&subject.first_name, &subject.name].into_iter().flatten().map(String::as_str);
            let name = Some(name.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty());
            let parts = [
                name.as_ref().or(subject.organisation.as_ref()),
                subject.identifier.as_ref(),
                subject.profession.as_ref(),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            self.value(column, own.subject, Some(parts.join(", ")));
            self.value(column, own.usage, certificate.usage.map(own.usage_of));
            self.value(column, own.certificate_serial, certificate.serial.as_ref());
            self.period(column, self.words.labels.validity, certificate.validity);
            self.value(column, self.words.labels.issuer, certificate.issuer.as_ref());
        }
    }

    /// How many tries are left, and what waits for a code.
    fn codes(&mut self, reading: &Reading) {
        let (own, Codes { proof, holder, before, unblocking }) = (self.own, reading.codes);
        self.page.heading(own.codes);
        self.tries(own.pin, holder, before);
        self.tries(own.puk, unblocking, None);
        let (activities, billing) = reading.waiting_for_code();
        let (role, text) = match proof {
            Proof::NotTaken => (Role::Quiet, own.code_not_taken.to_owned()),
            Proof::Proved if reading.has_what_needs_code() => (Role::Good, own.code_proved.to_owned()),
            Proof::Proved => (Role::Good, own.code_proved_for_nothing.to_owned()),
            Proof::ProvedBefore => (Role::Quiet, own.code_proved_before.to_owned()),
            Proof::Blocked if reading.codes.is_blocked_for_good() => (Role::Bad, own.blocked_for_good.to_owned()),
            Proof::Blocked => (Role::Bad, own.code_blocked.to_owned()),
            _ if activities > 0 || billing => (Role::Warning, (own.waits_for_code)(activities, billing)),
            _ => return,
        };
        self.page.text(LABELS.indent, role, &text);
    }

    /// How many tries are left, and how many were before where that is another number.
    fn tries(&mut self, label: &str, Tries { left, most }: Tries, before: Option<u8>) {
        let role = match left {
            Some(0) => Role::Bad,
            Some(left) if most.is_some_and(|most| left < most) => Role::Warning,
            _ => Role::Plain,
        };
        let before = before.filter(|&before| left != Some(before)).map(self.own.tries_before);
        let text = [Some((self.own.tries)(left, most)), before].into_iter().flatten().collect::<Vec<_>>().join(", ");
        self.page.field(LABELS, (Role::Label, label), (role, &text));
    }

    /// The number of an entry, and what it is of.
    fn entry(&mut self, number: usize, role: Role, text: &str) {
        let lead = [Span::new(Role::Quiet, &format!("  {number:>2}  "))];
        self.page.flow(&lead, Self::entry_labels().indent, role, text);
    }

    /// The labels below an entry; their values stand below those of the page.
    fn entry_labels() -> Column {
        let indent = LABELS.indent + 2 + GAP;
        Column { indent, width: (LABELS.indent + LABELS.width).saturating_sub(indent) }
    }

    fn place(&mut self, column: Column, place: &Place) {
        let own = self.own;
        let Place { finess, siren, siret, cabinet_rpps, cabinet_adeli } = place;
        for (label, number) in [
            ("FINESS", finess),
            ("SIREN", siren),
            ("SIRET", siret),
            (own.practice_rpps, cabinet_rpps),
            (own.practice_adeli, cabinet_adeli),
        ] {
            self.value(column, label, number.as_ref());
        }
    }

    /// A value with its name; nothing where there is no value.
    fn value(&mut self, column: Column, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.page.field(column, (Role::Label, label), (Role::Plain, value.as_ref()));
        }
    }

    /// A code with its meaning, or why there is none.
    fn code(&mut self, column: Column, label: &str, list: &str, code: Option<&str>) {
        let Some(code) = code else { return };
        self.value(column, label, Some(coded(list, code, self.words, self.lang)));
    }

    /// A period, and what it means today.
    fn period(&mut self, column: Column, label: &str, period: Period) {
        if !period.is_given() {
            return;
        }
        let text = (self.words.period)(period.start, period.end);
        let (role, text) = if period.is_over(self.today) {
            (Role::Bad, format!("{text}{}{}", self.words.colon, self.own.expired))
        } else if period.is_to_come(self.today) {
            (Role::Warning, format!("{text}{}{}", self.words.colon, self.own.not_yet_valid))
        } else {
            (Role::Good, text)
        };
        self.page.field(column, (Role::Label, label), (role, &text));
    }
}

/// A billing number with its key apart.
fn with_key(number: &str) -> String {
    match number.split_at_checked(8) {
        Some((body, key)) if !key.is_empty() => format!("{body} {key}"),
        _ => number.to_owned(),
    }
}
