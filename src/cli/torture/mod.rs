//! `virtuale torture`: a program, once for each fault that can strike it.
//!
//! The program runs twice without a fault, which says what it asks of the cards, what it prints and what it leaves on
//! them. Then it runs once for each command of that dialogue and each kind of fault, with cards that are as new as
//! those of the first run. What it makes of the fault is judged from outside alone ([`judge`]); docs/faults.md says
//! how, and what cannot be judged.

mod judge;
mod plan;
mod report;
mod run;

use std::{
    ffi::OsString,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use self::{
    judge::{Clean, Judged, judge},
    plan::{Trial, Wish, plan},
    report::Report,
    run::{Bench, Hang, Run},
};
use super::{
    Exit, Failure, exit,
    language::Language,
    messages::Faults,
    options::{Reproducible, number},
    output,
    system::Interrupts,
    target,
};

const EXAMPLES: &str = "\
Examples:
  virtuale torture --card vitale2-martin -- virtuale read
  virtuale torture --card vitale2-martin --kinds mute,sw=6982,power -- ./billing-software --once
  virtuale torture --card vitale2-martin --card cps-lefevre --limit 200 --junit torture.xml -- ./billing-software

Exit codes: 0 when the program survived all; 1 when it did not; 2 when it fails without any fault, or says
nothing to the cards; others as ever.";

/// How long a program may take at least, if nothing is said.
const LEAST_PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take at most without a fault, if nothing is said.
const MOST_PATIENCE: Duration = Duration::from_secs(3600);

/// Arguments of `torture`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "virtuale torture [OPTIONS] --card CARD... -- CMD [ARG]...")]
pub(super) struct Args {
    /// A card file for the next slot, or the name of a built-in card
    #[arg(long = "card", value_name = "CARD", required = true)]
    cards: Vec<PathBuf>,
    /// The kinds of faults, with a value or without; docs/faults.md has them [default: mute, sw, 61xx, 6Cxx, cut, pad,
    /// power, pull, reset]
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    kinds: Vec<Wish>,
    /// Try so many faults at most, drawn from all by the seed
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>(1..=1_000_000))]
    limit: Option<usize>,
    /// After how many seconds a run hangs [default: ten times as long as the run without a fault, and 10 at least]
    #[arg(long, value_name = "SECONDS", value_parser = number::<u64>(1..=3600))]
    timeout: Option<u64>,
    /// How many runs at the same time [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>(1..=1024))]
    jobs: Option<usize>,
    /// Write the results to a file as JUnit XML
    #[arg(long, value_name = "FILE", value_parser = target::file())]
    junit: Option<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
    /// The language of what is said [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
    /// The program to run and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Runs the program, and says what it did not survive. What ends us ends all programs first.
pub(super) fn run(args: &Args) -> Exit {
    args.junit.iter().try_for_each(|path| report::allow_junit(path))?;
    let interrupts = Interrupts::listen().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let outcome = torture(args, &interrupts);
    interrupts.obey().map_or(outcome, Ok)
}

fn torture(args: &Args, interrupts: &Interrupts) -> Exit {
    let language = args.language();
    let bench = Bench { cards: &args.cards, reproducible: &args.reproducible, command: &args.command, interrupts };
    let patience = args.timeout.map(Duration::from_secs);
    let first_patience = patience.unwrap_or(MOST_PATIENCE);
    let first = bench.run(None, first_patience)?;
    refuse(&first, first_patience)?;
    let patience = patience.unwrap_or_else(|| LEAST_PATIENCE.max(first.time.saturating_mul(10)));
    let second = bench.run(None, patience)?;
    refuse(&second, patience)?;
    let clean = Clean::of(first, &second);
    let all = plan(&clean.run.dialogue, &args.kinds);
    let count = all.len();
    let trials = plan::drawn(all, args.limit, args.reproducible.seed);
    if !args.json {
        let commands = clean.run.dialogue.len().to_string();
        let (number, all) = (trials.len().to_string(), count.to_string());
        let said = match trials.len() == count {
            true => Faults::Begun { commands: &commands, number: &number },
            false => Faults::BegunWithSome { commands: &commands, number: &number, all: &all },
        };
        output::say(said.text(language));
        clean.unstable().iter().for_each(|_| output::say(Faults::Unstable.text(language)));
    }
    let start = Instant::now();
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let judged = all_of(&bench, &clean, &trials, args.jobs.unwrap_or(cores), patience)?;
    let report = Report { clean: &clean, judged: &judged, time: start.elapsed(), command: &args.command };
    let written = args.junit.iter().try_for_each(|path| report.write_junit(path));
    let code = if judged.iter().any(|judged| judged.outcome.is_found()) { exit::FOUND } else { exit::DONE };
    let printed = match args.json {
        true => output::print_json(&report.json()),
        false => output::print(report.table(language)),
    };
    written.and(exit::after(code, printed))
}

/// Refuses a program that says nothing of itself: one that fails without any fault, or does not use the cards.
fn refuse(run: &Run, patience: Duration) -> Result<(), Failure> {
    match run.hangs {
        Some(Hang::AwaitsTerminal) => {
            return Err(Failure::usage(Faults::AwaitsTerminal.said(), Faults::GiveItAll.said()));
        }
        Some(Hang::Long) => {
            let seconds = patience.as_secs().to_string();
            return Err(Failure::usage(Faults::TooSlow { seconds: &seconds }.said(), Faults::GiveTime.said()));
        }
        None => {}
    }
    if run.ending.code() != Some(0) {
        let how = run.ending.to_string();
        return Err(Failure::usage(Faults::FailsAnyway { how: &how }.said(), Faults::MakeItWork.said()));
    }
    if run.dialogue.is_empty() {
        return Err(Failure::usage(Faults::SaysNothing.said(), Faults::LetItRead.said()));
    }
    Ok(())
}

/// Runs all trials, so many at a time.
fn all_of(
    bench: &Bench<'_>,
    clean: &Clean,
    trials: &[Trial],
    jobs: usize,
    patience: Duration,
) -> Result<Vec<Judged>, Failure> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(trials.len()));
    let work = || -> Result<(), Failure> {
        while let Some((index, trial)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, trials.get(index)?)))
        {
            let run = bench.run(Some(trial), patience)?;
            let judged = judge(clean, trial, run);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, judged));
        }
        Ok(())
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..jobs.min(trials.len())).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().try_fold((), |(), other| other.join().unwrap_or(Ok(()))).and(own)
    })?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _): &(usize, Judged)| *index);
    Ok(done.into_iter().map(|(_, judged)| judged).collect())
}
