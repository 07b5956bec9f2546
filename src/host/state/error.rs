//! Why cards cannot be kept, or a kept card does not come: what, where, and what to do.

use std::{io, path::PathBuf};

use super::compare::Differences;
use crate::{
    host::Kind,
    profile::{
        reason::reason,
        said::{Bilingual, said},
    },
    shown,
};

/// Why cards cannot be kept in a folder, or a card that is kept there does not come.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
#[non_exhaustive]
pub enum StateError {
    /// What was named is no folder.
    NotAFolder(PathBuf),
    /// The folder is open to others.
    NotPrivate(PathBuf),
    /// The folder is another user's.
    NotOwn(PathBuf),
    /// Another program keeps its cards there now.
    Held {
        /// The folder.
        path: PathBuf,
        /// Which program, as far as is known: `virtuale serve, process 4711`.
        holder: Option<String>,
    },
    /// The folder or the database cannot be read or written.
    Disk {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What is there is no database of this program, or not whole.
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another version of the program wrote the database.
    Version {
        /// The database.
        path: PathBuf,
        /// The version of its tables.
        found: u64,
    },
    /// No cards are kept there, for who would only look at them.
    NoCards(PathBuf),
    /// The card file or its layout is another one than on the first day of the card.
    Changed {
        /// The card, as [`StateError::Unknown`] has it.
        card: String,
        /// Where its card file was on the first day.
        origin: String,
        /// What differs.
        differences: Box<Differences>,
    },
    /// The card is in another slot.
    InSlot {
        /// The card.
        card: String,
        /// The slot.
        slot: usize,
    },
    /// A card that was named is not kept: `vitale2-martin`, or `vitale2-martin#2` for the second of one card file.
    Unknown {
        /// The card.
        card: String,
        /// Those that are kept.
        known: Vec<String>,
    },
    /// A card was to begin anew, and is none of those that came.
    NotHere {
        /// The card.
        card: String,
    },
    /// The cards are not kept any more: the program ends.
    Closed,
}

impl StateError {
    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotAFolder(_)
            | Self::NoCards(_)
            | Self::Unknown { .. }
            | Self::NotHere { .. }
            | Self::InSlot { .. } => Kind::Usage,
            Self::Changed { .. } => Kind::Invalid,
            _ => Kind::Environment,
        }
    }

    /// What it is, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        match self {
            Self::NotAFolder(path) => {
                let path = shown::path(path);
                said!(en: "{path} is no folder: cards are kept in one", fr: "{path} n'est pas un dossier : il en faut un pour garder des cartes")
            }
            Self::NoCards(path) => {
                let path = shown::path(path);
                said!(en: "no cards are kept in {path}", fr: "aucune carte n'est gardée dans {path}")
            }
            Self::NotPrivate(path) => {
                let path = shown::path(path);
                said!(
                    en: "others may look into {path}: kept cards have PINs and keys in them",
                    fr: "d'autres peuvent regarder dans {path} : les cartes gardées contiennent des codes et des clés",
                )
            }
            Self::NotOwn(path) => {
                let path = shown::path(path);
                said!(
                    en: "{path} is another user's: kept cards have PINs and keys in them",
                    fr: "{path} est à un autre utilisateur : les cartes gardées contiennent des codes et des clés",
                )
            }
            Self::Held { path, holder: Some(holder) } => {
                let (path, holder) = (shown::path(path), shown::line(holder));
                said!(
                    en: "the cards in {path} are in use: {holder}",
                    fr: "les cartes gardées dans {path} sont en service : {holder}",
                )
            }
            Self::Held { path, holder: None } => {
                let path = shown::path(path);
                said!(
                    en: "the cards in {path} are in use by another program",
                    fr: "les cartes gardées dans {path} servent à un autre programme",
                )
            }
            Self::Disk { path, error } => {
                let (path, why) = (shown::path(path), reason(error));
                said!(
                    with why;
                    en: "cannot keep cards in {path}: {why}",
                    fr: "impossible de garder des cartes dans {path} : {why}",
                )
            }
            Self::Damaged { path, why } => {
                let (path, why) = (shown::path(path), shown::line(why));
                said!(
                    en: "{path} is damaged, or not ours: {why}",
                    fr: "{path} est abîmé, ou n'est pas à nous : le système dit « {why} »",
                )
            }
            Self::Version { path, found } => {
                let path = shown::path(path);
                said!(
                    en: "{path} was written by another version of this program: its form is {found}, and only form 1 is known",
                    fr: "{path} a été écrit par une autre version de ce programme : sa forme est la {found}, et seule la forme 1 est connue",
                )
            }
            Self::Changed { card, origin, differences } => {
                let (card, origin, what) = (shown::line(card), shown::line(origin), differences.said());
                said!(
                    with what;
                    en: "{card} is kept as {origin} made it, and that is another one now: {what}",
                    fr: "{card} est gardée telle que {origin} l'a faite, et ce n'est plus le même contenu : {what}",
                )
            }
            Self::InSlot { card, slot } => {
                let card = shown::line(card);
                said!(en: "{card} is in slot {slot}", fr: "{card} est dans l'emplacement {slot}")
            }
            Self::Unknown { card, .. } => {
                let card = shown::line(card);
                said!(en: "no card {card} is kept there", fr: "aucune carte {card} n'y est gardée")
            }
            Self::NotHere { card } => {
                let card = shown::line(card);
                said!(
                    en: "{card} was to begin anew, and is none of the cards that came",
                    fr: "{card} devait recommencer, et n'est aucune des cartes venues",
                )
            }
            Self::Closed => {
                said!(en: "the cards are not kept any more", fr: "les cartes ne sont plus gardées")
            }
        }
    }

    /// What to do about it, in both languages.
    #[must_use]
    pub fn hint(&self) -> Bilingual {
        match self {
            Self::NotAFolder(_) => {
                said!(en: "name a folder, which is made if it is not there", fr: "nommer un dossier ; il est fait s'il n'existe pas")
            }
            Self::NotPrivate(path) => {
                let word = shown::word(path);
                said!(
                    en: "name a folder of your own, or close this one: chmod 700 {word}",
                    fr: "nommer un dossier à soi, ou fermer celui-ci : chmod 700 {word}",
                )
            }
            Self::NotOwn(_) => said!(
                en: "name a folder of your own, or run this as that user",
                fr: "nommer un dossier à soi, ou lancer ceci comme cet utilisateur",
            ),
            Self::Held { .. } => said!(
                en: "let that program end first, or keep cards in another folder",
                fr: "laisser finir ce programme, ou garder les cartes dans un autre dossier",
            ),
            Self::Disk { error, .. } => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    said!(en: "make room there; nothing is lost", fr: "y faire de la place ; rien n'est perdu")
                }
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => said!(
                    en: "name a folder that this user may write to",
                    fr: "nommer un dossier où cet utilisateur peut écrire",
                ),
                _ => said!(
                    en: "see that the folder is there, and that this user may write to it",
                    fr: "vérifier que le dossier existe et que cet utilisateur peut y écrire",
                ),
            },
            Self::Damaged { path, .. } => {
                let word = shown::word(path);
                said!(
                    en: "put a copy of the folder back, or begin anew with all cards: rm {word}",
                    fr: "remettre une copie du dossier, ou recommencer avec toutes les cartes : rm {word}",
                )
            }
            Self::Version { path, .. } => {
                let word = shown::word(path);
                said!(
                    en: "use that version of the program, or begin anew with all cards: rm {word}",
                    fr: "prendre cette version du programme, ou recommencer avec toutes les cartes : rm {word}",
                )
            }
            Self::Changed { card, .. } => {
                let card = shown::word(card);
                said!(
                    en: "put the card file back as it was; or begin anew with this card: --state-reset={card}; or give \
                         a card file that is another card another name",
                    fr: "remettre le fichier de carte comme il était ; ou recommencer avec cette carte : \
                         --state-reset={card} ; ou donner un autre nom au fichier d'une autre carte",
                )
            }
            Self::InSlot { slot, .. } => said!(
                en: "take it out there first: virtuale remove {slot}",
                fr: "l'en retirer d'abord : virtuale remove {slot}",
            ),
            Self::Unknown { known, .. } if known.is_empty() => {
                said!(en: "no card is kept there", fr: "aucune carte n'y est gardée")
            }
            Self::Unknown { known, .. } => {
                let known = known.join(", ");
                let known = shown::line(&known);
                said!(en: "kept cards: {known}", fr: "cartes gardées : {known}")
            }
            Self::NotHere { .. } => said!(
                en: "a card is called as its card file is, without folder and ending; the second of one file, with #2 behind it",
                fr: "une carte s'appelle comme son fichier, sans dossier ni fin ; la deuxième du même fichier, avec #2 derrière",
            ),
            Self::NoCards(_) => said!(en: "look at the name of the folder", fr: "vérifier le nom du dossier"),
            Self::Closed => said!(en: "start the program again", fr: "relancer le programme"),
        }
    }
}
