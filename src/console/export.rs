//! The dialogue as a file: a trace, or a script for scriptor.

use std::{collections::BTreeMap, io, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::{Fault, Reset};

use super::entry::{Deed, Entry, Note, Traced};
use crate::{
    profile::diagnostic::Source,
    shown::is_hidden,
    trace::{
        Silence, Trace, convert, hex,
        write::{Line, Writer, slot_name},
    },
};

/// What stands in place of what is hidden: any number of bytes.
const HIDDEN: &str = "**";

/// What is to be said of a trace whose beginning is gone.
const CUT: &str = "The dialogue began earlier: the page keeps so much of it and no more.";

/// What is to be said of a card file whose name no line can have.
const UNNAMABLE: &str = "The name of this card file has characters that no trace can have: the file needs another.";

/// Whether a slot has been written of, and what its last line was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Not yet.
    New,
    /// Its card is named, and gets its power next, which goes without saying.
    Coming,
    In,
    Out,
}

/// A trace of entries, of all slots or of one. Secrets are wildcards in it unless they are to be in it.
pub(super) fn trace(entries: &[Arc<Entry>], slot: Option<usize>, readers: &[String], with_secrets: bool) -> String {
    let mut tracer = Tracer { readers, with_secrets, phases: BTreeMap::new(), struck: BTreeMap::new(), run: None };
    // Memory takes whatever is written to it.
    let written = Writer::new(Vec::new()).and_then(|mut writer| {
        if entries.first().is_some_and(|first| first.seq > 1) {
            writer.line("", &Line::Comment(CUT))?;
        }
        let mut own = entries.iter().filter(|entry| slot.is_none() || entry.slot() == slot);
        own.try_for_each(|entry| tracer.entry(&mut writer, entry))?;
        Ok(writer.into_inner())
    });
    written.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A script of the commands to the card of a slot; what it cannot say is a comment.
pub(super) fn script(entries: &[Arc<Entry>], readers: &[String], slot: usize, with_secrets: bool) -> String {
    let text = trace(entries, Some(slot), readers, with_secrets);
    match Trace::parse(Arc::new(Source { name: "dialogue".into(), text })) {
        Ok(trace) => {
            let (script, unsaid) = convert::scriptor(&trace, 0);
            let unsaid: String = unsaid.iter().map(|step| format!("# not in this script: {}\n", step.what)).collect();
            script + &unsaid
        }
        Err(_) => "# nothing was said to this card\n".into(),
    }
}

struct Tracer<'a> {
    readers: &'a [String],
    with_secrets: bool,
    phases: BTreeMap<usize, Phase>,
    /// Faults that struck the reset which comes next, by slot.
    struck: BTreeMap<usize, Vec<String>>,
    /// The day and the seed of the run, once they are said: they are the same for all slots.
    run: Option<(Date, u64)>,
}

impl Tracer<'_> {
    fn entry(&mut self, writer: &mut Writer<Vec<u8>>, entry: &Entry) -> io::Result<()> {
        let Some(slot) = entry.slot() else { return Ok(()) };
        let name = self.readers.get(slot).map_or_else(|| format!("slot-{slot}"), |reader| slot_name(reader));
        let phase = self.phases.get(&slot).copied().unwrap_or(Phase::New);
        let phase = match &entry.deed {
            Deed::Note(note) if note.traced == Some(Traced::Fault) => {
                self.struck.entry(slot).or_default().extend(note.said.clone());
                phase
            }
            Deed::Note(note) => {
                let phase = note_lines(writer, &name, note, phase, &mut self.run)?;
                let struck = self.struck.remove(&slot).unwrap_or_default();
                struck.iter().try_for_each(|fault| writer.line(&name, &Line::Fault(fault)))?;
                phase
            }
            Deed::Exchange(exchange) => {
                let command = hex(&exchange.command);
                match exchange.hidden(self.with_secrets) {
                    Some(hidden) => {
                        let open = hex(exchange.command.get(..hidden.start).unwrap_or_default());
                        let text = format!("{open} {HIDDEN}    # {}; its secret is left out", exchange.name());
                        writer.line(&name, &Line::CommandPattern(&text))?;
                    }
                    None => {
                        let text = format!("{command}    # {}", exchange.name());
                        writer.line(&name, &Line::CommandPattern(&text))?;
                    }
                }
                exchange.struck.iter().try_for_each(|fault| writer.line(&name, &Line::Fault(fault)))?;
                match &exchange.answer {
                    Ok(answer) => writer.line(&name, &Line::Response(answer))?,
                    Err(_) => writer.line(&name, &Line::Silence(silence(exchange.fault)))?,
                }
                Phase::In
            }
        };
        self.phases.insert(slot, phase);
        Ok(())
    }
}

fn silence(fault: Option<Fault>) -> Silence {
    fault.map_or(Silence::NoCard, Silence::Fault)
}

fn note_lines(
    writer: &mut Writer<Vec<u8>>,
    name: &str,
    note: &Note,
    phase: Phase,
    run: &mut Option<(Date, u64)>,
) -> io::Result<Phase> {
    let Some(traced) = &note.traced else { return Ok(phase) };
    match traced {
        Traced::Inserted(card) => {
            if card.as_ref().is_some_and(|(card, _, _)| card.chars().any(is_hidden)) {
                writer.line("", &Line::Comment(UNNAMABLE))?;
            }
            match (phase, card) {
                (Phase::New, Some((card, today, seed))) => {
                    writer.line(name, &Line::Card(card))?;
                    if run.replace((*today, *seed)).is_none() {
                        writer.line("", &Line::Now(*today))?;
                        writer.line("", &Line::Seed(*seed))?;
                    }
                }
                (Phase::New, None) => note.atr.iter().try_for_each(|atr| writer.line(name, &Line::Atr(atr)))?,
                (_, card) => {
                    let file = card.as_ref().filter(|_| !note.is_back).map(|(card, _, _)| card.as_str());
                    writer.line(name, &Line::Insert(file))?;
                }
            }
            return Ok(Phase::Coming);
        }
        Traced::Removed => {
            writer.line(name, &Line::Remove)?;
            return Ok(Phase::Out);
        }
        // It goes without saying, and comes before anything is known of the card.
        Traced::ColdReset | Traced::ContactlessReset if phase != Phase::In => return Ok(phase),
        Traced::ColdReset => writer.line(name, &Line::Reset(Reset::Cold))?,
        Traced::ContactlessReset => writer.line(name, &Line::PowerUpContactless)?,
        Traced::WarmReset => writer.line(name, &Line::Reset(Reset::Warm))?,
        Traced::Fault => return Ok(phase),
        Traced::PowerOff => writer.line(name, &Line::PowerOff)?,
        Traced::Protocol(protocol) => writer.line(name, &Line::Protocol(*protocol))?,
    }
    Ok(Phase::In)
}
