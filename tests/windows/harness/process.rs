//! Runs a program with a limit to its time, and says all it knows when something was not as expected.

use std::{
    ffi::OsStr,
    fmt,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;

/// How long a program may take. Ample for a slow machine: it is there to end what hangs.
const LIMIT: Duration = Duration::from_secs(90);

/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// A program to be run, with its environment set.
pub(crate) struct Guest {
    command: Command,
    /// Where its two output streams go: `PATH.out` and `PATH.err`. Files, not pipes, since a pipe that a forgotten
    /// child keeps open would never end.
    output: PathBuf,
    input: Vec<u8>,
}

/// A program that runs.
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
        Self { command, output, input: Vec::new() }
    }

    /// What it reads on its standard input; nothing unless this is called.
    pub(crate) fn input(mut self, text: &str) -> Self {
        text.as_bytes().clone_into(&mut self.input);
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Result<Ended, Failed> {
        self.start()?.end()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Result<Running, Failed> {
        let words = [self.command.get_program()].into_iter().chain(self.command.get_args());
        let title = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let stream = |ending| File::create(self.output.with_extension(ending));
        self.command.stdin(Stdio::piped()).stdout(stream("out")?).stderr(stream("err")?);
        let mut child = self.command.spawn().map_err(|error| format!("{title}: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that has ended does not read; how it ended is what counts then.
            let _ = stdin.write_all(&self.input);
        }
        Ok(Running { child, title, output: self.output, deadline: Instant::now() + LIMIT })
    }
}

impl Running {
    /// Waits for its end, and ends it when its time is over.
    pub(crate) fn end(mut self) -> Result<Ended, Failed> {
        while Instant::now() < self.deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(self.outcome(status));
            }
            thread::sleep(GLANCE);
        }
        let status = self.kill()?;
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
        let status = self.kill()?;
        Err(format!("it did not say {text:?}\n{}", self.outcome(status)).into())
    }

    /// Ends it in a way that it does not learn of.
    pub(crate) fn kill(&mut self) -> Result<ExitStatus, Failed> {
        // It may have ended in the meantime.
        let _ = self.child.kill();
        Ok(self.child.wait()?)
    }

    fn outcome(&self, status: ExitStatus) -> Ended {
        Ended { title: self.title.clone(), status, out: read(&self.output, "out"), err: read(&self.output, "err") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.kill();
        }
    }
}

impl Ended {
    /// Demands that it ended with a code.
    pub(crate) fn exits_with(&self, code: i32) -> Result<&Self, Failed> {
        if self.status.code() == Some(code) { Ok(self) } else { Err(self.failed(&format!("exit code {code}"))) }
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
        let Self { title, status, out, err } = self;
        write!(f, "> {title}\n-- {status}\n-- output\n{}\n-- errors\n{}", out.trim_end(), err.trim_end())
    }
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
