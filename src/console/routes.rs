//! The API: what is asked by which path, and what it answers. docs/schemas/console-openapi.json says it in full.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{self, Path, Request},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    answer::{self, json, refused, unknown, unseen},
    assets, card,
    entry::{Deed, micros},
    export, face,
    guard::{self, Guard},
    recorder::Baselines,
    ring::Ring,
    search,
    server::Visitor,
    shelf::Shelf,
    stream,
    underway::Underway,
};
use crate::{
    host::{
        HostError, Kind, Remote,
        control::{Refusal, Reply, Request as Asked, Status, Typed},
    },
    profile::{
        said::{Said, said},
        schema::Language,
    },
};

/// The document of the API.
pub(super) const OPENAPI: &str = include_str!("../../docs/schemas/console-openapi.json");

/// How a path is asked, the path, and what answers.
pub(super) type Route = (&'static str, &'static str, MethodRouter<Arc<State>>);

/// What answers come from.
#[derive(Debug)]
pub(super) struct State {
    pub(super) remote: Remote,
    pub(super) shelf: Shelf,
    pub(super) ring: Arc<Ring>,
    pub(super) baselines: Arc<Baselines>,
    pub(super) underway: Arc<Underway>,
}

/// Which card is to be put into a slot.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Insert {
    /// A card of the program, by its name.
    Card(String),
    /// A card file of the folder, by its name.
    File(String),
    /// The card of another slot.
    From(usize),
}

/// What is typed at a pad.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    pin: Typed,
    /// The number of the prompt that it answers: nobody else who asks gets it.
    prompt: Option<u64>,
    /// Whether it waits until the reader asks.
    #[serde(default)]
    ahead: bool,
}

/// What is armed at a slot.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    /// The faults, in their language (docs/faults.md).
    faults: Vec<String>,
}

impl State {
    /// What `virtuale slots --json` prints.
    pub(super) fn slots(&self) -> Result<Status, HostError> {
        match self.remote.carry_out(Asked::Slots)? {
            Reply::Slots(status) => Ok(status),
            _ => {
                let message = said!(en: "the readers answer nonsense", fr: "les lecteurs répondent n'importe quoi");
                Err(HostError::Refused(Refusal::new(Kind::Environment, message, None)))
            }
        }
    }

    /// The names of the readers, by slot.
    fn readers(&self) -> Vec<String> {
        let slots = self.slots().map(|status| status.slots).unwrap_or_default();
        slots.into_iter().map(|slot| slot.reader).collect()
    }
}

/// Every path of the API.
pub(super) fn routes() -> Vec<Route> {
    vec![
        ("get", "/api/openapi.json", get(openapi)),
        ("get", "/api/slots", get(slots)),
        ("get", "/api/faces", get(faces)),
        ("get", "/api/cards", get(cards)),
        ("get", "/api/events", get(events)),
        ("get", "/api/underway", get(underway)),
        ("get", "/api/search", get(seek)),
        ("get", "/api/dialogue/{seq}", get(exchange)),
        ("get", "/api/export/apdu", get(apdu)),
        ("get", "/api/export/scriptor", get(scriptor)),
        ("get", "/api/slots/{slot}/card", get(card_in)),
        ("post", "/api/slots/{slot}/insert", post(insert)),
        ("post", "/api/slots/{slot}/reinsert", post(reinsert)),
        ("post", "/api/slots/{slot}/remove", post(remove)),
        ("post", "/api/slots/{slot}/pin", post(pin)),
        ("post", "/api/slots/{slot}/cancel", post(cancel)),
        ("post", "/api/slots/{slot}/fault", post(fault)),
        ("post", "/api/slots/{slot}/clear-faults", post(clear_faults)),
    ]
}

/// All that is served, behind the guard.
pub(super) fn router(state: Arc<State>, guard: Arc<Guard>) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, (_, path, method)| router.route(path, method));
    router
        .fallback(asset)
        .method_not_allowed_fallback(async || {
            let why = said!(en: "this is not asked in that way", fr: "ceci ne se demande pas ainsi");
            answer::refusal(StatusCode::METHOD_NOT_ALLOWED, why, None)
        })
        .layer(from_fn_with_state(guard, door))
        .with_state(state)
}

/// Every request comes through here, and every answer goes out here.
async fn door(extract::State(guard): extract::State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (is_visit, mut language) = (guard.is_visit(&request), answer::language(request.headers()));
    let to_person = !guard::is_api(request.uri()) && answer::wants_html(request.headers());
    // As the page itself, which is not asked for with the language that a person chose on it.
    match said(request.uri(), "lang") {
        Some("fr") if to_person => language = Language::French,
        Some("en") if to_person => language = Language::English,
        _ => {}
    }
    let visitor = request.extensions().get::<Visitor>().cloned();
    let response = match guard.admit(request, || visitor.iter().for_each(Visitor::admit)).await {
        Ok((parts, body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(turned_away) => turned_away.into_response(),
    };
    let is_welcome = is_visit && response.status() == StatusCode::OK;
    guard.dress(is_welcome, answer::speak(response, language, to_person))
}

type Shared = extract::State<Arc<State>>;

async fn asset(uri: Uri) -> Response {
    assets::find(uri.path())
        .unwrap_or_else(|| unknown(said!(en: "there is nothing at this path", fr: "il n'y a rien à ce chemin")))
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn slots(state: Shared) -> Response {
    aside(state, |state| state.slots().map_or_else(|error| refused(&error), |slots| json(&slots))).await
}

async fn faces(state: Shared) -> Response {
    let faces = |state: &State| match state.slots() {
        Ok(slots) => json(&face::faces(&state.remote, &slots)),
        Err(error) => refused(&error),
    };
    aside(state, faces).await
}

async fn cards(state: Shared) -> Response {
    aside(state, |state| json(&state.shelf.cards())).await
}

async fn events(state: Shared, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()?.parse().ok());
    stream::events(state.0, last.unwrap_or(0))
}

async fn underway(state: Shared) -> Response {
    json(&state.underway.lines())
}

async fn seek(state: Shared, uri: Uri) -> Response {
    let Some(sought) = said(&uri, "q").and_then(search::Sought::of) else {
        return missing(said!(
            en: "say what is sought, as ?q=D001; at most 200 bytes of it",
            fr: "dire ce qui est cherché, par ?q=D001, en 200 octets au plus",
        ));
    };
    let Ok(behind) = said(&uri, "behind").map_or(Ok(0), str::parse) else {
        return missing(said!(en: "an entry has a number: behind=12", fr: "une entrée a un numéro : behind=12"));
    };
    aside(state, move |state| json(&search::found(&state.ring, &sought, behind))).await
}

async fn exchange(state: Shared, Path(seq): Path<String>, uri: Uri) -> Response {
    let Ok(seq) = seq.parse() else {
        return unknown(said!(en: "an entry has a number", fr: "une entrée a un numéro"));
    };
    let with_secrets = with_secrets(&uri);
    let exchange = move |state: &State| match state.ring.get(seq).as_deref() {
        None => unknown(said!(
            en: "there is no such entry, or none any more",
            fr: "il n'y a pas cette entrée, ou elle n'y est plus",
        )),
        Some(entry) => match &entry.deed {
            Deed::Exchange(exchange) => json(&exchange.detail(seq, micros(entry.at), with_secrets)),
            Deed::Note(_) => unknown(said!(en: "this entry is no command", fr: "cette entrée n'est pas une commande")),
        },
    };
    aside(state, exchange).await
}

async fn apdu(state: Shared, uri: Uri) -> Response {
    let with_secrets = with_secrets(&uri);
    let slot = match said(&uri, "slot").map(number) {
        Some(None) => return no_slot(),
        slot => slot.flatten(),
    };
    let apdu = move |state: &State| {
        if slot.is_some_and(|slot| slot >= state.readers().len()) {
            return no_slot();
        }
        answer::text(export::trace(&state.ring.all(), slot, &state.readers(), with_secrets))
    };
    aside(state, apdu).await
}

async fn scriptor(state: Shared, uri: Uri) -> Response {
    let Some(slot) = said(&uri, "slot").map(number) else {
        return missing(said!(
            en: "a script is of one slot: say which, as ?slot=0",
            fr: "un script est d'un seul emplacement : dire lequel, par ?slot=0",
        ));
    };
    let with_secrets = with_secrets(&uri);
    let script = move |state: &State| {
        let readers = state.readers();
        match slot.filter(|slot| *slot < readers.len()) {
            Some(slot) => answer::text(export::script(&state.ring.all(), &readers, slot, with_secrets)),
            None => no_slot(),
        }
    };
    aside(state, script).await
}

async fn card_in(state: Shared, Path(slot): Path<String>, uri: Uri) -> Response {
    let Some(slot) = number(&slot) else { return no_slot() };
    let with_secrets = with_secrets(&uri);
    let card = move |state: &State| {
        let baseline = |stay| state.baselines.of(slot, stay);
        match card::document(&state.remote, slot, baseline, with_secrets) {
            Ok(Some(document)) => json(&document),
            Ok(None) => unknown(said!(
                en: "nobody can look into this card: its chip is not one of ours",
                fr: "nul ne peut regarder dans cette carte : sa puce n'est pas des nôtres",
            )),
            Err(why) => unseen(why),
        }
    };
    aside(state, card).await
}

async fn insert(state: Shared, Path(slot): Path<String>, body: Bytes) -> Response {
    let Some(slot) = number(&slot) else { return no_slot() };
    let insert = match parse(&body) {
        Ok(insert) => insert,
        Err(why) => return malformed(why),
    };
    let insert = move |state: &State| match insert {
        Insert::Card(name) => match state.shelf.built_in(&name) {
            Some(card) => ask(state, Asked::Insert { slot, card: card.into(), state_reset: None }),
            None => unknown(said!(
                en: "no built-in card is called so",
                fr: "aucune carte intégrée ne porte ce nom",
            )),
        },
        Insert::File(name) => match state.shelf.file(&name) {
            Some(card) => ask(state, Asked::Insert { slot, card, state_reset: None }),
            None => unknown(said!(
                en: "there is no such card file in the folder of cards",
                fr: "ce fichier de carte n'est pas dans le dossier de cartes",
            )),
        },
        Insert::From(from) => ask(state, Asked::InsertFrom { slot, from }),
    };
    aside(state, insert).await
}

async fn reinsert(state: Shared, Path(slot): Path<String>) -> Response {
    with_slot(state, &slot, |slot| Asked::Reinsert { slot }).await
}

async fn remove(state: Shared, Path(slot): Path<String>) -> Response {
    with_slot(state, &slot, |slot| Asked::Remove { slot }).await
}

async fn cancel(state: Shared, Path(slot): Path<String>) -> Response {
    with_slot(state, &slot, |slot| Asked::CancelPin { slot: Some(slot) }).await
}

async fn pin(state: Shared, Path(slot): Path<String>, body: Bytes) -> Response {
    let Some(slot) = number(&slot) else { return no_slot() };
    match parse(&body) {
        Ok(Pin { pin, prompt, ahead }) => {
            let asked = match prompt {
                Some(number) => Asked::AnswerPrompt { slot, number, pin: Some(pin) },
                None => Asked::Pin { slot: Some(slot), pins: vec![pin], ahead },
            };
            aside(state, move |state| ask(state, asked)).await
        }
        Err(why) => malformed(why),
    }
}

async fn fault(state: Shared, Path(slot): Path<String>, body: Bytes) -> Response {
    let Some(slot) = number(&slot) else { return no_slot() };
    match parse(&body) {
        Ok(Faults { faults }) => aside(state, move |state| ask(state, Asked::Fault { slot, faults })).await,
        Err(why) => malformed(why),
    }
}

async fn clear_faults(state: Shared, Path(slot): Path<String>) -> Response {
    with_slot(state, &slot, |slot| Asked::ClearFaults { slot }).await
}

/// Does what may wait for a card or a file, beside the thread of the connections.
async fn aside(state: Shared, work: impl FnOnce(&State) -> Response + Send + 'static) -> Response {
    let failed = |_| {
        let why = said!(en: "the page failed at this", fr: "la page n'y est pas arrivée");
        answer::refusal(StatusCode::INTERNAL_SERVER_ERROR, why, None)
    };
    tokio::task::spawn_blocking(move || work(&state.0)).await.unwrap_or_else(failed)
}

/// Asks the host for something about a slot.
async fn with_slot(state: Shared, slot: &str, asked: impl FnOnce(usize) -> Asked) -> Response {
    let Some(slot) = number(slot) else { return no_slot() };
    let asked = asked(slot);
    aside(state, move |state| ask(state, asked)).await
}

/// Asks the host for something, and gives its reply as the control socket has it.
fn ask(state: &State, asked: Asked) -> Response {
    state.remote.carry_out(asked).map_or_else(|error| refused(&error), |reply| json(&reply))
}

/// What is asked for in a body. What it says is told nobody, since it may be a PIN.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Said> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        said!(
            en: "this is not what is asked here (line {line}, column {column})",
            fr: "ce n'est pas ce qui est demandé ici (ligne {line}, colonne {column})",
        )
        .into()
    })
}

fn malformed(why: Said) -> Response {
    let hint = said!(en: "/api/openapi.json has what is", fr: "/api/openapi.json dit ce qui l'est");
    answer::refusal(StatusCode::BAD_REQUEST, why, Some(hint.into()))
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn no_slot() -> Response {
    unknown(said!(
        en: "there is no such slot: slots have numbers, from 0",
        fr: "il n'y a pas cet emplacement : ils ont des numéros, à partir de 0",
    ))
}

fn missing(what: impl Into<Said>) -> Response {
    answer::refusal(StatusCode::BAD_REQUEST, what, None)
}

/// What the query says under a name.
fn said<'q>(uri: &'q Uri, name: &str) -> Option<&'q str> {
    let mut pairs = uri.query().into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(said, _)| *said == name).map(|(_, value)| value)
}

/// Whether somebody asks for secrets, which takes a word of its own.
fn with_secrets(uri: &Uri) -> bool {
    said(uri, "secrets") == Some("show")
}
