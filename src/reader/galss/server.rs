//! The service: a socket, and a thread for each connection.

use std::{
    fmt, fs,
    io::{self, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use virtuale_galss::{
    Code,
    wire::{self, ClientId, Request},
};

use super::{Resource, desk::Desk};
use crate::{
    reader::{Readers, sync::lock},
    system::{
        process::Peer,
        socket::{Stream, accept_all, hang_up, is_gone, listen_privately},
    },
};

/// How many connections are served at once; others are turned away. A program has as many as it has threads that call
/// at once.
pub const MOST_CONNECTIONS: usize = 200;

/// How long a server that stops waits for its threads.
const FAREWELL: Duration = Duration::from_millis(250);

/// The version of GALSS that is told, and of each of its parts. Invented: it is of no GALSS that there is.
const SOFTWARE: [u8; wire::VERSION_SIZE] = *b"0.01";

/// The parts: what tells of resources, what clients call, and what serves them [GALSS-H components].
const COMPONENTS: [u32; 3] = [100, 101, 102];

/// A running service. Dropping it stops it, hangs up on its clients and removes its socket.
pub struct Server {
    shared: Arc<Shared>,
    path: PathBuf,
    /// Closing it stops the accepting thread.
    stop: Option<Stream>,
    accepting: Option<JoinHandle<()>>,
}

/// What all connections share.
struct Shared {
    desk: Desk,
    connections: Mutex<Vec<Arc<Stream>>>,
    /// A connection ended.
    ended: Condvar,
}

/// One connection: the process that it is of, once it has said so. Its place is free again when it is dropped.
struct Connection {
    shared: Arc<Shared>,
    stream: Arc<Stream>,
    client: Option<ClientId>,
    process: Peer,
}

impl Server {
    /// Starts a service on a socket at `path`, where nothing is yet, open to this user alone. When it returns, clients
    /// can connect.
    ///
    /// # Errors
    ///
    /// What the system says; [`io::ErrorKind::InvalidInput`] if two names are the same, or there is no such slot.
    pub fn start(readers: &Arc<Readers>, path: &Path, resources: Vec<Resource>) -> io::Result<Self> {
        check(&resources, readers.len())?;
        let listener = listen_privately(path)?;
        listener.set_nonblocking(true)?;
        let desk = Desk::new(readers, resources);
        let shared = Arc::new(Shared { desk, connections: Mutex::default(), ended: Condvar::new() });
        let (stop, stopped) = Stream::pair()?;
        let accepting = thread::Builder::new().name("galss accept".into()).spawn({
            let shared = Arc::clone(&shared);
            move || accept_all(&listener, &stopped, |stream| admit(&shared, stream))
        })?;
        Ok(Self { shared, path: path.to_owned(), stop: Some(stop), accepting: Some(accepting) })
    }

    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The slots that have a name here, in the order of the table that programs get.
    #[must_use]
    pub fn resources(&self) -> &[Resource] {
        &self.shared.desk.resources
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(accepting) = self.accepting.take() {
            // It has nothing to say, even if it panicked.
            let _ = accepting.join();
        }
        let _ = fs::remove_file(&self.path);
        let connections = lock(&self.shared.connections);
        connections.iter().for_each(|stream| hang_up(stream));
        // Who waits for a card is not kept waiting.
        self.shared.desk.close();
        let all_ended = self.shared.ended.wait_timeout_while(connections, FAREWELL, |left| !left.is_empty());
        drop(all_ended.unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Each name means one slot that there is.
fn check(resources: &[Resource], slots: usize) -> io::Result<()> {
    let invalid = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    let names = |resource: &Resource| [Some(resource.name.clone()), resource.alias.clone()].into_iter().flatten();
    for (index, resource) in resources.iter().enumerate() {
        if resource.slot >= slots {
            return invalid(format!("there is no slot {}, which would be called {}", resource.slot, resource.name));
        }
        let earlier: Vec<_> = resources.iter().take(index).flat_map(names).collect();
        if let Some(twice) = names(resource).find(|name| earlier.contains(name)) {
            return invalid(format!("two slots would be called {twice}"));
        }
    }
    Ok(())
}

/// Serves a client, if there is room.
fn admit(shared: &Arc<Shared>, stream: Stream) -> io::Result<()> {
    let stream = Arc::new(stream);
    {
        let mut connections = lock(&shared.connections);
        if connections.len() >= MOST_CONNECTIONS {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        connections.push(Arc::clone(&stream));
    }
    let process = Peer::of(&stream);
    let mut connection = Connection { shared: Arc::clone(shared), stream, client: None, process };
    let serve = move || {
        // A mistake of ours ends this connection and no other.
        let _ = catch_unwind(AssertUnwindSafe(|| connection.serve()));
        drop(connection);
    };
    thread::Builder::new().name("galss client".into()).spawn(serve).map(drop)
}

impl Connection {
    /// Answers requests until the client hangs up, or says what is none.
    fn serve(&mut self) -> io::Result<()> {
        let mut body = Vec::new();
        loop {
            let mut first = [0; 4];
            self.process.await_request(&self.stream)?;
            (&*self.stream).read_exact(&mut first)?;
            let length = wire::length(first).ok_or(io::ErrorKind::InvalidData)?;
            body.clear();
            // As much as comes: room for what is only announced is not made.
            (&*self.stream).take(u64::try_from(length).unwrap_or(0)).read_to_end(&mut body)?;
            let request = Request::parse(&body).filter(|_| body.len() == length).ok_or(io::ErrorKind::InvalidData)?;
            if let Some(reply) = self.answer(request).ok_or(io::ErrorKind::InvalidData)? {
                (&*self.stream).write_all(&reply)?;
            }
        }
    }

    /// The reply to a request, where it has one. `None` if it must not come now.
    fn answer(&mut self, request: Request<'_>) -> Option<Option<Vec<u8>>> {
        let client = match (self.client, request) {
            (None, Request::Hello { version: wire::VERSION, client }) => {
                self.shared.desk.arrive(client);
                self.client = Some(client);
                return Some(None);
            }
            (Some(client), _) => client,
            (None, _) => return None,
        };
        let desk = &self.shared.desk;
        let given = match request {
            Request::Hello { .. } => return None,
            Request::Open { application, resource } => desk
                .open(client, application, resource)
                .map(|(session, address)| session.to_le_bytes().into_iter().chain([address]).collect()),
            Request::Close { session } => {
                desk.shut(client, session).map(|exclusivity| exclusivity.to_le_bytes().into())
            }
            Request::Begin { wish } => match desk.begin(client, wish) {
                Ok(exclusivity) => Ok(exclusivity.to_le_bytes().into()),
                Err(refused) => return Some(Some(wire::reply(refused.code, &who(refused.by)))),
            },
            Request::End { exclusivity } => desk.finish(client, exclusivity).map(|()| Vec::new()),
            Request::Write { place, session, context } => {
                desk.write(client, place, session, context).map(|()| Vec::new())
            }
            Request::Read { place, session, room } => desk.read(client, place, session, room),
            Request::Exchange { session, limit, room, message } => {
                desk.exchange(client, session, limit, room, message, &|| self.is_gone())
            }
            Request::Versions => Ok(versions()),
            Request::Resources => Ok(desk.resources.iter().flat_map(Resource::entry).collect()),
        };
        Some(Some(match given {
            Ok(given) => wire::reply(Code::DONE, &given),
            Err(code) => wire::reply(code, &[]),
        }))
    }

    /// Whether nobody is there any more to read an answer.
    fn is_gone(&self) -> bool {
        is_gone(&self.stream) || self.process.has_ended()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        hang_up(&self.stream);
        self.client.iter().for_each(|&client| self.shared.desk.leave(client));
        lock(&self.shared.connections).retain(|each| !Arc::ptr_eq(each, &self.stream));
        self.shared.ended.notify_all();
    }
}

/// The application and the resource of an exclusivity, each with its length.
fn who(by: Option<(Vec<u8>, String)>) -> Vec<u8> {
    let mut given = Vec::new();
    if let Some((application, resource)) = by {
        wire::put(&mut given, &application);
        wire::put(&mut given, resource.as_bytes());
    }
    given
}

/// The version, and those of the parts.
fn versions() -> Vec<u8> {
    let parts = COMPONENTS.into_iter().flat_map(|part| part.to_ne_bytes().into_iter().chain(SOFTWARE));
    SOFTWARE.into_iter().chain(parts).collect()
}
