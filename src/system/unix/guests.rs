//! Other users: who is at the other end of a socket, and places that others can reach.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{Gid, Mode, chmod, chown};
#[cfg(target_os = "linux")]
use rustix::{net::sockopt::socket_peercred, process::Pid};

use super::socket::Stream;

/// Who is at the other end of a socket. One who runs in a user namespace of his own is the user that he is outside of
/// it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) user: u32,
    group: u32,
    #[cfg(target_os = "linux")]
    process: Pid,
}

impl Peer {
    /// Who it is, where the system tells.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(stream: &Stream) -> Option<Self> {
        let peer = socket_peercred(stream).ok()?;
        Some(Self { user: peer.uid.as_raw(), group: peer.gid.as_raw(), process: peer.pid })
    }

    /// Elsewhere nobody tells.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_: &Stream) -> Option<Self> {
        None
    }

    /// The groups that he is in, as far as the system shows them.
    pub(crate) fn groups(self) -> Vec<u32> {
        let mut groups = self.further_groups();
        groups.push(self.group);
        groups
    }

    #[cfg(target_os = "linux")]
    fn further_groups(self) -> Vec<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.as_raw_nonzero()));
        groups_in(&status.unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    fn further_groups(self) -> Vec<u32> {
        Vec::new()
    }
}

/// What stands in `/proc/PID/status`.
#[cfg(target_os = "linux")]
fn groups_in(status: &str) -> Vec<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap_or_default();
    line.split_whitespace().filter_map(|group| group.parse().ok()).collect()
}

/// The user that this process runs as.
pub(crate) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Lets others connect to a socket: the members of a group, if there is one and the system lets us give the socket to
/// it, else everybody.
///
/// # Errors
///
/// What the system says.
pub(crate) fn open_socket(place: &Path, group: Option<u32>) -> io::Result<()> {
    open(place, group, [Mode::RUSR | Mode::WUSR, Mode::RGRP | Mode::WGRP, Mode::ROTH | Mode::WOTH])
}

/// Lets others go through a folder, and not see what is in it.
///
/// # Errors
///
/// What the system says.
pub(crate) fn open_folder(place: &Path, group: Option<u32>) -> io::Result<()> {
    open(place, group, [Mode::RWXU, Mode::XGRP, Mode::XOTH])
}

fn open(place: &Path, group: Option<u32>, [owner, members, others]: [Mode; 3]) -> io::Result<()> {
    let is_given = group.is_some_and(|group| chown(place, None, Some(Gid::from_raw(group))).is_ok());
    let mode = owner | members | if is_given { Mode::empty() } else { others };
    Ok(chmod(place, mode)?)
}

/// Whether others can go through a folder, or the members of a group, if there is one.
pub(crate) fn lets_through(folder: &Path, group: Option<u32>) -> bool {
    let Ok(found) = fs::metadata(folder) else { return false };
    found.mode() & 0o001 != 0 || group == Some(found.gid()) && found.mode() & 0o010 != 0
}

/// Whether it is a folder, no link, of this user.
pub(crate) fn is_own_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == own_user())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::{Peer, is_own_folder, lets_through, open_folder, own_user};
    use crate::system::socket::Stream;

    #[cfg(target_os = "linux")]
    #[test]
    fn groups_are_those_of_the_line() {
        use super::groups_in;

        assert_eq!(groups_in("Uid:\t0\t0\nGroups:\t4 24 1000 \nNStgid:\t1\n"), [4, 24, 1000]);
        assert_eq!(groups_in("Groups:\t \n"), Vec::<u32>::new());
        assert_eq!(groups_in(""), Vec::<u32>::new());
    }

    #[test]
    fn a_peer_of_this_process_is_this_user() {
        let (one, _other) = Stream::pair().expect("two ends");
        let Some(peer) = Peer::of(&one) else { return };
        assert_eq!(peer.user, own_user());
        assert!(peer.groups().contains(&rustix::process::getegid().as_raw()));
    }

    #[test]
    fn a_folder_is_opened_no_further_than_for_whom_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path();
        fs::set_permissions(place, fs::Permissions::from_mode(0o700)).expect("it is ours");
        let group = Some(rustix::process::getegid().as_raw());
        let mode = || fs::metadata(place).expect("it").permissions().mode() & 0o777;
        assert!(is_own_folder(place) && !lets_through(place, group));
        open_folder(place, group).expect("it is ours");
        assert_eq!((mode(), lets_through(place, group), lets_through(place, None)), (0o710, true, false));
        open_folder(place, None).expect("it is ours");
        assert_eq!((mode(), lets_through(place, None)), (0o711, true));
    }
}
