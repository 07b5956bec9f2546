//! What verbs are given that take cards and zones alike: what stands in a file decides.

use std::path::Path;

use crate::{
    billing::groups::{Zone, ZoneError, of_profile},
    cli::{
        Failure, cards,
        messages::{Billing, in_both},
        options::Reproducible,
    },
    profile::{self, NamedCard, Profile, reading, said::said, written::LONGEST},
    shown,
};

/// What was named.
pub(super) enum Content {
    /// A card file or a built-in card.
    Card(Box<Profile>),
    /// The bytes of a zone, or of several.
    Zone(Vec<u8>),
}

impl Content {
    /// Reads it. What parses as a zone and is no text is one; so is what begins with a byte of zero, as no text does,
    /// but UTF-16. A path that leads nowhere is a file that cannot be read, and not a card that is not known.
    ///
    /// # Errors
    ///
    /// That there is none, that it cannot be read, or what is wrong with a card file.
    pub(super) fn load(named: &Path, reproducible: &Reproducible) -> Result<Self, Failure> {
        let path = match cards::find(named) {
            Ok(NamedCard::File(path)) => path,
            Ok(_) => return cards::profile(named, reproducible).map(Box::new).map(Self::Card),
            Err(_) if is_path(named) => named.to_owned(),
            Err(unknown) => return Err(unknown),
        };
        let bytes = reading::content(&path, LONGEST).map_err(cards::failure)?;
        if bytes.is_empty() {
            let message = in_both(|language| Billing::EmptyFile { path: &shown::path(&path) }.text(language));
            return Err(Failure::Malformed(message.into(), Some(Billing::GiveCardOrZone.said().into())));
        }
        if reading::is_zone(&bytes) || bytes.first() == Some(&0) && !reading::is_utf16(&bytes) {
            return Ok(Self::Zone(bytes));
        }
        let source = reading::source(&path, &bytes).map_err(cards::failure)?;
        let base = Some(path.parent().unwrap_or(Path::new("")));
        let profile = profile::parse(source, base, &cards::options(reproducible)).map_err(Failure::Invalid)?;
        Ok(Self::Card(Box::new(profile)))
    }

    /// As a zone: that of a card is made.
    ///
    /// # Errors
    ///
    /// Where the bytes are no zone, or why the card has none.
    pub(super) fn into_zone(self, named: &Path) -> Result<Zone, Failure> {
        match self {
            Self::Zone(bytes) => Zone::parse(&bytes).map_err(|error| malformed(named, &error)),
            Self::Card(profile) => of_profile(&profile).map_err(|error| {
                let (name, why) = (shown::path(named), error.said());
                let message = said!(with why; en: "{name}: {why}", fr: "{name} : {why}");
                Failure::Malformed(message.into(), Some(Billing::MendCard.said().into()))
            }),
        }
    }
}

/// Whether something is written as a path is, and no card of the program is called.
fn is_path(named: &Path) -> bool {
    named.to_string_lossy().contains(['.', '/', '\\'])
}

/// That a file is no zone: where it breaks off.
pub(super) fn malformed(named: &Path, error: &ZoneError) -> Failure {
    let (name, why) = (shown::path(named), error.said());
    let message = said!(with why; en: "{name}: {why}", fr: "{name} : {why}");
    Failure::Malformed(message.into(), Some(Billing::LookAtZone.said().into()))
}
