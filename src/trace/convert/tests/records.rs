//! What holds for every record: however fields are renamed, moved, nested or added, the bytes of the dialogue are in
//! the trace, or a line is named.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{
    printed::{Exchange, exchanges, read_back},
    same_cases,
};
use crate::trace::convert::{Format, import};

/// What a field is called in place of its name.
#[derive(Clone, Debug)]
enum Name {
    Kept,
    /// A letter less.
    Cut(usize),
    Other(&'static str),
}

const OTHERS: [&str; 20] = [
    "respons",
    "etat",
    "mot d'état",
    "état",
    "statut",
    "réponse2",
    "w",
    "foo",
    "x",
    "tail",
    "resp2",
    "msg",
    "message",
    "note",
    "mac",
    "result",
    "retour",
    "value",
    "next",
    "info",
];

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![6 => Just(Name::Kept), 1 => any::<usize>().prop_map(Name::Cut), 2 => select(&OTHERS[..]).prop_map(Name::Other)]
}

impl Name {
    fn of(&self, name: &str) -> String {
        match self {
            Self::Kept => name.to_owned(),
            Self::Cut(at) => {
                name.chars().enumerate().filter(|(index, _)| *index != at % name.len()).map(|(_, c)| c).collect()
            }
            Self::Other(other) => (*other).to_owned(),
        }
    }
}

/// How a log of records is written.
#[derive(Clone, Debug)]
struct Form {
    command: Name,
    answer: Name,
    status: Name,
    /// Whether the status word stands in a field of its own.
    apart: bool,
    /// Whether only records from this one on are written otherwise.
    from: usize,
    /// How many bytes at the end of an answer stand in a field of their own, called so.
    moved: Option<(usize, &'static str)>,
    /// Whether the answer, or what was moved, stands in an object of its own.
    nested: (bool, bool),
    between: &'static str,
    /// How what was moved is written.
    kind: usize,
    /// What stands beside it: a name and what is no bytes of the dialogue.
    extra: Vec<(&'static str, &'static str)>,
}

const EXTRAS: [(&str, &str); 8] = [
    ("time", "2026-11-28T08:00:36.12+01:00"),
    ("ms", "12"),
    ("seq", "7"),
    ("id", "a3f2"),
    ("ok", "true"),
    ("level", "INFO"),
    ("elapsed", "3.25"),
    ("note", "to be or not"),
];

fn form() -> impl Strategy<Value = Form> {
    let names = (name(), name(), name(), any::<bool>(), 0_usize..3);
    let moved = proptest::option::of((1_usize..6, select(&OTHERS[..])));
    let rest = (
        moved,
        any::<(bool, bool)>(),
        select(&["", " ", ":", "-", ", "][..]),
        0_usize..4,
        vec(select(&EXTRAS[..]), 0..3),
    );
    (names, rest).prop_map(|((command, answer, status, apart, from), (moved, nested, between, kind, extra))| Form {
        command,
        answer,
        status,
        apart,
        from,
        moved,
        nested,
        between,
        kind,
        extra,
    })
}

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

/// The fields of a record.
fn fields(form: &Form, index: usize, (command, answer): &Exchange) -> Vec<(String, Value)> {
    let kept = Name::Kept;
    let other = |name: &'static str, renamed: &Name| if index < form.from { kept.of(name) } else { renamed.of(name) };
    let (data, status) = answer.split_at(answer.len() - if form.apart { 2 } else { 0 });
    let moved = form.moved.filter(|(count, _)| index >= form.from && *count <= data.len());
    let (data, tail) = data.split_at(data.len() - moved.map_or(0, |(count, _)| count));
    let mut fields = vec![(other("command", &form.command), json!(hex(command, form.between)))];
    let answer = (other("response", &form.answer), json!(hex(data, form.between)));
    fields.push(if form.nested.0 && index >= form.from {
        ("more".to_owned(), json!({ answer.0: answer.1 }))
    } else {
        answer
    });
    if form.apart {
        fields.push((other("sw", &form.status), json!(hex(status, ""))));
    }
    if let Some((_, name)) = moved {
        let shown = hex(tail, form.between);
        let value = match form.kind {
            0 => json!(shown),
            1 => json!(format!("got {shown} then")),
            2 => json!(tail),
            _ => json!(shown.to_lowercase()),
        };
        fields.push((name.to_owned(), if form.nested.1 { json!([{ "response": value }]) } else { value }));
    }
    fields.extend(form.extra.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    fields
}

fn printed(format: Format, form: &Form, exchanges: &[Exchange]) -> String {
    let records = exchanges.iter().enumerate().map(|(index, exchange)| fields(form, index, exchange));
    match format {
        Format::Csv => {
            // All rows have the names of the last one.
            let cell = |value: &Value| {
                format!("\"{}\"", value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace('"', "\"\""))
            };
            let all = Form { from: 0, nested: (false, false), ..form.clone() };
            let rows: Vec<_> = exchanges.iter().map(|exchange| fields(&all, 0, exchange)).collect();
            let names = rows.iter().max_by_key(|row| row.len()).expect("a row");
            let mut log = names.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(",") + "\n";
            for row in &rows {
                let mut left = row.iter().peekable();
                let cells = names.iter().map(|(name, _)| {
                    left.next_if(|(known, _)| known == name).map_or_else(String::new, |(_, value)| cell(value))
                });
                log += &(cells.collect::<Vec<_>>().join(",") + "\n");
            }
            log
        }
        Format::JsonLines => records.map(|fields| object(&fields) + "\n").collect(),
        _ => format!("{{\"log\": [\n{}\n]}}\n", records.map(|fields| object(&fields)).collect::<Vec<_>>().join(",\n")),
    }
}

/// An object in which a name may stand twice.
fn object(fields: &[(String, Value)]) -> String {
    let entry = |(name, value): &(String, Value)| format!("{}: {value}", Value::from(name.as_str()));
    format!("{{{}}}", fields.iter().map(entry).collect::<Vec<_>>().join(", "))
}

proptest! {
    #![proptest_config(same_cases(600, 12))]

    #[test]
    fn a_record_says_all_of_its_bytes_or_is_named(
        exchanges in exchanges(),
        form in form(),
        format in select(&[Format::Csv, Format::JsonLines, Format::Json][..]),
    ) {
        let log = printed(format, &form, &exchanges);
        let imported = import(&log, format);
        // A log without any command is refused.
        let is_told = !imported.unread.is_empty() || imported.commands == 0;
        let found = read_back(&imported);
        prop_assert!(is_told || found == exchanges, "{:?} not {:?}\n{}", found, exchanges, log);
    }

    #[test]
    fn a_record_that_is_plain_is_read_without_a_word(
        exchanges in exchanges(),
        form in form(),
        format in select(&[Format::Csv, Format::JsonLines, Format::Json][..]),
    ) {
        let form = Form { from: usize::MAX, ..form };
        let form = if format == Format::Csv {
            Form { command: Name::Kept, answer: Name::Kept, status: Name::Kept, moved: None, ..form }
        } else {
            form
        };
        // Where every answer ends as its own status word, nothing tells that it is not the same.
        let is_doubtful = |(_, answer): &Exchange| answer.len() < 4 || answer[..answer.len() - 2].ends_with(&answer[answer.len() - 2..]);
        prop_assume!(!form.apart || !exchanges.iter().any(is_doubtful));
        let log = printed(format, &form, &exchanges);
        let imported = import(&log, format);
        let told: Vec<_> = imported.unread.iter().filter(|unread| !unread.why.ends_with("nothing tells")).collect();
        prop_assert!(told.is_empty(), "{:?}\n{}", told, log);
        prop_assert!(!imported.unread.is_empty() || read_back(&imported) == exchanges, "{}", log);
    }
}

#[test]
fn what_a_record_has_beside_its_exchange() {
    let exchange = "\"command\":\"00B0000004\",\"response\":\"01029000\"";
    for (field, is_named) in [
        ("\"mac\":\"AABB\"", true),
        ("\"w\":\"9000\"", true),
        ("\"etat\":9000", true),
        ("\"next\":{\"response\":\"43449000\"}", true),
        ("\"next\":{\"response\":\"01029000\"}", true),
        ("\"msg\":\"sent 00D6000008AABB\"", true),
        ("\"9000\":true", true),
        ("\"len\":9", true),
        ("\"len\":4", false),
        ("\"dataLength\":\"2\"", false),
        ("\"ins\":\"B0\",\"sw1\":\"90\"", false),
        ("\"ins\":\"B1\"", true),
        ("\"atr\":\"3B 00 xyz\"", true),
        ("\"requestId\":\"a3f2\",\"ms\":12,\"time\":\"08:00:36\"", false),
    ] {
        for (log, format) in [
            (format!("{{{exchange},{field}}}\n"), Format::JsonLines),
            (format!("[{{{exchange},{field}}}]\n"), Format::Json),
            (format!("{{{field},\"log\":[{{{exchange}}}]}}\n"), Format::Json),
        ] {
            // A length outside of all records is that of none.
            let is_length = field.contains("len") || field.contains("Length") || field.contains("ins");
            if format == Format::Json && log.contains("log") && is_length {
                continue;
            }
            let unread = import(&log, format).unread;
            assert_eq!(!unread.is_empty(), is_named, "{log} {unread:?}");
        }
    }
    for (table, is_named) in [
        ("command;response;etat\n00B0000000;416120;9000\n", true),
        ("command,response,note\n00B0000004,01029000,AABBCC\n", true),
        ("direction,data,len\nout,00B0000002,5\nin,41429000,9\n", true),
        ("direction,data,len\nout,00B0000002,5\nin,41429000,4\n", false),
        ("1,>,00B0000002,9000\n2,<,41429000,9000\n", true),
    ] {
        let unread = import(table, Format::Csv).unread;
        assert_eq!(!unread.is_empty(), is_named, "{table} {unread:?}");
    }
    let lines = "{\"command\":\"00B0000004\",\"response\":\"\",\"sw\":\"9000\"}\n\
                 {\"command\":\"00B0000004\",\"respons\":\"AABBCC\",\"sw\":\"9000\"}\n";
    assert_eq!(import(lines, Format::JsonLines).unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [2]);
}
