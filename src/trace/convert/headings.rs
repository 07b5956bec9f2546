//! Lines that stand between commands and say to which reader they go from there on, or what happens to the card.

use virtuale_engine::Reset;

/// What such a line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heading<'t> {
    /// Commands go to this reader: the words before its name, and the name.
    Reader(&'t str, &'t str),
    /// Commands go to a card, of which the line says what it is and not in which reader: the line, and its kind.
    Card(&'t str, &'static str),
    /// The card is reset.
    Reset(Reset),
    /// The card leaves its reader or another one comes.
    Exchange,
}

/// What programs and people say before the name of a reader. The first ones are said of nothing else; behind the last
/// ones a name has a form that no other word has.
const NAMING: [(&str, bool); 37] = [
    ("using reader with a card", true),
    ("using given card reader", true),
    ("using card reader", true),
    ("using reader", true),
    ("selected reader", true),
    ("switch to reader", true),
    ("switching to reader", true),
    ("selecting reader", true),
    ("selecting terminal", false),
    ("switching to", false),
    ("scardconnect", false),
    ("connected to reader", true),
    ("connecting to reader", true),
    ("opening reader", true),
    ("reader name", true),
    ("card reader", true),
    ("utilisation du lecteur", true),
    ("connexion au lecteur", true),
    ("ouverture du lecteur", true),
    ("lecteur utilis\u{E9}", true),
    ("scriptor -r", false),
    ("card_connect -readernumber", false),
    ("card_connect -reader", true),
    ("connected to", false),
    ("connexion \u{E0}", false),
    ("terminal name", false),
    ("cardterminal", false),
    ("coupleur", false),
    ("opening terminal", false),
    ("terminal", false),
    ("reader", false),
    ("lecteur", false),
    ("slot", false),
    ("carte", false),
    ("card", false),
    ("device", false),
    ("p\u{E9}riph\u{E9}rique", false),
];

/// Words for a card, in lines that say what happens to it.
const CARDS: [&str; 9] = ["card", "carte", "icc", "picc", "smartcard", "chip", "puce", "vitale", "tag"];

/// Words for a reader, in lines that say that it goes.
const READERS: [&str; 4] = ["reader", "lecteur", "coupleur", "terminal"];

/// How words begin that say that a reader goes.
const UNPLUGGED: [&str; 7] = ["unplug", "disconnect", "d\u{E9}connect", "deconnect", "d\u{E9}branch", "remov", "retir"];

/// How words begin that say that the card of before is in the reader no more, with one for a card before or behind
/// them.
const EXCHANGES: [&str; 29] = [
    "remov",
    "insert",
    "changed",
    "changing",
    "eject",
    "exchang",
    "retir",
    "retrait",
    "ins\u{E9}r",
    "\u{E9}ject",
    "chang\u{E9}",
    "changement",
    "extraite",
    "enlev",
    "arrach",
    "\u{E9}chang",
    "lost",
    "perdu",
    "gone",
    "swap",
    "absent",
    "wait",
    "attente",
    "attend",
    "detect",
    "d\u{E9}tect",
    "disconnect",
    "d\u{E9}connect",
    "deconnect",
];

/// How words begin that say so alone, or beside a word for what they are.
const ALONE: [&str; 8] = ["remov", "insert", "eject", "retir", "retrait", "ins\u{E9}r", "\u{E9}ject", "arrach"];
const OF_EVENTS: [&str; 9] =
    ["event", "evt", "ev", "state", "status", "statut", "etat", "\u{E9}tat", "\u{E9}v\u{E9}nement"];

/// Words that say that another card comes or none is there, with one for a card.
const OTHERS: [&str; 6] = ["new", "nouvelle", "autre", "no", "aucune", "pas"];

/// How words begin that say that a card is reset, with one for a card, its reader or a kind of reset.
const RESETS: [&str; 5] = ["reset", "r\u{E9}init", "reinit", "red\u{E9}marr", "raz"];
const RESETTABLE: [&str; 5] = ["usb", "cold", "warm", "froid", "chaud"];

/// Words of power that goes or comes, and the words that go with them.
const POWER: [&str; 4] = ["power", "powered", "powering", "tension"];
const OF_POWER: [&str; 6] = ["on", "off", "up", "down", "hors", "sous"];
const POWERED: [&str; 5] = ["poweron", "poweroff", "powerup", "powerdown", "powericc"];

/// Words for the field of a reader without contacts, and how words begin that say that it goes or comes.
const FIELDS: [&str; 3] = ["rf", "field", "champ"];
const SWITCHED: [&str; 9] =
    ["on", "off", "coup\u{E9}", "coupure", "activ", "d\u{E9}sactiv", "\u{E9}teint", "lost", "perdu"];

/// How many words such a line has at most.
const MOST_WORDS: usize = 6;

/// What PC/SC returns of a card that somebody else reset, of one without power, and of one that is gone.
const WAS_RESET: &str = "0x80100068";
const UNPOWERED: &str = "0x80100067";
const GONE: [&str; 2] = ["0x80100069", "0x8010000c"];

/// What a line says, if it has nothing else.
pub(super) fn heading(text: &str) -> Option<Heading<'_>> {
    let is_frame = |sign: char| matches!(sign, '-' | '=' | '*' | '#' | '_' | '~' | '[' | ']' | '/' | ' ' | '\t');
    let inside = text.trim_matches(is_frame);
    if inside.is_empty() || inside.len() > LONGEST {
        return None;
    }
    reader(inside).or_else(|| card(inside)).or_else(|| event(inside))
}

/// How long such a line is at most. A name of PC/SC has 127 bytes.
const LONGEST: usize = 180;

fn reader(text: &str) -> Option<Heading<'_>> {
    let begins = |words: &str| text.get(..words.len()).is_some_and(|begin| begin.to_lowercase() == words);
    let (words, is_sure) = *NAMING.iter().find(|(words, _)| begins(words))?;
    let (mark, rest) = text.split_at(words.len());
    let name = rest.trim_matches([' ', ':', '=', '"', '\'', '\u{A0}', '\t', '(', ')', '.', '\u{2026}']);
    let has_colon = rest.trim_start().starts_with([':', '=']);
    let is_apart = rest.starts_with([' ', ':', '=', '"', '(', '\t', '\u{A0}']);
    let is_word = |name: &str| name.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit());
    let is_named = name.len() <= 127 && is_word(name) && !name.contains(['=', '<', '>', ':']);
    let may_be_any = is_named && (is_sure || has_colon && !is_of_cards(words));
    (is_apart && (may_be_any || is_numbered(name) || is_plain_name(words, name))).then_some(Heading::Reader(mark, name))
}

/// The kinds of cards that are read together, and their names.
const KINDS: [(&str, &[&str]); 2] = [
    ("CPS", &["cps", "cpe", "cpf", "cpa", "ps", "professionnel", "professional"]),
    ("Vitale", &["vitale", "sesam", "assur\u{E9}", "assure", "patient", "insured"]),
];

/// Words that stand beside such a name where a line says no more than which card is used.
const BESIDE_KINDS: [&str; 28] = [
    "carte", "card", "lecteur", "reader", "slot", "coupleur", "terminal", "icc", "lecture", "reading", "read", "lire",
    "session", "dialogue", "avec", "with", "sur", "on", "vers", "to", "de", "du", "la", "l", "le", "the", "of", "pour",
];

/// Whether a reader is called after a kind of card, as lines that name the card call it.
pub(super) fn is_kind(reader: &str) -> bool {
    KINDS.iter().any(|(kind, _)| *kind == reader)
}

/// The card that a line names, which says no more: `== CPS ==`, `Lecture carte assuré`.
fn card(text: &str) -> Option<Heading<'_>> {
    let lower = text.to_lowercase();
    let words = || lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    let kind = |word: &str| KINDS.iter().find(|(_, names)| names.contains(&word)).map(|(kind, _)| *kind);
    let mut kinds = words().filter_map(kind);
    let found = kinds.next().filter(|first| kinds.all(|other| other == *first))?;
    let is_all =
        words().count() <= MOST_WORDS && words().all(|word| kind(word).is_some() || BESIDE_KINDS.contains(&word));
    is_all.then_some(Heading::Card(text, found))
}

fn is_of_cards(words: &str) -> bool {
    matches!(words, "card" | "carte" | "connected to")
}

/// Whether a name is one capital letter, a number of two digits at most, or ends with the two numbers of PC/SC.
fn is_numbered(name: &str) -> bool {
    let is_number = |word: &str| matches!(word.len(), 1 | 2) && word.bytes().all(|digit| digit.is_ascii_digit());
    let is_letter = name.len() == 1 && name.bytes().all(|letter| letter.is_ascii_uppercase());
    let words: Vec<&str> = name.split(' ').collect();
    let is_of_system = matches!(words[..], [first, .., one, two]
        if first.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii_hexdigit())
            && [one, two].iter().all(|word| word.len() == 2 && word.starts_with('0') && is_number(word)));
    is_letter || is_number(name) || is_of_system
}

/// Whether a name of one word that begins with a capital letter tells one card from another: `Carte Vitale`.
fn is_plain_name(words: &str, name: &str) -> bool {
    let is_capital = name.chars().next().is_some_and(char::is_uppercase);
    let is_word = name.len() > 2 && name.chars().all(char::is_alphanumeric);
    words == "carte" && is_capital && is_word && !name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn event(text: &str) -> Option<Heading<'_>> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let begins = |known: &[&str]| words.iter().any(|word| known.iter().any(|stem| word.starts_with(stem)));
    let kind = if has(&["warm", "chaud"]) { Reset::Warm } else { Reset::Cold };
    let follow = |known: &[&str]| words.windows(known.len()).any(|words| words == known);
    match words[..] {
        ["scardreconnect" | "scarddisconnect" | "scardendtransaction", ..] => return left(&words),
        ["reset" | "raz"] | ["resetcard", "with", "timeout", ..] | ["resetcard"] => {
            return Some(Heading::Reset(Reset::Cold));
        }
        ["remise", "\u{E0}" | "a", "z\u{E9}ro" | "zero", ref rest @ ..]
            if rest.is_empty() || rest.len() < MOST_WORDS && has(&CARDS) =>
        {
            return Some(Heading::Reset(Reset::Cold));
        }
        _ if has(&[WAS_RESET]) || follow(&["scard", "w", "reset", "card"]) => {
            return Some(Heading::Reset(Reset::Warm));
        }
        _ if has(&[UNPOWERED]) || follow(&["scard", "w", "unpowered", "card"]) => {
            return Some(Heading::Reset(Reset::Cold));
        }
        _ if has(&GONE) || follow(&["scard", "w", "removed", "card"]) || follow(&["scard", "e", "no", "smartcard"]) => {
            return Some(Heading::Exchange);
        }
        _ => {}
    }
    if words.len() > MOST_WORDS {
        return None;
    }
    let is_of_card = has(&CARDS);
    let is_reset = begins(&RESETS) && (is_of_card || has(&READERS) || has(&RESETTABLE)) || has(&["scardreset"]);
    let is_powered = words.iter().any(|word| POWERED.iter().any(|known| word.ends_with(known)));
    let is_power = has(&POWER) && has(&OF_POWER) || is_powered || words.len() < 4 && has(&FIELDS) && begins(&SWITCHED);
    if is_reset || is_power {
        return Some(Heading::Reset(kind));
    }
    let is_gone = is_of_card && (begins(&EXCHANGES) || has(&OTHERS)) || has(&READERS) && begins(&UNPLUGGED);
    let is_alone = begins(&ALONE) && words.len() <= 2 && (words.len() == 1 || has(&OF_EVENTS));
    (is_gone || is_alone).then_some(Heading::Exchange)
}

/// What a call of PC/SC does to the card that it leaves; a disposition that is not shown is the usual one.
fn left(words: &[&str]) -> Option<Heading<'static>> {
    let has = |word| words.contains(&word);
    match words {
        _ if has("eject") => Some(Heading::Exchange),
        _ if has("unpower") => Some(Heading::Reset(Reset::Cold)),
        _ if has("reset") => Some(Heading::Reset(Reset::Warm)),
        ["scardreconnect", ..] if !has("leave") => Some(Heading::Reset(Reset::Warm)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::Reset;

    use super::{Heading, heading};

    #[test]
    fn lines_that_name_a_reader() {
        for (text, name) in [
            ("Using reader: Gemalto 00 00", "Gemalto 00 00"),
            ("Reader: A", "A"),
            ("Reader A:", "A"),
            ("--- Reader A ---", "A"),
            ("== Lecteur 1 ==", "1"),
            ("Lecteur : Gemalto 00 00", "Gemalto 00 00"),
            ("Selected reader: A", "A"),
            ("Using reader \"A\"", "A"),
            ("Connected to A", "A"),
            ("Connexion au lecteur A", "A"),
            ("Switch to reader A", "A"),
            ("reader=A", "A"),
            ("[slot 0]", "0"),
            ("Card 1", "1"),
            ("Carte Vitale", "Vitale"),
            ("scriptor -r A", "A"),
            ("CardTerminal: ACS 01 00", "ACS 01 00"),
            ("SCardConnect(\"ACS 01 00\")", "ACS 01 00"),
            ("Selecting terminal 2", "2"),
            ("Coupleur 2", "2"),
            ("Switching to ACS ACR38U 00 01", "ACS ACR38U 00 01"),
        ] {
            assert!(matches!(heading(text), Some(Heading::Reader(_, found)) if found == name), "{text}");
        }
    }

    #[test]
    fn lines_that_name_a_card() {
        for (text, kind) in [
            ("Lecteur CPS", "CPS"),
            ("Lecteur Vitale", "Vitale"),
            ("CPS :", "CPS"),
            ("== Vitale ==", "Vitale"),
            ("CPS", "CPS"),
            ("Lecture carte PS", "CPS"),
            ("Lecture de la carte assur\u{E9}", "Vitale"),
            ("SESAM-Vitale", "Vitale"),
        ] {
            assert!(matches!(heading(text), Some(Heading::Card(_, found)) if found == kind), "{text}");
        }
    }

    #[test]
    fn lines_that_name_none() {
        for text in [
            "Reader: 90 00",
            "Reader: 9000",
            "carte 90 00",
            "card present",
            "reader is ready",
            "Slot: 00 A4 04 00",
            "Card ATR: 3B 00",
            "reader=A => 00",
            "Terminal ready",
            "carte ABCD",
            "readers found",
            "",
            "---",
            "reset the counter of tries",
            "Remise \u{E0} z\u{E9}ro du compteur",
            "CPS et Vitale lues",
            "Application CPS",
            "status ok",
            "champ 12 lu",
        ] {
            assert_eq!(heading(text), None, "{text}");
        }
    }

    #[test]
    fn what_happens_to_a_card() {
        for text in [
            "Card removed",
            "Carte ins\u{E9}r\u{E9}e.",
            "Nouvelle carte",
            "--- new card ---",
            "Retrait de la carte",
            "La carte a \u{E9}t\u{E9} retir\u{E9}e",
            "Insertion de la carte",
            "Changement de carte",
            "carte arrach\u{E9}e",
            "Card removal",
            "ICC removed",
            "card inserted into slot 2",
            "SCardDisconnect(SCARD_EJECT_CARD)",
            "SCARD_E_NO_SMARTCARD",
            "rv=0x80100069",
            "No card",
            "Carte absente",
            "Card lost",
            "Tag lost",
            "Tag removed",
            "tag detected",
            "Eject",
            "\u{C9}jection",
            "Card swap",
            "event=removed",
            "Reader unplugged",
            "Reader disconnected",
            "Lecteur d\u{E9}connect\u{E9}",
            "Carte d\u{E9}connect\u{E9}e",
            "Card disconnected",
            "Waiting for card...",
            "En attente de carte",
        ] {
            assert_eq!(heading(text), Some(Heading::Exchange), "{text}");
        }
        for text in [
            "Reset",
            "card reset",
            "resetCard with timeout: 0 (ms)",
            "R\u{E9}initialisation de la carte",
            "Cold reset done",
            "Resetting card...",
            "ICC Reset",
            "Power off",
            "Power on",
            "Mise hors tension",
            "SCardReconnect(SCARD_UNPOWER_CARD)",
            "SCardDisconnect(SCARD_UNPOWER_CARD)",
            "IccPowerOff",
            "IccPowerOn",
            "PowerICC",
            "IFDHPowerICC (reset)",
            "SCardReset",
            "Remise \u{E0} z\u{E9}ro",
            "RAZ carte",
            "R\u{E9}init carte",
            "SCARD_W_UNPOWERED_CARD",
            "RF off",
            "Field off",
            "champ coup\u{E9}",
            "USB reset",
        ] {
            assert_eq!(heading(text), Some(Heading::Reset(Reset::Cold)), "{text}");
        }
        for text in
            ["SCardReconnect", "SCardReconnect(SCARD_RESET_CARD)", "warm reset", "SCARD_W_RESET_CARD", "rv=0x80100068"]
        {
            assert_eq!(heading(text), Some(Heading::Reset(Reset::Warm)), "{text}");
        }
        for text in [
            "SCardReconnect(SCARD_LEAVE_CARD)",
            "SCardDisconnect",
            "powerful card",
            "the card is new to nobody here, who reads",
        ] {
            assert_eq!(heading(text), None, "{text}");
        }
    }
}
