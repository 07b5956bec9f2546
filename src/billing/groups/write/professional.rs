//! The zone of a professional's card.

use super::{
    WriteError, WriteErrorKind,
    fields::{Writer, text_of},
};
use crate::{
    billing::groups::{
        table::{self, FieldSpec},
        zone::Zone,
    },
    profile::tree::Node,
};

/// The most billing situations: their number is one digit.
const SITUATIONS: usize = 9;

/// The kinds of places: the key of card files, the type of its number [DEHEMPE-CPS activity], and what stands behind
/// it.
pub(in crate::billing::groups) const PLACES: [(&str, &str, &str); 5] = [
    ("cabinet_adeli", "0", ""),
    ("finess", "1", ""),
    ("siren", "2", ""),
    ("siret", "3", ""),
    // The number of the example has a digit more than that of a card: 0 in all that were seen.
    ("cabinet_rpps", "4", "0"),
];

/// The zone of a professional's card: its data under the keys of card files. Group 1 is the holder, group 2 each
/// billing situation, numbered from 1. There is nothing in it that says test: a professional's zone has no such
/// field.
///
/// # Errors
///
/// [`WriteError`] if the card has no RPPS or ADELI number, no billing situation or more than nine, or a value that
/// does not fit.
pub fn of_professional(data: &Node) -> Result<Zone, WriteError> {
    let text = |key: &str| data.at(key).and_then(text_of).filter(|text| !text.is_empty());
    let (kind, number, key) = match (text("titulaire.rpps"), text("titulaire.adeli")) {
        (Some(mut rpps), _) => {
            let key = rpps.pop().map(String::from).unwrap_or_default();
            ("8", rpps, key)
        }
        (None, Some(adeli)) => ("0", adeli, String::new()),
        (None, None) => return Err(error(WriteErrorKind::NoNumber, 1)),
    };
    let mut groups = Vec::new();
    if let Some(spec) = table::group(1) {
        let holder = Writer { spec, occurrence: 1, node: data, path: String::new() };
        groups.push(holder.group(|field| match field.name {
            "type_identifiant" => Some(kind.into()),
            "identifiant" => Some(number.clone()),
            _ => Some(key.clone()),
        })?);
    }
    let situations = data.at("facturation").map(Node::list).unwrap_or_default();
    if situations.iter().all(|situation| situation.table().is_none_or(|table| table.is_empty())) {
        return Err(error(WriteErrorKind::NoSituation, 2));
    }
    if situations.len() > SITUATIONS {
        return Err(error(WriteErrorKind::TooMany, 2));
    }
    for (index, node) in situations.iter().enumerate() {
        let Some(spec) = table::group(2) else { continue };
        let writer = Writer { spec, occurrence: index + 1, node, path: format!("facturation[{}]", index + 1) };
        groups.push(writer.group(|field| Some(of_situation(field, node, index + 1)))?);
    }
    Ok(Zone { groups })
}

/// The fields that group 2 makes by rules of its own.
fn of_situation(field: &FieldSpec, node: &Node, number: usize) -> String {
    let place = PLACES.iter().find_map(|&(key, kind, behind)| Some((node.at(key).and_then(text_of)?, kind, behind)));
    match (field.name, place) {
        ("numero_logique", _) => number.to_string(),
        ("type_structure", Some((_, kind, _))) => kind.into(),
        ("identifiant_structure", Some((number, _, behind))) => format!("{number}{behind}"),
        _ => String::new(),
    }
}

fn error(kind: WriteErrorKind, group: u16) -> WriteError {
    WriteError { kind, group, occurrence: 1, field: None, key: None }
}
