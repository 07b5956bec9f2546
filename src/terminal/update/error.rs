//! Why a card was not updated.

use virtuale_engine::StatusWord;

use crate::{
    profile::said::{Bilingual, counted, said},
    terminal::{
        exchange::ExchangeError,
        pages::{self, Lang},
        remark::Remark,
        transport::TransportError,
        update::Cipher,
        vitale::ReadError,
    },
};

/// What a station was doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Looking at the card before anything is proved.
    Open,
    /// Proving the keys to each other.
    Authenticate,
    /// Beginning the transaction.
    Begin,
    /// Writing a file.
    Write,
    /// Ending the transaction, so that all of it stays.
    Commit,
    /// Reading the card before it is written to.
    Read,
    /// Reading it once more.
    ReadBack,
}

/// What a card is when something went wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leaves {
    /// As it was before.
    AsBefore,
    /// As it was, or wholly as it is to be.
    Unknown,
    /// As it is to be, as far as the card said.
    Updated,
}

/// Why a card was not updated, or not for sure. Up to the end of the transaction the card is as it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The transport is gone, or the card never ends.
    #[error("{}", self.said())]
    Exchange(#[from] ExchangeError),
    /// The card could not be read.
    #[error("{}", self.said())]
    Unread(#[from] ReadError),
    /// Cards of this layout know no issuer, or change nothing in a transaction.
    #[error("{}", self.said())]
    NotUpdatable {
        /// The name of the layout.
        layout: String,
    },
    /// The card has no such key set.
    #[error("{}", self.said())]
    NoKeySet {
        /// Its number.
        number: u8,
        /// Its cipher.
        cipher: Cipher,
    },
    /// The card does not take the keys.
    #[error("{}", self.said())]
    WrongKeys {
        /// How many tries are left; `None` if it did not say.
        left: Option<u8>,
    },
    /// The card takes no keys of this set any more: there were too many wrong ones.
    #[error("{}", self.said())]
    KeysBlocked {
        /// The number of the set.
        number: u8,
        /// Its cipher.
        cipher: Cipher,
    },
    /// The answer to the end of the transaction was lost: the card may have kept it or not.
    #[error("{}", self.said())]
    Unsure(ExchangeError),
    /// The transaction was kept, and the card could not be read back.
    #[error("{}", self.said())]
    UnreadBack(ReadError),
    /// The card does not know the keys itself: it is none of this issuer.
    #[error("{}", self.said())]
    CardUnproved,
    /// The card refused a command.
    #[error("{}", self.said())]
    Refused {
        /// What was to be done.
        step: Step,
        /// What it said.
        status: StatusWord,
    },
    /// The card answered in clear where secure messaging was agreed on, by which it ended that. It may have done what
    /// it was asked.
    #[error("{}", self.said())]
    Ended {
        /// What was to be done.
        step: Step,
        /// What it said.
        status: StatusWord,
    },
    /// The card failed at something as it was read.
    #[error("{}", self.said())]
    NotWhole {
        /// Before it was written to, or after.
        step: Step,
        /// At what.
        remark: Remark,
    },
    /// The change is too long for one transaction.
    #[error("{}", self.said())]
    NoRoom {
        /// How many bytes it takes, those that say where included.
        needed: usize,
        /// How many there are.
        room: usize,
    },
    /// A file that is to be written could not be read.
    #[error("{}", self.said())]
    Closed {
        /// Its name.
        file: String,
    },
    /// A file is not as its layout would have what the card says.
    #[error("{}", self.said())]
    Foreign {
        /// Its name.
        file: String,
        /// The first byte that differs.
        at: usize,
    },
    /// A file was read back and is not what was written.
    #[error("{}", self.said())]
    Differs {
        /// Its name.
        file: String,
    },
}

impl From<TransportError> for UpdateError {
    fn from(error: TransportError) -> Self {
        Self::Exchange(error.into())
    }
}

impl UpdateError {
    /// What went wrong, in one sentence.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        match self {
            Self::Exchange(error) => exchange(error),
            Self::Unread(error) => in_both(|lang| pages::read_error(error, lang).0),
            Self::Unsure(error) => {
                let why = exchange(error);
                said!(
                    with why;
                    en: "the card may be updated or not: its answer to the end of the transaction was lost: {why}",
                    fr: "la carte est peut-être mise à jour, peut-être pas : sa réponse à la fin de la transaction \
                         s'est perdue : {why}",
                )
            }
            Self::UnreadBack(error) => {
                let why = in_both(|lang| pages::read_error(error, lang).0);
                said!(
                    with why;
                    en: "the card was updated, and could not be read back: {why}",
                    fr: "la carte a été mise à jour, et n'a pas pu être relue : {why}",
                )
            }
            Self::NoKeySet { number, cipher } => {
                let cipher = cipher.name();
                said!(
                    en: "the card has no key set {number} for {cipher}",
                    fr: "la carte n'a pas de jeu de clés {number} pour {cipher}",
                )
            }
            Self::KeysBlocked { number, cipher } => {
                let cipher = cipher.name();
                said!(
                    en: "the card's key set {number} ({cipher}) is blocked: there were too many wrong keys",
                    fr: "le jeu de clés {number} ({cipher}) de la carte est bloqué : il y a eu trop de clés fausses",
                )
            }
            Self::NotUpdatable { layout } => said!(
                en: "cards of layout {layout} cannot be updated all or nothing: they have no issuer's keys and no \
                     transaction",
                fr: "les cartes de structure {layout} ne peuvent pas être mises à jour en tout ou rien : elles n'ont \
                     ni clés d'émetteur ni transaction",
            ),
            Self::WrongKeys { left: Some(left) } => {
                let tries = counted(usize::from(*left), "try", "essai");
                let english = if *left == 1 { "1 try is left".into() } else { format!("{left} tries are left") };
                let french = tries.french;
                Bilingual::new(
                    format!("the card does not take the issuer's keys: {english}"),
                    format!("la carte refuse les clés de l'émetteur : il reste {french}"),
                )
            }
            Self::WrongKeys { left: None } => said!(
                en: "the card does not take the issuer's keys",
                fr: "la carte refuse les clés de l'émetteur",
            ),
            Self::CardUnproved => said!(
                en: "the card does not prove that it has the issuer's keys: it is none of this issuer",
                fr: "la carte ne prouve pas qu'elle a les clés de l'émetteur : elle n'est pas de cet émetteur",
            ),
            Self::Refused { step, status } => {
                let (doing, status) = (step.said(), in_both(|lang| pages::status(*status, lang)));
                said!(
                    with doing, status;
                    en: "the card refused to {doing}: it said {status}",
                    fr: "la carte a refusé de {doing} : elle a répondu {status}",
                )
            }
            Self::Ended { step, status } => {
                let (doing, status) = (step.said(), in_both(|lang| pages::status(*status, lang)));
                said!(
                    with doing, status;
                    en: "the card ended secure messaging when it was to {doing}: it said {status}, in clear",
                    fr: "la carte a mis fin à la messagerie sécurisée quand elle devait {doing} : elle a répondu \
                         {status}, en clair",
                )
            }
            Self::NotWhole { remark, .. } => {
                let why = in_both(|lang| pages::remark(remark, lang));
                said!(
                    with why;
                    en: "the card could not be read whole: {why}",
                    fr: "la carte n'a pas pu être lue entièrement : {why}",
                )
            }
            Self::NoRoom { needed, room } => said!(
                en: "this change takes {needed} bytes of a transaction, and the card has {room}",
                fr: "ce changement demande {needed} octets dans une transaction, et la carte en a {room}",
            ),
            Self::Closed { file } => said!(
                en: "file {file} must be written, and the card does not let the station read it",
                fr: "le fichier {file} doit être écrit, et la carte ne laisse pas la station le lire",
            ),
            Self::Foreign { file, at } => said!(
                en: "file {file} of the card holds something that its layout does not explain, at byte {at}",
                fr: "le fichier {file} de la carte contient ce que sa structure n'explique pas, à l'octet {at}",
            ),
            Self::Differs { file } => said!(
                en: "file {file} was read back and is not what was written",
                fr: "le fichier {file}, relu, n'est pas ce qui a été écrit",
            ),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Bilingual {
        match self {
            Self::Ended { step: Step::Commit | Step::ReadBack, .. }
            | Self::NotWhole { step: Step::ReadBack, .. }
            | Self::Unsure(_)
            | Self::UnreadBack(_) => said!(
                en: "put it in again and look: virtuale update --consult; or update it again, which writes only what is \
                     not there",
                fr: "la remettre et regarder : virtuale update --consult ; ou recommencer, ce qui n'écrit que ce qui \
                     manque",
            ),
            Self::Exchange(_) | Self::Ended { .. } => said!(
                en: "the card is as it was: put it in and update it again",
                fr: "la carte est comme avant : la remettre et recommencer",
            ),
            Self::NoKeySet { .. } => said!(
                en: "prove its other key set: --cipher aes or --cipher 3des",
                fr: "prouver son autre jeu de clés : --cipher aes ou --cipher 3des",
            ),
            Self::KeysBlocked { .. } => said!(
                en: "its other key set may still be taken: --cipher aes or --cipher 3des; without one the card is made \
                     anew",
                fr: "son autre jeu de clés peut encore servir : --cipher aes ou --cipher 3des ; sinon, la carte est \
                     refaite",
            ),
            Self::Unread(_) | Self::NotWhole { .. } => {
                said!(en: "look at the card: virtuale read", fr: "regarder la carte : virtuale read")
            }
            Self::NotUpdatable { .. } => said!(
                en: "a card like this is made anew instead",
                fr: "une telle carte est refaite",
            ),
            Self::WrongKeys { .. } => said!(
                en: "give the keys of its issuer: --issuer-keys FILE, which has [ias] as in its card file",
                fr: "donner les clés de son émetteur : --issuer-keys FICHIER, avec [ias] comme dans son fichier de \
                     carte",
            ),
            Self::CardUnproved => said!(en: "do not trust this card", fr: "ne pas se fier à cette carte"),
            Self::Refused { .. } => said!(en: "the card is as it was", fr: "la carte est comme avant"),
            Self::NoRoom { .. } => said!(
                en: "nothing was written; change less at a time",
                fr: "rien n'a été écrit ; changer moins à la fois",
            ),
            Self::Closed { .. } => said!(
                en: "nothing was written; a station writes only what it reads: leave out of the change what is in that \
                     file",
                fr: "rien n'a été écrit ; une station n'écrit que ce qu'elle lit : enlever du changement ce qui est \
                     dans ce fichier",
            ),
            Self::Foreign { .. } => said!(
                en: "nothing was written; the card's layout is another one",
                fr: "rien n'a été écrit ; la structure de la carte est une autre",
            ),
            Self::Differs { .. } => said!(
                en: "the card does not keep what it is given: replace it",
                fr: "la carte ne garde pas ce qu'elle reçoit : la remplacer",
            ),
        }
    }
}

impl UpdateError {
    /// What the card is then.
    #[must_use]
    pub fn leaves(&self) -> Leaves {
        match self {
            Self::Unsure(_) | Self::Ended { step: Step::Commit, .. } => Leaves::Unknown,
            Self::UnreadBack(_)
            | Self::Differs { .. }
            | Self::Ended { step: Step::ReadBack, .. }
            | Self::NotWhole { step: Step::ReadBack, .. } => Leaves::Updated,
            _ => Leaves::AsBefore,
        }
    }
}

/// Why commands and answers did not go on.
fn exchange(error: &ExchangeError) -> Bilingual {
    match error {
        ExchangeError::Transport(error) => in_both(|lang| pages::transport_error(error, lang)),
        error => {
            let why = error.to_string();
            said!(en: "{why}", fr: "la carte ne répond pas comme attendu : {why}")
        }
    }
}

impl Step {
    fn said(self) -> Bilingual {
        match self {
            Self::Open => said!(en: "say who it is", fr: "dire qui elle est"),
            Self::Authenticate => said!(en: "prove keys", fr: "prouver des clés"),
            Self::Begin => said!(en: "begin a transaction", fr: "commencer une transaction"),
            Self::Write => said!(en: "write a file", fr: "écrire un fichier"),
            Self::Commit => said!(en: "keep the transaction", fr: "garder la transaction"),
            Self::Read => said!(en: "be read", fr: "être lue"),
            Self::ReadBack => said!(en: "be read back", fr: "être relue"),
        }
    }
}

fn in_both(text: impl Fn(Lang) -> String) -> Bilingual {
    Bilingual::new(text(Lang::En), text(Lang::Fr))
}
