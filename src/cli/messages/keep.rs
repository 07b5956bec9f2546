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
    /// The card in a reader is to take its time.
    TimedInReader = {
        en: "the card in a reader takes the time that the program has it take which runs the reader",
        fr: "la carte d'un lecteur prend le temps que lui donne le programme du lecteur"
    };
    /// What to do about it.
    LeaveTimingOrServe = {
        en: "leave --timing out, and give it to `virtuale serve` or `exec`; or name a card file: --card",
        fr: "ôter --timing, et le donner à `virtuale serve` ou `exec` ; ou nommer un fichier de carte : --card"
    };
    /// A real card is to take its time.
    OwnTime { card } = {
        en: "{card} is a real card: it takes its own time",
        fr: "{card} est une carte réelle : elle prend son propre temps"
    };
    /// What to do about it.
    LeaveTiming = { en: "leave --timing out, or name a card file", fr: "ôter --timing, ou nommer un fichier de carte" };
    /// Some cards of a run are kept, and one is real.
    NotKept { card } = {
        en: "{card} is a real card: nothing of it is kept",
        fr: "{card} est une carte réelle : rien n'en est gardé"
    };
    /// The dates count from that day already.
    SameDay { card, day } = {
        en: "{card} has the dates of {day} already: nothing was moved",
        fr: "{card} a déjà les dates du {day} : rien n'a été avancé"
    };
    /// No date counts from a day.
    NoDates { card, from, to } = {
        en: "{card} has no date that counts from a day: its first day was {from} and is {to} now, and nothing else is another",
        fr: "{card} n'a aucune date comptée depuis un jour : son premier jour était le {from}, c'est le {to}, et rien d'autre n'a changé"
    };
    /// Dates were moved.
    Migrated { card, from, to } = {
        en: "{card}: what counted from {from} counts from {to} now",
        fr: "{card} : ce qui comptait du {from} compte maintenant du {to}"
    };
    /// What was not.
    Stood = {
        en: "as the card has it, since it was written to there:",
        fr: "tel que la carte l'a, car il y a été écrit :"
    };
    /// Nothing changed.
    NoChanges { card } = { en: "{card} holds what it held", fr: "{card} contient ce qu'elle contenait" };
    /// What was written.
    WasWritten = { en: "written to", fr: "modifié" };
    /// What was deleted.
    WasDeleted = { en: "deleted by a command", fr: "supprimé par une commande" };
    /// What was made.
    WasMade { bytes } = { en: "{bytes} bytes, made by a command", fr: "{bytes} octets, créé par une commande" };
    /// What stands in no file.
    InNoFile { cells } = {
        en: "in no file of the layout: {cells} bytes (tries of PINs, keys, life cycles, files that commands made)",
        fr: "dans aucun fichier de la structure : {cells} octets (essais des codes, clés, cycles de vie, fichiers créés par des commandes)"
    };
    /// Nothing stood there.
    Nothing = { en: "nothing", fr: "rien" };
    /// More than two folders.
    TwoFolders = { en: "a card is compared in one folder, or in two", fr: "une carte se compare dans un dossier, ou dans deux" };
    /// What to do.
    GiveTwoFolders = {
        en: "give --state once, to compare it with its first day, or twice, before and after",
        fr: "donner --state une fois, pour la comparer à son premier jour, ou deux fois, avant et après"
    };
}
