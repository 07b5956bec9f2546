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

/// What processors have done since the start, in the ticks of the system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// For the program.
    program: u64,
    /// For the clients, which are this process.
    clients: u64,
    /// For anybody.
    all: u64,
    /// Nothing.
    idle: u64,
}

impl Work {
    /// How much of the time since an earlier moment the processors spent on the program, on its clients, on others and
    /// on nothing, in hundredths.
    pub(crate) fn since(&self, earlier: &Self) -> [u64; 4] {
        let part = |of: fn(&Self) -> u64| of(self).saturating_sub(of(earlier));
        let (program, clients, idle) = (part(|work| work.program), part(|work| work.clients), part(|work| work.idle));
        let all = part(|work| work.all);
        let others = all.saturating_sub(program + clients + idle);
        [program, clients, others, idle].map(|ticks| ticks * 100 / all.max(1))
    }
}

/// The ticks of a process, in user mode and in the kernel: the fields 14 and 15 [proc(5)], counted behind its name.
fn ticks(process: &Path) -> Result<u64, Failed> {
    let stat = fs::read_to_string(process.join("stat")).map_err(|_| "the program is gone")?;
    let behind = stat.rsplit_once(") ").ok_or("no name of a process")?.1;
    Ok(behind.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum())
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

    pub(crate) fn work(&self) -> Result<Work, Failed> {
        let stat = fs::read_to_string("/proc/stat")?;
        let first = stat.lines().next().ok_or("the system does not say what its processors do")?;
        let ticks_of: Vec<u64> = first.split_whitespace().filter_map(|field| field.parse().ok()).take(8).collect();
        let idle = ticks_of.iter().skip(3).take(2).sum();
        let program = ticks(&Path::new("/proc").join(self.process.id().to_string()))?;
        Ok(Work { program, clients: ticks(Path::new("/proc/self"))?, all: ticks_of.iter().sum(), idle })
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

    /// Ends it as a system does that shuts down: Ctrl-C is nothing to what a shell started in the background.
    pub(crate) fn stop(mut self) -> Result<(), Failed> {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).ok_or("it has no number")?;
        kill_process(pid, Signal::TERM)?;
        let start = Instant::now();
        while start.elapsed() < SETTLING {
            if let Some(status) = self.process.try_wait()? {
                return if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) };
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err("it does not end".into())
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // Where all went well it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
