//! What is said about cards that are kept from run to run.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about kept cards.
    Keep:
    /// A card in a real reader is to be kept.
    Real { card } = {
        en: "{card} is a real card: it keeps its own state, and none is kept of it",
        fr: "{card} est une carte réelle : elle garde elle-même son état, et rien n'en est gardé"
    };
    /// What to do about it.
    LeaveState = { en: "leave --state out, or name a card file", fr: "ôter --state, ou nommer un fichier de carte" };
    /// The card in a reader is to be kept.
    InReader = {
        en: "the card in a reader is kept by the program that runs the reader, and not by this one",
        fr: "la carte d'un lecteur est gardée par le programme du lecteur, et non par celui-ci"
    };
    /// What to do about it.
    LeaveStateOrServe = {
        en: "leave --state out, and give it to `virtuale serve` or `exec`; or name a card file: --card",
        fr: "ôter --state, et le donner à `virtuale serve` ou `exec` ; ou nommer un fichier de carte : --card"
    };
    /// Some cards of a run are kept, and one is real.
    NotKept { card } = {
        en: "{card} is a real card: nothing of it is kept",
        fr: "{card} est une carte réelle : rien n'en est gardé"
    };
    /// A card begins anew.
    Reset { card } = {
        en: "{card}: what was kept of it is dropped, and it is a new card",
        fr: "{card} : ce qui en était gardé est effacé, et c'est une carte neuve"
    };
    /// Its dates would be others today.
    DatesStand { card, day, folder } = {
        en: "{card} goes on with the dates of {day}, its first day (to move them: virtuale card migrate --state {folder} {card})",
        fr: "{card} continue avec les dates du {day}, son premier jour (pour les avancer : virtuale card migrate --state {folder} {card})"
    };
}
