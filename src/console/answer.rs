//! Answers of the API: a document, or why there is none.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::host::{Kind, control::Refusal};

/// Why something was not done.
#[derive(Debug, Serialize)]
pub(super) struct Problem<'a> {
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
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string(), None),
    }
}

/// A text to be kept as a file, which nobody runs.
pub(super) fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Why something was not done.
pub(super) fn refusal(status: StatusCode, message: &str, hint: Option<&str>) -> Response {
    let problem = serde_json::to_vec(&Problem { message, hint }).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(problem)).into_response()
}

/// What a host refused.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let status = match refusal.kind {
        Kind::Usage => StatusCode::CONFLICT,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Environment => StatusCode::SERVICE_UNAVAILABLE,
    };
    self::refusal(status, &refusal.message, refusal.hint.as_deref())
}

/// That there is nothing there.
pub(super) fn unknown(what: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, what, None)
}
