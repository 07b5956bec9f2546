//! The program under test, as a process of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The cards of its slots; the first is the quiet client's.
pub(crate) const CARDS: [&str; 8] = [
    "vitale2-martin",
    "vitale2-durand",
    "vitale1-petit",
    "cps-lefevre",
    "vitale2-martin",
    "vitale2-durand",
    "vitale2-martin",
    "cps-lefevre",
];

/// How long it may take to be rid of what its clients left.
const SETTLING: Duration = Duration::from_secs(10);

/// Running readers.
pub(crate) struct Serve {
    process: Child,
    folder: TempDir,
}

/// What the program needs at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Resident memory of its own, without its file, in kilobytes.
    pub(crate) memory: u64,
    pub(crate) descriptors: usize,
}

impl Serve {
    pub(crate) fn start() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_virtuale"));
        command.arg("serve").arg("--socket").arg(folder.path().join("s"));
        command.args(CARDS.iter().flat_map(|card| ["--card", card]));
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        if !line.starts_with("export ") {
            return Err("serve did not start".into());
        }
        Ok(Self { process, folder })
    }

    /// The PC/SC socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    pub(crate) fn usage(&self) -> Result<Usage, Failed> {
        let of_process = Path::new("/proc").join(self.process.id().to_string());
        let status = fs::read_to_string(of_process.join("status")).map_err(|_| "the program is gone")?;
        let field = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let memory = field.and_then(|field| field.trim().strip_suffix("kB")?.trim().parse().ok());
        let descriptors = fs::read_dir(of_process.join("fd"))?.count();
        Ok(Usage { memory: memory.ok_or("the system does not say how much memory it has")?, descriptors })
    }

    /// What it needs once it has no more than so many descriptors, or after a while.
    pub(crate) fn settled(&self, descriptors: usize) -> Result<Usage, Failed> {
        let start = Instant::now();
        loop {
            let usage = self.usage()?;
            if usage.descriptors <= descriptors || start.elapsed() > SETTLING {
                return Ok(usage);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn stop(mut self) -> Result<(), Failed> {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).ok_or("it has no number")?;
        kill_process(pid, Signal::INT)?;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // Where all went well it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
