//! Sentences to a person: in English always, and in French where it was written.
//!
//! What is said of a card file is [`Bilingual`]: there is no way to make one without its French. Of layouts and traces
//! mistakes are told in English, so what a report is made of is [`Said`], which either becomes.

use std::{borrow::Cow, fmt, ops::Deref};

use super::schema::Language;

/// A sentence in both languages, or a part of one. It reads as its English.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bilingual {
    /// In English.
    pub english: Cow<'static, str>,
    /// In French. It is boxed since three sentences travel in an error that is returned by value.
    pub french: Box<Cow<'static, str>>,
}

/// A sentence, or a part of one. It reads as its English, which machines and transcripts are given.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// In English.
    pub english: Cow<'static, str>,
    /// In French; `None` for what is said in English only, such as mistakes of layouts and traces.
    pub french: Option<Box<Cow<'static, str>>>,
}

/// A sentence in both languages, with values that stand in scope: `said!(en: "no {key}", fr: "pas de {key}")`. Values
/// that are bilingual themselves are named before it: `said!(with noun; en: "no {noun}", fr: "pas de {noun}")`.
macro_rules! said {
    (en: $english:literal, fr: $french:literal $(,)?) => {
        $crate::profile::said::Bilingual { english: format!($english).into(), french: Box::new(format!($french).into()) }
    };
    (with $($part:ident),+; en: $english:literal, fr: $french:literal $(,)?) => {
        $crate::profile::said::Bilingual {
            english: {
                $(let $part = &$part.english;)+
                format!($english).into()
            },
            french: {
                $(let $part = &$part.french;)+
                Box::new(format!($french).into())
            },
        }
    };
}
pub(crate) use said;

/// So many of a thing, whose plural takes an `s` in both languages: one is one, and in French so is none.
pub(crate) fn counted(count: usize, english: &str, french: &str) -> Bilingual {
    let (english_s, french_s) = (if count == 1 { "" } else { "s" }, if count < 2 { "" } else { "s" });
    Bilingual::new(format!("{count} {english}{english_s}"), format!("{count} {french}{french_s}"))
}

impl Bilingual {
    /// The text in both languages, where each was written elsewhere.
    #[must_use]
    pub fn new(english: impl Into<Cow<'static, str>>, french: impl Into<Cow<'static, str>>) -> Self {
        Self { english: english.into(), french: Box::new(french.into()) }
    }

    /// Its French, where that is another text than its English.
    #[must_use]
    pub fn other_french(&self) -> Option<&str> {
        Some(&**self.french).filter(|french| *french != self.english)
    }
}

impl Said {
    /// Its text in a language; English where there is no French.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => self.french.as_deref().map_or(&*self.english, |french| &**french),
        }
    }

    /// Its English.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.english
    }
}

impl Deref for Bilingual {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.english)
    }
}

impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.english)
    }
}

impl From<Bilingual> for Said {
    fn from(Bilingual { english, french }: Bilingual) -> Self {
        Self { english, french: Some(french) }
    }
}

impl From<String> for Said {
    fn from(english: String) -> Self {
        Self { english: english.into(), french: None }
    }
}

impl From<&'static str> for Said {
    fn from(english: &'static str) -> Self {
        Self { english: english.into(), french: None }
    }
}

impl PartialEq<&str> for Bilingual {
    fn eq(&self, english: &&str) -> bool {
        self.english == *english
    }
}

impl PartialEq<str> for Said {
    fn eq(&self, english: &str) -> bool {
        self.english == english
    }
}

impl PartialEq<&str> for Said {
    fn eq(&self, english: &&str) -> bool {
        self.english == *english
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Said, counted};

    #[test]
    fn none_is_many_in_english_and_one_in_french() {
        let of = |count| counted(count, "byte", "octet");
        assert_eq!((&*of(0).english, &**of(0).french), ("0 bytes", "0 octet"));
        assert_eq!((&*of(1).english, &**of(1).french), ("1 byte", "1 octet"));
        assert_eq!((&*of(2).english, &**of(2).french), ("2 bytes", "2 octets"));
    }

    #[test]
    fn a_sentence_reads_as_its_english_and_is_told_in_the_language_asked_for() {
        let key = "nom";
        let said = Said::from(said!(en: "unknown key \"{key}\"", fr: "clé inconnue : « {key} »"));
        assert_eq!(said, "unknown key \"nom\"");
        assert_eq!(said.text(Language::French), "clé inconnue : « nom »");
        assert_eq!(Said::from("a trace").text(Language::French), "a trace");
    }

    #[test]
    fn a_part_is_in_the_language_of_the_whole() {
        let (noun, count) = (said!(en: "a date", fr: "une date"), 2);
        let said = Said::from(said!(with noun; en: "expected {noun} {count}", fr: "attendu : {noun} {count}"));
        assert_eq!(said, "expected a date 2");
        assert_eq!(said.text(Language::French), "attendu : une date 2");
    }
}
