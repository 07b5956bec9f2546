//! The readers that run, as lists for people who are to name some of them.

use std::{env, fs, path::PathBuf};

use super::{shell, slots::table};
use crate::host::{HostError, Running, VARIABLE, control::Status, running};

/// What to do where none runs.
pub(super) const START: &str = "start one: eval \"$(virtuale serve --detach --card FILE)\"";

/// Those of this shell, if they run.
pub(super) fn own() -> Option<Running> {
    let socket = fs::canonicalize(PathBuf::from(env::var_os(VARIABLE)?)).ok()?;
    running().into_iter().find(|running| running.socket == socket)
}

/// What there is to choose from where readers were meant that are not there.
pub(super) fn choice() -> String {
    let running = running();
    if running.is_empty() {
        return format!("no reader of ours runs; {START}");
    }
    let mut choice = String::from("these run; say which you mean, or run the line below a name in this shell");
    for running in running {
        let line = shell::export(&running.socket, None);
        let line = String::from_utf8_lossy(&line);
        choice.push_str(&format!("\n  --name {}\n  {}\n", running.name, line.trim_end()));
        choice.push_str(contents(&running.status()).trim_end());
    }
    choice
}

/// What is in the slots of running readers, line by line, or why that is not known.
pub(super) fn contents(status: &Result<Status, HostError>) -> String {
    let text = match status {
        Ok(status) => table(status),
        Err(error) => error.to_string(),
    };
    text.lines().map(|line| format!("    {line}\n")).collect()
}
