//! What is printed on a card, and who is on it.

use crate::profile::tree::{Data, Node};

/// What a person sees who holds a card in the hand, and whom it is about.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Face {
    /// The lines on the plastic, from top to bottom. Longer ones are cut.
    pub lines: Vec<String>,
    /// Everybody on the card: a name, and what tells namesakes apart, such as the birth date.
    pub people: Vec<(String, String)>,
}

impl Face {
    /// A title, then what the card file says, one value on each line: for a family whose print nobody knows.
    #[must_use]
    pub fn plain(title: &str, data: &Node) -> Self {
        let mut lines = vec![title.to_owned(), String::new()];
        values(data, "", &mut lines);
        Self { lines, people: Vec::new() }
    }
}

/// Every value at the top or in a table below it, under its key with dots; lists are left out.
fn values(node: &Node, path: &str, lines: &mut Vec<String>) {
    for (name, node) in node.table().into_iter().flatten() {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match &node.data {
            Data::Table(_) => values(node, &key, lines),
            _ if key == "layout" => {}
            _ => lines.extend(text(node).map(|text| format!("{key} {text}"))),
        }
    }
}

/// A value as a person reads it; nothing for bytes, tables and lists.
pub(super) fn text(node: &Node) -> Option<String> {
    match &node.data {
        Data::Text(text) => Some(text.clone()),
        Data::Number(number) => Some(number.to_string()),
        Data::Date(date) => Some(date.to_string()),
        Data::Flag(flag) => Some(flag.to_string()),
        Data::Bytes(_) | Data::List(_) | Data::Table(_) => None,
    }
}
