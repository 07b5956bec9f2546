//! Which card somebody means: the path of a card file, or the name of a card that is part of the program.
//!
//! One rule for all who take a card: command line, hosts, traces. What has a `/` in it or ends in `.toml` is a path.
//! Anything else is a file of that name, where one is there; else the card of the program that has the name; else the
//! first of the generation that has it. So a program reads no other card because of files that come and go elsewhere,
//! and nobody's file is passed over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    LoadError, Options, Profile,
    diagnostic::Source,
    families::{BuiltIn, Families},
    load,
    nearest::nearest,
    said::{Bilingual, said},
};
use crate::shown;

/// A card that somebody named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NamedCard {
    /// That of a card file, which need not be there.
    File(PathBuf),
    /// One that is part of the program.
    BuiltIn(&'static BuiltIn),
}

/// There is no such card file, and no card of the program has that name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no card file {name}, and no built-in card of that name")]
pub struct UnknownCard {
    /// What was written.
    pub name: String,
    /// The name of a card of the program that may have been meant.
    pub nearest: Option<&'static str>,
    /// The names of all of them.
    pub known: Vec<&'static str>,
}

impl NamedCard {
    /// The path of the file, else the name of the card.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::BuiltIn(card) => Path::new(card.name),
        }
    }
}

impl UnknownCard {
    /// That there is none, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let name = shown::line(&self.name);
        said!(
            en: "there is no card file {name}, and no built-in card of that name",
            fr: "il n'y a ni fichier de carte {name}, ni carte intégrée de ce nom",
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let meant = self.nearest.map(|name| format!("did you mean {name}? ")).unwrap_or_default();
        format!("{meant}built-in cards: {}; any other is the path of a card file", self.known.join(", "))
    }
}

impl Families {
    /// The card that somebody means.
    ///
    /// # Errors
    ///
    /// [`UnknownCard`] if it is neither a path nor the name of a card.
    pub fn find_card(&self, written: &Path) -> Result<NamedCard, UnknownCard> {
        let is_a_path = written.as_os_str().as_encoded_bytes().contains(&b'/')
            || written.extension().is_some_and(|extension| extension == "toml");
        if is_a_path || fs::metadata(written).is_ok_and(|found| !found.is_dir()) {
            return Ok(NamedCard::File(written.into()));
        }
        self.built_in_card(&written.to_string_lossy()).map(NamedCard::BuiltIn)
    }

    /// The card of the program that has this name, else the first of the generation that has it.
    ///
    /// # Errors
    ///
    /// [`UnknownCard`] if there is none.
    pub fn built_in_card(&self, name: &str) -> Result<&'static BuiltIn, UnknownCard> {
        let named = self.cards().find(|card| card.name == name);
        let first = || self.cards().find(|card| card.generation() == name);
        named.or_else(first).ok_or_else(|| {
            let known: Vec<_> = self.cards().map(|card| card.name).collect();
            let nearest = self.first_of_layout(name).or_else(|| nearest(name, known.iter().copied()));
            UnknownCard { name: name.into(), nearest, known }
        })
    }

    /// The first card of the program that has this layout. A layout's name is none of a card, but people know it.
    fn first_of_layout(&self, layout: &str) -> Option<&'static str> {
        let known = self.layouts().find(|known| known.name.eq_ignore_ascii_case(layout))?;
        let line = format!("layout = \"{}\"", known.name);
        let is_of = |card: &&BuiltIn| card.text.lines().any(|written| written == line);
        self.cards().find(is_of).map(|card| card.name)
    }

    /// Reads a card that was found.
    ///
    /// # Errors
    ///
    /// As [`Families::load`].
    pub fn load_named(&self, card: &NamedCard, options: &Options) -> Result<Profile, LoadError> {
        match card {
            NamedCard::File(path) => load::load_file(self, path, options),
            NamedCard::BuiltIn(card) => {
                let source = Source { name: card.name.into(), text: card.text.into() };
                self.parse(source, None, options).map_err(LoadError::Invalid)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use jiff::civil::date;

    use super::{Families, NamedCard};
    use crate::profile::{LoadError, Options};

    #[test]
    fn a_path_is_a_path_and_a_name_is_a_name() {
        let families = Families::built_in();
        let found =
            |written: &str| families.find_card(Path::new(written)).map(|card| (card.clone(), card.as_path().into()));
        for path in ["vitale2-martin.toml", "./vitale2-martin", "none/vitale2-martin", "/vitale2", "Cargo.toml"] {
            let (card, shown): (_, PathBuf) = found(path).expect(path);
            assert_eq!((&card, shown.as_path()), (&NamedCard::File(path.into()), Path::new(path)));
        }
        for (name, meant) in
            [("vitale1-iso", "vitale1-iso"), ("vitale2", "vitale2-martin"), ("vitale1", "vitale1-petit")]
        {
            let (card, shown) = found(name).expect(name);
            assert!(matches!(card, NamedCard::BuiltIn(_)), "{card:?}");
            assert_eq!(shown, Path::new(meant));
        }
        let unknown = found("vitale2-matin").expect_err("no card");
        assert_eq!(unknown.to_string(), "there is no card file vitale2-matin, and no built-in card of that name");
        let hint = unknown.hint();
        assert!(
            hint.starts_with("did you mean vitale2-martin? built-in cards: vitale2-martin, vitale2-durand"),
            "{hint}"
        );
        for (layout, meant) in [("cps3", "cps-lefevre"), ("CPS4", "cps4-lefevre"), ("Vitale2", "vitale2-martin")] {
            assert_eq!(found(layout).expect_err("no card").nearest, Some(meant));
        }
        assert!(found("src").is_err(), "a folder is no card file");
        assert!(matches!(found("LICENSE"), Ok((NamedCard::File(_), _))), "a file that is there comes first");
    }

    #[test]
    fn every_card_of_the_program_can_be_loaded_by_its_name() {
        let (families, options) = (Families::built_in(), Options { today: date(2026, 1, 15), seed: 0 });
        for card in families.cards() {
            let profile = families.load(Path::new(card.name), &options).expect(card.name);
            assert_eq!(profile.name(), card.name);
        }
        let unknown = families.load(Path::new("nobody"), &options).expect_err("no card");
        assert!(matches!(&unknown, LoadError::Unknown(unknown) if unknown.name == "nobody"), "{unknown}");
    }
}
