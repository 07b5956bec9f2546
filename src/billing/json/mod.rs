//! What was read, as JSON with the names that billing software has for it [MEDINTUX-SSV json].
//!
//! A [`Document`] says which schema it is of, how it went by the interface's number, and one of: a Vitale, a
//! professional's card, the readers, or why there is none of them. Every key is there, `null` where nothing is known or
//! the rights are not given. [`SCHEMA`] is the schema that is published.

mod cover;
mod professional;
mod vitale;

use serde::Serialize;

pub use self::{
    cover::{Complementary, Mutual},
    professional::{BillingSituation, ProfessionalCard},
    vitale::{Accident, Beneficiary, Coverage, Dated, Days, VitaleCard},
};
use super::{codes::Code, configuration::Configuration};
use crate::{profile::schema::Language, terminal::told::Told};

/// The JSON Schema that documents are of, as it is published.
pub const SCHEMA: &str = include_str!("../../../docs/schemas/billing-1.json");

/// The name of the schema, in documents.
const NAME: &str = "virtuale-billing";

/// Its version: another one means that a key went, or means something else.
const VERSION: u32 = 1;

/// What came of a card.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'a> {
    /// Of which schema it is.
    pub schema: &'static str,
    /// Of which version.
    pub version: u32,
    /// Always: nothing that comes out is real.
    pub test: bool,
    /// Where the card is: a reader's name, or a card file; `None` where no card was found to speak of.
    pub source: Option<&'a str>,
    /// How it went; `None` where the interface has no number for it.
    pub code: Option<Code>,
    /// The same in words.
    pub message: String,
    /// What a Vitale said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vitale: Option<VitaleCard>,
    /// What a professional's card said.
    #[serde(rename = "professionnel", skip_serializing_if = "Option::is_none")]
    pub professional: Option<ProfessionalCard>,
    /// The readers, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Configuration>,
    /// Why there is nothing.
    #[serde(rename = "erreur", skip_serializing_if = "Option::is_none")]
    pub error: Option<Trouble>,
}

/// Why a card gave nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    /// It in a sentence.
    pub message: String,
    /// What to do; `None` where nothing can be done.
    #[serde(rename = "conseil")]
    pub hint: Option<String>,
}

impl<'a> Document<'a> {
    fn new(source: Option<&'a str>, code: Option<Code>, message: String) -> Self {
        Self {
            schema: NAME,
            version: VERSION,
            test: true,
            source,
            code,
            message,
            vitale: None,
            professional: None,
            configuration: None,
            error: None,
        }
    }

    /// Of a Vitale; the rights are in it with [`Code::DONE`] only. The message is in the language given.
    #[must_use]
    pub fn vitale(source: &'a str, card: &Told<'_>, code: Code, language: Language) -> Self {
        let vitale = Some(VitaleCard::of(card, code == Code::DONE));
        Self { vitale, ..Self::new(Some(source), Some(code), words(code, language)) }
    }

    /// Of a professional's card; what it bills is in it with [`Code::DONE`] only.
    #[must_use]
    pub fn professional(source: &'a str, card: &Told<'_>, code: Code, language: Language) -> Self {
        let professional = Some(ProfessionalCard::of(card, code == Code::DONE));
        Self { professional, ..Self::new(Some(source), Some(code), words(code, language)) }
    }

    /// Of the readers.
    #[must_use]
    pub fn configuration(configuration: &Configuration, language: Language) -> Self {
        let configuration = Some(configuration.clone());
        Self { configuration, ..Self::new(None, Some(Code::DONE), words(Code::DONE, language)) }
    }

    /// Of a card that gave nothing.
    #[must_use]
    pub fn failure(source: Option<&'a str>, code: Option<Code>, trouble: Trouble, language: Language) -> Self {
        let message = code.map_or_else(|| trouble.message.clone(), |code| words(code, language));
        Self { error: Some(trouble), ..Self::new(source, code, message) }
    }
}

/// The words of a number.
fn words(code: Code, language: Language) -> String {
    match (code.words(), language) {
        (Some(words), Language::English) => words.english.into_owned(),
        (Some(words), Language::French) => words.french.into_owned(),
        (None, _) => code.to_string(),
    }
}

#[cfg(test)]
mod tests;
