//! What could be so in the data of a professional's card, but rarely is.

use super::{
    super::Note,
    contradictions::{members, said},
};
use crate::profile::tree::{Data, Node, Span};

/// The mode of billing of who stands in for another.
const LOCUM: &str = "4";

/// All of it.
pub(super) fn of(data: &Node) -> Vec<Note> {
    let situations = members(data, "facturation");
    let mut notes: Vec<_> =
        situations.flat_map(|situation| [lots_alone(situation), no_locum(situation)]).flatten().collect();
    notes.extend(["exercice", "facturation"].into_iter().flat_map(|list| twice(data, list)));
    notes
}

/// Lots are made of forms, so who signs lots signs forms.
fn lots_alone(situation: &Node) -> Option<Note> {
    let flag = |key| situation.at(key).map(|node| &node.data);
    let alone = flag("signe_fse") == Some(&Data::Flag(false)) && flag("signe_lots") == Some(&Data::Flag(true));
    let (forms, name) = (situation.at("signe_fse")?, situation.at("raison_sociale")?);
    alone.then(|| Note {
        at: place(&[forms, name]),
        message: said(
            "this situation signs lots and not the forms in them; write signe_lots = false as well",
            "cette situation signe les lots, mais pas les feuilles qu'ils contiennent ; écrire aussi signe_lots = false",
        ),
    })
}

/// Who stands in for somebody bills as a locum.
fn no_locum(situation: &Node) -> Option<Note> {
    let (other, mode) = (situation.at("remplace")?, situation.at("mode")?);
    (mode.text() != Some(LOCUM)).then(|| Note {
        at: place(&[other]),
        message: said(
            format!("somebody who stands in for another bills as a locum: mode = \"{LOCUM}\""),
            format!("qui remplace quelqu'un facture comme remplaçant : mode = \"{LOCUM}\""),
        ),
    })
}

/// Members of a list that say the same as one before them.
fn twice(data: &Node, list: &str) -> Vec<Note> {
    let all: Vec<_> = members(data, list).collect();
    let again =
        all.iter().enumerate().filter(|&(index, member)| all.iter().take(index).any(|first| same(first, member)));
    let note = |(index, member): (usize, &&Node)| {
        let number = index + 1;
        let first = all.iter().position(|first| same(first, member)).unwrap_or_default() + 1;
        Some(Note {
            at: place(&[member.at("raison_sociale")?]),
            message: said(
                format!("{list} {number} says the same as {list} {first}"),
                format!("{list} {number} dit la même chose que {list} {first}"),
            ),
        })
    };
    again.filter_map(note).collect()
}

/// Whether two values say the same, wherever they stand in the file.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.data, &other.data) {
        (Data::Table(one), Data::Table(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        (Data::List(one), Data::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (one, other) => one == other,
    }
}

/// The first of these that was written.
fn place(nodes: &[&Node]) -> Span {
    nodes.iter().map(|node| &node.span).find(|span| !span.is_empty()).cloned().unwrap_or_default()
}
