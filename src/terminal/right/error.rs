//! Why a role was not proved: which card refused what.

use virtuale_engine::StatusWord;

use crate::terminal::exchange::ExchangeError;

/// One of the two cards.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Side {
    /// The card that is looked into.
    Patient,
    /// The card that proves.
    Professional,
}

/// One of the certificates between the root and the key of a professional's card.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Link {
    /// That of the authority, which the root signed.
    Authority,
    /// The card's own, which the authority signed.
    Own,
}

/// A step of the proof.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Doing {
    /// SELECT of the root of the professional's card.
    SelectProfessional,
    /// Reading the number of the professional's card.
    ReadProfessional,
    /// Reading a certificate from the professional's card: a card without one proves nothing.
    ReadCertificate(Link),
    /// VERIFY of the code of the professional's card.
    VerifyCode,
    /// SELECT of an application of the patient's card.
    SelectPatient,
    /// Reading the number of the patient's card.
    ReadPatient,
    /// MSE SET: naming to the patient's card who signed a certificate. `6A88` of the authority's: the patient's card
    /// does not know that root.
    NameSigner(Link),
    /// PSO VERIFY CERTIFICATE. `6688`: not signed by whom it names, or changed; `6985`: not valid today, or its signer
    /// may not certify; `6984`: its holder is revoked; `6A80`: no certificate.
    CheckCertificate(Link),
    /// MSE SET: naming to the patient's card whose key will be proved. `6A88`: the certificate is that of another
    /// card.
    NameKey,
    /// GET CHALLENGE.
    Challenge(Side),
    /// MSE SET: choosing the key of the professional's card.
    ChooseKey,
    /// INTERNAL AUTHENTICATE of the professional's card, or PSO COMPUTE DIGITAL SIGNATURE where it has none.
    Sign,
    /// EXTERNAL AUTHENTICATE of the patient's card. `6300`: the proof is wrong, or for another card; `6985`: not with a
    /// fresh challenge.
    TakeProof,
    /// Reading the certificate of the patient's card, for secure messaging.
    ReadCard,
    /// MSE SET and PSO VERIFY CERTIFICATE of the professional's card, for the certificate of the patient's card or of
    /// its authority. `6A88`: it does not know who signed; `6688`: not signed by whom it names, or changed.
    CheckCard(Link),
    /// MSE SET: naming both keys.
    NameKeys(Side),
    /// INTERNAL AUTHENTICATE of a card for the other.
    MakeToken(Side),
    /// EXTERNAL AUTHENTICATE with the token of the other card. `6300`: it is not that card's, or not for this one;
    /// `6985`: not with a fresh challenge.
    TakeToken(Side),
    /// PSO of the professional's card on the session. `6300`: an answer is not the patient's card's; `6985`: the
    /// session ended.
    Serve,
}

/// Why a role was not proved.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    /// No answer came from a card.
    #[error("the {} does not answer: {error}", side.english())]
    Exchange {
        /// From which.
        side: Side,
        /// Why.
        error: ExchangeError,
    },
    /// A card said no, or somebody did.
    #[error(transparent)]
    Denied(#[from] Denial),
}

/// Who said no to a proof, and to what.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Denial {
    /// A card did not do what was asked.
    #[error("the {} refused ({doing:?}): {status}", doing.side().english())]
    Refused {
        /// What was asked.
        doing: Doing,
        /// What it answered.
        status: StatusWord,
    },
    /// A card has no serial number in EF.SN.
    #[error("the {} has no number", side.english())]
    NoNumber {
        /// Which.
        side: Side,
    },
    /// What stands in the place of a certificate is none.
    #[error("what stands in the place of a card-verifiable certificate is none ({link:?})")]
    Malformed {
        /// In whose place.
        link: Link,
    },
    /// Nobody gave the code of the professional's card.
    #[error("nobody gave the code of the professional's card")]
    CodeNotGiven,
    /// The code that was given is wrong.
    #[error("the code of the professional's card was wrong")]
    CodeWrong {
        /// How many tries are left, if the card says it.
        left: Option<u8>,
    },
    /// The code of the professional's card is blocked.
    #[error("the code of the professional's card is blocked")]
    CodeBlocked,
    /// The patient's card takes no command as long as a certificate.
    #[error("the patient's card takes no command as long as a certificate")]
    TooLong,
    /// The professional's card cannot keep a session for a terminal, as a CPS4 cannot.
    #[error("the professional's card keeps no session of secure messaging")]
    NoSession,
    /// The patient's card has no key to prove itself by.
    #[error("the patient's card has no certificate of its own")]
    NoCardKey,
    /// An answer of the patient's card was not protected as was agreed on.
    #[error("an answer of the patient's card is not protected as was agreed on")]
    Unprotected,
    /// The professional's card was removed or reset before all was read, or does not answer.
    #[error("the professional's card was removed or reset")]
    Gone,
}

impl Side {
    fn english(self) -> &'static str {
        match self {
            Self::Patient => "patient's card",
            Self::Professional => "professional's card",
        }
    }
}

impl Doing {
    /// Which card it is asked of.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::SelectProfessional
            | Self::ReadProfessional
            | Self::ReadCertificate(_)
            | Self::VerifyCode
            | Self::ChooseKey
            | Self::Sign
            | Self::CheckCard(_)
            | Self::Serve => Side::Professional,
            Self::SelectPatient
            | Self::ReadPatient
            | Self::NameSigner(_)
            | Self::CheckCertificate(_)
            | Self::NameKey
            | Self::TakeProof
            | Self::ReadCard => Side::Patient,
            Self::Challenge(side) | Self::NameKeys(side) | Self::MakeToken(side) | Self::TakeToken(side) => side,
        }
    }

    /// That no answer came.
    pub(super) fn failed(self, error: ExchangeError) -> Unproven {
        Unproven::Exchange { side: self.side(), error }
    }
}
