//! The data of a card as a card file that says the same.

use std::{collections::BTreeSet, fmt::Write};

use crate::profile::{
    layout::Layout,
    schema::{Fields, Key, Kind, Presence, Schema},
    tree::{Data, Node, Table},
};

/// A card file that says what the data of a card do. `layout` is what it calls its layout. What no file of the card
/// has it says is not there, so that no default comes back. Of a name that stands in place of another one where it is
/// left out, as the layout has it, it leaves out the one that says the same. The keys of `without`, in full, are not
/// written.
#[must_use]
pub fn data_text(data: &Node, schema: &Schema, layout: &Layout, name: &str, without: &[&str]) -> String {
    let mut text = DataText { text: String::new(), schema, layout, filed: layout.filed(), without };
    let _ = writeln!(text.text, "layout = {}", quoted(name));
    for key in schema.root.0.iter().filter(|key| key.name != "layout" && !without.contains(&&*key.name)) {
        text.top(key, data);
    }
    text.text
}

struct DataText<'s> {
    text: String,
    schema: &'s Schema,
    layout: &'s Layout,
    /// The keys that stand in files of the card.
    filed: BTreeSet<String>,
    without: &'s [&'s str],
}

/// The keys of a table, and the path that each of them has in the schema.
type Keys<'s> = Vec<(&'s Key, String)>;

impl<'s> DataText<'s> {
    fn top(&mut self, key: &'s Key, data: &Node) {
        let node = data.at(&key.name);
        let first = key.kind.rules().and_then(|rules| rules.first_of.as_deref());
        let list = first.and_then(|list| self.schema.root.key(list));
        match (&key.kind, list) {
            // A table that is also the first of a list has the keys of both.
            (Kind::Table(own), Some(Key { kind: Kind::List { of, .. }, name, .. })) => {
                let Some(node) = node else { return };
                let mut both = node.table().cloned().unwrap_or_default();
                let member = data.at(name).and_then(|list| list.list().first()).and_then(Node::table);
                both.extend(member.cloned().unwrap_or_default());
                let keys = [keys_of(&own.fields, &key.name), keys_of(&of.fields, name)].concat();
                let _ = writeln!(self.text, "\n[{}]", key.name);
                self.table(keys, &both, &key.name);
            }
            (Kind::List { of, .. }, _) => {
                let own = usize::from(self.schema.first_of(&key.name).is_some());
                let members = node.map(Node::list).unwrap_or_default();
                self.members(&of.fields, members.get(own..).unwrap_or_default(), (&key.name, &key.name));
            }
            (Kind::Table(rules), _) => self.inner_table(key, &rules.fields, node, (&key.name, &key.name)),
            (_, _) => node.into_iter().for_each(|node| self.scalar(&key.name, node)),
        }
    }

    /// What is in a table whose header was written: values before tables, since a header ends what is before it.
    fn table(&mut self, mut keys: Keys<'s>, table: &Table, path: &str) {
        let mut seen = BTreeSet::new();
        keys.retain(|(key, full)| {
            let is_said = self.without.contains(&&**full) || matches!(key.kind, Kind::Short { .. });
            seen.insert(&key.name) && !is_said
        });
        let says_the_same = |key: &Key, node: &Node| {
            let other = self.layout.instead_of(&key.name).and_then(|other| table.get(other));
            other.is_some_and(|other| other.data == node.data)
        };
        keys.retain(|(key, _)| !table.get(&key.name).is_some_and(|node| says_the_same(key, node)));
        for (key, full) in keys.iter().filter(|(key, _)| !matches!(key.kind, Kind::Table(_))) {
            match (&key.kind, table.get(&key.name)) {
                (Kind::List { .. }, node) if node.is_some_and(|node| !node.list().is_empty()) => {}
                (_, None) | (Kind::List { .. }, _) => self.nothing(key, full),
                (_, Some(node)) => self.scalar(&key.name, node),
            }
        }
        for (key, full) in &keys {
            let (path, node) = (format!("{path}.{}", key.name), table.get(&key.name));
            match &key.kind {
                Kind::Table(rules) => self.inner_table(key, &rules.fields, node, (full, &path)),
                Kind::List { of, .. } => {
                    self.members(&of.fields, node.map(Node::list).unwrap_or_default(), (full, &path));
                }
                _ => {}
            }
        }
    }

    /// A table in another; of one that is not there, that its defaults are not either.
    fn inner_table(&mut self, key: &Key, fields: &'s Fields, node: Option<&Node>, (full, path): (&str, &str)) {
        let nothing = Table::new();
        let table = match (node.map(|node| &node.data), &key.presence) {
            (Some(Data::Table(table)), _) => table,
            (None, Presence::Default(_)) => &nothing,
            _ => return,
        };
        let before = self.text.len();
        let _ = writeln!(self.text, "\n[{path}]");
        let header = self.text.len();
        self.table(keys_of(fields, full), table, path);
        if node.is_none() && self.text.len() == header {
            self.text.truncate(before);
        }
    }

    /// That a key has no value, where it would else have its default.
    fn nothing(&mut self, key: &Key, full: &str) {
        if matches!(key.presence, Presence::Default(_)) && self.filed.contains(full) {
            let value = if matches!(key.kind, Kind::List { .. }) { "[]" } else { "\"\"" };
            let _ = writeln!(self.text, "{} = {value}", key.name);
        }
    }

    fn members(&mut self, fields: &'s Fields, members: &[Node], (full, path): (&str, &str)) {
        // One in which nothing stands is a record that was erased.
        for table in members.iter().filter_map(Node::table).filter(|table| !table.is_empty()) {
            let _ = writeln!(self.text, "\n[[{path}]]");
            self.table(keys_of(fields, full), table, path);
        }
    }

    fn scalar(&mut self, name: &str, node: &Node) {
        let value = match &node.data {
            Data::Text(text) => quoted(text),
            Data::Number(number) => number.to_string(),
            Data::Flag(flag) => flag.to_string(),
            Data::Date(date) => quoted(&date.to_string()),
            Data::Bytes(bytes) => quoted(&hex::encode_upper(bytes)),
            Data::List(_) | Data::Table(_) => return,
        };
        let _ = writeln!(self.text, "{name} = {value}");
    }
}

/// The keys of a table, with their paths in the schema.
fn keys_of<'s>(fields: &'s Fields, full: &str) -> Keys<'s> {
    fields.0.iter().map(|key| (key, format!("{full}.{}", key.name))).collect()
}

/// A text as TOML has it in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
