//! Traces as tests: one for each file.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::civil::date;
use libtest_mimic::{Arguments, Trial};
use virtuale::{
    layer::Layers,
    profile::families::Families,
    trace::{cards::Cards, suite},
};

/// Replays every trace under these folders as a test of its own.
///
/// The day is fixed, so that a test that passes today passes tomorrow.
pub(crate) fn run(folders: &[&Path]) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let traces = suite::find(&folders).expect("the fixtures are there");
    assert!(!traces.is_empty(), "no traces under {folders:?}");
    let trials = traces.into_iter().map(|path| {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        Trial::test(name, move || verdict(&path))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn verdict(path: &Path) -> Result<(), libtest_mimic::Failed> {
    let families = Families::built_in();
    let cards = Cards { given: Vec::new(), today: date(2026, 1, 15), seed: 1, families, layers: Layers::default() };
    let verdict = cards.replay(path);
    if let Some(failure) = verdict.error {
        return Err(failure.to_string().into());
    }
    if verdict.commands == 0 {
        return Err("the trace has no commands".into());
    }
    let findings: Vec<String> = verdict.findings.iter().map(ToString::to_string).collect();
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}
