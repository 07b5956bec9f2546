//! Fields of records that may tell to which reader or card a command goes, though their names are not those of readers.
//!
//! Nothing tells such a field from others but its values: they are few, and one of them comes back after another, as a
//! reader or a card that is used again does. What counts, measures or describes commands comes back too, and is listed.

use std::collections::BTreeMap;

use super::values;

/// What the fields of the records of a log hold that name no reader, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Tellers {
    each: BTreeMap<String, Held>,
    /// The fields that were named.
    named: Vec<String>,
}

/// How many fields are followed; no log has as many.
const MOST_FIELDS: usize = 100;

/// How many readers and cards are used by turns at most.
const MOST_VALUES: usize = 8;

/// How long the name of a reader or a card is at most, in bytes: PC/SC has none longer.
const LONGEST: usize = 127;

/// The values of a field.
#[derive(Debug, Default)]
struct Held {
    values: Vec<String>,
    last: usize,
    /// Whether one stands twice, and whether others stand between.
    repeats: bool,
    returns: bool,
    /// Whether one of them is no name of a reader or a card, or they are too many.
    is_other: bool,
}

/// Names of fields that tell one of several who speak from another.
const PARTIES: [&str; 36] = [
    "port",
    "com",
    "pad",
    "pinpad",
    "voie",
    "poste",
    "handle",
    "session",
    "channel",
    "canal",
    "ifd",
    "cad",
    "usb",
    "appareil",
    "fente",
    "emplacement",
    "peripherique",
    "priphrique",
    "host",
    "hote",
    "hte",
    "pid",
    "tid",
    "thread",
    "client",
    "connection",
    "connexion",
    "conn",
    "socket",
    "source",
    "unit",
    "lane",
    "holder",
    "patient",
    "serial",
    "station",
];

/// Names of fields that tell one place of a card from another, be each used once: no program counts with them.
const PLACES: [&str; 15] = [
    "port",
    "com",
    "pad",
    "pinpad",
    "voie",
    "poste",
    "handle",
    "channel",
    "canal",
    "ifd",
    "usb",
    "appareil",
    "fente",
    "emplacement",
    "lane",
];

/// Words in the names of fields that describe commands and answers, or what a program made of them.
const DESCRIBING: [&str; 62] = [
    "description",
    "desc",
    "comment",
    "commentaire",
    "remark",
    "remarque",
    "note",
    "notes",
    "label",
    "libelle",
    "libell",
    "title",
    "titre",
    "ins",
    "instruction",
    "operation",
    "opration",
    "action",
    "function",
    "fonction",
    "method",
    "step",
    "etape",
    "tape",
    "phase",
    "stage",
    "test",
    "case",
    "level",
    "niveau",
    "severity",
    "priority",
    "status",
    "statut",
    "etat",
    "tat",
    "state",
    "result",
    "resultat",
    "rsultat",
    "outcome",
    "success",
    "error",
    "erreur",
    "retry",
    "retries",
    "attempt",
    "tries",
    "count",
    "len",
    "length",
    "size",
    "taille",
    "longueur",
    "lc",
    "le",
    "p3",
    "cla",
    "version",
    "protocol",
    "message",
    "msg",
];

/// Words in values that describe commands and answers, or say yes or no.
const DESCRIPTIONS: [&str; 40] = [
    "select",
    "selection",
    "read",
    "lecture",
    "update",
    "write",
    "append",
    "verify",
    "change",
    "get",
    "put",
    "challenge",
    "authenticate",
    "mse",
    "pso",
    "manage",
    "generate",
    "internal",
    "external",
    "command",
    "exchange",
    "apdu",
    "ok",
    "ko",
    "error",
    "erreur",
    "success",
    "fail",
    "failed",
    "true",
    "false",
    "yes",
    "no",
    "oui",
    "non",
    "debug",
    "info",
    "warn",
    "warning",
    "trace",
];

impl Tellers {
    /// Takes a field of the next command on the first way through the log.
    pub(super) fn look(&mut self, name: &str, value: &str) {
        if self.each.len() >= MOST_FIELDS && !self.each.contains_key(name) {
            return;
        }
        let held = self.each.entry(name.to_owned()).or_default();
        held.is_other |= value.len() > LONGEST || describes(value) || is_measured(value);
        if held.is_other {
            return;
        }
        match held.values.iter().position(|known| known == value) {
            Some(at) => {
                held.repeats = true;
                held.returns |= at != held.last;
                held.last = at;
            }
            None if held.values.len() == MOST_VALUES => held.is_other = true,
            None => {
                held.last = held.values.len();
                held.values.push(value.to_owned());
            }
        }
    }

    /// The first way is at its end: which fields may tell the reader is known.
    pub(super) fn settle(&mut self) {
        self.each.retain(|name, held| held.may_tell(name));
    }

    /// Why a field of the next command, on the second way through the log, may tell that it goes to another reader than
    /// those before it. Only the first one of a name is told.
    pub(super) fn flaw(&mut self, name: &str, value: &str) -> Option<String> {
        let first = self.each.get(name)?.values.first().filter(|first| *first != value)?;
        if self.named.iter().any(|named| named == name) {
            return None;
        }
        self.named.push(name.to_owned());
        Some(format!(
            "may tell the reader or the card, which was another one before ({first}): call the field `reader`, or make \
             a log of each"
        ))
    }
}

impl Held {
    fn may_tell(&self, name: &str) -> bool {
        let words = values::words(name);
        let is = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let is_name = |value: &String| value.chars().all(|sign| sign.is_alphabetic() || sign == ' ');
        // Longer numbers may be new each time, as ports of a network are.
        let is_short = |value: &String| value.bytes().filter(u8::is_ascii_digit).count() <= 2;
        let is_party = is(&PARTIES) && (self.repeats || self.values.iter().all(is_name));
        let is_party = is_party || is(&PLACES) && self.values.iter().all(is_short);
        !self.is_other
            && self.values.len() > 1
            && !is(&DESCRIBING)
            && !values::is_moment(name)
            && (self.returns || is_party)
    }
}

/// Whether a value describes a command or an answer.
fn describes(value: &str) -> bool {
    let lower = value.to_lowercase();
    lower.split(|sign: char| !sign.is_alphanumeric()).any(|word| DESCRIPTIONS.contains(&word))
}

/// Whether a value is a number with a part or a unit: `0.5`, `12 ms`.
fn is_measured(value: &str) -> bool {
    let number = value.trim_end_matches(|sign: char| sign.is_alphabetic() || matches!(sign, ' ' | '%'));
    let is_whole = value.bytes().all(|digit| digit.is_ascii_digit());
    !is_whole && number.replace(',', ".").parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::Tellers;

    /// The record in which a field of these values is named.
    fn named(name: &str, values: &[&str]) -> Option<usize> {
        let mut tellers = Tellers::default();
        values.iter().for_each(|value| tellers.look(name, value));
        tellers.settle();
        let named: Vec<usize> = (0..values.len()).filter(|at| tellers.flaw(name, values[*at]).is_some()).collect();
        assert!(named.len() < 2, "named once");
        named.first().copied()
    }

    #[test]
    fn few_values_that_come_back_may_tell_the_reader() {
        for name in ["port", "voie", "gizmo", "numero", "type"] {
            assert_eq!(named(name, &["CPS", "Vitale", "CPS"]), Some(1), "{name}");
        }
        assert_eq!(named("handle", &["0x01", "0x01", "0x02", "0x01", "0x02"]), Some(2));
        assert_eq!(named("pid", &["2811", "2811", "2812"]), Some(2));
        assert_eq!(named("port", &["CPS", "Vitale"]), Some(1));
        assert_eq!(named("port", &["COM1", "COM2"]), Some(1));
        assert_eq!(named("handle", &["12", "13"]), Some(1));
    }

    #[test]
    fn what_counts_measures_or_describes_tells_no_reader() {
        for (name, values) in [
            ("port", &["CPS", "CPS", "CPS"][..]),
            ("id", &["1", "2", "3", "4"]),
            ("session", &["1", "2", "3"]),
            ("port", &["51200", "51201"]),
            ("took", &["12", "13", "12"]),
            ("x", &["0.5", "0.6", "0.5"]),
            ("x", &["12 ms", "13 ms", "12 ms"]),
            ("x", &["SELECT", "READ BINARY", "SELECT"]),
            ("ok", &["true", "false", "true"]),
            ("level", &["a", "b", "a"]),
            ("x", &["1", "2", "3", "4", "5", "6", "7", "8", "9", "1"]),
        ] {
            assert_eq!(named(name, values), None, "{name} {values:?}");
        }
    }
}
