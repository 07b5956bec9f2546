//! A process's way to the readers: a socket, and as many connections to it as threads call at once.
//!
//! A connection is one call's for as long as that lasts. Sessions are the process's, whatever connection they were
//! opened on; the readers take them back when the last connection is gone. A process that was forked off is another
//! one.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process,
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, SystemTime},
};

use crate::{
    Code,
    wire::{self, ClientId, Request, VARIABLE},
};

/// How long readers may take for what they have no card to ask for, and for what they are to give up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a connection is tried that a signal breaks off.
const TRIES: usize = 100;

/// The way of this process.
static WAY: Way = Way::new();

/// Asks the readers of this process's environment.
///
/// # Errors
///
/// [`Code::INTERNAL`] if the environment names none, [`Code::TRANSMISSION`] if they cannot be reached or go away,
/// [`Code::NO_ANSWER`] if they do not answer.
pub(crate) fn ask(request: &Request<'_>) -> Result<(Code, Vec<u8>), Code> {
    static PLACE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let place = PLACE.get_or_init(|| env::var_os(VARIABLE).filter(|place| !place.is_empty()).map(PathBuf::from));
    WAY.ask(place.as_deref().ok_or(Code::INTERNAL)?, request)
}

/// A way to readers.
#[derive(Debug)]
struct Way(Mutex<Idle>);

/// The connections that nobody uses now.
#[derive(Debug)]
struct Idle {
    /// The process that they are of.
    process: u32,
    client: ClientId,
    streams: Vec<UnixStream>,
    /// One on which an answer may still come. It is not used any more, and keeps the sessions of the process alive.
    overdue: Option<UnixStream>,
}

impl Way {
    const fn new() -> Self {
        Self(Mutex::new(Idle { process: 0, client: [0; 16], streams: Vec::new(), overdue: None }))
    }

    fn ask(&self, place: &Path, request: &Request<'_>) -> Result<(Code, Vec<u8>), Code> {
        let (stream, client) = self.take();
        let stream = match stream {
            Some(stream) => stream,
            None => connect(place, client).map_err(|_| Code::TRANSMISSION)?,
        };
        match converse(&stream, request) {
            Ok(answer) => {
                self.keep(client, |idle| idle.streams.push(stream));
                Ok(answer)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                self.keep(client, |idle| idle.overdue = Some(stream));
                Err(Code::NO_ANSWER)
            }
            Err(_) => Err(Code::TRANSMISSION),
        }
    }

    /// A connection that nobody uses, if there is one, and who this process is.
    fn take(&self) -> (Option<UnixStream>, ClientId) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.process != process::id() {
            // What comes from before a fork is the other process's.
            *idle = Idle { process: process::id(), client: identity(), streams: Vec::new(), overdue: None };
        }
        (idle.streams.pop(), idle.client)
    }

    /// Keeps a connection, unless it comes from before a fork.
    fn keep(&self, client: ClientId, keep: impl FnOnce(&mut Idle)) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.client == client {
            keep(&mut idle);
        }
    }
}

/// By what this process is known: no other one that lives has it.
fn identity() -> ClientId {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let chance = RandomState::new().hash_one((process::id(), now));
    let mut identity = [0; 16];
    let bytes = chance.to_le_bytes().into_iter();
    let bytes = bytes.chain(process::id().to_le_bytes()).chain(now.subsec_nanos().to_le_bytes());
    identity.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    identity
}

fn connect(place: &Path, client: ClientId) -> io::Result<UnixStream> {
    let is_broken_off = |error: &io::Error| error.kind() == io::ErrorKind::Interrupted;
    let mut tries = (0..TRIES).map(|_| UnixStream::connect(place));
    let stream = tries.find(|tried| !tried.as_ref().is_err_and(is_broken_off));
    let stream = stream.unwrap_or_else(|| Err(io::ErrorKind::Interrupted.into()))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    (&stream).write_all(&Request::Hello { version: wire::VERSION, client }.to_frame())?;
    Ok(stream)
}

/// How long a reply may take; `None` for as long as it takes.
fn patience(request: &Request<'_>) -> Option<Duration> {
    match request {
        Request::Exchange { limit: 0, .. } => None,
        Request::Exchange { limit, .. } => Some(PATIENCE + Duration::from_secs((*limit).into())),
        _ => Some(PATIENCE),
    }
}

fn converse(mut stream: &UnixStream, request: &Request<'_>) -> io::Result<(Code, Vec<u8>)> {
    stream.write_all(&request.to_frame())?;
    stream.set_read_timeout(patience(request))?;
    let mut first = [0; 4];
    stream.read_exact(&mut first)?;
    let length = wire::length(first).ok_or(io::ErrorKind::InvalidData)?;
    let mut body = Vec::new();
    stream.take(u64::try_from(length).unwrap_or(0)).read_to_end(&mut body)?;
    let (code, given) =
        wire::parse_reply(&body).filter(|_| body.len() == length).ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok((code, given.to_vec()))
}

#[cfg(test)]
#[cfg(not(miri))]
mod tests {
    use std::{
        env, fs,
        io::{Read, Write},
        os::unix::net::{UnixListener, UnixStream},
        path::PathBuf,
        process, thread,
    };

    use super::{Way, identity};
    use crate::{
        Code,
        wire::{self, Request},
    };

    /// A place for a socket, which goes with it.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            Self(env::temp_dir().join(format!("virtuale-galss-{}-{name}", process::id())))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    /// The next request on a connection, without its length; `None` at its end.
    fn receive(mut stream: &UnixStream) -> Option<Vec<u8>> {
        let mut first = [0; 4];
        stream.read_exact(&mut first).ok()?;
        let mut body = vec![0; wire::length(first)?];
        stream.read_exact(&mut body).ok()?;
        Some(body)
    }

    #[test]
    fn a_connection_serves_one_call_after_the_other() {
        let place = Place::new("calls");
        let listener = UnixListener::bind(&place.0).expect("a socket");
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            let hello = receive(&stream).expect("who it is");
            assert!(matches!(Request::parse(&hello), Some(Request::Hello { version: wire::VERSION, .. })));
            for number in 0..3_u8 {
                assert_eq!(receive(&stream).as_deref(), Some(&[2, number, 0][..]));
                (&stream).write_all(&wire::reply(Code::DONE, &[number])).expect("it reads");
            }
            (&stream).write_all(&[3, 0, 0, 0, 0]).expect("it reads");
        });
        let way = Way::new();
        for session in 0..3 {
            let (code, given) = way.ask(&place.0, &Request::Close { session }).expect("an answer");
            assert_eq!((code, given), (Code::DONE, vec![u8::try_from(session).expect("small")]));
        }
        assert_eq!(way.ask(&place.0, &Request::Versions), Err(Code::TRANSMISSION), "it broke off");
        server.join().expect("no panic");
        assert_eq!(way.ask(&place.0, &Request::Versions), Err(Code::TRANSMISSION), "nobody is there");
    }

    #[test]
    fn no_reply_can_make_a_call_fail_in_any_other_way() {
        for reply in [&[][..], &[1], &[0xFF; 4], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 1], &[0, 0, 0, 0]] {
            let place = Place::new("replies");
            let listener = UnixListener::bind(&place.0).expect("a socket");
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a client");
                receive(&stream).and_then(|_| receive(&stream)).expect("a request");
                stream.write_all(reply).expect("it reads");
            });
            assert_eq!(Way::new().ask(&place.0, &Request::Resources), Err(Code::TRANSMISSION), "{reply:02X?}");
            server.join().expect("no panic");
        }
    }

    #[test]
    fn no_two_processes_are_the_same() {
        let identities: std::collections::BTreeSet<_> = (0..100).map(|_| identity()).collect();
        assert_eq!(identities.len(), 100);
        assert!(identities.iter().all(|identity| identity[8..12] == process::id().to_le_bytes()));
    }
}
