//! Processes at the other end of a socket.

use std::{io, os::fd::OwnedFd};

#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::retry_on_intr,
};

use super::socket::Stream;

/// The process at the other end of a connection, where the system tells when it ends. One that was forked off it may
/// keep the connection open for longer, and never use it.
pub(crate) struct Peer(Option<OwnedFd>);

impl Peer {
    /// The process that connected.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(stream: &Stream) -> Self {
        let peer = rustix::net::sockopt::socket_peercred(stream).ok();
        Self(peer.and_then(|peer| pidfd_open(peer.pid, PidfdFlags::empty()).ok()))
    }

    /// Elsewhere nobody tells.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_: &Stream) -> Self {
        Self(None)
    }

    /// Waits until something comes from the process.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::UnexpectedEof`] if it has ended.
    pub(crate) fn await_request(&self, stream: &Stream) -> io::Result<()> {
        let Some(process) = &self.0 else { return Ok(()) };
        let mut sources = [PollFd::new(process, PollFlags::IN), PollFd::new(stream, PollFlags::IN)];
        retry_on_intr(|| poll(&mut sources, None))?;
        if sources[0].revents().is_empty() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let ended = |process| poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&now)).is_ok_and(|count| count > 0);
        self.0.as_ref().is_some_and(ended)
    }
}

/// What a process is called, where the system says it.
#[cfg(all(target_os = "linux", feature = "console"))]
pub(crate) fn name_of(process: u32) -> Option<String> {
    let name = std::fs::read(format!("/proc/{process}/comm")).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end_matches('\n').to_owned())
}

/// Elsewhere nobody tells.
#[cfg(all(not(target_os = "linux"), feature = "console"))]
pub(crate) fn name_of(_: u32) -> Option<String> {
    None
}
