//! A place of its own for one test: folders, environment, and the check that it is left clean.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use tempfile::TempDir;

use super::process::{Guest, Running};

/// What a program may find in its environment of that of the tests: what Windows itself needs.
const KEPT: [&str; 14] = [
    "COMSPEC",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "USERDOMAIN",
    "USERNAME",
    "WINDIR",
    "COMPUTERNAME",
];

/// How long what a program left may take to go after it.
const GRACE: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const GLANCE: Duration = Duration::from_millis(20);

/// A place of its own for one test. Its name has a blank and an accent in it, as many users have.
pub(crate) struct Place {
    folder: TempDir,
    guests: AtomicUsize,
}

/// A `virtuale serve` that runs.
pub(crate) struct Served<'a> {
    pub(crate) server: Running,
    place: &'a Place,
    /// The file that says where its socket is.
    pub(crate) socket: String,
}

impl Place {
    pub(super) fn new() -> Result<Self, Failed> {
        let folder = TempDir::with_prefix("virtuale l'\u{E9}t\u{E9} ")?;
        for name in ["home", "local", "temp"] {
            fs::create_dir(folder.path().join(name))?;
        }
        Ok(Self { folder, guests: AtomicUsize::new(0) })
    }

    /// The folder in which programs run.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the folders of readers are.
    pub(crate) fn readers(&self) -> PathBuf {
        self.folder.path().join(r"local\Virtuale\run")
    }

    /// A program, in an environment that holds nothing of the person who runs the tests.
    pub(crate) fn program<Word: AsRef<OsStr>>(&self, program: &Path, words: &[Word]) -> Guest {
        let mut command = Command::new(program);
        command.args(words).current_dir(self.home()).env_clear();
        let kept = env::vars_os().filter(|(name, _)| {
            KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept)) || name.to_string_lossy().starts_with("WINE")
        });
        command.envs(kept);
        for (variable, folder) in
            [("LOCALAPPDATA", "local"), ("USERPROFILE", "home"), ("TEMP", "temp"), ("TMP", "temp")]
        {
            command.env(variable, self.folder.path().join(folder));
        }
        command.env("VIRTUALE", super::program());
        let number = self.guests.fetch_add(1, Ordering::Relaxed);
        Guest::new(command, self.folder.path().join(format!("guest-{number}")))
    }

    /// A verb of the program.
    pub(crate) fn virtuale<Word: AsRef<OsStr>>(&self, words: &[Word]) -> Guest {
        self.program(&super::program(), words)
    }

    /// The path of the program, for commands that start it.
    pub(crate) fn program_under_test(&self) -> String {
        super::program().display().to_string()
    }

    /// `virtuale exec`: readers with these cards for the life of one program.
    pub(crate) fn exec(&self, cards: &[&str], program: &[&str]) -> Guest {
        let inserted = cards.iter().flat_map(|card| ["--card", card]);
        let words: Vec<&str> = ["exec"].into_iter().chain(inserted).chain(["--"]).collect();
        self.virtuale(&[&words, program].concat())
    }

    /// `virtuale serve` with these options, once it is ready.
    pub(crate) fn serve(&self, options: &[&str]) -> Result<Served<'_>, Failed> {
        let mut server = self.virtuale(&[&["serve"], options].concat()).start()?;
        let line = server.line_with("PCSCLITE_CSOCK_NAME")?;
        let value = line.strip_prefix("$env:PCSCLITE_CSOCK_NAME = '").and_then(|rest| rest.strip_suffix('\''));
        let socket = value.ok_or_else(|| format!("not a line for PowerShell: {line}"))?;
        // Quotes in it are doubled.
        Ok(Served { server, place: self, socket: socket.replace("''", "'") })
    }

    /// Demands that nothing is left in the folder of readers.
    pub(super) fn close(self) -> Result<(), Failed> {
        let end = Instant::now() + GRACE;
        loop {
            let left = names_in(&self.readers());
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("left behind among the readers: {left:?}").into());
            }
            thread::sleep(GLANCE);
        }
    }
}

impl Served<'_> {
    /// A verb of the program that finds these readers.
    pub(crate) fn virtuale<Word: AsRef<OsStr>>(&self, words: &[Word]) -> Guest {
        self.place.virtuale(words).variable("PCSCLITE_CSOCK_NAME", &self.socket)
    }

    /// Ends it as a person would who has another window, and demands that it goes well.
    pub(crate) fn stop(self) -> Result<(), Failed> {
        self.virtuale(&["stop"]).run()?.exits_with(0)?;
        self.ends()
    }

    /// Demands that it ends well, since somebody told it to.
    pub(crate) fn ends(self) -> Result<(), Failed> {
        self.server.end()?.exits_with(0)?;
        Ok(())
    }
}

/// What is in a folder, if it is there.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
