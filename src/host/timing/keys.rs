//! The keys of a file of times, and what each may be.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc, time::Duration};

use crate::{
    host::keys::Reading,
    layer::timing::{Chip, Contact, Contactless, Model, Wire},
    profile::{
        diagnostic::{Diagnostics, Source},
        said::said,
        written::{Entry, Written},
    },
};

/// The keys of each table.
const TOP: &[&str] = &["contact", "contactless", "chip"];
const CONTACT: &[&str] = &["clock", "agrees"];
const CONTACTLESS: &[&str] = &["rate", "frame", "quiet"];
const CHIP: &[&str] = &[
    "command",
    "page",
    "write",
    "p256_sign",
    "p256_verify",
    "p256_multiply",
    "sha1_block",
    "sha256_block",
    "des_block",
    "aes_block",
    "rsa_private",
    "rsa_public",
    "rsa_generate",
    "instructions",
];

/// The clocks that a card may have, in cycles a second [ISO-7816-3 8.3].
const CLOCKS: RangeInclusive<u32> = 1_000_000..=20_000_000;
/// The lengths of frames [ISO-14443 ATS].
const FRAMES: RangeInclusive<u32> = 16..=4096;
/// The times that may be said, in microseconds: up to ten minutes.
const TIMES: RangeInclusive<u32> = 0..=600_000_000;
/// The lengths of moduli, in bits.
const MODULI: RangeInclusive<u32> = 512..=4096;

/// The clock of a reader for which none is said, at which the first rate is 9600 bauds.
const CLOCK: u32 = 3_571_200;

/// Reads a file of times.
pub(super) fn read(source: &Arc<Source>) -> Result<Model, Diagnostics> {
    let written = Written::read(source)?;
    let mut reading = Reading::of(source);
    let model = model(&mut reading, &written);
    reading.mistakes.or(model)
}

fn model(reading: &mut Reading, written: &Written) -> Model {
    let (mut contact, mut contactless, mut chip) = (None, None, Chip::default());
    for Entry { key, value, .. } in reading.entries(written, "a file of times", TOP) {
        match &**key {
            "contact" => contact = Some(read_contact(reading, value)),
            "contactless" => contactless = Some((read_contactless(reading, value), value)),
            _ => chip = read_chip(reading, value),
        }
    }
    let wire = match (contact, contactless) {
        (Some(_), Some((_, second))) => {
            reading.wrong(
                second,
                said!(en: "a card has contacts here, or a field, not both", fr: "une carte a ici des contacts ou un champ, pas les deux"),
                said!(en: "make two files of it", fr: "en faire deux fichiers"),
            );
            None
        }
        (Some(contact), None) => Some(Wire::Contact(contact)),
        (None, Some((field, _))) => Some(Wire::Contactless(field)),
        (None, None) => {
            reading.wrong(
                written,
                said!(en: "nothing says how bytes come to the card", fr: "rien ne dit comment les octets arrivent à la carte"),
                said!(en: "begin with a line [contact] or [contactless]", fr: "commencer par une ligne [contact] ou [contactless]"),
            );
            None
        }
    };
    Model { wire: wire.unwrap_or(Wire::Contact(Contact { clock: CLOCK, agrees: true })), chip }
}

fn read_contact(reading: &mut Reading, written: &Written) -> Contact {
    let mut contact = Contact { clock: CLOCK, agrees: true };
    for Entry { key, value, .. } in reading.entries(written, "contact", CONTACT) {
        match &**key {
            "clock" => contact.clock = reading.number(value, CLOCKS).unwrap_or(CLOCK),
            _ => contact.agrees = reading.flag(value),
        }
    }
    contact
}

fn read_contactless(reading: &mut Reading, written: &Written) -> Contactless {
    let mut field = Contactless { rate: 1, frame: 256, quiet: Duration::ZERO };
    for Entry { key, value, .. } in reading.entries(written, "contactless", CONTACTLESS) {
        match &**key {
            "rate" => {
                field.rate = reading.number(value, 1..=8).unwrap_or(1);
                if !field.rate.is_power_of_two() {
                    reading.wrong(
                        value,
                        said!(en: "there is no such rate", fr: "ce débit n'existe pas"),
                        said!(en: "rates are 1, 2, 4 and 8 times 106 kbit/s", fr: "les débits sont 1, 2, 4 et 8 fois 106 kbit/s"),
                    );
                }
            }
            "frame" => field.frame = reading.number(value, FRAMES).unwrap_or(field.frame),
            _ => field.quiet = time(reading, value),
        }
    }
    field
}

fn read_chip(reading: &mut Reading, written: &Written) -> Chip {
    let mut chip = Chip::default();
    for Entry { key, value, .. } in reading.entries(written, "chip", CHIP) {
        match &**key {
            "command" => chip.command = time(reading, value),
            "page" => chip.page = reading.number(value, 1..=4096).unwrap_or(1),
            "write" => chip.write = time(reading, value),
            "p256_sign" => chip.p256_sign = time(reading, value),
            "p256_verify" => chip.p256_verify = time(reading, value),
            "p256_multiply" => chip.p256_multiply = time(reading, value),
            "sha1_block" => chip.sha1_block = time(reading, value),
            "sha256_block" => chip.sha256_block = time(reading, value),
            "des_block" => chip.des_block = time(reading, value),
            "aes_block" => chip.aes_block = time(reading, value),
            "rsa_private" => chip.rsa_private = powers(reading, value, "chip.rsa_private"),
            "rsa_public" => chip.rsa_public = powers(reading, value, "chip.rsa_public"),
            "rsa_generate" => chip.rsa_generate = powers(reading, value, "chip.rsa_generate"),
            _ => chip.instructions = instructions(reading, value),
        }
    }
    chip
}

/// A time in microseconds.
fn time(reading: &mut Reading, written: &Written) -> Duration {
    Duration::from_micros(reading.number::<u32>(written, TIMES).unwrap_or_default().into())
}

/// Times by the length of a modulus in bits.
fn powers(reading: &mut Reading, written: &Written, name: &str) -> BTreeMap<usize, Duration> {
    let mut powers = BTreeMap::new();
    for Entry { key, value, .. } in entries_of_any_key(reading, written, name) {
        let bits = key.parse().ok().filter(|bits| MODULI.contains(bits));
        match bits.and_then(|bits| usize::try_from(bits).ok()) {
            Some(bits) => drop(powers.insert(bits, time(reading, value))),
            None => {
                let (least, most) = (MODULI.start(), MODULI.end());
                reading.wrong(
                    value,
                    said!(en: "\"{key}\" is no length of a key", fr: "« {key} » n'est pas une longueur de clé"),
                    said!(en: "write its bits, {least} to {most}: 2048 = 640_000", fr: "écrire ses bits, {least} à {most} : 2048 = 640_000"),
                );
            }
        }
    }
    powers
}

/// Times by an INS.
fn instructions(reading: &mut Reading, written: &Written) -> BTreeMap<u8, Duration> {
    let mut instructions = BTreeMap::new();
    for Entry { key, value, .. } in entries_of_any_key(reading, written, "chip.instructions") {
        let ins = if key.len() == 2 { hex::decode(&**key).ok() } else { None };
        match ins.as_deref() {
            Some(&[ins]) => drop(instructions.insert(ins, time(reading, value))),
            _ => reading.wrong(
                value,
                said!(en: "\"{key}\" is no INS", fr: "« {key} » n'est pas un INS"),
                said!(en: "write its two hexadecimal digits: \"47\" = 2_500_000", fr: "écrire ses deux chiffres hexadécimaux : \"47\" = 2_500_000"),
            ),
        }
    }
    instructions
}

fn entries_of_any_key<'w>(reading: &mut Reading, written: &'w Written, name: &str) -> Vec<&'w Entry> {
    let keys: Vec<&str> = written.entries().iter().map(|entry| &*entry.key).collect();
    reading.entries(written, name, &keys)
}
