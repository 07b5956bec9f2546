//! Traces: parse, replay against cards that answer with what they were sent, and show the findings.

use std::convert::Infallible;

use virtuale::trace::{
    Chance, Trace,
    replay::{Wanted, replay},
};
use virtuale_engine::Card;

use super::{echo::Echo, text};

/// Parses and replays a trace. Findings are shown as people see them.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    match Trace::parse(source) {
        Ok(trace) => play(&trace),
        Err(diagnostics) => text::judge(&diagnostics),
    }
}

fn play(trace: &Trace) {
    let Ok(outcome) = replay(trace, Chance::Recorded, |wanted: Wanted<'_>| {
        let absent = wanted.card == Some("-");
        Ok::<_, Infallible>((!absent).then(|| Box::new(Echo::new()) as Box<dyn Card>))
    });
    assert!(outcome.commands <= trace.steps().len(), "more commands than steps");
    for finding in &outcome.findings {
        let (line, column) = finding.position();
        assert!(line >= 1 && column >= 1, "places are counted from 1");
        assert!(!finding.to_string().is_empty());
    }
}
