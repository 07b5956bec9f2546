//! The copies of care forms on a card that a change makes another.
//!
//! They go all where the insured objects to copies, and those of who is not on the card any more. What is otherwise
//! wrong in a copy that a card keeps is of what was so when its form was made: the change is not at fault.

use std::collections::{BTreeSet, HashSet};

use crate::profile::{
    diagnostic::Diagnostic,
    tree::{Data, Node, Span, Table},
    written::{Value, Written},
};

/// The key of the insured's objection to copies of care forms, in its table, and the list of these copies.
const OBJECTION: ((&str, &str), &str) = (("assure", "opposition_copies"), "copie");

/// A card without its copies of care forms, if a change says that the insured objects to them.
pub(super) fn without_copies(card: &Written, change: &Written) -> Written {
    let ((table, key), list) = OBJECTION;
    let objects = change.key(table).and_then(|table| table.key(key)).is_some_and(|key| key.value == Value::Flag(true));
    let mut card = card.clone();
    if let (true, Value::Table(entries)) = (objects, &mut card.value) {
        entries.retain(|entry| entry.key != list);
    }
    card
}

/// The copies, by their places in the list, that contradict the rest of a card.
pub(super) fn at_fault(data: &Node, contradictions: &[Diagnostic]) -> BTreeSet<usize> {
    let copies = data.at(OBJECTION.1).map(Node::list).unwrap_or_default().iter().enumerate();
    let is_at_fault = |copy: &Node| {
        let mut own = HashSet::new();
        places(copy, &mut own);
        contradictions.iter().any(|mistake| own.contains(&mistake.span))
    };
    copies.filter(|(_, copy)| is_at_fault(copy)).map(|(place, _)| place).collect()
}

/// Takes these copies from a card.
pub(super) fn remove(data: &mut Node, gone: &BTreeSet<usize>) {
    let Data::Table(table) = &mut data.data else { return };
    let Some(Node { data: Data::List(copies), .. }) = table.get_mut(OBJECTION.1) else { return };
    let mut place = 0;
    copies.retain(|_| {
        place += 1;
        !gone.contains(&(place - 1))
    });
}

/// Where the copies of a card were written.
pub(super) fn written(data: &Node) -> HashSet<Span> {
    let mut found = HashSet::new();
    data.at(OBJECTION.1).iter().for_each(|copies| places(copies, &mut found));
    found
}

/// Notes where a value and all in it were written.
fn places(node: &Node, found: &mut HashSet<Span>) {
    found.insert(node.span.clone());
    node.list().iter().chain(node.table().into_iter().flat_map(Table::values)).for_each(|inner| places(inner, found));
}
