//! An object of JSON on each line, with a key for the command and one for the answer, or one for bytes and one that
//! says whose they are.

use serde_json::{Map, Value};

use crate::trace::convert::{
    dialogue::Dialogue,
    fields::{self, Meaning, Record},
    lines::Line,
    pairing::Waiting,
};

/// Whether a line is an object that tells of a command or an answer.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    object(&line.text).is_some_and(|object| {
        let meanings: Vec<Meaning> = object.keys().filter_map(|key| fields::meaning(key)).collect();
        fields::tell(&meanings)
    })
}

fn object(text: &str) -> Option<Map<String, Value>> {
    let text = text.trim().trim_end_matches(',');
    if !text.starts_with('{') {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let mut waiting = Waiting::default();
    for line in lines.iter().filter(|line| !matches!(line.text.as_ref(), "" | "[" | "]")) {
        let Some(object) = object(&line.text) else {
            dialogue.unread(line.number, &line.text, "a line that is no object of JSON");
            continue;
        };
        let values: Vec<(Meaning, String)> =
            object.iter().filter_map(|(key, value)| Some((fields::meaning(key)?, text_of(value)?))).collect();
        let mut record = Record::default();
        values.iter().for_each(|(meaning, value)| record.add(*meaning, value));
        record.say(line.number, &mut waiting, dialogue);
    }
    fields::finish(&mut waiting, dialogue);
}

/// A value as text: bytes may be a list of numbers.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(numbers) => {
            let byte = |number: &Value| number.as_u64().and_then(|number| u8::try_from(number).ok());
            // What is no byte is not read as one further on.
            let word = |number: &Value| byte(number).map_or_else(|| number.to_string(), |byte| format!("{byte:02X}"));
            Some(numbers.iter().map(word).collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}
