//! What came of all trials: a table, JSON, JUnit XML.

use std::{collections::BTreeMap, ffi::OsString, fmt::Write as _, path::Path, time::Duration};

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::judge::{Clean, Judged, Outcome};
use crate::{
    cli::{Failure, language::Language, messages::Faults},
    layer::fault::Kind,
    shown,
    trace::command_name,
    writing,
};

/// The name under which results are shown.
const SUITE: &str = "virtuale torture";

/// What each report begins with, by which an earlier one is known.
const BEGINNING: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"virtuale torture\"";

/// How wide the name of a command is in the table.
const NAME_WIDTH: usize = 36;

/// All that is reported.
pub(super) struct Report<'a> {
    pub(super) clean: &'a Clean,
    pub(super) judged: &'a [Judged],
    pub(super) time: Duration,
    pub(super) command: &'a [OsString],
}

/// The document.
#[derive(Serialize)]
pub(super) struct Document {
    command: Vec<String>,
    commands: usize,
    outcomes: BTreeMap<&'static str, usize>,
    trials: Vec<TrialDocument>,
}

/// A trial in the document.
#[derive(Serialize)]
struct TrialDocument {
    slot: usize,
    number: u32,
    name: String,
    fault: String,
    outcome: &'static str,
    ending: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Holds that a report takes the place of an earlier one only.
///
/// # Errors
///
/// That something else is there, or that there is no such folder.
pub(super) fn allow_junit(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Failure::file("write", path, &std::io::ErrorKind::NotFound.into()));
    }
    if writing::begins_with(path, BEGINNING).map_err(|error| Failure::file("write", path, &error))? {
        return Ok(());
    }
    let path = shown::path(path);
    Err(Failure::usage(Faults::NoReport { path: &path }.said(), Faults::NameOtherReport.said()))
}

impl Report<'_> {
    fn name(&self, judged: &Judged) -> (u32, String) {
        let exchange = self.clean.run.dialogue.get(judged.trial.exchange);
        exchange.map_or((0, String::new()), |exchange| (exchange.number, command_name(&exchange.command)))
    }

    fn counts(&self) -> impl Iterator<Item = (Outcome, usize)> {
        let count = |outcome| self.judged.iter().filter(|judged| judged.outcome == outcome).count();
        Outcome::ALL.into_iter().map(move |outcome| (outcome, count(outcome)))
    }

    /// A row for each command, a column for each kind; below it what was found, and how to see it again.
    pub(super) fn table(&self, language: Language) -> String {
        let kinds: Vec<Kind> =
            Kind::ALL.into_iter().filter(|kind| self.judged.iter().any(|judged| judged.trial.kind == *kind)).collect();
        let width = |kind: &Kind| {
            let words = self.judged.iter().filter(|judged| judged.trial.kind == *kind && judged.outcome.is_found());
            words.map(|judged| judged.outcome.word().len()).max().unwrap_or(0).max(kind.word().len())
        };
        let widths: Vec<usize> = kinds.iter().map(width).collect();
        let mut text = format!("{:>4}  {:>4}  {:NAME_WIDTH$}", Faults::Slot.text(language), "n", "");
        kinds.iter().zip(&widths).for_each(|(kind, width)| {
            let _ = write!(text, "  {:width$}", kind.word());
        });
        text.push('\n');
        for row in self.judged.chunk_by(|one, other| one.trial.exchange == other.trial.exchange) {
            let Some(first) = row.first() else { continue };
            let (number, name) = self.name(first);
            let name: String = name.chars().take(NAME_WIDTH).collect();
            let mut line = format!("{:>4}  {number:>4}  {name:NAME_WIDTH$}", first.trial.slot);
            for (kind, width) in kinds.iter().zip(&widths) {
                let of_kind = || row.iter().filter(|judged| judged.trial.kind == *kind).map(|judged| judged.outcome);
                let worst = Outcome::ALL.into_iter().find(|outcome| of_kind().any(|each| each == *outcome));
                let cell = worst.map_or("", |worst| if worst.is_found() { worst.word() } else { "." });
                let _ = write!(line, "  {cell:width$}");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let found: Vec<&Judged> = self.judged.iter().filter(|judged| judged.outcome.is_found()).collect();
        for judged in &found {
            let (_, name) = self.name(judged);
            let (slot, fault) = (judged.trial.slot.to_string(), judged.trial.fault.to_string());
            let outcome = judged.outcome.word();
            let _ =
                write!(text, "\n{}", Faults::Found { outcome, name: &name, slot: &slot, fault: &fault }.text(language));
            if let Some(detail) = &judged.detail {
                let _ = write!(text, "\n  {}", shown::line(detail.text(language.into())));
            }
        }
        if !found.is_empty() {
            text.push('\n');
        }
        let counted = self.counts().filter(|(_, count)| *count > 0);
        let counted: Vec<String> = counted.map(|(outcome, count)| format!("{count} {}", outcome.word())).collect();
        let (number, counted) = (self.judged.len().to_string(), counted.join(", "));
        let time = format!("{:.1}", self.time.as_secs_f64());
        let _ = writeln!(text, "\n{}", Faults::Sum { number: &number, counted: &counted, time: &time }.text(language));
        text
    }

    /// The same for a machine.
    pub(super) fn json(&self) -> Document {
        let trial = |judged: &Judged| {
            let (number, name) = self.name(judged);
            TrialDocument {
                slot: judged.trial.slot,
                number,
                name,
                fault: judged.trial.fault.to_string(),
                outcome: judged.outcome.word(),
                ending: judged.ending.clone(),
                detail: judged.detail.as_deref().map(Into::into),
            }
        };
        Document {
            command: self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
            commands: self.clean.run.dialogue.len(),
            outcomes: self.counts().map(|(outcome, count)| (outcome.word(), count)).collect(),
            trials: self.judged.iter().map(trial).collect(),
        }
    }

    /// The same for a service that builds: a test case for each trial.
    ///
    /// # Errors
    ///
    /// That the file cannot be written.
    pub(super) fn write_junit(&self, path: &Path) -> Result<(), Failure> {
        let mut report = Junit::new(SUITE);
        report.set_time(self.time);
        let mut suite = TestSuite::new(SUITE);
        suite.set_time(self.time);
        suite.add_test_cases(self.judged.iter().map(|judged| self.test_case(judged)));
        report.add_test_suite(suite);
        let mut xml = Vec::new();
        let written = report.serialize(&mut xml).map_err(std::io::Error::other);
        let written = written.and_then(|()| writing::replace(path, |out| out.write_all(&xml)));
        written.map_err(|error| Failure::file("write", path, &error))
    }

    fn test_case(&self, judged: &Judged) -> TestCase {
        let (number, name) = self.name(judged);
        let status = match judged.outcome.is_found() {
            false => TestCaseStatus::success(),
            true => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let detail = judged.detail.as_deref().unwrap_or(&judged.ending);
                status.set_message(shown::line(detail)).set_type(judged.outcome.word());
                status
            }
        };
        let name = format!("{} at command {number}: {name}", judged.trial.fault);
        let mut case = TestCase::new(shown::line(&name).into_owned(), status);
        case.set_classname(format!("slot-{}.{}", judged.trial.slot, judged.trial.kind.word()));
        case
    }
}
