//! What is said about the slots of running readers, and about cards that come into them and leave them.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about slots.
    Places:
    /// No card is in a slot.
    Empty = { en: "empty", fr: "vide" };
    /// Its reader is unplugged, by a fault.
    Unplugged = {
        en: "unplugged by a fault: no program sees it until it is plugged in again",
        fr: "débranché par une panne : aucun programme ne le voit avant qu'il soit rebranché"
    };
    /// Its card gives no answer to reset.
    Mute = {
        en: "(mute: it does not answer, or the slot has an antenna and it has none)",
        fr: "(muette : elle ne répond pas, ou l'emplacement a une antenne et elle n'en a pas)"
    };
    /// A driver has it.
    ShownBy { driver } = { en: "(shown by {driver})", fr: "(montrée par {driver})" };
    /// A fault waits.
    OneFault { fault } = { en: "(fault: {fault})", fr: "(panne : {fault})" };
    /// Several do.
    MoreFaults { faults } = { en: "(faults: {faults})", fr: "(pannes : {faults})" };
    /// Its reader asks for a PIN.
    AsksPin = { en: "(asks for a PIN: virtuale pin)", fr: "(demande un code : virtuale pin)" };
    /// For the one that is to be changed.
    AsksCurrent = { en: "(asks for the current PIN: virtuale pin)", fr: "(demande le code actuel : virtuale pin)" };
    /// For the one that it becomes.
    AsksNew = { en: "(asks for the new PIN: virtuale pin)", fr: "(demande le nouveau code : virtuale pin)" };
    /// For the same again.
    AsksNewAgain = {
        en: "(asks for the new PIN again: virtuale pin)",
        fr: "(demande encore le nouveau code : virtuale pin)"
    };
    /// A PIN waits to be asked for.
    OneAhead = { en: "(a PIN is typed ahead)", fr: "(un code est tapé d'avance)" };
    /// Several do.
    MoreAhead { number } = { en: "({number} PINs are typed ahead)", fr: "({number} codes sont tapés d'avance)" };
    /// Whose readers are listed.
    OfThisShell = { en: "(of this shell)", fr: "(ceux de ce terminal)" };
    /// None run that could be meant.
    NoneRuns = { en: "no reader of ours runs", fr: "aucun de nos lecteurs ne tourne" };
    /// Some do, which are listed below.
    TheseRun = {
        en: "these run; say which you mean, or run the line below a name in this shell",
        fr: "ceux-ci tournent ; dire lesquels, ou exécuter dans ce terminal la ligne sous leur nom"
    };
    /// A card is in.
    In { reader, card } = { en: "{reader}: {card} is in", fr: "{reader} : carte insérée : {card}" };
    /// In place of another one.
    InInstead { reader, card } = {
        en: "{reader}: {card} is in, in place of the card that was there",
        fr: "{reader} : carte insérée à la place de celle qui y était : {card}"
    };
    /// It came back.
    InAgain { reader, card } = { en: "{reader}: {card} is in again", fr: "{reader} : carte remise : {card}" };
    /// It came out of another slot.
    Moved { reader, card, from } = {
        en: "{reader}: {card} is in, out of {from}",
        fr: "{reader} : carte amenée de {from} : {card}"
    };
    /// And took the place of another one.
    MovedInstead { reader, card, from } = {
        en: "{reader}: {card} is in, out of {from}, in place of the card that was there",
        fr: "{reader} : carte amenée de {from} à la place de celle qui y était : {card}"
    };
    /// What stands behind any of these of a card that does not answer.
    AndMute = {
        en: ", and gives no answer to reset: programs see a mute card",
        fr: ", et elle ne répond pas à la mise sous tension : les programmes voient une carte muette"
    };
    /// A card is out.
    Out { reader } = { en: "{reader}: the card is out", fr: "{reader} : la carte est retirée" };
    /// None was in.
    NoneWasIn { reader } = { en: "{reader}: no card was in", fr: "{reader} : il n'y avait pas de carte" };
}
