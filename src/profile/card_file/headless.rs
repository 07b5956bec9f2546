//! Tables whose header is missing: their keys stand in the table above, or at the top.
//!
//! Else each of them is a key that is unknown there, and one that is missing.

use super::renamed::is_of_those_below;
use crate::profile::{
    schema::{Key, Kind, Presence, Schema},
    written::{Entry, Value, Written},
};

/// So many keys of one table do not stand in another by slips of their own.
const FEWEST: usize = 2;

/// A table without its header.
#[derive(Clone, Debug)]
pub(super) struct Headless {
    /// Its name.
    pub(super) name: String,
    /// The first of its keys, above which the header belongs.
    pub(super) first: Entry,
}

/// Puts the keys of tables without a header into them, and says which those are.
pub(super) fn headed(mut document: Written, text: &str, schema: &Schema) -> (Written, Vec<Headless>) {
    let mut found = Vec::new();
    let tables = schema.root.0.iter().filter(|key| matches!(key.kind, Kind::Table(_)));
    for table in tables.filter(|key| key.presence == Presence::Required) {
        if document.key(&table.name).is_some_and(|there| !is_of_those_below(there, text)) {
            continue;
        }
        let Value::Table(entries) = &mut document.value else { break };
        let Some(strays) = strays(entries, table, schema) else { continue };
        let Some(first) = strays.first().cloned() else { continue };
        found.push(Headless { name: table.name.clone(), first: first.clone() });
        match entries.iter_mut().find(|entry| entry.key == table.name).map(|entry| &mut entry.value.value) {
            Some(Value::Table(below)) => below.splice(..0, strays).for_each(drop),
            _ => {
                let value = Written { value: Value::Table(strays), span: first.span.clone() };
                entries.push(Entry { key: table.name.clone().into(), span: first.span, value });
            }
        }
    }
    (document, found)
}

/// Takes the keys of a table out of another, or from the top, where they have no meaning.
fn strays(entries: &mut Vec<Entry>, table: &Key, schema: &Schema) -> Option<Vec<Entry>> {
    let list = table.kind.rules().and_then(|rules| rules.first_of.as_deref());
    let is_its = |key: &str| {
        [Some(&*table.name), list].into_iter().flatten().any(|of| schema.key(&format!("{of}.{key}")).is_some())
    };
    let at_top = taken(entries, |entry| is_its(&entry.key) && schema.root.key(&entry.key).is_none());
    at_top.or_else(|| {
        entries.iter_mut().filter(|entry| entry.key != table.name).find_map(|above| {
            let Value::Table(inner) = &mut above.value.value else { return None };
            let name = &above.key;
            taken(inner, |entry| is_its(&entry.key) && schema.key(&format!("{name}.{}", entry.key)).is_none())
        })
    })
}

/// Takes out the entries that something holds for, if there are several.
fn taken(entries: &mut Vec<Entry>, is_stray: impl Fn(&Entry) -> bool) -> Option<Vec<Entry>> {
    let there = entries.iter().filter(|entry| is_stray(entry)).count();
    (there >= FEWEST).then(|| entries.extract_if(.., |entry| is_stray(entry)).collect())
}
