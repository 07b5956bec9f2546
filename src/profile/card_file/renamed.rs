//! Tables whose names have a slip: what is in them is read as if it stood under the names that were meant.
//!
//! Else one letter would make a mistake of each key that is missing then.

use crate::profile::{
    schema::{Key, Kind},
    written::{Entry, Value, Written},
};

/// A document in which tables stand under the names that were meant, and the entries that had others.
pub(super) fn renamed<'k>(
    document: &Written,
    text: &str,
    keys: &'k [Key],
    meant: impl Fn(&Entry) -> Option<&'k str>,
) -> (Written, Vec<Entry>) {
    let (mut entries, mut slips): (Vec<Entry>, _) = (document.entries().to_vec(), Vec::new());
    for slip in document.entries() {
        let is_known = |key: &&Key| key.name == slip.key;
        let Some(key) = (!keys.iter().any(|key| is_known(&key))).then(|| meant(slip)).flatten() else { continue };
        let Some(key) = keys.iter().find(|known| known.name == key) else { continue };
        let fits = match (&key.kind, &slip.value.value) {
            (Kind::Table(_), Value::Table(_)) => true,
            (Kind::List { .. }, Value::List(members)) => members.iter().all(|it| matches!(it.value, Value::Table(_))),
            _ => false,
        };
        let there = entries.iter().find(|entry| entry.key == key.name).map(|entry| entry.value.clone());
        let is_free = there.as_ref().is_none_or(|there| is_of_those_below(there, text));
        if !fits || !is_free {
            continue;
        }
        let mut value = slip.value.clone();
        if let (Value::Table(own), Some(Written { value: Value::Table(below), .. })) = (&mut value.value, there) {
            own.extend(below);
        }
        entries.retain(|entry| entry.span != slip.span && entry.key != key.name);
        entries.push(Entry { key: key.name.clone().into(), span: slip.span.clone(), value });
        slips.push(slip.clone());
    }
    (Written { value: Value::Table(entries), span: document.span.clone() }, slips)
}

/// Whether a table has no header of its own, and is there only since others that stand in it have: `assure` for
/// `[[assure.droits]]`. Its place is then that of its name, else that of its header with the brackets.
pub(super) fn is_of_those_below(table: &Written, text: &str) -> bool {
    let is_header = text.get(table.span.clone()).is_some_and(|place| place.starts_with('['));
    matches!(table.value, Value::Table(_)) && !is_header
}
