//! The service for the driver: a socket, and a thread for each connection.

use std::{
    fmt, fs, io,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak},
    thread,
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, poll};

use super::connection::Connection;
use crate::reader::{Readers, bell::Bell, sync::lock};

/// How many connections are served at once. A driver has one for each slot, and one for states.
const MOST_CONNECTIONS: usize = 64;

/// How long a server that stops waits for its threads. One of them may be with a card that does not come back.
const FAREWELL: Duration = Duration::from_millis(250);

/// How long accepting pauses when the system has no room for another connection.
const OUT_OF_BREATH: Duration = Duration::from_millis(10);

/// The user that pcscd runs as from 2.4 on, where it is not root [PCSC-LITE pcscd.service].
#[cfg(any(target_os = "linux", test))]
const PCSCD: &str = "pcscd";

/// A running service. Dropping it stops it, hangs up on the driver and removes its socket.
pub struct Server {
    shared: Arc<Shared>,
    path: PathBuf,
    /// Closing it stops the accepting thread.
    stop: Option<UnixStream>,
}

/// What all connections share.
struct Shared {
    readers: Arc<Readers>,
    bell: Arc<Bell>,
    connections: Mutex<Vec<Arc<Connection>>>,
}

/// A connection's place among those that are served, which is free again when this is dropped.
struct Seat {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.connection.hang_up();
        lock(&self.shared.connections).retain(|each| !Arc::ptr_eq(each, &self.connection));
    }
}

impl Server {
    /// Starts a service on a socket at `path`, where nothing is yet. When it returns, the driver can connect.
    ///
    /// Everybody may reach the socket; root, the user of this process and that of pcscd are let in.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(readers: &Arc<Readers>, path: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
        listener.set_nonblocking(true)?;
        let bell = Arc::<Bell>::default();
        let watcher: Weak<Bell> = Arc::downgrade(&bell);
        readers.watch(watcher);
        let shared = Arc::new(Shared { readers: Arc::clone(readers), bell, connections: Mutex::default() });
        let (stop, stopped) = UnixStream::pair()?;
        let accepting = Arc::clone(&shared);
        shared.bell.spawn("pcscd accept", move || accepting.accept_all(&listener, &stopped))?;
        Ok(Self { shared, path: path.to_owned(), stop: Some(stop) })
    }

    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the driver has this slot.
    #[must_use]
    pub fn is_connected(&self, slot: usize) -> bool {
        lock(&self.shared.connections).iter().any(|connection| connection.is_of(slot))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        // If it is gone already, somebody cleaned up before us.
        let _ = fs::remove_file(&self.path);
        self.shared.bell.end();
        lock(&self.shared.connections).iter().for_each(|connection| connection.hang_up());
        self.shared.bell.await_threads(FAREWELL);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Shared {
    /// Lets the driver in, until `stopped` is closed from the other end.
    fn accept_all(self: &Arc<Self>, listener: &UnixListener, stopped: &UnixStream) {
        loop {
            let mut sources = [PollFd::new(listener, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
            let polled = poll(&mut sources, None);
            if sources.iter().skip(1).any(|stopped| !stopped.revents().is_empty()) {
                return;
            }
            match polled.map_err(io::Error::from).and_then(|_| listener.accept()) {
                Ok((stream, _)) => self.admit(stream),
                Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                // Out of descriptors, most likely: trying again at once would only burn time.
                Err(_) => thread::sleep(OUT_OF_BREATH),
            }
        }
    }

    /// Serves a connection, if its user may and there is room. Without a thread, it goes.
    fn admit(self: &Arc<Self>, stream: UnixStream) {
        if !lets_in(&stream) || stream.set_nonblocking(false).is_err() {
            return;
        }
        let connection = Arc::new(Connection::new(stream));
        {
            let mut connections = lock(&self.connections);
            if connections.len() >= MOST_CONNECTIONS {
                return;
            }
            connections.push(Arc::clone(&connection));
        }
        let seat = Seat { shared: Arc::clone(self), connection };
        let serve = move || {
            // How it ended makes no difference to others.
            let _ = seat.connection.serve(&seat.shared.readers, &seat.shared.bell);
        };
        let _ = self.bell.spawn("pcscd driver", serve);
    }
}

/// Whether the other side's user may connect.
#[cfg(target_os = "linux")]
fn lets_in(stream: &UnixStream) -> bool {
    let users = users(&fs::read_to_string("/etc/passwd").unwrap_or_default());
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| users.contains(&peer.uid.as_raw()))
}

/// Elsewhere nobody tells: there is no such pcscd there.
#[cfg(not(target_os = "linux"))]
fn lets_in(_: &UnixStream) -> bool {
    false
}

/// The users that may connect, by what the system's file of users says.
#[cfg(any(target_os = "linux", test))]
fn users(passwd: &str) -> Vec<u32> {
    let pcscd = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(PCSCD)).then(|| fields.nth(1)?.parse().ok()).flatten()
    });
    [0, rustix::process::geteuid().as_raw()].into_iter().chain(pcscd).collect()
}

#[cfg(test)]
mod tests {
    use super::users;

    #[test]
    fn root_we_and_pcscd_are_let_in() {
        let own = rustix::process::geteuid().as_raw();
        assert_eq!(users("root:x:0:0::/:/bin/sh\npcscd:x:117:121::/run:/bin/false\nx:y\n"), [0, own, 117]);
        for none in ["", "pcscd", "pcscd:x", "pcscd:x:no", "pcscd2:x:5:5::/:"] {
            assert_eq!(users(none), [0, own], "{none}");
        }
    }
}
