//! What every family of programs needs: is the program there, a place of its own to run in, a limit to its time.
//!
//! The harness knows no program. It upholds the rule that a test ends, whatever the program does, and that what it
//! started is gone afterwards.

mod client;
mod process;
pub(crate) mod programs;
mod sandbox;

pub(crate) use client::{PYTHON, left_out, trial, trial_unless};
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
