//! What can be checked only when all keys are declared: what one says of others, and its default.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use jiff::civil::date;

use super::{Fields, Key, Kind, Presence, Rules, Schema, scalar};
use crate::profile::{
    diagnostic::{Diagnostic, Mistakes},
    tree::Data,
    written::{Entry, Value, Written},
};

/// Checks every key of a schema to which `data` was just added, and notes what is wrong. A key that was there before
/// may have become unsound, by a new key in it or beside it.
pub(super) fn check(schema: &Schema, data: &Written, mistakes: &mut Mistakes) {
    let declared: BTreeMap<&str, &Entry> = data.entries().iter().map(|entry| (&*entry.key, entry)).collect();
    for (path, key) in schema.keys() {
        Soundness { schema, key, path: &path, declared: &declared, mistakes }.check();
    }
}

/// A key that is being checked.
struct Soundness<'a> {
    schema: &'a Schema,
    key: &'a Key,
    path: &'a str,
    /// The declarations that were added, by path.
    declared: &'a BTreeMap<&'a str, &'a Entry>,
    mistakes: &'a mut Mistakes,
}

impl Soundness<'_> {
    fn check(&mut self) {
        let key = self.key;
        if key.excludes.as_deref().is_some_and(|name| self.sibling(name).is_none()) {
            self.wrong("excludes", "there is no such key beside this one");
        }
        if let Kind::Short { of } = &key.kind {
            let fixed = |key: &Key| matches!(key.kind, Kind::Digits { min, max } if min == max);
            let is_part = |name: &String| self.sibling(name).is_some_and(fixed);
            let once: BTreeSet<&String> = of.iter().collect();
            if of.is_empty() || once.len() < of.len() || !once.into_iter().all(is_part) {
                self.wrong("of", "a short form joins siblings of type digits, each of a fixed length, once");
            }
        }
        self.check_rules();
        self.check_values();
    }

    fn sibling(&self, name: &str) -> Option<&Key> {
        let siblings: &Fields = match self.path.rsplit_once('.') {
            Some((parent, _)) => &self.schema.key(parent)?.kind.rules()?.fields,
            None => &self.schema.root,
        };
        siblings.key(name)
    }

    fn check_rules(&mut self) {
        let Some(rules) = self.key.kind.rules() else { return };
        let is_date = |name: &String| matches!(rules.fields.key(name).map(|key| &key.kind), Some(Kind::Date { .. }));
        if rules.period.as_ref().is_some_and(|(begin, end)| !is_date(begin) || !is_date(end)) {
            self.wrong("period", "its period needs two dates in it");
        }
        if rules.one_of.iter().any(|name| rules.fields.key(name).is_none()) {
            self.wrong("one_of", "it names a key that is not in it");
        }
        let is_list = |name: &str| matches!(self.schema.root.key(name).map(|key| &key.kind), Some(Kind::List { .. }));
        let at_top = matches!(self.key.kind, Kind::Table(_)) && !self.path.contains('.');
        if rules.first_of.as_deref().is_some_and(|name| !is_list(name) || !at_top) {
            self.wrong("first_of", "a table at the top can be the first of a list at the top, nothing else");
        }
    }

    /// Whether the values that the declaration gives are those of its type.
    fn check_values(&mut self) {
        let key = self.key;
        if let Presence::Default(default) = &key.presence
            && !is_value(key, default)
        {
            self.wrong("default", "its default could not stand in a card file");
        }
        for (attribute, text) in [("example", &key.example), ("first", &key.first)] {
            if text.as_ref().is_some_and(|text| !is_value(key, &Value::Text(text.clone().into()))) {
                self.wrong(attribute, &format!("its {attribute} could not stand in a card file"));
            }
        }
    }

    /// Notes a mistake at what the declaration says of an attribute, or at what made an older declaration unsound.
    fn wrong(&mut self, attribute: &str, message: &str) {
        let own = self.declared.get(self.path).map(|entry| {
            let written = entry.value.key(attribute);
            (written.map_or(entry.span.clone(), |written| written.span.clone()), message.to_owned())
        });
        let (span, message) = own
            .unwrap_or_else(|| (self.culprit(), format!("with this, \"{}\" is no longer sound: {message}", self.path)));
        self.mistakes.add(Diagnostic::new(self.mistakes.source(), span, message));
    }

    /// The declaration of a key in this one or beside it.
    fn culprit(&self) -> Range<usize> {
        let parent = self.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        let near = |inside: &str| {
            let inside =
                |path: &str| path.strip_prefix(inside).is_some_and(|rest| rest.starts_with('.') || inside.is_empty());
            self.declared.iter().find(|(path, _)| inside(path)).map(|(_, entry)| entry.span.clone())
        };
        near(self.path).or_else(|| near(parent)).unwrap_or(0..0)
    }
}

/// Whether a value could stand under a key.
fn is_value(key: &Key, value: &Value) -> bool {
    match (&key.kind, value) {
        (Kind::Table(rules), Value::Table(entries)) => is_table(rules, entries),
        (Kind::List { of, max }, Value::List(members)) => {
            let fits = |member: &Written| matches!(&member.value, Value::Table(entries) if is_table(of, entries));
            members.len() <= *max && members.iter().all(fits)
        }
        (Kind::Short { .. }, Value::Text(digits)) => digits.bytes().all(|digit| digit.is_ascii_digit()),
        (kind, value) => {
            let is_whole = |data: &Data| match (key.check, data) {
                (Some(check), Data::Text(number)) => check.verify(number).is_ok(),
                _ => true,
            };
            scalar::read(kind, value, date(2026, 1, 1)).is_ok_and(|data| data.as_ref().is_none_or(is_whole))
        }
    }
}

/// Whether a table has keys of the rules only, and all that are required.
fn is_table(rules: &Rules, entries: &[Entry]) -> bool {
    let known = |entry: &Entry| rules.fields.key(&entry.key).is_some_and(|key| is_value(key, &entry.value.value));
    let there = |key: &Key| key.presence != Presence::Required || entries.iter().any(|entry| entry.key == key.name);
    entries.iter().all(known) && rules.fields.0.iter().all(there)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use virtuale_applets::layouts;

    use super::check;
    use crate::profile::{
        diagnostic::{Diagnostics, Mistakes, Source},
        schema::Schema,
        written::Written,
    };

    #[test]
    fn what_is_built_in_is_sound() {
        let mut schema = Schema::empty();
        for text in [layouts::VITALE_KEYS, layouts::VITALE1, layouts::VITALE2] {
            let source = Arc::new(Source { name: "built in".into(), text: text.into() });
            let document = Written::read(&source).expect("TOML");
            let Some(data) = document.key("data") else { continue };
            schema.extend_with(&source, data).expect("declarations");
            let mut mistakes = Mistakes::of(&source);
            check(&schema, data, &mut mistakes);
            assert_eq!(mistakes.or(()), Ok::<(), Diagnostics>(()));
        }
    }
}
