//! The keys of a model file, and what each may be.

use std::{borrow::Cow, sync::Arc};

use virtuale_engine::Interface;

use super::{Model, ModelSlot};
use crate::{
    host::keys::Reading,
    profile::{
        diagnostic::{Diagnostics, Source},
        said::said,
        written::{Entry, Value, Written},
    },
    reader::{
        Device, SlotName,
        device::Version,
        pad::{LONGEST_PIN, Pad},
    },
};

/// The keys of each table.
const TOP: &[&str] = &["reader"];
const READER: &[&str] =
    &["vendor", "product", "version", "serial", "usb", "longest_command", "longest_data", "slot", "pad", "attributes"];
const SLOT: &[&str] = &["name", "antenna"];
const PAD: &[&str] = &["modifies", "lines", "columns", "shortest", "longest", "patience"];

/// The most data of an APDU with extended length.
const LONGEST_EXTENDED: u32 = 65_536;
/// How long the data of an APDU may be, in bytes: short, extended.
const LENGTHS_OF_DATA: [u32; 2] = [256, LONGEST_EXTENDED];
/// How many slots a reader has at most.
const MOST_SLOTS: usize = 16;
/// The longest text of an attribute: with its end mark it fits where pcsc-lite has room for one.
const LONGEST_TEXT: usize = 255;
/// The longest value of an attribute [PCSC-LITE winscard_msg.h].
const LONGEST_VALUE: usize = 264;

/// Reads a model.
pub(super) fn read(source: &Arc<Source>) -> Result<Model, Diagnostics> {
    let written = Written::read(source)?;
    let mut reading = Reading::of(source);
    let model = reading.model(&written);
    reading.mistakes.or(model)
}

/// Whether these are hexadecimal digits alone: a number may have a sign too where it is read as one.
fn is_hexadecimal(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl Reading {
    fn model(&mut self, written: &Written) -> Model {
        let mut model = Model { device: Device::default(), slots: Vec::new() };
        let top = self.entries(written, "a model", TOP);
        let Some(reader) = top.first().map(|entry| &entry.value) else {
            self.wrong(
                written,
                said!(en: "there is no reader here", fr: "il n'y a pas de lecteur ici"),
                said!(en: "begin with a line [reader]", fr: "commencer par une ligne [reader]"),
            );
            return model;
        };
        let (mut has_vendor, mut has_product) = (false, false);
        for Entry { key, value, .. } in self.entries(reader, "reader", READER) {
            match &**key {
                "vendor" => {
                    has_vendor = true;
                    self.text(value, LONGEST_TEXT).into_iter().for_each(|text| model.device.vendor = text);
                }
                "product" => {
                    has_product = true;
                    self.text(value, LONGEST_TEXT).into_iter().for_each(|text| model.device.product = text);
                }
                "version" => self.version(value).into_iter().for_each(|version| model.device.version = version),
                "serial" => model.device.serial = self.text(value, LONGEST_TEXT),
                "usb" => model.device.usb = self.usb(value),
                "longest_command" => {
                    let longest = self.number(value, 5..=65_544).unwrap_or(model.device.longest_command);
                    model.device.longest_command = longest;
                }
                "longest_data" => {
                    let longest = self.number(value, 1..=LONGEST_EXTENDED).unwrap_or(model.device.longest_data);
                    if !LENGTHS_OF_DATA.contains(&longest) {
                        self.wrong(
                            value,
                            said!(
                                en: "data are of 256 bytes, or 65536 with extended length",
                                fr: "les données ont 256 octets, ou 65536 en longueur étendue"
                            ),
                            said!(en: "write one of the two", fr: "écrire l'un des deux"),
                        );
                    }
                    model.device.longest_data = longest;
                }
                "slot" => model.slots = self.slots(value),
                "pad" => model.device.pad = Some(self.pad(value)),
                _ => self.attributes(value, &mut model.device),
            }
        }
        if has_vendor && !has_product {
            model.device.product = model.device.vendor.clone();
        }
        for (is_there, name) in [(has_vendor, "vendor"), (!model.slots.is_empty() || self.mistakes.count() > 0, "slot")]
        {
            if !is_there {
                self.wrong(
                    reader,
                    said!(en: "the reader has no \"{name}\"", fr: "le lecteur n'a pas de « {name} »"),
                    match name {
                        "vendor" => {
                            said!(en: "say who made it: vendor = \"...\"", fr: "dire qui l'a fait : vendor = \"...\"")
                        }
                        _ => said!(
                            en: "give each slot its name: [[reader.slot]] and name = \"...\"",
                            fr: "donner son nom à chaque emplacement : [[reader.slot]] et name = \"...\"",
                        ),
                    },
                );
            }
        }
        model
    }

    /// `1.08`, or `1.08.3`.
    fn version(&mut self, written: &Written) -> Option<Version> {
        let version = written.text().and_then(|text| {
            let mut parts = text.split('.');
            let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let build = parts.next().map_or(Some(0), |build| build.parse().ok())?;
            parts.next().is_none().then_some(Version { major, minor, build })
        });
        if version.is_none() {
            self.wrong(
                written,
                said!(en: "this is no version", fr: "ceci n'est pas une version"),
                said!(
                    en: "write it like \"1.08\" or \"1.08.3\": two numbers up to 255, and one up to 65535",
                    fr: "l'écrire comme \"1.08\" ou \"1.08.3\" : deux nombres jusqu'à 255, et un jusqu'à 65535",
                ),
            );
        }
        version
    }

    /// `0F14:0038`.
    fn usb(&mut self, written: &Written) -> Option<(u16, u16)> {
        let numbers = written.text().and_then(|text| {
            let (vendor, product) = text.split_once(':')?;
            let is_number = |digits: &&str| digits.len() == 4 && is_hexadecimal(digits);
            let number =
                |digits| Some(digits).filter(is_number).and_then(|digits| u16::from_str_radix(digits, 16).ok());
            Some((number(vendor)?, number(product)?))
        });
        if numbers.is_none() {
            self.wrong(
                written,
                said!(en: "these are no numbers of the USB forum", fr: "ce ne sont pas des numéros du forum USB"),
                said!(
                    en: "write maker and model in hexadecimal: \"0F14:0038\"",
                    fr: "écrire fabricant et modèle en hexadécimal : \"0F14:0038\"",
                ),
            );
        }
        numbers
    }

    fn slots(&mut self, written: &Written) -> Vec<ModelSlot> {
        let Value::List(members) = &written.value else {
            self.wrong(
                written,
                said!(en: "slots are a list", fr: "les emplacements sont une liste"),
                said!(en: "begin each with a line [[reader.slot]]", fr: "commencer chacun par une ligne [[reader.slot]]"),
            );
            return Vec::new();
        };
        if members.len() > MOST_SLOTS {
            let count = members.len();
            self.wrong(
                written,
                said!(en: "{count} slots are more than the {MOST_SLOTS} that there may be", fr: "{count} emplacements, plus que les {MOST_SLOTS} possibles"),
                said!(en: "leave some out", fr: "en enlever"),
            );
        }
        let mut slots: Vec<ModelSlot> = Vec::new();
        for member in members.iter().take(MOST_SLOTS) {
            let mut slot = ModelSlot { name: String::new(), kind: Interface::Contact };
            let mut name = None;
            for Entry { key, value, .. } in self.entries(member, "reader.slot", SLOT) {
                match &**key {
                    "name" => {
                        name = Some(value);
                        slot.name = self.text(value, crate::reader::LONGEST_NAME).unwrap_or_default();
                    }
                    _ if self.flag(value) => slot.kind = Interface::Contactless,
                    _ => {}
                }
            }
            match name {
                None => self.wrong(
                    member,
                    said!(en: "the slot has no \"name\"", fr: "l'emplacement n'a pas de « name »"),
                    said!(en: "give it the whole name that programs see", fr: "lui donner le nom entier que voient les programmes"),
                ),
                Some(at) if slots.iter().any(|other| other.name == slot.name && !slot.name.is_empty()) => self.wrong(
                    at,
                    said!(en: "another slot has this name", fr: "un autre emplacement porte ce nom"),
                    said!(en: "give each slot a name of its own", fr: "donner à chacun un nom à lui"),
                ),
                Some(at) => {
                    if !slot.name.is_empty() && SlotName::new(&slot.name).is_err() {
                        self.wrong(at, said!(en: "no reader can be called so", fr: "aucun lecteur ne peut s'appeler ainsi"), "");
                    }
                }
            }
            slots.push(slot);
        }
        slots
    }

    fn pad(&mut self, written: &Written) -> Pad {
        let longest_pin = u32::try_from(LONGEST_PIN).unwrap_or(32);
        let mut pad = Pad { modifies: true, lines: 0, columns: 0, shortest: 4, longest: 12, patience: 30 };
        for Entry { key, value, .. } in self.entries(written, "reader.pad", PAD) {
            match &**key {
                "modifies" => pad.modifies = self.flag(value),
                "lines" => pad.lines = self.number(value, 0..=255).unwrap_or_default(),
                "columns" => pad.columns = self.number(value, 0..=255).unwrap_or_default(),
                "shortest" => pad.shortest = self.number(value, 1..=longest_pin).unwrap_or(pad.shortest),
                "longest" => pad.longest = self.number(value, 1..=longest_pin).unwrap_or(pad.longest),
                _ => pad.patience = self.number(value, 1..=255).unwrap_or(pad.patience),
            }
        }
        if pad.shortest > pad.longest {
            let (shortest, longest) = (pad.shortest, pad.longest);
            self.wrong(
                written,
                said!(
                    en: "the shortest PIN has {shortest} digits, and the longest {longest}",
                    fr: "le code le plus court a {shortest} chiffres, et le plus long {longest}",
                ),
                said!(en: "let shortest be the smaller one", fr: "shortest doit être le plus petit"),
            );
        }
        pad
    }

    /// `"00020110" = "01000020"`, or `false` for one that the reader does not know.
    fn attributes(&mut self, written: &Written, device: &mut Device) {
        if !matches!(written.value, Value::Table(_)) {
            self.entries(written, "reader.attributes", &[]);
            return;
        }
        for Entry { key, span, value } in written.entries() {
            let is_number = |key: &&str| key.len() == 8 && is_hexadecimal(key);
            let number = Some(&**key).filter(is_number).and_then(|key| u32::from_str_radix(key, 16).ok());
            let bytes = match &value.value {
                Value::Flag(false) => Some(None),
                Value::Text(text) => {
                    hex::decode(text.replace(' ', "")).ok().filter(|bytes| bytes.len() <= LONGEST_VALUE).map(Some)
                }
                _ => None,
            };
            match (number, bytes) {
                (Some(number), Some(_)) if device.attributes.contains_key(&number) => {
                    let at = Written { value: Value::Text(Cow::Borrowed("")), span: span.clone() };
                    self.wrong(
                        &at,
                        said!(en: "this attribute stands here twice", fr: "cet attribut est là deux fois"),
                        said!(en: "leave one of the two out", fr: "omettre l'un des deux"),
                    );
                }
                (Some(number), Some(bytes)) => drop(device.attributes.insert(number, bytes)),
                (None, _) => {
                    let at = Written { value: Value::Text(Cow::Borrowed("")), span: span.clone() };
                    self.wrong(
                        &at,
                        said!(en: "\"{key}\" is no number of an attribute", fr: "« {key} » n'est pas un numéro d'attribut"),
                        said!(en: "write its eight hexadecimal digits: \"00020110\"", fr: "écrire ses huit chiffres hexadécimaux : \"00020110\""),
                    );
                }
                (_, None) => self.wrong(
                    value,
                    said!(en: "this is no value of an attribute", fr: "ceci n'est pas une valeur d'attribut"),
                    said!(
                        en: "write its bytes in hexadecimal, at most {LONGEST_VALUE}; or false if the reader does not know it",
                        fr: "écrire ses octets en hexadécimal, {LONGEST_VALUE} au plus ; ou false si le lecteur ne le connaît pas",
                    ),
                ),
            }
        }
    }
}
