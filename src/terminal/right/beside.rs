//! A professional's card that is read beside a patient's, and what came of it.

use virtuale_engine::StatusWord;

use super::{Denial, Doing, Right, Side, Unproven};
use crate::terminal::{
    exchange::{Dialogue, ExchangeError},
    holder::Holder,
};

/// Whose a professional's card is, as far as whoever put it there knows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bearer {
    /// Where the card is: a reader's name, or a card file.
    pub place: String,
    /// What the card says of its holder: the name of a person or a place.
    pub name: Option<String>,
    /// `cps`, `cpf`, `cpe` or `cpa`, as card files have it.
    pub kind: Option<String>,
}

/// How a right is proved, and what it opens read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Manner {
    /// The professional's card proves its role, and the patient's answers in clear.
    #[default]
    Plain,
    /// Both cards prove themselves, and what opens is read between them under secure messaging.
    Secured,
}

/// A professional's card beside a patient's.
pub struct Beside<'a> {
    /// The talk with it; of one that cannot be asked any more, why it opens nothing.
    pub dialogue: Result<Dialogue<'a>, Denial>,
    /// How it proves the right.
    pub manner: Manner,
    /// Who may know its code.
    pub holder: &'a mut dyn Holder,
    /// Whose it is.
    pub bearer: Bearer,
}

/// What came of the professional's card beside a patient's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Look {
    /// Whose card it was.
    pub bearer: Bearer,
    /// The right that it proved, or why it did not, or not to the end.
    pub outcome: Result<Right, Denial>,
    /// The names of the files that the right opened.
    pub opened: Vec<String>,
}

impl Look {
    /// A card that proved nothing.
    pub(in crate::terminal) fn denied(bearer: &Bearer, denial: Denial) -> Self {
        Self { bearer: bearer.clone(), outcome: Err(denial), opened: Vec::new() }
    }
}

impl Denial {
    /// Whether it was asked for and did not hold: the card went, cards do not go on under secure messaging, something
    /// between them was changed, what a card gave for its number or certificate is none, or a card refused for no
    /// reason that belongs to what was asked. That a card may not, or nobody gave its code, is no such thing.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Refused { doing, status } => *doing == Doing::Serve || !is_reason(*status),
            Self::NoNumber { .. }
            | Self::Malformed { .. }
            | Self::TooLong
            | Self::NoSession
            | Self::NoCardKey
            | Self::Unprotected
            | Self::Gone => true,
            _ => false,
        }
    }

    /// The code that programs know it by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::NoNumber { .. } => "no_number",
            Self::Malformed { .. } => "malformed_certificate",
            Self::CodeNotGiven => "code_not_given",
            Self::CodeWrong { .. } => "code_wrong",
            Self::CodeBlocked => "code_blocked",
            Self::TooLong => "too_long",
            Self::NoSession => "no_session",
            Self::NoCardKey => "no_card_key",
            Self::Unprotected => "unprotected",
            Self::Gone => "card_gone",
        }
    }
}

/// Whether a refused step of a proof says why: it is wrong or not trusted, not in order, blocked, not there, or nothing
/// that the card knows.
fn is_reason(status: StatusWord) -> bool {
    matches!(status.0, 0x6300 | 0x63C0..=0x63CF | 0x6688 | 0x6700 | 0x6983..=0x6985 | 0x6D00 | 0x6E00)
        || status.0 >> 8 == 0x6A
}

impl Unproven {
    /// What is to be told of the professional's card; the error itself if the patient's card does not answer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`] of the patient's card.
    pub fn of_professional(self) -> Result<Denial, ExchangeError> {
        match self {
            Self::Denied(denial) => Ok(denial),
            Self::Exchange { side: Side::Professional, .. } => Ok(Denial::Gone),
            Self::Exchange { error: ExchangeError::Unsendable(_), .. } => Ok(Denial::TooLong),
            Self::Exchange { side: Side::Patient, error } => Err(error),
        }
    }
}

impl std::fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Beside").field("bearer", &self.bearer).finish_non_exhaustive()
    }
}
