//! The copy of a form that stays on the Vitale: of what the form says, what is indispensable for its reimbursement.

use std::num::NonZeroU16;

use jiff::civil::Date;

use super::{
    Form,
    content::{self, Nature, Patient},
};
use crate::{
    profile::{nir::Nir, tree::CardDate},
    terminal::copies::{
        self, Accident, AccidentNumber, Act, ActCode, Acts, BillingNumber, Body, Copy, FormNumber, TooMuch,
    },
};

/// The copies of a form: one for each six acts.
///
/// # Errors
///
/// [`TooMuch`] if the form says something that a copy has no place for.
pub fn copies(form: &Form) -> Result<Vec<Copy>, TooMuch> {
    let acts = form.acts.iter().map(|act| self::act(form, act)).collect::<Result<Vec<_>, _>>()?;
    let content::InsuredId { regime, body, centre, .. } = &form.insured;
    let first = acts.iter().take(1).cloned().collect();
    let copy = Copy {
        date: day(form.date)?,
        number: FormNumber::new(form.number)?,
        patient: match &form.patient {
            Patient::Nir(nir) => copies::Patient::Nir(Nir::read(nir).map_err(|_| TooMuch::Patient)?),
            Patient::Born { date, rang_gemellaire } => {
                copies::Patient::Born { date: *date, rank: rang_gemellaire.parse().map_err(|_| TooMuch::Rank)? }
            }
        },
        body: Body::read(&format!("{regime}{body}{centre}"))?,
        author: BillingNumber::read(&form.caregiver.billing)?,
        nature: match &form.nature {
            Nature::Illness => copies::Nature::Illness,
            Nature::Maternity(date) => copies::Nature::Maternity(day(*date)?),
            Nature::AccidentNumber(number) => {
                copies::Nature::Accident(Accident::Numbered(AccidentNumber::read(number)?))
            }
            Nature::AccidentDate(date) => copies::Nature::Accident(Accident::Of(day(*date)?)),
        },
        acts: Acts::new(first)?,
        third_party: form.payment.third_party,
    };
    copy.of_all(&acts)
}

fn act(form: &Form, act: &content::Act) -> Result<Act, TooMuch> {
    let coefficient = u16::try_from(act.quotation).ok().and_then(NonZeroU16::new);
    Ok(Act {
        date: (act.date != form.date).then(|| day(act.date)).transpose()?,
        code: ActCode::read(&act.code)?,
        coefficient: coefficient.ok_or(TooMuch::Coefficient)?,
        amount: act.amount,
        exoneration: act.exoneration.parse().map_err(|_| TooMuch::Exoneration)?,
    })
}

fn day(date: CardDate) -> Result<Date, TooMuch> {
    let parts = (i16::try_from(date.year).ok()).zip(i8::try_from(date.month).ok()).zip(i8::try_from(date.day).ok());
    parts.and_then(|((year, month), day)| Date::new(year, month, day).ok()).ok_or(TooMuch::Day)
}
