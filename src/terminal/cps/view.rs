//! The [`Professional`] of a data tree. All names of card-file keys that the terminal knows of such cards stand here.
//!
//! The tree comes from decoding or from a card file. A key that is missing, or holds another kind of value than
//! expected, gives nothing.

use super::{Activity, Billing, BillingSituation, CardFacts, Employer, Owner, Place, Professional};
use crate::{
    profile::tree::{CardDate, Data, Node},
    terminal::period::Period,
};

/// What a tree says. Its activities are numbered as they stand.
pub(super) fn professional(tree: &Node) -> Professional {
    let members = |key| tree.at(key).map(Node::list).unwrap_or_default();
    let activities = members("exercice").iter().enumerate();
    Professional {
        card: card(tree),
        holder: holder(tree),
        activities: activities.map(|(index, node)| activity(index + 1, node)).collect(),
        billing: Billing { lock: None, situations: members("facturation").iter().map(situation).collect() },
    }
}

/// How many tries of the holder's code are left.
pub(super) fn tries(tree: &Node) -> Option<u8> {
    text(tree, "code.essais_porteur")?.parse().ok()
}

/// The holder's code.
#[cfg(feature = "cli")]
pub(super) fn code(tree: &Node) -> Option<String> {
    text(tree, "code.porteur")
}

/// One of the activities.
pub(super) fn activity(number: usize, node: &Node) -> Activity {
    Activity {
        number,
        lock: None,
        name: text(node, "raison_sociale"),
        place: place(node),
        sector: text(node, "secteur"),
        mode: text(node, "mode"),
    }
}

fn card(tree: &Node) -> CardFacts {
    let period = |start, end| Period { start: date(tree, start), end: date(tree, end) };
    CardFacts {
        kind: text(tree, "carte.type"),
        category: text(tree, "carte.categorie"),
        number: text(tree, "carte.numero"),
        serial: text(tree, "carte.numero_serie"),
        validity: period("carte.emission", "carte.fin_validite"),
        updated: period("carte.mise_a_jour.debut", "carte.mise_a_jour.fin"),
    }
}

fn holder(tree: &Node) -> Owner {
    Owner {
        civility: text(tree, "titulaire.civilite"),
        name: text(tree, "titulaire.nom"),
        first_name: text(tree, "titulaire.prenom"),
        rpps: text(tree, "titulaire.rpps"),
        adeli: text(tree, "titulaire.adeli"),
        student: text(tree, "titulaire.etudiant"),
        employer: tree.at("titulaire.employeur").map(employer).filter(|employer| *employer != Employer::default()),
        profession: text(tree, "titulaire.profession"),
        speciality: text(tree, "titulaire.savoir_faire"),
        function: text(tree, "titulaire.fonction"),
        language: text(tree, "titulaire.langue"),
    }
}

fn employer(node: &Node) -> Employer {
    Employer { name: text(node, "raison_sociale"), place: place(node), number: text(node, "numero_interne") }
}

fn place(node: &Node) -> Place {
    Place {
        finess: text(node, "finess"),
        siren: text(node, "siren"),
        siret: text(node, "siret"),
        cabinet_rpps: text(node, "cabinet_rpps"),
        cabinet_adeli: text(node, "cabinet_adeli"),
    }
}

fn situation(node: &Node) -> BillingSituation {
    BillingSituation {
        name: text(node, "raison_sociale"),
        place: place(node),
        mode: text(node, "mode"),
        status: text(node, "statut"),
        sector: text(node, "secteur"),
        activity: text(node, "activite"),
        number: text(node, "numero_facturation"),
        period: Period { start: date(node, "debut"), end: date(node, "fin") },
        speciality: text(node, "specialite"),
        convention: text(node, "convention"),
        indicator: text(node, "indicateur"),
        mileage_zone: text(node, "zone_ik"),
        tariff_zone: text(node, "zone_tarifaire"),
        approvals: ["agrement_1", "agrement_2", "agrement_3"].map(|key| text(node, key)),
        stands_in_for: text(node, "remplace"),
        signs_forms: flag(node, "signe_fse"),
        signs_lots: flag(node, "signe_lots"),
    }
}

/// Text that says something; a number is text too.
fn text(node: &Node, path: &str) -> Option<String> {
    let text = match &node.at(path)?.data {
        Data::Text(text) => text.trim().to_owned(),
        Data::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn date(node: &Node, path: &str) -> Option<CardDate> {
    node.at(path)?.date()
}

fn flag(node: &Node, path: &str) -> Option<bool> {
    match node.at(path)?.data {
        Data::Flag(flag) => Some(flag),
        _ => None,
    }
}
