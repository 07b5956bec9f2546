//! What the verbs with pages say beside their pages: each message once, in all languages of the pages.
//!
//! A message is its own key; the macro asks for its text in each language, so that none is without one, and the test
//! sees that all of them name the same values.

use super::language::Language;
use crate::{profile::said::Bilingual, shown};

/// Declares messages with their values and their texts: an enum of them, and the texts as they are declared (name,
/// English, French).
macro_rules! messages {
    ($(#[$of:meta])* $all:ident: $($(#[$doc:meta])* $name:ident $({ $($value:ident),* })? = { en: $en:literal, fr: $fr:literal };)*) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug)]
        pub(in crate::cli) enum $all<'a> { $($(#[$doc])* $name $({ $($value: &'a str),* })?,)* }

        impl $all<'_> {
            /// Its text in a language. A value may be foreign text, and is shown as such.
            pub(in crate::cli) fn text(self, language: Language) -> String {
                match (self, language) {
                    $(
                        (Self::$name $({ $($value),* })?, Language::En) => {
                            $($(let $value = shown::line($value);)*)?
                            format!($en)
                        }
                        (Self::$name $({ $($value),* })?, Language::Fr) => {
                            $($(let $value = shown::line($value);)*)?
                            format!($fr)
                        }
                    )*
                }
            }
        }

        impl $all<'_> {
            /// Its text in all languages.
            pub(in crate::cli) fn said(self) -> Bilingual {
                in_both(|language| self.text(language))
            }
        }

        #[cfg(test)]
        pub(super) const DECLARED: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $fr)),*];
    };
}

mod attached;
mod billing;
mod drivers;
mod faults;
mod keep;
mod pads;
mod places;

pub(super) use self::{
    attached::Attached, billing::Billing, drivers::Driven, faults::Faults, keep::Keep, pads::Pads, places::Places,
};

/// What has a text in each language.
pub(in crate::cli) fn in_both(text: impl Fn(Language) -> String) -> Bilingual {
    Bilingual::new(text(Language::En), text(Language::Fr))
}

messages! {
    /// A message of the command line to a person.
    Message:
    /// What stands before an error.
    Error = { en: "error", fr: "erreur" };
    /// What stands before what to do about it.
    Help = { en: "help", fr: "aide" };
    /// What stands behind either.
    Colon = { en: ": ", fr: " : " };
    /// A file cannot be read.
    CannotRead { path, why } = { en: "cannot read {path}: {why}", fr: "impossible de lire {path} : {why}" };
    /// What to do where there is no such file.
    LookAtName = {
        en: "look at the name and at the folder you are in",
        fr: "vérifier le nom, et le dossier où l'on est"
    };
    /// A file cannot be written.
    CannotWrite { path, why } = { en: "cannot write {path}: {why}", fr: "impossible d'écrire {path} : {why}" };
    /// What to do where a file has no folder.
    MakeFolder { folder } = {
        en: "make the folder first: mkdir {folder}",
        fr: "créer d'abord le dossier : mkdir {folder}"
    };
    /// What to do where there is no such drive.
    NoDrive { drive } = {
        en: "there is no {drive} here: name a folder of a drive that is there",
        fr: "il n'y a pas de {drive} ici : nommer un dossier d'un lecteur présent"
    };
    /// What to do where a file is in the way.
    GiveOtherName = {
        en: "give another name, or remove that file first",
        fr: "donner un autre nom, ou d'abord enlever ce fichier"
    };
    /// The answers of a card in a reader were to be explained by its card file.
    RealHasNoFile { card } = {
        en: "{card} has no card file by which its answers could be explained",
        fr: "{card} n'a pas de fichier de carte qui expliquerait ses réponses"
    };
    /// What to do then.
    LeaveDecode = { en: "leave --decode out", fr: "enlever --decode" };
    /// A file is both read and written.
    ReadHere { path } = {
        en: "{path} is read here, and would be lost",
        fr: "{path} est lu ici, et serait perdu"
    };
    /// What to do then.
    NameOther = { en: "name another file to write", fr: "nommer un autre fichier à écrire" };
    /// A file would be written over.
    IsThere { path } = { en: "{path} is there already", fr: "{path} existe déjà" };
    /// What to do then.
    NameOtherOrForce = {
        en: "name another file to write, or write over this one with --force",
        fr: "nommer un autre fichier à écrire, ou écraser celui-ci avec --force"
    };
    /// A card file was written.
    CardWritten { path, word } = {
        en: "{path} is there; check it with: virtuale card check {word}",
        fr: "{path} est écrit ; pour le vérifier : virtuale card check {word}"
    };
    /// There is no such layout.
    NoLayout { name } = { en: "there is no layout {name}", fr: "il n'y a pas de structure {name}" };
    /// Which there are.
    BuiltInLayouts { names } = {
        en: "built-in layouts: {names}; any other is a path to a file .toml",
        fr: "structures intégrées : {names} ; toute autre est le chemin d'un fichier .toml"
    };
    /// A zone was to be looked at file by file.
    ZoneHasNoFiles = { en: "a zone has groups, and no files", fr: "une zone a des groupes, et pas de fichiers" };
    /// What to do then.
    LeaveFile = { en: "leave --file out", fr: "enlever --file" };
    /// A card has no such file.
    NoCardFile { name } = { en: "this card has no file {name}", fr: "cette carte n'a pas de fichier {name}" };
    /// Which it has.
    CardFiles { names } = { en: "it has {names}", fr: "elle a {names}" };
    /// What may have been meant.
    DidYouMean { name } = { en: "did you mean {name}?", fr: "est-ce {name} ?" };
    /// Which cards there are.
    BuiltInCards { names } = {
        en: "built-in cards: {names}; any other is the path of a card file",
        fr: "cartes intégrées : {names} ; toute autre est le chemin d'un fichier de carte"
    };
    /// The card in a real reader is named where a card file is needed.
    RealCard { name } = {
        en: "{name} is the card in a real reader, and this takes a card file or the name of a built-in card",
        fr: "{name} est la carte d'un lecteur réel, et il faut ici un fichier de carte ou le nom d'une carte intégrée"
    };
    /// What to do where no service of a real reader is there.
    NameService = {
        en: "start the service of the reader, or name another one: reader:NAME@/path/of/its/socket",
        fr: "démarrer le service du lecteur, ou en nommer un autre : reader:NOM@/chemin/de/son/socket"
    };
    /// What to do with one.
    WhoTakesRealCards = {
        en: "read and apdu speak to it (--card), exec, serve and insert show it in a slot",
        fr: "read et apdu lui parlent (--card), exec, serve et insert la montrent dans un emplacement"
    };
    /// How a trace is replayed against the card in a real reader.
    ReplayToReader = {
        en: "replay --reader NAME replays a trace against the card in a real reader; --card FILE gives a card file in its place",
        fr: "replay --reader NOM rejoue une trace sur la carte d'un lecteur réel ; --card FICHIER donne un fichier de carte à sa place"
    };
    /// No reader has this name.
    NoReader { name } = { en: "there is no reader {name}", fr: "il n'y a pas de lecteur {name}" };
    /// No reader has a card.
    NoCard = { en: "there is no card to read", fr: "il n'y a pas de carte à lire" };
    /// Which readers there are.
    Readers { names } = { en: "readers: {names}", fr: "lecteurs : {names}" };
    /// That there are none.
    NoReaders = { en: "there are no readers", fr: "il n'y a aucun lecteur" };
    /// What else can be read.
    GiveCardFile = { en: "or give a card: --card CARD", fr: "ou donner une carte : --card CARTE" };
    /// A card gave no reading.
    CannotReadCard { place, why } = {
        en: "cannot read the card in {place}: {why}",
        fr: "impossible de lire la carte dans {place} : {why}"
    };
    /// A card was read, and not whole: nothing is signed with it.
    NotReadWhole { place, why } = {
        en: "nothing is signed: the card in {place} could not be read whole: {why}",
        fr: "rien n'est signé : la carte dans {place} n'a pas pu être lue entièrement : {why}"
    };
    /// A card was not updated.
    CannotUpdateCard { place, why } = {
        en: "cannot update the card in {place}: {why}",
        fr: "impossible de mettre à jour la carte dans {place} : {why}"
    };
    /// Something went wrong with a card when it was updated already, or may have been.
    UpdatedCard { place, why } = { en: "the card in {place}: {why}", fr: "la carte dans {place} : {why}" };
    /// What to do where the layout that was named does not go with the card.
    OtherLayout = {
        en: "nothing was written; name another layout with --layout, or leave it out: the answer to reset says which",
        fr: "rien n'a été écrit ; nommer une autre structure avec --layout, ou ne pas en nommer : l'ATR dit laquelle"
    };
    /// What to do where the layout that the answer to reset says does not go with the card.
    NameLayout = {
        en: "nothing was written; if the card has a layout of its own, name it: --layout NAME|FILE",
        fr: "rien n'a été écrit ; si la carte a sa propre structure, la nommer : --layout NOM|FICHIER"
    };
    /// What to do with a card that a station cannot look at.
    ReadInstead = {
        en: "look at it as any terminal does: virtuale read",
        fr: "la regarder comme tout terminal : virtuale read"
    };
    /// The caisse's folder has a file that is nearly called as a card.
    MisnamedChange { number, found, folder } = {
        en: "there is no change for card {number} in {folder}, but a file that is called {found}",
        fr: "il n'y a pas de changement pour la carte {number} dans {folder}, mais un fichier nommé {found}"
    };
    /// What to do then.
    RenameChange { name } = {
        en: "if that is the change for this card, call it {name}; else give it a name without the card's number",
        fr: "si c'est le changement de cette carte, le nommer {name} ; sinon, lui donner un nom sans ce numéro"
    };
    /// The caisse has no change for a card.
    NoChange { number, folder } = {
        en: "there is no change for card {number} in {folder}",
        fr: "il n'y a pas de changement pour la carte {number} dans {folder}"
    };
    /// What to do about a card that does not answer a slot with contacts.
    MuteCard = {
        en: "it gives no answer to reset: it is another way round in the slot, broken, or made mute (such as \
             cps-muette), so that programs show what they say of such a card",
        fr: "elle ne donne pas de réponse au reset : elle est à l'envers dans le lecteur, en panne, ou faite muette \
             (par exemple cps-muette), pour montrer ce qu'un logiciel dit d'une telle carte"
    };
    /// What to do about a card that does not answer a slot with an antenna.
    MuteByAntenna = {
        en: "it gives no answer to reset. Some cards are made mute (such as cps-muette), so that programs show what \
             they say of one.\n\
             A card without antenna is mute in a slot with one: put it into a slot with contacts, or a card with \
             antenna (such as cps-lefevre) into this one",
        fr: "elle ne donne pas de réponse au reset. Certaines cartes sont faites muettes (par exemple cps-muette), \
             pour montrer ce qu'un logiciel en dit.\n\
             Une carte sans antenne est muette sur un lecteur sans contact : la mettre dans un lecteur à contacts, ou \
             une carte avec antenne (par exemple cps-lefevre) dans celui-ci"
    };
    /// What a card file is for that makes a card mute.
    MadeMute = {
        en: "its card file makes it mute, so that programs show what they say of a card that does not answer",
        fr: "son fichier de carte la rend muette, pour montrer ce que dit un logiciel d'une carte qui ne répond pas"
    };
    /// Another program has the card.
    WaitForCard { place, seconds } = {
        en: "another program holds the card in {place}: waiting for it, about {seconds} s at most",
        fr: "un autre programme tient la carte dans {place} : attente, environ {seconds} s au plus"
    };
    /// What to do where it keeps the card.
    EndOther = {
        en: "another program holds the card: end it, or what it does with the card, and read again",
        fr: "un autre programme tient la carte : le terminer, ou ce qu'il fait avec elle, et lire encore"
    };
    /// A card is none that is read.
    OtherCard { place, why } = { en: "{place}: {why}", fr: "{place} : {why}" };
    /// What to do without a PC/SC service.
    StartReader = {
        en: "give a card (--card CARD), or start a reader: virtuale serve --card CARD\n\
             where one runs already, virtuale doctor says what stands in the way",
        fr: "donner une carte (--card CARTE), ou lancer un lecteur : virtuale serve --card CARTE\n\
             là où il y en a déjà un, virtuale doctor dit ce qui l'empêche"
    };
    /// There are no two cards that could prove themselves to each other.
    NobodyToSecure = {
        en: "--secured is for a Vitale 2 and a professional's card, and they are not both there",
        fr: "--secured veut une carte Vitale 2 et une carte de professionnel, et elles ne sont pas là toutes deux"
    };
    /// What to do then.
    BothOrPlain = {
        en: "name both cards, or put both into readers; or leave --secured out",
        fr: "nommer les deux cartes, ou les mettre toutes deux dans des lecteurs ; ou bien enlever --secured"
    };
    /// Such cards have no copy on paper.
    NoPaperCopy { place } = {
        en: "{place}: there is no copy on paper of such a card",
        fr: "{place} : une telle carte n'a pas de copie sur papier"
    };
    /// What to do then.
    LeaveReflet = { en: "leave --reflet out", fr: "enlever --reflet" };
    /// A descriptor has no codes to give.
    NoDescriptor { number, why } = {
        en: "cannot read a code from descriptor {number}: {why}",
        fr: "impossible de lire un code du descripteur {number} : {why}"
    };
    /// Nobody opened it.
    DescriptorClosed = { en: "it is not open", fr: "il n'est pas ouvert" };
    /// It shows what is typed.
    DescriptorIsTerminal = {
        en: "it is a terminal, which would show the code",
        fr: "c'est un terminal, qui montrerait le code"
    };
    /// Nothing can be read from it.
    DescriptorWriteOnly = { en: "it is open for writing only", fr: "il n'est ouvert qu'en écriture" };
    /// How a descriptor is opened.
    OpenDescriptor = {
        en: "open it for reading, such as: virtuale read --pin-fd 3 3< FILE\n\
             at a terminal leave --pin-fd out: the code is asked for there",
        fr: "l'ouvrir en lecture, par exemple : virtuale read --pin-fd 3 3< FICHIER\n\
             sur un terminal, enlever --pin-fd : le code y est demandé"
    };
    /// How a code is given where standard input is the only descriptor.
    PipeCode = {
        en: "Windows has standard input alone for that: Get-Content FILE | virtuale read --pin-fd 0\n\
             at a console leave --pin-fd out: the code is asked for there",
        fr: "Windows n'a que l'entrée standard pour cela : Get-Content FICHIER | virtuale read --pin-fd 0\n\
             dans une console, enlever --pin-fd : le code y est demandé"
    };
    /// A line is no code.
    NoCode { place, why } = {
        en: "the card in {place} was not asked: {why}",
        fr: "la carte dans {place} n'a pas été interrogée : {why}"
    };
    /// It is empty.
    CodeEmpty = { en: "the code is empty", fr: "le code est vide" };
    /// It has letters.
    CodeNotDigits = {
        en: "the code has something else than digits",
        fr: "le code contient autre chose que des chiffres"
    };
    /// It is of another length.
    CodeLength { length, right } = {
        en: "the code has {length} digits, and a code of this card has {right}",
        fr: "le code a {length} chiffres, et un code de cette carte en a {right}"
    };
    /// It is so long that nobody counted.
    CodeBeyond { most, right } = {
        en: "the code has more than {most} digits, and a code of this card has {right}",
        fr: "le code a plus de {most} chiffres, et un code de cette carte en a {right}"
    };
    /// It is of one digit.
    CodeOfOneDigit { right } = {
        en: "the code has one digit, and a code of this card has {right}",
        fr: "le code a un seul chiffre, et un code de cette carte en a {right}"
    };
    /// A range of numbers.
    FromTo { least, most } = { en: "{least} to {most}", fr: "{least} à {most}" };
    /// There is no further line.
    NoCodeLeft { place } = {
        en: "the card in {place} needs a code, and the descriptor has no line for it",
        fr: "la carte dans {place} demande un code, et le descripteur n'a pas de ligne pour elle"
    };
    /// How codes are given.
    GiveCodeAlone = {
        en: "no try was spent; write the code of each professional's card in a line of its own",
        fr: "aucun essai n'a été pris ; écrire le code de chaque carte de professionnel sur sa propre ligne"
    };
    /// A code was wrong.
    WrongCode { place, left } = {
        en: "the code of the card in {place} is wrong: {left}",
        fr: "le code de la carte dans {place} est faux : {left}"
    };
    /// How many tries are left: one.
    OneTryLeft = { en: "one try left", fr: "il reste un essai" };
    /// How many tries are left.
    TriesLeft { tries } = { en: "{tries} tries left", fr: "il reste {tries} essais" };
    /// The card does not say how many.
    TriesUnknown = {
        en: "the card does not say how many tries are left",
        fr: "la carte ne dit pas combien d'essais restent"
    };
    /// What to do about a wrong code.
    MindTries = {
        en: "a right code gives all tries back; without one left the card blocks the code",
        fr: "un code juste rend tous les essais ; quand il n'en reste plus, la carte bloque le code"
    };
    /// A code is blocked.
    CodeBlocked { place } = {
        en: "the holder's code of the card in {place} is blocked",
        fr: "le code porteur de la carte dans {place} est bloqué"
    };
    /// The last try was wrong.
    LastCodeWrong { place } = {
        en: "the code of the card in {place} is wrong, and there is no try left: it is blocked now",
        fr: "le code de la carte dans {place} est faux, et il ne reste aucun essai : il est bloqué maintenant"
    };
    /// What to do then.
    Unblock = {
        en: "the unblocking code (PUK) unblocks it and sets a new one",
        fr: "le code de déblocage (PUK) le débloque et en fixe un nouveau"
    };
    /// What to do where that code is blocked too.
    NothingUnblocks = {
        en: "the unblocking code (PUK) is blocked too: nothing opens what needs a code any more, and another card is \
             needed",
        fr: "le code de déblocage (PUK) est bloqué aussi : plus rien n'ouvre ce qui demande un code, et il faut une \
             autre carte"
    };
    /// How a card whose code is blocked is read without.
    LeaveDescriptor = {
        en: "without a code leave --pin-fd out",
        fr: "sans code, enlever --pin-fd"
    };
    /// A card did not look at a code.
    CodeRefused { place, status } = {
        en: "the card in {place} did not take the code: it said {status}",
        fr: "la carte dans {place} n'a pas pris le code : elle a répondu {status}"
    };
    /// That nothing was lost.
    NoTrySpent = { en: "no try was spent", fr: "aucun essai n'a été pris" };
    /// What a person is asked.
    AskCode { place, digits, left } = {
        en: "holder's code of the card in {place} ({digits} digits, {left}; empty to read on without it): ",
        fr: "code porteur de la carte dans {place} ({digits} chiffres, {left} ; vide pour lire sans lui) : "
    };
    /// What a person is told before, of a virtual card in a demonstration.
    CodeWritten { place, code } = {
        en: "The card in {place} is virtual, and its card file says that its code is {code}.",
        fr: "La carte dans {place} est virtuelle ; d'après son fichier de carte, son code est {code}."
    };
    /// What a card is made of.
    MadeOf { layout, atr } = { en: "layout {layout}, ATR {atr}", fr: "structure {layout}, ATR {atr}" };
    /// The demonstration lost its own reader.
    LostReader { why } = { en: "the terminal lost the reader: {why}", fr: "le terminal a perdu le lecteur : {why}" };
    /// A folder is in the way.
    FolderThere { path } = {
        en: "{path} is there already, and nothing in it is written over",
        fr: "{path} existe déjà, et rien n'y est écrasé"
    };
    /// What to do then.
    NameOtherFolder = {
        en: "name another folder with -o, or remove that one first",
        fr: "nommer un autre dossier avec -o, ou d'abord enlever celui-ci"
    };
    /// What is wrong, and why.
    Because { what, why } = { en: "{what}: {why}", fr: "{what} : {why}" };
    /// One reader is named twice.
    ReaderTwice { name } = {
        en: "the reader {name} is named twice, and it holds one card",
        fr: "le lecteur {name} est nommé deux fois, et il tient une seule carte"
    };
    /// A form is completed on a day before its own.
    BeforeForm { today, date } = {
        en: "the Vitale would sign on {today}, before the day of the form, {date}",
        fr: "la Vitale signerait le {today}, avant le jour de la feuille, le {date}"
    };
    /// What to do then.
    GiveLaterDay = {
        en: "leave --now out, or name the day of the form or a later one",
        fr: "omettre --now, ou nommer le jour de la feuille ou un jour suivant"
    };
    /// A form that waits is not what the Vitale says.
    NotBorneOut = {
        en: "the professional signed it so: make the form again, or take the right card",
        fr: "le professionnel l'a signée ainsi : refaire la feuille, ou prendre la bonne carte"
    };
    /// A form is signed by cards of two kinds, and this is of neither.
    NeitherCard { place } = {
        en: "{place} is neither a Vitale nor a professional's card",
        fr: "{place} n'est ni une Vitale ni une carte de professionnel"
    };
    /// What to do then.
    GiveBothCards = {
        en: "give a Vitale and a professional's card, such as --card vitale2-martin --card cps-lefevre",
        fr: "donner une Vitale et une carte de professionnel, par exemple --card vitale2-martin --card cps-lefevre"
    };
    /// Two cards of one kind.
    SecondCard { place } = {
        en: "{place} is a second card of the same kind",
        fr: "{place} est une deuxième carte du même type"
    };
    /// A lot is too great.
    LotTooGreat { count, most } = {
        en: "these are {count} forms, and a lot has {most} at most",
        fr: "voici {count} feuilles, et un lot en a {most} au plus"
    };
    /// What to do then.
    SeveralLots = { en: "sign them in several runs", fr: "les signer en plusieurs fois" };
    /// A lot has forms for several regimes.
    LotOfRegimes { first, other } = {
        en: "a lot goes to one basic regime, and these forms are for regimes {first} and {other}",
        fr: "un lot va à un seul régime obligatoire, et ces feuilles relèvent des régimes {first} et {other}"
    };
    /// Two forms with one number.
    SameNumber { path, number } = {
        en: "{path} has the number {number}, as a form before it",
        fr: "{path} a le numéro {number}, comme une feuille avant elle"
    };
    /// What to do then.
    OtherNumber = {
        en: "give each form a number of its own",
        fr: "donner à chaque feuille son propre numéro"
    };
    /// A form waits for no Vitale.
    NotWaiting { path } = {
        en: "{path} has no form that waits for the Vitale's signature alone",
        fr: "{path} n'a pas de feuille à laquelle il ne manque que la signature de la Vitale"
    };
    /// What to do then.
    SignDesynchronised = {
        en: "only a form of mode desynchronise does, once and before that; virtuale fse verify says what this one has",
        fr: "seule une feuille en mode desynchronise attend, une seule fois ; virtuale fse verify dit ce que celle-ci a"
    };
    /// A card is another than that of a form.
    OtherThanForm { place } = {
        en: "the form was made for another card than {place}",
        fr: "la feuille a été faite pour une autre carte que {place}"
    };
    /// What to do then.
    GiveCardsOfForm = {
        en: "give the Vitale of the insured, and the professional's card that signed",
        fr: "donner la Vitale de l'assuré, et la carte de professionnel qui a signé"
    };
    /// What opens what is enciphered.
    GiveBodyKey = {
        en: "virtuale keys -o FOLDER writes the test body's key, TEST-body.key.pem; virtuale fse verify says whether the \
             form is right",
        fr: "virtuale keys -o DOSSIER écrit la clé de l'organisme d'essai, TEST-body.key.pem ; virtuale fse verify dit \
             si la feuille est juste"
    };
    /// A form left no copy.
    NoCopy { why } = {
        en: "the form is signed, and there is no copy of it on the Vitale: {why}",
        fr: "la feuille est signée, et il n'y en a pas de copie sur la Vitale : {why}"
    };
    /// A folder has no form.
    NoForm { path } = {
        en: "{path} has no form: neither form.bin nor folders with one",
        fr: "{path} n'a pas de feuille : ni form.bin, ni dossiers qui en ont un"
    };
    /// What to do then.
    NameFormFolder = {
        en: "name a folder that virtuale fse sign wrote",
        fr: "nommer un dossier écrit par virtuale fse sign"
    };
    /// A visit has other cards than these.
    VisitNeeds = {
        en: "a visit is of a Vitale and a professional's card",
        fr: "une consultation réunit une Vitale et une carte de professionnel"
    };
    /// What to do then.
    VisitCards = {
        en: "name them with --card and --professional; without either, the program has both",
        fr: "les nommer avec --card et --professional ; sans l'un ni l'autre, le programme a les deux"
    };
    /// What to do where the system is in the way.
    AskDoctor = {
        en: "see what stands in the way: virtuale doctor",
        fr: "voir ce qui fait obstacle : virtuale doctor"
    };
}

#[cfg(test)]
mod tests {
    use super::{DECLARED, Language, Message, attached, billing, drivers, faults, keep, pads, places};

    #[test]
    fn every_message_names_the_same_values_in_both_languages() {
        let values = |text: &str| {
            let mut values: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            values.sort();
            values
        };
        let of_rooms = [
            attached::DECLARED,
            billing::DECLARED,
            drivers::DECLARED,
            faults::DECLARED,
            keep::DECLARED,
            pads::DECLARED,
            places::DECLARED,
        ];
        for (name, en, fr) in DECLARED.iter().chain(of_rooms.into_iter().flatten()) {
            assert_eq!(values(en), values(fr), "{name}");
            assert_ne!(en, fr, "{name}");
        }
    }

    #[test]
    fn a_message_is_said_in_the_language_that_is_asked_for() {
        let message = Message::CannotRead { path: "a.toml", why: "…" };
        assert_eq!(message.text(Language::En), "cannot read a.toml: …");
        assert_eq!(message.text(Language::Fr), "impossible de lire a.toml : …");
    }
}
