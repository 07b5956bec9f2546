//! What a terminal may do with a card on a day, and what it needs for the rest [CSS-R161 33-2]
//! [WIKIPEDIA-VITALE care forms].

use serde::Serialize;

use super::{Bearing, Beneficiary, Dated, Lock, Reading, Remark, State, state};
use crate::terminal::right::Look;

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
    /// With this card alone, or with the professional's that is beside it.
    Yes,
    /// For some of the people on the card only.
    ForSome,
    /// With a professional's card beside it.
    WithProfessionalCard,
    /// Not with this card today.
    No,
}

impl Reading {
    /// What may be done with the card on the day of reading, by what it says and by the lists that were asked.
    #[must_use]
    pub fn abilities(&self) -> [(Ability, Verdict); 6] {
        let bearing = self.remarks.iter().map(Remark::bearing).max().unwrap_or(Bearing::None);
        let rights = self.for_people(|person| matches!(state(&person.rights, self.today), State::Until(_)));
        let covered = self.for_people(|person| self.has_complementary_cover(person));
        let payment = |verdict| if bearing == Bearing::None { verdict } else { Verdict::No };
        let sealed = self.closed.iter().any(|file| file.lock == Lock::ProfessionalCard);
        let form = match bearing {
            Bearing::Card => Verdict::No,
            _ if self.looks.iter().any(is_authors) => Verdict::Yes,
            _ => Verdict::WithProfessionalCard,
        };
        [
            (Ability::Identify, yes_if(self.volet.insured.nir.is_some())),
            (Ability::SeeRights, yes_if(self.volet.beneficiaries.iter().any(|person| !person.rights.is_empty()))),
            (Ability::ThirdPartyPayment, payment(rights)),
            (Ability::ComplementaryPayment, payment(covered)),
            (Ability::SeeExoneration, if sealed { Verdict::WithProfessionalCard } else { self.exoneration() }),
            (Ability::SecuredForm, form),
        ]
    }

    /// What keeps a terminal from something with this card today, worst first; none where nothing does, or where the
    /// card says nothing of it.
    #[must_use]
    pub fn why_not(&self, ability: Ability) -> Vec<&Remark> {
        let keeps = |remark: &&Remark| match ability {
            Ability::SecuredForm => remark.bearing() == Bearing::Card,
            Ability::ThirdPartyPayment => {
                remark.bearing() > Bearing::None || matches!(remark, Remark::NoRightsToday { .. })
            }
            Ability::ComplementaryPayment => {
                remark.bearing() > Bearing::None || matches!(remark, Remark::ComplementaryEnded { .. })
            }
            Ability::Identify => matches!(remark, Remark::NobodyOnCard),
            Ability::SeeRights | Ability::SeeExoneration => false,
        };
        self.remarks.iter().filter(keeps).collect()
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

/// Whether a card beside it opened what only who makes care forms opens, or one who treats: not an agent's of a basic
/// regime.
fn is_authors(look: &Look) -> bool {
    look.outcome.is_ok() && !look.opened.is_empty() && matches!(look.bearer.kind.as_deref(), Some("cps" | "cpe"))
}

fn yes_if(condition: bool) -> Verdict {
    if condition { Verdict::Yes } else { Verdict::No }
}
