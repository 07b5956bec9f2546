//! What a change makes another: before and after, key by key.

use crate::profile::{
    schema::{Doc, Fields, Key, Schema},
    tree::{Data, Node},
};

/// A value that a change makes another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// Its key in full, with the number of each member of a list, counted from 1: `beneficiaire[2].nom`.
    pub path: String,
    /// What the key means.
    pub doc: Doc,
    /// What was there; `None` for nothing. Of a member of a list that comes or goes, all of its values.
    pub before: Option<String>,
    /// What is to be there; `None` for nothing.
    pub after: Option<String>,
}

/// What differs between the data of a card before and after, in the order in which keys are declared.
///
/// The first of a list that stands in a table of its own has the name of that table: `assure`.
pub(super) fn differences(before: &Node, after: &Node, schema: &Schema) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    tables(Some(before), Some(after), &schema.root, "", &mut found);
    for key in &schema.root.0 {
        let Some(list) = key.kind.rules().and_then(|rules| rules.first_of.as_deref()) else { continue };
        let first = format!("{list}[1].");
        for difference in &mut found {
            if let Some(rest) = difference.path.strip_prefix(&first) {
                difference.path = format!("{}.{rest}", key.name);
            }
        }
    }
    // What both the table and the list have is one and the same.
    let mut seen = std::collections::HashSet::new();
    found.retain(|difference| seen.insert(difference.path.clone()));
    found
}

fn tables(before: Option<&Node>, after: Option<&Node>, fields: &Fields, path: &str, found: &mut Vec<Difference>) {
    for key in &fields.0 {
        let of = |node: Option<&Node>| node.and_then(Node::table).and_then(|table| table.get(&key.name)).cloned();
        let name = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
        value((of(before).as_ref(), of(after).as_ref()), key, &name, found);
    }
}

fn value((before, after): (Option<&Node>, Option<&Node>), key: &Key, path: &str, found: &mut Vec<Difference>) {
    let Some(rules) = key.kind.rules() else {
        let (before, after) = (before.map(shown), after.map(shown));
        if before != after {
            found.push(Difference { path: path.to_owned(), doc: key.doc.clone(), before, after });
        }
        return;
    };
    let list = |node: Option<&Node>| node.map(Node::list).unwrap_or_default().to_vec();
    let (old, new) = (list(before), list(after));
    if old.is_empty() && new.is_empty() {
        return tables(before, after, &rules.fields, path, found);
    }
    // What stands before and behind all that differs is the same.
    let same = old.iter().zip(&new).take_while(|(old, new)| is_same(old, new)).count();
    let (old, new) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    let behind = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| is_same(old, new)).count();
    let (old, new) = (&old[..old.len() - behind], &new[..new.len() - behind]);
    for index in 0..old.len().max(new.len()) {
        let path = format!("{path}[{}]", same + index + 1);
        match (old.get(index), new.get(index)) {
            (before @ Some(_), after @ Some(_)) => tables(before, after, &rules.fields, &path, found),
            // One that comes or goes is told in one line.
            (before, after) => {
                let whole = |node: Option<&Node>| node.map(|node| values(node, &rules.fields).join(", "));
                let (before, after) = (whole(before), whole(after));
                found.push(Difference { path, doc: key.doc.clone(), before, after });
            }
        }
    }
}

/// Whether two values are the same, wherever they were written.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.data, &other.data) {
        (Data::List(one), Data::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Data::Table(one), Data::Table(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        (one, other) => one == other,
    }
}

/// The values of a table and of all in it, in the order in which their keys are declared.
fn values(table: &Node, fields: &Fields) -> Vec<String> {
    let of_key = |key: &Key| {
        let Some(node) = table.table().and_then(|table| table.get(&key.name)) else { return Vec::new() };
        match key.kind.rules() {
            None => vec![shown(node)],
            Some(rules) if node.table().is_some() => values(node, &rules.fields),
            Some(rules) => node.list().iter().flat_map(|member| values(member, &rules.fields)).collect(),
        }
    };
    fields.0.iter().flat_map(of_key).collect()
}

/// All that stands in a value, for tests.
#[cfg(test)]
pub(super) fn shown_whole(node: &Node) -> String {
    match &node.data {
        Data::List(members) => members.iter().map(shown_whole).collect::<Vec<_>>().join("; "),
        Data::Table(table) => {
            table.iter().map(|(key, node)| format!("{key} {}", shown_whole(node))).collect::<Vec<_>>().join(", ")
        }
        _ => shown(node),
    }
}

/// A value as a person reads it.
fn shown(node: &Node) -> String {
    match &node.data {
        Data::Text(text) => text.clone(),
        Data::Number(number) => number.to_string(),
        Data::Flag(flag) => flag.to_string(),
        Data::Date(date) => date.to_string(),
        Data::Bytes(bytes) => hex::encode_upper(bytes),
        Data::List(_) | Data::Table(_) => String::new(),
    }
}
