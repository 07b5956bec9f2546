//! The NIR, the number by which French social security knows a person.
//!
//! 13 characters and a key of 2 [DECRET-82-103 4]: sex, year, month, department, commune, order. What it says of its
//! person is not compared with anything: fictitious months are the rule on test cards. The rule that this file
//! upholds: a [`Nir`] has the right shape and the right key.

use std::fmt;

use super::said::Bilingual;

/// How many characters come before the key.
const NUMBER: usize = 13;
/// How many there are with the key.
const WHOLE: usize = 15;

/// A NIR with its key: 15 characters, all digits but for the department of Corsicans, `2A` or `2B`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Nir(String);

/// Why a text is not a NIR.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NirError {
    /// Too short or too long.
    #[error("a NIR has 13 characters, or 15 with its key; this has {0}")]
    Length(usize),
    /// A character that cannot stand where it does.
    #[error("{character:?} cannot be character {position} of a NIR")]
    Character {
        /// The character.
        character: char,
        /// Its place among those that are not spaces, from 1.
        position: usize,
    },
    /// A key that does not fit the number.
    #[error("the key of this NIR is wrong")]
    Key {
        /// The key that was written.
        found: String,
        /// The key that fits.
        right: String,
    },
}

impl NirError {
    /// What is wrong, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let french = match self {
            Self::Length(length) => format!("un NIR a 13 caractères, ou 15 avec sa clé ; celui-ci en a {length}"),
            Self::Character { character, position } => {
                let sign = character.escape_debug();
                format!("« {sign} » ne peut pas être le caractère {position} d'un NIR")
            }
            Self::Key { .. } => "la clé de ce NIR est fausse".into(),
        };
        Bilingual::new(self.to_string(), french)
    }
}

impl Nir {
    /// Reads a NIR, with spaces anywhere, with its key or without.
    ///
    /// # Errors
    ///
    /// [`NirError`] says what is wrong with its shape or its key.
    pub fn read(text: &str) -> Result<Self, NirError> {
        let compact: String = text.chars().filter(|character| *character != ' ').collect();
        let compact = compact.to_ascii_uppercase();
        let length = compact.chars().count();
        if length != NUMBER && length != WHOLE {
            return Err(NirError::Length(length));
        }
        check_characters(&compact)?;
        let (number, key) = compact.split_at(NUMBER);
        let right = format!("{:02}", key_of(number).unwrap_or(0));
        if !key.is_empty() && key != right {
            return Err(NirError::Key { found: key.into(), right });
        }
        Ok(Self(format!("{number}{right}")))
    }

    /// The number and the key, 15 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, 13 characters.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.0[..NUMBER]
    }

    /// The key, 2 digits, 01 to 97.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.0[NUMBER..]
    }
}

impl fmt::Display for Nir {
    /// In the groups in which people write it: `1 85 19 75 999 001 50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        for width in [1, 2, 2, 2, 3, 3] {
            let (group, after) = rest.split_at(width);
            write!(f, "{group} ")?;
            rest = after;
        }
        f.write_str(rest)
    }
}

/// The key that fits a number of 13 characters: 97 less the number modulo 97, where `2A` counts as 19 and `2B` as 18.
#[must_use]
pub fn key_of(number: &str) -> Option<u8> {
    let digits = number.replacen("2A", "19", 1).replacen("2B", "18", 1);
    let value: u64 = digits.parse().ok().filter(|_| digits.len() == NUMBER)?;
    u8::try_from(97 - value % 97).ok()
}

/// Whether each character can stand where it does.
fn check_characters(compact: &str) -> Result<(), NirError> {
    for (index, character) in compact.chars().enumerate() {
        let right = match index {
            0 => "123478".contains(character),
            6 => character.is_ascii_digit() || ("AB".contains(character) && compact.as_bytes().get(5) == Some(&b'2')),
            _ => character.is_ascii_digit(),
        };
        if !right {
            return Err(NirError::Character { character, position: index + 1 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Nir, NirError, key_of};

    #[test]
    fn corsican_vectors() {
        // [MEDINTUX-CARDS Corsica]
        assert_eq!(key_of("165192A999001"), Some(50));
        assert_eq!(key_of("172192B999002"), Some(24));
        assert_eq!(Nir::read("165192A999001").expect("a NIR").as_str(), "165192A99900150");
        assert_eq!(Nir::read("1 72 19 2b 999 002 24").expect("a NIR").to_string(), "1 72 19 2B 999 002 24");
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Nir::read("18519759990"), Err(NirError::Length(11)));
        assert_eq!(Nir::read("5851975999001"), Err(NirError::Character { character: '5', position: 1 }));
        assert_eq!(Nir::read("185193A999001"), Err(NirError::Character { character: 'A', position: 7 }));
        assert_eq!(Nir::read("1é51975999001"), Err(NirError::Character { character: 'é', position: 2 }));
        let wrong = NirError::Key { found: "51".into(), right: "50".into() };
        assert_eq!(Nir::read("165192A99900151"), Err(wrong));
    }

    proptest! {
        #[test]
        fn the_key_makes_the_whole_divisible(sex in 1..=2_u64, rest in 0..1_000_000_000_000_u64) {
            let number = sex * 1_000_000_000_000 + rest;
            let nir = Nir::read(&number.to_string()).expect("13 digits");
            let key: u64 = nir.key().parse().expect("2 digits");
            prop_assert_eq!((number + key) % 97, 0);
            prop_assert!((1..=97).contains(&key));
            prop_assert_eq!(Nir::read(&nir.to_string()), Ok(nir));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}|[0-9AB é]{13,15}") {
            let _ = Nir::read(&text);
        }
    }
}
