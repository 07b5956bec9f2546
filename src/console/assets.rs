//! The files of the page, which are part of the program.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// A file of the page: its path, what it is, its content.
type Asset = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// All of them.
pub(super) const ASSETS: &[Asset] = &[
    ("/", HTML, include_str!("page/index.html")),
    ("/icon.svg", IMAGE, include_str!("page/icon.svg")),
    ("/base.css", STYLE, include_str!("page/base.css")),
    ("/card.css", STYLE, include_str!("page/card.css")),
    ("/dialogue.css", STYLE, include_str!("page/dialogue.css")),
    ("/slots.css", STYLE, include_str!("page/slots.css")),
    ("/app.js", SCRIPT, include_str!("page/app.js")),
    ("/api.js", SCRIPT, include_str!("page/api.js")),
    ("/art.js", SCRIPT, include_str!("page/art.js")),
    ("/card.js", SCRIPT, include_str!("page/card.js")),
    ("/detail.js", SCRIPT, include_str!("page/detail.js")),
    ("/dialogue.js", SCRIPT, include_str!("page/dialogue.js")),
    ("/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/export.js", SCRIPT, include_str!("page/export.js")),
    ("/faults.js", SCRIPT, include_str!("page/faults.js")),
    ("/list.js", SCRIPT, include_str!("page/list.js")),
    ("/pad.js", SCRIPT, include_str!("page/pad.js")),
    ("/row.js", SCRIPT, include_str!("page/row.js")),
    ("/slots.js", SCRIPT, include_str!("page/slots.js")),
    ("/store.js", SCRIPT, include_str!("page/store.js")),
    ("/text.js", SCRIPT, include_str!("page/text.js")),
];

/// A file of the page.
pub(super) fn find(path: &str) -> Option<Response> {
    let (_, kind, content) = ASSETS.iter().find(|(known, _, _)| *known == path)?;
    Some(([(header::CONTENT_TYPE, *kind)], *content).into_response())
}
