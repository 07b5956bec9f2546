//! Reading a table, and what its keys cannot say: that no body is there twice, and that who follows it arrives.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use jiff::civil::Date;

use super::{Body, Row, Tod};
use crate::profile::{
    card_file,
    diagnostic::{Diagnostic, Diagnostics, Mistakes, Source},
    said::said,
    schema::Schema,
    tree::{CardDate, Node, Span},
};

/// The keys that a table may have.
static KEYS: LazyLock<Result<Schema, Diagnostics>> = LazyLock::new(|| {
    let source = Source { name: "keys of a table of destinations".into(), text: include_str!("keys.toml").into() };
    Schema::read(&Arc::new(source))
});

/// The day from which relative dates count: a table says the same on every day.
const NO_DAY: Date = jiff::civil::date(2000, 1, 1);

/// A row and its places in the text.
struct Placed {
    row: Row,
    /// Its header.
    at: Span,
    /// Where the body stands that took its place.
    into: Option<Span>,
}

/// Reads a table for use on a day.
pub(super) fn read(source: &Arc<Source>, today: Date) -> Result<Tod, Diagnostics> {
    let schema = KEYS.as_ref().map_err(Clone::clone)?;
    let data = card_file::read(source, schema, NO_DAY)?;
    let mut mistakes = Mistakes::of(source);
    for (_, span) in card_file::empty_texts(source) {
        let message = said!(en: "this must not be empty", fr: "cette valeur ne doit pas être vide");
        let mistake = Diagnostic::new(source, span, message);
        mistakes.add(mistake.hint(said!(en: "leave the key out", fr: "enlever la clé")));
    }
    if data.at("organisme").map(Node::list).unwrap_or_default().is_empty() {
        let message = said!(en: "the table has no body", fr: "la table n'a aucun organisme");
        let mistake = Diagnostic::new(source, 0..0, message);
        mistakes.add(mistake.hint(said!(
            en: "write a table [[organisme]] for each",
            fr: "écrire une table [[organisme]] pour chacun",
        )));
    }
    let date = data.at("date").and_then(|date| {
        let day = day(date, source, &mut mistakes)?;
        if day > today {
            let message = said!(
                en: "this table is of the future: today is {today}",
                fr: "cette table est du futur : nous sommes le {today}",
            );
            mistakes.add(Diagnostic::new(source, date.span.clone(), message).hint(said!(
                en: "look at the clock, or say the day with --now",
                fr: "vérifier l'horloge, ou donner le jour avec --now",
            )));
        }
        Some(day)
    });
    let mut rows: BTreeMap<Body, Placed> = BTreeMap::new();
    for node in data.at("organisme").map(Node::list).unwrap_or_default() {
        let body = body(node, source, &mut mistakes);
        let placed = placed(node, source, &mut mistakes);
        let (Some(body), Some(placed)) = (body, placed) else { continue };
        match rows.get(&body) {
            Some(first) => {
                let message = said!(en: "the body {body} is there twice", fr: "l'organisme {body} figure deux fois");
                let here = said!(en: "the first", fr: "le premier");
                mistakes.add(Diagnostic::new(source, placed.at, message).related(first.at.clone(), here));
            }
            None => {
                rows.insert(body, placed);
            }
        }
    }
    let rows = follow(rows, source, &mut mistakes);
    let whole = date.map(|date| Tod { date, rows });
    mistakes.or(whole).map(|whole| whole.unwrap_or(Tod { date: NO_DAY, rows: BTreeMap::new() }))
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.at(key).and_then(Node::text).map(str::to_owned)
}

/// The body that a row is for.
fn body(node: &Node, source: &Arc<Source>, mistakes: &mut Mistakes) -> Option<Body> {
    let body = Body { regime: text(node, "code_regime")?, caisse: text(node, "caisse"), centre: text(node, "centre") };
    if let Some(centre) = node.at("centre").filter(|_| body.caisse.is_none()) {
        let message = said!(en: "a centre without its fund", fr: "un centre sans sa caisse");
        let mistake = Diagnostic::new(source, centre.span.clone(), message);
        mistakes.add(mistake.hint(said!(en: "write \"caisse\" too", fr: "écrire aussi « caisse »")));
        return None;
    }
    Some(body)
}

/// What a row says.
fn placed(node: &Node, source: &Arc<Source>, mistakes: &mut Mistakes) -> Option<Placed> {
    let into = node.at("repris_par");
    let since = node.at("depuis");
    let destination = text(node, "destinataire");
    let at = node.span.clone();
    if destination.is_none() && into.is_none() {
        let message = said!(
            en: "this body has no destination, and none took its place",
            fr: "cet organisme n'a pas de destinataire, et aucun ne l'a repris",
        );
        let mistake = Diagnostic::new(source, at, message);
        mistakes.add(mistake.hint(said!(
            en: "write destinataire = \"01349\", or repris_par = \"013499881\"",
            fr: "écrire destinataire = \"01349\", ou repris_par = \"013499881\"",
        )));
        return None;
    }
    if let Some(since) = since.filter(|_| into.is_none()) {
        let message = said!(en: "\"depuis\" without \"repris_par\"", fr: "« depuis » sans « repris_par »");
        let mistake = Diagnostic::new(source, since.span.clone(), message);
        mistakes.add(mistake.hint(said!(
            en: "it is the day since which another body took the place of this one",
            fr: "c'est le jour depuis lequel un autre organisme a repris celui-ci",
        )));
    }
    let since = since.and_then(|since| day(since, source, mistakes));
    let merged = into.and_then(Node::text).and_then(Body::read).map(|into| (into, since));
    let row = Row { destination, name: text(node, "nom"), merged };
    Some(Placed { row, at, into: into.map(|into| into.span.clone()) })
}

/// A day of the calendar.
fn day(node: &Node, source: &Arc<Source>, mistakes: &mut Mistakes) -> Option<Date> {
    let CardDate { year, month, day, .. } = node.date()?;
    if source.text.get(node.span.clone()).is_some_and(|written| written.contains("today")) {
        let message = said!(en: "a table has no relative days", fr: "une table n'a pas de jours relatifs");
        let mistake = Diagnostic::new(source, node.span.clone(), message);
        mistakes.add(mistake.hint(said!(
            en: "write the day, such as 2026-01-01: a table says the same on every day",
            fr: "écrire le jour, comme 2026-01-01 : une table dit la même chose tous les jours",
        )));
        return None;
    }
    let small = |number: u8| i8::try_from(number).ok();
    let found = i16::try_from(year).ok().zip(small(month)).zip(small(day));
    let found = found.and_then(|((year, month), day)| Date::new(year, month, day).ok());
    if found.is_none() {
        let message = said!(en: "this is no day of the calendar", fr: "ce n'est pas un jour du calendrier");
        mistakes.add(Diagnostic::new(source, node.span.clone(), message));
    }
    found
}

/// The rows, once it is seen that who follows them arrives.
fn follow(rows: BTreeMap<Body, Placed>, source: &Arc<Source>, mistakes: &mut Mistakes) -> BTreeMap<Body, Row> {
    let places: BTreeMap<Body, (Span, Option<Span>)> =
        rows.iter().map(|(body, placed)| (body.clone(), (placed.at.clone(), placed.into.clone()))).collect();
    let rows = rows.into_iter().map(|(body, placed)| (body, placed.row)).collect();
    let tod = Tod { date: NO_DAY, rows };
    // Rows from which who follows arrives, or of which it was told that he does not.
    let mut done: BTreeSet<&Body> = BTreeSet::new();
    for start in tod.rows.keys() {
        let mut way: Vec<&Body> = Vec::new();
        let mut at = Some(start);
        while let Some(body) = at.filter(|body| !done.contains(*body)) {
            let place = |body: &Body| places.get(body).and_then(|(_, into)| into.clone()).unwrap_or_default();
            if let Some(first) = way.iter().position(|seen| *seen == body) {
                let circle: Vec<_> = way[first..].iter().map(|body| body.to_string()).collect();
                let circle = circle.join(", ");
                let message = said!(
                    en: "these bodies took each other's place, in a circle: {circle}",
                    fr: "ces organismes se reprennent l'un l'autre, en rond : {circle}",
                );
                let mistake = Diagnostic::new(source, place(way[way.len() - 1]), message);
                let next = said!(en: "from here on", fr: "à partir d'ici");
                mistakes.add(mistake.related(place(way[first]), next));
                break;
            }
            way.push(body);
            at = tod.rows.get(body).and_then(|row| row.merged.as_ref()).and_then(|(into, _)| {
                let next = tod.row(into).map(|(body, _)| body);
                if next.is_none() {
                    let message = said!(
                        en: "the body {into} took the place of this one, and is not in the table",
                        fr: "l'organisme {into} a repris celui-ci, et n'est pas dans la table",
                    );
                    let mistake = Diagnostic::new(source, place(body), message);
                    mistakes.add(mistake.hint(said!(
                        en: "add a table [[organisme]] for it",
                        fr: "ajouter une table [[organisme]] pour lui",
                    )));
                }
                next
            });
        }
        done.extend(way);
    }
    drop(done);
    tod.rows
}
