//! A program under watch, and what is to end us meanwhile.
//!
//! What it started lives on where it has to be ended: to know of those takes a job object, which no safe interface that
//! we have makes. Ctrl-C ends us and the program, since it is of our console.

use std::{
    io,
    process::{Child, Command, ExitStatus},
};

/// A program.
#[derive(Debug)]
pub(in crate::cli) struct Group(Child);

impl Group {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// That it cannot be started.
    pub(in crate::cli) fn spawn(command: &mut Command) -> io::Result<Self> {
        command.spawn().map(Self)
    }

    /// Whether the program has ended.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Whether it waits for a terminal that it does not get: never here.
    pub(in crate::cli) fn awaits_terminal(&self) -> bool {
        false
    }

    /// Ends the program, if it has not ended; gives how it ended.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn end(mut self) -> io::Result<ExitStatus> {
        // It may have ended meanwhile.
        let _ = self.0.kill();
        self.0.wait()
    }
}

/// What is to end us: nothing that does not end us by itself.
#[derive(Debug)]
pub(in crate::cli) struct Interrupts(());

impl Interrupts {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// None; on other systems, what the system says.
    pub(in crate::cli) fn listen() -> io::Result<Self> {
        Ok(Self(()))
    }

    /// Whether there was something.
    pub(in crate::cli) fn heard(&self) -> bool {
        false
    }

    /// Has it end us now.
    pub(in crate::cli) fn obey(&self) -> Option<u8> {
        None
    }
}
