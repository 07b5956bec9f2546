//! One connection: messages come in, answers go out, and anybody may hang up.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::wire;
use crate::reader::{Caller, sync::lock};

/// How long the rest of a message may take, and an answer until the other side has room for it.
const MESSAGE: Duration = Duration::from_secs(10);

/// How often it is looked whether we hung up, while nothing comes, where that does not wake who reads.
const GLANCE: Option<Duration> = if cfg!(windows) { Some(Duration::from_millis(100)) } else { None };

/// The shortest time that a system waits for: none would be for ever.
const SHORTEST: Duration = Duration::from_millis(1);

/// How much is read at once.
const GULP: usize = 4096;

/// A connection. The thread that serves it reads and writes; others look at it, and hang up.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    /// Whether a driver has said something.
    heard: AtomicBool,
    /// Whether we have hung up.
    over: AtomicBool,
    /// Since when it says nothing; `None` while it waits for us.
    quiet_since: Mutex<Option<Instant>>,
    /// Of the card that it is for.
    pub(super) generation: u64,
}

/// What came in, and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    /// How much of it was taken.
    taken: usize,
}

impl Line {
    pub(super) fn new(stream: TcpStream, generation: u64) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(MESSAGE))?;
        notice_the_dead(&stream);
        let (heard, over) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { stream, heard, over, quiet_since: Mutex::new(Some(Instant::now())), generation })
    }

    /// Ends the connection, whoever waits for it. A driver that waits for an answer is told by a reset: an orderly end
    /// may read as an answer of no bytes. vpcd 3.3 takes either for one [VSMARTCARD-VPCD protocol].
    pub(super) fn hang_up(&self) {
        self.over.store(true, Ordering::Relaxed);
        if lock(&self.quiet_since).is_none() && reset(&self.stream) {
            return;
        }
        // Fails only if the other side hung up first.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// The driver waits for an answer, though it said nothing that has one.
    pub(super) fn note_awaited(&self) {
        *lock(&self.quiet_since) = None;
    }

    /// Whether a driver has said something that makes sense.
    pub(super) fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// How long the other side has said nothing that would be waited for.
    pub(super) fn silence(&self) -> Duration {
        lock(&self.quiet_since).map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Waits for the next message. `None` if nothing of it came within `patience`.
    ///
    /// # Errors
    ///
    /// That the connection is over, or the message does not come to its end.
    pub(super) fn receive<'a>(&self, input: &'a mut Input, patience: Option<Duration>) -> io::Result<Option<&'a [u8]>> {
        input.drop_taken();
        if input.bytes.is_empty() {
            if !self.read_within(input, patience)? {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(MESSAGE))?;
        }
        let until = Instant::now() + MESSAGE;
        let mut whole = 2;
        loop {
            if let Some(&length) = input.bytes.first_chunk() {
                whole = 2 + usize::from(u16::from_be_bytes(length));
            }
            if input.bytes.len() >= whole.max(2) {
                break;
            }
            if !self.read(input)? || Instant::now() > until {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        *lock(&self.quiet_since) = None;
        input.taken = whole;
        Ok(input.bytes.get(2..whole))
    }

    /// The other side has said what a driver says; whether for the first time.
    pub(super) fn note_sense(&self) -> bool {
        !self.heard.swap(true, Ordering::Relaxed)
    }

    /// It is the other side's turn.
    pub(super) fn await_more(&self) {
        *lock(&self.quiet_since) = Some(Instant::now());
    }

    /// Sends an answer in one piece.
    ///
    /// # Errors
    ///
    /// That it is too long, or nobody takes it.
    pub(super) fn answer(&self, output: &mut Vec<u8>, answer: &[u8]) -> io::Result<()> {
        if !wire::put(output, answer) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        (&self.stream).write_all(output)
    }

    /// Reads what comes next; whether anything came in time.
    fn read_within(&self, input: &mut Input, patience: Option<Duration>) -> io::Result<bool> {
        let Some(glance) = GLANCE else {
            self.stream.set_read_timeout(patience)?;
            return self.read(input);
        };
        let until = patience.map(|patience| Instant::now() + patience);
        loop {
            let left = until.map_or(glance, |until| until.saturating_duration_since(Instant::now()).min(glance));
            self.stream.set_read_timeout(Some(left.max(SHORTEST)))?;
            if self.read(input)? {
                return Ok(true);
            }
            if self.over.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
    }

    /// Reads what is there; whether anything came in time.
    fn read(&self, input: &mut Input) -> io::Result<bool> {
        acknowledge_at_once(&self.stream);
        let begin = input.bytes.len();
        input.bytes.resize(begin + GULP, 0);
        let count = (&self.stream).read(&mut input.bytes[begin..]);
        input.bytes.truncate(begin + count.as_ref().map_or(0, |&count| count));
        match count {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.read(input),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Input {
    /// Makes room for what comes next.
    fn drop_taken(&mut self) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
    }
}

impl Caller for Line {
    fn is_gone(&self) -> bool {
        // Only the thread that serves it reads, and that is the one that asks.
        let peeked = self.stream.set_nonblocking(true).and_then(|()| self.stream.peek(&mut [0]));
        let blocks_again = self.stream.set_nonblocking(false).is_ok();
        let is_there = match peeked {
            Ok(count) => count > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        !(is_there && blocks_again)
    }

    fn card_left(&self, _: u64) {
        self.hang_up();
    }
}

/// Says at once that something came. vpcd up to 3.3 sends the length first, and the rest when that was acknowledged:
/// the system would take its time, 40 ms. It forgets this with each answer.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) {
    let _ = rustix::net::sockopt::set_tcp_quickack(stream, true);
}

/// Breaks a connection off; whether that could be done.
#[cfg(target_os = "linux")]
fn reset(stream: &TcpStream) -> bool {
    rustix::net::connect_unspec(stream).is_ok()
}

/// Elsewhere there is no such word.
#[cfg(not(target_os = "linux"))]
fn reset(_: &TcpStream) -> bool {
    false
}

/// Elsewhere nobody can ask for it.
#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}

/// A machine that went without a word is noticed by and by.
#[cfg(unix)]
fn notice_the_dead(stream: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_keepalive(stream, true);
    #[cfg(target_os = "linux")]
    {
        use rustix::net::sockopt::{set_tcp_keepcnt, set_tcp_keepidle, set_tcp_keepintvl};
        let _ = set_tcp_keepidle(stream, MESSAGE);
        let _ = set_tcp_keepintvl(stream, MESSAGE);
        let _ = set_tcp_keepcnt(stream, 3);
    }
}

#[cfg(not(unix))]
fn notice_the_dead(_: &TcpStream) {}
