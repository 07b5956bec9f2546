//! Programs in the background that were started before, and with another environment.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::survey::VARIABLE;

/// Programs that keep running, use cards for others, and look at the variable when they start only.
const NAMES: [&str; 2] = ["gpg-agent", "scdaemon"];

/// One of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Agent {
    pub(super) name: &'static str,
    pub(super) pid: u32,
    pub(super) sight: Sight,
}

/// Which readers it sees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Sight {
    /// Those of this environment.
    Same,
    /// Others: those at this socket.
    Other(PathBuf),
    /// The system's.
    System,
    /// It is not ours to know.
    Unknown,
}

/// The agents that run, and whether they see the readers at this socket.
pub(super) fn agents(socket: Option<&Path>) -> Vec<Agent> {
    let named = |(pid, found): (u32, String)| {
        let name = NAMES.into_iter().find(|name| *name == found)?;
        Some(Agent { name, pid, sight: sight(pid, socket) })
    };
    processes().filter_map(named).collect()
}

/// Whether a program of this name runs.
pub(super) fn runs(name: &str) -> bool {
    processes().any(|(_, found)| found == name)
}

/// The number and name of every process; nothing on systems without `/proc`.
fn processes() -> impl Iterator<Item = (u32, String)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        Some((pid, name.trim_end().to_owned()))
    })
}

fn sight(pid: u32, socket: Option<&Path>) -> Sight {
    match fs::read(format!("/proc/{pid}/environ")) {
        Ok(environment) => sight_in(&environment, socket),
        Err(_) => Sight::Unknown,
    }
}

/// What an environment, as `/proc` shows it, makes of the variable.
fn sight_in(environment: &[u8], socket: Option<&Path>) -> Sight {
    let prefix = [VARIABLE.as_bytes(), b"="].concat();
    let value = environment.split(|&byte| byte == 0).find_map(|entry| entry.strip_prefix(prefix.as_slice()));
    match value {
        None | Some([]) => Sight::System,
        Some(value) if socket.is_some_and(|socket| socket.as_os_str().as_bytes() == value) => Sight::Same,
        Some(value) => Sight::Other(std::ffi::OsStr::from_bytes(value).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Sight, processes, sight_in};

    #[test]
    fn an_environment_says_which_readers_are_seen() {
        let ours = Some(Path::new("/run/pcsc"));
        assert_eq!(sight_in(b"A=1\0PCSCLITE_CSOCK_NAME=/run/pcsc\0", ours), Sight::Same);
        assert_eq!(sight_in(b"PCSCLITE_CSOCK_NAME=/old\0A=1\0", ours), Sight::Other("/old".into()));
        assert_eq!(sight_in(b"A=PCSCLITE_CSOCK_NAME=/run/pcsc\0", ours), Sight::System);
        assert_eq!(sight_in(b"", None), Sight::System);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_test_is_among_the_processes() {
        assert!(processes().any(|(pid, _)| pid == std::process::id()));
    }
}
