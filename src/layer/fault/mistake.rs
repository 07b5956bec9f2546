//! What can be wrong with the words of a fault, in both languages.

use std::fmt;

use super::{kind::Kind, language};
use crate::shown;

/// A wrong word.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct FaultMistake {
    /// Which word, counted from 0.
    pub place: usize,
    /// What is wrong with it. It reads as English.
    pub what: What,
}

/// What is wanted of a value: in English, then in French.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wanted(pub &'static str, pub &'static str);

/// What is wrong with a word.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// No word is a kind of fault.
    NoKind,
    /// Two words are.
    TwoKinds,
    /// There is no such word.
    Unknown {
        /// The word, as it was written.
        word: String,
        /// The one that may be meant.
        near: Option<&'static str>,
    },
    /// A word is there twice, or beside one that takes its place.
    Twice(&'static str),
    /// A word takes no value.
    NoValue(&'static str),
    /// A word needs one.
    NeedsValue {
        /// The word.
        word: &'static str,
        /// What is wanted.
        wanted: Wanted,
    },
    /// A value is none such.
    Value {
        /// The word.
        word: &'static str,
        /// The value, as it was written.
        value: String,
        /// What is wanted.
        wanted: Wanted,
    },
    /// A word does not go with this kind, or with another word that is there.
    DoesNotGo {
        /// The word.
        word: &'static str,
        /// The kind.
        kind: &'static str,
    },
    /// It has too many bytes.
    TooLong,
}

/// Longer words are no word of the language.
const LONGEST_MEANT: usize = 20;

impl What {
    pub(super) fn unknown(word: &str) -> Self {
        let near = if word.len() > LONGEST_MEANT {
            None
        } else {
            let written = word.to_lowercase();
            let distance = |known: &&str| strsim::damerau_levenshtein(&written, &known.to_lowercase());
            let by_distance = language::words().map(|known| (distance(&known), known));
            let near = by_distance.filter(|(distance, _)| *distance <= 1 + word.len() / 4);
            near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
        };
        Self::Unknown { word: word.to_owned(), near }
    }

    /// In French.
    #[must_use]
    pub fn french(&self) -> String {
        match self {
            Self::NoKind => format!("aucun mot ne dit quelle panne : un de {}", kinds()),
            Self::TwoKinds => "une panne est d'un seul genre : en armer deux, l'une après l'autre".into(),
            Self::Unknown { word, near } => {
                let word = shown::line(word);
                match near {
                    Some(near) => format!("« {word} » n'est pas un mot des pannes ; est-ce « {near} » ?"),
                    None => format!("« {word} » n'est pas un mot des pannes ; les genres sont {}", kinds()),
                }
            }
            Self::Twice(word) => {
                format!("« {word} » est de trop : le même mot, ou un autre qui en tient lieu, est déjà là")
            }
            Self::NoValue(word) => format!("« {word} » n'a pas de valeur : l'écrire sans ce qui suit"),
            Self::NeedsValue { word, wanted: Wanted(_, wanted) } => {
                format!("il manque la valeur de « {word} » : {wanted}")
            }
            Self::Value { word, value, wanted: Wanted(_, wanted) } => {
                let value = shown::line(value);
                format!("« {value} » n'est pas une valeur de « {word} » : il faut {wanted}")
            }
            Self::DoesNotGo { word, kind } => format!("« {word} » ne va pas avec « {kind} » ici"),
            Self::TooLong => format!("une panne a {} octets au plus", language::LONGEST),
        }
    }
}

fn kinds() -> String {
    Kind::ALL.map(Kind::word).join(", ")
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKind => write!(f, "no word says which fault: one of {}", kinds()),
            Self::TwoKinds => f.write_str("a fault is of one kind: arm two, one after the other"),
            Self::Unknown { word, near } => {
                write!(f, "\"{}\" is no word of faults; ", shown::line(word))?;
                match near {
                    Some(near) => write!(f, "did you mean \"{near}\"?"),
                    None => write!(f, "the kinds are {}", kinds()),
                }
            }
            Self::Twice(word) => {
                write!(f, "\"{word}\" is too much: the same word, or one that takes its place, is there already")
            }
            Self::NoValue(word) => write!(f, "\"{word}\" takes no value: write it without what follows"),
            Self::NeedsValue { word, wanted: Wanted(wanted, _) } => write!(f, "\"{word}\" needs a value: {wanted}"),
            Self::Value { word, value, wanted: Wanted(wanted, _) } => {
                write!(f, "\"{}\" is no value of \"{word}\": it must be {wanted}", shown::line(value))
            }
            Self::DoesNotGo { word, kind } => write!(f, "\"{word}\" does not go with \"{kind}\" here"),
            Self::TooLong => write!(f, "a fault has at most {} bytes", language::LONGEST),
        }
    }
}
