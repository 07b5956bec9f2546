//! One tree from what several files say.
//!
//! Files that list people list them in one order [RUFUS-VITALE pairing], so lists are merged member by member. Where
//! two files say different things, the first one is kept and the key is named.

use crate::profile::tree::{Data, Node};

/// Adds what a further file says; returns the dotted paths at which it says something else than the files before it.
pub(in crate::terminal) fn merge(into: &mut Node, from: Node) -> Vec<String> {
    let mut contradictions = Vec::new();
    merge_at("", into, from, &mut contradictions);
    contradictions
}

fn merge_at(path: &str, into: &mut Node, from: Node, contradictions: &mut Vec<String>) {
    match (&mut into.data, from.data) {
        (Data::Table(into), Data::Table(from)) => {
            for (key, node) in from {
                match into.get_mut(&key) {
                    Some(known) => merge_at(&join(path, &key), known, node, contradictions),
                    None => drop(into.insert(key, node)),
                }
            }
        }
        (Data::List(into), Data::List(from)) => {
            for (index, node) in from.into_iter().enumerate() {
                match into.get_mut(index) {
                    Some(known) => merge_at(&join(path, &(index + 1).to_string()), known, node, contradictions),
                    None => into.push(node),
                }
            }
        }
        (known, said) if *known == said => {}
        _ => contradictions.push(path.to_owned()),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::profile::tree::{Data, Node};

    fn text(text: &str) -> Node {
        Node::unwritten(Data::Text(text.into()))
    }

    fn table<const N: usize>(entries: [(&str, Node); N]) -> Node {
        Node::unwritten(Data::Table(entries.into_iter().map(|(key, node)| (key.to_owned(), node)).collect()))
    }

    fn list<const N: usize>(members: [Node; N]) -> Node {
        Node::unwritten(Data::List(members.into()))
    }

    #[test]
    fn people_are_paired_by_order_and_contradictions_are_named() {
        let names = list([table([("nom", text("A")), ("prenom", text("B"))]), table([("nom", text("C"))])]);
        let numbers = list([table([("nir", text("1"))]), table([("nir", text("2")), ("nom", text("D"))])]);
        let mut tree = table([("beneficiaires", names)]);
        let contradictions = merge(&mut tree, table([("beneficiaires", numbers), ("x", text("y"))]));
        assert_eq!(contradictions, ["beneficiaires.2.nom"]);
        let first = table([("nom", text("A")), ("prenom", text("B")), ("nir", text("1"))]);
        let second = table([("nom", text("C")), ("nir", text("2"))]);
        assert_eq!(tree, table([("beneficiaires", list([first, second])), ("x", text("y"))]));
    }
}
