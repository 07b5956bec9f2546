//! The side that is asked.

use std::{
    fs,
    io::{self, BufReader},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Refusal, Reply, Request, VERSION,
    language::{Ask, Message, receive, send},
};
use crate::{host::Kind, reader::pcsclite::listen_privately};

/// How many may be connected at once; a further one is closed at once.
const MOST_CONNECTIONS: usize = 32;

/// How long a connection may be silent before it is closed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to wait when a connection could not be accepted.
const BREATH: Duration = Duration::from_millis(50);

/// What stands behind the socket.
pub trait Handler: Send + Sync + 'static {
    /// Does as asked, or says why not.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] that the asker gets.
    fn handle(&self, request: Request) -> Result<Reply, Refusal>;

    /// Called when [`Reply::Stopping`] has been sent.
    fn stop(&self);
}

/// A control socket that listens. Goes when dropped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Listens at a path where nothing is yet.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(path: &Path, handler: impl Handler) -> io::Result<Self> {
        let listener = listen_privately(path)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopping);
        let handler = Arc::new(handler);
        let thread = thread::Builder::new().name("control".into());
        thread.spawn(move || accept(&listener, &seen, &handler))?;
        Ok(Self { path: path.to_path_buf(), stopping })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over. Nobody waits for it: it holds nothing that others need.
        let _ = UnixStream::connect(&self.path);
        let _ = fs::remove_file(&self.path);
    }
}

fn accept<H: Handler>(listener: &UnixListener, stopping: &AtomicBool, handler: &Arc<H>) {
    let connections = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Out of descriptors, most likely: trying again at once would only burn time.
            thread::sleep(BREATH);
            continue;
        };
        let Some(admitted) = Admitted::take(&connections).filter(|_| is_same_user(&stream)) else { continue };
        let handler = Arc::clone(handler);
        let serve = move || {
            let _admitted = admitted;
            let _ = converse(&stream, &*handler);
        };
        // Without a thread, the connection goes.
        let _ = thread::Builder::new().name("control connection".into()).spawn(serve);
    }
}

/// One of the [`MOST_CONNECTIONS`] that may be connected. Free again when dropped, also by a panic.
struct Admitted(Arc<AtomicUsize>);

impl Admitted {
    /// Lets one more in, if there is room.
    fn take(taken: &Arc<AtomicUsize>) -> Option<Self> {
        let admitted = Self(Arc::clone(taken));
        (taken.fetch_add(1, Ordering::SeqCst) < MOST_CONNECTIONS).then_some(admitted)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Answers requests until the peer goes or says something that is none.
fn converse(stream: &UnixStream, handler: &impl Handler) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut requests = BufReader::new(stream);
    loop {
        let (result, understood) = match receive::<Ask>(&mut requests) {
            Ok(None) => return Ok(()),
            Ok(Some(ask)) => (handler.handle(ask.request), true),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let hint = Some("start the readers again, with the version of the program that asks".into());
                (Err(Refusal { kind: Kind::Usage, message: error.to_string(), hint }), false)
            }
            Err(error) => return Err(error),
        };
        let (reply, refusal) = match result {
            Ok(reply) => (Some(reply), None),
            Err(refusal) => (None, Some(refusal)),
        };
        let stopping = matches!(reply, Some(Reply::Stopping { .. }));
        send(&mut &*stream, &Message { version: VERSION, reply, refusal })?;
        if stopping {
            handler.stop();
        }
        if !understood {
            return Ok(());
        }
    }
}

#[cfg(target_os = "linux")]
fn is_same_user(stream: &UnixStream) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

/// Elsewhere the socket's mode says who may connect.
#[cfg(not(target_os = "linux"))]
fn is_same_user(_: &UnixStream) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Write},
        os::unix::{fs::MetadataExt, net::UnixStream},
    };

    use super::{Handler, Server};
    use crate::host::{
        Kind,
        control::{Refusal, Reply, Request},
    };

    struct Toy;

    impl Handler for Toy {
        fn handle(&self, request: Request) -> Result<Reply, Refusal> {
            match request {
                Request::Remove { slot } => Ok(Reply::Removed { reader: format!("Toy 00 {slot:02X}") }),
                _ => Err(Refusal { kind: Kind::Environment, message: "a toy".into(), hint: None }),
            }
        }

        fn stop(&self) {}
    }

    /// Says something, hangs up, and hears all that is answered.
    fn say(path: &std::path::Path, words: &str) -> String {
        let mut stream = UnixStream::connect(path).expect("it listens");
        stream.write_all(words.as_bytes()).expect("it reads");
        stream.shutdown(std::net::Shutdown::Write).expect("hanging up");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).expect("it answers");
        answers
    }

    #[test]
    fn a_malformed_message_closes_its_own_connection_only() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("toy.ctl");
        let server = Server::start(&path, Toy).expect("it starts");
        assert_eq!(fs::metadata(&path).expect("the socket").mode() & 0o777, 0o600);

        let mut patient = UnixStream::connect(&path).expect("it listens");
        let remove = "{\"version\":3,\"request\":{\"remove\":{\"slot\":1}}}\n";
        let nonsense = say(&path, &format!("nonsense\n{remove}"));
        assert!(nonsense.contains("not a message") && !nonsense.contains("removed"), "{nonsense}");
        assert!(say(&path, "{\"version\":3,\"request\":\"stop\"}\n").contains("a toy"));
        let twice = say(&path, &format!("{remove}{remove}"));
        assert_eq!(twice.matches("Toy 00 01").count(), 2, "{twice}");

        patient.write_all(remove.as_bytes()).expect("it still listens");
        let mut answer = [0; 12];
        patient.read_exact(&mut answer).expect("it still answers");
        drop(server);
        assert!(!path.exists());
    }
}
