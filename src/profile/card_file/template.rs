//! A starter file for authors: every key of a schema, explained; those that a card needs filled in.

use std::fmt::Write;

use crate::{
    profile::{
        schema::{Choice, Doc, Key, Kind, Language, Presence, Schema},
        written::{Entry, Value, Written},
    },
    shown::Pairs,
};

/// The widest line of a starter file, in characters.
const WIDTH: usize = 100;

/// A card file for a layout that says of each key what it means. It is valid as it is; keys that may be left out stand
/// in comments (`#key = value`). `title` is what the cards of its family are. Of the keys that a card does not need,
/// those stand in it for whose full name `has_place` holds.
#[must_use]
pub fn template(
    title: &Doc,
    schema: &Schema,
    layout: &str,
    language: Language,
    has_place: &dyn Fn(&str) -> bool,
) -> String {
    let mut template = Template { text: String::new(), schema, language, has_place };
    let title = title.in_language(language);
    template.comment(&match language {
        Language::English => format!(
            "{title}. Lines that begin with # are comments; a value in a comment is what the card has \
             anyway, or an example. Dates are \"2024-01-31\", or relative to the day of loading: \"today-2y\", \"today+6m\"."
        ),
        Language::French => format!(
            "{title}. Les lignes qui commencent par # sont des commentaires ; une valeur en \
             commentaire est celle que la carte a de toute façon, ou un exemple. Les dates s'écrivent \"2024-01-31\", ou \
             par rapport au jour du chargement : \"today-2y\", \"today+6m\"."
        ),
    });
    for key in template.offered("", &schema.root.0) {
        template.top(key, layout);
    }
    template.text
}

/// A starter file that is being written.
struct Template<'s> {
    text: String,
    schema: &'s Schema,
    language: Language,
    has_place: &'s dyn Fn(&str) -> bool,
}

impl Template<'_> {
    /// Whether a key of a table stands in the file: one that a card needs, or one with a place on its chip.
    fn offers(&self, path: &str, key: &Key) -> bool {
        if key.presence == Presence::Required {
            return true;
        }
        let names = match &key.kind {
            Kind::Short { of } => of.as_slice(),
            _ => std::slice::from_ref(&key.name),
        };
        let (top, inner) = path.split_once('.').map_or((path, None), |(top, inner)| (top, Some(inner)));
        // A key of a table that is also the first of a list has its place as a key of either.
        let listed = self.schema.root.key(top).and_then(|key| key.kind.rules()?.first_of.as_deref());
        let tables = [Some(top), listed].into_iter().flatten();
        let full = |table: &str, name: &str| {
            [Some(table), inner, Some(name)]
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(".")
        };
        tables.into_iter().any(|table| names.iter().any(|name| (self.has_place)(&full(table, name))))
    }

    /// Those of some keys of a table that stand in the file.
    fn offered<'k>(&self, path: &str, keys: impl IntoIterator<Item = &'k Key>) -> Vec<&'k Key> {
        keys.into_iter().filter(|key| self.offers(path, key)).collect()
    }

    /// A key at the top of the file.
    fn top(&mut self, key: &Key, layout: &str) {
        let first_of = key.kind.rules().and_then(|rules| rules.first_of.as_deref());
        let listed = first_of.and_then(|list| self.schema.root.key(list)).and_then(|list| list.kind.rules());
        match (&key.kind, listed) {
            (Kind::Table(own), Some(listed)) => {
                let new =
                    listed.fields.0.iter().filter(|key| key.first.is_none() && own.fields.key(&key.name).is_none());
                let fields = self.offered(&key.name, own.fields.0.iter().chain(new));
                self.table(key, &key.name, &fields, "");
            }
            (Kind::List { of, .. }, _) if self.schema.first_of(&key.name).is_some() => {
                let fields = self.offered(&key.name, &of.fields.0);
                self.further_members(key, &fields);
            }
            (Kind::Table(rules) | Kind::List { of: rules, .. }, _) => {
                let commented = if key.presence == Presence::Required { "" } else { "#" };
                let commented = if matches!(key.presence, Presence::Default(_)) { "" } else { commented };
                let fields = self.offered(&key.name, &rules.fields.0);
                self.table(key, &key.name, &fields, commented);
            }
            _ => {
                self.text.push('\n');
                self.comment(key.doc.in_language(self.language));
                let value = if key.name == "layout" { quoted(layout) } else { sample(key) };
                self.line(&format!("{}{} = {value}", comment_out(key), key.name));
            }
        }
    }

    /// A table or list with its keys, values first, and with what is in it. `commented` is `#` if it is all a comment.
    fn table(&mut self, key: &Key, path: &str, fields: &[&Key], commented: &str) {
        self.text.push('\n');
        self.comment(key.doc.in_language(self.language));
        let (open, close) = if matches!(key.kind, Kind::List { .. }) { ("[[", "]]") } else { ("[", "]") };
        self.line(&format!("{commented}{open}{path}{close}"));
        let is_part =
            |name: &String| fields.iter().any(|field| matches!(&field.kind, Kind::Short { of } if of.contains(name)));
        for field in fields.iter().filter(|field| field.kind.rules().is_none() && !is_part(&field.name)) {
            self.explain(field);
            let commented = if commented.is_empty() { comment_out(field) } else { commented };
            self.line(&format!("{commented}{} = {}", field.name, sample(field)));
        }
        for field in fields {
            if let Some(rules) = field.kind.rules() {
                let path = format!("{path}.{}", field.name);
                let fields = self.offered(&path, &rules.fields.0);
                self.table(field, &path, &fields, "#");
            }
        }
    }

    /// The list whose first stands above: its plain keys, of which those that stood above are not explained again.
    fn further_members(&mut self, key: &Key, fields: &[&Key]) {
        self.text.push('\n');
        self.comment(key.doc.in_language(self.language));
        self.line(&format!("#[[{}]]", key.name));
        let shown = |field: &&&Key| field.kind.rules().is_none() && field.presence != Presence::Optional;
        for field in fields.iter().filter(shown) {
            if field.first.is_some() {
                self.explain(field);
            }
            self.line(&format!("#{} = {}", field.name, sample(field)));
        }
    }

    /// What a key means, and its values if they are a closed set.
    fn explain(&mut self, key: &Key) {
        self.comment(key.doc.in_language(self.language));
        let Kind::Enumeration(choices) = &key.kind else { return };
        let choice = |choice: &Choice| match &choice.meaning {
            Some(meaning) => format!("{} {}", choice.value, meaning.in_language(self.language)),
            None => choice.value.clone(),
        };
        self.comment(&choices.iter().map(choice).collect::<Vec<_>>().join("; "));
    }

    /// Text as comments, in lines that are not too wide.
    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() >= WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// What stands before a key that may be left out.
fn comment_out(key: &Key) -> &'static str {
    if key.presence == Presence::Required || key.starter { "" } else { "#" }
}

/// A value for a key, as TOML: its default, its example, or one of its type.
pub(super) fn sample(key: &Key) -> String {
    match (&key.presence, &key.example) {
        (Presence::Default(default), _) => toml(default),
        (_, Some(example)) => quoted(example),
        _ => sample_of(&key.kind),
    }
}

/// A value of a type, as TOML.
fn sample_of(kind: &Kind) -> String {
    match kind {
        Kind::Text { max } => quoted("TEXTE".get(..(*max).min(5)).unwrap_or("")),
        Kind::Digits { min, .. } => quoted(&"1".repeat(*min)),
        Kind::Code { min, of, .. } => quoted(&of.get(..1).unwrap_or("A").repeat(*min)),
        Kind::Nir => quoted("1 85 19 75 999 001"),
        Kind::Date { .. } => quoted("today+1y"),
        Kind::Number { min, .. } => min.to_string(),
        Kind::Decimal { .. } => "0.00".into(),
        Kind::Flag => "true".into(),
        Kind::Enumeration(choices) => quoted(choices.first().map_or("", |choice| &choice.value)),
        Kind::Bytes { min, .. } => quoted(&"00".repeat(*min)),
        Kind::Atr { known } => match known.first() {
            Some(first) => quoted(&Pairs(first).to_string()),
            None => quoted("3B 75 13 00 00 44 09 EA 90 00"),
        },
        Kind::Short { .. } | Kind::Table(_) | Kind::List { .. } => quoted(""),
    }
}

/// A value as TOML, on one line.
pub(super) fn toml(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Text(text) => quoted(text),
        Value::Integer(text) | Value::Date(text) | Value::Float(text) => text.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(members) => {
            format!("[{}]", joined(members.iter().map(|Written { value, .. }| toml(value)).collect()))
        }
        Value::Table(entries) if entries.is_empty() => "{}".into(),
        Value::Table(entries) => {
            let entry = |entry: &Entry| format!("{} = {}", entry.key, toml(&entry.value.value));
            format!("{{ {} }}", joined(entries.iter().map(entry).collect()))
        }
    }
}

/// A text between quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(control)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
