//! Reading ahead: one system call brings what is there, whatever message it belongs to.

use std::io::{self, Read};

use crate::system::socket::Stream;

/// Room for any message but a long command; it grows when one comes.
const USUAL: usize = 4096;

/// Bytes that came and were not used yet.
#[derive(Debug)]
pub(super) struct Input {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// Input of which something has come already.
    pub(super) fn new(ahead: &[u8]) -> Self {
        let mut buffer = vec![0; USUAL.max(ahead.len())];
        for (place, byte) in buffer.iter_mut().zip(ahead) {
            *place = *byte;
        }
        Self { buffer, start: 0, end: ahead.len() }
    }

    /// What is there.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads until `wanted` bytes are there. The caller has bounded it.
    ///
    /// # Errors
    ///
    /// What the system says, or [`io::ErrorKind::UnexpectedEof`].
    pub(super) fn fill(&mut self, mut stream: &Stream, wanted: usize) -> io::Result<()> {
        while self.end - self.start < wanted {
            self.make_room(wanted);
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match stream.read(room) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Forgets the first `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    fn make_room(&mut self, wanted: usize) {
        if self.buffer.len() - self.start >= wanted {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Input, Stream, USUAL};

    #[test]
    fn what_came_ahead_is_used_later_and_long_messages_fit() {
        let (theirs, ours) = Stream::pair().expect("a pair of sockets");
        let sent: Vec<u8> = (0..3 * USUAL).map(|count| u8::try_from(count % 251).expect("small")).collect();
        (&theirs).write_all(&sent).expect("room in the socket");
        let mut input = Input::new(&[]);
        let mut seen = Vec::new();
        for length in [1, 7, USUAL, 2 * USUAL - 8] {
            input.fill(&ours, length).expect("enough was sent");
            seen.extend_from_slice(&input.bytes()[..length]);
            input.consume(length);
        }
        assert_eq!(seen, sent);
        assert!(input.bytes().is_empty());
        drop(theirs);
        assert!(input.fill(&ours, 1).is_err());
    }
}
