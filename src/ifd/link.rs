//! One connection to the readers, on which they are asked for one thing after the other.

use std::{
    io::{self, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::wire::{self, Hello, Inbox, Purpose, Reply, Request};

/// How long it may take to connect: it takes no time, unless the readers' process is stopped.
const CONNECTION: Duration = Duration::from_secs(2);

/// How long the readers may take for an answer. A card may make a key, and a person type a code.
const ANSWER: Duration = Duration::from_secs(300);

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
        stream.set_read_timeout(Some(ANSWER))?;
        Ok(Self { stream, inbox: Inbox::default() })
    }

    /// Asks for something.
    ///
    /// # Errors
    ///
    /// That the readers are gone, or gave no answer in time, or none that is one. The connection is over then.
    pub(crate) fn ask(&mut self, request: &Request<'_>) -> io::Result<Reply<'_>> {
        (&self.stream).write_all(&request.to_frame())?;
        let body = self.inbox.frame(&self.stream)?;
        Reply::parse(body).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
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
