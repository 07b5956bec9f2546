//! What a care form says [ARRETE-MESS9821497A 1] [CSS-R161 42], typed.
//!
//! What a reader of version 1.40 enciphers stands apart, in [`Secrets`]: of a form that somebody else signed, a
//! terminal without the addressee's key sees the rest only.

use serde::{Serialize, Serializer};

use super::mode::Mode;
use crate::{
    profile::tree::CardDate,
    terminal::{
        amount::{Cents, Rate},
        period::day_as_text,
    },
};

/// All of a form that everybody may read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// How it was made.
    pub mode: Mode,
    /// Its day.
    #[serde(serialize_with = "day_as_text")]
    pub date: CardDate,
    /// Its order number, 1 to 999999.
    #[serde(rename = "numero")]
    pub number: u32,
    /// The lot that it goes out with, 0 to 999.
    pub lot: Option<u16>,
    /// Whose rights pay.
    #[serde(rename = "assure")]
    pub insured: InsuredId,
    /// Who was cared for.
    #[serde(rename = "beneficiaire")]
    pub patient: Patient,
    /// Who cared.
    #[serde(rename = "executant")]
    pub caregiver: Caregiver,
    /// What the insurance pays for.
    pub nature: Nature,
    /// What was done; at least one.
    #[serde(rename = "acte")]
    pub acts: Vec<Act>,
    /// Who pays.
    #[serde(rename = "paiement")]
    pub payment: Payment,
    /// The Vitale that took part; none where it did not, or not yet.
    pub vitale: Option<VitaleUsed>,
    /// The number of the professional's card; none where it did not take part.
    #[serde(rename = "carte_professionnel")]
    pub professional_card: Option<String>,
}

/// Whose rights pay.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InsuredId {
    /// The NIR, 15 characters.
    pub nir: String,
    /// The basic regime, 2 digits.
    #[serde(rename = "code_regime")]
    pub regime: String,
    /// The managing body, 3 digits.
    #[serde(rename = "caisse")]
    pub body: String,
    /// Its centre, 4 digits.
    pub centre: String,
}

/// Who was cared for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Patient {
    /// By their own NIR, 15 characters.
    Nir(String),
    /// By the day of their birth, and their rank among those born on that day.
    #[serde(rename = "naissance")]
    Born {
        /// The day; its month may be fictitious.
        #[serde(serialize_with = "day_as_text")]
        date: CardDate,
        /// The rank, 1 digit.
        rang_gemellaire: String,
    },
}

/// Who cared.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Caregiver {
    /// The national identifier with its type in front, such as `899900012347`; none where no card says it.
    #[serde(rename = "identifiant")]
    pub id: Option<String>,
    /// The billing number, 9 digits.
    #[serde(rename = "numero_facturation")]
    pub billing: String,
    /// The speciality, 2 digits; none where no card says it.
    #[serde(rename = "specialite")]
    pub speciality: Option<String>,
}

/// What the insurance pays for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Illness.
    #[serde(rename = "maladie")]
    Illness,
    /// Maternity, with its day.
    #[serde(rename = "maternite", serialize_with = "day_as_text")]
    Maternity(CardDate),
    /// An accident at work by its number, 8 or 9 digits.
    #[serde(rename = "at_numero")]
    AccidentNumber(String),
    /// One that has no number yet, by its day.
    #[serde(rename = "at_date", serialize_with = "day_as_text")]
    AccidentDate(CardDate),
}

/// An act.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Act {
    /// Its day.
    #[serde(serialize_with = "day_as_text")]
    pub date: CardDate,
    /// The code of the service, 1 to 5 characters.
    pub code: String,
    /// The quotation, in hundredths.
    #[serde(rename = "coefficient")]
    pub quotation: u64,
    /// The number of the tooth, 2 digits.
    #[serde(rename = "dent")]
    pub tooth: Option<String>,
    /// What is asked for it.
    #[serde(rename = "montant")]
    pub amount: Cents,
    /// How much of that is beyond the tariff.
    #[serde(rename = "depassement")]
    pub overrun: Cents,
    /// How much of that is for the way.
    #[serde(rename = "deplacement")]
    pub travel: Cents,
    /// Why there is no co-payment: 1 digit, `0` where there is one.
    pub exoneration: String,
    /// The rate of the basic regime.
    #[serde(rename = "taux")]
    pub rate: Rate,
    /// The share of the basic regime.
    #[serde(rename = "part_obligatoire")]
    pub basic: Cents,
    /// The share of the complementary insurer.
    #[serde(rename = "part_complementaire")]
    pub complementary: Cents,
    /// When the prior agreement was asked for.
    #[serde(rename = "accord_prealable", serialize_with = "crate::terminal::period::as_text")]
    pub agreement: Option<CardDate>,
    /// The number of the imaging device.
    #[serde(rename = "appareil")]
    pub device: Option<String>,
}

/// Who pays.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Payment {
    /// What all acts cost.
    pub total: Cents,
    /// The share of the basic regime in it.
    #[serde(rename = "part_obligatoire")]
    pub basic: Cents,
    /// The share of the complementary insurer in it.
    #[serde(rename = "part_complementaire")]
    pub complementary: Cents,
    /// Whether the patient does not advance the share of the basic regime.
    #[serde(rename = "tiers_payant_obligatoire")]
    pub basic_is_paid: bool,
    /// Whether the form is for the complementary insurer too, whose share the patient does not advance.
    #[serde(rename = "tiers_payant_complementaire")]
    pub complementary_is_paid: bool,
    /// What others pay to the professional.
    #[serde(rename = "montant_tiers_payant")]
    pub third_party: Cents,
}

/// A Vitale that took part.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct VitaleUsed {
    /// Its generation.
    pub generation: Generation,
    /// Its serial number, 8 or 9 digits.
    #[serde(rename = "numero_serie")]
    pub serial: String,
}

/// The generation of a Vitale.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Generation {
    /// A word memory, which signs nothing: how a real one did is not public.
    Vitale1,
    /// A card with an IAS component.
    Vitale2,
}

/// What is enciphered.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Secrets {
    /// Who prescribed the acts.
    #[serde(rename = "prescripteur")]
    pub prescriber: Option<Prescriber>,
    /// What is secret of each act, in the order of the acts.
    #[serde(rename = "acte")]
    pub acts: Vec<ActSecrets>,
}

/// Who prescribed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Prescriber {
    /// The billing number, 9 digits.
    #[serde(rename = "numero_facturation")]
    pub billing: String,
    /// When.
    #[serde(serialize_with = "day_as_text")]
    pub date: CardDate,
}

/// What is secret of an act.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ActSecrets {
    /// Its code in the CCAM, 7 characters.
    pub ccam: Option<String>,
    /// The code of a product in the LPP, 7 digits.
    pub lpp: Option<String>,
    /// The code of a medicine, 7 or 13 digits.
    pub cip: Option<String>,
    /// What proves the exoneration.
    #[serde(rename = "justificatif")]
    pub justification: Option<String>,
}

impl Act {
    /// The tariff: what the basic regime pays its rate of. `None` if more is beyond the tariff than is asked for.
    #[must_use]
    pub fn tariff(&self) -> Option<Cents> {
        self.amount.without(self.overrun)
    }
}

impl Payment {
    /// What is paid for these acts.
    #[must_use]
    pub fn of(acts: &[Act], basic_is_paid: bool, complementary_is_paid: bool) -> Self {
        let sum = |part: fn(&Act) -> Cents| acts.iter().map(part).sum::<Cents>();
        let (total, basic, complementary) = (sum(|act| act.amount), sum(|act| act.basic), sum(|act| act.complementary));
        let paid = |share, is_paid| if is_paid { share } else { Cents::ZERO };
        let third_party = paid(basic, basic_is_paid) + paid(complementary, complementary_is_paid);
        Self { total, basic, complementary, basic_is_paid, complementary_is_paid, third_party }
    }

    /// What is left for the patient to pay to the professional.
    #[must_use]
    pub fn of_patient(&self) -> Cents {
        self.total.without(self.third_party).unwrap_or_default()
    }
}

impl Secrets {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prescriber.is_none() && self.acts.iter().all(|act| *act == ActSecrets::default())
    }
}

impl Generation {
    /// Its number: 1 or 2.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Vitale1 => 1,
            Self::Vitale2 => 2,
        }
    }

    /// That of a number.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        [Self::Vitale1, Self::Vitale2].into_iter().find(|generation| generation.number() == number)
    }
}

impl Serialize for Generation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}
