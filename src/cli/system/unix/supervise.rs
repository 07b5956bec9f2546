//! One command under watch: it gets the signals that we get, and we learn how it ended.
//!
//! Signals from the terminal (Ctrl-C, Ctrl-Z, a window's new size) reach the command without us, since it stays in our
//! process group; passing them on would double them. So only those are passed on that a process sent.
//!
//! Ctrl-Z stops us only if it stopped the command. It may not: the command may take no notice, and where no shell
//! watches over the process group, the system lets it stop nobody. Were we to stop alone, nobody would ever wake us.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use signal_hook::{
    consts::{
        SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGUSR1, SIGUSR2, SIGWINCH,
    },
    iterator::{SignalsInfo, exfiltrator::WithOrigin},
    low_level::{emulate_default_handler, siginfo::Origin},
};

use crate::{
    cli::{Failure, exit},
    shown,
};

/// What a process may send us that is meant for the command.
const PASSED_ON: [i32; 10] = [SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH];

/// Those of them that end a command which does not say otherwise.
const ENDING: [i32; 7] = [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// How a command ended, as a shell has it.
pub(in crate::cli) type Code = u8;

/// The exit code that we have for its.
pub(in crate::cli) fn hand_on(code: Code) -> u8 {
    code
}

/// The program that is started for a name: the system finds it.
pub(in crate::cli) fn program(name: &OsStr) -> OsString {
    name.to_owned()
}

/// Our own ears. From the moment it exists, no signal ends us.
#[derive(Debug)]
pub(in crate::cli) struct Supervisor {
    signals: SignalsInfo<WithOrigin>,
}

impl Supervisor {
    /// Starts to listen. What our caller told us to ignore (nohup, a background job) stays ignored, for the command
    /// too.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn listen() -> io::Result<Self> {
        let ignored = Ignored::now();
        let heard = PASSED_ON.iter().filter(|&&signal| !ignored.has(signal));
        Ok(Self { signals: SignalsInfo::new(heard.chain([&SIGCHLD]))? })
    }

    /// Runs the command to its end and gives its exit code, as a shell has it. What it started may live on. A command
    /// that a signal would have ended is not started, where the signal came before it.
    ///
    /// # Errors
    ///
    /// That it cannot be started.
    pub(in crate::cli) fn run(mut self, command: &mut Command) -> Result<Code, Failure> {
        let name = shown::path(command.get_program());
        if let Some(signal) = self.signals.pending().map(|origin| origin.signal).find(|signal| ENDING.contains(signal))
        {
            return Ok(killed(signal));
        }
        let mut child = command.spawn().map_err(|error| Failure::NotStarted { command: name, error })?;
        let lost = |error| {
            Failure::Environment(format!("cannot wait for the command: {}", shown::reason(&error)).into(), None)
        };
        loop {
            if let Some(status) = child.try_wait().map_err(lost)? {
                return Ok(code(status));
            }
            if was_suspended(&child) {
                let _ = emulate_default_handler(SIGTSTP);
            }
            for origin in self.signals.wait() {
                pass_on(&origin, &child);
            }
        }
    }
}

fn pass_on(origin: &Origin, child: &Child) {
    let child = Pid::from_child(child);
    let sent = origin.process.is_some_and(|sender| sender.pid != child.as_raw_pid());
    let signal = Signal::from_named_raw(origin.signal).filter(|&signal| sent && signal != Signal::CHILD);
    if let Some(signal) = signal {
        // A command that has just ended gets nothing, and there is nothing to do about it.
        let _ = kill_process(child, signal);
    }
}

/// Whether Ctrl-Z, or who sends the same, has stopped the command, also by way of what a program stops itself with that
/// hears Ctrl-Z (`virtuale read` where it asks for a code). Tells it once.
fn was_suspended(child: &Child) -> bool {
    let status = waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
    let signal = status.ok().flatten().and_then(|status| status.stopping_signal());
    matches!(signal, Some(SIGTSTP | SIGTTIN))
}

/// The code that a shell would see.
fn code(status: ExitStatus) -> u8 {
    let exited = status.code().and_then(|code| u8::try_from(code).ok());
    exited.unwrap_or_else(|| status.signal().map_or(exit::EXEC_FAILED, killed))
}

/// The code that a shell would see of a command which a signal ended.
fn killed(signal: i32) -> u8 {
    u8::try_from(signal).ok().and_then(|signal| exit::EXEC_KILLED.checked_add(signal)).unwrap_or(exit::EXEC_FAILED)
}

/// The signals that our caller told us to ignore: bit `n - 1` for signal `n`.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Ignored(u64);

impl Ignored {
    /// What is ignored now; nothing where the system does not tell.
    pub(in crate::cli) fn now() -> Self {
        Self::within(&fs::read_to_string("/proc/self/status").unwrap_or_default())
    }

    fn within(status: &str) -> Self {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0))
    }

    /// Whether this signal is.
    pub(in crate::cli) fn has(self, signal: i32) -> bool {
        u32::try_from(signal - 1).is_ok_and(|bit| self.0.checked_shr(bit).is_some_and(|mask| mask & 1 == 1))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::ExitStatusExt,
        process::{Command, ExitStatus},
    };

    use signal_hook::{consts::SIGUSR1, low_level::raise};

    use super::{Ignored, Supervisor, code};

    #[test]
    fn codes_are_those_of_a_shell() {
        assert_eq!(code(ExitStatus::from_raw(7 << 8)), 7);
        assert_eq!(code(ExitStatus::from_raw(15)), 143);
        assert_eq!(code(ExitStatus::from_raw(0)), 0);
    }

    #[test]
    fn a_command_that_a_signal_ended_before_it_began_does_not_begin() {
        let supervisor = Supervisor::listen().expect("ears");
        raise(SIGUSR1).expect("a signal");
        let mut command = Command::new("/no/such/command");
        assert_eq!(supervisor.run(&mut command).expect("it is not started"), 128 + 10);
    }

    #[test]
    fn ignored_signals_are_read_from_the_status_of_the_process() {
        // A program under nohup: Rust ignores SIGPIPE (13) itself.
        let ignored = Ignored::within("SigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\n");
        assert!(ignored.has(1) && ignored.has(13) && !ignored.has(2) && !ignored.has(15) && !ignored.has(99));
        assert!(!Ignored::within("").has(1));
    }
}
