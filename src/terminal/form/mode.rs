//! The ways in which a form is made: which cards take part, and what paper stands in for one that does not
//! [MEDINTUX-SSV modes] [WIKIPEDIA-VITALE care forms].

use serde::Serialize;

/// A way to make a form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// No card signs: a paper form goes out.
    #[serde(rename = "non_securise")]
    Unsecured,
    /// SESAM without Vitale, as after a consultation at a distance: the professional's card alone, and no paper.
    #[serde(rename = "sans_vitale")]
    WithoutVitale,
    /// At the patient's home, with both cards.
    #[serde(rename = "visite")]
    Visit,
    /// Both cards.
    #[serde(rename = "securise")]
    Secured,
    /// Both cards, the Vitale later.
    #[serde(rename = "desynchronise")]
    Desynchronised,
    /// The professional's card alone: a duplicate on paper goes out too.
    #[serde(rename = "degrade")]
    Degraded,
}

/// What a card does for a form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// It is not used.
    None,
    /// It is there when the form is made.
    Now,
    /// It signs in a later run.
    Later,
}

/// The paper that goes with a form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Paper {
    /// None.
    None,
    /// A duplicate, which the patient signs.
    Duplicate,
    /// The form itself, which the professional and the patient sign.
    Form,
    /// None here; whether there is one is not public.
    NotPublic,
}

impl Mode {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Unsecured, Self::WithoutVitale, Self::Visit, Self::Secured, Self::Desynchronised, Self::Degraded];

    /// The number that billing software has for it.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Unsecured => 0,
            Self::WithoutVitale => 1,
            Self::Visit => 2,
            Self::Secured => 3,
            Self::Desynchronised => 4,
            Self::Degraded => 5,
        }
    }

    /// The one with a number.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.number() == number)
    }

    /// How form files write it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Unsecured => "non_securise",
            Self::WithoutVitale => "sans_vitale",
            Self::Visit => "visite",
            Self::Secured => "securise",
            Self::Desynchronised => "desynchronise",
            Self::Degraded => "degrade",
        }
    }

    /// The one that form files write so.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.key() == key)
    }

    /// Whether the professional's card signs.
    #[must_use]
    pub fn has_professional(self) -> bool {
        self != Self::Unsecured
    }

    /// What the Vitale does.
    #[must_use]
    pub fn vitale(self) -> Part {
        match self {
            Self::Secured | Self::Visit => Part::Now,
            Self::Desynchronised => Part::Later,
            Self::Unsecured | Self::WithoutVitale | Self::Degraded => Part::None,
        }
    }

    /// The paper that stands in for a card. A duplicate of a degraded form and the paper of an unsecured one are
    /// public; that a form without Vitale has none is this project's choice.
    #[must_use]
    pub fn paper(self) -> Paper {
        match self {
            Self::Degraded => Paper::Duplicate,
            Self::Unsecured => Paper::Form,
            Self::WithoutVitale => Paper::NotPublic,
            Self::Visit | Self::Secured | Self::Desynchronised => Paper::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_keys_lead_back() {
        for mode in Mode::ALL {
            assert_eq!((Mode::of(mode.number()), Mode::of_key(mode.key())), (Some(mode), Some(mode)));
            assert_eq!(serde_json::to_value(mode).expect("a word"), mode.key());
        }
        assert_eq!((Mode::of(6), Mode::of_key("secure")), (None, None));
    }
}
