//! What contradicts itself in the data of a professional's card, though each value for itself could be.

use super::super::Contradiction;
use crate::profile::{
    schema::Doc,
    tree::{CardDate, Node},
};

/// The first year that the certificates of cards say here.
pub(super) const FIRST_YEAR: u16 = 1970;

/// All that contradicts itself.
pub(super) fn of(data: &Node) -> Vec<Contradiction> {
    let of_card = [day(data), name(data), nameless(data), training(data)].into_iter().flatten();
    of_card.chain(members(data, "facturation").filter_map(|situation| own_locum(data, situation))).collect()
}

/// The members of a list at the top of the file.
pub(super) fn members<'d>(data: &'d Node, list: &str) -> impl Iterator<Item = &'d Node> {
    data.at(list).map(Node::list).unwrap_or_default().iter()
}

/// Nobody stands in for themselves.
fn own_locum(data: &Node, situation: &Node) -> Option<Contradiction> {
    let (own, other) = data.at("titulaire.rpps").and_then(Node::text).zip(situation.at("remplace"))?;
    if other.text() != Some(own) {
        return None;
    }
    Some(Contradiction {
        at: other.span.clone(),
        message: said("nobody stands in for themselves", "personne ne se remplace soi-même"),
        also: None,
        hint: said(
            "write the RPPS number of the professional whom the holder stands in for, or leave the key out",
            "écrire le numéro RPPS du professionnel que le titulaire remplace, ou enlever la clé",
        ),
    })
}

/// Whether certificates can say the days of the card.
pub(super) fn can_say(CardDate { year, .. }: CardDate) -> bool {
    year >= FIRST_YEAR
}

/// The first day of the card stands in its certificates.
fn day(data: &Node) -> Option<Contradiction> {
    let days = ["carte.emission", "carte.fin_validite"].into_iter().filter_map(|path| data.at(path));
    let early = days.into_iter().find(|day| day.date().is_some_and(|date| !can_say(date)))?;
    Some(Contradiction {
        at: early.span.clone(),
        message: said(
            format!("the card's certificates say no day before {FIRST_YEAR}"),
            format!("les certificats de la carte ne disent aucun jour avant {FIRST_YEAR}"),
        ),
        also: None,
        hint: said(format!("write a day from {FIRST_YEAR} on"), format!("écrire un jour à partir de {FIRST_YEAR}")),
    })
}

/// A staff card may have no name, but not half of one. The layout asks other cards for both halves.
fn name(data: &Node) -> Option<Contradiction> {
    let is_staff = data.at("carte.type").and_then(Node::text) == Some("cpe");
    let halves = ["nom", "prenom"].map(|key| (key, data.at(&format!("titulaire.{key}"))));
    let (at, missing) = match halves {
        [(_, Some(name)), (missing, None)] | [(missing, None), (_, Some(name))] if is_staff => (name, missing),
        _ => return None,
    };
    Some(Contradiction {
        at: at.span.clone(),
        message: said("a card has a whole name, or none", "une carte a un nom complet, ou aucun"),
        also: None,
        hint: said(
            format!("write titulaire.{missing}, or leave this out"),
            format!("écrire titulaire.{missing}, ou enlever cette valeur"),
        ),
    })
}

/// A card without a name says in its certificates which place it is of.
fn nameless(data: &Node) -> Option<Contradiction> {
    let holder = data.at("titulaire")?;
    let has = |key| holder.at(key).is_some();
    let is_staff = data.at("carte.type").and_then(Node::text) == Some("cpe");
    if !is_staff || has("nom") || has("prenom") || has("employeur") {
        return None;
    }
    let number = ["rpps", "adeli", "etudiant"].into_iter().find_map(|key| holder.at(key))?;
    Some(Contradiction {
        at: number.span.clone(),
        message: said(
            "this is the number of a person, but the card has neither a name nor a place",
            "c'est le numéro d'une personne, mais la carte n'a ni nom ni structure",
        ),
        also: None,
        hint: said(
            "write titulaire.nom and titulaire.prenom, or [titulaire.employeur] in place of the number",
            "écrire titulaire.nom et titulaire.prenom, ou [titulaire.employeur] à la place du numéro",
        ),
    })
}

/// Only who is in training is known by a student's number.
fn training(data: &Node) -> Option<Contradiction> {
    let number = data.at("titulaire.etudiant")?;
    if data.at("carte.type").and_then(Node::text) == Some("cpf") {
        return None;
    }
    Some(Contradiction {
        at: number.span.clone(),
        message: said(
            "only a professional in training has such a number",
            "seul un professionnel en formation a un tel numéro",
        ),
        also: None,
        hint: said(
            "write type = \"cpf\" in [carte], or another identifier in its place",
            "écrire type = \"cpf\" dans [carte], ou un autre identifiant à sa place",
        ),
    })
}

pub(super) fn said(en: impl Into<String>, fr: impl Into<String>) -> Doc {
    Doc { en: en.into(), fr: fr.into() }
}
