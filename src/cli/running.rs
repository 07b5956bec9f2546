//! The readers that run, as lists for people who are to name some of them.

use std::{env, path::Path};

use super::{shell, slots::table, system::words::START};
use crate::{
    host::{HostError, Running, VARIABLE, control::Status, running},
    shown,
    system::socket::led_to,
};

/// Those of this shell, if they run.
pub(super) fn own() -> Option<Running> {
    let socket = led_to(Path::new(&env::var_os(VARIABLE)?))?;
    running().into_iter().find(|running| running.socket == socket)
}

/// Running readers, and what a person is told of their slots.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) running: Running,
    /// What is in the slots, line by line, or why that is not known.
    pub(super) contents: String,
}

/// All that run.
pub(super) fn look() -> Vec<Seen> {
    let seen = |running: Running| Seen { contents: contents(&running.status()), running };
    running().into_iter().map(seen).collect()
}

/// What there is to choose from where readers were meant that are not there.
pub(super) fn choice() -> String {
    let seen = look();
    if seen.is_empty() {
        return format!("no reader of ours runs; {START}");
    }
    seen.iter().fold(
        "these run; say which you mean, or run the line below a name in this shell".into(),
        |choice, seen| {
            let Seen { running, contents } = seen;
            format!("{choice}\n  --name {}\n  {}\n{}", shown::word(&running.name), export(running), contents.trim_end())
        },
    )
}

/// The line that makes them those of a shell.
pub(super) fn export(running: &Running) -> String {
    String::from_utf8_lossy(&shell::export(&running.socket, None)).trim_end().to_owned()
}

/// What is in the slots of running readers, line by line, or why that is not known.
pub(super) fn contents(status: &Result<Status, HostError>) -> String {
    let text = match status {
        Ok(status) => table(status),
        Err(error) => shown::text(&error.to_string()).into_owned(),
    };
    text.lines().map(|line| format!("    {line}\n")).collect()
}
