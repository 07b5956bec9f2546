//! The data of a card as JSON, under the keys of card files.

use serde_json::Value;

use crate::profile::tree::{Data, Node};

/// Dates and bytes become text, as a card file has them.
pub(super) fn value(node: &Node) -> Value {
    match &node.data {
        Data::Text(text) => text.as_str().into(),
        Data::Number(number) => (*number).into(),
        Data::Flag(flag) => (*flag).into(),
        Data::Date(date) => date.to_string().into(),
        Data::Bytes(bytes) => hex::encode_upper(bytes).into(),
        Data::List(members) => members.iter().map(value).collect(),
        Data::Table(table) => table.iter().map(|(key, node)| (key.clone(), value(node))).collect(),
    }
}
