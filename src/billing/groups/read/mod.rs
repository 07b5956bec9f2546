//! From a zone to a card file: the other way round.
//!
//! Whoever has a test card as a zone gets a card file of it, and with that a card. What the card file has no place
//! for, or its layout, is told, each with its place; and what the card's own zone will have otherwise. The rule that
//! it upholds: a card file that is given is one that loads, and nothing that its zone says otherwise stays untold.

mod decode;
mod differences;
mod error;
mod loss;
mod patient;
mod periods;
mod professional;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::{
    table::{self, About},
    write,
    zone::{Place, Zone},
};
use crate::profile::{
    Options, card_file,
    diagnostic::Source,
    layout::Layout,
    parse,
    schema::{Kind, Presence, Schema},
    tree::{Data, Node},
};

pub use error::{ReadError, ReadErrorKind};
pub use loss::{Loss, LossKind};

/// A card file made of a zone.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Its text.
    pub text: String,
    /// What it does not say, or its card will say otherwise, in the order of the zone.
    pub losses: Vec<Loss>,
    /// What a card must say and no zone does: keys, and what was written for each.
    pub added: Vec<(&'static str, String)>,
}

/// How a card file calls its layout.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'n> {
    /// The name of one that is built in, or a path.
    pub name: &'n str,
    /// The folder that a path counts from: where the card file will stand.
    pub base: Option<&'n Path>,
}

/// What was read of a zone, before it is a card file.
struct Draft {
    data: Node,
    losses: Vec<Loss>,
    added: Vec<(&'static str, String)>,
}

/// What the zone is about, as a card file would have it: a professional's if no group 101 is there.
#[must_use]
pub fn about(zone: &Zone) -> Option<About> {
    let has = |number| zone.groups.iter().any(|group| group.number == number);
    if has(101) {
        return Some(About::Patient);
    }
    has(1).then_some(About::Professional)
}

/// The card file of a zone. `layout` is that of the card that it makes, and `naming` how it calls it; relative
/// dates that its other keys have by default count from the day of `options`.
///
/// # Errors
///
/// [`ReadError`] if the zone is none of a card, is not marked as a test, stands in no order, lacks fields, or has
/// values that no card of this layout can have where it must have one.
pub fn card_file(zone: &Zone, layout: &Layout, naming: Naming<'_>, options: &Options) -> Result<Drawn, ReadError> {
    let schema = layout.schema().map_err(ReadErrorKind::NoCardFile).map_err(ReadErrorKind::nowhere)?;
    error::check(zone)?;
    let family = layout.family().name();
    let about = about(zone).ok_or_else(|| ReadErrorKind::NoCard.nowhere())?;
    error::check_complete(zone, about)?;
    let draft = match about {
        About::Patient if family == "vitale" => patient::draft(zone, schema, layout)?,
        About::Professional if family == "cps" => professional::draft(zone, schema)?,
        _ => return Err(ReadErrorKind::OtherLayout(about).nowhere()),
    };
    let Draft { data, mut losses, added } = draft;
    let data = write::on_card(&data, layout);
    let without = unsaid(schema, about, &data);
    let without: Vec<&str> = without.iter().map(String::as_str).collect();
    let text = card_file::data_text(&data, schema, layout, naming.name, &without);
    let source = Source { name: "card.toml".into(), text: text.clone() };
    let profile = parse(source, naming.base, options).map_err(|mistakes| {
        let place = crowded(zone, &data, (layout, naming, options), schema, &without);
        ReadError { kind: ReadErrorKind::NoCardFile(mistakes), place }
    })?;
    let written = write::of_profile(&profile).map_err(|error| ReadErrorKind::NoZone(Box::new(error)).nowhere())?;
    differences::add(zone, &written, layout, &mut losses);
    losses.sort_by_key(|loss| loss.place.position);
    Ok(Drawn { text, losses, added })
}

/// Where the first person stands who is too many, though the card has places for so many people: without that one and
/// those behind, there is a card.
fn crowded(
    zone: &Zone,
    data: &Node,
    (layout, naming, options): (&Layout, Naming<'_>, &Options),
    schema: &Schema,
    without: &[&str],
) -> Option<Place> {
    let people = data.at("beneficiaire").map(Node::list).unwrap_or_default();
    let fits = |count: &usize| {
        let mut fewer = data.clone();
        put(&mut fewer, "beneficiaire", Data::List(people.iter().take(*count).cloned().collect()));
        let text = card_file::data_text(&fewer, schema, layout, naming.name, without);
        parse(Source { name: "card.toml".into(), text }, naming.base, options).is_ok()
    };
    let most = (1..people.len()).rev().find(fits)?;
    let mut persons = zone.placed().filter(|placed| placed.group.number == 104);
    persons.nth(most).map(|placed| placed.place)
}

/// The keys with a default of which a zone says nothing: they keep it, and are not written.
fn unsaid(schema: &Schema, about: About, data: &Node) -> Vec<String> {
    let says = |key: &str| {
        let groups = table::groups().filter(|group| group.about == about);
        let mut keys = groups.flat_map(|group| group.fields).filter_map(|field| field.key);
        keys.any(|said| decode::plain(said) == key) || data.at(key).is_some()
    };
    let is_value = |kind: &Kind| !matches!(kind, Kind::Table(_) | Kind::List { .. });
    let keys = schema.keys().into_iter();
    let keys = keys.filter(|(_, key)| matches!(key.presence, Presence::Default(_)) && is_value(&key.kind));
    keys.filter(|(path, _)| !says(path)).map(|(path, _)| path).collect()
}

/// Puts a value where a path of keys leads, through tables that are made on the way.
fn put(node: &mut Node, path: &str, data: Data) {
    let Data::Table(table) = &mut node.data else { return };
    match path.split_once('.') {
        None => drop(table.insert(path.into(), Node::unwritten(data))),
        Some((first, rest)) => {
            let inner = table.entry(first.into()).or_insert_with(|| Node::unwritten(Data::Table(Default::default())));
            put(inner, rest, data);
        }
    }
}
