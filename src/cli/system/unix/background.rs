//! The background: a session of its own, without the terminal.

use std::{env, io, process::Child};

use rustix::process::{Pid, Signal, kill_process};

use crate::system::file::nothing;

/// Why a program cannot go there; it can.
pub(in crate::cli) const REFUSAL: Option<(&str, &str)> = None;

/// Leaves the session of whoever started us.
pub(in crate::cli) fn enter() {
    // Fails only for the leader of a process group, which we were not started as.
    let _ = rustix::process::setsid();
}

/// Lets go of the terminal and of the folder that we were started in.
///
/// # Errors
///
/// What the system says.
pub(in crate::cli) fn let_go() -> io::Result<()> {
    let nothing = nothing()?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    env::set_current_dir("/")
}

/// Asks one of ours in the background to end.
pub(in crate::cli) fn end(child: &mut Child) {
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}
