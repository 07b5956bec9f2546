//! What cannot have happened to a card: events out of their order, before its issue, after its end, and keys that say
//! otherwise than events do.

use super::{
    super::Contradiction,
    events::{Event, Happening, Standing, events},
};
use crate::profile::{
    schema::Doc,
    tree::{CardDate, Node, Span},
};

/// What contradicts itself in the events of a card with these data.
pub(super) fn contradictions(data: &Node) -> Vec<Contradiction> {
    let events = events(data);
    let mut found = Vec::new();
    let mut standing = Standing::default();
    let mut before: Option<&Event> = None;
    for event in &events {
        let wrong = order(before, event).or_else(|| form(event)).or_else(|| step(&events, &standing, event));
        match wrong {
            // What is wrong did not happen: what follows is judged without it.
            Some(wrong) => found.push(wrong),
            None => standing = standing.after(event),
        }
        before = Some(event);
    }
    found.extend(early(data, &events));
    found.extend(said_twice(data, &events));
    found
}

fn doc(en: impl Into<String>, fr: impl Into<String>) -> Doc {
    Doc { en: en.into(), fr: fr.into() }
}

fn wrong(at: &Span, message: Doc, hint: Doc) -> Contradiction {
    Contradiction { at: at.clone(), message, also: None, hint }
}

/// The same with another place that has a part in it.
fn against(at: &Span, message: Doc, there: &Event, says: Doc, hint: Doc) -> Contradiction {
    Contradiction { also: Some((there.day_at.clone(), says)), ..wrong(at, message, hint) }
}

/// Events stand in the order of their days.
fn order(before: Option<&Event>, event: &Event) -> Option<Contradiction> {
    let before = before.filter(|before| event.day < before.day)?;
    Some(against(
        &event.day_at,
        doc("this event is before the one above it", "cet événement précède celui du dessus"),
        before,
        doc("the one above it", "celui du dessus"),
        doc("write the events in the order of their days", "écrire les événements dans l'ordre des jours"),
    ))
}

/// An extension has its new end, and only it and the issue have one.
fn form(event: &Event) -> Option<Contradiction> {
    let word = event.what.word();
    match (event.what, event.end) {
        (Happening::Extension, None) => Some(wrong(
            &event.at,
            doc("an extension without its new end", "une prolongation sans sa nouvelle fin"),
            doc("write fin = \"2031-01-14\", the new last day", "écrire fin = \"2031-01-14\", le nouveau dernier jour"),
        )),
        (Happening::Extension | Happening::Issue, Some(end)) if end < event.day => Some(wrong(
            &event.end_at,
            doc("the card would end before this event", "la carte finirait avant cet événement"),
            doc("the end is the last day of validity", "la fin est le dernier jour de validité"),
        )),
        (Happening::Extension | Happening::Issue, _) | (_, None) => None,
        (_, Some(_)) => Some(wrong(
            &event.end_at,
            doc(
                format!("\"{word}\" gives a card no other end"),
                format!("« {word} » ne donne pas d'autre fin à la carte"),
            ),
            doc(
                "only \"emission\" and \"prolongation\" have \"fin\"",
                "seules « emission » et « prolongation » ont « fin »",
            ),
        )),
    }
}

/// What an event needs of the card that it happens to.
fn step(events: &[Event], card: &Standing, event: &Event) -> Option<Contradiction> {
    let last = |is_it: &dyn Fn(Happening) -> bool| {
        let before = events.iter().take_while(|other| other.at != event.at);
        before.filter(|other| is_it(other.what)).last()
    };
    let word = event.what.word();
    if let Some(returned) = card.returned.and_then(|_| last(&|what| what == Happening::Return)) {
        return Some(against(
            &event.day_at,
            doc("the card was given back before this", "la carte avait été restituée avant"),
            returned,
            doc("given back here", "restituée ici"),
            doc(
                "nothing happens to a card that its issuer has",
                "il n'arrive plus rien à une carte rendue à son émetteur",
            ),
        ));
    }
    let needs_card = event.what.is_update() || matches!(event.what, Happening::Block | Happening::Unblock);
    if let Some(replaced) = card
        .replaced
        .and_then(|_| last(&|what| what == Happening::Replacement))
        .filter(|_| needs_card || matches!(event.what, Happening::Change | Happening::Move | Happening::Replacement))
    {
        return Some(against(
            &event.day_at,
            doc(format!("\"{word}\" of a card that was replaced"), format!("« {word} » d'une carte remplacée")),
            replaced,
            doc("replaced here", "remplacée ici"),
            doc(
                "a replaced card is given back or not (\"restitution\", \"non_restitution\"); all else happens to the other card",
                "une carte remplacée est rendue ou non (« restitution », « non_restitution ») ; le reste arrive à l'autre carte",
            ),
        ));
    }
    if let Some(withdrawn) = card.withdrawn.and_then(|_| last(&Happening::withdraws)).filter(|_| needs_card) {
        let cause = withdrawn.what.word();
        return Some(against(
            &event.day_at,
            doc(format!("\"{word}\" of a card after \"{cause}\""), format!("« {word} » d'une carte après « {cause} »")),
            withdrawn,
            doc(format!("\"{cause}\" here"), format!("« {cause} » ici")),
            doc(
                "write the event \"levee\" before it if the card was found, or leave this one out",
                "écrire avant lui l'événement « levee » si la carte a été retrouvée, ou enlever celui-ci",
            ),
        ));
    }
    needed(card, event)
}

/// What must have happened before.
fn needed(card: &Standing, event: &Event) -> Option<Contradiction> {
    let no = |message: Doc, hint: Doc| Some(wrong(&event.day_at, message, hint));
    match event.what {
        Happening::Issue if card.issued.is_some() => no(
            doc("the card is issued twice", "la carte est émise deux fois"),
            doc(
                "a card is issued once: another card has a file of its own",
                "une carte est émise une fois : une autre carte a son propre fichier",
            ),
        ),
        Happening::Issue if *card != Standing::default() => no(
            doc(
                "something happened to the card before its issue",
                "il est arrivé quelque chose à la carte avant son émission",
            ),
            doc("write \"emission\" first", "écrire d'abord « emission »"),
        ),
        Happening::Block if card.blocked == Some(true) => no(
            doc("the card is blocked already", "la carte est déjà bloquée"),
            doc("write the event \"deblocage\" before it", "écrire avant lui l'événement « deblocage »"),
        ),
        Happening::Unblock if card.blocked != Some(true) => no(
            doc("the card is not blocked", "la carte n'est pas bloquée"),
            doc("write the event \"blocage\" before it", "écrire avant lui l'événement « blocage »"),
        ),
        Happening::Lift if card.withdrawn.is_none() => no(
            doc("the card is not opposed", "la carte n'est pas en opposition"),
            doc(
                "write before it why it was, such as \"perte\"",
                "écrire avant lui pourquoi elle l'était, comme « perte »",
            ),
        ),
        Happening::NoReturn if card.replaced.is_none() => no(
            doc("nobody had to give this card back", "personne n'avait à rendre cette carte"),
            doc(
                "write the event \"remplacement\" before it, or \"denonciation\" instead",
                "écrire avant lui l'événement « remplacement », ou « denonciation » à sa place",
            ),
        ),
        Happening::Extension if end(card).zip(event.end).is_some_and(|(old, new)| new <= old) => Some(wrong(
            &event.end_at,
            doc("this end is not later than the one before it", "cette fin n'est pas postérieure à la précédente"),
            doc("an extension has a later end", "une prolongation a une fin postérieure"),
        )),
        _ => None,
    }
}

/// The last day of a card, as far as its events say it.
fn end(card: &Standing) -> Option<CardDate> {
    card.end.or_else(|| card.issued.and_then(Standing::five_years))
}

/// Nothing happens before the first day of a card whose issue is not among its events.
fn early(data: &Node, events: &[Event]) -> Option<Contradiction> {
    let is_issued = events.iter().any(|event| event.what == Happening::Issue);
    let start = data.at("carte.debut_validite").filter(|_| !is_issued)?;
    let first = start.date()?;
    let early = events.iter().find(|event| event.day < CardDate { hour: 0, minute: 0, ..first })?;
    let message = doc(
        format!("this happened before the card's first day, {first}"),
        format!("c'est arrivé avant le premier jour de la carte, le {first}"),
    );
    let hint = doc(
        "write the event \"emission\" before it, or an earlier carte.debut_validite",
        "écrire avant lui l'événement « emission », ou un carte.debut_validite antérieur",
    );
    Some(wrong(&early.day_at, message, hint))
}

/// Whether a key follows from an event.
type Says = fn(&Event) -> bool;

/// The keys that follow from events, and from which, each in full.
const FOLLOWING: [(&str, Says); 4] = [
    ("carte.debut_validite", |event| event.what == Happening::Issue),
    ("carte.fin_validite", |event| event.end.is_some() || event.what == Happening::Issue),
    ("carte.mise_a_jour", |event| event.what.is_update() || event.what == Happening::Issue),
    ("carte.etat", |event| matches!(event.what, Happening::Block | Happening::Unblock)),
];

/// The keys, in full, that follow from the events of a card with these data.
pub(super) fn follows(data: &Node) -> Vec<&'static str> {
    let events = events(data);
    FOLLOWING.into_iter().filter(|(_, says)| events.iter().any(says)).map(|(key, _)| key).collect()
}

/// The keys that follow from events are not written beside them.
fn said_twice(data: &Node, events: &[Event]) -> Vec<Contradiction> {
    let twice = |(path, says): (&str, Says)| {
        let written = data.at(path).filter(|node| !node.span.is_empty())?;
        let event = events.iter().find(|event| says(event))?;
        let (word, key) = (event.what.word(), path.rsplit('.').next().unwrap_or(path));
        let message = doc(
            format!("\"{key}\" follows from the events of the card"),
            format!("« {key} » résulte des événements de la carte"),
        );
        let hint = doc(format!("leave it out: \"{word}\" says it"), format!("l'enlever : « {word} » le dit"));
        Some(against(&written.span, message, event, doc("by this event", "de cet événement"), hint))
    };
    FOLLOWING.into_iter().filter_map(twice).collect()
}
