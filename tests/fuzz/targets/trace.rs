//! Traces: parse, replay against cards that answer with what they were sent, and show the findings.

use std::convert::Infallible;

use virtuale::trace::{Trace, replay::replay};
use virtuale_engine::{Answer, Atr, Card, Fault, Protocol, Reset, StatusWord};

use super::text;

/// Parses and replays a trace. Findings are shown as people see them.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    match Trace::parse(source) {
        Ok(trace) => play(&trace),
        Err(diagnostics) => text::judge(&diagnostics),
    }
}

fn play(trace: &Trace) {
    let Ok(outcome) = replay(trace, &mut |wanted| {
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

/// A card that answers with the command, unless it is told to fail: class `FF` takes its power away.
struct Echo {
    atr: Atr,
    powered: bool,
}

impl Echo {
    fn new() -> Self {
        let atr = Atr::parse(&[0x3B, 0x75, 0x13, 0, 0, 0x44, 9, 0xEA, 0x90, 0]).expect("a public ATR");
        Self { atr, powered: false }
    }
}

impl Card for Echo {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn reset(&mut self, _: Reset) -> Result<(), Fault> {
        self.powered = true;
        Ok(())
    }

    fn power_off(&mut self) {
        self.powered = false;
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        if self.atr.offers(protocol) { Ok(()) } else { Err(Fault::ProtocolRefused) }
    }

    fn transmit(&mut self, command: &[u8], answer: &mut Answer) -> Result<(), Fault> {
        answer.clear();
        match command.first() {
            _ if !self.powered => return Err(Fault::Unpowered),
            Some(0xFF) => {
                self.powered = false;
                return Err(Fault::PowerLost);
            }
            None => return Err(Fault::Mute),
            Some(_) => answer.extend(&command[..command.len().min(65_536)]),
        }
        answer.finish(StatusWord(0x9000));
        Ok(())
    }
}
