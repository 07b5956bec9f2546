//! What the interface says of the readers and what drives them, in place of cards: groups 60, 64 and 67
//! [MEDINTUX-SSV readers].
//!
//! No driver of the interface is here, so its versions and components are this program's, and say so; which words the
//! interface has for the kind of a card is not public, and ours are those of the families of cards.

use serde::Serialize;

use super::groups::{Group, WriteError, WriteErrorKind, Zone};

/// The numbers of the groups.
const VERSIONS: u16 = 60;
const COMPONENT: u16 = 64;
const READER: u16 = 67;

/// The longest text: what one byte of length says.
const LONGEST: usize = 127;

/// What a version is here.
const VERSION: &str = concat!("Virtuale ", env!("CARGO_PKG_VERSION"), " (test, inventé)");

/// The readers, and what drives them.
#[derive(Clone, Debug, Serialize)]
pub struct Configuration {
    /// The version of the reading interface.
    #[serde(rename = "versionSSV")]
    pub interface: String,
    /// The version of the GALSS.
    #[serde(rename = "versionGALSS")]
    pub galss: String,
    /// The version of the PSS.
    #[serde(rename = "versionPSS")]
    pub pss: String,
    /// The components.
    #[serde(rename = "lstComposants")]
    pub components: Vec<Component>,
    /// The readers.
    #[serde(rename = "lstLecteurs")]
    pub readers: Vec<Reader>,
}

/// A component of the interface.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    /// Which it is.
    #[serde(rename = "identifiant")]
    pub id: String,
    /// What it is called.
    #[serde(rename = "libelle")]
    pub label: String,
    /// Its version.
    pub version: String,
}

/// A reader.
#[derive(Clone, Debug, Serialize)]
pub struct Reader {
    /// Its name.
    #[serde(rename = "nom")]
    pub name: String,
    /// The kind of card in it, in words.
    #[serde(rename = "typeCarte")]
    pub card: String,
}

impl Configuration {
    /// Of these readers.
    #[must_use]
    pub fn of(readers: Vec<Reader>) -> Self {
        let component = Component {
            id: "1".into(),
            label: "Virtuale, cartes virtuelles de test (inventé)".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        };
        let version = || VERSION.to_owned();
        Self { interface: version(), galss: version(), pss: version(), components: vec![component], readers }
    }

    /// Its zone.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if the name of a reader has a character that ISO 8859-1 does not have, or is longer than a field.
    pub fn zone(&self) -> Result<Zone, WriteError> {
        let mut groups = vec![group(VERSIONS, 1, &[&self.interface, &self.galss, &self.pss])?];
        for (component, occurrence) in self.components.iter().zip(1..) {
            let Component { id, label, version } = component;
            groups.push(group(COMPONENT, occurrence, &[id, label, version])?);
        }
        for (reader, occurrence) in self.readers.iter().zip(1..) {
            groups.push(group(READER, occurrence, &[&reader.name, &reader.card])?);
        }
        Ok(Zone { groups })
    }
}

fn group(number: u16, occurrence: usize, texts: &[&String]) -> Result<Group, WriteError> {
    let field = |(field, text): (usize, &&String)| {
        let wrong = |kind| WriteError { kind, group: number, occurrence, field: Some(field), key: None };
        let byte = |character| u8::try_from(character).map_err(|_| wrong(WriteErrorKind::Character(character)));
        let bytes = text.chars().map(byte).collect::<Result<Vec<u8>, _>>()?;
        if bytes.len() > LONGEST { Err(wrong(WriteErrorKind::Width(bytes.len()))) } else { Ok(bytes) }
    };
    Ok(Group { number, fields: (1..).zip(texts).map(field).collect::<Result<_, _>>()? })
}

#[cfg(test)]
mod tests {
    use super::{Configuration, Reader, WriteErrorKind};
    use crate::billing::groups::{Zone, findings};

    fn of(name: &str) -> Configuration {
        let reader = |name: &str| Reader { name: name.into(), card: "aucune carte".into() };
        Configuration::of(vec![reader("Virtuale 00 00"), reader(name)])
    }

    #[test]
    fn the_readers_are_groups_that_fit_the_table() {
        let zone = of("Lecteur é 00 01").zone().expect("short names");
        let numbers: Vec<u16> = zone.groups.iter().map(|group| group.number).collect();
        assert_eq!(numbers, [60, 64, 67, 67]);
        assert_eq!(zone.groups[3].fields[0], b"Lecteur \xE9 00 01");
        assert!(zone.groups[0].fields.iter().all(|version| version.ends_with(b"(test, invent\xE9)")));
        assert_eq!(Zone::parse(&zone.to_bytes()).expect("a zone"), zone);
        assert_eq!(findings(&zone), []);
    }

    #[test]
    fn a_name_that_does_not_fit_is_not_cut() {
        let wrong = |name: &str| of(name).zone().expect_err("it does not fit");
        let error = wrong("Lecteur Œ");
        assert_eq!((error.kind, error.occurrence, error.field), (WriteErrorKind::Character('Œ'), 2, Some(1)));
        assert_eq!(wrong(&"x".repeat(128)).kind, WriteErrorKind::Width(128));
        assert!(of(&"x".repeat(127)).zone().is_ok());
    }
}
