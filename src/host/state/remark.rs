//! What a person should know of a card that is kept, as it comes.

use std::path::Path;

use crate::{
    profile::said::{Bilingual, said},
    shown,
};

/// What a person should know of a card that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StateRemark {
    /// What was kept of it is gone: it is a new card.
    Reset(String),
    /// Dates of its card file count from today, and those on the card from its first day.
    DatesStand {
        /// The card.
        card: String,
        /// Its first day.
        day: String,
        /// Its card file: a path, or the name of one that is part of the program.
        origin: String,
        /// Which card of its card file it is, from 1 on.
        copy: u32,
    },
}

impl StateRemark {
    /// It in words, of a card that is kept in that folder.
    #[must_use]
    pub fn said(&self, folder: &Path) -> Bilingual {
        match self {
            Self::Reset(card) => {
                let card = shown::line(card);
                said!(
                    en: "{card}: what was kept of it is dropped, and it is a new card",
                    fr: "{card} : ce qui en était gardé est effacé, et c'est une carte neuve",
                )
            }
            Self::DatesStand { card, day, origin, copy } => {
                let (card, folder) = (shown::line(card), shown::word(folder));
                let dash = if origin.starts_with('-') { "./" } else { "" };
                let file = shown::word(format!("{dash}{origin}"));
                let number = if *copy > 1 { format!(" --number {copy}") } else { String::new() };
                said!(
                    en: "{card} goes on with the dates of {day}, its first day (to move them: virtuale card migrate --state {folder}{number} {file})",
                    fr: "{card} continue avec les dates du {day}, son premier jour (pour les avancer : virtuale card migrate --state {folder}{number} {file})",
                )
            }
        }
    }
}
