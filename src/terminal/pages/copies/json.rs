//! Copies of care forms for programs. Names are the keys of card files; amounts are in cents, coefficients in
//! hundredths.

use serde::Serialize;

use crate::{
    profile::{dates::calendar, tree::CardDate},
    terminal::{
        amount::Cents,
        copies::{Accident, Act, Copies, Copy, Nature, Patient, Shown, Stage, Usage},
        files::Lock,
    },
};

/// The copies on a card.
#[derive(Clone, Debug, Serialize)]
pub struct CopiesReport {
    /// Whether the insured objects to copies; `null` if the card does not say.
    #[serde(rename = "opposition_copies")]
    pub objection: Option<bool>,
    /// Whether the card shows them: `open`, `closed` or `no_file`.
    pub shown: &'static str,
    /// What would open them, as in the files' `lock`; `null` unless they are closed.
    pub lock: Option<Lock>,
    /// How many records are no copies.
    pub unreadable: usize,
    /// The newest first.
    #[serde(rename = "copie")]
    pub copies: Vec<CopyReport>,
}

/// A copy.
#[derive(Clone, Debug, Serialize)]
pub struct CopyReport {
    /// The day of the form.
    pub date: String,
    /// Its number: 6 digits.
    #[serde(rename = "numero")]
    pub number: String,
    /// The patient's NIR; `null` if the patient is known by birth.
    pub nir: Option<String>,
    /// The patient's birth date, in place of the NIR.
    #[serde(rename = "naissance")]
    pub born: Option<String>,
    /// The rank among those born that day, beside the birth date.
    #[serde(rename = "rang_gemellaire")]
    pub rank: Option<u8>,
    /// Who pays: 9 digits.
    #[serde(rename = "organisme")]
    pub body: String,
    /// The billing number of the author: 9 digits.
    #[serde(rename = "professionnel")]
    pub author: String,
    /// The date of a maternity; `null` if the care is for something else.
    #[serde(rename = "maternite")]
    pub maternity: Option<String>,
    /// The number of an accident at work.
    #[serde(rename = "accident_numero")]
    pub accident_number: Option<String>,
    /// The date of an accident at work that has no number.
    #[serde(rename = "accident_date")]
    pub accident_date: Option<String>,
    /// What all acts cost together, in cents.
    pub total: Cents,
    /// What of it the patient did not pay, in cents.
    #[serde(rename = "tiers_payant")]
    pub third_party: Cents,
    /// The acts.
    #[serde(rename = "acte")]
    pub acts: Vec<ActReport>,
    /// Whether it may be used on the day of reading.
    pub usage: Option<UsageReport>,
}

/// An act.
#[derive(Clone, Debug, Serialize)]
pub struct ActReport {
    /// Its day; `null` if it is that of the form.
    pub date: Option<String>,
    /// What it is.
    pub code: String,
    /// In hundredths.
    pub coefficient: u16,
    /// In cents.
    #[serde(rename = "montant")]
    pub amount: Cents,
    /// Why the patient paid no co-payment: 1 digit.
    pub exoneration: String,
}

/// Whether a copy may be used, and when.
#[derive(Clone, Debug, Serialize)]
pub struct UsageReport {
    /// `to_come`, `too_early`, `usable` or `too_late`.
    pub stage: Stage,
    /// The first day.
    #[serde(rename = "debut")]
    pub from: Option<String>,
    /// The last day.
    #[serde(rename = "fin")]
    pub until: Option<String>,
}

impl CopiesReport {
    /// Of what a reading found, on its day.
    #[must_use]
    pub fn of(copies: &Copies, today: CardDate) -> Self {
        let (shown, lock, unreadable) = match &copies.shown {
            Shown::NoFile => ("no_file", None, 0),
            Shown::Closed(lock) => ("closed", Some(*lock), 0),
            Shown::Open { unreadable, .. } => ("open", None, *unreadable),
        };
        let list = copies.all().iter().map(|copy| CopyReport::of(copy, today)).collect();
        Self { objection: copies.objection, shown, lock, unreadable, copies: list }
    }
}

impl CopyReport {
    fn of(copy: &Copy, today: CardDate) -> Self {
        let (nir, born, rank) = match &copy.patient {
            Patient::Nir(nir) => (Some(nir.as_str().to_owned()), None, None),
            Patient::Born { date, rank } => (None, Some(date.to_string()), Some(*rank)),
        };
        let (maternity, accident_number, accident_date) = match &copy.nature {
            Nature::Illness => (None, None, None),
            Nature::Maternity(day) => (Some(day.to_string()), None, None),
            Nature::Accident(Accident::Numbered(number)) => (None, Some(number.as_str().to_owned()), None),
            Nature::Accident(Accident::Of(day)) => (None, None, Some(day.to_string())),
        };
        Self {
            date: copy.date.to_string(),
            number: copy.number.to_string(),
            nir,
            born,
            rank,
            body: copy.body.to_string(),
            author: copy.author.to_string(),
            maternity,
            accident_number,
            accident_date,
            total: copy.total(),
            third_party: copy.third_party,
            acts: copy.acts.iter().map(ActReport::of).collect(),
            usage: calendar(today).map(|today| copy.usage(today).into()),
        }
    }
}

impl ActReport {
    fn of(act: &Act) -> Self {
        Self {
            date: act.date.map(|day| day.to_string()),
            code: act.code.as_str().to_owned(),
            coefficient: act.coefficient.get(),
            amount: act.amount,
            exoneration: act.exoneration.to_string(),
        }
    }
}

impl From<Usage> for UsageReport {
    fn from(Usage { stage, from, until }: Usage) -> Self {
        Self { stage, from: from.map(|day| day.to_string()), until: until.map(|day| day.to_string()) }
    }
}
