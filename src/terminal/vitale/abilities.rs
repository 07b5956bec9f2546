//! What a terminal may do with a card on a day, and what it needs for the rest [CSS-R161 33-2]
//! [WIKIPEDIA-VITALE care forms].

use serde::Serialize;

use super::{Beneficiary, Dated, Lock, Reading, Remark, State, state};

/// The service of the basic regime that pays the complementary share too: CMU-C, now C2S [MEDINTUX-SSV codes].
const FREE_COVER: &str = "01";

/// Something that a terminal does with a Vitale.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Knowing whose card it is.
    Identify,
    /// Seeing rights to benefits of the basic regime.
    SeeRights,
    /// Asking the basic regime for its share instead of the patient.
    ThirdPartyPayment,
    /// Asking the complementary insurer for the rest.
    ComplementaryPayment,
    /// Seeing who is exempt from the co-payment, and the copies of care forms.
    SeeExoneration,
    /// Signing an electronic care form.
    SecuredForm,
}

/// Whether it may.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// With this card alone.
    Yes,
    /// For some of the people on the card only.
    ForSome,
    /// With a professional's card beside it.
    WithProfessionalCard,
    /// Not with this card today.
    No,
}

impl Reading {
    /// What may be done with the card on the day of reading. The opposition list is not asked: it is not on the card.
    #[must_use]
    pub fn abilities(&self) -> [(Ability, Verdict); 6] {
        let usable = !self.remarks.iter().any(Self::stops_the_card);
        let updated = !self.remarks.iter().any(|remark| matches!(remark, Remark::UpdateOverdue { .. }));
        let rights = self.for_people(|person| matches!(state(&person.rights, self.today), State::Until(_)));
        let covered = self.for_people(|person| self.has_complementary_cover(person));
        let payment = |verdict| if usable && updated { verdict } else { Verdict::No };
        let sealed = self.closed.iter().any(|file| file.lock == Lock::ProfessionalCard);
        let form = if usable { Verdict::WithProfessionalCard } else { Verdict::No };
        [
            (Ability::Identify, yes_if(self.volet.insured.nir.is_some())),
            (Ability::SeeRights, yes_if(self.volet.beneficiaries.iter().any(|person| !person.rights.is_empty()))),
            (Ability::ThirdPartyPayment, payment(rights)),
            (Ability::ComplementaryPayment, payment(covered)),
            (Ability::SeeExoneration, if sealed { Verdict::WithProfessionalCard } else { self.exoneration() }),
            (Ability::SecuredForm, form),
        ]
    }

    fn stops_the_card(remark: &Remark) -> bool {
        matches!(remark, Remark::CardExpired { .. } | Remark::CardNotYetValid { .. } | Remark::NobodyOnCard)
    }

    fn has_complementary_cover(&self, person: &Beneficiary) -> bool {
        let services = self.volet.insured.service.iter().chain(&person.service);
        let holds = |service: &Dated| service.code.as_deref() == Some(FREE_COVER) && service.period.covers(self.today);
        services.into_iter().any(holds) || person.complementary().any(|cover| cover.period.covers(self.today))
    }

    fn exoneration(&self) -> Verdict {
        let shown = |person: &Beneficiary| !person.coverage.is_empty() || !person.exonerations.is_empty();
        yes_if(self.volet.beneficiaries.iter().any(shown))
    }

    fn for_people(&self, holds: impl Fn(&Beneficiary) -> bool) -> Verdict {
        let all = self.volet.beneficiaries.len();
        match self.volet.beneficiaries.iter().filter(|person| holds(person)).count() {
            0 => Verdict::No,
            some if some < all => Verdict::ForSome,
            _ => Verdict::Yes,
        }
    }
}

fn yes_if(condition: bool) -> Verdict {
    if condition { Verdict::Yes } else { Verdict::No }
}
