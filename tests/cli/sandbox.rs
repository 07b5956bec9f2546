//! A place of its own for each test: sockets go there, and nothing else is seen.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use virtuale::host::control::{Client, Request, Which};

/// A card file of the repository.
pub(crate) const MARTIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");

/// One with mistakes.
pub(crate) const BROKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cards/broken/nir.toml");

/// One that speaks T=1.
pub(crate) const T1: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-t1.toml");

/// Another one.
pub(crate) const DURAND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-durand.toml");

/// The folder that sockets go to, and the environment that says so.
pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program with these arguments.
    pub(crate) fn virtuale(&self, arguments: &[&str]) -> Command {
        let mut command = with_default_signals(env!("CARGO_BIN_EXE_virtuale"));
        command.args(arguments);
        self.confine(command)
    }

    /// A shell with this script, in which `virtuale` is the program.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut command = with_default_signals("sh");
        let program = Path::new(env!("CARGO_BIN_EXE_virtuale")).parent().expect("a folder").to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([program].into_iter().chain(std::env::split_paths(&path))).expect("a path");
        command.args(["-c", script]).env("PATH", path).env("MARTIN", MARTIN).env("DURAND", DURAND);
        self.confine(command)
    }

    fn confine(&self, mut command: Command) -> Command {
        command.env("XDG_RUNTIME_DIR", self.path()).env("TMPDIR", self.path()).env("LC_ALL", "C");
        for variable in
            ["PCSCLITE_CSOCK_NAME", "SUDO_UID", "DOAS_USER", "PKEXEC_UID", "FLATPAK_ID", "SNAP_NAME", "COLUMNS"]
        {
            command.env_remove(variable);
        }
        command
    }

    /// All that is in it.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        fs::read_dir(self.path()).expect("the sandbox").map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// Readers that a failed test left running in it are stopped.
impl Drop for Sandbox {
    fn drop(&mut self) {
        let folders = fs::read_dir(self.path().join("virtuale")).into_iter().flatten().flatten();
        // The socket itself, which may stand elsewhere.
        let sockets = folders.filter_map(|folder| fs::canonicalize(folder.path().join("pcsc")).ok());
        for mut client in sockets.filter_map(|socket| Client::find(Which::Socket(&socket)).ok()) {
            if client.ask(Request::Stop).is_ok() {
                let _ = client.wait_for_its_end();
            }
        }
    }
}

/// A program that gets every signal, whatever these tests were started with: `nohup` and a shell's `&` have some
/// ignored, which a child inherits. Where there is no such `env`, it is started as it is.
fn with_default_signals(program: &str) -> Command {
    const ENV: [&str; 2] = ["/usr/bin/env", "--default-signal"];
    static IS_THERE: LazyLock<bool> = LazyLock::new(|| {
        let output = Command::new(ENV[0]).args([ENV[1], "true"]).output();
        output.is_ok_and(|output| output.status.success())
    });
    if !*IS_THERE {
        return Command::new(program);
    }
    let mut command = Command::new(ENV[0]);
    command.args([ENV[1], program]);
    command
}

/// What a command that ends by itself printed, and its exit code.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// A program that runs, and what it says line by line. It does not outlive the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// Its next line; empty if it ended.
    pub(crate) fn line(&mut self) -> String {
        self.lines.next().map(|line| line.expect("text")).unwrap_or_default()
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Its exit code.
    pub(crate) fn end(mut self) -> i32 {
        self.child.wait().expect("it ends").code().expect("an exit code")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let has_ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if has_ended(&mut self.child) {
            return;
        }
        // It may have children and sockets of its own to take along.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let end = Instant::now() + Duration::from_secs(2);
        while !has_ended(&mut self.child) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds; for at most ten seconds, which only a failure takes.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_test_that_fails_leaves_nothing_running() {
    let sandbox = Sandbox::new();
    let mut script = sandbox.shell("virtuale serve --detach --name left");
    let (code, line, error) = run(&mut script);
    assert_eq!(code, 0, "{error}");
    let detached = line.trim_end().rsplit('=').next().expect("a socket").to_owned();
    let mut running = Running::start(&mut sandbox.virtuale(&["serve", "--name", "running"]));
    let attached = running.line().rsplit('=').next().expect("a socket").to_owned();
    let answers = |socket: &str| Client::find(Which::Socket(socket.as_ref())).is_ok();
    assert!(answers(&detached) && answers(&attached));
    let failed = thread::spawn(move || {
        let (_running, _sandbox) = (running, sandbox);
        std::panic::panic_any("as a failed assertion does")
    });
    failed.join().expect_err("it panics");
    assert!(!answers(&detached) && !answers(&attached));
}
