//! A trace against the cards in PC/SC readers.

use std::{path::Path, time::Instant};

use virtuale_engine::Card;

use super::super::{
    Failure,
    relay::{At, broken, relay},
};
use crate::{
    shown,
    terminal::transport::relay::Trouble,
    trace::{
        Chance, cards,
        replay::{Wanted, replay},
        suite::{self, Verdict},
    },
};

/// Replays a trace against the cards in readers, one for each of its slots. The cards are reset first.
///
/// # Errors
///
/// That there is no such reader or card, that there are more or fewer of them than slots, or that the transport to one
/// broke.
pub(super) fn replay_trace(path: &Path, readers: &[String], at: &At) -> Result<Verdict, Failure> {
    let start = Instant::now();
    let trace = match cards::read(path) {
        Ok(trace) => trace,
        Err(error) => return Ok(Verdict::of(path, start, Err(error))),
    };
    let (slots, named) = (trace.slots().len(), readers.len());
    if slots != named {
        let counts = format!("{}, and --reader names {named}", suite::counted(slots, "slot"));
        let hint = "name a reader for each slot, in the order of the trace; or replay it against card files";
        return Err(Failure::usage(format!("{} has {counts}", shown::path(path)), hint));
    }
    let troubles: Vec<_> = readers.iter().map(|_| Trouble::default()).collect();
    let mut services = readers.iter().map(|reader| at.service(reader)).collect::<Result<Vec<_>, _>>()?;
    let mut relays = Vec::new();
    for ((service, reader), trouble) in services.iter_mut().zip(readers).zip(&troubles) {
        let connection = service.connect(reader).map_err(|error| broken(reader, &error))?;
        relays.push(Some(relay(connection, trouble)?));
    }
    // What those cards draw is their own affair, also if they are ours.
    let outcome = replay(&trace, Chance::Another, |wanted: Wanted<'_>| {
        match relays.get_mut(wanted.index).and_then(Option::take) {
            Some(relay) => Ok(Some(Box::new(relay) as Box<dyn Card + '_>)),
            None => Err(Failure::usage(
                format!(
                    "{}: nobody can insert {} there",
                    shown::path(path),
                    shown::line(wanted.card.unwrap_or("a card"))
                ),
                "replay it against card files",
            )),
        }
    })?;
    if let Some((reader, error)) =
        readers.iter().zip(&troubles).find_map(|(reader, trouble)| Some((reader, trouble.take()?)))
    {
        return Err(broken(reader, &error));
    }
    Ok(Verdict::of(path, start, Ok(outcome)))
}
