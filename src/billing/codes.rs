//! The numbers by which the reading interface says how it went [MEDINTUX-SSV errors], and which of them goes with what
//! keeps this terminal from reading.
//!
//! The numbers are public; their words here are ours. Which of our refusals has which number is this project's choice,
//! where the number leaves one: `docs/billing.md` has the table.

use std::fmt;

use serde::{Serialize, Serializer};

#[cfg(feature = "cli")]
use crate::terminal::guides::Unread;
use crate::{
    profile::said::Bilingual,
    terminal::{
        right::{Denial, Side},
        transport::{Lost, TransportError},
    },
};

/// A number of the interface. Total: every value is one, some have names.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Code(pub u16);

/// Declares the numbers with their words.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $en:literal, $fr:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// All that have a name.
            pub const NAMED: &[Self] = &[$(Self::$name),*];

            /// What the number says, in our words; `None` if it has no name here.
            #[must_use]
            pub fn words(self) -> Option<Bilingual> {
                match self.0 { $($value => Some(Bilingual::new($en, $fr)),)* _ => None }
            }
        }
    };
}

codes! {
    /// Done.
    DONE = 0, "done", "fait";
    /// Something between program, reader and card went wrong: programs try again.
    PROTOCOL = 512, "protocol error, try again", "erreur de protocole, recommencer";
    /// The reader, or the service that has it, gives no answer.
    READER_SILENT = 1024, "the reader is silent", "le lecteur ne répond pas";
    /// There is no professional's card, or it went.
    NO_PROFESSIONAL = 61441, "no professional's card", "pas de carte de professionnel";
    /// The code of the professional's card is blocked.
    CODE_BLOCKED = 61442, "the code of the professional's card is blocked",
        "le code de la carte de professionnel est bloqué";
    /// The code of the professional's card was wrong, or nobody gave it.
    CODE_WRONG = 61443, "the code of the professional's card is wrong or missing",
        "le code de la carte de professionnel est faux ou absent";
    /// The professional's card cannot be billed with: it is not valid, says nothing of billing, or opens nothing.
    PROFESSIONAL_INVALID = 61444, "the professional's card is not valid, or has no billing data",
        "la carte de professionnel n'est pas valide, ou n'a pas de données de facturation";
    /// There is no Vitale.
    NO_VITALE = 61457, "no Vitale", "pas de carte Vitale";
    /// The Vitale does not answer.
    VITALE_MUTE = 61460, "the Vitale does not answer", "la carte Vitale ne répond pas";
    /// The Vitale was pulled while it was read.
    VITALE_PULLED = 61461, "the Vitale was pulled", "la carte Vitale a été retirée";
    /// One of both cards is a test card, the other one is not.
    TEST_WITH_REAL = 61478, "a test card beside a real one", "carte de test avec une carte réelle";
    /// Somebody has both a mutuelle and another complementary insurer.
    TWO_COVERS = 61680, "mutuelle and AMC both", "mutuelle et AMC à la fois";
    /// There is no reader of that name.
    UNKNOWN_RESOURCE = 61697, "unknown reader", "lecteur inconnu";
}

impl Code {
    /// Of a card that could not be opened.
    #[must_use]
    pub fn of_opening(error: &TransportError, side: Side) -> Self {
        match (error.lost(), side) {
            (Lost::Card, Side::Patient) => Self::NO_VITALE,
            _ => Self::of_transport(error, side),
        }
    }

    /// Of a card that was lost while it was read.
    #[must_use]
    pub fn of_transport(error: &TransportError, side: Side) -> Self {
        match (error.lost(), side) {
            (Lost::Card, Side::Patient) => Self::VITALE_PULLED,
            (Lost::Card, Side::Professional) => Self::NO_PROFESSIONAL,
            (Lost::Answer, Side::Patient) => Self::VITALE_MUTE,
            (Lost::Answer, Side::Professional) => Self::PROFESSIONAL_INVALID,
            (Lost::Reader, _) => Self::READER_SILENT,
            (Lost::Name, _) => Self::UNKNOWN_RESOURCE,
            (Lost::Thread, _) => Self::PROTOCOL,
        }
    }

    /// Of a card that gave no reading.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn of_unread(error: &Unread, side: Side) -> Self {
        match (error, side) {
            (Unread::Transport(error), _) => Self::of_transport(error, side),
            (Unread::OtherCard { .. }, Side::Patient) => Self::NO_VITALE,
            (Unread::OtherCard { .. }, Side::Professional) => Self::NO_PROFESSIONAL,
        }
    }

    /// Of a professional's card that did not open a Vitale.
    #[must_use]
    pub fn of_denial(denial: &Denial) -> Self {
        match denial {
            Denial::Gone => Self::NO_PROFESSIONAL,
            Denial::CodeBlocked => Self::CODE_BLOCKED,
            Denial::CodeWrong { .. } | Denial::CodeNotGiven => Self::CODE_WRONG,
            Denial::TooLong | Denial::Unprotected => Self::PROTOCOL,
            Denial::Refused { .. }
            | Denial::NoNumber { .. }
            | Denial::Malformed { .. }
            | Denial::NoSession
            | Denial::NoCardKey => Self::PROFESSIONAL_INVALID,
        }
    }
}

/// `61457 no Vitale`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            Some(words) => write!(f, "{} {words}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({self})")
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::{Fault, StatusWord};

    use super::{Code, Denial, Side, TransportError};
    use crate::terminal::{right, transport::Doing};

    #[test]
    fn a_code_says_its_number_and_its_words() {
        assert_eq!(Code::NO_VITALE.to_string(), "61457 no Vitale");
        assert_eq!(format!("{:?}", Code(7)), "Code(7)");
        assert_eq!(serde_json::to_string(&Code::TWO_COVERS).expect("a number"), "61680");
        let mut seen: Vec<_> = Code::NAMED.iter().map(|code| (code.0, code.words())).collect();
        seen.dedup();
        assert_eq!(seen.len(), 13);
    }

    #[test]
    fn what_is_lost_is_told_by_whose_card_it_was_and_when() {
        let rows = [
            (TransportError::Silent(Fault::PowerLost), [61461, 61441, 61457, 61441]),
            (TransportError::Silent(Fault::Mute), [61460, 61444, 61460, 61444]),
            (TransportError::Unanswered { doing: Doing::Transmit, seconds: 1 }, [1024; 4]),
            (TransportError::NoStatus { length: 1 }, [512; 4]),
        ];
        for (error, expected) in rows {
            let found = [
                Code::of_transport(&error, Side::Patient),
                Code::of_transport(&error, Side::Professional),
                Code::of_opening(&error, Side::Patient),
                Code::of_opening(&error, Side::Professional),
            ];
            assert_eq!(found.map(|code| code.0), expected, "{error}");
        }
    }

    #[test]
    fn a_professionals_card_that_opens_nothing_has_its_number() {
        let refused = Denial::Refused { doing: right::Doing::TakeProof, status: StatusWord(0x6300) };
        let rows = [
            (Denial::Gone, 61441),
            (Denial::CodeBlocked, 61442),
            (Denial::CodeWrong { left: Some(2) }, 61443),
            (Denial::CodeNotGiven, 61443),
            (refused, 61444),
            (Denial::NoSession, 61444),
            (Denial::TooLong, 512),
        ];
        for (denial, expected) in rows {
            assert_eq!(Code::of_denial(&denial).0, expected, "{denial}");
        }
    }
}
