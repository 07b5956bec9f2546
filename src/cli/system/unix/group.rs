//! A program in a process group of its own, which ends as a whole, and what is to end us meanwhile.
//!
//! Ctrl-C does not reach such a program, since the terminal sends it to our group alone: who runs one listens, and ends
//! it. Whoever leaves its group (`setsid`) is no part of it any more, and lives on.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU},
    flag,
    low_level::emulate_default_handler,
};

use super::supervise::Ignored;
use crate::cli::exit;

/// What may end us.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// A program, and what it starts.
#[derive(Debug)]
pub(in crate::cli) struct Group(Child);

impl Group {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// That it cannot be started.
    pub(in crate::cli) fn spawn(command: &mut Command) -> io::Result<Self> {
        command.process_group(0).spawn().map(Self)
    }

    /// Whether the program has ended. It is not let go of then: nobody else gets its number, nor that of its group.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn has_ended(&mut self) -> io::Result<bool> {
        self.look(WaitIdOptions::EXITED).map(|status| status.is_some())
    }

    /// Whether the program wants something of the terminal that we were started from, which it does not get: the system
    /// has stopped it for that.
    pub(in crate::cli) fn awaits_terminal(&self) -> bool {
        let status = self.look(WaitIdOptions::STOPPED).ok().flatten();
        matches!(status.and_then(|status| status.stopping_signal()), Some(SIGTTIN | SIGTTOU))
    }

    fn look(&self, at: WaitIdOptions) -> io::Result<Option<WaitIdStatus>> {
        let program = WaitId::Pid(Pid::from_child(&self.0));
        Ok(waitid(program, at | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT)?)
    }

    /// Ends the program, if it has not ended, and all that it has left; gives how it ended.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn end(mut self) -> io::Result<ExitStatus> {
        // There may be nobody left.
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        self.0.wait()
    }
}

/// What is to end us. From the moment it exists, no signal does so by itself.
#[derive(Debug)]
pub(in crate::cli) struct Interrupts(Arc<AtomicUsize>);

impl Interrupts {
    /// Starts to listen. What our caller told us to ignore (nohup, a background job) stays ignored; SIGTERM ends
    /// whatever was started.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn listen() -> io::Result<Self> {
        let (ignored, heard) = (Ignored::now(), Arc::<AtomicUsize>::default());
        for signal in ENDING.into_iter().filter(|&signal| signal == SIGTERM || !ignored.has(signal)) {
            flag::register_usize(signal, Arc::clone(&heard), usize::try_from(signal).unwrap_or_default())?;
        }
        Ok(Self(heard))
    }

    /// Whether there was something.
    pub(in crate::cli) fn heard(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Has it end us now, as it would have; gives the exit code of a shell where it does not.
    pub(in crate::cli) fn obey(&self) -> Option<u8> {
        let signal = self.0.load(Ordering::Relaxed);
        let known = i32::try_from(signal).ok().filter(|&signal| signal != 0)?;
        let _ = emulate_default_handler(known);
        Some(u8::try_from(signal).ok().and_then(|signal| exit::EXEC_KILLED.checked_add(signal)).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use rustix::process::{Pid, test_kill_process};

    use super::Group;

    /// Waits for what must happen.
    fn await_that(what: &str, is_so: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < end, "{what}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn what_a_program_started_ends_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for (script, is_over) in [
            ("sleep 1000 & echo $! > pid.new; mv pid.new pid; wait", false),
            ("sleep 1000 & echo $! > pid.new; mv pid.new pid", true),
        ] {
            let file = folder.path().join("pid");
            let mut command = Command::new("sh");
            command.args(["-c", script]).current_dir(folder.path()).stdin(Stdio::null());
            let mut group = Group::spawn(&mut command).expect("a shell");
            await_that("it starts another", || file.exists());
            let other = fs::read_to_string(&file).expect("its number").trim().parse().expect("a number");
            let other = Pid::from_raw(other).expect("a process");
            if is_over {
                let end = Instant::now() + Duration::from_secs(20);
                while !group.has_ended().expect("it is known") {
                    assert!(Instant::now() < end, "it ends");
                    thread::sleep(Duration::from_millis(2));
                }
            }
            assert!(test_kill_process(other).is_ok(), "it is there before");
            let status = group.end().expect("it is known how it ended");
            assert_eq!(status.success(), is_over);
            // Who has no parent any more is taken up by the first process, which may leave it lie for a moment.
            let is_gone = || {
                let known = fs::read_to_string(format!("/proc/{}/stat", other.as_raw_nonzero()));
                test_kill_process(other).is_err() || known.is_ok_and(|known| known.contains(") Z "))
            };
            await_that("it is gone", is_gone);
            fs::remove_file(&file).expect("a file of ours");
        }
    }
}
