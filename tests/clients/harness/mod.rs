//! What every family of programs needs: is the program there, a place of its own to run in, a limit to its time.
//!
//! The harness knows no program. It upholds the rule that a test ends, whatever the program does, and that what it
//! started is gone afterwards.

mod client;
pub(crate) mod namespaces;
mod process;
pub(crate) mod programs;
mod sandbox;

use libtest_mimic::Failed;

pub(crate) use client::{Client, PYTHON, left_out, trial, trial_unless};
pub(crate) use process::{Ended, Guest};
pub(crate) use sandbox::Sandbox;

/// A card file of `applets/cards`, as the programs under test are given it.
pub(crate) fn card(name: &str) -> String {
    format!("{}/applets/cards/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// A file of this ring.
pub(crate) fn file(path: &str) -> String {
    format!("{}/tests/clients/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// A recording of this name in a sandbox, without the names that stand behind its commands.
pub(crate) fn recording(sandbox: &Sandbox, name: &str) -> Result<String, Failed> {
    let text = std::fs::read_to_string(sandbox.home().join(name))?;
    let bare = |line| {
        let is_command = |line: &&str| line.starts_with("> ");
        Some(line).filter(is_command).and_then(|line| line.split_once("    # ")).map_or(line, |(command, _)| command)
    };
    Ok(text.lines().map(bare).flat_map(|line| [line, "\n"]).collect())
}
