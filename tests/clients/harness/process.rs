//! Runs a program with a limit to its time, and says all it knows when something was not as expected.

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long a program may take. Ample for a slow machine: it is there to end what hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(180);

/// How long a program has to heed an interruption before it gets another.
const INTERRUPTION: Duration = Duration::from_millis(200);

/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// A program to be run, with its environment set.
pub(crate) struct Guest {
    pub(super) command: Command,
    /// Where its two output streams go: `PATH.out` and `PATH.err`. Files, not pipes, since a pipe that a forgotten
    /// child keeps open would never end.
    pub(super) output: PathBuf,
    input: String,
}

/// A program that runs in a process group of its own.
pub(crate) struct Running {
    child: Child,
    title: String,
    output: PathBuf,
    deadline: Instant,
}

/// What a program said and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    title: String,
    status: ExitStatus,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl Guest {
    pub(super) fn new(command: Command, output: PathBuf) -> Self {
        Self { command, output, input: String::new() }
    }

    /// What it reads on its standard input; nothing unless this is called.
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.to_owned();
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where it runs; in its home unless this is called.
    pub(crate) fn folder(mut self, path: &str) -> Self {
        self.command.current_dir(path);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Result<Ended, Failed> {
        self.start()?.end()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Result<Running, Failed> {
        let title = title(&self.command);
        let stream = |ending| File::create(self.output.with_extension(ending));
        self.command.stdin(Stdio::piped()).stdout(stream("out")?).stderr(stream("err")?).process_group(0);
        let mut child = self.command.spawn().map_err(|error| format!("{title}: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that has ended does not read; how it ended is what counts then.
            let _ = stdin.write_all(self.input.as_bytes());
        }
        Ok(Running { child, title, output: self.output, deadline: Instant::now() + LIMIT })
    }
}

impl Running {
    /// Its time begins now.
    pub(super) fn begin_anew(&mut self) {
        self.deadline = Instant::now() + LIMIT;
    }

    /// Waits for its end, and ends it when its time is over.
    pub(crate) fn end(mut self) -> Result<Ended, Failed> {
        while Instant::now() < self.deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(self.outcome(status));
            }
            thread::sleep(GLANCE);
        }
        self.kill();
        let status = self.child.wait()?;
        Err(format!("it had to be killed after {LIMIT:?}\n{}", self.outcome(status)).into())
    }

    /// Waits until its standard output has a text; the first line that has it.
    pub(crate) fn line_with(&mut self, text: &str) -> Result<String, Failed> {
        while Instant::now() < self.deadline {
            let ended = self.child.try_wait()?;
            let out = read(&self.output, "out");
            if let Some(line) = whole_lines(&out).find(|line| line.contains(text)) {
                return Ok(line.to_owned());
            }
            if let Some(status) = ended {
                return Err(format!("it ended before it said {text:?}\n{}", self.outcome(status)).into());
            }
            thread::sleep(GLANCE);
        }
        self.kill();
        let status = self.child.wait()?;
        Err(format!("it did not say {text:?}\n{}", self.outcome(status)).into())
    }

    /// Interrupts it as a person would: again and again until it ends. pcsc_scan, caught between two waits, forgets.
    pub(crate) fn interrupt(mut self) -> Result<Ended, Failed> {
        while Instant::now() < self.deadline && self.child.try_wait()?.is_none() {
            self.signal(Signal::INT)?;
            thread::sleep(INTERRUPTION);
        }
        self.end()
    }

    /// Sends it a signal, and only it.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Failed> {
        Ok(kill_process(self.pid()?, signal)?)
    }

    fn pid(&self) -> Result<Pid, Failed> {
        let raw = i32::try_from(self.child.id())?;
        Pid::from_raw(raw).ok_or_else(|| "a process without a number".into())
    }

    fn kill(&self) {
        if let Ok(pid) = self.pid() {
            // The group may have gone in the meantime.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    fn outcome(&self, status: ExitStatus) -> Ended {
        Ended { title: self.title.clone(), status, out: read(&self.output, "out"), err: read(&self.output, "err") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

impl Ended {
    /// Demands that it ended with a code.
    pub(crate) fn exits_with(&self, code: i32) -> Result<&Self, Failed> {
        if self.status.code() == Some(code) { Ok(self) } else { Err(self.failed(&format!("exit code {code}"))) }
    }

    /// Demands that it ended of itself with any code but 0.
    pub(crate) fn refuses(&self) -> Result<&Self, Failed> {
        let refused = self.status.code().is_some_and(|code| code != 0);
        if refused { Ok(self) } else { Err(self.failed("an exit code other than 0")) }
    }

    /// Demands a text in what it printed.
    pub(crate) fn says(&self, text: &str) -> Result<&Self, Failed> {
        let said = self.out.contains(text) || self.err.contains(text);
        if said { Ok(self) } else { Err(self.failed(&format!("the text {text:?}"))) }
    }

    /// A failure that shows all that the program did.
    pub(crate) fn failed(&self, expected: &str) -> Failed {
        format!("expected {expected}\n{self}").into()
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("exit code {code}"),
            (None, signal) => format!("signal {}", signal.unwrap_or_default()),
        };
        write!(f, "$ {}\n-- {end}\n-- output\n{}\n-- errors\n{}", self.title, self.out.trim_end(), self.err.trim_end())
    }
}

fn title(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What a program has written so far, whatever its coding.
fn read(output: &Path, ending: &str) -> String {
    let bytes = fs::read(output.with_extension(ending)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The lines that have come to their end.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(str::trim_end)
}
