//! An object of JSON on each line, with a key for the command and one for the answer, or one for bytes and one that
//! says whose they are.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::trace::convert::{
    dialogue::Dialogue,
    fields::{self, Record},
    lines::Line,
    meanings::{self, Meaning},
    values,
};

/// Whether a line is an object that tells of a command or an answer.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    object(&line.text).is_some_and(|object| {
        let meanings: Vec<Meaning> = object.0.iter().filter_map(|(key, _)| meanings::meaning(key)).collect();
        meanings::tell(&meanings)
    })
}

/// The entries of an object, as they stand there: a key may stand there twice.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

fn object(text: &str) -> Option<Object> {
    let text = text.trim().trim_end_matches(',');
    serde_json::from_str(text.starts_with('{').then_some(text)?).ok()
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let objects = || lines.iter().filter(|line| !matches!(line.text.as_ref(), "" | "[" | "]"));
    fields::say(
        |take: &mut dyn FnMut(Record)| objects().for_each(|line| take(record(line.number, &line.text))),
        dialogue,
    );
}

/// An object that begins on a line, as a record.
pub(super) fn record(line: usize, text: &str) -> Record {
    let mut record = Record::new(line);
    let Some(Object(entries)) = object(text) else {
        record.flaw(text, "no object of JSON");
        return record;
    };
    for (key, value) in &entries {
        if values::is_bytes(key) {
            record.flaw(key, "what may be bytes, in the place of a name");
        }
        let meaning = meanings::meaning(key);
        match (meaning, text_of(value)) {
            (_, Some(text)) if value.is_number() => record.add_number(key, meaning, &text),
            (Some(Meaning::Command | Meaning::Apdu), None) if is_command(value) => parts(value, &mut record),
            (Some(_), Some(text)) => record.add(key, meaning, &text),
            (Some(Meaning::Answer), None) if is_answer(value) => inside(value, &mut record),
            (Some(Meaning::Reader), None) if value.is_object() => record.add(key, meaning, &texts(value).join(" ")),
            (Some(Meaning::Command | Meaning::Answer | Meaning::Status | Meaning::Data), None) if value.is_object() => {
                record.flaw(&format!("\"{key}\":{value}"), "a value that is neither text nor a list of numbers");
            }
            _ => leaves(key, value, &mut record),
        }
    }
    record
}

/// Whether a value is an object with the data of an answer and its status word, or one of them.
fn is_answer(value: &Value) -> bool {
    let is_status = |key: &str| meanings::meaning(key) == Some(Meaning::Status) || matches!(key, "sw1" | "sw2");
    let keys = || value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    keys().any(is_status) && keys().all(|key| is_status(key) || meanings::meaning(key) == Some(Meaning::Data))
}

/// Whether a value is an object with the parts of a command, and nothing else.
fn is_command(value: &Value) -> bool {
    let keys = || value.as_object().into_iter().flatten().map(|(key, _)| key.to_ascii_lowercase());
    meanings::HEADER.iter().all(|part| keys().any(|key| key == *part))
        && keys().all(|key| meanings::HEADER.contains(&key.as_str()) || matches!(key.as_str(), "lc" | "data" | "le"))
}

/// Adds the parts of a command, which its record puts together.
fn parts(value: &Value, record: &mut Record) {
    for (key, value) in value.as_object().into_iter().flatten() {
        add(key, meanings::meaning(key), value, record);
    }
}

/// Adds a value; of one that is no text, no number and no list of numbers, what is in it.
fn add(key: &str, meaning: Option<Meaning>, value: &Value, record: &mut Record) {
    match text_of(value) {
        Some(text) if value.is_number() => record.add_number(key, meaning, &text),
        Some(text) => record.add(key, meaning, &text),
        None => leaves(key, value, record),
    }
}

/// Whether a text is an object in which Node prints bytes: `{"type":"Buffer","data":[0,164]}`.
pub(super) fn is_buffer(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| buffer(&value).is_some())
}

fn buffer(value: &Value) -> Option<&Value> {
    let object = value.as_object().filter(|object| object.len() == 2)?;
    let is_named = object.get("type").and_then(Value::as_str) == Some("Buffer");
    let is_bytes = |value: &&Value| value.as_array().is_some_and(|bytes| bytes.iter().all(Value::is_number));
    object.get("data").filter(|value| is_named && is_bytes(value))
}

/// Words of hexadecimal digits, each a byte and all written in one way, as the list that they are: they may turn out to
/// be decimal.
fn hex_words(values: &[Value]) -> Option<String> {
    let words: Vec<&str> = values.iter().map(Value::as_str).collect::<Option<_>>()?;
    let is_hex = |word: &str| word.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_plain = |word: &&str| word.len() == 2 && is_hex(word);
    let is_marked =
        |word: &&str| word.strip_prefix("0x").is_some_and(|digits| matches!(digits.len(), 1 | 2) && is_hex(digits));
    (words.iter().all(is_plain) || words.iter().all(is_marked)).then(|| words.join(", "))
}

/// All that an object holds, as text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => object.values().flat_map(texts).collect(),
        Value::Array(values) if !values.iter().all(Value::is_number) => values.iter().flat_map(texts).collect(),
        _ => text_of(value).into_iter().collect(),
    }
}

/// Adds the parts of an answer.
fn inside(value: &Value, record: &mut Record) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let meaning = match meanings::meaning(key) {
            Some(Meaning::Data) => Some(Meaning::Answer),
            meaning => meaning,
        };
        add(key, meaning, value, record);
    }
}

/// Adds what an object or a list holds, of which no name tells what it is. `name` is the last one above it.
pub(super) fn leaves(name: &str, value: &Value, record: &mut Record) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if values::is_bytes(key) {
                    record.flaw(key, "what may be bytes, in the place of a name");
                }
                leaves(key, value, record);
            }
        }
        Value::Array(values) if !values.iter().all(Value::is_number) => {
            values.iter().for_each(|value| leaves(name, value, record));
        }
        Value::Number(number) => record.add_number(name, None, &number.to_string()),
        _ => record.add(name, None, &text_of(value).unwrap_or_default()),
    }
}

/// A value as text: bytes may be a list of numbers.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(words) if words.iter().any(Value::is_string) && hex_words(words).is_some() => hex_words(words),
        Value::Array(numbers) => {
            // Java has bytes from -128 to 127: above that there are none where some are below zero.
            let is_signed = numbers.iter().any(|number| number.as_i64().is_some_and(|number| number < 0));
            let byte = |number: &Value| {
                let number = number.as_i64()?;
                if is_signed { i8::try_from(number).ok().map(i8::cast_unsigned) } else { u8::try_from(number).ok() }
            };
            // What is no byte is not read as some further on.
            let word = |number: &Value| match byte(number) {
                Some(byte) => format!("{byte:02X}"),
                None => format!("({number} is no byte)"),
            };
            Some(numbers.iter().map(word).collect::<Vec<_>>().join(" "))
        }
        Value::Object(_) => buffer(value).and_then(text_of),
        Value::Null | Value::Bool(_) => None,
    }
}
