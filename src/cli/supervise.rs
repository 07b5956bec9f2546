//! One command under watch: it gets the signals that we get, and we learn how it ended.
//!
//! Signals from the terminal (Ctrl-C, Ctrl-Z, a window's new size) reach the command without us, since it stays in our
//! process group; passing them on would double them. So only those are passed on that a process sent.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus},
};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH},
    iterator::{SignalsInfo, exfiltrator::WithOrigin},
    low_level::{emulate_default_handler, siginfo::Origin},
};

use super::exit;

/// What a process may send us that is meant for the command.
const PASSED_ON: [i32; 10] = [SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH];

/// Our own ears. From the moment it exists, no signal ends us.
#[derive(Debug)]
pub(super) struct Supervisor {
    signals: SignalsInfo<WithOrigin>,
}

impl Supervisor {
    /// Starts to listen. What our caller told us to ignore (nohup, a background job) stays ignored, for the command too.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn listen() -> io::Result<Self> {
        let ignored = ignored_signals();
        let heard = PASSED_ON.iter().filter(|&&signal| ignored >> (signal - 1) & 1 == 0);
        Ok(Self { signals: SignalsInfo::new(heard.chain([&SIGCHLD]))? })
    }

    /// Runs the command to its end and gives its exit code, as a shell has it. What it started may live on.
    ///
    /// # Errors
    ///
    /// That it cannot be started.
    pub(super) fn run(mut self, command: &mut Command) -> io::Result<u8> {
        let mut child = command.spawn()?;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(code(status));
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
    if origin.signal == SIGTSTP {
        let _ = emulate_default_handler(SIGTSTP);
    }
}

/// The code that a shell would see.
fn code(status: ExitStatus) -> u8 {
    let killed = status.signal().and_then(|signal| exit::EXEC_KILLED.checked_add(u8::try_from(signal).ok()?));
    let exited = status.code().and_then(|code| u8::try_from(code).ok());
    exited.or(killed).unwrap_or(exit::EXEC_FAILED)
}

/// The signals that are ignored now, bit `n - 1` for signal `n`; none where the system does not tell.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    use super::code;

    #[test]
    fn codes_are_those_of_a_shell() {
        assert_eq!(code(ExitStatus::from_raw(7 << 8)), 7);
        assert_eq!(code(ExitStatus::from_raw(15)), 143);
        assert_eq!(code(ExitStatus::from_raw(0)), 0);
    }
}
