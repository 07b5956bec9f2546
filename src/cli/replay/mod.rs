//! `virtuale replay`: traces against cards, or as the card.

mod log;
mod program;
mod reader;

use std::{
    env,
    ffi::OsString,
    io,
    num::NonZero,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use self::log::Log;
use super::{
    Exit, Failure, exit,
    messages::Message,
    options::{Reproducible, Timed, number},
    output,
    relay::At,
    target,
};
use crate::{
    profile::families::Families,
    shown::{self, reason},
    terminal::transport::real::RealReader,
    trace::{
        Finding,
        cards::{self, Cards},
        report,
        shard::{Shard, ShardError},
        suite::{self, Summary, Verdict},
        update,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale replay traces
  virtuale replay visit.apdu --card vitale2-martin --update
  virtuale replay traces --shard 2/4 --junit replay.xml
  virtuale replay visit.apdu -- ./billing-software

Exit codes with a command: 1 when it did anything otherwise than the trace has it; else those of the
command; 128+n when signal n killed it; 126 when it cannot be run; 127 when it is not found.";

/// How many findings of one trace are shown.
const MOST_SHOWN: usize = 20;

/// How many traces may be replayed at the same time: more than any machine has cores for.
const JOB_NUMBERS: RangeInclusive<u64> = 1..=1024;

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "virtuale replay [OPTIONS] TRACE... [-- CMD [ARG]...]")]
pub(super) struct Args {
    /// Traces, or folders with traces
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// A card file for the next slot, or the name of a built-in card, in place of what the trace names
    #[arg(long = "card", value_name = "CARD", conflicts_with = "readers")]
    cards: Vec<PathBuf>,
    /// Replay against the card in the PC/SC reader of this name, for the next slot of the trace
    #[arg(long = "reader", value_name = "NAME")]
    readers: Vec<String>,
    #[command(flatten)]
    at: At,
    /// How many traces to replay at the same time [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>(JOB_NUMBERS))]
    jobs: Option<usize>,
    /// Replay part I of N, or the part that the variables of the CI service say (auto)
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Write the results to a file as JUnit XML
    #[arg(long, value_name = "FILE", value_parser = target::file())]
    junit: Option<PathBuf>,
    /// Rewrite what the traces expect to what came
    #[arg(long)]
    update: bool,
    /// With a command: let it send the commands of the trace in any order
    #[arg(long, requires = "command")]
    any_order: bool,
    #[command(flatten)]
    timed: Timed,
    #[command(flatten)]
    reproducible: Reproducible,
    /// Run this command with readers in which the trace plays the card
    #[arg(last = true, value_name = "CMD", conflicts_with_all = ["cards", "readers", "shard", "junit", "update"])]
    command: Vec<OsString>,
}

/// Replays the traces, says what was found, and leaves reports.
pub(super) fn run(args: &Args) -> Exit {
    args.cards.iter().try_for_each(|card| is_no_reader(card, None))?;
    let traces = suite::find(&args.traces).map_err(|(path, error)| Failure::file("read", &path, &error))?;
    if !args.command.is_empty() {
        return program::run(&traces, args);
    }
    if traces.is_empty() {
        return Err(Failure::usage("there are no traces in these folders", "traces end in .apdu"));
    }
    let traces = match &args.shard {
        Some(shard) => self::shard(shard)?.of(traces),
        None => traces,
    };
    args.junit.iter().try_for_each(|path| allow_junit(path))?;
    let start = Instant::now();
    let mut verdicts = replay(&traces, args)?;
    let time = start.elapsed();
    let mut rewritten = Vec::new();
    if args.update {
        for verdict in &mut verdicts {
            rewritten.extend(rewrite(verdict)?);
        }
    }
    let written = args.junit.iter().try_for_each(|path| write_junit(path, &verdicts, time));
    verdicts.iter().for_each(|verdict| verdict.error.iter().for_each(|error| explain(&verdict.path, error)));
    let code = verdicts.iter().map(code_of).max().unwrap_or(exit::DONE);
    let printed = exit::after(code, show(&verdicts, &rewritten, time));
    written.and(printed)
}

fn shard(text: &str) -> Result<Shard, Failure> {
    let shard = match text {
        "auto" => Shard::from_variables(|name| env::var(name).ok()),
        text => text.parse(),
    };
    shard.map_err(|error| match error {
        ShardError::Form(_) => Failure::Usage(error.to_string().into(), None),
        ShardError::NoService => Failure::usage(error.to_string(), "give the part as --shard i/n"),
    })
}

fn replay(traces: &[PathBuf], args: &Args) -> Result<Vec<Verdict>, Failure> {
    let cards = cards_of(args)?;
    if !args.readers.is_empty() {
        return traces.iter().map(|path| reader::replay_trace(path, &args.readers, &args.at)).collect();
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = args.jobs.unwrap_or(cores);
    Ok(suite::run(traces, jobs, &|path| cards.replay(path)))
}

/// What the traces are replayed against.
///
/// # Errors
///
/// What is wrong with the times of the cards.
fn cards_of(args: &Args) -> Result<Cards, Failure> {
    let (today, seed) = (args.reproducible.today(), args.reproducible.seed);
    let (families, layers) = (Families::built_in(), args.timed.around(args.reproducible.layers())?);
    Ok(Cards { given: args.cards.clone(), today, seed, families, layers })
}

/// Holds that a report takes the place of an earlier one only, and of nothing that is read.
fn allow_junit(path: &Path) -> Result<(), Failure> {
    if writing::begins_with(path, report::BEGINNING).map_err(|error| Failure::file("write", path, &error))? {
        return Ok(());
    }
    let what = format!("{} is there already, and is no report", shown::path(path));
    Err(Failure::usage(what, "a report takes the place of an earlier one only: name another file"))
}

fn write_junit(path: &Path, verdicts: &[Verdict], time: Duration) -> Result<(), Failure> {
    let mut xml = Vec::new();
    let written = report::junit(verdicts, time, &mut xml);
    let written = written.and_then(|()| writing::replace(path, |out| out.write_all(&xml)));
    written.map_err(|error| Failure::file("write", path, &error))
}

/// Shows what was rewritten, what was found, and the sum.
fn show(verdicts: &[Verdict], rewritten: &[String], time: Duration) -> io::Result<()> {
    let log = Log::of_environment();
    rewritten.iter().try_for_each(|line| log.page(line))?;
    verdicts.iter().filter(|verdict| !verdict.faults.is_empty()).try_for_each(|verdict| log.page(repeated(verdict)))?;
    for verdict in verdicts.iter().filter(|verdict| !verdict.is_fine()) {
        if !verdict.findings.is_empty() {
            log.page(findings(&verdict.findings))?;
        }
        log.annotate(verdict)?;
    }
    output::print(format_args!("{}\n", Summary::of(verdicts, time)))
}

/// The exit code of a trace alone.
fn code_of(verdict: &Verdict) -> u8 {
    match &verdict.error {
        Some(cards::Unreplayed::Io { .. }) => exit::ENVIRONMENT,
        Some(cards::Unreplayed::Invalid(_)) => exit::INVALID,
        Some(cards::Unreplayed::NoCard | cards::Unreplayed::Unknown(_)) => exit::USAGE,
        None if verdict.findings.is_empty() => exit::DONE,
        None => exit::FOUND,
    }
}

/// Where a card file is needed, the card in a real reader is none; `trace` names it, unless the command line does.
fn is_no_reader(card: &Path, trace: Option<&Path>) -> Result<(), Failure> {
    if RealReader::named(card).is_none() {
        return Ok(());
    }
    let name = shown::path(card);
    let name = trace.map_or_else(|| name.to_string(), |trace| format!("{}: {name}", shown::path(trace)));
    Err(Failure::usage(Message::RealCard { name: &name }.said(), Message::ReplayToReader.said()))
}

/// Says on standard error why a trace was not replayed.
fn explain(path: &Path, failure: &cards::Unreplayed) {
    match failure {
        cards::Unreplayed::Io { path: card, error } if card != path => {
            let what = format!("{}: cannot read {}: {}", shown::path(path), shown::path(card), reason(error));
            Failure::environment(what, "the paths of card files count from the folder of the trace").report();
        }
        cards::Unreplayed::Io { path, error } => Failure::file("read", path, error).report(),
        cards::Unreplayed::Invalid(mistakes) => Failure::Invalid(mistakes.clone()).report(),
        cards::Unreplayed::Unknown(unknown) => match is_no_reader(Path::new(&unknown.name), Some(path)) {
            Err(failure) => failure.report(),
            Ok(()) => Failure::usage(format!("{}: {unknown}", shown::path(path)), unknown.hint()).report(),
        },
        cards::Unreplayed::NoCard => {
            Failure::usage(format!("{}: {failure}", shown::path(path)), "give one with --card CARD").report();
        }
    }
}

/// The findings of a trace, with both answers byte by byte.
fn findings(findings: &[Finding]) -> String {
    let mut text: String = findings.iter().take(MOST_SHOWN).map(ToString::to_string).collect();
    if let Some(more) = findings.len().checked_sub(MOST_SHOWN).filter(|&more| more > 0) {
        text.push_str(&format!("and {} in this trace\n", suite::counted(more, "more finding")));
    }
    text.push('\n');
    text
}

/// The faults of a trace that struck again.
fn repeated(verdict: &Verdict) -> String {
    let path = shown::path(&verdict.path);
    let mut text: String = verdict.faults.iter().take(MOST_SHOWN).map(|fault| format!("{path}:{fault}\n")).collect();
    if let Some(more) = verdict.faults.len().checked_sub(MOST_SHOWN).filter(|&more| more > 0) {
        text.push_str(&format!("and {} in this trace\n", suite::counted(more, "more fault")));
    }
    text
}

/// Rewrites a trace to what came, and says so; what cannot be put right that way stays in the verdict.
fn rewrite(verdict: &mut Verdict) -> Result<Option<String>, Failure> {
    if verdict.findings.is_empty() {
        return Ok(None);
    }
    let path = &verdict.path;
    let trace = cards::read(path).map_err(|failure| match failure {
        cards::Unreplayed::Io { path, error } => Failure::file("read", &path, &error),
        other => Failure::Environment(format!("{} changed meanwhile: {other}", shown::path(path)).into(), None),
    })?;
    let new = update::update(&trace, &verdict.findings);
    target::can_be_read(&new.text, path)?;
    writing::replace(path, |out| out.write_all(new.text.as_bytes()))
        .map_err(|error| Failure::Environment(unwritten(path, &error).into(), None))?;
    let done = verdict.findings.len() - new.left.len();
    let said = format!("{}: {} rewritten\n", shown::path(path), suite::counted(done, "expectation"));
    verdict.findings = new.left;
    Ok(Some(said))
}

fn unwritten(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {}", shown::path(path), reason(error))
}
