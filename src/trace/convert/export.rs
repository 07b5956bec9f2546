//! Traces for other programs: scriptor scripts and JSON.

use std::io;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json as value};
use virtuale_engine::{Protocol, Reset};

use crate::trace::{
    Action, Expected, Pattern, Trace, TraceSlot,
    names::{command_name, hex},
    pattern::Atom,
};

/// A step of a trace that another form cannot say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unsaid {
    /// The line of the trace.
    pub line: usize,
    /// What it is.
    pub what: &'static str,
}

/// The commands of one slot as a scriptor script, and what such a script cannot say. Answers are comments.
#[must_use]
pub fn scriptor(trace: &Trace, slot: usize) -> (String, Vec<Unsaid>) {
    let mut script = String::new();
    let mut unsaid = Vec::new();
    let mut lines = LineCounter::new(trace);
    for step in trace.steps.iter().filter(|step| step.slot == slot) {
        let line = lines.line_of(step.span.start);
        let text = match &step.action {
            Action::Send(pattern) => trace.exact(pattern).map(hex).ok_or("a command with wildcards or names"),
            Action::Reset(Reset::Warm) => Ok("reset".to_owned()),
            Action::Reset(Reset::Cold) => {
                unsaid.push(Unsaid { line, what: "a cold reset; it is a warm one in the script" });
                Ok("reset".to_owned())
            }
            Action::PowerUpContactless => {
                unsaid.push(Unsaid { line, what: "power by the antenna; it is a warm reset in the script" });
                Ok("reset".to_owned())
            }
            Action::Protocol(_) => Err("the protocol; scriptor takes it from its command line"),
            Action::PowerOff => Err("the power going off"),
            Action::Remove | Action::Insert(_) | Action::InsertFrom(_) => Err("the card going or coming"),
        };
        match text {
            Ok(text) => {
                script.push_str(&text);
                script.push('\n');
            }
            Err(what) => unsaid.push(Unsaid { line, what }),
        }
        if let Expected::Response(pattern, _) = &step.expected {
            script.push_str(&format!("# {}\n", trace.notation(pattern)));
        }
    }
    (script, unsaid)
}

/// Writes a whole trace as JSON, indented: `{"version": 1, "slots": [...], "steps": [...]}`, with bytes written as in
/// the trace. Of the steps one is held at a time, however many there are.
///
/// # Errors
///
/// What the way out says.
pub fn json(trace: &Trace, out: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(out, &Whole(trace)).map_err(io::Error::from)
}

/// A trace that is written step by step.
struct Whole<'t>(&'t Trace);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(trace) = self;
        let slot = |slot: &TraceSlot| {
            let atr = slot.atr.as_ref().map(|atr| trace.notation(atr));
            value!({ "name": slot.name, "card": slot.card, "atr": atr })
        };
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("now", &trace.now.map(|day| day.to_string()))?;
        map.serialize_entry("seed", &trace.seed)?;
        map.serialize_entry("slots", &trace.slots.iter().map(slot).collect::<Vec<_>>())?;
        map.serialize_entry("steps", &Steps(trace))?;
        map.end()
    }
}

struct Steps<'t>(&'t Trace);

impl Serialize for Steps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(trace) = self;
        let mut lines = LineCounter::new(trace);
        serializer.collect_seq(trace.steps.iter().map(|step| step_value(trace, step, &mut lines)))
    }
}

fn step_value(trace: &Trace, step: &crate::trace::Step, lines: &mut LineCounter<'_>) -> Value {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("line", value!(lines.line_of(step.span.start)));
    put("slot", value!(step.slot));
    match &step.action {
        Action::Send(pattern) => {
            put("do", value!("send"));
            put("command", value!(trace.notation(pattern)));
            if let Some(command) = trace.exact(pattern) {
                put("name", value!(command_name(command)));
            }
        }
        Action::Reset(kind) => {
            put("do", value!("reset"));
            put("kind", value!(if *kind == Reset::Cold { "cold" } else { "warm" }));
        }
        Action::PowerUpContactless => {
            put("do", value!("reset"));
            put("kind", value!("contactless"));
        }
        Action::Protocol(protocol) => {
            put("do", value!("protocol"));
            put("protocol", value!(if *protocol == Protocol::T0 { "T=0" } else { "T=1" }));
        }
        Action::PowerOff => {
            put("do", value!("power-off"));
        }
        Action::Remove => {
            put("do", value!("remove"));
        }
        Action::InsertFrom(from) => {
            put("do", value!("insert"));
            put("from", value!(from));
        }
        Action::Insert(card) => {
            put("do", value!("insert"));
            put("card", value!(card));
        }
    }
    match &step.expected {
        Expected::Response(pattern, _) => {
            put("answer", value!(trace.notation(pattern)));
        }
        Expected::Silence(silence, _) => {
            put("error", value!(silence.word()));
        }
        Expected::Unsaid => {}
    }
    Value::Object(fields)
}

/// Counts lines for places that come in order, each line once.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn new(trace: &'a Trace) -> Self {
        Self { text: &trace.source.text, at: 0, line: 1 }
    }

    fn line_of(&mut self, place: usize) -> usize {
        let between = self.text.get(self.at..place).unwrap_or_default();
        self.line += between.matches('\n').count();
        self.at = self.at.max(place);
        self.line
    }
}

impl Trace {
    /// A pattern as a trace writes it.
    #[must_use]
    pub fn notation(&self, pattern: &Pattern) -> String {
        let atoms = match pattern {
            Pattern::Exact(slice) => return hex(self.slice(*slice)),
            Pattern::Holes(atoms) => atoms,
        };
        let words: Vec<String> = atoms
            .iter()
            .map(|atom| match *atom {
                Atom::Byte(byte) => format!("{byte:02X}"),
                Atom::Any => "..".to_owned(),
                Atom::Run => "**".to_owned(),
                Atom::Capture(capture) => format!("{{{}:{}}}", self.capture_name(capture.name), capture.length),
                Atom::Use(used) => format!("{{{}}}", self.capture_name(used.name)),
            })
            .collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json as value;

    use super::{json, scriptor};
    use crate::{
        profile::diagnostic::Source,
        trace::{
            Trace,
            convert::{Format, import},
        },
    };

    fn trace() -> Trace {
        let text = "virtuale-trace 1\ncard a.toml\nnow 2026-01-15\natr 3B ..\nreset\n> 00 A4 04 00\n< 61 {le:1}\n\
                    > 00 C0 00 00 {le}\n< 6F ** 90 00\nreset warm\n> 00 84 00 00 08\nexpect-error mute\n";
        Trace::parse(Arc::new(Source { name: "t".into(), text: text.into() })).expect("a trace")
    }

    #[test]
    fn json_says_all_of_a_trace() {
        let expected = value!({
            "version": 1,
            "now": "2026-01-15",
            "seed": null,
            "slots": [{ "name": "", "card": "a.toml", "atr": "3B .." }],
            "steps": [
                { "line": 5, "slot": 0, "do": "reset", "kind": "cold" },
                {
                    "line": 6, "slot": 0, "do": "send", "command": "00 A4 04 00", "name": "SELECT the first application",
                    "answer": "61 {le:1}"
                },
                { "line": 8, "slot": 0, "do": "send", "command": "00 C0 00 00 {le}", "answer": "6F ** 90 00" },
                { "line": 10, "slot": 0, "do": "reset", "kind": "warm" },
                { "line": 11, "slot": 0, "do": "send", "command": "00 84 00 00 08", "name": "GET CHALLENGE", "error": "mute" },
            ],
        });
        assert_eq!(written(&trace()), expected);
    }

    /// A trace as somebody reads it who reads JSON.
    fn written(trace: &Trace) -> serde_json::Value {
        let mut text = Vec::new();
        json(trace, &mut text).expect("memory");
        serde_json::from_slice(&text).expect("JSON")
    }

    #[test]
    fn json_takes_no_room_for_the_steps() {
        let text = format!("virtuale-trace 1\n{}", "> 00 B0 00 00 04\n< 01 02 03 04 90 00\n".repeat(20_000));
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace");
        let taken = allocation_counter::measure(|| json(&trace, std::io::sink()).expect("a sink"));
        assert!(taken.bytes_max < 100_000, "{} bytes", taken.bytes_max);
        assert_eq!(written(&trace)["steps"].as_array().map(Vec::len), Some(20_000));
    }

    #[test]
    fn a_script_says_what_it_can_and_the_rest_is_reported() {
        let (script, unsaid) = scriptor(&trace(), 0);
        assert_eq!(script, "reset\n00 A4 04 00\n# 61 {le:1}\n# 6F ** 90 00\nreset\n00 84 00 00 08\n");
        assert_eq!(unsaid.iter().map(|unsaid| unsaid.line).collect::<Vec<_>>(), [5, 8]);
    }

    #[test]
    fn a_trace_read_back_from_scriptor_has_the_commands_of_the_script() {
        let (script, _) = scriptor(&trace(), 0);
        let commands: Vec<&str> = script.lines().filter(|line| line.starts_with("00")).collect();
        let output: String = commands.iter().map(|command| format!("> {command}\n< 90 00 : Normal.\n")).collect();
        let imported = import(&output, Format::Scriptor);
        assert_eq!((imported.commands, imported.unread.len()), (commands.len(), 0));
    }
}
