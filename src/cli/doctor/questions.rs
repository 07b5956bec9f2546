//! Other programs that are asked what only they know, and not waited for without an end.

use std::{
    io::{self, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use crate::system::file::nothing;

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes: the list of all libraries is the longest that there is.
const LONGEST: usize = 4 << 20;

/// How often it is looked whether a program that has said all has ended.
const BREATH: Duration = Duration::from_millis(2);

/// What was asked, as far as there is something to say of it.
#[derive(Debug)]
pub(super) struct Questions {
    patience: Duration,
    silent: Vec<String>,
}

impl Default for Questions {
    fn default() -> Self {
        Self { patience: PATIENCE, silent: Vec::new() }
    }
}

impl Questions {
    /// What a program prints, if it is there and content. One that takes too long is ended and noted.
    pub(super) fn ask(&mut self, program: &str, arguments: &[&str]) -> Option<String> {
        let mut child = start(program, arguments).ok()?;
        // Nothing is said to it.
        drop(child.stdin.take());
        let until = Instant::now() + self.patience;
        let heard = child.stdout.take().map_or(Ok(Vec::new()), |output| hear(output, until));
        match heard.and_then(|heard| Ok((heard, is_content(&mut child, until)?))) {
            Ok((heard, true)) => Some(String::from_utf8_lossy(&heard).into_owned()),
            Ok((_, false)) => None,
            Err(error) => {
                if error.kind() == io::ErrorKind::TimedOut {
                    self.silent.push(program.to_owned());
                }
                // What cannot be ended is left to the system.
                let _ = child.kill().and_then(|()| child.try_wait());
                None
            }
        }
    }

    /// The programs that took too long, and how long that was.
    pub(super) fn silent(self) -> (Vec<String>, Duration) {
        (self.silent, self.patience)
    }
}

/// Where programs are that a short search path leaves out.
const FOLDERS: [&str; 3] = ["/usr/bin", "/usr/sbin", "/sbin"];

/// Starts a program, as a shell finds it or where systems have it.
fn start(program: &str, arguments: &[&str]) -> io::Result<Child> {
    let start = |program: &Path| {
        let mut command = Command::new(program);
        let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        // In some sandboxes there is nothing to throw words into.
        command.stderr(nothing().map_or_else(|_| Stdio::piped(), Stdio::from)).spawn()
    };
    let elsewhere = || FOLDERS.iter().find_map(|folder| start(&Path::new(folder).join(program)).ok());
    match start(program.as_ref()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => elsewhere().ok_or(error),
        started => started,
    }
}

/// All that a program says, which ends before that moment.
fn hear(mut output: ChildStdout, until: Instant) -> io::Result<Vec<u8>> {
    let mut heard = Vec::new();
    let mut part = [0; 4096];
    while heard.len() < LONGEST {
        let left = left(until)?;
        let left = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(&output, PollFlags::IN)], Some(&left)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        match output.read(&mut part)? {
            0 => return Ok(heard),
            length => heard.extend_from_slice(&part[..length]),
        }
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// Whether a program ends well, before that moment.
fn is_content(child: &mut Child, until: Instant) -> io::Result<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        thread::sleep(left(until)?.min(BREATH));
    }
}

fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Questions;

    #[test]
    fn programs_that_answer_are_heard() {
        let mut questions = Questions::default();
        assert_eq!(questions.ask("sh", &["-c", "echo 1.9.9"]).as_deref(), Some("1.9.9\n"));
        assert_eq!(questions.ask("sh", &["-c", "echo 1.9.9; exit 1"]), None);
        assert_eq!(questions.ask("no-such-program-anywhere", &[]), None);
        let long = questions.ask("sh", &["-c", "yes | head -c 1000000"]).expect("an answer");
        assert_eq!(long.len(), 1_000_000);
        assert_eq!(questions.silent().0, [""; 0]);
    }

    #[test]
    fn programs_that_do_not_are_not_waited_for_for_ever() {
        let mut questions = Questions { patience: Duration::from_millis(50), silent: Vec::new() };
        let start = Instant::now();
        // One says nothing; one goes on and on; one closes its output and goes on.
        for script in ["exec sleep 60", "while echo x; do sleep 0.01; done", "exec >&-; exec sleep 60"] {
            assert_eq!(questions.ask("sh", &["-c", script]), None, "{script}");
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        assert_eq!(questions.silent().0, ["sh"; 3]);
    }
}
