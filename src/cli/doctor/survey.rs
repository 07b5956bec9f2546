//! The facts: what is there, what runs, what is set.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    library::{self, Library},
    line::{Hop, Line},
    processes::{self, Agent},
    program::{self, Program},
    questions::Questions,
    socket::{self, Socket},
};
use crate::{
    cli::{
        opensc,
        running::{self, Seen},
        users,
    },
    host,
};

/// The environment variable that libpcsclite obeys.
pub(super) const VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// All that is known about the system.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) system: System,
    pub(super) library: Option<Library>,
    /// Programs that know more of it, and did not say so within this time.
    pub(super) silent: (Vec<String>, Duration),
    pub(super) confinement: Option<Confinement>,
    /// The value of the variable, and what stands there.
    pub(super) variable: Option<(PathBuf, Socket)>,
    /// The configuration that OpenSC is told to read.
    pub(super) opensc: Option<Configuration>,
    /// The user that we are.
    pub(super) user: u32,
    /// The readers of ours that run, but for those that the variable names.
    pub(super) others: Vec<Seen>,
    /// Where a reader's private folder can be made, or why nowhere.
    pub(super) place: Result<PathBuf, String>,
    /// Programs in the background that use cards.
    pub(super) agents: Vec<Agent>,
    /// Whether the system's own PC/SC service is there.
    pub(super) pcscd: bool,
    /// Whom the readers let in that the variable names, beside their own user; `None` if they do not say.
    pub(super) admitted: Option<Admitted>,
    /// The nearest folder on the way to the socket that not everybody may go through.
    pub(super) closed: Option<Closed>,
    /// How many files may be open at a time, where that is few.
    pub(super) few_files: Option<u64>,
    /// Whether the system's pcscd shows cards of readers that run.
    pub(super) pcscd_shows: bool,
    /// What stands between the command line that was asked about and its program.
    pub(super) hops: Vec<Hop>,
    /// The program that was asked about.
    pub(super) program: Option<Program>,
}

/// Users and groups who are let in, by their numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Admitted {
    pub(super) users: Vec<u32>,
    /// Groups whose members are.
    pub(super) groups: Vec<u32>,
    /// Who was turned away, in words.
    pub(super) turned_away: Vec<String>,
}

/// A folder that not everybody may go through.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Closed {
    pub(super) folder: PathBuf,
    pub(super) owner: u32,
    /// The group whose members may.
    pub(super) group: Option<u32>,
}

impl Closed {
    /// Whether a user may not go through it.
    pub(super) fn is_to(&self, user: u32) -> bool {
        user != 0 && user != self.owner && !self.group.is_some_and(|group| users::is_member(user, group))
    }

    /// The nearest one on the way to a socket.
    fn on_the_way(socket: &Path) -> Option<Self> {
        socket.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).find_map(|folder| {
            let known = fs::metadata(folder).ok()?;
            let (for_all, for_group) = (known.mode() & 0o001 != 0, known.mode() & 0o010 != 0);
            let group = for_group.then(|| known.gid());
            (!for_all).then(|| Self { folder: folder.to_owned(), owner: known.uid(), group })
        })
    }
}

/// How many open files readers and programs take together, and some more.
const FILES: u64 = 64;

/// A file that a variable names.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) path: PathBuf,
    pub(super) is_there: bool,
}

/// The kinds of system that differ in their way to readers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum System {
    /// PC/SC is Apple's own and has no variable.
    Apple,
    /// PC/SC is pcsc-lite.
    Other,
}

/// What shuts us in and keeps variables or files out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Confinement {
    Flatpak,
    Snap,
    /// This program, which starts others as another user.
    As(&'static str),
}

/// Programs that start others as another user, and the variable that they leave behind.
const SWITCHES: [(&str, &str); 3] = [("sudo", "SUDO_UID"), ("doas", "DOAS_USER"), ("pkexec", "PKEXEC_UID")];

/// Looks at everything once.
pub(super) fn survey(command: &[OsString]) -> Survey {
    let (socket, own) = (set(VARIABLE), running::own());
    let socket_path = socket.clone();
    let line = Line::follow(command);
    let others: Vec<_> = running::look().into_iter().filter(|seen| own.as_ref() != Some(&seen.running)).collect();
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let admitted = own.as_ref().and_then(|own| own.status().ok());
    let mut questions = Questions::default();
    let library = library::find(&mut questions);
    Survey {
        system: if cfg!(target_os = "macos") { System::Apple } else { System::Other },
        library,
        silent: questions.silent(),
        confinement: confinement(),
        agents: processes::agents(socket.as_deref()),
        opensc: set(opensc::VARIABLE).map(|path| Configuration { is_there: path.is_file(), path }),
        variable: socket.map(|path| (path.clone(), socket::look(&path))),
        user: rustix::process::geteuid().as_raw(),
        closed: socket_path.as_deref().and_then(Closed::on_the_way),
        few_files: files.filter(|&files| files < FILES),
        pcscd_shows: others.iter().any(|seen| seen.is_shown_by_pcscd),
        others,
        place: host::place().map_err(|error| error.to_string()),
        pcscd: processes::runs("pcscd") || Path::new("/run/pcscd/pcscd.comm").exists(),
        admitted: admitted.map(|status| Admitted {
            turned_away: users::all_turned_away(&status, crate::cli::Language::of_locale()),
            users: status.allowed_users,
            groups: status.allowed_groups,
        }),
        hops: line.hops,
        program: match (&line.program, &line.script) {
            (Some(program), _) => Some(program::look(program)),
            (None, script) => script.as_deref().map(program::look_at_script),
        },
    }
}

/// The path that a variable holds.
fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn confinement() -> Option<Confinement> {
    if env::var_os("FLATPAK_ID").is_some() || Path::new("/.flatpak-info").exists() {
        return Some(Confinement::Flatpak);
    }
    if env::var_os("SNAP_NAME").is_some() {
        return Some(Confinement::Snap);
    }
    let switch = SWITCHES.into_iter().find(|(_, variable)| env::var_os(variable).is_some());
    switch.map(|(program, _)| Confinement::As(program))
}
