//! The data of a card as a card file that says the same.

use std::fmt::Write;

use crate::profile::{
    layout::Layout,
    schema::{Fields, Key, Kind, Schema},
    tree::{Data, Node, Table},
};

/// A card file that says what the data of a card do. `layout` is what it calls its layout. Of a name that stands in
/// place of another one where it is left out, as the layout has it, it leaves out the one that says the same.
#[must_use]
pub fn data_text(data: &Node, schema: &Schema, layout: &Layout, name: &str) -> String {
    let mut text = DataText { text: String::new(), schema, layout };
    let _ = writeln!(text.text, "layout = {}", quoted(name));
    for key in schema.root.0.iter().filter(|key| key.name != "layout") {
        text.top(key, data);
    }
    text.text
}

struct DataText<'s> {
    text: String,
    schema: &'s Schema,
    layout: &'s Layout,
}

impl DataText<'_> {
    fn top(&mut self, key: &Key, data: &Node) {
        let Some(node) = data.at(&key.name) else { return };
        let first = key.kind.rules().and_then(|rules| rules.first_of.as_deref());
        let list = first.and_then(|list| self.schema.root.key(list));
        match (&key.kind, list) {
            // A table that is also the first of a list has the keys of both.
            (Kind::Table(own), Some(Key { kind: Kind::List { of, .. }, name, .. })) => {
                let mut both = node.table().cloned().unwrap_or_default();
                let member = data.at(name).and_then(|list| list.list().first()).and_then(Node::table);
                both.extend(member.cloned().unwrap_or_default());
                let _ = writeln!(self.text, "\n[{}]", key.name);
                self.table(&[&own.fields, &of.fields], &both, &key.name);
            }
            (Kind::List { of, .. }, _) => {
                let own = usize::from(self.schema.first_of(&key.name).is_some());
                self.members(&of.fields, node.list().get(own..).unwrap_or_default(), &key.name);
            }
            (Kind::Table(rules), _) => {
                let Some(table) = node.table() else { return };
                let _ = writeln!(self.text, "\n[{}]", key.name);
                self.table(&[&rules.fields], table, &key.name);
            }
            _ => self.scalar(&key.name, node),
        }
    }

    /// What is in a table whose header was written: values before tables, since a header ends what is before it.
    fn table(&mut self, fields: &[&Fields], table: &Table, path: &str) {
        let mut seen = Vec::new();
        let keys: Vec<&Key> = fields.iter().flat_map(|fields| &fields.0).collect();
        let known = keys.into_iter().filter(|key| {
            let is_new = !seen.contains(&&key.name);
            seen.push(&key.name);
            is_new && !matches!(key.kind, Kind::Short { .. })
        });
        let known: Vec<(&Key, &Node)> = known.filter_map(|key| Some((key, table.get(&key.name)?))).collect();
        let stands_for_itself = |key: &Key, node: &Node| {
            let other = self.layout.instead_of(&key.name).and_then(|other| table.get(other));
            other.is_none_or(|other| other.data != node.data)
        };
        let known: Vec<_> = known.into_iter().filter(|(key, node)| stands_for_itself(key, node)).collect();
        for (key, node) in known.iter().filter(|(key, _)| key.kind.rules().is_none()) {
            self.scalar(&key.name, node);
        }
        for (key, node) in known {
            let path = format!("{path}.{}", key.name);
            match (&key.kind, &node.data) {
                (Kind::Table(rules), Data::Table(table)) => {
                    let _ = writeln!(self.text, "\n[{path}]");
                    self.table(&[&rules.fields], table, &path);
                }
                (Kind::List { of, .. }, Data::List(members)) => self.members(&of.fields, members, &path),
                _ => {}
            }
        }
    }

    fn members(&mut self, fields: &Fields, members: &[Node], path: &str) {
        // One in which nothing stands is a record that was erased.
        for table in members.iter().filter_map(Node::table).filter(|table| !table.is_empty()) {
            let _ = writeln!(self.text, "\n[[{path}]]");
            self.table(&[fields], table, path);
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
