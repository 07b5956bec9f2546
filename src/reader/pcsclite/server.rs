//! The service: a socket, and a connection for each client.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Guests, connection::Connection, wire, worker};
use crate::{
    reader::{Caller, Readers, ReturnCode, Watcher, sync::lock},
    system::{
        guests::open_socket,
        socket::{Listener, Stream, accept_all_and, connect, is_socket, listen_privately},
    },
};

/// How many clients of the user whose readers they are are served at once; others are turned away. Guests have
/// connections of their own ([`MOST_OF_GUESTS`](super::MOST_OF_GUESTS)).
pub const MOST_CONNECTIONS: usize = 200;

/// How long one more has to wait for a connection that is just being closed: a program that comes back at once finds
/// its own place.
const PARTING: Duration = Duration::from_millis(200);

/// How long a server that stops waits for its threads. One of them may be with a card that does not come back.
const FAREWELL: Duration = Duration::from_millis(250);
/// How long it may take to see whether somebody lives at a path: longer only where very many want in.
const GLANCE: Duration = Duration::from_secs(1);

/// How a server differs from others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ServerOptions {
    /// How many reader states are sent. Up to protocol 4.5 the number is compiled into the client library (shown by
    /// `pcscd -v`), 16 unless a distribution changed it.
    pub reader_slots: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { reader_slots: wire::READER_SLOTS }
    }
}

/// A running service. Dropping it stops it, hangs up on its clients and removes its socket.
pub struct Server {
    shared: Arc<Shared>,
    path: PathBuf,
    /// Closing it stops the accepting thread.
    stop: Option<Stream>,
    accepting: Option<JoinHandle<()>>,
}

/// What all connections of a service share.
pub(super) struct Shared {
    pub(super) readers: Arc<Readers>,
    pub(super) options: ServerOptions,
    guests: Arc<Guests>,
    connections: Mutex<Vec<Arc<Connection>>>,
    /// A connection ended.
    ended: Condvar,
}

impl Server {
    /// Starts a service on a socket at `path`, open to this user alone. When it returns, clients can connect. A
    /// socket that a dead service left there is replaced.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if there are more readers than `options` allow or the path is too long for a
    /// socket, [`io::ErrorKind::AddrInUse`] if something lives at the path, else what the system says.
    pub fn start(readers: Arc<Readers>, path: &Path, options: ServerOptions) -> io::Result<Self> {
        Self::start_for(Arc::default(), readers, path, options)
    }

    /// As [`Server::start`], for guests beside this user.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_for(
        guests: Arc<Guests>,
        readers: Arc<Readers>,
        path: &Path,
        options: ServerOptions,
    ) -> io::Result<Self> {
        if readers.len() > options.reader_slots {
            let message = format!("{} reader slots are more than the {} sent", readers.len(), options.reader_slots);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = bind(path)?;
        if !guests.is_none() {
            open_socket(path, guests.only_group())?;
        }
        let shared = Shared::new(Arc::clone(&guests), readers, options);
        let watcher: Weak<Shared> = Arc::downgrade(&shared);
        shared.readers.watch(watcher);
        let (stop, stopped) = Stream::pair()?;
        let accepting = thread::Builder::new().name("pcsc accept".into()).spawn({
            let shared = Arc::clone(&shared);
            move || accept_all_and(&listener, &stopped, |stream| guests.let_in(stream), |stream| shared.admit(stream))
        })?;
        Ok(Self { shared, path: path.to_owned(), stop: Some(stop), accepting: Some(accepting) })
    }

    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(accepting) = self.accepting.take() {
            // It has nothing to say, even if it panicked.
            let _ = accepting.join();
        }
        // If it is gone already, somebody cleaned up before us.
        let _ = fs::remove_file(&self.path);
        let connections = lock(&self.shared.connections);
        for connection in connections.iter() {
            connection.hang_up();
        }
        let all_ended = self.shared.ended.wait_timeout_while(connections, FAREWELL, |left| !left.is_empty());
        drop(all_ended.unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Shared {
    /// A service without clients.
    pub(super) fn new(guests: Arc<Guests>, readers: Arc<Readers>, options: ServerOptions) -> Arc<Self> {
        Arc::new(Self { readers, options, guests, connections: Mutex::default(), ended: Condvar::new() })
    }

    /// Serves a client, if there is room.
    fn admit(self: &Arc<Self>, stream: Stream) -> io::Result<()> {
        let visit = self.guests.place(&stream)?;
        let connection = Connection::new(stream, visit, Arc::clone(self));
        {
            let is_full = |connections: &mut Vec<Arc<Connection>>| {
                connections.iter().filter(|each| !each.is_guest()).count() >= MOST_CONNECTIONS
            };
            let mut connections = lock(&self.connections);
            if !connection.is_guest() && is_full(&mut connections) {
                let waited = self.ended.wait_timeout_while(connections, PARTING, is_full);
                let (now, still_full) = waited.unwrap_or_else(PoisonError::into_inner);
                if still_full.timed_out() {
                    return Err(io::ErrorKind::QuotaExceeded.into());
                }
                connections = now;
            }
            connections.push(Arc::clone(&connection));
        }
        let spawned = worker::spawn(Arc::clone(&connection), 0, &[]);
        if spawned.is_err() {
            self.forget(&connection);
        }
        spawned
    }

    /// A connection ended.
    pub(super) fn forget(&self, connection: &Connection) {
        lock(&self.connections).retain(|each| !std::ptr::eq(&raw const **each, connection));
        self.ended.notify_all();
    }

    /// Ends the wait of the connection with that context, if it waits.
    pub(super) fn cancel(&self, context: u32) -> ReturnCode {
        let connections = lock(&self.connections);
        match connections.iter().find(|each| each.session.context() == Some(context)) {
            None => ReturnCode::INVALID_HANDLE,
            Some(connection) => {
                connection.announce(ReturnCode::CANCELLED);
                ReturnCode::SUCCESS
            }
        }
    }
}

impl Watcher for Shared {
    fn changed(&self) {
        for connection in lock(&self.connections).iter() {
            connection.announce(ReturnCode::SUCCESS);
        }
    }
}

/// A private socket at that path.
fn bind(path: &Path) -> io::Result<Listener> {
    let listener = match listen_privately(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_dead(path) => {
            fs::remove_file(path)?;
            listen_privately(path)?
        }
        bound => bound?,
    };
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whether it is a socket that nobody listens on any more.
fn is_dead(path: &Path) -> bool {
    let is_one = fs::symlink_metadata(path).is_ok_and(|known| is_socket(path, &known));
    is_one && connect(path, GLANCE).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
