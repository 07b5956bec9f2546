//! A trace against the card in a PC/SC reader.

use std::{path::Path, time::Instant};

use virtuale_engine::Card;

use super::super::{
    Failure,
    relay::{At, broken, relay},
};
use crate::{
    terminal::transport::relay::Trouble,
    trace::{
        Chance, cards,
        replay::{Wanted, replay},
        suite::Verdict,
    },
};

/// Replays a trace of one slot against the card in a reader. The card is reset first.
///
/// # Errors
///
/// That there is no such reader or card, or that the transport to it broke.
pub(super) fn replay_trace(path: &Path, reader: &str, at: &At) -> Result<Verdict, Failure> {
    let start = Instant::now();
    let trace = match cards::read(path) {
        Ok(trace) => trace,
        Err(error) => return Ok(Verdict::of(path, start, Err(error))),
    };
    if trace.slots().len() != 1 {
        let hint = "replay it against card files, or split it";
        return Err(Failure::usage(format!("{} has several slots, --reader names one", path.display()), hint));
    }
    let mut service = at.service(reader)?;
    let connection = service.connect(reader).map_err(|error| broken(reader, &error))?;
    let trouble = Trouble::default();
    let mut relay = Some(relay(connection, &trouble)?);
    // What that card draws is its own affair, also if it is one of ours.
    let outcome = replay(&trace, Chance::Another, |wanted: Wanted<'_>| match relay.take() {
        Some(relay) => Ok(Some(Box::new(relay) as Box<dyn Card + '_>)),
        None => Err(Failure::usage(
            format!("{}: nobody can insert {} there", path.display(), wanted.card.unwrap_or("a card")),
            "replay it against card files",
        )),
    })?;
    if let Some(error) = trouble.take() {
        return Err(broken(reader, &error));
    }
    Ok(Verdict::of(path, start, Ok(outcome)))
}
