//! The side that is asked.

use std::{
    fs,
    io::{self, BufReader},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use super::{
    MESSAGE, Refusal, Reply, Request, VERSION,
    language::{Ask, Message, receive, send},
};
use crate::{
    host::Kind,
    profile::said::said,
    reader::pcsclite::Patient,
    system::socket::{Stream, accept_all, hang_up, listen_privately},
};

/// How many may be connected at once; a further one is closed at once.
const MOST_CONNECTIONS: usize = 32;

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

/// A control socket that listens. Goes when dropped; who is connected then is still answered.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    /// Closing it stops the accepting thread.
    stop: Option<Stream>,
    accepting: Option<JoinHandle<()>>,
    calls: Arc<Calls>,
}

/// Who is connected to a control socket.
#[derive(Debug)]
pub(in crate::host) struct Calls {
    /// `None` once nobody may be any more.
    open: Mutex<Option<Vec<Arc<Stream>>>>,
}

impl Server {
    /// Listens at a path where nothing is yet.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(path: &Path, handler: impl Handler) -> io::Result<Self> {
        let listener = listen_privately(path)?;
        listener.set_nonblocking(true)?;
        let calls = Arc::new(Calls { open: Mutex::new(Some(Vec::new())) });
        let (stop, stopped) = Stream::pair()?;
        let thread = thread::Builder::new().name("control".into());
        let accepting = thread.spawn({
            let (calls, handler) = (Arc::clone(&calls), Arc::new(handler));
            move || {
                let serve = |stream| {
                    serve(stream, &calls, &handler);
                    Ok(())
                };
                accept_all(&listener, &stopped, serve);
            }
        })?;
        Ok(Self { path: path.to_path_buf(), stop: Some(stop), accepting: Some(accepting), calls })
    }

    /// Who is connected.
    pub(in crate::host) fn calls(&self) -> Arc<Calls> {
        Arc::clone(&self.calls)
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
    }
}

impl Calls {
    fn open(&self) -> MutexGuard<'_, Option<Vec<Arc<Stream>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hangs up on all, and lets nobody in any more: who waits for the end of the readers learns of it so.
    pub(in crate::host) fn hang_up(&self) {
        for stream in self.open().take().into_iter().flatten() {
            hang_up(&stream);
        }
    }

    /// Lets one more in, if there is room.
    fn admit(self: &Arc<Self>, stream: Stream) -> Option<Admitted> {
        let mut open = self.open();
        let open = open.as_mut().filter(|open| open.len() < MOST_CONNECTIONS)?;
        let stream = Arc::new(stream);
        open.push(Arc::clone(&stream));
        Some(Admitted { calls: Arc::clone(self), stream })
    }
}

/// One of the [`MOST_CONNECTIONS`] that may be connected. Its place is free again when it is dropped, also by a panic.
struct Admitted {
    calls: Arc<Calls>,
    stream: Arc<Stream>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.calls.open().iter_mut().for_each(|open| open.retain(|each| !Arc::ptr_eq(each, &self.stream)));
    }
}

/// Answers who is connected, in a thread of its own. Without a thread, or a place, the connection goes.
fn serve<H: Handler>(stream: Stream, calls: &Arc<Calls>, handler: &Arc<H>) {
    let Some(admitted) = calls.admit(stream) else { return };
    let handler = Arc::clone(handler);
    let serve = move || {
        let _ = converse(Patient::new(Arc::clone(&admitted.stream), MESSAGE), &*handler);
        drop(admitted);
    };
    let _ = thread::Builder::new().name("control connection".into()).spawn(serve);
}

/// Answers requests until the peer goes, says something that is none, or takes too long for one.
fn converse(stream: Patient, handler: &impl Handler) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        stream.get_mut().begin();
        let (result, understood) = match receive::<Ask>(&mut stream) {
            Ok(None) => return Ok(()),
            Ok(Some(ask)) => (handler.handle(ask.request), true),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let hint = said!(
                    en: "start the readers again, with the version of the program that asks",
                    fr: "redémarrer les lecteurs, avec la version du programme qui demande",
                );
                (Err(Refusal::new(Kind::Usage, error.to_string(), Some(hint.into()))), false)
            }
            Err(error) => return Err(error),
        };
        let (reply, refusal) = match result {
            Ok(reply) => (Some(reply), None),
            Err(refusal) => (None, Some(refusal)),
        };
        let stopping = matches!(reply, Some(Reply::Stopping { .. }));
        stream.get_mut().begin();
        send(stream.get_mut(), &Message { version: VERSION, reply, refusal })?;
        if stopping {
            handler.stop();
        }
        if !understood {
            return Ok(());
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{self, Read, Write},
        os::unix::{fs::MetadataExt, net::UnixStream},
        thread,
        time::Duration,
    };

    use super::{Handler, Patient, Server, converse};
    use crate::host::{
        Kind,
        control::{Refusal, Reply, Request},
    };

    struct Toy;

    impl Handler for Toy {
        fn handle(&self, request: Request) -> Result<Reply, Refusal> {
            match request {
                Request::Remove { slot } => Ok(Reply::Removed { reader: format!("Toy 00 {slot:02X}") }),
                _ => Err(Refusal::new(Kind::Environment, "a toy", None)),
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
    #[test]
    fn who_says_a_message_byte_by_byte_does_not_hold_a_connection() {
        let (ours, mut theirs) = UnixStream::pair().expect("two ends");
        let slow = thread::spawn(move || {
            // Spaces may stand before any message. Until nobody listens any more.
            while theirs.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
        let end = converse(Patient::new(ours, Duration::from_millis(50)), &Toy).expect_err("it never says one");
        assert_eq!(end.kind(), io::ErrorKind::TimedOut);
        slow.join().expect("it ends");
    }

    #[test]
    fn who_is_connected_is_hung_up_on_at_the_end_and_not_before() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("toy.ctl");
        let server = Server::start(&path, Toy).expect("it starts");
        let calls = server.calls();
        let mut stream = UnixStream::connect(&path).expect("it listens");
        let remove = b"{\"version\":3,\"request\":{\"remove\":{\"slot\":1}}}\n";
        let mut answer = [0; 64];
        stream.write_all(remove).expect("it reads");
        assert!(stream.read(&mut answer).expect("it answers") > 0);
        fs::remove_file(&path).expect("its socket");
        drop(server);
        stream.write_all(remove).expect("it still reads");
        assert!(stream.read(&mut answer).expect("it still answers") > 0);
        calls.hang_up();
        assert_eq!(stream.read(&mut answer).expect("an end"), 0);
    }
}
