//! A program with readers in which a trace plays the card.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Instant,
};

use virtuale_engine::Card;

use super::{
    super::{
        Exit, Failure,
        system::{self, Supervisor},
    },
    Args, cards_of, code_of, explain, findings,
    log::Log,
};
use crate::{
    shown,
    trace::{
        Finding, Trace,
        cards::{self, Known},
        playback::{Notes, Order, Playback},
        replay::Replayed,
        suite::Verdict,
    },
};

/// Runs the command, then says what it did otherwise than the trace.
///
/// Gives 1 if it did anything otherwise, else the command's code, as `exec` has it.
pub(super) fn run(traces: &[PathBuf], args: &Args) -> Exit {
    let [path] = traces else {
        return Err(Failure::usage(
            format!("{} traces cannot play one card", traces.len()),
            "give one trace in front of the command",
        ));
    };
    let (log, start) = (Log::beside_a_program(), Instant::now());
    let trace = match cards::read(path) {
        Ok(trace) => Arc::new(trace),
        Err(failure) => return told(&log, &Verdict::of(path, start, Err(failure))),
    };
    let cards = cards_of(args)?;
    let layers = cards.layers.clone();
    let known = (0..trace.slots().len()).map(|slot| cards.known(&trace, slot)).collect::<Result<Vec<_>, _>>();
    let known = match known {
        Ok(known) => known,
        Err(failure) => return told(&log, &Verdict::without_card(path, start, &trace, failure)),
    };
    let played = known.into_iter().enumerate().map(|(slot, known)| play(&trace, slot, known, path, args));
    let (cards, notes): (Vec<_>, Vec<_>) = played.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let label = path.to_string_lossy();
    let host = args.reproducible.host().layers(layers);
    let host = host.refuse_stop("these readers live as long as the command of their `virtuale replay`");
    let in_field = (0..trace.slots().len()).filter(|&slot| trace.is_in_field(slot));
    let host = in_field.fold(host, |host, slot| host.contactless(slot));
    let host = cards.into_iter().fold(host, |host, card| host.card_made(&*label, card)).prepare()?;
    // A signal ends what waits for a card file, but leaves no folder behind.
    let supervisor = Supervisor::listen().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let host = host.open()?;
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let code = supervisor.run(host.attach(Command::new(system::program(program)).args(arguments)))?;
    drop(host);
    let noticed = notes.iter().enumerate().flat_map(|(slot, notes)| noticed(&trace, slot, notes));
    let found: Vec<Finding> = trace.without_command().into_iter().chain(noticed).collect();
    if found.is_empty() {
        return Ok(system::hand_on(code));
    }
    let replayed = Replayed { findings: found, ..Replayed::default() };
    told(&log, &Verdict::of(path, start, Ok(replayed)))
}

/// Says why a trace was not played, or what was done otherwise than it has it; gives the exit code.
fn told(log: &Log, verdict: &Verdict) -> Exit {
    verdict.error.iter().for_each(|error| explain(&verdict.path, error));
    if !verdict.findings.is_empty() {
        log.page(format_args!("{}\n", findings(&verdict.findings).trim_end()))?;
    }
    log.annotate(verdict)?;
    Ok(code_of(verdict))
}

/// A slot of the trace as a card, and what it will notice.
fn play(
    trace: &Arc<Trace>,
    slot: usize,
    known: Known,
    path: &Path,
    args: &Args,
) -> Result<(Box<dyn Card>, Notes), Failure> {
    let order = if args.any_order { Order::Lookup } else { Order::AsRecorded };
    let card = Playback::new(Arc::clone(trace), slot, order, known.atr);
    let card = card.map_err(|error| Failure::Usage(format!("{}: {error}", shown::path(path)).into(), None))?;
    let card = card.with_uid(known.uid);
    let notes = card.notes();
    Ok((Box::new(card), notes))
}

fn noticed(trace: &Trace, slot: usize, notes: &Notes) -> Vec<Finding> {
    let left = trace.left_over(slot, notes.left_over());
    notes.findings().into_iter().chain(left).collect()
}
