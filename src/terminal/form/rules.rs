//! What holds of every form, as far as that can be seen without a card: one place for whoever writes a form and for
//! whoever is shown one that another program made.
//!
//! [`breaches`] says what of a form breaks a rule; what a breach means, it says itself. Shapes that a form's bytes
//! cannot have are the container's, and what cards must say is `fill`'s. The limits are those of the keys of form files
//! (`keys.toml`), which a test compares.

use super::{
    Form,
    content::{Act, ActSecrets, InsuredId, Nature, Patient, Payment, Prescriber, Secrets},
};
use crate::{
    profile::{
        codes,
        dates::calendar,
        nir::Nir,
        said::{Bilingual, said},
        schema::Check,
        tree::CardDate,
    },
    terminal::amount::{Cents, Rate},
};

/// How many acts a form has at most.
pub const MOST_ACTS: usize = 20;

/// The last number of a form.
pub const LAST_NUMBER: u32 = 999_999;

/// The last number of a lot.
pub const LAST_LOT: u16 = 999;

/// The most that is asked for an act.
pub const DEAREST_ACT: Cents = Cents(9_999_900);

/// The most that all acts of a form cost.
pub const DEAREST_FORM: Cents = Cents(99_999_900);

/// The greatest quotation, in hundredths.
pub const GREATEST_QUOTATION: u64 = 65_500;

/// The code of an act with a co-payment.
pub const NO_EXONERATION: &str = "0";

/// What is known of a form, before cards say the rest or behind it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its day.
    pub date: CardDate,
    /// Its order number.
    pub number: u32,
    /// Its lot.
    pub lot: Option<u16>,
    /// Whose rights pay, if that is known.
    pub insured: Option<&'a InsuredId>,
    /// Who was cared for, if that is known.
    pub patient: Option<&'a Patient>,
    /// The billing number of who cared, if that is known.
    pub billing: Option<&'a str>,
    /// What the insurance pays for.
    pub nature: &'a Nature,
    /// The acts.
    pub acts: &'a [Act],
    /// Who pays.
    pub payment: Payment,
    /// What is enciphered, if that is known.
    pub secrets: Option<&'a Secrets>,
}

/// A place in a form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The act, counted from 0, if it is one's.
    pub act: Option<usize>,
    /// What it is, as form files call it.
    pub key: &'static str,
}

/// A rule that a form breaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Breach {
    /// What breaks it.
    pub place: Place,
    /// The rule.
    pub rule: Rule,
}

/// What holds of forms.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rule {
    /// A form has an act, and not too many.
    Acts(usize),
    /// A number has its limits.
    Range {
        /// The number.
        found: u64,
        /// The least that it may be.
        least: u64,
        /// The most.
        most: u64,
    },
    /// An amount has its limit.
    TooDear {
        /// The amount.
        found: Cents,
        /// The most that it may be.
        most: Cents,
    },
    /// All acts together have their limit.
    FormTooDear(Cents),
    /// A quotation is 0.01 at least.
    NoQuotation,
    /// A day is of the calendar.
    NoDay(CardDate),
    /// A day does not come after another.
    After {
        /// The day.
        day: CardDate,
        /// The day that it may be at most.
        last: CardDate,
        /// Which day that is.
        of: DayOf,
    },
    /// A text is digits, so many.
    Digits {
        /// The least number of them.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A code is capital letters and digits, so many.
    Code {
        /// The least number of them.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A NIR has 15 characters, of which the last two are its key.
    Nir,
    /// The last digit of a billing number is its key.
    BillingKey,
    /// A rank of birth is 1 to 9.
    Rank,
    /// An exoneration is one that is known.
    Exoneration(String),
    /// With an exoneration the rate is 100.
    RateOfExoneration,
    /// A part is no more than there is for it.
    Part {
        /// The part.
        found: Cents,
        /// What there is.
        most: Cents,
    },
    /// A sum or a share follows from the acts.
    Sum {
        /// What is said.
        found: Cents,
        /// What follows.
        right: Cents,
    },
    /// Who pays a share has one.
    NoComplementaryShare,
    /// A CIP has 7 or 13 digits.
    Cip(usize),
    /// There is an exoneration to prove.
    NothingToProve,
    /// What is enciphered is of as many acts as the form has.
    SecretsOfOtherActs,
}

/// A day that others do not come after.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DayOf {
    /// The form's.
    Form,
    /// The act's.
    Act,
}

impl<'a> From<&'a Form> for Facts<'a> {
    fn from(form: &'a Form) -> Self {
        Self {
            date: form.date,
            number: form.number,
            lot: form.lot,
            insured: Some(&form.insured),
            patient: Some(&form.patient),
            billing: Some(&form.caregiver.billing),
            nature: &form.nature,
            acts: &form.acts,
            payment: form.payment,
            secrets: None,
        }
    }
}

/// Every rule that a form breaks, in the order of form files.
#[must_use]
pub fn breaches(form: &Facts<'_>) -> Vec<Breach> {
    let mut found = Found { act: None, breaches: Vec::new() };
    found.range("numero", form.number.into(), 1..=LAST_NUMBER.into());
    found.range("lot", form.lot.unwrap_or_default().into(), 0..=LAST_LOT.into());
    found.day("date", form.date, None);
    if let Some(InsuredId { nir, regime, body, centre }) = form.insured {
        found.nir("assure.nir", nir);
        found.digits("assure.code_regime", regime, 2..=2);
        found.digits("assure.caisse", body, 3..=3);
        found.digits("assure.centre", centre, 4..=4);
    }
    match form.patient {
        Some(Patient::Nir(nir)) => found.nir("beneficiaire.nir", nir),
        Some(Patient::Born { date, rang_gemellaire }) => found.born(*date, rang_gemellaire, form.date),
        None => {}
    }
    form.billing.iter().for_each(|number| found.billing("executant.numero_facturation", number));
    if let Some(Prescriber { billing, date }) = form.secrets.and_then(|secrets| secrets.prescriber.as_ref()) {
        found.billing("prescripteur.numero_facturation", billing);
        found.day("prescripteur.date", *date, Some((form.date, DayOf::Form)));
    }
    match form.nature {
        Nature::Illness => {}
        Nature::Maternity(day) => found.day("maternite", *day, None),
        Nature::AccidentNumber(number) => found.digits("accident.numero", number, 8..=9),
        Nature::AccidentDate(day) => found.day("accident.date", *day, Some((form.date, DayOf::Form))),
    }
    if !(1..=MOST_ACTS).contains(&form.acts.len()) {
        found.add("acte", Rule::Acts(form.acts.len()));
    }
    for (index, act) in form.acts.iter().enumerate() {
        found.act = Some(index);
        found.act(act, form.date);
        if let Some(secrets) = form.secrets.and_then(|secrets| secrets.acts.get(index)) {
            found.secrets(act, secrets);
        }
    }
    found.act = None;
    if form.secrets.is_some_and(|secrets| secrets.acts.len() != form.acts.len()) {
        found.add("acte", Rule::SecretsOfOtherActs);
    }
    found.payment(form);
    found.breaches
}

/// The breaches that were found so far.
struct Found {
    /// The act that is looked at.
    act: Option<usize>,
    breaches: Vec<Breach>,
}

impl Found {
    fn add(&mut self, key: &'static str, rule: Rule) {
        self.breaches.push(Breach { place: Place { act: self.act, key }, rule });
    }

    fn range(&mut self, key: &'static str, found: u64, right: std::ops::RangeInclusive<u64>) {
        if !right.contains(&found) {
            self.add(key, Rule::Range { found, least: *right.start(), most: *right.end() });
        }
    }

    fn day(&mut self, key: &'static str, day: CardDate, last: Option<(CardDate, DayOf)>) {
        if calendar(day).is_none() {
            return self.add(key, Rule::NoDay(day));
        }
        if let Some((last, of)) = last.filter(|(last, _)| day > *last) {
            self.add(key, Rule::After { day, last, of });
        }
    }

    /// Months of birth may be fictitious: then nothing is said of the day in them [MEDINTUX-CARDS months].
    fn born(&mut self, born: CardDate, rank: &str, form: CardDate) {
        const KEY: &str = "beneficiaire.naissance";
        let is_fictitious = born.month > 12 && born.day > 0 && born.year > 0;
        match is_fictitious {
            false => self.day(KEY, born, Some((form, DayOf::Form))),
            true if born.year > form.year => self.add(KEY, Rule::After { day: born, last: form, of: DayOf::Form }),
            true => {}
        }
        if !matches!(rank.as_bytes(), [b'1'..=b'9']) {
            self.add("beneficiaire.rang_gemellaire", Rule::Rank);
        }
    }

    fn digits(&mut self, key: &'static str, text: &str, right: std::ops::RangeInclusive<usize>) {
        if !right.contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(key, Rule::Digits { least: *right.start(), most: *right.end() });
        }
    }

    fn code(&mut self, key: &'static str, text: &str, right: std::ops::RangeInclusive<usize>) {
        let is_code = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_code || !right.contains(&text.len()) {
            self.add(key, Rule::Code { least: *right.start(), most: *right.end() });
        }
    }

    fn nir(&mut self, key: &'static str, nir: &str) {
        if Nir::read(nir).ok().is_none_or(|read| read.as_str() != nir) {
            self.add(key, Rule::Nir);
        }
    }

    fn billing(&mut self, key: &'static str, number: &str) {
        let before = self.breaches.len();
        self.digits(key, number, 9..=9);
        if self.breaches.len() == before && !(Check::Luhn { behind: 0 }).holds(number) {
            self.add(key, Rule::BillingKey);
        }
    }

    fn amount(&mut self, key: &'static str, found: Cents) {
        if found > DEAREST_ACT {
            self.add(key, Rule::TooDear { found, most: DEAREST_ACT });
        }
    }

    fn act(&mut self, act: &Act, form: CardDate) {
        self.day("date", act.date, Some((form, DayOf::Form)));
        self.code("code", &act.code, 1..=5);
        match act.quotation {
            0 => self.add("coefficient", Rule::NoQuotation),
            1..=GREATEST_QUOTATION => {}
            found => {
                self.add("coefficient", Rule::TooDear { found: Cents(found), most: Cents(GREATEST_QUOTATION) });
            }
        }
        act.tooth.iter().for_each(|tooth| self.digits("dent", tooth, 2..=2));
        self.amount("montant", act.amount);
        if !codes::is_known("exoneration", &act.exoneration) {
            self.add("exoneration", Rule::Exoneration(act.exoneration.clone()));
        }
        self.range("taux", act.rate.0.into(), 0..=Rate::WHOLE.0.into());
        if act.exoneration != NO_EXONERATION && act.rate != Rate::WHOLE {
            self.add("taux", Rule::RateOfExoneration);
        }
        act.agreement.iter().for_each(|day| self.day("accord_prealable", *day, Some((act.date, DayOf::Act))));
        act.device.iter().for_each(|device| self.code("appareil", device, 1..=15));
        let tariff = act.tariff().unwrap_or_default();
        self.sum("part_obligatoire", act.basic, tariff.at(act.rate));
        let left = act.amount.without(act.basic).unwrap_or_default();
        for (key, found, most) in [
            ("depassement", act.overrun, act.amount),
            ("deplacement", act.travel, tariff),
            ("part_complementaire", act.complementary, left),
        ] {
            if found > most {
                self.add(key, Rule::Part { found, most });
            }
        }
    }

    fn secrets(&mut self, act: &Act, ActSecrets { ccam, lpp, cip, justification }: &ActSecrets) {
        ccam.iter().for_each(|ccam| self.code("ccam", ccam, 7..=7));
        lpp.iter().for_each(|lpp| self.digits("lpp", lpp, 7..=7));
        if let Some(cip) = cip {
            match cip.len() {
                7 | 13 => self.digits("cip", cip, 7..=13),
                length => self.add("cip", Rule::Cip(length)),
            }
        }
        if act.exoneration == NO_EXONERATION && justification.is_some() {
            self.add("justificatif", Rule::NothingToProve);
        }
    }

    fn sum(&mut self, key: &'static str, found: Cents, right: Cents) {
        if found != right {
            self.add(key, Rule::Sum { found, right });
        }
    }

    fn payment(&mut self, form: &Facts<'_>) {
        let said = form.payment;
        let right = Payment::of(form.acts, said.basic_is_paid, said.complementary_is_paid);
        if right.total > DEAREST_FORM {
            self.add("acte", Rule::FormTooDear(right.total));
        }
        self.sum("total", said.total, right.total);
        self.sum("part_obligatoire", said.basic, right.basic);
        self.sum("part_complementaire", said.complementary, right.complementary);
        self.sum("tiers_payant.montant", said.third_party, right.third_party);
        if said.complementary_is_paid && right.complementary == Cents::ZERO {
            self.add("tiers_payant.complementaire", Rule::NoComplementaryShare);
        }
    }
}

impl Place {
    /// Where a form file has it, with dots, and the number of an act from 0: `acte.0.date`.
    #[must_use]
    pub fn path(self) -> String {
        match self.act {
            Some(index) => format!("acte.{index}.{}", self.key),
            None => self.key.to_owned(),
        }
    }

    /// What is wrong there, with the place in words, of a form that has no file.
    #[must_use]
    pub fn said(self, what: &Bilingual) -> Bilingual {
        let key = self.key;
        match self.act.map(|index| index + 1) {
            Some(number) => said!(
                with what;
                en: "act {number}, {key}: {what}",
                fr: "acte {number}, {key} : {what}",
            ),
            None => said!(with what; en: "{key}: {what}", fr: "{key} : {what}"),
        }
    }
}

impl Breach {
    /// What is wrong, with the place in words.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        self.place.said(&self.rule.said())
    }
}

impl Rule {
    /// What is wrong.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        match self {
            Self::Acts(0) => said!(en: "a form has at least one act", fr: "une feuille a au moins un acte"),
            Self::Acts(count) => said!(
                en: "a form has at most {MOST_ACTS} acts, and this one {count}",
                fr: "une feuille a {MOST_ACTS} actes au plus, et celle-ci {count}",
            ),
            Self::Range { found, least, most } => said!(
                en: "this number must be from {least} to {most}, and it is {found}",
                fr: "ce nombre doit aller de {least} à {most}, et il vaut {found}",
            ),
            Self::TooDear { found, most } => said!(
                en: "this is {found}, and at most {most} fits",
                fr: "ceci fait {found}, et le maximum est {most}",
            ),
            Self::FormTooDear(total) => said!(
                en: "the acts cost {total} together, and those of a form at most {DEAREST_FORM}",
                fr: "les actes font {total} ensemble, et ceux d'une feuille au plus {DEAREST_FORM}",
            ),
            Self::NoQuotation => {
                said!(en: "a coefficient is 0.01 at least", fr: "un coefficient est au moins de 0.01")
            }
            Self::NoDay(day) => {
                said!(en: "there is no day {day} in the calendar", fr: "le jour {day} n'existe pas au calendrier")
            }
            Self::After { day, last, of } => {
                let what = of.said();
                said!(with what; en: "{day} is after {what}, {last}", fr: "le {day} vient après {what}, le {last}")
            }
            Self::Digits { least, most } if least == most => {
                said!(en: "this has {most} digits and nothing else", fr: "ceci a {most} chiffres et rien d'autre")
            }
            Self::Digits { least, most } => said!(
                en: "this has {least} to {most} digits and nothing else",
                fr: "ceci a de {least} à {most} chiffres et rien d'autre",
            ),
            Self::Code { least, most } if least == most => said!(
                en: "this has {most} capital letters and digits and nothing else",
                fr: "ceci a {most} majuscules et chiffres et rien d'autre",
            ),
            Self::Code { least, most } => said!(
                en: "this has {least} to {most} capital letters and digits and nothing else",
                fr: "ceci a de {least} à {most} majuscules et chiffres et rien d'autre",
            ),
            Self::Nir => said!(
                en: "this is no NIR: it has another shape, or another key",
                fr: "ce n'est pas un NIR : sa forme ou sa clé est fausse",
            ),
            Self::BillingKey => said!(
                en: "the last digit of this billing number is not its key",
                fr: "le dernier chiffre de ce numéro de facturation n'est pas sa clé",
            ),
            Self::Rank => said!(en: "a rank of birth is 1 to 9", fr: "un rang de naissance va de 1 à 9"),
            Self::Exoneration(code) => {
                said!(en: "no exoneration has the code {code}", fr: "aucune exonération n'a le code {code}")
            }
            Self::RateOfExoneration => said!(
                en: "with an exoneration there is no co-payment: the rate is 100",
                fr: "avec une exonération il n'y a pas de ticket modérateur : le taux est 100",
            ),
            Self::Part { found, most } => said!(
                en: "this is {found}, and there is {most} for it",
                fr: "ceci fait {found}, et il y a {most} pour cela",
            ),
            Self::Sum { found, right } => said!(
                en: "this says {found}, and the acts give {right}",
                fr: "ceci indique {found}, et les actes donnent {right}",
            ),
            Self::NoComplementaryShare => said!(
                en: "no act has a share of the complementary insurer",
                fr: "aucun acte n'a de part complémentaire",
            ),
            Self::Cip(length) => said!(
                en: "a CIP has 7 or 13 digits; this has {length}",
                fr: "un CIP a 7 ou 13 chiffres ; celui-ci en a {length}",
            ),
            Self::NothingToProve => {
                said!(en: "there is no exoneration to prove", fr: "il n'y a aucune exonération à justifier")
            }
            Self::SecretsOfOtherActs => said!(
                en: "what is enciphered is of another number of acts",
                fr: "ce qui est chiffré porte sur un autre nombre d'actes",
            ),
        }
    }

    /// What to do about it in a form file.
    #[must_use]
    pub fn hint(&self) -> Bilingual {
        match self {
            Self::Acts(0) => said!(en: "write [[acte]]", fr: "écrire [[acte]]"),
            Self::Acts(_) | Self::FormTooDear(_) => {
                said!(en: "make several forms of them", fr: "en faire plusieurs feuilles")
            }
            Self::TooDear { most, .. } => said!(
                en: "write {most} at most",
                fr: "écrire {most} au plus",
            ),
            Self::NoQuotation => said!(en: "leave it out: it is then 1", fr: "l'omettre : il est alors de 1"),
            Self::After { last, .. } => {
                said!(en: "write {last}, or a day before it", fr: "écrire {last}, ou un jour avant")
            }
            Self::RateOfExoneration => {
                said!(en: "leave taux out, or exoneration", fr: "omettre taux, ou exoneration")
            }
            Self::Part { .. } => said!(
                en: "montant has everything in it: overrun, way, and the shares of both insurers",
                fr: "montant comprend tout : dépassement, déplacement, et les parts des deux organismes",
            ),
            Self::Sum { right, .. } => said!(
                en: "write {right}, correct an act, or leave it out: it is then computed",
                fr: "écrire {right}, corriger un acte, ou omettre la clé : le montant est alors calculé",
            ),
            Self::NoComplementaryShare => said!(
                en: "write part_complementaire in an act, or leave this out",
                fr: "écrire part_complementaire dans un acte, ou omettre cette clé",
            ),
            Self::Cip(_) => said!(en: "look at the box", fr: "regarder la boîte"),
            Self::NothingToProve => {
                said!(en: "write exoneration, or leave this out", fr: "écrire exoneration, ou omettre ceci")
            }
            Self::Range { .. }
            | Self::NoDay(_)
            | Self::Digits { .. }
            | Self::Code { .. }
            | Self::Nir
            | Self::BillingKey
            | Self::Rank
            | Self::Exoneration(_)
            | Self::SecretsOfOtherActs => said!(en: "correct it", fr: "le corriger"),
        }
    }
}

impl DayOf {
    fn said(self) -> Bilingual {
        match self {
            Self::Form => said!(en: "the day of the form", fr: "le jour de la feuille"),
            Self::Act => said!(en: "the day of the act", fr: "le jour de l'acte"),
        }
    }
}
