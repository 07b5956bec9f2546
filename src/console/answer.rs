//! Answers of the API: a document, or why there is none, in the language that was asked for.

use std::cmp::Reverse;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::notice;
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

/// The language that a request asks for [RFC-9110 12.5.4]: of French and English the one with the greater weight, of
/// two with the same the one that is named first, and one that is named rather than one of `*`. English if neither is
/// acceptable; what is no language range, or no weight, counts for nothing.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<_> = lines.flat_map(|line| line.split(',')).filter_map(weighed).collect();
    let best = |asked: &str| {
        let own = ranges.iter().enumerate().filter(|(_, (range, _))| {
            range.split('-').next().is_some_and(|language| language.eq_ignore_ascii_case(asked))
        });
        own.map(|(place, (_, weight))| (*weight, Reverse(place))).max()
    };
    let of_any = best("*").map_or(0, |(weight, _)| weight);
    let [french, english] = ["fr", "en"].map(|language| best(language).unwrap_or((of_any, Reverse(usize::MAX))));
    if french.0 > 0 && french > english { Language::French } else { Language::English }
}

/// Whether a request asks for HTML by its name, as a browser does for a page and no program for JSON
/// [RFC-9110 12.5.1].
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let mut ranges = lines.flat_map(|line| line.split(',')).filter_map(weighed);
    ranges.any(|(range, weight)| range.eq_ignore_ascii_case("text/html") && weight > 0)
}

/// What is asked for, without its parameters, and its weight in thousandths [RFC-9110 12.4.2]. `None` if the weight is
/// none.
fn weighed(asked: &str) -> Option<(&str, u16)> {
    let mut parts = asked.split(';').map(str::trim);
    let range = parts.next()?;
    let mut weights = parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.eq_ignore_ascii_case("q"));
    let weight = weights.next().map_or(Some(1000), |(_, weight)| thousandths(weight))?;
    (!range.is_empty()).then_some((range, weight))
}

/// A weight: from 0 to 1, with at most three digits behind its point.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, behind) = weight.split_once('.').unwrap_or((weight, ""));
    if behind.len() > 3 || !behind.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let behind: u16 = format!("{behind:0<3}").parse().ok()?;
    match whole {
        "0" => Some(behind),
        "1" if behind == 0 => Some(1000),
        _ => None,
    }
}

/// Gives an answer its words, if it is a refusal: as JSON, or as a page for a person.
pub(super) fn speak(mut response: Response, language: Language, to_person: bool) -> Response {
    let Some(Refused { message, hint }) = response.extensions_mut().remove() else { return response };
    let (message, hint) = (message.text(language), hint.as_ref().map(|hint| hint.text(language)));
    let status = response.status();
    if to_person {
        let page = notice::page(message, hint, language);
        return (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    }
    let problem = serde_json::to_vec(&Problem { message, hint }).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], problem).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

    use super::{Language, language, wants_html};

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn the_language_of_the_greatest_weight_counts() {
        for (asked, is_french) in [
            ("fr", true),
            ("FR-ca, en;q=0.5", true),
            ("de, fr;q=0.7, en;q=0.3", true),
            ("fr;q=0.5, en;q=0.9", false),
            ("en;q=0.3, fr;q=0.301", true),
            ("en-GB, fr", false),
            ("fr, en", true),
            ("fr-FR;q=0.2, en;q=0.5, fr-CA;q=0.8", true),
            ("fr;q=1.000, en;q=1", true),
            ("fr ; Q=0.9 , en;q=0.8", true),
            // Any other language, and none that is not acceptable.
            ("*", false),
            ("de, *;q=0.5", false),
            ("*, fr", true),
            ("*;q=0.5, fr;q=0.4", false),
            ("en;q=0, *", true),
            ("en;q=0.1, *;q=0.2", true),
            ("fr;q=0", false),
            ("fr;q=0, en;q=0", false),
            ("fr;q=0.0, *;q=0.1", false),
            // What is no weight or no range counts for nothing.
            ("fr;q=2", false),
            ("fr;q=1.1, en;q=0.1", false),
            ("fr;q=.5", false),
            ("fr;q=0.1234", false),
            ("fr;q=-1", false),
            ("fr;q=", false),
            ("fr;q=x, en", false),
            ("fr, en;q=x", true),
            ("fro, en", false),
            ("fr_FR", false),
            ("-fr", false),
            ("", false),
            (";,;", false),
            (",,fr,", true),
        ] {
            assert_eq!(
                language(&headers(&header::ACCEPT_LANGUAGE, &[asked])) == Language::French,
                is_french,
                "{asked}"
            );
        }
        assert_eq!(language(&HeaderMap::new()), Language::English);
        let lines = headers(&header::ACCEPT_LANGUAGE, &["en;q=0.5", "fr"]);
        assert_eq!(language(&lines), Language::French, "several lines are one");
    }

    #[test]
    fn a_browser_asks_for_html_and_a_program_does_not() {
        for (asked, is_html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json, TEXT/HTML;level=1;q=0.1", true),
            ("text/html;q=0", false),
            ("text/html;q=x", false),
            ("*/*", false),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(wants_html(&headers(&header::ACCEPT, &[asked])), is_html, "{asked}");
        }
        assert!(!wants_html(&HeaderMap::new()));
    }
}
