//! Logs of other programs: each importer on any bytes makes a trace, and that trace can become JSON and a script.

use std::sync::Arc;

use virtuale::{
    profile::diagnostic::Source,
    trace::{
        Trace,
        convert::{self, Format, Imported, Patterns},
    },
};

/// Imports the log with the importer that its content tells, else with all of them.
pub(super) fn run(data: &[u8]) {
    let log = String::from_utf8_lossy(data);
    let detected = Format::detect(&log);
    let formats = Format::ALL.into_iter().map(|(_, format)| format);
    for format in formats.filter(|format| detected.is_none_or(|detected| detected == *format)) {
        check(convert::import(&log, format));
    }
    let patterns = ["(?<command>[0-9A-F ]{8,}).*?(?<response>[0-9A-F ]*)$".to_owned(), "ATR (?<atr>.*)".to_owned()];
    check(Patterns::new("pattern", &patterns).expect("these are patterns").import(&log));
}

/// What was imported is a trace with all that was understood and a comment for all that was not.
fn check(imported: Imported) {
    let Imported { text, commands, unread } = imported;
    let comments = text.matches("of the log was not understood: ").count();
    assert!(comments >= unread.len(), "a line that is named has no comment");
    let source = Arc::new(Source { name: "imported".into(), text });
    let trace = Trace::parse(source).expect("an importer writes a trace");
    assert!(trace.steps().len() >= commands, "a command was lost");
    let _ = convert::json(&trace, std::io::sink());
    for slot in 0..trace.slots().len() {
        let _ = convert::scriptor(&trace, slot);
    }
}
