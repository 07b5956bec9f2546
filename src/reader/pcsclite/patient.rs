//! Waiting for the other end of a socket, but not for ever.
//!
//! What the system times is a single step: a peer that says one byte each second never takes too long for it. Here the
//! whole of a message has its time.

use std::{
    io::{self, Read, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::system::socket::{Stream, read_within, write_within};

/// A connection on which all that is read and written since [`Patient::begin`] has one time together. When it is over,
/// reading and writing give [`io::ErrorKind::TimedOut`].
#[derive(Debug)]
pub(crate) struct Patient {
    stream: Arc<Stream>,
    patience: Duration,
    until: Instant,
}

impl Patient {
    /// A connection with so long for each message. The time for the first one begins.
    pub(crate) fn new(stream: impl Into<Arc<Stream>>, patience: Duration) -> Self {
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
    pub(crate) fn stream(&self) -> Arc<Stream> {
        Arc::clone(&self.stream)
    }

    /// How long a message has.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Patient {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        read_within(&self.stream, bytes, self.left()?)
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_within(&self.stream, bytes, self.left()?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Read, Write},
        thread,
        time::{Duration, Instant},
    };

    use super::{Patient, Stream};

    const SHORT: Duration = Duration::from_millis(60);

    /// What only a failure takes.
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn one_who_speaks_slowly_is_not_listened_to_for_ever() {
        let (ours, theirs) = Stream::pair().expect("two ends");
        let slow = thread::spawn(move || {
            // Until nobody listens any more.
            while (&theirs).write_all(b"x").is_ok() {
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
        let (ours, _theirs) = Stream::pair().expect("two ends");
        let error = Patient::new(ours, SHORT).write_all(&vec![0; 1 << 24]).expect_err("no buffer has so much room");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
