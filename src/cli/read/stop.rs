//! Why reading stopped, with the number that billing software knows it by.

use std::borrow::Cow;

use crate::{
    billing::{codes::Code, groups::WriteError},
    cli::{
        Failure,
        language::Language,
        messages::{Billing, Message, in_both},
    },
    profile::said::Bilingual,
    terminal::{guides::Unread, right::Side, transport::TransportError},
};

use super::trouble::{kept, no_service, not_read};

/// Why a card was not read.
pub(super) struct Stop {
    /// The interface's number; `None` where it has none, as for a mistake in a card file.
    pub(super) code: Option<Code>,
    /// What, where, and what to do.
    pub(super) failure: Failure,
}

impl Stop {
    /// With a number.
    pub(super) fn new(code: Code, failure: Failure) -> Self {
        Self { code: Some(code), failure }
    }

    /// That there is no PC/SC service.
    pub(super) fn no_service(error: &TransportError) -> Self {
        Self::new(Code::of_opening(error, Side::Patient), no_service(error))
    }

    /// That the card in a reader cannot be opened.
    pub(super) fn kept(place: &str, error: &TransportError, side: Side) -> Self {
        Self::new(Code::of_opening(error, side), kept(place, error))
    }

    /// That a card gave no reading.
    pub(super) fn not_read(place: &str, error: Unread, side: Side) -> Self {
        Self::new(Code::of_unread(&error, side), not_read(place, error))
    }

    /// That there is no zone of something, and why.
    pub(super) fn unwritten(what: &Bilingual, error: &WriteError) -> Self {
        let code = error.code().and_then(|code| u16::try_from(code).ok()).map_or(Code::PROTOCOL, Code);
        // The number stands in front.
        let alone = |why: Cow<'_, str>| why.strip_suffix(&format!(" (code {})", code.0)).unwrap_or(&why).to_owned();
        let Bilingual { english, french } = error.said();
        let why = Bilingual::new(alone(english), alone(*french));
        let message = in_both(|language| match language {
            Language::En => Message::Because { what: &what.english, why: &why.english }.text(language),
            Language::Fr => Message::Because { what: &what.french, why: &why.french }.text(language),
        });
        let hint = match code {
            Code::PROFESSIONAL_INVALID => Billing::TakeNumberedCard,
            Code::TWO_COVERS => Billing::LeaveOneCover,
            _ => Billing::AskWithoutZone,
        };
        Self::new(code, Failure::environment(message, hint.said()))
    }

    /// Says it on standard error, with the number and its words in front.
    pub(super) fn report_in(&self, language: Language) {
        let Some(code) = self.code else { return self.failure.report_in(language) };
        let message = self.failure.message();
        let english = words(code, &message.english, Language::En);
        let french = message.french.as_deref().map(|french| words(code, french, Language::Fr));
        let message = match french {
            Some(french) => Bilingual::new(english, french).into(),
            None => english.into(),
        };
        Failure::Environment(message, self.failure.hint()).report_in(language);
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self { code: None, failure }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        stop.failure
    }
}

/// `61457 no Vitale: there is no card to read`.
pub(super) fn words(code: Code, what: &str, language: Language) -> String {
    let name = code.words().map(|words| match language {
        Language::En => words.english.into_owned(),
        Language::Fr => words.french.into_owned(),
    });
    let code = format!("{} {}", code.0, name.unwrap_or_default());
    Message::Because { what: code.trim_end(), why: what }.text(language)
}
