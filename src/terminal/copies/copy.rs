//! What a copy says. Each part has only values that have a place on a card.

use std::fmt;

use crate::{
    profile::{dates::Date, nir::Nir, schema::Check, tree::CardDate},
    terminal::amount::Cents,
};

/// What of a care form is indispensable for its reimbursement [ARRETE-MESS9821497A 1].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copy {
    /// The day on which the form was made.
    pub date: Date,
    /// Its number.
    pub number: FormNumber,
    /// Who was treated.
    pub patient: Patient,
    /// Who pays: regime, caisse and centre.
    pub body: Body,
    /// The billing number of its author.
    pub author: BillingNumber,
    /// What the care is for.
    pub nature: Nature,
    /// What was done.
    pub acts: Acts,
    /// What of the total the patient did not pay; no more than the total.
    pub third_party: Cents,
}

impl Copy {
    /// The copies of a form with any number of acts, of which this one says all the rest: as many as it takes, with the
    /// same number. What the patient did not pay counts for the first acts.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Acts`] if there is no act, [`TooMuch::ThirdParty`] if the third party's share is more than the total.
    pub fn of_all(&self, acts: &[Act]) -> Result<Vec<Self>, TooMuch> {
        let mut left = self.third_party;
        let copies = acts.chunks(Acts::MOST).map(|part| {
            let acts = Acts::new(part.to_vec())?;
            let third_party = left.min(acts.total());
            left = left.without(third_party).unwrap_or_default();
            Ok(Self { acts, third_party, ..self.clone() })
        });
        let copies = copies.collect::<Result<Vec<_>, _>>()?;
        match copies.is_empty() {
            true => Err(TooMuch::Acts),
            false if left > Cents::ZERO => Err(TooMuch::ThirdParty),
            false => Ok(copies),
        }
    }

    /// What all acts cost together.
    #[must_use]
    pub fn total(&self) -> Cents {
        self.acts.total()
    }
}

/// A value has no place in a copy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TooMuch {
    /// The number of a form.
    #[error("forms are numbered from 0 to 999999")]
    Number,
    /// A number of digits.
    #[error("this number has not its {0} digits")]
    Digits(usize),
    /// A billing number with another last digit than its key.
    #[error("the last digit of this billing number is not its key")]
    Key,
    /// The number of an accident.
    #[error("the number of an accident has 8 or 9 digits")]
    Accident,
    /// A code.
    #[error("the code of an act has 1 to 7 capital letters and digits")]
    Code,
    /// A coefficient of zero.
    #[error("a coefficient is 0.01 at least")]
    Coefficient,
    /// An amount.
    #[error("an act costs at most 99999.99")]
    Amount,
    /// A digit.
    #[error("an exoneration is one digit")]
    Exoneration,
    /// No act, or too many.
    #[error("a copy has 1 to {} acts", Acts::MOST)]
    Acts,
    /// Nobody, or one person in two ways.
    #[error("a patient is known by a NIR, or by birth date and rank")]
    Patient,
    /// Care for two reasons.
    #[error("care is for an illness, maternity or an accident")]
    Nature,
    /// A rank of birth.
    #[error("a rank of birth is 1 to 9")]
    Rank,
    /// A date that is none.
    #[error("this is no day of the calendar")]
    Day,
    /// The part of the third party.
    #[error("the third party's share is more than the total")]
    ThirdParty,
}

/// The number that its author gives to a form: 0 to 999,999.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FormNumber(u32);

impl FormNumber {
    /// The last number; the next form has number 0 again.
    pub const LAST: u32 = 999_999;

    /// A number.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Number`] above [`FormNumber::LAST`].
    pub fn new(number: u32) -> Result<Self, TooMuch> {
        if number <= Self::LAST { Ok(Self(number)) } else { Err(TooMuch::Number) }
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FormNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// So many digits.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Digits<const N: usize>([u8; N]);

impl<const N: usize> Digits<N> {
    fn read(text: &str) -> Result<Self, TooMuch> {
        let digits = <[u8; N]>::try_from(text.as_bytes()).ok().filter(|digits| digits.iter().all(u8::is_ascii_digit));
        digits.map(Self).ok_or(TooMuch::Digits(N))
    }
}

impl<const N: usize> fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

/// A body of the basic insurance: 2 digits of its regime, 3 of the caisse, 4 of the centre.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Body(Digits<9>);

impl Body {
    /// From 9 digits.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Digits`] for anything else.
    pub fn read(text: &str) -> Result<Self, TooMuch> {
        Digits::read(text).map(Self)
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A billing number: 8 digits and their key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BillingNumber(Digits<9>);

impl BillingNumber {
    /// What its last digit is.
    const KEY: Check = Check::Luhn { behind: 0 };

    /// From 9 digits.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Digits`] for anything else, [`TooMuch::Key`] if the last digit is not that of the number.
    pub fn read(text: &str) -> Result<Self, TooMuch> {
        let digits = Digits::read(text)?;
        if Self::KEY.holds(text) { Ok(Self(digits)) } else { Err(TooMuch::Key) }
    }
}

impl fmt::Display for BillingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who was treated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Patient {
    /// Known by the NIR.
    Nir(Nir),
    /// Known by birth date, and by the rank among those born that day: 1 to 9.
    Born {
        /// The date; its month may be fictitious.
        date: CardDate,
        /// The rank.
        rank: u8,
    },
}

/// What the care is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Nature {
    /// An illness.
    Illness,
    /// Maternity, with its date.
    Maternity(Date),
    /// An accident at work or occupational disease.
    Accident(Accident),
}

/// How an accident is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Accident {
    /// By its number.
    Numbered(AccidentNumber),
    /// By its date.
    Of(Date),
}

/// The number of an accident: 8 or 9 digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccidentNumber(String);

impl AccidentNumber {
    /// From its digits.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Accident`] for anything else.
    pub fn read(text: &str) -> Result<Self, TooMuch> {
        let fits = (8..=9).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(TooMuch::Accident) }
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The acts of a form: 1 to [`Acts::MOST`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Acts(Vec<Act>);

impl Acts {
    /// How many acts a copy has room for.
    pub const MOST: usize = 6;

    /// These acts.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Acts`] if there is none, or if there are more than [`Acts::MOST`].
    pub fn new(acts: Vec<Act>) -> Result<Self, TooMuch> {
        if (1..=Self::MOST).contains(&acts.len()) { Ok(Self(acts)) } else { Err(TooMuch::Acts) }
    }

    /// In the order of the form.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Act> {
        self.0.iter()
    }

    fn total(&self) -> Cents {
        self.0.iter().map(|act| act.amount).sum()
    }
}

/// An act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Act {
    /// Its day; that of the form if there is none.
    pub date: Option<Date>,
    /// What it is.
    pub code: ActCode,
    /// By how much its price is multiplied, in hundredths: 1 to 65,535.
    pub coefficient: std::num::NonZeroU16,
    /// What was asked for it: at most [`Act::MOST`].
    pub amount: Cents,
    /// Why the patient paid no co-payment: one digit, 0 for none.
    pub exoneration: u8,
}

impl Act {
    /// The greatest amount of an act, in cents.
    pub const MOST: Cents = Cents(9_999_999);

    /// Whether each part is in its range.
    pub(super) fn check(&self) -> Result<(), TooMuch> {
        if self.amount > Self::MOST {
            return Err(TooMuch::Amount);
        }
        if self.exoneration > 9 { Err(TooMuch::Exoneration) } else { Ok(()) }
    }
}

/// The code of an act: 1 to 7 capital letters and digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ActCode(String);

impl ActCode {
    /// The most characters.
    pub const LONGEST: usize = 7;

    /// From its characters.
    ///
    /// # Errors
    ///
    /// [`TooMuch::Code`] for anything else.
    pub fn read(text: &str) -> Result<Self, TooMuch> {
        let fits = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if fits && (1..=Self::LONGEST).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(TooMuch::Code) }
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
