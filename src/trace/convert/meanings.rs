//! What the names of fields say, and the words for who speaks.

use super::values;

/// What a field says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    Command,
    Answer,
    /// The status word of the answer.
    Status,
    /// Who speaks, of [`Meaning::Data`].
    Direction,
    /// A command or an answer, as the direction says.
    Data,
    /// The same; where no direction is told, but an answer, the command.
    Apdu,
    Reader,
    Atr,
    /// A byte of the header of a command.
    Header,
}

/// The names of fields that have a byte of the header each.
pub(super) const HEADER: [&str; 4] = ["cla", "ins", "p1", "p2"];

const NAMES: [(&str, Meaning); 58] = [
    ("cla", Meaning::Header),
    ("ins", Meaning::Header),
    ("p1", Meaning::Header),
    ("p2", Meaning::Header),
    ("command", Meaning::Command),
    ("commande", Meaning::Command),
    ("cmd", Meaning::Command),
    ("capdu", Meaning::Command),
    ("apducommand", Meaning::Command),
    ("commandapdu", Meaning::Command),
    ("request", Meaning::Command),
    ("tx", Meaning::Command),
    ("sent", Meaning::Command),
    ("send", Meaning::Command),
    ("envoi", Meaning::Command),
    ("envoye", Meaning::Command),
    ("envoy", Meaning::Command),
    ("emission", Meaning::Command),
    ("mission", Meaning::Command),
    ("answer", Meaning::Answer),
    ("response", Meaning::Answer),
    ("reponse", Meaning::Answer),
    ("rponse", Meaning::Answer),
    ("resp", Meaning::Answer),
    ("rapdu", Meaning::Answer),
    ("apduresponse", Meaning::Answer),
    ("responseapdu", Meaning::Answer),
    ("rx", Meaning::Answer),
    ("received", Meaning::Answer),
    ("recv", Meaning::Answer),
    ("reply", Meaning::Answer),
    ("rsp", Meaning::Answer),
    ("recu", Meaning::Answer),
    ("reu", Meaning::Answer),
    ("recue", Meaning::Answer),
    ("reue", Meaning::Answer),
    ("reception", Meaning::Answer),
    ("rception", Meaning::Answer),
    ("sw", Meaning::Status),
    ("sw12", Meaning::Status),
    ("sw1sw2", Meaning::Status),
    ("statusword", Meaning::Status),
    ("direction", Meaning::Direction),
    ("dir", Meaning::Direction),
    ("type", Meaning::Direction),
    ("kind", Meaning::Direction),
    ("sens", Meaning::Direction),
    ("donnees", Meaning::Data),
    ("donnes", Meaning::Data),
    ("octets", Meaning::Data),
    ("trame", Meaning::Data),
    ("data", Meaning::Data),
    ("apdu", Meaning::Apdu),
    ("bytes", Meaning::Data),
    ("hex", Meaning::Data),
    ("payload", Meaning::Data),
    ("raw", Meaning::Data),
    ("atr", Meaning::Atr),
];

/// Words for a reader or the card in it, and words that go with them in the name of a field.
const READERS: [&str; 12] = [
    "reader",
    "slot",
    "lecteur",
    "terminal",
    "card",
    "carte",
    "device",
    "coupleur",
    "icc",
    "hcard",
    "cardreader",
    "readername",
];
const OF_READERS: [&str; 7] = ["name", "nom", "id", "index", "handle", "de", "du"];

/// Whether a field of this name says to which reader or card a command goes.
fn is_reader(name: &str, plain: &str) -> bool {
    let words = values::words(name);
    let is = |known: &[&str], word: &String| known.contains(&word.as_str());
    READERS.contains(&plain)
        || words.iter().any(|word| is(&READERS, word))
            && words.iter().all(|word| is(&READERS, word) || is(&OF_READERS, word))
}

/// What a field of this name says. Case, blanks, signs and letters with accents in a name do not matter.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let known = NAMES.iter().find(|(known, _)| *known == plain).map(|(_, meaning)| *meaning);
    known.or_else(|| is_reader(name, &plain).then_some(Meaning::Reader))
}

/// Whether fields of these meanings tell of commands and answers.
pub(super) fn tell(meanings: &[Meaning]) -> bool {
    let has = |meaning| meanings.contains(&meaning);
    has(Meaning::Command) && (has(Meaning::Answer) || has(Meaning::Status))
        || has(Meaning::Direction) && (has(Meaning::Data) || has(Meaning::Apdu))
        || has(Meaning::Apdu) && (has(Meaning::Answer) || has(Meaning::Status))
        || (has(Meaning::Answer) || has(Meaning::Status))
            && meanings.iter().filter(|meaning| **meaning == Meaning::Header).count() == HEADER.len()
}

/// Whether a direction is that of commands; `None` if it is neither.
pub(super) fn speaks(direction: &str) -> Option<bool> {
    let plain: String = direction.to_lowercase();
    match plain.trim() {
        "command" | "cmd" | "c" | "c-apdu" | "capdu" | "request" | "req" | "tx" | "out" | "outgoing" | "sent"
        | "send" | "envoi" | "envoy\u{E9}" | "envoye" | "\u{E9}mission" | "emission" | "commande" | "\u{2192}"
        | ">" | "=>" | "->" | "-->" | ">>" => Some(true),
        "answer" | "response" | "resp" | "r" | "r-apdu" | "rapdu" | "reply" | "rx" | "in" | "incoming" | "received"
        | "recv" | "r\u{E9}ception" | "reception" | "re\u{E7}u" | "recu" | "r\u{E9}ponse" | "reponse" | "\u{2190}"
        | "<" | "<=" | "<-" | "<--" | "<<" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning, speaks, tell};

    #[test]
    fn names_of_fields() {
        assert_eq!(meaning("C-APDU"), Some(Meaning::Command));
        assert_eq!(meaning("Status Word"), Some(Meaning::Status));
        assert_eq!(meaning("time"), None);
        assert!(tell(&[Meaning::Command, Meaning::Answer]) && tell(&[Meaning::Direction, Meaning::Data]));
        assert!(!tell(&[Meaning::Command]) && !tell(&[Meaning::Data]));
        assert_eq!((speaks("TX"), speaks("<="), speaks("event")), (Some(true), Some(false), None));
    }
}
