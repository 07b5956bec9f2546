//! The card file of a professional's card, from groups 1 and 2.

use super::{
    Draft,
    decode::{decode, from_base, latin1, no_value, with_its_key},
    error::{ReadError, ReadErrorKind},
    loss::{Loss, LossKind, quoted},
    put,
};
use crate::{
    billing::groups::{
        findings::in_value,
        table::{self, About, GroupSpec},
        write::PLACES,
        zone::{Place, Placed, Zone},
    },
    profile::{
        said::{Bilingual, said},
        schema::{Kind, Schema},
        tree::{Data, Node},
    },
};

/// The profession that goes with a speciality as the sickness funds number it, by what both are called; a doctor
/// otherwise.
const PROFESSIONS: [(&str, &str); 5] = [("19", "40"), ("24", "60"), ("26", "70"), ("28", "91"), ("50", "21")];

/// How long an RPPS number is, with its key, and an ADELI number.
const RPPS: usize = 11;
const ADELI: usize = 9;

/// The most situations: their number is one digit.
const SITUATIONS: usize = 9;

/// The profession of all others.
const DOCTOR: &str = "10";

/// Reads the groups of the first card of a zone.
pub(super) fn draft(zone: &Zone, schema: &Schema) -> Result<Draft, ReadError> {
    let (mut root, mut losses, mut situations, mut cards) = (None, Vec::new(), Vec::new(), 0);
    let most = match schema.key("facturation").map(|key| &key.kind) {
        Some(Kind::List { max, .. }) => SITUATIONS.min(*max),
        _ => 0,
    };
    for placed in zone.placed() {
        let spec = table::group(placed.group.number);
        cards += usize::from(placed.group.number == 1);
        let kind = match spec {
            None => LossKind::UnknownGroup,
            Some(spec) if spec.about != About::Professional || cards != 1 => LossKind::OtherCard,
            Some(spec) if spec.number == 1 => {
                root = Some(holder(&placed, spec, schema, &mut losses)?);
                continue;
            }
            Some(_) if situations.len() == most => LossKind::TooMany(most),
            Some(spec) => {
                situations.push(situation(&placed, spec, schema, &mut losses)?);
                continue;
            }
        };
        losses.push(Loss::of_group(&placed, kind));
    }
    let mut data = root.ok_or_else(|| ReadErrorKind::NoCard.nowhere())?;
    let speciality = situations.first().and_then(|node| node.at("specialite")).and_then(Node::text).unwrap_or_default();
    let profession = PROFESSIONS.iter().find(|(code, _)| *code == speciality).map_or(DOCTOR, |(_, code)| code);
    let mut added = vec![("carte.categorie", "test")];
    if matches!(data.at("carte.type").and_then(Node::text), Some("cps" | "cpf")) {
        added.push(("titulaire.profession", profession));
    }
    for (key, value) in &added {
        put(&mut data, key, text(*value));
    }
    put(&mut data, "facturation", Data::List(situations));
    let added = added.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
    Ok(Draft { data, losses, added })
}

fn holder(placed: &Placed<'_>, spec: &GroupSpec, schema: &Schema, losses: &mut Vec<Loss>) -> Result<Node, ReadError> {
    let mut node =
        decode(placed, spec, schema, |field| from_base(spec, field).filter(|_| !field.is_special())).needed(losses)?;
    for (index, (place, bytes)) in placed.fields().enumerate().skip(1).take(3) {
        if let Some(finding) = spec.field(index + 1).and_then(|field| in_value(field, bytes)) {
            return Err(ReadErrorKind::Value(finding.said()).at(place));
        }
    }
    let [kind, number, rest] = [1, 2, 3].map(|index| field(placed, index));
    let (key, number) = match &*kind.1 {
        "8" => ("titulaire.rpps", (number.0, number.1 + &rest.1)),
        "0" => ("titulaire.adeli", number),
        _ => return Err(ReadErrorKind::Value(no_value(&kind.1)).at(kind.0)),
    };
    let read = read(schema, key, &number.1, Some(number.1.len().saturating_sub(1)));
    put(&mut node, key, read.map_err(|why| ReadErrorKind::Value(why).at(number.0))?);
    Ok(node)
}

fn situation(
    placed: &Placed<'_>,
    spec: &GroupSpec,
    schema: &Schema,
    losses: &mut Vec<Loss>,
) -> Result<Node, ReadError> {
    let mut node =
        decode(placed, spec, schema, |field| from_base(spec, field).filter(|_| !field.is_special())).needed(losses)?;
    let [kind, number] = [4, 5].map(|index| field(placed, index));
    let place = PLACES.iter().find(|(_, code, _)| *code == kind.1);
    let &(key, code, behind) = place.ok_or_else(|| ReadErrorKind::Value(no_value(&kind.1)).at(kind.0))?;
    let value = number.1.strip_suffix(behind).unwrap_or(&number.1);
    // A practice has the number of its professional, with the key, in front. Of a SIRET, two digits are keys.
    let its_key = match key {
        "cabinet_rpps" => Some(RPPS - 1),
        "cabinet_adeli" => Some(ADELI - 1),
        "siret" => None,
        _ => Some(value.len().saturating_sub(1)),
    };
    let data = read(schema, &format!("facturation.{key}"), value, its_key).map_err(|_| {
        let number = quoted(&number.1);
        said!(
            en: "{number} is no number of a place of type {code}, which is \"{key}\" in a card file",
            fr: "{number} n'est pas un numéro de structure de type {code}, « {key} » dans un fichier de carte",
        )
    });
    put(&mut node, key, data.map_err(|why| ReadErrorKind::Value(why).at(number.0))?);
    Ok(node)
}

/// A field, by its index: where it stands, and its text.
fn field(placed: &Placed<'_>, index: usize) -> (Place, String) {
    placed.fields().nth(index).map_or((placed.place, String::new()), |(place, bytes)| (place, latin1(bytes)))
}

/// What a text means under a key that must have a value, with the right check digit at `its_key`.
fn read(schema: &Schema, key: &str, value: &str, its_key: Option<usize>) -> Result<Data, Bilingual> {
    let read = schema.key(key).map_or(Ok(None), |key| match (key.read(value), its_key) {
        (Err(_), Some(at)) => with_its_key(key, value, at),
        (read, _) => read,
    });
    read.and_then(|data| data.ok_or_else(|| no_value(value)))
}

fn text(text: impl Into<String>) -> Data {
    Data::Text(text.into())
}
