//! Answers of the API: a document, or why there is none, in the language that was asked for.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    host::{HostError, Kind, NotSeen},
    profile::{
        said::{Bilingual, Said, said},
        schema::Language,
    },
};

/// Why something was not done, on its way out.
#[derive(Clone, Debug)]
struct Refused {
    message: Said,
    hint: Option<Said>,
}

/// Why something was not done, as JSON has it.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    /// It in a sentence.
    message: &'a str,
    /// What to do; it is there only where something can be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// A document.
pub(super) fn json(document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(bytes) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), None),
    }
}

/// A text to be kept as a file, which nobody runs.
pub(super) fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Why something was not done. [`speak`] gives it its words.
pub(super) fn refusal(status: StatusCode, message: impl Into<Said>, hint: Option<Said>) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Refused { message: message.into(), hint });
    response
}

/// What a host refused.
pub(super) fn refused(error: &HostError) -> Response {
    let status = match error.kind_for_guests() {
        Kind::Usage => StatusCode::CONFLICT,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Environment => StatusCode::SERVICE_UNAVAILABLE,
    };
    refusal(status, error.said(), error.advice())
}

/// Why nobody looks at a card.
pub(super) fn unseen(why: NotSeen) -> Response {
    let (status, french) = match why {
        NotSeen::Busy(slot) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("la carte de l'emplacement {slot} est occupée"))
        }
        NotSeen::NoCard(slot) => (StatusCode::CONFLICT, format!("il n'y a pas de carte dans l'emplacement {slot}")),
        NotSeen::Gone => (StatusCode::SERVICE_UNAVAILABLE, "les lecteurs sont partis".to_owned()),
    };
    let is_busy = matches!(why, NotSeen::Busy(_));
    let hint = is_busy.then(|| {
        said!(en: "look again when its command is over", fr: "regarder encore quand sa commande sera finie").into()
    });
    refusal(status, Bilingual::new(why.to_string(), french), hint)
}

/// That there is nothing there.
pub(super) fn unknown(what: impl Into<Said>) -> Response {
    refusal(StatusCode::NOT_FOUND, what, None)
}

/// The language that a request asks for: French if it is the first that is named of those that there are.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|asked| asked.to_str().ok()).unwrap_or_default();
    let first = asked.split(',').map(|range| range.split(['-', ';']).next().unwrap_or_default().trim());
    let mut known = first.filter(|range| ["fr", "en"].iter().any(|known| range.eq_ignore_ascii_case(known)));
    match known.next() {
        Some(range) if range.eq_ignore_ascii_case("fr") => Language::French,
        _ => Language::English,
    }
}

/// Gives an answer its words, if it is a refusal.
pub(super) fn speak(mut response: Response, language: Language) -> Response {
    let Some(Refused { message, hint }) = response.extensions_mut().remove() else { return response };
    let hint = hint.as_ref().map(|hint| hint.text(language));
    let problem = serde_json::to_vec(&Problem { message: message.text(language), hint }).unwrap_or_default();
    (response.status(), [(header::CONTENT_TYPE, "application/json")], problem).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Language, language};

    #[test]
    fn the_first_language_that_there_is_counts() {
        let of = |asked: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked));
            language(&headers)
        };
        for (asked, french) in [
            ("fr", true),
            ("FR-ca, en;q=0.5", true),
            ("de, fr;q=0.7, en;q=0.3", true),
            ("en-GB, fr", false),
            ("fro, en", false),
            ("", false),
            (";,;", false),
        ] {
            assert_eq!(of(asked) == Language::French, french, "{asked}");
        }
        assert_eq!(language(&HeaderMap::new()), Language::English);
    }
}
