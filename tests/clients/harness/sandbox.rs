//! A place of its own for one test: home, runtime folder, environment; and the check that it is left clean.

use std::{
    env, fs,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::process::{Guest, Running};

/// The variable by which the processes of a test are known, children of children included.
const MARK: &str = "VIRTUALE_CLIENTS_MARK";

/// How long a process may take to go after the program that started it has gone.
const GRACE: Duration = Duration::from_secs(5);

/// A place of its own for one test.
pub(crate) struct Sandbox {
    folder: TempDir,
    mark: String,
    guests: AtomicUsize,
}

/// A `virtuale serve` that runs, and the socket it gave.
pub(crate) struct Served {
    server: Running,
    /// The value of `PCSCLITE_CSOCK_NAME`.
    pub(crate) socket: String,
}

impl Sandbox {
    pub(super) fn new() -> Result<Self, Failed> {
        static TESTS: AtomicUsize = AtomicUsize::new(0);
        let folder = TempDir::with_prefix("virtuale-clients-")?;
        for (name, mode) in [("home", 0o755), ("run", 0o700), ("tmp", 0o700)] {
            let path = folder.path().join(name);
            fs::create_dir(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        let mark = format!("{}-{}", process::id(), TESTS.fetch_add(1, Ordering::Relaxed));
        Ok(Self { folder, mark, guests: AtomicUsize::new(0) })
    }

    /// The home folder of the programs under test.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A program, in an environment that holds nothing of the person who runs the tests.
    pub(crate) fn program(&self, words: &[&str]) -> Result<Guest, Failed> {
        let [program, arguments @ ..] = words else { return Err("no program to run".into()) };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.folder.path().join("run"))
            .env("TMPDIR", self.folder.path().join("tmp"))
            .env("LC_ALL", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("VIRTUALE", env!("CARGO_BIN_EXE_virtuale"))
            .env(MARK, &self.mark);
        let number = self.guests.fetch_add(1, Ordering::Relaxed);
        Ok(Guest::new(command, self.folder.path().join(format!("guest-{number}"))))
    }

    /// `virtuale exec`: a private reader with these cards for the life of one program.
    pub(crate) fn exec(&self, cards: &[&str], program: &[&str]) -> Result<Guest, Failed> {
        let inserted = cards.iter().flat_map(|card| ["--card", card]);
        let words: Vec<&str> = [env!("CARGO_BIN_EXE_virtuale"), "exec"].into_iter().chain(inserted).collect();
        self.program(&[&words, &["--"][..], program].concat())
    }

    /// `virtuale serve` with these options, once it is ready.
    pub(crate) fn serve(&self, options: &[&str]) -> Result<Served, Failed> {
        let words = [&[env!("CARGO_BIN_EXE_virtuale"), "serve"], options].concat();
        let mut server = self.program(&words)?.start()?;
        let line = server.line_with("PCSCLITE_CSOCK_NAME")?;
        let value = line.strip_prefix("export PCSCLITE_CSOCK_NAME=");
        let socket = value.ok_or_else(|| format!("not a line for a shell: {line}"))?;
        Ok(Served { server, socket: socket.trim_matches(['\'', '"']).to_owned() })
    }

    /// Demands that no process, no socket and nothing in the runtime folder is left; ends the processes that are.
    pub(super) fn close(self) -> Result<(), Failed> {
        let left = self.processes_left_after(GRACE);
        for &(pid, _) in &left {
            // It may have gone in the meantime.
            let _ = kill_process(pid, Signal::KILL);
        }
        if !left.is_empty() {
            let names: Vec<String> = left.iter().map(|(pid, name)| format!("{pid:?} {name}")).collect();
            return Err(format!("processes were left behind: {}", names.join(", ")).into());
        }
        let files = [files_below(&self.folder.path().join("run")), sockets_below(self.folder.path())].concat();
        if files.is_empty() { Ok(()) } else { Err(format!("files were left behind: {files:?}").into()) }
    }

    fn processes_left_after(&self, grace: Duration) -> Vec<(Pid, String)> {
        let end = Instant::now() + grace;
        loop {
            let left = self.processes();
            if left.is_empty() || Instant::now() > end {
                return left;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The processes that carry our mark. None where the system does not show environments.
    fn processes(&self) -> Vec<(Pid, String)> {
        let mark = format!("{MARK}={}", self.mark);
        let carries_mark = |folder: &Path| {
            let environment = fs::read(folder.join("environ")).unwrap_or_default();
            environment.split(|&byte| byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
        let folders = all.flatten().map(|entry| entry.path()).filter(|folder| carries_mark(folder));
        folders.filter_map(|folder| Some((pid_of(&folder)?, name_of(&folder)))).collect()
    }
}

impl Served {
    /// Ends it as a person would, and demands that it goes well.
    pub(crate) fn stop(mut self) -> Result<(), Failed> {
        self.server.signal(Signal::TERM)?;
        // It has run for as long as others used it, who have limits of their own.
        self.server.begin_anew();
        self.server.end()?.exits_with(0)?;
        Ok(())
    }
}

fn pid_of(folder: &Path) -> Option<Pid> {
    Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?)
}

fn name_of(folder: &Path) -> String {
    let words = fs::read(folder.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).replace('\0', " ")
}

fn sockets_below(folder: &Path) -> Vec<PathBuf> {
    let is_socket = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    files_below(folder).into_iter().filter(is_socket).collect()
}

/// All that is in a folder and in those below it, folders included.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(files_below(&entry.path()));
        }
        files.push(entry.path());
    }
    files
}
