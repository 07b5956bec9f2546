//! What is said about readers: their PIN pads, their models, and other users who use them.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about readers.
    Pads:
    /// Nobody can be asked.
    NoTerminal = {
        en: "a PIN is asked for at a terminal only, and this is none",
        fr: "un code n'est demandé qu'à un terminal, et ceci n'en est pas un"
    };
    /// What to do about it.
    GivePin = { en: "give it: virtuale pin 1234", fr: "le donner : virtuale pin 1234" };
    /// Who is let in has no library.
    NoLibraryForGuests = {
        en: "the library is for your own programs: the users who are let in find the readers by PCSCLITE_CSOCK_NAME alone",
        fr: "la bibliothèque est pour vos propres programmes : les utilisateurs admis ne trouvent les lecteurs que par PCSCLITE_CSOCK_NAME"
    };
    /// No reader asks.
    NothingAsked = { en: "no reader asks for a PIN now", fr: "aucun lecteur ne demande de code maintenant" };
    /// What to do about it.
    WaitOrAhead = {
        en: "wait until a program asks, as `virtuale slots` shows; or type it for the next time: --ahead 1234",
        fr: "attendre qu'un programme le demande, comme `virtuale slots` le montre ; ou le taper d'avance : --ahead 1234"
    };
    /// What was typed was asked for.
    Typed { reader } = { en: "{reader}: typed", fr: "{reader} : tapé" };
    /// One more than was asked for.
    TypedAndOneWaits { reader, slot } = {
        en: "{reader}: typed; another PIN waits until a program asks for one (to forget it: virtuale pin --cancel --slot {slot})",
        fr: "{reader} : tapé ; un autre code attend qu'un programme en demande un (pour l'oublier : virtuale pin --cancel --slot {slot})"
    };
    /// More than was asked for.
    TypedAndMoreWait { reader, number, slot } = {
        en: "{reader}: typed; {number} PINs wait until programs ask for them (to forget them: virtuale pin --cancel --slot {slot})",
        fr: "{reader} : tapé ; {number} codes attendent que des programmes les demandent (pour les oublier : virtuale pin --cancel --slot {slot})"
    };
    /// Nothing is asked for.
    OneWaits { reader, slot } = {
        en: "{reader}: a PIN waits until a program asks for one (to forget it: virtuale pin --cancel --slot {slot})",
        fr: "{reader} : un code attend qu'un programme en demande un (pour l'oublier : virtuale pin --cancel --slot {slot})"
    };
    /// The same of several.
    MoreWait { reader, number, slot } = {
        en: "{reader}: {number} PINs wait until programs ask for them (to forget them: virtuale pin --cancel --slot {slot})",
        fr: "{reader} : {number} codes attendent que des programmes les demandent (pour les oublier : virtuale pin --cancel --slot {slot})"
    };
    /// The key that cancels was pressed.
    Cancelled { reader } = { en: "{reader}: cancelled", fr: "{reader} : annulé" };
    /// And PINs had been typed ahead.
    CancelledAndForgotten { reader, number } = {
        en: "{reader}: cancelled, and what was typed ahead is forgotten ({number})",
        fr: "{reader} : annulé, et ce qui était tapé d'avance est oublié ({number})"
    };
    /// They had been, and nothing is asked for.
    Forgotten { reader, number } = {
        en: "{reader}: what was typed ahead is forgotten ({number})",
        fr: "{reader} : ce qui était tapé d'avance est oublié ({number})"
    };
    /// A recording has PINs in it.
    Recorded = {
        en: "PINs that are typed at the pad stand in the recording as the card gets them: redact it before somebody else \
             sees it (virtuale redact)",
        fr: "les codes tapés au clavier sont dans l'enregistrement tels que la carte les reçoit : le caviarder avant que \
             quelqu'un d'autre le voie (virtuale redact)"
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
    /// Somebody was turned away whom nobody let in.
    Stranger { user, number } = {
        en: "{user} was turned away: these readers are for others (--allow-user {number} would let that user in)",
        fr: "{user} n'est pas entré : ces lecteurs sont à d'autres (--allow-user {number} laisserait entrer cet utilisateur)"
    };
    /// Somebody was turned away who may come in, since there are too many of his programs already, or of all guests.
    Crowding { user, own, all } = {
        en: "{user} was turned away at times: one user who is let in has {own} connections at most, all of them {all}; \
             yours are others",
        fr: "{user} n'est pas toujours entré : un utilisateur admis a {own} connexions au plus, tous ensemble {all} ; \
             les vôtres sont à part"
    };
    /// A user without a name.
    User { number } = { en: "user {number}", fr: "l'utilisateur {number}" };
    /// A user with one.
    NamedUser { number, name } = { en: "user {number} ({name})", fr: "l'utilisateur {number} ({name})" };
}
