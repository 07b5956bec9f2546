//! Many traces: finding them, replaying them at the same time, adding up what came of it.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    cards::{self, Unreplayed},
    file::Trace,
    finding::Finding,
    replay::{Repeated, Replayed},
};

/// The ending of traces.
pub const EXTENSION: &str = "apdu";

/// How deep folders are searched: a chain of links that ends nowhere ends here.
const DEEPEST: usize = 32;

/// What came of one trace.
#[derive(Debug)]
pub struct Verdict {
    /// Its path, as found.
    pub path: PathBuf,
    /// How many commands were sent.
    pub commands: usize,
    /// Of how many answers only the length and the status word were compared, since chance has a part in them.
    pub drawn: usize,
    /// The faults that struck again, in the order of the trace.
    pub faults: Vec<Repeated>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why it could not be replayed at all, or to its end.
    pub error: Option<Unreplayed>,
    /// The line, from 1, that names the card for want of which it was not replayed.
    pub card_line: Option<usize>,
    /// How long it took, from file to verdict.
    pub time: Duration,
}

impl Verdict {
    /// Of a replay that began then.
    #[must_use]
    pub fn of(path: &Path, start: Instant, result: Result<Replayed, Unreplayed>) -> Self {
        let (outcome, error) = match result {
            Ok(outcome) => (outcome, None),
            Err(error) => (Replayed::default(), Some(error)),
        };
        let Replayed { commands, drawn, faults, findings } = outcome;
        let path = path.to_owned();
        Self { path, commands, drawn, faults, findings, error, card_line: None, time: start.elapsed() }
    }

    /// Of a trace that was read, and not replayed for want of a card that it names.
    #[must_use]
    pub fn without_card(path: &Path, start: Instant, trace: &Trace, error: Unreplayed) -> Self {
        let card_line = cards::line_of_card(trace, &error);
        Self { card_line, ..Self::of(path, start, Err(error)) }
    }

    /// Whether everything came out as the trace says.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.error.is_none() && self.findings.is_empty()
    }
}

/// The traces under these paths, in order and each once: files as they are, folders with all traces below them.
///
/// # Errors
///
/// A path that cannot be read, with the path.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut found = Vec::new();
    for path in paths {
        search(path, DEEPEST, &mut found).map_err(|error| (path.clone(), error))?;
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn search(path: &Path, deeper: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_trace = path.extension().is_some_and(|extension| extension == EXTENSION);
        if is_trace || (deeper > 0 && path.is_dir()) {
            search(&path, deeper.saturating_sub(1), found)?;
        }
    }
    Ok(())
}

/// Replays traces, `jobs` at a time. Verdicts come in the order of the traces.
pub fn run(traces: &[PathBuf], jobs: usize, replay: &(dyn Fn(&Path) -> Verdict + Sync)) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let verdicts: Mutex<Vec<(usize, Verdict)>> = Mutex::new(Vec::with_capacity(traces.len()));
    let work = || {
        while let Some((index, path)) = take(traces, &next) {
            let verdict = replay(path);
            verdicts.lock().unwrap_or_else(PoisonError::into_inner).push((index, verdict));
        }
    };
    thread::scope(|scope| {
        for _ in 1..jobs.clamp(1, traces.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let mut verdicts = verdicts.into_inner().unwrap_or_else(PoisonError::into_inner);
    verdicts.sort_by_key(|(index, _)| *index);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

fn take<'a>(traces: &'a [PathBuf], next: &AtomicUsize) -> Option<(usize, &'a PathBuf)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, traces.get(index)?))
}

/// All verdicts in one line: `12 traces, 340 commands, 2 findings in 1 trace, 0.4 s, 850 commands/s`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// How many traces.
    pub traces: usize,
    /// How many commands.
    pub commands: usize,
    /// How many answers were compared without their bytes.
    pub drawn: usize,
    /// How many faults struck again.
    pub faults: usize,
    /// How many findings.
    pub findings: usize,
    /// How many traces have findings.
    pub failed: usize,
    /// How many traces could not be replayed.
    pub errors: usize,
    /// From the first file to the last verdict.
    pub time: Duration,
}

impl Summary {
    /// Adds verdicts up; `time` is the clock's, not the sum of theirs.
    #[must_use]
    pub fn of(verdicts: &[Verdict], time: Duration) -> Self {
        Self {
            traces: verdicts.len(),
            commands: verdicts.iter().map(|verdict| verdict.commands).sum(),
            drawn: verdicts.iter().map(|verdict| verdict.drawn).sum(),
            faults: verdicts.iter().map(|verdict| verdict.faults.len()).sum(),
            findings: verdicts.iter().map(|verdict| verdict.findings.len()).sum(),
            failed: verdicts.iter().filter(|verdict| !verdict.findings.is_empty()).count(),
            errors: verdicts.iter().filter(|verdict| verdict.error.is_some()).count(),
            time,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { traces, commands, drawn, faults, findings, failed, errors, time } = self;
        write!(f, "{}, {}", counted(*traces, "trace"), counted(*commands, "command"))?;
        if *faults > 0 {
            write!(f, ", {} repeated", counted(*faults, "fault"))?;
        }
        match findings {
            0 => write!(f, ", no finding")?,
            _ => write!(f, ", {} in {}", counted(*findings, "finding"), counted(*failed, "trace"))?,
        }
        if *errors > 0 {
            write!(f, ", {} not replayed", counted(*errors, "trace"))?;
        }
        if *drawn > 0 {
            write!(f, ", {} of chance not compared byte by byte", counted(*drawn, "answer"))?;
        }
        // A rate needs no more digits than a float has.
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = *commands as f64 / time.as_secs_f64().max(f64::EPSILON);
        write!(f, "; {:.3} s, {rate:.0} commands/s", time.as_secs_f64())
    }
}

/// So many of something, in words: `1 trace`, `2 traces`.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
        time::Duration,
    };

    use super::{Summary, Verdict, find, run};
    use crate::trace::cards::Unreplayed;

    fn verdict(path: &Path) -> Verdict {
        Verdict {
            path: path.to_owned(),
            commands: 2,
            drawn: 0,
            faults: vec![],
            findings: vec![],
            error: None,
            card_line: None,
            time: Duration::ZERO,
        }
    }

    #[test]
    fn folders_are_searched_and_files_taken_as_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b")).expect("folders");
        for name in ["a/b/2.apdu", "a/1.apdu", "a/notes.txt", "log.txt"] {
            fs::write(at(name), "").expect("a file");
        }
        let found = find(&[at("a"), at("log.txt"), at("a/1.apdu")]).expect("readable");
        assert_eq!(found, [at("a/1.apdu"), at("a/b/2.apdu"), at("log.txt")]);
        assert_eq!(find(&[at("none")]).expect_err("not there").0, at("none"));
    }

    #[test]
    fn verdicts_keep_the_order_of_the_traces() {
        let traces: Vec<PathBuf> = (0..50).map(|number| PathBuf::from(format!("{number}"))).collect();
        let verdicts = run(&traces, 4, &verdict);
        assert_eq!(verdicts.into_iter().map(|verdict| verdict.path).collect::<Vec<_>>(), traces);
        assert!(run(&[], 0, &verdict).is_empty());
    }

    #[test]
    fn a_summary_is_one_line() {
        let mut verdicts = vec![verdict(Path::new("a")), verdict(Path::new("b"))];
        let summary = Summary::of(&verdicts, Duration::from_millis(500));
        assert_eq!(summary.to_string(), "2 traces, 4 commands, no finding; 0.500 s, 8 commands/s");
        verdicts[1].drawn = 3;
        let summary = Summary::of(&verdicts, Duration::from_secs(1)).to_string();
        assert!(summary.contains("no finding, 3 answers of chance not compared byte by byte; 1.000 s"), "{summary}");
        verdicts[0].error = Some(Unreplayed::NoCard);
        let summary = Summary::of(&verdicts[..1], Duration::from_secs(1));
        assert_eq!(summary.to_string(), "1 trace, 2 commands, no finding, 1 trace not replayed; 1.000 s, 2 commands/s");
    }
}
