//! A change over the card file that it changes: what it names takes the place of what was there.
//!
//! A table changes key by key, a list as a whole. An empty text takes a key away, be it a value, a table or a list;
//! what a card needs keeps its empty text, so that whoever reads the result says that it is missing.

use crate::profile::{
    schema::{Fields, Key, Kind, Presence, Schema},
    written::{Value, Written},
};

/// The document of a card file with a change over it.
pub(super) fn overlay(card: &Written, change: &Written, schema: &Schema) -> Written {
    table(card, change, &[&schema.root], schema)
}

fn table(card: &Written, change: &Written, fields: &[&Fields], schema: &Schema) -> Written {
    let mut entries = card.entries().to_vec();
    for changed in change.entries() {
        let keys: Vec<&Key> = fields.iter().filter_map(|fields| fields.key(&changed.key)).collect();
        let is_required = keys.iter().any(|key| key.presence == Presence::Required);
        let is_removal = changed.value.text() == Some("") && !is_required;
        let old = entries.iter().position(|entry| entry.key == changed.key);
        let old = old.map(|place| entries.remove(place));
        if is_removal {
            continue;
        }
        entries.retain(|entry| !displaces(fields, &keys, &changed.key, &entry.key));
        let mut new = changed.clone();
        let is_table = |written: &Written| matches!(written.value, Value::Table(_));
        if let Some(old) = old.filter(|old| is_table(&old.value) && is_table(&changed.value)) {
            new.value = table(&old.value, &changed.value, &inner(&keys, schema), schema);
        }
        entries.push(new);
    }
    Written { value: Value::Table(entries), span: change.span.clone() }
}

/// The keys in tables of these keys. A table that is also the first of a list has those of the list too.
fn inner<'s>(keys: &[&'s Key], schema: &'s Schema) -> Vec<&'s Fields> {
    let rules = keys.iter().filter_map(|key| key.kind.rules());
    let fields = rules.flat_map(|rules| {
        let list = rules.first_of.as_deref().and_then(|list| schema.root.key(list)?.kind.rules());
        [Some(&rules.fields), list.map(|list| &list.fields)]
    });
    fields.flatten().collect()
}

/// Whether a key that is written takes away another one beside it: it says the same in another form, or excludes it.
fn displaces(fields: &[&Fields], keys: &[&Key], name: &str, other: &str) -> bool {
    let is_part = |key: &Key, part: &str| matches!(&key.kind, Kind::Short { of } if of.iter().any(|of| of == part));
    let others: Vec<&Key> = fields.iter().filter_map(|fields| fields.key(other)).collect();
    let excludes = |key: &&Key, excluded: &str| key.excludes.as_deref() == Some(excluded) || is_part(key, excluded);
    keys.iter().any(|key| excludes(key, other)) || others.iter().any(|key| excludes(key, name))
}
