//! A change over the card file that it changes: what it names takes the place of what was there.
//!
//! A table changes key by key, a list as a whole; who stays in a list of people keeps what is not said of them
//! (`people`). An empty text takes away what is there, be it a value, a table or a list: no default comes back in its
//! place. What a card needs keeps its empty text, so that whoever reads the result says that it is missing.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::people;
use crate::{
    profile::{
        schema::{Fields, Key, Kind, Presence, Schema},
        tree::Span,
        written::{Entry, Value, Written},
    },
    work,
};

/// The document of a card file with a change over it. Relative dates count from `today`.
pub(super) fn overlay(card: &Written, change: &Written, schema: &Schema, today: Date) -> Written {
    Overlay { schema, today }.table(card, change, &[&schema.root])
}

/// Puts changes over what they change.
#[derive(Clone, Copy)]
pub(super) struct Overlay<'s> {
    schema: &'s Schema,
    pub(super) today: Date,
}

impl<'s> Overlay<'s> {
    /// A table with a change over it.
    pub(super) fn table(self, card: &Written, change: &Written, fields: &[&'s Fields]) -> Written {
        let keys_of = |name: &str| -> Vec<&'s Key> { fields.iter().filter_map(|fields| fields.key(name)).collect() };
        let named: HashSet<&str> = change.entries().iter().map(|entry| &*entry.key).collect();
        let old: HashMap<&str, &Entry> = card.entries().iter().map(|entry| (&*entry.key, entry)).collect();
        let changed: Vec<(&Entry, Vec<&Key>)> =
            change.entries().iter().map(|entry| (entry, keys_of(&entry.key))).collect();
        let is_removal = |entry: &Entry| entry.value.text() == Some("");
        // Of the keys that the schema has: whatever else is written is no key, and excludes none.
        let put: Vec<(&str, &[&Key])> = changed
            .iter()
            .filter(|(entry, keys)| !keys.is_empty() && !is_removal(entry))
            .map(|(entry, keys)| (&*entry.key, &**keys))
            .collect();
        work::step(changed.len() + card.entries().len() * (1 + put.len()));
        let stays = |entry: &&Entry| {
            !named.contains(&*entry.key) && !put.iter().any(|(name, keys)| displaces(fields, keys, name, &entry.key))
        };
        let kept = card.entries().iter().filter(stays).cloned();
        let new = changed.iter().filter_map(|(entry, keys)| match is_removal(entry) {
            true => nothing(entry, keys),
            false => Some(self.entry(old.get(&*entry.key).copied(), entry, keys)),
        });
        Written { value: Value::Table(kept.chain(new).collect()), span: change.span.clone() }
    }

    /// What a change says under a key, over what was there.
    fn entry(self, old: Option<&Entry>, changed: &Entry, keys: &[&'s Key]) -> Entry {
        let mut new = changed.clone();
        match (old.map(|old| &old.value), &changed.value.value) {
            (Some(old @ Written { value: Value::Table(_), .. }), Value::Table(_)) => {
                new.value = self.table(old, &changed.value, &self.inner(keys));
            }
            (old, Value::List(members)) => {
                let of = keys.iter().find_map(|key| match &key.kind {
                    Kind::List { of, .. } => self.schema.first_of(&key.name).map(|_| &of.fields),
                    _ => None,
                });
                let before = match old.map(|old| &old.value) {
                    Some(Value::List(before)) => before.as_slice(),
                    _ => &[],
                };
                if let Some(of) = of {
                    new.value.value = Value::List(people::people(self, before, members, of));
                }
            }
            _ => {}
        }
        new
    }

    /// The keys in tables of these keys. A table that is also the first of a list has those of the list too.
    fn inner(self, keys: &[&'s Key]) -> Vec<&'s Fields> {
        let rules = keys.iter().filter_map(|key| key.kind.rules());
        let fields = rules.flat_map(|rules| {
            let list = rules.first_of.as_deref().and_then(|list| self.schema.root.key(list)?.kind.rules());
            [Some(&rules.fields), list.map(|list| &list.fields)]
        });
        fields.flatten().collect()
    }
}

/// What stands under a key where a change says that nothing does; `None` if the key may be left out for that.
fn nothing(entry: &Entry, keys: &[&Key]) -> Option<Entry> {
    let Some(key) = keys.iter().find(|key| key.presence != Presence::Optional).or(keys.first()) else {
        return Some(entry.clone());
    };
    let value = match key.presence {
        Presence::Optional => return None,
        Presence::Required => return Some(entry.clone()),
        Presence::Default(_) => without_default(key, &entry.value.span),
    };
    Some(Entry { value, ..entry.clone() })
}

/// What is written under a key so that not even its default is there.
fn without_default(key: &Key, span: &Span) -> Written {
    let value = match &key.kind {
        Kind::List { .. } => Value::List(Vec::new()),
        Kind::Table(rules) => {
            let defaults = rules.fields.0.iter().filter(|key| matches!(key.presence, Presence::Default(_)));
            let entry = |key: &Key| {
                let value = without_default(key, span);
                Entry { key: key.name.clone().into(), span: span.clone(), value }
            };
            Value::Table(defaults.map(entry).collect())
        }
        _ => Value::Text("".into()),
    };
    Written { value, span: span.clone() }
}

/// Whether a key that is written takes away another one that was there: it says the same in another form, or excludes
/// it.
fn displaces(fields: &[&Fields], keys: &[&Key], name: &str, other: &str) -> bool {
    let is_part = |key: &Key, part: &str| matches!(&key.kind, Kind::Short { of } if of.iter().any(|of| of == part));
    let others: Vec<&Key> = fields.iter().filter_map(|fields| fields.key(other)).collect();
    let excludes = |key: &&Key, excluded: &str| key.excludes.as_deref() == Some(excluded) || is_part(key, excluded);
    keys.iter().any(|key| excludes(key, other)) || others.iter().any(|key| excludes(key, name))
}
