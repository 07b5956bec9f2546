//! What is said about faults.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about faults.
    Faults:
    /// A fault is armed.
    Armed { reader, fault } = { en: "{reader}: armed: {fault}", fr: "{reader} : armée : {fault}" };
    /// Nothing is armed.
    None { reader } = { en: "{reader}: no faults", fr: "{reader} : aucune panne" };
    /// Faults went.
    Cleared { reader, number } = {
        en: "{reader}: no faults any more ({number} could still strike)",
        fr: "{reader} : plus de pannes ({number} pouvaient encore frapper)"
    };
    /// No words of a fault were given.
    NoWords = { en: "no fault is named", fr: "aucune panne n'est nommée" };
    /// What to do about it.
    NameOne = {
        en: "name one, such as: virtuale fault 0 mute after=5; or --list, or --clear",
        fr: "en nommer une, par exemple : virtuale fault 0 mute after=5 ; ou --list, ou --clear"
    };
    /// What to do about a wrong word.
    SeeHelp = {
        en: "`virtuale fault --help` shows the words of faults",
        fr: "`virtuale fault --help` montre les mots des pannes"
    };
    /// A fault that has not struck yet.
    Waits = { en: "waits", fr: "attend" };
    /// One that has, and will again.
    Struck { number } = { en: "struck {number} times", fr: "a frappé {number} fois" };
    /// The same, once.
    StruckOnce = { en: "struck once", fr: "a frappé une fois" };
    /// One that never strikes again.
    Over = { en: "over", fr: "finie" };
    /// One of the card file.
    OfCard = { en: "of the card file", fr: "du fichier de carte" };
}
