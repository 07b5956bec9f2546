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
    /// One went.
    ClearedOne { reader } = {
        en: "{reader}: no faults any more (1 could still strike)",
        fr: "{reader} : plus de pannes (1 pouvait encore frapper)"
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
    /// What a torture begins with.
    Begun { commands, number } = {
        en: "without a fault the program sends {commands} commands; it runs {number} times more, once for each fault",
        fr: "sans panne, le programme envoie {commands} commandes ; il va tourner {number} fois encore, une par panne"
    };
    /// The same with some of them.
    BegunWithSome { commands, number, all } = {
        en: "without a fault the program sends {commands} commands; it runs {number} times more, for as many of {all} faults",
        fr: "sans panne, le programme envoie {commands} commandes ; il va tourner {number} fois encore, pour autant de {all} pannes"
    };
    /// What it prints is never the same.
    Unstable = {
        en: "what the program prints differs from run to run: nobody can tell whether it misreads",
        fr: "ce que le programme écrit change à chaque fois : nul ne peut dire s'il lit de travers"
    };
    /// It fails by itself.
    FailsAnyway { how } = {
        en: "the program fails without any fault: {how}",
        fr: "le programme échoue sans aucune panne : {how}"
    };
    /// What to do about it.
    MakeItWork = {
        en: "see that it works first: virtuale exec --card CARD -- CMD",
        fr: "voir d'abord qu'il marche : virtuale exec --card CARD -- CMD"
    };
    /// It does not use the cards.
    SaysNothing = {
        en: "the program sends no command to the cards",
        fr: "le programme n'envoie aucune commande aux cartes"
    };
    /// What to do about it.
    LetItRead = {
        en: "see what stands in between: virtuale doctor",
        fr: "voir ce qui s'interpose : virtuale doctor"
    };
    /// It asks at the terminal.
    AwaitsTerminal = {
        en: "the program wants to ask somebody at the terminal, where nobody can answer it",
        fr: "le programme veut demander quelque chose au terminal, où personne ne peut lui répondre"
    };
    /// What to do about it.
    GiveItAll = {
        en: "give it what it asks for by its options or by a file, such as: sh -c 'CMD < FILE'",
        fr: "lui donner ce qu'il demande par ses options ou par un fichier, par exemple : sh -c 'CMD < FICHIER'"
    };
    /// It does not end by itself.
    TooSlow { seconds } = {
        en: "without any fault the program had not ended after {seconds} s, and was ended",
        fr: "sans aucune panne, le programme n'avait pas fini après {seconds} s, et a été arrêté"
    };
    /// What to do about it.
    GiveTime = {
        en: "give it more time: --timeout SECONDS",
        fr: "lui donner plus de temps : --timeout SECONDES"
    };
    /// A line that it prints is another one.
    OtherLine { number, here, there } = {
        en: "line {number}: {here} in place of {there}",
        fr: "ligne {number} : {here} au lieu de {there}"
    };
    /// What it left on a card is something else.
    OtherCard { slot } = {
        en: "the card in slot {slot} is another one than without the fault",
        fr: "la carte de l'emplacement {slot} n'est pas ce qu'elle est sans la panne"
    };
    /// It took no notice.
    PassedOver = {
        en: "the command was not done, and was not sent again",
        fr: "la commande n'a pas été exécutée, et n'a pas été renvoyée"
    };
    /// A file is in the way of the report.
    NoReport { path } = {
        en: "{path} is there already, and is no report",
        fr: "{path} existe déjà, et n'est pas un rapport"
    };
    /// What to do about it.
    NameOtherReport = {
        en: "a report takes the place of an earlier one only: name another file",
        fr: "un rapport ne remplace qu'un rapport antérieur : nommer un autre fichier"
    };
    /// The heading of the column of slots.
    Slot = { en: "slot", fr: "empl" };
    /// What was found, and how it is seen again.
    Found { outcome, name, slot, fault } = {
        en: "{outcome}: {name}; again: virtuale fault {slot} {fault}",
        fr: "{outcome} : {name} ; à revoir par : virtuale fault {slot} {fault}"
    };
    /// The sum.
    Sum { number, counted, time } = { en: "{number} faults: {counted}; {time} s", fr: "{number} pannes : {counted} ; {time} s" };
}
