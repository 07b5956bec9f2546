//! What a command is called, in one short line [ISO-7816-4 11].

use std::fmt::Write as _;

use virtuale_engine::{
    StatusWord,
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::{Parameters, Takes},
};

use crate::{
    profile::{
        families::{Families, Family},
        said::{Bilingual, said},
        status::meaning,
    },
    shown::Pairs,
};

/// How many bytes of what SELECT is asked for are shown: more than any name or path has.
const LONGEST_PATH: usize = 32;

/// Bytes as traces write them: two digits each, a blank between.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    // A String takes whatever is written to it.
    let _ = write!(text, "{}", Pairs(bytes));
    text
}

/// What a command presents that should stay secret, to a card of any family of the program: where in it, to its end.
/// That is the data of VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER, and what families say of their own
/// commands.
#[must_use]
pub fn secret_of(command: &[u8]) -> Option<&[u8]> {
    secret_to(Families::built_in().iter(), command)
}

/// What a command presents that should stay secret, to a card of one of these families: the data of VERIFY, CHANGE
/// REFERENCE DATA and RESET RETRY COUNTER, and what a family says of its own commands.
pub(super) fn secret_to<'c, 'f>(
    families: impl IntoIterator<Item = &'f dyn Family>,
    command: &'c [u8],
) -> Option<&'c [u8]> {
    interindustry_secret(command).or_else(|| families.into_iter().find_map(|family| family.secret_of(command)))
}

/// What ISO 7816-4 knows as a secret. Its instructions are taken as its own in any class: rather too much is secret.
fn interindustry_secret(command: &[u8]) -> Option<&[u8]> {
    let &[_, ins, _, _, _, ref data @ ..] = command else { return None };
    let row = INSTRUCTIONS.find(Ins(ins))?;
    (row.instruction.takes == Takes::Secret && !data.is_empty()).then_some(data)
}

/// Names a command, well formed or not: `SELECT 3F00`, `READ BINARY at 12`. A command of the own class of one of the
/// program's families has the name that the family gives it. Traces have the English.
#[must_use]
pub fn command_name(command: &[u8]) -> String {
    command_name_in(&Families::built_in(), command)
}

/// Names a command to a card of one of these families.
pub(super) fn command_name_in(families: &Families, command: &[u8]) -> String {
    families.command_name(command).unwrap_or_else(|| interindustry(command)).english.into_owned()
}

/// Names a command to a card of a known family.
#[must_use]
pub fn command_name_of(family: &dyn Family, command: &[u8]) -> String {
    command_name_for(Some(family), command).english.into_owned()
}

/// Names a command in both languages, to a card of a family, or to a card of which none is known: the names are those
/// of the standard in both, the words around them are not.
#[must_use]
pub fn command_name_for(family: Option<&dyn Family>, command: &[u8]) -> Bilingual {
    let own = match family {
        Some(family) => family.command_name(command),
        None => Families::built_in().command_name(command),
    };
    own.unwrap_or_else(|| interindustry(command))
}

/// A status word in digits and words, as it answers a command: `9000 done`, or in the words of a family whose own class
/// the command is of, `9404 file not found`.
#[must_use]
pub fn status_name(command: &[u8], status: StatusWord) -> String {
    format!("{status:?} {}", meaning(command, status).english)
}

/// Names a command as ISO 7816-4 does.
fn interindustry(command: &[u8]) -> Bilingual {
    let &[class, ins, p1, p2, ref rest @ ..] = command else {
        return said!(
            en: "not a command: it has no header",
            fr: "ce n'est pas une commande : elle n'a pas d'en-tête",
        );
    };
    if class >= 0x80 {
        return said!(en: "class {class:02X}, instruction {ins:02X}", fr: "classe {class:02X}, instruction {ins:02X}");
    }
    let (ins, parameters) = (Ins(ins), u16::from_be_bytes([p1, p2]));
    let data = data_field(rest);
    match INSTRUCTIONS.find(ins).map(|row| row.instruction.parameters) {
        Some(Parameters::Selection) => {
            let what = selected(p1, data);
            said!(with what; en: "{ins} {what}", fr: "{ins} {what}")
        }
        Some(Parameters::Offset) => match p1 {
            0x80.. => {
                let file = p1 & 0x1F;
                said!(en: "{ins} of file {file}, at {p2}", fr: "{ins} du fichier {file}, à l'octet {p2}")
            }
            _ => said!(en: "{ins} at {parameters}", fr: "{ins} à l'octet {parameters}"),
        },
        Some(Parameters::Record) => {
            let (record, file) = (record(ins, p1, p2), p2 >> 3);
            match file {
                0 => said!(with record; en: "{ins} {record}", fr: "{ins} {record}"),
                _ => said!(with record; en: "{ins} {record} of file {file}", fr: "{ins} {record} du fichier {file}"),
            }
        }
        Some(Parameters::Tag) => match p1 {
            0 => alike(format!("{ins} {p2:02X}")),
            _ => alike(format!("{ins} {parameters:04X}")),
        },
        _ if ins == Ins::MANAGE_CHANNEL && p1 == 0x80 => said!(en: "{ins}: close", fr: "{ins} : fermer"),
        _ if ins == Ins::MANAGE_CHANNEL => said!(en: "{ins}: open", fr: "{ins} : ouvrir"),
        _ => alike(ins.to_string()),
    }
}

/// What is the same in both languages: names of the standard, and digits.
fn alike(text: String) -> Bilingual {
    Bilingual::new(text.clone(), text)
}

/// Which record is meant: by its identifier, or by its number [ISO-7816-4 11.3.3].
fn record(ins: Ins, p1: u8, p2: u8) -> Bilingual {
    let occurrence = |which: Bilingual| match p1 {
        0 => which,
        _ => said!(with which; en: "{which} with identifier {p1}", fr: "{which} d'identifiant {p1}"),
    };
    let ends = |current: Bilingual| if p1 == 0 { current } else { alike(p1.to_string()) };
    match p2 & 0x07 {
        0 => occurrence(said!(en: "first", fr: "premier")),
        1 => occurrence(said!(en: "last", fr: "dernier")),
        2 => occurrence(said!(en: "next", fr: "suivant")),
        3 => occurrence(said!(en: "previous", fr: "précédent")),
        4 => ends(said!(en: "current", fr: "courant")),
        5 if ins == Ins::READ_RECORD => {
            let first = ends(said!(en: "the current", fr: "courant"));
            said!(with first; en: "from {first} to the last", fr: "du {first} au dernier")
        }
        6 if ins == Ins::READ_RECORD => {
            let last = ends(said!(en: "the current", fr: "courant"));
            said!(with last; en: "from the last to {last}", fr: "du dernier au {last}")
        }
        mode => said!(en: "in undefined form {mode:02X}", fr: "sous une forme non définie {mode:02X}"),
    }
}

/// What SELECT is asked for.
fn selected(p1: u8, data: &[u8]) -> Bilingual {
    let more = if data.len() > LONGEST_PATH { "..." } else { "" };
    let digits = hex::encode_upper(data.get(..LONGEST_PATH).unwrap_or(data)) + more;
    match p1 {
        0x00 if data.is_empty() => said!(en: "the master file", fr: "le fichier maître"),
        0x00..=0x02 => alike(digits),
        0x03 => said!(en: "the parent", fr: "le répertoire au-dessus"),
        0x04 if data.is_empty() => said!(en: "the first application", fr: "la première application"),
        0x04 => alike(format!("application {}", readable(data).unwrap_or(digits))),
        0x08 => said!(en: "path 3F00{digits}", fr: "chemin 3F00{digits}"),
        0x09 => said!(en: "path {digits} from here", fr: "chemin {digits} depuis ici"),
        _ => said!(
            en: "in a form that is not defined, {p1:02X}",
            fr: "sous une forme qui n'est pas définie, {p1:02X}",
        ),
    }
}

/// The letters with which many application names end: `VITALE`.
fn readable(name: &[u8]) -> Option<String> {
    let letters = name.iter().rev().take(LONGEST_PATH).take_while(|byte| byte.is_ascii_graphic()).count();
    let tail = name.get(name.len() - letters..).filter(|_| letters >= 4)?;
    Some(tail.iter().map(|&byte| char::from(byte)).collect())
}

/// The data of a command, as far as it is there, given what follows its header: what stands behind Lc, one byte or
/// three.
pub(super) fn data_field(rest: &[u8]) -> &[u8] {
    let (length, data) = match rest {
        [] | [_] | [0, _] => return &[],
        [0, high, low, data @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), data),
        [length, data @ ..] => (usize::from(*length), data),
    };
    data.get(..length).unwrap_or(data)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use virtuale_engine::StatusWord;

    use super::{command_name, command_name_for, status_name};

    #[test]
    fn a_status_word_is_called_as_the_class_that_was_asked_has_it() {
        let named = |class, status| status_name(&[class, 0xA4, 0, 0], StatusWord(status));
        assert_eq!(named(0xA0, 0x9F0F), "9F0F 15 bytes wait");
        assert_eq!(named(0xA0, 0x9804), "9804 wrong PIN, or PIN not proved");
        assert_eq!(named(0xA0, 0x9000), "9000 done");
        assert_eq!(named(0x00, 0x9804), "9804 not defined by ISO 7816-4");
        assert_eq!(status_name(&[], StatusWord::SUCCESS), "9000 done");
    }

    #[test]
    fn a_name_is_short_however_long_the_command_is() {
        for p1 in [0x00, 0x04, 0x08, 0x09] {
            for filling in [0x00, 0x41] {
                let name = command_name(&[&[0x00, 0xA4, p1, 0x00, 0xFF][..], &[filling; 255]].concat());
                assert!(name.len() < 100, "{name}");
            }
        }
    }

    #[test]
    fn commands_are_called_what_they_do() {
        let named = [
            (&hex!("00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45")[..], "SELECT application VITALE"),
            (&hex!("00 A4 04 00 05 A0 00 00 00 03 00"), "SELECT application A000000003"),
            (&hex!("00 A4 04 00"), "SELECT the first application"),
            (&hex!("00 A4 00 0C 02 3F 00"), "SELECT 3F00"),
            (&hex!("00 A4 08 04 04 DF 01 20 01"), "SELECT path 3F00DF012001"),
            (&hex!("00 A4 00 00"), "SELECT the master file"),
            (&hex!("00 B0 82 04 10"), "READ BINARY of file 2, at 4"),
            (&hex!("00 B0 01 00 10"), "READ BINARY at 256"),
            (&hex!("00 B2 01 04 00"), "READ RECORD 1"),
            (&hex!("00 B2 01 3C 00"), "READ RECORD 1 of file 7"),
            (&hex!("00 B2 00 0C 00"), "READ RECORD current of file 1"),
            (&hex!("00 B2 00 08 00"), "READ RECORD first of file 1"),
            (&hex!("00 B2 00 09 00"), "READ RECORD last of file 1"),
            (&hex!("00 B2 00 0A 00"), "READ RECORD next of file 1"),
            (&hex!("00 B2 05 03 00"), "READ RECORD previous with identifier 5"),
            (&hex!("00 B2 02 0D 00"), "READ RECORD from 2 to the last of file 1"),
            (&hex!("00 B2 02 06 00"), "READ RECORD from the last to 2"),
            (&hex!("00 B2 00 0D 00"), "READ RECORD from the current to the last of file 1"),
            (&hex!("00 B2 02 0F 00"), "READ RECORD in undefined form 07 of file 1"),
            (&hex!("00 DC 02 0D 00"), "UPDATE RECORD in undefined form 05 of file 1"),
            (&hex!("00 DC 00 02 01 AA"), "UPDATE RECORD next"),
            (&hex!("00 CA DF 30 00"), "GET DATA DF30"),
            (&hex!("00 C0 00 00 1E"), "GET RESPONSE"),
            (&hex!("BC B0 02 88 10"), "READ 16 bytes at 0288"),
            (&hex!("AC B0 00 00 10"), "class AC, instruction B0"),
            (&hex!("00 99 00 00"), "INS 99"),
            (&hex!("00 A4"), "not a command: it has no header"),
        ];
        for (command, name) in named {
            assert_eq!(command_name(command), name);
        }
    }

    #[test]
    fn the_words_around_a_name_are_french_in_french() {
        let named = [
            (&hex!("00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45")[..], "SELECT application VITALE"),
            (&hex!("00 A4 00 00"), "SELECT le fichier maître"),
            (&hex!("00 A4 03 00"), "SELECT le répertoire au-dessus"),
            (&hex!("00 A4 08 04 04 DF 01 20 01"), "SELECT chemin 3F00DF012001"),
            (&hex!("00 B0 82 04 10"), "READ BINARY du fichier 2, à l'octet 4"),
            (&hex!("00 B0 01 00 10"), "READ BINARY à l'octet 256"),
            (&hex!("00 B2 01 3C 00"), "READ RECORD 1 du fichier 7"),
            (&hex!("00 B2 05 03 00"), "READ RECORD précédent d'identifiant 5"),
            (&hex!("00 B2 00 0D 00"), "READ RECORD du courant au dernier du fichier 1"),
            (&hex!("00 B2 02 06 00"), "READ RECORD du dernier au 2"),
            (&hex!("00 DC 02 0D 00"), "UPDATE RECORD sous une forme non définie 05 du fichier 1"),
            (&hex!("00 70 80 01"), "MANAGE CHANNEL : fermer"),
            (&hex!("00 CA DF 30 00"), "GET DATA DF30"),
            (&hex!("00 C0 00 00 1E"), "GET RESPONSE"),
            (&hex!("BC B0 02 88 10"), "READ 16 octets en 0288"),
            (&hex!("BC B0 02 88 01"), "READ 1 octet en 0288"),
            (&hex!("BC A0 02 88 04 00 00 00 00"), "SEARCH depuis 0288"),
            (&hex!("BC C0 00 00 08"), "FETCH le résultat"),
            (&hex!("A0 B0 00 0C 10"), "READ BINARY à l'octet 12"),
            (&hex!("A0 A4 00 00 02 3F 00"), "SELECT 3F00"),
            (&hex!("AC B0 00 00 10"), "classe AC, instruction B0"),
            (&hex!("00 A4"), "ce n'est pas une commande : elle n'a pas d'en-tête"),
        ];
        for (command, name) in named {
            assert_eq!(**command_name_for(None, command).french, *name);
        }
    }

    proptest! {
        #[test]
        fn no_command_makes_it_panic(command in proptest::collection::vec(any::<u8>(), 0..20)) {
            prop_assert_eq!(command_name(&command), command_name_for(None, &command).english);
        }
    }
}
