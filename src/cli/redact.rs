//! `virtuale redact`: a trace without the person.

use std::path::{Path, PathBuf};

use super::{
    Exit, Failure, cards, exit,
    options::Reproducible,
    output,
    target::{self, Force},
};
use crate::{
    host::HostError,
    profile::{NamedCard, Profile},
    shown,
    trace::{
        cards as traces,
        redact::{RedactError, StandIn, redact},
        seen_from,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale redact visit.apdu --as vitale2-durand -o redacted.apdu
  virtuale replay redacted.apdu --update

The redacted trace still expects the dialogue of the original card, with values of its lengths.
The second command makes it expect what the invented card says.";

/// Arguments of `redact`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The trace
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// The invented card that stands in for the one in the next slot, as a card file or by the name of a built-in card;
    /// its layout explains the original
    #[arg(long = "as", value_name = "CARD", required = true)]
    stand_ins: Vec<PathBuf>,
    /// The file to write; standard output is /dev/stdout
    #[arg(short, long, value_name = "FILE", value_parser = target::file())]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Redacts the trace; writes nothing if a value of the original survives.
pub(super) fn run(args: &Args) -> Exit {
    let inputs: Vec<&Path> = [&args.trace].into_iter().chain(&args.stand_ins).map(PathBuf::as_path).collect();
    args.force.allow(&args.output, &inputs)?;
    target::allow_trace(&args.output)?;
    let trace = traces::read(&args.trace).map_err(cards::unreplayed)?;
    let profiles = args.stand_ins.iter().map(|card| cards::profile(card, &args.reproducible));
    let profiles: Vec<Profile> = profiles.collect::<Result<_, _>>()?;
    let paths = args.stand_ins.iter().map(|card| {
        Ok(match cards::find(card)? {
            NamedCard::File(file) => seen_from(&args.output, &file).map_err(HostError::from)?,
            NamedCard::BuiltIn(card) => card.name.to_owned(),
        })
    });
    let paths: Vec<String> = paths.collect::<Result<_, Failure>>()?;
    let stand_ins = profiles.iter().zip(&paths).map(|(profile, path)| StandIn { profile, path });
    let redacted = match redact(&trace, &stand_ins.collect::<Vec<_>>()) {
        Ok(redacted) => redacted,
        Err(error @ RedactError::TooFewCards { .. }) => {
            return Err(Failure::usage(error.to_string(), "give --as once for each slot"));
        }
        Err(error @ RedactError::Moved { .. }) => {
            let hint =
                "record into a folder, --record FOLDER/: there each card has a trace of its own, wherever it moves";
            return Err(Failure::usage(format!("{}: {error}", shown::path(&args.trace)), hint));
        }
        Err(error @ RedactError::Survivors(_)) => {
            output::say(format_args!("{}: {error}; nothing was written", shown::path(&args.trace)));
            output::say(
                "help: take the commands and answers that hold them out of a copy of the trace, and redact that",
            );
            return Ok(exit::FOUND);
        }
    };
    target::can_be_read(&redacted.text, &args.output)?;
    let written = writing::replace(&args.output, |out| out.write_all(redacted.text.as_bytes()));
    written.map_err(|error| Failure::file("write", &args.output, &error))?;
    if !redacted.same.is_empty() {
        let same = redacted.same.join(", ");
        output::say(format_args!("the invented card has the same value, which is still there: {same}"));
    }
    Ok(exit::DONE)
}
