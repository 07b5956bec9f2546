//! Reading declarations of keys.

use std::ops::Range;

use super::{Check, Choice, Doc, Fields, Key, Kind, Presence, Rules, Schema, scalar};
use crate::profile::{
    codes,
    diagnostic::{Diagnostic, Mistakes},
    nearest,
    written::{Entry, Value, Written},
};

/// The greatest width of a value and the greatest number of a list's members.
const GREATEST: u64 = 4096;

/// How many keys a card file can have in all. Keys are looked up by going through those of their table.
const MOST_KEYS: usize = 512;

/// How many values an enumeration can have.
const MOST_CHOICES: usize = 1024;

/// All that a declaration may say.
const ATTRIBUTES: [&str; 24] = [
    "type",
    "length",
    "min",
    "max",
    "of",
    "time",
    "any_month",
    "required",
    "default",
    "period",
    "overlap",
    "excludes",
    "first_of",
    "one_of",
    "check",
    "starter",
    "first",
    "codes",
    "values",
    "known",
    "api",
    "example",
    "en",
    "fr",
];

/// The types of keys.
const TYPES: [&str; 14] = [
    "text",
    "digits",
    "code",
    "nir",
    "date",
    "number",
    "decimal",
    "flag",
    "enumeration",
    "bytes",
    "atr",
    "short",
    "table",
    "list",
];

/// Adds the keys of `data` to a schema, and notes what is wrong with them.
pub(super) fn declare(schema: &mut Schema, data: &Written, mistakes: &mut Mistakes) {
    if !matches!(data.value, Value::Table(_)) {
        let hint = "declare each key in a table of its own: [data.\"assure.code_local\"]";
        mistakes.add(Diagnostic::new(mistakes.source(), data.span.clone(), "expected a table of keys").hint(hint));
    }
    let known = schema.root.count();
    let entries = data.entries();
    if let Some(first_too_many) = entries.get(MOST_KEYS.saturating_sub(known)) {
        let message = format!("there are more than {MOST_KEYS} keys, {known} of them declared before");
        mistakes.add(Diagnostic::new(mistakes.source(), first_too_many.span.clone(), message).label("one too many"));
        return;
    }
    for entry in entries {
        let declaration = Declaration { entry, mistakes };
        declaration.add_to(schema);
    }
}

/// A declaration that is being read.
struct Declaration<'a> {
    entry: &'a Entry,
    mistakes: &'a mut Mistakes,
}

impl Declaration<'_> {
    fn add_to(mut self, schema: &mut Schema) {
        self.check_attributes();
        let path = &self.entry.key;
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        if !is_name(name) {
            self.wrong_key("a key is written in small letters, digits and underscores");
            return;
        }
        let Some(key) = self.key(name) else { return };
        match fields_at(&mut schema.root, parent) {
            Some(fields) => put(fields, key),
            None => self.wrong_key(&format!("\"{parent}\" is not declared as a table or list before this")),
        }
    }

    fn key(&mut self, name: &str) -> Option<Key> {
        let kind = self.kind()?;
        Some(Key {
            name: name.into(),
            presence: self.presence(),
            doc: Doc { en: self.text("en").unwrap_or_default(), fr: self.text("fr").unwrap_or_default() },
            api: self.text("api"),
            codes: self.codes(),
            example: self.text("example"),
            first: self.text("first"),
            excludes: self.text("excludes"),
            check: self.check(&kind),
            starter: self.flag("starter"),
            kind,
        })
    }

    fn kind(&mut self) -> Option<Kind> {
        let Some(name) = self.text("type") else {
            self.wrong_key("a key needs a type");
            return None;
        };
        Some(match name.as_str() {
            "text" => Kind::Text { max: self.width("max")? },
            "digits" => self.widths().map(|(min, max)| Kind::Digits { min, max })?,
            "code" => {
                let of = self.text("of").unwrap_or_default();
                self.widths().map(|(min, max)| Kind::Code { min, max, of })?
            }
            "bytes" => self.widths().map(|(min, max)| Kind::Bytes { min, max })?,
            "nir" => Kind::Nir,
            "atr" => Kind::Atr { known: self.answers() },
            "flag" => Kind::Flag,
            "date" => Kind::Date { time: self.flag("time"), any_month: self.flag("any_month") },
            "number" => {
                let max = self.number("max")?;
                let min = if self.entry.value.key("min").is_some() { self.number("min")? } else { 0 };
                Kind::Number { min, max }
            }
            "decimal" => Kind::Decimal { max: self.number("max")? },
            "enumeration" => Kind::Enumeration(self.choices()?),
            "short" => Kind::Short { of: self.texts("of") },
            "table" => Kind::Table(self.rules()),
            "list" => Kind::List { max: self.width("max")?, of: self.rules() },
            _ => {
                let near = nearest::hint(&name, TYPES).map(|near| near.to_string());
                let hint = near.unwrap_or_else(|| format!("the types are {}", TYPES.join(", ")));
                let span = self.span_of("type");
                self.mistakes.add(Diagnostic::new(self.mistakes.source(), span, "no such type").hint(hint));
                return None;
            }
        })
    }

    /// The answers to reset that are known.
    fn answers(&mut self) -> Vec<Vec<u8>> {
        let texts = self.texts("known");
        let answers: Vec<_> = texts.iter().filter_map(|text| scalar::atr(text).ok()).collect();
        if answers.len() < texts.len() {
            self.wrong("known", "`known` is a list of answers to reset, in hexadecimal");
        }
        answers
    }

    fn rules(&mut self) -> Rules {
        let period = match self.texts("period").as_slice() {
            [begin, end] => Some((begin.clone(), end.clone())),
            [] => None,
            _ => {
                self.wrong("period", "a period has two keys: period = [\"debut\", \"fin\"]");
                None
            }
        };
        let (overlap, first_of, one_of) = (self.flag("overlap"), self.text("first_of"), self.texts("one_of"));
        Rules { fields: Fields::default(), period, overlap, first_of, one_of }
    }

    /// How the last digit of a number follows.
    fn check(&mut self, kind: &Kind) -> Option<Check> {
        let name = self.text("check")?;
        let known = Check::NAMED.iter().find(|(known, _)| *known == name).map(|(_, check)| *check);
        if known.is_none() || !matches!(kind, Kind::Digits { .. } | Kind::Code { .. }) {
            let names: Vec<_> = Check::NAMED.iter().map(|(name, _)| *name).collect();
            self.wrong("check", &format!("a number of digits or a code can be checked by: {}", names.join(", ")));
        }
        known
    }

    fn presence(&mut self) -> Presence {
        match (self.flag("required"), self.entry.value.key("default")) {
            (false, None) => Presence::Optional,
            (true, None) => Presence::Required,
            (false, Some(default)) => Presence::Default(unplaced(default).value),
            (true, Some(_)) => {
                self.wrong("default", "a key that is required has no default");
                Presence::Required
            }
        }
    }

    /// The name of a list of codes.
    fn codes(&mut self) -> Option<String> {
        let name = self.text("codes")?;
        if codes::list(&name).is_some() {
            return Some(name);
        }
        let names = codes::lists().map(|list| list.name).collect::<Vec<_>>().join(", ");
        self.wrong("codes", &format!("there is no such list of codes; there are {names}"));
        None
    }

    fn choices(&mut self) -> Option<Vec<Choice>> {
        if self.entry.value.key("codes").is_some() {
            let list = self.codes().and_then(|name| codes::list(&name))?;
            return Some(list.codes.iter().map(Choice::from).collect());
        }
        let Some(Value::List(values)) = self.entry.value.key("values").map(|values| &values.value) else {
            self.wrong_key(
                "an enumeration needs `codes`, or `values = [{ value = \"1\", en = \"one\", fr = \"un\" }]`",
            );
            return None;
        };
        if values.len() > MOST_CHOICES {
            self.wrong("values", &format!("an enumeration has at most {MOST_CHOICES} values"));
            return None;
        }
        let text = |value: &Written, key| value.key(key).and_then(Written::text).map(str::to_owned);
        let choice = |written: &Written| {
            let meaning = text(written, "en").zip(text(written, "fr")).map(|(en, fr)| Doc { en, fr });
            Some(Choice { value: text(written, "value")?, meaning })
        };
        let choices: Option<Vec<_>> = values.iter().map(choice).collect();
        if choices.is_none() {
            self.wrong("values", "each of the values is a table with a text `value`");
        }
        choices
    }

    fn widths(&mut self) -> Option<(usize, usize)> {
        if self.entry.value.key("length").is_some() {
            return self.width("length").map(|length| (length, length));
        }
        let min = if self.entry.value.key("min").is_some() { self.width("min")? } else { 1 };
        let max = self.width("max")?;
        if min > max {
            self.wrong("min", "`min` is greater than `max`");
        }
        Some((min, max.max(min)))
    }

    /// A width, 1 to [`GREATEST`].
    fn width(&mut self, attribute: &str) -> Option<usize> {
        let width = self.number(attribute)?;
        if !(1..=GREATEST).contains(&width) {
            self.wrong(attribute, &format!("`{attribute}` is from 1 to {GREATEST}"));
            return None;
        }
        usize::try_from(width).ok()
    }

    fn number(&mut self, attribute: &str) -> Option<u64> {
        let number = match self.entry.value.key(attribute).map(|written| &written.value) {
            Some(Value::Integer(digits)) => digits.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(attribute, &format!("this type of key needs a whole number `{attribute}`"));
        }
        number
    }

    fn flag(&mut self, attribute: &str) -> bool {
        match self.entry.value.key(attribute).map(|written| &written.value) {
            Some(Value::Flag(flag)) => *flag,
            None => false,
            Some(_) => {
                self.wrong(attribute, &format!("`{attribute}` is true or false"));
                false
            }
        }
    }

    fn text(&mut self, attribute: &str) -> Option<String> {
        let written = self.entry.value.key(attribute)?;
        if written.text().is_none() {
            self.wrong(attribute, &format!("`{attribute}` is a text"));
        }
        written.text().map(str::to_owned)
    }

    fn texts(&mut self, attribute: &str) -> Vec<String> {
        let members = match self.entry.value.key(attribute).map(|written| &written.value) {
            Some(Value::List(members)) => members.as_slice(),
            None => return Vec::new(),
            Some(_) => &[],
        };
        let texts: Vec<_> = members.iter().filter_map(|member| member.text().map(str::to_owned)).collect();
        if texts.is_empty() || texts.len() < members.len() {
            self.wrong(attribute, &format!("`{attribute}` is a list of texts"));
        }
        texts
    }

    fn check_attributes(&mut self) {
        for attribute in self.entry.value.entries() {
            if !ATTRIBUTES.contains(&&*attribute.key) {
                let message = format!("a key has no attribute \"{}\"", scalar::shown(&attribute.key));
                let mistake = Diagnostic::new(self.mistakes.source(), attribute.span.clone(), message);
                // Mistakes of layouts are told in English, as a whole.
                let hint = nearest::hint(&attribute.key, ATTRIBUTES).map(|near| near.to_string().into());
                self.mistakes.add(Diagnostic { hint, ..mistake });
            }
        }
    }

    fn span_of(&self, attribute: &str) -> Range<usize> {
        self.entry.value.key(attribute).map_or(self.entry.span.clone(), |written| written.span.clone())
    }

    fn wrong(&mut self, attribute: &str, message: &str) {
        let span = self.span_of(attribute);
        self.mistakes.add(Diagnostic::new(self.mistakes.source(), span, message.to_owned()));
    }

    fn wrong_key(&mut self, message: &str) {
        self.mistakes.add(Diagnostic::new(self.mistakes.source(), self.entry.span.clone(), message.to_owned()));
    }
}

/// The keys of the table or list at a path; those at the top for an empty path.
fn fields_at<'s>(root: &'s mut Fields, path: &str) -> Option<&'s mut Fields> {
    path.split('.').filter(|name| !name.is_empty()).try_fold(root, |fields, name| {
        match &mut fields.0.iter_mut().find(|key| key.name == name)?.kind {
            Kind::Table(rules) | Kind::List { of: rules, .. } => Some(&mut rules.fields),
            _ => None,
        }
    })
}

/// Adds a key, or replaces it and keeps the keys in it.
fn put(fields: &mut Fields, mut key: Key) {
    let Some(old) = fields.0.iter_mut().find(|old| old.name == key.name) else {
        fields.0.push(key);
        return;
    };
    if let (Kind::Table(new) | Kind::List { of: new, .. }, Some(rules)) = (&mut key.kind, old.kind.rules()) {
        new.fields = rules.fields.clone();
    }
    *old = key;
}

/// Whether a name can be a key of a card file.
fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    starts && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A value without places: it stands in no card file.
fn unplaced(written: &Written) -> Written {
    let entry = |entry: &Entry| Entry { key: entry.key.clone(), span: 0..0, value: unplaced(&entry.value) };
    let value = match &written.value {
        Value::List(members) => Value::List(members.iter().map(unplaced).collect()),
        Value::Table(entries) => Value::Table(entries.iter().map(entry).collect()),
        value => value.clone(),
    };
    Written { value, span: 0..0 }
}

impl From<&codes::Code> for Choice {
    fn from(code: &codes::Code) -> Self {
        let meaning = code.label.map(|label| Doc { en: label.en.into(), fr: label.fr.into() });
        Self { value: code.value.into(), meaning }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Kind, MOST_CHOICES, MOST_KEYS, Schema};
    use crate::profile::{
        diagnostic::{Diagnostics, Source},
        written::Written,
    };

    fn declared(text: &str) -> Result<Schema, Diagnostics> {
        Schema::read(&Arc::new(Source { name: "layout.toml".into(), text: text.into() }))
    }

    #[test]
    fn an_enumeration_brings_its_values_or_takes_those_of_a_list_of_codes() {
        let text = "data.a = { type = 'enumeration', values = [{ value = '1', en = 'one', fr = 'un' }, { value = '2' }] }\n\
            data.b = { type = 'enumeration', codes = 'qualite' }";
        let schema = declared(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let values = |name| match &schema.key(name).expect("declared").kind {
            Kind::Enumeration(choices) => choices.iter().map(ToString::to_string).collect::<Vec<_>>(),
            kind => panic!("{kind:?}"),
        };
        assert_eq!(values("a"), ["1 (one)", "2"]);
        assert_eq!(values("b").len(), 10);
    }

    #[test]
    fn keys_that_stay_must_fit_those_that_are_replaced() {
        let text = "data.p = { type = 'list', max = 3, period = ['debut', 'fin'], default = [{ debut = 'today' }] }\n\
            data.'p.debut' = { type = 'date', required = true }\ndata.'p.fin' = { type = 'date' }";
        let schema = declared(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        for more in [
            "data.'p.fin' = { type = 'text', max = 3 }",
            "data.'p.motif' = { type = 'text', max = 3, required = true }",
        ] {
            let source = Arc::new(Source { name: "layout.toml".into(), text: more.into() });
            let document = Written::read(&source).expect("TOML");
            let mistakes = schema.clone().extend_with(&source, document.key("data").expect("keys")).expect_err(more);
            assert!(mistakes.0[0].message.starts_with("with this, \"p\" is no longer sound: "), "{mistakes}");
        }
    }

    #[test]
    fn keys_and_values_have_a_number_that_is_enough() {
        let keys =
            |count: usize| (0..count).map(|at| format!("data.k{at} = {{ type = 'flag' }}\n")).collect::<String>();
        assert_eq!(declared(&keys(MOST_KEYS)).map(|schema| schema.keys().len()), Ok(MOST_KEYS));
        let mistakes = declared(&keys(MOST_KEYS + 1)).expect_err("one too many");
        assert_eq!((mistakes.0.len(), mistakes.0[0].position().0), (1, MOST_KEYS + 1), "{mistakes}");
        let values = |count: usize| {
            let values: String = (0..count).map(|at| format!("{{ value = '{at}' }}, ")).collect();
            format!("data.e = {{ type = 'enumeration', values = [{values}] }}")
        };
        assert!(declared(&values(MOST_CHOICES)).is_ok());
        let mistakes = declared(&values(MOST_CHOICES + 1)).expect_err("one too many");
        assert_eq!(mistakes.0[0].message, "an enumeration has at most 1024 values");
        let parts = "data.a = { type = 'digits', length = 1 }\ndata.s = { type = 'short', of = ['a', 'a'] }";
        assert!(declared(parts).is_err(), "a part of a short form that stands in it twice");
    }

    #[test]
    fn what_is_wrong_with_a_declaration_is_shown() {
        let text = r#"
[data.Nom]
type = "text"
max = 3
[data.nature]
type = "txet"
[data.numero]
type = "digits"
length = 0
[data."carte.options"]
type = "flag"
[data.code]
type = "code"
lenght = 3
[data.droits]
type = "list"
max = 3
period = ["debut", "fin"]
first_of = "carte"
[data.date]
type = "date"
required = true
default = "today"
[data.jour]
type = "date"
default = "2025-02-30"
[data.lien]
type = "enumeration"
codes = "lien"
[data.court]
type = "short"
of = ["date"]
excludes = "long"
"#;
        let mistakes = declared(text).expect_err("mistakes");
        let expected = snapbox::file!["declarations.txt"];
        snapbox::assert_data_eq!(format!("{mistakes}\n"), expected.raw());
    }
}
