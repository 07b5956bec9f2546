//! One command under watch: we learn how it ended.
//!
//! Ctrl-C reaches the command without us, since it is of our console; that we hear it too must not end us before it.

use std::{
    io,
    process::{Command, ExitStatus},
};

use crate::{
    cli::{Failure, exit},
    shown,
};

/// Our own ears. From the moment it exists, Ctrl-C does not end us.
#[derive(Debug)]
pub(in crate::cli) struct Supervisor(());

impl Supervisor {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn listen() -> io::Result<Self> {
        ctrlc::set_handler(|| {}).map_err(io::Error::other)?;
        Ok(Self(()))
    }

    /// Runs the command to its end and gives its exit code, as far as ours can be the same: what does not fit is
    /// [`exit::EXEC_FAILED`].
    ///
    /// # Errors
    ///
    /// That it cannot be started.
    pub(in crate::cli) fn run(self, command: &mut Command) -> Result<u8, Failure> {
        let name = shown::path(command.get_program());
        let mut child = command.spawn().map_err(|error| Failure::NotStarted { command: name, error })?;
        let status = child.wait().map_err(|error| {
            Failure::Environment(format!("cannot wait for the command: {}", shown::reason(&error)).into(), None)
        })?;
        Ok(code(status))
    }
}

fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::EXEC_FAILED)
}
