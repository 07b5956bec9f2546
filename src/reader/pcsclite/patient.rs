//! Waiting for the other end of a socket, but not for ever.
//!
//! What the system times is a single step: a peer that says one byte each second never takes too long for it. Here the
//! whole of a message has its time.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    net::{SocketAddrUnix, sockopt},
};

use super::private::closed_in_children;

/// Connects to a socket. One whose queue is full is waited for.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if the queue stays full, else what the system says.
pub(crate) fn connect(path: &Path, patience: Duration) -> io::Result<UnixStream> {
    let until = Instant::now() + patience;
    let address = SocketAddrUnix::new(path)?;
    let socket = closed_in_children()?;
    loop {
        // Linux waits for a place in the queue as long as for one in a buffer; elsewhere a full queue refuses at once.
        let left = left(until).ok_or_else(|| full(patience))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(left))?;
        match rustix::net::connect(&socket, &address) {
            Ok(()) => break,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Err(full(patience)),
            Err(error) => return Err(error.into()),
        }
    }
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, None)?;
    Ok(UnixStream::from(socket))
}

fn full(patience: Duration) -> io::Error {
    let message =
        format!("too many programs wait there to be let in, and no place was free for {} s", patience.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, message)
}

/// What is left of a time; `None` when it is over.
fn left(until: Instant) -> Option<Duration> {
    Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
}

/// A connection on which all that is read and written since [`Patient::begin`] has one time together. When it is over,
/// reading and writing give [`io::ErrorKind::TimedOut`].
#[derive(Debug)]
pub(crate) struct Patient {
    stream: Arc<UnixStream>,
    patience: Duration,
    until: Instant,
}

impl Patient {
    /// A connection with so long for each message. The time for the first one begins.
    pub(crate) fn new(stream: impl Into<Arc<UnixStream>>, patience: Duration) -> Self {
        Self { stream: stream.into(), patience, until: Instant::now() + patience }
    }

    /// The time for a message begins.
    pub(crate) fn begin(&mut self) {
        self.until = Instant::now() + self.patience;
    }

    /// From now on a message has so long, and one of them begins.
    pub(crate) fn wait_at_most(&mut self, patience: Duration) {
        self.patience = patience;
        self.begin();
    }

    /// The connection, for who ends it from another thread.
    pub(crate) fn stream(&self) -> Arc<UnixStream> {
        Arc::clone(&self.stream)
    }

    /// How long a message has.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    fn left(&self) -> io::Result<Duration> {
        left(self.until).ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Patient {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        (&*self.stream).read(bytes).map_err(over)
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        (&*self.stream).write(bytes).map_err(over)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The system says "try again" where the time is over.
fn over(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Read, Write},
        os::unix::net::UnixStream,
        thread,
        time::{Duration, Instant},
    };

    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen, socket};

    use super::{Patient, connect};

    const SHORT: Duration = Duration::from_millis(60);

    /// What only a failure takes.
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn one_who_speaks_slowly_is_not_listened_to_for_ever() {
        let (ours, mut theirs) = UnixStream::pair().expect("two ends");
        let slow = thread::spawn(move || {
            // Until nobody listens any more.
            while theirs.write_all(b"x").is_ok() {
                thread::sleep(SHORT / 10);
            }
        });
        let mut patient = Patient::new(ours, SHORT);
        let start = Instant::now();
        let error = io::copy(&mut patient, &mut io::sink()).expect_err("it has no end");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!((SHORT..LONG).contains(&start.elapsed()), "{:?}", start.elapsed());
        patient.begin();
        patient.read_exact(&mut [0; 2]).expect("the next message has its own time");
        drop(patient);
        slow.join().expect("it ends");
    }

    #[test]
    fn one_who_does_not_listen_is_not_spoken_to_for_ever() {
        let (ours, _theirs) = UnixStream::pair().expect("two ends");
        let error = Patient::new(ours, SHORT).write_all(&vec![0; 1 << 24]).expect_err("no buffer has so much room");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_queue_is_not_waited_in_for_ever() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("full");
        let listener = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        bind(&listener, &SocketAddrUnix::new(&path).expect("a short path")).expect("a fresh path");
        listen(&listener, 0).expect("it can listen");
        let first = connect(&path, LONG).expect("there is room for one");
        let error = connect(&path, SHORT).expect_err("and for no other");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("too many programs wait there"), "{error}");
        let waiting = thread::spawn(move || connect(&path, LONG));
        drop(rustix::net::accept(&listener).expect("the first"));
        waiting.join().expect("no panic").expect("there is room again");
        drop(first);
    }
}
