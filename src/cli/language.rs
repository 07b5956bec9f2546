//! The language of pages for people.

use std::env;

use clap::ValueEnum;

use super::{output, system};
use crate::{
    profile::schema,
    terminal::pages::{self, Format},
};

/// A language that pages exist in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Language {
    /// English
    En,
    /// French
    Fr,
}

impl Language {
    /// The language of the locale, as POSIX says which variable counts, else that of the system's user; English where
    /// it is neither.
    pub(super) fn of_locale() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let named = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
        Self::named(&named.or_else(system::locale).unwrap_or_default())
    }

    /// How a page in this language is written on standard output.
    pub(super) fn format(self) -> Format {
        Format { lang: self.into(), width: output::width() }
    }

    fn named(locale: &str) -> Self {
        match locale.split(['_', '-', '.', '@']).next() {
            Some("fr") => Self::Fr,
            _ => Self::En,
        }
    }
}

impl From<Language> for schema::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::Fr => Self::French,
        }
    }
}

impl From<Language> for pages::Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Fr => Self::Fr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Language::named("fr_FR.UTF-8"), Language::Fr);
        assert_eq!(Language::named("fr"), Language::Fr);
        assert_eq!(Language::named("fy_NL"), Language::En);
        assert_eq!(Language::named(""), Language::En);
    }
}
