//! Who may: the token, the name by which the page was asked for, and where a request comes from.
//!
//! - The name in `Host` is the loopback address and port that the page is served at, and nothing else: a name of
//!   somebody else's that leads here (DNS rebinding) is refused.
//! - The page's files need the token, or the cookie that the first visit with the token gets. The API needs the token
//!   in `Authorization`. Cookies know no ports: what another user of this machine serves on another port would be sent
//!   ours, so that the cookie alone opens nothing but the page's own files, which are no secret.
//! - What writes also comes from the page itself, as far as the browser says where it comes from, and is JSON.
//! - Who has not shown the token has no claim to a connection: see `server`.
//! - Every answer says that nothing of it is kept, framed or run but what is the page's own.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{answer, notice::COMMAND, token::Token};
use crate::profile::said::{Bilingual, said};

/// The longest body of a request, in bytes.
pub(super) const LONGEST_BODY: usize = 64 * 1024;

/// How long a body may take to come.
const BODY: Duration = Duration::from_secs(10);

/// What stands before a token in `Authorization`.
const BEARER: &str = "Bearer ";

/// What every answer says.
const HEADERS: [(HeaderName, &str); 10] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    // Who asks for a part of something is given all of it [RFC-9110 14.2, 14.3].
    (header::ACCEPT_RANGES, "none"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), usb=(), serial=()"),
];

/// Who stands at the door.
#[derive(Debug)]
pub(super) struct Guard {
    /// The address and port.
    host: String,
    token: Token,
    /// What the cookie has that comes with the first visit.
    visit: Token,
    cookie: String,
}

/// Why somebody does not get through.
#[derive(Debug)]
pub(super) struct TurnedAway {
    status: StatusCode,
    message: Bilingual,
    hint: Option<Bilingual>,
}

/// What somebody may have who got through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Pass {
    /// The token itself.
    Token,
    /// The cookie: the files of the page.
    Cookie,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: Token, visit: Token) -> Self {
        Self { host: address.to_string(), token, visit, cookie: format!("virtuale-{}", address.port()) }
    }

    /// Looks at a request; gives it with its body whole, or why it is refused. `admitted` hears of it as soon as its
    /// head is that of somebody who may.
    pub(super) async fn admit(&self, request: Request, admitted: impl FnOnce()) -> Result<(Parts, Bytes), TurnedAway> {
        let (parts, body) = request.into_parts();
        // Who has the cookie alone may be whoever serves something on another port.
        if self.check(&parts)? == Pass::Token {
            admitted();
        }
        let body = read(body).await?;
        Ok((parts, body))
    }

    fn check(&self, parts: &Parts) -> Result<Pass, TurnedAway> {
        let text = |name: HeaderName| one(&parts.headers, &name);
        if text(header::HOST) != Some(&self.host)
            || parts.uri.authority().is_some_and(|name| name != self.host.as_str())
        {
            return refused(
                StatusCode::MISDIRECTED_REQUEST,
                "this page is asked for by its address, and by no other name",
                "cette page se demande par son adresse, et par nul autre nom",
            );
        }
        let is_read = parts.method == Method::GET || parts.method == Method::HEAD;
        let is_api = is_api(&parts.uri);
        let pass = match self.pass(parts) {
            Some(Pass::Token) => Pass::Token,
            Some(Pass::Cookie) if !is_api && is_read => Pass::Cookie,
            _ => {
                return Err(TurnedAway {
                    status: StatusCode::UNAUTHORIZED,
                    message: said!(
                        en: "this page needs the address that its readers gave, with the token",
                        fr: "cette page demande l'adresse que ses lecteurs ont donnée, avec son jeton",
                    ),
                    hint: Some(said!(
                        en: "readers that were started anew have another; in a terminal, {COMMAND} says it",
                        fr: "des lecteurs relancés en ont une autre ; dans un terminal, {COMMAND} la dit",
                    )),
                });
            }
        };
        let own = format!("http://{}", self.host);
        let is_ours = parts.headers.get_all(header::ORIGIN).iter().all(|origin| origin.as_bytes() == own.as_bytes());
        let site = text(HeaderName::from_static("sec-fetch-site"));
        let is_same_site = match site {
            None | Some("same-origin") => true,
            // Somebody opened it: in the address line, or from a page or program that named it.
            Some("none") => is_read,
            Some(_) => is_read && !is_api && text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate"),
        };
        if !is_ours || !is_same_site {
            return refused(
                StatusCode::FORBIDDEN,
                "this comes from another page than that of the readers",
                "ceci vient d'une autre page que celle des lecteurs",
            );
        }
        // Nothing is asked in another way than these, which whoever answers says.
        if parts.method == Method::POST && text(header::CONTENT_TYPE) != Some("application/json") {
            return refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "what is asked for is JSON, and says so: application/json",
                "ce qui se demande est du JSON, et le dit : application/json",
            );
        }
        Ok(pass)
    }

    /// What somebody shows.
    fn pass(&self, parts: &Parts) -> Option<Pass> {
        let bearer = one(&parts.headers, &header::AUTHORIZATION).and_then(|said| said.strip_prefix(BEARER));
        if bearer.is_some_and(|said| self.token.is(said)) || self.has_token(&parts.method, &parts.uri) {
            return Some(Pass::Token);
        }
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut cookies =
            cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        let shown = cookies.any(|(name, value)| name == self.cookie && self.visit.is(value));
        shown.then_some(Pass::Cookie)
    }

    /// Whether the token stands in an address, as it does at the first visit to the page and nowhere else.
    fn has_token(&self, method: &Method, uri: &Uri) -> bool {
        let said = uri.query().into_iter().flat_map(|query| query.split('&'));
        let mut said = said.filter_map(|pair| pair.strip_prefix("token="));
        uri.path() == "/" && method == Method::GET && said.any(|said| self.token.is(said))
    }

    /// Whether a request is a first visit, for who dresses its answer.
    pub(super) fn is_visit(&self, request: &Request) -> bool {
        self.has_token(request.method(), request.uri())
    }

    /// Makes an answer one that goes out: with the cookie, if it is to a first visit.
    pub(super) fn dress(&self, is_visit: bool, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.visit.text());
        if let Ok(cookie) = HeaderValue::from_str(&cookie)
            && is_visit
        {
            headers.insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Whether an address is one of the API; all else is the page.
pub(super) fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

/// The text of a header that is there once.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// Reads a body that is not too long, and does not take too long.
async fn read(body: Body) -> Result<Bytes, TurnedAway> {
    match tokio::time::timeout(BODY, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "what is asked for has at most 65536 bytes",
            "ce qui se demande a 65536 octets au plus",
        ),
        Err(_) => refused(
            StatusCode::REQUEST_TIMEOUT,
            "what is asked for did not come in time",
            "ce qui était demandé n'est pas venu à temps",
        ),
    }
}

fn refused<T>(status: StatusCode, english: &'static str, french: &'static str) -> Result<T, TurnedAway> {
    Err(TurnedAway { status, message: Bilingual::new(english, french), hint: None })
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        answer::refusal(self.status, self.message, self.hint.map(Into::into))
    }
}
