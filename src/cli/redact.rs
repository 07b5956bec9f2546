//! `virtuale redact`: a trace without the person.

use std::{
    fs,
    path::{self, Path, PathBuf},
};

use super::{Exit, Failure, cards, exit, options::Reproducible, output};
use crate::{
    profile::Profile,
    trace::{
        cards as traces,
        redact::{RedactError, StandIn, redact},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale redact visit.apdu --as fixtures/cards/vitale2-durand.toml -o redacted.apdu
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
    /// The invented card that stands in for the one in the next slot; its layout explains the original
    #[arg(long = "as", value_name = "CARD", required = true)]
    stand_ins: Vec<PathBuf>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Redacts the trace; writes nothing if a value of the original survives.
pub(super) fn run(args: &Args) -> Exit {
    let trace = traces::read(&args.trace).map_err(|failure| match failure {
        traces::Unreplayed::Io { path, error } => Failure::file("read", &path, &error),
        traces::Unreplayed::Invalid(mistakes) => Failure::Invalid(mistakes),
        traces::Unreplayed::NoCard => Failure::Usage(failure.to_string(), None),
    })?;
    let reproducible = Reproducible { now: trace.now().or(args.reproducible.now), ..args.reproducible.clone() };
    let profiles = args.stand_ins.iter().map(|card| cards::profile(card, &reproducible));
    let profiles: Vec<Profile> = profiles.collect::<Result<_, _>>()?;
    let paths: Vec<String> = args.stand_ins.iter().map(|card| seen_from(&args.output, card)).collect();
    let stand_ins = profiles.iter().zip(&paths).map(|(profile, path)| StandIn { profile, path });
    let redacted = match redact(&trace, &stand_ins.collect::<Vec<_>>()) {
        Ok(redacted) => redacted,
        Err(error @ RedactError::TooFewCards { .. }) => {
            return Err(Failure::usage(error.to_string(), "give --as once for each slot"));
        }
        Err(error @ RedactError::Survivors(_)) => {
            output::say(format_args!("{}: {error}; nothing was written", args.trace.display()));
            return Ok(exit::FOUND);
        }
    };
    fs::write(&args.output, redacted.text).map_err(|error| Failure::file("write", &args.output, &error))?;
    if !redacted.same.is_empty() {
        let same = redacted.same.join(", ");
        output::say(format_args!("the invented card has the same value, which is still there: {same}"));
    }
    Ok(exit::DONE)
}

/// A card file as a trace names it: from the folder of the trace, where that is not further than the root.
pub(super) fn seen_from(trace: &Path, card: &Path) -> String {
    let shown = card.display().to_string();
    let (Ok(trace), Ok(card)) = (path::absolute(trace), path::absolute(card)) else { return shown };
    let folder: Vec<_> = trace.parent().into_iter().flat_map(Path::components).collect();
    let card: Vec<_> = card.components().collect();
    let shared = folder.iter().zip(&card).take_while(|(one, other)| one == other).count();
    if shared < 2 {
        return card.iter().collect::<PathBuf>().display().to_string();
    }
    let up = folder.iter().skip(shared).map(|_| Path::new(".."));
    let down = card.iter().skip(shared).map(|part| Path::new(part.as_os_str()));
    up.chain(down).collect::<PathBuf>().display().to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::seen_from;

    #[test]
    fn cards_are_named_from_the_folder_of_the_trace() {
        let seen = |trace: &str, card: &str| seen_from(Path::new(trace), Path::new(card));
        assert_eq!(seen("traces/a.apdu", "cards/b.toml"), "../cards/b.toml");
        assert_eq!(seen("a.apdu", "cards/b.toml"), "cards/b.toml");
        assert_eq!(seen("/one/a.apdu", "/two/b.toml"), "/two/b.toml");
    }
}
