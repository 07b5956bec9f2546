//! What is said about drivers that have our slots as their hardware.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about drivers.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has a pcscd for which a driver is installed"))]
    Driven:
    /// No vpcd is where a card goes to.
    NoVpcd { slot, address, why } = {
        en: "slot {slot}: no vpcd at {address} ({why}); its card goes there as soon as one is",
        fr: "emplacement {slot} : pas de vpcd en {address} ({why}) ; la carte y va dès qu'il y en a un"
    };
    /// Who is there is no vpcd, or has another card.
    StrangeVpcd { slot, address } = {
        en: "slot {slot}: who is at {address} does not speak as vpcd does, or has another card there",
        fr: "emplacement {slot} : ce qui est en {address} ne parle pas comme vpcd, ou y a une autre carte"
    };
    /// vpcd has the card.
    VpcdThere { slot, address } = {
        en: "slot {slot}: vpcd at {address} has the card",
        fr: "emplacement {slot} : vpcd en {address} a la carte"
    };
    /// vpcd is awaited where others than those of this machine may come, too.
    OpenPort { address } = {
        en: "whoever reaches {address} can use the cards: nothing there asks who it is",
        fr: "quiconque atteint {address} peut utiliser les cartes : rien n'y demande qui c'est"
    };
    /// This program has no driver.
    NoDriver { why } = {
        en: "this program was built without its driver: {why}",
        fr: "ce programme a été construit sans son pilote : {why}"
    };
    /// What to do then.
    BuildForTarget = {
        en: "build it for a target, and with a linker, that can make shared libraries",
        fr: "le construire pour une cible, et avec un éditeur de liens, qui savent faire des bibliothèques partagées"
    };
    /// `reader.conf` cannot name a socket.
    OddSocket { socket } = {
        en: "pcscd cannot be told of a socket at {socket}",
        fr: "pcscd ne peut pas apprendre qu'il y a un socket en {socket}"
    };
    /// What to do then.
    NameSocket = {
        en: "name a path from / on, of at most 107 letters without accents, digits and signs, and no blanks or quotes",
        fr: "donner un chemin à partir de /, d'au plus 107 lettres sans accent, chiffres et signes, sans espace ni guillemet"
    };
    /// A folder is nobody's to make.
    NoFolderOf { socket } = {
        en: "--user is for the folder /run/virtuale, and {socket} is not in it",
        fr: "--user est pour le dossier /run/virtuale, et {socket} n'y est pas"
    };
    /// What to do then.
    LeaveUser = {
        en: "leave --user away: whoever may write to the folder of the socket has the readers",
        fr: "omettre --user : qui peut écrire dans le dossier du socket a les lecteurs"
    };
    /// There is no such user.
    NoUser { user } = { en: "there is no user {user}", fr: "il n'y a pas d'utilisateur {user}" };
    /// What to do then.
    NameUser = {
        en: "name a user of this machine with --user",
        fr: "nommer un utilisateur de cette machine avec --user"
    };
    /// A file is in the way.
    NotOurs { path } = {
        en: "{path} is there, and is not of `virtuale ifd install`",
        fr: "{path} existe, et ne vient pas de `virtuale ifd install`"
    };
    /// What to do then.
    MoveAway = {
        en: "see whose it is, and move it away if nobody needs it",
        fr: "voir à qui il est, et le déplacer si personne n'en a besoin"
    };
    /// What to do where the system has no folders made.
    NoFolders = {
        en: "no folder can be made there: see that --root is a folder to which files can be written",
        fr: "aucun dossier ne peut y être créé : vérifier que --root est un dossier où l'on peut écrire des fichiers"
    };
    /// What to do where only root may.
    BeRoot = {
        en: "only root may do that: run it with sudo, or look first with --dry-run",
        fr: "seul root le peut : l'exécuter avec sudo, ou regarder d'abord avec --dry-run"
    };
    /// What the driver is.
    DriverOf { count } = {
        en: "the driver, {count} bytes of this program",
        fr: "le pilote, {count} octets de ce programme"
    };
    /// Anybody may be who the driver asks.
    OpenFolder { folder } = {
        en: "careful: whoever may write to {folder} can show cards to every program of the machine",
        fr: "attention : quiconque peut écrire dans {folder} peut montrer des cartes à tout programme de la machine"
    };
    /// What comes next.
    Restart = {
        en: "pcscd learns of it when it is started again: systemctl restart pcscd.socket pcscd.service",
        fr: "pcscd l'apprend quand il redémarre : systemctl restart pcscd.socket pcscd.service"
    };
    /// What comes then.
    ThenServe { option, user } = {
        en: "then, as {user}: virtuale serve {option} --card vitale2-martin",
        fr: "puis, en tant que {user} : virtuale serve {option} --card vitale2-martin"
    };
    /// There is nothing to remove.
    NothingThere = {
        en: "nothing of `virtuale ifd install` is there",
        fr: "il n'y a rien de `virtuale ifd install`"
    };
}
