//! One connection to the readers, on which they are asked for one thing after the other.
//!
//! How long an answer takes says nothing of whether one will come: a card may make a key, and a person type a PIN.
//! Whether the readers still run is heard on another connection; here it is asked for again and again.

use std::{
    io::{self, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::wire::{self, Hello, Inbox, Purpose, Reply, Request};

/// How long it may take to connect: it takes no time, unless the readers' process is stopped.
const CONNECTION: Duration = Duration::from_secs(2);

/// How long the readers may take for an answer while they run. The longest that a program can ask for are three PINs at
/// a pad, each in its 255 s [PCSC-PART-10 2.5].
const ANSWER: Duration = Duration::from_secs(900);

/// How often it is asked meanwhile whether they still run.
const LOOK_ROUND: Duration = Duration::from_millis(500);

/// How long it may take until the readers have room for a request.
const REQUEST: Duration = Duration::from_secs(10);

/// A connection for one slot.
#[derive(Debug)]
pub(crate) struct Link {
    stream: UnixStream,
    inbox: Inbox,
}

impl Link {
    /// Connects for a slot.
    ///
    /// # Errors
    ///
    /// That no readers are there.
    pub(crate) fn connect(socket: &Path, slot: u8) -> io::Result<Self> {
        let stream = connect(socket, Purpose::Slot(slot))?;
        stream.set_read_timeout(Some(LOOK_ROUND))?;
        Ok(Self { stream, inbox: Inbox::default() })
    }

    /// Asks for something, and waits for as long as the readers run.
    ///
    /// # Errors
    ///
    /// That the readers are gone or do not run, or gave no answer in time, or none that is one. The connection is over
    /// then: an answer that comes later is that of nothing.
    pub(crate) fn ask(&mut self, request: &Request<'_>, do_run: impl Fn() -> bool) -> io::Result<Reply<'_>> {
        let begin = Instant::now();
        (&self.stream).write_all(&request.to_frame())?;
        while let Err(error) = self.inbox.fill(&self.stream) {
            if !is_slow(&error) || begin.elapsed() >= ANSWER {
                return Err(error);
            }
            if !do_run() {
                return Err(io::ErrorKind::NotConnected.into());
            }
        }
        let body = self.inbox.frame(&self.stream)?;
        Reply::parse(body).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// Whether it says that nothing came in time.
pub(crate) fn is_slow(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Connects for a purpose. Who waits for this may stop waiting; the system has no word for that, but a thread can be
/// left behind.
///
/// # Errors
///
/// That no readers are there, or that they do not let anybody in.
pub(crate) fn connect(socket: &Path, purpose: Purpose) -> io::Result<UnixStream> {
    let (done, connected) = mpsc::channel();
    let socket = PathBuf::from(socket);
    let connect = move || {
        // Nobody may wait any more.
        let _ = done.send(UnixStream::connect(socket));
    };
    thread::Builder::new().name("virtuale connect".into()).spawn(connect)?;
    let stream = connected.recv_timeout(CONNECTION).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    stream.set_write_timeout(Some(REQUEST))?;
    (&stream).write_all(&Hello { version: wire::VERSION, purpose }.to_frame())?;
    Ok(stream)
}
