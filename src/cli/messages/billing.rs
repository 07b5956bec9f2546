//! What is said about what billing programs get and give.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about what billing programs get and give.
    Billing:
    /// Of a Vitale the interface gives no more.
    IdentityOnly { place } = {
        en: "of the card in {place} only who somebody is comes out",
        fr: "de la carte dans {place} ne sort que l'identité"
    };
    /// Of a professional's card the interface gives no more.
    BillsNothing { place } = {
        en: "how the card in {place} bills does not come out",
        fr: "la facturation de la carte dans {place} ne sort pas"
    };
    /// Of a card the interface gives nothing.
    NoZone { place } = {
        en: "no zone of the card in {place} comes out",
        fr: "aucune zone ne sort de la carte dans {place}"
    };
    /// The configuration has no XML.
    NoXmlOfReaders = {
        en: "--configuration is for the other forms: readers have no XML",
        fr: "--configuration est pour les autres formes : les lecteurs n'ont pas de XML"
    };
    /// What to do then.
    AskOtherForm = {
        en: "ask for --format zone or --format json",
        fr: "demander --format zone ou --format json"
    };
    /// The readers give no zone.
    NoZoneOfReaders = { en: "no zone of the readers comes out", fr: "aucune zone ne sort des lecteurs" };
    /// No Vitale is among the cards.
    NoVitaleHere = { en: "none of these cards is a Vitale", fr: "aucune de ces cartes n'est une Vitale" };
    /// What to do then.
    GiveVitale = {
        en: "name a Vitale, such as --card vitale2-martin, or put one into a reader",
        fr: "nommer une Vitale, par exemple --card vitale2-martin, ou en mettre une dans un lecteur"
    };
    /// What to do where there is no professional's card.
    PutProfessional = {
        en: "put a professional's card beside it, such as --card cps-lefevre, or leave the one there in its reader",
        fr: "mettre une carte de professionnel à côté, par exemple --card cps-lefevre, ou laisser celle qui y est"
    };
    /// What to do where its code is missing or wrong.
    GiveItsCode = {
        en: "give its right code on a descriptor: --pin-fd 3 3< code.txt",
        fr: "donner son bon code sur un descripteur : --pin-fd 3 3< code.txt"
    };
    /// The same where standard input is the only descriptor.
    PipeItsCode = {
        en: "give its right code on standard input: Get-Content code.txt | virtuale read --pin-fd 0 ...",
        fr: "donner son bon code sur l'entrée standard : Get-Content code.txt | virtuale read --pin-fd 0 ..."
    };
    /// What to do where it cannot be billed with.
    TakeBillingCard = {
        en: "take one that is valid on the day, has a billing situation and is known to the Vitale",
        fr: "en prendre une qui vaut ce jour-là, a une situation de facturation et est connue de la Vitale"
    };
    /// What to do where its zone has no number of a person.
    TakeNumberedCard = {
        en: "take a card with an RPPS or ADELI number and a billing situation; --format json tells of this one",
        fr: "prendre une carte avec un numéro RPPS ou ADELI et une situation de facturation ; --format json dit celle-ci"
    };
    /// What to do where a value has no place in a zone.
    AskWithoutZone = {
        en: "--format json and xml have a place for what a zone has none for",
        fr: "--format json et xml ont une place pour ce qui n'en a pas dans une zone"
    };
    /// What to do where one of two cards is for tests.
    TakeSameKind = {
        en: "take two of a kind: carte.type is T on a Vitale for tests, carte.categorie is test on a professional's card",
        fr: "en prendre deux du même genre : carte.type vaut T sur une Vitale de test, carte.categorie vaut test sur une \
             carte de professionnel"
    };
    /// What to do where somebody has two complementary insurers.
    LeaveOneCover = {
        en: "somebody on the card has both; leave one of mutuelle and amc out of the card file",
        fr: "quelqu'un a les deux sur la carte ; ôter mutuelle ou amc du fichier de carte"
    };
    /// Only XML has shapes.
    ShapeOfXml = { en: "--xml-shape is for --format xml", fr: "--xml-shape est pour --format xml" };
    /// What to do then.
    AskXml = {
        en: "leave it out, or ask for --format xml",
        fr: "l'enlever, ou demander --format xml"
    };
    /// Only JSON has a schema.
    SchemaOfJson = { en: "--schema is for --format json", fr: "--schema est pour --format json" };
    /// What to do then.
    AskJson = {
        en: "leave it out, or ask for --format json",
        fr: "l'enlever, ou demander --format json"
    };
    /// A file is no zone of groups, or none that makes a card.
    ZoneWrong { path, why } = { en: "{path}: {why}", fr: "{path} : {why}" };
    /// What to do with one.
    LookAtZone = {
        en: "the byte counts from 0, an occurrence and a field from 1; docs/billing.md has the coding and all fields",
        fr: "l'octet se compte à partir de 0, l'occurrence et le champ à partir de 1 ; docs/billing.md a le codage et les champs"
    };
    /// A file has nothing in it.
    EmptyFile { path } = { en: "{path}: this file is empty", fr: "{path} : ce fichier est vide" };
    /// What to do then.
    GiveCardOrZone = {
        en: "give a card file, the name of a built-in card, or a zone of groups",
        fr: "donner un fichier de carte, le nom d'une carte intégrée ou une zone de groupes"
    };
    /// A file is text, and a zone of groups was expected.
    TextIsNoZone { path } = {
        en: "{path}: this is text, as a card file is, and no zone of groups",
        fr: "{path} : ceci est du texte, comme l'est un fichier de carte, et non une zone de groupes"
    };
    /// What to do then.
    MakeZone { word } = {
        en: "a card file needs no from-zone; its zone is made by: virtuale card zone {word} -o test.in",
        fr: "un fichier de carte se passe de from-zone ; sa zone se fait par : virtuale card zone {word} -o test.in"
    };
    /// What to do with one that is about no byte.
    LookAtGroups = {
        en: "docs/billing.md says which groups a card has, in which order, and how much it has room for",
        fr: "docs/billing.md dit quels groupes a une carte, dans quel ordre, et ce qu'elle peut contenir"
    };
    /// What to do with a professional's card that has nothing to bill with.
    NoZoneOfCard = {
        en: "such a card has no zone: take one with an RPPS or ADELI number and a billing situation",
        fr: "une telle carte n'a pas de zone : en prendre une avec un numéro RPPS ou ADELI et une situation de facturation"
    };
    /// What to do with a card that has no zone.
    MendCard = {
        en: "change this value in the card file; docs/billing.md says what each field can hold",
        fr: "changer cette valeur dans le fichier de carte ; docs/billing.md dit ce que contient chaque champ"
    };
    /// Something of a zone is not in the card file that was made of it.
    ZoneLoss { path, what } = { en: "{path}: {what}", fr: "{path} : {what}" };
    /// Something of a card is in no zone.
    ZoneAdded { key, value } = {
        en: "{key} = \"{value}\" was added: a card says it, and no zone does",
        fr: "{key} = \"{value}\" a été ajouté : une carte le dit, et aucune zone"
    };
    /// A zone would go to a terminal.
    ZoneIsBytes = {
        en: "a zone is bytes, and this is a terminal",
        fr: "une zone est faite d'octets, et ceci est un terminal"
    };
    /// What to do then.
    NameZoneFile = {
        en: "name a file for it: -o test.in",
        fr: "nommer un fichier pour elle : -o test.in"
    };
    /// What to do where there is no file to name.
    SendZone = {
        en: "send it to a file, such as > test.in",
        fr: "l'envoyer dans un fichier, par exemple > test.in"
    };
    /// A zone was written.
    ZoneWritten { path, bytes } = {
        en: "{path} is there: {bytes} bytes, of a test card",
        fr: "{path} est écrit : {bytes} octets, d'une carte de test"
    };
}
