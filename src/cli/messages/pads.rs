//! What is said about PIN pads and models of readers.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about pads and models.
    Pads:
    /// Nobody can be asked.
    NoTerminal = {
        en: "a PIN is asked for at a terminal only, and this is none",
        fr: "un code n'est demandé qu'à un terminal, et ceci n'en est pas un"
    };
    /// What to do about it.
    GivePin = { en: "give it: virtuale pin 1234", fr: "le donner : virtuale pin 1234" };
    /// No reader asks.
    NothingAsked = { en: "no reader asks for a PIN now", fr: "aucun lecteur ne demande de code maintenant" };
    /// What to do about it.
    WaitOrAhead = {
        en: "wait until a program asks, as `virtuale slots` shows; or type it for the next time: --ahead 1234",
        fr: "attendre qu'un programme le demande, comme `virtuale slots` le montre ; ou le taper d'avance : --ahead 1234"
    };
    /// A PIN to be verified.
    AskPin { reader, least, most } = {
        en: "{reader}: PIN ({least} to {most} digits; empty to cancel): ",
        fr: "{reader} : code ({least} à {most} chiffres ; vide pour annuler) : "
    };
    /// A PIN to be changed.
    AskCurrent { reader, least, most } = {
        en: "{reader}: current PIN ({least} to {most} digits; empty to cancel): ",
        fr: "{reader} : code actuel ({least} à {most} chiffres ; vide pour annuler) : "
    };
    /// What it becomes.
    AskNew { reader, least, most } = {
        en: "{reader}: new PIN ({least} to {most} digits; empty to cancel): ",
        fr: "{reader} : nouveau code ({least} à {most} chiffres ; vide pour annuler) : "
    };
    /// The same again.
    AskNewAgain { reader, least, most } = {
        en: "{reader}: new PIN again ({least} to {most} digits; empty to cancel): ",
        fr: "{reader} : nouveau code, encore une fois ({least} à {most} chiffres ; vide pour annuler) : "
    };
    /// What was typed is none.
    OnlyDigits = { en: "a PIN has digits and nothing else", fr: "un code n'a que des chiffres" };
    /// No model is called so.
    NoModel { name } = {
        en: "there is no model file {name}, and no built-in model of that name",
        fr: "il n'y a ni fichier de modèle {name}, ni modèle intégré de ce nom"
    };
    /// What to do about it.
    ModelsListed { meant } = {
        en: "{meant}`virtuale reader list` shows the built-in ones; any other is the path of a file",
        fr: "{meant}`virtuale reader list` montre les modèles intégrés ; tout autre est le chemin d'un fichier"
    };
    /// Which one may have been meant.
    ModelMeant { name } = { en: "did you mean {name}?", fr: "est-ce {name} ?" };
    /// A model without mistakes.
    GoodModel { name } = { en: "{name}: no mistakes", fr: "{name} : pas d'erreur" };
}
